-- judul: Rencana dan kontrak mana yang diubah, dan apa isinya sebelum dan sesudahnya?
-- en: Which plans and contracts were changed, and what did they say before and after?
-- pembaca: peneliti
-- nomor: 4
-- penjelasan: Perubahan yang dicatat sumbernya sendiri: revisi RUP (kode lama ke kode baru) dan adendum kontrak (nilai sebelum
--    dan sesudah). Kolom sebelum kosong bila versi lamanya tidak ada di rilis. Perubahan antar rilis memerlukan kedua rilisnya.
-- explanation: Changes that the sources themselves record: plan revisions (old to new code) and contract addenda (value
--    before and after). The before column is empty where the older version is not in the release. Changes between releases
--    need both releases.
-- parameter: badan (bawaan: Provinsi Kalimantan Timur; pilihan: select nama_klpd from rup_revisi where nama_klpd is not null union select nama_klpd from kontrak where nama_klpd is not null order by 1)
-- parameter: tahun (pilihan: select tahun_anggaran from rup_revisi where tahun_anggaran is not null union select tahun_anggaran from kontrak where tahun_anggaran is not null order by 1 desc)
-- butuh: (pelengkap) rup_revisi?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Riwayat revisi RUP dari SiRUP; UKPBJ {badan} atau LKPP
-- document: History of plan (RUP) revisions from SiRUP; procurement unit (UKPBJ) of {badan}, or LKPP
-- butuh: (pelengkap) kontrak?nama_klpd={badan}&tahun_anggaran={tahun}
-- dokumen: Data kontrak beserta semua adendumnya dari e-Kontrak SPSE; UKPBJ dan LPSE {badan}
-- document: Contracts with all their addenda from SPSE e-Kontrak; procurement unit (UKPBJ) and e-procurement service
--    (LPSE) of {badan}
-- kolom: perubahan; Perubahan; Change; teks
-- kolom: pengenal; Kode; Code; teks
-- kolom: sebelum_sen; Nilai sebelum; Value before; sen
-- kolom: sesudah_sen; Nilai sesudah; Value after; sen
-- kolom: selisih_sen; Selisih; Difference; sen
-- kolom: keterangan; Keterangan; Remark; teks
-- baris: {tabel}?{kolom_satu}={kunci_satu}&{kolom_dua}={kunci_dua}
with semua as (
  select 'revisi RUP (' || coalesce(nullif(v.jenis_revisi, ''), 'jenis tidak tercatat') || ')' as perubahan, v.kd_rup_lama || ' → ' || coalesce(nullif(v.kd_rup_baru, ''), 'tidak tercatat') as pengenal,
    coalesce(b.nama_paket, l.nama_paket) as nama_paket, v.nama_satker, 100 * l.pagu as sebelum_sen, 100 * b.pagu as sesudah_sen, v.alasan_kajiulang as keterangan,
    'rup_revisi' as tabel, 'kd_rup_lama' as kolom_satu, v.kd_rup_lama as kunci_satu, 'kd_rup_baru' as kolom_dua, v.kd_rup_baru as kunci_dua
  from rup_revisi as v left join rup_penyedia as l on l.kd_rup = v.kd_rup_lama left join rup_penyedia as b on b.kd_rup = v.kd_rup_baru
  where v.nama_klpd = :badan and v.tahun_anggaran = cast(:tahun as integer)
  union all
  select 'adendum kontrak ' || versi_addendum, no_kontrak, nama_paket, nama_satker, sebelum_sen, nilai_kontrak_sen, alasan_addendum, 'kontrak', 'no_kontrak', no_kontrak,
    'versi_addendum', versi_addendum
  from (
    select k.*, lag(nilai_kontrak_sen) over (partition by kd_tender, kd_nontender, no_kontrak order by versi_addendum) as sebelum_sen
    from kontrak as k where nama_klpd = :badan and tahun_anggaran = cast(:tahun as integer)
  ) as versi where versi_addendum > 0
)
select perubahan, pengenal, nama_paket, nama_satker, sebelum_sen, sesudah_sen, sesudah_sen - sebelum_sen as selisih_sen, keterangan, tabel, kolom_satu, kunci_satu, kolom_dua, kunci_dua
from semua order by perubahan, pengenal
