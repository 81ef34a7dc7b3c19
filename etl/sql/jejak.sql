-- Satu paket satu baris: keadaan setiap langkah dari anggaran sampai aset. 'tidak tercatat' = tidak ada di data, bukan
-- tidak pernah terjadi; 'tidak berlaku' = langkah itu tidak ada pada jalur atau keadaan ini; kunci diisi hanya bila
-- tunggal.
WITH rup AS (
  SELECT ke_tabel AS jalur, ke_kunci AS kunci, COUNT(DISTINCT dari_kunci) AS banyak, MIN(dari_kunci) AS satu
  FROM hubungan WHERE jenis = 'rup_paket' AND tersambung = 1 GROUP BY ke_tabel, ke_kunci
), anggaran_rencana AS (
  SELECT DISTINCT ke_kunci AS kd_rup, dari_kunci FROM hubungan WHERE jenis = 'anggaran_rup' AND tersambung = 1
), uang AS (
  SELECT h.ke_tabel AS jalur, h.ke_kunci AS kunci, COUNT(DISTINCT a.dari_kunci) AS banyak, MIN(a.dari_kunci) AS satu
  FROM hubungan AS h JOIN anggaran_rencana AS a ON a.kd_rup = h.dari_kunci
  WHERE h.jenis = 'rup_paket' AND h.tersambung = 1 GROUP BY h.ke_tabel, h.ke_kunci
), kontrak_paket AS (
  SELECT dari_tabel AS jalur, dari_kunci AS kunci, COUNT(*) AS banyak, MIN(ke_kunci) AS satu
  FROM hubungan WHERE jenis = 'paket_kontrak' AND tersambung = 1 GROUP BY dari_tabel, dari_kunci
), lanjut AS (
  SELECT k.dari_tabel AS jalur, k.dari_kunci AS kunci, h.jenis, COUNT(*) AS banyak, MIN(h.ke_kunci) AS satu
  FROM hubungan AS k JOIN hubungan AS h ON h.dari_tabel = 'kontrak' AND h.dari_kunci = k.ke_kunci
  WHERE k.jenis = 'paket_kontrak' AND k.tersambung = 1 AND h.tersambung = 1
    AND h.jenis IN ('kontrak_spmk', 'kontrak_serah_terima')
  GROUP BY k.dari_tabel, k.dari_kunci, h.jenis
), barang AS (
  SELECT CAST(CASE WHEN kd_tender <> '' THEN 'tender' ELSE 'non_tender' END AS VARCHAR) AS jalur,
    CAST(CASE WHEN kd_tender <> '' THEN kd_tender ELSE kd_nontender END AS VARCHAR) AS kunci,
    COUNT(DISTINCT tabel || '|' || kunci_aset) AS banyak, MIN(tabel || '|' || kunci_aset) AS satu
  FROM aset_kontrak GROUP BY 1, 2
)
SELECT p.jalur, p.kunci, p.kd_klpd, p.nama_klpd, p.tahun_anggaran, p.nama_satker, p.nama_paket, p.keadaan, p.nilai_sen,
  CASE WHEN u.banyak > 0 THEN 'ada' ELSE 'tidak tercatat' END AS anggaran,
  CASE WHEN r.banyak > 0 THEN 'ada' ELSE 'tidak tercatat' END AS rup,
  CASE WHEN p.jalur NOT IN ('tender', 'non_tender') THEN 'tidak berlaku'
    WHEN p.asal = p.jalur THEN 'ada' ELSE 'tidak tercatat' END AS pengumuman,
  CASE WHEN p.pemenang_bernama = 1 THEN 'ada'
    WHEN p.keadaan = 'gagal_batal' OR p.jalur = 'darurat' THEN 'tidak berlaku' ELSE 'tidak tercatat' END AS pemenang,
  CASE WHEN k.banyak > 0 THEN 'ada' WHEN p.jalur NOT IN ('tender', 'non_tender') OR p.keadaan = 'gagal_batal'
    THEN 'tidak berlaku' ELSE 'tidak tercatat' END AS kontrak,
  CASE WHEN s.banyak > 0 THEN 'ada' WHEN p.jalur NOT IN ('tender', 'non_tender') OR p.keadaan = 'gagal_batal'
    THEN 'tidak berlaku' ELSE 'tidak tercatat' END AS spmk,
  CASE WHEN b.banyak > 0 THEN 'ada' WHEN p.jalur NOT IN ('tender', 'non_tender') OR p.keadaan = 'gagal_batal'
    THEN 'tidak berlaku' ELSE 'tidak tercatat' END AS serah_terima,
  CASE WHEN a.banyak > 0 THEN 'ada' WHEN p.keadaan = 'gagal_batal' OR m.belanja_modal = 0 THEN 'tidak berlaku'
    WHEN m.belanja_modal = 1 THEN 'tidak tercatat' ELSE 'tidak diketahui' END AS aset,
  CASE WHEN u.banyak = 1 THEN u.satu END AS kunci_anggaran, CASE WHEN r.banyak = 1 THEN r.satu END AS kd_rup,
  CASE WHEN k.banyak = 1 THEN k.satu END AS kunci_kontrak, CASE WHEN s.banyak = 1 THEN s.satu END AS kunci_spmk,
  CASE WHEN b.banyak = 1 THEN b.satu END AS kunci_serah_terima, CASE WHEN a.banyak = 1 THEN a.satu END AS kunci_aset,
  COALESCE(r.banyak, 0) AS jumlah_rup, COALESCE(k.banyak, 0) AS jumlah_kontrak, COALESCE(a.banyak, 0) AS jumlah_aset
FROM paket AS p
LEFT JOIN rup AS r ON r.jalur = p.jalur AND r.kunci = p.kunci
LEFT JOIN uang AS u ON u.jalur = p.jalur AND u.kunci = p.kunci
LEFT JOIN kontrak_paket AS k ON k.jalur = p.jalur AND k.kunci = p.kunci
LEFT JOIN lanjut AS s ON s.jalur = p.jalur AND s.kunci = p.kunci AND s.jenis = 'kontrak_spmk'
LEFT JOIN lanjut AS b ON b.jalur = p.jalur AND b.kunci = p.kunci AND b.jenis = 'kontrak_serah_terima'
LEFT JOIN barang AS a ON a.jalur = p.jalur AND a.kunci = p.kunci
LEFT JOIN paket_modal AS m ON m.jalur = p.jalur AND m.kunci = p.kunci
ORDER BY p.jalur, p.kunci
