-- Satu baris satu kode lokasi di kartu dan buku barang: unitnya, badan pemiliknya, dan satuan kerja yang dimaksud. Badan
-- dibaca dari kode lokasi resmi (kolom ke-4 sampai ke-8: kode wilayah); kode lain tidak menyebut badan.
WITH barang AS (
  SELECT 'kib_a' AS tabel, kode_lokasi, nama_unit FROM kib_a
  UNION ALL SELECT 'kib_b', kode_lokasi, nama_unit FROM kib_b
  UNION ALL SELECT 'kib_c', kode_lokasi, nama_unit FROM kib_c
  UNION ALL SELECT 'kib_d', kode_lokasi, nama_unit FROM kib_d
  UNION ALL SELECT 'kib_e', kode_lokasi, nama_unit FROM kib_e
  UNION ALL SELECT 'kib_f', kode_lokasi, nama_unit FROM kib_f
  UNION ALL SELECT 'inventaris', kode_lokasi, '' FROM inventaris
  UNION ALL SELECT 'persediaan', kode_lokasi, '' FROM persediaan
), lokasi AS (
  SELECT kode_lokasi, MIN(CASE WHEN nama_unit <> '' THEN nama_unit END) AS nama_unit,
    CASE WHEN kode_lokasi LIKE '__.__.__%' THEN substr(kode_lokasi, 4, 5) ELSE '' END AS kode_badan, COUNT(*) AS jumlah
  FROM barang GROUP BY kode_lokasi
), pemilik AS (
  SELECT kode, CASE WHEN length(kode) = 2 THEN 'Provinsi ' || nama ELSE replace(nama, 'Kabupaten ', 'Kab. ') END AS nama
  FROM wilayah WHERE length(kode) IN (2, 5)
)
SELECT l.kode_lokasi, l.nama_unit, COALESCE(w.nama, '') AS nama_badan,
  CASE WHEN w.nama <> '' THEN l.kode_badan ELSE '' END AS kode_badan, COALESCE(s.id_satker, '') AS id_satker, l.jumlah
FROM lokasi AS l
LEFT JOIN pemilik AS w
  ON w.kode = CASE WHEN l.kode_badan LIKE '%.00' THEN substr(l.kode_badan, 1, 2) ELSE l.kode_badan END
LEFT JOIN satker_kunci AS s ON s.jenis = 'lokasi' AND s.kode = l.kode_lokasi
ORDER BY l.kode_lokasi
