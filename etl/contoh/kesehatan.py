"""Health: tables of the yearly profile, RS Online's beds, monthly cases and weekly signals, in their printed shapes.

Everything is drawn from a stream of its own. Planted: sums that do not add up (held), small counts (closed), a hospital
whose classes do not add up to its total (published as stated), "-" for none, names and numbers never published.
"""

from collections.abc import Sequence
from typing import Any

from etl.contoh.dunia import acak, baca, kata
from etl.contoh.keluar import Keluaran, Lembar, buku, catat_berkas, isi, kepala, labeli, tulis_konteks

TAHUN = (2023, 2024)
FOLDER = "kesehatan_profil"
PROVINSI = "PROVINSI KALIMANTAN TIMUR"
BESAR = {"64.11": 0.12, "64.07": 0.5, "64.09": 0.6, "64.74": 0.6, "64.71": 2.2, "64.72": 2.6, "64.02": 2.4}
"""How large a regency's invented counts are beside the others'."""
MEDIS = ("DOKTER SPESIALIS", "DOKTER", "DOKTER GIGI")
SEMUA_MEDIS = (*MEDIS, "DOKTER GIGI SPESIALIS", "DOKTER LAYANAN PRIMER", "DOKTER SUBSPESIALIS")
PERAWAT = ("PERAWAT", "BIDAN", "TENAGA KEFARMASIAN")
PENYAKIT = (
    ("A09", "Diare dan gastroenteritis", 190), ("A90", "Demam dengue", 24), ("A15", "TB paru", 30),
    ("B20", "Penyakit HIV", 7), ("F20", "Skizofrenia", 9), ("J18", "Pneumonia", 60),
)  # fmt: skip
BULAN = (
    "JANUARI", "FEBRUARI", "MARET", "APRIL", "MEI", "JUNI", "JULI", "AGUSTUS", "SEPTEMBER", "OKTOBER", "NOVEMBER",
    "DESEMBER",
)  # fmt: skip
SINYAL = (("Diare Akut", 40), ("Suspek Dengue", 6), ("Suspek Campak", 2), ("ILI", 55))
KELAS = ("VVIP", "VIP", "Kelas I", "Kelas II", "Kelas III", "ICU", "Isolasi")
Baris = list[list[Any]]


def tulis_kesehatan(keluar: Keluaran, seed: int) -> None:
    """All health files and their context."""
    rumah_sakit = daftar_rs(seed)
    tulis_tempat_tidur(keluar, seed, rumah_sakit)
    tulis_kinerja(keluar, seed, rumah_sakit)
    tulis_kematian(keluar, seed, rumah_sakit)
    for tahun in TAHUN:
        tulis_tenaga(keluar, seed, tahun, "medis", SEMUA_MEDIS, rusak=tahun == 2024)
        tulis_ibu(keluar, seed, tahun)
    tulis_tenaga(keluar, seed, 2024, "perawat", PERAWAT)
    tulis_tenaga_unit(keluar, seed)
    tulis_imunisasi(keluar, seed)
    tulis_spm(keluar, seed)
    tulis_kasus(keluar, seed)
    tulis_skdr(keluar, seed)
    konteks = {"sumber": "kesehatan", "diambil_pada": "2025-06-30"}
    berkas = {"rs_online.xlsx": {"tahun": "2024"}}
    tulis_konteks(keluar, FOLDER, {**konteks, "berkas": berkas})


def kabupaten() -> Sequence[dict[str, str]]:
    """Regencies and cities of the province."""
    return baca("kabupaten_kota")


def nama_cetak(kab: dict[str, str]) -> str:
    """A regency as printed tables name it: without its kind, a city with it."""
    return kab["nama"].removeprefix("Kabupaten ").upper()


def banyak(seed: int, biasa: float, *kunci: str) -> int:
    """An invented count around ``biasa`` for the regency whose code comes first."""
    return round(biasa * BESAR.get(kunci[0], 1.0) * acak(seed, "sehat", *kunci).uniform(0.7, 1.3))


