-- judul: Lapangan usaha apa yang paling banyak pelakunya di tiap kota?
-- en: Which business fields have most businesses in each city?
-- pembaca: peneliti
-- nomor: 9
-- penjelasan: Dari tabel silang DPMPTSP: banyaknya pelaku usaha per KBLI dijumlah atas semua kementerian pembinanya. Satu pelaku usaha
--    dapat tercatat di beberapa KBLI, jadi jumlah bukan banyaknya badan usaha. Berkas DKI Jakarta tidak memuat Jakarta Utara dan
--    tidak menyebut periodenya.
-- explanation: From pivot tables of licensing offices: businesses per field (KBLI), added up over its supervising ministries. One
--    business may stand under several fields, so a sum is not a number of firms. The file of DKI Jakarta lacks Jakarta
--    Utara and states no period.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_klpd from rekap_izin order by nama_klpd = 'Provinsi Kalimantan Timur' desc, 1)
-- parameter: banyak (angka: 10)
-- butuh: rekap_izin?nama_klpd={badan}
-- dokumen: Rekap pelaku usaha per KBLI dan kabupaten/kota; DPMPTSP {badan}
-- document: Counts of businesses by business field (KBLI) and city; investment and one-stop service office (DPMPTSP) of
--    {badan}
-- kolom: peringkat; Urutan di kotanya; Place in the city; bilangan
-- kolom: jumlah; Pelaku usaha; Businesses; bilangan
-- kolom: persen_kota; Persen dari jumlah kotanya; Percent of the city; persen
-- baris: rekap_izin?nama_klpd={badan}&periode={kunci_periode}&kab_kota={kab_kota}&kbli={kbli}
with banyaknya as (
  select periode, kab_kota, kbli, max(judul_kbli) as judul_kbli, sum(jumlah) as jumlah
  from rekap_izin where nama_klpd = :badan group by periode, kab_kota, kbli
), urut as (
  select *, row_number() over (partition by periode, kab_kota order by jumlah desc, kbli) as peringkat,
    sum(jumlah) over (partition by periode, kab_kota) as sekota
  from banyaknya
)
select kab_kota, periode, peringkat, kbli, judul_kbli, jumlah, case when sekota > 0 then round(100.0 * jumlah / sekota, 2) end as persen_kota,
  periode as kunci_periode
from urut where peringkat <= cast(:banyak as integer) and jumlah > 0
order by kab_kota, periode, peringkat
