"""Write an invented Kaltim in the real source formats: ``OUT/raw`` to import, the truth in ``OUT/label`` to check.

Everything follows from seed and scale: the same call writes the same bytes. The scale multiplies packages, bidders,
assets and stock; memory stays flat because every file is written row by row.
"""

import shutil
from pathlib import Path

from etl.contoh import djpk, kependudukan, kesehatan, kib, lain, perizinan, sipd, spse
from etl.contoh.anggaran import semua_baris, tahapan
from etl.contoh.dunia import KD_KLPD, pejabat, semua_badan, semua_skpd
from etl.contoh.isb import mulai, selesai, tulis_paket, tulis_penyedia
from etl.contoh.keluar import Keluaran, buka_label, catat_berkas, labeli
from etl.contoh.kotor import tulis_rusak
from etl.contoh.label import label_kontrol, label_paket, label_penyedia, pakai_paket
from etl.contoh.penyedia import penyedia
from etl.contoh.proses import KALAH
from etl.contoh.semua import anggaran_akhir, semua_paket


def write_sample(out: Path, seed: int = 2026, scale: int = 1, dirty: bool = False) -> dict[str, int]:
    """Write the sample below ``out`` and return files with their rows; ``dirty`` adds files that must be refused.

    ``out/raw`` and ``out/label`` are replaced.
    """
    for folder in ("raw", "label"):
        shutil.rmtree(out / folder, ignore_errors=True)
    (out / "raw").mkdir(parents=True)
    keluar = Keluaran(out, buka_label(out))
    tulis_lepas(keluar, seed, scale)
    daftar = spse.buka_daftar(keluar)
    spse.tulis_lama(keluar, seed, scale)
    spse.tulis_darurat(keluar)
    aset = kib.buka_kib(keluar, seed, scale)
    for badan, tahun, paket_paket in semua_paket(seed, scale):
        akhir = anggaran_akhir(seed, badan, tahun, scale)
        kelompok = mulai(keluar, badan, tahun, akhir, scale)
        bayar = sipd.buka_sp2d(keluar, badan, tahun, seed) if badan.kd_klpd == KD_KLPD else None
        for paket in paket_paket:
            tulis_paket(kelompok, paket)
            spse.tulis_tender(daftar, paket)
            kib.tambah_aset(keluar, aset, paket)
            pakai_paket(keluar, paket)
            label_paket(keluar, paket)
            if bayar:
                sipd.bayar_paket(bayar, paket)
        selesai(kelompok)
        if bayar:
            sipd.tutup_sp2d(keluar, badan, bayar)
            semua = semua_baris(badan, tahun)
            sipd.tulis_anggaran(keluar, badan, tahun, semua, tahapan(seed, semua, akhir))
    kib.tutup_kib(keluar, aset)
    spse.tutup_daftar(keluar, daftar)
    tutup(keluar, seed, dirty)
    return dict(sorted(keluar.jumlah.items()))


def tulis_lepas(keluar: Keluaran, seed: int, scale: int) -> None:
    """Files that do not depend on packages."""
    djpk.tulis_lra(keluar, seed)
    lain.tulis_persediaan(keluar, seed, scale)
    lain.tulis_daftar_hitam(keluar, seed)
    lain.tulis_faskes(keluar)
    lain.tulis_wilayah(keluar)
    kependudukan.tulis_kependudukan(keluar, seed)
    kesehatan.tulis_kesehatan(keluar, seed)
    perizinan.tulis_perizinan(keluar, seed, scale)


def tutup(keluar: Keluaran, seed: int, dirty: bool) -> None:
    """What is known only at the end: suppliers, officials, refused files."""
    tulis_penyedia(keluar, seed)
    label_kontrol(keluar)
    label_penyedia(keluar, seed)
    for badan in semua_badan():
        for skpd in semua_skpd(badan):
            labeli(keluar, "canaries", "nip", pejabat(skpd)[1], "isb", "nip_ppk")
    labeli(keluar, "tanda", "penawar_sering_kalah", "penyedia", penyedia(seed, KALAH).id, KD_KLPD, "", "", "0")
    if dirty:
        for nama, putusan in tulis_rusak(keluar).items():
            catat_berkas(keluar, f"rusak/{nama}", "", 0, putusan)
    for label in keluar.label.values():
        label.berkas.close()
