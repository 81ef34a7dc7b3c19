-- judul: Tabel penawaran: siapa memasukkan harga, siapa hanya mendaftar, siapa gugur dan mengapa?
-- en: A bid-level table: who offered a price, who only registered, who was disqualified and why
-- pembaca: peneliti
-- nomor: 6
-- penjelasan: Satu baris satu peserta satu tender. Penawar memasukkan harga; pendaftar tidak. Koreksi aritmetik dan alasan
--    gugur seperti tertulis di sumber. Orang perseorangan tampil sebagai nama samaran.
-- explanation: One row per participant and tender. Bidders offered a price; registrants did not. Arithmetic corrections
--    and reasons as the source states them. Natural persons appear under pseudonyms.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select t.nama_klpd from peserta_tender as p join tender as t on t.kd_tender = p.kd_tender group by 1 order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from peserta_tender group by 1 order by 1 desc)
-- butuh: tender?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data pengumuman tender dari SPSE; UKPBJ dan LPSE {badan}
-- document: Tender notices from SPSE; procurement unit (UKPBJ) and e-procurement service (LPSE) of {badan}
-- butuh: paket?jalur=tender&nama_klpd={badan}&tahun_anggaran={tahun}&jumlah_penawar__notnull=1
-- dokumen: Data peserta tender beserta harga penawaran dan hasil evaluasi dari SPSE; UKPBJ dan LPSE {badan}
-- document: Tender participants with bid prices and evaluation results from SPSE; procurement unit (UKPBJ) and
--    e-procurement service (LPSE) of {badan}
-- kolom: kedudukan; Kedudukan; Standing; teks
-- kolom: persen_hps; Penawaran dalam persen HPS; Bid in percent of the estimate; persen
-- baris: peserta_tender?kd_tender={kd_tender}&kd_peserta={kd_peserta}
select t.nama_paket, t.nama_satker, p.nama_penyedia,
  case when p.pemenang = 1 then 'pemenang' when p.alasan is not null and p.nilai_penawaran_sen > 0 then 'penawar, gugur'
    when p.alasan is not null then 'gugur' when p.nilai_penawaran_sen > 0 then 'penawar' else 'pendaftar' end as kedudukan,
  p.nilai_penawaran_sen, p.nilai_terkoreksi_sen,
  case when t.hps_sen > 0 and coalesce(t.hps_dibulatkan, 0) = 0 and p.nilai_penawaran_sen > 0 then round(100.0 * p.nilai_penawaran_sen / t.hps_sen, 2) end as persen_hps,
  p.alasan, p.kd_tender, p.kd_peserta
from tender as t join peserta_tender as p on p.kd_tender = t.kd_tender
where t.nama_klpd = :badan and t.tahun_anggaran = cast(:tahun as integer)
order by p.kd_tender, p.nilai_penawaran_sen is null, p.nilai_penawaran_sen, p.kd_peserta
