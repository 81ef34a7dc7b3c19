-- Anggaran belanja satu badan dan tahun menurut struktur anggaran di SiRUP, dalam sen: batas akal sehat bagi tanda.
SELECT kd_klpd, tahun_anggaran, SUM(total_belanja) * 100 AS anggaran_sen
FROM struktur_anggaran
WHERE total_belanja > 0
GROUP BY kd_klpd, tahun_anggaran
