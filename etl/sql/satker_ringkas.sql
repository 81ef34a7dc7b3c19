-- Satu baris satu satuan kerja, tahun, tabel dan rincian (jalur, tahapan, bulan). Setiap baris tabel asal dihitung tepat
-- sekali: id_satker kosong bila satuan kerjanya tidak tercatat. kunci_badan dan kunci_satker adalah isi kolom tabel asal
-- yang menyaring baris-baris itu. Tahun 0 tidak tercatat atau, pada aset, tidak dipakai.
WITH anggaran_baris AS (
  SELECT 'anggaran' AS tabel, tahun_anggaran, tahapan AS rincian, COALESCE(versi, '') AS versi, nama_pemda, kode_skpd,
    nama_skpd, nilai_sen FROM anggaran
  UNION ALL
  SELECT 'anggaran_sub_kegiatan', tahun_anggaran, tahapan, '', nama_pemda, kode_skpd, nama_skpd, pagu_sen
  FROM anggaran_sub_kegiatan
  UNION ALL
  SELECT 'sp2d', tahun_anggaran, COALESCE(substr(tanggal_sp2d, 1, 7), ''), '', nama_pemda, kode_skpd, nama_skpd,
    nilai_sp2d_sen
  FROM sp2d
), anggaran_satker AS (
  SELECT tabel, tahun_anggaran, rincian, versi, nama_pemda, kode_skpd, nama_skpd, COUNT(*) AS jumlah,
    COUNT(nilai_sen) AS jumlah_bernilai, SUM(nilai_sen) AS nilai_sen
  FROM anggaran_baris GROUP BY tabel, tahun_anggaran, rincian, versi, nama_pemda, kode_skpd, nama_skpd
), kib AS (
  SELECT 'kib_a' AS tabel, kode_lokasi, nilai_perolehan_sen AS nilai_sen FROM kib_a
  UNION ALL SELECT 'kib_b', kode_lokasi, nilai_perolehan_sen FROM kib_b
  UNION ALL SELECT 'kib_c', kode_lokasi, nilai_perolehan_sen FROM kib_c
  UNION ALL SELECT 'kib_d', kode_lokasi, nilai_perolehan_sen FROM kib_d
  UNION ALL SELECT 'kib_e', kode_lokasi, nilai_perolehan_sen FROM kib_e
  UNION ALL SELECT 'kib_f', kode_lokasi, nilai_perolehan_sen FROM kib_f
), kib_lokasi AS (
  SELECT tabel, kode_lokasi, COUNT(*) AS jumlah, COUNT(nilai_sen) AS jumlah_bernilai, SUM(nilai_sen) AS nilai_sen
  FROM kib GROUP BY tabel, kode_lokasi
), nomor AS (
  SELECT 'struktur_anggaran' AS tabel, tahun_anggaran, kd_klpd, kd_satker, total_belanja * 100 AS nilai_sen
  FROM struktur_anggaran
  UNION ALL SELECT 'rup_penyedia', tahun_anggaran, kd_klpd, kd_satker, pagu * 100 FROM rup_penyedia
  UNION ALL SELECT 'rup_swakelola', tahun_anggaran, kd_klpd, kd_satker, pagu * 100 FROM rup_swakelola
), rinci AS (
  SELECT p.id_satker, CASE WHEN p.kd_klpd <> '' THEN p.kd_klpd ELSE COALESCE(b.badan, '') END AS badan,
    p.tahun_anggaran, 'paket' AS tabel, p.jalur AS rincian, '' AS versi,
    CASE WHEN p.id_satker <> '' THEN '' WHEN p.kd_klpd <> '' THEN p.kd_klpd ELSE p.nama_klpd END AS kunci_badan,
    COALESCE(p.id_satker, '') AS kunci_satker, COUNT(*) AS jumlah, COUNT(p.nilai_sen) AS jumlah_bernilai,
    SUM(p.nilai_sen) AS nilai_sen
  FROM paket AS p LEFT JOIN satker_kunci AS b ON b.jenis = 'badan' AND b.nama = p.nama_klpd
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
  UNION ALL
  SELECT COALESCE(u.id_satker, v.id_satker, w.id_satker), COALESCE(b.badan, ''), a.tahun_anggaran, a.tabel, a.rincian,
    a.versi, a.nama_pemda, a.kode_skpd, SUM(a.jumlah), SUM(a.jumlah_bernilai), SUM(a.nilai_sen)
  FROM anggaran_satker AS a LEFT JOIN satker_kunci AS b ON b.jenis = 'badan' AND b.nama = a.nama_pemda
  LEFT JOIN satker_kunci AS u ON u.jenis = 'kode_nama' AND u.badan = b.badan AND u.kode = a.kode_skpd
    AND u.nama = a.nama_skpd
  LEFT JOIN satker_kunci AS v ON v.jenis = 'kode' AND v.badan = b.badan AND v.kode = a.kode_skpd
  LEFT JOIN satker_kunci AS w ON w.jenis = 'nama' AND w.badan = b.badan AND w.kode = '' AND w.nama = a.nama_skpd
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
  UNION ALL
  SELECT v.id_satker, COALESCE(b.badan, r.kd_klpd, ''), r.tahun_anggaran, 'realisasi_paket', '', '', r.nama_klpd,
    r.kd_satker_str, COUNT(*), COUNT(r.total_nilai_sen), SUM(r.total_nilai_sen)
  FROM realisasi_paket AS r LEFT JOIN satker_kunci AS b ON b.jenis = 'badan' AND b.nama = r.nama_klpd
  LEFT JOIN satker_kunci AS v ON v.jenis = 'kode' AND v.kode = r.kd_satker_str
    AND v.badan = CASE WHEN r.kd_klpd <> '' THEN r.kd_klpd ELSE b.badan END
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
  UNION ALL
  SELECT n.kd_klpd || '-' || n.kd_satker, n.kd_klpd, n.tahun_anggaran, n.tabel, '', '', n.kd_klpd, n.kd_satker, COUNT(*),
    COUNT(n.nilai_sen), SUM(n.nilai_sen)
  FROM nomor AS n GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
  UNION ALL
  SELECT l.id_satker, COALESCE(l.badan, ''), 0, k.tabel, '', '', '', k.kode_lokasi, k.jumlah, k.jumlah_bernilai, k.nilai_sen
  FROM kib_lokasi AS k LEFT JOIN satker_kunci AS l ON l.jenis = 'lokasi' AND l.kode = k.kode_lokasi
)
SELECT COALESCE(id_satker, '') AS id_satker, badan, COALESCE(tahun_anggaran, 0) AS tahun_anggaran, tabel,
  COALESCE(rincian, '') AS rincian, versi, COALESCE(kunci_badan, '') AS kunci_badan,
  COALESCE(kunci_satker, '') AS kunci_satker, CAST(SUM(jumlah) AS BIGINT) AS jumlah,
  CAST(SUM(jumlah_bernilai) AS BIGINT) AS jumlah_bernilai, CAST(SUM(nilai_sen) AS BIGINT) AS nilai_sen
FROM rinci GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
