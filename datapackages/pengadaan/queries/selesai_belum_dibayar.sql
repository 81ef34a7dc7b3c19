-- judul: Pekerjaan mana yang diserahterimakan tahun itu tetapi pembayarannya sampai 31 Desember belum penuh tercatat?
-- en: Which works were handed over in the year but not fully paid on record by 31 December?
-- pembaca: pengawas
-- nomor: 11
-- penjelasan: Kontrak dengan berita acara serah terima sampai 31 Desember tahun anggarannya, yang jumlah berita acara pembayarannya
--    (BAP) sampai tanggal itu di bawah nilai kontrak terakhir. BAP bukan SP2D: SP2D tidak memuat nomor kontrak, jadi pembayaran
--    kas tidak dapat disambung. Retensi dan uang muka dapat menjelaskan selisih.
-- explanation: Contracts handed over by 31 December of their budget year whose payment records (BAP) by then total less
--    than the latest contract value. A BAP is not a payment order, which carries no contract number, so cash cannot be
--    linked. Retention and advances may explain a gap.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from serah_terima where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (pilihan: select distinct tahun_anggaran from serah_terima where tahun_anggaran is not null union select distinct tahun_anggaran from paket where tahun_anggaran is not null order by 1 desc)
-- butuh: serah_terima?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data berita acara serah terima dan pembayaran (BAST dan BAP) dari e-Kontrak SPSE; PPK tiap perangkat daerah dan LPSE {badan}
-- document: Handover and payment records (BAST and BAP) from SPSE e-Kontrak; contract officers (PPK) of each office
--    and e-procurement service (LPSE) of {badan}
-- kolom: dibayar_sen; Berita acara pembayaran; Payment records; sen
-- kolom: belum_sen; Belum tercatat dibayar; Not recorded as paid; sen
-- kolom: tgl_serah_terima; Serah terima; Handover; tanggal
-- baris: serah_terima?kd_tender={kunci_tender}&kd_nontender={kunci_nontender}
with serah as (
  select kd_tender, kd_nontender, max(nama_paket) as nama_paket, max(nama_satker) as nama_satker, max(nama_penyedia) as nama_penyedia,
    max(no_kontrak) as no_kontrak, max(nilai_kontrak_sen) as nilai_serah_sen, min(tgl_bast) as tgl_serah_terima
  from serah_terima
  where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer) and no_bast <> '' and substr(tgl_bast, 1, 10) <= :tahun || '-12-31'
  group by kd_tender, kd_nontender
), bayar as (
  select kd_tender, kd_nontender, sum(besar_pembayaran_sen) as dibayar_sen from (
    select distinct kd_tender, kd_nontender, no_bap, tgl_bap, besar_pembayaran_sen from serah_terima
    where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer) and substr(tgl_bap, 1, 10) <= :tahun || '-12-31' and no_bap <> ''
  ) group by kd_tender, kd_nontender
), terakhir as (
  select kd_tender, kd_nontender, sum(nilai_kini_sen) as nilai_kontrak_sen
  from kontrak_terkini where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer) group by kd_tender, kd_nontender
)
select s.nama_paket, s.nama_satker, s.nama_penyedia, s.no_kontrak, s.tgl_serah_terima, coalesce(k.nilai_kontrak_sen, s.nilai_serah_sen) as nilai_kontrak_sen,
  coalesce(b.dibayar_sen, 0) as dibayar_sen, coalesce(k.nilai_kontrak_sen, s.nilai_serah_sen) - coalesce(b.dibayar_sen, 0) as belum_sen,
  s.kd_tender as kunci_tender, s.kd_nontender as kunci_nontender
from serah as s left join bayar as b on b.kd_tender = s.kd_tender and b.kd_nontender = s.kd_nontender
  left join terakhir as k on k.kd_tender = s.kd_tender and k.kd_nontender = s.kd_nontender
where coalesce(k.nilai_kontrak_sen, s.nilai_serah_sen) > coalesce(b.dibayar_sen, 0)
order by belum_sen desc, s.no_kontrak
