"""SPSE portals on loopback: everything comes once, nothing comes twice, and what is not a list never replaces one."""

import json
import re
from collections import Counter
from pathlib import Path

import httpx
import pytest
import yaml
from servers.base import KINDS
from servers.spse import Spse
from servers.spse_lists import invented

from etl import fetch as fetching
from etl.archive import read_log
from etl.errors import PlanWrong
from etl.sources import fetch_spse

AGENT = "Mozilla/5.0 (compatible; KaltimTerbuka-uji/1.0; +https://contoh.invalid/kontak)"
DAY = 86_400
COUNTS = {"lelang": 24, "nontender": 20, "pencatatan": 4, "swakelola": 4, "darurat": 3}
PAGES = {"lelang": 6, "nontender": 6, "pencatatan": 2, "swakelola": 2, "darurat": 2}


def year_of(counts=COUNTS, running=1, slug="kaltimprov", year=2025):
    """Lists of a portal's year, and of the year before it, which nobody asks for."""
    lists = {(slug, kind, str(year)): invented(kind, year, count, running) for kind, count in counts.items()}
    return lists | {(slug, kind, str(year - 1)): invented(kind, year - 1, 4) for kind in counts}


@pytest.fixture
def pull(tmp_path, monkeypatch):
    """Fetch from a server on a day; returns what became of the parts that were due."""
    monkeypatch.setattr("os.fsync", lambda file: None)  # what survives a power cut is tested elsewhere

    def run(server, day=0, accept=(), seconds=60, sleep=lambda seconds: None, **block):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1_764_300_000 + day * DAY))
        slugs = sorted({slug for slug, _, _ in server.lists})
        plan = {
            "pengenal": AGENT, "jeda_detik": 0, "batas_detik": seconds, "jaringan_lokal": True, "tahun": [2025],
            "badan": [{"nama": f"Badan {slug}", "slug": slug, "kd_lpse": 35} for slug in slugs],
            "sumber": {"spse": {"alamat": server.url} | block},
        }  # fmt: skip
        path = tmp_path / "fetch.yml"
        path.write_text(yaml.safe_dump(plan))
        answers = fetching.fetch(fetching.read_plan(path), tmp_path / "out", lambda text: None, sleep, accept)
        return {a.nama.removeprefix("spse/"): a.putusan for a in answers if a.putusan != "belum_waktunya"}

    return run


def listed(out):
    """Rows of all list pages that are pulls, by kind."""
    rows = {}
    for one in read_log(out):
        if "/daftar-" in one.nama:
            rows.setdefault(one.konteks["keluarga"], []).extend(json.loads(one.path(out).read_bytes())["data"])
    return rows


def detail_names(out):
    return [one.nama for one in read_log(out) if "/rinci/" in one.nama]


def test_a_whole_year_comes_once_and_its_second_pull_is_small(pull, tmp_path):
    with Spse(year_of()) as server:
        found = pull(server)
        assert set(found.values()) == {"selesai"} and len(found) == 15
        rows = listed(tmp_path / "out")
        assert rows == {kind: server.lists["kaltimprov", kind, "2025"] for kind in COUNTS}
        names = detail_names(tmp_path / "out")
        assert len(names) == len(set(names)) == sum(COUNTS[kind] * PAGES[kind] for kind in COUNTS)
        first = len(server.seen)
        assert server.connections == 1 and {seen.header("User-Agent") for seen in server.seen} == {AGENT}
        before = read_log(tmp_path / "out")
        assert set(pull(server).values()) == set() and len(server.seen) == first  # the same day: nothing is due
        assert set(pull(server, day=2).values()) == {"selesai"}
        assert len(server.seen) - first <= 0.05 * first
        assert read_log(tmp_path / "out") == before


def test_pulls_say_what_their_files_do_not(pull, tmp_path):
    with Spse(year_of({"lelang": 2}, running=0)) as server:
        pull(server)
        pulls = {
            one.nama.removeprefix("spse/kaltimprov/2025/lelang/"): one.konteks for one in read_log(tmp_path / "out")
        }
        listing = pulls.pop("daftar-0001.json")
        assert listing["pull"] == "penuh" and listing["url"] == f"{server.url}/kaltimprov/dt/lelang?tahun=2025"
        kode = server.lists["kaltimprov", "lelang", "2025"][0][0]
        detail = pulls[f"rinci/{kode}/pemenangberkontrak.html"]
        assert {key: detail[key] for key in ("sumber", "kd_lpse", "slug", "tahun_anggaran", "keluarga", "halaman")} == {
            "sumber": "spse", "kd_lpse": "35", "slug": "kaltimprov", "tahun_anggaran": "2025", "keluarga": "lelang",
            "halaman": "pemenangberkontrak",
        }  # fmt: skip
        assert detail["kd_tender"] == kode and detail["pull"] == "tambahan"
        assert detail["url"] == f"{server.url}/kaltimprov/evaluasi/{kode}/pemenangberkontrak"
        assert not any("AT=" in line or "authenticityToken" in line for line in journal(tmp_path).splitlines())


