-- judul: Sub kegiatan dan akun mana yang ditambah atau dipotong pada APBD perubahan?
-- en: Which sub-activities and accounts were added or cut in the revised budget?
-- pembaca: jurnalis
-- nomor: 4
-- penjelasan: Satu baris satu sub kegiatan dan akun belanja yang nilainya berbeda antara murni dan perubahan. Baris yang hanya
--    ada di satu tahapan dihitung nol pada tahapan lain. Bila salah satu tahapan tidak ada di rilis, jawabannya kosong.
-- explanation: One row per sub-activity and account whose value differs between original and revised budget. A line that
--    occurs in one stage only counts as zero in the other. Empty where the release lacks one of the stages.
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
-- kolom: perubahan_sen; APBD perubahan; Revised budget; sen
-- kolom: selisih_perubahan_sen; Perubahan dikurangi murni; Revision minus original; sen
-- baris: anggaran?nama_pemda={badan}&tahun_anggaran={tahun}&nama_skpd={nama_skpd}&kode_sub_kegiatan={kode_sub_kegiatan}&kode_rekening={kode_rekening}
with tahap as (
  select nama_skpd, kode_sub_kegiatan, nama_sub_kegiatan, kode_rekening, nama_rekening,
    sum(case when tahapan = 'MURNI' then nilai_sen else 0 end) as murni_sen,
    sum(case when tahapan = 'PERUBAHAN' then nilai_sen else 0 end) as perubahan_sen
  from anggaran
  where nama_pemda = :badan and tahun_anggaran = cast(:tahun as integer) and tahapan in ('MURNI', 'PERUBAHAN')
    and 2 = (select count(distinct tahapan) from anggaran where nama_pemda = :badan and tahun_anggaran = cast(:tahun as integer) and tahapan in ('MURNI', 'PERUBAHAN'))
  group by nama_skpd, kode_sub_kegiatan, nama_sub_kegiatan, kode_rekening, nama_rekening
)
select nama_skpd, kode_sub_kegiatan, nama_sub_kegiatan, kode_rekening, nama_rekening, murni_sen, perubahan_sen,
  perubahan_sen - murni_sen as selisih_perubahan_sen
from tahap where perubahan_sen <> murni_sen
order by abs(perubahan_sen - murni_sen) desc, nama_skpd, kode_sub_kegiatan, kode_rekening
