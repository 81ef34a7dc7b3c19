-- Satu baris satu satuan kerja dan tahun, untuk perbandingan. Anggaran menurut tahapan terakhir yang tercatat (urutan di
-- tahapan_apbd) dan versi terakhirnya; penyerapan jumlah SP2D. Kosong berarti tidak tercatat, bukan nol.
WITH tahapan AS (
  SELECT r.id_satker, r.tahun_anggaran, r.tabel, r.rincian, r.versi, SUM(r.nilai_sen) AS nilai_sen, ROW_NUMBER() OVER (
    PARTITION BY r.id_satker, r.tahun_anggaran
    ORDER BY CASE WHEN r.tabel = 'anggaran' THEN 0 ELSE 1 END, COALESCE(t.urutan, 0) DESC, r.rincian DESC, r.versi DESC
  ) AS ke
  FROM satker_ringkas AS r LEFT JOIN tahapan_apbd AS t ON t.kode = r.rincian
  WHERE r.id_satker <> '' AND r.tabel IN ('anggaran', 'anggaran_sub_kegiatan')
  GROUP BY r.id_satker, r.tahun_anggaran, r.tabel, r.rincian, r.versi, t.urutan
), ringkas AS (
  SELECT id_satker, tahun_anggaran, COUNT(CASE WHEN tabel = 'sp2d' THEN 1 END) AS ada_sp2d,
    SUM(CASE WHEN tabel = 'sp2d' THEN jumlah ELSE 0 END) AS jumlah_sp2d,
    SUM(CASE WHEN tabel = 'sp2d' THEN nilai_sen END) AS terserap_sen,
    MAX(CASE WHEN tabel = 'sp2d' AND rincian <> '' THEN rincian END) AS bulan_terakhir,
    SUM(CASE WHEN tabel = 'paket' THEN jumlah ELSE 0 END) AS jumlah_paket,
    SUM(CASE WHEN tabel = 'paket' AND rincian = 'tender' THEN jumlah ELSE 0 END) AS jumlah_tender,
    SUM(CASE WHEN tabel = 'paket' AND rincian = 'non_tender' THEN jumlah ELSE 0 END) AS jumlah_non_tender,
    SUM(CASE WHEN tabel = 'paket' AND rincian = 'pencatatan_non_tender' THEN jumlah ELSE 0 END)
      AS jumlah_pencatatan_non_tender,
    SUM(CASE WHEN tabel = 'paket' AND rincian = 'pencatatan_swakelola' THEN jumlah ELSE 0 END)
      AS jumlah_pencatatan_swakelola,
    SUM(CASE WHEN tabel = 'paket' AND rincian = 'epurchasing' THEN jumlah ELSE 0 END) AS jumlah_epurchasing,
    SUM(CASE WHEN tabel = 'paket' AND rincian = 'darurat' THEN jumlah ELSE 0 END) AS jumlah_darurat
  FROM satker_ringkas WHERE id_satker <> '' AND tahun_anggaran > 0 GROUP BY id_satker, tahun_anggaran
)
SELECT r.id_satker, r.tahun_anggaran, s.jenis_klpd, s.nama_klpd, s.nama, a.tabel AS tabel_anggaran, a.rincian AS tahapan,
  CASE WHEN a.versi <> '' THEN a.versi END AS versi, CAST(a.nilai_sen AS BIGINT) AS anggaran_sen,
  CAST(CASE WHEN r.ada_sp2d > 0 THEN r.terserap_sen END AS BIGINT) AS terserap_sen,
  CAST(r.jumlah_sp2d AS BIGINT) AS jumlah_sp2d, r.bulan_terakhir, CAST(r.jumlah_paket AS BIGINT) AS jumlah_paket,
  CAST(r.jumlah_tender AS BIGINT) AS jumlah_tender, CAST(r.jumlah_non_tender AS BIGINT) AS jumlah_non_tender,
  CAST(r.jumlah_pencatatan_non_tender AS BIGINT) AS jumlah_pencatatan_non_tender,
  CAST(r.jumlah_pencatatan_swakelola AS BIGINT) AS jumlah_pencatatan_swakelola,
  CAST(r.jumlah_epurchasing AS BIGINT) AS jumlah_epurchasing, CAST(r.jumlah_darurat AS BIGINT) AS jumlah_darurat
FROM ringkas AS r JOIN satker AS s ON s.id_satker = r.id_satker
LEFT JOIN tahapan AS a ON a.ke = 1 AND a.id_satker = r.id_satker AND a.tahun_anggaran = r.tahun_anggaran
ORDER BY r.id_satker, r.tahun_anggaran
