-- judul: Langkah mana dari anggaran sampai aset yang tercatat untuk tiap paket?
-- en: Which steps from budget to asset are recorded for each package?
-- pembaca: jurnalis
-- nomor: 3
-- penjelasan: Satu baris satu paket dari semua jalur. "ada" berarti langkah itu ada di rilis ini; "tidak tercatat" berarti
--    tidak ada di sumber yang kami punya, bukan tidak pernah terjadi; "tidak berlaku" berarti jalur atau keadaan paketnya tidak
--    mengenal langkah itu. Buka barisnya untuk melihat isi tiap langkah.
-- explanation: One row per package of every channel. "Recorded" means that the step is in this release; "not recorded"
--    means not in the sources we hold, not that it never happened; "does not apply" means that the channel or state has no such
--    step. Open a row to see what each step holds.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from cakupan_rupiah where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from cakupan_rupiah where tahun_anggaran > 0 group by 1 order by 1 desc)
-- parameter: kata (teks: jalan)
-- butuh: paket?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data pengumuman dan hasil pengadaan semua jalur dari SPSE dan e-katalog; UKPBJ dan LPSE {badan}
-- document: Notices and results of procurement through all channels, from SPSE and the e-catalogue; procurement unit
--    (UKPBJ) and e-procurement service (LPSE) of {badan}
-- baris: pertanyaan/jejak_paket?jalur={jalur}&kunci={kunci}
select nama_paket, jalur, nama_satker, keadaan, nilai_sen, anggaran, rup, pengumuman, pemenang, kontrak, spmk, serah_terima, aset, kunci
from jejak
where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer) and instr(lower(nama_paket), lower(:kata)) > 0
order by nilai_sen desc, jalur, kunci
