-- judul: Penawar mana yang sering bertemu, dan seberapa dekat harganya?
-- en: Which bidders meet often, and how close are their prices?
-- pembaca: pengawas
-- nomor: 5
-- penjelasan: Pasangan penawar yang memasukkan harga pada tender yang sama sekurang-kurangnya sekian kali. Pasar kecil wajar
--    mempertemukan penawar yang sama; harga sama atau tidak pernah menang perlu dicek, bukan bukti. Pasangan dikenali dari
--    kode penyedia di sumber.
-- explanation: Pairs that priced the same tender at least so many times. In a small market the same bidders naturally
--    meet; equal prices or never winning are to be checked and prove nothing. Pairs are known by the source's supplier code.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select t.nama_klpd from peserta_tender as p join tender as t on t.kd_tender = p.kd_tender group by 1 order by 1)
-- parameter: pertemuan (angka: 3)
-- butuh: peserta_tender?nilai_penawaran_sen__gt=0
-- dokumen: Data peserta tender beserta harga penawaran dari SPSE; UKPBJ dan LPSE {badan}
-- butuh: tender?nama_klpd={badan}
-- dokumen: Data pengumuman tender dari SPSE; UKPBJ dan LPSE {badan}
-- kolom: penawar_1; Penawar; Bidder; teks
-- kolom: penawar_2; Penawar lain; Other bidder; teks
-- kolom: jumlah; Bertemu; Meetings; bilangan
-- kolom: harga_sama; Harga sama persis; Equal prices; bilangan
-- kolom: salah_satu_menang; Salah satu menang; One of them won; bilangan
-- kolom: selisih_terkecil; Selisih harga terkecil (persen); Smallest price gap (percent); persen
-- baris: peserta_tender?kd_penyedia={kunci_penyedia}&nilai_penawaran_sen__gt=0
with tawaran as (
  select p.kd_tender, p.kd_penyedia, p.nama_penyedia, p.nilai_penawaran_sen, coalesce(p.pemenang, 0) as pemenang
  from peserta_tender as p join tender as t on t.kd_tender = p.kd_tender
  where t.nama_klpd = :badan and p.nilai_penawaran_sen > 0 and p.kd_penyedia is not null
)
select max(a.nama_penyedia) as penawar_1, max(b.nama_penyedia) as penawar_2, count(distinct a.kd_tender) as jumlah,
  sum(a.nilai_penawaran_sen = b.nilai_penawaran_sen) as harga_sama, sum(a.pemenang + b.pemenang > 0) as salah_satu_menang,
  round(min(100.0 * abs(a.nilai_penawaran_sen - b.nilai_penawaran_sen) / min(a.nilai_penawaran_sen, b.nilai_penawaran_sen)), 2) as selisih_terkecil,
  a.kd_penyedia as kunci_penyedia
from tawaran as a join tawaran as b on b.kd_tender = a.kd_tender and b.kd_penyedia > a.kd_penyedia
group by a.kd_penyedia, b.kd_penyedia
having count(distinct a.kd_tender) >= cast(:pertemuan as integer)
order by jumlah desc, a.kd_penyedia, b.kd_penyedia
