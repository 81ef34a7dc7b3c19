-- Satu baris satu kode lokasi, tabel, kondisi dan tahun perolehan: banyaknya barang dan jumlah nilainya. Setiap baris tabel
-- asal dihitung tepat sekali. Tahun menurut kartu; bila kosong, tahun tanggal pertama yang tercatat, dan dasar_tahun menyebut
-- kolomnya, supaya baris-barisnya dapat disaring. Pada persediaan: tahun barang keluar. Tahun 0 tidak tercatat.
WITH barang AS (
  SELECT 'kib_a' AS tabel, kode_lokasi, '' AS kondisi, tahun_perolehan, tanggal_perolehan AS tanggal, '' AS dokumen, '' AS mulai,
    nilai_perolehan_sen AS nilai_sen, nilai_perolehan_dibulatkan AS bulat FROM kib_a
  UNION ALL SELECT 'kib_b', kode_lokasi, kondisi_baku, tahun_perolehan, tanggal_perolehan, '', '', nilai_perolehan_sen,
    nilai_perolehan_dibulatkan FROM kib_b
  UNION ALL SELECT 'kib_c', kode_lokasi, kondisi_baku, tahun_perolehan, tanggal_perolehan, tanggal_dokumen, '', nilai_perolehan_sen,
    nilai_perolehan_dibulatkan FROM kib_c
  UNION ALL SELECT 'kib_d', kode_lokasi, kondisi_baku, tahun_perolehan, tanggal_perolehan, tanggal_dokumen, '', nilai_perolehan_sen,
    nilai_perolehan_dibulatkan FROM kib_d
  UNION ALL SELECT 'kib_e', kode_lokasi, kondisi_baku, tahun_perolehan, tanggal_perolehan, '', '', nilai_perolehan_sen,
    nilai_perolehan_dibulatkan FROM kib_e
  UNION ALL SELECT 'kib_f', kode_lokasi, kondisi_baku, tahun_perolehan, tanggal_perolehan, tanggal_dokumen, tanggal_mulai, nilai_perolehan_sen,
    nilai_perolehan_dibulatkan FROM kib_f
  UNION ALL SELECT 'inventaris', kode_lokasi, kondisi_baku, tahun_perolehan, '', '', '', nilai_perolehan * 100, 0 FROM inventaris
  UNION ALL SELECT 'persediaan', kode_lokasi, '', NULL, tanggal, '', '', jumlah_harga_sen, 0 FROM persediaan
), rapi AS (
  SELECT tabel, kode_lokasi, COALESCE(kondisi, '') AS kondisi, nilai_sen, COALESCE(bulat, 0) AS bulat,
    CASE WHEN tabel = 'persediaan' THEN 'tanggal' WHEN tahun_perolehan IS NOT NULL THEN 'tahun_perolehan'
      WHEN tanggal <> '' THEN 'tanggal_perolehan' WHEN dokumen <> '' THEN 'tanggal_dokumen'
      WHEN mulai <> '' THEN 'tanggal_mulai' ELSE '' END AS dasar_tahun,
    COALESCE(tahun_perolehan, CAST(substr(CASE WHEN tanggal <> '' THEN tanggal WHEN dokumen <> '' THEN dokumen
      WHEN mulai <> '' THEN mulai END, 1, 4) AS INTEGER), 0) AS tahun
  FROM barang
)
SELECT kode_lokasi, tabel, kondisi, CAST(tahun AS BIGINT) AS tahun, dasar_tahun, COUNT(*) AS jumlah,
  COUNT(nilai_sen) AS jumlah_bernilai, CAST(SUM(CASE WHEN bulat = 1 THEN 1 ELSE 0 END) AS BIGINT) AS jumlah_dibulatkan,
  CAST(SUM(nilai_sen) AS BIGINT) AS nilai_sen
FROM rapi
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
