-- judul: Berapa bagian angka penduduk yang ditutup, dan apakah yang terbuka menjumlah?
-- en: What share of population figures is closed, and do the open ones add up?
-- pembaca: peneliti
-- nomor: 10
-- penjelasan: Sel yang ditutup per semester dan kelompok: yang kecil (kurang dari 5, atau 10 untuk kelompok sensitif) beserta
--    pelindungnya. Untuk semua kelompok bersama disebut berapa yang kecil dan berapa yang melindungi; sel mana tidak pernah disebut.
--    Selisih: jumlah yang dapat diperiksa dari yang terbuka dan tidak cocok di sumbernya.
-- explanation: Closed cells by semester and group: small ones (below 5, or 10 for sensitive groups) and those that protect them. For all
--    groups together it says how many are small and how many protect; which ones is never said. Differences: sums that can be
--    checked from open figures and do not agree in the source.
-- butuh: penduduk_penutupan
-- dokumen: Data agregat kependudukan (DKB); Dinas Kependudukan dan Pencatatan Sipil
-- document: Aggregate civil registry data (DKB); civil registry office (Dinas Kependudukan dan Pencatatan Sipil)
-- kolom: diperiksa; Jumlah yang dapat diperiksa; Sums that can be checked; bilangan
-- kolom: tidak_cocok; Jumlah yang selisih; Sums that differ; bilangan
-- baris: penduduk_penutupan?periode={periode}&sumber_angka={sumber_angka}&kelompok={kelompok}
select t.periode, t.sumber_angka, t.kelompok, t.sel, t.ditutup, t.persen_ditutup, t.primer, t.pelengkap, t.revisi_ditahan,
  (select count(*) from penduduk_periksa p where p.periode = t.periode and p.sumber_angka = t.sumber_angka
    and (t.kelompok = 'semua' or p.kelompok = t.kelompok) and p.hasil <> 'tertutup') as diperiksa,
  (select count(*) from penduduk_periksa p where p.periode = t.periode and p.sumber_angka = t.sumber_angka
    and (t.kelompok = 'semua' or p.kelompok = t.kelompok) and p.hasil = 'selisih') as tidak_cocok
from penduduk_penutupan as t order by t.periode desc, t.sumber_angka, t.kelompok <> 'semua', t.kelompok
