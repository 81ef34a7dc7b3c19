-- Selisih tipis: selisih ke penawaran sah berikutnya adalah pencilan rendah.
-- Kuartil menurut definisi 8 Hyndman dan Fan, seperti Cardinal.
WITH terdaftar AS (
  SELECT kd_tender, COUNT(*) AS peserta FROM peserta_tender GROUP BY kd_tender
), penawar AS (
  SELECT kd_tender, COALESCE(kd_penyedia, kd_peserta) AS penawar, COALESCE(pemenang, 0) AS menang,
    CASE WHEN nilai_terkoreksi_sen > 0 THEN nilai_terkoreksi_sen ELSE nilai_penawaran_sen END AS harga_sen,
    CASE WHEN TRIM(COALESCE(alasan, '')) = '' THEN 0 ELSE 1 END AS gugur
  FROM peserta_tender WHERE nilai_penawaran_sen > 0
), hitung AS (
  SELECT kd_tender, SUM(menang) AS menang, MIN(harga_sen) AS terendah_sen,
    MIN(CASE WHEN menang = 1 THEN harga_sen END) AS pemenang_sen,
    MIN(CASE WHEN menang = 0 AND gugur = 0 THEN harga_sen END) AS kedua_sen
  FROM penawar GROUP BY kd_tender
), banding AS (
  SELECT h.kd_tender, h.pemenang_sen, h.kedua_sen,
    (CAST(h.kedua_sen AS DOUBLE) - h.pemenang_sen) / h.pemenang_sen AS selisih
  FROM hitung AS h JOIN tender AS t ON t.kd_tender = h.kd_tender
  WHERE h.menang = 1 AND h.kedua_sen >= h.pemenang_sen
    AND (COALESCE(t.status_tender, '') = 'Selesai' OR COALESCE(t.tahap, '') IN ('Tender Sudah Selesai', 'Seleksi Sudah Selesai'))
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
SELECT 'tender' AS tabel, t.kd_tender AS kunci, t.kd_klpd, t.tahun_anggaran, t.kd_satker_str AS satker, t.nama_satker, t.nama_paket,
  b.pemenang_sen AS nilai_sen,
  CASE WHEN b.kd_tender IS NOT NULL AND q.n >= $minimal_tender THEN CASE WHEN b.selisih <= q.q1 - 1.5 * (q.q3 - q.q1) AND b.selisih < q.q1
    AND q.q1 - 1.5 * (q.q3 - q.q1) > 0 THEN 1 ELSE 0 END END AS ditandai,
  CASE
    WHEN r.kd_tender IS NULL THEN 'peserta tidak tercatat di sumber'
    WHEN h.kd_tender IS NULL THEN 'harga penawaran tidak tercatat di sumber'
    WHEN h.menang <> 1 THEN 'pemenang tidak tercatat tepat satu'
    WHEN h.kedua_sen IS NULL THEN 'tidak ada penawaran sah lain'
    WHEN b.kd_tender IS NULL THEN 'pemenang bukan penawaran sah terendah'
    WHEN q.n < $minimal_tender THEN 'pembandingnya terlalu sedikit'
  END AS alasan,
  b.selisih AS selisih_kedua, q.q1 AS kuartil_1, q.q3 AS kuartil_3, q.n AS tender_pembanding
FROM tender AS t
LEFT JOIN terdaftar AS r ON r.kd_tender = t.kd_tender
LEFT JOIN hitung AS h ON h.kd_tender = t.kd_tender
LEFT JOIN banding AS b ON b.kd_tender = t.kd_tender
LEFT JOIN kuartil AS q ON q.n > 0
WHERE (COALESCE(t.status_tender, '') = 'Selesai' OR COALESCE(t.tahap, '') IN ('Tender Sudah Selesai', 'Seleksi Sudah Selesai'))
