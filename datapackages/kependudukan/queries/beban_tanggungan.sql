-- judul: Berapa rasio ketergantungan dan jiwa per keluarga tiap kabupaten/kota?
-- en: What are the dependency ratio and people per household of each regency?
-- pembaca: peneliti
-- nomor: 11
-- penjelasan: Penduduk 0-14 dan 65 tahun ke atas per 100 penduduk 15-64 tahun, dan penduduk dibagi kepala keluarga. Kosong bila salah
--    satu bagiannya ditutup atau tidak ada di sumber. Menurut penduduk terdaftar, jadi dapat berbeda dari rasio BPS.
-- explanation: Inhabitants aged 0-14 and 65 and over per 100 aged 15-64, and inhabitants per head of family. Empty where a part is closed
--    or not in the source. By registered population, so it may differ from the ratio of BPS.
-- parameter: semester (pilihan: select periode from penduduk_wilayah where rasio_ketergantungan is not null group by 1 order by 1 desc)
-- butuh: penduduk_wilayah?periode={semester}&tingkat=kabupaten/kota
-- dokumen: Data agregat kependudukan (DKB): penduduk menurut umur, dan kepala keluarga; Dinas Kependudukan dan Pencatatan Sipil
-- document: Aggregate civil registry data (DKB): population by age, and heads of family; civil registry office (Dinas Kependudukan dan Pencatatan Sipil)
-- baris: penduduk_wilayah?periode={periode}&sumber_angka={sumber_angka}&kode_wilayah={kode_wilayah}
select kode_wilayah, nama_wilayah, tingkat, penduduk, kepala_keluarga, jiwa_per_kk, umur_0_14, umur_15_64, umur_65, rasio_ketergantungan, periode, sumber_angka
from penduduk_wilayah where periode = :semester and tingkat in ('provinsi', 'kabupaten/kota')
order by sumber_angka, kode_wilayah
