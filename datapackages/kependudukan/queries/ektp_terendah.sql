-- judul: Di kecamatan mana perekaman KTP-el paling rendah?
-- en: In which districts is e-KTP recording lowest?
-- pembaca: jurnalis
-- nomor: 9
-- penjelasan: Kecamatan diurutkan menurut persen yang sudah merekam dari yang wajib, untuk satu semester. Kecamatan yang angkanya
--    ditutup tidak ikut diurutkan dan tidak ada di daftar. Cakupan rendah dapat berarti penduduk yang lama tidak tinggal di sana:
--    yang dihitung penduduk terdaftar.
-- explanation: Districts by the share of those recorded among those required, for one semester. Districts with closed figures are not
--    ranked and not listed. Low coverage may mean people who no longer live there: registered inhabitants are counted.
-- parameter: semester (pilihan: select periode from ektp_cakupan where persen_rekam is not null group by 1 order by 1 desc)
-- butuh: ektp_cakupan?periode={semester}&tingkat=kecamatan
-- dokumen: Data agregat kependudukan (DKB): wajib KTP-el dan perekaman per kecamatan; Dinas Kependudukan dan Pencatatan Sipil
-- document: Aggregate civil registry data (DKB): e-KTP duty and recording by district; civil registry office (Dinas Kependudukan dan Pencatatan Sipil)
-- kolom: kabupaten_kota; Kabupaten/kota; Regency or city; teks
-- baris: ektp_cakupan?periode={periode}&sumber_angka={sumber_angka}&kode_wilayah={kode_wilayah}
select e.kode_wilayah, e.nama_wilayah, k.nama_wilayah as kabupaten_kota, e.wajib_ktp, e.sudah_rekam, e.belum_rekam, e.persen_rekam, e.periode, e.sumber_angka
from ektp_cakupan as e left join ektp_cakupan as k
  on k.periode = e.periode and k.sumber_angka = e.sumber_angka and k.kode_wilayah = substr(e.kode_wilayah, 1, 5)
where e.periode = :semester and e.tingkat = 'kecamatan' and e.persen_rekam is not null
order by e.persen_rekam, e.kode_wilayah, e.sumber_angka
