"""From a lake come ordinary releases: an instance to the bit, a part with links and signs of its own, a summary."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from catalogue import FULL
from click.testing import CliRunner
from conftest import ROOT, paket
from sample_site import client
from test_licences import NC

from etl import lake as lakes
from etl.build import DATAPACKAGES
from etl.cli import cli
from etl.descriptors import load_resources
from etl.errors import EtlError, ReleaseBroken
from etl.lake_parts import NONE
from etl.lake_publish import computed, publish_from_lake
from etl.lake_store import open_store
from etl.rebuild import rebuild
from etl.release_check import verify_releases

OWN = {"SHA256SUMS", "manifest.json", "danau.json"}
"""What a release from a lake says otherwise than one from files, beside ``laporan/``, which it lacks."""
COMPARED = ("diskon_besar", "pasangan_penawar", "selisih_pemenang_tipis")
"""Signs that compare a package with others of the release, which a part has fewer of."""

whole_sample = pytest.mark.skipif(not FULL, reason="contoh utuh, setengah menit tiap uji: KATALOG=penuh")


def quiet(_text):
    """Say nothing."""


def read(folder: Path, sql: str) -> list[tuple]:
    """Ask the database of a release."""
    with closing(sqlite3.connect(f"file:{folder / 'opendata.db'}?mode=ro", uri=True)) as db:
        return db.execute(sql).fetchall()


def tables(folder: Path) -> dict[str, list[str]]:
    """Columns by table, those of the search left out."""
    found = read(
        folder, "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c WHERE m.type = 'table'"
    )
    names: dict[str, list[str]] = {}
    for table, column in found:
        if "_fts" not in table and not table.startswith(("cari", "sqlite")):
            names.setdefault(table, []).append(column)
    return names


@pytest.fixture(scope="module")
def lake(contoh, tmp_path_factory) -> Path:
    """A lake that holds the sample."""
    folder = tmp_path_factory.mktemp("danau") / "danau"
    lakes.add(str(folder), contoh / "out" / "current", "kaltim")
    return folder


@pytest.fixture(scope="module")
def publish(lake, tmp_path_factory):
    """Publish a part of the sample's lake; return the folder of the release."""

    def run(*, bodies=(), summary=False, said=quiet):
        out = tmp_path_factory.mktemp("rilis")
        publish_from_lake(str(lake), (), tuple(bodies), summary, out, DATAPACKAGES, said)
        return (out / "current").resolve()

    return run


def test_instance_published_from_the_lake_has_the_database_of_the_direct_build_to_the_bit(contoh, lake, publish):
    direct, made = (contoh / "out" / "current").resolve(), publish()
    assert (made / "opendata.db").read_bytes() == (direct / "opendata.db").read_bytes() and made.name == direct.name
    names = {p.relative_to(direct).as_posix() for p in direct.rglob("*") if p.is_file()} - OWN
    names = {name for name in names if not name.startswith("laporan/")}
    assert names == {p.relative_to(made).as_posix() for p in made.rglob("*") if p.is_file()} - OWN
    assert [name for name in sorted(names) if (direct / name).read_bytes() != (made / name).read_bytes()] == []
    assert list(verify_releases(made.parent.parent)) == []
    told = json.loads((made / "manifest.json").read_text())["lake"]
    held = lakes.read_manifest(open_store(str(lake)))
    assert told == {"hash": held["hash"], "instances": {"kaltim": direct.name}, "bodies": [], "summary": False}
    listed = json.loads((made / "danau.json").read_text())
    assert listed["parts"] == held["parts"] and listed["notice"].startswith("DATA CONTOH")


@whole_sample
def test_links_and_signs_computed_again_over_public_columns_give_the_same_database(contoh, lake, publish):
    parts = lakes.read_manifest(open_store(str(lake)))["parts"]
    made = publish(bodies={part["body"] for part in parts} - {NONE})
    assert (made / "opendata.db").read_bytes() == (contoh / "out" / "current" / "opendata.db").read_bytes()


