"""``docs/peneliti.py``: the researcher's thirteen answers, from files alone, equal the site's own questions."""

import gzip
import json
import re
import runpy
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from decimal import Decimal

import pandas as pd
import pytest
from conftest import ROOT, paket
from test_delta import chain, full
from test_questions import BODY, QUESTIONS, answer

from etl.delta import delta_name

pytestmark = pytest.mark.slow
SCRIPT = ROOT / "docs/peneliti.py"
ANSWERS = {**runpy.run_path(str(ROOT / "docs/peneliti_ocds.py")), **runpy.run_path(str(SCRIPT))}
YEAR = 2025


@pytest.fixture(scope="module")
def release(contoh, tmp_path_factory):
    """What a researcher downloads: the files of one release, in a folder of their own."""
    folder = tmp_path_factory.mktemp("unduhan") / "rilis"
    shutil.copytree((contoh / "out/current").resolve(), folder, copy_function=shutil.copy)
    return folder


def plain(value):
    """A cell as text: whole numbers without a point, others to two decimals, no value as nothing."""
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, str):
        return value
    number = Decimal(str(value)).quantize(Decimal("0.01"))
    return str(int(number)) if number == int(number) else str(number)


def assert_same(frame, rows, *columns):
    """The same rows, whatever their order, in these columns."""
    found = sorted(tuple(map(plain, row)) for row in frame[list(columns)].itertuples(index=False))
    wanted = sorted(tuple(plain(row[name]) for name in columns) for row in rows)
    assert wanted and found == wanted


def test_1_every_tender_with_the_gap_listed(contoh, release):
    rows, files = ANSWERS["whole_table"](release)
    wanted = answer(contoh, "kelengkapan_tarikan", tabel="tender")
    columns = ("nama", "sumber", "putusan", "masuk", "terbit", "ditahan", "tergantikan", "bukan_data", "selisih")
    assert_same(files, wanted, *columns, "sha256", "tarikan")
    with closing(sqlite3.connect(contoh / "out/current/opendata.db")) as db:
        count, total = db.execute("select count(*), sum(hps_sen) from tender").fetchone()
    assert (len(rows), int(rows["hps_sen"].sum())) == (count, total)
    assert rows["kd_tender"].dtype == "string" and rows["kd_tender"].is_unique


def test_1_a_damaged_file_is_noticed(release, tmp_path):
    shutil.copytree(release, tmp_path / "rilis")
    path = tmp_path / "rilis/data/tender.csv.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"2025", b"2024", 1)))
    for name in ("whole_table", "frozen"):
        with pytest.raises(AssertionError):
            ANSWERS[name](tmp_path / "rilis")


def test_2_types_units_codes_and_keys(contoh, release):
    rows, columns = ANSWERS["described"](release)
    wanted = answer(contoh, "kamus_rilis", tabel="tender")
    assert_same(columns, wanted, "kolom", "judul", "keterangan", "tipe", "satuan", "bagian_kunci", "nilai_sah", "jalur_ocds")  # fmt: skip
    assert columns["nilai_sah"].notna().any() or columns["satuan"].notna().any()
    exact = [row for row in rows if row["hps_sen"]]
    assert exact and all(row["hps"] * 100 == row["hps_sen"] for row in exact)  # decimals, so to the sen


def test_3_frozen_release_and_what_it_is_made_of(contoh, release):
    version, made = ANSWERS["frozen"](release)
    assert version == (contoh / "out/current").resolve().name
    wanted = answer(contoh, "bahan_rilis")
    made = made.rename(columns={"resource": "tabel_terisi"})
    assert_same(made, wanted, "tabel_terisi", "jumlah", "terbit", "ditahan", "tergantikan", "diambil_akhir")


def test_3_and_4_an_older_release_stays_and_the_delta_tells_every_cell(make, tmp_path):
    full(make, paket("1"), paket("2", nama="lama"), paket("3"))
    full(make, paket("2", nama='dua, "baru"', nilai="2 M"), paket("3"), paket("4"))
    out = tmp_path / "out"
    old, new = (out / "releases" / version for version in chain(out))
    assert ANSWERS["frozen"](old)[0] == old.name and ANSWERS["frozen"](new)[0] == new.name
    found = ANSWERS["changes"](out / "delta" / delta_name(old.name, new.name)).query("tabel == 'paket_uji'")
    before, after = (ANSWERS["read_table"](folder, "paket_uji").set_index("kd") for folder in (old, new))
    kinds = {json.loads(key)[0]: kind for key, kind in zip(found["kunci"], found["jenis"], strict=True)}
    assert kinds == {"1": "DEL", "2": "MOD", "3": "MOD", "4": "ADD"}
    edits = {json.loads(key)[0]: part.set_index("kolom") for key, part in found.groupby("kunci")}
    for code in ("2", "3"):
        differing = {column for column in before if plain(before.loc[code, column]) != plain(after.loc[code, column])}
        assert set(edits[code].index) == differing
        for side, state in (("sebelum", before), ("sesudah", after)):
            assert {c: plain(state.loc[code, c]) for c in differing} == dict(edits[code][side])
    assert {"nama", "nilai_sen"} <= set(edits["2"].index) and set(edits["3"].index) <= {"asal_berkas", "asal_lokasi"}
    told = ANSWERS["recorded_changes"](out / "riwayat.db").query("tabel == 'paket_uji'")
    recorded = {json.loads(key)[0]: kind for key, kind in zip(told["kunci"], told["jenis"], strict=True)}
    assert recorded == {"1": "DEL", "2": "MOD", "4": "ADD"}  # a row that only lies elsewhere in its file did not change


