"""The truth beside the files: chain links, suppliers, signs, clean packages, totals."""

import re
from itertools import combinations

from etl.contoh.dunia import KD_KLPD
from etl.contoh.keluar import Keluaran, labeli
from etl.contoh.paket import Paket, Proses
from etl.contoh.penyedia import Penyedia, penyedia

TIDAK_DICATAT = "tidak tercatat di sumber"
SERING, SERUPA = 6, 2
"""Bidders that chance brings together this often, or like packages of one unit and firm, are no clean examples."""


def kunci_proses(proses: Proses) -> str:
    """Key of a process in its own table."""
    return f"01KCONT0H{proses.kunci:017d}" if proses.tabel == "epurchasing" else str(proses.kunci)


def label_paket(keluar: Keluaran, paket: Paket) -> None:
    """Write everything that is true about a package."""
    for rup in paket.rup:
        label_rencana(keluar, paket, rup.kd_rup, [(b.skpd.kode, b.kunci, n) for b, n in rup.bagian])
    for proses in paket.proses:
        label_proses(keluar, paket, proses)
    label_kontrak(keluar, paket)
    label_tanda(keluar, paket)


def sambungan(keluar: Keluaran, paket: Paket, dari: tuple[str, str], ke: tuple[str, str], metode: str, nilai: int,
              alasan: str = "") -> None:  # fmt: skip
    """One edge of the chain, or one that is missing on purpose with its reason."""
    badan = paket.baris.badan.kd_klpd
    labeli(
        keluar,
        "links",
        paket.no,
        badan,
        paket.baris.tahun,
        *dari,
        *ke,
        metode,
        nilai,
        "tidak" if alasan else "ya",
        alasan,
    )


def label_rencana(keluar: Keluaran, paket: Paket, kd_rup: int, bagian: list[tuple[str, str, int]]) -> None:
    """Budget lines of a plan."""
    tabel = "rup_swakelola" if paket.cara == "swakelola" else "rup_penyedia"
    alasan = "mak_rusak" if paket.mak.startswith("0.") else ""
    for skpd, kunci, nilai in bagian:
        sambungan(keluar, paket, ("anggaran", f"{skpd}/{kunci[:17]}/{kunci[18:]}"), (tabel, str(kd_rup)), "kode_resmi",
                  nilai * 100, alasan)  # fmt: skip


def label_proses(keluar: Keluaran, paket: Paket, proses: Proses) -> None:
    """Plans of a process; where the code leads nowhere, why."""
    nilai = paket.total or (paket.menang.harga if paket.menang and paket.menang.harga else 0)
    ke = (proses.tabel, kunci_proses(proses))
    tabel = "rup_swakelola" if paket.cara == "swakelola" else "rup_penyedia"
    if not paket.rup_benar:
        alasan = "kd_rup_kosong" if paket.kasus_rup == "kosong" else "rup_tidak_ditemukan"
        sambungan(keluar, paket, (tabel, proses.kd_rup), ke, "kode_resmi", nilai, alasan)
    metode = "revisi" if paket.revisi else "kode_resmi"
    for kd_rup in paket.rup_benar:
        sambungan(keluar, paket, (tabel, str(kd_rup)), ke, metode, nilai)


def label_kontrak(keluar: Keluaran, paket: Paket) -> None:
    """Contract, start and handover of an awarded package."""
    if not paket.menang or paket.proses[-1].tabel not in ("tender", "non_tender"):
        return
    proses = (paket.proses[-1].tabel, kunci_proses(paket.proses[-1]))
    kontrak = paket.kontrak
    if not kontrak:
        sambungan(keluar, paket, proses, ("kontrak", ""), "kode_resmi", paket.menang.harga or 0, TIDAK_DICATAT)
        return
    alasan = "" if kontrak.sppbj_tercatat else TIDAK_DICATAT
    sambungan(keluar, paket, proses, ("sppbj", kontrak.no_sppbj if kontrak.sppbj_tercatat else ""), "kode_resmi",
              kontrak.versi[0].nilai, alasan)  # fmt: skip
    ini = ("kontrak", kontrak.no_kontrak)
    sambungan(keluar, paket, proses, ini, "kode_resmi", kontrak.nilai)
    sambungan(keluar, paket, ini, ("spmk", kontrak.no_spmk or ""), "kode_resmi", kontrak.nilai,
              "" if kontrak.no_spmk else TIDAK_DICATAT)  # fmt: skip
    bast = kontrak.bast
    sambungan(keluar, paket, ini, ("serah_terima", bast.no_bast or "" if bast else ""), "kode_resmi", kontrak.nilai,
              "" if bast else TIDAK_DICATAT)  # fmt: skip
    if bast and paket.baris.akun.kib and not paket.aset and paket.baris.badan.kd_klpd == KD_KLPD:
        tabel = f"kib_{paket.baris.akun.kib.lower()}"
        sambungan(keluar, paket, ini, (tabel, ""), "kecocokan", kontrak.nilai, TIDAK_DICATAT)


