-- Semua penawar lain digugurkan: setiap penawar berharga selain pemenang mempunyai alasan gugur.
WITH terdaftar AS (
  SELECT kd_tender, COUNT(*) AS peserta FROM peserta_tender GROUP BY kd_tender
), penawar AS (
  SELECT kd_tender, COALESCE(kd_penyedia, kd_peserta) AS penawar, COALESCE(pemenang, 0) AS menang,
    CASE WHEN nilai_terkoreksi_sen > 0 THEN nilai_terkoreksi_sen ELSE nilai_penawaran_sen END AS harga_sen,
    CASE WHEN TRIM(COALESCE(alasan, '')) = '' THEN 0 ELSE 1 END AS gugur
  FROM peserta_tender WHERE nilai_penawaran_sen > 0
), tercatat AS (
  SELECT kd_klpd, MAX(CASE WHEN TRIM(COALESCE(alasan, '')) = '' THEN 0 ELSE 1 END) AS ada
  FROM peserta_tender GROUP BY kd_klpd
), hitung AS (
  SELECT kd_tender, COUNT(*) AS penawar, SUM(menang) AS menang, SUM(1 - menang) AS lain,
    SUM(CASE WHEN menang = 0 THEN gugur ELSE 0 END) AS gugur, MAX(CASE WHEN menang = 1 THEN harga_sen END) AS harga_sen
  FROM penawar GROUP BY kd_tender
)
SELECT 'tender' AS tabel, t.kd_tender AS kunci, t.kd_klpd, t.tahun_anggaran, t.kd_satker_str AS satker, t.nama_satker, t.nama_paket,
  p.harga_sen AS nilai_sen,
  CASE
    WHEN COALESCE(c.ada, 0) = 1 AND p.menang = 1 AND p.lain >= $minimal_lain
    THEN CASE WHEN p.gugur = p.lain THEN 1 ELSE 0 END
  END AS ditandai,
  CASE
    WHEN r.kd_tender IS NULL THEN 'peserta tidak tercatat di sumber'
    WHEN p.kd_tender IS NULL THEN 'harga penawaran tidak tercatat di sumber'
    WHEN COALESCE(c.ada, 0) = 0 THEN 'alasan gugur tidak tercatat di sumber'
    WHEN p.menang <> 1 THEN 'pemenang tidak tercatat tepat satu'
    WHEN p.lain < $minimal_lain THEN 'penawar lain terlalu sedikit'
  END AS alasan,
  p.penawar AS penawar_berharga, p.gugur AS penawar_digugurkan
FROM tender AS t
LEFT JOIN terdaftar AS r ON r.kd_tender = t.kd_tender
LEFT JOIN hitung AS p ON p.kd_tender = t.kd_tender
LEFT JOIN tercatat AS c ON c.kd_klpd = t.kd_klpd
WHERE (COALESCE(t.status_tender, '') = 'Selesai' OR COALESCE(t.tahap, '') IN ('Tender Sudah Selesai', 'Seleksi Sudah Selesai'))
