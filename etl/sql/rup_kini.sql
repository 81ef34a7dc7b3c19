-- Setiap kode RUP yang disebut sumber -> rencana terkini, dengan mengikuti rup_revisi dari kode lama ke kode baru.
-- UNION (bukan UNION ALL) membuang pasangan yang sudah ada, sehingga lingkaran berhenti sendiri. Ujung = kode yang
-- tidak direvisi lagi. Beberapa ujung = bercabang: dipilih hanya bila tepat satu ujung tercatat; semua ujung ada di
-- rup_bercabang.
WITH RECURSIVE rencana AS (
  SELECT kd_rup, MAX(di_penyedia) AS di_penyedia, MAX(di_swakelola) AS di_swakelola FROM (
    SELECT kd_rup, 1 AS di_penyedia, 0 AS di_swakelola FROM rup_penyedia
    UNION ALL SELECT kd_rup, 0, 1 FROM rup_swakelola
  ) AS dua GROUP BY kd_rup
), panah AS (
  SELECT DISTINCT kd_rup_lama AS lama, kd_rup_baru AS baru FROM rup_revisi
  WHERE kd_rup_lama <> '' AND kd_rup_baru <> '' AND kd_rup_lama <> kd_rup_baru
), jalan AS (
  SELECT lama AS awal, baru AS tujuan FROM panah
  UNION
  SELECT j.awal, p.baru FROM jalan AS j JOIN panah AS p ON p.lama = j.tujuan
), disebut AS (
  SELECT kd_rup FROM rencana
  UNION SELECT kd_rup FROM rup_anggaran
  UNION SELECT lama FROM panah
  UNION SELECT baru FROM panah
  UNION SELECT kd_rup FROM tender_rup
  UNION SELECT kd_rup FROM tender_selesai_rup
  UNION SELECT kd_rup FROM tender_nilai_rup
  UNION SELECT kd_rup FROM non_tender_rup
  UNION SELECT kd_rup FROM non_tender_nilai_rup
  UNION SELECT kd_rup FROM pencatatan_non_tender_rup
  UNION SELECT kd_rup FROM pencatatan_non_tender_realisasi_rup
  UNION SELECT kd_rup FROM pencatatan_swakelola_rup
  UNION SELECT kd_rup FROM epurchasing_rup
), berulang AS (
  SELECT awal AS kode FROM jalan WHERE awal = tujuan
), ringkas AS (
  SELECT j.awal, COUNT(*) AS langkah,
    SUM(CASE WHEN p.lama IS NULL THEN 1 ELSE 0 END) AS ujung,
    MAX(CASE WHEN p.lama IS NULL THEN j.tujuan END) AS satu_ujung,
    SUM(CASE WHEN p.lama IS NULL AND r.kd_rup IS NOT NULL THEN 1 ELSE 0 END) AS ujung_tercatat,
    MAX(CASE WHEN p.lama IS NULL AND r.kd_rup IS NOT NULL THEN j.tujuan END) AS satu_ujung_tercatat,
    SUM(CASE WHEN r.kd_rup IS NOT NULL AND j.tujuan <> j.awal THEN 1 ELSE 0 END) AS lain_tercatat,
    MAX(CASE WHEN r.kd_rup IS NOT NULL AND j.tujuan <> j.awal THEN j.tujuan END) AS satu_lain_tercatat,
    MAX(CASE WHEN b.kode IS NOT NULL THEN 1 ELSE 0 END) AS siklus
  FROM jalan AS j
  LEFT JOIN (SELECT DISTINCT lama FROM panah) AS p ON p.lama = j.tujuan
  LEFT JOIN rencana AS r ON r.kd_rup = j.tujuan
  LEFT JOIN berulang AS b ON b.kode = j.tujuan
  GROUP BY j.awal
), terkini AS (
  SELECT d.kd_rup, COALESCE(g.langkah, 0) AS langkah, COALESCE(g.ujung, 0) AS ujung, s.kd_rup AS sendiri,
    CASE
      WHEN g.awal IS NULL THEN d.kd_rup
      WHEN g.ujung = 1 THEN g.satu_ujung
      WHEN g.ujung > 1 AND g.ujung_tercatat = 1 THEN g.satu_ujung_tercatat
      WHEN g.ujung > 1 THEN NULL
      WHEN s.kd_rup IS NOT NULL THEN d.kd_rup
      WHEN g.lain_tercatat = 1 THEN g.satu_lain_tercatat
      ELSE d.kd_rup
    END AS kini,
    CASE WHEN g.ujung > 1 THEN 'bercabang' WHEN g.siklus = 1 THEN 'siklus' WHEN g.awal IS NOT NULL THEN 'direvisi'
      END AS alasan
  FROM disebut AS d
  LEFT JOIN ringkas AS g ON g.awal = d.kd_rup
  LEFT JOIN rencana AS s ON s.kd_rup = d.kd_rup
  WHERE d.kd_rup <> ''
), dipilih AS (
  SELECT t.kd_rup, t.kini AS kd_rup_kini,
    CASE WHEN k.kd_rup IS NOT NULL THEN t.kini ELSE t.sendiri END AS kd_rup_tercatat,
    t.langkah, t.ujung AS jumlah_ujung, t.alasan
  FROM terkini AS t LEFT JOIN rencana AS k ON k.kd_rup = t.kini
)
SELECT p.kd_rup, p.kd_rup_kini, p.kd_rup_tercatat, COALESCE(r.di_penyedia, 0) AS di_penyedia,
  COALESCE(r.di_swakelola, 0) AS di_swakelola, p.langkah, CAST(p.jumlah_ujung AS BIGINT) AS jumlah_ujung, p.alasan
FROM dipilih AS p LEFT JOIN rencana AS r ON r.kd_rup = p.kd_rup_tercatat
ORDER BY p.kd_rup
