-- judul: Apa yang terbaru di tiap sumber, dan kapan sumber itu terakhir diperbarui?
-- en: What is newest in each source, and when was that source last updated?
-- pembaca: pengawas
-- nomor: 9
-- penjelasan: Baris terbaru tiap sumber untuk satu badan, menurut tanggal kejadiannya (tender tanpa tanggal pengumuman: tanggal
--    paketnya dibuat), di samping tanggal pembaruan di sumber dan tanggal
--    berkasnya diambil. Alamat JSON halaman ini dapat diperiksa berkala; yang berubah atau hilang antara dua rilis belum dapat
--    ditanyakan di sini. Daftar hitam tidak dibatasi badannya.
-- explanation: The newest rows of each source for one body by date of event (tenders without an
--    announcement date: date of creation), beside the source's update date and the date its
--    file was retrieved. The JSON address of this page can be polled; rows changed or removed between two releases cannot
--    be asked for here yet. The blacklist is not limited to the body.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_klpd from paket where nama_klpd is not null order by 1)
-- parameter: banyak (angka: 10)
-- butuh: (pelengkap) paket?nama_klpd={badan}
-- dokumen: Data pengumuman dan hasil pengadaan dari SPSE dan e-katalog; UKPBJ dan LPSE {badan}
-- document: Notices and results of procurement from SPSE and the e-catalogue; procurement unit (UKPBJ) and
--    e-procurement service (LPSE) of {badan}
-- butuh: (pelengkap) rup_penyedia?nama_klpd={badan}
-- dokumen: Rencana umum pengadaan melalui penyedia dari SiRUP; UKPBJ {badan} atau LKPP
-- document: Procurement plans through suppliers from SiRUP; procurement unit (UKPBJ) of {badan}, or LKPP
-- butuh: (pelengkap) kontrak?nama_klpd={badan}
-- dokumen: Data kontrak dan adendum dari e-Kontrak SPSE; UKPBJ dan LPSE {badan}
-- document: Contracts and addenda from SPSE e-Kontrak; procurement unit (UKPBJ) and e-procurement service (LPSE) of
--    {badan}
-- butuh: (pelengkap) serah_terima?nama_klpd={badan}
-- dokumen: Data berita acara serah terima dari e-Kontrak SPSE; PPK tiap perangkat daerah {badan}
-- document: Handover records from SPSE e-Kontrak; contract officers (PPK) of each office of {badan}
-- kolom: sumber_baris; Sumber; Source; teks
-- kolom: tanggal; Tanggal kejadian; Date of event; tanggal
-- kolom: nama; Nama; Name; teks
-- kolom: nilai_baris_sen; Nilai; Value; sen
-- kolom: event_date; Diperbarui di sumber; Updated at the source; tanggal
-- kolom: diambil; Berkas diambil; File retrieved; tanggal
-- baris: {tabel}?{kolom_kunci}={kunci}&{kolom_lain}={kunci_lain}
with ada as (
  select 1 from paket where nama_klpd = :badan limit 1
), baru as (
  select * from (select '1 rencana (SiRUP)' as sumber_baris, substr(tgl_pengumuman_paket, 1, 10) as tanggal, nama_paket as nama, nama_satker, 100 * pagu as nilai_baris_sen,
    event_date, asal_berkas, 'rup_penyedia' as tabel, 'kd_rup' as kolom_kunci, kd_rup as kunci, '' as kolom_lain, '' as kunci_lain
    from rup_penyedia where nama_klpd = :badan and tgl_pengumuman_paket is not null order by tgl_pengumuman_paket desc, kd_rup limit cast(:banyak as integer))
  union all
  select * from (select '2 tender', substr(coalesce(tgl_pengumuman_tender, tanggal_status, tgl_buat_paket), 1, 10), nama_paket, nama_satker, pagu_sen,
    event_date, asal_berkas, 'tender', 'kd_tender', kd_tender, '', ''
    from tender where exists (select 1 from ada) and nama_klpd = :badan and coalesce(tgl_pengumuman_tender, tanggal_status, tgl_buat_paket) is not null
    order by coalesce(tgl_pengumuman_tender, tanggal_status, tgl_buat_paket) desc, kd_tender limit cast(:banyak as integer))
  union all
  select * from (select '3 non-tender', substr(tgl_pengumuman_nontender, 1, 10), nama_paket, nama_satker, pagu_sen,
    event_date, asal_berkas, 'non_tender', 'kd_nontender', kd_nontender, '', ''
    from non_tender where exists (select 1 from ada) and nama_klpd = :badan and tgl_pengumuman_nontender is not null order by tgl_pengumuman_nontender desc, kd_nontender limit cast(:banyak as integer))
  union all
  select * from (select '4 pesanan e-katalog', substr(tgl_order, 1, 10), rup_nama_pkt, nama_satker, total_harga_sen,
    event_date, asal_berkas, 'epurchasing', 'kd_paket', kd_paket, '', ''
    from epurchasing where exists (select 1 from ada) and nama_klpd = :badan and tgl_order is not null order by tgl_order desc, kd_paket limit cast(:banyak as integer))
  union all
  select * from (select case when versi_addendum > 0 then '5 adendum kontrak' else '5 kontrak' end, substr(tgl_kontrak, 1, 10), nama_paket, nama_satker, nilai_kontrak_sen,
    event_date, asal_berkas, 'kontrak', 'no_kontrak', no_kontrak, 'nama_satker', nama_satker
    from kontrak where exists (select 1 from ada) and nama_klpd = :badan and tgl_kontrak is not null order by tgl_kontrak desc, no_kontrak, versi_addendum limit cast(:banyak as integer))
  union all
  select * from (select '6 serah terima', tgl_bast, nama_paket, nama_satker, nilai_kontrak_sen,
    event_date, asal_berkas, 'serah_terima', 'no_bast', no_bast, 'nama_satker', nama_satker
    from serah_terima where exists (select 1 from ada) and nama_klpd = :badan and tgl_bast is not null and no_bast <> '' order by tgl_bast desc, no_bast, no_bap limit cast(:banyak as integer))
  union all
  select * from (select '7 daftar hitam (semua badan)', tanggal_berlaku, nama_penyedia, null, null,
    null, asal_berkas, 'daftar_hitam', 'kd_daftar_hitam', kd_daftar_hitam, '', ''
    from daftar_hitam where tanggal_berlaku is not null order by tanggal_berlaku desc, kd_daftar_hitam limit cast(:banyak as integer))
)
select b.nama, b.sumber_baris, b.tanggal, b.nama_satker, b.nilai_baris_sen, b.event_date,
  (select max(f.diambil_pada) from berkas_sumber as f where f.sha256 = b.asal_berkas) as diambil,
  b.tabel, b.kolom_kunci, b.kunci, b.kolom_lain, b.kunci_lain
from baru as b
order by b.sumber_baris, b.tanggal desc, b.kunci
