-- Apakah proses membeli barang modal: kode rekening 5.2 di MAK proses atau di rencana yang ditautkan.
WITH mak_proses AS (
  SELECT 'tender' AS jalur, kd_tender AS kunci, mak FROM tender_selesai_mak
  UNION SELECT 'tender', kd_tender, mak FROM tender_nilai_mak
  UNION SELECT 'non_tender', kd_nontender, mak FROM non_tender_mak
  UNION SELECT 'non_tender', kd_nontender, mak FROM non_tender_nilai_mak
  UNION SELECT 'epurchasing', kd_paket, mak FROM epurchasing_mak
  UNION SELECT s.jalur, s.kunci, a.mak FROM (
    SELECT 'tender' AS jalur, kd_tender AS kunci, kd_rup FROM tender_rup
    UNION SELECT 'tender', kd_tender, kd_rup FROM tender_nilai_rup
    UNION SELECT 'non_tender', kd_nontender, kd_rup FROM non_tender_rup
    UNION SELECT 'pencatatan_non_tender', kd_nontender_pct, kd_rup FROM pencatatan_non_tender_rup
    UNION SELECT 'pencatatan_swakelola', kd_swakelola_pct, kd_rup FROM pencatatan_swakelola_rup
    UNION SELECT 'epurchasing', kd_paket, kd_rup FROM epurchasing_rup
  ) AS s
  JOIN rup_kini AS k ON k.kd_rup = s.kd_rup
  JOIN rup_anggaran AS a ON a.kd_rup = k.kd_rup_tercatat
)
SELECT p.jalur, p.kunci, COUNT(*) AS jumlah_rekening,
  MAX(CASE WHEN substr(m.kode_rekening, 1, 4) = '5.2.' THEN 1 ELSE 0 END) AS belanja_modal,
  MIN(CASE WHEN substr(m.kode_rekening, 1, 4) = '5.2.' THEN m.kode_rekening END) AS kode_rekening_modal
FROM (SELECT DISTINCT jalur, kunci, mak FROM mak_proses) AS p
JOIN mak AS m ON m.mak = p.mak
WHERE m.kode_rekening IS NOT NULL
GROUP BY p.jalur, p.kunci
ORDER BY p.jalur, p.kunci
