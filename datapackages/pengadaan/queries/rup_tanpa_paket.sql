-- judul: Rencana mana yang paketnya tidak ditemukan?
-- en: Which plans have no package found?
-- pembaca: pengawas
-- nomor: 3
-- penjelasan: RUP penyedia dan swakelola yang aktif, yang kodenya (atau kode lama yang direvisi menjadi kode itu) tidak muncul
--    pada tender, non-tender, pencatatan, atau pesanan di rilis ini. "Tidak ditemukan" tidak sama dengan "tidak dilaksanakan";
--    pembelian kecil sering tidak dicatat per paket.
-- explanation: Active plans (suppliers and self-managed) whose code (or an older code revised into it) occurs in no tender, non-tender, record
--    or order of this release. "Not found" is not "not executed"; small purchases often are not recorded per package.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from rup_penyedia where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from rup_penyedia group by 1 order by 1 desc)
-- parameter: minimum (angka: 200000000)
-- butuh: rup_penyedia?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Rencana umum pengadaan melalui penyedia dari SiRUP; UKPBJ {badan} atau LKPP
-- document: Procurement plans through suppliers from SiRUP; procurement unit (UKPBJ) of {badan}, or LKPP
-- butuh: non_tender?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data pengumuman non tender dan pencatatan dari SPSE; UKPBJ dan LPSE {badan}
-- document: Notices of non-tenders and recorded procurement from SPSE; procurement unit (UKPBJ) and e-procurement
--    service (LPSE) of {badan}
-- kolom: pagu; Pagu; Ceiling; rupiah
-- baris: {tabel}?kd_rup={kd_rup}
-- grafik: {"mark": "bar", "encoding": {"y": {"field": "nama_satker", "type": "nominal", "sort": "-x"}, "x":
--    {"field": "pagu", "type": "quantitative", "aggregate": "sum"}}}
with tanpa as (
  select r.nama_paket, r.nama_satker, r.pagu, r.metode_pengadaan, r.tgl_awal_pemilihan, r.kd_rup, 'rup_penyedia' as tabel
  from rup_penyedia as r join hubungan as h on h.dari_kunci = r.kd_rup and h.dari_tabel = 'rup_penyedia' and h.jenis = 'rencana_berpaket' and h.tersambung = 0
  where r.nama_klpd = :badan and r.tahun_anggaran = cast(:tahun as integer) and r.pagu >= cast(:minimum as integer)
  union all
  select r.nama_paket, r.nama_satker, r.pagu, 'Swakelola', r.tgl_awal_pelaksanaan_kontrak, r.kd_rup, 'rup_swakelola'
  from rup_swakelola as r join hubungan as h on h.dari_kunci = r.kd_rup and h.dari_tabel = 'rup_swakelola' and h.jenis = 'rencana_berpaket' and h.tersambung = 0
  where r.nama_klpd = :badan and r.tahun_anggaran = cast(:tahun as integer) and r.pagu >= cast(:minimum as integer)
)
select * from tanpa order by pagu desc, kd_rup
