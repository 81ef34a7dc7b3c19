"""Population counts of the sample through the whole command, and an attack on everything that two releases publish."""

import csv
import gzip
import json
import re
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from attack_counts import TOTAL, lines, recovered
from conftest import ROOT, once, real
from test_questions import answer

from etl import build as builder
from etl.contoh import kependudukan
from etl.contoh.keluar import Keluaran, buka_label

OF = {"umur": "penduduk", "agama": "penduduk", "status_kawin": "penduduk", "perekaman": "wajib_ktp"}
SENSITIVE = ("agama", "status_kawin", "disabilitas")
KEY = "kode_wilayah, jenis_kelamin, kelompok, kategori"
PERIODS = ("2024-S2", "2025-S1")
SEX = {"LK": "L", "PR": "P", "JML": TOTAL}


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``out`` with two releases: the semesters as first sent, then with their revisions."""

    def make(folder: Path) -> None:
        out = Keluaran(folder / "semua", buka_label(folder / "semua"))
        kependudukan.tulis_kependudukan(out, 2026)
        packages = folder / "datapackages"
        for name in ("kependudukan", "kualitas"):
            shutil.copytree(ROOT / "datapackages" / name, packages / name)
        shutil.rmtree(packages / "kualitas" / "queries")
        shutil.copy(ROOT / "datapackages" / "site.yml", packages)
        shutil.copytree(folder / "semua" / "raw", folder / "raw")
        for path in (folder / "raw").rglob("*_revisi.xlsx"):
            path.unlink()
        for source in (folder / "raw", folder / "semua" / "raw"):
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("KALTIM_KUNCI", str(folder / "kunci"))
                builder.build(source, folder / "out", lambda text: None, (), packages)

    return once(tmp_path_factory, "kependudukan", make)


def releases(folder: Path) -> list[Path]:
    """Both releases, the older first."""
    now = (folder / "out" / "current").resolve()
    before = json.loads((now / "manifest.json").read_text())["previous"]
    return [now.parent / before, now]


def published(release: Path, period: str) -> dict[tuple[str, ...], int | None]:
    with closing(sqlite3.connect(release / "opendata.db")) as db:
        sql = f"select {KEY}, jumlah from penduduk_rincian where periode = ?"
        return {row[:4]: row[4] for row in db.execute(sql, (period,))}


def truth(folder: Path, period: str, revised: bool) -> dict[tuple[str, ...], int]:
    """What a workbook says, read with openpyxl and our list of headings; the row whose sexes do not add up left out."""
    with (ROOT / "datapackages" / "kependudukan" / "daftar" / "ukuran_penduduk.csv").open(newline="") as file:
        measure = {n: (r["kelompok"], r["kategori"]) for r in csv.DictReader(file) for n in r["judul_dkb"].split("|")}
    name = f"dkb_{period}{'_revisi' if revised else ''}.xlsx"
    found = {}
    raw = folder / "semua" / "raw" if (folder / "semua").exists() else folder / "raw"
    for sheet in openpyxl.load_workbook(raw / "kependudukan" / name):
        rows = list(sheet.iter_rows(values_only=True))
        top, sexes, heading = rows[2], rows[3], ""
        for row in rows[4:]:
            for at, value in enumerate(row):
                heading = top[at] or heading
                if at > 2 and value is not None:
                    found[(row[1], SEX[sexes[at]], *measure[heading.lower()])] = value
    both = {c: found[c[0], "L", c[2], c[3]] + found[c[0], "P", c[2], c[3]] for c in found if c[1] == TOTAL}
    wrong = {(c[0], *c[2:]) for c, value in both.items() if found[c] != value}
    return {cell: value for cell, value in found.items() if (cell[0], *cell[2:]) not in wrong}


def with_rest(cells, known):
    """Beside what is shown, what it says of those who have not recorded: nobody's row, but a count of people."""
    found, real_ = dict(cells), dict(known)
    for region, sex, group, category in cells:
        if (group, category) == ("perekaman", "sudah"):
            whole = (region, sex, "wajib_ktp", TOTAL)
            rest, given = (region, sex, "perekaman", "sisa"), (cells[whole], cells[region, sex, group, category])
            real_[rest] = known[whole] - known[region, sex, group, category]
            found[rest] = None if None in given else given[0] - given[1]
    return found, real_


