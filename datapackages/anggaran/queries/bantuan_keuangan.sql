-- judul: Bantuan keuangan provinsi: dianggarkan berapa, dan berapa pendapatan transfer yang dicatat kabupaten/kota?
-- en: Provincial transfers: how much was budgeted, and how much do districts record as received?
-- pembaca: peneliti
-- nomor: 12
-- penjelasan: Belanja bantuan keuangan (5.4) tiap pemerintah dan tahun menurut laporan realisasi, dan pendapatan transfer
--    antardaerah yang dicatat. Penerima per kabupaten dan paket yang dibiayai tidak ada di data ini.
-- explanation: Transfers paid (5.4) per government and year from the realisation reports, and transfer income between
--    regions where recorded. Recipients and the packages they paid for are not in these data.
-- parameter: tahun (pilihan: select tahun from lra group by 1 order by max(nama_pemda = 'Provinsi Kalimantan Timur') desc, 1 desc)
-- butuh: lra?tahun={tahun}
-- dokumen: Laporan realisasi anggaran (LRA) pemerintah daerah; BPKAD dan DJPK Kementerian Keuangan
-- document: Budget realisation reports (LRA) of regional governments; finance and asset agencies (BPKAD) and DJPK,
--    Ministry of Finance
-- butuh: (pelengkap) anggaran?tahun_anggaran={tahun}&kode_rekening__startswith=5.4.02
-- dokumen: Keputusan kepala daerah tentang daftar penerima dan besaran bantuan keuangan; BPKAD provinsi
-- document: Decision of the head of the region with recipients and amounts of financial transfers; finance and asset
--    agency (BPKAD) of the province
-- kolom: persen_realisasi; Persen realisasi; Percent realised; persen
-- baris: lra?tahun={tahun}&nama_pemda={nama_pemda}&akun={akun}
select nama_pemda, akun, periode, anggaran_sen, realisasi_sen,
  case when anggaran_sen > 0 and coalesce(anggaran_dibulatkan, 0) = 0 and coalesce(realisasi_dibulatkan, 0) = 0
    then round(100.0 * realisasi_sen / anggaran_sen, 2) end as persen_realisasi
from lra
where tahun = cast(:tahun as integer) and (akun like '%bantuan keuangan%' or akun like '%transfer antar daerah%' or akun like '%transfer antardaerah%')
order by nama_pemda, urutan
