-- Jadwal sering berubah: masukannya tidak diterbitkan sumber mana pun, maka tidak dapat dihitung.
SELECT 'tender' AS tabel, t.kd_tender AS kunci, t.kd_klpd, t.tahun_anggaran, t.kd_satker_str AS satker, t.nama_satker, t.nama_paket,
  CAST(NULL AS BIGINT) AS nilai_sen, CAST(NULL AS INTEGER) AS ditandai, 'riwayat perubahan jadwal tidak diterbitkan sumber' AS alasan
FROM tender AS t
WHERE (COALESCE(t.status_tender, '') = 'Selesai' OR COALESCE(t.tahap, '') IN ('Tender Sudah Selesai', 'Seleksi Sudah Selesai'))
