-- Satu baris satu berkas yang mengisi anggaran satu pemerintah, tahun dan tahapan: yang dapat dipilih di /anggaran, dan
-- dari berkas mana angkanya. LRA bertahapan REALISASI; pagu SiRUP bertahapan SIRUP dan ketiga tabelnya menyebut uang
-- yang sama.
WITH isi AS (
  SELECT nama_pemda, tahun_anggaran, tahapan, 'anggaran' AS tabel, COALESCE(versi, '') AS keterangan, asal_berkas
  FROM anggaran
  UNION ALL SELECT nama_pemda, tahun, 'REALISASI', 'lra', periode, asal_berkas FROM lra
  UNION ALL SELECT nama_klpd, tahun_anggaran, 'SIRUP', 'sub_kegiatan', '', asal_berkas FROM sub_kegiatan
  UNION ALL SELECT nama_klpd, tahun_anggaran, 'SIRUP', 'kegiatan', '', asal_berkas FROM kegiatan
  UNION ALL SELECT nama_klpd, tahun_anggaran, 'SIRUP', 'program', '', asal_berkas FROM program
), berkas AS (
  SELECT sha256, resource, MIN(sumber) AS sumber, MAX(diambil_pada) AS diambil_pada FROM berkas_sumber
  GROUP BY sha256, resource
)
SELECT i.nama_pemda, i.tahun_anggaran, i.tahapan, i.tabel, i.keterangan, i.asal_berkas AS sha256,
  MIN(b.sumber) AS sumber, MAX(b.diambil_pada) AS diambil_pada, COUNT(*) AS jumlah_baris
FROM isi AS i LEFT JOIN berkas AS b ON b.sha256 = i.asal_berkas AND b.resource = i.tabel
WHERE i.nama_pemda IS NOT NULL
GROUP BY i.nama_pemda, i.tahun_anggaran, i.tahapan, i.tabel, i.keterangan, i.asal_berkas
ORDER BY i.nama_pemda, i.tahun_anggaran, i.tahapan, i.tabel, i.keterangan, i.asal_berkas
