"""History pages, the weekly digest and the feeds over two releases of the sample: numbers equal SQL, feeds are valid."""

import asyncio
import json
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from urllib.parse import unquote, urlencode
from xml.dom import minidom

import pytest
from datasette.app import Datasette
from datasette.utils import tilde_decode
from test_plugins import ENGLISH, PLUGINS, words
from test_questions import site_metadata

from etl.build import DATAPACKAGES
from etl.descriptors import load_resources
from etl.history import record

pytestmark = pytest.mark.slow

BASE = "0" * 16
BANNED = re.compile(r"\b(perubahan|karantina|temuan|indikasi|kandidat)\b", re.I)


def serve(out, release, history=True):
    """The site over a release, with the history beside it as ``make serve`` attaches it."""
    files = [str(release / "opendata.db"), *([str(out / "riwayat.db")] if history else [])]
    ds = Datasette(
        immutables=files,
        metadata=site_metadata(),
        plugins_dir=str(PLUGINS),
        template_dir=str(PLUGINS / "templates"),
        settings={"suggest_facets": False, "default_page_size": 50},
    )
    return lambda path, **more: asyncio.run(ds.client.get(path, **more))


@pytest.fixture(scope="module")
def pair(contoh, tmp_path_factory):
    """The sample and an earlier release of it that said other things; the history between them."""
    out = tmp_path_factory.mktemp("pasangan")
    now = (contoh / "out/current").resolve()
    for name in (BASE, now.name):
        folder = out / "releases" / name
        folder.mkdir(parents=True)
        for file in ("opendata.db", "datapackage.json", "manifest.json"):
            shutil.copyfile(now / file, folder / file)
    content = json.loads((now / "manifest.json").read_text(encoding="utf-8"))
    for table in content["tables"].values():
        table["sha256"] = "z" + table["sha256"][1:]  # no hash starts so
    (out / "releases" / BASE / "manifest.json").write_text(json.dumps(content | {"version": BASE, "previous": ""}))
    for name in (BASE, now.name):
        with closing(sqlite3.connect(out / "releases" / name / "opendata.db")) as db, db:
            # SPSE has numbers of its own: here one that in SiRUP is another unit's
            db.execute("update tender set kd_satker = '153502' where kd_satker = '20001035'")
    with closing(sqlite3.connect(out / "releases" / BASE / "opendata.db")) as db, db:
        db.execute(
            "update anggaran set nilai_sen = nilai_sen + 100, asal_berkas = 'z' where rowid % 30 = 0 and tahapan = 'MURNI'"
        )
        db.execute("update tender set hps_sen = hps_sen + 12345600, asal_berkas = 'z' where rowid % 30 = 0")
        db.execute(
            "update tender_nilai set nama_penyedia = 'CV. Lama & Rekan <x>', asal_berkas = 'z' where rowid % 25 = 0"
        )
        db.execute("update program set pagu_program = pagu_program + 5, asal_berkas = 'z' where rowid % 20 = 0")
        db.execute("delete from tender where rowid % 40 = 1")
        names = [row[1] for row in db.execute("pragma table_info(rup_penyedia)")]
        values = ", ".join("'777' || rowid" if name == "kd_rup" else name for name in names)
        db.execute(f"insert into rup_penyedia ({', '.join(names)}) select {values} from rup_penyedia limit 4")
    record(out, load_resources(DATAPACKAGES), BASE, now.name)
    return out


@pytest.fixture(scope="module")
def get(pair):
    (now,) = [path for path in (pair / "releases").iterdir() if path.name != BASE]
    return serve(pair, now)


@pytest.fixture(scope="module")
def ask(pair):
    def run(sql, *values, database="riwayat.db"):
        (now,) = [path for path in (pair / "releases").iterdir() if path.name != BASE]
        path = pair / database if database == "riwayat.db" else now / database
        with closing(sqlite3.connect(path)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(sql, values)]

    return run


