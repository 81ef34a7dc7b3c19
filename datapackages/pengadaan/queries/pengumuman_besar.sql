-- judul: Tender besar apa yang terakhir diumumkan, dan berapa penawar berharganya?
-- en: Which large tenders were announced last, and how many priced bids did they get?
-- pembaca: jurnalis
-- nomor: 5
-- penjelasan: Tender dengan pagu sekurang-kurangnya nilai yang dipilih, terbaru lebih dulu. Penawar adalah peserta yang
--    memasukkan harga; yang lain hanya mendaftar. Kosong berarti daftar peserta tidak ada di rilis. Perubahan dan penghapusan
--    antar rilis ada di riwayat, bukan di sini.
-- explanation: Tenders with a ceiling of at least the chosen value, newest first. Bidders are participants with a price;
--    the rest only registered. Empty means the release has no participant list. Changes and removals between releases are
--    in the history, not here.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from tender where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from tender where tahun_anggaran is not null group by 1 order by 1 desc)
-- parameter: minimum (angka: 1000000000)
-- butuh: tender?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data pengumuman tender dari SPSE; UKPBJ dan LPSE {badan}
-- kolom: pendaftar; Pendaftar; Registered; bilangan
-- kolom: penawar; Penawar berharga; Priced bids; bilangan
-- baris: tender?kd_tender={kd_tender}
select t.nama_paket, t.nama_satker, t.tgl_pengumuman_tender, t.pagu_sen, coalesce(t.status_tender, t.tahap) as status_tender, t.mtd_pemilihan,
  count(p.kd_peserta) as pendaftar, case when count(p.kd_peserta) > 0 then sum(coalesce(p.nilai_penawaran_sen, 0) > 0) end as penawar,
  t.kd_tender
from tender as t left join peserta_tender as p on p.kd_tender = t.kd_tender
where t.nama_klpd = :badan and t.tahun_anggaran = cast(:tahun as integer) and t.pagu_sen >= 100 * cast(:minimum as integer)
group by t.kd_tender, t.tgl_pengumuman_tender, t.nama_paket, t.nama_satker, t.pagu_sen, t.status_tender, t.tahap, t.mtd_pemilihan
order by t.tgl_pengumuman_tender desc, t.kd_tender
