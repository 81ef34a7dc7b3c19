-- Belanja modal per badan, tahun dan rekening (5.2.0x): anggaran pada tahapan terakhir, kontrak yang menyebutnya, dan
-- barang di KIB yang tersambung ke kontrak itu. Kontrak dengan beberapa rekening modal dihitung sekali, pada rekening
-- pertamanya; barang yang tersambung ke beberapa kontrak juga sekali.
WITH tahap AS (
  SELECT a.nama_pemda, a.tahun_anggaran, a.tahapan, a.versi,
    ROW_NUMBER() OVER (PARTITION BY a.nama_pemda, a.tahun_anggaran
      ORDER BY COALESCE(t.urutan, 0) DESC, length(a.versi) DESC, a.versi DESC, a.tahapan) AS nomor
  FROM (SELECT DISTINCT nama_pemda, tahun_anggaran, tahapan, COALESCE(versi, '') AS versi FROM anggaran) AS a
  LEFT JOIN tahapan_apbd AS t ON t.kode = a.tahapan
), anggaran_modal AS (
  SELECT a.nama_pemda AS nama_badan, a.tahun_anggaran, a.kode_rekening, a.nama_rekening, a.tahapan, a.nilai_sen
  FROM anggaran AS a
  JOIN tahap AS t ON t.nomor = 1 AND t.nama_pemda = a.nama_pemda AND t.tahun_anggaran = a.tahun_anggaran
    AND t.tahapan = a.tahapan AND t.versi = COALESCE(a.versi, '')
  WHERE substr(a.kode_rekening, 1, 5) = '5.2.0'
), kontrak_modal AS (
  SELECT k.kd_tender, k.kd_nontender, k.no_kontrak, k.nama_klpd AS nama_badan, k.tahun_anggaran,
    m.kode_rekening_modal AS kode_rekening, k.nilai_kini_sen AS nilai_sen
  FROM kontrak_terkini AS k
  JOIN paket_modal AS m ON m.jalur = CASE WHEN k.kd_tender <> '' THEN 'tender' ELSE 'non_tender' END
    AND m.kunci = CASE WHEN k.kd_tender <> '' THEN k.kd_tender ELSE k.kd_nontender END
  WHERE m.belanja_modal = 1 AND substr(m.kode_rekening_modal, 1, 5) = '5.2.0'
), barang AS (
  SELECT 'kib_a' AS tabel, kode_lokasi, pengenal, urutan, nilai_perolehan_sen AS nilai_sen,
    nilai_perolehan_dibulatkan AS bulat FROM kib_a
  UNION ALL SELECT 'kib_b', kode_lokasi, pengenal, urutan, nilai_perolehan_sen, nilai_perolehan_dibulatkan FROM kib_b
  UNION ALL SELECT 'kib_c', kode_lokasi, pengenal, urutan, nilai_perolehan_sen, nilai_perolehan_dibulatkan FROM kib_c
  UNION ALL SELECT 'kib_d', kode_lokasi, pengenal, urutan, nilai_perolehan_sen, nilai_perolehan_dibulatkan FROM kib_d
  UNION ALL SELECT 'kib_e', kode_lokasi, pengenal, urutan, nilai_perolehan_sen, nilai_perolehan_dibulatkan FROM kib_e
  UNION ALL SELECT 'kib_f', kode_lokasi, pengenal, urutan, nilai_perolehan_sen, nilai_perolehan_dibulatkan FROM kib_f
), tersambung AS (
  SELECT tabel, kode_lokasi, pengenal, urutan, kd_tender, kd_nontender, no_kontrak, ROW_NUMBER() OVER (
      PARTITION BY tabel, kunci_aset ORDER BY skor DESC, kd_tender, kd_nontender, no_kontrak
    ) AS nomor
  FROM aset_kontrak
), aset AS (
  SELECT k.nama_badan, k.tahun_anggaran, k.kode_rekening,
    CASE WHEN COALESCE(b.bulat, 0) = 0 THEN b.nilai_sen END AS nilai_sen
  FROM tersambung AS t
  JOIN kontrak_modal AS k ON k.kd_tender = t.kd_tender AND k.kd_nontender = t.kd_nontender
    AND k.no_kontrak = t.no_kontrak
  JOIN barang AS b ON b.tabel = t.tabel AND b.kode_lokasi = t.kode_lokasi AND b.pengenal = t.pengenal
    AND b.urutan = t.urutan
  WHERE t.nomor = 1
), semua AS (
  SELECT nama_badan, tahun_anggaran, kode_rekening, nama_rekening, tahapan, nilai_sen AS anggaran_sen, 0 AS kontrak,
    0 AS kontrak_sen, 0 AS barang, 0 AS aset_sen FROM anggaran_modal
  UNION ALL SELECT nama_badan, tahun_anggaran, kode_rekening, NULL, NULL, NULL, 1, nilai_sen, 0, 0 FROM kontrak_modal
  UNION ALL SELECT nama_badan, tahun_anggaran, kode_rekening, NULL, NULL, NULL, 0, 0, 1, nilai_sen FROM aset
)
SELECT replace(replace(replace(lower(COALESCE(nama_badan, '')), 'pemerintah daerah ', ''), 'pemerintah ', ''),
    'kabupaten ', 'kab. ') AS badan,
  COALESCE(tahun_anggaran, 0) AS tahun_anggaran, kode_rekening, MIN(nama_badan) AS nama_badan,
  MIN(nama_rekening) AS nama_rekening,
  CASE substr(kode_rekening, 1, 6) WHEN '5.2.01' THEN 'A' WHEN '5.2.02' THEN 'B' WHEN '5.2.03' THEN 'C'
    WHEN '5.2.04' THEN 'D' WHEN '5.2.05' THEN 'E' ELSE 'lain' END AS kib,
  MIN(tahapan) AS tahapan, CAST(SUM(anggaran_sen) AS BIGINT) AS anggaran_sen,
  CAST(SUM(kontrak) AS BIGINT) AS jumlah_kontrak, CAST(SUM(COALESCE(kontrak_sen, 0)) AS BIGINT) AS kontrak_sen,
  CAST(SUM(barang) AS BIGINT) AS barang_tersambung, CAST(SUM(COALESCE(aset_sen, 0)) AS BIGINT) AS aset_tersambung_sen
FROM semua
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
