-- judul: Apa arti, tipe, satuan, kunci, dan kode tiap kolom sebuah tabel?
-- en: What are the meaning, type, unit, key and codes of each column of a table?
-- pembaca: peneliti
-- nomor: 2
-- penjelasan: Kamus kolom rilis ini, sama dengan datapackage.json di halaman unduh, yang memuat semuanya sekali baca dengan
--    frictionless, pandas, R, atau DuckDB. Uang yang membawa sen ada pada kolom _sen (bilangan bulat, tepat); kolom tanpa _sen
--    hanya untuk dibaca. Kosong pada satuan atau kode berarti tidak berlaku.
-- explanation: The column dictionary of this release, the same as datapackage.json on the download page, which loads
--    everything in one call with frictionless, pandas, R or DuckDB. Money with sen is in the _sen column (exact integer); the
--    column without _sen is for reading only.
-- parameter: tabel (bawaan: tender; pilihan: select tabel from kamus_tabel order by 1)
-- butuh: kamus_kolom?tabel={tabel}
-- dokumen: Kamus data tabel {tabel}: arti, tipe, satuan, dan kode tiap kolom; instansi penerbit data ini
-- document: Data dictionary of table {tabel}: meaning, type, unit and codes of each column; the institution that
--    publishes these data
-- baris: kamus_kolom?tabel={tabel}&kolom={kolom}
select kolom, judul, keterangan, tipe, satuan, bagian_kunci, wajib, nilai_sah, rujukan, judul_di_sumber, jalur_ocds,
  judul_en, keterangan_en
from kamus_kolom where tabel = :tabel order by urutan
