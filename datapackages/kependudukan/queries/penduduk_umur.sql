-- judul: Berapa penduduk sebuah wilayah menurut umur dan jenis kelamin?
-- en: How many people live in a region, by age and sex?
-- pembaca: peneliti
-- nomor: 9
-- penjelasan: Penduduk terdaftar menurut kelompok umur lima tahunan untuk satu semester dan wilayah. Yang kosong ditutup. Kelompok 75+
--    memuat semua yang lebih tua.
-- explanation: Registered inhabitants by five-year age group for one semester and region. Empty figures are closed. Group 75+ has all
--    who are older.
-- parameter: wilayah (pilihan: select nama_wilayah from penduduk_wilayah where umur_0_14 is not null group by 1 order by min(kode_wilayah))
-- parameter: semester (pilihan: select periode from penduduk_rincian where kelompok = 'umur' group by 1 order by 1 desc)
-- butuh: penduduk_rincian?kelompok=umur&periode={semester}&nama_wilayah={wilayah}
-- dokumen: Data agregat kependudukan (DKB): penduduk menurut umur dan jenis kelamin {wilayah}; Dinas Kependudukan dan Pencatatan Sipil
-- document: Aggregate civil registry data (DKB): population by age and sex of {wilayah}; civil registry office (Dinas Kependudukan dan Pencatatan Sipil)
-- kolom: umur; Umur; Age; teks
-- kolom: laki_laki; Laki-laki; Male; bilangan
-- kolom: perempuan; Perempuan; Female; bilangan
-- kolom: keduanya; Jumlah; Total; bilangan
-- baris: penduduk_rincian?periode={periode}&sumber_angka={sumber_angka}&kode_wilayah={kode_wilayah}&kelompok=umur&kategori={umur}
-- grafik: {"mark": "bar", "encoding": {"y": {"field": "umur", "type": "nominal", "sort": null}, "x": {"field": "jiwa", "type": "quantitative"},
--    "color": {"field": "kelamin", "type": "nominal", "sort": null}, "yOffset": {"field": "kelamin"}}, "transform": [{"fold": ["laki_laki",
--    "perempuan"], "as": ["kelamin", "jiwa"]}]}
select r.kategori as umur, max(case when r.jenis_kelamin = 'L' then r.jumlah end) as laki_laki,
  max(case when r.jenis_kelamin = 'P' then r.jumlah end) as perempuan,
  max(case when r.jenis_kelamin = 'jumlah' then r.jumlah end) as keduanya, r.periode, r.kode_wilayah, r.sumber_angka
from penduduk_rincian as r
where r.kelompok = 'umur' and r.periode = :semester and r.nama_wilayah = :wilayah
group by r.sumber_angka, r.kode_wilayah, r.periode, r.kategori
order by r.sumber_angka, r.kode_wilayah, r.kategori desc