@pytest.mark.parametrize("period", PERIODS)
def test_attack_on_both_releases_recovers_no_closed_cell(two, period):
    shown, told = [], []
    for number, release in enumerate(releases(two)):
        cells = published(release, period)
        revised = bool(number) and revisions(release)[period] == 0
        cells, known = with_rest(cells, truth(two, period, revised))
        assert all(value in (None, known[cell]) for cell, value in cells.items())
        shown.append({cell: None if known[cell] == 0 else value for cell, value in cells.items()} | {
            cell: 0 for cell in cells if known[cell] == 0})  # fmt: skip
        told.append(known)
    limits = {cell: 10 if cell[2] in SENSITIVE else 5 for known in told for cell in known}
    small = [c for c, value in told[0].items() if 0 < value < limits[c]]
    assert len(small) > 100 and all(shown[0][cell] is None for cell in small)
    assert recovered(shown, OF, told, limits) == {"tepat": [], "sempit": []}


def test_same_attack_on_small_cells_alone_succeeds(two):
    known = truth(two, "2024-S2", False)
    limits = {cell: 10 if cell[2] in SENSITIVE else 5 for cell in known}
    naive = {cell: None if 0 < value < limits[cell] else value for cell, value in known.items()}
    found = recovered([naive], {k: v for k, v in OF.items() if k != "perekaman"}, [known], limits)
    assert len(found["tepat"]) > 10 and all(known[cell] == value for (_, cell), value in found["tepat"])


def revisions(release: Path) -> dict[str, int]:
    with closing(sqlite3.connect(release / "opendata.db")) as db:
        return dict(db.execute("select periode, max(revisi_ditahan) from penduduk_rincian group by 1"))


def test_harmless_revision_is_shown_and_the_telling_one_is_held_back(two):
    assert revisions(releases(two)[1]) == {"2024-S2": 0, "2025-S1": 1}
    moved = ("64.74.01", "L", "umur", "20-24")
    one, other = (published(release, "2024-S2")[moved] for release in releases(two))
    assert other == one + 25
    emptied = ("64.74.02", "P", "agama", "katolik")
    assert truth(two, "2025-S1", True)[emptied] == 3
    assert len({json.dumps(sorted(map(str, published(r, "2025-S1").items()))) for r in releases(two)}) == 1


def test_open_cells_add_up_and_none_is_altered(two):
    for period, revised in (("2024-S2", True), ("2025-S1", False)):
        cells = published(releases(two)[1], period)
        known = truth(two, period, revised)
        assert cells.keys() == known.keys()
        assert {c: v for c, v in cells.items() if v is not None}.items() <= known.items()
        full = {c: v for c, v in OF.items() if c != "perekaman"}
        whole = [line for line in lines(cells, full) if None not in map(cells.get, [line[0], *line[1]])]
        # Of one regency a row of heads of family is held back, so that its districts are fewer than it.
        wrong = [line for line in whole if cells[line[0]] != sum(cells[c] for c in line[1])]
        assert len(whole) > 700 and {line[0][2] for line in wrong} <= {"kk"}


def members(release: Path):
    """Every file of a release and the history beside it, as texts: packed files unpacked, databases byte by byte."""
    for path in [*release.rglob("*"), release.parent.parent / "riwayat.db"]:
        if path.suffix == ".db":
            yield path.name, path.read_bytes().decode("latin-1")
        elif path.suffix == ".gz":
            yield path.name, gzip.decompress(path.read_bytes()).decode()
        elif path.is_file() and path.suffix in (".csv", ".json", ".yml", ".cff", "") and path.name != "SHA256SUMS":
            yield path.name, path.read_text(encoding="utf-8")


