-- Satu baris satu satuan kerja: yang bernomor di SiRUP, dan yang hanya dikenal dari kode atau namanya di sumber lain.
-- Nama badan menurut SiRUP; bila badannya tidak ada di sana, menurut paketnya.
WITH sirup AS (
  SELECT kd_klpd, nama_klpd, jenis_klpd, kd_satker AS nomor, kd_satker_str AS kode, nama_satker AS nama, jenis_satker,
    status_satker, 1 AS urut FROM satuan_kerja
  UNION ALL SELECT kd_klpd, nama_klpd, NULL, kd_satker, kd_satker_str, nama_satker, NULL, NULL, 2 FROM struktur_anggaran
  UNION ALL SELECT kd_klpd, nama_klpd, jenis_klpd, kd_satker, kd_satker_str, nama_satker, NULL, NULL, 3 FROM rup_penyedia
  UNION ALL SELECT kd_klpd, nama_klpd, jenis_klpd, kd_satker, kd_satker_str, nama_satker, NULL, NULL, 3 FROM rup_swakelola
  UNION ALL SELECT kd_klpd, nama_klpd, jenis_klpd, kd_satker, kd_satker_str, nama_satker, NULL, NULL, 4 FROM rup_anggaran
), nomor_terbaik AS (
  SELECT s.*, ROW_NUMBER() OVER (
    PARTITION BY kd_klpd, nomor ORDER BY urut, COALESCE(nama, ''), COALESCE(kode, '')
  ) AS ke FROM sirup AS s WHERE kd_klpd <> '' AND nomor <> ''
), badan_sirup AS (
  SELECT kd_klpd AS badan, MIN(nama_klpd) AS nama, MIN(jenis_klpd) AS jenis FROM sirup WHERE kd_klpd <> '' GROUP BY kd_klpd
), badan_paket AS (
  SELECT CASE WHEN p.kd_klpd <> '' THEN p.kd_klpd ELSE b.badan END AS badan, MIN(p.nama_klpd) AS nama
  FROM paket AS p LEFT JOIN satker_kunci AS b ON b.jenis = 'badan' AND b.nama = p.nama_klpd
  WHERE p.id_satker <> '' GROUP BY 1
), badan_sebut AS (
  SELECT badan, MIN(nama) AS nama FROM satker_kunci WHERE jenis = 'badan' GROUP BY badan
), kunci AS (
  SELECT id_satker, MIN(badan) AS badan, MIN(CASE WHEN kode <> '' AND jenis <> 'lokasi' THEN kode END) AS kode,
    MIN(CASE WHEN nama <> '' THEN nama END) AS nama,
    COUNT(DISTINCT CASE WHEN nama <> '' THEN nama END) AS jumlah_nama
  FROM satker_kunci WHERE id_satker <> '' GROUP BY id_satker
), tahun AS (
  SELECT id_satker, MIN(CASE WHEN tahun_anggaran > 0 THEN tahun_anggaran END) AS dari, MAX(tahun_anggaran) AS sampai,
    SUM(CASE WHEN tabel = 'paket' THEN jumlah ELSE 0 END) AS jumlah_paket
  FROM satker_ringkas GROUP BY id_satker
), semua AS (
  SELECT n.kd_klpd || '-' || n.nomor AS id_satker, n.kd_klpd AS badan, n.nomor, n.kode, n.nama, n.jenis_satker,
    n.status_satker, 'sirup' AS dasar, COALESCE(k.jumlah_nama, 0) AS jumlah_nama
  FROM nomor_terbaik AS n LEFT JOIN kunci AS k ON k.id_satker = n.kd_klpd || '-' || n.nomor WHERE n.ke = 1
  UNION ALL
  SELECT k.id_satker, k.badan, NULL, k.kode, k.nama, NULL, NULL,
    CASE WHEN k.id_satker = k.badan || '-kode-' || COALESCE(k.kode, '') THEN 'kode' ELSE 'nama' END, k.jumlah_nama
  FROM kunci AS k LEFT JOIN nomor_terbaik AS n ON n.ke = 1 AND n.kd_klpd || '-' || n.nomor = k.id_satker
  WHERE n.nomor IS NULL
)
SELECT s.id_satker, s.badan, COALESCE(b.nama, p.nama, c.nama, s.badan) AS nama_klpd,
  CASE WHEN b.jenis <> '' THEN b.jenis
    WHEN lower(COALESCE(p.nama, c.nama, '')) LIKE 'provinsi %' THEN 'PROVINSI'
    WHEN lower(COALESCE(p.nama, c.nama, '')) LIKE 'kab%' THEN 'KABUPATEN'
    WHEN lower(COALESCE(p.nama, c.nama, '')) LIKE 'kota %' THEN 'KOTA'
    WHEN lower(COALESCE(p.nama, c.nama, '')) LIKE 'kementerian %' THEN 'KEMENTERIAN' END AS jenis_klpd,
  COALESCE(s.nama, s.kode, s.id_satker) AS nama, s.nomor AS kd_satker, s.kode AS kd_satker_str, s.jenis_satker,
  s.status_satker, s.dasar, t.dari AS tahun_dari, CASE WHEN t.sampai > 0 THEN t.sampai END AS tahun_sampai,
  s.jumlah_nama, CAST(COALESCE(t.jumlah_paket, 0) AS BIGINT) AS jumlah_paket
FROM semua AS s LEFT JOIN badan_sirup AS b ON b.badan = s.badan LEFT JOIN badan_paket AS p ON p.badan = s.badan
LEFT JOIN badan_sebut AS c ON c.badan = s.badan LEFT JOIN tahun AS t ON t.id_satker = s.id_satker
ORDER BY s.id_satker
