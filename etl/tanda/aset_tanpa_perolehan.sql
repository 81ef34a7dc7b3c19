-- Aset tanpa perolehan: barang yang menurut kartunya dibeli, tanpa nomor kontrak atau dokumen, tidak tersambung ke
-- kontrak (aset_kontrak), dan nilainya tidak sama dengan satu paket pun dari badannya. KIB F (dalam pengerjaan) tidak
-- dinilai.
WITH barang AS (
  SELECT 'kib_a' AS tabel, kode_lokasi, pengenal, urutan, nama_unit, nama_barang, tahun_perolehan, tanggal_perolehan AS tgl,
    nilai_perolehan_sen AS nilai_sen, COALESCE(nilai_perolehan_dibulatkan, 0) AS bulat, asal_usul,
    COALESCE(keterangan, '') || COALESCE(nomor_sertifikat, '') AS tulisan FROM kib_a
  UNION ALL SELECT 'kib_b', kode_lokasi, pengenal, urutan, nama_unit, nama_barang, tahun_perolehan, tanggal_perolehan,
    nilai_perolehan_sen, COALESCE(nilai_perolehan_dibulatkan, 0), asal_usul, COALESCE(keterangan, '') FROM kib_b
  UNION ALL SELECT 'kib_c', kode_lokasi, pengenal, urutan, nama_unit, nama_barang, tahun_perolehan,
    COALESCE(tanggal_perolehan, tanggal_dokumen), nilai_perolehan_sen, COALESCE(nilai_perolehan_dibulatkan, 0), asal_usul,
    COALESCE(keterangan, '') || COALESCE(nomor_dokumen, '') FROM kib_c
  UNION ALL SELECT 'kib_d', kode_lokasi, pengenal, urutan, nama_unit, nama_barang, tahun_perolehan,
    COALESCE(tanggal_perolehan, tanggal_dokumen), nilai_perolehan_sen, COALESCE(nilai_perolehan_dibulatkan, 0), asal_usul,
    COALESCE(keterangan, '') || COALESCE(nomor_dokumen, '') || COALESCE(nomor_kontrak, '') || COALESCE(nomor_sp2d, '')
  FROM kib_d
  UNION ALL SELECT 'kib_e', kode_lokasi, pengenal, urutan, nama_unit, nama_barang, tahun_perolehan, tanggal_perolehan,
    nilai_perolehan_sen, COALESCE(nilai_perolehan_dibulatkan, 0), asal_usul, COALESCE(keterangan, '') FROM kib_e
), pemilik AS (
  SELECT kode, lower(CASE WHEN length(kode) = 2 THEN 'Provinsi ' || nama ELSE replace(nama, 'Kabupaten ', 'Kab. ') END)
    AS badan FROM wilayah WHERE length(kode) IN (2, 5)
), kartu AS (
  SELECT b.*, w.badan, COALESCE(b.tahun_perolehan, CAST(substr(b.tgl, 1, 4) AS INTEGER)) AS tahun,
    SUM(b.nilai_sen) OVER (PARTITION BY b.tabel, b.kode_lokasi, b.nama_barang, b.tahun_perolehan, b.tgl) AS bersama_sen
  FROM barang AS b
  LEFT JOIN pemilik AS w ON w.kode = CASE WHEN substr(b.kode_lokasi, 7, 2) = '00' THEN substr(b.kode_lokasi, 4, 2)
    ELSE substr(b.kode_lokasi, 4, 5) END
  WHERE instr(lower(COALESCE(b.asal_usul, 'pembelian')), 'beli') > 0
    OR instr(lower(COALESCE(b.asal_usul, '')), 'pengadaan') > 0
), belanja AS (
  SELECT lower(nama_klpd) AS badan, tahun_anggaran, nilai_sen, CASE jalur WHEN 'epurchasing' THEN 1 ELSE 0 END AS ekatalog,
    0 AS kontrak, kd_klpd
  FROM paket
  UNION ALL SELECT lower(nama_klpd), tahun_anggaran, nilai_kini_sen, 0, 1, kd_klpd FROM kontrak_terkini
), tahun_tercatat AS (
  SELECT badan, tahun_anggaran, MAX(ekatalog) AS ekatalog, MAX(kontrak) AS kontrak, MIN(kd_klpd) AS kd_klpd
  FROM belanja GROUP BY badan, tahun_anggaran
), nilai_belanja AS (
  SELECT DISTINCT badan, nilai_sen FROM belanja WHERE nilai_sen > 0
), tersambung AS (
  SELECT DISTINCT tabel, kunci_aset FROM aset_kontrak
), dinilai AS (
  SELECT k.*, t.kd_klpd, CASE WHEN s.kunci_aset IS NOT NULL OR k.tulisan <> '' THEN 1 ELSE 0 END AS berdokumen,
    CASE
      WHEN s.kunci_aset IS NOT NULL THEN NULL
      WHEN k.asal_usul IS NULL THEN 'asal usul tidak tercatat di sumber'
      WHEN k.tahun IS NULL THEN 'tahun perolehan tidak tercatat di sumber'
      WHEN COALESCE(t.kontrak, 0) = 0 OR COALESCE(t.ekatalog, 0) = 0
        THEN 'kontrak atau pesanan e-katalog badan dan tahun ini tidak ada di rilis'
      WHEN k.tulisan <> '' THEN NULL
      WHEN COALESCE(k.nilai_sen, 0) = 0 THEN 'nilai perolehan tidak tercatat di sumber'
      WHEN k.bulat = 1 THEN 'nilai perolehan hanya tercatat bulat'
      WHEN n.badan IS NOT NULL OR g.badan IS NOT NULL THEN 'nilainya sama dengan suatu paket, sambungannya tidak pasti'
    END AS alasan
  FROM kartu AS k
  LEFT JOIN tersambung AS s ON s.tabel = k.tabel
    AND s.kunci_aset = k.kode_lokasi || '|' || k.pengenal || '|' || CAST(k.urutan AS VARCHAR)
  LEFT JOIN tahun_tercatat AS t ON t.badan = k.badan AND t.tahun_anggaran = k.tahun
  LEFT JOIN nilai_belanja AS n ON n.badan = k.badan AND n.nilai_sen = k.nilai_sen
  LEFT JOIN nilai_belanja AS g ON g.badan = k.badan AND g.nilai_sen = k.bersama_sen
)
SELECT tabel, kode_lokasi || '|' || pengenal || '|' || CAST(urutan AS VARCHAR) AS kunci, kd_klpd,
  tahun AS tahun_anggaran, kode_lokasi AS satker, nama_unit AS nama_satker, nama_barang AS nama_paket,
  CASE WHEN bulat = 0 THEN nilai_sen END AS nilai_sen,
  CASE WHEN alasan IS NULL THEN 1 - berdokumen END AS ditandai, alasan, asal_usul
FROM dinilai
