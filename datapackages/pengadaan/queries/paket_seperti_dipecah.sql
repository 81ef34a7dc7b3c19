-- judul: Pengadaan langsung mana yang terlihat seperti satu kebutuhan yang dipecah?
-- en: Which direct purchases look like one need that was split?
-- pembaca: jurnalis
-- nomor: 7
-- penjelasan: Perlu dicek, bukan bukti pelanggaran. Satuan kerja dan penyedia sama, awal nama sama, diumumkan dalam 30 hari,
--    masing-masing tidak melebihi batas pengadaan langsung, jumlahnya melebihi. Batas itu ditetapkan peraturan. Selama bunyi
--    pasalnya belum diperiksa orang dari naskah resmi, tandanya dihitung tetapi tidak diterbitkan, dan halaman ini menyebut naskah
--    yang diperlukan. Rumus lengkapnya ada di tabel tanda_metode.
-- explanation: To be checked, no proof of wrongdoing. Same office and supplier, same beginning of the title, announced
--    within 30 days, each within the limit for direct purchase and together above it. The limit is set by regulation. Until a
--    person has checked the article in the official text the sign is computed but not published, and this page names the
--    text that is needed. Table tanda_metode has the full formula.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from non_tender where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from non_tender where tahun_anggaran is not null group by 1 order by 1 desc)
-- butuh: non_tender?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data pengumuman non tender beserta pagu, tanggal, dan penyedianya dari SPSE; UKPBJ dan LPSE {badan}
-- document: Non-tender notices with ceiling, date and supplier from SPSE; procurement unit (UKPBJ) and e-procurement
--    service (LPSE) of {badan}
-- butuh: tanda_metode?tanda=pecah_paket&status=terbit
-- dokumen: Naskah Perpres 16/2018 beserta perubahannya (12/2021, 46/2025) dengan pasal batas pengadaan langsung dan larangan memecah paket; LKPP
-- document: Text of Perpres 16/2018 as amended (12/2021, 46/2025), with the articles on the limit of direct
--    procurement and the ban on splitting packages; LKPP
-- kolom: paket_serupa; Paket serupa; Similar packages; bilangan
-- kolom: jumlah_serupa_sen; Jumlah pagu yang serupa; Ceilings together; sen
-- kolom: batas_sen; Batas pada tanggal itu; Limit on that date; sen
-- baris: non_tender?kd_nontender={kd_nontender}
select n.nama_paket, n.nama_satker, v.nama_penyedia, n.tgl_pengumuman_nontender, n.pagu_sen, json_extract(t.angka, '$.paket_serupa') as paket_serupa,
  json_extract(t.angka, '$.jumlah_sen') as jumlah_serupa_sen, json_extract(t.angka, '$.batas_sen') as batas_sen, n.kd_nontender
from tanda as t join non_tender as n on n.kd_nontender = t.kunci left join non_tender_nilai as v on v.kd_nontender = n.kd_nontender
where t.tanda = 'pecah_paket' and t.tabel = 'non_tender' and n.nama_klpd = :badan and n.tahun_anggaran = cast(:tahun as integer)
order by n.nama_satker, v.nama_penyedia, n.tgl_pengumuman_nontender, n.kd_nontender
