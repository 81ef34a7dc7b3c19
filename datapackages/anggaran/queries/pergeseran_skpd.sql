-- judul: SKPD mana yang anggarannya paling banyak bergeser dari APBD murni, pergeseran, sampai perubahan?
-- en: Which offices' budgets moved most between the original budget, its shifts and the revision?
-- pembaca: jurnalis
-- nomor: 4
-- penjelasan: Jumlah anggaran tiap SKPD pada tiap tahapan yang ada di rilis ini, dan selisih perubahan dengan murni. Tahapan
--    yang tidak ada di rilis kosong, bukan nol. Diurutkan menurut besarnya selisih, naik atau turun.
-- explanation: Each office's budget at each stage that this release holds, and the revision minus the original. A stage
--    that the release lacks is empty, not zero. Ordered by the size of the difference, up or down.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_pemda from anggaran order by 1)
-- parameter: tahun (pilihan: select distinct tahun_anggaran from anggaran order by 1 desc)
-- butuh: anggaran?nama_pemda={badan}&tahun_anggaran={tahun}&tahapan=MURNI
-- dokumen: Peraturan kepala daerah tentang penjabaran APBD beserta lampiran rincian per SKPD; BPKAD {badan}
-- document: Regulation of the head of the region that sets out the budget (APBD), with its annex per office (SKPD);
--    finance and asset agency (BPKAD) of {badan}
-- butuh: anggaran?nama_pemda={badan}&tahun_anggaran={tahun}&tahapan=PERUBAHAN
-- dokumen: Peraturan kepala daerah tentang penjabaran perubahan APBD beserta lampiran rincian per SKPD; BPKAD {badan}
-- document: Regulation of the head of the region that sets out the revised budget (APBD perubahan), with its annex
--    per office (SKPD); finance and asset agency (BPKAD) of {badan}
-- kolom: murni_sen; APBD murni; Original budget; sen
-- kolom: geser_sen; Pergeseran; Shifted budget; sen
-- kolom: perubahan_sen; APBD perubahan; Revised budget; sen
-- kolom: selisih_perubahan_sen; Perubahan dikurangi murni; Revision minus original; sen
-- kolom: persen_selisih; Selisih dalam persen murni; Difference in percent of original; persen
-- baris: anggaran?nama_pemda={badan}&tahun_anggaran={tahun}&nama_skpd={nama_skpd}
-- grafik: {"mark": "bar", "transform": [{"fold": ["murni_sen", "geser_sen", "perubahan_sen"], "as": ["ukuran",
--    "nilai_sen"]}], "encoding": {"y": {"field": "nama_skpd", "type": "nominal", "sort": null}, "x": {"field":
--    "nilai_sen", "type": "quantitative"}, "yOffset": {"field": "ukuran", "type": "nominal", "sort": null},
--    "color": {"field": "ukuran", "type": "nominal", "sort": null}}}
with tahap as (
  select nama_skpd, sum(case when tahapan = 'MURNI' then nilai_sen end) as murni_sen,
    sum(case when tahapan = 'GESER' then nilai_sen end) as geser_sen,
    sum(case when tahapan = 'PERUBAHAN' then nilai_sen end) as perubahan_sen
  from anggaran
  where nama_pemda = :badan and tahun_anggaran = cast(:tahun as integer)
  group by nama_skpd
)
select nama_skpd, murni_sen, geser_sen, perubahan_sen, perubahan_sen - murni_sen as selisih_perubahan_sen,
  case when murni_sen > 0 then round(100.0 * (perubahan_sen - murni_sen) / murni_sen, 2) end as persen_selisih
from tahap
order by abs(perubahan_sen - murni_sen) desc, nama_skpd
