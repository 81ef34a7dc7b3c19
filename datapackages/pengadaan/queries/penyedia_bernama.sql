-- judul: Apa saja yang dimenangkan sebuah perusahaan, dari siapa, lewat jalur mana, dan tender apa yang tidak dimenangkannya?
-- en: Everything a company won, from whom and through which channel, and the bids it lost
-- pembaca: jurnalis
-- nomor: 2
-- penjelasan: Cari dengan nama tanpa PT atau CV; tanda baca, spasi, dan huruf besar diabaikan, dan semua ejaan penyedia
--    yang sama ikut ditemukan. Nama yang sama belum tentu perusahaan yang sama. Satu baris satu proses. Nilai hasil dan nilai kontrak
--    menyebut uang yang sama; jangan dijumlahkan. Anggota konsorsium (KSO) berbagi nilai konsorsium dan ditampilkan tanpa nilai.
--    Peserta tanpa harga hanya mendaftar.
-- explanation: Search by name without PT or CV; punctuation, spaces and capitals are ignored, and every spelling of the
--    same supplier is found. The same name need not be the same company. One row per process. The outcome's value and the
--    contract's are the same money. Consortium members share the consortium's value and are shown without one. Participants
--    without a price only registered.
-- parameter: nama (contoh: select s.nama from partisipasi as t join penyedia as s on s.id_penyedia = t.id_penyedia where t.peran = 'pemenang' and s.perorangan = 0 and s.nama <> '' limit 1)
-- butuh: partisipasi
-- dokumen: Data hasil tender, non tender, kontrak, dan e-purchasing beserta nama penyedianya; UKPBJ dan LPSE daerah
-- document: Results of tenders and non-tenders, contracts and e-purchasing, with supplier names; procurement units
--    (UKPBJ) and e-procurement services (LPSE) of the region
-- kolom: hasil; Hasil; Outcome; teks
-- kolom: nilai_sen; Nilai hasil; Value of the outcome; sen
-- kolom: kontrak_sen; Nilai kontrak; Contract value; sen
-- baris: partisipasi?proses_tabel={proses_tabel}&proses_kunci={kunci}&id_penyedia={kunci_penyedia}
with dicari as (
  select replace(replace(replace(' ' || replace(replace(upper(:nama), '.', ' '), ',', ' ') || ' ', ' PT ', ' '), ' CV ', ' '), ' ', '') as kata
), cocok as (
  select distinct a.id_penyedia from dicari as d join penyedia_alias as a
    on length(d.kata) >= 3 and instr(replace(replace(replace(upper(a.nama), '.', ''), ',', ''), ' ', ''), d.kata) > 0
), ikut as (
  select t.proses_tabel, t.proses_kunci, t.id_penyedia, max(t.tahun_anggaran) as tahun_anggaran,
    max(case t.peran when 'pemenang' then 9 when 'penyedia_realisasi' then 8 when 'penyedia_pesanan' then 7 when 'penyedia_kontrak' then 6 when 'penerima_sppbj' then 5
      when 'pesanan_batal' then 4 when 'anggota_kso' then 3 when 'penawar' then 2 else 1 end) as tingkat,
    max(case when t.peran = 'penyedia_kontrak' then t.nilai_sen end) as kontrak_sen, max(t.bagian) as bagian
  from cocok as c join partisipasi as t on t.id_penyedia = c.id_penyedia
  group by t.proses_tabel, t.proses_kunci, t.id_penyedia
), bernilai as (
  select i.*, case i.tingkat when 9 then 'menang' when 8 then 'dibayar' when 7 then 'dipesan' when 6 then 'berkontrak' when 5 then 'ditunjuk' when 4 then 'pesanan batal'
      when 3 then 'anggota KSO' when 2 then 'menawar, tidak menang' else 'hanya mendaftar' end as hasil,
    (select max(t.nilai_sen) from partisipasi as t where t.proses_tabel = i.proses_tabel and t.proses_kunci = i.proses_kunci and t.id_penyedia = i.id_penyedia
      and t.peran = case i.tingkat when 9 then 'pemenang' when 8 then 'penyedia_realisasi' when 7 then 'penyedia_pesanan' when 6 then 'penyedia_kontrak' when 5 then 'penerima_sppbj'
        when 4 then 'pesanan_batal' when 2 then 'penawar' end) as nilai_sen
  from ikut as i
)
select s.nama as nama_penyedia, b.proses_tabel, b.hasil, p.nama_klpd, p.nama_satker, p.nama_paket, b.tahun_anggaran, b.nilai_sen, b.kontrak_sen, b.bagian, b.proses_kunci as kunci,
  b.id_penyedia as kunci_penyedia
from bernilai as b join penyedia as s on s.id_penyedia = b.id_penyedia left join paket as p on p.jalur = b.proses_tabel and p.kunci = b.proses_kunci
order by b.tahun_anggaran desc, b.proses_tabel, b.hasil, b.proses_kunci, b.id_penyedia
