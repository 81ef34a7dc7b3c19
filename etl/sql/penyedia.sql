-- Satu baris satu penyedia: nama dan bentuk usaha yang paling sering tertulis; NPWP kantor pusat bila ada.
WITH nama AS (
  SELECT id_penyedia, COALESCE(nama, '') AS nama, SUM(jumlah_baris) AS banyak FROM penyedia_alias
  GROUP BY id_penyedia, COALESCE(nama, '')
), nama_utama AS (
  SELECT id_penyedia, nama, ROW_NUMBER() OVER (
    PARTITION BY id_penyedia ORDER BY CASE WHEN nama = '' THEN 1 ELSE 0 END, banyak DESC, nama
  ) AS urut FROM nama
), bentuk AS (
  SELECT id_penyedia, bentuk, ROW_NUMBER() OVER (
    PARTITION BY id_penyedia ORDER BY SUM(jumlah_baris) DESC, bentuk
  ) AS urut FROM penyedia_alias WHERE bentuk <> '' GROUP BY id_penyedia, bentuk
), npwp AS (
  SELECT id_penyedia, npwp, ROW_NUMBER() OVER (
    PARTITION BY id_penyedia
    ORDER BY CASE WHEN substr(npwp, 13, 3) = '000' THEN 0 ELSE 1 END, SUM(jumlah_baris) DESC, npwp
  ) AS urut FROM penyedia_alias WHERE npwp <> '' GROUP BY id_penyedia, npwp
), tempat AS (
  SELECT id_penyedia, kabupaten, ROW_NUMBER() OVER (
    PARTITION BY id_penyedia ORDER BY SUM(jumlah_baris) DESC, kabupaten
  ) AS urut FROM penyedia_alias WHERE kabupaten <> '' GROUP BY id_penyedia, kabupaten
), ringkas AS (
  SELECT id_penyedia, MAX(CASE WHEN perorangan = 1 THEN 1 ELSE 0 END) AS perorangan, COUNT(DISTINCT nama) AS jumlah_nama,
    COUNT(*) AS jumlah_ejaan, CAST(SUM(jumlah_baris) AS BIGINT) AS jumlah_baris, MIN(skor) AS skor_terendah,
    MIN(COALESCE(kd_penyedia_v6, kd_penyedia)) AS kode
  FROM penyedia_alias GROUP BY id_penyedia
)
SELECT r.id_penyedia,
  CASE WHEN n.nama <> '' THEN n.nama ELSE 'Nama tidak tercatat di sumber (' || r.kode || ')' END AS nama,
  COALESCE(b.bentuk, '') AS bentuk, COALESCE(p.npwp, '') AS npwp, COALESCE(t.kabupaten, '') AS kabupaten,
  r.perorangan, r.jumlah_nama, r.jumlah_ejaan, r.jumlah_baris, r.skor_terendah
FROM ringkas AS r
JOIN nama_utama AS n ON n.id_penyedia = r.id_penyedia AND n.urut = 1
LEFT JOIN bentuk AS b ON b.id_penyedia = r.id_penyedia AND b.urut = 1
LEFT JOIN npwp AS p ON p.id_penyedia = r.id_penyedia AND p.urut = 1
LEFT JOIN tempat AS t ON t.id_penyedia = r.id_penyedia AND t.urut = 1
ORDER BY r.id_penyedia
