-- Satu baris satu izin bertanggal permohonan: lama prosesnya, dan janji yang berlaku pada tanggal permohonan. Permohonan yang
-- bertanggal sesudah terbitnya tidak dihitung. Nomor hari Julian (0 dibagi 7 adalah Senin), sama pada setiap mesin SQL.
WITH tanggal AS (
  SELECT tanggal_permohonan AS t FROM izin WHERE tanggal_permohonan IS NOT NULL
  UNION
  SELECT tanggal_terbit AS t FROM izin WHERE tanggal_terbit IS NOT NULL
), bagian AS (
  SELECT t, CAST(substr(t, 1, 4) AS BIGINT) + 4800 - CASE WHEN substr(t, 6, 2) <= '02' THEN 1 ELSE 0 END AS y,
    CAST(substr(t, 6, 2) AS BIGINT) + CASE WHEN substr(t, 6, 2) <= '02' THEN 9 ELSE -3 END AS m,
    CAST(substr(t, 9, 2) AS BIGINT) AS d
  FROM tanggal
), nomor AS (
  SELECT t, CAST(d + (153 * m + 2 - (153 * m + 2) % 5) / 5 + 365 * y + (y - y % 4) / 4 - (y - y % 100) / 100
    + (y - y % 400) / 400 - 32045 AS BIGINT) AS n
  FROM bagian
), hari AS (
  SELECT t, n, CAST(5 * ((n - n % 7) / 7) + CASE WHEN n % 7 >= 5 THEN 5 ELSE n % 7 + 1 END AS BIGINT) AS kerja FROM nomor
), janji AS (
  SELECT i.nama_klpd, i.no_izin, i.urutan, j.hari_janji, j.satuan_hari, j.dasar, ROW_NUMBER() OVER (
    PARTITION BY i.nama_klpd, i.no_izin, i.urutan ORDER BY j.berlaku_sejak DESC, j.jenis_izin
  ) AS urut
  FROM izin AS i JOIN janji_layanan AS j
    ON j.nama_klpd = i.nama_klpd AND lower(j.jenis_izin) = lower(i.jenis_izin) AND j.berlaku_sejak <= i.tanggal_permohonan
), lama AS (
  SELECT i.nama_klpd, i.no_izin, i.urutan, i.jenis_izin, i.tahun, i.tanggal_permohonan, i.tanggal_terbit,
    b.n - a.n AS hari_kalender, b.kerja - a.kerja AS hari_kerja, j.hari_janji, j.satuan_hari, j.dasar
  FROM izin AS i JOIN hari AS a ON a.t = i.tanggal_permohonan JOIN hari AS b ON b.t = i.tanggal_terbit
  LEFT JOIN janji AS j ON j.nama_klpd = i.nama_klpd AND j.no_izin = i.no_izin AND j.urutan = i.urutan AND j.urut = 1
  WHERE i.tanggal_permohonan <= i.tanggal_terbit
)
SELECT nama_klpd, no_izin, urutan, jenis_izin, tahun, tanggal_permohonan, tanggal_terbit, hari_kalender, hari_kerja, hari_janji,
  satuan_hari, dasar, CASE WHEN satuan_hari = 'hari kalender' THEN hari_kalender ELSE hari_kerja END AS hari_proses,
  CASE WHEN hari_janji IS NULL THEN NULL
    WHEN CASE WHEN satuan_hari = 'hari kalender' THEN hari_kalender ELSE hari_kerja END > hari_janji THEN 1 ELSE 0 END AS lewat_janji
FROM lama
ORDER BY nama_klpd, no_izin, urutan
