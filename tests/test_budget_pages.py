"""``/anggaran`` on the sample: every amount equals the rows behind its link, in every view, part, stage and language."""

import asyncio
import html
import importlib.util
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import LOOKS
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser
from test_pages import browser  # noqa: F401
from test_plugins import ENGLISH, PLUGINS, site, words
from test_questions import site_metadata

HOME = "/anggaran/provinsi-kalimantan-timur/2025"
SQL = Path(__file__).parent.parent / "etl/sql"
EXTRA = (
    # rekening, sub kegiatan, SKPD, sen: revenue, a negative and a zero amount, rows without codes, a code with deeper ones
    ("4.1.01.01.01.0001", None, "5.02.0.00.0.00.01.0000", 500_000_000),
    ("4.1.02.01.01.0001", None, "5.02.0.00.0.00.01.0000", 250_000_050),
    ("6.1.01.01.01.0001", None, None, 90_000_000),
    ("6.2.02.01.01.0001", None, None, -10_000_000),
    ("5.1.02.01.01.0001", None, None, 0),
    ("5.1.02.01.01.0001", "1.02.02", "1.02.0.00.0.00.02.0000", 7_000_000),
    ("5.1.02", "1.02.02.1.01.0001", "1.02.0.00.0.00.02.0000", 3_000_000),
)

pytestmark = pytest.mark.slow


