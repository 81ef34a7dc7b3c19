-- judul: Aset mana yang bernilai nol, tanpa asal perolehan, rusak berat, bernomor rangka ganda, atau tanah tanpa sertifikat?
-- en: Which assets have zero value, no acquisition, heavy damage, a chassis number recorded twice, or are land without a certificate?
-- pembaca: pengawas
-- nomor: 7
-- penjelasan: Baris kartu inventaris barang (KIB A sampai F) yang perlu dicek, menurut isian sumbernya. Kosong di sumber dihitung
--    tidak tercatat. Nomor rangka sendiri tidak terbit; rangka ganda dihitung sebelum terbit dan diambil dari tabel tanda.
-- explanation: Rows of the asset registers (KIB A to F) worth checking, as their source states them. Empty counts as not
--    recorded. Chassis numbers themselves are not published; duplicates were computed before publishing, in the signs table.
-- parameter: unit (bawaan: semua; pilihan: select 'semua' union all select nama_unit from (select nama_unit from kib_a union select nama_unit from kib_b union select nama_unit from kib_c union select nama_unit from kib_d union select nama_unit from kib_e union select nama_unit from kib_f order by 1) where nama_unit is not null)
-- parameter: masalah (pilihan: select 'tanah tanpa sertifikat' union all select 'nilai nol' union all select 'asal perolehan tidak tercatat' union all select 'rusak berat' union all select 'nomor rangka tercatat dua kali')
-- butuh: (pelengkap) kib_a
-- dokumen: Kartu inventaris barang A (tanah) beserta status sertifikat; BPKAD bidang aset
-- document: Asset register card A (land) with certificate status; asset division of the finance and asset agency
--    (BPKAD)
-- butuh: (pelengkap) kib_b
-- dokumen: Kartu inventaris barang B (peralatan dan mesin); BPKAD bidang aset
-- document: Asset register card B (equipment and machines); asset division of the finance and asset agency (BPKAD)
-- kolom: kartu; Kartu; Register; teks
-- baris: {tabel}?kode_lokasi={kode_lokasi}&pengenal={pengenal}&urutan={kunci_urutan}
with semua as (
  select 'KIB A' as kartu, 'kib_a' as tabel, kode_lokasi, nama_unit, pengenal, urutan, kode_barang, nama_barang, tahun_perolehan, asal_usul, nilai_perolehan_sen, null as kondisi, bersertifikat from kib_a
  union all select 'KIB B', 'kib_b', kode_lokasi, nama_unit, pengenal, urutan, kode_barang, nama_barang, tahun_perolehan, asal_usul, nilai_perolehan_sen, coalesce(kondisi_baku, kondisi), null from kib_b
  union all select 'KIB C', 'kib_c', kode_lokasi, nama_unit, pengenal, urutan, kode_barang, nama_barang, tahun_perolehan, asal_usul, nilai_perolehan_sen, coalesce(kondisi_baku, kondisi), null from kib_c
  union all select 'KIB D', 'kib_d', kode_lokasi, nama_unit, pengenal, urutan, kode_barang, nama_barang, tahun_perolehan, asal_usul, nilai_perolehan_sen, coalesce(kondisi_baku, kondisi), null from kib_d
  union all select 'KIB E', 'kib_e', kode_lokasi, nama_unit, pengenal, urutan, kode_barang, nama_barang, tahun_perolehan, asal_usul, nilai_perolehan_sen, coalesce(kondisi_baku, kondisi), null from kib_e
  union all select 'KIB F', 'kib_f', kode_lokasi, nama_unit, pengenal, urutan, kode_barang, nama_barang, tahun_perolehan, asal_usul, nilai_perolehan_sen, coalesce(kondisi_baku, kondisi), null from kib_f
)
select nama_barang, kartu, nama_unit, kode_barang, tahun_perolehan, asal_usul, nilai_perolehan_sen, kondisi, kode_lokasi, pengenal, urutan as kunci_urutan, tabel
from semua
where (:unit = 'semua' or nama_unit = :unit)
  and case :masalah
    when 'tanah tanpa sertifikat' then kartu = 'KIB A' and coalesce(bersertifikat, 0) = 0
    when 'nilai nol' then coalesce(nilai_perolehan_sen, 0) = 0
    when 'asal perolehan tidak tercatat' then asal_usul is null
    when 'nomor rangka tercatat dua kali' then tabel = 'kib_b' and exists (select 1 from tanda as t
      where t.tanda = 'rangka_ganda' and t.tabel = 'kib_b' and t.kunci = kode_lokasi || '|' || pengenal || '|' || urutan)
    else kondisi in ('RB', 'Rusak Berat', 'rusak_berat') end
order by kartu, nama_unit, pengenal, urutan
