-- Satu baris satu indikator, wilayah dan tahun: pembilang, penyebut dan persennya dari tabel yang sudah ditutup. Provinsi dijumlahkan
-- dari kabupaten/kotanya hanya bila tidak satu pun ditutup atau kosong, jadi tidak ada yang dapat dihitung balik dari selisihnya.
WITH kab AS (
  SELECT tahun, kode_wilayah, MIN(nama_wilayah) AS nama_wilayah, MIN(program) AS program, indikator, MIN(satuan) AS satuan,
    MAX(CASE WHEN ukuran = 'pembilang' THEN jumlah END) AS pembilang,
    MAX(CASE WHEN ukuran = 'penyebut' THEN jumlah END) AS penyebut,
    MAX(CASE WHEN jumlah_ditutup = 1 THEN 1 ELSE 0 END) AS ditutup
  FROM cakupan_ukuran GROUP BY tahun, kode_wilayah, indikator
), provinsi AS (
  SELECT tahun, substr(kode_wilayah, 1, 2) AS kode, MIN(program) AS program, indikator, MIN(satuan) AS satuan,
    SUM(pembilang) AS pembilang, SUM(penyebut) AS penyebut, COUNT(*) AS jumlah_wilayah
  FROM kab WHERE kode_wilayah LIKE '__.__'
  GROUP BY tahun, substr(kode_wilayah, 1, 2), indikator
  HAVING SUM(ditutup) = 0 AND COUNT(pembilang) = COUNT(*) AND COUNT(penyebut) = COUNT(*)
), semua AS (
  SELECT tahun, kode_wilayah, nama_wilayah, 'kabupaten/kota' AS tingkat, program, indikator, pembilang, penyebut, satuan,
    1 AS jumlah_wilayah, ditutup
  FROM kab
  UNION ALL
  SELECT p.tahun, p.kode, w.nama, 'provinsi', p.program, p.indikator, p.pembilang, p.penyebut, p.satuan, p.jumlah_wilayah, 0
  FROM provinsi AS p JOIN wilayah AS w ON w.kode = p.kode
)
SELECT tahun, kode_wilayah, nama_wilayah, tingkat, program, indikator, CAST(pembilang AS BIGINT) AS pembilang,
  CAST(penyebut AS BIGINT) AS penyebut,
  CASE WHEN penyebut > 0 THEN ROUND(100 * CAST(pembilang AS DOUBLE) / penyebut, 2) END AS persen, satuan,
  CAST(jumlah_wilayah AS BIGINT) AS jumlah_wilayah, ditutup
FROM semua ORDER BY 1, 2, 6