@whole_sample
def test_one_body_has_its_rows_and_what_follows_from_them(contoh, publish):
    direct, said = (contoh / "out" / "current").resolve(), []
    made = publish(bodies=["D250"], said=said.append)
    for table, columns in tables(direct).items():
        if "kd_klpd" in columns and table != "jejak":
            other = read(made, f"SELECT count(*) FROM {table} WHERE kd_klpd <> 'D250'")
            assert other == [(0,)], table
    for table in ("tender", "rup_penyedia", "kontrak", "partisipasi"):
        own = f"SELECT * FROM {table} WHERE kd_klpd = 'D250' ORDER BY rowid"
        assert read(made, f"SELECT * FROM {table} ORDER BY rowid") == read(direct, own) != [], table
    assert read(made, "SELECT DISTINCT nama_pemda FROM lra") == [("Kota Samarinda",)]
    bridge = "SELECT count(*), count(DISTINCT r.kd_tender) FROM tender_rup AS r JOIN tender USING (kd_tender)"
    assert read(made, bridge)[0][0] == read(made, "SELECT count(*) FROM tender_rup")[0][0] > 0
    assert (
        read(made, "SELECT count(*) FROM daftar_hitam") == read(direct, "SELECT count(*) FROM daftar_hitam") != [(0,)]
    )
    assert read(made, "SELECT count(*) FROM penduduk_rincian") == read(direct, "SELECT count(*) FROM penduduk_rincian")
    figures = "tanda, tabel, tahun_anggaran, jumlah_dinilai, jumlah_ditandai, jumlah_tidak_dapat_dihitung"
    compared = ", ".join(f"'{sign}'" for sign in COMPARED)
    judged = (
        f"SELECT {figures} FROM tanda_ringkas WHERE kd_klpd = 'D250' AND tanda NOT IN ({compared}) ORDER BY 1, 2, 3"
    )
    assert read(made, judged) == read(direct, judged) != []
    assert read(made, "SELECT jumlah_dinilai FROM tanda_metode") != read(
        direct, "SELECT jumlah_dinilai FROM tanda_metode"
    )
    with closing(sqlite3.connect(made / "sumber.db")) as db, closing(sqlite3.connect(direct / "sumber.db")) as whole:
        ours = "SELECT b.tabel, b.sha256, t.tempat, t.isi FROM teks AS t JOIN berkas AS b ON b.nomor = t.berkas"
        held = set(db.execute(ours))
        assert held < set(whole.execute(ours)), "source texts of the rows that are there, no others"
    places = set(read(made, "SELECT 'tender', asal_berkas, asal_lokasi FROM tender"))
    assert {row[:3] for row in held if row[0] == "tender"} <= places and any(row[0] == "tender" for row in held)
    assert any("seperti terbit: aset_tanpa_perolehan, rangka_ganda" in line for line in said)
    assert json.loads((made / "manifest.json").read_text())["lake"]["bodies"] == ["D250"]
    assert {p["body"] for p in json.loads((made / "danau.json").read_text())["parts"]} == {"D250", NONE}