def journal(tmp_path):
    return (tmp_path / "out" / "arsip" / "permintaan.jsonl").read_text()


def test_only_the_package_whose_row_changed_is_asked_again(pull, tmp_path):
    with Spse(year_of({"lelang": 8, "pencatatan": 3})) as server:
        pull(server)
        row = server.lists["kaltimprov", "lelang", "2025"][3]
        row[10] = "Rp. 189.000.000,00"
        first = len(server.seen)
        pull(server, day=1)
        details = [seen.path for seen in server.seen[first:] if row[0] in seen.path]
        assert len(details) == 6 and Counter("/dt/" in seen.path for seen in server.seen[first:])[True] == 7
        assert len(server.seen) - first == 6 + 7 + 2  # robots.txt and one session besides


def test_running_packages_are_asked_when_new_when_they_end_and_weekly(pull, tmp_path):
    def asked(server, first):
        return Counter(re.findall("[0-9]{9,}", "".join(s.path + " " for s in server.seen[first:])))

    with Spse(year_of({"swakelola": 4}, running=2)) as server:
        rows = server.lists["kaltimprov", "swakelola", "2025"]
        pull(server)
        rows[2][7] = "Paket Sudah Selesai"
        rows.append([str(int(rows[3][0]) + 5), *rows[3][1:]])
        first = len(server.seen)
        assert "swakelola/rinci-berjalan" not in " ".join(pull(server, day=1))
        assert asked(server, first) == {rows[2][0]: 2, rows[4][0]: 2}
        first = len(server.seen)
        pull(server, day=7)
        assert asked(server, first) == {rows[3][0]: 2, rows[4][0]: 2}


@pytest.mark.parametrize("token", ["cookie", "page", "encoded"])
def test_paging_goes_on_until_a_page_is_empty(pull, tmp_path, token):
    lists = year_of({"lelang": 650, "nontender": 0, "pencatatan": 301, "swakelola": 300, "darurat": 1})
    with Spse(lists, token) as server:
        assert set(pull(server, rinci=[]).values()) == {"selesai"}
        asked = Counter(seen.path.split("/")[-1] for seen in server.seen if seen.method == "POST")
        assert asked == {
            "lelang?tahun=2025": 4, "pl?tahun=2025": 1, "nonspk?tahun=2025": 3, "swakelola?tahun=2025": 2,
            "darurat-list?tahun=2025": 2,
        }  # fmt: skip
    for kind, rows in listed(tmp_path / "out").items():
        assert rows == lists["kaltimprov", kind, "2025"]


def test_several_portals_share_a_host_but_not_a_session(pull, tmp_path):
    lists = year_of({"lelang": 3}) | year_of({"lelang": 2}, slug="samarindakota")
    with Spse(lists) as server:
        found = pull(server)
        assert set(found.values()) == {"selesai"} and len(detail_names(tmp_path / "out")) == 5 * 6
        assert len([seen for seen in server.seen if seen.path.endswith("/lelang")]) == 4


class Killed(BaseException):
    """The end of a process."""


@pytest.mark.parametrize("after", [1, 4, 9, 23, 40])
def test_a_killed_pull_goes_on_without_asking_twice(pull, tmp_path, after):
    left = iter(range(after))

    def sleep(seconds):
        if next(left, None) is None:
            raise Killed

    with Spse(year_of({"lelang": 5, "darurat": 4}), cap=2) as server:
        with pytest.raises(Killed):
            pull(server, sleep=sleep)
        assert set(pull(server).values()) == {"selesai"}
        asked = Counter((seen.path, re.sub("authenticityToken=.*", "", seen.body.decode())) for seen in server.seen)
        del asked["/robots.txt", ""], asked["/kaltimprov/lelang", ""]
        assert set(asked.values()) == {1} and len(asked) == 5 * 6 + 4 * 2 + 4 + 3 + 3
        assert {kind: len(rows) for kind, rows in listed(tmp_path / "out").items()} == {"lelang": 5, "darurat": 4}


@pytest.mark.parametrize("life", [1, 4])
def test_a_session_that_expires_is_opened_anew(pull, tmp_path, life):
    with Spse(year_of({"lelang": 3, "darurat": 2}), life=life) as server:
        assert set(pull(server).values()) == {"selesai"}
        assert len(detail_names(tmp_path / "out")) == 3 * 6 + 2 * 2
        assert len(server.sessions) <= 1


