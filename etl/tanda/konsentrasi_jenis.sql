-- Konsentrasi per badan, jenis pengadaan, dan tahun. Yang ditandai kelompoknya; penyedianya tidak disebut. Penyedia
-- menurut tabel penyedia (ejaan dan NPWP disatukan); satu nilai per pemenang, menurut penetapannya.
WITH menang AS (
  SELECT p.kd_klpd, p.tahun_anggaran, k.jenis_pengadaan AS jenis, k.nama_klpd, p.id_penyedia, p.nilai_sen
  FROM partisipasi AS p
  JOIN paket AS k ON k.jalur = p.proses_tabel AND k.kunci = p.proses_kunci
  WHERE p.peran = 'pemenang' AND p.sumber IN ('tender_nilai', 'non_tender_nilai') AND p.id_penyedia <> ''
    AND p.nilai_sen > 0 AND p.kd_klpd IS NOT NULL AND p.tahun_anggaran IS NOT NULL AND k.jenis_pengadaan IS NOT NULL
), per_penyedia AS (
  SELECT kd_klpd, tahun_anggaran, jenis, MIN(nama_klpd) AS nama_klpd, id_penyedia, COUNT(*) AS paket,
    SUM(nilai_sen) AS nilai_sen
  FROM menang GROUP BY kd_klpd, tahun_anggaran, jenis, id_penyedia
), jumlah AS (
  SELECT p.*, SUM(p.nilai_sen) OVER (PARTITION BY kd_klpd, tahun_anggaran, jenis) AS semua_sen FROM per_penyedia AS p
), pangsa AS (
  SELECT kd_klpd, tahun_anggaran, jenis, MIN(nama_klpd) AS nama_klpd, SUM(paket) AS paket, COUNT(*) AS penyedia,
    MAX(nilai_sen) AS terbesar_sen, MAX(semua_sen) AS semua_sen, MAX(paket) AS paket_terbesar,
    CAST(ROUND(SUM(10000 * (CAST(nilai_sen AS DOUBLE) / semua_sen) * (CAST(nilai_sen AS DOUBLE) / semua_sen)), 0)
      AS INTEGER) AS hhi
  FROM jumlah GROUP BY kd_klpd, tahun_anggaran, jenis
)
SELECT 'badan_jenis' AS tabel, kd_klpd || '|' || jenis || '|' || CAST(tahun_anggaran AS VARCHAR) AS kunci, kd_klpd,
  tahun_anggaran, CAST(NULL AS VARCHAR) AS satker, nama_klpd AS nama_satker, jenis AS nama_paket,
  terbesar_sen AS nilai_sen,
  CASE
    WHEN paket < $minimal_paket THEN NULL
    WHEN CAST(terbesar_sen AS DOUBLE) * 100 >= CAST(semua_sen AS DOUBLE) * $persen THEN 1
    ELSE 0
  END AS ditandai,
  CASE WHEN paket < $minimal_paket THEN 'paketnya terlalu sedikit' END AS alasan,
  paket, penyedia AS banyak_penyedia, paket_terbesar, terbesar_sen, semua_sen, hhi
FROM pangsa
