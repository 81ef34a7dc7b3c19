-- Penduduk per wilayah: dari tabel yang sel kecilnya sudah ditutup, tidak pernah dari yang mentah. Kelompok umur hanya
-- dijumlah bila semua lima tahunannya terbit.
WITH umur AS (
  SELECT periode, sumber_angka, kode_wilayah,
    CASE WHEN kategori IN ('00-04', '05-09', '10-14') THEN 'muda'
      WHEN kategori IN ('65-69', '70-74', '75+') THEN 'tua' ELSE 'kerja' END AS golongan,
    SUM(jumlah) AS orang, COUNT(*) AS sel, COUNT(jumlah) AS terbit
  FROM penduduk_rincian WHERE kelompok = 'umur' AND jenis_kelamin = 'jumlah'
  GROUP BY 1, 2, 3, 4
), golongan AS (
  SELECT periode, sumber_angka, kode_wilayah,
    MAX(CASE WHEN golongan = 'muda' AND sel = 3 AND terbit = 3 THEN orang END) AS muda,
    MAX(CASE WHEN golongan = 'kerja' AND sel = 10 AND terbit = 10 THEN orang END) AS kerja,
    MAX(CASE WHEN golongan = 'tua' AND sel = 3 AND terbit = 3 THEN orang END) AS tua
  FROM umur GROUP BY 1, 2, 3
), pokok AS (
  SELECT periode, sumber_angka, kode_wilayah, MAX(nama_wilayah) AS nama_wilayah, MAX(tingkat) AS tingkat,
    MAX(CASE WHEN kelompok = 'penduduk' AND jenis_kelamin = 'jumlah' THEN jumlah END) AS penduduk,
    MAX(CASE WHEN kelompok = 'penduduk' AND jenis_kelamin = 'L' THEN jumlah END) AS laki_laki,
    MAX(CASE WHEN kelompok = 'penduduk' AND jenis_kelamin = 'P' THEN jumlah END) AS perempuan,
    MAX(CASE WHEN kelompok = 'kk' AND jenis_kelamin = 'jumlah' THEN jumlah END) AS kepala_keluarga
  FROM penduduk_rincian GROUP BY 1, 2, 3
)
SELECT p.*,
  CASE WHEN p.kepala_keluarga > 0 THEN ROUND(CAST(p.penduduk AS DOUBLE) / p.kepala_keluarga, 2) END AS jiwa_per_kk,
  g.muda AS umur_0_14, g.kerja AS umur_15_64, g.tua AS umur_65,
  CASE WHEN g.kerja > 0 THEN ROUND(100 * CAST(g.muda + g.tua AS DOUBLE) / g.kerja, 2) END AS rasio_ketergantungan
FROM pokok AS p LEFT JOIN golongan AS g
  ON g.periode = p.periode AND g.sumber_angka = p.sumber_angka AND g.kode_wilayah = p.kode_wilayah
ORDER BY p.periode, p.sumber_angka, p.kode_wilayah
