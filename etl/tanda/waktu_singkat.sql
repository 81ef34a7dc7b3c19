-- Waktu singkat: hari kalender antara pengumuman dan akhir pemasukan penawaran pada jadwal terakhir.
-- Nomor hari dihitung dari tahun, bulan, dan tanggal, sama di setiap mesin SQL.
WITH jadwal AS (
  SELECT kd_tender,
    MIN(CASE WHEN lower(nama_tahapan) = 'pengumuman pascakualifikasi' THEN substr(tgl_awal, 1, 10) END) AS mulai,
    MAX(CASE WHEN lower(nama_tahapan) = 'upload dokumen penawaran' THEN substr(tgl_akhir, 1, 10) END) AS batas,
    MAX(CASE WHEN lower(nama_tahapan) = 'pengumuman prakualifikasi' THEN 1 ELSE 0 END) AS pra
  FROM jadwal_tender GROUP BY kd_tender
), tanggal AS (
  SELECT kd_tender, 'mulai' AS apa, mulai AS tgl FROM jadwal
  UNION ALL SELECT kd_tender, 'batas', batas FROM jadwal
), titik_tahun AS (
  SELECT kd_tender, apa, tgl AS tgl,
    CAST(substr(tgl, 1, 4) AS INTEGER) - CASE WHEN substr(tgl, 6, 2) < '03' THEN 1 ELSE 0 END AS y
  FROM tanggal WHERE tgl IS NOT NULL
), titik AS (
  SELECT kd_tender, apa, tgl, CAST(365 * y + (y - y % 4) / 4 - (y - y % 100) / 100 + (y - y % 400) / 400
    + CASE substr(tgl, 6, 2)
      WHEN '03' THEN 0 WHEN '04' THEN 31 WHEN '05' THEN 61 WHEN '06' THEN 92 WHEN '07' THEN 122 WHEN '08' THEN 153
      WHEN '09' THEN 184 WHEN '10' THEN 214 WHEN '11' THEN 245 WHEN '12' THEN 275 WHEN '01' THEN 306 WHEN '02' THEN 337
    END + CAST(substr(tgl, 9, 2) AS INTEGER) AS INTEGER) AS hari
  FROM titik_tahun
), lama AS (
  SELECT j.*, b.hari - a.hari AS hari
  FROM jadwal AS j
  LEFT JOIN titik AS a ON a.kd_tender = j.kd_tender AND a.apa = 'mulai'
  LEFT JOIN titik AS b ON b.kd_tender = j.kd_tender AND b.apa = 'batas'
)
SELECT 'tender' AS tabel, t.kd_tender AS kunci, t.kd_klpd, t.tahun_anggaran, t.kd_satker_str AS satker, t.nama_satker, t.nama_paket,
  CASE WHEN COALESCE(t.hps_dibulatkan, 0) = 0 AND t.hps_sen > 0 THEN t.hps_sen END AS nilai_sen,
  CASE WHEN l.hari IS NOT NULL THEN CASE WHEN l.hari < $hari THEN 1 ELSE 0 END END AS ditandai,
  CASE
    WHEN l.kd_tender IS NULL THEN 'jadwal tidak tercatat di sumber'
    WHEN l.hari IS NULL THEN 'tahap pengumuman atau pemasukan penawaran tidak tercatat di sumber'
  END AS alasan,
  l.mulai AS tgl_pengumuman, l.batas AS tgl_batas, l.hari AS hari_menawar
FROM tender AS t LEFT JOIN lama AS l ON l.kd_tender = t.kd_tender
WHERE COALESCE(l.pra, 0) = 0 AND COALESCE(t.mtd_pemilihan, '') NOT IN ('Tender Cepat', 'Penunjukan Langsung', 'Pengadaan Langsung')
