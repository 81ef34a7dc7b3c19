-- Satu baris satu tahun, golongan lokasi, dan kabupaten/kota pekerjaan: banyaknya rencana dan jumlah pagunya. Setiap baris
-- rencana_lokasi dihitung tepat sekali.
SELECT tahun_anggaran, lokasi, kd_kab_kota, MIN(kab_kota) AS kab_kota, COUNT(*) AS jumlah,
  COUNT(pagu) AS jumlah_bernilai, CAST(SUM(pagu) AS BIGINT) AS pagu
FROM rencana_lokasi
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