def test_a_package_without_a_page_is_no_incident(pull, tmp_path):
    with Spse(year_of({"lelang": 3}, running=0)) as server:
        kode = server.lists["kaltimprov", "lelang", "2025"][1][0]
        server.gone = {kode}
        assert set(pull(server).values()) == {"selesai"}
        assert len(detail_names(tmp_path / "out")) == 2 * 6
        assert len([seen for seen in server.seen if kode in seen.path]) == 1


def test_only_numbers_come_into_addresses(pull, tmp_path):
    lists = year_of({"darurat": 30}, running=0)
    lists["kaltimprov", "darurat", "2025"][4][0] = "../../admin?x="
    with Spse(lists) as server:
        server.rows = lambda slug, kind, year="": lists[slug, kind, "2025"]
        pull(server, daftar=["darurat"], rinci=["darurat"])
        assert not server.asked("/kaltimprov/darurat/../") and "admin" not in "".join(s.path for s in server.seen)


LISTS = {
    "429_seconds": "dibatasi", "429_date": "dibatasi", "503": "status", "503_date": "status", "500": "status",
    "403": "ditolak", "truncate": "terpotong", "wrong_length": "terpotong", "short_length": "bukan_jenisnya",
    "drip": "terlalu_lama", "reset": "sambungan", "loop": "pengalihan", "private": "host_asing",
    "private_10": "host_asing", "foreign": "host_asing", "challenge": "halaman_tantangan",
    "challenge200": "halaman_tantangan", "login": "halaman_masuk", "error200": "halaman_galat",
    "headers": "bentuk_berubah", "gone_year": "hilang",
}  # fmt: skip
DETAILS = LISTS | {"short_length": "terpotong", "gone_year": "bukan_jenisnya"}


ONE = {"daftar": ["swakelola"], "rinci": ["swakelola"]}


def test_a_list_that_misbehaves_leaves_the_good_one(pull, tmp_path):
    assert LISTS.keys() == KINDS.keys()
    with Spse(year_of({"swakelola": 6}, running=0)) as server:
        pull(server, **ONE)
        before = read_log(tmp_path / "out")
        found = {}
        for day, kind in enumerate(LISTS, 1):
            server.misbehave = {"/kaltimprov/dt/": kind}
            found[kind] = pull(server, day, seconds=1 if kind == "drip" else 60, **ONE)["kaltimprov/2025/swakelola"]
            assert read_log(tmp_path / "out") == before
        assert found == LISTS
        server.misbehave = {}
        assert set(pull(server, day=99, **ONE).values()) == {"selesai"} and read_log(tmp_path / "out") == before


def test_a_detail_that_misbehaves_costs_only_itself(pull, tmp_path):
    with Spse(year_of({"swakelola": len(DETAILS)}, running=0)) as server:
        start = "/kaltimprov/swakelola/pengumumanswakelolapelaksana/"
        kinds = {
            row[0]: kind for row, kind in zip(server.lists["kaltimprov", "swakelola", "2025"], DETAILS, strict=True)
        }
        server.misbehave = {start + kode: kind for kode, kind in kinds.items()}
        assert pull(server, seconds=2, **ONE)["kaltimprov/2025/swakelola/rinci"] == DETAILS["429_seconds"]
        report = json.loads((tmp_path / "out/arsip/laporan/putaran-00001.json").read_text())
        found = {kinds[line["nama"].split("/")[-2]]: line["putusan"] for line in report["insiden"]}
        assert found == DETAILS
        assert len(detail_names(tmp_path / "out")) == len(DETAILS)  # the announcements
        server.misbehave, first = {}, len(server.seen)
        assert set(pull(server, day=1, **ONE).values()) == {"selesai"}
        assert len(detail_names(tmp_path / "out")) == 2 * len(DETAILS)
        assert {seen.path for seen in server.seen[first:] if "umuman" in seen.path} == {start + kode for kode in kinds}


@pytest.mark.parametrize("kind", ["429_seconds:2", "429_date:1", "503:3", "truncate:1", "reset:2", "drip:1"])
def test_a_trouble_that_passes_is_none(pull, tmp_path, kind):
    with Spse(year_of({"darurat": 6}, running=0)) as server:
        server.misbehave = {"/kaltimprov/dt/": kind}
        server.drip = 0
        assert set(pull(server).values()) == {"selesai"}
        assert len(listed(tmp_path / "out")["darurat"]) == 6