def test_every_count_leads_to_as_many_rows(get, ask):
    page = get("/riwayat.json").json()
    for row in page["tabel"]:
        for kind in ("ADD", "MOD", "DEL"):
            wanted = ask("select count(*) as n from riwayat where tabel = ? and jenis = ?", row["tabel"], kind)[0]["n"]
            found = get(f"/riwayat.json?{urlencode({'tabel': row['tabel'], 'jenis': kind})}").json()
            assert row[kind] == found["jumlah"] == wanted
    step = page["langkah"][0]
    assert [step["baru"], step["berubah"], step["hilang"]] == [
        sum(r[k] for r in page["tabel"]) for k in ("ADD", "MOD", "DEL")
    ]
    assert (
        step["hilang"] == 4
        and step["baru"] == 10
        and page["jumlah"] == sum(step[n] for n in ("baru", "berubah", "hilang"))
    )


def test_marks_are_those_of_finished_packages_and_vanished_plans(get, ask):
    finished = "select kunci from paket where jalur = 'tender' and keadaan = 'selesai'"
    done = {row["kunci"] for row in ask(finished, database="opendata.db")}
    rows = get("/riwayat.json?tabel=tender&jenis=MOD").json()["riwayat"]
    assert {row["kunci"][0] for row in rows if row["golongan"] == "selesai_disunting"} == {
        r["kunci"][0] for r in rows
    } & done
    gone = get("/riwayat.json?golongan=rencana_hilang").json()["riwayat"]
    assert len(gone) == 4 and {row["tabel"] for row in gone} == {"rup_penyedia"}
    known = {row["sha256"] for row in ask("select sha256 from berkas_sumber", database="opendata.db")}
    assert {row["berkas_lama"] for row in gone} <= known and all(row["tempat_lama"] for row in gone)
    page = get("/riwayat?golongan=rencana_hilang")
    assert f"/opendata/berkas_sumber?sha256={gone[0]['berkas_lama']}" in page.text
    row = get(f"/riwayat/rup_penyedia/{gone[0]['kunci'][0]}.json").json()["riwayat"][0]
    assert (row["berkas_lama"], row["berkas_baru"]) == (gone[0]["berkas_lama"], None)
    assert "tanpa revisi yang tercatat" in words(page)


@pytest.mark.parametrize("page", ["/riwayat", "/mingguan", "/riwayat?tabel=tender&jenis=MOD"])
def test_pages_are_in_both_languages_and_use_no_reserved_word(get, page):
    local, english = words(get(page)), words(get(f"/en{page}"))
    assert not ENGLISH.search(local) and not BANNED.search(local)
    assert "Data contoh: rekaan" in local and "Altered" in english and "Berubah isinya" in local
    assert "{" not in local and len(get(page).content) < 300_000


def test_money_before_and_after_is_exact(get, ask):
    (row, *_) = ask("select kunci, kolom from riwayat where tabel = 'tender' and jenis = 'MOD' order by nomor desc")
    before, after = json.loads(row["kolom"])["hps_sen"]
    page = get(f"/riwayat/tender/{json.loads(row['kunci'])[0]}")
    digits = re.findall(r'<data value="([0-9.]+)"', page.text)
    assert [round(float(d) * 100) for d in digits] == [before, after] and before - after == 12_345_600


def test_rows_of_a_package_carry_its_title(ask):
    titles = {
        row["kunci"]: row["nama_paket"]
        for row in ask("select * from paket where jalur = 'tender'", database="opendata.db")
    }
    rows = ask("select judul, proses_kunci from riwayat where tabel = 'tender_nilai'")
    assert rows and all(row["judul"] == titles[row["proses_kunci"]] for row in rows)


def test_digest_counts_lead_to_as_many_rows(get):
    links = re.findall(r'href="/riwayat[?]([^"]*sejak=2)">[^<]*</a> <small>([0-9.]+) baris', get("/mingguan").text)
    assert len(links) >= 5
    for query, count in links:
        found = get(f"/riwayat.json?{query.replace('&amp;', '&')}").json()["jumlah"]
        assert found == int(count.replace(".", "")), query
    assert get("/riwayat.json?sejak=3").json()["jumlah"] == 0


