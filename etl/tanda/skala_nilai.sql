-- Skala nilai: kontrak awal kira-kira seperseribu atau seribu kali HPS. Biasanya salah tulis, bukan salah belanja.
WITH proses AS (
  SELECT 'tender' AS tabel, kd_tender AS kunci, kd_tender, '' AS kd_nontender, kd_klpd, tahun_anggaran,
    kd_satker_str AS satker, nama_satker, nama_paket, pagu_sen, hps_sen, COALESCE(hps_dibulatkan, 0) AS dibulatkan,
    nilai_kontrak_sen
  FROM tender
  WHERE COALESCE(status_tender, '') = 'Selesai' OR COALESCE(tahap, '') IN ('Tender Sudah Selesai', 'Seleksi Sudah Selesai')
  UNION ALL
  SELECT 'non_tender', kd_nontender, '', kd_nontender, kd_klpd, tahun_anggaran,
    kd_satker_str, nama_satker, nama_paket, pagu_sen, hps_sen, 0, CAST(NULL AS BIGINT)
  FROM non_tender WHERE COALESCE(status_nontender, '') = 'Selesai'
), awal AS (
  SELECT kd_tender, kd_nontender, COUNT(*) AS banyak, MAX(nilai_kontrak_sen) AS nilai_sen
  FROM kontrak WHERE COALESCE(versi_addendum, 0) = 0 GROUP BY kd_tender, kd_nontender
), dinilai AS (
  SELECT p.*, a.nilai_sen, CASE WHEN p.hps_sen > 0 THEN p.hps_sen WHEN p.pagu_sen > 0 THEN p.pagu_sen END AS banding_sen
  FROM proses AS p JOIN awal AS a ON a.kd_tender = p.kd_tender AND a.kd_nontender = p.kd_nontender
)
SELECT tabel, kunci, kd_klpd, tahun_anggaran, satker, nama_satker, nama_paket, nilai_sen,
  CASE
    WHEN COALESCE(nilai_sen, 0) = 0 OR banding_sen IS NULL THEN NULL
    WHEN CAST(nilai_sen AS DOUBLE) * 1000 BETWEEN banding_sen * 0.5 AND banding_sen * 1.1 THEN 1
    WHEN CAST(nilai_sen AS DOUBLE) / 1000 BETWEEN banding_sen * 0.5 AND banding_sen * 1.1 THEN 1
    ELSE 0
  END AS ditandai,
  CASE
    WHEN COALESCE(nilai_sen, 0) = 0 THEN 'nilai kontrak tidak tercatat di sumber'
    WHEN banding_sen IS NULL THEN 'HPS dan pagu tidak tercatat di sumber'
  END AS alasan,
  nilai_sen AS nilai_awal_sen, banding_sen, CAST(nilai_sen AS DOUBLE) / NULLIF(banding_sen, 0) AS perbandingan
FROM dinilai
