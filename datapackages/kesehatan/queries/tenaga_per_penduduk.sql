-- judul: Berapa tenaga kesehatan tiap kabupaten/kota, per penduduk dan per fasilitas?
-- en: How many health workers does each regency and city have, per inhabitant and per facility?
-- pembaca: peneliti
-- nomor: 9
-- penjelasan: Jumlah satu jenis tenaga di seluruh wilayah. Jumlah 1 sampai 4 ditutup, beserta jumlah lain yang dapat membukanya; "ditutup"
--    berarti ada di sumber tetapi tidak diterbitkan. Wilayah tanpa baris tidak tercatat. Per fasilitas: puskesmas dan rumah
--    sakit di daftar nasional; tenaga dapat bekerja di lebih dari satu tempat.
-- explanation: One kind of worker in the whole region. Counts of 1 to 4 are closed, with others that would reveal them; "ditutup"
--    (closed) means the source has it but it is not published. A region without a row is not recorded. Per facility: health
--    centres and hospitals of the national list; people may work in more than one place.
-- parameter: jenis_tenaga (pilihan: select distinct jenis_tenaga from tenaga_kesehatan order by 1)
-- parameter: tahun (pilihan: select distinct tahun from tenaga_kesehatan order by 1 desc)
-- butuh: tenaga_kesehatan?tahun={tahun}&jenis_tenaga={jenis_tenaga}
-- dokumen: Profil Kesehatan tahun {tahun}, tabel tenaga kesehatan menurut kabupaten/kota; Dinas Kesehatan provinsi
-- document: Health profile (Profil Kesehatan) of {tahun}, table of health workers by regency; provincial health office
--    (Dinas Kesehatan)
-- kolom: keadaan; Keadaan; State; teks
-- kolom: penduduk; Penduduk; Inhabitants; bilangan
-- kolom: sumber_penduduk; Sumber penduduk; Source of inhabitants; teks
-- kolom: per_10000; Per 10.000 penduduk; Per 10,000 inhabitants; bilangan
-- kolom: fasilitas; Puskesmas dan rumah sakit; Health centres and hospitals; bilangan
-- kolom: per_fasilitas; Per fasilitas; Per facility; bilangan
-- baris: tenaga_kesehatan?tahun={tahun}&jenis_tenaga={jenis_tenaga}&kode_wilayah={kode_wilayah}
-- grafik: {"mark": "bar", "encoding": {"y": {"field": "nama_wilayah", "type": "nominal", "sort": null}, "x": {"field":
--    "per_10000", "type": "quantitative"}}}
with semester as (
  select periode, sumber_angka from penduduk_wilayah where penduduk is not null order by periode desc, sumber_angka limit 1
), orang as (
  select w.kode_wilayah, w.penduduk as jumlah, 'penduduk_wilayah ' || w.periode || ' ' || w.sumber_angka as sumber_penduduk
  from penduduk_wilayah as w join semester as s on s.periode = w.periode and s.sumber_angka = w.sumber_angka
  where w.tingkat <> 'kecamatan' and w.penduduk is not null
  union all
  select kode, total, 'penduduk' from penduduk where not exists (select 1 from semester)
), faskes as (
  select kode_wilayah, count(*) as fasilitas from fasilitas_kesehatan where jenis in ('puskesmas', 'rumah sakit') group by 1
  union all
  select substr(kode_wilayah, 1, 2), count(*) from fasilitas_kesehatan where jenis in ('puskesmas', 'rumah sakit') group by 1
)
select t.kode_wilayah, t.nama_wilayah, t.jenis_tenaga, t.jumlah, case t.jumlah_ditutup when 1 then 'ditutup' else 'terbit' end as keadaan,
  case t.jumlah_ditutup when 1 then 'closed' else 'published' end as keadaan_en,
  o.jumlah as penduduk, o.sumber_penduduk, case when o.jumlah > 0 then round(10000.0 * t.jumlah / o.jumlah, 2) end as per_10000, f.fasilitas,
  case when f.fasilitas > 0 then round(1.0 * t.jumlah / f.fasilitas, 2) end as per_fasilitas
from tenaga_kesehatan as t left join orang as o on o.kode_wilayah = t.kode_wilayah left join faskes as f on f.kode_wilayah = t.kode_wilayah
where t.tahun = cast(:tahun as integer) and t.jenis_tenaga = :jenis_tenaga and t.unit_kerja = 'semua'
order by t.kode_wilayah
