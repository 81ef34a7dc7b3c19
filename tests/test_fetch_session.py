"""The core of fetching against a real server: lists that are whole or nothing, resuming, verdicts, manners, secrets."""

import json
import os
from datetime import UTC, datetime

import pytest
from conftest import paket
from servers.base import Reply, Server, html_reply, json_reply

from etl.archive import read_log
from etl.build import build
from etl.errors import BadAnswer
from etl.fetch import all_parts, do_part, write_report
from etl.fetch_ask import Ask
from etl.fetch_client import Client
from etl.fetch_journal import Journal, read_lines
from etl.fetch_plan import Plan, host_of
from etl.fetch_session import Part, Session

AGENT = "Mozilla/5.0 (compatible; KaltimTerbuka/1.0; +https://contoh.invalid/kontak)"


class Scripted(Server):
    """Answers by path: a reply, or a list of them in turn, the last one again and again."""

    def __init__(self):
        super().__init__()
        self.pages = {}

    def answer(self, seen):
        found = self.pages.get(seen.path, Reply(404))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found


@pytest.fixture
def server():
    with Scripted() as running:
        yield running


class Runs:
    """Runs of one plan over one archive, each with its own client as a process has."""

    def __init__(self, server, out):
        self.server, self.out, self.waited = server, out, []
        self.settings = {"pause": 0.5, "limit": 1 << 20, "local": True}

    def __call__(self, part, *, ends=True, accept=(), mark="a", **settings):
        plan = Plan(
            AGENT, hosts=frozenset({host_of(self.server.url)}), targets=(), mark=mark, **self.settings | settings
        )
        journal = Journal(self.out)
        journal.begin(mark)
        session = None
        client = Client(plan, self.waited.append, lambda ask, **facts: journal.note(nama=ask.nama, **facts))
        session = Session(plan, self.out, client, journal, frozenset(accept))
        answer = do_part(session, part if isinstance(part, Part) else Part("uji", part, tiap_hari=0))
        client.close()
        if ends:
            write_report(journal, [answer], session.incidents, journal.end())
        return answer.putusan, answer.alasan


@pytest.fixture
def run(server, tmp_path):
    return Runs(server, tmp_path / "out")


def rows(*keys, **cells):
    return json_reply([paket(str(key), **cells) for key in keys])


def pages(server, *names, mark="", rows=None, **more):
    """A part that asks for pages of one list."""

    def part(session):
        with session.whole("daftar") as batch:
            for name in names:
                konteks = {"kd_klpd": "D1", "tahun": "2025"}
                batch.ask(Ask(f"daftar/{name}.json", f"{server.url}/{name}", kind="json", konteks=konteks, **more))
            if rows is not None:
                batch.count(rows)

    return part


def loose(server, marks, **more):
    """A part that asks for independent pages; returns which came."""
    got = {}

    def part(session):
        with session.loose("rinci") as batch:
            for name, mark in marks.items():
                got[name] = batch.ask(
                    Ask(f"rinci/{name}", f"{server.url}/{name}", mark=mark, **{"kind": "json"} | more)
                )

    return part, got


def pulls(run):
    return [(p.seq, p.nama, p.konteks.get("pull"), p.konteks.get("tarikan", "")[:4]) for p in read_log(run.out)]


def published(run, packages, query):
    build(None, run.out, lambda text: None, (), packages)
    return [kd for (kd,) in query("select kd from paket_uji order by cast(kd as int)", out=run.out)]


