-- Bayar tanpa serah terima: berita acara pembayaran penuh ada, berita acara serah terima tidak tercatat di sumber.
WITH serah AS (
  SELECT kd_tender, kd_nontender, MAX(kd_klpd) AS kd_klpd, MAX(tahun_anggaran) AS tahun_anggaran,
    MAX(kd_satker_str) AS satker, MAX(nama_satker) AS nama_satker, MAX(nama_paket) AS nama_paket,
    MAX(nilai_kontrak_sen) AS kontrak_sen, MAX(tgl_bast) AS tgl_bast, MAX(no_bast) AS no_bast, MAX(tgl_bap) AS tgl_bap,
    MAX(progres_pekerjaan) AS progres, SUM(besar_pembayaran_sen) AS dibayar_sen
  FROM serah_terima GROUP BY kd_tender, kd_nontender
)
SELECT CASE WHEN kd_tender <> '' THEN 'tender' ELSE 'non_tender' END AS tabel, kd_tender || kd_nontender AS kunci, kd_klpd, tahun_anggaran, satker, nama_satker, nama_paket, dibayar_sen AS nilai_sen,
  CASE
    WHEN progres IS NULL AND kontrak_sen IS NULL THEN NULL
    WHEN tgl_bast IS NULL AND COALESCE(no_bast, '') = '' AND COALESCE(dibayar_sen, 0) > 0
      AND (COALESCE(progres, 0) >= 100 OR dibayar_sen >= COALESCE(kontrak_sen, dibayar_sen + 1)) THEN 1
    ELSE 0
  END AS ditandai,
  CASE WHEN progres IS NULL AND kontrak_sen IS NULL THEN 'kemajuan dan nilai kontrak tidak tercatat di sumber' END AS alasan,
  dibayar_sen, kontrak_sen, progres AS kemajuan_persen, tgl_bap AS tgl_bap_terakhir
FROM serah
