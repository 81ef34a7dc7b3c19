"""Every procurement process of the sample, read from its raw files with stock readers: what questions count again.

A row with a planted error is not there, as in a release; a process is then known from its other files.
"""

import csv
import json
import re
from collections import Counter, defaultdict
from decimal import Decimal
from functools import cache

CODES = {"D241": "Provinsi Kalimantan Timur", "D244": "Kab. Kutai Kartanegara", "D250": "Kota Samarinda"}
YEARS = (2023, 2024, 2025, 2026)
STATE = {
    "Selesai": "selesai", "Tender Sudah Selesai": "selesai", "Paket Selesai": "selesai", "COMPLETED": "selesai",
    "Berlangsung": "berjalan", "Paket Sedang Berjalan": "berjalan", "ON_PROCESS": "berjalan",
    "Gagal/Batal": "gagal_batal", "Tender Gagal": "gagal_batal", "": "selesai",
}  # fmt: skip
"""Every status that the sample writes; a package that is known from receipts only was paid, so it is done."""


def sen(text):
    """An amount of a raw file in sen; ``None`` where nothing is written."""
    return None if text in (None, "") else int(Decimal(str(text)) * 100)


def short(text):
    """An abbreviated amount in sen: ``3,8 M``."""
    number, unit = text.split()
    return int(Decimal(number.replace(",", ".")) * {"Jt": 10**6, "M": 10**9, "T": 10**12}[unit] * 100)