def test_no_file_of_a_release_holds_the_withheld_table_or_lets_its_bytes_be_tried(two):
    hashes = {path.name for path in (two / "out" / "arsip").rglob("*") if len(path.name) == 64}
    assert len(hashes) == 4
    for release in releases(two):
        for name, text in members(release):
            assert not [value for value in hashes if value in text], name
            if "agregat_dukcapil" in text:
                assert name in ("berkas_sumber.csv", "baris_ditahan.csv", "opendata.db", "manifest.json") or name in (
                    "agregat_dukcapil.json", "berkas_sumber.ndjson.gz", "berkas_sumber.csv.gz", "baris_ditahan.csv.gz",
                    "baris_ditahan.ndjson.gz", "berkas_sumber.excel.csv", "baris_ditahan.excel.csv"), name  # fmt: skip
        with closing(sqlite3.connect(release / "opendata.db")) as db:
            assert not db.execute("select 1 from sqlite_master where name = 'agregat_dukcapil'").fetchall()
            held = db.execute(
                "select baris, pesan, message from baris_ditahan where resource like 'agregat%'"
            ).fetchall()
            assert len(held) in (3, 6) and {row[0] for row in held} == {"{}"}
            assert not [c for row in held for text in row[1:] for c in text if c.isdigit()]
            columns = {row[1] for row in db.execute("pragma table_xinfo(penduduk_rincian)")}
            assert "jenis_penutupan" not in columns
        with closing(sqlite3.connect(release / "sumber.db")) as db:
            assert db.execute("select count(*) from berkas").fetchone() == (0,)


def test_closed_cells_are_closed_in_every_format(two):
    release = releases(two)[1]
    tables = json.loads((release / "manifest.json").read_text())["tables"]["penduduk_rincian"]["formats"]
    closed = {p: {c for c, v in published(release, p).items() if v is None} for p in PERIODS}
    wanted = Counter({p: len(cells) for p, cells in closed.items()})
    assert min(wanted.values()) > 100
    for kind in ("csv", "csv.gz", "ndjson.gz", "parquet", "xlsx"):
        path = next(release / p for paths in tables.values() for p in paths if p.endswith(f"rincian.{kind}"))
        assert Counter(r["periode"] for r in rows_of(path) if r["jumlah"] in (None, "")) == wanted, kind


def rows_of(path: Path):
    """Rows of a file of a table by a stock reader."""
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix == ".xlsx":
        rows = list(openpyxl.load_workbook(path, read_only=True).worksheets[0].values)
        return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text(encoding="utf-8")
    if ".ndjson" in path.name:
        return [{"jumlah": None, **json.loads(line)} for line in text.splitlines()]
    return list(csv.DictReader(text.splitlines()))


def test_coverage_of_e_ktp_is_that_of_the_workbook(two):
    known = truth(two, "2025-S1", False)
    with closing(sqlite3.connect(releases(two)[1] / "opendata.db")) as db:
        sql = "select kode_wilayah, wajib_ktp, sudah_rekam, persen_rekam from ektp_cakupan where periode = '2025-S1'"
        rows = db.execute(sql).fetchall()
    assert len(rows) == 116 and sum(row[2] is None for row in rows) < 12
    for code, whole, done, share in rows:
        assert whole == known[code, TOTAL, "wajib_ktp", TOTAL]
        if done is not None:
            assert done == known[code, TOTAL, "perekaman", "sudah"] and share == round(100 * done / whole, 2)


@pytest.mark.slow
def test_question_of_lowest_coverage_ranks_the_districts_of_the_workbook(contoh):
    known = truth(contoh, "2025-S1", False)
    rows = answer(contoh, "ektp_terendah", semester="2025-S1")
    done = {r: (known[r, TOTAL, "wajib_ktp", TOTAL], n) for (r, sex, g, c), n in known.items()
            if (sex, g, c) == (TOTAL, "perekaman", "sudah") and len(r) == 8}  # fmt: skip
    shown = {row["kode_wilayah"] for row in rows}
    assert len(done) == 105 and 90 < len(shown) <= 105
    wanted = sorted((round(100 * n / whole, 2), code, whole, n) for code, (whole, n) in done.items() if code in shown)
    found = [(r["persen_rekam"], r["kode_wilayah"], r["wajib_ktp"], r["sudah_rekam"]) for r in rows]
    assert found == wanted and all(row["kabupaten_kota"] for row in rows)


@pytest.mark.slow
def test_question_of_coverage_shows_a_regency_with_its_districts_in_all_semesters(contoh):
    rows = answer(contoh, "cakupan_ektp", wilayah="KOTA BONTANG")
    places = ["64.74", "64.74.01", "64.74.02", "64.74.03"]
    assert [(r["periode"], r["kode_wilayah"]) for r in rows] == [(p, c) for p in PERIODS[::-1] for c in places]
    for row in rows:
        known = truth(contoh, row["periode"], row["periode"] == "2024-S2")
        assert row["wajib_ktp"] == known[row["kode_wilayah"], TOTAL, "wajib_ktp", TOTAL]


