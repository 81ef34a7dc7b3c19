-- RUP tidak ditemukan: kode kosong, atau tidak satu pun kodenya ada di rencana, juga sesudah mengikuti revisi (rup_revisi).
-- Bukan berarti tidak direncanakan: rencananya dapat berada di tahun atau sumber yang tidak ada di rilis ini.
WITH RECURSIVE paket AS (
  SELECT 'tender' AS tabel, kd_tender AS kunci, kd_klpd, tahun_anggaran, kd_satker_str AS satker, nama_satker, nama_paket,
    pagu_sen AS nilai_sen, CASE WHEN kd_rup IS NULL THEN 0 ELSE 1 END AS berkode,
    CASE WHEN status_tender IS NOT NULL THEN 1 ELSE 0 END AS memuat_kode
  FROM tender
  UNION ALL
  SELECT 'non_tender', kd_nontender, kd_klpd, tahun_anggaran, kd_satker_str, nama_satker, nama_paket, pagu_sen,
    CASE WHEN kd_rup IS NULL THEN 0 ELSE 1 END, CASE WHEN status_nontender IS NOT NULL THEN 1 ELSE 0 END
  FROM non_tender
  UNION ALL
  SELECT 'pencatatan_non_tender', kd_nontender_pct, kd_klpd, tahun_anggaran, kd_satker_str, nama_satker, nama_paket,
    CASE WHEN COALESCE(pagu_dibulatkan, 0) = 0 THEN pagu_sen END,
    CASE WHEN kd_rup IS NULL THEN 0 ELSE 1 END, CASE WHEN status_nontender_pct IS NOT NULL THEN 1 ELSE 0 END
  FROM pencatatan_non_tender
  UNION ALL
  SELECT 'pencatatan_swakelola', kd_swakelola_pct, kd_klpd, tahun_anggaran, kd_satker_str, nama_satker, nama_paket,
    CASE WHEN COALESCE(pagu_dibulatkan, 0) = 0 THEN pagu_sen END,
    CASE WHEN kd_rup IS NULL THEN 0 ELSE 1 END, CASE WHEN status_swakelola_pct IS NOT NULL THEN 1 ELSE 0 END
  FROM pencatatan_swakelola
  UNION ALL
  SELECT 'epurchasing', kd_paket, kd_klpd, tahun_anggaran, kd_satker_str, nama_satker, rup_nama_pkt, total_harga_sen,
    CASE WHEN kd_rup IS NULL THEN 0 ELSE 1 END, 1
  FROM epurchasing WHERE substr(COALESCE(status_pkt, ''), 1, 6) <> 'CANCEL'
), sambung AS (
  SELECT 'tender' AS tabel, kd_tender AS kunci, kd_rup FROM tender_rup
  UNION ALL SELECT 'non_tender', kd_nontender, kd_rup FROM non_tender_rup
  UNION ALL SELECT 'pencatatan_non_tender', kd_nontender_pct, kd_rup FROM pencatatan_non_tender_rup
  UNION ALL SELECT 'pencatatan_swakelola', kd_swakelola_pct, kd_rup FROM pencatatan_swakelola_rup
  UNION ALL SELECT 'epurchasing', kd_paket, kd_rup FROM epurchasing_rup
), kode AS (
  SELECT DISTINCT kd_rup FROM sambung
), ada AS (
  SELECT kd_rup FROM rup_penyedia UNION SELECT kd_rup FROM rup_swakelola
), lanjut AS (
  SELECT kd_rup AS asal, kd_rup AS kini FROM kode
  UNION
  SELECT l.asal, v.kd_rup_baru FROM lanjut AS l JOIN rup_revisi AS v ON v.kd_rup_lama = l.kini
), temu AS (
  SELECT DISTINCT l.asal AS kd_rup FROM lanjut AS l JOIN ada AS a ON a.kd_rup = l.kini
), hitung AS (
  SELECT s.tabel, s.kunci, COUNT(*) AS kode, SUM(CASE WHEN t.kd_rup IS NULL THEN 0 ELSE 1 END) AS ditemukan, MIN(s.kd_rup) AS kd_rup
  FROM sambung AS s LEFT JOIN temu AS t ON t.kd_rup = s.kd_rup GROUP BY s.tabel, s.kunci
), terbit AS (
  SELECT kd_klpd, tahun_anggaran, 'penyedia' AS jenis FROM rup_penyedia GROUP BY kd_klpd, tahun_anggaran
  UNION ALL
  SELECT kd_klpd, tahun_anggaran, 'swakelola' FROM rup_swakelola GROUP BY kd_klpd, tahun_anggaran
)
SELECT p.tabel, p.kunci, p.kd_klpd, p.tahun_anggaran, p.satker, p.nama_satker, p.nama_paket, p.nilai_sen,
  CASE
    WHEN r.kd_klpd IS NULL OR (p.berkode = 0 AND p.memuat_kode = 0) THEN NULL
    WHEN COALESCE(h.ditemukan, 0) = 0 THEN 1
    ELSE 0
  END AS ditandai,
  CASE
    WHEN p.berkode = 0 AND p.memuat_kode = 0 THEN 'sumber ini tidak memuat kode RUP'
    WHEN r.kd_klpd IS NULL THEN 'rencana badan dan tahun ini tidak ada di rilis'
  END AS alasan,
  COALESCE(h.kode, 0) AS kode_rup, h.kd_rup AS kd_rup_pertama
FROM paket AS p
LEFT JOIN hitung AS h ON h.tabel = p.tabel AND h.kunci = p.kunci
LEFT JOIN terbit AS r ON r.kd_klpd = p.kd_klpd AND r.tahun_anggaran = p.tahun_anggaran
  AND r.jenis = CASE WHEN p.tabel = 'pencatatan_swakelola' THEN 'swakelola' ELSE 'penyedia' END
