-- Rencana yang tidak disebut satu proses pun, juga menurut revisinya (hubungan, jenis rencana_berpaket), padahal jadwal
-- pemilihannya sudah lewat pada tanggal data. Jalur yang mungkin mengikuti cara pengadaannya (pengadaan langsung juga
-- dapat hanya dicatat): bila sumber salah satu jalur itu belum ada untuk badan dan tahunnya, rencana tidak dinilai.
WITH rencana AS (
  SELECT 'rup_penyedia' AS tabel, kd_rup AS kunci, kd_klpd, COALESCE(kd_klpd, nama_klpd, '') AS badan, tahun_anggaran,
    kd_satker_str AS satker, nama_satker, nama_paket, pagu, metode_pengadaan AS cara,
    CASE
      WHEN lower(COALESCE(metode_pengadaan, '')) IN ('e-purchasing', 'e-purchasing v6') THEN 'epurchasing'
      WHEN lower(COALESCE(metode_pengadaan, '')) IN ('tender', 'tender cepat', 'seleksi', 'sayembara', 'kontes')
        THEN 'tender'
      WHEN lower(COALESCE(metode_pengadaan, '')) IN ('pengadaan langsung', 'penunjukan langsung') THEN 'non_tender'
      WHEN lower(COALESCE(metode_pengadaan, '')) = 'darurat' THEN 'darurat'
      WHEN lower(COALESCE(metode_pengadaan, '')) = 'dikecualikan' THEN 'pencatatan_non_tender'
    END AS jalur,
    CASE WHEN lower(COALESCE(metode_pengadaan, '')) IN ('pengadaan langsung', 'penunjukan langsung')
      THEN 'pencatatan_non_tender' END AS jalur_lain,
    substr(COALESCE(tgl_akhir_pemilihan, tgl_awal_pemilihan, tgl_awal_kontrak), 1, 10) AS jatuh_tempo,
    substr(event_date, 1, 10) AS tgl_data
  FROM rup_penyedia WHERE COALESCE(status_delete_rup, 0) = 0 AND COALESCE(status_aktif_rup, 1) = 1
  UNION ALL
  SELECT 'rup_swakelola', kd_rup, kd_klpd, COALESCE(kd_klpd, nama_klpd, ''), tahun_anggaran, kd_satker_str, nama_satker,
    nama_paket, pagu, 'Swakelola', 'pencatatan_swakelola', CAST(NULL AS VARCHAR),
    substr(COALESCE(tgl_awal_pelaksanaan_kontrak, tgl_akhir_pelaksanaan_kontrak), 1, 10), substr(event_date, 1, 10)
  FROM rup_swakelola WHERE COALESCE(status_delete_rup, 0) = 0 AND COALESCE(status_aktif_rup, 1) = 1
), tercatat AS (
  SELECT DISTINCT COALESCE(kd_klpd, nama_klpd, '') AS badan, tahun_anggaran, jalur FROM paket
), sepi AS (
  SELECT DISTINCT dari_tabel AS tabel, dari_kunci AS kunci FROM hubungan
  WHERE jenis = 'rencana_berpaket' AND tersambung = 0
), dinilai AS (
  SELECT r.*, CASE WHEN s.kunci IS NULL THEN 0 ELSE 1 END AS sepi, CASE
    WHEN s.kunci IS NULL THEN NULL
    WHEN r.jalur IS NULL THEN 'cara pengadaan tidak tercatat di sumber'
    WHEN t.jalur IS NULL OR (r.jalur_lain IS NOT NULL AND l.jalur IS NULL)
      THEN 'sumber jalurnya belum ada untuk badan dan tahun ini'
    WHEN r.jatuh_tempo IS NULL OR r.tgl_data IS NULL THEN 'jadwal rencana atau tanggal data tidak tercatat di sumber'
    WHEN r.jatuh_tempo >= r.tgl_data THEN 'belum waktunya menurut rencana'
  END AS alasan
  FROM rencana AS r
  LEFT JOIN sepi AS s ON s.tabel = r.tabel AND s.kunci = r.kunci
  LEFT JOIN tercatat AS t ON t.badan = r.badan AND t.tahun_anggaran = r.tahun_anggaran AND t.jalur = r.jalur
  LEFT JOIN tercatat AS l ON l.badan = r.badan AND l.tahun_anggaran = r.tahun_anggaran AND l.jalur = r.jalur_lain
)
SELECT tabel, kunci, kd_klpd, tahun_anggaran, satker, nama_satker, nama_paket, pagu * 100 AS nilai_sen,
  CASE WHEN alasan IS NULL THEN sepi END AS ditandai, alasan, cara AS cara_pengadaan, jatuh_tempo AS jadwal_pemilihan,
  tgl_data
FROM dinilai
