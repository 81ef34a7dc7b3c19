-- Tempat tidur per kabupaten/kota: wilayah rumah sakit dari kodenya di fasilitas_kesehatan, lalu dari nama kabupaten/kota di provinsi
-- yang disebut sumbernya; kosong bila keduanya tidak menunjuk satu wilayah.
WITH kab AS (
  SELECT k.kode, upper(replace(k.nama, 'Kabupaten ', '')) AS nama, upper(p.nama) AS provinsi
  FROM wilayah AS k JOIN wilayah AS p ON p.kode = substr(k.kode, 1, 2)
  WHERE k.tingkat = 'kabupaten/kota'
), rs AS (
  SELECT t.tahun, t.kode_rs, t.kelas_rawat, t.jumlah_tt, COALESCE(f.kode_wilayah, k.kode, '') AS kode_wilayah
  FROM tempat_tidur AS t
  LEFT JOIN fasilitas_kesehatan AS f ON f.kode_instansi = t.kode_rs AND f.jenis = 'rumah sakit'
  LEFT JOIN kab AS k ON k.provinsi = upper(t.nama_provinsi)
    AND k.nama = replace(replace(upper(t.nama_wilayah), 'KABUPATEN ', ''), 'KAB. ', '')
)
SELECT tahun, kode_wilayah, kelas_rawat, CAST(SUM(jumlah_tt) AS BIGINT) AS jumlah_tt,
  COUNT(DISTINCT kode_rs) AS jumlah_rs
FROM rs GROUP BY tahun, kode_wilayah, kelas_rawat ORDER BY 1, 2, 3
