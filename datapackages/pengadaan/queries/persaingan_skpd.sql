-- judul: Penawar tunggal, tender ulang, dan kontrak dekat HPS, per SKPD di samping yang lain
-- en: Single bidders, repeat tenders and contracts close to the estimate, per office beside its peers
-- pembaca: jurnalis
-- nomor: 6
-- penjelasan: Semua angka perlu dicek, bukan bukti pelanggaran. Penawar tunggal dihitung dari tender selesai yang daftar
--    pesertanya ada (satu peserta dengan harga). Dekat HPS berarti nilai kontrak paling sedikit 99 persen HPS, dihitung dari
--    tender berpemenang tunggal yang HPS-nya penuh. Tender ulang berarti versi tender lebih dari satu atau bertanda ulang
--    di sumber; kosong bila keduanya tidak tercatat. Tiap angka di samping
--    pembaginya. Di Indonesia kira-kira 31 persen tender selesai berpenawar tunggal dan 23 persen dekat HPS (34 provinsi, 2025).
-- explanation: All figures are to be checked and prove no wrongdoing. Single bidder counts completed tenders whose
--    participant list is in the release (one participant with a price). Close means a contract of at least 99 percent of
--    the estimate, among tenders with one winner and a full estimate. Repeat means a tender version above one or the
--    source's mark; empty where neither is recorded. Every count
--    stands beside its denominator. Nationally about 31 percent of completed tenders have one bidder and 23 percent are close.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from tender where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from tender where tahun_anggaran is not null group by 1 order by 1 desc)
-- butuh: tender?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data pengumuman tender dari SPSE; UKPBJ dan LPSE {badan}
-- document: Tender notices from SPSE; procurement unit (UKPBJ) and e-procurement service (LPSE) of {badan}
-- butuh: (pelengkap) tender_nilai?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data nilai tender selesai (HPS dan nilai kontrak) dari SPSE; UKPBJ dan LPSE {badan}
-- document: Values of finished tenders (owner's estimate and contract value) from SPSE; procurement unit (UKPBJ) and
--    e-procurement service (LPSE) of {badan}
-- butuh: (pelengkap) paket?jalur=tender&nama_klpd={badan}&tahun_anggaran={tahun}&jumlah_penawar__notnull=1
-- dokumen: Data peserta tender beserta harga penawarannya dari SPSE; UKPBJ dan LPSE {badan}
-- document: Tender participants with their bid prices from SPSE; procurement unit (UKPBJ) and e-procurement service
--    (LPSE) of {badan}
-- kolom: jumlah_tender; Tender; Tenders; bilangan
-- kolom: tender_ulang; Tender ulang; Repeat tenders; bilangan
-- kolom: ada_peserta; Selesai, daftar peserta ada; Completed with participant list; bilangan
-- kolom: penawar_tunggal; Penawar tunggal; Single bidder; bilangan
-- kolom: ada_hps; Nilai kontrak dan HPS penuh; Contract and full estimate; bilangan
-- kolom: dekat_hps; Kontrak dekat HPS; Close to the estimate; bilangan
-- kolom: persen_penawar_tunggal; Persen penawar tunggal; Percent single bidder; persen
-- kolom: persen_dekat_hps; Persen dekat HPS; Percent close; persen
-- baris: tender?nama_klpd={badan}&tahun_anggaran={tahun}&nama_satker={nama_satker}
-- grafik: {"mark": "bar", "transform": [{"fold": ["jumlah_tender", "tender_ulang", "penawar_tunggal"], "as": ["ukuran",
--    "banyaknya"]}], "encoding": {"y": {"field": "nama_satker", "type": "nominal", "sort": null}, "x": {"field":
--    "banyaknya", "type": "quantitative"}, "yOffset": {"field": "ukuran", "type": "nominal", "sort": null},
--    "color": {"field": "ukuran", "type": "nominal", "sort": null}}}
with peserta as (
  select kd_tender, sum(coalesce(nilai_penawaran_sen, 0) > 0) as penawar from peserta_tender group by kd_tender
), nilai as (
  select kd_tender, max(hps_sen) as hps_sen, max(nilai_kontrak_sen) as nilai_kontrak_sen from tender_nilai
  where nama_klpd = :badan group by kd_tender having count(*) = 1 and max(hps_sen) > 0 and max(nilai_kontrak_sen) > 0
), satu as (
  select t.nama_satker, case when t.versi_tender is not null then t.versi_tender > 1 when t.badge like '%ulang%' then 1 end as ulang, (t.status_tender = 'Selesai' or t.tahap like '%Sudah Selesai') and p.penawar >= 1 as ada_peserta,
    (t.status_tender = 'Selesai' or t.tahap like '%Sudah Selesai') and p.penawar = 1 as tunggal, n.kd_tender is not null as ada_hps,
    n.nilai_kontrak_sen * 100 >= n.hps_sen * 99 as dekat
  from tender as t left join peserta as p on p.kd_tender = t.kd_tender left join nilai as n on n.kd_tender = t.kd_tender
  where t.nama_klpd = :badan and t.tahun_anggaran = cast(:tahun as integer)
)
select nama_satker, count(*) as jumlah_tender, sum(ulang) as tender_ulang, sum(coalesce(ada_peserta, 0)) as ada_peserta,
  sum(coalesce(tunggal, 0)) as penawar_tunggal, sum(ada_hps) as ada_hps, sum(coalesce(dekat, 0)) as dekat_hps,
  case when sum(coalesce(ada_peserta, 0)) > 0 then round(100.0 * sum(coalesce(tunggal, 0)) / sum(ada_peserta), 1) end as persen_penawar_tunggal,
  case when sum(ada_hps) > 0 then round(100.0 * sum(coalesce(dekat, 0)) / sum(ada_hps), 1) end as persen_dekat_hps
from satu
group by nama_satker
order by nama_satker
