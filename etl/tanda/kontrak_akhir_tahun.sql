-- Kontrak akhir tahun: tanggal kontrak awal yang paling akhir pada paketnya, di tahun anggaran yang sama.
WITH awal AS (
  SELECT kd_tender, kd_nontender, MAX(kd_klpd) AS kd_klpd, MAX(tahun_anggaran) AS tahun_anggaran,
    MAX(kd_satker_str) AS satker, MAX(nama_satker) AS nama_satker, MAX(nama_paket) AS nama_paket,
    MAX(nilai_kontrak_sen) AS nilai_sen, MAX(tgl_kontrak) AS tgl_kontrak
  FROM kontrak WHERE COALESCE(versi_addendum, 0) = 0 GROUP BY kd_tender, kd_nontender
)
SELECT CASE WHEN kd_tender <> '' THEN 'tender' ELSE 'non_tender' END AS tabel, kd_tender || kd_nontender AS kunci, kd_klpd, tahun_anggaran, satker, nama_satker, nama_paket, nilai_sen,
  CASE
    WHEN tgl_kontrak IS NULL OR tahun_anggaran IS NULL THEN NULL
    WHEN CAST(substr(tgl_kontrak, 1, 4) AS INTEGER) = tahun_anggaran AND substr(tgl_kontrak, 6, 5) > $bulan_hari THEN 1
    ELSE 0
  END AS ditandai,
  CASE
    WHEN tgl_kontrak IS NULL THEN 'tanggal kontrak tidak tercatat di sumber'
    WHEN tahun_anggaran IS NULL THEN 'tahun anggaran tidak tercatat di sumber'
  END AS alasan,
  tgl_kontrak
FROM awal
