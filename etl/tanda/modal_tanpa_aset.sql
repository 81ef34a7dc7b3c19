-- Belanja modal tanpa aset: kontrak belanja modal (5.2) sudah diserahterimakan, dan sesudah beberapa bulan belum ada
-- barang di kartu inventaris badannya yang tersambung (aset_kontrak). Tanggal data kartu inventaris = tanggal perolehan
-- terakhir yang tercatat di sana. Bulan dihitung sebagai bilangan, sama di setiap mesin SQL. Barang satu lokasi, nama dan
-- tahun dapat berasal dari beberapa kontrak sekaligus: jumlahnya lalu tidak sama dengan satu kontrak pun, tetapi namanya
-- masih menyebut paketnya (bernama).
WITH barang AS (
  SELECT 'kib_a' AS tabel, kode_lokasi, pengenal, urutan, nama_barang, tahun_perolehan, tanggal_perolehan AS tgl, nilai_perolehan_sen AS nilai_sen FROM kib_a
  UNION ALL SELECT 'kib_b', kode_lokasi, pengenal, urutan, nama_barang, tahun_perolehan, tanggal_perolehan, nilai_perolehan_sen FROM kib_b
  UNION ALL SELECT 'kib_c', kode_lokasi, pengenal, urutan, nama_barang, tahun_perolehan, COALESCE(tanggal_perolehan, tanggal_dokumen),
    nilai_perolehan_sen FROM kib_c
  UNION ALL SELECT 'kib_d', kode_lokasi, pengenal, urutan, nama_barang, tahun_perolehan, COALESCE(tanggal_perolehan, tanggal_dokumen),
    nilai_perolehan_sen FROM kib_d
  UNION ALL SELECT 'kib_e', kode_lokasi, pengenal, urutan, nama_barang, tahun_perolehan, tanggal_perolehan, nilai_perolehan_sen FROM kib_e
  UNION ALL SELECT 'kib_f', kode_lokasi, pengenal, urutan, nama_barang, tahun_perolehan, COALESCE(tanggal_perolehan, tanggal_dokumen),
    nilai_perolehan_sen FROM kib_f
), pemilik AS (
  SELECT kode, lower(CASE WHEN length(kode) = 2 THEN 'Provinsi ' || nama ELSE replace(nama, 'Kabupaten ', 'Kab. ') END)
    AS badan FROM wilayah WHERE length(kode) IN (2, 5)
), kartu AS (
  SELECT w.badan, b.tabel, b.kode_lokasi, b.pengenal, b.urutan, b.nama_barang, b.tahun_perolehan, substr(b.tgl, 1, 10) AS tgl, b.nilai_sen,
    COALESCE(substr(b.tgl, 1, 7), CAST(b.tahun_perolehan AS VARCHAR) || '-01') AS bulan
  FROM barang AS b
  JOIN pemilik AS w ON w.kode = CASE WHEN substr(b.kode_lokasi, 7, 2) = '00' THEN substr(b.kode_lokasi, 4, 2)
    ELSE substr(b.kode_lokasi, 4, 5) END
), data AS (
  SELECT badan, MAX(bulan) AS bulan FROM kartu GROUP BY badan
), nilai_kartu AS (
  SELECT DISTINCT badan, nilai_sen FROM kartu WHERE nilai_sen > 0
  UNION
  SELECT badan, CAST(SUM(nilai_sen) AS BIGINT) FROM kartu WHERE nilai_sen > 0
  GROUP BY badan, kode_lokasi, nama_barang, tahun_perolehan, tgl
), serah AS (
  SELECT kd_tender, kd_nontender, no_kontrak, MAX(substr(tgl_bast, 1, 10)) AS tgl_bast FROM serah_terima
  WHERE no_bast <> '' GROUP BY kd_tender, kd_nontender, no_kontrak
), tersambung AS (
  SELECT kd_tender, kd_nontender, no_kontrak, COUNT(*) AS banyak FROM aset_kontrak
  GROUP BY kd_tender, kd_nontender, no_kontrak
), lepas AS (
  SELECT DISTINCT k.badan, CAST(COALESCE(k.tahun_perolehan, CAST(substr(k.tgl, 1, 4) AS INTEGER)) AS BIGINT) AS tahun,
    lower(replace(k.nama_barang, '  ', ' ')) AS nama
  FROM kartu AS k
  LEFT JOIN (SELECT DISTINCT tabel, kode_lokasi, pengenal, urutan FROM aset_kontrak) AS a ON a.tabel = k.tabel
    AND a.kode_lokasi = k.kode_lokasi AND a.pengenal = k.pengenal AND a.urutan = k.urutan
  WHERE a.tabel IS NULL
), dicari AS (
  SELECT DISTINCT k.kd_tender, k.kd_nontender, k.no_kontrak, lower(k.nama_klpd) AS badan,
    CAST(substr(s.tgl_bast, 1, 4) AS INTEGER) AS tahun, lower(replace(k.nama_paket, '  ', ' ')) AS nama
  FROM kontrak_terkini AS k
  JOIN serah AS s ON s.kd_tender = k.kd_tender AND s.kd_nontender = k.kd_nontender AND s.no_kontrak = k.no_kontrak
  LEFT JOIN tersambung AS t ON t.kd_tender = k.kd_tender AND t.kd_nontender = k.kd_nontender
    AND t.no_kontrak = k.no_kontrak
  WHERE t.no_kontrak IS NULL AND length(k.nama_paket) >= $huruf
), bernama AS (
  SELECT DISTINCT d.kd_tender, d.kd_nontender, d.no_kontrak
  FROM dicari AS d JOIN lepas AS l ON l.badan = d.badan AND l.tahun = d.tahun AND instr(l.nama, d.nama) > 0
), kontrak_modal AS (
  SELECT CASE WHEN k.kd_tender <> '' THEN 'tender' ELSE 'non_tender' END AS tabel, k.kd_tender || k.kd_nontender AS kunci,
    k.kd_klpd, k.tahun_anggaran, k.kd_satker_str, k.nama_satker, k.nama_paket, k.nilai_kini_sen,
    m.kode_rekening_modal, s.tgl_bast, d.bulan AS bulan_data, COALESCE(t.banyak, 0) AS barang,
    CASE
      WHEN t.banyak > 0 THEN NULL
      WHEN m.kunci IS NULL THEN 'kode rekeningnya tidak terbaca: belanja modal atau bukan'
      WHEN d.badan IS NULL THEN 'kartu inventaris badan ini tidak ada di rilis'
      WHEN s.tgl_bast IS NULL THEN 'tanggal serah terima tidak tercatat di sumber'
      WHEN CAST(substr(d.bulan, 1, 4) AS INTEGER) * 12 + CAST(substr(d.bulan, 6, 2) AS INTEGER)
        < CAST(substr(s.tgl_bast, 1, 4) AS INTEGER) * 12 + CAST(substr(s.tgl_bast, 6, 2) AS INTEGER) + $bulan
        THEN 'serah terimanya terlalu dekat dengan data terakhir kartu inventaris'
      WHEN n.badan IS NOT NULL THEN 'barang bernilai sama ada di kartu inventaris, sambungannya tidak pasti'
      WHEN p.no_kontrak IS NOT NULL
        THEN 'barang yang menyebut nama paketnya ada di kartu inventaris, sambungannya tidak pasti'
    END AS alasan
  FROM kontrak_terkini AS k
  JOIN serah AS s ON s.kd_tender = k.kd_tender AND s.kd_nontender = k.kd_nontender AND s.no_kontrak = k.no_kontrak
  LEFT JOIN paket_modal AS m ON m.jalur = CASE WHEN k.kd_tender <> '' THEN 'tender' ELSE 'non_tender' END
    AND m.kunci = k.kd_tender || k.kd_nontender
  LEFT JOIN tersambung AS t ON t.kd_tender = k.kd_tender AND t.kd_nontender = k.kd_nontender
    AND t.no_kontrak = k.no_kontrak
  LEFT JOIN data AS d ON d.badan = lower(k.nama_klpd)
  LEFT JOIN bernama AS p ON p.kd_tender = k.kd_tender AND p.kd_nontender = k.kd_nontender
    AND p.no_kontrak = k.no_kontrak
  LEFT JOIN nilai_kartu AS n ON n.badan = lower(k.nama_klpd) AND n.nilai_sen = k.nilai_kini_sen
  WHERE m.kunci IS NULL OR m.belanja_modal = 1
), dinilai AS (
  SELECT tabel, kunci, MIN(kd_klpd) AS kd_klpd, MIN(tahun_anggaran) AS tahun_anggaran, MIN(kd_satker_str) AS satker,
    MIN(nama_satker) AS nama_satker, MIN(nama_paket) AS nama_paket, SUM(nilai_kini_sen) AS nilai_sen,
    SUM(CASE WHEN barang = 0 AND alasan IS NULL THEN 1 ELSE 0 END) AS tanpa, MIN(alasan) AS alasan,
    MIN(kode_rekening_modal) AS kode_rekening, MAX(tgl_bast) AS tgl_bast, MAX(bulan_data) AS bulan_data,
    SUM(barang) AS barang
  FROM kontrak_modal GROUP BY tabel, kunci
)
SELECT tabel, kunci, kd_klpd, tahun_anggaran, satker, nama_satker, nama_paket, nilai_sen,
  CASE WHEN tanpa > 0 THEN 1 WHEN alasan IS NULL THEN 0 END AS ditandai,
  CASE WHEN tanpa = 0 THEN alasan END AS alasan,
  kode_rekening, tgl_bast, bulan_data AS kartu_inventaris_sampai, barang AS barang_tersambung
FROM dinilai
