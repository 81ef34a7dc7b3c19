-- judul: Bagaimana mengutip tiap tabel: lisensi, penerbit, cara dibuat, dan batas yang diketahui?
-- en: How to cite each table: licence, publisher, method and known limitations
-- pembaca: peneliti
-- nomor: 10
-- penjelasan: Satu baris satu tabel. Batas yang diketahui: baris yang ditahan karena melanggar aturan, kolom yang tidak terbit,
--    kolom yang sumbernya kadang hanya memberi nilai bulat, dan berkas tanpa tanggal pengambilan. Versi rilis untuk dikutip ada di
--    bawah. Lisensi yang tidak dinyatakan sumber disebut apa adanya. Catatan koreksi antar rilis belum ada di rilis ini.
-- explanation: One row per table. Known limitations: rows held for breaking a rule, columns that stay closed, columns that a
--    source sometimes gives rounded, and files without a retrieval date. The version to cite is below. A licence that a source
--    does not state is said to be so. A log of corrections between releases is not in this release yet.
-- parameter: dataset (bawaan: semua; pilihan: select 'semua' union all select dataset from (select distinct dataset from kamus_tabel order by 1))
-- butuh: kamus_tabel
-- dokumen: Lisensi dan metadata data ini; instansi penerbit data
-- document: Licence and metadata of these data; the institution that publishes these data
-- kolom: nama_tabel; Tabel; Table; teks
-- kolom: berkas; Berkas sumber; Source files; bilangan
-- kolom: baris_ditahan; Baris ditahan; Rows held; bilangan
-- kolom: kolom_bulat; Kolom yang kadang dibulatkan; Columns sometimes rounded; bilangan
-- kolom: tanpa_tanggal; Berkas tanpa tanggal pengambilan; Files without a retrieval date; bilangan
-- kolom: diambil_akhir; Pengambilan terakhir; Last retrieved; teks
-- baris: kamus_tabel?tabel={nama_tabel}
with masuk as (
  select resource, count(*) as berkas, sum(ditahan) as baris_ditahan, sum(diambil_pada is null) as tanpa_tanggal, max(diambil_pada) as diambil_akhir
  from berkas_sumber where resource <> '' group by resource
), bulat as (
  select tabel, count(*) as kolom_bulat from kamus_kolom where kolom like '%\_dibulatkan' escape '\' group by tabel
)
select t.tabel as nama_tabel, t.judul, t.penerbit, t.lisensi, t.judul_lisensi, t.alamat_lisensi, t.cara, t.kunci_utama, coalesce(m.berkas, 0) as berkas,
  coalesce(m.baris_ditahan, 0) as baris_ditahan, t.kolom_tertutup, coalesce(b.kolom_bulat, 0) as kolom_bulat, coalesce(m.tanpa_tanggal, 0) as tanpa_tanggal, m.diambil_akhir,
  t.keterangan, t.judul_en, t.keterangan_en
from kamus_tabel as t left join masuk as m on m.resource = t.tabel left join bulat as b on b.tabel = t.tabel
where :dataset = 'semua' or t.dataset = :dataset
order by t.dataset, t.tabel
