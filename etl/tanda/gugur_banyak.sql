-- Banyak penawaran digugurkan, per satuan kerja pembeli (bukan per penyedia).
-- Kuartil menurut definisi 8 Hyndman dan Fan, seperti Cardinal.
WITH penawar AS (
  SELECT kd_tender, COALESCE(kd_penyedia, kd_peserta) AS penawar, COALESCE(pemenang, 0) AS menang,
    CASE WHEN nilai_terkoreksi_sen > 0 THEN nilai_terkoreksi_sen ELSE nilai_penawaran_sen END AS harga_sen,
    CASE WHEN TRIM(COALESCE(alasan, '')) = '' THEN 0 ELSE 1 END AS gugur
  FROM peserta_tender WHERE nilai_penawaran_sen > 0
), tercatat AS (
  SELECT kd_klpd, MAX(CASE WHEN TRIM(COALESCE(alasan, '')) = '' THEN 0 ELSE 1 END) AS ada
  FROM peserta_tender GROUP BY kd_klpd
), unit AS (
  SELECT t.kd_klpd, t.kd_satker_str, MAX(t.nama_satker) AS nama_satker, COUNT(DISTINCT t.kd_tender) AS tender,
    COUNT(*) AS masuk, SUM(p.gugur) AS gugur, MAX(COALESCE(c.ada, 0)) AS ada
  FROM penawar AS p
  JOIN tender AS t ON t.kd_tender = p.kd_tender
  LEFT JOIN tercatat AS c ON c.kd_klpd = t.kd_klpd
  WHERE t.kd_klpd IS NOT NULL AND t.kd_satker_str IS NOT NULL AND (COALESCE(t.status_tender, '') = 'Selesai' OR COALESCE(t.tahap, '') IN ('Tender Sudah Selesai', 'Seleksi Sudah Selesai'))
  GROUP BY t.kd_klpd, t.kd_satker_str
), banding AS (
  SELECT kd_klpd, kd_satker_str, CAST(gugur AS DOUBLE) / masuk AS selisih FROM unit WHERE ada = 1 AND tender >= $minimal_tender
), urut AS (
  SELECT selisih, ROW_NUMBER() OVER (ORDER BY selisih) AS k, COUNT(*) OVER () AS n FROM banding
), letak AS (
  SELECT selisih, k, n, (3 * n + 5 - (3 * n + 5) % 12) / 12 AS k1, (9 * n + 7 - (9 * n + 7) % 12) / 12 AS k3,
    CAST((3 * n + 5) % 12 AS DOUBLE) / 12 AS p1, CAST((9 * n + 7) % 12 AS DOUBLE) / 12 AS p3
  FROM urut
), kuartil AS (
  SELECT n,
    MAX(CASE WHEN k = k1 THEN selisih END) * (1 - MAX(p1)) + MAX(CASE WHEN k = k1 + 1 THEN selisih END) * MAX(p1) AS q1,
    MAX(CASE WHEN k = k3 THEN selisih END) * (1 - MAX(p3)) + MAX(CASE WHEN k = k3 + 1 THEN selisih END) * MAX(p3) AS q3
  FROM letak GROUP BY n
)
SELECT 'satker' AS tabel, u.kd_klpd || '|' || u.kd_satker_str AS kunci, u.kd_klpd, CAST(NULL AS INTEGER) AS tahun_anggaran,
  u.kd_satker_str AS satker, u.nama_satker, CAST(NULL AS VARCHAR) AS nama_paket, CAST(NULL AS BIGINT) AS nilai_sen,
  CASE
    WHEN b.kd_klpd IS NOT NULL AND q.n >= $minimal_satker AND q.q3 > 0
    THEN CASE WHEN b.selisih >= q.q3 + 1.5 * (q.q3 - q.q1) AND b.selisih > q.q3 THEN 1 ELSE 0 END
  END AS ditandai,
  CASE
    WHEN u.ada = 0 THEN 'alasan gugur tidak tercatat di sumber'
    WHEN b.kd_klpd IS NULL THEN 'tendernya terlalu sedikit'
    WHEN q.n < $minimal_satker THEN 'pembandingnya terlalu sedikit'
    WHEN q.q3 <= 0 THEN 'tiga perempat satuan kerja tidak menggugurkan siapa pun: tidak ada pembanding'
  END AS alasan,
  u.tender AS tender, u.masuk AS penawaran_masuk, u.gugur AS penawaran_gugur, q.q3 AS kuartil_3
FROM unit AS u
LEFT JOIN banding AS b ON b.kd_klpd = u.kd_klpd AND b.kd_satker_str = u.kd_satker_str
LEFT JOIN kuartil AS q ON q.n > 0
