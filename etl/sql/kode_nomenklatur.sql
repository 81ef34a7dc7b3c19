-- Kode nomenklatur lengkap: urusan 1, bidang 1.01, program 1.01.02, kegiatan 1.01.02.1.01, sub kegiatan 1.01.02.1.01.0001.
-- kd kegiatan menyatukan jenis pemda dan nomor: 201 adalah 2.01 (1 provinsi, 2 kabupaten/kota). Nomor sub kegiatan
-- ditulis empat angka seperti sejak tahun anggaran 2024; sumbernya (2020) menulis dua.
WITH urusan AS (
  SELECT id, kd AS kode, '' AS kode_induk, nama, regulasi, jns_pemda FROM nomenklatur WHERE level = 'urusan'
), bidang AS (
  SELECT b.id, u.kode || '.' || CASE WHEN length(b.kd) < 2 THEN '0' || b.kd ELSE b.kd END AS kode, u.kode AS kode_induk,
    b.nama, b.regulasi, b.jns_pemda
  FROM nomenklatur AS b JOIN urusan AS u ON b.id_induk = u.id WHERE b.level = 'bidang'
), program AS (
  SELECT p.id, b.kode || '.' || CASE WHEN length(p.kd) < 2 THEN '0' || p.kd ELSE p.kd END AS kode, b.kode AS kode_induk,
    p.nama, p.regulasi, p.jns_pemda
  FROM nomenklatur AS p JOIN bidang AS b ON p.id_induk = b.id WHERE p.level = 'program'
), kegiatan AS (
  SELECT k.id, p.kode || '.' || substr(k.kd, 1, 1) || '.' || substr(k.kd, 2) AS kode, p.kode AS kode_induk, k.nama,
    k.regulasi, k.jns_pemda
  FROM nomenklatur AS k JOIN program AS p ON k.id_induk = p.id WHERE k.level = 'kegiatan'
), sub_kegiatan AS (
  SELECT s.id, k.kode || '.' || substr('0000' || s.kd, -4) AS kode, k.kode AS kode_induk, s.nama, s.regulasi, s.jns_pemda
  FROM nomenklatur AS s JOIN kegiatan AS k ON s.id_induk = k.id WHERE s.level = 'sub_kegiatan'
), semua AS (
  SELECT 1 AS tingkat, 'urusan' AS jenis, u.* FROM urusan AS u
  UNION ALL SELECT 2, 'bidang', b.* FROM bidang AS b
  UNION ALL SELECT 3, 'program', p.* FROM program AS p
  UNION ALL SELECT 4, 'kegiatan', k.* FROM kegiatan AS k
  UNION ALL SELECT 5, 'sub_kegiatan', s.* FROM sub_kegiatan AS s
)
SELECT tingkat, jenis, id, kode, kode_induk, nama, jns_pemda, regulasi, COUNT(*) OVER (PARTITION BY kode) AS jumlah_sama
FROM semua
ORDER BY tingkat, kode, id
