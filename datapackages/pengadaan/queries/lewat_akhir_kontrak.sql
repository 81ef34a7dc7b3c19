-- judul: Pekerjaan mana yang lewat akhir kontraknya dan serah terimanya tidak tercatat?
-- en: Which works are past their contract end with no handover recorded?
-- pembaca: jurnalis
-- nomor: 8
-- penjelasan: Kontrak menurut adendum terakhir yang tanggal akhirnya sebelum 31 Desember tahun anggarannya dan tidak
--    punya berita acara serah terima di rilis ini. Hari dihitung sampai 31 Desember. "Tidak tercatat" tidak sama dengan
--    "tidak diserahkan"; adendum menunjukkan perpanjangan yang tercatat.
-- explanation: Contracts in their last version (after addenda) that end before 31 December of their budget year and have
--    no handover record in this release. Days are counted to 31 December. "Not recorded" is not "not handed over".
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from kontrak where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from kontrak group by 1 order by 1 desc)
-- parameter: minimum (angka: 0)
-- butuh: kontrak?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data kontrak dan adendum dari e-Kontrak SPSE; UKPBJ dan LPSE {badan}
-- document: Contracts and addenda from SPSE e-Kontrak; procurement unit (UKPBJ) and e-procurement service (LPSE) of
--    {badan}
-- butuh: serah_terima?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data berita acara serah terima (BAST) dari e-Kontrak SPSE; PPK tiap perangkat daerah dan LPSE {badan}
-- document: Handover records (BAST) from SPSE e-Kontrak; contract officers (PPK) of each office and e-procurement
--    service (LPSE) of {badan}
-- kolom: hari_lewat; Hari lewat sampai 31 Desember; Days past until 31 December; hari
-- kolom: hari_perpanjangan; Diperpanjang; Extended; hari
-- baris: kontrak?no_kontrak={no_kontrak}&kd_tender={kunci_tender}&kd_nontender={kunci_nontender}
select k.nama_paket, k.nama_satker, k.nama_penyedia, k.nilai_awal_sen, k.nilai_kini_sen, k.tgl_mulai, k.tgl_akhir_awal, k.tgl_akhir_kini,
  cast(julianday(:tahun || '-12-31') - julianday(k.tgl_akhir_kini) as integer) as hari_lewat,
  cast(julianday(k.tgl_akhir_kini) - julianday(k.tgl_akhir_awal) as integer) as hari_perpanjangan, k.jumlah_adendum, k.status_kontrak, k.no_kontrak,
  k.kd_tender as kunci_tender, k.kd_nontender as kunci_nontender
from kontrak_terkini as k
where k.nama_klpd = :badan and k.tahun_anggaran = cast(:tahun as integer) and k.tgl_akhir_kini < :tahun || '-12-31' and k.nilai_kini_sen >= 100 * cast(:minimum as integer)
  and not exists (select 1 from hubungan as h where h.jenis = 'kontrak_serah_terima' and h.dari_tabel = 'kontrak'
    and h.dari_kunci = k.kd_tender || '|' || k.kd_nontender || '|' || k.no_kontrak and h.tersambung = 1)
  and not exists (select 1 from serah_terima as s where s.kd_tender = k.kd_tender and s.kd_nontender = k.kd_nontender and s.no_bast <> '')
order by k.nilai_kini_sen desc, k.no_kontrak
