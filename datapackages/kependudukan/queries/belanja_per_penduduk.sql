-- judul: Berapa belanja dan nilai paket tiap pemerintah per penduduk?
-- en: How much does each government spend and contract per inhabitant?
-- pembaca: jurnalis
-- nomor: 9
-- penjelasan: Realisasi Belanja Daerah menurut laporan DJPK bulan terakhir tahun itu, dan nilai paket pengadaan semua jalur, dibagi
--    penduduk terdaftar menurut Dukcapil pada semester terakhir sampai tahun itu (bila tidak ada, semester pertama sesudahnya, atau
--    daftar penduduk Kemendagri). Belanja yang hanya dibulatkan sumbernya tidak dibagi. Provinsi dan kabupaten/kota melayani penduduk
--    yang sama untuk urusan yang berbeda: jangan dijumlahkan.
-- explanation: Realised regional expenditure in DJPK's report for the last month of the year, and the value of packages of all channels,
--    divided by registered inhabitants in the last semester up to that year (if there is none, the first one after it, or the ministry's
--    population list). Expenditure that its source only rounds is not divided. Province and regencies serve the same people in
--    different matters: do not add them up.
-- parameter: tahun (pilihan: select tahun_anggaran from cakupan_rupiah where tahun_anggaran > 0 group by 1 order by max(nama_klpd = 'Provinsi Kalimantan Timur') desc, 1 desc)
-- butuh: cakupan_rupiah?tahun_anggaran={tahun}
-- dokumen: Data pengumuman dan hasil pengadaan semua jalur dari SPSE dan e-katalog; UKPBJ dan LPSE daerah
-- document: Notices and results of procurement through all channels, from SPSE and the e-catalogue; procurement units (UKPBJ) and
--    e-procurement services (LPSE) of the region
-- butuh: (pelengkap) lra?tahun={tahun}&akun=Belanja%20Daerah
-- dokumen: Laporan realisasi APBD; BPKAD, atau portal DJPK
-- document: Budget realisation report; regional finance office (BPKAD) or the DJPK portal
-- butuh: (pelengkap) penduduk_wilayah?penduduk__gt=0
-- dokumen: Data agregat kependudukan (DKB): jumlah penduduk per kabupaten/kota; Dinas Kependudukan dan Pencatatan Sipil
-- document: Aggregate civil registry data (DKB): population by regency and city; civil registry office (Dinas Kependudukan dan Pencatatan Sipil)
-- kolom: penduduk; Penduduk; Inhabitants; bilangan
-- kolom: sumber_penduduk; Penduduk menurut; Inhabitants according to; teks
-- kolom: belanja; Realisasi belanja daerah; Realised expenditure; rupiah
-- kolom: belanja_per_penduduk; Belanja per penduduk; Expenditure per inhabitant; rupiah
-- kolom: nilai_paket_sen; Nilai paket; Value of packages; sen
-- kolom: paket_per_penduduk; Nilai paket per penduduk; Packages per inhabitant; rupiah
-- baris: cakupan_rupiah?tahun_anggaran={tahun}&nama_klpd={nama_klpd}
with orang as (
  select case tingkat when 'provinsi' then 'provinsi ' else '' end || lower(nama_wilayah) as kunci, penduduk,
    'Dukcapil (' || sumber_angka || ') ' || periode as sumber_penduduk,
    row_number() over (partition by kode_wilayah order by periode > :tahun || '-S2', case when periode > :tahun || '-S2' then periode end,
      periode desc, sumber_angka) as urutan
  from penduduk_wilayah where tingkat in ('provinsi', 'kabupaten/kota') and penduduk > 0
  union all
  select case tingkat when 'provinsi' then 'provinsi ' else '' end || lower(nama), total, 'Kemendagri, daftar wilayah', 2
  from penduduk where tingkat in ('provinsi', 'kabupaten/kota') and total > 0
), pilih as (
  select kunci, penduduk, sumber_penduduk, row_number() over (partition by kunci order by urutan) as ke from orang where urutan <= 2
), paket as (
  select nama_klpd, sum(nilai_sen) as nilai_paket_sen from cakupan_rupiah where tahun_anggaran = cast(:tahun as integer) group by 1
), belanja as (
  select nama_pemda, realisasi_sen / 100 as belanja, realisasi_dibulatkan as bulat,
    row_number() over (partition by nama_pemda order by cast(periode as integer) desc) as ke
  from lra where tahun = cast(:tahun as integer) and akun = 'Belanja Daerah' and realisasi_sen is not null
)
select p.nama_klpd, o.penduduk, o.sumber_penduduk, b.belanja,
  case when b.bulat = 0 and o.penduduk > 0 then b.belanja / o.penduduk end as belanja_per_penduduk, p.nilai_paket_sen,
  case when o.penduduk > 0 then p.nilai_paket_sen / 100 / o.penduduk end as paket_per_penduduk
from paket as p
left join pilih as o on o.ke = 1 and o.kunci = lower(replace(p.nama_klpd, 'Kab. ', 'Kabupaten '))
left join belanja as b on b.ke = 1 and lower(replace(b.nama_pemda, 'Kab. ', 'Kabupaten ')) = lower(replace(p.nama_klpd, 'Kab. ', 'Kabupaten '))
order by p.nama_klpd
