-- judul: Berapa cakupan perekaman KTP-el tiap kecamatan, semester demi semester?
-- en: How many have recorded their e-KTP in each district, semester by semester?
-- pembaca: peneliti
-- nomor: 9
-- penjelasan: Wajib KTP-el dan yang sudah merekam menurut Dukcapil, per kecamatan dan kabupaten/kota, untuk semua semester yang ada.
--    Angka yang kosong ditutup karena kecil atau untuk melindungi angka kecil. Penduduk terdaftar (de jure), bukan angka BPS.
-- explanation: People required to hold an e-KTP and those recorded, by district and regency, for all semesters at hand. Empty figures are
--    closed because they are small or protect a small one. Registered (de jure) population, not BPS figures.
-- parameter: wilayah (pilihan: select w.nama_wilayah from ektp_cakupan w where w.tingkat = 'kabupaten/kota' group by 1 order by min(w.kode_wilayah))
-- butuh: ektp_cakupan?tingkat=kecamatan
-- dokumen: Data agregat kependudukan (DKB): wajib KTP-el dan perekaman per kecamatan; Dinas Kependudukan dan Pencatatan Sipil
-- document: Aggregate civil registry data (DKB): e-KTP duty and recording by district; civil registry office (Dinas Kependudukan dan Pencatatan Sipil)
-- baris: ektp_cakupan?periode={periode}&sumber_angka={sumber_angka}&kode_wilayah={kode_wilayah}
select e.periode, e.kode_wilayah, e.nama_wilayah, e.tingkat, e.wajib_ktp, e.sudah_rekam, e.belum_rekam, e.persen_rekam, e.ditutup, e.sumber_angka
from ektp_cakupan as e
where e.kode_wilayah in (select kode_wilayah from ektp_cakupan where nama_wilayah = :wilayah)
  or (e.tingkat = 'kecamatan' and substr(e.kode_wilayah, 1, 5) in (select kode_wilayah from ektp_cakupan where nama_wilayah = :wilayah))
order by e.periode desc, e.sumber_angka, e.kode_wilayah
