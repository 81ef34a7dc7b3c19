-- judul: Paket mana yang RUP-nya tidak ditemukan?
-- en: Which packages have a plan that is not found?
-- pembaca: pengawas
-- nomor: 3
-- penjelasan: Kode RUP pada tender, non-tender, pencatatan, atau pesanan yang tidak ada di rencana rilis ini, juga setelah mengikuti
--    revisinya; dan paket yang sumbernya tidak menulis kode RUP. "Tidak ditemukan" tidak sama dengan "tidak direncanakan":
--    rencananya mungkin di tahun atau badan yang tidak ada di rilis. Kolom RUP lain: kode lain paket itu yang ditemukan.
-- explanation: Plan codes of tenders, non-tenders, records or orders that are not among this release's plans, also after
--    following revisions; and packages whose source states no plan code. "Not found" is not "never planned": the plan may be
--    of a year or body not in the release. "Other plans" counts the package's other codes that were found.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_klpd from paket where nama_klpd is not null order by 1)
-- parameter: tahun (pilihan: select distinct tahun_anggaran from paket where tahun_anggaran is not null order by 1 desc)
-- butuh: rup_penyedia?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Rencana umum pengadaan melalui penyedia dan swakelola dari SiRUP beserta riwayat revisinya; UKPBJ {badan} atau LKPP
-- document: Procurement plans, through suppliers and self-managed, from SiRUP with the history of their revisions;
--    procurement unit (UKPBJ) of {badan}, or LKPP
-- butuh: paket?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data pengumuman dan hasil pengadaan dari SPSE dan e-katalog; UKPBJ dan LPSE {badan}
-- document: Notices and results of procurement from SPSE and the e-catalogue; procurement unit (UKPBJ) and
--    e-procurement service (LPSE) of {badan}
-- kolom: nilai_sen; Nilai; Value; sen
-- kolom: pagu_sen; Pagu; Ceiling; sen
-- kolom: rup_lain; RUP lain ditemukan; Other plans found; bilangan
-- baris: jejak?jalur={tabel}&kunci={kunci}
select p.nama_paket, replace(p.jalur, '_', ' ') as jalur, p.nama_satker, p.nilai_sen, p.pagu_sen, h.alasan, nullif(h.dicari, '') as kd_rup,
  (select count(*) from hubungan as a where a.jenis = 'rup_paket' and a.ke_tabel = p.jalur and a.ke_kunci = p.kunci and a.tersambung = 1) as rup_lain,
  p.jalur as tabel, p.kunci
from paket as p join hubungan as h on h.ke_kunci = p.kunci and h.ke_tabel = p.jalur and h.jenis = 'rup_paket' and h.tersambung = 0
where p.nama_klpd = :badan and p.tahun_anggaran = cast(:tahun as integer)
order by h.alasan, coalesce(p.nilai_sen, p.pagu_sen) desc, p.kunci, h.dicari
