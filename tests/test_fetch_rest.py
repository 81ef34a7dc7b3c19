"""DJPK, blacklist, CKAN and the folder of agencies' files: fetched from servers that speak as the real ones do."""

import json
import os
import threading
from itertools import count
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from conftest import ROOT
from servers.arcgis import Arcgis
from servers.ckan import Ckan
from servers.daftar_hitam import DaftarHitam, sanction
from servers.djpk import Djpk

from etl.archive import read_log
from etl.canonical import canonical_path, read_columns
from etl.cli import cli
from etl.descriptors import load_resources
from etl.extract import extract_pull

DAY = 86_400
START = 1_770_000_000
REGIONS = {"00": "Provinsi Kalimantan Timur", "01": "Kab. Berau", "05": "Kab. Kutai Barat", "11": "Kota Bontang"}
LINES = [("Pendapatan Daerah", 3_000_000_000, 2_900_000_000.5), ("     PAD", 3_000_000_000, 2_900_000_000.5)]
LINES += [(f"          Pajak {number}", 500_000_000, 400_000_000) for number in range(6)]


@pytest.fixture
def fetch(tmp_path, monkeypatch):
    """Run ``fetch`` with a plan of some sources ``days`` after the start; returns exit code and output."""
    names = count()

    def run(sumber, days=0, accept=(), **more):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(START + round(days * DAY)))
        plan = tmp_path / f"fetch-{next(names)}.yml"
        head = {"pengenal": "KaltimTerbuka-uji (https://contoh.invalid)", "jeda_detik": 0, "jaringan_lokal": True}
        plan.write_text(yaml.safe_dump(head | {"tahun": [2025], "sumber": sumber} | more))
        flags = [part for name in accept for part in ("--terima", name)]
        done = CliRunner().invoke(cli, ["fetch", str(plan), "--out", str(tmp_path / "out"), *flags])
        reports = sorted((tmp_path / "out" / "arsip" / "laporan").glob("*.csv"))
        return done.exit_code, f"{done.output}{done.exception or ''}{reports[-1].read_text() if reports else ''}"

    return run


@pytest.fixture
def pulls(tmp_path):
    """Pulls in the archive by name."""
    return lambda: {pull.nama: pull for pull in read_log(tmp_path / "out")}


@pytest.fixture
def rows(tmp_path, pulls):
    """Rows that the real descriptors read from a pull."""
    resources = load_resources(ROOT / "datapackages")

    def read(nama, table):
        pull = pulls()[nama]
        (found,) = extract_pull(pull, tmp_path / "out", resources, b"k" * 64)
        assert (found.resource, found.galat, found.kolom_baru) == (table, [], {})
        return read_columns(canonical_path(tmp_path / "out", pull.seq, table)).to_pylist()

    return read


def djpk(server, **more):
    return {"djpk": {"alamat": server.url, "provinsi": "17", "tiap_hari": 7, **more}}


def bodies(*names):
    return [{"nama": name} for name in names]


def reports(*years, month=12):
    return {(year, month, number): LINES for year in years for number in REGIONS}


def test_reports_of_the_plans_bodies_are_found_by_name_and_read_to_the_sen(fetch, pulls, rows):
    with Djpk(REGIONS, reports(2025)) as server:
        code, text = fetch(djpk(server), badan=bodies("Kabupaten Kutai Barat", "Provinsi Kalimantan Timur"))
        assert code == 0, text
        asked = [seen.path for seen in server.asked("/portal/csv_apbd")]
    assert len(asked) == 2 and all("periode=12&tahun=2025&provinsi=17" in path for path in asked)
    assert sorted(pulls()) == ["djpk/2025/Kab. Kutai Barat.csv", "djpk/2025/Provinsi Kalimantan Timur.csv"]
    konteks = pulls()["djpk/2025/Kab. Kutai Barat.csv"].konteks
    assert konteks.items() >= {"sumber": "djpk", "pull": "penuh", "tahun": "2025", "periode": "12"}.items()
    read = rows("djpk/2025/Kab. Kutai Barat.csv", "lra")
    assert [(r["urutan"], r["akun"], r["induk"], r["realisasi_sen"]) for r in read[:2]] == [
        ("1", "Pendapatan Daerah", "", "290000000050"), ("2", "PAD", "Pendapatan Daerah", "290000000050"),
    ]  # fmt: skip
    assert {(r["nama_pemda"], r["tahun"], r["periode"]) for r in read} == {("Kab. Kutai Barat", "2025", "12")}


