-- judul: Kueri teruji dan tabel tertaut apa yang ada di rilis, dan angka mana yang dapat diubah?
-- en: Which vetted queries and linked tables does the release hold, and which numbers can be changed?
-- pembaca: pengawas
-- nomor: 2
-- penjelasan: Tiap tanda adalah satu kueri utuh dengan rumus, parameter, dan pengecualiannya. Buka barisnya, salin kuerinya ke halaman
--    SQL, ubah angkanya, lalu bagikan alamatnya. Tabel tertaut ialah hasil kueri yang sudah dijalankan. Pertanyaan di
--    halaman ini juga demikian: parameternya ada di alamat.
-- explanation: Each sign is one full query with its formula, parameters and exclusions. Open its row, copy the query to the SQL
--    page, change the number and share the address. Linked tables are the results of queries already run. The questions of
--    this site work the same way: their parameters are in the address.
-- butuh: tanda_metode
-- dokumen: Cara tanda dihitung, beserta kuerinya; pengelola situs ini
-- document: How signs are computed, with their queries; the keeper of this site
-- butuh: (pelengkap) kamus_tabel
-- dokumen: Kamus tabel rilis ini; pengelola situs ini
-- document: Dictionary of the tables of this release; the keeper of this site
-- kolom: jenis_kueri; Jenis; Kind; teks
-- kolom: nama_kueri; Nama; Name; teks
-- kolom: yang_ditanyakan; Pertanyaan atau isi; Question or content; teks
-- kolom: nama_parameter; Parameter; Parameter; teks
-- kolom: nilai_parameter; Nilainya; Value; teks
-- kolom: arti_parameter; Artinya; Meaning; teks
-- kolom: banyak_baris; Banyaknya baris; Rows; bilangan
-- baris: {tabel}?{kolom_kunci}={kunci}
select m.nama as nama_kueri, 'kueri tanda' as jenis_kueri, m.pertanyaan as yang_ditanyakan, p.key as nama_parameter,
  json_extract(p.value, '$.nilai') as nilai_parameter, json_extract(p.value, '$.arti') as arti_parameter, m.jumlah_ditandai as banyak_baris,
  m.status, m.nama_en as nama_kueri_en, m.pertanyaan_en as yang_ditanyakan_en, json_extract(e.value, '$.arti') as arti_parameter_en,
  'tanda_metode' as tabel, 'tanda' as kolom_kunci, m.tanda as kunci
from tanda_metode as m left join json_each(m.parameter) as p left join json_each(m.parameter_en) as e on e.key = p.key
union all
select k.judul, 'tabel tertaut', k.keterangan, null, null, null,
  (select coalesce(max(cast(s.stat as integer)), 0) from sqlite_stat1 as s where s.tbl = k.tabel), null, k.judul_en, k.keterangan_en, null, 'kamus_tabel', 'tabel', k.tabel
from kamus_tabel as k where k.cara = 'turunan'
order by 2, 1, 4
