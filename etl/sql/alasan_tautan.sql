-- Berapa sambungan yang ada menurut caranya, dan berapa yang tidak ada menurut alasannya, tiap jenis, badan dan tahun.
-- Ringkasan tabel hubungan, supaya halaman mutu tidak membaca seluruhnya.
SELECT jenis, tersambung, metode, COALESCE(alasan, '') AS alasan, COALESCE(badan, '') AS badan,
  COALESCE(tahun_anggaran, 0) AS tahun_anggaran, COUNT(*) AS jumlah
FROM hubungan
GROUP BY jenis, tersambung, metode, COALESCE(alasan, ''), COALESCE(badan, ''), COALESCE(tahun_anggaran, 0)
ORDER BY 1, 2 DESC, 3, 4, 5, 6
