-- judul: Siapa memenangkan paket jalan (atau kata lain), dan berapa persen dari HPS?
-- en: Who won road contracts (or another word), and at what percentage of the owner's estimate?
-- pembaca: jurnalis
-- nomor: 1
-- penjelasan: Satu baris satu pemenang tender atau non tender. Persen dihitung dari nilai kontrak awal dan HPS penuh di
--    data hasil pemilihan, hanya bila prosesnya berpemenang tunggal; HPS yang dibulatkan sumber tidak dipakai. Median tiap jalur hanya
--    ditampilkan bila ada paling sedikit sepuluh persen yang dapat dihitung.
-- explanation: One row per winner of a tender or non-tender. The percentage is the original contract over the full
--    estimate, only where the process has one winner; estimates that the source rounded are not used. The median of a channel
--    is shown only where at least ten percentages can be computed.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from tender_nilai where nama_klpd is not null union select nama_klpd from non_tender_nilai where nama_klpd is not null order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from tender_nilai union select tahun_anggaran from non_tender_nilai order by 1 desc)
-- parameter: kata (teks: jalan)
-- butuh: tender_nilai?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data nilai tender selesai (HPS, penawaran, pemenang, nilai kontrak) dari SPSE; UKPBJ dan LPSE {badan}
-- document: Values of finished tenders (owner's estimate, bids, winner, contract value) from SPSE; procurement unit
--    (UKPBJ) and e-procurement service (LPSE) of {badan}
-- butuh: (pelengkap) non_tender_nilai?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data nilai non tender selesai dari SPSE; UKPBJ dan LPSE {badan}
-- document: Values of finished non-tenders from SPSE; procurement unit (UKPBJ) and e-procurement service (LPSE) of
--    {badan}
-- kolom: persen_hps; Persen dari HPS; Percent of the estimate; persen
-- kolom: median_persen; Median persen; Median percent; persen
-- baris: {tabel}?{kolom_kunci}={kunci}
with menang as (
  select 'tender' as jalur, n.kd_tender as kunci, p.nama_paket, n.nama_satker, n.nama_penyedia, n.hps_sen, n.nilai_kontrak_sen,
    count(*) over (partition by n.kd_tender) as banyak, n.lokasi_pekerjaan, 'tender_nilai' as tabel, 'kd_tender' as kolom_kunci
  from tender_nilai as n join paket as p on p.jalur = 'tender' and p.kunci = n.kd_tender
  where n.nama_klpd = :badan and n.tahun_anggaran = cast(:tahun as integer) and n.nama_penyedia is not null
    and instr(lower(p.nama_paket), lower(:kata)) > 0
  union all
  select 'non_tender', n.kd_nontender, p.nama_paket, n.nama_satker, n.nama_penyedia, n.hps_sen, n.nilai_kontrak_sen, 1, null, 'non_tender_nilai', 'kd_nontender'
  from non_tender_nilai as n join paket as p on p.jalur = 'non_tender' and p.kunci = n.kd_nontender
  where n.nama_klpd = :badan and n.tahun_anggaran = cast(:tahun as integer) and n.nama_penyedia is not null
    and instr(lower(p.nama_paket), lower(:kata)) > 0
), persen as (
  select m.*, case when hps_sen > 0 and nilai_kontrak_sen > 0 and banyak = 1 then round(100.0 * nilai_kontrak_sen / hps_sen, 2) end as persen_hps from menang as m
), urut as (
  select jalur, persen_hps, row_number() over (partition by jalur order by persen_hps) as nomor, count(*) over (partition by jalur) as semua
  from persen where persen_hps is not null
), tengah as (
  select jalur, round(avg(persen_hps), 2) as median_persen from urut where semua >= 10 and nomor in ((semua + 1) / 2, (semua + 2) / 2) group by jalur
)
select m.nama_paket, m.jalur, m.nama_satker, m.nama_penyedia, m.nilai_kontrak_sen, m.hps_sen, m.persen_hps, t.median_persen,
  coalesce(m.lokasi_pekerjaan, d.lokasi_pekerjaan) as lokasi_pekerjaan, m.tabel, m.kolom_kunci, m.kunci
from persen as m left join tengah as t on t.jalur = m.jalur left join tender as d on m.jalur = 'tender' and d.kd_tender = m.kunci
order by m.jalur desc, m.nilai_kontrak_sen desc, m.kunci
