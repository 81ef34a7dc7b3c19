-- judul: Kontrak mana yang nilainya tumbuh lewat adendum?
-- en: Which contracts grew through addenda?
-- pembaca: pengawas
-- nomor: 6
-- penjelasan: Nilai versi pertama dan versi terakhir tiap kontrak, dengan alasan yang ditulis PPK di sampingnya. Batas
--    persennya dipilih pembaca; dasar hukum batas kenaikan belum diverifikasi di sini. Perlu dicek, bukan bukti pelanggaran. Kontrak yang versi
--    awalnya tidak ada di rilis tidak ikut.
-- explanation: First and last recorded value of each contract, with the reason given beside it. The reader chooses the
--    percentage; the legal limit of growth is not verified here. To be checked, no proof of a breach. Contracts without their first
--    version in the release are left out.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from kontrak where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (bawaan: semua; pilihan: select 'semua' union all select tahun_anggaran from (select distinct tahun_anggaran from kontrak order by 1 desc))
-- parameter: persen (angka: 10)
-- butuh: kontrak?nama_klpd={badan}&apakah_addendum=1
-- dokumen: Data kontrak beserta semua adendumnya dari e-Kontrak SPSE; UKPBJ dan LPSE {badan}
-- kolom: nilai_awal_sen; Nilai awal; Original value; sen
-- kolom: nilai_akhir_sen; Nilai terakhir; Latest value; sen
-- kolom: kenaikan_sen; Kenaikan; Growth; sen
-- kolom: persen_kenaikan; Kenaikan dalam persen; Growth in percent; persen
-- kolom: banyak_adendum; Adendum terakhir; Latest addendum; bilangan
-- baris: kontrak?no_kontrak={no_kontrak}&nama_satker={nama_satker}
with urut as (
  select k.*, first_value(nilai_kontrak_sen) over w as nilai_awal_sen, first_value(versi_addendum) over w as versi_awal,
    row_number() over (partition by kd_tender, kd_nontender, no_kontrak order by versi_addendum desc) as nomor
  from kontrak as k where nama_klpd = :badan and (:tahun = 'semua' or tahun_anggaran = cast(:tahun as integer))
  window w as (partition by kd_tender, kd_nontender, no_kontrak order by versi_addendum)
)
select nama_paket, nama_satker, nama_penyedia, nilai_awal_sen, nilai_kontrak_sen as nilai_akhir_sen, nilai_kontrak_sen - nilai_awal_sen as kenaikan_sen,
  round(100.0 * (nilai_kontrak_sen - nilai_awal_sen) / nilai_awal_sen, 2) as persen_kenaikan, versi_addendum as banyak_adendum,
  alasan_addendum, alasan_nilai_kontrak_10_persen, no_kontrak
from urut
where nomor = 1 and versi_awal = 0 and nilai_awal_sen > 0 and (nilai_kontrak_sen - nilai_awal_sen) * 100 > nilai_awal_sen * cast(:persen as integer)
order by kenaikan_sen desc, no_kontrak