def test_pages_of_a_list_are_published_as_one_pull(server, run, packages, query):
    server.pages = {"/1": rows(1, 2, 3), "/2": rows(4, 5), "/3": rows(6)}
    assert run(pages(server, 1, 2, 3)) == ("selesai", "")
    assert len({tarikan for *_, tarikan in pulls(run)}) == 1 and {pull for _, _, pull, _ in pulls(run)} == {"penuh"}
    assert published(run, packages, query) == ["1", "2", "3", "4", "5", "6"]
    server.pages |= {"/2": rows(4, 7)}
    assert run(pages(server, 1, 2, 3)) == ("selesai", "")
    assert [seq for seq, *_ in pulls(run)] == [1, 2, 3, 4, 5, 6], "a changed page makes the whole list new"
    assert published(run, packages, query) == ["1", "2", "3", "4", "6", "7"]
    assert run(pages(server, 1, 2)) == ("selesai", "")
    assert published(run, packages, query) == ["1", "2", "3", "4", "7"], "a page that is gone takes its rows along"


def test_lists_that_do_not_name_their_body_are_kept_apart_by_their_scope(server, run, packages, query):
    server.pages = {"/a": rows(1, 2), "/b": rows(3, 4)}

    def part(session):
        for name in "ab":
            with session.whole(f"daftar-{name}") as batch:
                konteks = {"lingkup": f"daftar-{name}"}
                batch.ask(Ask(f"{name}.json", f"{server.url}/{name}", kind="json", konteks=konteks))

    run(part)
    assert published(run, packages, query) == ["1", "2", "3", "4"]


def test_a_list_with_one_bad_page_is_no_pull_at_all(server, run):
    server.pages = {"/1": rows(1), "/2": html_reply("<!DOCTYPE html><html><h1>Terjadi Kesalahan</h1></html>")}
    putusan, alasan = run(pages(server, 1, 2))
    assert (putusan, pulls(run)) == ("halaman_galat", []) and alasan.startswith("daftar: ")
    report = json.loads((run.out / "arsip/laporan/putaran-00001.json").read_text())
    (incident,) = report["insiden"]
    assert (incident["nama"], incident["putusan"]) == ("daftar/2.json", "halaman_galat")
    kept = run.out / "arsip" / incident["sha256"][:2] / incident["sha256"]
    assert b"Terjadi Kesalahan" in kept.read_bytes(), "the bad answer is evidence"
    assert report["permintaan"] == len(server.seen)


def test_killed_run_is_taken_up_without_asking_again(server, run, monkeypatch):
    server.pages = {f"/{n}": rows(n) for n in range(1, 6)}

    class Killed(BaseException):
        """As a kill: nothing is caught, nothing is closed."""

    def dies(session):
        with session.whole("daftar") as batch:
            for name in (1, 2, 3):
                batch.ask(
                    Ask(
                        f"daftar/{name}.json",
                        f"{server.url}/{name}",
                        kind="json",
                        konteks={"kd_klpd": "D1", "tahun": "2025"},
                    )
                )
            raise Killed

    with pytest.raises(Killed):
        run(dies)
    assert pulls(run) == [] and len(server.asked("/")) == 4
    assert run(pages(server, 1, 2, 3, 4, 5)) == ("selesai", "")
    assert [seen.path for seen in server.seen] == ["/robots.txt", "/1", "/2", "/3", "/robots.txt", "/4", "/5"]
    assert len(pulls(run)) == 5
    with pytest.raises(Killed):
        run(dies)
    seen = len(server.seen)
    run(pages(server, 1, 2, 3), mark="another plan")
    assert len(server.seen) == seen + 4, "another plan is another run: it asks anew"


def test_completed_part_of_a_killed_run_is_not_done_again(server, run):
    server.pages = {"/1": rows(1)}
    run(pages(server, 1), ends=False)
    assert run(pages(server, 1)) == ("belum_waktunya", "")


def test_part_waits_for_its_day(server, run, monkeypatch):
    server.pages = {"/1": rows(1)}
    part = Part("uji", pages(server, 1), tiap_hari=7)
    day = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    for days, expected in ((0, "selesai"), (1, "belum_waktunya"), (6.9, "belum_waktunya"), (7, "selesai")):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(day + days * 86_400)))
        assert run(part)[0] == expected, days


