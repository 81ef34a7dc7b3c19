-- Tanah yang kartunya tidak memuat sertifikat.
SELECT 'kib_a' AS tabel, kode_lokasi || '|' || pengenal || '|' || CAST(urutan AS VARCHAR) AS kunci,
  CAST(NULL AS VARCHAR) AS kd_klpd, tahun_perolehan AS tahun_anggaran, kode_lokasi AS satker, nama_unit AS nama_satker,
  nama_barang AS nama_paket, CASE WHEN COALESCE(nilai_perolehan_dibulatkan, 0) = 0 THEN nilai_perolehan_sen END AS nilai_sen,
  CASE WHEN bersertifikat = 1 THEN 0 WHEN bersertifikat = 0 THEN 1 END AS ditandai,
  CASE WHEN bersertifikat IS NULL THEN 'sertifikat tidak tercatat di sumber' END AS alasan,
  luas, hak_tanah
FROM kib_a
