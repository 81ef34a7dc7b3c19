-- Belanja modal di samping penambahan aset, per badan, tahun dan golongan KIB. Anggaran dan kontrak menurut tahun
-- anggarannya; aset menurut tahun perolehan di kartunya (bila kosong: tahun tanggalnya). Nilai yang hanya tercatat bulat
-- tidak dijumlahkan. KIB F (dalam pengerjaan) tidak punya rekening sendiri.
WITH barang AS (
  SELECT 'A' AS kib, kode_lokasi, tahun_perolehan, tanggal_perolehan AS tgl, nilai_perolehan_sen AS nilai_sen,
    nilai_perolehan_dibulatkan AS bulat FROM kib_a
  UNION ALL SELECT 'B', kode_lokasi, tahun_perolehan, tanggal_perolehan, nilai_perolehan_sen, nilai_perolehan_dibulatkan
    FROM kib_b
  UNION ALL SELECT 'C', kode_lokasi, tahun_perolehan, COALESCE(tanggal_perolehan, tanggal_dokumen), nilai_perolehan_sen,
    nilai_perolehan_dibulatkan FROM kib_c
  UNION ALL SELECT 'D', kode_lokasi, tahun_perolehan, COALESCE(tanggal_perolehan, tanggal_dokumen), nilai_perolehan_sen,
    nilai_perolehan_dibulatkan FROM kib_d
  UNION ALL SELECT 'E', kode_lokasi, tahun_perolehan, tanggal_perolehan, nilai_perolehan_sen, nilai_perolehan_dibulatkan
    FROM kib_e
  UNION ALL SELECT 'F', kode_lokasi, tahun_perolehan, COALESCE(tanggal_perolehan, tanggal_dokumen, tanggal_mulai),
    nilai_perolehan_sen, nilai_perolehan_dibulatkan FROM kib_f
), pemilik AS (
  SELECT kode, CASE WHEN length(kode) = 2 THEN 'Provinsi ' || nama ELSE replace(nama, 'Kabupaten ', 'Kab. ') END AS nama
  FROM wilayah WHERE length(kode) IN (2, 5)
), aset AS (
  SELECT w.nama AS nama_badan, b.kib,
    COALESCE(b.tahun_perolehan, CAST(substr(b.tgl, 1, 4) AS INTEGER), 0) AS tahun_anggaran,
    CASE WHEN COALESCE(b.bulat, 0) = 0 THEN b.nilai_sen END AS nilai_sen
  FROM barang AS b
  LEFT JOIN pemilik AS w ON w.kode = CASE WHEN substr(b.kode_lokasi, 7, 2) = '00' THEN substr(b.kode_lokasi, 4, 2)
    ELSE substr(b.kode_lokasi, 4, 5) END
), semua AS (
  SELECT badan, tahun_anggaran, kib, nama_badan, tahapan, anggaran_sen, jumlah_kontrak, kontrak_sen, barang_tersambung,
    aset_tersambung_sen, 0 AS barang, 0 AS tanpa_nilai, 0 AS aset_sen
  FROM modal_rekening
  UNION ALL
  SELECT lower(COALESCE(nama_badan, '')), tahun_anggaran, kib, nama_badan, NULL, NULL, 0, 0, 0, 0, 1,
    CASE WHEN nilai_sen IS NULL THEN 1 ELSE 0 END, COALESCE(nilai_sen, 0)
  FROM aset
)
SELECT badan, tahun_anggaran, kib, MIN(nama_badan) AS nama_badan, MIN(tahapan) AS tahapan,
  CAST(SUM(anggaran_sen) AS BIGINT) AS anggaran_sen, CAST(SUM(jumlah_kontrak) AS BIGINT) AS jumlah_kontrak,
  CAST(SUM(kontrak_sen) AS BIGINT) AS kontrak_sen, CAST(SUM(barang_tersambung) AS BIGINT) AS barang_tersambung,
  CAST(SUM(aset_tersambung_sen) AS BIGINT) AS aset_tersambung_sen, CAST(SUM(barang) AS BIGINT) AS barang,
  CAST(SUM(tanpa_nilai) AS BIGINT) AS barang_tanpa_nilai, CAST(SUM(aset_sen) AS BIGINT) AS aset_sen,
  CAST(SUM(anggaran_sen) - SUM(aset_sen) AS BIGINT) AS selisih_sen
FROM semua
GROUP BY badan, tahun_anggaran, kib
ORDER BY badan, tahun_anggaran, kib