def test_a_portal_that_refuses_every_session_is_left_alone(pull, tmp_path):
    with Spse(year_of({"lelang": 12}, running=0)) as server:
        server.misbehave = {"/kaltimprov/lelang/": "error200", "/kaltimprov/evaluasi/": "error200"}
        found = pull(server)
        assert found["kaltimprov/2025/lelang"] == "selesai" and found["kaltimprov/2025/lelang/rinci"] == "ditunda"
        assert len(server.seen) < 20 and detail_names(tmp_path / "out") == []


def test_a_list_that_lost_rows_waits_for_a_person(pull, tmp_path):
    with Spse(year_of({"pencatatan": 30})) as server:
        pull(server, rinci=[])
        rows = server.lists["kaltimprov", "pencatatan", "2025"]
        del rows[10:]
        assert pull(server, day=1, rinci=[])["kaltimprov/2025/pencatatan"] == "menyusut"
        assert len(listed(tmp_path / "out")["pencatatan"]) == 30
        accepted = pull(server, day=1, rinci=[], accept=("spse/kaltimprov/2025/pencatatan",))
        assert accepted == {"kaltimprov/2025/pencatatan": "selesai"}


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda server: server.lists.update({("kaltimprov", "swakelola", "2025"): []}), "selesai"),
        (lambda server: setattr(server, "rows", lambda slug, kind, year="": invented(kind, 2023, 5)), "bentuk_berubah"),
        (lambda server: setattr(server, "cap", 0), "selesai"),
    ],
)
def test_a_first_pull_that_is_empty_or_of_another_year(pull, tmp_path, spoil, why):
    with Spse(year_of({"swakelola": 5})) as server:
        spoil(server)
        assert pull(server, daftar=["swakelola"], rinci=[]) == {"kaltimprov/2025/swakelola": why}
        assert read_log(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("block", "word"), [({"rinci": ["kontrak"]}, "kontrak"), ({"alamat": None}, "alamat"), ({"slug": "x"}, "slug")]
)
def test_a_plan_that_cannot_be_meant_is_refused_by_name(pull, block, word):
    with Spse(year_of({"lelang": 1})) as server, pytest.raises(PlanWrong, match=word):
        pull(server, **block)


def test_the_shipped_plan_pulls_all_portals_of_the_province():
    plan = fetching.read_plan(Path(__file__).parents[1] / "fetch.yml")
    names = [part.nama for part in fetch_spse.parts(dict(plan.sources)["spse"], plan)]
    assert len({nama.split("/")[1] for nama in names}) == len(plan.bodies) == 11
    assert len(names) == len(set(names)) == 11 * len(plan.years) * 5 * 3
    assert plan.pause >= 1.5 and plan.agent.startswith("Mozilla/5.0 (compatible; ")
    every = [part.nama for part in fetching.all_parts(plan)]
    assert len(every) == len(set(every)) and {nama.split("/")[0] for nama in every} >= {
        "spse",
        "sirup",
        "inaproc",
        "djpk",
    }


def test_the_portal_refuses_what_the_real_one_refuses():
    agent = {"User-Agent": AGENT}
    with Spse(year_of({"pencatatan": 2})) as server, httpx.Client(trust_env=False, headers=agent) as http:
        base = f"{server.url}/kaltimprov"
        http.get(f"{base}/lelang")
        token = re.search("___AT=([0-9a-f]+)", http.cookies["SPSE_SESSION"])[1]
        whole = {"draw": "1", "start": "0", "length": "9", "authenticityToken": token}
        script = {"X-Requested-With": "XMLHttpRequest", "Referer": f"{base}/lelang"}

        def asked(data=whole, method="POST", **headers):
            return http.request(method, f"{base}/dt/nonspk?tahun=2025", data=data, headers=script | headers)

        page = asked({**whole, "authenticityToken": "x"})
        assert page.status_code == 403 and "Terjadi Kesalahan" in page.text
        refused = [asked({"draw": "1"}), asked(method="GET"), asked(Referer=base), asked(**{"X-Requested-With": "x"})]
        assert {answer.status_code for answer in refused} == {403}
        good = asked().json()
        assert good["draw"] == "1" and good["recordsTotal"] == 2147483647 and len(good["data"]) == 2
        detail = f"{base}/pencatatan/pengumumannonspk?id={good['data'][0][0]}"
        assert http.get(detail, headers={"Referer": f"{base}/lelang"}).status_code == 200
        assert http.get(detail).status_code == 403
        assert http.get(detail, headers={"Referer": f"{base}/lelang", "User-Agent": "Kaltim/1"}).status_code == 403
        assert http.get(f"{base}/lelang", headers={"X-Requested-With": "XMLHttpRequest"}).status_code == 403
