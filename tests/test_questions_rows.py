"""Answers compared row by row with what the sample's raw sheets say, read here with stock readers, never the same SQL."""

import csv
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from functools import cache

import openpyxl
import pytest
import yaml
from test_questions import BODY, QUESTIONS, answer, raw, sen
from test_questions_golden import packages

pytestmark = pytest.mark.slow
STAGES = {"MURNI": "murni_sen", "GESER": "geser_sen", "PERUBAHAN": "perubahan_sen"}
VALUE = {"MURNI": 2, "GESER": 2, "PERUBAHAN": 3}
"""Stage -> the column of its amount; the revision has the amount before it in column 2."""
ACCOUNT = re.compile(r"[45](?:\.\d\d?){2}(?:\.\d\d){2}\.\d{4}")
UNIT = re.compile(r"\d\.\d\d(?:\.\d\.\d\d){2}\.\d\d\.\d{4}")
ACTIVITY = re.compile(r"\d\.\d\d\.\d\d\.\d\.\d\d\.\d{4}")
CELL = "{urn:schemas-microsoft-com:office:spreadsheet}"
KIND = "kendaraan", "perjalanan dinas", "iklan", "rumah jabatan", "rumah negara"


def rupiah(cell):
    """A cell of a sheet in sen: a number, or Indonesian notation."""
    if isinstance(cell, str):
        cell = cell.replace(".", "").replace(",", ".")
    return int(Decimal(str(cell)) * 100)


# Budgets


@cache
def budget(folder, year, stage):
    """Every account line of a budget workbook: office, sub-activity code and name, account code and name, sen."""
    path = folder / f"raw/sipd/{BODY}/{year}_{stage}_penjabaran.xlsx"
    found = []
    for sheet in openpyxl.load_workbook(path, read_only=True):
        office, activity = None, (None, None)
        for line in sheet.iter_rows(values_only=True):
            code, name, value = str(line[0] or ""), line[1], line[VALUE[stage]]
            if UNIT.fullmatch(code):
                office = name
            elif ACCOUNT.fullmatch(code):
                found.append((office, *activity, code, name, rupiah(value)))
            elif ACTIVITY.fullmatch(code):
                activity = (code, name)
    return found


def sums(lines, key):
    """Sums of the lines by key; ``None`` where nothing was added."""
    found = defaultdict(int)
    for line in lines:
        found[key(line)] += line[5]
    return found


def stages(folder, year, key, wanted=lambda line: True):
    """Key -> stage -> sen, over the lines that are wanted."""
    found = defaultdict(dict)
    for stage in STAGES:
        for name, value in sums(filter(wanted, budget(folder, year, stage)), key).items():
            found[name][stage] = value
    return found


def test_budget_of_every_office_at_every_stage_is_that_of_the_workbooks(contoh):
    rows = answer(contoh, "pergeseran_skpd", badan=BODY, tahun=2025)
    wanted = stages(contoh, 2025, lambda line: line[0])
    assert {r["nama_skpd"]: {s: r[c] for s, c in STAGES.items()} for r in rows} == wanted
    for row in rows:
        first, last = row["murni_sen"], row["perubahan_sen"]
        assert row["selisih_perubahan_sen"] == last - first
        assert row["persen_selisih"] == pytest.approx(100 * (last - first) / first, abs=0.0051)
    gaps = [abs(r["selisih_perubahan_sen"]) for r in rows]
    assert gaps == sorted(gaps, reverse=True) and len(rows) == 20 and len(set(gaps)) > 1


def test_every_moved_line_of_the_budget_is_that_of_the_workbooks(contoh):
    rows = answer(contoh, "pergeseran_rincian", badan=BODY, tahun=2025)
    first, last = (sums(budget(contoh, 2025, stage), lambda line: line[:5]) for stage in ("MURNI", "PERUBAHAN"))
    wanted = {k: (first.get(k, 0), last.get(k, 0)) for k in first | last if first.get(k, 0) != last.get(k, 0)}
    names = ("nama_skpd", "kode_sub_kegiatan", "nama_sub_kegiatan", "kode_rekening", "nama_rekening")
    assert {tuple(r[n] for n in names): (r["murni_sen"], r["perubahan_sen"]) for r in rows} == wanted
    assert len(rows) == len(wanted) > 20
    assert all(r["selisih_perubahan_sen"] == r["perubahan_sen"] - r["murni_sen"] for r in rows)


