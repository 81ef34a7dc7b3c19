"""Pages of one package and one supplier on the sample: what they show equals the rows of the tables, in both languages."""

import asyncio
import json
import re
import shutil
import sqlite3
from contextlib import closing
from urllib.parse import quote

import pytest
from conftest import LOOKS
from playwright.sync_api import Browser
from sample_site import asker, assert_fit_and_accessible, client
from test_pages import browser  # noqa: F401
from test_plugins import ENGLISH, PLUGINS, site, words
from test_questions import site_metadata

CHANNELS = ("tender", "non_tender", "pencatatan_non_tender", "pencatatan_swakelola", "darurat", "epurchasing")
WON = {"pemenang", "penerima_sppbj", "penyedia_kontrak", "anggota_kso", "penyedia_realisasi", "penyedia_pesanan"}
STATES = ("anggaran", "rup", "pemenang", "kontrak", "spmk", "serah_terima", "aset")
HOSTILE = (
    "%00", "'%20or%201=1--", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "..%2F..%2Fetc%2Fpasswd", "%FF%FE", "9" * 5000,
    "10001%7C1", "{{7*7}}", "%25", "~2E", "x.json.json",
)  # fmt: skip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def get(contoh):
    # Imported before datasette.plugins, as test_plugins does, Datasette's own handler registers without its hook.
    return client(contoh / "out/current")


@pytest.fixture(scope="module")
def ask(contoh):
    return asker(contoh / "out/current")


@pytest.fixture(scope="module")
def packages(ask):
    """Every kind of trail once: each channel, each combination of states, and every package with a sign or amendment."""
    kinds = ask(
        "select jalur, min(kunci) as kunci from jejak group by jalur, anggaran, rup, kontrak, serah_terima, aset"
    )
    signs = ask(
        "select tabel as jalur, min(kunci) as kunci from tanda where tabel in ('tender','non_tender') group by tanda"
    )
    deeds = ask(
        "select 'tender' as jalur, kd_tender as kunci from kontrak_terkini where jumlah_adendum > 0 and kd_tender <> ''"
    )
    joint = ask("select proses_tabel as jalur, proses_kunci as kunci from partisipasi where peran = 'anggota_kso'")
    found = {(row["jalur"], row["kunci"]) for row in [*kinds, *signs, *deeds[:5], *joint[:3]]}
    assert {channel for channel, _ in found} == set(CHANNELS) and len(found) > 40
    return sorted(found)


def rows_of(page, step, table):
    data = next(item for item in page["langkah"] if item["langkah"] == step)["data"]
    return [row for group in data if group["tabel"] == table for row in group["baris"]]


def digits(text):
    return set(re.findall(r'<data value="(-?[0-9.]+)"', text))


def rupiah(sen):
    whole, rest = divmod(abs(sen), 100)
    return ("-" if sen < 0 else "") + str(whole) + (f".{rest:02d}" if rest else "")


def test_states_are_those_of_the_trail_and_each_step_that_is_missing_says_why(get, ask, packages):
    for channel, key in packages:
        page = get(f"/paket/{channel}/{key}.json").json()
        (trail,) = ask("select * from jejak where jalur = ? and kunci = ?", channel, key)
        steps = {step["langkah"]: step for step in page["langkah"]}
        assert {name: steps[name]["keadaan"] for name in STATES} == {name: trail[name] for name in STATES}
        for step in steps.values():
            if step["keadaan"] != "ada":
                assert step["sebab"] or step["catatan"], (channel, key, step["langkah"])
                assert not step["data"] or step["langkah"] in ("pemenang", "serah_terima"), (channel, key)
            paid = rows_of(page, "serah_terima", "serah_terima")
            assert any(row["no_bast"] for row in paid) == (steps["serah_terima"]["keadaan"] == "ada") or not paid


