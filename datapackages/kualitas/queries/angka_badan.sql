-- judul: Satu angka jumlah dan berkas sumbernya: berapa dari tiap berkas, pada tahap apa, dan kapan diambil?
-- en: One total and its source files: how much from each, at which stage, retrieved when?
-- pembaca: jurnalis
-- nomor: 10
-- penjelasan: Jumlah untuk badan, tahun, dan tahapnya, lalu bagian tiap berkas sumber; bagian-bagian itu berjumlah sama dengan
--    angkanya. SHA-256 mengenali berkasnya secara pasti. Rilis dan SHA-256-nya ada di kutipan di bawah.
-- explanation: The total for the body, year and stage, and the part of each source file; the parts add up to the total. The
--    SHA-256 identifies the file. The release and its hash are in the citation below.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_pemda from anggaran group by 1 union select nama_klpd from tender_nilai where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from anggaran union select tahun_anggaran from tender_nilai where tahun_anggaran is not null order by 1 desc)
-- parameter: angka (bawaan: kontrak tender; pilihan: select 'kontrak tender' union all select 'anggaran belanja' union all select 'pagu rencana penyedia' union all select 'pesanan e-purchasing')
-- butuh: (pelengkap) tender_nilai?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data nilai tender selesai dari SPSE; UKPBJ dan LPSE {badan}
-- document: Values of finished tenders from SPSE; procurement unit (UKPBJ) and e-procurement service (LPSE) of
--    {badan}
-- butuh: (pelengkap) anggaran?nama_pemda={badan}&tahun_anggaran={tahun}
-- dokumen: Penjabaran APBD beserta lampiran rincian per SKPD; BPKAD {badan}
-- document: Detailed budget (penjabaran APBD) with its annex per office (SKPD); finance and asset agency (BPKAD) of
--    {badan}
-- kolom: tahap; Tahap; Stage; teks
-- kolom: nilai_sen; Angka; Total; sen
-- kolom: bagian_sen; Dari berkas ini; From this file; sen
-- kolom: jumlah; Banyaknya baris; Rows; bilangan
-- kolom: nama_tabel; Tabel; Table; teks
-- kolom: nama_berkas; Berkas; File; teks
-- kolom: sha256; SHA-256 berkas; SHA-256 of the file; teks
-- baris: {tabel}?{kolom_badan}={badan}&tahun_anggaran={tahun}&asal_berkas={sha256}&{kolom_lain}={kunci_lain}
with semua as (
  select 'penetapan pemenang' as tahap, nilai_kontrak_sen as nilai_sen, 'tender_nilai' as tabel, 'nama_klpd' as kolom_badan, '' as kolom_lain, '' as kunci_lain, asal_berkas
  from tender_nilai where :angka = 'kontrak tender' and nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer)
  union all
  select 'APBD ' || lower(tahapan), nilai_sen, 'anggaran', 'nama_pemda', 'tahapan', tahapan, asal_berkas
  from anggaran where :angka = 'anggaran belanja' and nama_pemda = :badan and tahun_anggaran = cast(:tahun as integer)
  union all
  select 'rencana diumumkan', 100 * pagu, 'rup_penyedia', 'nama_klpd', '', '', asal_berkas
  from rup_penyedia where :angka = 'pagu rencana penyedia' and nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer)
  union all
  select 'pesanan', total_harga_sen, 'epurchasing', 'nama_klpd', '', '', asal_berkas
  from epurchasing where :angka = 'pesanan e-purchasing' and nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer)
), per_berkas as (
  select tahap, sum(coalesce(nilai_sen, 0)) as bagian_sen, count(*) as jumlah, tabel, kolom_badan, kolom_lain, kunci_lain, asal_berkas
  from semua group by tahap, tabel, kolom_badan, kolom_lain, kunci_lain, asal_berkas
)
select b.tahap, sum(b.bagian_sen) over (partition by b.tahap) as nilai_sen, b.bagian_sen, b.jumlah, b.tabel as nama_tabel,
  (select max(f.nama) from berkas_sumber as f where f.sha256 = b.asal_berkas) as nama_berkas,
  (select max(f.diambil_pada) from berkas_sumber as f where f.sha256 = b.asal_berkas) as diambil_pada,
  b.asal_berkas as sha256, b.tabel, b.kolom_badan, b.kolom_lain, b.kunci_lain
from per_berkas as b
order by b.tahap, b.bagian_sen desc, b.asal_berkas
