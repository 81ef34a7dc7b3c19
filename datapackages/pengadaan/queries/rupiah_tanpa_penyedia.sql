-- judul: Berapa rupiah tahun ini yang penyedianya tidak bernama di data?
-- en: How many rupiah this year have no named supplier?
-- pembaca: jurnalis
-- nomor: 2
-- penjelasan: Per jalur pengadaan, nilai yang bernama penyedia dan yang tidak. Tanpa nama berarti tidak tercatat di sumber,
--    bukan berarti tidak ada penyedianya. Jalur dijumlah dari sumbernya masing-masing; jangan ditambah dengan nilai kontrak.
-- explanation: Per procurement channel, value with and without a named supplier. Unnamed means not recorded in the source,
--    not that there was none. Each channel is summed from its own source; do not add contract values to it.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from non_tender_nilai where nama_klpd is not null union select nama_klpd from tender_nilai where nama_klpd is not null order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from tender_nilai union select tahun_anggaran from non_tender_nilai order by 1 desc)
-- butuh: (pelengkap) tender_nilai?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data nilai tender selesai dari SPSE; UKPBJ dan LPSE {badan}
-- butuh: (pelengkap) non_tender_nilai?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data nilai non tender selesai dari SPSE; UKPBJ dan LPSE {badan}
-- butuh: (pelengkap) epurchasing?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data paket e-purchasing beserta daftar penyedia e-katalog; UKPBJ {badan} atau LKPP
-- kolom: saluran; Jalur; Channel; teks
-- kolom: jumlah; Banyaknya baris; Rows; bilangan
-- kolom: nilai_sen; Nilai; Value; sen
-- kolom: jumlah_tanpa_nama; Baris tanpa nama penyedia; Rows without a supplier's name; bilangan
-- kolom: nilai_tanpa_nama_sen; Nilai tanpa nama penyedia; Value without a supplier's name; sen
-- kolom: persen_tanpa_nama; Persen nilai tanpa nama; Percent of value without a name; persen
-- baris: {tabel}?nama_klpd={badan}&tahun_anggaran={tahun}
with semua as (
  select 'Tender' as saluran, 'tender_nilai' as tabel, nama_penyedia, nilai_kontrak_sen as nilai_sen from tender_nilai
  where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer)
  union all
  select 'Non tender', 'non_tender_nilai', nama_penyedia, nilai_kontrak_sen from non_tender_nilai
  where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer)
  union all
  select 'Pencatatan non tender', 'pencatatan_non_tender_realisasi', nama_penyedia, nilai_realisasi_sen from pencatatan_non_tender_realisasi
  where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer)
  union all
  select 'E-purchasing', 'epurchasing', s.nama_penyedia, e.total_harga_sen
  from epurchasing as e left join penyedia_ekatalog as s on s.kd_penyedia = e.kd_penyedia_v6
  where e.nama_klpd = :badan and e.tahun_anggaran = cast(:tahun as integer)
)
select saluran, count(*) as jumlah, sum(coalesce(nilai_sen, 0)) as nilai_sen, sum(nama_penyedia is null) as jumlah_tanpa_nama,
  sum(case when nama_penyedia is null then coalesce(nilai_sen, 0) else 0 end) as nilai_tanpa_nama_sen,
  case when sum(nilai_sen) > 0 then round(100.0 * sum(case when nama_penyedia is null then coalesce(nilai_sen, 0) else 0 end) / sum(nilai_sen), 2) end as persen_tanpa_nama,
  tabel
from semua
group by saluran, tabel
order by saluran
