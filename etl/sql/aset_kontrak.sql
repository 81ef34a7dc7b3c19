-- Barang di KIB yang menyebut nomor kontrak atau nomor BAST di keterangan atau dokumennya, lalu yang cocok menurut
-- nilai, badan, waktu dan uraian (metode kecocokan, dengan skor; hanya bila satu lawan satu). Nomor dibandingkan
-- sesudah huruf besar dan tanda baca disamakan; kata pertamanya menjadi kunci gabung supaya tidak setiap pasang teks
-- dibandingkan.
WITH RECURSIVE barang AS (
  SELECT 'kib_a' AS tabel, kode_lokasi, pengenal, urutan, nama_unit, nama_barang, tahun_perolehan, tanggal_perolehan,
    nilai_perolehan_sen AS nilai_sen, COALESCE(keterangan, '') AS tulisan FROM kib_a
  UNION ALL SELECT 'kib_b', kode_lokasi, pengenal, urutan, nama_unit, nama_barang, tahun_perolehan, tanggal_perolehan,
    nilai_perolehan_sen, COALESCE(keterangan, '') FROM kib_b
  UNION ALL SELECT 'kib_c', kode_lokasi, pengenal, urutan, nama_unit, nama_barang, tahun_perolehan,
    COALESCE(tanggal_perolehan, tanggal_dokumen),
    nilai_perolehan_sen, COALESCE(keterangan, '') || ' ' || COALESCE(nomor_dokumen, '') FROM kib_c
  UNION ALL SELECT 'kib_d', kode_lokasi, pengenal, urutan, nama_unit, nama_barang, tahun_perolehan,
    COALESCE(tanggal_perolehan, tanggal_dokumen),
    nilai_perolehan_sen, COALESCE(keterangan, '') || ' ' || COALESCE(nomor_dokumen, '') || ' '
      || COALESCE(nomor_kontrak, '') FROM kib_d
  UNION ALL SELECT 'kib_e', kode_lokasi, pengenal, urutan, nama_unit, nama_barang, tahun_perolehan, tanggal_perolehan,
    nilai_perolehan_sen, COALESCE(keterangan, '') FROM kib_e
  UNION ALL SELECT 'kib_f', kode_lokasi, pengenal, urutan, nama_unit, nama_barang, tahun_perolehan,
    COALESCE(tanggal_perolehan, tanggal_dokumen),
    nilai_perolehan_sen, COALESCE(keterangan, '') || ' ' || COALESCE(nomor_dokumen, '') FROM kib_f
), nomor AS (
  SELECT 'nomor_kontrak' AS metode, kd_tender, kd_nontender, no_kontrak, no_kontrak AS tertulis FROM kontrak_terkini
  UNION
  SELECT 'nomor_bast', kd_tender, kd_nontender, COALESCE(no_kontrak, ''), no_bast FROM serah_terima WHERE no_bast <> ''
), rapi AS (
  SELECT 'barang' AS milik, tabel AS a, kode_lokasi AS b, pengenal AS c, CAST(urutan AS TEXT) AS d, '' AS e,
    tulisan AS teks FROM barang WHERE tulisan <> ''
  UNION ALL SELECT 'nomor', metode, kd_tender, kd_nontender, no_kontrak, tertulis, tertulis FROM nomor
), bersih AS (
  SELECT milik, a, b, c, d, e, trim(replace(replace(replace(replace(replace(replace(replace(replace(
    ' ' || upper(teks) || ' ', ',', ' '), ';', ' '), '(', ' '), ')', ' '), ':', ' '), 'NO.', ' '), '. ', ' '),
    '  ', ' ')) AS teks
  FROM rapi
), dicari AS (
  SELECT a AS metode, b AS kd_tender, c AS kd_nontender, d AS no_kontrak, e AS tertulis, teks,
    substr(teks, 1, instr(teks || ' ', ' ') - 1) AS kata,
    COUNT(*) OVER (PARTITION BY teks) AS pemakai
  FROM bersih
  WHERE milik = 'nomor' AND length(teks) >= 8 AND (teks LIKE '%/%' OR teks LIKE '%.%' OR teks LIKE '%-%')
), kata AS (
  SELECT a AS tabel, b AS kode_lokasi, c AS pengenal, d AS urutan, teks AS utuh, '' AS kata, teks || ' ' AS sisa
  FROM bersih WHERE milik = 'barang'
  UNION ALL
  SELECT tabel, kode_lokasi, pengenal, urutan, utuh, substr(sisa, 1, instr(sisa, ' ') - 1),
    substr(sisa, instr(sisa, ' ') + 1)
  FROM kata WHERE sisa <> ''
), bernomor AS (
  SELECT DISTINCT k.tabel, k.kode_lokasi, k.pengenal, k.urutan, d.kd_tender, d.kd_nontender, d.no_kontrak, d.metode,
    d.tertulis
  FROM kata AS k JOIN dicari AS d ON d.kata = k.kata AND d.pemakai = 1
  WHERE instr(' ' || k.utuh || ' ', ' ' || d.teks || ' ') > 0
), badan_lokasi AS (
  SELECT kode, lower(CASE WHEN length(kode) = 2 THEN 'Provinsi ' || nama ELSE replace(nama, 'Kabupaten ', 'Kab. ') END)
    AS nama FROM wilayah WHERE length(kode) IN (2, 5)
), serah AS (
  SELECT kd_tender, kd_nontender, no_kontrak, MAX(tgl_bast) AS tgl_bast FROM serah_terima
  WHERE no_bast <> '' AND tgl_bast IS NOT NULL GROUP BY kd_tender, kd_nontender, no_kontrak
), sasaran AS (
  SELECT k.kd_tender, k.kd_nontender, k.no_kontrak, k.nilai_kini_sen AS nilai_sen, lower(k.nama_klpd) AS badan,
    lower(k.nama_satker) AS satker, lower(replace(k.nama_paket, '  ', ' ')) AS nama_paket,
    substr(s.tgl_bast, 1, 10) AS tanggal
  FROM kontrak_terkini AS k
  JOIN serah AS s ON s.kd_tender = k.kd_tender AND s.kd_nontender = k.kd_nontender AND s.no_kontrak = k.no_kontrak
  LEFT JOIN (SELECT DISTINCT kd_tender, kd_nontender, no_kontrak FROM bernomor) AS b
    ON b.kd_tender = k.kd_tender AND b.kd_nontender = k.kd_nontender AND b.no_kontrak = k.no_kontrak
  WHERE b.no_kontrak IS NULL AND k.nilai_kini_sen > 0
), kelompok AS (
  SELECT a.tabel, a.kode_lokasi, a.nama_barang, a.tahun_perolehan, a.tanggal_perolehan, MIN(w.nama) AS badan,
    MIN(lower(a.nama_unit)) AS satker, CAST(SUM(a.nilai_sen) AS BIGINT) AS nilai_sen
  FROM barang AS a
  JOIN badan_lokasi AS w ON w.kode = CASE WHEN substr(a.kode_lokasi, 7, 2) = '00' THEN substr(a.kode_lokasi, 4, 2)
    ELSE substr(a.kode_lokasi, 4, 5) END
  LEFT JOIN (SELECT DISTINCT tabel, kode_lokasi, pengenal, urutan FROM bernomor) AS b ON b.tabel = a.tabel
    AND b.kode_lokasi = a.kode_lokasi AND b.pengenal = a.pengenal AND b.urutan = CAST(a.urutan AS TEXT)
  WHERE b.tabel IS NULL AND a.nilai_sen > 0
  GROUP BY a.tabel, a.kode_lokasi, a.nama_barang, a.tahun_perolehan, a.tanggal_perolehan
), pasangan AS (
  SELECT s.kd_tender, s.kd_nontender, s.no_kontrak, g.tabel, g.kode_lokasi, g.nama_barang, g.tahun_perolehan,
    g.tanggal_perolehan,
    50 + CASE WHEN substr(g.tanggal_perolehan, 1, 10) = s.tanggal THEN 30
        WHEN g.tahun_perolehan = CAST(substr(s.tanggal, 1, 4) AS INTEGER) THEN 15 ELSE 0 END
      + CASE WHEN instr(lower(replace(g.nama_barang, '  ', ' ')), s.nama_paket) > 0 THEN 10 ELSE 0 END
      + CASE WHEN g.satker = s.satker THEN 10 ELSE 0 END AS nilai_cocok
  FROM sasaran AS s JOIN kelompok AS g ON g.nilai_sen = s.nilai_sen AND g.badan = s.badan
), tunggal AS (
  SELECT p.*,
    COUNT(*) OVER (PARTITION BY kd_tender, kd_nontender, no_kontrak) AS per_kontrak,
    COUNT(*) OVER (PARTITION BY tabel, kode_lokasi, nama_barang, tahun_perolehan, tanggal_perolehan) AS per_barang
  FROM pasangan AS p WHERE nilai_cocok >= 75
), cocok AS (
  SELECT a.tabel, a.kode_lokasi, a.pengenal, CAST(a.urutan AS TEXT) AS urutan, t.kd_tender, t.kd_nontender,
    t.no_kontrak, t.nilai_cocok
  FROM tunggal AS t
  JOIN barang AS a ON a.tabel = t.tabel AND a.kode_lokasi = t.kode_lokasi
    AND COALESCE(a.nama_barang, '') = COALESCE(t.nama_barang, '')
    AND COALESCE(a.tahun_perolehan, 0) = COALESCE(t.tahun_perolehan, 0)
    AND COALESCE(a.tanggal_perolehan, '') = COALESCE(t.tanggal_perolehan, '')
  LEFT JOIN (SELECT DISTINCT tabel, kode_lokasi, pengenal, urutan FROM bernomor) AS b ON b.tabel = a.tabel
    AND b.kode_lokasi = a.kode_lokasi AND b.pengenal = a.pengenal AND b.urutan = CAST(a.urutan AS TEXT)
  WHERE t.per_kontrak = 1 AND t.per_barang = 1 AND b.tabel IS NULL AND a.nilai_sen > 0
), semua AS (
  SELECT tabel, kode_lokasi, pengenal, urutan, kd_tender, kd_nontender, no_kontrak, metode, tertulis, 100 AS skor
  FROM bernomor
  UNION ALL
  SELECT tabel, kode_lokasi, pengenal, urutan, kd_tender, kd_nontender, no_kontrak, 'kecocokan', '', nilai_cocok
  FROM cocok
)
SELECT tabel, kode_lokasi, pengenal, CAST(urutan AS INTEGER) AS urutan,
  kode_lokasi || '|' || pengenal || '|' || urutan AS kunci_aset, kd_tender, kd_nontender, no_kontrak, metode,
  tertulis AS nomor_tertulis, CAST(skor AS DOUBLE) / 100 AS skor
FROM semua
ORDER BY tabel, kunci_aset, metode, kd_tender, kd_nontender, no_kontrak
