-- Rangka ganda: nomor rangka (tidak diterbitkan) yang sama pada beberapa baris.
WITH rangka AS (
  SELECT kode_lokasi, pengenal, urutan, UPPER(replace(replace(replace(nomor_rangka, ' ', ''), '-', ''), '.', '')) AS rangka FROM kib_b
), banyak AS (
  SELECT rangka, COUNT(*) AS baris, COUNT(DISTINCT kode_lokasi) AS lokasi FROM rangka
  WHERE length(rangka) >= $huruf GROUP BY rangka
)
SELECT 'kib_b' AS tabel, k.kode_lokasi || '|' || k.pengenal || '|' || CAST(k.urutan AS VARCHAR) AS kunci,
  CAST(NULL AS VARCHAR) AS kd_klpd, k.tahun_perolehan AS tahun_anggaran, k.kode_lokasi AS satker, k.nama_unit AS nama_satker,
  k.nama_barang AS nama_paket, CASE WHEN COALESCE(k.nilai_perolehan_dibulatkan, 0) = 0 THEN k.nilai_perolehan_sen END AS nilai_sen,
  CASE WHEN b.baris IS NOT NULL THEN CASE WHEN b.baris > 1 THEN 1 ELSE 0 END END AS ditandai,
  CASE WHEN b.baris IS NULL THEN 'nomor rangka tidak tercatat atau terlalu pendek' END AS alasan,
  b.baris AS baris_sama, b.lokasi AS lokasi_berbeda
FROM kib_b AS k
JOIN rangka AS r ON r.kode_lokasi = k.kode_lokasi AND r.pengenal = k.pengenal AND r.urutan = k.urutan
LEFT JOIN banyak AS b ON b.rangka = r.rangka
