-- judul: Berapa kasus penyakit yang dilaporkan tiap bulan, dan bulan mana yang ditutup atau tidak tercatat?
-- en: How many cases of a disease were reported each month, and which months are closed or not recorded?
-- pembaca: peneliti
-- nomor: 9
-- penjelasan: Kasus yang dilaporkan, bukan semua yang sakit. "Ditutup": jumlahnya 1 sampai 9, atau ditutup supaya jumlah lain tidak dapat
--    dihitung. "Tidak tercatat": tidak ada barisnya, jadi bukan nol. Bulan setahun memuat jumlah bulan yang dilaporkan. Tidak ada
--    angka di bawah kabupaten/kota. Naik atau turunnya laporan tidak menerangkan sebabnya.
-- explanation: Cases reported, not all who fell ill. "Ditutup" (closed): the count is 1 to 9, or is closed so that others cannot
--    be worked out. "Tidak tercatat" (not recorded): there is no row, so it is not zero. The row of the year adds up the months
--    reported. There is no figure below the regency. A rise or fall of reports does not tell its cause.
-- parameter: penyakit (pilihan: select distinct kode_icd10 from kasus_penyakit order by 1)
-- parameter: wilayah (bawaan: Kalimantan Timur; pilihan: select nama_wilayah from kasus_penyakit group by 1 order by min(kode_wilayah))
-- parameter: tahun (pilihan: select distinct tahun from kasus_penyakit order by 1 desc)
-- butuh: kasus_penyakit?tahun={tahun}&kode_icd10={penyakit}&nama_wilayah={wilayah}
-- dokumen: Laporan surveilans terpadu penyakit tahun {tahun}, jumlah kasus per bulan menurut kabupaten/kota; Dinas Kesehatan provinsi
-- document: Integrated disease surveillance report of {tahun}, cases by month and regency; provincial health office (Dinas
--    Kesehatan)
-- kolom: bulan; Bulan; Month; teks
-- kolom: keadaan; Keadaan; State; teks
-- baris: kasus_penyakit?tahun={tahun}&kode_icd10={penyakit}&nama_wilayah={wilayah}&bulan={bulan}
-- grafik: {"mark": "bar", "encoding": {"y": {"field": "bulan", "type": "nominal", "sort": null}, "x": {"field": "jumlah",
--    "type": "quantitative"}}}
with bulan_bulan(bulan) as (values ('01'), ('02'), ('03'), ('04'), ('05'), ('06'), ('07'), ('08'), ('09'), ('10'), ('11'), ('12'), ('setahun'))
select b.bulan, k.nama_penyakit, k.jumlah,
  case when k.bulan is null then 'tidak tercatat' when k.jumlah_ditutup = 1 then 'ditutup' else 'terbit' end as keadaan,
  case when k.bulan is null then 'not recorded' when k.jumlah_ditutup = 1 then 'closed' else 'published' end as keadaan_en,
  k.jumlah_pelapor, k.jumlah_bulan
from bulan_bulan as b left join kasus_penyakit as k on k.bulan = b.bulan and k.tahun = cast(:tahun as integer)
  and k.kode_icd10 = :penyakit and k.nama_wilayah = :wilayah
order by b.bulan
