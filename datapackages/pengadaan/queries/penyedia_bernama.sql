-- judul: Apa saja yang dimenangkan sebuah perusahaan, dari siapa, lewat jalur mana, dan tender apa yang tidak dimenangkannya?
-- en: Everything a company won, from whom and through which channel, and the bids it lost
-- pembaca: jurnalis
-- nomor: 2
-- penjelasan: Cari dengan nama tanpa PT atau CV; tanda baca, spasi, dan huruf besar diabaikan. Nama yang sama belum tentu
--    perusahaan yang sama. Anggota konsorsium (KSO) ditampilkan tanpa nilai karena nilainya milik konsorsium. Peserta
--    tanpa harga hanya mendaftar. Jalur tender di sini dari nilai tender, bukan dari kontrak, supaya tidak terhitung dua kali.
-- explanation: Search by name without PT or CV; punctuation, spaces and capitals are ignored. The same name need not be
--    the same company. Consortium members are shown without a value, which belongs to the consortium. Participants
--    without a price only registered. Tenders come from tender values, not contracts, so nothing counts twice.
-- parameter: nama (bawaan: ; teks:)
-- butuh: (pelengkap) tender_nilai?nama_penyedia__notnull=1
-- dokumen: Data nilai tender selesai beserta nama pemenang dari SPSE; UKPBJ dan LPSE daerah
-- butuh: (pelengkap) non_tender_nilai?nama_penyedia__notnull=1
-- dokumen: Data nilai non tender selesai beserta nama penyedia dari SPSE; UKPBJ dan LPSE daerah
-- kolom: saluran; Jalur; Channel; teks
-- kolom: hasil; Hasil; Outcome; teks
-- kolom: nilai_sen; Nilai; Value; sen
-- baris: {tabel}?{kolom_kunci}={kunci}
with dicari as (
  select replace(replace(replace(' ' || replace(replace(upper(:nama), '.', ' '), ',', ' ') || ' ', ' PT ', ' '), ' CV ', ' '), ' ', '') as kata
), semua as (
  select 'Tender' as saluran, 'menang' as hasil, nama_penyedia, nama_klpd, nama_satker, tahun_anggaran, nilai_kontrak_sen as nilai_sen,
    'tender_nilai' as tabel, 'kd_tender' as kolom_kunci, kd_tender as kunci
  from tender_nilai
  union all
  select 'Non tender', 'dipilih', nama_penyedia, nama_klpd, nama_satker, tahun_anggaran, nilai_kontrak_sen, 'non_tender_nilai', 'kd_nontender', kd_nontender
  from non_tender_nilai
  union all
  select 'Pencatatan non tender', 'dibayar', nama_penyedia, nama_klpd, nama_satker, tahun_anggaran, nilai_realisasi_sen,
    'pencatatan_non_tender_realisasi', 'kd_nontender_pct', kd_nontender_pct
  from pencatatan_non_tender_realisasi
  union all
  select 'E-purchasing', 'dipesan', s.nama_penyedia, e.nama_klpd, e.nama_satker, e.tahun_anggaran, e.total_harga_sen, 'epurchasing', 'kd_paket', e.kd_paket
  from epurchasing as e join penyedia_ekatalog as s on s.kd_penyedia = e.kd_penyedia_v6
  union all
  select 'Kontrak', 'anggota KSO', anggota_kso, nama_klpd, nama_satker, tahun_anggaran, null, 'kontrak', 'no_kontrak', no_kontrak
  from kontrak where anggota_kso is not null
  union all
  select 'Tender', case when p.nilai_penawaran_sen > 0 then 'menawar, tidak menang' else 'hanya mendaftar' end, p.nama_penyedia,
    coalesce(p.nama_klpd, t.nama_klpd), coalesce(p.nama_satker, t.nama_satker), p.tahun_anggaran, p.nilai_penawaran_sen, 'peserta_tender', 'kd_peserta', p.kd_peserta
  from peserta_tender as p left join tender as t on t.kd_tender = p.kd_tender where coalesce(p.pemenang, 0) = 0
)
select s.nama_penyedia, s.saluran, s.hasil, s.nama_klpd, s.nama_satker, s.tahun_anggaran, s.nilai_sen, s.tabel, s.kolom_kunci, s.kunci
from semua as s join dicari as d
  on length(d.kata) >= 3 and instr(replace(replace(replace(upper(s.nama_penyedia), '.', ''), ',', ''), ' ', ''), d.kata) > 0
order by s.tahun_anggaran desc, s.saluran, s.hasil, s.kunci
