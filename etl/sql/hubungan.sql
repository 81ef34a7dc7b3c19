-- Semua sambungan jejak, satu baris satu sambungan atau satu sambungan yang tidak ada dengan alasannya. Kunci suatu
-- baris = kunci utamanya dirangkai dengan '|' (kontrak tanpa versi adendum). Sisi yang tidak ada kosong; dicari = teks
-- di sumber.
WITH rencana AS (
  SELECT 'rup_penyedia' AS tabel, kd_rup, COALESCE(kd_klpd, nama_klpd, '') AS badan, kd_klpd, tahun_anggaran,
    CASE WHEN status_delete_rup = 1 OR status_aktif_rup = 0 THEN 0 ELSE 1 END AS hidup FROM rup_penyedia
  UNION ALL
  SELECT 'rup_swakelola', kd_rup, COALESCE(kd_klpd, nama_klpd, ''), kd_klpd, tahun_anggaran,
    CASE WHEN status_delete_rup = 1 OR status_aktif_rup = 0 THEN 0 ELSE 1 END FROM rup_swakelola
), nama_badan AS (
  SELECT kd_klpd, MIN(lower(nama_klpd)) AS nama FROM rup_anggaran WHERE kd_klpd <> '' GROUP BY kd_klpd
), baris_anggaran AS (
  SELECT DISTINCT tahun_anggaran, replace(replace(lower(nama_pemda), 'pemerintah daerah ', ''), 'pemerintah ', '')
      AS nama, kode_skpd,
    CASE WHEN kode_sub_kegiatan LIKE '_.__.__._.__.__'
      THEN substr(kode_sub_kegiatan, 1, 13) || '00' || substr(kode_sub_kegiatan, 14) ELSE kode_sub_kegiatan END AS sub,
    kode_rekening AS akun
  FROM anggaran WHERE kode_sub_kegiatan <> '' AND kode_rekening <> ''
), pemilik_sub AS (
  -- satuan kerja pemilik sub kegiatan di SiRUP: rencana UPTD berada di bawah baris anggaran SKPD induknya
  SELECT s.kd_subkegiatan, MIN(w.kd_satker_str) AS kode_skpd
  FROM sub_kegiatan AS s JOIN satuan_kerja AS w ON w.kd_satker = s.kd_satker AND w.kd_klpd = s.kd_klpd
  WHERE w.kd_satker_str <> '' GROUP BY s.kd_subkegiatan HAVING COUNT(DISTINCT w.kd_satker_str) = 1
), ada AS (
  SELECT DISTINCT 'rup' AS tabel, badan, tahun_anggaran AS tahun FROM rencana
  UNION SELECT 'anggaran', n.kd_klpd, b.tahun_anggaran FROM baris_anggaran AS b JOIN nama_badan AS n ON n.nama = b.nama
  UNION SELECT CASE WHEN lower(jenis_paket) = 'swakelola' THEN 'rup_swakelola_anggaran'
    ELSE 'rup_penyedia_anggaran' END, COALESCE(kd_klpd, nama_klpd, ''), tahun_anggaran FROM rup_anggaran
  UNION SELECT 'tender', COALESCE(kd_klpd, nama_klpd, ''), tahun_anggaran FROM tender
  UNION SELECT 'non_tender', COALESCE(kd_klpd, nama_klpd, ''), tahun_anggaran FROM non_tender
  UNION SELECT 'tender_nilai', COALESCE(kd_klpd, nama_klpd, ''), tahun_anggaran FROM tender_nilai
  UNION SELECT 'non_tender_nilai', COALESCE(kd_klpd, nama_klpd, ''), tahun_anggaran FROM non_tender_nilai
  UNION SELECT 'paket', COALESCE(kd_klpd, nama_klpd, ''), tahun_anggaran FROM paket
  UNION SELECT CASE WHEN kd_tender <> '' THEN 'sppbj_tender' ELSE 'sppbj_non_tender' END,
    COALESCE(kd_klpd, nama_klpd, ''), tahun_anggaran FROM sppbj
  UNION SELECT CASE WHEN kd_tender <> '' THEN 'kontrak_tender' ELSE 'kontrak_non_tender' END,
    COALESCE(kd_klpd, nama_klpd, ''), tahun_anggaran FROM kontrak
  UNION SELECT CASE WHEN kd_tender <> '' THEN 'spmk_tender' ELSE 'spmk_non_tender' END,
    COALESCE(kd_klpd, nama_klpd, ''), tahun_anggaran FROM spmk
  UNION SELECT CASE WHEN kd_tender <> '' THEN 'serah_terima_tender' ELSE 'serah_terima_non_tender' END,
    COALESCE(kd_klpd, nama_klpd, ''), tahun_anggaran FROM serah_terima
), aset_badan AS (
  SELECT DISTINCT lower(CASE WHEN length(w.kode) = 2 THEN 'Provinsi ' || w.nama
    ELSE replace(w.nama, 'Kabupaten ', 'Kab. ') END) AS nama
  FROM wilayah AS w JOIN (
    SELECT kode_lokasi FROM kib_a UNION SELECT kode_lokasi FROM kib_b UNION SELECT kode_lokasi FROM kib_c
    UNION SELECT kode_lokasi FROM kib_d UNION SELECT kode_lokasi FROM kib_e UNION SELECT kode_lokasi FROM kib_f
  ) AS l ON w.kode = CASE WHEN substr(l.kode_lokasi, 7, 2) = '00' THEN substr(l.kode_lokasi, 4, 2)
    ELSE substr(l.kode_lokasi, 4, 5) END
), proses AS (
  SELECT jalur, kunci, COALESCE(kd_klpd, nama_klpd, '') AS badan, kd_klpd, tahun_anggaran, keadaan FROM paket
), kontrak_satu AS (
  SELECT kd_tender || '|' || kd_nontender || '|' || no_kontrak AS kunci, kd_tender, kd_nontender, no_kontrak, no_sppbj,
    CAST(CASE WHEN kd_tender <> '' THEN 'tender' ELSE 'non_tender' END AS VARCHAR) AS jalur,
    CAST(CASE WHEN kd_tender <> '' THEN kd_tender ELSE kd_nontender END AS VARCHAR) AS proses,
    COALESCE(kd_klpd, nama_klpd, '') AS badan, kd_klpd, tahun_anggaran, lower(nama_klpd) AS nama
  FROM kontrak_terkini
), disebut AS (
  SELECT 'tender' AS jalur, kd_tender AS kunci, kd_rup FROM tender_rup WHERE kd_rup <> ''
  UNION SELECT 'tender', kd_tender, kd_rup FROM tender_selesai_rup WHERE kd_rup <> ''
  UNION SELECT 'tender', kd_tender, kd_rup FROM tender_nilai_rup WHERE kd_rup <> ''
  UNION SELECT 'non_tender', kd_nontender, kd_rup FROM non_tender_rup WHERE kd_rup <> ''
  UNION SELECT 'non_tender', kd_nontender, kd_rup FROM non_tender_nilai_rup WHERE kd_rup <> ''
  UNION SELECT 'pencatatan_non_tender', kd_nontender_pct, kd_rup FROM pencatatan_non_tender_rup WHERE kd_rup <> ''
  UNION SELECT 'pencatatan_non_tender', kd_nontender_pct, kd_rup FROM pencatatan_non_tender_realisasi_rup
    WHERE kd_rup <> ''
  UNION SELECT 'pencatatan_swakelola', kd_swakelola_pct, kd_rup FROM pencatatan_swakelola_rup WHERE kd_rup <> ''
  UNION SELECT 'epurchasing', kd_paket, kd_rup FROM epurchasing_rup WHERE kd_rup <> ''
), mentah AS (
  -- baris rencana -> baris anggaran
  SELECT 'anggaran_rup' AS jenis, 'anggaran' AS dari_tabel,
    COALESCE(b.kode_skpd, o.kode_skpd, c.kode_skpd) || '/' || m.kode_sub_kegiatan || '/' || m.kode_rekening
      AS dari_kunci,
    CASE WHEN lower(r.jenis_paket) = 'swakelola' THEN 'rup_swakelola' ELSE 'rup_penyedia' END AS ke_tabel,
    r.kd_rup AS ke_kunci, 'kode_resmi' AS metode, 1.0 AS skor,
    CASE WHEN p.kd_rup IS NOT NULL AND COALESCE(b.kode_skpd, o.kode_skpd, c.kode_skpd) IS NOT NULL THEN 1 ELSE 0 END
      AS tersambung,
    CASE
      WHEN p.kd_rup IS NULL THEN 'RUP tidak ditemukan'
      WHEN m.status = 'bentuk_tidak_sah' OR m.status_sub_kegiatan = 'bentuk_tidak_sah' OR m.mak IS NULL
        THEN 'MAK tidak sah'
      ELSE 'baris anggaran tidak ditemukan'
    END AS alasan,
    r.mak AS dicari, 'anggaran' AS sumber, r.badan, r.kd_klpd, r.tahun_anggaran
  FROM (
    SELECT jenis_paket, kd_rup, mak, MIN(COALESCE(kd_klpd, nama_klpd, '')) AS badan, MIN(kd_klpd) AS kd_klpd,
      MIN(tahun_anggaran) AS tahun_anggaran, MIN(kd_satker_str) AS kd_satker_str, MIN(lower(nama_klpd)) AS nama,
      MIN(kd_subkegiatan) AS kd_subkegiatan
    FROM rup_anggaran GROUP BY jenis_paket, kd_rup, mak
  ) AS r
  LEFT JOIN mak AS m ON m.mak = r.mak
  LEFT JOIN rencana AS p ON p.kd_rup = r.kd_rup
    AND p.tabel = CASE WHEN lower(r.jenis_paket) = 'swakelola' THEN 'rup_swakelola' ELSE 'rup_penyedia' END
  LEFT JOIN baris_anggaran AS b ON b.tahun_anggaran = r.tahun_anggaran AND b.nama = r.nama
    AND b.kode_skpd = r.kd_satker_str AND b.sub = m.kode_sub_kegiatan AND b.akun = m.kode_rekening
  LEFT JOIN pemilik_sub AS g ON b.kode_skpd IS NULL AND g.kd_subkegiatan = r.kd_subkegiatan
  LEFT JOIN baris_anggaran AS o ON o.tahun_anggaran = r.tahun_anggaran AND o.nama = r.nama
    AND o.kode_skpd = g.kode_skpd AND o.sub = m.kode_sub_kegiatan AND o.akun = m.kode_rekening
  LEFT JOIN (
    SELECT tahun_anggaran, nama, substr(kode_skpd, 1, 18) AS induk, sub, akun, MIN(kode_skpd) AS kode_skpd
    FROM baris_anggaran WHERE length(kode_skpd) = 22
    GROUP BY tahun_anggaran, nama, substr(kode_skpd, 1, 18), sub, akun HAVING COUNT(*) = 1
  ) AS c ON b.kode_skpd IS NULL AND o.kode_skpd IS NULL AND c.tahun_anggaran = r.tahun_anggaran AND c.nama = r.nama
    AND c.induk = substr(r.kd_satker_str, 1, 18) AND c.sub = m.kode_sub_kegiatan AND c.akun = m.kode_rekening
  UNION ALL
  -- rencana yang baris anggarannya tidak ada di sumber
  SELECT 'anggaran_rup', 'anggaran', NULL, r.tabel, r.kd_rup, 'kode_resmi', 1.0, 0, 'MAK tidak tercatat di sumber', '',
    r.tabel || '_anggaran', r.badan, r.kd_klpd, r.tahun_anggaran
  FROM rencana AS r
  LEFT JOIN (
    SELECT DISTINCT kd_rup, CASE WHEN lower(jenis_paket) = 'swakelola' THEN 'rup_swakelola' ELSE 'rup_penyedia' END
      AS tabel FROM rup_anggaran
  ) AS a ON a.kd_rup = r.kd_rup AND a.tabel = r.tabel
  WHERE a.kd_rup IS NULL AND r.hidup = 1
  UNION ALL
  -- rencana -> proses pengadaan, menurut kode RUP yang ditulis proses, revisi diikuti
  SELECT 'rup_paket',
    CASE WHEN p.jalur = 'pencatatan_swakelola'
      THEN CASE WHEN k.di_swakelola = 1 OR COALESCE(k.di_penyedia, 0) = 0 THEN 'rup_swakelola' ELSE 'rup_penyedia' END
      ELSE CASE WHEN k.di_swakelola = 1 AND k.di_penyedia = 0 THEN 'rup_swakelola' ELSE 'rup_penyedia' END END,
    k.kd_rup_tercatat, p.jalur, p.kunci, 'kode_resmi', 1.0,
    CASE WHEN k.kd_rup_tercatat IS NOT NULL THEN 1 ELSE 0 END,
    CASE
      WHEN k.kd_rup_tercatat IS NOT NULL AND k.alasan IS NULL THEN NULL
      WHEN k.kd_rup_tercatat IS NOT NULL THEN 'melalui revisi RUP: ' || k.alasan
      WHEN s.kd_rup IS NULL THEN 'kode RUP tidak tercatat di sumber'
      WHEN k.alasan = 'bercabang' THEN 'revisi RUP bercabang'
      ELSE 'RUP tidak ditemukan'
    END,
    COALESCE(s.kd_rup, ''), CASE WHEN s.kd_rup IS NULL OR k.alasan = 'bercabang' THEN '' ELSE 'rup' END, p.badan,
    p.kd_klpd, p.tahun_anggaran
  FROM proses AS p
  LEFT JOIN disebut AS s ON s.jalur = p.jalur AND s.kunci = p.kunci
  LEFT JOIN rup_kini AS k ON k.kd_rup = s.kd_rup
  UNION ALL
  -- rencana yang tidak disebut satu proses pun
  SELECT 'rencana_berpaket', r.tabel, r.kd_rup, 'paket', NULL, 'kode_resmi', 1.0, 0, 'tidak tercatat di sumber', '',
    'paket', r.badan, r.kd_klpd, r.tahun_anggaran
  FROM rencana AS r
  LEFT JOIN (
    SELECT kd_rup FROM disebut
    UNION SELECT k.kd_rup_tercatat FROM disebut AS s JOIN rup_kini AS k ON k.kd_rup = s.kd_rup
    WHERE k.kd_rup_tercatat IS NOT NULL
  ) AS d ON d.kd_rup = r.kd_rup
  WHERE d.kd_rup IS NULL AND r.hidup = 1
  UNION ALL
  -- pengumuman -> hasil
  SELECT 'pengumuman_nilai', 'tender', t.kd_tender, 'tender_selesai', s.kd_tender, 'kode_resmi', 1.0,
    CASE WHEN t.kd_tender IS NULL THEN 0 ELSE 1 END, 'pengumuman tidak tercatat di sumber', s.kd_tender, 'tender',
    COALESCE(s.kd_klpd, s.nama_klpd, ''), s.kd_klpd, s.tahun_anggaran
  FROM tender_selesai AS s LEFT JOIN tender AS t ON t.kd_tender = s.kd_tender
  UNION ALL
  SELECT 'pengumuman_nilai', 'tender', t.kd_tender, 'tender_nilai', n.kd_tender || '|' || CAST(n.urutan AS TEXT),
    'kode_resmi', 1.0, CASE WHEN t.kd_tender IS NULL THEN 0 ELSE 1 END, 'pengumuman tidak tercatat di sumber',
    n.kd_tender, 'tender', COALESCE(n.kd_klpd, n.nama_klpd, ''), n.kd_klpd, n.tahun_anggaran
  FROM tender_nilai AS n LEFT JOIN tender AS t ON t.kd_tender = n.kd_tender
  UNION ALL
  SELECT 'pengumuman_nilai', 'non_tender', t.kd_nontender, 'non_tender_nilai', n.kd_nontender, 'kode_resmi', 1.0,
    CASE WHEN t.kd_nontender IS NULL THEN 0 ELSE 1 END, 'pengumuman tidak tercatat di sumber', n.kd_nontender,
    'non_tender', COALESCE(n.kd_klpd, n.nama_klpd, ''), n.kd_klpd, n.tahun_anggaran
  FROM non_tender_nilai AS n LEFT JOIN non_tender AS t ON t.kd_nontender = n.kd_nontender
  UNION ALL
  -- proses yang selesai tanpa daftar pemenang
  SELECT 'paket_nilai', p.jalur, p.kunci, p.jalur || '_nilai', NULL, 'kode_resmi', 1.0, 0, 'tidak tercatat di sumber',
    '', p.jalur || '_nilai', p.badan, p.kd_klpd, p.tahun_anggaran
  FROM proses AS p
  LEFT JOIN (SELECT DISTINCT 'tender' AS jalur, kd_tender AS kunci FROM tender_nilai
    UNION ALL SELECT 'non_tender', kd_nontender FROM non_tender_nilai) AS n ON n.jalur = p.jalur AND n.kunci = p.kunci
  WHERE p.jalur IN ('tender', 'non_tender') AND p.keadaan = 'selesai' AND n.kunci IS NULL
  UNION ALL
  -- proses -> SPPBJ
  SELECT 'paket_sppbj', p.jalur, p.kunci, 'sppbj', s.kunci, 'kode_resmi', 1.0,
    CASE WHEN s.kunci IS NULL THEN 0 ELSE 1 END, 'tidak tercatat di sumber', '', 'sppbj_' || p.jalur, p.badan,
    p.kd_klpd, p.tahun_anggaran
  FROM proses AS p
  LEFT JOIN (SELECT DISTINCT CAST(CASE WHEN kd_tender <> '' THEN 'tender' ELSE 'non_tender' END AS VARCHAR) AS jalur,
      CAST(CASE WHEN kd_tender <> '' THEN kd_tender ELSE kd_nontender END AS VARCHAR) AS proses,
      kd_tender || '|' || kd_nontender || '|' || no_sppbj AS kunci FROM sppbj) AS s
    ON s.jalur = p.jalur AND s.proses = p.kunci
  WHERE p.jalur IN ('tender', 'non_tender') AND (p.keadaan = 'selesai' OR s.kunci IS NOT NULL)
  UNION ALL
  -- proses -> kontrak
  SELECT 'paket_kontrak', p.jalur, p.kunci, 'kontrak', k.kunci, 'kode_resmi', 1.0,
    CASE WHEN k.kunci IS NULL THEN 0 ELSE 1 END, 'tidak tercatat di sumber', '', 'kontrak_' || p.jalur, p.badan,
    p.kd_klpd, p.tahun_anggaran
  FROM proses AS p LEFT JOIN kontrak_satu AS k ON k.jalur = p.jalur AND k.proses = p.kunci
  WHERE p.jalur IN ('tender', 'non_tender') AND (p.keadaan = 'selesai' OR k.kunci IS NOT NULL)
  UNION ALL
  -- SPPBJ -> kontrak
  SELECT 'sppbj_kontrak', 'sppbj', s.kunci, 'kontrak', k.kunci, 'kode_resmi', 1.0,
    CASE WHEN k.kunci IS NULL THEN 0 ELSE 1 END, 'tidak tercatat di sumber', s.no_sppbj, 'kontrak_' || s.jalur,
    s.badan, s.kd_klpd, s.tahun_anggaran
  FROM (SELECT kd_tender || '|' || kd_nontender || '|' || no_sppbj AS kunci, kd_tender, kd_nontender, no_sppbj,
      CASE WHEN kd_tender <> '' THEN 'tender' ELSE 'non_tender' END AS jalur,
      MIN(COALESCE(kd_klpd, nama_klpd, '')) AS badan, MIN(kd_klpd) AS kd_klpd, MIN(tahun_anggaran) AS tahun_anggaran
    FROM sppbj GROUP BY kd_tender, kd_nontender, no_sppbj) AS s
  LEFT JOIN kontrak_satu AS k ON k.kd_tender = s.kd_tender AND k.kd_nontender = s.kd_nontender
    AND k.no_sppbj = s.no_sppbj
  UNION ALL
  -- kontrak -> SPMK
  SELECT 'kontrak_spmk', 'kontrak', k.kunci, 'spmk', s.kunci, 'kode_resmi', 1.0,
    CASE WHEN s.kunci IS NULL THEN 0 ELSE 1 END, 'tidak tercatat di sumber', k.no_kontrak, 'spmk_' || k.jalur, k.badan,
    k.kd_klpd, k.tahun_anggaran
  FROM kontrak_satu AS k
  LEFT JOIN (SELECT DISTINCT kd_tender, kd_nontender, no_kontrak,
      kd_tender || '|' || kd_nontender || '|' || no_kontrak || '|' || no_spmk_spp AS kunci
    FROM spmk WHERE no_spmk_spp <> '') AS s
    ON s.kd_tender = k.kd_tender AND s.kd_nontender = k.kd_nontender AND s.no_kontrak = k.no_kontrak
  UNION ALL
  -- kontrak -> serah terima; pembayaran tanpa nomor BAST bukan serah terima
  SELECT 'kontrak_serah_terima', 'kontrak', k.kunci, 'serah_terima', s.kunci, 'kode_resmi', 1.0,
    CASE WHEN s.kunci IS NULL THEN 0 ELSE 1 END, 'tidak tercatat di sumber', k.no_kontrak, 'serah_terima_' || k.jalur,
    k.badan, k.kd_klpd, k.tahun_anggaran
  FROM kontrak_satu AS k
  LEFT JOIN (SELECT DISTINCT kd_tender, kd_nontender, no_kontrak,
      kd_tender || '|' || kd_nontender || '|' || no_bast AS kunci
    FROM serah_terima WHERE no_bast <> '') AS s
    ON s.kd_tender = k.kd_tender AND s.kd_nontender = k.kd_nontender AND s.no_kontrak = k.no_kontrak
  UNION ALL
  -- kontrak atau BAST -> barang di KIB
  SELECT 'kontrak_aset', CASE WHEN a.metode = 'nomor_bast' THEN 'serah_terima' ELSE 'kontrak' END,
    a.kd_tender || '|' || a.kd_nontender || '|'
      || CASE WHEN a.metode = 'nomor_bast' THEN a.nomor_tertulis ELSE a.no_kontrak END,
    a.tabel, a.kunci_aset, a.metode, a.skor, 1, NULL, a.nomor_tertulis, '', COALESCE(k.badan, ''), k.kd_klpd,
    k.tahun_anggaran
  FROM aset_kontrak AS a
  LEFT JOIN kontrak_satu AS k ON k.kd_tender = a.kd_tender AND k.kd_nontender = a.kd_nontender
    AND k.no_kontrak = a.no_kontrak
  UNION ALL
  -- kontrak belanja modal yang sudah diserahterimakan tanpa barang di KIB
  SELECT 'kontrak_aset', 'kontrak', k.kunci, 'aset', NULL, 'kecocokan', 0.0, 0,
    CASE WHEN b.nama IS NULL THEN 'tabel sumber belum ada untuk badan ini' ELSE 'tidak tercatat di sumber' END, '', '',
    k.badan, k.kd_klpd, k.tahun_anggaran
  FROM kontrak_satu AS k
  JOIN (SELECT DISTINCT kd_tender, kd_nontender, no_kontrak FROM serah_terima WHERE no_bast <> '') AS s
    ON s.kd_tender = k.kd_tender AND s.kd_nontender = k.kd_nontender AND s.no_kontrak = k.no_kontrak
  JOIN paket_modal AS o ON o.jalur = k.jalur AND o.kunci = k.proses
  LEFT JOIN aset_badan AS b ON b.nama = k.nama
  LEFT JOIN (SELECT DISTINCT kd_tender, kd_nontender, no_kontrak FROM aset_kontrak) AS a
    ON a.kd_tender = k.kd_tender AND a.kd_nontender = k.kd_nontender AND a.no_kontrak = k.no_kontrak
  WHERE o.belanja_modal = 1 AND a.no_kontrak IS NULL
  UNION ALL
  -- MAK -> kode rekening
  SELECT 'mak_rekening', s.tabel, s.kunci, 'kode_rekening',
    CASE WHEN m.status = 'ditemukan' THEN m.kode_rekening END, 'kode_resmi', 1.0,
    CASE WHEN m.status = 'ditemukan' THEN 1 ELSE 0 END,
    CASE WHEN m.status = 'tidak_di_daftar' THEN m.alasan ELSE 'MAK tidak sah' END, s.mak, '', s.badan, s.kd_klpd,
    s.tahun_anggaran
  FROM (
    SELECT 'tender_selesai' AS tabel, b.kd_tender AS kunci, b.mak, COALESCE(p.kd_klpd, p.nama_klpd, '') AS badan,
      p.kd_klpd, p.tahun_anggaran FROM tender_selesai_mak AS b JOIN tender_selesai AS p ON p.kd_tender = b.kd_tender
    UNION ALL SELECT 'tender_nilai', b.kd_tender || '|' || CAST(b.urutan AS TEXT), b.mak,
      COALESCE(p.kd_klpd, p.nama_klpd, ''), p.kd_klpd, p.tahun_anggaran
    FROM tender_nilai_mak AS b JOIN tender_nilai AS p ON p.kd_tender = b.kd_tender AND p.urutan = b.urutan
    UNION ALL SELECT 'non_tender', b.kd_nontender, b.mak, COALESCE(p.kd_klpd, p.nama_klpd, ''), p.kd_klpd,
      p.tahun_anggaran FROM non_tender_mak AS b JOIN non_tender AS p ON p.kd_nontender = b.kd_nontender
    UNION ALL SELECT 'non_tender_nilai', b.kd_nontender, b.mak, COALESCE(p.kd_klpd, p.nama_klpd, ''), p.kd_klpd,
      p.tahun_anggaran FROM non_tender_nilai_mak AS b JOIN non_tender_nilai AS p ON p.kd_nontender = b.kd_nontender
    UNION ALL SELECT 'epurchasing', b.kd_paket, b.mak, COALESCE(p.kd_klpd, p.nama_klpd, ''), p.kd_klpd,
      p.tahun_anggaran FROM epurchasing_mak AS b JOIN epurchasing AS p ON p.kd_paket = b.kd_paket
  ) AS s
  LEFT JOIN mak AS m ON m.mak = s.mak
)
SELECT h.jenis, h.dari_tabel,
  CASE WHEN h.tersambung = 1 OR h.jenis NOT IN ('anggaran_rup', 'rup_paket', 'pengumuman_nilai')
    THEN COALESCE(h.dari_kunci, '') ELSE '' END AS dari_kunci,
  h.ke_tabel, COALESCE(h.ke_kunci, '') AS ke_kunci, h.metode,
  CASE WHEN h.tersambung = 1 THEN CAST(h.skor AS DOUBLE) END AS skor, h.tersambung,
  CASE
    WHEN h.tersambung = 1 THEN CASE WHEN h.jenis = 'rup_paket' THEN h.alasan END
    WHEN h.alasan IN ('MAK tidak sah', 'tabel sumber belum ada untuk badan ini') OR h.sumber = '' THEN h.alasan
    WHEN b.badan IS NULL THEN 'tabel sumber belum ada untuk badan ini'
    WHEN t.badan IS NULL THEN 'tabel sumber belum ada untuk tahun ini'
    ELSE h.alasan
  END AS alasan,
  h.dicari, h.kd_klpd, h.badan, h.tahun_anggaran
FROM mentah AS h
LEFT JOIN (SELECT DISTINCT tabel, badan FROM ada) AS b ON b.tabel = h.sumber AND b.badan = h.badan
LEFT JOIN (SELECT DISTINCT tabel, badan, tahun FROM ada) AS t
  ON t.tabel = h.sumber AND t.badan = h.badan AND t.tahun = h.tahun_anggaran
ORDER BY h.jenis, h.dari_tabel, dari_kunci, h.ke_tabel, ke_kunci, h.dicari
