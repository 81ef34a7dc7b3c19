-- Satu baris satu proses, penyedia dan peran. nilai_sen dijumlahkan per peran: jumlah menurut penyedia sama dengan jumlah
-- kontrak (versi terakhir), penetapan, realisasi atau pesanan. Baris tanpa penyedia di sumber tetap ada (id_penyedia
-- kosong). Anggota KSO berbagi nilai kontrak (nilai_bersama_sen) dan tidak pernah mengulangnya di nilai_sen.
WITH kontrak_akhir AS (
  SELECT k.*, ROW_NUMBER() OVER (
    PARTITION BY kd_tender, kd_nontender, no_kontrak ORDER BY versi_addendum DESC
  ) AS urut FROM kontrak AS k
), sppbj_akhir AS (
  SELECT s.*, ROW_NUMBER() OVER (
    PARTITION BY kd_tender, kd_nontender, no_sppbj ORDER BY versi_addendum DESC
  ) AS urut FROM sppbj AS s
), anggota AS (
  SELECT k.kd_tender, k.kd_nontender, k.no_kontrak, k.kd_klpd, k.tahun_anggaran, k.nilai_kontrak_sen, a.nama_anggota,
    COALESCE(k.nama_penyedia, '') || '|' || COALESCE(k.npwp_penyedia, '') || '|' || COALESCE(k.npwp_16_penyedia, '') || '|' || COALESCE(k.kd_penyedia, '') || '|' || '' || '|' || '' AS kunci_utama
  FROM kontrak_akhir AS k JOIN kontrak_anggota AS a ON a.kd_tender = k.kd_tender AND a.kd_nontender = k.kd_nontender
    AND a.no_kontrak = k.no_kontrak AND a.versi_addendum = k.versi_addendum
  WHERE k.urut = 1
), asal AS (
  SELECT 'tender' AS proses_tabel, kd_tender AS proses_kunci,
    CASE WHEN COALESCE(nilai_penawaran_sen, nilai_terkoreksi_sen) IS NULL THEN 'peserta_terdaftar' ELSE 'penawar' END
    AS peran, 'peserta_tender' AS sumber, kd_klpd, tahun_anggaran, CAST(NULL AS BIGINT) AS jumlahkan_sen,
    COALESCE(nilai_penawaran_sen, nilai_terkoreksi_sen) AS tetap_sen,
    CASE WHEN nilai_penawaran_sen IS NOT NULL THEN 'nilai_penawaran' WHEN nilai_terkoreksi_sen IS NOT NULL
      THEN 'nilai_terkoreksi' ELSE '' END AS nilai_dari,
    0 AS bersama, COALESCE(nama_penyedia, '') || '|' || COALESCE(npwp_penyedia, '') || '|' || COALESCE(npwp_16_penyedia, '') || '|' || COALESCE(kd_penyedia, '') || '|' || '' || '|' || '' AS kunci
  FROM peserta_tender
  UNION ALL
  SELECT 'tender', kd_tender, 'pemenang', 'peserta_tender', kd_klpd, tahun_anggaran, NULL,
    COALESCE(nilai_terkoreksi_sen, nilai_penawaran_sen),
    CASE WHEN nilai_terkoreksi_sen IS NOT NULL THEN 'nilai_terkoreksi' WHEN nilai_penawaran_sen IS NOT NULL
      THEN 'nilai_penawaran' ELSE '' END, 0, COALESCE(nama_penyedia, '') || '|' || COALESCE(npwp_penyedia, '') || '|' || COALESCE(npwp_16_penyedia, '') || '|' || COALESCE(kd_penyedia, '') || '|' || '' || '|' || ''
  FROM peserta_tender WHERE pemenang = 1 AND kd_tender NOT IN (SELECT kd_tender FROM tender_nilai)
  UNION ALL
  SELECT 'tender', kd_tender, 'pemenang', 'tender_nilai', kd_klpd, tahun_anggaran, nilai_kontrak_sen,
    COALESCE(nilai_negosiasi_sen, nilai_terkoreksi_sen, nilai_penawaran_sen), CASE WHEN nilai_kontrak_sen IS NOT NULL THEN 'nilai_kontrak' WHEN nilai_negosiasi_sen IS NOT NULL THEN 'nilai_negosiasi'
      WHEN nilai_terkoreksi_sen IS NOT NULL THEN 'nilai_terkoreksi' WHEN nilai_penawaran_sen IS NOT NULL THEN 'nilai_penawaran' ELSE '' END, 0, COALESCE(nama_penyedia, '') || '|' || COALESCE(npwp_penyedia, '') || '|' || COALESCE(npwp_16_penyedia, '') || '|' || COALESCE(kd_penyedia, '') || '|' || '' || '|' || COALESCE(kab_kota_penyedia, '')
  FROM tender_nilai
  UNION ALL
  SELECT 'non_tender', kd_nontender, 'pemenang', 'non_tender_nilai', kd_klpd, tahun_anggaran, nilai_kontrak_sen,
    COALESCE(nilai_negosiasi_sen, nilai_terkoreksi_sen, nilai_penawaran_sen), CASE WHEN nilai_kontrak_sen IS NOT NULL THEN 'nilai_kontrak' WHEN nilai_negosiasi_sen IS NOT NULL THEN 'nilai_negosiasi'
      WHEN nilai_terkoreksi_sen IS NOT NULL THEN 'nilai_terkoreksi' WHEN nilai_penawaran_sen IS NOT NULL THEN 'nilai_penawaran' ELSE '' END, 0, COALESCE(nama_penyedia, '') || '|' || COALESCE(npwp_penyedia, '') || '|' || COALESCE(npwp_16_penyedia, '') || '|' || COALESCE(kd_penyedia, '') || '|' || '' || '|' || ''
  FROM non_tender_nilai
  UNION ALL
  SELECT 'lelang_2012', kd_tender, 'pemenang', 'lelang_2012', NULL, tahun_anggaran, nilai_kontrak_sen,
    hasil_lelang_sen, CASE WHEN nilai_kontrak_sen IS NOT NULL THEN 'nilai_kontrak' WHEN hasil_lelang_sen IS NOT NULL
      THEN 'hasil_lelang' ELSE '' END, 0, COALESCE(nama_penyedia, '') || '|' || COALESCE(npwp_pemenang, '') || '|' || '' || '|' || COALESCE(kd_penyedia, '') || '|' || '' || '|' || ''
  FROM lelang_2012
  UNION ALL
  SELECT CASE WHEN kd_tender <> '' THEN 'tender' WHEN kd_nontender <> '' THEN 'non_tender' ELSE 'sppbj' END,
    CASE WHEN kd_tender <> '' THEN kd_tender WHEN kd_nontender <> '' THEN kd_nontender ELSE no_sppbj END, 'penerima_sppbj', 'sppbj', kd_klpd, tahun_anggaran, harga_final_sen,
    NULL, CASE WHEN harga_final_sen IS NOT NULL THEN 'harga_final' ELSE '' END, 0, COALESCE(nama_penyedia, '') || '|' || COALESCE(npwp_penyedia, '') || '|' || COALESCE(npwp_16_penyedia, '') || '|' || '' || '|' || '' || '|' || ''
  FROM sppbj_akhir WHERE urut = 1
  UNION ALL
  SELECT CASE WHEN kd_tender <> '' THEN 'tender' WHEN kd_nontender <> '' THEN 'non_tender' ELSE 'kontrak' END,
    CASE WHEN kd_tender <> '' THEN kd_tender WHEN kd_nontender <> '' THEN kd_nontender ELSE no_kontrak END, 'penyedia_kontrak', 'kontrak', kd_klpd, tahun_anggaran,
    nilai_kontrak_sen, NULL, CASE WHEN nilai_kontrak_sen IS NOT NULL THEN 'nilai_kontrak' ELSE '' END,
    CASE WHEN anggota_kso IS NULL OR anggota_kso = '' THEN 0 ELSE 1 END, COALESCE(nama_penyedia, '') || '|' || COALESCE(npwp_penyedia, '') || '|' || COALESCE(npwp_16_penyedia, '') || '|' || COALESCE(kd_penyedia, '') || '|' || '' || '|' || ''
  FROM kontrak_akhir WHERE urut = 1
  UNION ALL
  SELECT 'pencatatan_non_tender', kd_nontender_pct, 'penyedia_realisasi', 'pencatatan_non_tender_realisasi', kd_klpd,
    tahun_anggaran, nilai_realisasi_sen, NULL, CASE WHEN nilai_realisasi_sen IS NOT NULL THEN 'nilai_realisasi' ELSE '' END,
    0, COALESCE(nama_penyedia, '') || '|' || COALESCE(npwp_penyedia, '') || '|' || '' || '|' || '' || '|' || '' || '|' || ''
  FROM pencatatan_non_tender_realisasi
  UNION ALL
  SELECT 'epurchasing', kd_paket, CASE WHEN substr(COALESCE(status_pkt, ''), 1, 9) = 'CANCELLED' THEN 'pesanan_batal'
    ELSE 'penyedia_pesanan' END, 'epurchasing', kd_klpd, tahun_anggaran, total_harga_sen, NULL,
    CASE WHEN total_harga_sen IS NOT NULL THEN 'total_harga' ELSE '' END, 0, '' || '|' || '' || '|' || '' || '|' || COALESCE(kd_penyedia_sikap, '') || '|' || COALESCE(kd_penyedia_v6, '') || '|' || ''
  FROM epurchasing
  UNION ALL
  SELECT 'realisasi_paket', kode_paket, 'penyedia_realisasi', 'realisasi_paket', kd_klpd, tahun_anggaran, total_nilai_sen,
    NULL, CASE WHEN total_nilai_sen IS NOT NULL THEN 'total_nilai' ELSE '' END, 0, COALESCE(nama_penyedia, '') || '|' || '' || '|' || '' || '|' || '' || '|' || '' || '|' || ''
  FROM realisasi_paket
), peserta AS (
  SELECT p.proses_tabel, p.proses_kunci, COALESCE(a.id_penyedia, '') AS id_penyedia, p.peran, p.sumber,
    MIN(p.kd_klpd) AS kd_klpd, MIN(p.tahun_anggaran) AS tahun_anggaran,
    CAST(CASE WHEN COUNT(p.jumlahkan_sen) > 0 THEN SUM(p.jumlahkan_sen) WHEN p.peran = 'penawar' THEN MIN(p.tetap_sen)
      ELSE MAX(p.tetap_sen) END AS BIGINT) AS nilai_sen,
    CASE WHEN COUNT(p.jumlahkan_sen) > 0 THEN MAX(CASE WHEN p.jumlahkan_sen IS NOT NULL THEN p.nilai_dari ELSE '' END)
      ELSE MAX(p.nilai_dari) END AS nilai_dari,
    CAST(SUM(CASE WHEN p.bersama = 1 THEN p.jumlahkan_sen END) AS BIGINT) AS nilai_bersama_sen,
    MAX(p.bersama) AS bagian, COUNT(*) AS jumlah_baris
  FROM asal AS p LEFT JOIN penyedia_alias AS a ON a.kunci_asal = p.kunci
  GROUP BY p.proses_tabel, p.proses_kunci, COALESCE(a.id_penyedia, ''), p.peran, p.sumber
), kso AS (
  SELECT CASE WHEN g.kd_tender <> '' THEN 'tender' WHEN g.kd_nontender <> '' THEN 'non_tender' ELSE 'kontrak' END
    AS proses_tabel,
    CASE WHEN g.kd_tender <> '' THEN g.kd_tender WHEN g.kd_nontender <> '' THEN g.kd_nontender ELSE g.no_kontrak END
    AS proses_kunci, a.id_penyedia, MIN(g.kd_klpd) AS kd_klpd, MIN(g.tahun_anggaran) AS tahun_anggaran,
    CAST(SUM(g.nilai_kontrak_sen) AS BIGINT) AS nilai_bersama_sen, COUNT(*) AS jumlah_baris
  FROM anggota AS g JOIN penyedia_alias AS a ON a.kunci_asal = g.nama_anggota || '|||||'
  LEFT JOIN penyedia_alias AS u ON u.kunci_asal = g.kunci_utama
  WHERE u.id_penyedia IS NULL OR u.id_penyedia <> a.id_penyedia
  GROUP BY 1, 2, 3
), semua AS (
  SELECT proses_tabel, proses_kunci, id_penyedia, peran, sumber, kd_klpd, tahun_anggaran, nilai_sen, nilai_dari,
    nilai_bersama_sen, bagian, jumlah_baris
  FROM peserta
  UNION ALL
  SELECT proses_tabel, proses_kunci, id_penyedia, 'anggota_kso', 'kontrak', kd_klpd, tahun_anggaran, NULL, '',
    nilai_bersama_sen, 1, jumlah_baris
  FROM kso
), satker_realisasi AS (
  SELECT r.kode_paket, MIN(v.id_satker) AS id_satker
  FROM realisasi_paket AS r LEFT JOIN satker_kunci AS b ON b.jenis = 'badan' AND b.nama = r.nama_klpd
  JOIN satker_kunci AS v ON v.jenis = 'kode' AND v.kode = r.kd_satker_str
    AND v.badan = CASE WHEN r.kd_klpd <> '' THEN r.kd_klpd ELSE b.badan END
  GROUP BY r.kode_paket
)
SELECT s.proses_tabel, s.proses_kunci, s.id_penyedia, s.peran, s.sumber, s.kd_klpd, s.tahun_anggaran, s.nilai_sen,
  s.nilai_dari, s.nilai_bersama_sen, s.bagian, s.jumlah_baris, COALESCE(p.id_satker, r.id_satker) AS id_satker
FROM semua AS s LEFT JOIN paket AS p ON p.jalur = s.proses_tabel AND p.kunci = s.proses_kunci
LEFT JOIN satker_realisasi AS r ON s.proses_tabel = 'realisasi_paket' AND r.kode_paket = s.proses_kunci
ORDER BY s.proses_tabel, s.proses_kunci, s.id_penyedia, s.peran, s.sumber
