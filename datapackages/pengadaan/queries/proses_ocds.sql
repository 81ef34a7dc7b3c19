-- judul: Isi satu proses pengadaan menurut jalur OCDS 1.1
-- en: One procurement process by OCDS 1.1 path
-- pembaca: peneliti
-- nomor: 8
-- penjelasan: Satu baris satu nilai dengan jalurnya di Open Contracting Data Standard; angka dalam kurung siku membedakan
--    unsur yang berulang. Rupiah ditulis tepat. Bidder adalah peserta dengan harga; pendaftar tanpa harga menjadi
--    tenderers. Paket OCDS yang tervalidasi belum ada di rilis ini.
-- explanation: One row per value with its path in the Open Contracting Data Standard; the number in brackets tells repeated
--    elements apart. Rupiah are exact. A bidder offered a price; registrants without one are tenderers. Validated OCDS
--    packages are not in this release yet.
-- parameter: jalur (bawaan: tender; pilihan: select distinct jalur from paket order by 1)
-- parameter: kunci (contoh: select kunci from (select kunci from paket where jalur = 'tender' and nilai_sen > 0 limit 1) union all select kunci from (select kunci from paket limit 1) limit 1)
-- butuh: paket?jalur={jalur}&kunci={kunci}
-- dokumen: Data pengumuman, peserta, hasil, dan kontrak paket {kunci} ({jalur}); UKPBJ dan LPSE badan pembelinya
-- document: Notice, participants, result and contract of package {kunci} ({jalur}); procurement unit (UKPBJ) and
--    e-procurement service (LPSE) of the buying body
-- kolom: jalur_ocds; Jalur OCDS; OCDS path; teks
-- kolom: isi; Isi; Value; teks
-- kolom: nama_tabel; Tabel; Table; teks
-- kolom: kolom; Kolom; Column; teks
-- baris: {nama_tabel}?{kolom_satu}={kunci_satu}
with ini as (
  select * from paket where jalur = :jalur and kunci = :kunci
), ikut as (
  select t.*, s.nama, row_number() over (partition by t.peran order by t.nilai_sen is null, t.nilai_sen, t.id_penyedia) as nomor
  from partisipasi as t left join penyedia as s on s.id_penyedia = t.id_penyedia where t.proses_tabel = :jalur and t.proses_kunci = :kunci
), sah as (
  select k.*, row_number() over (order by k.no_kontrak) as nomor
  from kontrak_terkini as k where k.kd_tender = case when :jalur = 'tender' then :kunci else '' end and k.kd_nontender = case when :jalur = 'non_tender' then :kunci else '' end
    and :jalur in ('tender', 'non_tender')
), semua as (
  select 'tender/id' as jalur_ocds, kunci as isi, 'paket' as nama_tabel, 'kunci' as kolom, 'kunci' as kolom_satu, kunci as kunci_satu from ini
  union all select 'tender/title', nama_paket, 'paket', 'nama_paket', 'kunci', kunci from ini
  union all select 'buyer/id', kd_klpd, 'paket', 'kd_klpd', 'kunci', kunci from ini
  union all select 'buyer/name', nama_klpd, 'paket', 'nama_klpd', 'kunci', kunci from ini
  union all select 'tender/procuringEntity/id', kd_satker_str, 'paket', 'kd_satker_str', 'kunci', kunci from ini
  union all select 'tender/procuringEntity/name', nama_satker, 'paket', 'nama_satker', 'kunci', kunci from ini
  union all select 'planning/budget/amount/amount', pagu_sen, 'paket', 'pagu_sen', 'kunci', kunci from ini
  union all select 'tender/value/amount', hps_sen, 'paket', 'hps_sen', 'kunci', kunci from ini
  union all select 'tender/mainProcurementCategory', jenis_pengadaan, 'paket', 'jenis_pengadaan', 'kunci', kunci from ini
  union all select 'tender/procurementMethodDetails', metode, 'paket', 'metode', 'kunci', kunci from ini
  union all select 'tender/statusDetails', status, 'paket', 'status', 'kunci', kunci from ini
  union all select 'tender/tenderPeriod/startDate', tanggal_pengumuman, 'paket', 'tanggal_pengumuman', 'kunci', kunci from ini
  union all select 'tender/numberOfTenderers', jumlah_penawar, 'paket', 'jumlah_penawar', 'kunci', kunci from ini
  union all select 'awards[0]/date', tanggal_selesai, 'paket', 'tanggal_selesai', 'kunci', kunci from ini
  union all select 'awards[0]/value/amount', nilai_pemenang_sen, 'paket', 'nilai_pemenang_sen', 'kunci', kunci from ini
  union all select 'planning/budget/id', h.dari_kunci, 'hubungan', 'dari_kunci', 'ke_kunci', h.ke_kunci from hubungan as h
    where h.jenis = 'rup_paket' and h.ke_tabel = :jalur and h.ke_kunci = :kunci and h.tersambung = 1
  union all select 'tender/tenderers[' || (nomor - 1) || ']/name', nama, 'partisipasi', 'id_penyedia', 'proses_kunci', proses_kunci from ikut where peran = 'peserta_terdaftar'
  union all select 'bids/details[' || (nomor - 1) || ']/tenderers[0]/name', nama, 'partisipasi', 'id_penyedia', 'proses_kunci', proses_kunci from ikut where peran = 'penawar'
  union all select 'bids/details[' || (nomor - 1) || ']/value/amount', nilai_sen, 'partisipasi', 'nilai_sen', 'proses_kunci', proses_kunci from ikut where peran = 'penawar'
  union all select 'awards[0]/suppliers[' || (nomor - 1) || ']/id', nullif(id_penyedia, ''), 'partisipasi', 'id_penyedia', 'proses_kunci', proses_kunci from ikut
    where peran in ('pemenang', 'penyedia_realisasi', 'penyedia_pesanan')
  union all select 'awards[0]/suppliers[' || (nomor - 1) || ']/name', nama, 'partisipasi', 'id_penyedia', 'proses_kunci', proses_kunci from ikut
    where peran in ('pemenang', 'penyedia_realisasi', 'penyedia_pesanan')
  union all select 'contracts[' || (nomor - 1) || ']/id', no_kontrak, 'kontrak_terkini', 'no_kontrak', 'no_kontrak', no_kontrak from sah
  union all select 'contracts[' || (nomor - 1) || ']/dateSigned', tgl_kontrak, 'kontrak_terkini', 'tgl_kontrak', 'no_kontrak', no_kontrak from sah
  union all select 'contracts[' || (nomor - 1) || ']/period/startDate', tgl_mulai, 'kontrak_terkini', 'tgl_mulai', 'no_kontrak', no_kontrak from sah
  union all select 'contracts[' || (nomor - 1) || ']/period/endDate', tgl_akhir_kini, 'kontrak_terkini', 'tgl_akhir_kini', 'no_kontrak', no_kontrak from sah
  union all select 'contracts[' || (nomor - 1) || ']/value/amount', nilai_kini_sen, 'kontrak_terkini', 'nilai_kini_sen', 'no_kontrak', no_kontrak from sah
  union all select 'contracts[' || (nomor - 1) || ']/statusDetails', status_kontrak, 'kontrak_terkini', 'status_kontrak', 'no_kontrak', no_kontrak from sah
)
select jalur_ocds, case when jalur_ocds like '%amount' then (isi / 100) || case when isi % 100 = 0 then '' else '.' || substr('0' || (isi % 100), -2) end || ' IDR' else isi end as isi,
  nama_tabel, kolom, kolom_satu, kunci_satu
from semua where isi is not null
order by jalur_ocds, isi
