-- Perekaman KTP-el per wilayah dan semester, dari tabel yang sel kecilnya sudah ditutup.
WITH angka AS (
  SELECT periode, sumber_angka, kode_wilayah, MAX(nama_wilayah) AS nama_wilayah, MAX(tingkat) AS tingkat,
    MAX(CASE WHEN kelompok = 'wajib_ktp' THEN jumlah END) AS wajib_ktp,
    MAX(CASE WHEN kelompok = 'perekaman' AND kategori = 'sudah' THEN jumlah END) AS sudah_rekam,
    MAX(CASE WHEN jumlah_ditutup = 1 THEN 1 ELSE 0 END) AS tutup
  FROM penduduk_rincian WHERE kelompok IN ('wajib_ktp', 'perekaman') AND jenis_kelamin = 'jumlah'
  GROUP BY 1, 2, 3
)
SELECT periode, sumber_angka, kode_wilayah, nama_wilayah, tingkat, wajib_ktp, sudah_rekam,
  wajib_ktp - sudah_rekam AS belum_rekam,
  CASE WHEN wajib_ktp > 0 THEN ROUND(100 * CAST(sudah_rekam AS DOUBLE) / wajib_ktp, 2) END AS persen_rekam,
  tutup = 1 AS ditutup
FROM angka ORDER BY periode, sumber_angka, kode_wilayah
