-- judul: Paket bertanda "(DBH SAWIT)" atau "(ABT)" membeli apa?
-- en: What did packages marked "(DBH SAWIT)" or "(ABT)" buy?
-- pembaca: jurnalis
-- nomor: 13
-- penjelasan: Tender dan non tender yang namanya memuat tanda itu, dengan nilai kontraknya bila tercatat. Tanda ini ditulis
--    satuan kerja di nama paket; paket yang tidak menulisnya tidak ikut. Baris anggaran yang turun ada pada pertanyaan
--    tentang APBD perubahan.
-- explanation: Tenders and non-tenders whose title carries the mark, with the contract value where recorded. The mark is
--    typed by the office into the title; packages without it are not included. For budget lines that fell see the
--    question on the revised budget.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from non_tender where nama_klpd is not null union select nama_klpd from tender where nama_klpd is not null order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from non_tender union select tahun_anggaran from tender where tahun_anggaran is not null order by 1 desc)
-- parameter: tanda (pilihan: select 'DBH SAWIT' union all select 'ABT' union all select 'DBH')
-- butuh: (pelengkap) non_tender?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data pengumuman non tender dari SPSE; UKPBJ dan LPSE {badan}
-- butuh: (pelengkap) tender?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data pengumuman tender dari SPSE; UKPBJ dan LPSE {badan}
-- kolom: saluran; Jalur; Channel; teks
-- baris: {tabel}?{kolom_kunci}={kunci}
with semua as (
  select 'Tender' as saluran, t.nama_paket, t.nama_satker, t.jenis_pengadaan, t.pagu_sen,
    (select sum(n.nilai_kontrak_sen) from tender_nilai as n where n.kd_tender = t.kd_tender) as nilai_kontrak_sen,
    'tender' as tabel, 'kd_tender' as kolom_kunci, t.kd_tender as kunci
  from tender as t where t.nama_klpd = :badan and t.tahun_anggaran = cast(:tahun as integer)
  union all
  select 'Non tender', t.nama_paket, t.nama_satker, t.jenis_pengadaan, t.pagu_sen,
    (select n.nilai_kontrak_sen from non_tender_nilai as n where n.kd_nontender = t.kd_nontender), 'non_tender', 'kd_nontender', t.kd_nontender
  from non_tender as t where t.nama_klpd = :badan and t.tahun_anggaran = cast(:tahun as integer)
)
select nama_paket, saluran, nama_satker, jenis_pengadaan, pagu_sen, nilai_kontrak_sen, tabel, kolom_kunci, kunci
from semua where instr(upper(nama_paket), '(' || upper(:tanda) || ')') > 0
order by pagu_sen desc, kunci
