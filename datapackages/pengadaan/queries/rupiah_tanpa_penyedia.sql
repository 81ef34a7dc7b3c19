-- judul: Berapa rupiah tahun ini yang penyedianya tidak bernama di data?
-- en: How many rupiah this year have no named supplier?
-- pembaca: jurnalis
-- nomor: 2
-- penjelasan: Per jalur pengadaan, nilai paket yang bernama penyedia dan yang tidak; paket gagal atau batal tidak ikut. Nilai
--    paket: kontrak menurut adendum terakhir, bila tidak tercatat nilai kontrak di daftar hasil; pencatatan memakai realisasi,
--    e-katalog nilai pesanan. Tanpa nama berarti tidak tercatat di sumber, bukan berarti tidak ada penyedianya.
-- explanation: Per channel, value of packages with and without a named supplier; failed or cancelled ones left out. A
--    package's value is its contract as last amended, else the contract value in the result list; records use what was
--    realised, e-catalogue the order. Unnamed means not recorded in the source, not that there was none.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from cakupan_rupiah where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from cakupan_rupiah where tahun_anggaran > 0 group by 1 order by 1 desc)
-- butuh: (pelengkap) tender_nilai?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data nilai tender selesai dari SPSE; UKPBJ dan LPSE {badan}
-- document: Values of finished tenders from SPSE; procurement unit (UKPBJ) and e-procurement service (LPSE) of
--    {badan}
-- butuh: (pelengkap) non_tender_nilai?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data nilai non tender selesai dari SPSE; UKPBJ dan LPSE {badan}
-- document: Values of finished non-tenders from SPSE; procurement unit (UKPBJ) and e-procurement service (LPSE) of
--    {badan}
-- butuh: (pelengkap) epurchasing?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data paket e-purchasing beserta daftar penyedia e-katalog; UKPBJ {badan} atau LKPP
-- document: E-purchasing packages with the list of e-catalogue suppliers; procurement unit (UKPBJ) of {badan}, or
--    LKPP
-- kolom: jumlah; Paket; Packages; bilangan
-- kolom: tanpa_nilai; Paket tanpa nilai tercatat; Packages without a value; bilangan
-- kolom: nilai_sen; Nilai; Value; sen
-- kolom: jumlah_tanpa_nama; Bernilai tanpa nama penyedia; Valued without a supplier's name; bilangan
-- kolom: nilai_tanpa_nama_sen; Nilai tanpa nama penyedia; Value without a supplier's name; sen
-- kolom: persen_tanpa_nama; Persen nilai tanpa nama; Percent of value without a name; persen
-- baris: paket?nama_klpd={badan}&tahun_anggaran={tahun}&jalur={jalur}&keadaan__not=gagal_batal
-- grafik: {"mark": "bar", "transform": [{"fold": ["nilai_sen", "nilai_tanpa_nama_sen"], "as": ["ukuran",
--    "rupiah_sen"]}], "encoding": {"y": {"field": "jalur", "type": "nominal", "sort": null}, "x": {"field":
--    "rupiah_sen", "type": "quantitative"}, "yOffset": {"field": "ukuran", "type": "nominal", "sort": null},
--    "color": {"field": "ukuran", "type": "nominal", "sort": null}}}
select jalur, count(*) as jumlah, sum(nilai_sen is null) as tanpa_nilai, sum(coalesce(nilai_sen, 0)) as nilai_sen,
  sum(nilai_sen > coalesce(nilai_berpenyedia_sen, 0)) as jumlah_tanpa_nama, sum(coalesce(nilai_sen, 0) - coalesce(nilai_berpenyedia_sen, 0)) as nilai_tanpa_nama_sen,
  case when sum(nilai_sen) > 0 then round(100.0 * sum(coalesce(nilai_sen, 0) - coalesce(nilai_berpenyedia_sen, 0)) / sum(nilai_sen), 2) end as persen_tanpa_nama
from paket
where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer) and keadaan <> 'gagal_batal'
group by jalur
order by jalur
