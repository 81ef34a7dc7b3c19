-- Kode RUP yang revisinya bercabang, satu baris satu ujung.
WITH RECURSIVE panah AS (
  SELECT DISTINCT kd_rup_lama AS lama, kd_rup_baru AS baru FROM rup_revisi
  WHERE kd_rup_lama <> '' AND kd_rup_baru <> '' AND kd_rup_lama <> kd_rup_baru
), jalan AS (
  SELECT lama AS awal, baru AS tujuan FROM panah
  UNION
  SELECT j.awal, p.baru FROM jalan AS j JOIN panah AS p ON p.lama = j.tujuan
), ujung AS (
  SELECT j.awal, j.tujuan FROM jalan AS j
  LEFT JOIN (SELECT DISTINCT lama FROM panah) AS p ON p.lama = j.tujuan WHERE p.lama IS NULL
), rencana AS (
  SELECT kd_rup FROM rup_penyedia UNION SELECT kd_rup FROM rup_swakelola
)
SELECT u.awal AS kd_rup, u.tujuan AS kd_rup_ujung, CASE WHEN r.kd_rup IS NULL THEN 0 ELSE 1 END AS tercatat
FROM ujung AS u
JOIN (SELECT awal FROM ujung GROUP BY awal HAVING COUNT(*) > 1) AS b ON b.awal = u.awal
LEFT JOIN rencana AS r ON r.kd_rup = u.tujuan
ORDER BY u.awal, u.tujuan