def test_history_of_one_row(get, ask):
    gone = ask("select kunci from riwayat where jenis = 'DEL' limit 1")[0]["kunci"]
    page = get(f"/riwayat/rup_penyedia/{json.loads(gone)[0]}")
    assert page.status_code == 200 and "tidak tercatat di rilis yang sedang disajikan" in words(page)
    other = ask("select kd_tender as k from tender where rowid % 30 = 7 limit 1", database="opendata.db")[0]["k"]
    assert "Belum ada riwayat tercatat sejak rilis pertama" in words(get(f"/riwayat/tender/{other}"))
    for path in ("/riwayat/tender/tidakada", "/riwayat/tidak_ada/1", "/riwayat/tender/1,2", "/riwayat/tender/~00"):
        assert get(path).status_code == 404, path
    assert get("/riwayat/riwayat.json?_size=1").status_code == 200
    assert "select" in get("/riwayat?sql=select+count(*)+from+riwayat").text


def test_digest_lists_contracts_due_and_money_left(get, ask):
    page = get("/mingguan.json").json()
    newest = page["data_terbaru"][:10]
    until = (date.fromisoformat(newest) + timedelta(days=30)).isoformat()
    sql = "select count(*) as n from kontrak_terkini where tgl_akhir_kini between ? and ?"
    assert page["kontrak_jatuh_tempo"]["jumlah"] == ask(sql, newest, until, database="opendata.db")[0]["n"]
    total = ask(
        """select sum(anggaran_sen - realisasi_sen) as n from lra where akun = 'Belanja Daerah'
        and tahun = (select max(tahun) from lra)""",
        database="opendata.db",
    )
    assert sum(r["anggaran_sen"] - r["realisasi_sen"] for r in page["sisa_anggaran"]) == total[0]["n"] > 0
    assert [step["sebelumnya"] for step in page["langkah"]] == [BASE]


def test_without_history_or_with_one_release_pages_say_so(pair, contoh):
    now = (contoh / "out/current").resolve()
    bare = serve(pair, now, history=False)
    for path in ("/riwayat", "/mingguan"):
        assert "belum ada yang dapat dibandingkan" in words(bare(path)), path
    assert bare("/umpan/terbaru").status_code == 200 and bare("/riwayat.json").json()["langkah"] == []
    single = serve(contoh / "out", now)
    assert "belum ada yang dapat dibandingkan" in words(single("/riwayat")) and "tanpa pembanding" in words(
        single("/riwayat")
    )


def test_reader_of_the_older_release_does_not_see_what_came_later(pair):
    older = serve(pair, pair / "releases" / BASE)
    page = older("/riwayat.json").json()
    assert page["riwayat"] == [] and [step["versi"] for step in page["langkah"]] == [BASE]


def text_of(node, name):
    return node.getElementsByTagName(name)[0].firstChild.data


def check_atom(response):
    """RFC 4287's demands, read with another parser than the one that wrote it; returns the entries."""
    assert response.headers["content-type"].startswith("application/atom+xml")
    root = minidom.parseString(response.content).documentElement
    assert (root.tagName, root.getAttribute("xmlns")) == ("feed", "http://www.w3.org/2005/Atom")
    entries = root.getElementsByTagName("entry")
    for node in [root, *entries]:
        assert text_of(node, "id").startswith("urn:uuid:") and text_of(node, "title").startswith("DATA CONTOH")
        assert datetime.fromisoformat(text_of(node, "updated")).tzinfo
    assert len({text_of(e, "id") for e in entries}) == len(entries)
    links = [n for n in root.childNodes if n.nodeName == "link"]
    assert {n.getAttribute("rel") for n in links} == {"self", "alternate"}
    assert root.getElementsByTagName("author")[0].getElementsByTagName("name")[0].firstChild.data
    return entries


