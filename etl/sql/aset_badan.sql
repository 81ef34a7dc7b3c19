-- Ringkasan aset per badan: baris aset_ringkas dijumlahkan menurut badan pemiliknya. Badan kosong: kode lokasinya tidak
-- menyebut wilayah.
SELECT l.nama_badan, r.tabel, r.kondisi, r.tahun, r.dasar_tahun, CAST(SUM(r.jumlah) AS BIGINT) AS jumlah,
  CAST(SUM(r.jumlah_bernilai) AS BIGINT) AS jumlah_bernilai, CAST(SUM(r.jumlah_dibulatkan) AS BIGINT) AS jumlah_dibulatkan,
  CAST(SUM(r.nilai_sen) AS BIGINT) AS nilai_sen
FROM aset_ringkas AS r JOIN (SELECT kode_lokasi, COALESCE(nama_badan, '') AS nama_badan FROM aset_lokasi) AS l
  ON l.kode_lokasi = r.kode_lokasi
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
