-- judul: Pemenang mana yang namanya mirip penyedia bersanksi pada saat penetapan?
-- en: Which winners' names resemble a sanctioned firm's at the time of award?
-- pembaca: pengawas
-- nomor: 4
-- penjelasan: Nama mirip, bukan orang yang sama. Nama sama setelah PT, CV, tanda baca, dan spasi dibuang, dan penetapan jatuh di
--    antara mulai dan akhir sanksi. Nomor pajak daftar hitam disamarkan sumbernya, jadi tidak dapat dipastikan. Kota, tanggal,
--    dan status sanksi ada di sampingnya; perlu dicek.
-- explanation: Similar names, not the same firm. Names are equal after removing PT, CV, punctuation and spaces, and the
--    award falls between start and end of the sanction. The blacklist's tax numbers are masked, so identity cannot be
--    confirmed. City, dates and status stand beside each row; to be checked.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from tender_nilai where nama_klpd is not null group by 1 order by 1)
-- butuh: tender_nilai?nama_klpd={badan}
-- dokumen: Data nilai tender selesai dari SPSE; UKPBJ dan LPSE {badan}
-- butuh: daftar_hitam
-- dokumen: Daftar hitam nasional penyedia beserta masa berlaku sanksi; LKPP
-- kolom: nama_pemenang; Nama pemenang; Winner's name; teks
-- kolom: kota_pemenang; Kota pemenang; Winner's city; teks
-- baris: daftar_hitam?kd_daftar_hitam={kd_daftar_hitam}
with menang as (
  select n.kd_tender, n.tahun_anggaran, n.nama_satker, n.nama_penyedia, n.kab_kota_penyedia, n.nilai_kontrak_sen, n.tgl_penetapan_pemenang,
    replace(replace(replace(' ' || replace(replace(upper(n.nama_penyedia), '.', ' '), ',', ' ') || ' ', ' PT ', ' '), ' CV ', ' '), ' ', '') as kunci_nama
  from tender_nilai as n where n.nama_klpd = :badan and n.nama_penyedia is not null and n.tgl_penetapan_pemenang is not null
  union all
  select n.kd_nontender, n.tahun_anggaran, n.nama_satker, n.nama_penyedia, null, n.nilai_kontrak_sen, n.tgl_selesai_nontender,
    replace(replace(replace(' ' || replace(replace(upper(n.nama_penyedia), '.', ' '), ',', ' ') || ' ', ' PT ', ' '), ' CV ', ' '), ' ', '')
  from non_tender_nilai as n where n.nama_klpd = :badan and n.nama_penyedia is not null and n.tgl_selesai_nontender is not null
), hitam as (
  select h.*, replace(replace(replace(' ' || replace(replace(upper(h.nama_penyedia), '.', ' '), ',', ' ') || ' ', ' PT ', ' '), ' CV ', ' '), ' ', '') as kunci_nama
  from daftar_hitam as h
)
select m.nama_penyedia as nama_pemenang, m.kab_kota_penyedia as kota_pemenang, m.nama_satker, m.tahun_anggaran, m.nilai_kontrak_sen,
  m.tgl_penetapan_pemenang, h.nama_penyedia, h.kab_kota, h.status_daftar_hitam, h.tanggal_berlaku, h.tanggal_selesai, h.kd_daftar_hitam
from menang as m join hitam as h on h.kunci_nama = m.kunci_nama
where length(m.kunci_nama) >= 5 and substr(m.tgl_penetapan_pemenang, 1, 10) between h.tanggal_berlaku and h.tanggal_selesai
order by m.tgl_penetapan_pemenang desc, m.kd_tender, h.kd_daftar_hitam
