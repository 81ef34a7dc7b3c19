"""Records of SPSE pages: years, methods, counts and marks as the columns of this project want them.

Caveats: the evaluation page heads its columns with letter codes, ``P`` twice (first the bid, then the winner); marks
are icons; a star names a winner, also one who later withdrew. While a tender runs the portal names its participants
``Peserta 1`` and shows nothing else: such rows are no data. Weights are percent or thousandths, told by their sum.
"""

import re

from etl.tables import Record

YEAR = re.compile(r"\b(?:19|20)[0-9]{2}\b")
ANONYMOUS = re.compile(r"Peserta [0-9]+")
COUNT = re.compile(r"([0-9]+) (?:peserta|kali perubahan|kali)", re.IGNORECASE)
SCORE = re.compile(r"[0-9]{1,4}(?:[.,][0-9]+)?")
MARKS = {"fa-check": "lulus", "fa-close": "gugur", "fa-times": "gugur", "fa-minus": "tidak dinilai"}
STARS = {"star.gif", "star.png", "fa-star"}
EVALUATED = {
    "K": "evaluasi_kualifikasi",
    "B": "pembuktian_kualifikasi",
    "A": "evaluasi_administrasi",
    "T": "evaluasi_teknis",
    "H": "evaluasi_harga",
}
SCORES = {
    "SK": "skor_kualifikasi",
    "SB": "skor_pembuktian",
    "ST": "skor_teknis",
    "SH": "skor_harga",
    "SA": "skor_akhir",
}
PRICES = {"P": "nilai_penawaran", "PT": "nilai_terkoreksi", "HN": "nilai_negosiasi"}
WINNERS = {"P (2)": "pemenang", "PK": "pemenang_berkontrak"}
COLUMNS = EVALUATED | SCORES | PRICES | WINNERS
AUCTION = {"menggunakan": "ya", "tidak menggunakan": "tidak"}


def announced(record: Record) -> Record:
    """A page's pairs with years, the parts of the method, counts and weights in columns of their own."""
    years = list(dict.fromkeys(YEAR.findall(record.get("Tahun Anggaran", ""))))
    if years:
        record["tahun_anggaran"], record["list_tahun_anggaran"] = years[0], ",".join(years)
    parts = record.get("Metode Pengadaan", "").split(" - ")
    record["mtd_pemilihan"] = parts[0]
    if len(parts) == 3:
        record["mtd_kualifikasi"], record["mtd_evaluasi"] = parts[1:]
    for header in ("Peserta Tender", "Peserta Paket"):
        if record.get(header):
            record["jumlah_peserta"] = count(record[header])
    said = record.get("Reverse Auction?", "").casefold()
    words = next((word for word in ("tidak menggunakan", "menggunakan") if word in said), "")
    record["reverse_auction"] = AUCTION.get(words, "")
    return record | weights(record.get("Bobot Teknis", ""), record.get("Bobot Biaya", ""))


def count(text: str) -> str:
    """Number in a text such as ``34 peserta``; a text of another shape stays, so that the schema holds its row.

    >>> count("34 peserta"), count("2 kali perubahan"), count("banyak")
    ('34', '2', 'banyak')
    """
    found = COUNT.fullmatch(text)
    return found[1] if found else text


def weights(technical: str, price: str) -> Record:
    """Weights in thousandths where their sum tells the unit, else nothing.

    >>> weights("80.0", "20.0"), weights("800", "200"), weights("80", "")
    ({'bobot_teknis': '800', 'bobot_biaya': '200'}, {'bobot_teknis': '800', 'bobot_biaya': '200'}, {})
    """
    if not SCORE.fullmatch(technical) or not SCORE.fullmatch(price):
        return {}
    first, second = (round(float(text.replace(",", ".")) * 10) for text in (technical, price))
    factor = {1000: 1, 10000: 10}.get(first + second, 0)
    if not factor:
        return {}
    return {"bobot_teknis": str(first // factor), "bobot_biaya": str(second // factor)}


def participant(record: Record) -> Record:
    """One participant or one line of the evaluation, by the letter codes of its headers."""
    if ANONYMOUS.fullmatch(record["Nama Peserta"]):
        record["_bukan_data"] = "nama peserta belum dibuka portal"
    for code, value in [(code, record[code]) for code in COLUMNS if code in record]:
        record[COLUMNS[code]] = meaning(code, value)
    if "P (2)" not in record and record.get("P") in STARS:
        record["pemenang"] = "ya"
    return record


def meaning(code: str, value: str) -> str:
    """What a cell of the evaluation says: a mark in words, a score, a price, or whether somebody won.

    >>> meaning("T", "fa-close"), meaning("ST", "81,5"), meaning("P", "star.gif"), meaning("PK", "")
    ('gugur', '81.5', '', 'tidak')
    """
    if code in EVALUATED:
        return MARKS.get(value, value)
    if code in SCORES:
        return value.replace(",", ".") if SCORE.fullmatch(value) else value
    if code in WINNERS:
        return "ya" if value in STARS else value or "tidak"
    return "" if value in STARS else value


def stage(record: Record) -> Record:
    """One stage of a schedule; ``Tidak Ada`` and a dash mean that it never changed."""
    changes = record.get("Perubahan", "")
    record["jumlah_perubahan"] = "0" if changes.casefold() in ("tidak ada", "-") else count(changes)
    return record


def receipt(record: Record) -> Record:
    """One receipt: the first who was paid, and the others."""
    names = [name.strip() for name in (record.get("Nama Penyedia") or record.get("Nama Pelaksana") or "").split(";")]
    record["nama_penyedia"] = names[0]
    record["penyedia_lain"] = "; ".join(name for name in names[1:] if name)
    return record
