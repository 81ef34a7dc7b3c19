-- Terlambat: masa kontrak habis sebelum tanggal data ditarik (bukan hari ini), serah terima tidak tercatat di sumber.
WITH versi AS (
  SELECT kd_tender, kd_nontender, MAX(kd_klpd) AS kd_klpd, MAX(tahun_anggaran) AS tahun_anggaran,
    MAX(kd_satker_str) AS satker, MAX(nama_satker) AS nama_satker, MAX(nama_paket) AS nama_paket,
    MAX(nilai_kontrak_sen) AS nilai_sen, MAX(tgl_kontrak) AS tgl_kontrak, MAX(tgl_kontrak_akhir) AS tgl_akhir
  FROM kontrak
  WHERE COALESCE(status_kontrak, '') IN ('', 'Kontrak Sedang Berjalan', 'Kontrak Selesai')
  GROUP BY kd_tender, kd_nontender
), selesai AS (
  SELECT kd_tender, kd_nontender, MAX(tgl_selesai_pekerjaan) AS tgl_selesai FROM spmk GROUP BY kd_tender, kd_nontender
), serah AS (
  SELECT kd_tender, kd_nontender, MAX(tgl_bast) AS tgl_bast, MAX(COALESCE(no_bast, '')) AS no_bast
  FROM serah_terima GROUP BY kd_tender, kd_nontender
), data AS (
  SELECT kd_klpd, tahun_anggaran, MAX(event_date) AS tgl_data FROM serah_terima GROUP BY kd_klpd, tahun_anggaran
), dinilai AS (
  SELECT v.*, d.tgl_data, s.tgl_bast, s.no_bast,
    CASE WHEN v.tgl_akhir > v.tgl_kontrak THEN v.tgl_akhir ELSE m.tgl_selesai END AS akhir
  FROM versi AS v
  LEFT JOIN selesai AS m ON m.kd_tender = v.kd_tender AND m.kd_nontender = v.kd_nontender
  LEFT JOIN serah AS s ON s.kd_tender = v.kd_tender AND s.kd_nontender = v.kd_nontender
  LEFT JOIN data AS d ON d.kd_klpd = v.kd_klpd AND d.tahun_anggaran = v.tahun_anggaran
), alasan AS (
  SELECT *, CASE
    WHEN tgl_data IS NULL THEN 'serah terima badan dan tahun ini tidak ada di rilis, atau tanpa tanggal data'
    WHEN akhir IS NULL THEN 'akhir masa kontrak tidak tercatat di sumber'
  END AS alasan FROM dinilai
)
SELECT CASE WHEN kd_tender <> '' THEN 'tender' ELSE 'non_tender' END AS tabel, kd_tender || kd_nontender AS kunci, kd_klpd, tahun_anggaran, satker, nama_satker, nama_paket, nilai_sen,
  CASE WHEN alasan IS NULL THEN CASE WHEN akhir < tgl_data AND tgl_bast IS NULL AND COALESCE(no_bast, '') = '' THEN 1 ELSE 0 END END AS ditandai,
  alasan,
  akhir AS akhir_kontrak, tgl_data
FROM alasan
