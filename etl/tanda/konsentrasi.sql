-- Konsentrasi per satuan kerja, jalur, dan tahun. Yang ditandai satuan kerjanya; penyedianya tidak disebut.
WITH menang AS (
  SELECT 'tender' AS jalur, kd_klpd, tahun_anggaran, kd_satker_str AS satker, nama_satker, COALESCE(kd_penyedia, nama_penyedia) AS penyedia,
    COALESCE(NULLIF(nilai_negosiasi_sen, 0), NULLIF(nilai_terkoreksi_sen, 0), NULLIF(nilai_penawaran_sen, 0)) AS nilai_sen
  FROM tender_nilai
  UNION ALL
  SELECT 'non_tender', kd_klpd, tahun_anggaran, kd_satker_str, nama_satker, COALESCE(kd_penyedia, nama_penyedia),
    COALESCE(NULLIF(nilai_negosiasi_sen, 0), NULLIF(nilai_terkoreksi_sen, 0), NULLIF(nilai_penawaran_sen, 0))
  FROM non_tender_nilai WHERE status_nontender IS NULL OR status_nontender = 'Selesai'
), per_penyedia AS (
  SELECT jalur, kd_klpd, tahun_anggaran, satker, MAX(nama_satker) AS nama_satker, penyedia, COUNT(*) AS paket, SUM(nilai_sen) AS nilai_sen
  FROM menang WHERE penyedia IS NOT NULL AND nilai_sen > 0 AND kd_klpd IS NOT NULL AND satker IS NOT NULL AND tahun_anggaran IS NOT NULL
  GROUP BY jalur, kd_klpd, tahun_anggaran, satker, penyedia
), jumlah AS (
  SELECT p.*, SUM(p.nilai_sen) OVER (PARTITION BY jalur, kd_klpd, tahun_anggaran, satker) AS semua_sen FROM per_penyedia AS p
), pangsa AS (
  SELECT jalur, kd_klpd, tahun_anggaran, satker, MAX(nama_satker) AS nama_satker, SUM(paket) AS paket, COUNT(*) AS penyedia,
    MAX(nilai_sen) AS terbesar_sen, MAX(semua_sen) AS semua_sen, MAX(paket) AS paket_terbesar,
    CAST(ROUND(SUM(10000 * (CAST(nilai_sen AS DOUBLE) / semua_sen) * (CAST(nilai_sen AS DOUBLE) / semua_sen)), 0) AS INTEGER) AS hhi
  FROM jumlah GROUP BY jalur, kd_klpd, tahun_anggaran, satker
)
SELECT 'satker_tahun' AS tabel, kd_klpd || '|' || satker || '|' || jalur || '|' || CAST(tahun_anggaran AS VARCHAR) AS kunci, kd_klpd,
  tahun_anggaran, satker, nama_satker, CAST(NULL AS VARCHAR) AS nama_paket, terbesar_sen AS nilai_sen,
  CASE
    WHEN paket < $minimal_paket THEN NULL
    WHEN CAST(terbesar_sen AS DOUBLE) * 100 >= CAST(semua_sen AS DOUBLE) * $persen THEN 1
    ELSE 0
  END AS ditandai,
  CASE WHEN paket < $minimal_paket THEN 'paketnya terlalu sedikit' END AS alasan,
  paket, penyedia AS banyak_penyedia, paket_terbesar, terbesar_sen, semua_sen, hhi
FROM pangsa
