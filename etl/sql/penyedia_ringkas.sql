-- Satu baris satu penyedia, badan, tahun dan saluran. Jumlah menurut penyedia sama dengan jumlah di sumbernya; nilai antar
-- saluran dan antar peran tidak dijumlahkan (penetapan, kontrak dan realisasi menyebut uang yang sama).
SELECT id_penyedia, proses_tabel AS saluran, COALESCE(kd_klpd, '') AS kd_klpd,
  COALESCE(tahun_anggaran, 0) AS tahun_anggaran,
  COUNT(DISTINCT CASE WHEN peran IN ('peserta_terdaftar', 'penawar') THEN proses_kunci END) AS jumlah_ikut,
  COUNT(DISTINCT CASE WHEN peran = 'penawar' THEN proses_kunci END) AS jumlah_penawaran,
  COUNT(DISTINCT CASE WHEN peran = 'pemenang' THEN proses_kunci END) AS jumlah_menang,
  CAST(SUM(CASE WHEN peran = 'pemenang' THEN COALESCE(nilai_sen, 0) ELSE 0 END) AS BIGINT) AS nilai_menang_sen,
  COUNT(DISTINCT CASE WHEN peran = 'penyedia_kontrak' THEN proses_kunci END) AS jumlah_kontrak,
  CAST(SUM(CASE WHEN peran = 'penyedia_kontrak' THEN COALESCE(nilai_sen, 0) ELSE 0 END) AS BIGINT) AS nilai_kontrak_sen,
  COUNT(DISTINCT CASE WHEN peran = 'anggota_kso' THEN proses_kunci END) AS jumlah_anggota_kso,
  COUNT(DISTINCT CASE WHEN peran IN ('penyedia_realisasi', 'penyedia_pesanan') THEN proses_kunci END) AS jumlah_realisasi,
  CAST(SUM(CASE WHEN peran IN ('penyedia_realisasi', 'penyedia_pesanan') THEN COALESCE(nilai_sen, 0) ELSE 0 END) AS BIGINT)
    AS nilai_realisasi_sen
FROM partisipasi
GROUP BY id_penyedia, proses_tabel, COALESCE(kd_klpd, ''), COALESCE(tahun_anggaran, 0)
ORDER BY id_penyedia, proses_tabel, COALESCE(kd_klpd, ''), COALESCE(tahun_anggaran, 0)
