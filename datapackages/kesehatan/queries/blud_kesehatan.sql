-- judul: Berapa rencana pengadaan fasilitas kesehatan yang dibiayai BLUD?
-- en: How much of the procurement plans of health facilities is paid by BLUD funds?
-- pembaca: pengawas
-- nomor: 8
-- penjelasan: Rencana pengadaan (RUP) satuan kerja berkode 1.02 atau yang sumber dananya BLUD, menurut sumber dana tiap baris anggarannya.
--    Anggaran BLUD muncul di APBD hanya sebagai satu baris; rencananya menunjukkan untuk apa. Rencana bukan belanja.
-- explanation: Procurement plans (RUP) of units coded 1.02 or paid by BLUD funds, by the funding source of each budget line. In the
--    budget BLUD spending is a single line; plans show what it is for. A plan is not spending.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_klpd from rup_anggaran order by 1)
-- parameter: tahun (pilihan: select distinct tahun_anggaran from rup_anggaran order by 1 desc)
-- butuh: rup_anggaran?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Rencana umum pengadaan beserta baris anggaran dan sumber dananya dari SiRUP; UKPBJ {badan} atau LKPP
-- document: Procurement plans with their budget lines and funding sources from SiRUP; procurement unit (UKPBJ) of {badan},
--    or LKPP
-- kolom: satuan_kerja; Satuan kerja; Office; teks
-- kolom: jumlah_rencana; Banyaknya rencana; Plans; bilangan
-- kolom: rencana; Nilai rencana; Planned value; rupiah
-- kolom: blud; Di antaranya BLUD; Of which BLUD; rupiah
-- kolom: persen_blud; Bagian BLUD; Share of BLUD; persen
-- baris: rup_anggaran?nama_klpd={badan}&tahun_anggaran={tahun}&kd_satker={kunci_satker}
-- grafik: {"mark": "bar", "encoding": {"y": {"field": "satuan_kerja", "type": "nominal", "sort": null}, "x": {"field":
--    "blud", "type": "quantitative"}}}
select min(a.nama_satker) as satuan_kerja, count(distinct a.kd_rup) as jumlah_rencana, sum(a.pagu) as rencana,
  sum(case when a.sumber_dana = 'BLUD' then a.pagu end) as blud,
  round(100.0 * sum(case when a.sumber_dana = 'BLUD' then a.pagu end) / nullif(sum(a.pagu), 0), 2) as persen_blud, a.kd_satker as kunci_satker
from rup_anggaran as a
where a.nama_klpd = :badan and a.tahun_anggaran = cast(:tahun as integer)
group by a.kd_satker
having min(a.kd_satker_str) like '1.02.%' or blud > 0
order by rencana desc, satuan_kerja
