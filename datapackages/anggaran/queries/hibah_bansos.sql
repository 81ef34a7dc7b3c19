-- judul: Hibah dan bantuan sosial: lewat SKPD mana, berapa, dan ditambah pada tahapan apa?
-- en: Grants and social aid: through which office, how much, and at which budget stage was it added?
-- pembaca: jurnalis
-- nomor: 11
-- penjelasan: Belanja hibah (5.1.05) dan bantuan sosial (5.1.06) tiap SKPD dan akun pada tiap tahapan. Nama penerima tidak
--    ada di anggaran; adanya di lampiran peraturan kepala daerah. Kecepatan bayar tidak dihitung karena SP2D tidak memuat
--    kode akun.
-- explanation: Grants (5.1.05) and social aid (5.1.06) per office and account at each stage. Recipients are not in the
--    budget but in an annex of the regulation. Speed of payment is not computed: payment orders carry no account code.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_pemda from anggaran order by 1)
-- parameter: tahun (pilihan: select distinct tahun_anggaran from anggaran order by 1 desc)
-- butuh: anggaran?nama_pemda={badan}&tahun_anggaran={tahun}
-- dokumen: Penjabaran APBD beserta lampiran daftar penerima, alamat, dan besaran hibah dan bantuan sosial; BPKAD {badan}
-- document: Detailed budget (penjabaran APBD) with its annex of recipients, addresses and amounts of grants and
--    social aid; finance and asset agency (BPKAD) of {badan}
-- kolom: murni_sen; APBD murni; Original budget; sen
-- kolom: geser_sen; Pergeseran; Shifted budget; sen
-- kolom: perubahan_sen; APBD perubahan; Revised budget; sen
-- baris: anggaran?nama_pemda={badan}&tahun_anggaran={tahun}&nama_skpd={nama_skpd}&kode_rekening={kode_rekening}
-- grafik: {"mark": "bar", "transform": [{"fold": ["murni_sen", "geser_sen", "perubahan_sen"], "as": ["ukuran",
--    "nilai_sen"]}], "encoding": {"y": {"field": "nama_skpd", "type": "nominal", "sort": null}, "x": {"field":
--    "nilai_sen", "type": "quantitative", "aggregate": "sum"}, "yOffset": {"field": "ukuran", "type": "nominal",
--    "sort": null}, "color": {"field": "ukuran", "type": "nominal", "sort": null}}}
select nama_skpd, kode_rekening, nama_rekening, sum(case when tahapan = 'MURNI' then nilai_sen end) as murni_sen,
  sum(case when tahapan = 'GESER' then nilai_sen end) as geser_sen, sum(case when tahapan = 'PERUBAHAN' then nilai_sen end) as perubahan_sen
from anggaran
where nama_pemda = :badan and tahun_anggaran = cast(:tahun as integer)
  and (kode_rekening like '5.1.05.%' or kode_rekening like '5.1.06.%')
group by nama_skpd, kode_rekening, nama_rekening
order by nama_skpd, kode_rekening
