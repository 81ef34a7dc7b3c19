-- judul: Seberapa lengkap data pengadaan tiap jalur, badan, dan tahun sebelum dipakai?
-- en: How complete are the procurement data of each channel, body and year before you use them?
-- pembaca: peneliti
-- nomor: 9
-- penjelasan: Banyaknya paket tiap jalur, dan berapa di antaranya berisi tanggal, pagu, HPS penuh, HPS bulat, nilai, penyedia bernama,
--    daftar peserta, dan kode RUP. Baris yang ditahan atau tergantikan ada pada pertanyaan tentang kelengkapan tarikan.
-- explanation: Packages per channel, and how many have a date, a ceiling, a full or rounded estimate, a value, a named
--    supplier, participants and a plan code. For held and superseded rows see the question on completeness of the files.
-- parameter: tahun (bawaan: semua; pilihan: select 'semua' union all select tahun_anggaran from (select distinct tahun_anggaran from cakupan_rupiah where tahun_anggaran > 0 order by 1 desc))
-- butuh: cakupan_rupiah
-- dokumen: Data pengumuman dan hasil pengadaan semua jalur dari SPSE dan e-katalog; UKPBJ dan LPSE daerah
-- document: Notices and results of procurement through all channels, from SPSE and the e-catalogue; procurement units
--    (UKPBJ) and e-procurement services (LPSE) of the region
-- kolom: jumlah; Paket; Packages; bilangan
-- kolom: ada_tanggal; Tanggal; Date; bilangan
-- kolom: ada_pagu; Pagu; Ceiling; bilangan
-- kolom: hps_penuh; HPS penuh; Full estimate; bilangan
-- kolom: hps_bulat; HPS dibulatkan sumber; Rounded estimate; bilangan
-- kolom: ada_nilai; Nilai; Value; bilangan
-- kolom: ada_penyedia; Penyedia bernama; Named supplier; bilangan
-- kolom: ada_peserta; Daftar peserta; Participants; bilangan
-- kolom: ada_rup; Kode RUP; Plan code; bilangan
-- baris: paket?tahun_anggaran={tahun_anggaran}&nama_klpd={nama_klpd}&jalur={jalur}
-- grafik: {"mark": "bar", "transform": [{"fold": ["jumlah", "ada_nilai", "ada_penyedia", "ada_rup"], "as":
--    ["ukuran", "banyaknya"]}], "encoding": {"y": {"field": "jalur", "type": "nominal", "sort": null}, "x":
--    {"field": "banyaknya", "type": "quantitative", "aggregate": "sum"}, "yOffset": {"field": "ukuran", "type":
--    "nominal", "sort": null}, "color": {"field": "ukuran", "type": "nominal", "sort": null}}}
select tahun_anggaran, nama_klpd, jalur, count(*) as jumlah, count(tanggal_pengumuman) as ada_tanggal, count(pagu_sen) as ada_pagu,
  sum(hps_sen is not null and hps_dibulatkan = 0) as hps_penuh, sum(hps_sen is not null and hps_dibulatkan = 1) as hps_bulat, count(nilai_sen) as ada_nilai,
  sum(pemenang_bernama) as ada_penyedia, count(jumlah_penawar) as ada_peserta, sum(jumlah_rup > 0) as ada_rup
from paket
where :tahun = 'semua' or tahun_anggaran = cast(:tahun as integer)
group by tahun_anggaran, nama_klpd, jalur
order by tahun_anggaran desc, nama_klpd, jalur
