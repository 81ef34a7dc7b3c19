-- judul: Berapa nilai kontrak jalan tiap pemerintah, per penduduk?
-- en: How much does each government contract for roads, per inhabitant?
-- pembaca: jurnalis
-- nomor: 9
-- penjelasan: Nilai paket semua jalur yang namanya memuat "jalan" (tanpa "perjalanan"); paket gagal atau batal
--    tidak ikut. Dihitung menurut pemerintah yang mengontrak, bukan menurut letak jalannya. Provinsi dan kabupaten mengelola ruas
--    yang berbeda, jadi jangan dijumlahkan per wilayah. Per kilometer tidak dihitung karena panjang ruas menurut kewenangan
--    (SK jalan) tidak ada di rilis ini.
-- explanation: Packages of every channel whose title has "jalan" (road; "perjalanan", travel, is left out), by the
--    government that contracts, not by where the road is. Provinces and districts own different roads. Per kilometre is
--    not computed because road lengths by owner are not in this release.
-- parameter: tahun (pilihan: select tahun_anggaran from cakupan_rupiah where tahun_anggaran > 0 group by 1 order by max(nama_klpd = 'Provinsi Kalimantan Timur') desc, 1 desc)
-- butuh: cakupan_rupiah?tahun_anggaran={tahun}
-- dokumen: Data pengumuman dan hasil pengadaan semua jalur dari SPSE dan e-katalog; UKPBJ dan LPSE daerah
-- document: Notices and results of procurement through all channels, from SPSE and the e-catalogue; procurement units
--    (UKPBJ) and e-procurement services (LPSE) of the region
-- butuh: (pelengkap) penduduk?total__gt=0
-- dokumen: Jumlah penduduk menurut kabupaten/kota (data agregat kependudukan); Dinas Kependudukan dan Pencatatan Sipil atau BPS
-- document: Population by regency and city (aggregate civil registry data); civil registry office (Dinas Kependudukan
--    dan Pencatatan Sipil) or Statistics Indonesia (BPS)
-- kolom: jumlah; Banyaknya paket; Packages; bilangan
-- kolom: bernilai; Nilainya tercatat; With a recorded value; bilangan
-- kolom: penduduk; Penduduk; Inhabitants; bilangan
-- kolom: per_penduduk; Rupiah per penduduk; Rupiah per inhabitant; rupiah
-- baris: paket?nama_klpd={nama_klpd}&tahun_anggaran={tahun}&jalur={jalur}&keadaan__not=gagal_batal&nama_paket__contains=jalan&nama_paket__notlike=%25perjalanan%25
-- grafik: {"mark": "bar", "encoding": {"y": {"field": "nama_klpd", "type": "nominal", "sort": null}, "x": {"field":
--    "per_penduduk", "type": "quantitative", "aggregate": "sum"}, "color": {"field": "jalur", "type": "nominal",
--    "sort": null}}}
with orang as (
  select case tingkat when 'provinsi' then 'Provinsi ' || nama else replace(nama, 'Kabupaten ', 'Kab. ') end as nama_klpd, max(total) as total
  from penduduk where tingkat in ('provinsi', 'kabupaten/kota') group by 1
)
select p.nama_klpd, p.jalur, count(*) as jumlah, count(p.nilai_sen) as bernilai, sum(p.nilai_sen) as nilai_sen, max(o.total) as penduduk,
  case when max(o.total) > 0 then sum(p.nilai_sen) / 100 / max(o.total) end as per_penduduk
from paket as p left join orang as o on o.nama_klpd = p.nama_klpd
where p.tahun_anggaran = cast(:tahun as integer) and p.nama_paket like '%jalan%' and p.nama_paket not like '%perjalanan%' and p.keadaan <> 'gagal_batal'
group by p.nama_klpd, p.jalur
order by p.nama_klpd, p.jalur