@pytest.mark.slow
def test_question_of_ages_equals_the_workbook(contoh):
    known = truth(contoh, "2024-S2", True)
    rows = answer(contoh, "penduduk_umur", wilayah="KABUPATEN PASER", semester="2024-S2")
    assert len(rows) == 16 and [r["umur"] for r in rows] == sorted((r["umur"] for r in rows), reverse=True)
    for row in rows:
        cells = [known["64.01", sex, "umur", row["umur"]] for sex in ("L", "P", TOTAL)]
        assert [row["laki_laki"], row["perempuan"], row["keduanya"]] == cells


@pytest.mark.slow
def test_question_of_dependency_equals_the_workbook(contoh):
    known = truth(contoh, "2025-S1", False)
    rows = answer(contoh, "beban_tanggungan", semester="2025-S1")
    assert [r["kode_wilayah"] for r in rows] == sorted({c[0] for c in known if len(c[0]) < 8})
    for row in rows:
        ages = {c[3]: n for c, n in known.items() if c[:3] == (row["kode_wilayah"], TOTAL, "umur")}
        young = sum(ages[a] for a in ("00-04", "05-09", "10-14"))
        old = sum(ages[a] for a in ("65-69", "70-74", "75+"))
        assert row["rasio_ketergantungan"] == round(100 * (young + old) / (sum(ages.values()) - young - old), 2)
        assert row["penduduk"] == sum(ages.values())


@pytest.mark.slow
def test_question_of_spending_divides_reports_and_packages_by_the_named_population(contoh):
    known = truth(contoh, "2024-S2", True)
    rows = {row["nama_klpd"]: row for row in answer(contoh, "belanja_per_penduduk", tahun=2024)}
    people = {"Provinsi Kalimantan Timur": "64", "Kab. Kutai Kartanegara": "64.02", "Kota Samarinda": "64.72"}
    assert rows.keys() >= people.keys()
    assert {r["penduduk"] for name, r in rows.items() if name not in people} == {None}
    for name, code in people.items():
        row, many = rows[name], known[code, TOTAL, "penduduk", TOTAL]
        assert (row["penduduk"], row["sumber_penduduk"]) == (many, "Dukcapil (dkb) 2024-S2")
        assert row["paket_per_penduduk"] == row["nilai_paket_sen"] // 100 // many
        report = (contoh / "raw" / "djpk" / "2024" / f"{name}.csv").read_text(encoding="utf-8")
        cells = re.search(
            r">Belanja Daerah</Data>.*?<Data[^>]*>([^<]*)</Data>.*?<Data[^>]*>([^<]*)</Data>", report, re.S
        )
        assert row["belanja"] == int(float(cells[2])) and row["belanja_per_penduduk"] == int(float(cells[2])) // many


@pytest.mark.slow
def test_question_of_closed_cells_counts_what_the_table_closes(contoh):
    rows = answer(contoh, "sel_ditutup")
    with closing(sqlite3.connect(contoh / "out" / "current" / "opendata.db")) as db:
        cells = db.execute("select periode, kelompok, jumlah_ditutup, jumlah from penduduk_rincian").fetchall()
    for row in rows:
        own = [c for c in cells if c[0] == row["periode"] and row["kelompok"] in (c[1], "semua")]
        assert (row["sel"], row["ditutup"]) == (len(own), sum(c[3] is None for c in own))
        if row["kelompok"] == "semua":
            assert row["primer"] + row["pelengkap"] == row["ditutup"] and row["tidak_cocok"] <= row["diperiksa"] > 300
        else:
            assert row["primer"] is None, "no single group says how many of its cells are small"


def test_sums_of_the_real_population_list_are_equal(real_out):
    real("wilayah/wilayah_penduduk.sql")
    with closing(sqlite3.connect(real_out / "current" / "opendata.db")) as db:
        total = dict(db.execute("select kode, total from penduduk"))
        assert total["64"] == 4_123_303 == sum(v for k, v in total.items() if k.startswith("64."))
        assert db.execute("select count(*) from penduduk where pria + wanita <> total").fetchone() == (0,)
