-- judul: Berapa realisasi investasi tiap kabupaten/kota, sektor, dan triwulan?
-- en: How much was invested in each regency, sector and quarter?
-- pembaca: peneliti
-- nomor: 12
-- penjelasan: Realisasi menurut laporan perusahaan (LKPM) untuk satu tahun. PMA dalam ribu dolar AS dan PMDN dalam rupiah tidak
--    dijumlahkan: kursnya tidak ada di sumber. PMDN di sumber ditulis dalam juta rupiah. Kosong berarti tidak tercatat, 0 seperti di
--    sumber. Sektor seperti tertulis.
-- explanation: Investment as companies reported it (LKPM) for one year. Foreign investment (PMA) in thousands of US dollars and domestic
--    investment (PMDN) in rupiah are not added: no exchange rate is in the source, which writes PMDN in millions. Empty
--    is not recorded, 0 as in the source. Sectors as written.
-- parameter: tahun (pilihan: select distinct tahun from investasi order by 1 desc)
-- butuh: investasi?tahun={tahun}
-- dokumen: Realisasi investasi PMA dan PMDN per triwulan, kabupaten/kota, dan sektor (LKPM) tahun {tahun}; DPMPTSP provinsi
-- document: Realised foreign and domestic investment per quarter, regency and sector (LKPM) of {tahun}; investment
--    and one-stop service office (DPMPTSP) of the province
-- kolom: proyek_pma; Proyek PMA; Foreign projects; bilangan
-- kolom: nilai_pma_ribu_usd; PMA (ribu US$); Foreign (thousand US$); bilangan
-- kolom: proyek_pmdn; Proyek PMDN; Domestic projects; bilangan
-- kolom: nilai_pmdn_sen; PMDN; Domestic; sen
-- baris: investasi?tahun={tahun}&triwulan={triwulan}&kab_kota={kab_kota}&sektor={sektor}
select kab_kota, sektor, triwulan, max(case when status_penanaman_modal = 'PMA' then jumlah_proyek end) as proyek_pma,
  max(case when status_penanaman_modal = 'PMA' then nilai_pma_ribu_usd end) as nilai_pma_ribu_usd,
  max(case when status_penanaman_modal = 'PMDN' then jumlah_proyek end) as proyek_pmdn,
  max(case when status_penanaman_modal = 'PMDN' then nilai_pmdn_sen end) as nilai_pmdn_sen
from investasi where tahun = cast(:tahun as integer)
group by kab_kota, sektor, triwulan
order by kab_kota, sektor, triwulan
