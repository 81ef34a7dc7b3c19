-- judul: Dari mana sisa anggaran: tender gagal, selisih pagu dan kontrak, rencana yang belum berpaket?
-- en: Where did the leftover come from: failed tenders, ceiling minus contract, plans without a package?
-- pembaca: peneliti
-- nomor: 11
-- penjelasan: Tiga sumber sisa per satuan kerja. Tender gagal dijumlah pagunya. Selisih dihitung dari tender dan non tender
--    yang nilai kontraknya tercatat. Rencana tanpa paket adalah RUP yang kodenya tidak ditemukan pada tender, non tender,
--    pencatatan, atau e-purchasing di rilis ini; tidak sama dengan tidak dilaksanakan. Ketiganya jangan dijumlahkan menjadi SiLPA;
--    SiLPA resmi ada di laporan realisasi.
-- explanation: Three sources of leftover per office. Failed tenders add up their ceilings. The gap uses tenders and
--    non-tenders with a recorded contract value. Plans without a package have a code not found in any channel of this
--    release, which is not the same as not executed. Do not add the three up to the official surplus.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from rup_penyedia where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from rup_penyedia group by 1 order by 1 desc)
-- butuh: (pelengkap) tender?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data pengumuman tender dari SPSE; UKPBJ dan LPSE {badan}
-- butuh: rup_penyedia?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Rencana umum pengadaan melalui penyedia dari SiRUP; UKPBJ {badan} atau LKPP
-- butuh: (pelengkap) lra?nama_pemda={badan}&tahun={tahun}
-- dokumen: Laporan realisasi anggaran (LRA) per SKPD; BPKAD {badan}
-- kolom: jenis; Sumber sisa; Source; teks
-- kolom: jumlah; Banyaknya; Count; bilangan
-- kolom: nilai_sen; Nilai; Value; sen
-- baris: {tabel}?nama_klpd={badan}&tahun_anggaran={tahun}&nama_satker={nama_satker}&{kolom_lain}={kunci_lain}
with recursive pakai (kd_rup) as (
  select kd_rup from tender_rup union select kd_rup from non_tender_rup union select kd_rup from epurchasing_rup
  union select kd_rup from pencatatan_non_tender_rup union select kd_rup from tender_nilai_rup union select kd_rup from non_tender_nilai_rup
), langkah (awal, kini) as (
  select v.kd_rup_lama, v.kd_rup_baru from rup_revisi as v join pakai as p on p.kd_rup = v.kd_rup_lama
  union
  select l.awal, v.kd_rup_baru from langkah as l join rup_revisi as v on v.kd_rup_lama = l.kini
), semua as (
  select nama_satker, 'Tender gagal atau batal' as jenis, pagu_sen as nilai_sen, 'tender' as tabel, case when status_tender is null then 'tahap' else 'status_tender' end as kolom_lain, coalesce(status_tender, tahap) as kunci_lain
  from tender where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer)
    and (coalesce(status_tender, tahap) like '%gagal%' or coalesce(status_tender, tahap) like '%batal%')
  union all
  select nama_satker, 'Pagu dikurangi kontrak, tender', pagu_sen - nilai_kontrak_sen, 'tender_nilai', 'nilai_kontrak_sen__gt', '0'
  from tender_nilai where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer) and nilai_kontrak_sen > 0 and urutan = 1
    and kd_tender not in (select kd_tender from tender_nilai where urutan > 1)
  union all
  select nama_satker, 'Pagu dikurangi kontrak, non tender', pagu_sen - nilai_kontrak_sen, 'non_tender_nilai', 'nilai_kontrak_sen__gt', '0'
  from non_tender_nilai where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer) and nilai_kontrak_sen > 0
  union all
  select r.nama_satker, 'Rencana tanpa paket di rilis ini', 100 * r.pagu, 'pertanyaan/rup_tanpa_paket', 'minimum', '0'
  from rup_penyedia as r
  where r.nama_klpd = :badan and r.tahun_anggaran = cast(:tahun as integer)
    and r.kd_rup not in (select kd_rup from pakai) and r.kd_rup not in (select kini from langkah where kini is not null)
    and coalesce(r.status_aktif_rup, 1) = 1 and coalesce(r.status_delete_rup, 0) = 0
)
select nama_satker, jenis, count(*) as jumlah, sum(nilai_sen) as nilai_sen, tabel, kolom_lain, kunci_lain
from semua
group by nama_satker, jenis, tabel, kolom_lain, kunci_lain
order by nama_satker, jenis
