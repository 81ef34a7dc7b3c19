-- Harga sama: dua penawar berbeda dalam satu tender memasukkan harga yang sama sampai ke sen.
WITH terdaftar AS (
  SELECT kd_tender, COUNT(*) AS peserta FROM peserta_tender GROUP BY kd_tender
), penawar AS (
  SELECT kd_tender, COALESCE(kd_penyedia, kd_peserta) AS penawar, nilai_penawaran_sen
  FROM peserta_tender WHERE nilai_penawaran_sen > 0
), banyak AS (
  SELECT kd_tender, COUNT(DISTINCT penawar) AS penawar FROM penawar GROUP BY kd_tender
), sama AS (
  SELECT kd_tender, nilai_penawaran_sen, COUNT(DISTINCT penawar) AS banyak
  FROM penawar GROUP BY kd_tender, nilai_penawaran_sen
), kembar AS (
  SELECT kd_tender, MAX(banyak) AS banyak, MAX(CASE WHEN banyak > 1 THEN nilai_penawaran_sen END) AS harga_sen
  FROM sama GROUP BY kd_tender
)
SELECT 'tender' AS tabel, t.kd_tender AS kunci, t.kd_klpd, t.tahun_anggaran, t.kd_satker_str AS satker, t.nama_satker, t.nama_paket,
  k.harga_sen AS nilai_sen,
  CASE WHEN p.penawar >= 2 THEN CASE WHEN k.banyak > 1 THEN 1 ELSE 0 END END AS ditandai,
  CASE
    WHEN r.kd_tender IS NULL THEN 'peserta tidak tercatat di sumber'
    WHEN p.kd_tender IS NULL THEN 'harga penawaran tidak tercatat di sumber'
    WHEN p.penawar < 2 THEN 'kurang dari 2 penawaran berharga'
  END AS alasan,
  p.penawar AS penawar_berharga, k.banyak AS penawar_berharga_sama
FROM tender AS t
LEFT JOIN terdaftar AS r ON r.kd_tender = t.kd_tender
LEFT JOIN banyak AS p ON p.kd_tender = t.kd_tender
LEFT JOIN kembar AS k ON k.kd_tender = t.kd_tender
WHERE (COALESCE(t.status_tender, '') = 'Selesai' OR COALESCE(t.tahap, '') IN ('Tender Sudah Selesai', 'Seleksi Sudah Selesai'))
