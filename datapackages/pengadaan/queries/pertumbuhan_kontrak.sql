-- judul: Kontrak mana yang nilainya tumbuh lewat adendum?
-- en: Which contracts grew through addenda?
-- pembaca: pengawas
-- nomor: 6
-- penjelasan: Nilai awal dan nilai menurut adendum terakhir tiap kontrak, dengan alasan yang ditulis PPK di sampingnya. Batas
--    persennya dipilih pembaca; dasar hukum batas kenaikan belum diverifikasi di sini. Perlu dicek, bukan bukti pelanggaran. Kontrak yang versi
--    awalnya tidak ada di rilis tidak ikut.
-- explanation: First and last recorded value of each contract, with the reason given beside it. The reader chooses the
--    percentage; the legal limit of growth is not verified here. To be checked, no proof of a breach. Contracts without their first
--    version in the release are left out.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_klpd from kontrak_terkini where nama_klpd is not null order by 1)
-- parameter: tahun (bawaan: semua; pilihan: select 'semua' union all select tahun_anggaran from (select distinct tahun_anggaran from kontrak_terkini where tahun_anggaran is not null order by 1 desc))
-- parameter: persen (angka: 10)
-- butuh: kontrak_terkini?nama_klpd={badan}&jumlah_adendum__gt=0
-- dokumen: Data kontrak beserta semua adendumnya dari e-Kontrak SPSE; UKPBJ dan LPSE {badan}
-- document: Contracts with all their addenda from SPSE e-Kontrak; procurement unit (UKPBJ) and e-procurement service
--    (LPSE) of {badan}
-- kolom: kenaikan_sen; Kenaikan; Growth; sen
-- kolom: persen_kenaikan; Kenaikan dalam persen; Growth in percent; persen
-- baris: kontrak?no_kontrak={no_kontrak}&nama_satker={nama_satker}
-- grafik: {"mark": "bar", "transform": [{"fold": ["nilai_awal_sen", "nilai_kini_sen"], "as": ["ukuran",
--    "rupiah_sen"]}], "encoding": {"y": {"field": "nama_paket", "type": "nominal", "sort": null}, "x": {"field":
--    "rupiah_sen", "type": "quantitative", "aggregate": "sum"}, "yOffset": {"field": "ukuran", "type": "nominal",
--    "sort": null}, "color": {"field": "ukuran", "type": "nominal", "sort": null}}}
select k.nama_paket, k.nama_satker, k.nama_penyedia, k.nilai_awal_sen, k.nilai_kini_sen, k.nilai_kini_sen - k.nilai_awal_sen as kenaikan_sen,
  round(100.0 * (k.nilai_kini_sen - k.nilai_awal_sen) / k.nilai_awal_sen, 2) as persen_kenaikan, k.jumlah_adendum,
  a.alasan_addendum, a.alasan_nilai_kontrak_10_persen, k.no_kontrak
from kontrak_terkini as k
  left join kontrak as a on a.kd_tender = k.kd_tender and a.kd_nontender = k.kd_nontender and a.no_kontrak = k.no_kontrak and a.versi_addendum = k.versi_kini
where k.nama_klpd = :badan and (:tahun = 'semua' or k.tahun_anggaran = cast(:tahun as integer)) and k.jumlah_adendum > 0 and k.awal_tercatat = 1
  and k.nilai_awal_sen > 0 and (k.nilai_kini_sen - k.nilai_awal_sen) * 100 > k.nilai_awal_sen * cast(:persen as integer)
order by kenaikan_sen desc, k.no_kontrak