def test_year_is_not_asked_again_before_it_is_due_and_each_year_has_its_month(fetch, pulls):
    with Djpk(REGIONS, reports(2024) | reports(2025, month=6)) as server:
        sumber = djpk(server, periode={2025: 6}, tahun=[2024, 2025])
        assert fetch(sumber)[0] == 0 and len(pulls()) == 8
        before = len(server.seen)
        assert fetch(sumber, days=6)[0] == 0 and len(server.seen) == before
        assert fetch(sumber, days=8)[0] == 0 and len(server.seen) > before
    assert len(pulls()) == 8, "the same bytes are the same pulls"


@pytest.mark.parametrize(
    ("place", "kind", "verdict"),
    [
        ("/portal/csv_apbd", "error200", "halaman_galat"),
        ("/portal/csv_apbd", "headers", "bentuk_berubah"),
        ("/portal/csv_apbd", "gone_year", "bukan_jenisnya"),
        ("/portal/csv_apbd", "short_length", "terpotong"),
        ("/portal/pemda", "gone_year", "hilang"),
    ],
)
def test_bad_report_of_djpk_is_named_and_never_a_pull(fetch, pulls, place, kind, verdict):
    with Djpk(REGIONS, reports(2025)) as server:
        assert fetch(djpk(server))[0] == 0
        before = pulls()
        server.misbehave = {place: kind}
        code, text = fetch(djpk(server), days=8)
    assert code != 0 and verdict in text and pulls() == before


def test_one_missing_report_does_not_stop_the_others(fetch, pulls):
    known = reports(2025)
    with Djpk(REGIONS, known) as server:
        server.misbehave = {"/portal/csv_apbd?type=apbd&periode=12&tahun=2025&provinsi=17&pemda=01": "gone_year"}
        code, text = fetch(djpk(server))
        assert code != 0 and "Kab. Berau" in text and len(pulls()) == 3
        before = len(server.seen)
        server.misbehave = {}
        assert fetch(djpk(server), days=0.1)[0] == 0, "a part that failed is due at once"
        assert len(pulls()) == 4 and len(server.seen) > before


def blacklist(server):
    return {"daftar_hitam": {"alamat": server.url}}


def test_blacklist_is_read_to_its_last_page_without_numbers_or_addresses(fetch, pulls, rows, tmp_path):
    listed = [sanction(number, f"CV Contoh {number}") for number in range(248)]
    listed += [sanction(900, "Budi Rekaan Sentono", tender=None), sanction(901, "PT Rekaan", status="CANCELED")]
    with DaftarHitam(listed) as server:
        code, text = fetch(blacklist(server))
        assert code == 0, text
        assert len([s for s in server.seen if s.method == "POST"]) == 3
    assert sorted(pulls()) == [f"daftar_hitam/halaman-{n:04d}.json" for n in (1, 2, 3)]
    read = rows("daftar_hitam/halaman-0003.json", "daftar_hitam")
    assert len(read) == 50
    person, firm = read[-2:]
    assert person["nama_penyedia"].startswith("Perorangan-") and person["jenis_penyedia"] == "Individual"
    assert (firm["nama_penyedia"], firm["status_daftar_hitam"]) == ("PT Rekaan", "CANCELED")
    # 17:00Z is midnight in WIB: the 18th, not the 17th.
    assert (firm["tanggal_berlaku"], firm["tanggal_selesai"]) == ("2024-10-18", "2026-10-18")
    assert firm["durasi_penayangan"] == "2 tahun 0 bulan" and firm["pagu_sen"] == "150000090100"
    held = b"".join(path.read_bytes() for path in (tmp_path / "out" / "arsip").glob("??/*"))
    assert b"npwp" not in held and b"Jalan Contoh" not in held


