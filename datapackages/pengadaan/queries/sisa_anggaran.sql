-- judul: Dari mana sisa anggaran: tender gagal, selisih pagu dan kontrak, rencana yang belum berpaket?
-- en: Where did the leftover come from: failed tenders, ceiling minus contract, plans without a package?
-- pembaca: peneliti
-- nomor: 11
-- penjelasan: Tiga sumber sisa per satuan kerja. Paket gagal dijumlah pagunya. Selisih dihitung dari paket tidak gagal yang
--    pagu dan nilainya tercatat; nilainya menurut adendum terakhir. Rencana tanpa paket adalah RUP yang kodenya, sesudah revisi
--    diikuti, tidak ditemukan pada paket jalur mana pun di rilis ini; tidak sama dengan tidak dilaksanakan. Ketiganya jangan dijumlahkan menjadi SiLPA;
--    SiLPA resmi ada di laporan realisasi.
-- explanation: Three sources of leftover per office. Failed packages add up their ceilings. The gap uses other packages
--    with a recorded ceiling and value, as last amended. Plans without a package have a code that, revisions followed, is
--    found in no channel of this release, which is not the same as not executed. Do not add the three up to the official surplus.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from rup_penyedia where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from rup_penyedia group by 1 order by 1 desc)
-- butuh: (pelengkap) paket?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data pengumuman dan hasil pengadaan semua jalur dari SPSE; UKPBJ dan LPSE {badan}
-- document: Notices and results of procurement through all channels, from SPSE; procurement unit (UKPBJ) and
--    e-procurement service (LPSE) of {badan}
-- butuh: rup_penyedia?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Rencana umum pengadaan melalui penyedia dari SiRUP; UKPBJ {badan} atau LKPP
-- document: Procurement plans through suppliers from SiRUP; procurement unit (UKPBJ) of {badan}, or LKPP
-- butuh: (pelengkap) lra?nama_pemda={badan}&tahun={tahun}
-- dokumen: Laporan realisasi anggaran (LRA) per SKPD; BPKAD {badan}
-- document: Budget realisation report (LRA) per office (SKPD); finance and asset agency (BPKAD) of {badan}
-- kolom: jenis; Sumber sisa; Source; teks
-- kolom: jumlah; Banyaknya; Count; bilangan
-- kolom: nilai_sen; Nilai; Value; sen
-- baris: {tabel}?nama_klpd={badan}&tahun_anggaran={tahun}&nama_satker={nama_satker}&{kolom_lain}={kunci_lain}&{kolom_dua}={kunci_dua}&{kolom_tiga}={kunci_tiga}
-- grafik: {"mark": "bar", "encoding": {"y": {"field": "jenis", "type": "nominal", "sort": null}, "x": {"field":
--    "nilai_sen", "type": "quantitative", "aggregate": "sum"}}}
with semua as (
  select nama_satker, 'Gagal atau batal, ' || replace(jalur, '_', ' ') as jenis, pagu_sen as nilai_sen, 'paket' as tabel, 'jalur' as kolom_lain, jalur as kunci_lain,
    'keadaan' as kolom_dua, keadaan as kunci_dua, '' as kolom_tiga, '' as kunci_tiga
  from paket where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer) and keadaan = 'gagal_batal' and jalur <> 'epurchasing'
  union all
  select nama_satker, 'Pagu dikurangi nilai, ' || replace(jalur, '_', ' '), pagu_sen - nilai_sen, 'paket', 'jalur', jalur, 'keadaan__not', 'gagal_batal', 'nilai_sen__gt', '0'
  from paket where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer) and keadaan <> 'gagal_batal' and nilai_sen > 0 and pagu_sen is not null and pagu_dibulatkan = 0
  union all
  select r.nama_satker, 'Rencana tanpa paket di rilis ini', 100 * r.pagu, 'pertanyaan/rup_tanpa_paket', 'minimum', '0', '', '', '', ''
  from rup_penyedia as r
  where r.nama_klpd = :badan and r.tahun_anggaran = cast(:tahun as integer) and coalesce(r.status_aktif_rup, 1) = 1 and coalesce(r.status_delete_rup, 0) = 0
    and exists (select 1 from hubungan as h where h.jenis = 'rencana_berpaket' and h.dari_tabel = 'rup_penyedia' and h.dari_kunci = r.kd_rup and h.tersambung = 0)
)
select nama_satker, jenis, count(*) as jumlah, sum(nilai_sen) as nilai_sen, tabel, kolom_lain, kunci_lain, kolom_dua, kunci_dua, kolom_tiga, kunci_tiga
from semua
group by nama_satker, jenis, tabel, kolom_lain, kunci_lain, kolom_dua, kunci_dua, kolom_tiga, kunci_tiga
order by nama_satker, jenis
