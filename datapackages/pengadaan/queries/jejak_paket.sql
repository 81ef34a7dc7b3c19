-- judul: Satu paket dari baris anggaran sampai aset: apa yang tercatat pada tiap langkah, dan langkah mana yang tidak?
-- en: One package from budget line to asset: what each step records, and which steps are not recorded
-- pembaca: jurnalis
-- nomor: 3
-- penjelasan: Satu baris satu catatan pada satu langkah: rencana, pengumuman, peserta dan harganya, pemenang, kontrak dan tiap
--    adendumnya, SPMK, serah terima dan pembayaran, sampai barang di kartu inventaris. Langkah tanpa catatan tetap disebut
--    dengan keadaannya. Nilai antar langkah menyebut uang yang sama; jangan dijumlahkan. Kode paket ada di pertanyaan tentang
--    langkah tiap paket.
-- explanation: One row per record of a step: plan, announcement, participants and prices, winner, contract and each
--    addendum, start order, handover and payment, up to the item in the asset register. A step without a record is named
--    with its state. Values of different steps are the same money; do not add them up.
-- parameter: jalur (bawaan: tender; pilihan: select distinct jalur from paket order by 1)
-- parameter: kunci (contoh: select kunci from (select kunci from jejak where jalur = 'tender' and serah_terima = 'ada' limit 1) union all select kunci from (select kunci from jejak where jalur = 'tender' limit 1) union all select kunci from (select kunci from jejak limit 1) limit 1)
-- butuh: jejak?jalur={jalur}&kunci={kunci}
-- dokumen: Dokumen paket {kunci} ({jalur}): RUP, pengumuman, hasil pemilihan, kontrak dan adendum, SPMK, BAST; UKPBJ dan PPK badan pembelinya
-- document: Documents of package {kunci} ({jalur}): plan (RUP), notice, selection result, contract and addenda, order
--    to start (SPMK), handover record (BAST); procurement unit (UKPBJ) and contract officer (PPK) of the buying body
-- kolom: langkah; Langkah; Step; teks
-- kolom: keadaan_langkah; Keadaan; State; teks
-- kolom: uraian; Catatan; Record; teks
-- kolom: pihak; Pihak; Party; teks
-- kolom: tanggal; Tanggal; Date; tanggal
-- kolom: nilai_sen; Nilai; Value; sen
-- baris: {tabel}?{kolom_satu}={kunci_satu}&{kolom_dua}={kunci_dua}
with ini as (
  select * from jejak where jalur = :jalur and kunci = :kunci
), rencana as (
  select dari_tabel, dari_kunci, dicari, alasan, tersambung from hubungan where jenis = 'rup_paket' and ke_tabel = :jalur and ke_kunci = :kunci
), langkah as (
  select 1 as nomor, '1 anggaran' as langkah, anggaran as keadaan_langkah from ini
  union all select 2, '2 rencana (RUP)', rup from ini
  union all select 3, '3 pengumuman', pengumuman from ini
  union all select 4, '4 peserta dan penawaran', case when jalur = 'tender' then 'tidak tercatat' else 'tidak berlaku' end from ini
  union all select 5, '5 pemenang atau penyedia', pemenang from ini
  union all select 6, '6 kontrak dan adendum', kontrak from ini
  union all select 7, '7 surat perintah mulai kerja', spmk from ini
  union all select 8, '8 serah terima dan pembayaran', serah_terima from ini
  union all select 9, '9 aset', aset from ini
), isi as (
  select 1 as nomor, b.dari_kunci as uraian, null as pihak, null as tanggal, null as nilai_sen, 'hubungan' as tabel, 'jenis' as kolom_satu,
    'anggaran_rup' as kunci_satu, 'ke_kunci' as kolom_dua, b.ke_kunci as kunci_dua
  from (select distinct h.dari_kunci, h.ke_kunci from rencana as r
    join hubungan as h on h.jenis = 'anggaran_rup' and h.ke_tabel = r.dari_tabel and h.ke_kunci = r.dari_kunci and h.tersambung = 1
    where r.tersambung = 1) as b
  union all
  select 2, coalesce(p.nama_paket, 'RUP tidak ditemukan: ' || r.dicari), p.nama_satker, substr(p.tgl_pengumuman_paket, 1, 10), 100 * p.pagu, r.dari_tabel,
    'kd_rup', coalesce(nullif(r.dari_kunci, ''), r.dicari), '', ''
  from rencana as r left join rup_penyedia as p on p.kd_rup = r.dari_kunci where r.dari_tabel = 'rup_penyedia' and (r.tersambung = 1 or r.dicari <> '')
  union all
  select 2, coalesce(p.nama_paket, 'RUP tidak ditemukan: ' || r.dicari), p.nama_satker, substr(p.tgl_pengumuman_paket, 1, 10), 100 * p.pagu, r.dari_tabel,
    'kd_rup', coalesce(nullif(r.dari_kunci, ''), r.dicari), '', ''
  from rencana as r left join rup_swakelola as p on p.kd_rup = r.dari_kunci where r.dari_tabel = 'rup_swakelola' and (r.tersambung = 1 or r.dicari <> '')
  union all
  select 3, p.nama_paket, p.nama_satker, p.tanggal_pengumuman, coalesce(p.hps_sen, p.pagu_sen), 'paket', 'jalur', p.jalur, 'kunci', p.kunci
  from paket as p where p.jalur = :jalur and p.kunci = :kunci and exists (select 1 from ini where pengumuman = 'ada')
  union all
  select case when t.peran in ('penawar', 'peserta_terdaftar') then 4 else 5 end,
    replace(t.peran, '_', ' ') || case when t.nilai_dari is not null then ' (' || replace(t.nilai_dari, '_', ' ') || ')' else '' end,
    coalesce(s.nama, 'nama tidak tercatat di sumber'), null, t.nilai_sen, 'partisipasi', 'proses_kunci', t.proses_kunci, 'id_penyedia', t.id_penyedia
  from partisipasi as t left join penyedia as s on s.id_penyedia = t.id_penyedia
  where t.proses_tabel = :jalur and t.proses_kunci = :kunci and t.peran <> 'penyedia_kontrak'
  union all
  select 6, k.no_kontrak || case when k.versi_addendum > 0 then ', adendum ' || k.versi_addendum else '' end, k.nama_penyedia, k.tgl_kontrak, k.nilai_kontrak_sen,
    'kontrak', 'no_kontrak', k.no_kontrak, 'versi_addendum', k.versi_addendum
  from kontrak as k where k.kd_tender = case when :jalur = 'tender' then :kunci else '' end and k.kd_nontender = case when :jalur = 'non_tender' then :kunci else '' end
    and :jalur in ('tender', 'non_tender')
  union all
  select 7, m.no_spmk_spp, m.nama_penyedia, m.tgl_mulai_pekerjaan, null, 'spmk', 'kd_tender', m.kd_tender, 'kd_nontender', m.kd_nontender
  from spmk as m where m.kd_tender = case when :jalur = 'tender' then :kunci else '' end and m.kd_nontender = case when :jalur = 'non_tender' then :kunci else '' end
    and :jalur in ('tender', 'non_tender')
  union all
  select distinct 8, 'BAST ' || m.no_bast, m.nama_penyedia, m.tgl_bast, null, 'serah_terima', 'kd_tender', m.kd_tender, 'kd_nontender', m.kd_nontender
  from serah_terima as m where m.no_bast <> '' and m.kd_tender = case when :jalur = 'tender' then :kunci else '' end and m.kd_nontender = case when :jalur = 'non_tender' then :kunci else '' end
    and :jalur in ('tender', 'non_tender')
  union all
  select distinct 8, 'BAP ' || m.no_bap, m.nama_penyedia, m.tgl_bap, m.besar_pembayaran_sen, 'serah_terima', 'kd_tender', m.kd_tender, 'kd_nontender', m.kd_nontender
  from serah_terima as m where m.no_bap <> '' and m.kd_tender = case when :jalur = 'tender' then :kunci else '' end and m.kd_nontender = case when :jalur = 'non_tender' then :kunci else '' end
    and :jalur in ('tender', 'non_tender')
  union all
  select distinct 9, a.tabel || ' ' || a.pengenal || ' (' || replace(a.metode, '_', ' ') || ', skor ' || a.skor || ')', null, null, null, a.tabel, 'kode_lokasi', a.kode_lokasi,
    'pengenal', a.pengenal
  from aset_kontrak as a where :jalur = 'tender' and a.kd_tender = :kunci or :jalur = 'non_tender' and a.kd_nontender = :kunci
)
select l.langkah, case when i.nomor is not null and (l.nomor <> 2 or l.keadaan_langkah = 'ada') then 'ada' else l.keadaan_langkah end as keadaan_langkah,
  i.uraian, i.pihak, i.tanggal, i.nilai_sen, coalesce(i.tabel, 'jejak') as tabel, coalesce(i.kolom_satu, 'jalur') as kolom_satu,
  coalesce(i.kunci_satu, :jalur) as kunci_satu, coalesce(i.kolom_dua, 'kunci') as kolom_dua, coalesce(i.kunci_dua, :kunci) as kunci_dua
from langkah as l left join isi as i on i.nomor = l.nomor
order by l.nomor, i.tanggal, i.nilai_sen is null, i.nilai_sen, i.uraian, i.pihak
