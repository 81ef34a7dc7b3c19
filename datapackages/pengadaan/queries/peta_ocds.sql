-- judul: Kolom mana yang sepadan dengan tiap jalur OCDS 1.1?
-- en: Which columns correspond to each OCDS 1.1 path?
-- pembaca: peneliti
-- nomor: 8
-- penjelasan: Peta dari jalur Open Contracting Data Standard ke tabel dan kolom rilis ini, menurut kamus kolom. Kolom _sen
--    dibagi seratus menjadi amount; mata uangnya IDR. Berkas paket OCDS dan Fiscal Data Package yang tervalidasi belum ada di
--    rilis ini.
-- explanation: From paths of the Open Contracting Data Standard to tables and columns of this release, by its dictionary.
--    A _sen column divided by one hundred is the amount; the currency is IDR. Validated OCDS packages and a Fiscal Data Package
--    are not in this release yet.
-- parameter: tabel (bawaan: semua; pilihan: select 'semua' union all select tabel from (select distinct tabel from kamus_kolom where jalur_ocds is not null order by 1))
-- butuh: kamus_kolom?jalur_ocds__notnull=1
-- dokumen: Peta data pengadaan ke OCDS; LKPP
-- document: Mapping of procurement data to OCDS; LKPP
-- kolom: nama_tabel; Tabel; Table; teks
-- baris: kamus_kolom?tabel={nama_tabel}&kolom={kolom}
select jalur_ocds, tabel as nama_tabel, kolom, tipe, satuan, keterangan
from kamus_kolom where jalur_ocds is not null and (:tabel = 'semua' or tabel = :tabel)
order by jalur_ocds, tabel, urutan
