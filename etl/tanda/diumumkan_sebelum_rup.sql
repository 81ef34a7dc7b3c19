-- Diumumkan sebelum RUP. Rencana hasil revisi tidak dinilai: tanggalnya dapat tanggal pengumuman ulang.
WITH paket AS (
  SELECT 'tender' AS tabel, kd_tender AS kunci, kd_klpd, tahun_anggaran, kd_satker_str AS satker, nama_satker, nama_paket,
    pagu_sen AS nilai_sen, substr(tgl_pengumuman_tender, 1, 10) AS tgl
  FROM tender
  UNION ALL
  SELECT 'non_tender', kd_nontender, kd_klpd, tahun_anggaran, kd_satker_str, nama_satker, nama_paket, pagu_sen,
    substr(tgl_pengumuman_nontender, 1, 10)
  FROM non_tender
), sambung AS (
  SELECT 'tender' AS tabel, kd_tender AS kunci, kd_rup FROM tender_rup
  UNION ALL SELECT 'non_tender', kd_nontender, kd_rup FROM non_tender_rup
), revisi AS (
  SELECT kd_rup_baru AS kd_rup FROM rup_revisi UNION SELECT kd_rup_lama FROM rup_revisi
), rencana AS (
  SELECT s.tabel, s.kunci, COUNT(r.kd_rup) AS ditemukan, COUNT(v.kd_rup) AS direvisi,
    MAX(substr(r.tgl_pengumuman_paket, 1, 10)) AS tgl_rup
  FROM sambung AS s
  LEFT JOIN rup_penyedia AS r ON r.kd_rup = s.kd_rup
  LEFT JOIN revisi AS v ON v.kd_rup = s.kd_rup
  GROUP BY s.tabel, s.kunci
), dinilai AS (
  SELECT p.*, r.tgl_rup, CASE
    WHEN p.tgl IS NULL THEN 'tanggal pengumuman paket tidak tercatat di sumber'
    WHEN COALESCE(r.direvisi, 0) > 0 THEN 'rencananya pernah direvisi'
    WHEN COALESCE(r.ditemukan, 0) = 0 THEN 'RUP tidak ditemukan'
    WHEN r.tgl_rup IS NULL THEN 'tanggal pengumuman RUP tidak tercatat di sumber'
  END AS alasan
  FROM paket AS p LEFT JOIN rencana AS r ON r.tabel = p.tabel AND r.kunci = p.kunci
)
SELECT tabel, kunci, kd_klpd, tahun_anggaran, satker, nama_satker, nama_paket, nilai_sen,
  CASE WHEN alasan IS NULL THEN CASE WHEN tgl < tgl_rup THEN 1 ELSE 0 END END AS ditandai, alasan,
  tgl AS tgl_pengumuman, tgl_rup AS tgl_pengumuman_rup
FROM dinilai
