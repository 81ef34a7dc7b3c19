-- judul: Belanja modal dan aset yang bertambah, per SKPD
-- en: Capital spending and additions to the asset register, per office
-- pembaca: pengawas
-- nomor: 8
-- penjelasan: Anggaran belanja modal (5.2) pada tahapan terakhir yang ada di rilis, di samping nilai aset KIB A sampai F dengan tahun
--    perolehan yang sama (bila kosong: tahun dokumennya), untuk SKPD bernama sama. Nilai yang hanya tercatat bulat tidak
--    dijumlahkan. Anggaran bukan realisasi, dan aset bisa dicatat di tahun berikutnya; selisih
--    perlu dicek, bukan kesimpulan.
-- explanation: Capital budget (5.2) at the last stage in this release beside assets acquired in the same year (KIB A to F; if
--    empty: the year of the document), for offices of the same name. Values recorded only rounded are not added up. A budget is not spending and assets may be booked a year later; a gap is to be checked.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_pemda from anggaran order by 1)
-- parameter: tahun (pilihan: select distinct tahun_anggaran from anggaran union select distinct tahun_anggaran from paket where tahun_anggaran is not null order by 1 desc)
-- butuh: anggaran?nama_pemda={badan}&tahun_anggaran={tahun}
-- dokumen: Penjabaran APBD beserta rincian belanja modal per SKPD; BPKAD {badan}
-- document: Detailed budget (penjabaran APBD) with capital spending per office (SKPD); finance and asset agency
--    (BPKAD) of {badan}
-- butuh: kib_b?tahun_perolehan={tahun}
-- dokumen: Kartu inventaris barang A sampai F tahun perolehan {tahun}; BPKAD bidang aset {badan}
-- document: Asset register cards A to F, acquired in {tahun}; asset division of the finance and asset agency (BPKAD)
--    of {badan}
-- kolom: modal_sen; Anggaran belanja modal; Capital budget; sen
-- kolom: aset_sen; Aset tercatat tahun itu; Assets recorded for that year; sen
-- kolom: barang; Banyaknya barang; Items; bilangan
-- kolom: selisih_modal_sen; Modal dikurangi aset; Capital minus assets; sen
-- baris: anggaran?nama_pemda={badan}&tahun_anggaran={tahun}&tahapan={tahapan}&nama_skpd={nama_skpd}&kode_rekening__startswith=5.2.
-- grafik: {"mark": "bar", "transform": [{"fold": ["modal_sen", "aset_sen"], "as": ["ukuran", "nilai_sen"]}],
--    "encoding": {"y": {"field": "nama_skpd", "type": "nominal", "sort": null}, "x": {"field": "nilai_sen", "type":
--    "quantitative"}, "yOffset": {"field": "ukuran", "type": "nominal", "sort": null}, "color": {"field": "ukuran",
--    "type": "nominal", "sort": null}}}
with akhir as (
  select a.tahapan from anggaran as a left join tahapan_apbd as t on t.kode = a.tahapan
  where a.nama_pemda = :badan and a.tahun_anggaran = cast(:tahun as integer) order by t.urutan desc limit 1
), modal as (
  select nama_skpd, tahapan, sum(nilai_sen) as modal_sen from anggaran
  where nama_pemda = :badan and tahun_anggaran = cast(:tahun as integer) and tahapan = (select tahapan from akhir) and kode_rekening like '5.2.%'
  group by nama_skpd, tahapan
), pemilik as (
  select kode from wilayah where length(kode) = 2 and 'Provinsi ' || nama = :badan or length(kode) = 5 and replace(nama, 'Kabupaten ', 'Kab. ') = :badan
), aset as (
  select upper(nama_unit) as unit, count(*) as barang, sum(nilai_perolehan_sen) as aset_sen from (
    select nama_unit, kode_lokasi, case when coalesce(nilai_perolehan_dibulatkan, 0) = 0 then nilai_perolehan_sen end as nilai_perolehan_sen from kib_a
      where tahun_perolehan = cast(:tahun as integer) or tahun_perolehan is null and substr(tanggal_perolehan, 1, 4) = :tahun
    union all select nama_unit, kode_lokasi, case when coalesce(nilai_perolehan_dibulatkan, 0) = 0 then nilai_perolehan_sen end as nilai_perolehan_sen from kib_b
      where tahun_perolehan = cast(:tahun as integer) or tahun_perolehan is null and substr(tanggal_perolehan, 1, 4) = :tahun
    union all select nama_unit, kode_lokasi, case when coalesce(nilai_perolehan_dibulatkan, 0) = 0 then nilai_perolehan_sen end as nilai_perolehan_sen from kib_c
      where tahun_perolehan = cast(:tahun as integer) or tahun_perolehan is null and substr(coalesce(tanggal_perolehan, tanggal_dokumen), 1, 4) = :tahun
    union all select nama_unit, kode_lokasi, case when coalesce(nilai_perolehan_dibulatkan, 0) = 0 then nilai_perolehan_sen end as nilai_perolehan_sen from kib_d
      where tahun_perolehan = cast(:tahun as integer) or tahun_perolehan is null and substr(coalesce(tanggal_perolehan, tanggal_dokumen), 1, 4) = :tahun
    union all select nama_unit, kode_lokasi, case when coalesce(nilai_perolehan_dibulatkan, 0) = 0 then nilai_perolehan_sen end as nilai_perolehan_sen from kib_e
      where tahun_perolehan = cast(:tahun as integer) or tahun_perolehan is null and substr(tanggal_perolehan, 1, 4) = :tahun
    union all select nama_unit, kode_lokasi, case when coalesce(nilai_perolehan_dibulatkan, 0) = 0 then nilai_perolehan_sen end as nilai_perolehan_sen from kib_f
      where tahun_perolehan = cast(:tahun as integer) or tahun_perolehan is null and substr(coalesce(tanggal_perolehan, tanggal_dokumen, tanggal_mulai), 1, 4) = :tahun
  )
  where case when substr(kode_lokasi, 7, 2) = '00' then substr(kode_lokasi, 4, 2) else substr(kode_lokasi, 4, 5) end in (select kode from pemilik)
  group by 1
)
select m.nama_skpd, m.tahapan, m.modal_sen, a.aset_sen, a.barang, m.modal_sen - coalesce(a.aset_sen, 0) as selisih_modal_sen
from modal as m left join aset as a on a.unit = upper(m.nama_skpd)
order by m.nama_skpd
