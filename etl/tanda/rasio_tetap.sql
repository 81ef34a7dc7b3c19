-- Harga berjarak tetap: b kuadrat sama dengan a kali c untuk setiap tiga harga berurutan a < b < c.
WITH terdaftar AS (
  SELECT kd_tender, COUNT(*) AS peserta FROM peserta_tender GROUP BY kd_tender
), penawar AS (
  SELECT kd_tender, COALESCE(kd_penyedia, kd_peserta) AS penawar, COALESCE(pemenang, 0) AS menang,
    CASE WHEN nilai_terkoreksi_sen > 0 THEN nilai_terkoreksi_sen ELSE nilai_penawaran_sen END AS harga_sen,
    CASE WHEN TRIM(COALESCE(alasan, '')) = '' THEN 0 ELSE 1 END AS gugur
  FROM peserta_tender WHERE nilai_penawaran_sen > 0
), urut AS (
  SELECT kd_tender, CAST(harga_sen AS DOUBLE) AS c,
    LAG(CAST(harga_sen AS DOUBLE), 1) OVER (PARTITION BY kd_tender ORDER BY harga_sen, penawar) AS b,
    LAG(CAST(harga_sen AS DOUBLE), 2) OVER (PARTITION BY kd_tender ORDER BY harga_sen, penawar) AS a
  FROM penawar
), pola AS (
  SELECT kd_tender, COUNT(*) AS penawar, MAX(c) AS tertinggi, MIN(c) AS terendah,
    SUM(CASE WHEN a IS NOT NULL THEN 1 ELSE 0 END) AS rangkap,
    SUM(CASE WHEN a < b AND b < c AND ABS(b * b - a * c) * 1000000 <= $toleransi_per_sejuta * b * b THEN 1 ELSE 0 END) AS cocok,
    MIN(CASE WHEN b IS NOT NULL THEN c / b END) AS perbandingan
  FROM urut GROUP BY kd_tender
)
SELECT 'tender' AS tabel, t.kd_tender AS kunci, t.kd_klpd, t.tahun_anggaran, t.kd_satker_str AS satker, t.nama_satker, t.nama_paket,
  CASE WHEN COALESCE(t.hps_dibulatkan, 0) = 0 AND t.hps_sen > 0 THEN t.hps_sen END AS nilai_sen,
  CASE WHEN p.penawar >= 3 THEN CASE WHEN p.cocok = p.rangkap THEN 1 ELSE 0 END END AS ditandai,
  CASE
    WHEN r.kd_tender IS NULL THEN 'peserta tidak tercatat di sumber'
    WHEN p.kd_tender IS NULL THEN 'harga penawaran tidak tercatat di sumber'
    WHEN p.penawar < 3 THEN 'kurang dari 3 penawaran berharga'
  END AS alasan,
  p.penawar AS penawar_berharga, p.perbandingan AS perbandingan_berurutan
FROM tender AS t
LEFT JOIN terdaftar AS r ON r.kd_tender = t.kd_tender
LEFT JOIN pola AS p ON p.kd_tender = t.kd_tender
WHERE (COALESCE(t.status_tender, '') = 'Selesai' OR COALESCE(t.tahap, '') IN ('Tender Sudah Selesai', 'Seleksi Sudah Selesai'))
