-- Penunjukan langsung yang rencananya (kode RUP) pernah ditenderkan dan gagal.
WITH gagal AS (
  SELECT r.kd_rup, MAX(t.kd_tender) AS kd_tender, MIN(t.tgl_pengumuman_tender) AS tgl
  FROM tender AS t JOIN tender_rup AS r ON r.kd_tender = t.kd_tender
  WHERE COALESCE(t.status_tender, '') = 'Gagal/Batal'
    OR COALESCE(t.tahap, '') IN ('Tender Gagal', 'Seleksi Gagal', 'Tender Batal', 'Seleksi Batal')
  GROUP BY r.kd_rup
), kena AS (
  SELECT n.kd_nontender, COUNT(*) AS rencana, MAX(g.kd_tender) AS kd_tender
  FROM non_tender AS n
  JOIN non_tender_rup AS r ON r.kd_nontender = n.kd_nontender
  JOIN gagal AS g ON g.kd_rup = r.kd_rup AND COALESCE(g.tgl, '') <= COALESCE(n.tgl_pengumuman_nontender, '9999')
  GROUP BY n.kd_nontender
), ditenderkan AS (
  SELECT kd_klpd, tahun_anggaran, COUNT(*) AS banyak FROM tender
  WHERE status_tender IS NOT NULL GROUP BY kd_klpd, tahun_anggaran
)
SELECT 'non_tender' AS tabel, n.kd_nontender AS kunci, n.kd_klpd, n.tahun_anggaran, n.kd_satker_str AS satker, n.nama_satker,
  n.nama_paket, n.hps_sen AS nilai_sen,
  CASE WHEN n.kd_rup IS NOT NULL AND d.banyak > 0 THEN CASE WHEN k.rencana > 0 THEN 1 ELSE 0 END END AS ditandai,
  CASE
    WHEN n.kd_rup IS NULL THEN 'kode RUP tidak tercatat di sumber'
    WHEN d.banyak IS NULL THEN 'tender badan dan tahun ini tidak ada di rilis'
  END AS alasan,
  k.kd_tender AS kd_tender_gagal
FROM non_tender AS n
LEFT JOIN kena AS k ON k.kd_nontender = n.kd_nontender
LEFT JOIN ditenderkan AS d ON d.kd_klpd = n.kd_klpd AND d.tahun_anggaran = n.tahun_anggaran
WHERE n.mtd_pemilihan = 'Penunjukan Langsung'