def test_rows_are_those_of_the_tables(get, ask, packages):
    keys = {"tender": "kd_tender", "non_tender": "kd_nontender"}
    own = {
        "peserta_tender": "peserta", "tender_nilai": "pemenang", "non_tender_nilai": "pemenang", "sppbj": "pemenang",
        "kontrak": "kontrak", "spmk": "spmk", "serah_terima": "serah_terima",
    }  # fmt: skip
    compared = 0
    for channel, key in packages:
        page = get(f"/paket/{channel}/{key}.json").json()
        for table, step in own.items() if channel in keys else ():
            columns = {row["name"] for row in ask(f"pragma table_xinfo({table})")}
            if keys[channel] not in columns:
                continue
            wanted = ask(f"select * from {table} where {keys[channel]} = ?", key)
            shown = rows_of(page, step, table)
            assert len(shown) == len(wanted), (channel, key, table)
            assert all(row in wanted for row in shown) and all(row in shown for row in wanted)
            compared += len(wanted)
    assert compared > 200


def test_budget_lines_sum_to_the_lines_of_the_budget_by_stage(get, ask, packages):
    compared = 0
    for channel, key in packages:
        page = get(f"/paket/{channel}/{key}.json").json()
        for row in rows_of(page, "anggaran", "anggaran"):
            wanted = ask(
                """select sum(nilai_sen) as sen, count(*) as banyak from anggaran where tahun_anggaran = ? and tahapan = ?
                and nama_pemda = ? and kode_skpd = ? and kode_sub_kegiatan = ? and kode_rekening = ? and asal_berkas = ?""",
                *(row[n] for n in ("tahun_anggaran", "tahapan", "nama_pemda", "kode_skpd", "kode_sub_kegiatan")),
                *(row[n] for n in ("kode_rekening", "asal_berkas")),
            )
            assert (row["nilai_sen"], row["jumlah_baris"]) == (wanted[0]["sen"], wanted[0]["banyak"])
            compared += 1
    assert compared > 30


def test_page_shows_every_amount_of_its_trail_to_the_digit(get, packages):
    for channel, key in packages:
        page, data = get(f"/paket/{channel}/{key}"), get(f"/paket/{channel}/{key}.json").json()
        assert page.status_code == 200
        shown = digits(page.text)
        rows = [*rows_of(data, "kontrak", "kontrak"), *rows_of(data, "pemenang", "tender_nilai")]
        wanted = [row["nilai_kontrak_sen"] for row in rows]
        wanted += [row["nilai_penawaran_sen"] for row in rows_of(data, "peserta", "peserta_tender")]
        wanted += [row["besar_pembayaran_sen"] for row in rows_of(data, "serah_terima", "serah_terima")]
        wanted += [row["nilai_sen"] for row in [*rows_of(data, "anggaran", "anggaran"), data["paket"]]]
        assert {rupiah(sen) for sen in wanted if sen is not None} <= shown, (channel, key)


def test_registrants_stand_apart_from_bidders(get, ask):
    keys = ask("""select kd_tender from peserta_tender group by 1
        having sum(nilai_penawaran_sen is null and nilai_terkoreksi_sen is null) > 0 and count(nilai_penawaran_sen) > 1 limit 5""")
    assert keys
    for key in (row["kd_tender"] for row in keys):
        (roles,) = ask(
            """select sum(peran = 'penawar') as penawar, sum(peran = 'peserta_terdaftar') as daftar
            from partisipasi where proses_tabel = 'tender' and proses_kunci = ?""",
            key,
        )
        seen = words(get(f"/paket/tender/{key}"))
        assert f"{roles['penawar']} penawar dengan harga" in seen
        assert f"{roles['daftar']} hanya mendaftar, tanpa harga" in seen


