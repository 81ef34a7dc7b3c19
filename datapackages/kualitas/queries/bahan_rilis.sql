-- judul: Rilis ini disusun dari berkas apa saja, supaya hasil penelitian dapat diulang?
-- en: Which files is this release made of, so that a result can be reproduced?
-- pembaca: peneliti
-- nomor: 3
-- penjelasan: Satu baris satu tabel yang diisi berkas sumber. Rilis yang sama selalu dihasilkan dari berkas, kode, dan kunci
--    yang sama; nomor tarikan terakhir dan SHA-256 tiap berkas menunjukkan bahannya. Versi rilis dan SHA-256 basis datanya ada
--    di kutipan di bawah; sebutkan keduanya, dan simpan basis datanya. Rilis lama tidak ada di dalam rilis ini.
-- explanation: One row per table filled from source files. The same files, code and key always give the same release; the
--    last pull and each file's SHA-256 show what it is made of. The release's version and the hash of its database are in the
--    citation below; cite both and keep the database. Older releases are not inside this one.
-- butuh: berkas_sumber?terbit__gt=0
-- dokumen: Berkas sumber rilis ini beserta tanggal pengambilannya; instansi penerbit data
-- document: Source files of this release with their dates of retrieval; the institution that publishes these data
-- kolom: tabel_terisi; Tabel; Table; teks
-- kolom: jumlah; Berkas; Files; bilangan
-- kolom: tarikan_awal; Tarikan pertama; First pull; bilangan
-- kolom: tarikan_akhir; Tarikan terakhir; Last pull; bilangan
-- kolom: terbit; Baris terbit; Rows published; bilangan
-- kolom: ditahan; Baris ditahan; Rows held; bilangan
-- kolom: tergantikan; Baris tergantikan; Rows superseded; bilangan
-- kolom: diambil_akhir; Pengambilan terakhir; Last retrieved; teks
-- kolom: tanpa_tanggal; Berkas tanpa tanggal pengambilan; Files without a retrieval date; bilangan
-- baris: berkas_sumber?resource={tabel_terisi}
select resource as tabel_terisi, count(*) as jumlah, min(tarikan) as tarikan_awal, max(tarikan) as tarikan_akhir, sum(terbit) as terbit, sum(ditahan) as ditahan,
  sum(tergantikan) as tergantikan, max(diambil_pada) as diambil_akhir, sum(diambil_pada is null) as tanpa_tanggal
from berkas_sumber where resource <> '' group by resource order by resource