@cache
def wrong(folder):
    """Places of the planted errors, per file."""
    found = defaultdict(set)
    with (folder / "label/errors.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["berkas"]].add(row["lokasi"])
    return found


@cache
def rows(folder, code, year, number):
    """Rows of one endpoint of a body and year, numbers as text; none where the file is missing or empty."""
    found = []
    for path in (folder / f"raw/isb/{code}/{year}").glob(f"*_{number}_*.json"):
        text = path.read_text(encoding="utf-8")
        held = wrong(folder)[path.relative_to(folder / "raw").as_posix()]
        source = json.loads(text, parse_float=str, parse_int=str) if text.strip() else []
        found += [row for n, row in enumerate(source) if f"[{n}]" not in held]
    return found


@cache
def listed(folder):
    """Rows of the portals' lists of tenders by number: of a repeated number the last."""
    found = {}
    for path in sorted((folder / "raw/spse").glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        source = content if isinstance(content, list) else content["data"]
        if "darurat" not in path.name:
            found |= {row[0]: row for row in source}
    return found


def grouped(source, key):
    """Rows by the number of their process."""
    found = defaultdict(list)
    for row in source:
        found[row[key]].append(row)
    return found


def signed(source, key):
    """Process -> value of the latest versions of its contracts."""
    latest = {}
    for row in sorted(source, key=lambda r: int(r["versi_addendum"])):
        latest[row[key], row["no_kontrak"]] = sen(row["nilai_kontrak"])
    found = Counter()
    for (process, _), value in latest.items():
        found[process] += value
    return found


def first(sources, *names):
    """The first cell that is filled, of rows in the order of their trust."""
    return next((row[n] for row in sources for n in names if row.get(n) not in (None, "")), None)


def package(body, year, channel, key, sources, **facts):
    """One process: the facts given, and what its rows say in their order of trust."""
    amounts = {name: sen(first(sources, column)) for name, column in (("ceiling", "pagu"), ("estimate", "hps"))}
    office, title = first(sources, "nama_satker"), first(sources, "nama_paket", "rup_nama_pkt") or ""
    base = {"body": body, "year": year, "channel": channel, "key": key, "office": office, "title": title}
    base |= {"dated": False, "rounded": False, "entered": False, "planned": False, "named": False, "value": None}
    return base | amounts | facts


def awarded(folder, code, year, channel):
    """Tenders or non-tenders of a body and year."""
    key, numbers, date = {
        "tender": ("kd_tender", (1013, 1014, 1015, 1073), "tgl_pengumuman_tender"),
        "non_tender": ("kd_nontender", (1016, 0, 1017, 1080), "tgl_pengumuman_nontender"),
    }[channel]
    notices, done, results, contracts = (grouped(rows(folder, code, year, n), key) for n in numbers)
    values = signed([r for found in contracts.values() for r in found], key)
    bids = grouped(rows(folder, code, year, 1070), key) if channel == "tender" else {}
    for number in sorted(notices.keys() | done.keys() | results.keys() | contracts.keys()):
        sources = [row for given in (notices, done, results, contracts) for row in given.get(number, [])]
        won = [sen(r["nilai_kontrak"]) or 0 for r in results.get(number, [])]
        on_list = listed(folder).get(number, [""] * 11)[10] if channel == "tender" else ""
        printed = re.sub(r"[^\d,]", "", on_list).replace(",", ".")
        winners = [r["nama_penyedia"] for r in results.get(number, [])]
        winners += [r["pemenang"] == "1" for r in bids.get(number, [])]
        yield package(
            CODES[code], year, channel, number, sources,
            value=values[number] or sum(won) or sen(printed),
            named=any(winners) or number in contracts,
            entered=number in bids,
            dated=first(sources, date) is not None,
            planned=first(sources, "kd_rup", "kd_rup_paket") is not None,
            state=STATE[first(sources, f"status_{channel.replace('_', '')}") or ""],
        )  # fmt: skip


def recorded(folder, code, year, channel):
    """Packages that were only recorded, and those that are known from their receipts only."""
    key, numbers, who = {
        "pencatatan_non_tender": ("kd_nontender_pct", (1057, 1058), "nama_penyedia"),
        "pencatatan_swakelola": ("kd_swakelola_pct", (1059, 1060), "nama_pelaksana"),
    }[channel]
    notices, receipts = (grouped(rows(folder, code, year, n), key) for n in numbers)
    status = f"status_{channel.removeprefix('pencatatan_').replace('_', '')}_pct_ket"
    for number in sorted(notices.keys() | receipts.keys()):
        sources = [*notices[number], *receipts[number]]
        paid = {r["no_realisasi"]: sen(r["nilai_realisasi"]) for r in receipts[number]}  # repeated per plan code
        total = sen(first(notices[number], "total_realisasi"))
        yield package(
            CODES[code], year, channel, number, sources,
            value=total if total is not None else sum(paid.values()) if paid else None,
            named=any(r[who] for r in receipts[number]),
            dated=first(sources, "tgl_mulai_paket", "tgl_buat_paket") is not None,
            planned=first(sources, "kd_rup", "kd_rup_paket") is not None,
            state=STATE[first(notices[number], status) or ""],
        )  # fmt: skip


def ordered(folder, code, year):
    """Orders from the e-catalogue."""
    known = {r["kd_penyedia"] for c in CODES for y in YEARS for r in rows(folder, c, y, 1023) if r["nama_penyedia"]}
    for row in rows(folder, code, year, 1213):
        facts = {"value": sen(row["total_harga"]), "named": row["kd_penyedia_v6"] in known}
        facts |= {"planned": bool(row["kd_rup"]), "dated": bool(row["tgl_order"]), "state": STATE[row["status_pkt"]]}
        yield package(CODES[code], year, "epurchasing", row["kd_paket"], [row], **facts)


def elsewhere(folder):
    """Tenders that only the portals' lists know, and emergency purchases."""
    own = {r["kd_tender"] for c in CODES for y in YEARS for r in rows(folder, c, y, 1013)}
    for number, row in listed(folder).items():
        if number in own:
            continue
        year = re.search(r"TA (\d{4})", row[8])
        value = sen(re.sub(r"[^\d,]", "", row[10]).replace(",", "."))
        facts = {"estimate": short(row[4]), "rounded": True, "value": value, "state": STATE[row[3]]}
        facts["title"] = re.sub("<.*", "", row[1]).strip()
        yield package(row[2], int(year[1]) if year else None, "tender", number, [], **facts)
    for row in json.loads((folder / "raw/spse/dt_darurat_list.json").read_text(encoding="utf-8"))["data"]:
        facts = {"title": row[1], "ceiling": short(row[3]), "rounded": True, "state": STATE[row[7]]}
        yield package(row[2], int(row[4]), "darurat", row[0], [], **facts)


@cache
def bought(folder):
    """Every process of the sample."""
    found = list(elsewhere(folder))
    for code in CODES:
        for year in YEARS:
            for channel in ("tender", "non_tender"):
                found += awarded(folder, code, year, channel)
            for channel in ("pencatatan_non_tender", "pencatatan_swakelola"):
                found += recorded(folder, code, year, channel)
            found += ordered(folder, code, year)
    return found