def test_page_with_signs_shows_their_method_and_is_not_listed(get, ask, packages):
    for channel, key in packages:
        page = get(f"/paket/{channel}/{key}")
        wanted = ask(
            """select m.nama, m.rumus, t.angka from tanda t join tanda_metode m using (tanda)
            where t.tabel = ? and t.kunci = ? and (m.dasar_hukum is null or m.dasar_terverifikasi = 1)""",
            channel,
            key,
        )
        assert page.text.count('<article class="sign">') == len(wanted)
        assert ('content="noindex"' in page.text) == bool(wanted) == (page.headers.get("x-robots-tag") == "noindex")
        seen = words(page)
        for sign in wanted:
            assert sign["nama"] in seen and " ".join(sign["rumus"].split()) in seen
        if wanted:
            assert "bukan bukti pelanggaran" in seen


def test_signs_are_english_on_english_pages(get, ask, packages):
    signs = ask("select tabel, kunci, tanda from tanda where tabel = 'tender' group by tanda")
    for sign in signs:
        (method,) = ask("select * from tanda_metode where tanda = ?", sign["tanda"])
        seen = words(get(f"/en/paket/{sign['tabel']}/{sign['kunci']}"))
        for name in ("nama", "pertanyaan", "rumus", "pengecualian"):
            assert " ".join((method[f"{name}_en"] or "").split()) in seen
        assert " ".join(method["rumus"].split()) not in seen
        shown = get(f"/paket/{sign['tabel']}/{sign['kunci']}.json").json()["tanda"]
        assert all("kueri" not in one and one["rumus_en"] for one in shown)
    assert len(signs) > 5


def test_sources_name_file_hash_and_place_of_every_row(get, ask, packages):
    for channel, key in packages[::4]:
        page, data = get(f"/paket/{channel}/{key}"), get(f"/paket/{channel}/{key}.json").json()
        rows = [(g["tabel"], r) for s in data["langkah"] for g in s["data"] for r in g["baris"] if r.get("asal_berkas")]
        assert {(t, r["asal_berkas"], r["asal_lokasi"]) for t, r in rows} == {
            (s["tabel"], s["sha256"], place) for s in data["sumber"] for place in s["tempat"]
        }
        for source in data["sumber"]:
            assert source["sha256"] in page.text and source["nama"] in words(page)
            assert ask("select 1 from berkas_sumber where sha256 = ? and nama = ?", source["sha256"], source["nama"])


def test_nothing_but_public_columns(get, contoh, packages, ask):
    package = json.loads((contoh / "out/current/datapackage.json").read_text(encoding="utf-8"))
    public = {r["name"]: {f["name"] for f in r["schema"]["fields"]} for r in package["resources"]}
    matched = {"metode", "skor", "nomor_tertulis"}
    for channel, key in packages:
        for step in get(f"/paket/{channel}/{key}.json").json()["langkah"]:
            for group in step["data"]:
                own = public[group["tabel"]] | (matched if group["tabel"].startswith("kib_") else {"jumlah_baris"})
                assert all(set(row) <= own for row in group["baris"])
    suppliers = get(f"/penyedia/{busiest(ask)}.json").json()
    assert set(suppliers["penyedia"]) <= public["penyedia"]
    assert all(set(row) <= public["penyedia_alias"] for row in suppliers["ejaan"])


def busiest(ask):
    sql = "select id_penyedia from partisipasi where id_penyedia <> '' group by 1 order by count(*) desc limit 1"
    return ask(sql)[0]["id_penyedia"]


def everything(get, identity, list_name, page_name):
    found, at = [], 1
    while rows := get(f"/penyedia/{identity}.json?{page_name}={at}").json()[list_name]:
        found, at = found + rows, at + 1
    return found


