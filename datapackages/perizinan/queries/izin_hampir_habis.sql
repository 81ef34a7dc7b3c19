-- judul: Izin badan usaha mana yang segera berakhir?
-- en: Which permits of legal entities are about to expire?
-- pembaca: pengawas
-- nomor: 14
-- penjelasan: Izin bertanggal akhir dalam sekian bulan sesudah hari register diambil (bila tidak tercatat: tanggal terbit terakhir di
--    register). Izin yang dicabut, tanpa tanggal akhir, atau milik orang perseorangan tidak ikut. Perpanjangan yang belum masuk
--    register tidak terlihat.
-- explanation: Permits that end within so many months of the day the register was retrieved (if not recorded, of the last date of issue
--    in it). Revoked permits, those without an end and those of natural persons are left out. A renewal not yet in the
--    register is not seen.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_klpd from izin order by 1)
-- parameter: bulan (angka: 6)
-- butuh: izin?nama_klpd={badan}
-- dokumen: Register izin badan usaha: nama, NIB, jenis izin, KBLI, tanggal terbit, dan akhir masa berlaku; DPMPTSP {badan}
-- document: Register of business permits: name, NIB, kind of permit, KBLI, date of issue and end of validity;
--    investment and one-stop service office (DPMPTSP) of {badan}
-- kolom: hari_tersisa; Hari tersisa; Days left; hari
-- baris: izin?nama_klpd={badan}&no_izin={no_izin}
with hari as (
  select substr(coalesce(max(b.diambil_pada), (select max(tanggal_terbit) from izin where nama_klpd = :badan)), 1, 10) as register
  from berkas_sumber as b where b.resource = 'izin' and b.diambil_pada <> ''
    and b.sha256 in (select asal_berkas from izin where nama_klpd = :badan)
)
select i.berlaku_sampai, cast(julianday(i.berlaku_sampai) - julianday(h.register) as integer) as hari_tersisa, i.nama_pelaku_usaha,
  i.jenis_izin, i.kbli, i.kab_kota, i.tanggal_terbit, i.status, i.no_izin
from izin as i join hari as h
where i.nama_klpd = :badan and i.berlaku_sampai >= h.register
  and i.berlaku_sampai <= date(h.register, '+' || cast(:bulan as integer) || ' months')
  and lower(coalesce(i.status, '')) not like '%cabut%'
  and lower(coalesce(i.status, '')) not like '%tidak berlaku%' and lower(coalesce(i.status, '')) not like '%batal%'
order by i.berlaku_sampai, i.nama_pelaku_usaha, i.no_izin
