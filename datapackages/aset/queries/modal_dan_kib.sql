-- judul: Belanja modal dan aset yang bertambah, per golongan KIB
-- en: Capital spending and additions to the asset register, per register class
-- pembaca: pengawas
-- nomor: 8
-- penjelasan: Satu baris satu golongan KIB: anggaran belanja modal pada tahapan terakhir dan kontraknya, di samping barang yang
--    menurut kartunya diperoleh tahun itu. KIB F tidak punya rekening sendiri. Anggaran bukan realisasi, dan barang dapat dicatat di
--    tahun berikutnya; selisih perlu dicek, bukan kesimpulan.
-- explanation: One row per register class: the capital budget at its last stage and its contracts beside the items acquired that
--    year according to their cards. Class F has no account of its own. A budget is not spending and items may be booked a year
--    later; a gap is to be checked.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_badan from modal_kib where nama_badan is not null order by 1)
-- parameter: tahun (pilihan: select distinct tahun_anggaran from modal_kib where tahun_anggaran > 0 and anggaran_sen is not null union select distinct tahun_anggaran from paket where tahun_anggaran is not null order by 1 desc)
-- butuh: modal_kib?nama_badan={badan}&tahun_anggaran={tahun}
-- dokumen: Penjabaran APBD beserta rincian belanja modal, dan kartu inventaris barang A sampai F tahun {tahun}; BPKAD {badan}
-- document: Detailed budget (penjabaran APBD) with capital spending, and asset register cards A to F of {tahun};
--    finance and asset agency (BPKAD) of {badan}
-- kolom: barang; Barang yang diperoleh tahun itu; Items acquired that year; bilangan
-- kolom: aset_sen; Nilai perolehannya; Their value; sen
-- kolom: selisih_sen; Anggaran dikurangi aset; Budget minus assets; sen
-- baris: {tabel}?badan={kunci_badan}&tahun_anggaran={tahun}&kib={kib}
-- grafik: {"mark": "bar", "transform": [{"fold": ["anggaran_sen", "kontrak_sen", "aset_sen"], "as": ["ukuran",
--    "nilai_sen"]}], "encoding": {"y": {"field": "kib", "type": "nominal", "sort": null}, "x": {"field":
--    "nilai_sen", "type": "quantitative"}, "yOffset": {"field": "ukuran", "type": "nominal", "sort": null},
--    "color": {"field": "ukuran", "type": "nominal", "sort": null}}}
select k.kib, k.tahapan, k.anggaran_sen, k.jumlah_kontrak, k.kontrak_sen, k.barang_tersambung, k.aset_tersambung_sen, k.barang, k.barang_tanpa_nilai, k.aset_sen, k.selisih_sen,
  k.badan as kunci_badan,
  case when exists (select 1 from modal_rekening as r where r.badan = k.badan and r.tahun_anggaran = k.tahun_anggaran and r.kib = k.kib) then 'modal_rekening' else 'modal_kib' end as tabel
from modal_kib as k
where k.nama_badan = :badan and k.tahun_anggaran = cast(:tahun as integer)
order by k.kib