def test_blacklist_that_shrinks_ends_early_or_changes_keeps_what_is_published(fetch, pulls):
    listed = [sanction(number, f"CV Contoh {number}") for number in range(120)]
    with DaftarHitam(listed) as server:
        assert fetch(blacklist(server))[0] == 0
        before = pulls()
        for day, change, verdict in (
            (8, {"/api/": "headers"}, "bentuk_berubah"), (9, {"/api/": "gone_year"}, "hilang"),
            (10, {"/api/": "challenge"}, "halaman_tantangan"),
        ):  # fmt: skip
            server.misbehave = change
            code, text = fetch(blacklist(server), days=day)
            assert code != 0 and verdict in text and pulls() == before
        server.misbehave, server.sanctions = {}, listed[:60]
        code, text = fetch(blacklist(server), days=11)
        assert code != 0 and "menyusut" in text and pulls() == before
        assert fetch(blacklist(server), days=12, accept=["daftar_hitam"])[0] == 0
    assert pulls() != before


def test_sanction_that_comes_in_while_pages_are_read_loses_none(fetch, pulls, tmp_path):
    listed = [sanction(number, f"CV Contoh {number}") for number in range(205)]

    class Growing(DaftarHitam):
        def page(self, number, size, asked):
            found = super().page(number, size, asked)
            self.sanctions = [sanction(1000 + number, "CV Baru"), *self.sanctions]
            return found

    with Growing(listed) as server:
        assert fetch(blacklist(server))[0] == 0
    pages = [json.loads(pull.path(tmp_path / "out").read_bytes()) for pull in pulls().values()]
    ids = {row["id"] for page in pages for row in page["data"]["blacklists"]["blacklists"]}
    assert {row["id"] for row in listed} <= ids


CSV = b"kode_kab,kode_instansi,unit_kerja\n6471,P6471001,PUSKESMAS CONTOH\n"


def ckan(server, **more):
    return {"ckan": {"alamat": server.url, "organisasi": ["diskominfo"], **more}}


def test_resource_is_asked_again_only_when_the_portal_says_that_it_changed(fetch, pulls, rows):
    with Ckan() as server:
        server.put("faskes-2025", "Puskesmas.CSV", CSV, "2025-03-01T01:00:00")
        server.put("faskes-2025", "Laporan.PDF", b"%PDF-1.4", "2025-03-01T01:00:00")
        server.put("apbd", "Ringkas.json", b'[{"a": 1}]', "2025-03-01T01:00:00", state="deleted")
        code, text = fetch(ckan(server, konteks={"faskes-2025": {"pull": "penuh", "tahun": 2025}}))
        assert code == 0, text
        assert [s.path for s in server.asked("/dataset")] == [
            "/dataset/faskes-2025/resource/faskes-2025-Puskesmas-CSV/download/puskesmas.csv"
        ]
        name = "ckan/faskes-2025/faskes-2025-Puskesmas-CSV.csv"
        konteks = pulls()[name].konteks
        assert konteks.items() >= {
            "sumber": "ckan", "lisensi": "CC-BY-4.0", "pull": "penuh", "tahun": "2025",
            "lisensi_alamat": "http://www.opendefinition.org/licenses/cc-by",
            "atribusi": "Dinas Komunikasi dan Informatika (contoh): Data faskes-2025",
        }.items()  # fmt: skip
        assert len(rows(name, "fasilitas_kesehatan")) == 1
        assert fetch(ckan(server), days=2)[0] == 0 and len(server.asked("/dataset")) == 1
        server.put("faskes-2025", "Puskesmas.CSV", CSV + b"6472,P6472001,PUSKESMAS DUA\n", "2025-04-01T01:00:00")
        assert fetch(ckan(server), days=4)[0] == 0 and len(server.asked("/dataset")) == 2
    assert len(rows(name, "fasilitas_kesehatan")) == 2


