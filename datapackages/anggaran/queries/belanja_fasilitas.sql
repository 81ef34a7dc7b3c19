-- judul: Mobil dinas, rumah jabatan, perjalanan, dan iklan: dianggarkan, direncanakan, dipesan, tercatat sebagai aset?
-- en: Official cars, residences, travel and adverts: budgeted, planned, ordered, registered as assets?
-- pembaca: jurnalis
-- nomor: 12
-- penjelasan: Empat langkah berdampingan per SKPD. Anggaran dipilih dari nama akun, rencana dan paket semua jalur dari nama paket, aset
--    dari golongan barang 1.3.2.02 (alat angkutan) dan hanya untuk mobil dinas. Langkah-langkah ini tidak disambung per
--    barang, jadi selisihnya bukan kesimpulan.
-- explanation: Four steps side by side per office. Budget lines are chosen by account name, plans and orders by package
--    title, assets by goods class 1.3.2.02 (vehicles), for cars only. The steps are not linked item by item, so a
--    difference proves nothing.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_pemda from anggaran order by 1)
-- parameter: tahun (pilihan: select distinct tahun_anggaran from anggaran order by 1 desc)
-- parameter: jenis (pilihan: select 'kendaraan' union all select 'perjalanan dinas' union all select 'iklan' union all select 'rumah jabatan' union all select 'rumah negara')
-- butuh: (pelengkap) anggaran?nama_pemda={badan}&tahun_anggaran={tahun}
-- dokumen: Penjabaran APBD beserta rincian akun per SKPD; BPKAD {badan}
-- document: Detailed budget (penjabaran APBD) with accounts per office (SKPD); finance and asset agency (BPKAD) of
--    {badan}
-- butuh: (pelengkap) rup_penyedia?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Rencana umum pengadaan melalui penyedia dari SiRUP; UKPBJ {badan} atau LKPP
-- document: Procurement plans through suppliers from SiRUP; procurement unit (UKPBJ) of {badan}, or LKPP
-- kolom: langkah; Langkah; Step; teks
-- kolom: satuan_kerja; Satuan kerja; Office; teks
-- kolom: jumlah; Banyaknya baris; Rows; bilangan
-- kolom: nilai_sen; Nilai; Value; sen
-- baris: {tabel}?{kolom_badan}={badan}&{kolom_satker}={satuan_kerja}&{kolom_tahun}={tahun}&{kolom_kata}={kunci_kata}&{kolom_lain}={kunci_lain}&{kolom_dua}={kunci_dua}
-- grafik: {"mark": "bar", "encoding": {"y": {"field": "langkah", "type": "nominal", "sort": null}, "x": {"field":
--    "nilai_sen", "type": "quantitative", "aggregate": "sum"}}}
with semua as (
  select '1 anggaran ' || tahapan as langkah, nama_skpd as satuan_kerja, nilai_sen, 'anggaran' as tabel, 'nama_pemda' as kolom_badan,
    'nama_skpd' as kolom_satker, 'tahun_anggaran' as kolom_tahun, 'nama_rekening__contains' as kolom_kata, :jenis as kunci_kata,
    'tahapan' as kolom_lain, tahapan as kunci_lain, '' as kolom_dua, '' as kunci_dua
  from anggaran where nama_pemda = :badan and tahun_anggaran = cast(:tahun as integer) and instr(lower(nama_rekening), lower(:jenis)) > 0
  union all
  select '2 rencana', nama_satker, 100 * pagu, 'rup_penyedia', 'nama_klpd', 'nama_satker', 'tahun_anggaran', 'nama_paket__contains', :jenis, '', '', '', ''
  from rup_penyedia where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer) and instr(lower(nama_paket), lower(:jenis)) > 0
  union all
  select '3 dipesan atau dikontrak, ' || replace(jalur, '_', ' ') || ' (' || replace(keadaan, '_', ' ') || ')', nama_satker, nilai_sen, 'paket', 'nama_klpd',
    'nama_satker', 'tahun_anggaran', 'nama_paket__contains', :jenis, 'jalur', jalur, 'keadaan', keadaan
  from paket where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer) and instr(lower(nama_paket), lower(:jenis)) > 0
  union all
  select '4 tercatat sebagai aset', nama_unit, nilai_perolehan_sen, 'kib_b', '', 'nama_unit', 'tahun_perolehan', 'kode_barang__startswith', '1.3.2.02.', '', '', '', ''
  from kib_b where :jenis = 'kendaraan' and tahun_perolehan = cast(:tahun as integer) and kode_barang like '1.3.2.02.%'
    and kode_lokasi in (select kode_lokasi from aset_lokasi where nama_badan = :badan)
)
select langkah, satuan_kerja, count(*) as jumlah, sum(nilai_sen) as nilai_sen, tabel, kolom_badan, kolom_satker, kolom_tahun, kolom_kata,
  kunci_kata, kolom_lain, kunci_lain, kolom_dua, kunci_dua
from semua
group by langkah, satuan_kerja, tabel, kolom_badan, kolom_satker, kolom_tahun, kolom_kata, kunci_kata, kolom_lain, kunci_lain, kolom_dua, kunci_dua
order by langkah, satuan_kerja
