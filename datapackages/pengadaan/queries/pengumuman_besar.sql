-- judul: Paket besar atau berpenawar tunggal apa yang terakhir diumumkan, ditetapkan, atau dipesan?
-- en: Which large or single-bidder packages were announced, awarded or ordered last?
-- pembaca: jurnalis
-- nomor: 5
-- penjelasan: Paket semua jalur dengan pagu (atau nilai, bila pagunya tidak tercatat) sekurang-kurangnya nilai yang
--    dipilih, dan tender berpenawar tunggal berapa pun nilainya; kejadian terbaru lebih dulu. Penawar adalah peserta yang
--    memasukkan harga; yang lain hanya mendaftar. Kosong berarti daftar peserta tidak ada di rilis. Perubahan dan penghapusan
--    antar rilis ada di riwayat, bukan di sini.
-- explanation: Packages of every channel with a ceiling (or a value, where no ceiling is recorded) of at least the chosen
--    amount, and single-bidder tenders of any value; latest event first. Bidders are participants with a price; the rest only
--    registered. Empty means the release has no participant list. Changes and removals between releases are in the history.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from cakupan_rupiah where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from cakupan_rupiah where tahun_anggaran > 0 group by 1 order by 1 desc)
-- parameter: minimum (angka: 1000000000)
-- butuh: paket?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data pengumuman dan hasil pengadaan semua jalur dari SPSE dan e-katalog; UKPBJ dan LPSE {badan}
-- document: Notices and results of procurement through all channels, from SPSE and the e-catalogue; procurement unit
--    (UKPBJ) and e-procurement service (LPSE) of {badan}
-- kolom: kejadian; Kejadian terakhir; Latest event; tanggal
-- baris: pertanyaan/jejak_paket?jalur={jalur}&kunci={kunci}
select nama_paket, jalur, nama_satker, nullif(max(coalesce(tanggal_pengumuman, ''), coalesce(tanggal_selesai, '')), '') as kejadian, tanggal_pengumuman, tanggal_selesai, pagu_sen, nilai_sen,
  status, metode, jumlah_pendaftar, jumlah_penawar, kunci
from paket
where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer) and (coalesce(pagu_sen, nilai_sen) >= 100 * cast(:minimum as integer) or jumlah_penawar = 1)
order by kejadian desc, jalur, kunci
