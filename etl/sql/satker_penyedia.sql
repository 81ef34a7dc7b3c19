-- Satu baris satu satuan kerja dan penyedia yang mendapat paketnya. Penetapan, kontrak dan realisasi menyebut uang yang
-- sama; jangan dijumlahkan antarkolom. Penyedia kosong: tidak tercatat di sumber.
SELECT id_satker, id_penyedia, COUNT(DISTINCT proses_tabel || '|' || proses_kunci) AS jumlah_paket,
  MIN(tahun_anggaran) AS tahun_dari, MAX(tahun_anggaran) AS tahun_sampai,
  COUNT(CASE WHEN peran = 'pemenang' THEN nilai_sen END) AS jumlah_menang,
  CAST(SUM(CASE WHEN peran = 'pemenang' THEN nilai_sen END) AS BIGINT) AS nilai_menang_sen,
  COUNT(CASE WHEN peran = 'penyedia_kontrak' THEN nilai_sen END) AS jumlah_kontrak,
  CAST(SUM(CASE WHEN peran = 'penyedia_kontrak' THEN nilai_sen END) AS BIGINT) AS nilai_kontrak_sen,
  COUNT(CASE WHEN peran IN ('penyedia_realisasi', 'penyedia_pesanan') THEN nilai_sen END) AS jumlah_realisasi,
  CAST(SUM(CASE WHEN peran IN ('penyedia_realisasi', 'penyedia_pesanan') THEN nilai_sen END) AS BIGINT)
    AS nilai_realisasi_sen
FROM partisipasi
WHERE id_satker <> '' AND peran IN (
  'pemenang', 'penerima_sppbj', 'penyedia_kontrak', 'anggota_kso', 'penyedia_realisasi', 'penyedia_pesanan')
GROUP BY id_satker, id_penyedia
ORDER BY id_satker, id_penyedia
