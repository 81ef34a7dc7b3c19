-- judul: Berapa puskesmas, rumah sakit, dan tempat tidur per 10.000 penduduk di tiap kabupaten/kota?
-- en: How many health centres, hospitals and beds per 10,000 inhabitants does each regency and city have?
-- pembaca: jurnalis
-- nomor: 9
-- penjelasan: Fasilitas menurut daftar nasional, tempat tidur menurut daftar RS Online tahun terakhir yang ada di rilis. Daftar fasilitas
--    tidak menyebut tahunnya. Penduduk terdaftar (de jure): tabel penduduk_wilayah semester terakhir, atau tabel penduduk bila itu kosong. Rumah sakit melayani juga orang dari wilayah
--    lain, jadi angka kecil bukan bukti kekurangan. Kosong berarti tidak tercatat, bukan nol.
-- explanation: Facilities from the national list, beds from RS Online in the latest year that this release has. The list of
--    facilities does not say its year. Inhabitants are registered (de jure): table penduduk_wilayah of the last semester, or table penduduk if that is empty. Hospitals serve people of other
--    regions too, so a low figure proves no shortage. Empty means not recorded, not zero.
-- parameter: provinsi (bawaan: Kalimantan Timur; pilihan: select nama from wilayah where tingkat = 'provinsi' order by 1)
-- butuh: fasilitas_kesehatan?jenis=puskesmas
-- dokumen: Daftar puskesmas dan rumah sakit beserta kabupaten/kotanya; Dinas Kesehatan provinsi atau Kementerian Kesehatan
-- document: List of health centres and hospitals with their regencies; provincial health office (Dinas Kesehatan) or
--    Ministry of Health
-- butuh: (pelengkap) tempat_tidur_kab?jumlah_tt__gt=0
-- dokumen: Tempat tidur rumah sakit menurut kelas perawatan dari RS Online; Dinas Kesehatan provinsi
-- document: Hospital beds by class of care from RS Online; provincial health office (Dinas Kesehatan)
-- kolom: puskesmas; Puskesmas; Health centres; bilangan
-- kolom: rumah_sakit; Rumah sakit; Hospitals; bilangan
-- kolom: tempat_tidur; Tempat tidur; Beds; bilangan
-- kolom: tahun_tempat_tidur; Tahun tempat tidur; Year of the beds; teks
-- kolom: penduduk; Penduduk; Inhabitants; bilangan
-- kolom: sumber_penduduk; Sumber penduduk; Source of inhabitants; teks
-- kolom: faskes_per_10000; Puskesmas dan RS per 10.000; Health centres and hospitals per 10,000; bilangan
-- kolom: tt_per_10000; Tempat tidur per 10.000; Beds per 10,000; bilangan
-- baris: fasilitas_kesehatan?kode_wilayah={kode_wilayah}
-- grafik: {"mark": "bar", "encoding": {"y": {"field": "nama_wilayah", "type": "nominal", "sort": null}, "x": {"field":
--    "faskes_per_10000", "type": "quantitative"}}}
with kab as (
  select k.kode as kode_wilayah, k.nama as nama_wilayah from wilayah as k join wilayah as p on p.kode = k.kode_induk
  where k.tingkat = 'kabupaten/kota' and p.tingkat = 'provinsi' and p.nama = :provinsi
), faskes as (
  select kode_wilayah, sum(jenis = 'puskesmas') as puskesmas, sum(jenis = 'rumah sakit') as rumah_sakit
  from fasilitas_kesehatan where kode_wilayah in (select kode_wilayah from kab) group by kode_wilayah
), tt as (
  select kode_wilayah, tahun, sum(jumlah_tt) as tempat_tidur from tempat_tidur_kab
  where tahun = (select max(tahun) from tempat_tidur_kab) group by kode_wilayah, tahun
), semester as (
  select periode, sumber_angka from penduduk_wilayah where penduduk is not null order by periode desc, sumber_angka limit 1
), orang as (
  select w.kode_wilayah, w.penduduk as jumlah, 'penduduk_wilayah ' || w.periode || ' ' || w.sumber_angka as sumber_penduduk
  from penduduk_wilayah as w join semester as s on s.periode = w.periode and s.sumber_angka = w.sumber_angka
  where w.tingkat <> 'kecamatan' and w.penduduk is not null
  union all
  select kode, total, 'penduduk' from penduduk where not exists (select 1 from semester)
)
select kab.kode_wilayah, kab.nama_wilayah, f.puskesmas, f.rumah_sakit, t.tempat_tidur, cast(t.tahun as text) as tahun_tempat_tidur,
  o.jumlah as penduduk, o.sumber_penduduk,
  case when o.jumlah > 0 then round(10000.0 * (f.puskesmas + f.rumah_sakit) / o.jumlah, 2) end as faskes_per_10000,
  case when o.jumlah > 0 then round(10000.0 * t.tempat_tidur / o.jumlah, 2) end as tt_per_10000
from kab left join faskes as f using (kode_wilayah) left join tt as t using (kode_wilayah)
  left join orang as o on o.kode_wilayah = kab.kode_wilayah
order by kab.kode_wilayah
