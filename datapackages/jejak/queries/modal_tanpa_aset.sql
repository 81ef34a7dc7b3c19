-- judul: Kontrak belanja modal mana yang sudah diserahterimakan, tetapi asetnya tidak tercatat?
-- en: Which capital contracts were handed over without an asset on record?
-- pembaca: pengawas
-- nomor: 8
-- penjelasan: Paket berakun belanja modal (5.2) yang serah terimanya tercatat, lewat sekian bulan sebelum kartu inventaris terakhir
--    diambil, dan tidak ditemukan di KIB menurut nomor kontrak, nomor BAST, atau kecocokan nilai dan uraian. "Tidak tercatat"
--    tidak sama dengan tidak ada: aset bisa dicatat dengan nama lain, digabung, atau di kartu yang tidak ada di rilis.
-- explanation: Packages on a capital account (5.2) with a recorded handover, so many months before the asset registers were last
--    retrieved, and not found there by contract number, handover number or matching value and description. "Not
--    recorded" is not "does not exist": it may be booked under another name, merged, or in a register not in the release.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select distinct nama_klpd from kontrak_terkini where nama_klpd is not null order by 1)
-- parameter: tahun (bawaan: semua; pilihan: select 'semua' union all select tahun_anggaran from (select distinct tahun_anggaran from kontrak_terkini where tahun_anggaran is not null order by 1 desc))
-- parameter: bulan (angka: 6)
-- butuh: serah_terima?nama_klpd={badan}
-- dokumen: Data berita acara serah terima (BAST) dari e-Kontrak SPSE; PPK tiap perangkat daerah dan LPSE {badan}
-- document: Handover records (BAST) from SPSE e-Kontrak; contract officers (PPK) of each office and e-procurement
--    service (LPSE) of {badan}
-- butuh: kib_b
-- dokumen: Kartu inventaris barang A sampai F beserta nomor kontrak atau BAST perolehannya; BPKAD bidang aset {badan}
-- document: Asset register cards A to F with the number of the contract or handover record (BAST) of each
--    acquisition; asset division of the finance and asset agency (BPKAD) of {badan}
-- kolom: nilai_sen; Nilai; Value; sen
-- kolom: tgl_serah_terima; Serah terima; Handover; tanggal
-- kolom: tgl_kartu; Kartu inventaris diambil; Registers retrieved; tanggal
-- kolom: bulan_lewat; Bulan sesudahnya; Months since; bilangan
-- baris: jejak?jalur={kunci_jalur}&kunci={kunci}
with kartu as (
  select max(diambil_pada) as tgl_kartu from berkas_sumber where resource in ('kib_a', 'kib_b', 'kib_c', 'kib_d', 'kib_e', 'kib_f')
), serah as (
  select kd_tender, kd_nontender, min(tgl_bast) as tgl_serah_terima from serah_terima
  where nama_klpd = :badan and no_bast <> '' and tgl_bast is not null group by kd_tender, kd_nontender
), paket_serah as (
  select case when kd_tender <> '' then 'tender' else 'non_tender' end as jalur,
    case when kd_tender <> '' then kd_tender else kd_nontender end as kunci, tgl_serah_terima from serah
), hasil as (
  select j.nama_paket, j.nama_satker, j.nilai_sen, m.kode_rekening_modal, s.tgl_serah_terima, substr(k.tgl_kartu, 1, 10) as tgl_kartu,
    cast((julianday(k.tgl_kartu) - julianday(s.tgl_serah_terima)) / 30.4375 as integer) as bulan_lewat, j.jalur as kunci_jalur, j.kunci
  from paket_serah as s join jejak as j on j.jalur = s.jalur and j.kunci = s.kunci
    join paket_modal as m on m.jalur = j.jalur and m.kunci = j.kunci and m.belanja_modal = 1 join kartu as k
  where j.aset = 'tidak tercatat' and (:tahun = 'semua' or j.tahun_anggaran = cast(:tahun as integer))
)
select * from hasil where bulan_lewat >= cast(:bulan as integer)
order by nilai_sen desc, kunci
