-- Pecah paket: beberapa pengadaan langsung serupa yang bersama-sama melebihi batas pengadaan langsung pada tanggalnya.
WITH dasar AS (
  SELECT n.kd_nontender, n.kd_klpd, n.tahun_anggaran, n.kd_satker_str AS satker, n.nama_satker, n.nama_paket, n.pagu_sen,
    v.kd_penyedia, substr(n.tgl_pengumuman_nontender, 1, 10) AS tgl,
    CASE
      WHEN instr(COALESCE(n.jenis_pengadaan, ''), 'Konsultan') > 0 THEN $batas_konsultansi
      WHEN instr(COALESCE(n.jenis_pengadaan, ''), 'Konstruksi') > 0 AND substr(n.tgl_pengumuman_nontender, 1, 10) >= $mulai_konstruksi_baru
      THEN $batas_konstruksi_baru
      ELSE $batas_lain
    END AS batas_sen,
    substr(TRIM(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(lower(n.nama_paket),
      '0', ''), '1', ''), '2', ''), '3', ''), '4', ''), '5', ''), '6', ''), '7', ''), '8', ''), '9', '')), 1, $huruf) AS awal
  FROM non_tender AS n LEFT JOIN non_tender_nilai AS v ON v.kd_nontender = n.kd_nontender
  WHERE n.mtd_pemilihan = 'Pengadaan Langsung' AND COALESCE(n.status_nontender, '') = 'Selesai'
    AND substr(COALESCE(n.tgl_pengumuman_nontender, '9999-12-31'), 1, 10) BETWEEN $berlaku_dari AND $berlaku_sampai
), titik_tahun AS (
  SELECT kd_nontender, kd_klpd, satker, kd_penyedia, awal, pagu_sen, tgl AS tgl,
    CAST(substr(tgl, 1, 4) AS INTEGER) - CASE WHEN substr(tgl, 6, 2) < '03' THEN 1 ELSE 0 END AS y
  FROM dasar WHERE tgl IS NOT NULL AND kd_penyedia IS NOT NULL AND satker IS NOT NULL AND pagu_sen > 0
), titik AS (
  SELECT kd_nontender, kd_klpd, satker, kd_penyedia, awal, pagu_sen, tgl, CAST(365 * y + (y - y % 4) / 4 - (y - y % 100) / 100 + (y - y % 400) / 400
    + CASE substr(tgl, 6, 2)
      WHEN '03' THEN 0 WHEN '04' THEN 31 WHEN '05' THEN 61 WHEN '06' THEN 92 WHEN '07' THEN 122 WHEN '08' THEN 153
      WHEN '09' THEN 184 WHEN '10' THEN 214 WHEN '11' THEN 245 WHEN '12' THEN 275 WHEN '01' THEN 306 WHEN '02' THEN 337
    END + CAST(substr(tgl, 9, 2) AS INTEGER) AS INTEGER) AS hari
  FROM titik_tahun
), kelompok AS (
  SELECT a.kd_nontender, COUNT(*) AS paket, SUM(b.pagu_sen) AS jumlah_sen
  FROM titik AS a JOIN titik AS b ON b.kd_klpd = a.kd_klpd AND b.satker = a.satker AND b.kd_penyedia = a.kd_penyedia
    AND b.awal = a.awal AND b.hari BETWEEN a.hari - $hari AND a.hari + $hari
  GROUP BY a.kd_nontender
)
SELECT 'non_tender' AS tabel, d.kd_nontender AS kunci, d.kd_klpd, d.tahun_anggaran, d.satker, d.nama_satker, d.nama_paket,
  d.pagu_sen AS nilai_sen,
  CASE
    WHEN k.kd_nontender IS NULL THEN NULL
    WHEN k.paket >= 2 AND d.pagu_sen <= d.batas_sen AND k.jumlah_sen > d.batas_sen THEN 1
    ELSE 0
  END AS ditandai,
  CASE WHEN k.kd_nontender IS NULL THEN 'penyedia, satuan kerja, tanggal, atau pagu tidak tercatat di sumber' END AS alasan,
  k.paket AS paket_serupa, k.jumlah_sen, d.batas_sen
FROM dasar AS d LEFT JOIN kelompok AS k ON k.kd_nontender = d.kd_nontender
