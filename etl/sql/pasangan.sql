-- Satu baris satu pasangan penawar, badan, jenis pengadaan dan tahun: berapa tender yang keduanya beri harga. Penyedia yang
-- menulis beberapa harga pada satu tender dihitung sekali dengan harga terendahnya; tanpa harga atau tanpa nama tidak
-- dihitung. Selisih dalam persen harga yang lebih rendah. Pertemuan wajar di pasar kecil dan tidak membuktikan apa pun.
WITH menang AS (
  SELECT DISTINCT proses_kunci, id_penyedia FROM partisipasi WHERE proses_tabel = 'tender' AND peran = 'pemenang'
), tawaran AS (
  SELECT r.proses_kunci AS kunci, r.id_penyedia, COALESCE(p.nama_klpd, '') AS nama_klpd,
    COALESCE(p.jenis_pengadaan, '') AS jenis_pengadaan, COALESCE(p.tahun_anggaran, 0) AS tahun_anggaran,
    MIN(r.nilai_sen) AS nilai_sen, MAX(CASE WHEN m.id_penyedia IS NULL THEN 0 ELSE 1 END) AS menang
  FROM partisipasi AS r
  JOIN paket AS p ON p.jalur = 'tender' AND p.kunci = r.proses_kunci
  LEFT JOIN menang AS m ON m.proses_kunci = r.proses_kunci AND m.id_penyedia = r.id_penyedia
  WHERE r.proses_tabel = 'tender' AND r.peran = 'penawar' AND r.nilai_sen > 0 AND r.id_penyedia <> ''
  GROUP BY r.proses_kunci, r.id_penyedia, COALESCE(p.nama_klpd, ''), COALESCE(p.jenis_pengadaan, ''),
    COALESCE(p.tahun_anggaran, 0)
), temu AS (
  SELECT a.id_penyedia, b.id_penyedia AS id_penyedia_lain, a.nama_klpd, a.jenis_pengadaan, a.tahun_anggaran,
    a.menang AS menang, b.menang AS menang_lain, CASE WHEN a.nilai_sen = b.nilai_sen THEN 1 ELSE 0 END AS sama,
    100 * CAST(ABS(a.nilai_sen - b.nilai_sen) AS DOUBLE)
      / CASE WHEN a.nilai_sen < b.nilai_sen THEN a.nilai_sen ELSE b.nilai_sen END AS selisih
  FROM tawaran AS a JOIN tawaran AS b ON b.kunci = a.kunci AND b.id_penyedia > a.id_penyedia
)
SELECT id_penyedia, id_penyedia_lain, nama_klpd, jenis_pengadaan, tahun_anggaran, COUNT(*) AS jumlah_bertemu,
  CAST(SUM(sama) AS BIGINT) AS harga_sama, CAST(SUM(menang) AS BIGINT) AS menang_pertama,
  CAST(SUM(menang_lain) AS BIGINT) AS menang_lain, ROUND(MIN(selisih), 4) AS selisih_terkecil
FROM temu
GROUP BY id_penyedia, id_penyedia_lain, nama_klpd, jenis_pengadaan, tahun_anggaran
ORDER BY id_penyedia, id_penyedia_lain, nama_klpd, jenis_pengadaan, tahun_anggaran
