-- judul: Berapa bagian pengadaan yang tersambung ke anggaran, rencana, kontrak, dan aset, menurut jumlah dan rupiah?
-- en: How much of procurement is linked to budget, plan, contract and asset, by count and by rupiah?
-- pembaca: peneliti
-- nomor: 5
-- penjelasan: Satu baris satu jenis sambungan dan tahun. Anggaran ke RUP disambung menurut kode rekening dan sub kegiatan
--    di MAK. Satuan dengan beberapa sambungan dihitung sekali, jadi rupiahnya tidak berlipat. Cara, skor, dan alasan tiap sambungan,
--    juga yang tidak tersambung, ada di baris di baliknya. Kode resmi berskor 1; kecocokan 0,75 sampai 1. Yang dihitung baris
--    yang kini terbit: baris yang diulang sumbernya dihitung sekali. Berapa baris masuk dan berapa tergantikan ada pada
--    pertanyaan tentang kelengkapan tarikan.
-- explanation: One row per kind of link and year. Budget to plan is joined by account and sub-activity code (MAK). A unit
--    with several links counts once, so rupiah never multiply. Method, score and reason of each link, missing ones too, are
--    in the rows behind. Official codes score 1, matches 0.75 to 1. Rows now published are counted, repeats in the source
--    once; how many came in and how many were superseded is in the question on completeness of the files.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from cakupan_rupiah where nama_klpd is not null and jalur <> 'darurat' group by 1 order by 1)
-- parameter: tahun (bawaan: semua; pilihan: select 'semua' union all select tahun_anggaran from (select distinct tahun_anggaran from tingkat_tautan where tahun_anggaran > 0 order by 1 desc))
-- butuh: cakupan_rupiah?nama_klpd={badan}
-- dokumen: Data rencana, pengumuman, hasil, dan kontrak pengadaan beserta kode MAK-nya; UKPBJ dan LPSE {badan}
-- document: Procurement plans, notices, results and contracts with their budget codes (MAK); procurement unit (UKPBJ)
--    and e-procurement service (LPSE) of {badan}
-- butuh: (pelengkap) anggaran?nama_pemda={badan}
-- dokumen: Penjabaran APBD beserta rincian sub kegiatan dan kode rekening per SKPD; BPKAD {badan}
-- document: Detailed budget (penjabaran APBD) with sub-activities and account codes per office (SKPD); finance and
--    asset agency (BPKAD) of {badan}
-- baris: {tabel}?jenis={jenis}&badan={kunci_badan}&tahun_anggaran={kunci_tahun}
-- grafik: {"mark": "bar", "transform": [{"fold": ["jumlah", "tertaut"], "as": ["ukuran", "banyaknya"]}],
--    "encoding": {"y": {"field": "jenis", "type": "nominal", "sort": null}, "x": {"field": "banyaknya", "type":
--    "quantitative", "aggregate": "sum"}, "yOffset": {"field": "ukuran", "type": "nominal", "sort": null}, "color":
--    {"field": "ukuran", "type": "nominal", "sort": null}}}
select t.tahun_anggaran, t.jenis, t.rinci, t.jumlah, t.tertaut, t.tertaut_sebagian, t.persen_jumlah, t.nilai_sen, t.nilai_tertaut_sen, t.persen_nilai,
  t.badan as kunci_badan, nullif(t.tahun_anggaran, 0) as kunci_tahun,
  case when t.jenis in ('rencana_berpaket', 'paket_nilai') and t.tertaut = t.jumlah then 'tingkat_tautan' else 'hubungan' end as tabel
from tingkat_tautan as t
where t.badan in (select badan from cakupan_rupiah where nama_klpd = :badan and jalur <> 'darurat') and (:tahun = 'semua' or t.tahun_anggaran = cast(:tahun as integer))
order by t.tahun_anggaran desc, t.jenis, t.rinci
