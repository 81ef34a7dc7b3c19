-- Setiap teks MAK yang dipakai sumber, dipotong menurut titik: bagian 1-6 sub kegiatan, 7-12 kode rekening, sisanya
-- kode barang (SSH). Bentuk diperiksa dengan LIKE bergaris bawah dan lower = upper (tidak berhuruf), supaya SQLite dan
-- DuckDB sama. Sub kegiatan dua angka (sebelum 2024) dibakukan menjadi empat; urusan penunjang ada di daftar sebagai
-- X.XX.
WITH RECURSIVE teks AS (
  SELECT mak FROM rup_anggaran WHERE mak <> ''
  UNION SELECT mak FROM tender_selesai_mak WHERE mak <> ''
  UNION SELECT mak FROM tender_nilai_mak WHERE mak <> ''
  UNION SELECT mak FROM non_tender_mak WHERE mak <> ''
  UNION SELECT mak FROM non_tender_nilai_mak WHERE mak <> ''
  UNION SELECT mak FROM epurchasing_mak WHERE mak <> ''
), potong AS (
  SELECT mak, 0 AS n, '' AS sub, '' AS akun, '' AS ssh, rtrim(replace(mak, ' ', ''), '.') || '.' AS sisa FROM teks
  UNION ALL
  SELECT mak, n + 1,
    CASE WHEN n < 6 THEN sub || CASE WHEN n > 0 THEN '.' ELSE '' END || substr(sisa, 1, instr(sisa, '.') - 1)
      ELSE sub END,
    CASE WHEN n >= 6 AND n < 12
      THEN akun || CASE WHEN n > 6 THEN '.' ELSE '' END || substr(sisa, 1, instr(sisa, '.') - 1) ELSE akun END,
    CASE WHEN n >= 12
      THEN ssh || CASE WHEN n > 12 THEN '.' ELSE '' END || substr(sisa, 1, instr(sisa, '.') - 1) ELSE ssh END,
    substr(sisa, instr(sisa, '.') + 1)
  FROM potong WHERE sisa <> '' AND n < 60
), utuh AS (
  SELECT mak, n, sub, akun, ssh,
    CASE WHEN sub LIKE '_.__.__._.__.__' THEN substr(sub, 1, 13) || '00' || substr(sub, 14) ELSE sub END AS sub_baku
  FROM potong WHERE sisa = '' OR n = 60
), rekening_6 AS (
  SELECT DISTINCT kode FROM kode_rekening WHERE tingkat = 6
), sub_5 AS (
  SELECT DISTINCT kode FROM kode_nomenklatur WHERE tingkat = 5
), banyak AS (
  SELECT (SELECT COUNT(*) FROM rekening_6) AS rekening, (SELECT COUNT(*) FROM sub_5) AS sub
), dinilai AS (
  SELECT u.mak, u.n, u.sub, u.sub_baku, u.akun, u.ssh,
    CASE
      WHEN u.n = 7 AND length(u.akun) = 6 THEN 'bentuk_tidak_sah'
      WHEN u.n < 12 OR u.akun NOT LIKE '_._.__.__.__.____' OR lower(u.akun) <> upper(u.akun) THEN 'bentuk_tidak_sah'
      WHEN r.kode IS NOT NULL THEN 'ditemukan'
      ELSE 'tidak_di_daftar'
    END AS status,
    CASE
      WHEN u.n < 12 OR u.sub_baku NOT LIKE '_.__.__._.__.____' THEN 'bentuk_tidak_sah'
      WHEN s.kode IS NOT NULL OR x.kode IS NOT NULL THEN 'ditemukan'
      ELSE 'tidak_di_daftar'
    END AS status_sub
  FROM utuh AS u
  LEFT JOIN rekening_6 AS r ON r.kode = u.akun
  LEFT JOIN sub_5 AS s ON s.kode = u.sub_baku
  LEFT JOIN sub_5 AS x ON x.kode = 'X.XX.' || substr(u.sub_baku, 6)
)
SELECT d.mak, d.n AS jumlah_bagian,
  CASE WHEN d.status_sub <> 'bentuk_tidak_sah' THEN d.sub END AS kode_sub_kegiatan_tertulis,
  CASE WHEN d.status_sub <> 'bentuk_tidak_sah' THEN d.sub_baku END AS kode_sub_kegiatan,
  CASE WHEN d.status <> 'bentuk_tidak_sah' THEN d.akun END AS kode_rekening,
  CASE WHEN d.status <> 'bentuk_tidak_sah' AND d.ssh <> '' THEN d.ssh END AS kode_barang_ssh,
  d.status, d.status_sub AS status_sub_kegiatan,
  CASE
    WHEN d.status = 'ditemukan' THEN NULL
    WHEN d.n = 7 AND length(d.akun) = 6 THEN 'bentuk anggaran kementerian/lembaga (APBN), bukan kode APBD'
    WHEN d.n < 12 THEN 'kurang dari 12 bagian'
    WHEN d.status = 'bentuk_tidak_sah' THEN 'bagian 7 sampai 12 bukan bentuk kode rekening'
    WHEN b.rekening = 0 THEN 'daftar kode rekening belum ada di rilis ini'
    ELSE 'kode rekening tidak ada di daftar'
  END AS alasan
FROM dinilai AS d CROSS JOIN banyak AS b
ORDER BY d.mak
