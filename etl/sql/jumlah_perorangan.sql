-- Banyaknya izin orang perseorangan per pemerintah, tahun, wilayah dan jenis, dengan baris jumlahnya ("semua").
WITH dasar AS (
  SELECT nama_klpd, tahun, CASE WHEN COALESCE(kode_wilayah, '') = '' THEN 'tidak tercatat' ELSE kode_wilayah END AS wilayah, jenis_izin
  FROM izin_perorangan
)
SELECT nama_klpd, tahun, wilayah, jenis_izin, COUNT(*) AS jumlah FROM dasar GROUP BY nama_klpd, tahun, wilayah, jenis_izin
UNION ALL
SELECT nama_klpd, tahun, 'semua' AS wilayah, jenis_izin, COUNT(*) AS jumlah FROM dasar GROUP BY nama_klpd, tahun, jenis_izin
UNION ALL
SELECT nama_klpd, tahun, wilayah, 'semua' AS jenis_izin, COUNT(*) AS jumlah FROM dasar GROUP BY nama_klpd, tahun, wilayah
UNION ALL
SELECT nama_klpd, tahun, 'semua' AS wilayah, 'semua' AS jenis_izin, COUNT(*) AS jumlah FROM dasar GROUP BY nama_klpd, tahun
ORDER BY 1, 2, 3, 4
