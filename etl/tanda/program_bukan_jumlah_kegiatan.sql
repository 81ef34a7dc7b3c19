-- Pagu program dibanding jumlah pagu kegiatan di bawahnya, menurut SiRUP. Yang dihapus di SiRUP tidak dihitung.
WITH anak AS (
  SELECT kd_program, COUNT(*) AS kegiatan, SUM(pagu_kegiatan) AS jumlah,
    SUM(CASE WHEN pagu_kegiatan IS NULL THEN 1 ELSE 0 END) AS kosong
  FROM kegiatan WHERE COALESCE(is_deleted, 0) = 0 GROUP BY kd_program
), unit AS (
  SELECT kd_klpd, kd_satker, MIN(kd_satker_str) AS satker, MIN(nama_satker) AS nama_satker
  FROM satuan_kerja GROUP BY kd_klpd, kd_satker
), dinilai AS (
  SELECT p.*, a.kegiatan, a.jumlah, CASE
    WHEN p.pagu_program IS NULL THEN 'pagu program tidak tercatat di sumber'
    WHEN a.kd_program IS NULL THEN 'kegiatan program ini tidak ada di rilis'
    WHEN a.kosong > 0 THEN 'pagu kegiatan tidak tercatat di sumber'
  END AS alasan
  FROM program AS p LEFT JOIN anak AS a ON a.kd_program = p.kd_program
  WHERE COALESCE(p.is_deleted, 0) = 0
)
SELECT 'program' AS tabel, d.kd_program AS kunci, d.kd_klpd, d.tahun_anggaran, u.satker, u.nama_satker,
  d.nama_program AS nama_paket, d.pagu_program * 100 AS nilai_sen,
  CASE WHEN d.alasan IS NULL THEN CASE WHEN d.pagu_program <> d.jumlah THEN 1 ELSE 0 END END AS ditandai, d.alasan,
  d.kegiatan AS banyak_kegiatan, d.jumlah * 100 AS jumlah_kegiatan_sen, (d.pagu_program - d.jumlah) * 100 AS selisih_sen
FROM dinilai AS d LEFT JOIN unit AS u ON u.kd_klpd = d.kd_klpd AND u.kd_satker = d.kd_satker
