-- judul: Berkas mana yang ditarik ulang atau barisnya tergantikan, dan berapa barisnya?
-- en: Which files were pulled again or had rows superseded, and how many rows?
-- pembaca: peneliti
-- nomor: 4
-- penjelasan: Satu baris satu tarikan dari berkas yang ditarik ulang dengan isi berbeda, atau yang
--    sebagian barisnya tergantikan. Baris tergantikan kalah dari baris yang lebih baru atau lebih lengkap. Perubahan sel demi sel antara dua rilis memerlukan kedua rilisnya; di sini hanya yang dicatat
--    rilis ini.
-- explanation: One row per pull of a file that was pulled again with other content, or of which
--    rows were superseded. Superseded rows lost to newer or more complete ones. Cell-by-cell changes between two releases need both releases; here is what this release records.
-- butuh: berkas_sumber?tergantikan__gt=0
-- dokumen: Tarikan sebelumnya dari tabel yang diteliti; instansi penerbit data
-- document: Earlier pulls of the table under study; the institution that publishes these data
-- kolom: tabel_terisi; Tabel; Table; teks
-- kolom: tarikan_sebelum; Tarikan sebelumnya; Pull before; bilangan
-- kolom: masuk_sebelum; Baris masuk sebelumnya; Rows in before; bilangan
-- baris: berkas_sumber?tarikan={tarikan}&resource={tabel_terisi}
with urut as (
  select nama, resource, tarikan, masuk, terbit, tergantikan, ditahan, diambil_pada, sha256, count(*) over (partition by nama, resource) as banyak,
    lag(tarikan) over (partition by nama, resource order by tarikan) as tarikan_sebelum, lag(masuk) over (partition by nama, resource order by tarikan) as masuk_sebelum
  from berkas_sumber where resource <> ''
)
select nama, resource as tabel_terisi, tarikan, tarikan_sebelum, masuk_sebelum, masuk, terbit, tergantikan, ditahan, diambil_pada, sha256
from urut where banyak > 1 or tergantikan > 0 order by resource, nama, tarikan
