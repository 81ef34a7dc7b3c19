-- judul: Berapa nilai kontrak jalan tiap pemerintah, per penduduk?
-- en: How much does each government contract for roads, per inhabitant?
-- pembaca: jurnalis
-- nomor: 9
-- penjelasan: Nilai kontrak tender dan non tender yang nama paketnya memuat "jalan" (tanpa
--    "perjalanan"), menurut pemerintah yang mengontrak, bukan menurut letak jalannya. Provinsi dan kabupaten mengelola ruas
--    yang berbeda, jadi jangan dijumlahkan per wilayah. Per kilometer tidak dihitung karena panjang ruas menurut kewenangan
--    (SK jalan) tidak ada di rilis ini.
-- explanation: Tender and non-tender contracts whose title has "jalan" (road; "perjalanan", travel, is left out), by the
--    government that contracts, not by where the road is. Provinces and districts own different roads. Per kilometre is
--    not computed because road lengths by owner are not in this release.
-- parameter: tahun (pilihan: select tahun_anggaran from tender_nilai union select tahun_anggaran from non_tender_nilai order by 1 desc)
-- butuh: tender_nilai?tahun_anggaran={tahun}
-- dokumen: Data nilai tender selesai dari SPSE; UKPBJ dan LPSE daerah
-- butuh: (pelengkap) penduduk?total__gt=0
-- dokumen: Jumlah penduduk menurut kabupaten/kota (data agregat kependudukan); Dinas Kependudukan dan Pencatatan Sipil atau BPS
-- kolom: saluran; Jalur; Channel; teks
-- kolom: jumlah; Banyaknya paket; Packages; bilangan
-- kolom: berkontrak; Nilai kontrak tercatat; With a recorded contract value; bilangan
-- kolom: nilai_sen; Nilai kontrak; Contract value; sen
-- kolom: penduduk; Penduduk; Inhabitants; bilangan
-- kolom: per_penduduk; Rupiah per penduduk; Rupiah per inhabitant; rupiah
-- baris: {tabel}?nama_klpd={nama_klpd}&tahun_anggaran={tahun}&nama_paket__contains=jalan&nama_paket__notlike=%25perjalanan%25
with nilai as (
  select kd_tender, sum(nilai_kontrak_sen) as nilai_kontrak_sen from tender_nilai group by kd_tender
), jalan as (
  select t.nama_klpd, 'Tender' as saluran, 'tender' as tabel, n.nilai_kontrak_sen
  from tender as t left join nilai as n on n.kd_tender = t.kd_tender
  where t.tahun_anggaran = cast(:tahun as integer) and t.nama_paket like '%jalan%' and t.nama_paket not like '%perjalanan%'
  union all
  select t.nama_klpd, 'Non tender', 'non_tender', n.nilai_kontrak_sen
  from non_tender as t left join non_tender_nilai as n on n.kd_nontender = t.kd_nontender
  where t.tahun_anggaran = cast(:tahun as integer) and t.nama_paket like '%jalan%' and t.nama_paket not like '%perjalanan%'
), orang as (
  select case tingkat when 'provinsi' then 'Provinsi ' || nama else replace(nama, 'Kabupaten ', 'Kab. ') end as nama_klpd, total
  from penduduk where tingkat in ('provinsi', 'kabupaten/kota')
)
select j.nama_klpd, j.saluran, count(*) as jumlah, count(j.nilai_kontrak_sen) as berkontrak, sum(j.nilai_kontrak_sen) as nilai_sen,
  max(o.total) as penduduk, case when max(o.total) > 0 then sum(j.nilai_kontrak_sen) / 100 / max(o.total) end as per_penduduk, j.tabel
from jalan as j left join orang as o on o.nama_klpd = j.nama_klpd
group by j.nama_klpd, j.saluran, j.tabel
order by j.nama_klpd, j.saluran
