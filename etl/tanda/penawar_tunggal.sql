-- Satu penawar: tender selesai yang hanya satu pesertanya memasukkan harga. Peserta tanpa harga hanya mendaftar. Pada
-- pemilihan dua file atau dua tahap harga peserta yang gugur teknis tidak dibuka: satu harga di sana bukan satu penawar.
WITH harga AS (
  SELECT kd_tender, COUNT(*) AS peserta, SUM(CASE WHEN nilai_penawaran_sen > 0 THEN 1 ELSE 0 END) AS penawar
  FROM peserta_tender GROUP BY kd_tender
)
SELECT 'tender' AS tabel, t.kd_tender AS kunci, t.kd_klpd, t.tahun_anggaran, t.kd_satker_str AS satker, t.nama_satker, t.nama_paket,
  CASE WHEN COALESCE(t.hps_dibulatkan, 0) = 0 AND t.hps_sen > 0 THEN t.hps_sen END AS nilai_sen,
  CASE
    WHEN h.penawar > 1 THEN 0
    WHEN h.penawar = 1 AND instr(COALESCE(t.mtd_kualifikasi, ''), 'Dua File') = 0
      AND instr(COALESCE(t.mtd_kualifikasi, ''), 'Dua Tahap') = 0 THEN 1
  END AS ditandai,
  CASE
    WHEN h.kd_tender IS NULL THEN 'peserta tidak tercatat di sumber'
    WHEN h.penawar = 0 THEN 'harga penawaran tidak tercatat di sumber'
    WHEN h.penawar = 1 AND (instr(COALESCE(t.mtd_kualifikasi, ''), 'Dua File') > 0
      OR instr(COALESCE(t.mtd_kualifikasi, ''), 'Dua Tahap') > 0)
      THEN 'dua file atau dua tahap: harga yang gugur teknis tidak dibuka'
  END AS alasan,
  h.penawar AS penawar_berharga, h.peserta AS peserta_terdaftar
FROM tender AS t LEFT JOIN harga AS h ON h.kd_tender = t.kd_tender
WHERE (COALESCE(t.status_tender, '') = 'Selesai' OR COALESCE(t.tahap, '') IN ('Tender Sudah Selesai', 'Seleksi Sudah Selesai'))
  AND COALESCE(t.mtd_evaluasi, '') <> 'Kualitas'
