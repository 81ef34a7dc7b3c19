-- Belanja yang tercatat tiap jalur, badan dan tahun, dan berapa yang penyedianya tidak bernama. Paket gagal atau batal
-- dipisah. Bagian jalur dihitung dari semua jalur badan dan tahun itu; pagu pengadaan dari struktur anggaran SiRUP
-- bila ada.
WITH per_jalur AS (
  SELECT COALESCE(kd_klpd, nama_klpd, '') AS badan, COALESCE(tahun_anggaran, 0) AS tahun_anggaran, jalur,
    MIN(kd_klpd) AS kd_klpd, MIN(nama_klpd) AS nama_klpd, COUNT(*) AS jumlah_paket,
    SUM(CASE WHEN keadaan <> 'gagal_batal' AND nilai_sen IS NULL THEN 1 ELSE 0 END) AS paket_tanpa_nilai,
    SUM(CASE WHEN keadaan <> 'gagal_batal' THEN COALESCE(nilai_sen, 0) ELSE 0 END) AS nilai_sen,
    SUM(CASE WHEN keadaan <> 'gagal_batal' THEN COALESCE(nilai_berpenyedia_sen, 0) ELSE 0 END) AS berpenyedia_sen,
    SUM(CASE WHEN keadaan = 'gagal_batal' THEN COALESCE(nilai_sen, 0) ELSE 0 END) AS batal_sen
  FROM paket GROUP BY COALESCE(kd_klpd, nama_klpd, ''), COALESCE(tahun_anggaran, 0), jalur
), pagu AS (
  SELECT COALESCE(kd_klpd, nama_klpd, '') AS badan, tahun_anggaran, SUM(belanja_pengadaan) * 100 AS pagu_sen
  FROM struktur_anggaran WHERE tahun_anggaran IS NOT NULL GROUP BY COALESCE(kd_klpd, nama_klpd, ''), tahun_anggaran
), jumlah AS (
  SELECT p.*, SUM(nilai_sen) OVER (PARTITION BY badan, tahun_anggaran) AS semua_sen FROM per_jalur AS p
)
SELECT j.jalur, j.badan, j.tahun_anggaran, j.kd_klpd, j.nama_klpd, j.jumlah_paket,
  CAST(j.paket_tanpa_nilai AS BIGINT) AS paket_tanpa_nilai, CAST(j.nilai_sen AS BIGINT) AS nilai_sen,
  CAST(j.berpenyedia_sen AS BIGINT) AS nilai_berpenyedia_sen,
  CAST(j.nilai_sen - j.berpenyedia_sen AS BIGINT) AS nilai_tanpa_penyedia_sen,
  CAST(j.batal_sen AS BIGINT) AS nilai_batal_sen,
  CASE WHEN j.semua_sen > 0 THEN ROUND(100 * CAST(j.nilai_sen AS DOUBLE) / CAST(j.semua_sen AS DOUBLE), 2)
    END AS persen_jalur,
  CAST(g.pagu_sen AS BIGINT) AS pagu_pengadaan_sen,
  CASE WHEN g.pagu_sen > 0 THEN ROUND(100 * CAST(j.nilai_sen AS DOUBLE) / CAST(g.pagu_sen AS DOUBLE), 2) END
    AS persen_pagu_pengadaan
FROM jumlah AS j LEFT JOIN pagu AS g ON g.badan = j.badan AND g.tahun_anggaran = j.tahun_anggaran
ORDER BY j.jalur, j.badan, j.tahun_anggaran
