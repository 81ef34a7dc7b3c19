-- judul: Paket bertanda "(DBH SAWIT)" atau "(ABT)" membeli apa?
-- en: What did packages marked "(DBH SAWIT)" or "(ABT)" buy?
-- pembaca: jurnalis
-- nomor: 13
-- penjelasan: Paket semua jalur yang namanya memuat tanda itu, dengan nilainya bila tercatat. Spasi
--    diabaikan, dan "(DBH" juga menemukan "(DBH SAWIT)" dan "(DBH SDA-DR)". Tanda ini ditulis
--    satuan kerja di nama paket; paket yang tidak menulisnya tidak ikut. Baris anggaran yang turun ada pada pertanyaan
--    tentang APBD perubahan.
-- explanation: Packages of every channel whose title carries the mark, with the value where recorded. Spaces
--    do not matter, and "(DBH" also finds "(DBH SAWIT)" and "(DBH SDA-DR)". The mark is
--    typed by the office into the title; packages without it are not included. For budget lines that fell see the
--    question on the revised budget.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from cakupan_rupiah where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from cakupan_rupiah where tahun_anggaran > 0 group by 1 order by 1 desc)
-- parameter: tanda (pilihan: select 'DBH SAWIT' union all select 'ABT' union all select 'DBH')
-- butuh: paket?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data pengumuman dan hasil pengadaan semua jalur dari SPSE dan e-katalog; UKPBJ dan LPSE {badan}
-- document: Notices and results of procurement through all channels, from SPSE and the e-catalogue; procurement unit
--    (UKPBJ) and e-procurement service (LPSE) of {badan}
-- baris: pertanyaan/jejak_paket?jalur={jalur}&kunci={kunci}
select nama_paket, jalur, nama_satker, jenis_pengadaan, keadaan, pagu_sen, nilai_sen, kunci
from paket
where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer) and instr(replace(upper(nama_paket), ' ', ''), '(' || replace(upper(:tanda), ' ', '')) > 0
order by pagu_sen desc, jalur, kunci