def test_list_that_shrank_or_vanished_waits_for_a_person(server, run):
    server.pages = {"/1": rows(*range(20))}
    run(pages(server, 1, rows=20))
    server.pages = {"/1": rows(*range(17))}
    assert run(pages(server, 1, rows=17))[0] == "selesai"
    server.pages = {"/1": rows(*range(12))}
    before = pulls(run)
    putusan, alasan = run(pages(server, 1, rows=12))
    assert putusan == "menyusut" and "12 baris, sebelumnya 17" in alasan and "--terima daftar" in alasan
    assert run(pages(server, 1, rows=0))[0] == "hilang" and pulls(run) == before
    assert run(pages(server, 1, rows=12), accept=("daftar",))[0] == "selesai"
    assert read_log(run.out)[-1].terima and len(pulls(run)) == len(before) + 1
    assert run(pages(server, 1, rows=12))[0] == "selesai"


def test_independent_pages_are_kept_when_one_fails(server, run):
    server.pages = {"/a": rows(1), "/b": json_reply({}, 500), "/c": rows(3)}
    part, got = loose(server, {"a": "", "b": "", "c": ""})
    putusan, alasan = run(part)
    assert putusan == "status" and "rinci/b" in alasan and got["b"] is None
    assert [nama for _, nama, *_ in pulls(run)] == ["rinci/a", "rinci/c"]


def test_unchanged_details_are_not_asked_again(server, run):
    server.pages = {"/a": rows(1), "/b": rows(2), "/c": html_reply("<html>Halaman yang dituju tidak ditemukan</html>")}
    part, _ = loose(server, {"a": "x", "b": "x", "c": "x"})
    assert run(part) == ("selesai", ""), "a page that the source does not have is no incident"
    seen = len(server.seen)
    part, got = loose(server, {"a": "x", "b": "x", "c": "x"})
    run(part)
    assert len(server.seen) == seen and got["a"].known and got["c"] is None
    server.pages["/b"] = rows(2, nama="lain")
    part, _ = loose(server, {"a": "x", "b": "y", "c": "x"})
    run(part)
    assert [s.path for s in server.seen[seen:]] == ["/robots.txt", "/b"] and len(pulls(run)) == 3


def test_page_that_a_connector_rejects_is_asked_again(server, run):
    server.pages = {"/a": rows(1)}

    def rejecting(session):
        with session.loose("rinci") as batch:
            page = batch.ask(Ask("rinci/a", f"{server.url}/a", mark="x", kind="json"))
            batch.reject(page, "bentuk_berubah", "kepala kolom 'kd' hilang")

    assert run(rejecting)[0] == "bentuk_berubah" and pulls(run) == []
    part, got = loose(server, {"a": "x"})
    assert run(part)[0] == "selesai" and not got["a"].known and len(pulls(run)) == 1


def test_session_that_is_over_is_opened_once_more(server, run):
    server.pages = {"/a": [html_reply("<html>Terjadi Kesalahan</html>", 403), rows(1)], "/token": Reply(200, b"abc")}

    def renew(ask):
        return Ask(ask.nama, ask.url, kind="json", headers={"X-Token": "abc"})

    assert run(pages(server, "a", renew=renew)) == ("selesai", "")
    assert server.seen[-1].header("X-Token") == "abc"
    server.pages["/a"] = html_reply("<html>Terjadi Kesalahan</html>", 403)
    seen = len(server.asked("/a"))
    assert run(pages(server, "a", renew=renew))[0] == "halaman_galat" and len(server.asked("/a")) == seen + 2


def test_host_that_fails_is_left_alone(server, run):
    server.misbehave = {"/": "503"}
    part, _ = loose(server, {name: "" for name in "abcdef"}, robots=False)
    putusan, alasan = run(part)
    assert putusan == "ditunda" and "3 kali berturut-turut" in alasan
    assert len(server.seen) == 3 * 4, "three asks with four tries each, then none"


