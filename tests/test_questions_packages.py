"""Four questions about packages: every row and every column, of every body and year, as the sample's raw files say."""

import csv
import shutil
import sqlite3
from collections import defaultdict
from contextlib import closing

import pytest
from sample_packages import CODES, YEARS, bought, rows, sen
from test_questions import QUESTIONS, answer
from test_questions_rows import KIND, budget, cards

pytestmark = pytest.mark.slow


def total(values):
    """A sum as SQL gives it: ``None`` where no value is known."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def by(found, *names):
    """Packages by some of their facts."""
    groups = defaultdict(list)
    for item in found:
        groups[tuple(item[name] for name in names)].append(item)
    return groups


# How complete the channels are


def coverage(folder):
    """The answer that the raw files give."""
    wanted = {}
    for (year, body, channel), found in by(bought(folder), "year", "body", "channel").items():
        priced = [p["rounded"] for p in found if p["estimate"] is not None]
        wanted[year, body, channel] = {
            "jumlah": len(found), "ada_tanggal": sum(p["dated"] for p in found),
            "ada_pagu": sum(p["ceiling"] is not None for p in found),
            "hps_penuh": priced.count(False), "hps_bulat": priced.count(True),
            "ada_nilai": sum(p["value"] is not None for p in found), "ada_penyedia": sum(p["named"] for p in found),
            "ada_peserta": sum(p["entered"] for p in found), "ada_rup": sum(p["planned"] for p in found),
        }  # fmt: skip
    return wanted


def test_coverage_of_every_body_year_and_channel_is_that_of_the_raw_files(contoh):
    wanted = coverage(contoh)
    for year in ("semua", "2018", *map(str, YEARS)):
        found = answer(contoh, "cakupan_paket", tahun=year)
        keys = [(r.pop("tahun_anggaran"), r.pop("nama_klpd"), r.pop("jalur")) for r in found]
        given = {key: line for key, line in wanted.items() if year in ("semua", str(key[0]))}
        assert dict(zip(keys, found, strict=True)) == given and len(found) == len(given) > 2
    assert {channel for _, _, channel in wanted} == {p["channel"] for p in bought(contoh)} and len(wanted) > 50


# Roads


def roads(folder, year, people):
    """The answer that the raw files give."""
    wanted = []
    found = [p for p in bought(folder) if p["year"] == year and p["state"] != "gagal_batal"]
    found = [p for p in found if "jalan" in p["title"].lower() and "perjalanan" not in p["title"].lower()]
    for (body, channel), group in sorted(by(found, "body", "channel").items()):
        values = [p["value"] for p in group]
        money, count = total(values), people.get(body)
        wanted.append({
            "nama_klpd": body, "jalur": channel, "jumlah": len(group), "bernilai": len(values) - values.count(None),
            "nilai_sen": money, "penduduk": count,
            "per_penduduk": money // 100 // count if money is not None and count else None,
        })  # fmt: skip
    return wanted


def test_road_money_of_every_body_year_and_channel_is_that_of_the_raw_files(contoh):
    for year in (2018, 2019, 2020, *YEARS):
        assert answer(contoh, "jalan_per_penduduk", tahun=year) == roads(contoh, year, {}), year
    assert len(roads(contoh, 2025, {})) > 5


def test_road_money_per_inhabitant_is_that_of_the_register_of_inhabitants(contoh, tmp_path):
    people = {"Kalimantan Timur": 4_000_001, "Kabupaten Kutai Kartanegara": 800_003, "Kota Samarinda": 0}
    shutil.copy(contoh / "out/current/opendata.db", tmp_path / "opendata.db")
    with closing(sqlite3.connect(tmp_path / "opendata.db")) as db:
        db.row_factory = sqlite3.Row
        for number, (name, count) in enumerate(people.items()):
            level = "provinsi" if name == "Kalimantan Timur" else "kabupaten/kota"
            line = (str(number), name, level, count, 0, count, "-", "-")
            columns = "kode, nama, tingkat, pria, wanita, total, asal_berkas, asal_lokasi"
            db.execute(f"insert into penduduk ({columns}) values (?, ?, ?, ?, ?, ?, ?, ?)", line)
        for year in YEARS:
            found = [dict(r) for r in db.execute(QUESTIONS["jalan_per_penduduk"]["sql"], {"tahun": str(year)})]
            assert found == roads(contoh, year, dict(zip(CODES.values(), people.values(), strict=True)))
            assert all(r["per_penduduk"] is None for r in found if r["nama_klpd"] == "Kota Samarinda")


# What was left over


def leftovers(folder, body, year):
    """Office, source of the leftover and link -> number and sum."""
    groups = defaultdict(list)
    for p in bought(folder):
        if (p["body"], p["year"]) != (body, year) or p["channel"] == "epurchasing" and p["state"] == "gagal_batal":
            continue
        channel, words = p["channel"], p["channel"].replace("_", " ")
        if p["state"] == "gagal_batal":
            link = ("paket", "jalur", channel, "keadaan", "gagal_batal", "", "")
            groups[p["office"], f"Gagal atau batal, {words}", link].append(p["ceiling"])
        elif p["value"] and p["ceiling"] is not None and not p["rounded"]:
            link = ("paket", "jalur", channel, "keadaan__not", "gagal_batal", "nilai_sen__gt", "0")
            groups[p["office"], f"Pagu dikurangi nilai, {words}", link].append(p["ceiling"] - p["value"])
    for office, value in unused(folder, body, year):
        link = ("pertanyaan/rup_tanpa_paket", "minimum", "0", "", "", "", "")
        groups[office, "Rencana tanpa paket di rilis ini", link].append(value)
    return {key: (len(values), total(values)) for key, values in groups.items()}


def unused(folder, body, year):
    """Office and ceiling of the plans that no package of the sample belongs to, by the labels of the links."""
    known = {(p["channel"], p["key"]) for p in bought(folder)}
    with (folder / "label/links.csv").open(encoding="utf-8", newline="") as file:
        used = {
            r["dari_kunci"]
            for r in csv.DictReader(file)
            if r["dari_tabel"] == "rup_penyedia" and r["ada"] == "ya" and (r["ke_tabel"], r["ke_kunci"]) in known
        }
    (code,) = [code for code, name in CODES.items() if name == body]
    return [(r["nama_satker"], sen(r["pagu"])) for r in rows(folder, code, year, 1018) if r["kd_rup"] not in used]


@pytest.mark.parametrize("body", CODES.values())
@pytest.mark.parametrize("year", YEARS)
def test_leftovers_of_every_office_body_and_year_are_those_of_the_raw_files(contoh, body, year):
    found = {}
    for row in answer(contoh, "sisa_anggaran", badan=body, tahun=year):
        office, kind, count, money, *link = row.values()
        found[office, kind, tuple(link)] = (count, money)
    wanted = leftovers(contoh, body, year)
    assert found == wanted
    assert bool(wanted) == bool(rows(contoh, next(c for c in CODES if CODES[c] == body), year, 1018))


# Cars, residences, travel, adverts

STEPS = {"kendaraan": set("1234"), "iklan": set("123"), "pengadaan": set("23"), "belanja": set("123")}
"""Kind -> steps that the sample has; of the other kinds it has nothing."""


def sheets(folder, year, kind):
    """Step, office, link and sen of the budget lines and assets of a kind; only the province's are in the sample."""
    link = ("anggaran", "nama_pemda", "nama_skpd", "tahun_anggaran", "nama_rekening__contains", kind)
    for stage in ("MURNI", "GESER", "PERUBAHAN")[: 2 if year == 2026 else 3]:
        for office, _, _, _, account, value in budget(folder, year, stage):
            if kind in account.lower():
                yield f"1 anggaran {stage}", office, (*link, "tahapan", stage, "", ""), value
    link = ("kib_b", "", "nama_unit", "tahun_perolehan", "kode_barang__startswith", "1.3.2.02.", "", "", "", "")
    for card in cards(folder):
        if kind == "kendaraan" and card["tahun"] == year and str(card.get("kode")).startswith("1.3.2.02."):
            yield "4 tercatat sebagai aset", card["unit"], link, card["sen"]


