-- judul: Berapa lama izin diproses, dan berapa yang lewat dari janji layanannya?
-- en: How long do permits take, and how many took longer than promised?
-- pembaca: pengawas
-- nomor: 12
-- penjelasan: Per jenis izin badan usaha, lama dari permohonan lengkap sampai terbit dalam satuan janjinya. Hari kerja adalah Senin
--    sampai Jumat tanpa mengurangi hari libur, jadi yang lewat sedikit perlu dicek dengan kalender. Janji diambil dari standar
--    pelayanan yang berlaku pada tanggal permohonan. Persen tidak dihitung dari kurang dari sepuluh izin.
-- explanation: By kind of permit of legal entities, from complete application to issue, in the unit of the promise. Working days are
--    Mondays to Fridays with holidays not taken off, so a small excess is to be checked against the calendar. The
--    promise is that of the service standard in force on the date of application. No percentage of fewer than ten permits.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_klpd from waktu_izin order by 1)
-- parameter: tahun (pilihan: select distinct tahun from waktu_izin order by 1 desc)
-- butuh: waktu_izin?nama_klpd={badan}&tahun={tahun}
-- dokumen: Register izin tahun {tahun} dengan tanggal permohonan lengkap dan tanggal terbit; DPMPTSP {badan}
-- document: Register of permits of {tahun} with dates of complete application and issue; investment and one-stop
--    service office (DPMPTSP) of {badan}
-- butuh: (pelengkap) janji_layanan?nama_klpd={badan}
-- dokumen: Standar pelayanan perizinan: waktu penyelesaian per jenis izin dan tanggal berlakunya; DPMPTSP {badan}
-- document: Service standard: processing time per kind of permit and the date it took effect; investment and
--    one-stop service office (DPMPTSP) of {badan}
-- kolom: jumlah; Izin; Permits; bilangan
-- kolom: hari_tengah; Hari, nilai tengah; Days, median; hari
-- kolom: hari_terlama; Hari terlama; Longest; hari
-- kolom: lewat; Lewat janji (perlu dicek); Longer than promised (to be checked); bilangan
-- kolom: persen_lewat; Persen lewat; Percent longer; persen
-- baris: waktu_izin?nama_klpd={badan}&tahun={tahun}&jenis_izin={jenis_izin}
with urut as (
  select *, row_number() over (partition by jenis_izin, hari_janji, satuan_hari, dasar order by hari_proses, no_izin, urutan) as ke,
    count(*) over (partition by jenis_izin, hari_janji, satuan_hari, dasar) as dari
  from waktu_izin where nama_klpd = :badan and tahun = cast(:tahun as integer)
)
select jenis_izin, hari_janji, satuan_hari, dasar, count(*) as jumlah,
  avg(case when ke in ((dari + 1) / 2, (dari + 2) / 2) then hari_proses end) as hari_tengah, max(hari_proses) as hari_terlama,
  sum(lewat_janji) as lewat, case when count(lewat_janji) >= 10 then round(100.0 * sum(lewat_janji) / count(lewat_janji), 1) end as persen_lewat
from urut group by jenis_izin, hari_janji, satuan_hari, dasar
order by jenis_izin, dasar
