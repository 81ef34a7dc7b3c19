-- judul: Seberapa lengkap data tender tiap badan dan tahun sebelum dipakai?
-- en: How complete are the tender data of each body and year before you use them?
-- pembaca: peneliti
-- nomor: 9
-- penjelasan: Banyaknya tender, dan berapa di antaranya berisi HPS penuh, HPS bulat, nilai kontrak, pemenang, daftar peserta,
--    dan kode RUP. Tabel lain dan baris yang ditahan: lihat pertanyaan tentang kelengkapan tarikan.
-- explanation: Tenders, and how many have a full estimate, a rounded one, a contract value, a winner, participants and a
--    plan code. For other tables and held rows see the question on completeness of the files.
-- parameter: tahun (bawaan: semua; pilihan: select 'semua' union all select tahun_anggaran from (select distinct tahun_anggaran from tender where tahun_anggaran is not null order by 1 desc))
-- butuh: tender
-- dokumen: Data pengumuman tender dari SPSE; UKPBJ dan LPSE daerah
-- kolom: jumlah; Tender; Tenders; bilangan
-- kolom: hps_penuh; HPS penuh; Full estimate; bilangan
-- kolom: hps_bulat; HPS dibulatkan sumber; Rounded estimate; bilangan
-- kolom: ada_nilai; Nilai kontrak; Contract value; bilangan
-- kolom: ada_pemenang; Pemenang bernama; Named winner; bilangan
-- kolom: ada_peserta; Daftar peserta; Participants; bilangan
-- kolom: ada_rup; Kode RUP; Plan code; bilangan
-- baris: tender?tahun_anggaran={tahun_anggaran}&nama_klpd={nama_klpd}
with nilai as (
  select kd_tender, max(nilai_kontrak_sen) as nilai_kontrak_sen, max(nama_penyedia) as nama_penyedia from tender_nilai group by kd_tender
), peserta as (
  select distinct kd_tender from peserta_tender
)
select t.tahun_anggaran, t.nama_klpd, count(*) as jumlah, sum(t.hps_sen is not null and coalesce(t.hps_dibulatkan, 0) = 0) as hps_penuh,
  sum(t.hps_sen is not null and coalesce(t.hps_dibulatkan, 0) = 1) as hps_bulat, count(n.nilai_kontrak_sen) as ada_nilai,
  count(n.nama_penyedia) as ada_pemenang, count(p.kd_tender) as ada_peserta, count(t.kd_rup) as ada_rup
from tender as t left join nilai as n on n.kd_tender = t.kd_tender left join peserta as p on p.kd_tender = t.kd_tender
where :tahun = 'semua' or t.tahun_anggaran = cast(:tahun as integer)
group by t.tahun_anggaran, t.nama_klpd
order by t.tahun_anggaran desc, t.nama_klpd
