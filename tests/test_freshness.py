"""How old data are: declared per table, judged on the day a page is read, said in words wherever figures stand."""

import asyncio
import json
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest
import yaml
from conftest import ROOT
from test_plugins import site, words

from etl.descriptors import load_resources
from etl.errors import DescriptorError
from etl.freshness import check_freshness

RESOURCES = load_resources(ROOT / "datapackages")
RULES = {name: r.get("x-freshness") for name, r in RESOURCES.items() if r.get("x-freshness")}
CLOSED = {"lelang_2012", "rekap_izin", "sektor_pembina"}
"""Archives that no source renews."""
HOME = "/anggaran/provinsi-kalimantan-timur/2026"

pytestmark = pytest.mark.slow


def metadata():
    return yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))


class Reader:
    """The site of a release with a clock that a test sets."""

    def __init__(self, folder):
        self.ds = site(folder, metadata())
        self.folder = folder
        asyncio.run(self.ds.invoke_startup())

    def on(self, day):
        """The same site on another day."""
        self.ds.jinja_env.globals["today"] = lambda: day
        return self

    def __call__(self, path):
        answer = asyncio.run(self.ds.client.get(path))
        assert answer.status_code == 200, path
        return answer

    def ask(self, sql, *values):
        with closing(sqlite3.connect(f"file:{self.folder / 'opendata.db'}?mode=ro", uri=True)) as db:
            return db.execute(sql, values).fetchall()


@pytest.fixture(scope="module")
def dated(contoh):
    """The sample, whose files have the day of their retrieval."""
    return Reader((contoh / "out/current").resolve())


@pytest.fixture(scope="module")
def undated(contoh, tmp_path_factory):
    """The same release as if nobody had recorded a retrieval, like the real files handed over on a disk."""
    source, folder = (contoh / "out/current").resolve(), tmp_path_factory.mktemp("tanpa") / "rilis"
    folder.mkdir()
    for name in ("opendata.db", "datapackage.json", "manifest.json"):
        shutil.copy(source / name, folder / name)
    content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for row in content["sources"]:
        row["diambil_pada"] = None
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    with closing(sqlite3.connect(folder / "opendata.db")) as db, db:
        db.execute("update berkas_sumber set diambil_pada = null")
        db.execute("update anggaran_dokumen set diambil_pada = null")
    return Reader(folder)


def test_every_table_of_a_source_says_how_often_it_is_renewed():
    filled = {name for name, r in RESOURCES.items() if r.forms and r.descriptor["x-privacy"] == "public"}
    assert filled - CLOSED == {name for name in RULES if RESOURCES[name].forms}
    assert all(rule["days"] >= 30 for rule in RULES.values())


@pytest.mark.parametrize(
    "rule", [{"days": 0}, {"days": "30"}, {}, {"days": 30, "hari": 1}, {"days": 3, "newest": "x"}, 30]
)
def test_a_wrong_rule_is_refused(rule):
    fields = {"schema": {"fields": [{"name": "tahun"}]}, "name": "uji"}
    with pytest.raises(DescriptorError, match="x-freshness"):
        check_freshness(fields | {"x-freshness": rule})
    check_freshness(fields | {"x-freshness": {"days": 3, "newest": "tahun"}})


def test_the_release_says_until_when_its_tables_go(dated):
    tables = json.loads((dated.folder / "manifest.json").read_text(encoding="utf-8"))["tables"]
    for name, column in (("lra", "tahun"), ("tender", "tahun_anggaran"), ("kib_b", "tahun_perolehan")):
        assert tables[name]["newest"] == str(dated.ask(f"select max({column}) from {name}")[0][0])
    assert tables["paket"]["newest"] == ""


@pytest.mark.parametrize("path", ["/kualitas.json", "/beranda.json"])
def test_the_day_of_the_judgement_is_the_day_of_reading(dated, path):
    """Nothing is kept over midnight: the same process gives another answer on another day."""
    newest = date.fromisoformat(
        dated.ask("select max(diambil_pada) from berkas_sumber where resource = 'lra'")[0][0][:10]
    )
    last = newest + timedelta(days=RULES["lra"]["days"])

    def old(day):
        found = dated.on(day)(path).json()["kesegaran"]
        one = found["belanja_daerah"] if isinstance(found, dict) else next(o for o in found if o["tabel"] == "lra")
        assert one["umur_hari"] == (day - newest).days and one["dasar"] == "diambil"
        return one["lama"]

    assert [old(last), old(last + timedelta(days=1)), old(last)] == [False, True, False]