def label_tanda(keluar: Keluaran, paket: Paket) -> None:
    """Planted signs of a package, or the statement that it is clean."""
    badan, tahun = paket.baris.badan.kd_klpd, paket.baris.tahun
    proses = paket.proses[-1] if paket.proses else None
    rencana = ("rup_swakelola" if paket.cara == "swakelola" else "rup_penyedia", str(paket.rup[0].kd_rup))
    tabel, kunci = (proses.tabel, kunci_proses(proses)) if proses else rencana
    for tanda, nilai in paket.tanda.items():
        di = rencana if tanda == "rencana_tanpa_paket" else (tabel, kunci)
        labeli(keluar, "tanda", tanda, *di, badan, tahun, paket.satker.kode, nilai)
    if proses:
        bersama = pertemuan(paket, proses)
        keluar.bertemu.update(bersama)
        if not paket.tanda:
            keluar.bersih.append(((tabel, kunci, badan, tahun), bersama))


def pertemuan(paket: Paket, proses: Proses) -> list[tuple[object, ...]]:
    """What a package may share with others by chance: pairs of its bidders, or unit, firm and name."""
    if proses.tabel == "tender":
        return list(combinations(sorted(p.penyedia.nomor for p in proses.penawar if p.harga), 2))
    if proses.tabel == "non_tender" and paket.menang:
        # Without blanks too: names are written with double ones now and then, and digits leave more behind.
        huruf = re.sub(r"[\d\s]", "", paket.nama).lower()
        return [(paket.satker.kode, paket.menang.penyedia.nomor, huruf[:12])]
    return []


def label_kontrol(keluar: Keluaran) -> None:
    """Packages on which no sign may be raised; known when all bidders are."""
    for baris, bersama in keluar.bersih:
        batas = SERING if baris[0] == "tender" else SERUPA
        if all(keluar.bertemu[kunci] < batas for kunci in bersama):
            labeli(keluar, "kontrol", *baris)


def pakai(keluar: Keluaran, siapa: Penyedia, bagaimana: str) -> None:
    """Remember that a supplier appears in the files, and how."""
    keluar.dipakai.setdefault(siapa.nomor, set()).add(bagaimana)


def pakai_paket(keluar: Keluaran, paket: Paket) -> None:
    """Remember every supplier of a package."""
    for proses in paket.proses:
        for penawar in proses.penawar:
            pakai(keluar, penawar.penyedia, "nama")
    if paket.menang:
        pakai(keluar, paket.menang.penyedia, "ekatalog" if paket.cara == "ekatalog" else "nama")
    for terima in paket.receipt:
        if terima.penyedia:
            pakai(keluar, terima.penyedia, "kuitansi")
    if paket.kontrak and paket.menang:
        pakai(keluar, paket.menang.penyedia, "kontrak")
        for anggota in paket.kontrak.kso:
            pakai(keluar, anggota, "kso")


def label_penyedia(keluar: Keluaran, seed: int) -> None:
    """Every supplier that appears, with all its spellings, and the private values that must stay out of a release."""
    for nomor, cara in sorted(keluar.dipakai.items()):
        p = penyedia(seed, nomor)
        for ejaan in p.ejaan:
            nomor_pajak = (p.npwp15, p.npwp16)
            labeli(keluar, "suppliers", p.id, p.nama, ejaan, p.bentuk, p.kota, *nomor_pajak, p.kd_penyedia, p.kd_v6,
                   "ya" if p.perorangan else "tidak", ";".join(sorted(cara)))  # fmt: skip
        kenari_penyedia(keluar, p, cara)


def kenari_penyedia(keluar: Keluaran, p: Penyedia, cara: set[str]) -> None:
    """Private values of one supplier."""
    if p.perorangan:
        if cara - {"kuitansi"}:
            labeli(keluar, "canaries", "nik", p.npwp16, "isb", "npwp_16_penyedia")
        labeli(keluar, "canaries", "npwp_perorangan", p.npwp_titik, "isb", "npwp_penyedia")
        for ejaan in p.ejaan:
            labeli(keluar, "canaries", "nama_perorangan", ejaan, "isb", "nama_penyedia")
    if "kontrak" in cara:
        labeli(keluar, "canaries", "rekening", p.rekening, "isb", "no_rek_bank")
    if "ekatalog" in cara:
        labeli(keluar, "canaries", "surel", f"penyedia{p.nomor}@contoh.invalid", "isb", "email_penyedia")
        labeli(keluar, "canaries", "telepon", f"0899{p.nomor:08d}", "isb", "no_telp_penyedia")
