-- Cara sumber menyebut satuan kerja, dan satuan kerja mana yang dimaksud. Satuan kerja resmi adalah nomor SiRUP-nya
-- (kd_satker); nomor SPSE lain artinya dan tidak dipakai. Urutan: kode dan nama, kode saja, nama saja, masing-masing
-- hanya bila tepat satu satuan kerja yang cocok; selebihnya kode atau nama itu menjadi satuan kerja tersendiri.
WITH sirup AS (
  SELECT kd_klpd, nama_klpd, kd_satker AS nomor, kd_satker_str AS kode, nama_satker AS nama FROM satuan_kerja
  UNION SELECT kd_klpd, nama_klpd, kd_satker, kd_satker_str, nama_satker FROM rup_penyedia
  UNION SELECT kd_klpd, nama_klpd, kd_satker, kd_satker_str, nama_satker FROM rup_swakelola
  UNION SELECT kd_klpd, nama_klpd, kd_satker, kd_satker_str, nama_satker FROM rup_anggaran
  UNION SELECT kd_klpd, nama_klpd, kd_satker, kd_satker_str, nama_satker FROM struktur_anggaran
), wilayah_kib AS (
  SELECT kode, CASE WHEN tingkat = 'provinsi' THEN 'Provinsi ' || nama ELSE nama END AS nama FROM wilayah
  WHERE tingkat IN ('provinsi', 'kabupaten/kota')
), unit_kib AS (
  SELECT kode_lokasi, nama_unit FROM kib_a
  UNION SELECT kode_lokasi, nama_unit FROM kib_b
  UNION SELECT kode_lokasi, nama_unit FROM kib_c
  UNION SELECT kode_lokasi, nama_unit FROM kib_d
  UNION SELECT kode_lokasi, nama_unit FROM kib_e
  UNION SELECT kode_lokasi, nama_unit FROM kib_f
), lokasi AS (
  SELECT k.kode_lokasi, k.nama_unit AS nama, w.nama AS nama_klpd FROM unit_kib AS k JOIN wilayah_kib AS w
    ON w.kode = CASE WHEN substr(k.kode_lokasi, 7, 2) = '00' THEN substr(k.kode_lokasi, 4, 2)
      ELSE substr(k.kode_lokasi, 4, 5) END
  WHERE k.nama_unit <> ''
), sebut AS (
  SELECT kd_klpd, nama_klpd, nomor, kode, nama FROM sirup
  UNION SELECT kd_klpd, nama_klpd, '', kd_satker_str, nama_satker FROM tender
  UNION SELECT kd_klpd, nama_klpd, '', kd_satker_str, nama_satker FROM tender_selesai
  UNION SELECT kd_klpd, nama_klpd, '', kd_satker_str, nama_satker FROM tender_nilai
  UNION SELECT kd_klpd, nama_klpd, '', kd_satker_str, nama_satker FROM non_tender
  UNION SELECT kd_klpd, nama_klpd, '', kd_satker_str, nama_satker FROM non_tender_nilai
  UNION SELECT kd_klpd, nama_klpd, '', kd_satker_str, nama_satker FROM pencatatan_non_tender
  UNION SELECT kd_klpd, nama_klpd, '', kd_satker_str, nama_satker FROM pencatatan_non_tender_realisasi
  UNION SELECT kd_klpd, nama_klpd, '', kd_satker_str, nama_satker FROM pencatatan_swakelola
  UNION SELECT kd_klpd, nama_klpd, '', kd_satker_str, nama_satker FROM pencatatan_swakelola_realisasi
  UNION SELECT kd_klpd, nama_klpd, '', kd_satker_str, nama_satker FROM kontrak
  UNION SELECT kd_klpd, nama_klpd, '', kd_satker_str, nama_satker FROM epurchasing
  UNION SELECT kd_klpd, nama_klpd, '', kd_satker_str, nama_satker FROM realisasi_paket
  UNION SELECT NULL, nama_pemda, '', kode_skpd, nama_skpd FROM anggaran
  UNION SELECT NULL, nama_pemda, '', kode_skpd, nama_skpd FROM anggaran_sub_kegiatan
  UNION SELECT NULL, nama_pemda, '', kode_skpd, nama_skpd FROM sp2d
  UNION SELECT NULL, nama_klpd, '', '', nama FROM lokasi
), nama_bersih AS (
  SELECT nama, replace(trim(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(lower(nama), ';', ' '), '.', ' '), ',', ' '), '/', ' '), '(', ' '), ')', ' '), '&', ' '), '-', ' '), '''', ' '),
    '"', ' '), '   ', ' '), '  ', ' '), '  ', ' ')), ' ', '-') AS inti
  FROM (SELECT nama FROM sebut WHERE nama <> '' UNION SELECT nama_klpd FROM sebut WHERE nama_klpd <> '') AS semua
), nama_badan AS (
  SELECT nama, replace(replace(replace(inti, 'pemerintah-daerah-', ''), 'pemerintah-', ''), 'kabupaten-', 'kab-') AS inti
  FROM nama_bersih
), badan_resmi AS (
  SELECT b.inti, MIN(s.kd_klpd) AS kd_klpd FROM (
    SELECT kd_klpd, nama_klpd FROM sirup
    UNION SELECT kd_klpd, nama_klpd FROM kontrak
    UNION SELECT kd_klpd, nama_klpd FROM tender_nilai
    UNION SELECT kd_klpd, nama_klpd FROM non_tender_nilai
  ) AS s JOIN nama_badan AS b ON b.nama = s.nama_klpd
  WHERE s.kd_klpd <> '' GROUP BY b.inti HAVING COUNT(DISTINCT s.kd_klpd) = 1
), badan_nama AS (
  SELECT DISTINCT s.nama_klpd AS nama, COALESCE(r.kd_klpd, b.inti) AS badan
  FROM sebut AS s JOIN nama_badan AS b ON b.nama = s.nama_klpd LEFT JOIN badan_resmi AS r ON r.inti = b.inti
  WHERE COALESCE(s.kd_klpd, '') = ''
), disebut AS (
  SELECT DISTINCT CASE WHEN s.kd_klpd <> '' THEN s.kd_klpd ELSE b.badan END AS badan, s.nomor,
    COALESCE(s.kode, '') AS kode, COALESCE(s.nama, '') AS nama, COALESCE(n.inti, '') AS inti
  FROM sebut AS s LEFT JOIN badan_nama AS b ON b.nama = s.nama_klpd LEFT JOIN nama_bersih AS n ON n.nama = s.nama
  WHERE (s.kd_klpd <> '' OR b.badan <> '') AND (s.kode <> '' OR s.nama <> '')
), resmi_kode_nama AS (
  SELECT badan, kode, inti, MIN(nomor) AS nomor FROM disebut WHERE nomor <> '' AND kode <> '' AND inti <> ''
  GROUP BY badan, kode, inti HAVING COUNT(DISTINCT nomor) = 1
), resmi_kode AS (
  SELECT badan, kode, MIN(nomor) AS nomor FROM disebut WHERE nomor <> '' AND kode <> ''
  GROUP BY badan, kode HAVING COUNT(DISTINCT nomor) = 1
), resmi_nama AS (
  SELECT badan, inti, MIN(nomor) AS nomor FROM disebut WHERE nomor <> '' AND inti <> ''
  GROUP BY badan, inti HAVING COUNT(DISTINCT nomor) = 1
), ditemukan AS (
  SELECT d.badan, d.kode, d.nama, d.inti,
    CASE WHEN kn.nomor IS NOT NULL THEN d.badan || '-' || kn.nomor
      WHEN k.nomor IS NOT NULL THEN d.badan || '-' || k.nomor
      WHEN n.nomor IS NOT NULL THEN d.badan || '-' || n.nomor
      WHEN d.kode <> '' THEN d.badan || '-kode-' || d.kode END AS id_satker,
    CASE WHEN kn.nomor IS NOT NULL THEN 'kode_nama' WHEN k.nomor IS NOT NULL THEN 'kode'
      WHEN n.nomor IS NOT NULL THEN 'nama' WHEN d.kode <> '' THEN 'tersendiri' END AS metode
  FROM (SELECT DISTINCT badan, kode, nama, inti FROM disebut) AS d
  LEFT JOIN resmi_kode_nama AS kn ON kn.badan = d.badan AND kn.kode = d.kode AND kn.inti = d.inti
  LEFT JOIN resmi_kode AS k ON k.badan = d.badan AND k.kode = d.kode
  LEFT JOIN resmi_nama AS n ON n.badan = d.badan AND n.inti = d.inti
), inti_tunggal AS (
  SELECT badan, inti, MIN(id_satker) AS id_satker FROM ditemukan WHERE id_satker IS NOT NULL AND inti <> ''
  GROUP BY badan, inti HAVING COUNT(DISTINCT id_satker) = 1
), menurut_nama AS (
  SELECT DISTINCT d.badan, d.nama,
    COALESCE(n.badan || '-' || n.nomor, t.id_satker, d.badan || '-nama-' || d.inti) AS id_satker,
    CASE WHEN n.nomor IS NOT NULL OR t.id_satker IS NOT NULL THEN 'nama' ELSE 'tersendiri' END AS metode
  FROM ditemukan AS d
  LEFT JOIN resmi_nama AS n ON n.badan = d.badan AND n.inti = d.inti
  LEFT JOIN inti_tunggal AS t ON t.badan = d.badan AND t.inti = d.inti
  WHERE d.inti <> '' AND (d.kode = '' OR n.nomor IS NOT NULL OR t.id_satker IS NOT NULL)
), lokasi_badan AS (
  -- DISTINCT: badannya dahulu. Nama unit saja dipakai banyak badan, dan pasangannya tumbuh dengan kuadratnya.
  SELECT DISTINCT l.kode_lokasi, l.nama, b.badan FROM lokasi AS l JOIN badan_nama AS b ON b.nama = l.nama_klpd
)
SELECT 'badan' AS jenis, badan, '' AS kode, nama, '' AS id_satker, 'nama' AS metode FROM badan_nama
UNION ALL SELECT 'kode_nama', badan, kode, nama, id_satker, metode FROM ditemukan WHERE kode <> '' AND nama <> ''
UNION ALL
SELECT 'kode', badan, kode, '', MIN(id_satker), CASE WHEN MIN(metode) = 'tersendiri' THEN 'tersendiri' ELSE 'kode' END
FROM ditemukan WHERE kode <> '' GROUP BY badan, kode HAVING COUNT(DISTINCT id_satker) = 1
UNION ALL SELECT 'nama', badan, '', nama, id_satker, metode FROM menurut_nama
UNION ALL
SELECT 'lokasi', MIN(m.badan), l.kode_lokasi, MIN(l.nama), MIN(m.id_satker), MIN(m.metode)
FROM lokasi_badan AS l JOIN menurut_nama AS m ON m.badan = l.badan AND m.nama = l.nama
GROUP BY l.kode_lokasi HAVING COUNT(DISTINCT m.id_satker) = 1
ORDER BY 1, 2, 3, 4