def test_grants_and_social_aid_of_every_office_are_those_of_the_workbooks(contoh):
    rows = answer(contoh, "hibah_bansos", badan=BODY, tahun=2025)
    given = stages(contoh, 2025, lambda x: (x[0], x[3], x[4]), lambda x: x[3].startswith(("5.1.05.", "5.1.06.")))
    wanted = {key: {s: value.get(s) for s in STAGES} for key, value in given.items()}
    found = {
        (r["nama_skpd"], r["kode_rekening"], r["nama_rekening"]): {s: r[c] for s, c in STAGES.items()} for r in rows
    }
    assert found == wanted and len(rows) == len(wanted) >= 3


# Realisation reports


def report(path):
    """Lines of a DJPK report: account, budget and realisation in sen."""
    found = []
    for row in ElementTree.parse(path).iter(f"{CELL}Row"):
        cells = [data.text for data in row.iter(f"{CELL}Data")]
        if len(cells) == 4 and re.fullmatch(r"[\d.]+", cells[1] or ""):
            found.append((cells[0].strip(), *(int(Decimal(cell) * 100) for cell in cells[1:3])))
    return found


@pytest.mark.parametrize("year", [2023, 2025, 2026])
def test_transfers_of_every_government_are_those_of_its_report(contoh, year):
    period = str(yaml.safe_load((contoh / f"raw/djpk/{year}/konteks.yml").read_text(encoding="utf-8"))["periode"])
    wanted = []
    for path in (contoh / f"raw/djpk/{year}").glob("*.csv"):
        for account, planned, spent in report(path):
            if re.search(r"bantuan keuangan|transfer antar ?daerah", account.lower()):
                percent = round(100 * spent / planned, 2) if planned else None
                wanted.append((path.stem, account, period, planned, spent, percent))
    rows = answer(contoh, "bantuan_keuangan", tahun=year)
    assert Counter(tuple(r.values())[:5] for r in rows) == Counter(line[:5] for line in wanted)
    percents = {line[:5]: line[5] for line in wanted}
    for row in rows:
        assert row["persen_realisasi"] == pytest.approx(percents[tuple(row.values())[:5]], abs=0.0051)
    assert len({r["nama_pemda"] for r in rows}) == 11


# Assets

PLACES = {
    "A": {"nama": 1, "kode": 2, "register": 3, "tahun": 5, "sertifikat": (8, 9), "asal": 11, "nilai": 12},
    "B": {"nama": 2, "kode": 1, "register": 3, "tahun": 7, "rangka": 9, "asal": 13, "nilai": 14},
    "C": {"nama": 1, "kode": 2, "register": 3, "tanggal": 9, "kondisi": 4, "asal": 14, "nilai": 15},
    "D": {"nama": 1, "kode": 2, "register": 3, "tanggal": 9, "kondisi": 15, "asal": 13, "nilai": 14},
    "E": {"nama": 1, "kode": 2, "register": 3, "tahun": 12, "asal": 13, "nilai": 14},
    "F": {"nama": 1, "tanggal": 7, "mulai": 9, "asal": 12, "nilai": 13},
}
"""Card -> where its columns stand, as printed in the header of the sheets."""


@cache
def cards(folder):
    """Every asset of the register: card, unit, name, year, value in sen, and what else its card says."""
    units = yaml.safe_load((folder / "raw/simbada/konteks.yml").read_text(encoding="utf-8"))["berkas"]
    found = []
    for file, unit in units.items():
        book = openpyxl.load_workbook(folder / "raw/simbada" / file, read_only=True)
        for sheet in book:
            card = sheet.title[-1]
            places = PLACES[card]
            lines = [r for r in sheet.iter_rows(values_only=True) if isinstance(r[0], int) and isinstance(r[1], str)]
            lines = [r for r in lines if "Barang berkoordinat salah (contoh)" not in r]  # held back
            for line in lines:
                given = {n: [line[p] for p in at] if isinstance(at, tuple) else line[at] for n, at in places.items()}
                year = given.get("tahun") or (given.get("tanggal") or given.get("mulai") or "0")[:4]
                value = None if given["nilai"] in (None, "") else rupiah(given["nilai"])
                found.append({**given, "kartu": card, "unit": unit["nama_unit"], "tahun": int(year), "sen": value})
    return found


