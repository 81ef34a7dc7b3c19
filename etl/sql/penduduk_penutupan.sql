-- Banyaknya sel yang ditutup. Yang kecil dan yang melindungi hanya dihitung untuk semua kelompok bersama, supaya tidak
-- seorang pun dapat menunjuk selnya.
SELECT periode, sumber_angka, kelompok, COUNT(*) AS sel, SUM(CASE WHEN jumlah_ditutup = 1 THEN 1 ELSE 0 END) AS ditutup,
  ROUND(CAST(100 * SUM(CASE WHEN jumlah_ditutup = 1 THEN 1 ELSE 0 END) AS DOUBLE) / COUNT(*), 2) AS persen_ditutup,
  NULL AS primer, NULL AS pelengkap, MAX(revisi_ditahan) AS revisi_ditahan
FROM penduduk_rincian GROUP BY periode, sumber_angka, kelompok
UNION ALL
SELECT periode, sumber_angka, 'semua', COUNT(*), SUM(CASE WHEN jumlah_ditutup = 1 THEN 1 ELSE 0 END),
  ROUND(CAST(100 * SUM(CASE WHEN jumlah_ditutup = 1 THEN 1 ELSE 0 END) AS DOUBLE) / COUNT(*), 2),
  SUM(CASE WHEN jenis_penutupan = 'primer' THEN 1 ELSE 0 END),
  SUM(CASE WHEN jenis_penutupan = 'pelengkap' THEN 1 ELSE 0 END), MAX(revisi_ditahan)
FROM penduduk_rincian GROUP BY periode, sumber_angka
ORDER BY periode, sumber_angka, kelompok