def test_5_link_rate_by_count_and_rupiah(contoh, release):
    wanted = answer(contoh, "laju_tautan", badan=BODY, tahun="semua")
    wanted = [row for row in wanted if row["jenis"] == "anggaran_rup"]
    columns = ("tahun_anggaran", "rinci", "jumlah", "tertaut", "nilai_sen", "nilai_tertaut_sen", "persen_jumlah")
    found = ANSWERS["budget_links"](release, BODY)
    assert_same(found, wanted, *columns)
    assert set(found["metode"]) == {"kode_resmi"} and set(found["skor_terendah"].dropna()) == {1.0}


def test_6_bids_apart_from_registrants(contoh, release):
    wanted = answer(contoh, "penawaran", badan=BODY, tahun=YEAR)
    columns = ("kd_tender", "kd_peserta", "nama_penyedia", "kedudukan", "nilai_penawaran_sen", "nilai_terkoreksi_sen")
    assert_same(ANSWERS["bids"](release, BODY, YEAR), wanted, *columns, "persen_hps", "alasan")


def test_7_values_traced_to_file_and_place(contoh, release):
    wanted = answer(contoh, "asal_nilai", tabel="tender", kunci="")
    found = ANSWERS["traced"](release).rename(columns={"kunci": "nomor_baris"})
    assert_same(found, wanted, "nomor_baris", "kolom", "lokasi", "nama", "url", "diambil_pada", "sha256")
    rounded = ANSWERS["rounded"](release)
    assert len(rounded) and rounded[["hps_asli", "hps_sen", "nama", "asal_lokasi"]].notna().all().all()
    assert rounded["kd_tender"].is_unique


def test_8_ocds_paths(contoh, release):
    wanted = answer(contoh, "peta_ocds", tabel="semua")
    assert_same(ANSWERS["ocds_paths"](release), wanted, "jalur_ocds", "nama_tabel", "kolom")


def test_8_ocds_and_fiscal_packages_hold_the_tables_money(contoh, release):
    found = ANSWERS["processes"](release)
    with closing(sqlite3.connect(contoh / "out/current/opendata.db")) as db:
        db.row_factory = sqlite3.Row
        packages = [dict(row) for row in db.execute("select jalur, kunci, nama_paket, nilai_sen from paket")]
        lines = """select tahun_anggaran, tahapan, nama_pemda, count(*) as jumlah, sum(nilai_sen) as nilai_sen
          from anggaran group by 1, 2, 3"""
        budget = [dict(row) for row in db.execute(lines)]
    assert_same(found, packages, "jalur", "kunci", "nama_paket", "nilai_sen")
    assert_same(ANSWERS["fiscal"](release), budget, *budget[0])
    most = found.sort_values("penawar").iloc[-1]
    told = answer(contoh, "proses_ocds", jalur=most["jalur"], kunci=most["kunci"])
    bids = [row for row in told if row["jalur_ocds"].startswith("bids/") and row["jalur_ocds"].endswith("/amount")]
    (estimate,) = (row["isi"] for row in told if row["jalur_ocds"] == "tender/value/amount")
    assert len(bids) == most["penawar"] > 3 and Decimal(estimate.removesuffix(" IDR")) * 100 == most["hps_sen"]


def test_9_coverage(contoh, release):
    wanted = answer(contoh, "cakupan_paket", tahun="semua")
    assert_same(ANSWERS["coverage"](release), wanted, *wanted[0])
    missing = ANSWERS["missing"](release)
    assert missing["kd_tender"] == 0 and 0 < missing["hps_asli"] < 100


def test_10_citation_licence_and_limits(contoh, release):
    wanted = answer(contoh, "kutipan_tabel", dataset="semua")
    columns = ("nama_tabel", "judul", "lisensi", "berkas", "baris_ditahan", "kolom_bulat", "tanpa_tanggal")
    assert_same(ANSWERS["citations"](release), wanted, *columns)


def test_11_unspent_money(contoh, release):
    wanted = answer(contoh, "sisa_anggaran", badan=BODY, tahun=YEAR)
    assert_same(ANSWERS["unspent"](release, BODY, YEAR), wanted, "nama_satker", "jenis", "jumlah", "nilai_sen")


def test_12_aid(contoh, release):
    wanted = answer(contoh, "bantuan_keuangan", tahun=YEAR)
    columns = ("nama_pemda", "akun", "periode", "anggaran_sen", "realisasi_sen", "persen_realisasi")
    assert_same(ANSWERS["aid"](release, YEAR), wanted, *columns)


def test_13_catalogue(contoh, release):
    wanted = answer(contoh, "pangsa_ekatalog", badan=BODY)
    assert_same(ANSWERS["catalogue_shares"](release, BODY), wanted, *wanted[0])


def test_script_runs_from_the_download_alone(release, tmp_path):
    shutil.copy(SCRIPT, tmp_path / "peneliti.py")
    command = [sys.executable, "peneliti.py", str(release)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert all(f"\n{number}. " in done.stdout for number in range(1, 14) if number != 4)


def test_every_answer_is_documented_with_its_question():
    text = (ROOT / "docs/peneliti.md").read_text(encoding="utf-8")
    for line in re.findall(r"^\| \d+ \|.*", text, re.M):
        number, functions, names = (line.split("|")[at].strip() for at in (1, 3, 5))
        for name in re.findall(r"`(\w+)`", functions.replace("`riwayat.db`", "")):
            assert f" {number}. " in f" {ANSWERS[name].__doc__}", name
        assert all(QUESTIONS[name]["nomor"] == int(number) for name in re.findall(r"`(\w+)`", names))
    numbered = {name for name, item in ANSWERS.items() if re.match(r"\d+\. ", getattr(item, "__doc__", None) or "")}
    assert numbered == {n for n in numbered if f"`{n}`" in text} and len(numbered) > 13