def shown(row):
    """What identifies an asset in an answer."""
    return row["kartu"][-1], row["nama_unit"], row["nama_barang"], row["nilai_perolehan_sen"]


def written(card):
    """The same of a card; spaces as one."""
    return card["kartu"], card["unit"], " ".join(card["nama"].split()), card["sen"]


@pytest.mark.parametrize(
    ("problem", "wanted"),
    [
        ("tanah tanpa sertifikat", lambda c, twice: c["kartu"] == "A" and not any(c["sertifikat"])),
        ("nilai nol", lambda c, twice: not c["sen"]),
        ("asal perolehan tidak tercatat", lambda c, twice: not c["asal"]),
        ("rusak berat", lambda c, twice: c.get("kondisi") == "RB" or "rusak berat" in str(c.get("keterangan")).lower()),
        ("nomor rangka tercatat dua kali", lambda c, twice: c.get("rangka") in twice),
    ],
)
def test_assets_with_a_problem_are_exactly_those_of_the_cards(contoh, problem, wanted):
    frames = Counter(c["rangka"] for c in cards(contoh) if c.get("rangka"))
    twice = {frame for frame, count in frames.items() if count > 1}
    rows = answer(contoh, "aset_perlu_dicek", unit="semua", masalah=problem)
    assert Counter(map(shown, rows)) == Counter(written(c) for c in cards(contoh) if wanted(c, twice))
    one = answer(contoh, "aset_perlu_dicek", unit="Dinas Kesehatan", masalah=problem)
    assert one == [row for row in rows if row["nama_unit"] == "Dinas Kesehatan"]


def test_old_constructions_are_exactly_those_of_the_cards(contoh):
    rows = answer(contoh, "konstruksi_lama", unit="semua", tahun=2026)
    old = [c for c in cards(contoh) if c["kartu"] == "F" and c["mulai"] <= "2024-12-31"]
    wanted = Counter(
        (c["unit"], c["nama"], c["mulai"], c["sen"], (date(2026, 12, 31) - date.fromisoformat(c["mulai"])).days)
        for c in old
    )
    names = ("nama_unit", "nama_barang", "tgl_awal", "nilai_perolehan_sen", "hari_umur")
    assert Counter(tuple(r[n] for n in names) for r in rows) == wanted
    assert 0 < len(rows) < sum(c["kartu"] == "F" for c in cards(contoh))


@pytest.mark.parametrize("year", [2024, 2025])
def test_capital_budget_and_assets_of_every_office_are_those_of_workbooks_and_cards(contoh, year):
    planned = sums((x for x in budget(contoh, year, "PERUBAHAN") if x[3].startswith("5.2.")), lambda x: x[0])
    assets = defaultdict(list)
    for card in cards(contoh):
        if card["tahun"] == year:
            assets[card["unit"]].append(card["sen"] or 0)
    rows = answer(contoh, "modal_dan_aset", badan=BODY, tahun=year)
    wanted = {o: (v, sum(assets[o]) if assets[o] else None, len(assets[o]) or None) for o, v in planned.items()}
    assert {r["nama_skpd"]: (r["modal_sen"], r["aset_sen"], r["barang"]) for r in rows} == wanted
    assert all(r["selisih_modal_sen"] == r["modal_sen"] - (r["aset_sen"] or 0) for r in rows)
    assert sum(bool(assets[o]) for o in planned) > 10


