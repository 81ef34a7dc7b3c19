-- Adendum: versi terakhir kontrak dibanding versi awalnya; per paket diambil kontrak yang tumbuhnya terbesar.
WITH awal AS (
  SELECT kd_tender, kd_nontender, no_kontrak, MAX(kd_klpd) AS kd_klpd, MAX(tahun_anggaran) AS tahun_anggaran,
    MAX(kd_satker_str) AS satker, MAX(nama_satker) AS nama_satker, MAX(nama_paket) AS nama_paket,
    MAX(tgl_kontrak) AS tgl_kontrak, MAX(CASE WHEN COALESCE(versi_addendum, 0) = 0 THEN nilai_kontrak_sen END) AS awal_sen,
    MAX(COALESCE(versi_addendum, 0)) AS versi
  FROM kontrak GROUP BY kd_tender, kd_nontender, no_kontrak
), akhir AS (
  SELECT a.kd_tender, a.kd_nontender, a.no_kontrak, MAX(k.nilai_kontrak_sen) AS kini_sen
  FROM awal AS a JOIN kontrak AS k ON k.kd_tender = a.kd_tender AND k.kd_nontender = a.kd_nontender
    AND k.no_kontrak = a.no_kontrak AND COALESCE(k.versi_addendum, 0) = a.versi
  GROUP BY a.kd_tender, a.kd_nontender, a.no_kontrak
), urut AS (
  SELECT a.*, k.kini_sen, CAST(k.kini_sen AS DOUBLE) / NULLIF(a.awal_sen, 0) AS bagian,
    ROW_NUMBER() OVER (
      PARTITION BY a.kd_tender, a.kd_nontender
      ORDER BY COALESCE(CAST(k.kini_sen AS DOUBLE) / NULLIF(a.awal_sen, 0), 0) DESC, a.no_kontrak
    ) AS nomor
  FROM awal AS a
  JOIN akhir AS k ON k.kd_tender = a.kd_tender AND k.kd_nontender = a.kd_nontender AND k.no_kontrak = a.no_kontrak
  WHERE COALESCE(a.tgl_kontrak, '9999-12-31') BETWEEN $berlaku_dari AND $berlaku_sampai
)
SELECT CASE WHEN kd_tender <> '' THEN 'tender' ELSE 'non_tender' END AS tabel, kd_tender || kd_nontender AS kunci, kd_klpd, tahun_anggaran, satker, nama_satker, nama_paket, kini_sen AS nilai_sen,
  CASE WHEN awal_sen > 0 AND kini_sen > 0 THEN CASE WHEN CAST(kini_sen AS DOUBLE) * 100 > CAST(awal_sen AS DOUBLE) * (100 + $persen) THEN 1 ELSE 0 END END AS ditandai,
  CASE WHEN COALESCE(awal_sen, 0) = 0 OR COALESCE(kini_sen, 0) = 0 THEN 'nilai awal atau nilai terakhir kontrak tidak tercatat di sumber' END AS alasan,
  no_kontrak, awal_sen, kini_sen, versi AS versi_terakhir, bagian AS kini_per_awal
FROM urut WHERE nomor = 1
