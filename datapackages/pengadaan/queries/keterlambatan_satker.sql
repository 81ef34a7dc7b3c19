-- judul: Serah terima yang lewat akhir kontrak, per satuan kerja: berapa, berapa hari, dengan adendum?
-- en: Handovers after the contract end, per office: how many, how many days, with addenda?
-- pembaca: pengawas
-- nomor: 12
-- penjelasan: Kontrak yang serah terimanya tercatat; terlambat bila serah terima pertama sesudah akhir kontrak menurut adendum
--    terakhir. Denda keterlambatan hanya ada sebagai jumlah di akun 4.1.04 (lain-lain PAD), tidak per kontrak.
-- explanation: Contracts with a recorded handover; late where the first handover is after the contract end as last
--    amended. Fines exist only as a total in account 4.1.04, not per contract.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_klpd from kontrak_terkini where nama_klpd is not null order by 1)
-- parameter: tahun (pilihan: select distinct tahun_anggaran from kontrak_terkini where tahun_anggaran is not null union select distinct tahun_anggaran from paket where tahun_anggaran is not null order by 1 desc)
-- butuh: kontrak_terkini?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data kontrak dan adendum dari e-Kontrak SPSE; UKPBJ dan LPSE {badan}
-- document: Contracts and addenda from SPSE e-Kontrak; procurement unit (UKPBJ) and e-procurement service (LPSE) of
--    {badan}
-- butuh: serah_terima?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data berita acara serah terima (BAST) dari e-Kontrak SPSE beserta rincian denda keterlambatan; PPK tiap perangkat daerah {badan}
-- document: Handover records (BAST) from SPSE e-Kontrak with details of late fines; contract officers (PPK) of each
--    office of {badan}
-- kolom: diserahkan; Serah terima tercatat; Handovers recorded; bilangan
-- kolom: terlambat; Sesudah akhir kontrak; After the contract end; bilangan
-- kolom: persen_terlambat; Persen; Percent; persen
-- kolom: hari_rata_rata; Rata-rata hari; Average days; hari
-- kolom: hari_terlama; Hari terlama; Longest; hari
-- kolom: beradendum; Dengan adendum; With an addendum; bilangan
-- baris: serah_terima?nama_klpd={badan}&tahun_anggaran={tahun}&nama_satker={nama_satker}
-- grafik: {"mark": "bar", "transform": [{"fold": ["diserahkan", "terlambat"], "as": ["ukuran", "banyaknya"]}],
--    "encoding": {"y": {"field": "nama_satker", "type": "nominal", "sort": null}, "x": {"field": "banyaknya",
--    "type": "quantitative"}, "yOffset": {"field": "ukuran", "type": "nominal", "sort": null}, "color": {"field":
--    "ukuran", "type": "nominal", "sort": null}}}
with serah as (
  select kd_tender, kd_nontender, min(tgl_bast) as tgl_bast from serah_terima
  where nama_klpd = :badan and no_bast <> '' and tgl_bast is not null group by kd_tender, kd_nontender
), hari as (
  select k.nama_satker, k.jumlah_adendum, cast(julianday(s.tgl_bast) - julianday(k.tgl_akhir_kini) as integer) as lewat
  from kontrak_terkini as k join serah as s on s.kd_tender = k.kd_tender and s.kd_nontender = k.kd_nontender
  where k.nama_klpd = :badan and k.tahun_anggaran = cast(:tahun as integer) and k.tgl_akhir_kini is not null
)
select nama_satker, count(*) as diserahkan, sum(lewat > 0) as terlambat, round(100.0 * sum(lewat > 0) / count(*), 1) as persen_terlambat,
  round(avg(case when lewat > 0 then lewat end), 1) as hari_rata_rata, max(case when lewat > 0 then lewat end) as hari_terlama,
  sum(lewat > 0 and jumlah_adendum > 0) as beradendum
from hari
group by nama_satker
order by nama_satker