@whole_sample
def test_summary_keeps_links_and_signs_and_names_the_rows_behind_by_reference(contoh, lake, publish):
    direct, made = (contoh / "out" / "current").resolve(), publish(summary=True)
    resources = load_resources(DATAPACKAGES)
    for name in tables(direct):
        ours, theirs = (read(folder, f"SELECT count(*) FROM {name}") for folder in (made, direct))
        assert ours == ([(0,)] if resources[name].from_files else theirs), name
    assert read(made, "SELECT * FROM paket ORDER BY rowid") == read(direct, "SELECT * FROM paket ORDER BY rowid")
    listed = json.loads((made / "danau.json").read_text())
    held = [part for part in listed["parts"] if part["table"] == "tender"]
    assert listed["summary"] and sum(p["rows"] for p in held) == read(direct, "SELECT count(*) FROM tender")[0][0]
    assert all((lake / part["path"]).stat().st_size == part["bytes"] for part in held)
    get = client(made)
    (row,) = read(made, "SELECT jalur, kunci FROM paket ORDER BY rowid LIMIT 1")
    for path in (
        "/",
        "/unduh",
        "/tanda",
        "/opendata/tender",
        "/anggaran",
        "/aset",
        f"/paket/{row[0]}/{row[1]}",
        "/pertanyaan",
    ):
        assert get(path, follow_redirects=True).status_code == 200, path
    assert get("/unduh/danau.json").content == (made / "danau.json").read_bytes()


