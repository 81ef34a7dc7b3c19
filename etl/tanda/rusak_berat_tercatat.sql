-- Barang rusak berat yang masih tercatat di kartu inventaris.
SELECT 'kib_b' AS tabel, kode_lokasi || '|' || pengenal || '|' || CAST(urutan AS VARCHAR) AS kunci,
  CAST(NULL AS VARCHAR) AS kd_klpd, tahun_perolehan AS tahun_anggaran, kode_lokasi AS satker, nama_unit AS nama_satker,
  nama_barang AS nama_paket, CASE WHEN COALESCE(nilai_perolehan_dibulatkan, 0) = 0 THEN nilai_perolehan_sen END AS nilai_sen,
  CASE WHEN kondisi_baku IS NOT NULL THEN CASE WHEN kondisi_baku = 'RB' THEN 1 ELSE 0 END END AS ditandai,
  CASE WHEN kondisi_baku IS NULL THEN 'kondisi tidak tercatat di sumber' END AS alasan,
  kondisi
FROM kib_b
UNION ALL
SELECT 'kib_c' AS tabel, kode_lokasi || '|' || pengenal || '|' || CAST(urutan AS VARCHAR) AS kunci,
  CAST(NULL AS VARCHAR) AS kd_klpd, tahun_perolehan AS tahun_anggaran, kode_lokasi AS satker, nama_unit AS nama_satker,
  nama_barang AS nama_paket, CASE WHEN COALESCE(nilai_perolehan_dibulatkan, 0) = 0 THEN nilai_perolehan_sen END AS nilai_sen,
  CASE WHEN kondisi_baku IS NOT NULL THEN CASE WHEN kondisi_baku = 'RB' THEN 1 ELSE 0 END END AS ditandai,
  CASE WHEN kondisi_baku IS NULL THEN 'kondisi tidak tercatat di sumber' END AS alasan,
  kondisi
FROM kib_c
UNION ALL
SELECT 'kib_d' AS tabel, kode_lokasi || '|' || pengenal || '|' || CAST(urutan AS VARCHAR) AS kunci,
  CAST(NULL AS VARCHAR) AS kd_klpd, tahun_perolehan AS tahun_anggaran, kode_lokasi AS satker, nama_unit AS nama_satker,
  nama_barang AS nama_paket, CASE WHEN COALESCE(nilai_perolehan_dibulatkan, 0) = 0 THEN nilai_perolehan_sen END AS nilai_sen,
  CASE WHEN kondisi_baku IS NOT NULL THEN CASE WHEN kondisi_baku = 'RB' THEN 1 ELSE 0 END END AS ditandai,
  CASE WHEN kondisi_baku IS NULL THEN 'kondisi tidak tercatat di sumber' END AS alasan,
  kondisi
FROM kib_d
UNION ALL
SELECT 'kib_e' AS tabel, kode_lokasi || '|' || pengenal || '|' || CAST(urutan AS VARCHAR) AS kunci,
  CAST(NULL AS VARCHAR) AS kd_klpd, tahun_perolehan AS tahun_anggaran, kode_lokasi AS satker, nama_unit AS nama_satker,
  nama_barang AS nama_paket, CASE WHEN COALESCE(nilai_perolehan_dibulatkan, 0) = 0 THEN nilai_perolehan_sen END AS nilai_sen,
  CASE WHEN kondisi_baku IS NOT NULL THEN CASE WHEN kondisi_baku = 'RB' THEN 1 ELSE 0 END END AS ditandai,
  CASE WHEN kondisi_baku IS NULL THEN 'kondisi tidak tercatat di sumber' END AS alasan,
  kondisi
FROM kib_e
