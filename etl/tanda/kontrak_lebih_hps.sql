-- Kontrak lebih dari HPS: nilai awal kontrak, sebelum perubahan apa pun, melebihi HPS yang tepat.
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
  SELECT p.*, a.nilai_sen, CASE
    WHEN COALESCE(p.hps_sen, 0) = 0 THEN 'HPS tidak tercatat di sumber'
    WHEN p.dibulatkan = 1 THEN 'HPS hanya tercatat bulat'
    WHEN a.banyak > 1 THEN 'beberapa kontrak dalam satu paket'
    WHEN COALESCE(a.nilai_sen, 0) = 0 THEN 'nilai awal kontrak tidak tercatat di sumber'
  END AS alasan
  FROM proses AS p LEFT JOIN awal AS a ON a.kd_tender = p.kd_tender AND a.kd_nontender = p.kd_nontender
)
SELECT tabel, kunci, kd_klpd, tahun_anggaran, satker, nama_satker, nama_paket, nilai_sen,
  CASE WHEN alasan IS NULL THEN CASE WHEN nilai_sen > hps_sen THEN 1 ELSE 0 END END AS ditandai, alasan,
  nilai_sen AS nilai_awal_sen, hps_sen, CAST(nilai_sen AS DOUBLE) / NULLIF(hps_sen, 0) AS bagian_hps
FROM dinilai
