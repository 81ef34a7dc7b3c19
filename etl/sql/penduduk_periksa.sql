-- Apakah bagian menjumlah ke keseluruhannya, sejauh dapat dilihat dari yang terbit. Wilayah: anak tepat satu tingkat di
-- bawahnya. Kelompok: kategori ke jumlah penduduk; pekerjaan, disabilitas, dan perekaman bukan
-- pembagian yang lengkap.
WITH sel AS (
  SELECT periode, sumber_angka, kode_wilayah, kelompok, kategori, jenis_kelamin, jumlah,
    CASE WHEN LENGTH(kode_wilayah) > 2 THEN SUBSTR(kode_wilayah, 1, LENGTH(kode_wilayah) - 3) END AS induk,
    CASE WHEN kelompok IN ('umur', 'agama', 'status_kawin', 'pendidikan') THEN 'penduduk' END AS dari
  FROM penduduk_rincian
), bagian AS (
  SELECT periode, sumber_angka, induk AS kode_wilayah, 'wilayah' AS jenis, kelompok, kategori, jenis_kelamin,
    SUM(jumlah) AS jumlah_bagian, COUNT(*) AS banyak, COUNT(jumlah) AS terbit, kelompok AS dari, kategori AS bagian_dari
  FROM sel WHERE induk IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7
  UNION ALL
  SELECT periode, sumber_angka, kode_wilayah, 'kelompok', kelompok, 'jumlah', jenis_kelamin,
    SUM(jumlah), COUNT(*), COUNT(jumlah), dari, 'jumlah'
  FROM sel WHERE dari IS NOT NULL GROUP BY periode, sumber_angka, kode_wilayah, kelompok, jenis_kelamin, dari
), lengkap AS (
  SELECT b.periode, b.sumber_angka, b.kode_wilayah, b.jenis, b.kelompok, b.kategori, b.jenis_kelamin,
    k.jumlah AS keseluruhan, CASE WHEN b.terbit = b.banyak THEN b.jumlah_bagian END AS jumlah_bagian
  FROM bagian AS b JOIN sel AS k ON k.periode = b.periode AND k.sumber_angka = b.sumber_angka
    AND k.kode_wilayah = b.kode_wilayah AND k.kelompok = b.dari AND k.kategori = b.bagian_dari
    AND k.jenis_kelamin = b.jenis_kelamin
)
SELECT periode, sumber_angka, kode_wilayah, jenis, kelompok, kategori, jenis_kelamin, keseluruhan, jumlah_bagian,
  keseluruhan - jumlah_bagian AS selisih,
  CASE WHEN keseluruhan - jumlah_bagian = 0 THEN 'cocok' WHEN keseluruhan - jumlah_bagian IS NULL THEN 'tertutup'
    ELSE 'selisih' END AS hasil
FROM lengkap ORDER BY periode, sumber_angka, kode_wilayah, jenis, kelompok, kategori, jenis_kelamin
