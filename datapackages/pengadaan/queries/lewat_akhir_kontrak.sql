-- judul: Pekerjaan mana yang lewat akhir kontraknya dan serah terimanya tidak tercatat?
-- en: Which works are past their contract end with no handover recorded?
-- pembaca: jurnalis
-- nomor: 8
-- penjelasan: Kontrak versi terakhir (setelah adendum) yang tanggal akhirnya sebelum 31 Desember tahun anggarannya dan tidak
--    punya berita acara serah terima di rilis ini. Hari dihitung sampai 31 Desember. "Tidak tercatat" tidak sama dengan
--    "tidak diserahkan"; adendum menunjukkan perpanjangan yang tercatat.
-- explanation: Contracts in their last version (after addenda) that end before 31 December of their budget year and have
--    no handover record in this release. Days are counted to 31 December. "Not recorded" is not "not handed over".
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from kontrak where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from kontrak group by 1 order by 1 desc)
-- parameter: minimum (angka: 0)
-- butuh: kontrak?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data kontrak dan adendum dari e-Kontrak SPSE; UKPBJ dan LPSE {badan}
-- butuh: serah_terima?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data berita acara serah terima (BAST) dari e-Kontrak SPSE; PPK tiap perangkat daerah dan LPSE {badan}
-- kolom: hari_lewat; Hari lewat sampai 31 Desember; Days past until 31 December; hari
-- kolom: banyak_adendum; Adendum; Addenda; bilangan
-- baris: kontrak?no_kontrak={no_kontrak}&nama_klpd={nama_klpd}
with akhir as (
  select k.*, row_number() over (partition by kd_tender, kd_nontender, no_kontrak order by versi_addendum desc) as nomor
  from kontrak as k where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer)
)
select k.nama_paket, k.nama_satker, k.nama_penyedia, k.nilai_kontrak_sen, k.tgl_kontrak_awal, k.tgl_kontrak_akhir,
  cast(julianday(:tahun || '-12-31') - julianday(k.tgl_kontrak_akhir) as integer) as hari_lewat, k.versi_addendum as banyak_adendum,
  k.status_kontrak, k.no_kontrak, k.nama_klpd
from akhir as k
where k.nomor = 1 and k.tgl_kontrak_akhir < :tahun || '-12-31' and k.nilai_kontrak_sen >= 100 * cast(:minimum as integer)
  and not exists (select 1 from serah_terima as s where s.kd_tender = k.kd_tender and s.kd_nontender = k.kd_nontender and s.no_bast is not null and s.no_bast <> '')
order by k.nilai_kontrak_sen desc, k.no_kontrak
