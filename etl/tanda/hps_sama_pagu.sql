-- HPS sama dengan pagu. Lazim di banyak badan: baca bagian yang ditandai sebelum memakainya.
WITH semua AS (
  SELECT 'tender' AS tabel, kd_tender AS kunci, kd_klpd, tahun_anggaran, kd_satker_str AS satker, nama_satker, nama_paket,
    pagu_sen, hps_sen, COALESCE(hps_dibulatkan, 0) AS dibulatkan
  FROM tender
  UNION ALL
  SELECT 'non_tender', kd_nontender, kd_klpd, tahun_anggaran, kd_satker_str, nama_satker, nama_paket, pagu_sen, hps_sen, 0
  FROM non_tender
), dinilai AS (
  SELECT s.*, CASE
    WHEN COALESCE(hps_sen, 0) = 0 THEN 'HPS tidak tercatat di sumber'
    WHEN dibulatkan = 1 THEN 'HPS hanya tercatat bulat'
    WHEN COALESCE(pagu_sen, 0) = 0 THEN 'pagu tidak tercatat di sumber'
  END AS alasan
  FROM semua AS s
)
SELECT tabel, kunci, kd_klpd, tahun_anggaran, satker, nama_satker, nama_paket, hps_sen AS nilai_sen,
  CASE WHEN alasan IS NULL THEN CASE WHEN hps_sen = pagu_sen THEN 1 ELSE 0 END END AS ditandai, alasan,
  hps_sen, pagu_sen
FROM dinilai