def test_supplier_has_every_package_once_with_the_value_of_each_role(get, ask):
    chosen = ask("select id_penyedia from penyedia order by jumlah_baris desc limit 3")
    chosen += ask("select distinct id_penyedia from partisipasi where peran = 'anggota_kso' limit 2")
    for identity in (row["id_penyedia"] for row in chosen):
        shown = everything(get, identity, "paket", "hal")
        mine = [r for r in ask("select * from partisipasi where id_penyedia = ?", identity) if r["peran"] in WON]
        roles = [(p["proses_tabel"], p["proses_kunci"], r["peran"], r["nilai_sen"]) for p in shown for r in p["peran"]]
        wanted = [(r["proses_tabel"], r["proses_kunci"], r["peran"], r["nilai_sen"]) for r in mine]
        assert sorted(roles, key=str) == sorted(wanted, key=str)
        assert {(p["proses_tabel"], p["proses_kunci"]) for p in shown} == {
            (r["proses_tabel"], r["proses_kunci"]) for r in mine
        }
        assert len(shown) == len({(p["proses_tabel"], p["proses_kunci"]) for p in shown})
        summary = get(f"/penyedia/{identity}.json").json()["ringkasan"]
        for role, column in (("pemenang", "nilai_menang_sen"), ("penyedia_kontrak", "nilai_kontrak_sen")):
            assert sum(r[column] for r in summary) == sum(r["nilai_sen"] or 0 for r in mine if r["peran"] == role)


def test_bids_lost_are_priced_bids_without_an_award(get, ask):
    chosen = ask(
        "select id_penyedia from partisipasi where peran = 'penawar' group by 1 order by count(*) desc limit 4"
    )
    for identity in (row["id_penyedia"] for row in chosen):
        mine = ask("select * from partisipasi where id_penyedia = ?", identity)
        got = {(r["proses_tabel"], r["proses_kunci"]) for r in mine if r["peran"] in WON}
        bids = {(r["proses_tabel"], r["proses_kunci"]): r["nilai_sen"] for r in mine if r["peran"] == "penawar"}
        shown = everything(get, identity, "penawaran_lain", "hal_tawar")
        assert {(r["proses_tabel"], r["proses_kunci"]): r["nilai_sen"] for r in shown} == {
            process: price for process, price in bids.items() if process not in got
        }
        seen = digits(get(f"/penyedia/{identity}").text)
        assert {rupiah(r["nilai_sen"]) for r in shown[:50]} <= seen


def test_supplier_page_has_no_sign_and_persons_stay_pseudonyms(get, ask):
    names = [row["nama"] for row in ask("select nama from tanda_metode")]
    people = ask("select id_penyedia, nama from penyedia where perorangan = 1 limit 3")
    assert people
    for row in [*people, {"id_penyedia": busiest(ask), "nama": ""}]:
        page = get(f"/penyedia/{row['id_penyedia']}")
        assert page.status_code == 200 and row["nama"] in words(page)
        assert not [name for name in names if name in words(page)]
        assert "sign" not in re.findall(r'class="(\w+)"', page.text)
        assert ('content="noindex"' in page.text) == bool(row["nama"])


def test_both_languages_without_the_words_of_the_other(get, ask, packages):
    paths = [f"/paket/{channel}/{key}" for channel, key in packages[::5]] + [f"/penyedia/{busiest(ask)}"]
    for path in paths:
        page, english = get(path), get(f"/en{path}")
        assert (page.status_code, english.status_code) == (200, 200)
        assert '<html lang="id">' in page.text and '<html lang="en">' in english.text
        assert not ENGLISH.search(words(page))
        assert "tidak tercatat di sumber" not in words(english).replace("(tidak tercatat di sumber)", "")
        assert f'href="/en{path}"' in page.text and f'href="{path}"' in english.text


