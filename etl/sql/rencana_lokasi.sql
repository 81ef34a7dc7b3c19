-- Satu baris satu rencana pengadaan (RUP penyedia dan swakelola) dengan lokasi pekerjaannya menurut rup_lokasi. Pagunya hanya
-- masuk ke sebuah kabupaten/kota bila semua lokasinya di situ ('satu'); yang berlokasi di beberapa kabupaten/kota ('beberapa')
-- dan yang lokasinya tidak tercatat ('tanpa') berdiri sendiri, jadi tidak ada pagu yang terhitung dua kali atau dibagi. Lokasi
-- tanpa nomor kabupaten/kota dihitung sebagai tempat tersendiri. Berkas lokasi tanpa jenis rencana cocok dengan keduanya.
WITH rencana AS (
  SELECT 'Penyedia' AS jenis_paket, kd_rup, tahun_anggaran, kd_klpd, nama_klpd, nama_satker, nama_paket, pagu FROM rup_penyedia
  UNION ALL
  SELECT 'Swakelola', kd_rup, tahun_anggaran, kd_klpd, nama_klpd, nama_satker, nama_paket, pagu FROM rup_swakelola
), lokasi AS (
  SELECT kd_rup, lower(COALESCE(jenis_paket, '')) AS jenis, COALESCE(kd_kab_kota, '') AS kd_kab_kota,
    MIN(kab_kota) AS kab_kota, COUNT(*) AS jumlah
  FROM rup_lokasi GROUP BY 1, 2, 3
), tempat AS (
  SELECT r.jenis_paket, r.kd_rup, COUNT(DISTINCT l.kd_kab_kota) AS banyak, MIN(l.kd_kab_kota) AS kd_kab_kota,
    MIN(l.kab_kota) AS kab_kota, SUM(l.jumlah) AS jumlah
  FROM rencana AS r JOIN lokasi AS l ON l.kd_rup = r.kd_rup AND l.jenis IN ('', lower(r.jenis_paket))
  GROUP BY r.jenis_paket, r.kd_rup
), tergolong AS (
  SELECT r.*, t.kd_kab_kota, t.kab_kota, COALESCE(t.jumlah, 0) AS jumlah_lokasi,
    CASE WHEN t.banyak > 1 THEN 'beberapa' WHEN t.kd_kab_kota <> '' THEN 'satu' ELSE 'tanpa' END AS lokasi
  FROM rencana AS r LEFT JOIN tempat AS t ON t.jenis_paket = r.jenis_paket AND t.kd_rup = r.kd_rup
)
SELECT jenis_paket, kd_rup, COALESCE(tahun_anggaran, 0) AS tahun_anggaran, kd_klpd, nama_klpd, nama_satker, nama_paket, lokasi,
  CASE WHEN lokasi = 'satu' THEN kd_kab_kota ELSE '' END AS kd_kab_kota,
  CASE WHEN lokasi = 'satu' THEN kab_kota END AS kab_kota, CAST(jumlah_lokasi AS BIGINT) AS jumlah_lokasi, pagu
FROM tergolong
ORDER BY jenis_paket, kd_rup
