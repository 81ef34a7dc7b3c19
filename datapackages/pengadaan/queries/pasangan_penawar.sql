-- judul: Penawar mana yang sering bertemu, dan seberapa dekat harganya?
-- en: Which bidders meet often, and how close are their prices?
-- pembaca: pengawas
-- nomor: 5
-- penjelasan: Pasangan penawar yang memasukkan harga pada tender yang sama sekurang-kurangnya sekian kali; ejaan nama sudah
--    disatukan. Pasar kecil wajar mempertemukan penawar yang sama; harga sama, jarak harga tetap, atau menang bergantian perlu
--    dicek, bukan bukti. Hanya peserta yang memasukkan harga yang dihitung.
-- explanation: Pairs that priced the same tender at least so many times, with the spellings of each name joined. In a small
--    market the same bidders naturally meet; equal prices, fixed ratios or taking turns are to be checked and prove nothing.
--    Only participants with a priced offer count.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_klpd from paket where jalur = 'tender' and nama_klpd is not null and jumlah_penawar > 0 order by 1)
-- parameter: pasar (bawaan: semua; pilihan: select 'semua' union all select jenis_pengadaan from (select distinct jenis_pengadaan from paket where jalur = 'tender' and jenis_pengadaan is not null order by 1))
-- parameter: pertemuan (angka: 3)
-- butuh: paket?nama_klpd={badan}&jalur=tender&jumlah_penawar__gt=0
-- dokumen: Data peserta tender beserta harga penawaran dari SPSE; UKPBJ dan LPSE {badan}
-- kolom: penawar_1; Penawar; Bidder; teks
-- kolom: penawar_2; Penawar lain; Other bidder; teks
-- kolom: jumlah; Bertemu; Meetings; bilangan
-- kolom: harga_sama; Harga sama persis; Equal prices; bilangan
-- kolom: menang_1; Dimenangi yang pertama; Won by the first; bilangan
-- kolom: menang_2; Dimenangi yang lain; Won by the other; bilangan
-- kolom: rasio_tetap; Tender berjarak harga tetap; Tenders with fixed ratios; bilangan
-- kolom: selisih_terkecil; Selisih harga terkecil (persen); Smallest price gap (percent); persen
-- baris: partisipasi?id_penyedia={kunci_penyedia}&peran=penawar
with tawaran as (
  select r.proses_kunci as kunci, r.id_penyedia, min(r.nilai_sen) as nilai_sen,
    exists (select 1 from partisipasi as w where w.proses_tabel = 'tender' and w.proses_kunci = r.proses_kunci and w.id_penyedia = r.id_penyedia and w.peran = 'pemenang') as menang
  from paket as p join partisipasi as r on r.proses_tabel = 'tender' and r.proses_kunci = p.kunci and r.peran = 'penawar'
  where p.jalur = 'tender' and p.nama_klpd = :badan and (:pasar = 'semua' or p.jenis_pengadaan = :pasar) and r.nilai_sen > 0 and r.id_penyedia <> ''
  group by r.proses_kunci, r.id_penyedia
), pasangan as (
  select a.id_penyedia as satu, b.id_penyedia as dua, count(*) as jumlah, sum(a.nilai_sen = b.nilai_sen) as harga_sama, sum(a.menang) as menang_1, sum(b.menang) as menang_2,
    sum(exists (select 1 from tanda as t where t.tanda = 'rasio_tetap' and t.tabel = 'tender' and t.kunci = a.kunci)) as rasio_tetap,
    round(min(100.0 * abs(a.nilai_sen - b.nilai_sen) / min(a.nilai_sen, b.nilai_sen)), 2) as selisih_terkecil
  from tawaran as a join tawaran as b on b.kunci = a.kunci and b.id_penyedia > a.id_penyedia
  group by a.id_penyedia, b.id_penyedia
  having count(*) >= cast(:pertemuan as integer)
)
select s.nama as penawar_1, d.nama as penawar_2, p.jumlah, p.menang_1, p.menang_2, p.harga_sama, p.rasio_tetap, p.selisih_terkecil, p.satu as kunci_penyedia
from pasangan as p join penyedia as s on s.id_penyedia = p.satu join penyedia as d on d.id_penyedia = p.dua
order by p.jumlah desc, s.nama, d.nama, p.satu, p.dua