@pytest.mark.parametrize(
    ("robots", "expected", "waits"),
    [
        ("User-agent: *\nDisallow: /a\n", "ditolak", []),
        ("User-agent: *\nDisallow: /a\n\nUser-agent: KaltimTerbuka\nAllow: /\nCrawl-delay: 3\n", "selesai", [3.0]),
        ("User-agent: *\nCrawl-delay: 0.1\n", "selesai", [0.5]),
        (None, "selesai", [0.5]),
    ],
)
def test_robots_and_crawl_delay_are_kept(server, run, robots, expected, waits):
    server.robots, server.pages = robots, {"/a": rows(1)}
    assert run(pages(server, "a"))[0] == expected and run.waited == waits
    assert {seen.header("User-Agent") for seen in server.seen} == {AGENT}


def test_count_of_requests_that_is_used_up_is_waited_for(server, run):
    server.pages = {
        "/a": json_reply([paket("1")], **{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "42"}),
        "/b": rows(2),
    }
    assert run(pages(server, "a", "b"))[0] == "selesai" and run.waited == [0.5, 42.0]


def test_time_that_is_over_leaves_the_rest_for_the_next_run(server, run):
    server.pages = {"/a": rows(1), "/b": rows(2)}
    assert run(pages(server, "a"), minutes=1e-9)[0] == "waktu_habis"
    assert run(pages(server, "a"))[0] == "selesai"


@pytest.mark.parametrize(
    ("reply", "kind", "expected"),
    [
        (html_reply("<!DOCTYPE html><html>Just a moment...</html>"), "json", "halaman_tantangan"),
        (html_reply("<html><form><input type='password'></form></html>"), "json", "halaman_masuk"),
        (html_reply("<html><p>Maaf, terjadi error pada aplikasi SPSE.</p></html>"), "html", "halaman_galat"),
        (html_reply("<html><p>Selamat datang</p></html>"), "json", "bukan_jenisnya"),
        (html_reply("<html><table><tr><td>x</td></tr>"), "html", "terpotong"),
        (Reply(200, b"<invalid_response>x</invalid_response>"), "json", "isi_tidak_sah"),
        (Reply(200, b"URL-NOT-DEFINED"), "json", "isi_tidak_sah"),
        (Reply(200, b'[{"kd": "1"'), "json", "bukan_jenisnya"),
        (Reply(200, b""), "json", "isi_tidak_sah"),
        (Reply(401, b"{}"), "json", "ditolak"),
        (Reply(404, b"{}"), "json", "tidak_ada"),
        (Reply(418, b"{}"), "json", "status"),
    ],
)
def test_body_decides_and_not_the_status(server, run, reply, kind, expected):
    server.pages = {"/a": reply}

    def part(session):
        with session.whole("daftar") as batch:
            batch.ask(Ask("a", f"{server.url}/a", kind=kind))

    assert run(part)[0] == expected and pulls(run) == []


def test_words_of_an_error_inside_a_table_are_data(server, run):
    table = "<html><table><tr><td>Terjadi Kesalahan aritmatik</td></tr></table></html>"
    server.pages = {"/a": html_reply(table)}

    def part(session):
        with session.whole("daftar") as batch:
            batch.ask(Ask("a", f"{server.url}/a", kind="html"))

    assert run(part)[0] == "selesai"


def test_empty_body_is_no_data_where_the_protocol_says_so(server, run):
    server.pages = {"/a": Reply(200, b""), "/b": rows(1)}
    assert run(pages(server, "a", "b", empty=True))[0] == "selesai" and len(pulls(run)) == 1


SECRET = "rahasia-uji-8f14e45fceea167a"