def test_which_tables_public_columns_cannot_give():
    resources = load_resources(DATAPACKAGES)
    linked = {n for n, r in resources.items() if any(r.get(k) for k in ("x-sql", "x-function", "x-suppress"))}
    public = {n for n in linked if resources[n].descriptor["x-privacy"] == "public"}
    assert public - computed(resources) == {
        "penyedia_alias", "partisipasi", "penduduk_rincian", "penduduk_penutupan", "tenaga_kesehatan", "cakupan_ukuran",
        "kasus_penyakit", "sinyal_skdr", "rekap_perorangan",
    }  # fmt: skip
    text = (ROOT / "docs" / "danau.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in public - computed(resources))


@pytest.fixture
def two(make, tmp_path, packages):
    """Two instances of the small dataset in one lake, and how to publish from it."""
    place = tmp_path / "danau"
    same, other = paket("1", kd_klpd="D1"), paket("9", kd_klpd="D1", nama="Nama pertama")
    make({"a.json": [same, other], "b.json": [paket("2", kd_klpd="D1", nilai="salah")]}, out=tmp_path / "satu")
    elsewhere = [same, {**other, "nama": "Nama kedua"}, paket("3", kd_klpd="D2")]
    make({"konteks.yml": json.dumps(NC), "c.json": elsewhere}, out=tmp_path / "dua")
    for name in ("satu", "dua"):
        lakes.add(str(place), tmp_path / name / "current", name)

    def run(names=(), bodies=(), said=quiet, out="gabung"):
        publish_from_lake(str(place), names, bodies, False, tmp_path / out, packages, said)
        return (tmp_path / out / "current").resolve()

    return run


def test_instances_together_share_equal_rows_and_the_first_by_name_says_the_others(two):
    said = []
    made = two(said=said.append)
    assert read(made, "SELECT kd, nama FROM paket_uji ORDER BY kd") == [
        ("1", "Paket 1"),
        ("3", "Paket 3"),
        ("9", "Nama kedua"),
    ]
    assert "danau: paket_uji: 1 kunci berbeda antarinstansi; dipakai instansi pertama menurut nama" in said
    pulls = read(made, "SELECT tarikan, nama, putusan FROM berkas_sumber ORDER BY tarikan")
    assert pulls == [(1, "c.json", "terbit"), (2, "a.json", "terbit"), (3, "b.json", "sebagian")]
    assert [row[0] for row in read(made, "SELECT tarikan FROM baris_ditahan")] == [3]
    told = json.loads((made / "manifest.json").read_text())["lake"]["instances"]
    assert list(told) == ["dua", "satu"]


def test_terms_that_files_brought_stay_with_their_tables(two):
    for made in (two(), two(names=("dua",), out="sendiri")):
        package = json.loads((made / "datapackage.json").read_text())
        licences = {r["name"]: [x["name"] for x in r.get("licenses", [])] for r in package["resources"]}
        assert NC["lisensi"] in licences["paket_uji"] and NC["lisensi"] not in licences["kuitansi_uji"]
    without = json.loads((two(names=("satu",), out="tanpa") / "datapackage.json").read_text())
    assert NC["lisensi"] not in json.dumps(without)


def test_one_instance_or_body_of_several(two):
    assert read(two(names=("satu",), out="s"), "SELECT kd FROM paket_uji ORDER BY kd") == [("1",), ("9",)]
    assert read(two(bodies=("D2",), out="d"), "SELECT kd FROM paket_uji") == [("3",)]


def test_what_the_lake_lacks_is_named(two, tmp_path):
    with pytest.raises(EtlError, match="tidak ada instansi tiga; yang ada: dua, satu"):
        two(names=("tiga",))
    for body in ("D7", NONE):
        with pytest.raises(EtlError, match=f"tidak ada badan {body}"):
            two(bodies=(body,))
    with pytest.raises(EtlError, match="folder ini punya arsip sendiri"):
        two(out="satu")
    path = (
        tmp_path / "danau" / next(p["path"] for p in lakes.read_manifest(open_store(str(tmp_path / "danau")))["parts"])
    )
    path.write_bytes(b"x")
    with pytest.raises(ReleaseBroken, match=r"danau/tabel/.*besarnya 1 bita"):
        two()
    assert not (tmp_path / "gabung" / "current").exists()


def test_part_of_a_bucket_is_published_and_told_apart_from_a_build(make, packages, tmp_path, bucket):
    make({"a.json": [paket("1", kd_klpd="D1"), paket("2", kd_klpd="D2")]}, out=tmp_path / "satu")
    lakes.add("s3://danau/awal", tmp_path / "satu" / "current", "satu")
    version = publish_from_lake("s3://danau/awal", (), ("D2",), False, tmp_path / "keluar", packages, quiet)
    assert read((tmp_path / "keluar" / "current").resolve(), "SELECT kd FROM paket_uji") == [("2",)]
    with pytest.raises(EtlError, match="dibuat dari danau, bukan dari arsip"):
        rebuild(tmp_path / "keluar", version, tmp_path / "ulang", packages, quiet)


def test_instance_of_other_descriptors_is_refused(two, packages):
    path = packages / "uji" / "datapackage.yaml"
    path.write_text(
        path.read_text(encoding="utf-8")
        .replace("name: rup, type", "name: rup_lain, type")
        .replace("x-fanout: rup", "x-fanout: rup_lain")
    )
    with pytest.raises(EtlError, match="instansi dua: kolom tabel kuitansi_uji bukan yang di datapackages"):
        two()


def test_publication_adds_the_new_release_to_a_lake(make, packages, tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.json").write_text(json.dumps([paket("1", kd_klpd="D1")]))
    common = ["--out", str(tmp_path / "out"), "--datapackages", str(packages)]
    place = ["--lake", str(tmp_path / "danau"), "--name", "kaltim"]
    run = CliRunner()
    for command in (["build", str(tmp_path / "raw"), *place, *common], ["publish", *place, *common]):
        done = run.invoke(cli, command)
        assert done.exit_code == 0 and "kaltim: " in done.output, done.output
        held = lakes.read_manifest(open_store(str(tmp_path / "danau")))
        assert held["instances"]["kaltim"]["release"] == (tmp_path / "out" / "current").resolve().name
    wrong = [["--lake", "x"], ["--name", "x"], ["--bodies", "D1"], ["--summary"]]
    assert [run.invoke(cli, ["publish", *options, *common]).exit_code for options in wrong] == [2] * 4


def test_publish_from_a_lake_by_command(two, packages, tmp_path):
    out = ["--out", str(tmp_path / "keluar"), "--datapackages", str(packages)]
    done = CliRunner().invoke(
        cli, ["publish", "--from-lake", str(tmp_path / "danau"), "--bodies", "D1, D2", "--instances", "satu,dua", *out]
    )
    assert done.exit_code == 0, done.output
    assert f"rilis {(tmp_path / 'keluar' / 'current').resolve().name}" in done.output