def test_quality_judges_every_table_from_its_files_or_from_its_rows(dated, undated):
    day = date(2026, 10, 1)
    for reader, basis in ((dated, "diambil"), (undated, "data")):
        found = {one["tabel"]: one for one in reader.on(day)("/kualitas.json").json()["kesegaran"]}
        wanted = {}
        for name, rule in RULES.items():
            fetched = reader.ask("select max(diambil_pada) from berkas_sumber where resource = ?", name)[0][0]
            columns = [row[1] for row in reader.ask(f"pragma table_xinfo({name})")]
            year = next((c for c in (rule.get("newest"), "tahun_anggaran", "tahun") if c in columns), None)
            newest = reader.ask(f"select max({year}) from {name}")[0][0] if year else None
            end = "" if len(str(newest)) == 10 else "-12-31"  # a day stands as it is, a year ends with December
            since = fetched[:10] if fetched else f"{newest}{end}" if newest else ""
            if since and reader.ask(f"select 1 from {name} limit 1"):
                wanted[name] = (since, (day - date.fromisoformat(since)).days > rule["days"])
        assert {name: (one["per"], one["lama"]) for name, one in found.items()} == wanted
        assert {one["dasar"] for name, one in found.items() if RESOURCES[name].forms} == {basis}
        page = reader("/kualitas").text.split('id="segar-tabel"')[1].split("</table>")[0]
        old = [name for name, (_, lama) in wanted.items() if lama]
        assert page.count('<tr class="old">') == len(old) == page.count("sudah lama: data per") > 0
        assert page.count("<tr") == len(wanted) + 1


def test_table_pages_grey_what_is_old_and_say_since_when(dated, undated):
    far = date(2029, 1, 1)
    late = dated.ask("""
        select count(*) from (select t.tahun, b.diambil_pada d from lra t join berkas_sumber b on b.sha256 = t.asal_berkas
        and b.resource = 'lra' order by t.tahun desc limit 400) where substr(d, 1, 4) <= tahun""")[0][0]
    page = dated.on(far)("/opendata/lra?_sort_desc=tahun&_size=400")
    assert page.text.count('<tr class="old">') == late > 0 and "sudah lama: data per 30 Juni 2026" in words(page)
    assert "menurut tanggal pengambilan berkasnya" in words(page)
    assert "old: data as of 30 June 2026" in words(dated("/en/opendata/lra?_sort_desc=tahun"))
    closed = dated("/opendata/lra?tahun=2023")
    assert 'class="old"' not in closed.text, "a report retrieved after its year is final"
    bare = undated.on(date(2027, 12, 31))("/opendata/lra?_size=50")
    assert bare.text.count('<tr class="old">') == 50 and "sudah lama: data per 31 Desember 2026" in words(bare)
    assert "kapan berkasnya diambil tidak tercatat" in words(bare)
    row = undated(re.search(r'<td class="go"><a href="([^"]+)"|class="label" href="([^"]+)"', bare.text)[2])
    assert "sudah lama: data per 31 Desember 2026" in words(row)
    fresh = undated.on(date(2027, 1, 1))("/opendata/lra?_size=50")
    assert 'class="old"' not in fresh.text and "sudah lama" not in words(fresh)


def test_a_budget_says_in_page_image_and_json_that_it_is_old(dated, undated):
    for reader, day, since in (
        (dated, date(2027, 9, 1), "30 Juni 2026"),
        (undated, date(2028, 9, 1), "31 Desember 2026"),
    ):
        reader.on(day)
        found = reader(f"{HOME}.json").json()["kesegaran"]
        assert found["MURNI"]["lama"] and found["MURNI"]["batas_hari"] == RULES["anggaran"]["days"]
        page = reader(HOME)
        table = page.text.split('id="tabel"')[1].split("</table>")[0]
        cells = re.findall(r'<td class="(n[^"]*)" data-t="APBD murni"', table)
        assert cells and set(cells) == {"n old"}
        assert f"sudah lama: data per {since}" in words(page)
        for path in (f"{HOME}.svg", f"{HOME}?sematan=1"):
            assert f"sudah lama: data per {since}" in re.sub(r"\s*<[^>]+>\s*", " ", reader(path).text), path
        reader.on(date(2026, 7, 1))
        assert (
            "sudah lama" not in words(reader(HOME)) and not reader(f"{HOME}.json").json()["kesegaran"]["MURNI"]["lama"]
        )
    past = dated.on(date(2040, 1, 1))("/anggaran/kab-berau/2023.json").json()["kesegaran"]
    assert past["REALISASI"]["lama"] is False, "retrieved after the year: final"


def test_the_start_page_greys_old_answers_in_both_languages(dated, undated):
    for reader in (dated, undated):
        page = reader.on(date(2030, 1, 1))("/")
        cards = re.findall(r'<li class="ask-card( old)?">(.*?)</li>', page.text, re.S)
        assert len(cards) > 3 and all(old and "sudah lama: data per" in text for old, text in cards)
        assert "tabel sudah lama" in words(page) and "tables are old" in words(reader("/en/"))
        assert "old: data as of" in words(reader("/en/"))
        answers = reader("/beranda.json").json()["pertanyaan"]
        assert all(one["kesegaran"]["lama"] for one in answers if one["jawaban"])
        early = reader.on(date(2026, 7, 1))("/")
        assert "ask-card old" not in early.text and "sudah lama: data per" not in words(early)


def test_a_release_from_before_the_rules_is_not_judged(dated, tmp_path):
    for name in ("opendata.db", "manifest.json"):
        shutil.copy(dated.folder / name, tmp_path / name)
    package = json.loads((dated.folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        resource.pop("x-freshness", None)
    (tmp_path / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    reader = Reader(tmp_path).on(date(2040, 1, 1))
    assert reader("/kualitas.json").json()["kesegaran"] == []
    assert "sudah lama" not in words(reader("/opendata/lra")) + words(reader("/")) + words(reader(HOME))
