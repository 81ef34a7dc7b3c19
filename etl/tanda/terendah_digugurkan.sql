-- Terendah digugurkan: pada evaluasi harga, penawaran dengan harga terendah mempunyai alasan gugur.
WITH terdaftar AS (
  SELECT kd_tender, COUNT(*) AS peserta FROM peserta_tender GROUP BY kd_tender
), penawar AS (
  SELECT kd_tender, COALESCE(pemenang, 0) AS menang,
    CASE WHEN nilai_terkoreksi_sen > 0 THEN nilai_terkoreksi_sen ELSE nilai_penawaran_sen END AS harga_sen,
    CASE WHEN TRIM(COALESCE(alasan, '')) = '' THEN 0 ELSE 1 END AS gugur
  FROM peserta_tender WHERE nilai_penawaran_sen > 0
), tercatat AS (
  SELECT kd_klpd, MAX(CASE WHEN TRIM(COALESCE(alasan, '')) = '' THEN 0 ELSE 1 END) AS ada
  FROM peserta_tender GROUP BY kd_klpd
), hitung AS (
  SELECT kd_tender, COUNT(*) AS penawar, SUM(menang) AS menang, SUM(gugur) AS gugur, MIN(harga_sen) AS terendah_sen,
    MIN(CASE WHEN gugur = 0 THEN harga_sen END) AS terendah_sah_sen,
    MAX(CASE WHEN menang = 1 THEN harga_sen END) AS pemenang_sen
  FROM penawar GROUP BY kd_tender
)
SELECT 'tender' AS tabel, t.kd_tender AS kunci, t.kd_klpd, t.tahun_anggaran, t.kd_satker_str AS satker, t.nama_satker, t.nama_paket,
  p.pemenang_sen AS nilai_sen,
  CASE
    WHEN t.mtd_evaluasi IS NOT NULL AND COALESCE(c.ada, 0) = 1 AND p.menang > 0 AND p.terendah_sah_sen IS NOT NULL
    THEN CASE WHEN p.terendah_sen < p.terendah_sah_sen THEN 1 ELSE 0 END
  END AS ditandai,
  CASE
    WHEN t.mtd_evaluasi IS NULL THEN 'cara evaluasi tidak tercatat di sumber'
    WHEN r.kd_tender IS NULL THEN 'peserta tidak tercatat di sumber'
    WHEN p.kd_tender IS NULL THEN 'harga penawaran tidak tercatat di sumber'
    WHEN COALESCE(c.ada, 0) = 0 THEN 'alasan gugur tidak tercatat di sumber'
    WHEN p.menang = 0 THEN 'pemenang tidak tercatat di sumber'
    WHEN p.terendah_sah_sen IS NULL THEN 'tidak ada penawaran sah'
  END AS alasan,
  p.penawar AS penawar_berharga, p.gugur AS penawar_digugurkan, p.terendah_sen, p.pemenang_sen
FROM tender AS t
LEFT JOIN terdaftar AS r ON r.kd_tender = t.kd_tender
LEFT JOIN hitung AS p ON p.kd_tender = t.kd_tender
LEFT JOIN tercatat AS c ON c.kd_klpd = t.kd_klpd
WHERE (COALESCE(t.status_tender, '') = 'Selesai' OR COALESCE(t.tahap, '') IN ('Tender Sudah Selesai', 'Seleksi Sudah Selesai'))
  AND COALESCE(t.mtd_evaluasi, 'Harga Terendah') IN
    ('Harga Terendah', 'Harga Terendah Sistem Gugur', 'Harga Terendah Ambang Batas', 'Biaya Terendah')
