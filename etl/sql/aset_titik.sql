-- Satu baris satu barang yang lintang dan bujurnya tercatat (KIB A, C, D, F). petak_lintang dan petak_bujur adalah sepersepuluh
-- derajat (sekitar 11 km) tempat titik itu: tepi selatan dan tepi baratnya dikali sepuluh. ROUND(x - 0.5) membulatkan ke bawah
-- dengan jawaban yang sama di SQLite dan DuckDB. Tahun seperti di aset_ringkas; pita seperti di aset_utama.
WITH barang AS (
  SELECT 'kib_a' AS tabel, kode_lokasi, pengenal, urutan, nama_barang, '' AS kondisi, tahun_perolehan, tanggal_perolehan AS tanggal,
    '' AS dokumen, '' AS mulai, lintang, bujur, nilai_perolehan_sen AS nilai_sen FROM kib_a
  UNION ALL SELECT 'kib_c', kode_lokasi, pengenal, urutan, nama_barang, kondisi_baku, tahun_perolehan, tanggal_perolehan,
    tanggal_dokumen, '', lintang, bujur, nilai_perolehan_sen FROM kib_c
  UNION ALL SELECT 'kib_d', kode_lokasi, pengenal, urutan, nama_barang, kondisi_baku, tahun_perolehan, tanggal_perolehan,
    tanggal_dokumen, '', lintang, bujur, nilai_perolehan_sen FROM kib_d
  UNION ALL SELECT 'kib_f', kode_lokasi, pengenal, urutan, nama_barang, kondisi_baku, tahun_perolehan, tanggal_perolehan,
    tanggal_dokumen, tanggal_mulai, lintang, bujur, nilai_perolehan_sen FROM kib_f
), bertahun AS (
  SELECT tabel, kode_lokasi, pengenal, urutan, nama_barang, COALESCE(kondisi, '') AS kondisi, lintang, bujur, nilai_sen,
    COALESCE(tahun_perolehan, CAST(substr(CASE WHEN tanggal <> '' THEN tanggal WHEN dokumen <> '' THEN dokumen
      WHEN mulai <> '' THEN mulai END, 1, 4) AS INTEGER), 0) AS tahun
  FROM barang WHERE lintang IS NOT NULL AND bujur IS NOT NULL
)
SELECT b.tabel, b.kode_lokasi, b.pengenal, b.urutan, b.nama_barang, COALESCE(l.nama_badan, '') AS nama_badan, b.kondisi,
  CAST(CASE WHEN b.tahun BETWEEN 1900 AND 2099 THEN b.tahun ELSE 0 END AS BIGINT) AS tahun,
  CAST(CASE WHEN b.tahun BETWEEN 1900 AND 2099 THEN b.tahun - b.tahun % 5 ELSE 0 END AS BIGINT) AS pita,
  CAST(ROUND((b.lintang + 90) * 10 - 0.5) AS BIGINT) - 900 AS petak_lintang,
  CAST(ROUND(b.bujur * 10 - 0.5) AS BIGINT) AS petak_bujur, b.lintang, b.bujur, b.nilai_sen
FROM bertahun AS b JOIN aset_lokasi AS l ON l.kode_lokasi = b.kode_lokasi
ORDER BY b.tabel, b.kode_lokasi, b.pengenal, b.urutan
