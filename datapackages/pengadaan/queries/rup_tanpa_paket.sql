-- judul: Rencana mana yang paketnya tidak ditemukan?
-- en: Which plans have no package found?
-- pembaca: pengawas
-- nomor: 3
-- penjelasan: RUP penyedia yang aktif dan diumumkan, yang kodenya (atau kode lama yang direvisi menjadi kode itu) tidak muncul
--    pada tender, non tender, pencatatan, atau e-purchasing di rilis ini. "Tidak ditemukan" tidak sama dengan "tidak dilaksanakan";
--    pembelian kecil sering tidak dicatat per paket.
-- explanation: Active announced plans whose code (or an older code revised into it) occurs in no tender, non-tender, record
--    or order of this release. "Not found" is not "not executed"; small purchases often are not recorded per package.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from rup_penyedia where nama_klpd is not null group by 1 order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from rup_penyedia group by 1 order by 1 desc)
-- parameter: minimum (angka: 200000000)
-- butuh: rup_penyedia?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Rencana umum pengadaan melalui penyedia dari SiRUP; UKPBJ {badan} atau LKPP
-- butuh: non_tender?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data pengumuman non tender dan pencatatan dari SPSE; UKPBJ dan LPSE {badan}
-- baris: rup_penyedia?kd_rup={kd_rup}
with recursive pakai (kd_rup) as (
  select kd_rup from tender_rup union select kd_rup from non_tender_rup union select kd_rup from epurchasing_rup
  union select kd_rup from pencatatan_non_tender_rup union select kd_rup from tender_nilai_rup union select kd_rup from non_tender_nilai_rup
), langkah (awal, kini) as (
  select v.kd_rup_lama, v.kd_rup_baru from rup_revisi as v join pakai as p on p.kd_rup = v.kd_rup_lama
  union
  select l.awal, v.kd_rup_baru from langkah as l join rup_revisi as v on v.kd_rup_lama = l.kini
)
select r.nama_paket, r.nama_satker, r.pagu, r.metode_pengadaan, r.tgl_awal_pemilihan, r.kd_rup
from rup_penyedia as r
where r.nama_klpd = :badan and r.tahun_anggaran = cast(:tahun as integer) and r.pagu >= cast(:minimum as integer)
  and coalesce(r.status_aktif_rup, 1) = 1 and coalesce(r.status_delete_rup, 0) = 0
  and r.kd_rup not in (select kd_rup from pakai) and r.kd_rup not in (select kini from langkah where kini is not null)
order by r.pagu desc, r.kd_rup
