-- KDP lama: tahun data adalah tahun mulai atau perolehan terakhir yang tercatat di kartu mana pun; tidak memakai hari ini.
WITH tahun AS (
  SELECT MAX(t) AS tahun FROM (
    SELECT MAX(tahun_perolehan) AS t FROM kib_a UNION ALL SELECT MAX(tahun_perolehan) FROM kib_b
    UNION ALL SELECT MAX(tahun_perolehan) FROM kib_c UNION ALL SELECT MAX(tahun_perolehan) FROM kib_d
    UNION ALL SELECT MAX(tahun_perolehan) FROM kib_e UNION ALL SELECT MAX(CAST(substr(tanggal_mulai, 1, 4) AS INTEGER)) FROM kib_f
  ) AS semua
)
SELECT 'kib_f' AS tabel, kode_lokasi || '|' || pengenal || '|' || CAST(urutan AS VARCHAR) AS kunci,
  CAST(NULL AS VARCHAR) AS kd_klpd, tahun_perolehan AS tahun_anggaran, kode_lokasi AS satker, nama_unit AS nama_satker,
  nama_barang AS nama_paket, CASE WHEN COALESCE(nilai_perolehan_dibulatkan, 0) = 0 THEN nilai_perolehan_sen END AS nilai_sen,
  CASE
    WHEN tanggal_mulai IS NOT NULL
    THEN CASE WHEN CAST(substr(tanggal_mulai, 1, 4) AS INTEGER) <= t.tahun - $tahun THEN 1 ELSE 0 END
  END AS ditandai,
  CASE WHEN tanggal_mulai IS NULL THEN 'tanggal mulai tidak tercatat di sumber' END AS alasan,
  tanggal_mulai, t.tahun AS tahun_data
FROM kib_f LEFT JOIN tahun AS t ON t.tahun > 0
