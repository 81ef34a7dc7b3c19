-- judul: Apakah semua baris sumber sampai ke rilis, dan yang tidak sampai karena apa?
-- en: Did every source row reach the release, and if not, why?
-- pembaca: peneliti
-- nomor: 1
-- penjelasan: Satu baris satu berkas sumber tabel yang dipilih. Baris masuk selalu sama dengan terbit ditambah ditahan,
--    tergantikan, dan bukan data; kolom selisih membuktikannya. SHA-256 berkas ada di sampingnya, dan SHA-256 tabel ada di
--    halaman unduh.
-- explanation: One row per source file of the chosen table. Rows in always equal published plus held, superseded and not
--    data; the gap column proves it. The file's SHA-256 stands beside it, the table's on the download page.
-- parameter: tabel (bawaan: tender; pilihan: select resource from berkas_sumber where resource <> '' group by 1 order by 1)
-- butuh: berkas_sumber?resource={tabel}
-- dokumen: Berkas sumber tabel {tabel}; instansi penerbit data ini
-- document: Source files of table {tabel}; the institution that publishes these data
-- kolom: selisih; Selisih yang tidak dijelaskan; Unexplained gap; bilangan
-- baris: berkas_sumber?tarikan={tarikan}&resource={tabel}
select nama, sumber, putusan, masuk, terbit, ditahan, tergantikan, bukan_data,
  masuk - terbit - ditahan - tergantikan - bukan_data as selisih, diambil_pada, sha256, tarikan
from berkas_sumber
where resource = :tabel
order by tarikan
