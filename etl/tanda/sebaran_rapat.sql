-- Harga berdekatan: harga tertinggi hanya sedikit di atas harga terendah.
WITH terdaftar AS (
  SELECT kd_tender, COUNT(*) AS peserta FROM peserta_tender GROUP BY kd_tender
), penawar AS (
  SELECT kd_tender, COALESCE(kd_penyedia, kd_peserta) AS penawar, COALESCE(pemenang, 0) AS menang,
    CASE WHEN nilai_terkoreksi_sen > 0 THEN nilai_terkoreksi_sen ELSE nilai_penawaran_sen END AS harga_sen,
    CASE WHEN TRIM(COALESCE(alasan, '')) = '' THEN 0 ELSE 1 END AS gugur
  FROM peserta_tender WHERE nilai_penawaran_sen > 0
), hitung AS (
  SELECT kd_tender, COUNT(*) AS penawar, MIN(harga_sen) AS terendah_sen, MAX(harga_sen) AS tertinggi_sen
  FROM penawar GROUP BY kd_tender
)
SELECT 'tender' AS tabel, t.kd_tender AS kunci, t.kd_klpd, t.tahun_anggaran, t.kd_satker_str AS satker, t.nama_satker, t.nama_paket,
  p.terendah_sen AS nilai_sen,
  CASE
    WHEN p.penawar >= 3
    THEN CASE WHEN (CAST(p.tertinggi_sen AS DOUBLE) - p.terendah_sen) * 100 < CAST(p.terendah_sen AS DOUBLE) * $persen THEN 1 ELSE 0 END
  END AS ditandai,
  CASE
    WHEN r.kd_tender IS NULL THEN 'peserta tidak tercatat di sumber'
    WHEN p.kd_tender IS NULL THEN 'harga penawaran tidak tercatat di sumber'
    WHEN p.penawar < 3 THEN 'kurang dari 3 penawaran berharga'
  END AS alasan,
  p.penawar AS penawar_berharga, p.terendah_sen, p.tertinggi_sen
FROM tender AS t
LEFT JOIN terdaftar AS r ON r.kd_tender = t.kd_tender
LEFT JOIN hitung AS p ON p.kd_tender = t.kd_tender
WHERE (COALESCE(t.status_tender, '') = 'Selesai' OR COALESCE(t.tahap, '') IN ('Tender Sudah Selesai', 'Seleksi Sudah Selesai'))
