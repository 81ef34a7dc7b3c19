-- judul: Tabel apa saja yang dapat dikueri, berapa barisnya, setanggal berapa, dan di mana seluruh barisnya?
-- en: Which tables can be queried, how many rows do they hold, as of when, and where are all their rows?
-- pembaca: pengawas
-- nomor: 1
-- penjelasan: Satu baris satu tabel rilis. Semua tabel ada di satu basis data, jadi satu SELECT dapat menyambung semuanya. Di
--    halaman SQL waktu dan banyaknya baris dibatasi; hasil utuh satu tabel ada di alamat CSV-nya (halaman unduh), dan seluruh
--    basis data dapat diunduh lalu dikueri tanpa batas. Baris ditahan adalah baris sumber yang tidak lolos pemeriksaan.
-- explanation: One row per table of the release. All tables are in one database, so one SELECT can join them all. The SQL
--    page limits time and rows; all rows of one table are at its CSV address (download page), and the whole database can
--    be downloaded and queried without limits. Held rows are source rows that failed a check.
-- butuh: kamus_tabel
-- dokumen: Kamus tabel rilis ini; pengelola situs ini
-- document: Dictionary of the tables of this release; the keeper of this site
-- butuh: (pelengkap) berkas_sumber
-- dokumen: Daftar berkas sumber rilis ini; pengelola situs ini
-- document: List of source files of this release; the keeper of this site
-- kolom: judul; Tabel; Table; teks
-- kolom: nama_tabel; Nama tabel; Table name; teks
-- kolom: banyak_baris; Banyaknya baris; Rows; bilangan
-- kolom: banyak_berkas; Berkas sumber; Source files; bilangan
-- kolom: baris_ditahan; Baris ditahan; Held rows; bilangan
-- kolom: tanggal_data; Diambil terakhir; Last retrieved; tanggal
-- kolom: semua_baris; Semua baris (CSV); All rows (CSV); teks
-- baris: {nama_tabel}
with berkas as (
  select resource, count(distinct sha256) as banyak_berkas, sum(ditahan) as baris_ditahan, max(diambil_pada) as tanggal_data
  from berkas_sumber group by resource
), isi as (
  select tbl, max(cast(stat as integer)) as banyak_baris from sqlite_stat1 group by tbl
)
select k.judul, k.tabel as nama_tabel, k.dataset, k.cara, coalesce(i.banyak_baris, 0) as banyak_baris, k.jumlah_kolom, k.kunci_utama,
  b.banyak_berkas, b.baris_ditahan, b.tanggal_data, '/unduh/data/' || k.tabel || '.csv' as semua_baris,
  k.judul_en
from kamus_tabel as k left join isi as i on i.tbl = k.tabel left join berkas as b on b.resource = k.tabel
order by k.dataset, k.tabel