def daftar_rs(seed: int) -> Baris:
    """Hospitals: the public one of each regency under the code of the facility list, and two that it lacks."""
    found: Baris = []
    for i, kab in enumerate(kabupaten()):
        found.append([f"64{i:05d}", f"RS Umum Daerah {kab['nama']} (contoh)", "B" if i > 6 else "C", "Pemkab", kab])
    for i, kode in ((8, "6479901"), (7, "6479902")):
        kab = kabupaten()[i]
        found.append([kode, f"RS {kata('suku_1')[i]} Sehat (contoh)", "C", "Swasta/Lainnya", kab])
    return found


def tabel(keluar: Keluaran, nama: str, judul: Sequence[str], atas: Sequence[Sequence[str]], baris: Baris,
          jumlah: Sequence[Any] = ()) -> list[int]:  # fmt: skip
    """Write a printed table: title lines, header, column numbers, rows, sum, source. Returns the rows' numbers."""
    with buku(keluar, f"{FOLDER}/{nama}") as workbook:
        lembar = Lembar(workbook.add_worksheet("Tabel"))
        for teks in judul:
            isi(lembar, [teks])
        isi(lembar, [])
        kepala(lembar, atas)
        isi(lembar, [f"({i})" for i in range(1, len(atas[0]) + 1)])
        nomor = [isi(lembar, [i, *row], True) for i, row in enumerate(baris, 1)]
        if jumlah:
            isi(lembar, ["JUMLAH (KAB/KOTA)", "", *jumlah])
        isi(lembar, [])
        isi(lembar, ["Sumber: Dinas Kesehatan (contoh)"])
    return nomor


def judul(tabel_ke: int, apa: str, tahun: int, daerah: str = PROVINSI) -> list[str]:
    """Title lines of a table of the profile."""
    return [f"TABEL {tabel_ke}", apa, daerah, f"TAHUN {tahun}"]


def tahan(keluar: Keluaran, nama: str, tempat: str, resource: str) -> None:
    """Label a cell that must be held because its table does not add up."""
    labeli(keluar, "errors", f"{FOLDER}/{nama}", tempat, resource, "jumlah", "nilai")


def tulis_tempat_tidur(keluar: Keluaran, seed: int, rumah_sakit: Baris) -> None:
    """RS Online: beds by class; director and telephone are never published."""
    nama, baris, sel = "rs_online.xlsx", [], 0
    for ke, (kode, rs, kelas, pemilik, kab) in enumerate(rumah_sakit):
        tt = [
            banyak(seed, biasa, kab["kode"], kode, k) for k, biasa in zip(KELAS, (2, 6, 14, 22, 48, 6, 5), strict=True)
        ]
        direktur = f"dr. {kata('orang_1')[ke % 12]} Kenari{ke:02d}"
        telepon = f"0541-7{ke:02d}9{ke:02d}1"
        labeli(keluar, "canaries", "nama_direktur", direktur, f"{FOLDER}/{nama}", "Direktur")
        total = sum(tt) + (4 if ke == 3 else 0)
        sel += sum(1 for n in tt if n)
        baris.append([kode, rs, "Rumah Sakit Umum", kelas, pemilik, f"Jalan Contoh {ke + 1}", kab["nama"],
                      "Kalimantan Timur", telepon, direktur, *(n or "-" for n in tt), total])  # fmt: skip
    atas = ["No", "Kode RS", "Nama RS", "Jenis RS", "Kelas RS", "Pemilik", "Alamat", "Kab/Kota", "Propinsi", "Telepon",
            "Direktur", *KELAS, "Total TT"]  # fmt: skip
    tabel(keluar, nama, ["DATA TEMPAT TIDUR RUMAH SAKIT"], [atas], baris)
    catat_berkas(keluar, f"{FOLDER}/{nama}", "tempat_tidur", sel)


