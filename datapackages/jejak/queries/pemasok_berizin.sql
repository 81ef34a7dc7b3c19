-- judul: Pemasok badan mana yang juga memegang izin dari badan itu, dan izin mana yang hampir habis?
-- en: Which suppliers of a body also hold its permits, and which permits are about to expire?
-- pembaca: pengawas
-- nomor: 14
-- penjelasan: Badan usaha yang berkontrak dengan badan itu (atau menang, bila kontraknya tidak tercatat), menerima pesanan, atau
--    tercatat realisasinya, dan memegang izin di register badan itu. Pemegang izin dan pemasok dicocokkan menurut nama dan bentuk usaha
--    saja, sebab register tidak memuat NPWP: nama sama belum tentu badan usaha yang sama. Izin kewenangan menteri tidak ikut. Berlaku
--    dan hari tersisa dihitung pada hari register diambil. Memasok badan pemberi izin bukan pelanggaran. Urutan menurut nama.
-- explanation: Firms with contracts (or wins, where no contract is recorded), orders or recorded payments of a body that also hold
--    permits in its register. Holder and supplier are matched by name and legal form only, because registers carry no tax number:
--    equal names need not be one firm. Permits granted by ministers are left out. Validity is judged on the day the
--    register was retrieved. Supplying the permitting body is no breach. Sorted by name.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_klpd from paket where nama_klpd is not null order by 1)
-- parameter: tahun (pilihan: select distinct tahun_anggaran from paket where tahun_anggaran is not null order by 1 desc)
-- butuh: paket?nama_klpd={badan}&tahun_anggaran={tahun}&pemenang_bernama=1
-- dokumen: Data kontrak, pesanan, dan realisasi beserta nama dan NPWP penyedianya dari SPSE dan e-katalog; UKPBJ dan LPSE {badan}
-- document: Contracts, orders and payments with supplier names and tax numbers (NPWP) from SPSE and the e-catalogue;
--    procurement unit (UKPBJ) and e-procurement service (LPSE) of {badan}
-- butuh: izin?nama_klpd={badan}
-- dokumen: Register izin badan usaha: nama, NIB, jenis izin, KBLI, tanggal terbit, dan akhir masa berlaku; DPMPTSP {badan}
-- document: Register of business permits: name, NIB, kind of permit, KBLI, date of issue and end of validity;
--    investment and one-stop service office (DPMPTSP) of {badan}
-- kolom: nama_pemasok; Pemasok; Supplier; teks
-- kolom: banyak_paket; Paket; Packages; bilangan
-- kolom: nilai_pasokan_sen; Nilai kontrak, pesanan, dan realisasi; Contracts, orders and payments; sen
-- kolom: banyak_izin; Izin; Permits; bilangan
-- kolom: belum_berakhir; Belum tercatat berakhir; Not recorded as ended; bilangan
-- kolom: berakhir_terdekat; Berakhir paling dekat; Next to end; tanggal
-- kolom: hari_tersisa; Hari tersisa; Days left; hari
-- kolom: metode; Cara menautkan; Method of the link; teks
-- kolom: mirip_daftar_hitam; Nama mirip di daftar hitam; Similar names on the blacklist; bilangan
-- baris: izin_tautan?ke_tabel=penyedia&ke_kunci={kunci_penyedia}&nama_klpd={badan}
with ikut as (
  select r.id_penyedia, count(distinct r.proses_tabel || '|' || r.proses_kunci) as banyak_paket, sum(r.nilai_sen) as nilai_pasokan_sen
  from paket as p join partisipasi as r on r.proses_tabel = p.jalur and r.proses_kunci = p.kunci
  where p.nama_klpd = :badan and p.tahun_anggaran = cast(:tahun as integer) and r.id_penyedia <> ''
    and (r.peran in ('penyedia_kontrak', 'penyedia_pesanan', 'penyedia_realisasi') or (r.peran = 'pemenang' and not exists (select 1 from partisipasi as k
      where k.proses_tabel = p.jalur and k.proses_kunci = p.kunci and k.peran = 'penyedia_kontrak')))
  group by r.id_penyedia
), hari as (
  select substr(coalesce(max(b.diambil_pada), (select max(tanggal_terbit) from izin where nama_klpd = :badan)), 1, 10) as register
  from berkas_sumber as b where b.resource = 'izin' and b.diambil_pada <> ''
    and b.sha256 in (select asal_berkas from izin where nama_klpd = :badan)
), pegang as (
  select t.ke_kunci as id_penyedia, t.metode, i.berlaku_sampai, h.register,
    coalesce(i.berlaku_sampai >= h.register, 1) and lower(coalesce(i.status, '')) not like '%cabut%'
      and lower(coalesce(i.status, '')) not like '%tidak berlaku%' and lower(coalesce(i.status, '')) not like '%batal%' as berjalan
  from izin_tautan as t join izin as i on i.nama_klpd = t.nama_klpd and i.no_izin = t.no_izin and i.urutan = t.urutan join hari as h
  where t.ke_tabel = 'penyedia' and t.nama_klpd = :badan
    and (i.kewenangan is null or case when t.nama_klpd like 'Provinsi %' then i.kewenangan like 'Gubernur%'
      else i.kewenangan like 'Bupati%' or i.kewenangan like 'Wali%' end)
), izinnya as (
  select id_penyedia, min(metode) as metode, count(*) as banyak_izin, sum(berjalan) as belum_berakhir,
    min(case when berjalan then berlaku_sampai end) as berakhir_terdekat, min(register) as register
  from pegang group by id_penyedia
)
select s.nama as nama_pemasok, s.bentuk, s.npwp, s.kabupaten, i.banyak_paket, i.nilai_pasokan_sen, z.banyak_izin, z.belum_berakhir,
  z.berakhir_terdekat, cast(julianday(z.berakhir_terdekat) - julianday(z.register) as integer) as hari_tersisa, z.metode,
  (select count(*) from nama_mirip_daftar_hitam as h where h.id_penyedia = i.id_penyedia) as mirip_daftar_hitam, i.id_penyedia as kunci_penyedia
from ikut as i join penyedia as s on s.id_penyedia = i.id_penyedia join izinnya as z on z.id_penyedia = i.id_penyedia
where s.perorangan = 0
order by s.nama, i.id_penyedia
