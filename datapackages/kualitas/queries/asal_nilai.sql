-- judul: Dari berkas dan tempat mana sebuah nilai berasal?
-- en: From which file and place does a value come?
-- pembaca: peneliti
-- nomor: 7
-- penjelasan: Isian yang tidak berasal dari berkas utama barisnya, misalnya nilai penuh yang mengganti nilai bulat. Berkas
--    dan tempat semua isian lain ada di bagian Dari mana baris ini pada halaman barisnya. Kosongkan kunci untuk melihat
--    semuanya.
-- explanation: Values that do not come from their row's main file, such as a full amount replacing a rounded one. For all
--    other values the row's own page names file and place. Leave the key empty to see all.
-- parameter: tabel (bawaan: tender; pilihan: select distinct tabel from asal order by 1)
-- parameter: kunci (bawaan: ; teks:)
-- butuh: asal?tabel={tabel}
-- dokumen: Berkas pelengkap tabel {tabel}; instansi penerbit data ini
-- document: Files that complete table {tabel}; the institution that publishes these data
-- kolom: nomor_baris; Kunci baris; Key of the row; teks
-- baris: berkas_sumber?sha256={sha256}
select a.kunci as nomor_baris, a.kolom, a.lokasi, b.nama, b.sumber, b.url, b.diambil_pada, a.sha256
from asal as a left join (select sha256, max(nama) as nama, max(sumber) as sumber, max(url) as url, max(diambil_pada) as diambil_pada from berkas_sumber group by sha256) as b
  on b.sha256 = a.sha256
where a.tabel = :tabel and (:kunci = '' or a.kunci = :kunci)
order by a.kunci, a.kolom
