"""Budget realisation as the ministry's portal gives it: named csv, in truth SpreadsheetML; labels repeat, no codes."""

from html import escape

from etl.contoh.dunia import TAHUN, TARIK, acak, baca, semua_badan
from etl.contoh.keluar import Keluaran, catat_berkas, labeli, tulis_konteks

POHON: tuple[tuple[int, str, float], ...] = (
    (0, "Pendapatan Daerah", 0), (1, "PAD", 0), (2, "Pajak Daerah", 24), (2, "Retribusi Daerah", 2),
    (2, "Hasil Pengelolaan Kekayaan Daerah yang Dipisahkan", 3), (2, "Lain-Lain PAD yang Sah", 6), (1, "TKDD", 0),
    (2, "Pendapatan Transfer Pemerintah Pusat", 0), (3, "Dana Bagi Hasil", 38), (3, "Dana Alokasi Umum", 12),
    (3, "Dana Alokasi Khusus - Fisik", 3), (3, "Dana Alokasi Khusus - Non Fisik", 6), (2, "Dana Insentif Daerah", 1),
    (1, "Pendapatan Lainnya", 0), (2, "Pendapatan Hibah", 1), (2, "Pendapatan Transfer Antar Daerah", 4),
    (0, "Belanja Daerah", 0), (1, "Belanja Pegawai", 0), (2, "Belanja Pegawai", 32), (1, "Belanja Barang dan Jasa", 0),
    (2, "Belanja Barang dan Jasa", 29), (1, "Belanja Modal", 0), (2, "Belanja Modal", 21), (1, "Belanja Lainnya", 0),
    (2, "Belanja Bagi Hasil", 6), (2, "Belanja Bantuan Keuangan", 8), (2, "Belanja Hibah", 4),
    (2, "Belanja Bantuan Sosial", 1), (2, "Belanja Tidak Terduga", 1), (0, "Pembiayaan Daerah", 0),
    (1, "Penerimaan Pembiayaan Daerah", 0), (2, "SiLPA TA Sebelumnya", 5), (1, "Pengeluaran Pembiayaan Daerah", 0),
    (2, "Penyertaan Modal Daerah", 3),
)  # fmt: skip
"""Depth, label and weight of a leaf; inner lines are the sum of those below them."""


def tulis_lra(keluar: Keluaran, seed: int) -> None:
    """One file per government and year; the last year only to June."""
    tulis_konteks(keluar, "djpk", {"sumber": "djpk", "url": "https://djpk.contoh.invalid/portal/csv_apbd"})
    nama = ["Provinsi Kalimantan Timur", *(b["nama_singkat"] for b in baca("kabupaten_kota"))]
    for tahun in TAHUN:
        tulis_konteks(keluar, f"djpk/{tahun}", {"diambil_pada": TARIK[tahun].isoformat(), "tahun": tahun,
                                               "periode": 6 if tahun == 2026 else 12})  # fmt: skip
        for pemda in nama:
            baris = lra(seed, pemda, tahun)
            path = keluar.raw / f"djpk/{tahun}/{pemda}.csv"
            path.write_text(xml(baris), encoding="utf-8", newline="")
            catat_berkas(keluar, f"djpk/{tahun}/{pemda}.csv", "lra", len(baris))
            labeli(keluar, "totals", "lra Belanja Daerah", pemda, tahun, len(baris), "anggaran",
                   next(b[1] for b in baris if b[0] == "Belanja Daerah") * 100)  # fmt: skip


def lra(seed: int, pemda: str, tahun: int) -> list[tuple[str, int, int]]:
    """Lines with budget and realisation in rupiah; every parent is the sum of its children."""
    chance = acak(seed, "lra", pemda, tahun)
    besar = 2.1e13 if pemda == semua_badan()[0].nama else chance.uniform(2e12, 9e12)
    serap = 0.42 if tahun == 2026 else 0.94
    nilai: list[list[int]] = []
    for _, _, bobot in POHON:
        anggaran = int(besar * bobot / 100 * chance.uniform(0.85, 1.15))
        nilai.append([anggaran, int(anggaran * chance.uniform(serap - 0.1, serap + 0.05))])
    for i in reversed(range(len(POHON))):
        anak = anak_langsung(i)
        if anak:
            tanda = [-1 if POHON[a][1].startswith("Pengeluaran") else 1 for a in anak]
            nilai[i] = [sum(s * nilai[a][k] for s, a in zip(tanda, anak, strict=True)) for k in (0, 1)]
    return [(label, nilai[i][0], nilai[i][1]) for i, (_, label, _) in enumerate(POHON)]


def anak_langsung(i: int) -> list[int]:
    """Lines directly below line ``i``."""
    anak = []
    for j in range(i + 1, len(POHON)):
        if POHON[j][0] <= POHON[i][0]:
            break
        if POHON[j][0] == POHON[i][0] + 1:
            anak.append(j)
    return anak


def xml(baris: list[tuple[str, int, int]]) -> str:
    """SpreadsheetML with plain rupiah; the hierarchy is only in the blanks before a label."""
    awal = (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">\n<Worksheet ss:Name="apbd">\n<Table>\n'
    )
    isi = xml_baris([("String", h) for h in ("Akun", "Anggaran", "Realisasi", "Persentase")])
    for (dalam, _, _), (label, anggaran, realisasi) in zip(POHON, baris, strict=True):
        persen = f"{realisasi * 100 / anggaran:.2f}" if anggaran else "0"
        isi += xml_baris([("String", " " * 5 * dalam + label), ("Number", f"{anggaran}"), ("Number", f"{realisasi}"),
                          ("Number", persen)])  # fmt: skip
    return f"{awal}{isi}</Table>\n</Worksheet>\n</Workbook>\n"


def xml_baris(sel: list[tuple[str, str]]) -> str:
    """One row."""
    isi = "".join(f'<Cell><Data ss:Type="{jenis}">{escape(teks)}</Data></Cell>' for jenis, teks in sel)
    return f"<Row>{isi}</Row>\n"
