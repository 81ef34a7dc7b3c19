-- Tingkat tautan tiap jenis sambungan, badan dan tahun, menurut jumlah dan rupiah. Yang dihitung adalah satuan yang
-- seharusnya punya sambungan (paket, kontrak, baris rencana, ...), sekali saja walau sambungannya beberapa, sehingga
-- paket dengan beberapa RUP tidak menggandakan rupiah. MAK tidak membagi nilai paketnya, jadi rupiahnya kosong.
WITH satuan AS (
  SELECT jenis,
    CASE WHEN jenis IN ('rup_paket', 'pengumuman_nilai', 'anggaran_rup') THEN ke_tabel
      WHEN jenis = 'mak_rekening' THEN 'mak' ELSE dari_tabel END AS tabel,
    CASE WHEN jenis IN ('rup_paket', 'pengumuman_nilai') THEN ke_kunci
      WHEN jenis = 'anggaran_rup' THEN ke_kunci || '|' || dicari
      WHEN jenis = 'mak_rekening' THEN dari_tabel || '|' || dari_kunci || '|' || dicari
      ELSE dari_kunci END AS kunci,
    CASE WHEN jenis = 'pengumuman_nilai' THEN ke_tabel WHEN jenis = 'mak_rekening' THEN dari_tabel
      WHEN jenis IN ('paket_sppbj', 'paket_kontrak') THEN dari_tabel
      WHEN jenis IN ('rup_paket', 'anggaran_rup') THEN ke_tabel ELSE '' END AS rinci,
    badan, kd_klpd, tahun_anggaran, tersambung
  FROM hubungan WHERE jenis NOT IN ('rencana_berpaket', 'paket_nilai', 'kontrak_aset')
  UNION ALL
  SELECT 'rencana_berpaket', r.tabel, r.kd_rup, '', COALESCE(r.kd_klpd, r.nama_klpd, ''), r.kd_klpd, r.tahun_anggaran,
    CASE WHEN h.dari_kunci IS NULL THEN 1 ELSE 0 END
  FROM (
    SELECT 'rup_penyedia' AS tabel, kd_rup, kd_klpd, nama_klpd, tahun_anggaran FROM rup_penyedia
    WHERE COALESCE(status_delete_rup, 0) = 0 AND COALESCE(status_aktif_rup, 1) = 1
    UNION ALL SELECT 'rup_swakelola', kd_rup, kd_klpd, nama_klpd, tahun_anggaran FROM rup_swakelola
    WHERE COALESCE(status_delete_rup, 0) = 0 AND COALESCE(status_aktif_rup, 1) = 1
  ) AS r
  LEFT JOIN hubungan AS h ON h.jenis = 'rencana_berpaket' AND h.dari_tabel = r.tabel AND h.dari_kunci = r.kd_rup
  UNION ALL
  SELECT 'paket_nilai', p.jalur, p.kunci, p.jalur, COALESCE(p.kd_klpd, p.nama_klpd, ''), p.kd_klpd, p.tahun_anggaran,
    CASE WHEN h.dari_kunci IS NULL THEN 1 ELSE 0 END
  FROM paket AS p
  LEFT JOIN hubungan AS h ON h.jenis = 'paket_nilai' AND h.dari_tabel = p.jalur AND h.dari_kunci = p.kunci
  WHERE p.jalur IN ('tender', 'non_tender') AND p.keadaan = 'selesai'
  UNION ALL
  SELECT 'kontrak_aset', 'kontrak', k.kunci, '', k.badan, k.kd_klpd, k.tahun_anggaran, k.tersambung FROM (
    SELECT a.kd_tender || '|' || a.kd_nontender || '|' || a.no_kontrak AS kunci,
      COALESCE(k.kd_klpd, k.nama_klpd, '') AS badan, k.kd_klpd, k.tahun_anggaran, 1 AS tersambung
    FROM aset_kontrak AS a LEFT JOIN kontrak_terkini AS k ON k.kd_tender = a.kd_tender
      AND k.kd_nontender = a.kd_nontender AND k.no_kontrak = a.no_kontrak
    UNION SELECT dari_kunci, badan, kd_klpd, tahun_anggaran, 0 FROM hubungan
    WHERE jenis = 'kontrak_aset' AND tersambung = 0
  ) AS k
), sekali AS (
  SELECT jenis, tabel, kunci, MIN(rinci) AS rinci, MIN(badan) AS badan, MIN(kd_klpd) AS kd_klpd,
    MIN(COALESCE(tahun_anggaran, 0)) AS tahun_anggaran, MAX(tersambung) AS tersambung, MIN(tersambung) AS semua
  FROM satuan GROUP BY jenis, tabel, kunci
), bernilai AS (
  SELECT jalur AS tabel, kunci, nilai_sen FROM paket
  UNION ALL SELECT 'kontrak', kd_tender || '|' || kd_nontender || '|' || no_kontrak, nilai_kini_sen FROM kontrak_terkini
  UNION ALL SELECT 'tender_nilai', kd_tender || '|' || CAST(urutan AS TEXT), nilai_kontrak_sen FROM tender_nilai
  UNION ALL SELECT 'tender_selesai', kd_tender, pagu_sen FROM tender_selesai
  UNION ALL SELECT 'non_tender_nilai', kd_nontender, nilai_kontrak_sen FROM non_tender_nilai
  UNION ALL SELECT 'rup_penyedia', kd_rup, pagu * 100 FROM rup_penyedia
  UNION ALL SELECT 'rup_swakelola', kd_rup, pagu * 100 FROM rup_swakelola
  UNION ALL SELECT 'rup_penyedia', kd_rup || '|', pagu * 100 FROM rup_penyedia
  UNION ALL SELECT 'rup_swakelola', kd_rup || '|', pagu * 100 FROM rup_swakelola
  UNION ALL SELECT 'sppbj', kd_tender || '|' || kd_nontender || '|' || no_sppbj, MAX(harga_final_sen) FROM sppbj
    GROUP BY kd_tender, kd_nontender, no_sppbj
  UNION ALL SELECT CASE WHEN lower(jenis_paket) = 'swakelola' THEN 'rup_swakelola' ELSE 'rup_penyedia' END,
    kd_rup || '|' || mak, SUM(pagu) * 100 FROM rup_anggaran GROUP BY 1, 2
), jumlah AS (
  SELECT s.jenis, s.rinci, s.badan, s.tahun_anggaran, MIN(s.kd_klpd) AS kd_klpd, COUNT(*) AS jumlah,
    CAST(SUM(s.tersambung) AS BIGINT) AS tertaut,
    CAST(SUM(CASE WHEN s.tersambung = 1 AND s.semua = 0 THEN 1 ELSE 0 END) AS BIGINT) AS tertaut_sebagian,
    CASE WHEN s.jenis <> 'mak_rekening' THEN CAST(SUM(COALESCE(n.nilai_sen, 0)) AS BIGINT) END AS nilai_sen,
    CASE WHEN s.jenis <> 'mak_rekening'
      THEN CAST(SUM(CASE WHEN s.tersambung = 1 THEN COALESCE(n.nilai_sen, 0) ELSE 0 END) AS BIGINT) END
      AS nilai_tertaut_sen
  FROM sekali AS s LEFT JOIN bernilai AS n ON n.tabel = s.tabel AND n.kunci = s.kunci
  GROUP BY s.jenis, s.rinci, s.badan, s.tahun_anggaran
)
SELECT jenis, rinci, badan, tahun_anggaran, kd_klpd, jumlah, tertaut, tertaut_sebagian, nilai_sen, nilai_tertaut_sen,
  ROUND(100 * CAST(tertaut AS DOUBLE) / jumlah, 2) AS persen_jumlah,
  CASE WHEN nilai_sen > 0 THEN ROUND(100 * CAST(nilai_tertaut_sen AS DOUBLE) / nilai_sen, 2) END AS persen_nilai
FROM jumlah
ORDER BY jenis, rinci, badan, tahun_anggaran
