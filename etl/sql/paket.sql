-- Satu proses pengadaan satu baris, semua jalur. Nilai: kontrak elektronik menurut adendum terakhir, jika tidak ada
-- nilai kontrak di daftar pemenang, jika tidak ada nilai kontrak di daftar SPSE; pencatatan memakai realisasi;
-- e-katalog nilai pesanan. sumber_nilai menyebut yang dipakai; nilai dari dua sumber tidak pernah dijumlahkan. Proses
-- yang hanya dikenal dari daftar pemenang atau kontrak tetap satu baris (asal bukan tabel pengumuman).
WITH kontrak_proses AS (
  SELECT CAST(CASE WHEN kd_tender <> '' THEN 'tender' ELSE 'non_tender' END AS VARCHAR) AS jalur,
    CAST(CASE WHEN kd_tender <> '' THEN kd_tender ELSE kd_nontender END AS VARCHAR) AS kunci,
    SUM(nilai_kini_sen) AS nilai_sen, MIN(kd_klpd) AS kd_klpd, MIN(nama_klpd) AS nama_klpd,
    MIN(tahun_anggaran) AS tahun_anggaran, MIN(nama_satker) AS nama_satker, MIN(kd_satker_str) AS kd_satker_str,
    MIN(nama_paket) AS nama_paket, MIN(mtd_pemilihan) AS metode
  FROM kontrak_terkini GROUP BY 1, 2
), nilai_tender AS (
  SELECT kd_tender, SUM(nilai_kontrak_sen) AS kontrak_sen,
    SUM(CASE WHEN nilai_negosiasi_sen > 0 THEN nilai_negosiasi_sen WHEN nilai_terkoreksi_sen > 0
      THEN nilai_terkoreksi_sen WHEN nilai_penawaran_sen > 0 THEN nilai_penawaran_sen END) AS menang_sen,
    MAX(CASE WHEN nama_penyedia <> '' THEN 1 ELSE 0 END) AS bernama,
    MIN(kd_klpd) AS kd_klpd, MIN(nama_klpd) AS nama_klpd, MIN(tahun_anggaran) AS tahun_anggaran,
    MIN(nama_satker) AS nama_satker, MIN(kd_satker_str) AS kd_satker_str,
    MAX(pagu_sen) AS pagu_sen, MAX(hps_sen) AS hps_sen, MIN(tgl_pengumuman_tender) AS tgl_pengumuman,
    MAX(tgl_penetapan_pemenang) AS tgl_selesai
  FROM tender_nilai GROUP BY kd_tender
), peserta AS (
  SELECT kd_tender, COUNT(*) AS pendaftar, SUM(CASE WHEN nilai_penawaran_sen > 0 THEN 1 ELSE 0 END) AS penawar,
    MAX(CASE WHEN pemenang = 1 THEN 1 ELSE 0 END) AS ada_pemenang
  FROM peserta_tender GROUP BY kd_tender
), halaman AS (
  SELECT kd_tender, SUM(CASE WHEN nilai_penawaran_sen > 0 THEN 1 ELSE 0 END) AS penawar
  FROM peserta_spse WHERE kd_tender <> '' GROUP BY kd_tender
), rup_proses AS (
  SELECT jalur, kunci, COUNT(*) AS jumlah_rup FROM (
    SELECT 'tender' AS jalur, kd_tender AS kunci, kd_rup FROM tender_rup
    UNION SELECT 'tender', kd_tender, kd_rup FROM tender_selesai_rup
    UNION SELECT 'tender', kd_tender, kd_rup FROM tender_nilai_rup
    UNION SELECT 'non_tender', kd_nontender, kd_rup FROM non_tender_rup
    UNION SELECT 'non_tender', kd_nontender, kd_rup FROM non_tender_nilai_rup
    UNION SELECT 'pencatatan_non_tender', kd_nontender_pct, kd_rup FROM pencatatan_non_tender_rup
    UNION SELECT 'pencatatan_non_tender', kd_nontender_pct, kd_rup FROM pencatatan_non_tender_realisasi_rup
    UNION SELECT 'pencatatan_swakelola', kd_swakelola_pct, kd_rup FROM pencatatan_swakelola_rup
    UNION SELECT 'epurchasing', kd_paket, kd_rup FROM epurchasing_rup
  ) AS sebut WHERE kd_rup <> '' GROUP BY jalur, kunci
), kode_tender AS (
  SELECT kunci, MIN(asal) AS asal FROM (
    SELECT kd_tender AS kunci, '1_tender' AS asal FROM tender
    UNION ALL SELECT kd_tender, '2_tender_selesai' FROM tender_selesai
    UNION ALL SELECT kd_tender, '3_tender_nilai' FROM tender_nilai
    UNION ALL SELECT kunci, '4_kontrak' FROM kontrak_proses WHERE jalur = 'tender'
  ) AS sebut GROUP BY kunci
), kode_non_tender AS (
  SELECT kunci, MIN(asal) AS asal FROM (
    SELECT kd_nontender AS kunci, '1_non_tender' AS asal FROM non_tender
    UNION ALL SELECT kd_nontender, '3_non_tender_nilai' FROM non_tender_nilai
    UNION ALL SELECT kunci, '4_kontrak' FROM kontrak_proses WHERE jalur = 'non_tender'
  ) AS sebut GROUP BY kunci
), kuitansi AS (
  SELECT kd_nontender_pct AS kunci, SUM(nilai_realisasi_sen) AS nilai_sen,
    SUM(CASE WHEN nama_penyedia <> '' THEN nilai_realisasi_sen ELSE 0 END) AS bernama_sen,
    MAX(CASE WHEN nama_penyedia <> '' THEN 1 ELSE 0 END) AS bernama,
    MIN(kd_klpd) AS kd_klpd, MIN(nama_klpd) AS nama_klpd, MIN(tahun_anggaran) AS tahun_anggaran,
    MIN(nama_satker) AS nama_satker, MIN(kd_satker_str) AS kd_satker_str, MIN(nama_paket) AS nama_paket,
    MAX(pagu_sen) AS pagu_sen, MAX(tgl_realisasi) AS tgl_selesai
  FROM pencatatan_non_tender_realisasi GROUP BY kd_nontender_pct
), bayar_swakelola AS (
  SELECT kd_swakelola_pct AS kunci, SUM(nilai_realisasi_sen) AS nilai_sen,
    SUM(CASE WHEN nama_pelaksana <> '' THEN nilai_realisasi_sen ELSE 0 END) AS bernama_sen,
    MAX(CASE WHEN nama_pelaksana <> '' THEN 1 ELSE 0 END) AS bernama,
    MIN(kd_klpd) AS kd_klpd, MIN(nama_klpd) AS nama_klpd, MIN(tahun_anggaran) AS tahun_anggaran,
    MIN(nama_satker) AS nama_satker, MIN(kd_satker_str) AS kd_satker_str, MAX(tgl_realisasi) AS tgl_selesai
  FROM pencatatan_swakelola_realisasi GROUP BY kd_swakelola_pct
), kode_pencatatan AS (
  SELECT kd_nontender_pct AS kunci FROM pencatatan_non_tender UNION SELECT kunci FROM kuitansi
), kode_swakelola AS (
  SELECT kd_swakelola_pct AS kunci FROM pencatatan_swakelola UNION SELECT kunci FROM bayar_swakelola
), penyedia_dikenal AS (
  SELECT DISTINCT kd_penyedia FROM penyedia_ekatalog WHERE nama_penyedia <> ''
), semua AS (
  SELECT 'tender' AS jalur, i.kunci, substr(i.asal, 3) AS asal,
    COALESCE(t.kd_klpd, s.kd_klpd, n.kd_klpd, k.kd_klpd) AS kd_klpd,
    COALESCE(t.nama_klpd, s.nama_klpd, n.nama_klpd, k.nama_klpd) AS nama_klpd,
    COALESCE(t.tahun_anggaran, s.tahun_anggaran, n.tahun_anggaran, k.tahun_anggaran) AS tahun_anggaran,
    COALESCE(t.nama_satker, s.nama_satker, n.nama_satker, k.nama_satker) AS nama_satker,
    COALESCE(t.kd_satker_str, s.kd_satker_str, n.kd_satker_str, k.kd_satker_str) AS kd_satker_str,
    COALESCE(t.nama_paket, s.nama_paket, k.nama_paket) AS nama_paket,
    COALESCE(t.jenis_pengadaan, s.jenis_pengadaan) AS jenis_pengadaan,
    COALESCE(t.mtd_pemilihan, s.mtd_pemilihan, k.metode) AS metode,
    COALESCE(t.pagu_sen, s.pagu_sen, n.pagu_sen) AS pagu_sen, 0 AS pagu_dibulatkan,
    COALESCE(t.hps_sen, s.hps_sen, n.hps_sen) AS hps_sen,
    CASE WHEN t.hps_sen IS NOT NULL THEN COALESCE(t.hps_dibulatkan, 0) ELSE 0 END AS hps_dibulatkan,
    n.menang_sen AS nilai_pemenang_sen,
    CASE WHEN k.nilai_sen > 0 THEN k.nilai_sen WHEN n.kontrak_sen > 0 THEN n.kontrak_sen
      WHEN t.nilai_kontrak_sen > 0 THEN t.nilai_kontrak_sen END AS nilai_sen,
    CASE WHEN k.nilai_sen > 0 THEN 'kontrak' WHEN n.kontrak_sen > 0 THEN 'tender_nilai'
      WHEN t.nilai_kontrak_sen > 0 THEN 'tender' END AS sumber_nilai,
    COALESCE(t.status_tender, t.tahap, s.status_tender) AS status,
    COALESCE(t.tgl_pengumuman_tender, s.tgl_pengumuman_tender, n.tgl_pengumuman) AS tanggal_pengumuman,
    COALESCE(s.tgl_penetapan_pemenang, n.tgl_selesai) AS tanggal_selesai,
    COALESCE(p.penawar, h.penawar) AS jumlah_penawar, COALESCE(p.pendaftar, t.jumlah_peserta) AS jumlah_pendaftar,
    CASE WHEN n.bernama = 1 OR k.kunci IS NOT NULL OR p.ada_pemenang = 1 THEN 1 ELSE 0 END AS pemenang_bernama,
    NULL AS bernama_sen, CASE WHEN n.kd_tender IS NOT NULL OR s.kd_tender IS NOT NULL THEN 1 ELSE 0 END AS tuntas
  FROM kode_tender AS i
  LEFT JOIN tender AS t ON t.kd_tender = i.kunci
  LEFT JOIN tender_selesai AS s ON s.kd_tender = i.kunci
  LEFT JOIN nilai_tender AS n ON n.kd_tender = i.kunci
  LEFT JOIN kontrak_proses AS k ON k.jalur = 'tender' AND k.kunci = i.kunci
  LEFT JOIN peserta AS p ON p.kd_tender = i.kunci
  LEFT JOIN halaman AS h ON h.kd_tender = i.kunci
  UNION ALL
  SELECT 'non_tender', i.kunci, substr(i.asal, 3), COALESCE(t.kd_klpd, n.kd_klpd, k.kd_klpd),
    COALESCE(t.nama_klpd, n.nama_klpd, k.nama_klpd), COALESCE(t.tahun_anggaran, n.tahun_anggaran, k.tahun_anggaran),
    COALESCE(t.nama_satker, n.nama_satker, k.nama_satker), COALESCE(t.kd_satker_str, n.kd_satker_str, k.kd_satker_str),
    COALESCE(t.nama_paket, n.nama_paket, k.nama_paket), COALESCE(t.jenis_pengadaan, n.jenis_pengadaan),
    COALESCE(t.mtd_pemilihan, n.mtd_pemilihan, k.metode), COALESCE(t.pagu_sen, n.pagu_sen), 0,
    COALESCE(t.hps_sen, n.hps_sen), 0,
    CASE WHEN n.nilai_negosiasi_sen > 0 THEN n.nilai_negosiasi_sen WHEN n.nilai_terkoreksi_sen > 0
      THEN n.nilai_terkoreksi_sen WHEN n.nilai_penawaran_sen > 0 THEN n.nilai_penawaran_sen END,
    CASE WHEN k.nilai_sen > 0 THEN k.nilai_sen WHEN n.nilai_kontrak_sen > 0 THEN n.nilai_kontrak_sen END,
    CASE WHEN k.nilai_sen > 0 THEN 'kontrak' WHEN n.nilai_kontrak_sen > 0 THEN 'non_tender_nilai' END,
    COALESCE(t.status_nontender, n.status_nontender), COALESCE(t.tgl_pengumuman_nontender, n.tgl_pengumuman_nontender),
    n.tgl_selesai_nontender, NULL, NULL,
    CASE WHEN n.nama_penyedia <> '' OR k.kunci IS NOT NULL THEN 1 ELSE 0 END, NULL,
    CASE WHEN n.kd_nontender IS NOT NULL THEN 1 ELSE 0 END
  FROM kode_non_tender AS i
  LEFT JOIN non_tender AS t ON t.kd_nontender = i.kunci
  LEFT JOIN non_tender_nilai AS n ON n.kd_nontender = i.kunci
  LEFT JOIN kontrak_proses AS k ON k.jalur = 'non_tender' AND k.kunci = i.kunci
  UNION ALL
  SELECT 'pencatatan_non_tender', i.kunci,
    CASE WHEN t.kd_nontender_pct IS NULL THEN 'pencatatan_non_tender_realisasi' ELSE 'pencatatan_non_tender' END,
    COALESCE(t.kd_klpd, r.kd_klpd), COALESCE(t.nama_klpd, r.nama_klpd), COALESCE(t.tahun_anggaran, r.tahun_anggaran),
    COALESCE(t.nama_satker, r.nama_satker), COALESCE(t.kd_satker_str, r.kd_satker_str),
    COALESCE(t.nama_paket, r.nama_paket), t.jenis_pengadaan, t.mtd_pemilihan, COALESCE(t.pagu_sen, r.pagu_sen),
    CASE WHEN t.pagu_sen IS NOT NULL THEN COALESCE(t.pagu_dibulatkan, 0) ELSE 0 END, NULL, 0, NULL,
    COALESCE(t.total_realisasi_sen, r.nilai_sen),
    CASE WHEN t.total_realisasi_sen IS NOT NULL THEN 'pencatatan_non_tender'
      WHEN r.nilai_sen IS NOT NULL THEN 'pencatatan_non_tender_realisasi' END,
    COALESCE(t.status_nontender_pct_ket, t.status_nontender_pct), COALESCE(t.tgl_mulai_paket, t.tgl_buat_paket),
    COALESCE(t.tgl_selesai_paket, r.tgl_selesai), NULL, NULL, COALESCE(r.bernama, 0), COALESCE(r.bernama_sen, 0),
    CASE WHEN r.kunci IS NOT NULL THEN 1 ELSE 0 END
  FROM kode_pencatatan AS i
  LEFT JOIN pencatatan_non_tender AS t ON t.kd_nontender_pct = i.kunci
  LEFT JOIN kuitansi AS r ON r.kunci = i.kunci
  UNION ALL
  SELECT 'pencatatan_swakelola', i.kunci,
    CASE WHEN t.kd_swakelola_pct IS NULL THEN 'pencatatan_swakelola_realisasi' ELSE 'pencatatan_swakelola' END,
    COALESCE(t.kd_klpd, r.kd_klpd), COALESCE(t.nama_klpd, r.nama_klpd), COALESCE(t.tahun_anggaran, r.tahun_anggaran),
    COALESCE(t.nama_satker, r.nama_satker), COALESCE(t.kd_satker_str, r.kd_satker_str), t.nama_paket, 'Swakelola',
    COALESCE(t.tipe_swakelola_nama, t.tipe_swakelola), t.pagu_sen, COALESCE(t.pagu_dibulatkan, 0), NULL, 0, NULL,
    COALESCE(t.total_realisasi_sen, r.nilai_sen),
    CASE WHEN t.total_realisasi_sen IS NOT NULL THEN 'pencatatan_swakelola'
      WHEN r.nilai_sen IS NOT NULL THEN 'pencatatan_swakelola_realisasi' END,
    COALESCE(t.status_swakelola_pct_ket, t.status_swakelola_pct), COALESCE(t.tgl_mulai_paket, t.tgl_buat_paket),
    COALESCE(t.tgl_selesai_paket, r.tgl_selesai), NULL, NULL, COALESCE(r.bernama, 0), COALESCE(r.bernama_sen, 0),
    CASE WHEN r.kunci IS NOT NULL THEN 1 ELSE 0 END
  FROM kode_swakelola AS i
  LEFT JOIN pencatatan_swakelola AS t ON t.kd_swakelola_pct = i.kunci
  LEFT JOIN bayar_swakelola AS r ON r.kunci = i.kunci
  UNION ALL
  SELECT 'darurat', d.kd_darurat, 'darurat', d.kd_klpd, d.nama_klpd, d.tahun_anggaran, NULL, NULL, d.nama_paket,
    d.jenis_pengadaan, 'Pengadaan Darurat', d.pagu_sen, COALESCE(d.pagu_dibulatkan, 0), NULL, 0, NULL, NULL, NULL,
    d.status_darurat, NULL, NULL, NULL, NULL, 0, NULL, 0
  FROM darurat AS d
  UNION ALL
  SELECT 'epurchasing', e.kd_paket, 'epurchasing', e.kd_klpd, e.nama_klpd, e.tahun_anggaran, e.nama_satker,
    e.kd_satker_str, COALESCE(e.rup_nama_pkt, e.rup_desc), NULL, 'E-Purchasing', NULL, 0, NULL, 0, NULL,
    e.total_harga_sen, CASE WHEN e.total_harga_sen IS NOT NULL THEN 'epurchasing' END, e.status_pkt, e.tgl_order, NULL,
    NULL, NULL, CASE WHEN y.kd_penyedia IS NULL THEN 0 ELSE 1 END, NULL, 0
  FROM epurchasing AS e LEFT JOIN penyedia_dikenal AS y ON y.kd_penyedia = e.kd_penyedia_v6
), dinilai AS (
  SELECT s.*, lower(COALESCE(s.status, '')) AS kecil,
    CASE WHEN s.kd_klpd <> '' THEN s.kd_klpd ELSE b.badan END AS badan
  FROM semua AS s LEFT JOIN satker_kunci AS b ON b.jenis = 'badan' AND b.nama = s.nama_klpd
)
SELECT d.jalur, d.kunci, d.asal, d.kd_klpd, d.nama_klpd, d.tahun_anggaran, d.nama_satker, d.kd_satker_str, d.nama_paket,
  d.jenis_pengadaan, d.metode, d.pagu_sen, d.pagu_dibulatkan, d.hps_sen, d.hps_dibulatkan,
  CAST(d.nilai_pemenang_sen AS BIGINT) AS nilai_pemenang_sen, CAST(d.nilai_sen AS BIGINT) AS nilai_sen, d.sumber_nilai,
  d.pemenang_bernama,
  CAST(CASE
    WHEN d.nilai_sen IS NULL THEN NULL
    WHEN d.bernama_sen IS NULL THEN CASE WHEN d.pemenang_bernama = 1 THEN d.nilai_sen ELSE 0 END
    WHEN d.bernama_sen > d.nilai_sen THEN d.nilai_sen
    ELSE d.bernama_sen
  END AS BIGINT) AS nilai_berpenyedia_sen,
  d.status,
  CASE
    WHEN d.kecil LIKE '%gagal%' OR d.kecil LIKE '%batal%' OR d.kecil LIKE '%cancel%' THEN 'gagal_batal'
    WHEN d.kecil LIKE '%selesai%' OR d.kecil IN ('completed', 'payment_outside_system') THEN 'selesai'
    WHEN d.kecil = '' AND d.tuntas = 1 THEN 'selesai'
    WHEN d.kecil IN ('', '-', 'tidak ada jadwal') THEN 'tidak_tercatat'
    ELSE 'berjalan'
  END AS keadaan,
  substr(d.tanggal_pengumuman, 1, 10) AS tanggal_pengumuman, substr(d.tanggal_selesai, 1, 10) AS tanggal_selesai,
  CAST(d.jumlah_penawar AS BIGINT) AS jumlah_penawar, d.jumlah_pendaftar,
  CAST(COALESCE(r.jumlah_rup, 0) AS BIGINT) AS jumlah_rup,
  COALESCE(u.id_satker, v.id_satker, w.id_satker) AS id_satker
FROM dinilai AS d LEFT JOIN rup_proses AS r ON r.jalur = d.jalur AND r.kunci = d.kunci
LEFT JOIN satker_kunci AS u
  ON u.jenis = 'kode_nama' AND u.badan = d.badan AND u.kode = d.kd_satker_str AND u.nama = d.nama_satker
LEFT JOIN satker_kunci AS v ON v.jenis = 'kode' AND v.badan = d.badan AND v.kode = d.kd_satker_str
LEFT JOIN satker_kunci AS w ON w.jenis = 'nama' AND w.badan = d.badan AND w.kode = '' AND w.nama = d.nama_satker
ORDER BY d.jalur, d.kunci
