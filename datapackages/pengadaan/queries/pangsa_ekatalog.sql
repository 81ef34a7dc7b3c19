-- judul: E-katalog: berapa bagian penyedia terbesar, dan berapa yang baru pertama kali muncul?
-- en: E-catalogue: the share of the largest suppliers, and of those seen for the first time
-- pembaca: peneliti
-- nomor: 13
-- penjelasan: Bagian nilai pesanan (tanpa yang batal; ejaan dan nomor penyedia disatukan) yang jatuh pada 1, 5, 10, dan 20 penyedia terbesar tiap satuan pemerintah dan tahun, tanpa
--    menyebut nama, dan pada penyedia yang belum muncul di tahun sebelumnya di rilis ini. Tahun pertama di rilis selalu seratus
--    persen baru. Harga satuan produk tidak ada di data ini.
-- explanation: Share of order value (cancelled ones left out; names and numbers of a supplier joined) of the 1, 5, 10 and 20 largest suppliers per body and year, without names, and of
--    suppliers not seen in an earlier year of this release. The first year is always all new. Unit prices are not in the data.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from epurchasing where nama_klpd is not null group by 1 order by 1)
-- butuh: epurchasing?nama_klpd={badan}
-- dokumen: Data paket e-purchasing beserta harga satuan produk; UKPBJ {badan} atau LKPP
-- document: E-purchasing packages with unit prices of products; procurement unit (UKPBJ) of {badan}, or LKPP
-- kolom: jumlah; Pesanan; Orders; bilangan
-- kolom: penyedia; Penyedia; Suppliers; bilangan
-- kolom: nilai_sen; Nilai pesanan; Order value; sen
-- kolom: persen_1; Penyedia terbesar; Largest supplier; persen
-- kolom: persen_5; Lima terbesar; Largest five; persen
-- kolom: persen_10; Sepuluh terbesar; Largest ten; persen
-- kolom: persen_20; Dua puluh terbesar; Largest twenty; persen
-- kolom: persen_baru; Pertama kali muncul; First seen this year; persen
-- baris: paket?nama_klpd={badan}&tahun_anggaran={tahun_anggaran}&jalur=epurchasing&keadaan__not=gagal_batal&nilai_sen__notnull=1
with penyedia_tahun as (
  select p.tahun_anggaran, t.id_penyedia, count(*) as pesanan, sum(p.nilai_sen) as nilai_sen, min(p.tahun_anggaran) over (partition by t.id_penyedia) as tahun_pertama
  from paket as p join partisipasi as t on t.proses_tabel = 'epurchasing' and t.proses_kunci = p.kunci
  where p.jalur = 'epurchasing' and p.nama_klpd = :badan and p.keadaan <> 'gagal_batal' and p.nilai_sen is not null
  group by p.tahun_anggaran, t.id_penyedia
), urut as (
  select *, row_number() over (partition by tahun_anggaran order by nilai_sen desc, id_penyedia) as nomor from penyedia_tahun
)
select tahun_anggaran, sum(pesanan) as jumlah, count(*) as penyedia, sum(nilai_sen) as nilai_sen,
  round(100.0 * sum(case when nomor <= 1 then nilai_sen end) / sum(nilai_sen), 2) as persen_1,
  round(100.0 * sum(case when nomor <= 5 then nilai_sen end) / sum(nilai_sen), 2) as persen_5,
  round(100.0 * sum(case when nomor <= 10 then nilai_sen end) / sum(nilai_sen), 2) as persen_10,
  round(100.0 * sum(case when nomor <= 20 then nilai_sen end) / sum(nilai_sen), 2) as persen_20,
  round(100.0 * sum(case when tahun_pertama = tahun_anggaran then nilai_sen else 0 end) / sum(nilai_sen), 2) as persen_baru
from urut
group by tahun_anggaran having sum(nilai_sen) > 0
order by tahun_anggaran desc