def check_json_feed(response):
    """JSON Feed 1.1's demands; returns the items."""
    assert response.headers["content-type"].startswith("application/feed+json")
    feed = response.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1" and feed["title"].startswith("DATA CONTOH")
    assert feed["feed_url"].startswith("http") and feed["home_page_url"].startswith("http")
    for item in feed["items"]:
        assert item["id"] and item["url"].startswith("http") and item["content_html"] is not None
        assert datetime.fromisoformat(item["date_modified"]).tzinfo
    return feed["items"]


def test_feed_of_all_has_the_newest_rows_in_both_forms_and_stable_ids(get, ask):
    entries = check_atom(get("/umpan/terbaru"))
    items = check_json_feed(get("/umpan/terbaru.json"))
    newest = ask("select judul from riwayat order by nomor desc limit 50")
    assert len(entries) == len(items) == min(50, len(newest))
    assert [text_of(e, "id") for e in entries] == [i["id"] for i in items]
    assert all(row["judul"] in item["title"] for row, item in zip(newest, items, strict=True) if row["judul"])
    elsewhere = get("/umpan/terbaru.json", headers={"host": "lain.invalid"}).json()["items"]
    assert [i["id"] for i in elsewhere] == [i["id"] for i in items]
    assert any("CV. Lama &amp; Rekan &lt;x&gt;" in i["content_html"] for i in items)
    english = get("/en/umpan/terbaru.json").json()
    assert english["language"] == "en" and "/en/riwayat/" in english["items"][0]["url"]


def test_each_entry_leads_to_the_history_of_its_row(get):
    for item in get("/umpan/terbaru.json").json()["items"][:12]:
        assert get("/" + item["url"].split("/", 3)[3]).status_code == 200, item["url"]


@pytest.mark.parametrize("kind", ["penyedia", "badan", "program", "satuan-kerja"])
def test_feeds_of_one_subject_hold_its_rows_only(get, ask, kind):
    sql = {
        "penyedia": "select id_penyedia as k, count(*) as n from riwayat_penyedia group by 1 order by 2 desc limit 1",
        "badan": "select kd_klpd as k, count(*) as n from riwayat where kd_klpd <> '' group by 1 order by 2 desc limit 1",
        "program": "select kd_program as k, count(*) as n from riwayat where kd_program <> '' group by 1 limit 1",
        "satuan-kerja": "select replace(id_satker, '-', '/') as k, count(*) as n from riwayat where id_satker <> '' group by 1 limit 1",
    }
    (wanted,) = ask(sql[kind])
    entries = check_atom(get(f"/umpan/{kind}/{wanted['k']}"))
    items = check_json_feed(get(f"/umpan/{kind}/{wanted['k']}.json"))
    assert len(entries) == len(items) == min(50, wanted["n"]) > 0
    assert get(f"/umpan/{kind}/{wanted['k']}").headers["x-robots-tag"] == "noindex"


UNIT_OF = {
    "paket": "select id_satker from paket where jalur = ? and kunci = ?",
    "rup_penyedia": "select kd_klpd || '-' || kd_satker from rup_penyedia where kd_rup = ?",
    "program": "select kd_klpd || '-' || kd_satker from program where kd_program = ?",
    "anggaran": "select s.id_satker from satker s where s.kd_satker_str = ?",
}


def units_of(pair, ask):
    """The unit of every history row by our own reading of the releases: (table, key) -> id."""
    (now,) = [path for path in (pair / "releases").iterdir() if path.name != BASE]
    found = {}
    with closing(sqlite3.connect(pair / "releases" / BASE / "opendata.db")) as db:
        db.execute(f"attach '{now / 'opendata.db'}' as kini")
        for row in ask("select * from riwayat"):
            key = json.loads(row["kunci"])
            if row["proses_kunci"]:
                sql, values = UNIT_OF["paket"], (row["proses_tabel"], row["proses_kunci"])
            elif row["tabel"] == "anggaran":
                names = [c[1] for c in db.execute("pragma table_info(anggaran)") if c[5]]
                sql = f"select kode_skpd from anggaran where {' and '.join(f'cast({n} as text) = ?' for n in names)}"
                sql, values = UNIT_OF["anggaran"], db.execute(sql, key).fetchone()
            else:
                sql, values = UNIT_OF[row["tabel"]], key[-1:]
            unit = db.execute(sql, values).fetchone()
            found[row["tabel"], ",".join(key)] = unit[0] if unit else None
    return found