@pytest.mark.parametrize("year", [2024, 2025])
def test_capital_budget_and_assets_of_every_card_are_those_of_workbooks_and_cards(contoh, year):
    planned = sums((x for x in budget(contoh, year, "PERUBAHAN") if x[3].startswith("5.2.0")), lambda x: x[3][:6])
    wanted = {}
    for number, card in enumerate("ABCDEF", 1):
        own = [c["sen"] for c in cards(contoh) if (c["kartu"], c["tahun"]) == (card, year)]
        if own or f"5.2.0{number}" in planned:
            priced = sum(v for v in own if v is not None)
            wanted[card] = (planned.get(f"5.2.0{number}"), len(own), own.count(None), priced)
    rows = answer(contoh, "modal_dan_kib", badan=BODY, tahun=year)
    names = ("anggaran_sen", "barang", "barang_tanpa_nilai", "aset_sen")
    assert {r["kib"]: tuple(r[n] for n in names) for r in rows} == wanted
    found = {r["kib"]: r["barang_tersambung"] for r in rows if r["barang_tersambung"]}
    assert found == linked_assets(contoh, year) and len(found) > 2


def linked_assets(folder, year):
    """Card -> labelled links from contracts and handovers of packages whose budget code states capital spending."""
    capital, package = set(), {}
    for number, key in ((1014, "kd_tender"), (1016, "kd_nontender")):
        rows = raw(folder, "D241", year, number)
        capital |= {r[key] for r in rows if re.fullmatch(r"\d\.\d\d\.\d\d\.\d\.\d\d\.\d{4}\.5\.2\..*", r["mak"] or "")}
    for number, name in ((1073, "no_kontrak"), (1080, "no_kontrak"), (1076, "no_bast"), (1082, "no_bast")):
        for row in raw(folder, "D241", year, number):
            package[row[name]] = row.get("kd_tender") or row["kd_nontender"]
    with (folder / "label/links.csv").open(encoding="utf-8", newline="") as file:
        links = [r for r in csv.DictReader(file) if r["ke_tabel"].startswith("kib_") and r["ada"] == "ya"]
    own = [r for r in links if package.get(r["dari_kunci"]) in capital]
    return Counter(r["ke_tabel"][-1].upper() for r in own)


# Packages


def test_every_bid_and_registration_is_that_of_the_raw_file(contoh):
    rows = answer(contoh, "penawaran", badan=BODY, tahun=2025)
    notices = packages(contoh)["tender"]
    wanted = {}
    for bid in raw(contoh, "D241", 2025, 1070):
        price = sen(bid["nilai_penawaran"]) if bid["nilai_penawaran"] else None
        out = (bid["alasan"] or "").strip()
        place = "pemenang" if str(bid["pemenang"]) == "1" else "penawar" if price else "pendaftar"
        if out and place != "pemenang":
            place = "penawar, gugur" if price else "gugur"
        hps = (notices.get(bid["kd_tender"]) or {}).get("hps")
        percent = round(100 * price / sen(hps), 2) if price and hps else None
        corrected = sen(bid["nilai_terkoreksi"]) if bid["nilai_terkoreksi"] else None
        wanted[bid["kd_tender"], bid["kd_peserta"]] = (place, price or None, corrected or None, percent)
    found = {
        (r["kd_tender"], r["kd_peserta"]): (
            r["kedudukan"], r["nilai_penawaran_sen"] or None, r["nilai_terkoreksi_sen"] or None, r["persen_hps"],
        )
        for r in rows
    }  # fmt: skip
    assert found.keys() == wanted.keys()
    for key, given in wanted.items():
        assert found[key][:3] == given[:3], key
        if key[0] in notices:
            assert found[key][3] == pytest.approx(given[3], abs=0.0051), key
    assert len({given[0] for given in wanted.values()}) == 3


def test_every_question_has_an_answer_compared_with_raw_files_or_labels():
    """Each question is asked by a test that compares it with files; this only keeps the list complete."""
    from conftest import ROOT

    named = "".join(path.read_text() for path in sorted(ROOT.glob("tests/test_*.py")))
    asked = set(re.findall(r'(?:answer|everywhere)\(\s*\w+, "(\w+)"|QUESTIONS\["(\w+)"\]', named))
    assert set(QUESTIONS) - {name for pair in asked for name in pair} == set()
