-- Barang yang tampil di halaman aset: sepuluh bernilai terbesar dan sepuluh terbaru dari tiap kode lokasi, tabel, kondisi, dan
-- lima tahun perolehan. Jadi sepuluh teratas dari gabungan mana pun ada di sini; ke_nilai dan ke_baru mengurutkan barang
-- seluruh badan, supaya yang teratas dari banyak unit ditemukan lewat indeks. Tahun di luar 1900-2099 tidak tercatat (0).
WITH barang AS (
  SELECT 'kib_a' AS tabel, kode_lokasi, pengenal, urutan, nama_barang, '' AS kondisi, tahun_perolehan,
    tanggal_perolehan AS tanggal, nilai_perolehan_sen AS nilai_sen FROM kib_a
  UNION ALL SELECT 'kib_b', kode_lokasi, pengenal, urutan, nama_barang, kondisi_baku, tahun_perolehan,
    tanggal_perolehan, nilai_perolehan_sen FROM kib_b
  UNION ALL SELECT 'kib_c', kode_lokasi, pengenal, urutan, nama_barang, kondisi_baku, tahun_perolehan,
    COALESCE(tanggal_perolehan, tanggal_dokumen), nilai_perolehan_sen FROM kib_c
  UNION ALL SELECT 'kib_d', kode_lokasi, pengenal, urutan, nama_barang, kondisi_baku, tahun_perolehan,
    COALESCE(tanggal_perolehan, tanggal_dokumen), nilai_perolehan_sen FROM kib_d
  UNION ALL SELECT 'kib_e', kode_lokasi, pengenal, urutan, nama_barang, kondisi_baku, tahun_perolehan,
    tanggal_perolehan, nilai_perolehan_sen FROM kib_e
  UNION ALL SELECT 'kib_f', kode_lokasi, pengenal, urutan, nama_barang, kondisi_baku, tahun_perolehan,
    COALESCE(tanggal_perolehan, tanggal_dokumen, tanggal_mulai), nilai_perolehan_sen FROM kib_f
  UNION ALL SELECT 'inventaris', kode_lokasi, id_barang, 0, nama_barang, kondisi_baku, tahun_perolehan, NULL,
    nilai_perolehan * 100 FROM inventaris
), bertahun AS (
  SELECT tabel, kode_lokasi, pengenal, urutan, nama_barang, COALESCE(kondisi, '') AS kondisi, tanggal, nilai_sen,
    COALESCE(tahun_perolehan, CAST(substr(tanggal, 1, 4) AS INTEGER), 0) AS tahun
  FROM barang
), rapi AS (
  SELECT b.tabel, b.kode_lokasi, b.pengenal, b.urutan, b.nama_barang, COALESCE(l.nama_badan, '') AS nama_badan,
    b.kondisi, b.tanggal, b.nilai_sen, CASE WHEN b.tahun BETWEEN 1900 AND 2099 THEN b.tahun ELSE 0 END AS tahun,
    CASE WHEN b.tahun BETWEEN 1900 AND 2099 THEN b.tahun - b.tahun % 5 ELSE 0 END AS pita
  FROM bertahun AS b JOIN aset_lokasi AS l ON l.kode_lokasi = b.kode_lokasi
), urut AS (
  SELECT r.*,
    ROW_NUMBER() OVER (PARTITION BY tabel, kode_lokasi, kondisi, pita
      ORDER BY COALESCE(nilai_sen, -1) DESC, pengenal, urutan) AS unit_nilai,
    ROW_NUMBER() OVER (PARTITION BY tabel, kode_lokasi, kondisi, pita
      ORDER BY tahun DESC, COALESCE(tanggal, '') DESC, COALESCE(nilai_sen, -1) DESC, pengenal, urutan) AS unit_baru,
    ROW_NUMBER() OVER (PARTITION BY tabel, nama_badan, kondisi, pita
      ORDER BY COALESCE(nilai_sen, -1) DESC, kode_lokasi, pengenal, urutan) AS ke_nilai,
    ROW_NUMBER() OVER (PARTITION BY tabel, nama_badan, kondisi, pita ORDER BY tahun DESC, COALESCE(tanggal, '') DESC,
      COALESCE(nilai_sen, -1) DESC, kode_lokasi, pengenal, urutan) AS ke_baru
  FROM rapi AS r
)
SELECT tabel, kode_lokasi, pengenal, urutan, nama_barang, nama_badan, kondisi, tahun, pita, tanggal, ke_nilai, ke_baru,
  nilai_sen
FROM urut
WHERE unit_nilai <= 10 OR unit_baru <= 10
ORDER BY tabel, kode_lokasi, pengenal, urutan
