-- Nama mirip: bandingkan nama setelah bentuk usaha, tanda baca, dan spasi dibuang; dan nama yang beda satu salah ketik
-- (nama_mirip_daftar_hitam, menurut penyedia pemenangnya). Nama sama dapat milik badan yang berbeda.
WITH menang AS (
  SELECT 'tender' AS tabel, n.kd_tender AS kunci, n.kd_klpd, n.tahun_anggaran, n.kd_satker_str AS satker, n.nama_satker,
    t.nama_paket, n.nilai_penawaran_sen AS nilai_sen, n.nama_penyedia, substr(n.tgl_penetapan_pemenang, 1, 10) AS tgl
  FROM tender_nilai AS n LEFT JOIN tender AS t ON t.kd_tender = n.kd_tender
  UNION ALL
  SELECT 'non_tender', kd_nontender, kd_klpd, tahun_anggaran, kd_satker_str, nama_satker, nama_paket, nilai_penawaran_sen,
    nama_penyedia, substr(COALESCE(tgl_selesai_nontender, tgl_pengumuman_nontender), 1, 10)
  FROM non_tender_nilai WHERE status_nontender IS NULL OR status_nontender = 'Selesai'
), bersih AS (
  SELECT m.*, replace(replace(replace(replace(replace(replace(replace(replace(' ' || lower(replace(replace(replace(replace(replace(m.nama_penyedia, '.', ' '), ',', ' '), '-', ' '), '(', ' '), ')', ' ')) || ' ', ' pt ', ' '), ' cv ', ' '), ' ud ', ' '), ' pd ', ' '), ' fa ', ' '), ' tbk ', ' '), ' koperasi ', ' '), ' ', '') AS nama FROM menang AS m
), sanksi AS (
  SELECT replace(replace(replace(replace(replace(replace(replace(replace(' ' || lower(replace(replace(replace(replace(replace(nama_penyedia, '.', ' '), ',', ' '), '-', ' '), '(', ' '), ')', ' ')) || ' ', ' pt ', ' '), ' cv ', ' '), ' ud ', ' '), ' pd ', ' '), ' fa ', ' '), ' tbk ', ' '), ' koperasi ', ' '), ' ', '') AS nama, kd_daftar_hitam, kab_kota, tanggal_berlaku, tanggal_selesai, status_daftar_hitam
  FROM daftar_hitam
  WHERE jenis_penyedia = 'Organization' AND status_daftar_hitam IN ('PUBLISHED', 'EXPIRED')
    AND tanggal_berlaku IS NOT NULL AND tanggal_selesai IS NOT NULL
), mirip AS (
  SELECT b.tabel, b.kunci, b.tgl, s.kd_daftar_hitam
  FROM bersih AS b JOIN sanksi AS s ON s.nama = b.nama WHERE length(b.nama) >= $huruf
  UNION
  SELECT b.tabel, b.kunci, b.tgl, h.kd_daftar_hitam
  FROM bersih AS b
  JOIN partisipasi AS p ON p.proses_tabel = b.tabel AND p.proses_kunci = b.kunci AND p.peran = 'pemenang'
    AND p.sumber IN ('tender_nilai', 'non_tender_nilai')
  JOIN nama_mirip_daftar_hitam AS h ON h.id_penyedia = p.id_penyedia
  WHERE length(b.nama) >= $huruf
), kena AS (
  SELECT b.tabel, b.kunci, COUNT(DISTINCT s.kd_daftar_hitam) AS sanksi, MIN(s.kd_daftar_hitam) AS kd_daftar_hitam,
    MIN(s.kab_kota) AS kab_kota, MIN(s.tanggal_berlaku) AS berlaku, MAX(s.tanggal_selesai) AS selesai
  FROM mirip AS b
  JOIN sanksi AS s ON s.kd_daftar_hitam = b.kd_daftar_hitam AND b.tgl BETWEEN s.tanggal_berlaku AND s.tanggal_selesai
  GROUP BY b.tabel, b.kunci
), ada AS (
  SELECT COUNT(*) AS daftar FROM daftar_hitam
), paket AS (
  SELECT tabel, kunci, MAX(kd_klpd) AS kd_klpd, MAX(tahun_anggaran) AS tahun_anggaran, MAX(satker) AS satker,
    MAX(nama_satker) AS nama_satker, MAX(nama_paket) AS nama_paket, MAX(nilai_sen) AS nilai_sen,
    MIN(tgl) AS tgl, MAX(nama) AS nama
  FROM bersih GROUP BY tabel, kunci
)
SELECT p.tabel, p.kunci, p.kd_klpd, p.tahun_anggaran, p.satker, p.nama_satker, p.nama_paket, p.nilai_sen,
  CASE WHEN a.daftar > 0 AND p.tgl IS NOT NULL AND COALESCE(p.nama, '') <> '' THEN CASE WHEN k.sanksi > 0 THEN 1 ELSE 0 END END AS ditandai,
  CASE
    WHEN a.daftar = 0 THEN 'daftar hitam tidak ada di rilis ini'
    WHEN COALESCE(p.nama, '') = '' THEN 'nama pemenang tidak tercatat di sumber'
    WHEN p.tgl IS NULL THEN 'tanggal penetapan tidak tercatat di sumber'
  END AS alasan,
  k.kd_daftar_hitam, k.kab_kota AS kab_kota_sanksi, k.berlaku AS sanksi_berlaku, k.selesai AS sanksi_selesai, p.tgl AS tgl_penetapan
FROM paket AS p
LEFT JOIN kena AS k ON k.tabel = p.tabel AND k.kunci = p.kunci
LEFT JOIN ada AS a ON a.daftar >= 0