def pages_of(items):
    """(table, key) of the rows that a feed's entries lead to."""
    return {tuple(unquote(tilde_decode(part)) for part in item["url"].split("/")[-2:]) for item in items}


def test_the_feed_of_a_unit_has_all_its_rows_by_whichever_code_it_is_asked(get, ask, pair):
    expected = units_of(pair, ask)
    tables = {table for table, _ in expected}
    assert {"tender", "tender_nilai", "program", "rup_penyedia", "anggaran"} <= tables
    stated = {
        (row["tabel"], ",".join(json.loads(row["kunci"]))): row["id_satker"] for row in ask("select * from riwayat")
    }
    assert stated == expected
    units = ask("select * from satker", database="opendata.db")
    seen, silent = set(), 0
    for unit in units:
        mine = {where for where, owner in expected.items() if owner == unit["id_satker"]}
        silent += not mine
        for code in (unit["kd_satker"], unit["kd_satker_str"], unit["id_satker"]):
            items = get(f"/umpan/satuan-kerja/{unit['badan']}/{code}.json").json()["items"]
            assert len(items) == min(50, len(mine))
            assert pages_of(items) == mine or len(mine) > 50, (unit["nama"], code)
        seen |= mine
    assert seen == {where for where, owner in expected.items() if owner} and silent < len(units)


def test_a_number_of_another_system_does_not_bring_the_rows_of_another_unit(get, ask):
    sql = "select * from riwayat where tabel = 'tender' and id_satker = 'D241-153501'"
    other = {("tender", json.loads(row["kunci"])[0]) for row in ask(sql)}
    wrong = ask("select count(*) as n from tender where kd_satker = '153502'", database="opendata.db")[0]["n"]
    assert other and wrong
    assert not other & pages_of(get("/umpan/satuan-kerja/D241/153502.json").json()["items"])


def test_the_feed_of_a_programme_has_every_year_of_it(get, ask):
    """By a number it is one body's in all its years; by its code it is every body's."""
    known = {row["kd_program"]: row for row in ask("select * from program", database="opendata.db")}
    changed = [json.loads(row["kunci"])[-1] for row in ask("select kunci from riwayat where tabel = 'program'")]

    def feed(key):
        return {where[1] for where in pages_of(get(f"/umpan/program/{key}.json").json()["items"])}

    for key in changed:
        code, body = known[key]["kd_program_str"], known[key]["kd_klpd"]
        of_code = {number for number in changed if known[number]["kd_program_str"] == code}
        assert feed(code) == of_code
        for number, row in known.items():
            if (row["kd_program_str"], row["kd_klpd"]) == (code, body):
                assert feed(number) == {n for n in of_code if known[n]["kd_klpd"] == body}, number
    assert len(changed) > 3


