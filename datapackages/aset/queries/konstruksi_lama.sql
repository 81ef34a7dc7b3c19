-- judul: Konstruksi dalam pengerjaan mana yang lebih tua dari dua tahun?
-- en: Which constructions in progress are older than two years?
-- pembaca: pengawas
-- nomor: 13
-- penjelasan: Baris KIB F (konstruksi dalam pengerjaan) yang tanggal mulainya, atau tanggal dokumennya bila mulai tidak tercatat,
--    sekurang-kurangnya dua tahun sebelum akhir tahun yang dipilih. Perlu dicek apakah memang belum selesai atau belum dipindah
--    ke KIB C atau D. Pendapatan gedung yang direhabilitasi tidak dapat dihitung dari data ini.
-- explanation: KIB F rows whose start date (else document date) lies at least two years before the end of the chosen year.
--    They may be unfinished, or finished and not yet moved to KIB C or D. Income of rehabilitated buildings is not in the data.
-- parameter: unit (bawaan: semua; pilihan: select 'semua' union all select nama_unit from (select distinct nama_unit from kib_f where nama_unit is not null order by 1))
-- parameter: tahun (pilihan: select distinct tahun_anggaran from paket where tahun_anggaran is not null order by 1 desc)
-- butuh: kib_f
-- dokumen: Kartu inventaris barang F (konstruksi dalam pengerjaan) beserta tanggal mulai dan nilai kontrak; BPKAD bidang aset
-- document: Asset register card F (construction in progress) with start date and contract value; asset division of
--    the finance and asset agency (BPKAD)
-- kolom: tgl_awal; Mulai atau dokumen; Start or document; tanggal
-- kolom: hari_umur; Umur sampai 31 Desember; Age on 31 December; hari
-- baris: kib_f?kode_lokasi={kode_lokasi}&pengenal={pengenal}&urutan={kunci_urutan}
with f as (
  select *, substr(coalesce(tanggal_mulai, tanggal_dokumen), 1, 10) as tgl_awal from kib_f
)
select nama_barang, nama_unit, alamat, tgl_awal, cast(julianday(:tahun || '-12-31') - julianday(tgl_awal) as integer) as hari_umur,
  nilai_perolehan_sen, asal_usul, nomor_dokumen, kode_lokasi, pengenal, urutan as kunci_urutan
from f
where (:unit = 'semua' or nama_unit = :unit) and tgl_awal <= (cast(:tahun as integer) - 2) || '-12-31'
order by tgl_awal, kode_lokasi, pengenal, urutan
