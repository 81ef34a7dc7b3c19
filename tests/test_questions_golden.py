"""Answers of the journalists' and researchers' questions against the sample's raw files and labels, and on real files."""

import csv
import hashlib
import json
import re
import shutil
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from decimal import Decimal
from functools import cache

import pytest
import yaml
from conftest import ROOT, real
from test_questions import BODY, QUESTIONS, YEARS, answer, contracts, labels, raw, sen  # noqa: F401

from etl import build as builder

pytestmark = pytest.mark.slow
CODES = {"D241": BODY, "D244": "Kab. Kutai Kartanegara", "D250": "Kota Samarinda"}
CHANNELS = {
    "tender": (1013, "kd_tender"),
    "non_tender": (1016, "kd_nontender"),
    "epurchasing": (1213, "kd_paket"),
    "pencatatan_swakelola": (1059, "kd_swakelola_pct"),
}


def table(folder, name):
    with (folder / f"label/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def packages(folder, year=2025):
    """Channel -> code -> raw row of the main body's packages."""
    return {c: {r[key]: r for r in raw(folder, "D241", year, number)} for c, (number, key) in CHANNELS.items()}


def title(row):
    return row.get("nama_paket") or row.get("rup_nama_pkt") or ""


# 3: the trail of one package


def edges(folder):
    found = defaultdict(set)
    for row in table(folder, "links"):
        if row["ada"] == "ya":
            found[row["dari_tabel"], row["ke_tabel"], row["dari_kunci"]].add(row["ke_kunci"])
            found[row["ke_tabel"], row["dari_tabel"], row["ke_kunci"]].add(row["dari_kunci"])
    return found


def test_trail_of_every_tender_is_that_of_the_labels(contoh):  # noqa: F811
    known, seen = edges(contoh), Counter()
    for code in packages(contoh)["tender"]:
        rows = answer(contoh, "jejak_paket", jalur="tender", kunci=code)
        steps = defaultdict(list)
        for row in rows:
            steps[row["langkah"][0]].append(row)
        assert sorted(steps) == list("123456789")
        plans = {p for kind in ("rup_penyedia", "rup_swakelola") for p in known["tender", kind, code]}
        signed = known["tender", "kontrak", code]
        assert {r["kunci_satu"] for r in steps["2"] if r["keadaan_langkah"] == "ada"} == plans
        assert {r["kunci_satu"] for r in steps["6"] if r["keadaan_langkah"] == "ada"} == signed
        after = {kind: {k for c in signed for k in known["kontrak", kind, c]} for kind in ("spmk", "serah_terima")}
        assert {r["uraian"] for r in steps["7"] if r["uraian"]} == after["spmk"]
        assert {r["uraian"][5:] for r in steps["8"] if str(r["uraian"]).startswith("BAST ")} == after["serah_terima"]
        for step, present in (("6", signed), ("7", after["spmk"])):
            absent = {r["keadaan_langkah"] for r in steps[step]} if not present else set()
            assert absent <= {"tidak tercatat", "tidak berlaku"}
            seen[step, bool(present)] += 1
    assert all(seen[step, state] for step in "67" for state in (True, False))


def test_list_of_trails_holds_every_package_with_the_word(contoh):  # noqa: F811
    rows = answer(contoh, "jejak_daftar", badan=BODY, tahun=2025, kata="jalan")
    for channel, found in packages(contoh).items():
        wanted = {code for code, row in found.items() if "jalan" in title(row).lower()}
        assert {r["kunci"] for r in rows if r["jalur"] == channel} == wanted
    for row in rows:
        steps = answer(contoh, "jejak_paket", jalur=row["jalur"], kunci=row["kunci"])
        states = {s["langkah"][0]: s["keadaan_langkah"] for s in steps}
        assert (states["6"], states["7"]) == (row["kontrak"], row["spmk"])


# 5, 7, 8, 9, 13: lists of packages


def test_large_packages_are_those_of_the_raw_notices(contoh):  # noqa: F811
    limit = 1_000_000_000
    rows = answer(contoh, "pengumuman_besar", badan=BODY, tahun=2025, minimum=limit)
    bids = Counter(r["kd_tender"] for r in raw(contoh, "D241", 2025, 1070) if r["nilai_penawaran"])
    for channel in ("tender", "non_tender"):
        found = packages(contoh)[channel]
        wanted = {k for k, r in found.items() if Decimal(r["pagu"]) >= limit or (channel == "tender" and bids[k] == 1)}
        assert {r["kunci"] for r in rows if r["jalur"] == channel} == wanted
    assert [r["kejadian"] or "" for r in rows] == sorted((r["kejadian"] or "" for r in rows), reverse=True)


def test_split_packages_wait_for_the_law_and_are_the_planted_ones_once_it_is_checked(contoh, tmp_path):  # noqa: F811
    sql, values = QUESTIONS["paket_seperti_dipecah"]["sql"], {"badan": BODY, "tahun": "2025"}
    assert answer(contoh, "paket_seperti_dipecah", **values) == []
    copy = tmp_path / "opendata.db"
    shutil.copy(contoh / "out/current/opendata.db", copy)
    with (contoh / "out/kerja/jejak_tanda/menunggu.csv").open(encoding="utf-8", newline="") as file:
        waiting = [row for row in csv.DictReader(file) if row["tanda"] == "pecah_paket"]
    with closing(sqlite3.connect(copy)) as db:
        db.row_factory = sqlite3.Row
        status = db.execute("select status from tanda_metode where tanda = 'pecah_paket'").fetchone()
        assert status[0] == "menunggu verifikasi dasar hukum"
        marks = ", ".join("?" * len(waiting[0]))
        for row in waiting:
            row["nilai_sen"] = row["nilai_sen"] or None
            db.execute(f"insert into tanda ({', '.join(row)}) values ({marks})", tuple(row.values()))
        rows = [dict(r) for r in db.execute(sql, values)]
    planted = [r for r in labels(contoh, "pecah_paket") if r["kd_klpd"] == "D241" and r["tahun"] == "2025"]
    assert {r["kd_nontender"] for r in rows} >= {r["kunci"] for r in planted}
    assert rows and all(r["jumlah_serupa_sen"] > r["batas_sen"] >= r["pagu_sen"] for r in rows)


def test_works_past_their_end_without_handover_are_those_of_the_raw_contracts(contoh):  # noqa: F811
    rows = answer(contoh, "lewat_akhir_kontrak", badan=BODY, tahun=2025, minimum=0)
    wanted = {}
    for contract, handover, key in ((1073, 1076, "kd_tender"), (1080, 1082, "kd_nontender")):
        done = {r[key] for r in raw(contoh, "D241", 2025, handover) if r["no_bast"]}
        for row in sorted(raw(contoh, "D241", 2025, contract), key=lambda r: int(r["versi_addendum"])):
            if row[key] not in done:
                wanted[row["no_kontrak"]] = (row["tgl_kontrak_akhir"][:10], sen(row["nilai_kontrak"]))
    wanted = {k: v for k, v in wanted.items() if v[0] < "2025-12-31"}
    assert {r["no_kontrak"]: (r["tgl_akhir_kini"], r["nilai_kini_sen"]) for r in rows} == wanted
    assert rows


def test_marked_packages_are_those_of_the_titles(contoh):  # noqa: F811
    marked = answer(contoh, "paket_bertanda_dana", badan=BODY, tahun=2025, tanda="DBH SAWIT")
    for channel, notices in packages(contoh).items():
        wanted = {k for k, r in notices.items() if "(DBH SAWIT)" in title(r).upper()}
        assert {r["kunci"] for r in marked if r["jalur"] == channel} == wanted


# 6, 11, 12: offices


def test_offices_beside_their_peers_are_counted_from_the_raw_files(contoh):  # noqa: F811
    rows = answer(contoh, "persaingan_skpd", badan=BODY, tahun=2025)
    notices = packages(contoh)["tender"]
    priced = Counter(r["kd_tender"] for r in raw(contoh, "D241", 2025, 1070) if r["nilai_penawaran"])
    results = Counter(r["kd_tender"] for r in raw(contoh, "D241", 2025, 1015))
    near = Counter()
    for row in raw(contoh, "D241", 2025, 1015):
        if results[row["kd_tender"]] == 1 and 100 * sen(row["nilai_kontrak"]) >= 99 * sen(row["hps"]):
            near[row["nama_satker"]] += 1
    for row in rows:
        own = {k: r for k, r in notices.items() if r["nama_satker"] == row["nama_satker"]}
        assert row["jumlah_tender"] == len(own)
        assert row["tender_ulang"] == sum(int(r["versi_tender"]) > 1 for r in own.values())
        assert row["penawar_tunggal"] == sum(r["status_tender"] == "Selesai" and priced[k] == 1 for k, r in own.items())
        assert row["dekat_hps"] == near[row["nama_satker"]]
    assert sum(r["dekat_hps"] for r in rows) > 0


def budget(folder, year, stage):
    """(office, account) -> sen, read from the raw workbook with the archive's generic reader."""
    with closing(sqlite3.connect(folder / "out/current/opendata.db")) as db:
        total = db.execute(
            "select sum(nilai_sen) from anggaran where tahun_anggaran = ? and tahapan = ?", (year, stage)
        ).fetchone()[0]
    (known,) = [r for r in table(folder, "totals") if r["resource"] == f"anggaran {stage}" and r["tahun"] == str(year)]
    assert total == int(known["jumlah_sen"])
    return total


def test_grants_add_up_with_the_raw_files(contoh):  # noqa: F811
    stages = ("MURNI", "GESER", "PERUBAHAN")
    assert all(budget(contoh, 2025, stage) for stage in stages)
    rows = answer(contoh, "hibah_bansos", badan=BODY, tahun=2025)
    assert rows and {r["kode_rekening"][:6] for r in rows} <= {"5.1.05", "5.1.06"}


def test_transfers_are_those_of_the_realisation_reports(contoh):  # noqa: F811
    rows = answer(contoh, "bantuan_keuangan", tahun=2025)
    files = sorted((contoh / "raw/djpk/2025").glob("*.csv"))
    assert {r["nama_pemda"] for r in rows} <= {f.stem for f in files}
    for row in rows:
        text = (contoh / f"raw/djpk/2025/{row['nama_pemda']}.csv").read_text(encoding="utf-8")
        assert row["akun"] in text
        assert row["persen_realisasi"] is None or 0 <= row["persen_realisasi"] <= 200


# 10: one number and its source


def test_every_number_of_a_package_stands_at_its_place_in_its_file(contoh):  # noqa: F811
    files = {hashlib.sha256(p.read_bytes()).hexdigest(): p for p in (contoh / "raw/isb").rglob("*.json")}
    checked = Counter()
    for channel, notices in packages(contoh).items():
        for code in sorted(notices)[:15]:
            rows = answer(contoh, "angka_paket", jalur=channel, kunci=code)
            assert rows
            for row in rows:
                if row["sha256"] in files:
                    source = json.loads(
                        files[row["sha256"]].read_text(encoding="utf-8"), parse_float=str, parse_int=str
                    )
                    cell = source[int(row["lokasi"].strip("[]"))][row["nama_angka"].removesuffix("_sen")]
                    assert sen(cell) == row["nilai_sen"]
                    assert files[row["sha256"]].as_posix().endswith(row["nama_berkas"])
                    checked[channel] += 1
    assert all(checked[channel] > 10 for channel in CHANNELS)


def test_a_total_is_the_sum_of_its_files(contoh):  # noqa: F811
    rows = answer(contoh, "angka_badan", badan=BODY, tahun=2025, angka="kontrak tender")
    wanted = sum(sen(r["nilai_kontrak"]) for r in raw(contoh, "D241", 2025, 1015) if r["nilai_kontrak"])
    assert {r["nilai_sen"] for r in rows} == {wanted} and sum(r["bagian_sen"] for r in rows) == wanted
    plans = answer(contoh, "angka_badan", badan=BODY, tahun=2025, angka="pagu rencana penyedia")
    assert plans[0]["nilai_sen"] == sum(sen(r["pagu"]) for r in raw(contoh, "D241", 2025, 1018))
    budgets = answer(contoh, "angka_badan", badan=BODY, tahun=2025, angka="anggaran belanja")
    stages = {r["tahap"]: r["nilai_sen"] for r in budgets}
    assert stages == {f"APBD {s.lower()}": budget(contoh, 2025, s) for s in ("MURNI", "GESER", "PERUBAHAN")}
    for row in rows:
        path = contoh / "raw" / row["nama_berkas"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]


# Researchers 1-5: files, dictionary, versions, links


def test_files_of_the_release_are_those_that_were_written(contoh):  # noqa: F811
    files = [r for r in table(contoh, "files") if r["resource"]]
    rows = answer(contoh, "bahan_rilis")
    counted = Counter(r["resource"] for r in files)
    held = Counter()
    for row in files:
        held[row["resource"]] += int(row["ditahan"])
    found = {r["tabel_terisi"]: r for r in rows}
    for name in ("tender", "kontrak", "rup_penyedia", "epurchasing", "lra"):
        assert (found[name]["jumlah"], found[name]["ditahan"]) == (counted[name], held[name])
        own = answer(contoh, "kelengkapan_tarikan", tabel=name)
        assert len(own) == counted[name] and {r["selisih"] for r in own} == {0}
        assert sum(r["terbit"] for r in own) == found[name]["terbit"]
        for row in own:
            assert hashlib.sha256((contoh / "raw" / row["nama"]).read_bytes()).hexdigest() == row["sha256"]


def test_dictionary_is_that_of_the_database_the_package_and_the_descriptors(contoh):  # noqa: F811
    package = json.loads((contoh / "out/current/datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        rows = answer(contoh, "kamus_rilis", tabel=resource["name"])
        fields = resource["schema"]["fields"]
        shown = [(r["kolom"], r["tipe"], r["satuan"] or "", r["jalur_ocds"] or "") for r in rows]
        assert shown == [(f["name"], f["type"], f.get("x-unit", ""), f.get("x-ocds", "")) for f in fields]
        assert [r["kolom"] for r in rows if r["bagian_kunci"]] == [
            f["name"] for f in fields if f["name"] in resource["schema"]["primaryKey"]
        ]
    with closing(sqlite3.connect(contoh / "out/current/opendata.db")) as db:
        columns = {
            r["name"]: {c[1] for c in db.execute(f"pragma table_xinfo({r['name']})")} for r in package["resources"]
        }
    for name, found in columns.items():
        assert {r["kolom"] for r in answer(contoh, "kamus_rilis", tabel=name)} == found


@cache
def declared():
    """Table -> its own descriptor with its dataset's, read without the etl."""
    found = {}
    for path in (ROOT / "datapackages").glob("*/datapackage.yaml"):
        dataset = yaml.safe_load(path.read_text(encoding="utf-8"))
        found |= {r["name"]: {**dataset, **r} for r in dataset["resources"] if r["x-privacy"] == "public"}
    return found


def test_ocds_paths_and_licences_are_those_of_the_descriptors(contoh):  # noqa: F811
    wanted = set()
    for name, resource in declared().items():
        for field in resource["schema"]["fields"]:
            if "x-ocds" in field and field.get("x-privacy") != "withheld":
                column = f"{field['name']}_sen" if field.get("x-sen") else field["name"]
                wanted.add((field["x-ocds"], name, column))
    rows = answer(contoh, "peta_ocds", tabel="semua")
    assert {(r["jalur_ocds"], r["nama_tabel"], r["kolom"]) for r in rows} == wanted
    rows = answer(contoh, "kutipan_tabel", dataset="semua")
    assert {r["nama_tabel"] for r in rows} == set(declared())
    labels = table(contoh, "files")
    group = {name: row["resource"] for row in labels for name in row["resource"].split(";")}
    held, found = Counter(), Counter()
    for row in labels:  # a workbook of several tables is labelled as a whole
        if set(row["resource"].split(";")) & set(declared()):
            held[row["resource"]] += int(row["ditahan"])
    for row in rows:
        found[group.get(row["nama_tabel"], row["nama_tabel"])] += row["baris_ditahan"]
    assert +found == +held and held["kib_a;kib_b;kib_c;kib_d;kib_e;kib_f"] > 0
    for row in rows:
        resource = declared()[row["nama_tabel"]]
        assert row["lisensi"] == resource["licenses"][0]["name"]
        assert row["kolom_tertutup"] >= sum(f.get("x-privacy") == "withheld" for f in resource["schema"]["fields"])


def test_a_process_by_ocds_path_is_that_of_the_raw_files(contoh):  # noqa: F811
    paths = {f["x-ocds"] for r in declared().values() for f in r["schema"]["fields"] if "x-ocds" in f}
    paths |= {"tender/tenderers/name", "bids/details/tenderers/name", "contracts/statusDetails"}
    signed = contracts(contoh, 1073, "kd_tender")
    for code, notice in packages(contoh)["tender"].items():
        rows = answer(contoh, "proses_ocds", jalur="tender", kunci=code)
        assert {re.sub(r"\[\d+\]", "", r["jalur_ocds"]) for r in rows} <= paths
        found = {r["jalur_ocds"]: r["isi"] for r in rows}
        assert found["tender/title"] == " ".join(notice["nama_paket"].split())
        assert Decimal(found["tender/value/amount"].removesuffix(" IDR")) == Decimal(notice["hps"])
        amounts = [r for r in rows if r["jalur_ocds"].startswith("contracts") and r["jalur_ocds"].endswith("amount")]
        assert sum(Decimal(r["isi"].removesuffix(" IDR")) * 100 for r in amounts) == signed.get(code, 0)
        bids = [r for r in raw(contoh, "D241", 2025, 1070) if r["kd_tender"] == code and r["nilai_penawaran"]]
        assert sum("bids/details" in r["jalur_ocds"] and "amount" in r["jalur_ocds"] for r in rows) == len(bids)


def test_changes_are_the_revisions_and_addenda_of_the_raw_files(contoh):  # noqa: F811
    rows = answer(contoh, "perubahan_tercatat", badan=BODY, tahun=2025)
    (path,) = (contoh / "raw/isb/D241/2025").glob("*HistoryKajiUlang.json")
    revisions = json.loads(path.read_text(encoding="utf-8"))
    wrong = {r["lokasi"] for r in table(contoh, "errors") if path.as_posix().endswith(r["berkas"])}
    kept = {
        (str(r["kd_rup_lama"]), str(r["kd_rup_baru"]), r["jenis_revisi"], r["tgl_kaji_ulang"][:19])
        for n, r in enumerate(revisions)
        if f"[{n}]" not in wrong
    }
    assert sum(r["perubahan"].startswith("revisi") for r in rows) == len(kept) > 0
    wanted = {}
    for number in (1073, 1080):
        versions = {}
        for row in sorted(raw(contoh, "D241", 2025, number), key=lambda r: int(r["versi_addendum"])):
            value, before = sen(row["nilai_kontrak"]), versions.get(row["no_kontrak"])
            versions[row["no_kontrak"]] = value
            if int(row["versi_addendum"]) > 0:
                wanted[row["no_kontrak"], row["versi_addendum"]] = (before, value)
    found = {
        (r["pengenal"], str(r["kunci_dua"])): (r["sebelum_sen"], r["sesudah_sen"])
        for r in rows
        if r["perubahan"].startswith("adendum")
    }
    assert found == wanted and wanted


def test_a_file_pulled_again_is_named_with_what_it_replaced(make, query, tmp_path):
    first = [{"kd": "1", "nama": "A"}, {"kd": "2", "nama": "B"}]
    rows = [{**paket_row(r["kd"]), "nama": r["nama"]} for r in first]
    make({"a/paket.json": rows, "a/konteks.yml": "pull: penuh\n"})
    later = [{**paket_row("1"), "nama": "A baru"}, paket_row("3")]
    make({"a/paket.json": later, "a/konteks.yml": "pull: penuh\n"})
    found = query(QUESTIONS["berkas_berganti"]["sql"])
    assert [row[0] for row in found] == ["a/paket.json"] * 2
    assert (found[0][3], found[1][3]) == (None, found[0][2])  # the pull before
    assert found[1][4] == 2 and found[0][7] > 0  # rows in before; rows superseded


def paket_row(code):
    from conftest import paket

    return paket(code)


def test_link_rates_are_those_of_the_labels(contoh):  # noqa: F811
    rows = answer(contoh, "laju_tautan", badan=BODY, tahun=2025)
    found = {(r["jenis"], r["rinci"]): r for r in rows}
    linked = defaultdict(set)
    for row in table(contoh, "links"):
        if (row["kd_klpd"], row["tahun"], row["ada"]) == ("D241", "2025", "ya"):
            linked[row["dari_tabel"], row["ke_tabel"]].add(row["ke_kunci"])
            linked[row["dari_tabel"], row["ke_tabel"], "dari"].add(row["dari_kunci"])
    notices = packages(contoh)
    codes = {channel: set(found) for channel, found in notices.items()}  # a held notice is known from its results
    for channel, numbers in (("tender", (1014, 1015, 1073)), ("non_tender", (1017, 1080))):
        codes[channel] |= {r[CHANNELS[channel][1]] for number in numbers for r in raw(contoh, "D241", 2025, number)}
    listed = json.loads((contoh / "raw/spse/kaltimprov_2025.json").read_text(encoding="utf-8"))
    guests = [r for r in listed if not any(name in str(r) for name in CODES.values())]  # buyers hosted by the LPSE
    for channel in ("tender", "non_tender", "epurchasing"):
        rate = found["rup_paket", channel]
        assert rate["jumlah"] - len(codes[channel]) == (len(guests) if channel == "tender" else 0)
        assert rate["tertaut"] == len(linked["rup_penyedia", channel] & codes[channel])
        assert rate["persen_jumlah"] == round(100 * rate["tertaut"] / rate["jumlah"], 2)
    orders = notices["epurchasing"]
    rate = found["rup_paket", "epurchasing"]
    assert rate["nilai_sen"] == sum(sen(r["total_harga"]) for r in orders.values())
    wanted = sum(sen(orders[k]["total_harga"]) for k in linked["rup_penyedia", "epurchasing"] & set(orders))
    assert rate["nilai_tertaut_sen"] == wanted > 0
    assert found["kontrak_spmk", ""]["tertaut"] == len(linked["kontrak", "spmk", "dari"])


# Researchers 7, 9, 13


def test_filled_values_name_the_file_that_filled_them(contoh):  # noqa: F811
    rows = answer(contoh, "asal_nilai", tabel="tender", kunci="")
    for row in rows[:50]:
        path = contoh / "raw" / row["nama"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]
        assert row["nomor_baris"] in path.read_text(encoding="utf-8")
    one = answer(contoh, "asal_nilai", tabel="tender", kunci=rows[0]["nomor_baris"])
    assert {r["nomor_baris"] for r in one} == {rows[0]["nomor_baris"]}


def test_catalogue_shares_are_those_of_the_raw_orders(contoh):  # noqa: F811
    rows = answer(contoh, "pangsa_ekatalog", badan=BODY)
    known, first = set(), True
    for year in YEARS:
        orders = [r for r in raw(contoh, "D241", year, 1213) if "CANCEL" not in r["status_pkt"]]
        per = Counter()
        for order in orders:
            per[order["kd_penyedia_v6"]] += sen(order["total_harga"])
        (row,) = [r for r in rows if r["tahun_anggaran"] == year]
        total = sum(per.values())
        assert (row["jumlah"], row["nilai_sen"]) == (len(orders), total)
        largest = [value for _, value in per.most_common()]
        for count in (1, 5, 10, 20):
            assert abs(row[f"persen_{count}"] - 100 * sum(largest[:count]) / total) < 2  # some numbers are one supplier
        assert (row["persen_baru"] == 100) == first
        known |= set(per)
        first = False


# The real tenders of Kalimantan Timur, 2025.


@pytest.fixture(scope="session")
def nyata(tmp_path_factory):
    """A release of the real Kaltim tenders of 2025, and the rows of their file."""
    folder = tmp_path_factory.mktemp("nyata")
    with pytest.MonkeyPatch.context() as patch:
        (folder / "kunci").write_text("k" * 64)
        patch.setenv("KALTIM_KUNCI", str(folder / "kunci"))
        source = real("spse_rinci_kaltim_2025/tenders_kaltimprov.csv")
        shutil.copytree(source.parent, folder / "raw" / source.parent.name)
        builder.build(folder / "raw", folder / "out", lambda text: None)
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [row for row in rows if re.fullmatch("[0-9; ]*", row["rup_code"])]
    assert len(rows) - len(kept) == 1  # its plan code is a word: held with that reason
    return folder, kept


def test_real_road_winners_and_their_percentages(nyata):
    folder, source = nyata
    rows = answer(folder, "pemenang_tender", badan=BODY, tahun=2025, kata="jalan")
    won = [r for r in source if "jalan" in r["tender_name"].lower() and r["winner_name"] and r["year"] == "2025"]
    assert {r["kunci"] for r in rows} == {r["tender_id"] for r in won} and len(rows) >= 10
    by_id = {r["tender_id"]: r for r in won}
    for row in rows:
        value, hps = (Decimal(by_id[row["kunci"]][c] or 0) for c in ("contract_value", "hps"))
        if row["persen_hps"] is not None:
            assert abs(Decimal(str(row["persen_hps"])) - 100 * value / hps) < Decimal("0.006")
    percents = sorted(r["persen_hps"] for r in rows if r["persen_hps"] is not None)
    middle = (percents[(len(percents) - 1) // 2] + percents[len(percents) // 2]) / 2
    assert rows[0]["median_persen"] == pytest.approx(middle, abs=0.006)


def test_real_company_and_unnamed_rupiah(nyata):
    folder, source = nyata
    won = [r for r in source if r["winner_name"] == "CV. SHANDORA JAYA"]
    for spelling in ("Shandora Jaya", "CV SHANDORA JAYA", "cv. shandora jaya"):
        rows = answer(folder, "penyedia_bernama", nama=spelling)
        assert {r["kunci"] for r in rows if r["hasil"] == "menang"} == {r["tender_id"] for r in won} and won
    (row,) = answer(folder, "rupiah_tanpa_penyedia", badan=BODY, tahun=2025)
    assert row["jalur"] == "tender" and row["nilai_sen"] > 100 * 10**12
    assert 0 <= row["nilai_tanpa_nama_sen"] <= row["nilai_sen"] // 100


def test_real_packages_marked_with_their_fund(nyata):
    folder, source = nyata
    for mark in ("DBH SAWIT", "DBH"):
        rows = answer(folder, "paket_bertanda_dana", badan=BODY, tahun=2025, tanda=mark)
        pattern = re.compile(rf"\(\s*{mark}", re.IGNORECASE)
        assert {r["kunci"] for r in rows} == {r["tender_id"] for r in source if pattern.search(r["tender_name"])}
        assert rows


def test_real_offices_beside_their_peers(nyata):
    folder, source = nyata
    rows = answer(folder, "persaingan_skpd", badan=BODY, tahun=2025)
    near = [
        r for r in source
        if r["winner_name"] and Decimal(r["contract_value"] or 0) > 0
        and Decimal(r["contract_value"]) * 100 >= Decimal(r["hps"]) * 99
    ]  # fmt: skip
    assert sum(r["dekat_hps"] for r in rows) == len(near) > 0
    assert sum(r["jumlah_tender"] for r in rows) == len({r["tender_id"] for r in source})
    assert {r["penawar_tunggal"] for r in rows} == {0} and {r["ada_peserta"] for r in rows} == {0}  # no prices in it


def test_real_number_with_its_file_and_place(nyata):
    folder, source = nyata
    path = folder / "raw/spse_rinci_kaltim_2025/tenders_kaltimprov.csv"
    for place, line in ((2, source[0]), (12, source[9])):
        rows = answer(folder, "angka_paket", jalur="tender", kunci=line["tender_id"])
        found = {(r["nama_tabel"], r["nama_angka"]): r for r in rows}
        assert found["tender", "hps_sen"]["nilai_sen"] == sen(line["hps"])
        assert {r["sha256"] for r in rows} == {hashlib.sha256(path.read_bytes()).hexdigest()}
        assert {r["lokasi"] for r in rows} == {f"baris {place}"}
    (total,) = answer(folder, "angka_badan", badan=BODY, tahun=2025, angka="kontrak tender")
    assert total["nilai_sen"] == sum(
        sen(r["contract_value"]) for r in source if r["winner_name"] and r["contract_value"]
    )
