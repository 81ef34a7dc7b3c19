-- judul: Pemenang mana yang namanya mirip penyedia bersanksi pada saat penetapan?
-- en: Which winners' names resemble a sanctioned firm's at the time of award?
-- pembaca: pengawas
-- nomor: 4
-- penjelasan: Nama mirip, bukan kepastian perusahaan yang sama. Nama penyedia yang sudah disatukan ejaannya dibandingkan dengan daftar
--    hitam, dan penetapan (atau pesanan) jatuh di antara mulai dan akhir sanksi. NPWP di daftar hitam disamarkan sumbernya, jadi
--    tidak dapat dipastikan: cocokkan kota, tanggal, dan status sanksi di sampingnya. Bila tanggal penetapan tidak tercatat di
--    sumber, yang dilihat tahun anggarannya. Perlu dicek.
-- explanation: Similar names, not certainly the same firm. Supplier names with their spellings joined are compared with the
--    blacklist, and the award (or order) falls between start and end of the sanction. The blacklist's tax numbers are masked,
--    so identity cannot be confirmed: compare city, dates and status beside each row. Where the source
--    states no award date, the budget year is used. To be checked.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_klpd from paket where nama_klpd is not null order by 1)
-- butuh: paket?nama_klpd={badan}&pemenang_bernama=1
-- dokumen: Data pemenang tender, kontrak, dan pesanan dari SPSE dan e-katalog; UKPBJ dan LPSE {badan}
-- document: Tender winners, contracts and orders from SPSE and the e-catalogue; procurement unit (UKPBJ) and
--    e-procurement service (LPSE) of {badan}
-- butuh: daftar_hitam
-- dokumen: Daftar hitam nasional penyedia beserta masa berlaku sanksi; LKPP
-- document: National blacklist of suppliers with the validity of each sanction; LKPP
-- kolom: nama_pemenang; Nama pemenang; Winner's name; teks
-- kolom: kota_pemenang; Kota pemenang; Winner's city; teks
-- kolom: tgl_menang; Ditetapkan atau dipesan; Award or order; tanggal
-- kolom: dasar_waktu; Sanksi berlaku; Sanction in force; teks
-- kolom: skor; Kemiripan nama; Similarity of names; bilangan
-- kolom: nilai_sen; Nilai; Value; sen
-- kolom: kab_kota; Kota di daftar hitam; City on the blacklist; teks
-- kolom: status_daftar_hitam; Status sanksi; Status of the sanction; teks
-- kolom: tanggal_berlaku; Sanksi mulai; Sanction from; tanggal
-- kolom: tanggal_selesai; Sanksi berakhir; Sanction until; tanggal
-- baris: jejak?jalur={kunci_jalur}&kunci={kunci}
with menang as (
  select r.id_penyedia, p.jalur, p.kunci, p.nama_paket, p.nama_satker, p.tahun_anggaran, p.nilai_sen,
    case when p.jalur = 'epurchasing' then p.tanggal_pengumuman else coalesce(p.tanggal_selesai, min(t.tgl_kontrak)) end as tgl_menang
  from paket as p join partisipasi as r on r.proses_tabel = p.jalur and r.proses_kunci = p.kunci
    left join kontrak_terkini as t on p.tanggal_selesai is null and ((p.jalur = 'tender' and t.kd_tender = p.kunci) or (p.jalur = 'non_tender' and t.kd_nontender = p.kunci))
  where p.nama_klpd = :badan and r.peran in ('pemenang', 'penyedia_kontrak', 'penyedia_pesanan', 'penyedia_realisasi')
    and r.id_penyedia in (select id_penyedia from nama_mirip_daftar_hitam)
  group by r.id_penyedia, p.jalur, p.kunci
)
select s.nama as nama_pemenang, coalesce(s.kabupaten, (select max(n.kab_kota_penyedia) from tender_nilai as n where m.jalur = 'tender' and n.kd_tender = m.kunci)) as kota_pemenang, m.nama_paket, m.nama_satker, replace(m.jalur, '_', ' ') as jalur, m.tahun_anggaran, m.nilai_sen, m.tgl_menang,
  case when m.tgl_menang is null then 'tanggal tidak tercatat; sanksi berlaku pada tahun itu' else 'pada tanggal itu' end as dasar_waktu,
  h.nama_di_daftar, h.kab_kota, h.status_daftar_hitam, h.tanggal_berlaku, h.tanggal_selesai, h.skor, h.alasan, h.kd_daftar_hitam, m.jalur as kunci_jalur, m.kunci
from menang as m join nama_mirip_daftar_hitam as h on h.id_penyedia = m.id_penyedia join penyedia as s on s.id_penyedia = m.id_penyedia
where case when m.tgl_menang is null then h.tanggal_berlaku <= m.tahun_anggaran || '-12-31' and h.tanggal_selesai >= m.tahun_anggaran || '-01-01'
  else substr(m.tgl_menang, 1, 10) between h.tanggal_berlaku and h.tanggal_selesai end
order by m.tgl_menang is null, m.tgl_menang desc, m.tahun_anggaran desc, m.kunci, h.kd_daftar_hitam
