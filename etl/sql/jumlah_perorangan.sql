-- Banyaknya izin orang perseorangan per pemerintah, tahun, wilayah dan jenis, dengan baris jumlahnya ("semua"). Tahun yang masih
-- berjalan ketika registernya diambil tidak dihitung: jumlah yang tumbuh antarrilis menyebut izin yang baru satu per satu.
WITH batas AS (
  SELECT p.nama_klpd, MAX(CASE WHEN b.diambil_pada <> '' THEN CAST(substr(b.diambil_pada, 1, 4) AS BIGINT) ELSE p.tahun END) AS berjalan
  FROM izin_perorangan AS p LEFT JOIN berkas_sumber AS b ON b.sha256 = p.asal_berkas AND b.resource = 'izin'
  GROUP BY p.nama_klpd
), dasar AS (
  SELECT p.nama_klpd, p.tahun, CASE WHEN COALESCE(p.kode_wilayah, '') = '' THEN 'tidak tercatat' ELSE p.kode_wilayah END AS wilayah,
    p.jenis_izin
  FROM izin_perorangan AS p JOIN batas AS b ON b.nama_klpd = p.nama_klpd WHERE p.tahun < b.berjalan
)
SELECT nama_klpd, tahun, wilayah, jenis_izin, COUNT(*) AS jumlah FROM dasar GROUP BY nama_klpd, tahun, wilayah, jenis_izin
UNION ALL
SELECT nama_klpd, tahun, 'semua' AS wilayah, jenis_izin, COUNT(*) AS jumlah FROM dasar GROUP BY nama_klpd, tahun, jenis_izin
UNION ALL
SELECT nama_klpd, tahun, wilayah, 'semua' AS jenis_izin, COUNT(*) AS jumlah FROM dasar GROUP BY nama_klpd, tahun, wilayah
UNION ALL
SELECT nama_klpd, tahun, 'semua' AS wilayah, 'semua' AS jenis_izin, COUNT(*) AS jumlah FROM dasar GROUP BY nama_klpd, tahun
ORDER BY 1, 2, 3, 4
