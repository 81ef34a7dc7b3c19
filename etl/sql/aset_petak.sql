-- Satu baris satu badan, tabel, kondisi, lima tahun perolehan, dan petak sepersepuluh derajat: jumlah baris aset_titik.
SELECT nama_badan, tabel, kondisi, pita, petak_lintang, petak_bujur, COUNT(*) AS jumlah, CAST(SUM(nilai_sen) AS BIGINT) AS nilai_sen
FROM aset_titik
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY 1, 2, 3, 4, 5, 6
