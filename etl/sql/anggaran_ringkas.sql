-- Satu baris satu cabang anggaran satu pemerintah, tahun, tahapan dan bagian (4 pendapatan, 5 belanja, 6 pembiayaan):
-- menurut urusan (urusan, bidang, program, kegiatan, sub kegiatan), menurut perangkat daerah, dan menurut akun. Tiap
-- baris anggaran dihitung tepat sekali di tiap tingkat satu susunan; tahapan tidak pernah dijumlahkan satu sama lain.
-- Pagu SiRUP diambil dari tabel terdalam yang ada bagi badan dan tahun itu, karena ketiga tabelnya menyebut uang yang
-- sama. Kode dipotong menurut titik; baris tanpa kode masuk cabang '-'.
WITH RECURSIVE sirup AS (
  SELECT nama_klpd, tahun_anggaran, 'sub_kegiatan' AS tabel, kd_satker, kd_subkegiatan_str AS kode,
    nama_subkegiatan AS nama, pagu_subkegiatan * 100 AS nilai_sen
  FROM sub_kegiatan WHERE is_deleted = 0
  UNION ALL
  SELECT nama_klpd, tahun_anggaran, 'kegiatan', kd_satker, kd_kegiatan_str, nama_kegiatan, pagu_kegiatan * 100
  FROM kegiatan AS k WHERE is_deleted = 0 AND NOT EXISTS (
    SELECT 1 FROM sub_kegiatan AS s WHERE s.nama_klpd = k.nama_klpd AND s.tahun_anggaran = k.tahun_anggaran)
  UNION ALL
  SELECT nama_klpd, tahun_anggaran, 'program', kd_satker, kd_program_str, nama_program, pagu_program * 100
  FROM program AS p WHERE is_deleted = 0 AND NOT EXISTS (
    SELECT 1 FROM sub_kegiatan AS s WHERE s.nama_klpd = p.nama_klpd AND s.tahun_anggaran = p.tahun_anggaran)
    AND NOT EXISTS (
    SELECT 1 FROM kegiatan AS k WHERE k.nama_klpd = p.nama_klpd AND k.tahun_anggaran = p.tahun_anggaran)
), satker AS (
  SELECT kd_satker, MIN(nama_satker) AS nama FROM satuan_kerja GROUP BY kd_satker
), inti AS (
  SELECT nama_pemda, tahun_anggaran, 'anggaran' AS tabel, tahapan,
    CASE WHEN substr(kode_rekening, 1, 1) IN ('4', '5', '6') THEN substr(kode_rekening, 1, 1) ELSE '-' END AS bagian,
    COALESCE(kode_skpd, '-') AS skpd, COALESCE(kode_sub_kegiatan, '-') AS sub, kode_rekening AS akun,
    MIN(nama_skpd) AS nama_skpd, MIN(nama_sub_kegiatan) AS nama_sub, MIN(nama_rekening) AS nama_akun,
    SUM(nilai_sen) AS nilai_sen, COUNT(*) AS baris, SUM(nilai_sebelum_sen) AS sebelum_sen,
    COUNT(nilai_sebelum_sen) AS baris_sebelum
  FROM anggaran
  GROUP BY nama_pemda, tahun_anggaran, tahapan, COALESCE(kode_skpd, '-'), COALESCE(kode_sub_kegiatan, '-'),
    kode_rekening
  UNION ALL
  SELECT x.nama_klpd, x.tahun_anggaran, x.tabel, 'SIRUP', '5', x.kd_satker, COALESCE(x.kode, '-'), '', MIN(s.nama),
    MIN(x.nama), NULL, SUM(x.nilai_sen), COUNT(*), NULL, 0
  FROM sirup AS x LEFT JOIN satker AS s ON s.kd_satker = x.kd_satker
  WHERE x.nama_klpd IS NOT NULL
  GROUP BY x.nama_klpd, x.tahun_anggaran, x.tabel, x.kd_satker, COALESCE(x.kode, '-')
), kode AS (
  SELECT sub AS kode FROM inti UNION SELECT akun FROM inti WHERE akun <> ''
), potong AS (
  SELECT kode, 0 AS n, '' AS awalan, rtrim(kode, '.') || '.' AS sisa FROM kode
  UNION ALL
  SELECT kode, n + 1, awalan || CASE WHEN n > 0 THEN '.' ELSE '' END || substr(sisa, 1, instr(sisa, '.') - 1),
    substr(sisa, instr(sisa, '.') + 1)
  FROM potong WHERE sisa <> '' AND n < 30
), bagian_kode AS (
  SELECT kode, n, CASE WHEN sisa = '' THEN kode ELSE awalan END AS awalan, CASE WHEN sisa = '' THEN 1 ELSE 0 END AS akhir
  FROM potong WHERE n > 0
), susun_program AS (
  SELECT p.kode, p.n, p.awalan, p.akhir, COALESCE(q.awalan, '') AS induk
  FROM bagian_kode AS p LEFT JOIN bagian_kode AS q ON q.kode = p.kode AND p.n > 1
    AND q.n = CASE p.n WHEN 2 THEN 1 WHEN 3 THEN 2 WHEN 4 THEN 3 WHEN 5 THEN 3 WHEN 6 THEN 5 ELSE 6 END
  WHERE p.n IN (1, 2, 3, 5, 6) OR p.akhir = 1
), susun_akun AS (
  SELECT p.kode, p.n, p.awalan, p.akhir, CASE WHEN p.n > 2 THEN q.awalan ELSE '' END AS induk
  FROM bagian_kode AS p LEFT JOIN bagian_kode AS q ON q.kode = p.kode AND q.n = p.n - 1
  WHERE p.n > 1 OR p.akhir = 1
), cabang AS (
  SELECT i.nama_pemda, i.tahun_anggaran, i.tabel, i.tahapan, i.bagian, 'program' AS menurut, '' AS skpd, j.induk,
    j.awalan AS kode, j.n AS tingkat, j.akhir, CASE WHEN j.akhir = 1 THEN i.nama_sub END AS nama, i.nilai_sen, i.baris,
    i.sebelum_sen, i.baris_sebelum
  FROM inti AS i JOIN susun_program AS j ON j.kode = i.sub
  UNION ALL
  SELECT i.nama_pemda, i.tahun_anggaran, i.tabel, i.tahapan, i.bagian, 'skpd', '', '', i.skpd, 0, 0, i.nama_skpd,
    i.nilai_sen, i.baris, i.sebelum_sen, i.baris_sebelum
  FROM inti AS i
  UNION ALL
  SELECT i.nama_pemda, i.tahun_anggaran, i.tabel, i.tahapan, i.bagian, 'skpd', i.skpd,
    CASE WHEN j.n > 3 THEN j.induk ELSE '' END, j.awalan, j.n, j.akhir, CASE WHEN j.akhir = 1 THEN i.nama_sub END,
    i.nilai_sen, i.baris, i.sebelum_sen, i.baris_sebelum
  FROM inti AS i JOIN susun_program AS j ON j.kode = i.sub
  WHERE j.n > 2 OR j.akhir = 1
  UNION ALL
  SELECT i.nama_pemda, i.tahun_anggaran, i.tabel, i.tahapan, i.bagian, 'akun', '', j.induk, j.awalan, j.n, j.akhir,
    CASE WHEN j.akhir = 1 THEN i.nama_akun END, i.nilai_sen, i.baris, i.sebelum_sen, i.baris_sebelum
  FROM inti AS i JOIN susun_akun AS j ON j.kode = i.akun
  WHERE i.akun <> ''
), jumlah AS (
  SELECT nama_pemda, tahun_anggaran, tabel, tahapan, bagian, menurut, skpd, induk, kode, tingkat, MIN(nama) AS nama,
    SUM(nilai_sen) AS nilai_sen, SUM(baris) AS baris, SUM(sebelum_sen) AS sebelum_sen,
    SUM(baris_sebelum) AS baris_sebelum, MAX(akhir) AS punya_baris, MAX(1 - akhir) AS punya_anak
  FROM cabang
  GROUP BY nama_pemda, tahun_anggaran, tabel, tahapan, bagian, menurut, skpd, induk, kode, tingkat
), nama_sirup AS (
  SELECT nama_klpd, kd_program_str AS kode, MIN(nama_program) AS nama FROM program GROUP BY nama_klpd, kd_program_str
  UNION ALL
  SELECT nama_klpd, kd_kegiatan_str, MIN(nama_kegiatan) FROM kegiatan GROUP BY nama_klpd, kd_kegiatan_str
), nama_satu AS (
  SELECT nama_klpd, kode, MIN(nama) AS nama FROM nama_sirup WHERE kode IS NOT NULL GROUP BY nama_klpd, kode
), nama_nomenklatur AS (
  SELECT kode, MIN(nama) AS nama FROM kode_nomenklatur GROUP BY kode
), nama_akun AS (
  SELECT kode, MIN(nama) AS nama FROM kode_rekening GROUP BY kode
)
SELECT j.nama_pemda, j.tahun_anggaran, j.bagian, j.menurut, j.skpd AS kode_skpd, j.induk, j.kode, j.tahapan, j.tabel,
  j.tingkat, COALESCE(j.nama, s.nama, d.nama, n.nama, x.nama, a.nama) AS nama,
  CAST(j.nilai_sen AS BIGINT) AS nilai_sen, CAST(j.baris AS BIGINT) AS jumlah_baris,
  CAST(j.sebelum_sen AS BIGINT) AS nilai_sebelum_sen, CAST(j.baris_sebelum AS BIGINT) AS jumlah_baris_sebelum,
  j.punya_baris, j.punya_anak
FROM jumlah AS j
LEFT JOIN nama_satu AS s ON j.menurut <> 'akun' AND j.tingkat > 0 AND s.nama_klpd = j.nama_pemda AND s.kode = j.kode
LEFT JOIN nama_kode AS d ON j.tingkat > 0 AND d.kode = j.kode AND j.tahun_anggaran > 2020
  AND d.jenis = CASE WHEN j.menurut = 'akun' THEN 'akun' ELSE 'program' END
LEFT JOIN nama_nomenklatur AS n ON j.menurut <> 'akun' AND j.tingkat > 0 AND n.kode = j.kode
LEFT JOIN nama_nomenklatur AS x ON j.menurut <> 'akun' AND j.tingkat > 2 AND x.kode = 'X.XX' || substr(j.kode, 5)
LEFT JOIN nama_akun AS a ON j.menurut = 'akun' AND a.kode = j.kode AND j.tahun_anggaran > 2020
ORDER BY j.nama_pemda, j.tahun_anggaran, j.bagian, j.menurut, j.skpd, j.induk, j.kode, j.tahapan
