-- Pasangan nama yang berbagi satu kunci blok dan salah satunya dicari. Di blok lebih dari $ramai nama, tiap nama hanya
-- bertemu $jendela tetangganya menurut abjad, supaya blok besar tidak menjadi kuadratik.
WITH tempat AS (
  SELECT kunci, nomor, ROW_NUMBER() OVER (PARTITION BY kunci ORDER BY urut) AS tempat,
    COUNT(*) OVER (PARTITION BY kunci) AS banyak
  FROM nama_blok
), calon AS (
  SELECT DISTINCT CASE WHEN a.nomor < b.nomor THEN a.nomor ELSE b.nomor END AS satu,
    CASE WHEN a.nomor < b.nomor THEN b.nomor ELSE a.nomor END AS lain
  FROM tempat AS a JOIN tempat AS b
    ON b.kunci = a.kunci AND b.tempat > a.tempat AND (a.banyak <= $ramai OR b.tempat <= a.tempat + $jendela)
)
SELECT c.satu, c.lain, a.bentuk AS bentuk_satu, a.inti AS inti_satu, b.bentuk AS bentuk_lain, b.inti AS inti_lain
FROM calon AS c JOIN nama_inti AS a ON a.nomor = c.satu JOIN nama_inti AS b ON b.nomor = c.lain
WHERE a.dicari = 1 OR b.dicari = 1
