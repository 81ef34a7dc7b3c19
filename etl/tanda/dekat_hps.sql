-- Dekat HPS: nilai awal (sebelum perubahan kontrak) dibanding HPS yang tepat, bukan label bulat. Nilai kontrak di berkas
-- penetapan dapat sudah memuat perubahan kontrak, jadi hanya dipakai bila lebih rendah daripada harga pemenang.
WITH proses AS (
  SELECT 'tender' AS tabel, kd_tender AS kunci, kd_tender, '' AS kd_nontender, kd_klpd, tahun_anggaran,
    kd_satker_str AS satker, nama_satker, nama_paket, pagu_sen, hps_sen, COALESCE(hps_dibulatkan, 0) AS dibulatkan,
    nilai_kontrak_sen
  FROM tender
  WHERE COALESCE(status_tender, '') = 'Selesai' OR COALESCE(tahap, '') IN ('Tender Sudah Selesai', 'Seleksi Sudah Selesai')
  UNION ALL
  SELECT 'non_tender', kd_nontender, '', kd_nontender, kd_klpd, tahun_anggaran,
    kd_satker_str, nama_satker, nama_paket, pagu_sen, hps_sen, 0, CAST(NULL AS BIGINT)
  FROM non_tender WHERE COALESCE(status_nontender, '') = 'Selesai'
), awal AS (
  SELECT kd_tender, kd_nontender, COUNT(*) AS banyak, MAX(nilai_kontrak_sen) AS nilai_sen
  FROM kontrak WHERE COALESCE(versi_addendum, 0) = 0 GROUP BY kd_tender, kd_nontender
), pemenang AS (
  SELECT kd_tender, '' AS kd_nontender, COUNT(*) AS banyak,
    MAX(COALESCE(NULLIF(nilai_negosiasi_sen, 0), NULLIF(nilai_terkoreksi_sen, 0), NULLIF(nilai_penawaran_sen, 0))) AS harga_sen,
    MAX(NULLIF(nilai_kontrak_sen, 0)) AS kontrak_sen
  FROM tender_nilai GROUP BY kd_tender
  UNION ALL
  SELECT '', kd_nontender, 1,
    COALESCE(NULLIF(nilai_negosiasi_sen, 0), NULLIF(nilai_terkoreksi_sen, 0), NULLIF(nilai_penawaran_sen, 0)),
    NULLIF(nilai_kontrak_sen, 0)
  FROM non_tender_nilai
), nilai AS (
  SELECT p.*, COALESCE(a.banyak, 0) AS kontrak, COALESCE(m.banyak, 0) AS pemenang,
    CASE
      WHEN a.nilai_sen > 0 THEN a.nilai_sen
      WHEN m.kontrak_sen < COALESCE(m.harga_sen, m.kontrak_sen + 1) THEN m.kontrak_sen
      ELSE COALESCE(m.harga_sen, NULLIF(p.nilai_kontrak_sen, 0))
    END AS nilai_sen,
    CASE
      WHEN a.nilai_sen > 0 THEN 'kontrak awal'
      WHEN m.kontrak_sen < COALESCE(m.harga_sen, m.kontrak_sen + 1) THEN 'kontrak pada berkas penetapan'
      WHEN m.harga_sen > 0 THEN 'harga pemenang'
      WHEN p.nilai_kontrak_sen > 0 THEN 'daftar tender'
    END AS asal_nilai
  FROM proses AS p
  LEFT JOIN awal AS a ON a.kd_tender = p.kd_tender AND a.kd_nontender = p.kd_nontender
  LEFT JOIN pemenang AS m ON m.kd_tender = p.kd_tender AND m.kd_nontender = p.kd_nontender
), dinilai AS (
  SELECT n.*, CASE
    WHEN COALESCE(hps_sen, 0) = 0 THEN 'HPS tidak tercatat di sumber'
    WHEN dibulatkan = 1 THEN 'HPS hanya tercatat bulat'
    WHEN kontrak > 1 OR pemenang > 1 THEN 'beberapa kontrak atau pemenang dalam satu paket'
    WHEN nilai_sen IS NULL THEN 'nilai kontrak dan harga pemenang tidak tercatat di sumber'
  END AS alasan
  FROM nilai AS n
)
SELECT tabel, kunci, kd_klpd, tahun_anggaran, satker, nama_satker, nama_paket, nilai_sen,
  CASE WHEN alasan IS NULL THEN CASE WHEN CAST(nilai_sen AS DOUBLE) * 100 >= CAST(hps_sen AS DOUBLE) * $persen THEN 1 ELSE 0 END END AS ditandai,
  alasan,
  nilai_sen AS nilai_awal_sen, hps_sen, CAST(nilai_sen AS DOUBLE) / NULLIF(hps_sen, 0) AS bagian_hps, asal_nilai
FROM dinilai