def test_a_history_from_before_units_still_feeds_and_grows_them(pair, ask, tmp_path):
    (now,) = [path for path in (pair / "releases").iterdir() if path.name != BASE]
    shutil.copytree(pair, tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out/riwayat.db")) as db, db:
        db.execute("drop index riwayat_unit")
        for column in ("id_satker", "berkas_lama", "tempat_lama", "berkas_baru", "tempat_baru"):
            db.execute(f"alter table riwayat drop column {column}")
    old = serve(tmp_path / "out", tmp_path / "out/releases" / now.name)
    plan = ask("select kd_klpd || '/' || kd_satker as k from riwayat where tabel = 'rup_penyedia' limit 1")[0]["k"]
    assert old(f"/umpan/satuan-kerja/{plan}.json").json()["items"]
    later = tmp_path / "out/releases/later"
    shutil.copytree(tmp_path / "out/releases" / now.name, later)
    manifest = json.loads((later / "manifest.json").read_text(encoding="utf-8"))
    (later / "manifest.json").write_text(json.dumps(manifest | {"version": "later"}))
    record(tmp_path / "out", load_resources(DATAPACKAGES), now.name, "later")
    wanted, found = [], []
    for folder, rows in ((pair, wanted), (tmp_path / "out", found)):
        with closing(sqlite3.connect(folder / "riwayat.db")) as db:
            rows += db.execute("select nomor, id_satker from riwayat where urutan <= 2 order by nomor")
    assert found == wanted and any(unit for _, unit in found)


def test_supplier_that_lost_a_package_at_the_source_still_has_it_in_its_feed(get, ask, pair):
    packages = ask("select distinct proses_kunci from riwayat where tabel = 'tender_nilai' and jenis = 'MOD'")
    keys = {row["proses_kunci"] for row in packages}
    marks = ",".join("?" * len(keys))
    sql = f"select distinct id_penyedia from partisipasi where peran = 'pemenang' and proses_kunci in ({marks})"
    winners = {row["id_penyedia"] for row in ask(sql, *keys, database="opendata.db")} - {""}
    assert winners and all(get(f"/umpan/penyedia/{winner}.json").json()["items"] for winner in winners)


def test_unknown_supplier_has_no_feed_and_hostile_keys_break_nothing(get):
    assert get("/umpan/penyedia/00000000000000").status_code == 404
    for key in ("%00", "'%20or%201=1--", "%3Cscript%3E", "%FF", "9" * 3000):
        assert get(f"/umpan/badan/{key}").status_code in ((400,) if key in ("%00", "%FF") else (200, 404)), key
        if get(f"/umpan/badan/{key}").status_code == 200:
            check_atom(get(f"/umpan/badan/{key}"))


def test_any_question_is_a_feed_whose_ids_follow_the_content(get, ask):
    values = {}
    questions = site_metadata()["databases"]["opendata"]["queries"]
    name = next(n for n, q in questions.items() if any(p["nama"] == "tahun" for p in q["pertanyaan"]["parameter"]))
    for item in questions[name]["pertanyaan"]["parameter"]:
        values[item["nama"]] = "2025" if item["nama"] == "tahun" else item["bawaan"]
    items = check_json_feed(get(f"/umpan/pertanyaan/{name}.json?{urlencode(values)}"))
    entries = check_atom(get(f"/umpan/pertanyaan/{name}?{urlencode(values)}"))
    assert len(items) == len(entries)
    again = get(f"/umpan/pertanyaan/{name}.json?{urlencode(values)}").json()["items"]
    assert [i["id"] for i in again] == [i["id"] for i in items]
    assert get("/umpan/pertanyaan/tidak_ada").status_code == 404


def test_every_question_gives_a_valid_feed(get):
    filled = 0
    for name, query in site_metadata()["databases"]["opendata"]["queries"].items():
        values = {p["nama"]: {"tahun": "2025"}.get(p["nama"], p["bawaan"]) for p in query["pertanyaan"]["parameter"]}
        response = get(f"/umpan/pertanyaan/{name}.json?{urlencode(values)}")
        assert response.status_code == 200, (name, response.text[:200])
        filled += bool(check_json_feed(response))
    assert filled > 5


def test_pages_announce_their_feed(get):
    for page in ("/riwayat", "/mingguan"):
        found = re.findall(
            r'<link rel="alternate" type="(application/(?:atom\+xml|feed\+json))"[^>]*href="([^"]+)"', get(page).text
        )
        assert {kind for kind, _ in found} == {"application/atom+xml", "application/feed+json"}
        assert all(get(href).status_code == 200 for _, href in found)
