-- judul: Berkas bukti satu paket: linimasa, nilai, tanda beserta dasarnya, dan sidik berkas sumbernya
-- en: Evidence pack of one package: timeline, values, signs with their basis, and fingerprints of the source files
-- pembaca: pengawas
-- nomor: 10
-- penjelasan: Masukkan kode tender, non-tender, pencatatan, atau pesanan. Tiap baris menyebut berkas sumbernya (SHA-256) dan
--    tempatnya di berkas itu, supaya dapat diperiksa ulang. Dasar hukum hanya disebut bila naskahnya sudah diverifikasi. Tanda
--    berarti perlu dicek, bukan bukti pelanggaran; yang tidak tercatat di sumber belum tentu tidak terjadi.
-- explanation: Enter the code of a tender, non-tender, record or order. Each row names its source file (SHA-256) and the place in
--    that file, so that it can be checked again. A legal basis is named only where its text has been verified. Signs are worth
--    checking and prove no breach; what is not recorded in the source may still have happened.
-- parameter: paket (contoh: select t.kunci from tanda as t join paket as p on p.jalur = t.tabel and p.kunci = t.kunci where t.tabel in ('tender', 'non_tender') group by t.tabel, t.kunci order by p.nama_klpd = 'Provinsi Kalimantan Timur' desc, t.tabel desc, count(*) desc, t.kunci limit 1)
-- butuh: jejak
-- dokumen: Data pengumuman dan hasil pengadaan dari SPSE; UKPBJ dan LPSE badan yang bersangkutan
-- document: Notices and results of procurement from SPSE; procurement unit (UKPBJ) and e-procurement service (LPSE)
--    of the body concerned
-- butuh: (pelengkap) tanda_metode
-- dokumen: Cara tanda dihitung, beserta rumus dan dasar hukumnya; pengelola situs ini
-- document: How signs are computed, with formula and legal basis; the keeper of this site
-- kolom: asal_berkas; SHA-256 berkas; SHA-256 of the file; teks
-- kolom: asal_lokasi; Tempat di berkas; Place in the file; teks
-- kolom: bagian; Bagian; Part; teks
-- kolom: tanggal; Tanggal; Date; tanggal
-- kolom: uraian; Uraian; Description; teks
-- kolom: rincian; Rincian; Detail; teks
-- kolom: nilai_bukti_sen; Nilai; Value; sen
-- kolom: berkas; Berkas sumber; Source file; teks
-- baris: {tabel}?{kolom_kunci}={kunci}&{kolom_lain}={kunci_lain}
with p as (
  select * from paket where kunci = :paket
), rencana as (
  select h.dari_tabel, h.dari_kunci, h.dicari, h.alasan, h.tersambung from p join hubungan as h on h.ke_kunci = p.kunci and h.ke_tabel = p.jalur and h.jenis = 'rup_paket'
), k as (
  select * from kontrak where kd_tender = :paket or kd_nontender = :paket
), s as (
  select * from serah_terima where kd_tender = :paket or kd_nontender = :paket
), bukti as (
  select '1 paket' as bagian, null as tanggal, p.nama_paket as uraian,
    coalesce(p.nama_klpd, '') || coalesce('; ' || p.nama_satker, '') || coalesce('; ' || p.metode, '') || coalesce('; ' || p.status, '') as rincian,
    p.nilai_sen as nilai_bukti_sen, null as asal_berkas, null as asal_lokasi, 'jejak' as tabel, 'kunci' as kolom_kunci, p.kunci, 'jalur' as kolom_lain, p.jalur as kunci_lain
  from p
  union all
  select '2 linimasa', substr(r.tgl_pengumuman_paket, 1, 10), 'Rencana (RUP) diumumkan', r.kd_rup || coalesce('; ' || nullif(n.alasan, ''), ''), 100 * r.pagu, r.asal_berkas, r.asal_lokasi, 'rup_penyedia', 'kd_rup', r.kd_rup, '', ''
  from rencana as n join rup_penyedia as r on r.kd_rup = n.dari_kunci where n.tersambung = 1
  union all
  select '2 linimasa', substr(r.tgl_pengumuman_paket, 1, 10), 'Rencana swakelola (RUP) diumumkan', r.kd_rup || coalesce('; ' || nullif(n.alasan, ''), ''), 100 * r.pagu, r.asal_berkas, r.asal_lokasi, 'rup_swakelola', 'kd_rup', r.kd_rup, '', ''
  from rencana as n join rup_swakelola as r on r.kd_rup = n.dari_kunci where n.tersambung = 1
  union all
  select '2 linimasa', null, 'Rencana (RUP)', n.alasan || coalesce(': ' || nullif(n.dicari, ''), ''), null, null, null, 'hubungan', 'ke_kunci', :paket, 'jenis', 'rup_paket' from rencana as n where n.tersambung = 0
  union all
  select '2 linimasa', substr(tgl_pengumuman_tender, 1, 10), 'Tender diumumkan', coalesce('versi ' || versi_tender, '') || coalesce('; ' || status_tender, ''), null, asal_berkas, asal_lokasi, 'tender', 'kd_tender', kd_tender, '', '' from tender where kd_tender = :paket
  union all
  select '2 linimasa', substr(tgl_pengumuman_nontender, 1, 10), 'Non-tender diumumkan', status_nontender, null, asal_berkas, asal_lokasi, 'non_tender', 'kd_nontender', kd_nontender, '', '' from non_tender where kd_nontender = :paket
  union all
  select '2 linimasa', substr(tgl_mulai_paket, 1, 10), 'Pencatatan non-tender: mulai', status_nontender_pct_ket, total_realisasi_sen, asal_berkas, asal_lokasi, 'pencatatan_non_tender', 'kd_nontender_pct', kd_nontender_pct, '', '' from pencatatan_non_tender where kd_nontender_pct = :paket
  union all
  select '2 linimasa', substr(tgl_mulai_paket, 1, 10), 'Pencatatan swakelola: mulai', status_swakelola_pct_ket, total_realisasi_sen, asal_berkas, asal_lokasi, 'pencatatan_swakelola', 'kd_swakelola_pct', kd_swakelola_pct, '', '' from pencatatan_swakelola where kd_swakelola_pct = :paket
  union all
  select '2 linimasa', substr(tgl_order, 1, 10), 'Pesanan e-katalog', status_pkt, total_harga_sen, asal_berkas, asal_lokasi, 'epurchasing', 'kd_paket', kd_paket, '', '' from epurchasing where kd_paket = :paket
  union all
  select '2 linimasa', null, 'Pengadaan darurat', status_darurat, pagu_sen, asal_berkas, asal_lokasi, 'darurat', 'kd_darurat', kd_darurat, '', '' from darurat where kd_darurat = :paket
  union all
  select '2 linimasa', substr(tgl_awal, 1, 10), 'Tahap: ' || coalesce(nama_tahapan, nama_akt, kd_tahapan), 'sampai ' || substr(tgl_akhir, 1, 10), null, asal_berkas, asal_lokasi, 'jadwal_tender', 'kd_tender', kd_tender, 'kd_tahapan', kd_tahapan from jadwal_tender where kd_tender = :paket
  union all
  select '2 linimasa', substr(tgl_awal, 1, 10), 'Tahap: ' || coalesce(nama_tahapan, nama_akt, kd_tahapan), 'sampai ' || substr(tgl_akhir, 1, 10), null, asal_berkas, asal_lokasi, 'jadwal_non_tender', 'kd_nontender', kd_nontender, 'kd_tahapan', kd_tahapan from jadwal_non_tender where kd_nontender = :paket
  union all
  select '2 linimasa', substr(tgl_penetapan_pemenang, 1, 10), 'Pemenang ditetapkan', nama_penyedia, nilai_kontrak_sen, asal_berkas, asal_lokasi, 'tender_nilai', 'kd_tender', kd_tender, '', '' from tender_nilai where kd_tender = :paket
  union all
  select '2 linimasa', substr(tgl_selesai_nontender, 1, 10), 'Hasil non-tender', nama_penyedia, nilai_kontrak_sen, asal_berkas, asal_lokasi, 'non_tender_nilai', 'kd_nontender', kd_nontender, '', '' from non_tender_nilai where kd_nontender = :paket
  union all
  select '2 linimasa', substr(tgl_sppbj, 1, 10), 'Surat penunjukan (SPPBJ)', no_sppbj, harga_final_sen, asal_berkas, asal_lokasi, 'sppbj', 'no_sppbj', no_sppbj, 'nama_satker', nama_satker from sppbj where kd_tender = :paket or kd_nontender = :paket
  union all
  select '2 linimasa', substr(k.tgl_kontrak, 1, 10), case when k.versi_addendum > 0 then 'Adendum ' || k.versi_addendum else 'Kontrak' end,
    k.no_kontrak || '; berakhir ' || coalesce(k.tgl_kontrak_akhir, 'tidak tercatat') || coalesce('; ' || nullif(k.alasan_addendum, ''), ''), k.nilai_kontrak_sen, k.asal_berkas, k.asal_lokasi, 'kontrak', 'no_kontrak', k.no_kontrak, 'versi_addendum', k.versi_addendum from k
  union all
  select '2 linimasa', substr(coalesce(tgl_mulai_pekerjaan, tgl_spmk_spp), 1, 10), 'Mulai kerja (SPMK)', no_spmk_spp, null, asal_berkas, asal_lokasi, 'spmk', 'no_spmk_spp', no_spmk_spp, 'nama_satker', nama_satker from spmk where kd_tender = :paket or kd_nontender = :paket
  union all
  select '2 linimasa', s.tgl_bast, 'Serah terima (BAST)', s.no_bast, null, s.asal_berkas, s.asal_lokasi, 'serah_terima', 'no_bast', s.no_bast, 'no_bap', s.no_bap from s where s.no_bast <> ''
  union all
  select '2 linimasa', s.tgl_bap, 'Berita acara pembayaran (BAP)', s.no_bap, s.besar_pembayaran_sen, s.asal_berkas, s.asal_lokasi, 'serah_terima', 'no_bap', s.no_bap, 'no_bast', s.no_bast from s where s.no_bap <> ''
  union all
  select '2 linimasa', substr(tgl_realisasi, 1, 10), 'Realisasi: ' || coalesce(jenis_realisasi, ''), coalesce(no_realisasi, '') || coalesce('; ' || nama_penyedia, ''), nilai_realisasi_sen, asal_berkas, asal_lokasi, 'pencatatan_non_tender_realisasi', 'kd_nontender_pct', kd_nontender_pct, 'no_realisasi', no_realisasi from pencatatan_non_tender_realisasi where kd_nontender_pct = :paket
  union all
  select '2 linimasa', substr(tgl_realisasi, 1, 10), 'Realisasi: ' || coalesce(jenis_realisasi, ''), coalesce(no_realisasi, '') || coalesce('; ' || nama_pelaksana, ''), nilai_realisasi_sen, asal_berkas, asal_lokasi, 'pencatatan_swakelola_realisasi', 'kd_swakelola_pct', kd_swakelola_pct, 'no_realisasi', no_realisasi from pencatatan_swakelola_realisasi where kd_swakelola_pct = :paket
  union all
  select '2 linimasa', null, 'Aset tercatat', 'menurut ' || replace(a.metode, '_', ' ') || '; ' || a.pengenal, null, null, null, a.tabel, 'kode_lokasi', a.kode_lokasi, 'pengenal', a.pengenal
  from aset_kontrak as a where a.kd_tender = :paket or a.kd_nontender = :paket
  union all
  select '3 nilai', null, 'Pagu di pengumuman', null, pagu_sen, asal_berkas, asal_lokasi, 'tender', 'kd_tender', kd_tender, '', '' from tender where kd_tender = :paket and pagu_sen is not null
  union all
  select '3 nilai', null, 'HPS di pengumuman', case when hps_dibulatkan = 1 then 'dibulatkan di sumber' end, hps_sen, asal_berkas, asal_lokasi, 'tender', 'kd_tender', kd_tender, '', '' from tender where kd_tender = :paket and hps_sen is not null
  union all
  select '3 nilai', null, 'Pagu di pengumuman', null, pagu_sen, asal_berkas, asal_lokasi, 'non_tender', 'kd_nontender', kd_nontender, '', '' from non_tender where kd_nontender = :paket and pagu_sen is not null
  union all
  select '3 nilai', null, 'HPS di pengumuman', null, hps_sen, asal_berkas, asal_lokasi, 'non_tender', 'kd_nontender', kd_nontender, '', '' from non_tender where kd_nontender = :paket and hps_sen is not null
  union all
  select '3 nilai', null, 'HPS di hasil tender', null, hps_sen, asal_berkas, asal_lokasi, 'tender_nilai', 'kd_tender', kd_tender, '', '' from tender_nilai where kd_tender = :paket and hps_sen is not null
  union all
  select '3 nilai', null, 'Penawaran pemenang', nama_penyedia, nilai_penawaran_sen, asal_berkas, asal_lokasi, 'tender_nilai', 'kd_tender', kd_tender, '', '' from tender_nilai where kd_tender = :paket and nilai_penawaran_sen is not null
  union all
  select '3 nilai', null, 'Nilai kontrak di hasil tender', nama_penyedia, nilai_kontrak_sen, asal_berkas, asal_lokasi, 'tender_nilai', 'kd_tender', kd_tender, '', '' from tender_nilai where kd_tender = :paket and nilai_kontrak_sen is not null
  union all
  select '3 nilai', null, 'HPS di hasil non-tender', null, hps_sen, asal_berkas, asal_lokasi, 'non_tender_nilai', 'kd_nontender', kd_nontender, '', '' from non_tender_nilai where kd_nontender = :paket and hps_sen is not null
  union all
  select '3 nilai', null, 'Penawaran pemenang', nama_penyedia, nilai_penawaran_sen, asal_berkas, asal_lokasi, 'non_tender_nilai', 'kd_nontender', kd_nontender, '', '' from non_tender_nilai where kd_nontender = :paket and nilai_penawaran_sen is not null
  union all
  select '3 nilai', null, 'Nilai kontrak di hasil non-tender', nama_penyedia, nilai_kontrak_sen, asal_berkas, asal_lokasi, 'non_tender_nilai', 'kd_nontender', kd_nontender, '', '' from non_tender_nilai where kd_nontender = :paket and nilai_kontrak_sen is not null
  union all
  select '3 nilai', null, 'Pagu', null, pagu_sen, asal_berkas, asal_lokasi, 'pencatatan_non_tender', 'kd_nontender_pct', kd_nontender_pct, '', '' from pencatatan_non_tender where kd_nontender_pct = :paket and pagu_sen is not null
  union all
  select '3 nilai', null, 'Pagu', null, pagu_sen, asal_berkas, asal_lokasi, 'pencatatan_swakelola', 'kd_swakelola_pct', kd_swakelola_pct, '', '' from pencatatan_swakelola where kd_swakelola_pct = :paket and pagu_sen is not null
  union all
  select '3 nilai', null, 'Penawaran', nama_penyedia || case when pemenang = 1 then '; pemenang' else '' end || coalesce('; gugur: ' || nullif(alasan, ''), ''), nilai_penawaran_sen, asal_berkas, asal_lokasi, 'peserta_tender', 'kd_tender', kd_tender, 'kd_peserta', kd_peserta from peserta_tender where kd_tender = :paket and nilai_penawaran_sen > 0
  union all
  select '3 nilai', null, 'Kontrak, nilai awal', t.no_kontrak || case when t.awal_tercatat = 0 then '; versi asal tidak tercatat' else '' end, t.nilai_awal_sen, null, null, 'kontrak_terkini', 'no_kontrak', t.no_kontrak, 'nama_satker', t.nama_satker
  from kontrak_terkini as t where t.kd_tender = :paket or t.kd_nontender = :paket
  union all
  select '3 nilai', null, 'Kontrak, nilai kini', t.no_kontrak || '; adendum tercatat: ' || t.jumlah_adendum, t.nilai_kini_sen, null, null, 'kontrak_terkini', 'no_kontrak', t.no_kontrak, 'nama_satker', t.nama_satker
  from kontrak_terkini as t where t.kd_tender = :paket or t.kd_nontender = :paket
  union all
  select '4 tanda perlu dicek', null, m.nama || ': ' || m.pertanyaan,
    'Rumus: ' || m.rumus || ' Dasar: ' || case when m.dasar_hukum is null then 'tidak bersandar pada ambang hukum.' when m.dasar_terverifikasi = 1 then m.dasar_hukum || coalesce(' (' || m.kutipan || ')', '') else 'belum diverifikasi.' end || ' Angka: ' || d.angka,
    d.nilai_sen, null, null, 'tanda', 'kunci', d.kunci, 'tanda', d.tanda
  from p join tanda as d on d.kunci = p.kunci and d.tabel = p.jalur join tanda_metode as m on m.tanda = d.tanda
), semua as (
  select * from bukti
  union all
  select '5 berkas', substr(f.diambil_pada, 1, 10), f.nama, coalesce(f.sumber, '') || coalesce('; ' || f.url, ''), null, f.sha256, null, 'berkas_sumber', 'sha256', f.sha256, 'tarikan', f.tarikan
  from berkas_sumber as f where f.sha256 in (select asal_berkas from bukti)
)
select b.uraian, b.bagian, b.tanggal, b.rincian, b.nilai_bukti_sen, b.asal_berkas, b.asal_lokasi,
  (select max(f.nama) from berkas_sumber as f where f.sha256 = b.asal_berkas) as berkas, b.tabel, b.kolom_kunci, b.kunci, b.kolom_lain, b.kunci_lain
from semua as b
order by b.bagian, b.tanggal is null, b.tanggal, b.uraian, b.kunci, b.kunci_lain