def tulis_kinerja(keluar: Keluaran, seed: int, rumah_sakit: Baris) -> None:
    """Rates of use of the hospitals' beds."""
    baris: Baris = []
    for kode, rs, *_ in rumah_sakit:
        chance = acak(seed, "sehat", "kinerja", kode)
        tt, keluar_pasien = chance.randint(60, 260), chance.randint(2_000, 9_000)
        nilai = [round(chance.uniform(*batas), 1) for batas in ((45, 88), (30, 60), (1, 5), (3, 5))]
        baris.append([rs, tt, keluar_pasien, tt * 220, keluar_pasien * 4, *nilai])
    atas = ["NO", "NAMA RUMAH SAKIT", "JUMLAH TEMPAT TIDUR", "PASIEN KELUAR (HIDUP + MATI)", "JUMLAH HARI PERAWATAN",
            "JUMLAH LAMA DIRAWAT", "BOR (%)", "BTO (KALI)", "TOI (HARI)", "ALOS (HARI)"]  # fmt: skip
    tabel(keluar, "profil_kinerja_rs.xlsx", judul(8, "INDIKATOR KINERJA PELAYANAN DI RUMAH SAKIT", 2024), [atas], baris)
    catat_berkas(keluar, f"{FOLDER}/profil_kinerja_rs.xlsx", "indikator_rs", 4 * len(baris))


