-- Serah terima cepat: selisih hari antara mulai pekerjaan (SPMK/SPP) dan serah terima terakhir.
-- Nomor hari dihitung dari tahun, bulan, dan tanggal, sama di setiap mesin SQL.
WITH mulai AS (
  SELECT kd_tender, kd_nontender, MIN(COALESCE(tgl_mulai_pekerjaan, tgl_spmk_spp)) AS tgl
  FROM spmk GROUP BY kd_tender, kd_nontender
), serah AS (
  SELECT kd_tender, kd_nontender, MAX(kd_klpd) AS kd_klpd, MAX(tahun_anggaran) AS tahun_anggaran,
    MAX(kd_satker_str) AS satker, MAX(nama_satker) AS nama_satker, MAX(nama_paket) AS nama_paket,
    MAX(nilai_kontrak_sen) AS kontrak_sen, MAX(tgl_bast) AS tgl_bast, MAX(no_bast) AS no_bast, MAX(tgl_bap) AS tgl_bap,
    MAX(progres_pekerjaan) AS progres, SUM(besar_pembayaran_sen) AS dibayar_sen
  FROM serah_terima GROUP BY kd_tender, kd_nontender
), tanggal AS (
  SELECT kd_tender, kd_nontender, 'mulai' AS apa, tgl FROM mulai
  UNION ALL SELECT kd_tender, kd_nontender, 'serah', tgl_bast FROM serah
), titik_tahun AS (
  SELECT kd_tender, kd_nontender, apa, tgl AS tgl,
    CAST(substr(tgl, 1, 4) AS INTEGER) - CASE WHEN substr(tgl, 6, 2) < '03' THEN 1 ELSE 0 END AS y
  FROM tanggal WHERE tgl IS NOT NULL
), titik AS (
  SELECT kd_tender, kd_nontender, apa, tgl, CAST(365 * y + (y - y % 4) / 4 - (y - y % 100) / 100 + (y - y % 400) / 400
    + CASE substr(tgl, 6, 2)
      WHEN '03' THEN 0 WHEN '04' THEN 31 WHEN '05' THEN 61 WHEN '06' THEN 92 WHEN '07' THEN 122 WHEN '08' THEN 153
      WHEN '09' THEN 184 WHEN '10' THEN 214 WHEN '11' THEN 245 WHEN '12' THEN 275 WHEN '01' THEN 306 WHEN '02' THEN 337
    END + CAST(substr(tgl, 9, 2) AS INTEGER) AS INTEGER) AS hari
  FROM titik_tahun
), lama AS (
  SELECT s.*, a.tgl AS tgl_mulai, b.hari - a.hari AS hari
  FROM serah AS s
  LEFT JOIN titik AS a ON a.kd_tender = s.kd_tender AND a.kd_nontender = s.kd_nontender AND a.apa = 'mulai'
  LEFT JOIN titik AS b ON b.kd_tender = s.kd_tender AND b.kd_nontender = s.kd_nontender AND b.apa = 'serah'
)
SELECT CASE WHEN kd_tender <> '' THEN 'tender' ELSE 'non_tender' END AS tabel, kd_tender || kd_nontender AS kunci, kd_klpd, tahun_anggaran, satker, nama_satker, nama_paket, kontrak_sen AS nilai_sen,
  CASE WHEN hari IS NOT NULL THEN CASE WHEN hari <= $hari THEN 1 ELSE 0 END END AS ditandai,
  CASE
    WHEN tgl_bast IS NULL THEN 'tanggal serah terima tidak tercatat di sumber'
    WHEN tgl_mulai IS NULL THEN 'tanggal mulai pekerjaan tidak tercatat di sumber'
  END AS alasan,
  tgl_mulai, tgl_bast, hari AS selang_hari
FROM lama
