-- judul: Berapa anggaran kesehatan tiap pemerintah per penduduk dan per fasilitas, dan berapa bagian BLUD?
-- en: How much health budget does each government have per inhabitant and per facility, and what is the share of BLUD?
-- pembaca: jurnalis
-- nomor: 9
-- penjelasan: Belanja urusan kesehatan: sub kegiatan berkode 1.02, atau SKPD berkode 1.02 bila baris anggaran tidak menyebut sub
--    kegiatannya. BLUD: rekening belanja BLUD 5.x.xx.99.99, yang dianggarkan sebagai satu baris; kosong bila tidak satu pun tercatat.
--    Fasilitas: puskesmas dan rumah sakit di wilayah itu menurut daftar nasional, juga yang bukan milik pemerintah itu. Provinsi
--    dan kabupaten/kota membiayai fasilitas yang berbeda: jangan dijumlahkan per wilayah.
-- explanation: Spending on the function health: sub-activities coded 1.02, or offices (SKPD) coded 1.02 where a budget line states
--    no sub-activity. BLUD: the accounts of autonomous health units 5.x.xx.99.99, budgeted as one line; empty if none is recorded.
--    Facilities: health centres and hospitals of that region in the national list, also those of other owners. Provinces and
--    regencies pay for different facilities: do not add them up by region.
-- parameter: tahun (pilihan: select distinct tahun_anggaran from anggaran order by 1 desc)
-- butuh: anggaran?tahun_anggaran={tahun}
-- dokumen: Penjabaran APBD beserta rincian sub kegiatan dan kode rekening per SKPD, termasuk Dinas Kesehatan dan RSUD; BPKAD
-- document: Detailed budget (penjabaran APBD) with sub-activities and account codes per office (SKPD), health office and
--    public hospitals included; finance and asset agency (BPKAD)
-- butuh: (pelengkap) fasilitas_kesehatan?jenis=puskesmas
-- dokumen: Daftar puskesmas dan rumah sakit beserta kabupaten/kotanya; Dinas Kesehatan provinsi atau Kementerian Kesehatan
-- document: List of health centres and hospitals with their regencies; provincial health office (Dinas Kesehatan) or
--    Ministry of Health
-- kolom: belanja_sen; Anggaran kesehatan; Health budget; sen
-- kolom: blud_sen; Di antaranya BLUD; Of which BLUD; sen
-- kolom: persen_blud; Bagian BLUD; Share of BLUD; persen
-- kolom: penduduk; Penduduk; Inhabitants; bilangan
-- kolom: sumber_penduduk; Sumber penduduk; Source of inhabitants; teks
-- kolom: per_penduduk; Rupiah per penduduk; Rupiah per inhabitant; rupiah
-- kolom: fasilitas; Puskesmas dan rumah sakit; Health centres and hospitals; bilangan
-- kolom: per_fasilitas; Rupiah per fasilitas; Rupiah per facility; rupiah
-- baris: anggaran?nama_pemda={nama_pemda}&tahun_anggaran={tahun}&tahapan={tahapan}&kode_skpd__startswith=1.02
-- grafik: {"mark": "bar", "encoding": {"y": {"field": "nama_pemda", "type": "nominal", "sort": null}, "x": {"field":
--    "per_penduduk", "type": "quantitative", "aggregate": "sum"}, "color": {"field": "tahapan", "type": "nominal", "sort": null}}}
with semester as (
  select periode, sumber_angka from penduduk_wilayah where penduduk is not null order by periode desc, sumber_angka limit 1
), orang as (
  select w.kode_wilayah, w.penduduk as jumlah, 'penduduk_wilayah ' || w.periode || ' ' || w.sumber_angka as sumber_penduduk
  from penduduk_wilayah as w join semester as s on s.periode = w.periode and s.sumber_angka = w.sumber_angka
  where w.tingkat <> 'kecamatan' and w.penduduk is not null
  union all
  select kode, total, 'penduduk' from penduduk where not exists (select 1 from semester)
), tempat as (
  select kode, case tingkat when 'provinsi' then 'Provinsi ' || nama else replace(nama, 'Kabupaten ', 'Kab. ') end as nama_pemda
  from wilayah where tingkat in ('provinsi', 'kabupaten/kota')
), belanja as (
  select nama_pemda, tahapan, sum(nilai_sen) as belanja_sen,
    sum(case when kode_rekening like '5._.__.99.99.%' then nilai_sen end) as blud_sen
  from anggaran
  where tahun_anggaran = cast(:tahun as integer) and kode_rekening like '5.%'
    and (kode_sub_kegiatan like '1.02.%' or coalesce(kode_sub_kegiatan, '') = '' and kode_skpd like '1.02.%')
  group by nama_pemda, tahapan
), faskes as (
  select kode_wilayah as kode, count(*) as fasilitas from fasilitas_kesehatan where jenis in ('puskesmas', 'rumah sakit') group by 1
  union all
  select substr(kode_wilayah, 1, 2), count(*) from fasilitas_kesehatan where jenis in ('puskesmas', 'rumah sakit') group by 1
)
select b.nama_pemda, b.tahapan, b.belanja_sen, b.blud_sen,
  case when b.belanja_sen > 0 then round(100.0 * b.blud_sen / b.belanja_sen, 2) end as persen_blud, o.jumlah as penduduk, o.sumber_penduduk,
  case when o.jumlah > 0 then b.belanja_sen / 100 / o.jumlah end as per_penduduk, f.fasilitas,
  case when f.fasilitas > 0 then b.belanja_sen / 100 / f.fasilitas end as per_fasilitas
from belanja as b left join tempat as t on t.nama_pemda = b.nama_pemda left join orang as o on o.kode_wilayah = t.kode
  left join faskes as f on f.kode = t.kode
order by b.nama_pemda, b.tahapan