def tulis_kematian(keluar: Keluaran, seed: int, rumah_sakit: Baris) -> None:
    """Death rates of the hospitals; those of few deaths are closed."""
    baris: Baris = []
    for kode, rs, _, _, kab in rumah_sakit:
        semua = banyak(seed, 4_000, kab["kode"], kode, "keluar")
        mati = banyak(seed, 60, kab["kode"], kode, "mati")
        lama = mati * 2 // 5
        bagian = [[n // 2, n - n // 2, n] for n in (semua, mati, lama)]
        gdr, ndr = (round(1000 * n / semua, 1) for n in (mati, lama))
        baris.append([rs, 100, *bagian[0], *bagian[1], *bagian[2], gdr, gdr, gdr, ndr, ndr, ndr])
    kelompok = ("PASIEN KELUAR (HIDUP + MATI)", "PASIEN KELUAR MATI", "PASIEN KELUAR MATI ≥ 48 JAM DIRAWAT",
                "GROSS DEATH RATE", "NET DEATH RATE")  # fmt: skip
    atas = kepala_lp(("NAMA RUMAH SAKIT", "JUMLAH TEMPAT TIDUR"), kelompok)
    tabel(keluar, "profil_kematian_rs.xlsx", judul(7, "ANGKA KEMATIAN PASIEN DI RUMAH SAKIT", 2024), atas, baris)
    catat_berkas(keluar, f"{FOLDER}/profil_kematian_rs.xlsx", "indikator_rs", 2 * len(baris))


def kepala_lp(awal: Sequence[str], kelompok: Sequence[str]) -> list[list[str]]:
    """Two header rows: single columns, then groups of L, P and L+P."""
    atas = ["NO", *awal, *(teks for nama in kelompok for teks in (nama, "<", "<"))]
    return [atas, ["^", *("^" for _ in awal), *(["L", "P", "L+P"] * len(kelompok))]]


def tulis_tenaga(
    keluar: Keluaran, seed: int, tahun: int, jenis: str, kelompok: Sequence[str], rusak: bool = False
) -> None:
    """Health workers per regency; in one row the stated sum is wrong."""
    nama, baris, sel = f"profil_tenaga_{jenis}_{tahun}.xlsx", [], 0
    for kab in kabupaten():
        row: list[Any] = []
        for ke, grup in enumerate(kelompok):
            pria, wanita = (
                banyak(seed, (30, 44, 9, 14, 20, 16)[ke], kab["kode"], jenis, str(tahun), grup, s) for s in "LP"
            )
            salah = 5 if rusak and kab["kode"] == "64.08" and ke == 1 else 0
            row += [pria or "-", wanita or "-", pria + wanita + salah]
            sel += bool(pria) + bool(wanita)
        baris.append([nama_cetak(kab), *row])
    atas = kepala_lp(("KABUPATEN/KOTA",), kelompok)
    jumlah = [sum(row[i] for row in baris if isinstance(row[i], int)) for i in range(1, len(baris[0]))]
    nomor = tabel(keluar, nama, judul(13, "JUMLAH TENAGA KESEHATAN DI FASILITAS KESEHATAN", tahun), atas, baris, jumlah)
    ditahan = 0
    if rusak:
        for jenis_kelamin in "LP":
            at = nomor[[k["kode"] for k in kabupaten()].index("64.08")]
            tahan(keluar, nama, f"Tabel!{at} {kelompok[1].capitalize()} {jenis_kelamin}", "tenaga_mentah")
            ditahan += 1
    catat_berkas(keluar, f"{FOLDER}/{nama}", "tenaga_mentah", sel, "sebagian" if ditahan else "terbit", 0, ditahan)


def tulis_tenaga_unit(keluar: Keluaran, seed: int) -> None:
    """Health workers per health centre of one city: almost all counts are small."""
    pusat = [b["nama"].upper() for b in baca("wilayah") if b["kode"].startswith("64.72.")][:6]
    baris: Baris = []
    for unit in pusat:
        row: list[Any] = []
        for grup, biasa in zip(MEDIS, (0.4, 3, 1), strict=True):
            pria, wanita = (round(biasa * acak(seed, "sehat", "unit", unit, grup, s).uniform(0.5, 2)) for s in "LP")
            row += [pria, wanita, pria + wanita]
        baris.append([f"PUSKESMAS {unit}", *row])
    apa = "JUMLAH TENAGA MEDIS DI FASILITAS KESEHATAN"
    tabel(
        keluar,
        "profil_tenaga_unit.xlsx",
        judul(13, apa, 2024, "KOTA SAMARINDA"),
        kepala_lp(("UNIT KERJA",), MEDIS),
        baris,
    )
    catat_berkas(keluar, f"{FOLDER}/profil_tenaga_unit.xlsx", "tenaga_mentah", 6 * len(baris))


def kepala_persen(sasaran: str, kelompok: Sequence[str]) -> list[list[str]]:
    """Two header rows: the target population, then groups of count and percentage."""
    atas = ["NO", "KABUPATEN/KOTA", sasaran, *(teks for nama in kelompok for teks in (nama, "<"))]
    return [atas, ["^", "^", "^", *(["JUMLAH", "%"] * len(kelompok))]]


def capaian(seed: int, kab: dict[str, str], biasa: float, *bagian: tuple[str, float]) -> list[Any]:
    """A target population, then count and percentage of each part; some are above 100 per cent."""
    sasaran = banyak(seed, biasa, kab["kode"], *(nama for nama, _ in bagian), "sasaran")
    row: list[Any] = [sasaran]
    for nama, porsi in bagian:
        n = round(sasaran * porsi * acak(seed, "sehat", kab["kode"], nama).uniform(0.9, 1.06))
        row += [n, round(100 * n / sasaran, 1)]
    return row


def tulis_ibu(keluar: Keluaran, seed: int, tahun: int) -> None:
    """Antenatal visits."""
    bagian = ((f"K1 {tahun}", 0.98), (f"K4 {tahun}", 0.88), (f"K6 {tahun}", 0.76))
    baris = [[nama_cetak(kab), *capaian(seed, kab, 6_500, *bagian)] for kab in kabupaten()]
    nama = f"profil_ibu_hamil_{tahun}.xlsx"
    apa = "CAKUPAN PELAYANAN KESEHATAN PADA IBU HAMIL MENURUT KABUPATEN/KOTA"
    tabel(keluar, nama, judul(24, apa, tahun), kepala_persen("JUMLAH IBU HAMIL", ("K1", "K4", "K6")), baris)
    catat_berkas(keluar, f"{FOLDER}/{nama}", "cakupan_mentah", 3 * len(baris))


def tulis_imunisasi(keluar: Keluaran, seed: int) -> None:
    """Immunisation of infants."""
    kelompok = ("DPT-HB-HIB3", "CAMPAK RUBELA", "IMUNISASI DASAR LENGKAP")
    bagian = [(nama, porsi) for nama, porsi in zip(kelompok, (0.93, 0.9, 0.88), strict=True)]
    baris = [[nama_cetak(kab), *capaian(seed, kab, 6_000, *bagian)] for kab in kabupaten()]
    apa = "CAKUPAN IMUNISASI DASAR PADA BAYI MENURUT KABUPATEN/KOTA"
    tabel(keluar, "profil_imunisasi_2024.xlsx", judul(37, apa, 2024), kepala_persen("JUMLAH BAYI", kelompok), baris)
    catat_berkas(keluar, f"{FOLDER}/profil_imunisasi_2024.xlsx", "cakupan_mentah", 3 * len(baris))


def tulis_spm(keluar: Keluaran, seed: int) -> None:
    """Minimum services whose counts are sensitive: TB, HIV, severe mental disorders."""
    pasangan = (("TERDUGA TB", "SASARAN", "DILAYANI", 2_400), ("KASUS TB", "PERKIRAAN", "DITEMUKAN", 700),
                ("RISIKO HIV", "SASARAN", "DILAYANI", 1_800), ("ODGJ BERAT", "SASARAN", "DILAYANI", 90))  # fmt: skip
    atas = [["NO", "KABUPATEN/KOTA", *(t for nama, *_ in pasangan for t in (nama, "<"))],
            ["^", "^", *(t for _, a, b, _ in pasangan for t in (a, b))]]  # fmt: skip
    baris: Baris = []
    for kab in kabupaten():
        row: list[Any] = []
        for nama, _, _, biasa in pasangan:
            row += capaian(seed, kab, biasa, (nama, 0.8))[:2]
        baris.append([nama_cetak(kab), *row])
    apa = "PELAYANAN TUBERKULOSIS, HIV, DAN ORANG DENGAN GANGGUAN JIWA BERAT"
    tabel(keluar, "profil_spm_2024.xlsx", judul(51, apa, 2024), atas, baris)
    catat_berkas(keluar, f"{FOLDER}/profil_spm_2024.xlsx", "cakupan_mentah", 4 * len(baris))


def tulis_kasus(keluar: Keluaran, seed: int) -> None:
    """Cases by month; the stated sum of one row is wrong, so that its months are held."""
    nama, sel, salah = "stp_2024.xlsx", 0, 0
    baris: Baris = []
    for kode, penyakit, biasa in PENYAKIT:
        for kab in kabupaten():
            bulanan = [banyak(seed, biasa, kab["kode"], kode, bulan) for bulan in BULAN]
            keliru = 7 if (kode, kab["kode"]) == ("J18", "64.03") else 0
            salah = len(baris) if keliru else salah
            sel += 0 if keliru else sum(1 for n in bulanan if n)
            baris.append([kode, penyakit, nama_cetak(kab), *(n or "-" for n in bulanan), sum(bulanan) + keliru])
    atas = ["NO", "KODE ICD-10", "JENIS PENYAKIT", "KABUPATEN/KOTA", *BULAN, "JUMLAH"]
    nomor = tabel(keluar, nama, ["SURVEILANS TERPADU PENYAKIT", PROVINSI, "TAHUN 2024"], [atas], baris)
    ditahan = [at for at, n in enumerate(baris[salah][3:15], 1) if n != "-"]
    for bulan in ditahan:
        tahan(keluar, nama, f"Tabel!{nomor[salah]} {bulan:02d}", "kasus_mentah")
    catat_berkas(keluar, f"{FOLDER}/{nama}", "kasus_mentah", sel + len(ditahan), "sebagian", 0, len(ditahan))


def tulis_skdr(keluar: Keluaran, seed: int) -> None:
    """Weekly signals of one health centre of each regency."""
    baris: Baris = []
    for minggu in range(1, 7):
        for kab in kabupaten():
            pusat = next(b["nama"] for b in baca("wilayah") if b["kode"].startswith(f"{kab['kode']}."))
            nilai = [banyak(seed, biasa, kab["kode"], sinyal, str(minggu)) for sinyal, biasa in SINYAL]
            baris.append([2025, f"W{minggu:02d}", "KALIMANTAN TIMUR", kab["nama"].upper(), pusat, f"PUSKESMAS {pusat}",
                          *nilai, sum(nilai) * 9])  # fmt: skip
    atas = ["No", "Tahun", "Minggu", "Provinsi", "Kabupaten/Kota", "Kecamatan", "Puskesmas", *(s for s, _ in SINYAL),
            "Total Kunjungan"]  # fmt: skip
    tabel(keluar, "skdr_w2_2025.xlsx", ["LAPORAN MINGGUAN (W2) SKDR"], [atas], baris)
    catat_berkas(keluar, f"{FOLDER}/skdr_w2_2025.xlsx", "skdr_mentah", len(SINYAL) * len(baris))
