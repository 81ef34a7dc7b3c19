-- judul: Pemasok badan mana yang juga memegang izin dari badan itu, dan izin mana yang hampir habis?
-- en: Which suppliers of a body also hold its permits, and which permits are about to expire?
-- pembaca: pengawas
-- nomor: 14
-- penjelasan: Register izin belum ada di rilis, jadi baru separuhnya terjawab: badan usaha yang berkontrak (atau menang, bila kontraknya
--    tidak tercatat), menerima pesanan, atau tercatat realisasinya, dengan NPWP untuk dicocokkan dengan register izin. Orang perseorangan tidak ikut. Kemiripan nama dengan daftar
--    hitam hanya kemiripan. Memasok badan pemberi izin bukan pelanggaran. Urutan menurut nama.
-- explanation: The permit register is not in the release, so only half is answered: firms with contracts (or wins, where no
--    contract is recorded), orders or recorded payments, with the tax number to look up in the permit register. Natural persons are left out. A name like one on the
--    blacklist is a resemblance only. Supplying the permitting body is no breach. Sorted by name.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_klpd from paket where nama_klpd is not null order by 1)
-- parameter: tahun (pilihan: select distinct tahun_anggaran from paket where tahun_anggaran is not null order by 1 desc)
-- butuh: paket?nama_klpd={badan}&tahun_anggaran={tahun}&pemenang_bernama=1
-- dokumen: Data kontrak, pesanan, dan realisasi beserta nama dan NPWP penyedianya dari SPSE dan e-katalog; UKPBJ dan LPSE {badan}
-- document: Contracts, orders and payments with supplier names and tax numbers (NPWP) from SPSE and the e-catalogue;
--    procurement unit (UKPBJ) and e-procurement service (LPSE) of {badan}
-- butuh: (pelengkap) berkas_sumber?resource=izin
-- dokumen: Register izin badan usaha: nama, NIB, jenis izin, KBLI, tanggal terbit, dan akhir masa berlaku; DPMPTSP {badan}
-- document: Register of business permits: name, NIB, kind of permit, KBLI, date of issue and end of validity;
--    investment and one-stop service office (DPMPTSP) of {badan}
-- kolom: nama_pemasok; Pemasok; Supplier; teks
-- kolom: banyak_paket; Paket; Packages; bilangan
-- kolom: nilai_pasokan_sen; Nilai kontrak, pesanan, dan realisasi; Contracts, orders and payments; sen
-- kolom: mirip_daftar_hitam; Nama mirip di daftar hitam; Similar names on the blacklist; bilangan
-- baris: partisipasi?id_penyedia={kunci_penyedia}&tahun_anggaran={tahun}
with ikut as (
  select r.id_penyedia, count(distinct r.proses_tabel || '|' || r.proses_kunci) as banyak_paket, sum(r.nilai_sen) as nilai_pasokan_sen
  from paket as p join partisipasi as r on r.proses_tabel = p.jalur and r.proses_kunci = p.kunci
  where p.nama_klpd = :badan and p.tahun_anggaran = cast(:tahun as integer) and r.id_penyedia <> ''
    and (r.peran in ('penyedia_kontrak', 'penyedia_pesanan', 'penyedia_realisasi') or (r.peran = 'pemenang' and not exists (select 1 from partisipasi as k
      where k.proses_tabel = p.jalur and k.proses_kunci = p.kunci and k.peran = 'penyedia_kontrak')))
  group by r.id_penyedia
)
select s.nama as nama_pemasok, s.bentuk, s.npwp, s.kabupaten, i.banyak_paket, i.nilai_pasokan_sen,
  (select count(*) from nama_mirip_daftar_hitam as h where h.id_penyedia = i.id_penyedia) as mirip_daftar_hitam, i.id_penyedia as kunci_penyedia
from ikut as i join penyedia as s on s.id_penyedia = i.id_penyedia
where s.perorangan = 0
order by s.nama, i.id_penyedia
