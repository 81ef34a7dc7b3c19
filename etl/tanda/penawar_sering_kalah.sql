-- Penawar yang sering kalah: dihitung per penawar, ditandai pada badannya saja.
WITH penawar AS (
  SELECT kd_tender, COALESCE(kd_penyedia, kd_peserta) AS penawar, COALESCE(pemenang, 0) AS menang,
    CASE WHEN nilai_terkoreksi_sen > 0 THEN nilai_terkoreksi_sen ELSE nilai_penawaran_sen END AS harga_sen,
    CASE WHEN TRIM(COALESCE(alasan, '')) = '' THEN 0 ELSE 1 END AS gugur
  FROM peserta_tender WHERE nilai_penawaran_sen > 0
), lengkap AS (
  SELECT t.kd_klpd, MAX(t.nama_klpd) AS nama_klpd, p.penawar, COUNT(*) AS tawaran, SUM(p.menang) AS menang
  FROM penawar AS p JOIN tender AS t ON t.kd_tender = p.kd_tender
  WHERE t.kd_klpd IS NOT NULL AND (COALESCE(t.status_tender, '') = 'Selesai' OR COALESCE(t.tahap, '') IN ('Tender Sudah Selesai', 'Seleksi Sudah Selesai'))
  GROUP BY t.kd_klpd, p.penawar
)
SELECT 'badan' AS tabel, kd_klpd AS kunci, kd_klpd, CAST(NULL AS INTEGER) AS tahun_anggaran,
  CAST(NULL AS VARCHAR) AS satker, MAX(nama_klpd) AS nama_satker, CAST(NULL AS VARCHAR) AS nama_paket,
  CAST(NULL AS BIGINT) AS nilai_sen,
  CASE
    WHEN MAX(tawaran) < $minimal_tawaran THEN NULL
    WHEN SUM(CASE WHEN tawaran >= $minimal_tawaran AND menang * 100 <= tawaran * $persen THEN 1 ELSE 0 END) > 0 THEN 1
    ELSE 0
  END AS ditandai,
  CASE WHEN MAX(tawaran) < $minimal_tawaran THEN 'belum ada penawar dengan cukup penawaran' END AS alasan,
  SUM(CASE WHEN tawaran >= $minimal_tawaran THEN 1 ELSE 0 END) AS penawar_sering,
  SUM(CASE WHEN tawaran >= $minimal_tawaran AND menang * 100 <= tawaran * $persen THEN 1 ELSE 0 END) AS penawar_hampir_tak_menang,
  MAX(CASE WHEN tawaran >= $minimal_tawaran AND menang * 100 <= tawaran * $persen THEN tawaran END) AS tawaran_terbanyak
FROM lengkap
GROUP BY kd_klpd
