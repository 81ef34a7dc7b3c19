-- judul: Berapa cakupan layanan kesehatan tiap kabupaten/kota, dan berapa targetnya?
-- en: What is the coverage of a health service in each regency and city, and what is its target?
-- pembaca: jurnalis
-- nomor: 9
-- penjelasan: Pembilang, penyebut, dan persen satu layanan. Target dari tabel target_layanan menurut masa berlakunya; "tidak tercatat" bila
--    rilis ini tidak memuat targetnya. Ditutup: pembilang 1 sampai 9 orang, atau yang belum dilayani 1 sampai 9 orang. Baris
--    provinsi hanya ada bila tidak ada kabupaten/kota yang ditutup. Sasaran adalah proyeksi, maka cakupan dapat melebihi 100 persen.
-- explanation: Numerator, denominator and percentage of one service. Targets come from table target_layanan for the years in
--    which they apply; "tidak tercatat" (not recorded) where this release has none. Closed: 1 to 9 people served, or 1 to 9 not
--    served. The province has a row only if no regency is closed. Targets are projections, so coverage may exceed 100 percent.
-- parameter: indikator (pilihan: select distinct indikator from cakupan_layanan order by 1)
-- parameter: tahun (pilihan: select distinct tahun from cakupan_layanan order by 1 desc)
-- butuh: cakupan_layanan?tahun={tahun}&indikator={indikator}
-- dokumen: Profil Kesehatan tahun {tahun}, tabel cakupan layanan menurut kabupaten/kota; Dinas Kesehatan provinsi
-- document: Health profile (Profil Kesehatan) of {tahun}, table of service coverage by regency; provincial health office
--    (Dinas Kesehatan)
-- kolom: target; Target; Target; persen
-- kolom: selisih_target; Selisih dari target; Difference from the target; persen
-- kolom: dasar_target; Dasar target; Basis of the target; teks
-- kolom: keadaan; Keadaan; State; teks
-- baris: cakupan_layanan?tahun={tahun}&indikator={indikator}&kode_wilayah={kode_wilayah}
-- grafik: {"mark": "bar", "encoding": {"y": {"field": "nama_wilayah", "type": "nominal", "sort": null}, "x": {"field":
--    "persen", "type": "quantitative"}}}
select c.kode_wilayah, c.nama_wilayah, c.pembilang, c.penyebut, c.satuan, c.persen, t.target_persen as target,
  round(c.persen - t.target_persen, 2) as selisih_target,
  coalesce(t.dasar || ' (' || t.status_dasar || ')', 'tidak tercatat') as dasar_target,
  coalesce(t.dasar || case t.status_dasar when 'belum diperiksa' then ' (not yet checked)' else ' (checked)' end, 'not recorded') as dasar_target_en,
  case when c.ditutup = 1 then 'ditutup' when c.persen is null then 'tidak tercatat' else 'terbit' end as keadaan,
  case when c.ditutup = 1 then 'closed' when c.persen is null then 'not recorded' else 'published' end as keadaan_en
from cakupan_layanan as c left join target_layanan as t on t.indikator = c.indikator and t.tahun_dari <= c.tahun
  and coalesce(t.tahun_sampai, 9999) >= c.tahun
where c.tahun = cast(:tahun as integer) and c.indikator = :indikator
order by c.tingkat = 'provinsi' desc, c.kode_wilayah