@pytest.mark.parametrize("echo", ["", SECRET, "QmVhcmVyIHJhaGFzaWEtdWppLThmMTRlNDVmY2VlYTE2N2E=", "cut"])
def test_secret_is_sent_and_written_nowhere(server, run, monkeypatch, capfd, echo):
    monkeypatch.setenv("UJI_RAHASIA", SECRET)
    cut = Reply(200, f'["{SECRET}"'.encode(), {"Content-Length": "9999"})
    server.pages = {f"/api/{SECRET}/x": cut if echo == "cut" else json_reply([paket("1", nama=echo)])}

    def part(session):
        with session.whole("daftar") as batch:
            ask = Ask("x.json", server.url + "/api/{rahasia}/x", kind="json", rahasia="UJI_RAHASIA", robots=False,
                      header_rahasia="Authorization: Bearer {rahasia}")  # fmt: skip
            batch.ask(ask)

    expected = {"": "selesai", "cut": "terpotong"}.get(echo, "memuat_rahasia")
    assert run(part)[0] == expected
    assert server.seen[-1].header("Authorization") == f"Bearer {SECRET}"
    held = b"".join(path.read_bytes() for path in run.out.rglob("*") if path.is_file())
    said = "".join(capfd.readouterr())
    assert SECRET.encode() not in held and SECRET not in said and "cmFoYXNpYS11amkt" not in held.decode("latin-1")
    if not echo:
        assert read_log(run.out)[0].konteks["url"].endswith("/api/{rahasia}/x")


def test_secret_is_not_carried_to_another_host_and_its_absence_is_told(server, run, monkeypatch):
    def part(session):
        with session.whole("daftar") as batch:
            batch.ask(
                Ask("x.json", f"{server.url}/x", rahasia="UJI_RAHASIA", header_rahasia="X-Key: {rahasia}", robots=False)
            )

    wants = Part("uji", part, tiap_hari=0, rahasia="UJI_RAHASIA")
    monkeypatch.delenv("UJI_RAHASIA", raising=False)
    assert run(wants) == ("tanpa_kredensial", "peubah lingkungan UJI_RAHASIA tidak diisi") and server.seen == []
    monkeypatch.setenv("UJI_RAHASIA", SECRET)
    with Scripted() as other:
        server.pages = {"/x": Reply(302, b"", {"Location": f"{other.url}/y"})}
        assert run(wants)[0] == "host_asing" and other.seen == []


def test_slow_server_is_given_up(server, run):
    server.pages = {"/a": rows(*range(50))}
    server.misbehave = {"/a": "drip"}
    assert run(pages(server, "a"), longest=0.6)[0] == "terlalu_lama" and pulls(run) == []


def test_report_names_every_request(server, run):
    server.pages = {"/1": rows(1)}
    server.misbehave = {"/1": "503:1"}
    run(pages(server, 1))
    table = (run.out / "arsip/laporan/putaran-00001.csv").read_text().splitlines()
    assert table[0].startswith("waktu,bagian,nama") and len(table) == 1 + 3 + 1
    assert server.url not in "\n".join(table)


def test_journal_survives_a_line_that_was_cut(tmp_path):
    journal = Journal(tmp_path)
    journal.begin("a")
    journal.note(nama="x", status=200)
    with journal.path.open("ab") as file:
        file.write(b'{"nama": "y", "sta')
    journal.note(nama="z", status=200)
    assert [line["nama"] for line in read_lines(journal.path)] == ["x", "z"]


def test_parts_of_the_shipped_plan_have_unique_names():
    from conftest import ROOT

    from etl.fetch_plan import read_plan

    path = ROOT / "fetch.yml"
    if not path.exists():
        pytest.skip("fetch.yml belum ada")
    names = [part.nama for part in all_parts(read_plan(path))]
    assert len(names) == len(set(names)) > 100


def test_bad_answer_says_verdict_and_reason():
    assert str(BadAnswer("ditolak", "status 403")) == "ditolak: status 403" and BadAnswer("x", "").exit_code == 1
    assert os.environ.get("UJI_RAHASIA") is None