def test_packages_are_listed_page_by_page_or_named_one_by_one(fetch, pulls):
    with Ckan() as server:
        server.most = 2
        for number in range(5):
            server.put(f"paket-{number}", "a.csv", CSV + b"x" * number, "2025-03-01T01:00:00")
        assert fetch(ckan(server))[0] == 0 and len(pulls()) == 5
        assert len(server.asked("/api/3/action/package_search")) == 3
        assert fetch({"ckan": {"alamat": server.url, "paket": ["paket-3"]}}, days=2)[0] == 0
        assert [s.path for s in server.asked("/api/3/action/package_show")] == ["/api/3/action/package_show?id=paket-3"]
        assert not server.asked("/api/3/action/datastore")


def test_file_on_another_host_is_taken_only_where_the_plan_names_it(fetch, pulls):
    with Ckan() as server, Ckan() as other:
        other.put("x", "luar.csv", CSV, "2025-01-01T00:00:00")
        place = other.packages["x"]["resources"][0]["url"]
        server.put("faskes", "luar.csv", b"", "2025-01-01T00:00:00", url=place)
        server.put("faskes", "sini.csv", CSV + b"\n", "2025-01-01T00:00:00")
        code, text = fetch(ckan(server))
        assert code != 0 and "host_asing" in text and not other.seen
        assert list(pulls()) == ["ckan/faskes/faskes-sini-csv.csv"], "the others are fetched"
        assert fetch(ckan(server, abaikan=["faskes-luar-csv"]), days=2)[0] == 0
        assert fetch(ckan(server), days=4, host_lain=[f"127.0.0.1:{other.server_port}"])[0] == 0
    assert len(pulls()) == 2


@pytest.mark.parametrize(
    ("place", "kind", "verdict"),
    [
        ("/api", "gone_year", "hilang"), ("/api", "headers", "bentuk_berubah"), ("/api", "login", "halaman_masuk"),
        ("/dataset", "login", "halaman_masuk"), ("/dataset", "challenge200", "halaman_tantangan"),
        ("/dataset", "403", "ditolak"),
    ],
)  # fmt: skip
def test_bad_answer_of_a_portal_is_named_and_asked_for_again(fetch, pulls, place, kind, verdict):
    with Ckan() as server:
        server.put("faskes", "a.csv", CSV, "2025-01-01T00:00:00")
        assert fetch(ckan(server))[0] == 0
        before = pulls()
        server.put("faskes", "a.csv", CSV + b"6472,P6472001,PUSKESMAS DUA\n", "2025-02-01T00:00:00")
        server.misbehave = {place: kind}
        code, text = fetch(ckan(server), days=2)
        assert code != 0 and verdict in text and pulls() == before
        server.misbehave = {}
        assert fetch(ckan(server), days=4)[0] == 0 and pulls() != before


def test_page_in_place_of_a_workbook_is_asked_for_again(fetch, pulls):
    with Ckan() as server:
        server.put("faskes", "a.xlsx", b"<p>Silakan masuk</p>", "2025-01-01T00:00:00")
        code, text = fetch(ckan(server))
        assert code != 0 and "bukan_jenisnya" in text and not pulls()
        server.put("faskes", "a.xlsx", b"PK\x03\x04rest", "2025-01-01T00:00:00")
        assert fetch(ckan(server), days=2)[0] == 0 and list(pulls()) == ["ckan/faskes/faskes-a-xlsx.xlsx"]


