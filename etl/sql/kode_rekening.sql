-- Kode rekening lengkap (5.1.02.01.01.0001) dari nomor yang berurut di bawah induknya.
-- Lebar tiap bagian: akun 1, kelompok 1, jenis 2, objek 2, rincian objek 2, sub rincian objek 4 (Permendagri 90/2019).
WITH RECURSIVE pohon AS (
  SELECT regulasi, CAST(level AS INTEGER) AS tingkat, id, kd AS kode, '' AS kode_induk, nama
  FROM rekening WHERE CAST(level AS INTEGER) = 1
  UNION ALL
  SELECT r.regulasi, p.tingkat + 1, r.id,
    p.kode || '.' || CASE
      WHEN p.tingkat + 1 = 2 THEN r.kd
      WHEN p.tingkat + 1 = 6 THEN CASE WHEN length(r.kd) < 4 THEN substr('0000' || r.kd, -4) ELSE r.kd END
      ELSE CASE WHEN length(r.kd) < 2 THEN '0' || r.kd ELSE r.kd END
    END,
    p.kode, r.nama
  FROM rekening AS r JOIN pohon AS p ON CAST(r.level AS INTEGER) = p.tingkat + 1 AND r.id_induk = p.id
)
SELECT tingkat, id, kode, kode_induk, nama, regulasi, COUNT(*) OVER (PARTITION BY kode) AS jumlah_sama
FROM pohon
ORDER BY tingkat, kode, id