def procured(folder, code, year, kind):
    """The same of the plans and packages of a body."""
    link = ("nama_klpd", "nama_satker", "tahun_anggaran", "nama_paket__contains", kind)
    for plan in rows(folder, code, year, 1018):
        if kind in plan["nama_paket"].lower():
            yield "2 rencana", plan["nama_satker"], ("rup_penyedia", *link, "", "", "", ""), sen(plan["pagu"])
    for p in bought(folder):
        if (p["body"], p["year"]) == (CODES[code], year) and kind in p["title"].lower():
            step = f"3 dipesan atau dikontrak, {p['channel'].replace('_', ' ')} ({p['state'].replace('_', ' ')})"
            own = ("paket", *link, "jalur", p["channel"], "keadaan", p["state"])
            yield step, p["office"], own, p["value"]


def spending(folder, code, year, kind):
    """Step, office and link -> number and sum of everything that names a kind of spending."""
    groups = defaultdict(list)
    found = [*procured(folder, code, year, kind), *(sheets(folder, year, kind) if code == "D241" else ())]
    for step, office, link, value in found:
        groups[step, office, link].append(value)
    return {key: (len(values), total(values)) for key, values in groups.items()}


@pytest.mark.parametrize("kind", (*KIND, "pengadaan", "belanja"))  # two words more, that every body writes
def test_every_step_of_spending_of_every_body_and_year_is_that_of_the_raw_files(contoh, kind):
    seen, bodies = set(), set()
    for code, body in CODES.items():
        for year in YEARS:
            found = {}
            for row in answer(contoh, "belanja_fasilitas", badan=body, tahun=year, jenis=kind):
                step, office, count, money, *link = row.values()
                found[step, office, tuple(link)] = (count, money)
            assert found == spending(contoh, code, year, kind), (body, year)
            seen |= {step[0] for step, _, _ in found}
            bodies |= {body} if found else set()
    assert seen == STEPS.get(kind, set())
    assert len(bodies) == 3 or kind in KIND
