-- judul: Paket mana yang RUP-nya tidak ditemukan?
-- en: Which packages have a plan that is not found?
-- pembaca: pengawas
-- nomor: 3
-- penjelasan: Kode RUP pada tender, non tender, atau e-purchasing yang tidak ada di rencana (penyedia atau swakelola) rilis ini,
--    termasuk setelah mengikuti revisi RUP dari kode lama ke kode baru. "Tidak ditemukan" tidak sama dengan "tidak direncanakan":
--    rencananya mungkin di tahun atau badan yang tidak ada di rilis.
-- explanation: Plan codes of tenders, non-tenders or orders that are not among this release's plans, also after following
--    revisions from old to new codes. "Not found" is not "never planned": the plan may be of a year or body not in the release.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from non_tender where nama_klpd is not null union select nama_klpd from tender where nama_klpd is not null union select nama_klpd from epurchasing where nama_klpd is not null order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from non_tender union select tahun_anggaran from tender where tahun_anggaran is not null order by 1 desc)
-- butuh: rup_penyedia?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Rencana umum pengadaan melalui penyedia dan swakelola dari SiRUP beserta riwayat revisinya; UKPBJ {badan} atau LKPP
-- butuh: tender_rup
-- dokumen: Data pengumuman tender dari SPSE; UKPBJ dan LPSE {badan}
-- kolom: saluran; Jalur; Channel; teks
-- baris: {tabel}?{kolom_kunci}={kunci}
with recursive paket as (
  select 'Tender' as saluran, t.nama_paket, t.nama_satker, t.pagu_sen, r.kd_rup, 'tender' as tabel, 'kd_tender' as kolom_kunci, t.kd_tender as kunci
  from tender as t join tender_rup as r on r.kd_tender = t.kd_tender where t.nama_klpd = :badan and t.tahun_anggaran = cast(:tahun as integer)
  union all
  select 'Non tender', t.nama_paket, t.nama_satker, t.pagu_sen, r.kd_rup, 'non_tender', 'kd_nontender', t.kd_nontender
  from non_tender as t join non_tender_rup as r on r.kd_nontender = t.kd_nontender where t.nama_klpd = :badan and t.tahun_anggaran = cast(:tahun as integer)
  union all
  select 'E-purchasing', t.rup_nama_pkt, t.nama_satker, t.total_harga_sen, r.kd_rup, 'epurchasing', 'kd_paket', t.kd_paket
  from epurchasing as t join epurchasing_rup as r on r.kd_paket = t.kd_paket where t.nama_klpd = :badan and t.tahun_anggaran = cast(:tahun as integer)
), langkah (kd_rup, kini) as (
  select distinct kd_rup, kd_rup from paket
  union
  select l.kd_rup, v.kd_rup_baru from langkah as l join rup_revisi as v on v.kd_rup_lama = l.kini where v.kd_rup_baru <> ''
), ada as (
  select distinct l.kd_rup from langkah as l
  where exists (select 1 from rup_penyedia as p where p.kd_rup = l.kini) or exists (select 1 from rup_swakelola as s where s.kd_rup = l.kini)
)
select p.nama_paket, p.saluran, p.nama_satker, p.pagu_sen, p.kd_rup, p.tabel, p.kolom_kunci, p.kunci
from paket as p
where p.kd_rup not in (select kd_rup from ada)
order by p.pagu_sen desc, p.kunci, p.kd_rup
