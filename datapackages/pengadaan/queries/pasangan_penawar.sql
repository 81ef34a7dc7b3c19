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
-- document: Tender participants with bid prices from SPSE; procurement unit (UKPBJ) and e-procurement service (LPSE)
--    of {badan}
-- kolom: penawar_1; Penawar; Bidder; teks
-- kolom: penawar_2; Penawar lain; Other bidder; teks
-- kolom: jumlah; Bertemu; Meetings; bilangan
-- kolom: harga_sama; Harga sama persis; Equal prices; bilangan
-- kolom: menang_1; Dimenangi yang pertama; Won by the first; bilangan
-- kolom: menang_2; Dimenangi yang lain; Won by the other; bilangan
-- kolom: rasio_tetap; Tender berjarak harga tetap; Tenders with fixed ratios; bilangan
-- kolom: selisih_terkecil; Selisih harga terkecil (persen); Smallest price gap (percent); persen
-- baris: partisipasi?id_penyedia={kunci_penyedia}&peran=penawar
with rasio as (
  select a.id_penyedia as satu, b.id_penyedia as dua, count(distinct t.kunci) as rasio_tetap
  from tanda as t join paket as p on p.jalur = 'tender' and p.kunci = t.kunci
  join partisipasi as a on a.proses_tabel = 'tender' and a.proses_kunci = t.kunci and a.peran = 'penawar' and a.nilai_sen > 0 and a.id_penyedia <> ''
  join partisipasi as b on b.proses_tabel = 'tender' and b.proses_kunci = t.kunci and b.peran = 'penawar' and b.nilai_sen > 0 and b.id_penyedia > a.id_penyedia
  where t.tanda = 'rasio_tetap' and t.tabel = 'tender' and p.nama_klpd = :badan and (:pasar = 'semua' or p.jenis_pengadaan = :pasar)
  group by a.id_penyedia, b.id_penyedia
), bertemu as (
  select id_penyedia as satu, id_penyedia_lain as dua, sum(jumlah_bertemu) as jumlah, sum(harga_sama) as harga_sama, sum(menang_pertama) as menang_1,
    sum(menang_lain) as menang_2, round(min(selisih_terkecil), 2) as selisih_terkecil
  from pasangan where nama_klpd = :badan and (:pasar = 'semua' or jenis_pengadaan = :pasar)
  group by id_penyedia, id_penyedia_lain
  having sum(jumlah_bertemu) >= cast(:pertemuan as integer)
)
select s.nama as penawar_1, d.nama as penawar_2, p.jumlah, p.menang_1, p.menang_2, p.harga_sama, coalesce(r.rasio_tetap, 0) as rasio_tetap, p.selisih_terkecil, p.satu as kunci_penyedia
from bertemu as p join penyedia as s on s.id_penyedia = p.satu join penyedia as d on d.id_penyedia = p.dua
left join rasio as r on r.satu = p.satu and r.dua = p.dua
order by p.jumlah desc, s.nama, d.nama, p.satu, p.dua
