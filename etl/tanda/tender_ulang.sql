-- Tender ulang menurut nomor versinya atau tanda pada daftar SPSE.
SELECT 'tender' AS tabel, t.kd_tender AS kunci, t.kd_klpd, t.tahun_anggaran, t.kd_satker_str AS satker, t.nama_satker, t.nama_paket,
  CASE WHEN COALESCE(t.hps_dibulatkan, 0) = 0 AND t.hps_sen > 0 THEN t.hps_sen END AS nilai_sen,
  CASE
    WHEN COALESCE(t.versi_tender, 0) >= 2 OR instr(COALESCE(t.badge, ''), 'Ulang') > 0 THEN 1
    WHEN t.versi_tender IS NOT NULL OR t.badge IS NOT NULL OR t.versi_spse IS NOT NULL THEN 0
  END AS ditandai,
  CASE
    WHEN t.versi_tender IS NULL AND t.badge IS NULL AND t.versi_spse IS NULL THEN 'versi tender tidak tercatat di sumber'
  END AS alasan,
  t.versi_tender, t.badge
FROM tender AS t
