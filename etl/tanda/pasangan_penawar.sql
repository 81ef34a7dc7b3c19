-- Pasangan penawar: sering bertemu, bergantian menang. Ditandai pada tender tempat mereka bertemu.
WITH terdaftar AS (
  SELECT kd_tender, COUNT(*) AS peserta FROM peserta_tender GROUP BY kd_tender
), penawar AS (
  SELECT kd_tender, COALESCE(kd_penyedia, kd_peserta) AS penawar, COALESCE(pemenang, 0) AS menang,
    CASE WHEN nilai_terkoreksi_sen > 0 THEN nilai_terkoreksi_sen ELSE nilai_penawaran_sen END AS harga_sen,
    CASE WHEN TRIM(COALESCE(alasan, '')) = '' THEN 0 ELSE 1 END AS gugur
  FROM peserta_tender WHERE nilai_penawaran_sen > 0
), tunggal AS (
  SELECT p.kd_tender, p.penawar, MAX(p.menang) AS menang
  FROM penawar AS p JOIN tender AS t ON t.kd_tender = p.kd_tender
  WHERE (COALESCE(t.status_tender, '') = 'Selesai' OR COALESCE(t.tahap, '') IN ('Tender Sudah Selesai', 'Seleksi Sudah Selesai'))
  GROUP BY p.kd_tender, p.penawar
), temu AS (
  SELECT a.penawar AS satu, b.penawar AS dua, a.kd_tender, a.menang AS menang_satu, b.menang AS menang_dua
  FROM tunggal AS a JOIN tunggal AS b ON b.kd_tender = a.kd_tender AND a.penawar < b.penawar
), pasangan AS (
  SELECT satu, dua, COUNT(*) AS bertemu, SUM(menang_satu) AS menang_satu, SUM(menang_dua) AS menang_dua
  FROM temu GROUP BY satu, dua
  HAVING COUNT(*) >= $minimal_temu AND SUM(menang_satu) >= 1 AND SUM(menang_dua) >= 1
    AND (SUM(menang_satu) + SUM(menang_dua)) * 100 >= COUNT(*) * $persen
), banyak AS (
  SELECT kd_tender, COUNT(*) AS penawar FROM tunggal GROUP BY kd_tender
), kena AS (
  SELECT e.kd_tender, COUNT(*) AS pasangan, MAX(p.bertemu) AS bertemu, MAX(p.menang_satu + p.menang_dua) AS dimenangi
  FROM temu AS e JOIN pasangan AS p ON p.satu = e.satu AND p.dua = e.dua
  GROUP BY e.kd_tender
)
SELECT 'tender' AS tabel, t.kd_tender AS kunci, t.kd_klpd, t.tahun_anggaran, t.kd_satker_str AS satker, t.nama_satker, t.nama_paket,
  CASE WHEN COALESCE(t.hps_dibulatkan, 0) = 0 AND t.hps_sen > 0 THEN t.hps_sen END AS nilai_sen,
  CASE WHEN p.penawar >= 2 THEN CASE WHEN k.kd_tender IS NULL THEN 0 ELSE 1 END END AS ditandai,
  CASE
    WHEN r.kd_tender IS NULL THEN 'peserta tidak tercatat di sumber'
    WHEN p.kd_tender IS NULL THEN 'harga penawaran tidak tercatat di sumber'
    WHEN p.penawar < 2 THEN 'kurang dari 2 penawaran berharga'
  END AS alasan,
  p.penawar AS penawar_berharga, k.pasangan AS pasangan, k.bertemu AS bertemu_kali, k.dimenangi AS dimenangi_pasangan
FROM tender AS t
LEFT JOIN terdaftar AS r ON r.kd_tender = t.kd_tender
LEFT JOIN banyak AS p ON p.kd_tender = t.kd_tender
LEFT JOIN kena AS k ON k.kd_tender = t.kd_tender
WHERE (COALESCE(t.status_tender, '') = 'Selesai' OR COALESCE(t.tahap, '') IN ('Tender Sudah Selesai', 'Seleksi Sudah Selesai'))