@pytest.fixture
def folder(tmp_path):
    """A folder of agencies' files, with a context."""
    place = tmp_path / "kiriman"
    (place / "sipd").mkdir(parents=True)
    (place / "sipd" / "konteks.yml").write_text("sumber: sipd\ntahun: 2025\nberkas:\n  a.csv: {pull: penuh}\n")
    (place / "sipd" / "a.csv").write_bytes(CSV)
    return place


FOLDER = {"folder": {"lokasi": "kiriman", "tenang_detik": 0.01}}


def test_complete_files_are_taken_once_with_their_context(fetch, pulls, folder):
    (folder / "b.csv").write_bytes(CSV)
    assert fetch(FOLDER)[0] == 0
    assert [(p.seq, p.nama) for p in pulls().values()] == [(1, "kiriman/sipd/a.csv"), (2, "kiriman/b.csv")]
    assert pulls()["kiriman/sipd/a.csv"].konteks == {"pull": "penuh", "sumber": "sipd", "tahun": "2025"}
    before = pulls()
    assert fetch(FOLDER, days=1)[0] == 0 and pulls() == before
    (folder / "b.csv").write_bytes(CSV + b"6472,P6472001,PUSKESMAS DUA\n")
    assert fetch(FOLDER, days=1)[0] == 0 and pulls()["kiriman/b.csv"].seq == 3


@pytest.mark.parametrize("name", ["b.csv.part", "~$b.xlsx", "b.xlsx.crdownload", "B.CSV.TMP"])
def test_unfinished_file_is_left_for_the_next_run_and_told(fetch, pulls, folder, name):
    (folder / name).write_bytes(CSV)
    code, text = fetch(FOLDER)
    assert code == 0 and name in text and list(pulls()) == ["kiriman/sipd/a.csv"]
    (folder / name).rename(folder / "b.csv")
    assert fetch(FOLDER)[0] == 0 and "kiriman/b.csv" in pulls()


def test_growing_file_is_left_for_the_next_run(fetch, pulls, folder):
    path, stop = folder / "besar.csv", threading.Event()
    path.write_bytes(CSV)
    (folder / "kosong.csv").write_bytes(b"")

    def grow():
        while not stop.wait(0.001):
            with path.open("ab") as file:
                file.write(b"6472,P6472001,PUSKESMAS DUA\n")

    sender = threading.Thread(target=grow)
    sender.start()
    code, text = fetch({"folder": {"lokasi": "kiriman", "tenang_detik": 0.2}})
    stop.set()
    sender.join()
    assert code == 0 and "besar.csv" in text and "kosong.csv" in text and list(pulls()) == ["kiriman/sipd/a.csv"]
    assert fetch(FOLDER)[0] == 0 and "kiriman/besar.csv" in pulls()


def test_links_out_of_the_folder_are_refused_and_named(fetch, pulls, folder, tmp_path):
    secret = tmp_path / "rahasia"
    secret.mkdir()
    (secret / "kunci.csv").write_bytes(b"kunci,nilai\n1,2\n")
    (secret / "kunci.yml").write_text("kunci: nilai\n")
    (folder / "tautan.csv").symlink_to(secret / "kunci.csv")
    (folder / "lain").symlink_to(secret)
    (folder / "putus.csv").symlink_to(folder / "tiada.csv")
    (folder / "konteks.yml").symlink_to(secret / "kunci.yml")
    (folder / "sama.csv").symlink_to(folder / "sipd" / "a.csv")
    code, text = fetch(FOLDER)
    assert code != 0 and all(name in text for name in ("tautan.csv", "lain", "putus.csv"))
    assert not pulls(), "a context from outside is none"
    (folder / "konteks.yml").unlink()
    assert fetch(FOLDER)[0] != 0
    assert sorted(pulls()) == ["kiriman/sama.csv", "kiriman/sipd/a.csv"]


