-- judul: Pemegang izin mana yang bernama sama dengan badan usaha di daftar hitam, dan izinnya belum tercatat berakhir?
-- en: Which permit holders bear the name of a blacklisted firm, with permits not recorded as ended?
-- pembaca: pengawas
-- nomor: 14
-- penjelasan: Nama dan bentuk usaha pemegang izin sama dengan yang tertulis di daftar hitam nasional; identitas lain di daftar itu
--    disamarkan dan register tidak memuat NPWP, jadi kesamaan nama hanya perlu dicek. Sanksi pengadaan tidak mencabut izin usaha.
--    Izin yang dicabut atau sudah berakhir pada hari register diambil tidak ikut; tanggal akhir yang kosong berarti tidak tercatat.
-- explanation: Name and legal form of the permit holder equal those on the national blacklist, whose other identifiers are masked, and
--    registers carry no tax number: an equal name is only to be checked. A procurement sanction does not revoke a
--    permit. Permits revoked or ended on the day the register was retrieved are left out; an empty end is not recorded.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_klpd from izin order by 1)
-- butuh: izin?nama_klpd={badan}
-- dokumen: Register izin badan usaha: nama, NIB, jenis izin, KBLI, tanggal terbit, dan akhir masa berlaku; DPMPTSP {badan}
-- document: Register of business permits: name, NIB, kind of permit, KBLI, date of issue and end of validity;
--    investment and one-stop service office (DPMPTSP) of {badan}
-- butuh: daftar_hitam
-- dokumen: Daftar hitam penyedia nasional; LKPP (daftar-hitam.inaproc.id)
-- document: National blacklist of suppliers; LKPP (daftar-hitam.inaproc.id)
-- kolom: nama_di_daftar; Nama di daftar hitam; Name on the blacklist; teks
-- kolom: metode; Cara menautkan; Method of the link; teks
-- kolom: sanksi_dari; Sanksi mulai; Sanction from; tanggal
-- kolom: sanksi_sampai; Sanksi berakhir; Sanction until; tanggal
-- baris: izin?nama_klpd={badan}&no_izin={no_izin}
with hari as (
  select substr(coalesce(max(b.diambil_pada), (select max(tanggal_terbit) from izin where nama_klpd = :badan)), 1, 10) as register
  from berkas_sumber as b where b.resource = 'izin' and b.diambil_pada <> ''
    and b.sha256 in (select asal_berkas from izin where nama_klpd = :badan)
)
select i.nama_pelaku_usaha, t.nama_tujuan as nama_di_daftar, t.metode, i.jenis_izin, i.no_izin, i.kab_kota, i.tanggal_terbit,
  i.berlaku_sampai, i.masa_berlaku, i.status, d.tanggal_berlaku as sanksi_dari, d.tanggal_selesai as sanksi_sampai, d.status_daftar_hitam,
  d.kd_daftar_hitam
from izin_tautan as t join izin as i on i.nama_klpd = t.nama_klpd and i.no_izin = t.no_izin and i.urutan = t.urutan
  join daftar_hitam as d on d.kd_daftar_hitam = t.ke_kunci join hari as h
where t.ke_tabel = 'daftar_hitam' and t.nama_klpd = :badan and coalesce(i.berlaku_sampai >= h.register, 1)
  and lower(coalesce(i.status, '')) not like '%cabut%'
  and lower(coalesce(i.status, '')) not like '%tidak berlaku%' and lower(coalesce(i.status, '')) not like '%batal%'
order by i.nama_pelaku_usaha, i.no_izin, d.kd_daftar_hitam