@pytest.mark.parametrize("start", ["/paket/", "/paket/tender/", "/paket/tanda/", "/penyedia/"])
def test_unknown_and_hostile_ids_are_not_found_in_both_languages(get, start):
    for odd in ("tidak-ada", "0" * 14, *HOSTILE):
        for prefix, title in (("", "Halaman tidak ditemukan"), ("/en", "Page not found")):
            page = get(f"{prefix}{start}{odd}", follow_redirects=True)  # Datasette tries "~" for "%" once
            broken = odd.startswith(("%00", "%FF"))  # no text at all: the gate says so
            assert page.status_code == (400 if broken else 404), (start, odd)
            assert "<script>alert" not in page.text
            assert title in words(page) or odd.endswith(".json") or broken
    assert get(f"{start}tidak-ada.json").status_code == 404


def test_short_address_leads_to_the_package_in_the_readers_language(get, packages):
    channel, key = packages[0]
    for prefix in ("", "/en"):
        answer = get(f"{prefix}/paket/{quote(key)}")
        assert (answer.status_code, answer.headers["location"]) == (302, f"{prefix}/paket/{channel}/{key}")


def test_short_address_of_two_channels_offers_both(contoh, tmp_path):
    folder = shutil.copytree((contoh / "out/current").resolve(), tmp_path / "rilis")
    with closing(sqlite3.connect(folder / "opendata.db")) as db:
        (key,) = db.execute("select min(kunci) from paket where jalur = 'tender'").fetchone()
        db.execute(
            "update paket set kunci = ? where rowid = (select min(rowid) from paket where jalur = 'darurat')", (key,)
        )
        db.commit()
    ds = site(folder, site_metadata())
    for prefix, title in (("", "dipakai lebih dari satu jalur"), ("/en", "used in more than one channel")):
        page = asyncio.run(ds.client.get(f"{prefix}/paket/{key}"))
        assert page.status_code == 200 and title in words(page) and key in words(page)
        assert (
            f'href="{prefix}/paket/tender/{key}"' in page.text and f'href="{prefix}/paket/darurat/{key}"' in page.text
        )


def test_odd_page_numbers_are_the_first_page(get, ask):
    path = f"/penyedia/{busiest(ask)}.json"
    first = get(path).json()
    for odd in ("0", "-1", "x", "1e9", "999999999999", "%01"):
        assert get(f"{path}?hal={odd}&hal_tawar={odd}").json() == first


def test_tables_rows_and_search_lead_to_the_pages(get, ask, packages):
    channel, key = packages[-1]
    assert f'href="/paket/{channel}/{key}"' in get(f"/opendata/jejak?kunci={key}").text
    assert f'href="/en/paket/{channel}/{key}"' in get(f"/en/opendata/paket/{channel},{key}").text
    row = ask("select nama, id_penyedia from penyedia where bentuk = 'PT' limit 1")[0]
    assert f'href="/penyedia/{row["id_penyedia"]}"' in get(f"/opendata/penyedia?id_penyedia={row['id_penyedia']}").text
    assert 'href="/penyedia/' in get(f"/cari?q={quote(row['nama'])}").text


@pytest.fixture(scope="module")
def looks(get, ask):
    """Path -> page with its style inside: most signs, broken, complete, in English, and a supplier."""
    signs = ask("select tabel, kunci from tanda where tabel = 'tender' group by kunci order by count(*) desc limit 1")[
        0
    ]
    bare = ask("select jalur, kunci from jejak where rup = 'tidak tercatat' and jalur = 'tender' limit 1")[0]
    full = ask(
        "select jalur, kunci from jejak where aset = 'ada' and anggaran = 'ada' and serah_terima = 'ada' limit 1"
    )
    paths = [f"/paket/{a}/{b}" for a, b in (signs.values(), bare.values(), full[0].values())]
    style = (PLUGINS / "static/site.css").read_text(encoding="utf-8")
    chosen = [*paths, f"/en{paths[0]}", f"/penyedia/{busiest(ask)}"]
    return {path: get(path).text.replace("</head>", f"<style>{style}</style></head>") for path in chosen}


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_fit_and_have_no_accessibility_fault(looks, browser: Browser, width, scheme):  # noqa: F811
    assert_fit_and_accessible(browser, looks, width, scheme)