def plugin(name):
    spec = importlib.util.spec_from_file_location(f"plugin_{name}", PLUGINS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def reader(folder):
    ds = site(folder, site_metadata())
    return lambda path: asyncio.run(ds.client.get(path, follow_redirects=False))


def asker(folder, memory=False):
    """Rows of a release as dicts; from a copy in memory, indexed by code, where thousands of questions are asked."""
    kept = sqlite3.connect(":memory:") if memory else None
    if kept:
        with closing(sqlite3.connect(folder / "opendata.db")) as db:
            db.backup(kept)
        for column in ("kode_rekening", "kode_sub_kegiatan", "kode_skpd"):
            kept.execute(f"create index uji_{column} on anggaran ({column}, tahapan, tahun_anggaran)")
        kept.row_factory = sqlite3.Row

    def run(sql, *values, **named):
        if kept:
            return [dict(row) for row in kept.execute(sql, named or values)]
        with closing(sqlite3.connect(f"file:{folder / 'opendata.db'}?mode=ro", uri=True)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(sql, named or values)]

    return run


@pytest.fixture(scope="module")
def release(contoh):
    return (contoh / "out/current").resolve()


@pytest.fixture(scope="module")
def get(release):
    return reader(release)


@pytest.fixture(scope="module")
def ask(release):
    return asker(release)


@pytest.fixture(scope="module")
def odd(release, tmp_path_factory):
    """The sample with revenue, financing, zero and negative amounts, missing codes and mixed depths, summed by SQLite."""
    folder = tmp_path_factory.mktemp("anggaran") / "rilis"
    folder.mkdir()
    for name in ("opendata.db", "datapackage.json", "manifest.json"):
        shutil.copy(release / name, folder / name)
    with closing(sqlite3.connect(folder / "opendata.db")) as db:
        model = "select asal_berkas from anggaran where tahun_anggaran = 2025 and tahapan = 'PERUBAHAN' limit 1"
        (source,) = db.execute(model).fetchone()
        for stage in ("MURNI", "PERUBAHAN"):
            for number, (account, code, unit, sen) in enumerate(EXTRA):
                if stage == "MURNI" and number == 1:
                    continue  # first budgeted in the revision
                values = (stage, f"uji/{number}", unit, code, account, "Uji", sen, source)
                db.execute(
                    "insert into anggaran (tahun_anggaran, nama_pemda, urutan, tahapan, kode_anggaran, kode_skpd,"
                    " kode_sub_kegiatan, kode_rekening, nama_rekening, nilai_sen, asal_berkas, asal_lokasi)"
                    " values (2025, 'Provinsi Kalimantan Timur', 1, ?, ?, ?, ?, ?, ?, ?, ?, 'uji')",
                    values,
                )
        rebuild(db)
        db.commit()
    return folder


def rebuild(db):
    """Sum anew with SQLite what the build sums with DuckDB."""
    sql = (SQL / "anggaran_ringkas.sql").read_text(encoding="utf-8")
    cursor = db.execute(sql)
    names = [item[0] for item in cursor.description]
    rows = cursor.fetchall()
    db.execute("delete from anggaran_ringkas")
    marks = ", ".join("?" * len(names))
    db.executemany(f"insert into anggaran_ringkas ({', '.join(names)}) values ({marks})", rows)


def test_sqlite_and_duckdb_sum_the_same(ask):
    sql = (SQL / "anggaran_ringkas.sql").read_text(encoding="utf-8")
    mine = ask(sql)
    columns = ", ".join(mine[0])
    order = "nama_pemda, tahun_anggaran, bagian, menurut, kode_skpd, induk, kode, tahapan"
    assert mine == ask(f"select {columns} from anggaran_ringkas order by {order}")
    documents = ask((SQL / "anggaran_dokumen.sql").read_text(encoding="utf-8"))
    assert documents == ask(f"select {', '.join(documents[0])} from anggaran_dokumen")


def behind(ask, path, money=None):
    """Sum and count of the rows that a table address lists, by our own reading of its filters."""
    parts = urlsplit(path)
    where, values = [], []
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        if key in ("_kelompok", "_jumlah"):
            continue
        column, _, operator = key.partition("__")
        if operator == "in":
            where.append(f"{column} in ({', '.join('?' * len(value.split(',')))})")
            values += value.split(",")
            continue
        if operator == "notnull":
            where.append(f"{column} is not null")
            continue
        where.append(
            {"": f"{column} = ?", "startswith": f"{column} like ? || '%'", "notlike": f"{column} not like ?"}.get(
                operator, f"{column} is null and ? = '1'"
            )
        )
        values.append(value)
    money = money or {
        "anggaran": "nilai_sen", "sub_kegiatan": "pagu_subkegiatan * 100", "kegiatan": "pagu_kegiatan * 100",
        "program": "pagu_program * 100", "lra": "anggaran_sen",
    }[parts.path]  # fmt: skip
    sql = f"select sum({money}) as sen, count(*) as banyak from {parts.path} where {' and '.join(where)}"
    row = ask(sql, *values)[0]
    return row["sen"], row["banyak"]


def explorer(folder):
    """What ``/anggaran`` shows of a place, from the code of its pages but without a page for each."""
    ds = site(folder, site_metadata())
    asyncio.run(ds.invoke_startup())
    shared, mine = ds.jinja_env.globals, asker(folder, memory=True)

    async def ask(sql, **values):
        return mine(sql, **values)

    page = plugin("budget_page")
    cover = asyncio.run(page.coverage(ask, shared["release"]))

    def look(government, year, **chosen):
        return asyncio.run(shared["budget_view"](ask, shared, cover, government, year, chosen))

    return look, mine, page


def walk(look, ask, page, government, year, view, part):
    """Every place of a view from its top down; each amount against the rows behind its link, and what is below it."""
    todo, places, cells = [({"bagian": part, "menurut": view}, None)], 0, 0
    while todo:
        chosen, above = todo.pop()
        found = look(government, year, **chosen)
        assert found["pilihan"]["menurut"] == view
        places += 1
        whole = found["jumlah"]["tahapan"]
        if above is not None:
            assert {s: a["nilai_sen"] for s, a in whole.items()} == {s: a["nilai_sen"] for s, a in above.items()}
        for stage, total in whole.items():
            parts = [b["tahapan"][stage] for b in found["cabang"] if stage in b["tahapan"]]
            assert total["nilai_sen"] == sum(p["nilai_sen"] for p in parts)
            for amounts in [total, *parts]:
                assert behind(ask, amounts["baris"]) == (amounts["nilai_sen"], amounts["jumlah_baris"]), chosen
                cells += 1 + check_before(ask, amounts, chosen)
        for item in [found["jumlah"], *found["cabang"]]:
            cells += check_difference(ask, item, chosen)
        for branch in found["cabang"]:
            below = page.drill(found["pilihan"], branch)
            if below:
                deeper = {k: v for k, v in page.moved(found["pilihan"], below).items() if v}
                todo.append((deeper, branch["tahapan"]))
    return places, cells


def check_before(ask, amounts, chosen):
    """An amount before the revision equals the rows that state one; where none does there is no link."""
    if not amounts["jumlah_baris_sebelum"]:
        assert "sebelum_baris" not in amounts
        return 0
    stated = behind(ask, amounts["sebelum_baris"], "nilai_sebelum_sen")
    assert stated == (amounts["nilai_sebelum_sen"], amounts["jumlah_baris_sebelum"]), chosen
    return 1


def check_difference(ask, item, chosen):
    """A difference equals that of the two stages among the rows behind its link; without both there is none."""
    if not {"MURNI", "PERUBAHAN"} <= set(item["tahapan"]):
        assert item["selisih_sen"] is None and item["selisih_baris"] is None
        return 0
    signed = "case tahapan when 'PERUBAHAN' then nilai_sen when 'MURNI' then -nilai_sen end"
    rows = sum(item["tahapan"][stage]["jumlah_baris"] for stage in ("MURNI", "PERUBAHAN"))
    assert behind(ask, item["selisih_baris"], signed) == (item["selisih_sen"], rows), chosen
    return 1


@pytest.fixture(scope="module")
def whole_sample(release):
    return explorer(release)


@pytest.mark.parametrize("view", ["urusan", "skpd", "akun", "sirup", "sirup-skpd"])
def test_every_amount_of_every_cell_equals_the_rows_behind_its_link(get, whole_sample, view):
    """In every government and year of the sample, down to the last account of every branch."""
    look, ask, page = whole_sample
    documents = ask("select distinct nama_pemda, tahun_anggaran from anggaran_ringkas")
    walked = cells = 0
    for government, year in (row.values() for row in documents):
        for part in look(government, year)["bagian_ada"]:
            if view in look(government, year, bagian=part)["susunan"]:
                walked, cells = walked + 1, cells + walk(look, ask, page, government, year, view, part)[1]
    assert walked >= 4 and cells > 500
    start = "/anggaran/provinsi-kalimantan-timur/2024"
    table, money = ("sub_kegiatan", "pagu_subkegiatan * 100") if "sirup" in view else ("anggaran", "nilai_sen")
    body = "nama_klpd" if "sirup" in view else "nama_pemda"
    stage = "'SIRUP'" if "sirup" in view else "tahapan"
    rows = ask(
        f"select {stage} as tahapan, sum({money}) as sen from {table} where {body} = 'Provinsi Kalimantan Timur'"
        f" and tahun_anggaran = 2024 group by 1"
    )
    top = get(f"{start}.json?menurut={view}").json()["jumlah"]["tahapan"]
    assert {r["tahapan"]: r["sen"] for r in rows} == {stage: amounts["nilai_sen"] for stage, amounts in top.items()}


@pytest.mark.parametrize(
    ("view", "part"),
    [("urusan", "belanja"), ("skpd", "belanja"), ("akun", "belanja"), ("akun", "pendapatan"), ("akun", "pembiayaan"),
     ("skpd", "pendapatan")],
)  # fmt: skip
def test_odd_rows_are_counted_once_in_every_view(odd, odd_sample, view, part):
    look, mine, page = odd_sample
    walk(look, mine, page, "Provinsi Kalimantan Timur", 2025, view, part)
    digit = {"belanja": "5", "pendapatan": "4", "pembiayaan": "6"}[part]
    top = reader(odd)(f"{HOME}.json?{urlencode({'bagian': part, 'menurut': view})}").json()
    (row,) = mine(
        "select sum(nilai_sen) as sen from anggaran where nama_pemda = 'Provinsi Kalimantan Timur' and"
        " tahun_anggaran = 2025 and tahapan = 'PERUBAHAN' and kode_rekening like ? || '%'",
        digit,
    )
    assert top["jumlah"]["tahapan"]["PERUBAHAN"]["nilai_sen"] == row["sen"]


@pytest.fixture(scope="module")
def odd_sample(odd):
    return explorer(odd)


@pytest.fixture(scope="module")
def revised_only(release, tmp_path_factory):
    """The sample without the original and the shifted budget of 2025: what they were is only stated by the revision."""
    folder = tmp_path_factory.mktemp("perubahan") / "rilis"
    folder.mkdir()
    for name in ("opendata.db", "datapackage.json", "manifest.json"):
        shutil.copy(release / name, folder / name)
    with closing(sqlite3.connect(folder / "opendata.db")) as db:
        db.execute("delete from anggaran where tahun_anggaran = 2025 and tahapan <> 'PERUBAHAN'")
        db.execute(
            "update anggaran set nilai_sebelum_sen = null where tahun_anggaran = 2025 and kode_rekening like '5.3%'"
        )
        rebuild(db)
        db.commit()
    return folder


@pytest.mark.parametrize("view", ["urusan", "skpd", "akun"])
def test_what_a_revision_states_of_the_budget_before_it_leads_to_its_rows(release, revised_only, view):
    look, mine, page = explorer(revised_only)
    assert walk(look, mine, page, "Provinsi Kalimantan Timur", 2025, view, "belanja")[1] > 350
    get = reader(revised_only)
    found = get(f"{HOME}.json?menurut={view}").json()
    (row,) = asker(release)(
        "select sum(nilai_sen) as sen from anggaran where nama_pemda = 'Provinsi Kalimantan Timur' and tahapan = 'MURNI'"
        " and tahun_anggaran = 2025 and kode_rekening not like '5.3%'"
    )
    assert found["sebelum"] and found["jumlah"]["tahapan"]["PERUBAHAN"]["nilai_sebelum_sen"] == row["sen"]
    text = get(f"{HOME}?menurut={view}").text
    table = text.split('id="tabel"')[1].split("</table>")[0]
    assert "Sebelum perubahan menurut dokumen perubahan" in words_of(table) and "Selisih" not in words_of(table)
    cells = re.findall(r'<td class="n" data-t="Sebelum perubahan menurut dokumen perubahan">(.*?)</td>', table)
    stated = [
        amounts for amounts in (b["tahapan"]["PERUBAHAN"] for b in found["cabang"]) if amounts["jumlah_baris_sebelum"]
    ]
    assert len(cells) == len(found["cabang"]) + 1
    assert sum("nilai_sebelum_sen__notnull=1" in cell for cell in cells) == len(stated) + 1
    assert sum("tidak ada data" in cell for cell in cells) == len(found["cabang"]) - len(stated)
    link = html.unescape(re.search(r'href="([^"]+)"', cells[-1])[1])
    (group,) = get(link.replace("?", ".json?")).json()["baris"]
    assert group["jumlah_sen"] == row["sen"]


def words_of(text):
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_a_difference_leads_to_the_rows_of_both_stages_added_up(get):
    page = get(f"{HOME}?menurut=akun")
    found = get(f"{HOME}.json?menurut=akun").json()
    cells = re.findall(r'<td class="n" data-t="Selisih perubahan dan murni">(.*?)</td>', page.text)
    assert len(cells) == len(found["cabang"]) + 1
    for cell, item in zip(cells, [*found["cabang"], found["jumlah"]], strict=True):
        link = html.unescape(re.search(r'href="([^"]+)"', cell)[1])
        groups = {g["nilai"][0]: g["jumlah_sen"] for g in get(link.replace("?", ".json?")).json()["baris"]}
        digits = re.search(r'<data value="([^"]+)"', cell)[1]
        assert groups["PERUBAHAN"] - groups["MURNI"] == item["selisih_sen"] == round(float(digits) * 100)
        assert get(link).status_code == 200
    report = get(f"{HOME}?menurut=lra").text.split('id="tabel"')[1].split("</table>")[0]
    left = re.findall(r'<td class="n" data-t="Realisasi dikurangi anggaran">(.*?)</td>', report)
    assert left and all("/opendata/lra?" in cell or "tidak dapat dihitung" in cell for cell in left)


def test_stage_date_and_document_number_stand_beside_the_figures(get):
    """On the page, in its image, in the small page for embedding and on the card of other sites; also without a date."""
    page = words(get(f"{HOME}?menurut=akun"))
    for stage in ("APBD murni", "Pergeseran", "APBD perubahan", "Realisasi"):
        assert re.search(rf"{stage}: nomor dokumen tidak tercatat di sumber · diambil \d+ \w+ 20\d\d", page), stage
    facts = get(HOME).text.split('<dl class="facts stages">')[1].split("</dl>")[0]
    shown = re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", facts, re.S)
    assert len(shown) == 5
    assert all("nomor dokumen" in text and "diambil" in text for name, text in shown if "Selisih" not in name)
    number = "nomor dokumen tidak tercatat di sumber · diambil"
    for path in (f"{HOME}.svg", f"{HOME}?sematan=1", f"{HOME}.svg?menurut=lra", "/anggaran/kab-berau/2025?sematan=1"):
        picture = re.search(r"<svg[^>]*class=\"map.*?</svg>", get(path).text, re.S)[0]
        stage = "Anggaran menurut LRA" if "lra" in path or "berau" in path else "APBD perubahan"
        flat = words_of(picture)
        assert stage in flat and number in flat, path


def test_the_card_of_a_budget_has_stage_number_and_date(release):
    ds = site(release, site_metadata())
    asyncio.run(ds.invoke_startup())
    charts, drawn = ds.jinja_env.globals["charts"], []
    made = charts["png"]

    async def kept(svg, *more):
        drawn.append(words_of(svg))
        return await made(svg, *more)

    charts["png"] = kept
    for path, parts in (
        (HOME, ("APBD murni: nomor dokumen", "APBD perubahan: nomor dokumen", "diambil")),
        (f"{HOME}?menurut=lra", ("Realisasi", "periode sampai bulan ke-12", "nomor dokumen", "diambil")),
        ("/en/anggaran/kab-berau/2025", ("Realisation", "period up to month 12", "document number", "retrieved")),
        ("/anggaran/kab-paser/2019", ()),
    ):
        page = asyncio.run(ds.client.get(path)).text
        card = html.unescape(re.search(r'og:image" content="http://localhost([^"]+)"', page)[1])
        assert asyncio.run(ds.client.get(card)).content[:4] == b"\x89PNG"
        assert all(part in drawn[-1] for part in (*parts, "CONTOH", ds.jinja_env.globals["release"]["version"])), path
    assert len(drawn) == 4 and not re.search(r"Rp\d", drawn[-1])


def test_a_budget_without_a_retrieval_date_says_so_everywhere(release, tmp_path):
    for name in ("opendata.db", "datapackage.json", "manifest.json"):
        shutil.copy(release / name, tmp_path / name)
    with closing(sqlite3.connect(tmp_path / "opendata.db")) as db:
        db.execute("update anggaran_dokumen set diambil_pada = null")
        db.commit()
    bare = reader(tmp_path)
    for prefix, words_ in (("", "tanggal tidak tercatat di sumber"), ("/en", "date not recorded in the source")):
        for path in (HOME, f"{HOME}.svg", f"{HOME}?sematan=1", f"{HOME}?menurut=lra"):
            assert words_ in words_of(bare(prefix + path).text), path


def test_what_a_stage_lacks_is_not_zero_and_has_no_difference_or_share(odd):
    mine = reader(odd)
    revenue = mine(f"{HOME}.json?bagian=pendapatan&kode=4.1").json()["cabang"]
    new = next(b for b in revenue if b["kode"] == "4.1.02")
    assert list(new["tahapan"]) == ["PERUBAHAN"] and new["selisih_sen"] is None and new["selisih_persen"] is None
    assert "tidak tercatat" in words(mine(f"{HOME}?bagian=pendapatan&kode=4.1"))
    financing = mine(f"{HOME}.json?bagian=pembiayaan").json()["cabang"]
    out = next(b for b in financing if b["kode"] == "6.2")
    assert out["tahapan"]["PERUBAHAN"]["nilai_sen"] == -10_000_000 and out["selisih_persen"] is None
    page = words(mine(f"{HOME}?bagian=pembiayaan"))
    assert "−Rp100.000" in page and "1 bagian bernilai nol, negatif, atau tidak tercatat" in page
    sen = words(mine(f"{HOME}?bagian=pendapatan&kode=4.1"))
    assert "Rp2.500.000,50" in sen


def test_links_list_the_same_rows_on_the_table_page(get):
    view = get(f"{HOME}.json?kode=1.03").json()
    for branch in view["cabang"]:
        for amounts in branch["tahapan"].values():
            rows = get(f"/opendata/{amounts['baris'].replace('?', '.json?')}&_shape=array&_size=max").json()
            assert sum(row["nilai_sen"] for row in rows) == amounts["nilai_sen"]


def test_differences_and_shares_are_those_of_the_amounts_beside_them(get, ask):
    for branch in get(f"{HOME}.json?menurut=akun").json()["cabang"]:
        first, last = (branch["tahapan"][stage]["nilai_sen"] for stage in ("MURNI", "PERUBAHAN"))
        assert branch["selisih_sen"] == last - first
        assert float(branch["selisih_persen"]) == pytest.approx((last - first) / first * 100, abs=0.051)
    capital = next(b for b in get(f"{HOME}.json?menurut=akun").json()["cabang"] if b["kode"] == "5.2")["lra"]
    (row,) = ask(
        "select anggaran_sen, realisasi_sen from lra where nama_pemda = 'Provinsi Kalimantan Timur' and tahun = 2025"
        " and akun = 'Belanja Modal' limit 1"
    )
    assert (capital["anggaran_sen"], capital["realisasi_sen"]) == tuple(row.values())
    share = plugin("budget_page_view").share
    assert share(5, 0) is None and share(5, None) is None and share(5, -3) is None and share(-1, 3) == "-33.3"


def test_the_realisation_report_is_read_by_its_levels_and_never_summed_twice(get, ask):
    for part, head in (("belanja", "Belanja Daerah"), ("pendapatan", "Pendapatan Daerah")):
        view = get(f"/anggaran/kab-berau/2025.json?bagian={part}").json()
        (row,) = ask("select * from lra where nama_pemda = 'Kab. Berau' and tahun = 2025 and akun = ?", head)
        assert view["pilihan"]["menurut"] == "lra" and view["jumlah"]["realisasi_sen"] == row["realisasi_sen"]
        assert sum(line["anggaran_sen"] for line in view["cabang"]) == row["anggaran_sen"] and view["beda_sen"] == 0
        for line in view["cabang"]:
            assert behind(ask, line["baris"]) == (line["anggaran_sen"], 1)
            if line["punya_anak"]:
                inside = get(f"/anggaran/kab-berau/2025.json?bagian={part}&kode={line['urutan']}").json()
                assert sum(child["anggaran_sen"] for child in inside["cabang"]) == line["anggaran_sen"]


def test_a_missing_budget_names_the_document_and_drafts_the_request(get):
    for prefix, phrase in (("", "belum memuat anggaran Kab. Paser tahun 2019"), ("/en", "does not hold a budget of")):
        page = get(f"{prefix}/anggaran/kab-paser/2019")
        assert page.status_code == 200 and phrase in words(page)
        assert "Kab. Paser" in page.text and "tahun anggaran 2019" in page.text and "Nomor 14 Tahun 2008" in page.text
    assert "Peraturan daerah tentang perubahan APBD" in words(get("/anggaran/kab-paser/2025"))
    named = get("/en/anggaran/kab-paser/2019").text.split('id="dokumen"')[1].split("</dl>")[0]
    english = re.sub(r'<(\w+) lang="id">.*?</\1>', "", named)
    assert "Regional regulation on the revised budget" in english and "the financial management unit" in english
    assert "Peraturan" in named and "Peraturan" not in english and "perangkat daerah" not in english
    assert 'lang="' not in get("/anggaran/kab-paser/2019").text.split('id="dokumen"')[1].split("</dl>")[0]
    assert 'id="dokumen"' not in get(HOME).text


def test_choosing_leads_to_the_page_and_unknown_ones_are_refused(get):
    answer = get("/anggaran?pemda=Kab.+Paser&tahun=2025")
    assert (answer.status_code, answer.headers["location"]) == (302, "/anggaran/kab-paser/2025")
    assert get("/en/anggaran?pemda=Kab.+Paser&tahun=2025").headers["location"] == "/en/anggaran/kab-paser/2025"
    assert get("/anggaran").status_code == 200
    assert get("/anggaran/kab-tidak-ada/2025").status_code == 404
    for odd_query in (
        "bagian=x",
        "menurut=x",
        "kode=%01",
        "kode=9.9",
        "skpd='",
        "akun=5&kode=z",
        "tahapan=x",
        "kode=...",
    ):
        assert get(f"{HOME}?{odd_query}").status_code == 200, odd_query


def test_pictures_carry_stage_source_release_and_sample_mark(get):
    image = get(f"{HOME}.svg")
    assert image.headers["content-type"].startswith("image/svg+xml")
    version = get(f"{HOME}.json").json()["rilis"]
    for text in (image.text, get(HOME).text, get(f"{HOME}?sematan=1").text):
        picture = re.search(r"<svg[^>]*class=\"map.*?</svg>", text, re.S).group()
        flat = " ".join(re.sub(r"<[^>]+>", " ", picture).split())
        for part in (
            "APBD perubahan",
            "nomor dokumen tidak tercatat",
            version,
            "DATA CONTOH",
            "Provinsi Kalimantan Timur",
        ):
            assert part in flat, part
    assert "<script" not in image.text and "<style" not in image.text
    embed = get(f"/en{HOME}?sematan=1")
    assert "Revised budget" in embed.text and "<header" not in embed.text and len(embed.text) < 20_000


def test_pages_are_wholly_in_their_language(get):
    for query in (
        "",
        "?menurut=akun",
        "?menurut=lra",
        "?menurut=sirup",
        "?kode=1.01.01.1.02.0001",
        "?bagian=pembiayaan",
    ):
        assert not ENGLISH.search(words(get(f"{HOME}{query}"))), query
        english = words(get(f"/en{HOME}{query}"))
        assert "Choose a box" in english and "Pilih kotak" not in english


@given(st.lists(st.integers(1, 10**15), min_size=1, max_size=80), st.integers(50, 2000), st.integers(50, 2000))
def test_boxes_fill_the_picture_in_proportion(values, width, height):
    values = sorted(values, reverse=True)
    boxes = plugin_treemap.squarify(values, (0, 0, width, height))
    assert len(boxes) == len(values)
    for value, (x, y, w, h) in zip(values, boxes, strict=True):
        assert w * h == pytest.approx(value / sum(values) * width * height, rel=1e-6, abs=1e-6)
        assert x >= -1e-6 and y >= -1e-6 and x + w <= width + 1e-6 and y + h <= height + 1e-6


plugin_treemap = plugin("treemap")


def test_many_small_branches_share_one_cell_and_nothing_is_lost():
    items = [{"nama": f"B{n}", "nilai": n, "url": ""} for n in range(200)]
    cells = plugin_treemap.treemap(items, 1000, 440)
    assert len(cells) == plugin_treemap.MOST and sum(c["nilai"] for c in cells) == sum(range(200))
    assert cells[-1]["sisa"] == 199 - plugin_treemap.MOST + 1 and all(c["nilai"] > 0 for c in cells)


@pytest.fixture(scope="module")
def looks(get):
    style = "".join((PLUGINS / f"static/{name}.css").read_text(encoding="utf-8") for name in ("site", "budget"))
    paths = [HOME, f"/en{HOME}?menurut=akun", f"{HOME}?menurut=skpd", f"{HOME}?menurut=lra", "/anggaran/kab-paser/2019"]
    return {
        path: re.sub(r'<link rel="stylesheet"[^>]*>', "", get(path).text).replace(
            "</head>", f"<style>{style}</style></head>"
        )
        for path in [*paths, f"{HOME}?kode=1.01.01.1.02.0001", f"{HOME}?sematan=1"]
    }


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_fit_are_reachable_by_keyboard_and_have_no_fault(looks, browser: Browser, width, scheme):  # noqa: F811
    for path, text in looks.items():
        assert len(text) < 200_000
        options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        with browser.new_context(**options) as context:
            page = context.new_page()
            page.set_content(text)
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            faults = [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(page).response["violations"]]
            assert faults == [], path
    shown = ".map.sempit" if width == 390 else ".map.lebar"
    with browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=True) as context:
        page = context.new_page()
        page.set_content(looks[HOME])
        boxes = page.locator(f"{shown} a")
        assert boxes.count() == 5
        boxes.first.focus()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('svg') !== null")
        cut = page.evaluate(
            "s => [...document.querySelectorAll(s + ' a')].filter(a => [...a.querySelectorAll('text')].some("
            "t => t.getBBox().x + t.getBBox().width > a.querySelector('rect').getBBox().x +"
            " a.querySelector('rect').getBBox().width + 1)).length",
            shown,
        )
        assert cut == 0
