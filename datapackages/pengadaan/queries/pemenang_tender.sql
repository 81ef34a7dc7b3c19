-- judul: Siapa memenangkan paket jalan (atau kata lain), dan berapa persen dari HPS?
-- en: Who won road contracts (or another word), and at what percentage of the owner's estimate?
-- pembaca: jurnalis
-- nomor: 1
-- penjelasan: Satu baris satu pemenang tender. Persen dihitung dari HPS penuh di data nilai tender, hanya bila tender
--    itu berpemenang tunggal; HPS yang dibulatkan sumber tidak dipakai. Median hanya ditampilkan bila ada paling sedikit
--    sepuluh persen yang dapat dihitung.
-- explanation: One row per tender winner. The percentage uses the full estimate in the tender values, only where the
--    tender has one winner; estimates that the source rounded are not used. The median is shown only where at least ten
--    percentages can be computed.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from tender_nilai where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from tender_nilai group by 1 order by 1 desc)
-- parameter: kata (teks: jalan)
-- butuh: tender_nilai?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data nilai tender selesai (HPS, penawaran, pemenang, nilai kontrak) dari SPSE; UKPBJ dan LPSE {badan}
-- butuh: tender?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data pengumuman tender dari SPSE; UKPBJ dan LPSE {badan}
-- kolom: persen_hps; Persen dari HPS; Percent of the estimate; persen
-- kolom: median_persen; Median persen; Median percent; persen
-- baris: tender_nilai?kd_tender={kd_tender}
with menang as (
  select n.kd_tender, t.nama_paket, n.nama_satker, n.nama_penyedia, n.hps_sen, n.nilai_kontrak_sen,
    coalesce(n.lokasi_pekerjaan, t.lokasi_pekerjaan) as lokasi_pekerjaan,
    case when n.hps_sen > 0 and n.nilai_kontrak_sen > 0 and count(*) over (partition by n.kd_tender) = 1
      then round(100.0 * n.nilai_kontrak_sen / n.hps_sen, 2) end as persen_hps
  from tender_nilai as n join tender as t on t.kd_tender = n.kd_tender
  where n.nama_klpd = :badan and n.tahun_anggaran = cast(:tahun as integer) and n.nama_penyedia is not null
    and instr(lower(t.nama_paket), lower(:kata)) > 0
), urut as (
  select persen_hps, row_number() over (order by persen_hps) as nomor, count(*) over () as banyak
  from menang where persen_hps is not null
), tengah as (
  select round(avg(persen_hps), 2) as median_persen from urut
  where banyak >= 10 and nomor in ((banyak + 1) / 2, (banyak + 2) / 2)
)
select nama_paket, nama_satker, nama_penyedia, nilai_kontrak_sen, hps_sen, persen_hps, median_persen, lokasi_pekerjaan, kd_tender
from menang cross join tengah
order by nilai_kontrak_sen desc, kd_tender