def test_folder_that_is_gone_or_a_name_that_is_no_text_is_named(fetch, pulls, folder):
    folder.rename(folder.with_name("lain"))
    code, text = fetch(FOLDER)
    assert code != 0 and "hilang" in text
    folder.with_name("lain").rename(folder)
    Path(os.fsdecode(os.fsencode(folder) + b"/b\xff.csv")).write_bytes(CSV)
    code, text = fetch(FOLDER)
    assert code != 0 and "ditolak" in text and list(pulls()) == ["kiriman/sipd/a.csv"]


LAYER = "AGR_VISUAL_KEC_FIX/2"


def districts(number=7, province=64, people=1_000):
    """Attributes of invented districts as the registry's map gives them."""
    return [
        {"objectid": 3300 + n, "no_prop": province, "no_kab": 98, "no_kec": n, "nama_kec": f"CONTOH {n}",
         "jumlah_penduduk": 2 * people + n, "pria": people + n, "wanita": people, "jumlah_kk": 600,
         "luas_wilayah": "1.234,50", "kepadatan_penduduk": "1,62", "u0": 2 * people + n}
        for n in range(1, number + 1)
    ]  # fmt: skip


def arcgis(server, **more):
    layer = {"layanan": "AGR_VISUAL_KEC_FIX", "nomor": 2, "saring": "no_prop=64", "konteks": {"periode": "2025-S1"}}
    return {"arcgis": {"alamat": f"{server.url}/arcgis/rest/services", "lapisan": [layer | more], "tiap_hari": 30}}


def test_layer_of_a_map_server_is_read_to_its_last_page_without_geometry(fetch, pulls, rows):
    with Arcgis({LAYER: [*districts(), *districts(2, province=63)]}) as server:
        code, text = fetch(arcgis(server))
        assert code == 0, text
        asked = [seen.path for seen in server.asked("/arcgis")]
    assert len(asked) == 4 and all("returnGeometry=false" in path for path in asked[1:])
    names = [f"arcgis/AGR_VISUAL_KEC_FIX/2/mulai-{start:06d}.json" for start in (0, 3, 6)]
    assert sorted(pulls()) == names and len({pulls()[name].konteks["tarikan"] for name in names}) == 1
    read = [row for name in names for row in rows(name, "agregat_dukcapil")]
    found = {(r["kode_wilayah"], r["jenis_kelamin"]): r["jumlah"] for r in read if r["kelompok"] == "penduduk"}
    assert len(found) == 21 and found["64.98.07", "jumlah"] == "2007" and found["64.98.07", "P"] == "1000"
    assert {(r["periode"], r["sumber_angka"]) for r in read} == {("2025-S1", "gis_dukcapil")}
    assert "1.234,50" not in str(read), "area and density stay closed: together they are the population"


def test_layer_that_did_not_change_is_no_new_pull(fetch, pulls):
    with Arcgis({LAYER: districts()}) as server:
        assert fetch(arcgis(server))[0] == 0
        before = pulls()
        assert fetch(arcgis(server), days=31)[0] == 0
        assert pulls() == before and len(server.asked("/arcgis")) == 8


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        ("error200", "halaman_galat"),
        ("headers", "bentuk_berubah"),
        ("gone_year", "hilang"),
        ("short_length", "bukan_jenisnya"),
    ],
)
def test_bad_answer_of_a_map_server_is_named_and_never_a_pull(fetch, pulls, kind, verdict):
    with Arcgis({LAYER: districts()}) as server:
        assert fetch(arcgis(server))[0] == 0
        before = pulls()
        server.misbehave = {"/arcgis": kind}
        code, text = fetch(arcgis(server), days=31)
    assert code != 0 and verdict in text and pulls() == before


def test_error_with_status_200_and_a_server_without_paging_bring_nothing(fetch, pulls):
    with Arcgis({LAYER: districts()}, paging=False) as server:
        code, text = fetch(arcgis(server))
        assert code != 0 and "terpotong" in text and "3 dari 7" in text
        code, text = fetch(arcgis(server, nomor=9))
        assert code != 0 and "isi_tidak_sah" in text and "galat 400" in text
    assert pulls() == {}
