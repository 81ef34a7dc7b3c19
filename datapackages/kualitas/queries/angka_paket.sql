-- judul: Angka satu paket: dari berkas mana, di tempat mana, pada tahap apa, dan kapan diambil?
-- en: The numbers of one package: from which file and place, at which stage, retrieved when?
-- pembaca: jurnalis
-- nomor: 10
-- penjelasan: Satu baris satu angka rupiah. SHA-256 mengenali berkas sumbernya secara pasti, lokasi menyebut tempatnya di berkas
--    itu. Nilai yang diisi dari berkas lain menyebut berkas pengisinya. Versi rilis dan SHA-256-nya ada di kutipan di bawah;
--    alamat halaman ini tetap menjawab dari rilis yang disebutnya.
-- explanation: One row per rupiah figure. The SHA-256 identifies the source file, the place is where it stands in it. A value
--    filled from another file names that file. The release's version and hash are in the citation below.
-- parameter: jalur (bawaan: tender; pilihan: select distinct jalur from paket order by 1)
-- parameter: kunci (contoh: select kunci from (select kunci from paket where jalur = 'tender' and nilai_sen > 0 limit 1) union all select kunci from (select kunci from paket limit 1) limit 1)
-- butuh: paket?jalur={jalur}&kunci={kunci}
-- dokumen: Data pengumuman, hasil pemilihan, dan kontrak paket {kunci} ({jalur}); UKPBJ dan LPSE badan pembelinya
-- document: Notice, selection result and contract of package {kunci} ({jalur}); procurement unit (UKPBJ) and
--    e-procurement service (LPSE) of the buying body
-- kolom: tahap; Tahap; Stage; teks
-- kolom: nama_angka; Angka; Figure; teks
-- kolom: nilai_sen; Nilai; Value; sen
-- kolom: nama_tabel; Tabel; Table; teks
-- kolom: sha256; SHA-256 berkas; SHA-256 of the file; teks
-- kolom: lokasi; Tempat di berkas; Place in the file; teks
-- kolom: nama_berkas; Berkas; File; teks
-- baris: berkas_sumber?sha256={sha256}&resource={nama_tabel}
with semua as (
  select '1 pengumuman' as tahap, 'pagu_sen' as nama_angka, pagu_sen as nilai_sen, 'tender' as tabel, kd_tender as kunci, asal_berkas, asal_lokasi from tender where :jalur = 'tender' and kd_tender = :kunci
  union all select '1 pengumuman', 'hps_sen', hps_sen, 'tender', kd_tender, asal_berkas, asal_lokasi from tender where :jalur = 'tender' and kd_tender = :kunci
  union all select '2 hasil pemilihan', 'nilai_kontrak_sen', nilai_kontrak_sen, 'tender', kd_tender, asal_berkas, asal_lokasi from tender where :jalur = 'tender' and kd_tender = :kunci
  union all select '2 hasil pemilihan', 'pagu_sen', pagu_sen, 'tender_nilai', kd_tender || '|' || urutan, asal_berkas, asal_lokasi from tender_nilai where :jalur = 'tender' and kd_tender = :kunci
  union all select '2 hasil pemilihan', 'hps_sen', hps_sen, 'tender_nilai', kd_tender || '|' || urutan, asal_berkas, asal_lokasi from tender_nilai where :jalur = 'tender' and kd_tender = :kunci
  union all select '2 hasil pemilihan', 'nilai_penawaran_sen', nilai_penawaran_sen, 'tender_nilai', kd_tender || '|' || urutan, asal_berkas, asal_lokasi from tender_nilai where :jalur = 'tender' and kd_tender = :kunci
  union all select '2 hasil pemilihan', 'nilai_terkoreksi_sen', nilai_terkoreksi_sen, 'tender_nilai', kd_tender || '|' || urutan, asal_berkas, asal_lokasi from tender_nilai where :jalur = 'tender' and kd_tender = :kunci
  union all select '2 hasil pemilihan', 'nilai_negosiasi_sen', nilai_negosiasi_sen, 'tender_nilai', kd_tender || '|' || urutan, asal_berkas, asal_lokasi from tender_nilai where :jalur = 'tender' and kd_tender = :kunci
  union all select '2 hasil pemilihan', 'nilai_kontrak_sen', nilai_kontrak_sen, 'tender_nilai', kd_tender || '|' || urutan, asal_berkas, asal_lokasi from tender_nilai where :jalur = 'tender' and kd_tender = :kunci
  union all select '1 pengumuman', 'pagu_sen', pagu_sen, 'non_tender', kd_nontender, asal_berkas, asal_lokasi from non_tender where :jalur = 'non_tender' and kd_nontender = :kunci
  union all select '1 pengumuman', 'hps_sen', hps_sen, 'non_tender', kd_nontender, asal_berkas, asal_lokasi from non_tender where :jalur = 'non_tender' and kd_nontender = :kunci
  union all select '2 hasil pemilihan', 'nilai_penawaran_sen', nilai_penawaran_sen, 'non_tender_nilai', kd_nontender, asal_berkas, asal_lokasi from non_tender_nilai where :jalur = 'non_tender' and kd_nontender = :kunci
  union all select '2 hasil pemilihan', 'nilai_negosiasi_sen', nilai_negosiasi_sen, 'non_tender_nilai', kd_nontender, asal_berkas, asal_lokasi from non_tender_nilai where :jalur = 'non_tender' and kd_nontender = :kunci
  union all select '2 hasil pemilihan', 'nilai_kontrak_sen', nilai_kontrak_sen, 'non_tender_nilai', kd_nontender, asal_berkas, asal_lokasi from non_tender_nilai where :jalur = 'non_tender' and kd_nontender = :kunci
  union all select '3 kontrak', 'nilai_kontrak_sen', k.nilai_kontrak_sen, 'kontrak', k.kd_tender || '|' || k.kd_nontender || '|' || k.no_kontrak || '|' || k.versi_addendum, k.asal_berkas, k.asal_lokasi
    from kontrak as k where k.kd_tender = case when :jalur = 'tender' then :kunci else '' end and k.kd_nontender = case when :jalur = 'non_tender' then :kunci else '' end
    and :jalur in ('tender', 'non_tender')
  union all select '1 pencatatan', 'pagu_sen', pagu_sen, 'pencatatan_non_tender', kd_nontender_pct, asal_berkas, asal_lokasi from pencatatan_non_tender where :jalur = 'pencatatan_non_tender' and kd_nontender_pct = :kunci
  union all select '1 pencatatan', 'total_realisasi_sen', total_realisasi_sen, 'pencatatan_non_tender', kd_nontender_pct, asal_berkas, asal_lokasi from pencatatan_non_tender where :jalur = 'pencatatan_non_tender' and kd_nontender_pct = :kunci
  union all select '4 realisasi', 'nilai_realisasi_sen', nilai_realisasi_sen, 'pencatatan_non_tender_realisasi', '', asal_berkas, asal_lokasi from pencatatan_non_tender_realisasi where :jalur = 'pencatatan_non_tender' and kd_nontender_pct = :kunci
  union all select '1 pencatatan', 'pagu_sen', pagu_sen, 'pencatatan_swakelola', kd_swakelola_pct, asal_berkas, asal_lokasi from pencatatan_swakelola where :jalur = 'pencatatan_swakelola' and kd_swakelola_pct = :kunci
  union all select '1 pencatatan', 'total_realisasi_sen', total_realisasi_sen, 'pencatatan_swakelola', kd_swakelola_pct, asal_berkas, asal_lokasi from pencatatan_swakelola where :jalur = 'pencatatan_swakelola' and kd_swakelola_pct = :kunci
  union all select '4 realisasi', 'nilai_realisasi_sen', nilai_realisasi_sen, 'pencatatan_swakelola_realisasi', '', asal_berkas, asal_lokasi from pencatatan_swakelola_realisasi where :jalur = 'pencatatan_swakelola' and kd_swakelola_pct = :kunci
  union all select '1 pencatatan', 'pagu_sen', pagu_sen, 'darurat', kd_darurat, asal_berkas, asal_lokasi from darurat where :jalur = 'darurat' and kd_darurat = :kunci
  union all select '3 pesanan', 'total_harga_sen', total_harga_sen, 'epurchasing', kd_paket, asal_berkas, asal_lokasi from epurchasing where :jalur = 'epurchasing' and kd_paket = :kunci
), bersumber as (
  select s.tahap, s.nama_angka, s.nilai_sen, s.tabel, coalesce(a.sha256, s.asal_berkas) as sha256, coalesce(a.lokasi, s.asal_lokasi) as lokasi
  from semua as s left join asal as a on a.tabel = s.tabel and a.kunci = s.kunci and a.kolom = s.nama_angka
  where s.nilai_sen is not null
)
select b.tahap, b.nama_angka, b.nilai_sen, b.tabel as nama_tabel, b.lokasi, max(f.nama) as nama_berkas, max(f.diambil_pada) as diambil_pada, max(f.url) as url, b.sha256
from bersumber as b left join berkas_sumber as f on f.sha256 = b.sha256 and f.resource = b.tabel
group by b.tahap, b.nama_angka, b.nilai_sen, b.tabel, b.lokasi, b.sha256
order by b.tahap, b.tabel, b.lokasi, b.nama_angka
