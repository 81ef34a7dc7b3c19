-- Satu kontrak satu baris: adendum adalah versinya. Adendum yang bernomor sendiri ikut kontrak asal bila pada proses
-- dan SPPBJ yang sama hanya ada satu kontrak asal.
WITH asal AS (
  SELECT kd_tender, kd_nontender, no_sppbj, MIN(no_kontrak) AS no_kontrak, COUNT(*) AS banyak FROM kontrak
  WHERE versi_addendum = 0 AND no_sppbj <> '' GROUP BY kd_tender, kd_nontender, no_sppbj
), nomor_asal AS (
  SELECT DISTINCT kd_tender, kd_nontender, no_kontrak FROM kontrak WHERE versi_addendum = 0
), versi AS (
  SELECT k.kd_tender, k.kd_nontender, k.versi_addendum, k.no_sppbj, k.kd_klpd, k.nama_klpd, k.tahun_anggaran,
    k.kd_satker_str, k.nama_satker, k.nama_paket, k.mtd_pemilihan, k.kd_penyedia, k.nama_penyedia, k.tgl_kontrak,
    k.tgl_kontrak_awal, k.tgl_kontrak_akhir, k.nilai_kontrak_sen, k.jenis_kontrak, k.status_kontrak, k.event_date,
    k.no_kontrak AS no_tertulis,
    CASE WHEN n.no_kontrak IS NULL AND a.banyak = 1 THEN a.no_kontrak ELSE k.no_kontrak END AS no_kontrak
  FROM kontrak AS k
  LEFT JOIN nomor_asal AS n
    ON n.kd_tender = k.kd_tender AND n.kd_nontender = k.kd_nontender AND n.no_kontrak = k.no_kontrak
  LEFT JOIN asal AS a ON a.kd_tender = k.kd_tender AND a.kd_nontender = k.kd_nontender AND a.no_sppbj = k.no_sppbj
), urut AS (
  SELECT v.*,
    ROW_NUMBER() OVER (PARTITION BY kd_tender, kd_nontender, no_kontrak
      ORDER BY versi_addendum, COALESCE(event_date, ''), no_tertulis) AS dari_awal,
    ROW_NUMBER() OVER (PARTITION BY kd_tender, kd_nontender, no_kontrak
      ORDER BY versi_addendum DESC, COALESCE(event_date, '') DESC, no_tertulis DESC) AS dari_akhir,
    COUNT(*) OVER (PARTITION BY kd_tender, kd_nontender, no_kontrak) AS versi_semua
  FROM versi AS v
)
SELECT k.kd_tender, k.kd_nontender, k.no_kontrak, k.no_sppbj, k.kd_klpd, k.nama_klpd, k.tahun_anggaran, k.kd_satker_str,
  k.nama_satker, k.nama_paket, k.mtd_pemilihan, k.kd_penyedia, k.nama_penyedia, a.tgl_kontrak,
  COALESCE(a.tgl_kontrak_awal, a.tgl_kontrak) AS tgl_mulai, a.tgl_kontrak_akhir AS tgl_akhir_awal,
  COALESCE(k.tgl_kontrak_akhir, a.tgl_kontrak_akhir) AS tgl_akhir_kini,
  COALESCE(a.nilai_kontrak_sen, k.nilai_kontrak_sen) AS nilai_awal_sen,
  COALESCE(k.nilai_kontrak_sen, a.nilai_kontrak_sen) AS nilai_kini_sen,
  CASE WHEN a.versi_addendum = 0 THEN 1 ELSE 0 END AS awal_tercatat,
  k.versi_semua - CASE WHEN a.versi_addendum = 0 THEN 1 ELSE 0 END AS jumlah_adendum,
  k.versi_addendum AS versi_kini, k.jenis_kontrak, k.status_kontrak
FROM urut AS k
JOIN urut AS a ON a.kd_tender = k.kd_tender AND a.kd_nontender = k.kd_nontender AND a.no_kontrak = k.no_kontrak
  AND a.dari_awal = 1
WHERE k.dari_akhir = 1
ORDER BY k.kd_tender, k.kd_nontender, k.no_kontrak
