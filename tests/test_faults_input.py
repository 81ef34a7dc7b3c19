"""What comes in may be broken, hostile or merely odd: it is refused by name, in bounded time and memory, or read exactly."""

import gzip
import random
import re
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from catalogue import counts, keep
from click.testing import CliRunner
from conftest import ROOT, UJI, paket
from test_fetch import Server, body, plan_file, pull, refresh, server

from etl import fetch as fetching
from etl import fetch_client, fetch_plan
from etl.archive import read_log
from etl.cli import cli
from etl.descriptors import load_resources, read_list
from etl.errors import DescriptorError, ReleaseBroken
from etl.publish import current_version
from etl.release_check import verify_releases

__all__ = ["pull", "server"]  # fixtures of test_fetch, used here too
pytestmark = pytest.mark.faults
SCRIPT = """
import resource, sys, time
from pathlib import Path
from etl.errors import FileRefused
from etl.tables import read_tables
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
started = time.monotonic()
try:
    [list(table.batches()) for table in read_tables(Path(sys.argv[1]), frozenset())]
    code = "terbaca"
except FileRefused as refusal:
    code = refusal.code
print(code, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, time.monotonic() - started)
"""


# --- C26-C30: what a server sends


@pytest.mark.case("C26")
@pytest.mark.parametrize(
    ("answer", "code"),
    [(b"<!doctype html><title>Masuk</title>", "halaman_html"), (b'{"error": "token kedaluwarsa"}', "bukan_tabel")],
)
def test_page_or_error_with_status_200_and_type_json_never_replaces_data(
    server, packages, query, tmp_path, answer, code
):
    server.script = {"/a.json": [(200, {}, body("1", "2"))]}
    plan = plan_file(server, tmp_path, ["/a.json"], jeda_detik=0)
    assert refresh(plan, tmp_path / "out", packages).exit_code == 0
    server.script = {"/a.json": [(200, {"Content-Type": "application/json"}, answer)]}
    assert refresh(plan, tmp_path / "out", packages).exit_code != 0
    assert query("select kd from paket_uji order by kd") == [("1",), ("2",)]
    assert query("select putusan from berkas_sumber where alasan like ? || '%'", code) == [("ditolak",)]


@pytest.mark.case("C27")
def test_broken_packing_of_an_answer_is_tried_again_and_never_archived(server, pull, tmp_path):
    packed = gzip.compress(body("1"))
    broken = (200, {"Content-Encoding": "gzip"}, packed[:20] + b"xxxx" + packed[24:])
    server.script = {"/a.json": [broken]}
    found, waited = pull("/a.json")
    assert found["a.json"] == ("terpotong", "sambungan gagal: DecodingError") and len(waited) == 4
    assert read_log(tmp_path / "out") == []
    server.script = {"/a.json": [broken, (200, {"Content-Encoding": "gzip"}, packed)]}
    assert pull("/a.json")[0] == {"a.json": ("baru", "")}
    assert read_log(tmp_path / "out")[0].path(tmp_path / "out").read_bytes() == body("1")


@pytest.mark.case("C28")
def test_wait_that_a_server_asks_for_is_bounded_and_a_date_is_understood(server, pull):
    server.script = {"/a.json": [(429, {"Retry-After": "99999"}, b""), (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, b""), (200, {}, body("1"))]}  # fmt: skip
    found, waited = pull("/a.json")
    assert found == {"a.json": ("baru", "")} and waited[:2] == [0.5, fetch_client.LONGEST_WAIT]
    assert 1.0 <= waited[2] <= 1.25


def dripping(seconds: float) -> socket.socket:
    """A server that sends one byte now and then, for ever."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while connection.sendall(b"a") is None:
                    time.sleep(seconds)
            except OSError:
                if listening.fileno() < 0:
                    return

    threading.Thread(target=serve, daemon=True).start()
    return listening


@pytest.mark.case("C29")
def test_slow_drip_ends_when_the_target_s_time_is_over(tmp_path, monkeypatch):
    monkeypatch.setattr(fetch_plan, "LONGEST_ASK", 1.0)
    with dripping(0.05) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/a.json"
        answers, seconds = fetched(tmp_path, address)
    assert answers == [("terlalu_lama", "batas waktu terlampaui: ReadTimeout")] and seconds < 10
    keep("C29", "tetesan lambat, batas 1 detik (biasanya 1.800)", seconds, "detik")


@pytest.mark.case("C29")
def test_lost_name_and_wrong_certificate_are_told(tmp_path):
    answers, seconds = fetched(tmp_path, "http://tidak-ada.invalid/a.json")
    assert answers == [("sambungan", "nama tidak-ada.invalid tidak ditemukan")] and seconds < 30
    keep("C29", "nama yang tidak ada", seconds, "detik")
    key, pem = tmp_path / "k.pem", tmp_path / "c.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=lain", "-days", "1"]
    subprocess.run([*make, "-keyout", key, "-out", pem], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    with Server() as running:
        running.socket = context.wrap_socket(running.socket, server_side=True)
        running.handle_error = lambda *_: None
        threading.Thread(target=running.serve_forever, daemon=True).start()
        answers, seconds = fetched(tmp_path, f"https://127.0.0.1:{running.server_port}/a.json")
        running.shutdown()
    assert answers == [("sambungan", "sambungan gagal: ConnectError")] and seconds < 30


def fetched(folder: Path, address: str, local: bool = True) -> tuple[list[tuple[str, str]], float]:
    """Verdicts of one target, and the seconds that it took without the waits between tries."""
    content = {"pengenal": "uji", "jaringan_lokal": local, "tarikan": [{"nama": "a.json", "url": address}]}
    plan = folder / "tarikan.yml"
    plan.write_text(yaml.safe_dump(content))
    started = time.monotonic()
    answers = fetching.fetch(fetching.read_plan(plan), folder / "out", lambda text: None, lambda seconds: None)
    return [(a.putusan, a.alasan) for a in answers], time.monotonic() - started


@pytest.mark.case("C30")
@pytest.mark.parametrize("target", ["http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "http://[::1]:1/", "gopher://a.id/"])  # fmt: skip
def test_redirect_out_of_the_plan_is_refused(server, pull, target):
    server.script = {"/a.json": [(302, {"Location": target}, b"")]}
    putusan, alasan = pull("/a.json")[0]["a.json"]
    assert (
        putusan in ("host_asing", "sambungan")
        and ("tidak disebut rencana" in alasan or "gagal" in alasan)
        and len(server.seen) == 1
    )


@pytest.mark.case("C30")
@pytest.mark.parametrize("place", ["127.0.0.1", "169.254.169.254", "10.1.2.3", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "224.0.0.1", "0.0.0.0"])  # fmt: skip
def test_name_of_the_plan_that_leads_inside_is_refused(tmp_path, monkeypatch, place):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (place, 80))])
    answers, _ = fetched(tmp_path, "http://data.go.id/a.json", local=False)
    assert answers == [("jaringan_tertutup", f"data.go.id beralamat di jaringan tertutup ({place})")]


@pytest.mark.case("C30")
def test_name_server_that_changes_its_answer_leads_nowhere_else(server, tmp_path, monkeypatch):
    """The check sees an open address, the connection would see loopback: it is checked where it is made."""
    asked = []

    def answer(*_, **__):
        asked.append(1)
        return [(0, 0, 0, "", ("8.8.8.8" if len(asked) == 1 else "127.0.0.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    server.script = {"/a.json": [(200, {}, body("1"))]}
    answers, _ = fetched(tmp_path, f"http://data.go.id:{server.server_port}/a.json", local=False)
    assert answers[0][0] == "jaringan_tertutup" and "jaringan tertutup" in answers[0][1] and server.seen == []


# --- C31: files that grow


def one_string(path: Path, megabytes: int) -> None:
    """A small workbook whose one shared string is very long."""
    head = '<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/sharedStrings.xml", "w") as part:
            part.write(head.encode())
            for _ in range(megabytes):
                part.write(b"a" * 1_000_000)
            part.write(b"</t></si></sst>")


@pytest.mark.case("C31")
def test_small_file_with_a_string_of_400_mb_is_refused_in_little_memory(tmp_path):
    one_string(tmp_path / "bom.xlsx", counts(210, 400))
    done = subprocess.run([sys.executable, "-c", SCRIPT, tmp_path / "bom.xlsx"], cwd=ROOT, capture_output=True, text=True, check=True)  # fmt: skip
    code, megabytes, seconds = done.stdout.split()
    assert code == "bom_arsip" and float(megabytes) < 50
    keep("C31", "buku kerja 0,4 MB berisi satu teks 400 MB: memori", float(megabytes), "MB")
    keep("C31", "buku kerja 0,4 MB berisi satu teks 400 MB: waktu", float(seconds), "detik")


# --- C32, C33: descriptors and columns


@pytest.mark.case("C32")
@pytest.mark.parametrize("name", ["../rahasia.csv", "/etc/passwd", "https://a.id/x.csv", "a/../../x.csv", "file:x.csv", "..\\x.csv"])  # fmt: skip
@pytest.mark.parametrize("key", ["path", "x-list", "x-sql"])
def test_path_out_of_the_dataset_is_refused(packages, key, name):
    descriptor = packages / "uji" / "datapackage.yaml"
    content = yaml.safe_load(UJI)
    content["resources"][0][key] = name
    descriptor.write_text(yaml.safe_dump(content))
    with pytest.raises(DescriptorError, match=key):
        load_resources(packages)


@pytest.mark.case("C32")
def test_link_out_of_the_dataset_is_refused(packages, tmp_path):
    (tmp_path / "rahasia.csv").write_text("kode\n1\n")
    (packages / "uji" / "kode.csv").symlink_to(tmp_path / "rahasia.csv")
    content = yaml.safe_load(UJI)
    field = {"name": "kode", "type": "string", "title": "Kode", "description": "Kode.", "x-en": "Code"}
    content["resources"] = [
        {"name": "kode", "title": "Kode", "description": "Kode.", "x-en": {"title": "Codes", "description": "Codes"},
         "path": "kode.csv", "x-privacy": "public", "x-list": "kode.csv", "schema": {"primaryKey": ["kode"], "fields": [field]}}
    ]  # fmt: skip
    (packages / "uji" / "datapackage.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(DescriptorError, match="tautan ke luar"):
        read_list(load_resources(packages)["kode"])


@pytest.mark.case("C33")
@pytest.mark.parametrize("name", ['we]ird"t', "paket; drop table x", "Paket", "1paket", "", "a" * 64])
def test_table_or_column_with_an_odd_name_is_refused(packages, name):
    content = yaml.safe_load(UJI)
    for place in (content["resources"][0], content["resources"][0]["schema"]["fields"][1]):
        before, place["name"] = place["name"], name
        (packages / "uji" / "datapackage.yaml").write_text(yaml.safe_dump(content))
        with pytest.raises(DescriptorError, match="garis bawah"):
            load_resources(packages)
        place["name"] = before


@pytest.mark.case("C33")
def test_columns_that_drift_are_told_and_the_good_rows_stay(make, query):
    head = ["kd", "nama", "nilai", "kd_klpd", "tahun", "kd_rup", "_event_date"]
    row = ["1", "Jalan", "1,5 M", "D1", "2025", "1", "2025-10-02"]
    make({"a.csv": table(head, row)})
    order = [3, 0, 6, 2, 1, 4, 5]
    make({"a.csv": table([head[n] for n in order], [row[n] for n in order])})  # another order is the same table
    assert query("select kd, nama, nilai_sen from paket_uji") == [("1", "Jalan", 150_000_000_000)]
    rows = make({"a.csv": table(["kode" if h == "kd" else h for h in head], row)})  # renamed
    assert [r["alasan"].split(":")[0] for r in rows if r["putusan"] == "ditolak"] == ["bentuk_tidak_dikenal"]
    rows = make({"a.csv": table(head[1:], row[1:])})  # missing
    assert [r["alasan"].split(":")[0] for r in rows if r["putusan"] == "ditolak"][-1] == "bentuk_tidak_dikenal"
    make({"a.csv": table([*head, "nilai"], [*row, "9 M"])})  # twice: the second is a new column, the first counts
    assert query("select kd, nilai_sen from paket_uji") == [("1", 150_000_000_000)]
    make({"b.csv": table(head, ["2", "Jalan", "seribu", "D1", "2025", "1", "2025-10-02"])})  # another type
    assert query("select kolom, aturan from baris_ditahan where pesan like '%seribu%'") == [("nilai", "nilai")]


def table(head: list[str], row: list[str]) -> str:
    """A CSV of one row."""
    return ";".join(head) + "\n" + ";".join(row) + "\n"


# --- C36-C39: letters, falls, keys, people


@pytest.mark.case("C36")
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252", "utf-32"][: counts(3, 4)])
def test_letters_come_through_every_encoding(make, query, encoding):
    text = table(["kd", "nama", "nilai"], ["1", "Café – Kutai “Barat”", "1,5 M"])
    data = text.encode(encoding)
    make({"a.csv": data})
    assert query("select nama from paket_uji") == [("Café – Kutai “Barat”",)]


@pytest.mark.case("C36")
def test_no_letter_of_replacement_is_ever_made(make, query, tmp_path):
    """Every byte is some letter of the file's own encoding; none becomes the sign for what could not be read."""
    mixed = b"kd;nama;nilai\n1;" + "é".encode() + b"\xe9\x81;1,5 M\n"
    make({"a.csv": mixed})
    assert query("select nama from paket_uji where instr(nama, char(65533))") == []
    assert "�".encode() not in (tmp_path / "out" / "current" / "data" / "paket_uji.csv").read_bytes()


@pytest.mark.case("C38")
def test_double_keys_in_one_file_become_one_row_or_are_held(make, query):
    rows = make({"a.json": [paket("1"), paket("1"), paket("2", nama="a"), paket("2", nama="b")]})
    assert query("select count(*), count(distinct kd) from paket_uji")[0] in [(1, 1), (2, 2)]
    assert sum(int(r[k]) for r in rows for k in ("terbit", "ditahan", "tergantikan")) == 4


CANARIES = {
    "NIK": "6472014512900003", "NIP": "198001012005011001", "telepon": "0812-3456-7890", "surel": "siti.rahmah@contoh.id",
    "NPWP": "09.254.294.3-407.000", "rekening": "rek 1234567890123",
}  # fmt: skip
NAMES = ("Budi Kencana Putri",)


@pytest.mark.case("C39")
def test_planted_canaries_leave_no_trace_in_any_member(make, tmp_path):
    """Every public text column carries every kind of personal number, in a sentence; nothing may be found anywhere."""
    texts = [c["name"] for c in yaml.safe_load(UJI)["resources"][0]["schema"]["fields"] if c["type"] == "string"]
    rows = []
    for number, (kind, secret) in enumerate(CANARIES.items(), start=1):
        planted = {name: f"Honor {kind} {secret} bulan Mei" for name in texts if name not in ("kd", "bentuk", "npwp")}
        rows.append(paket(str(number), **planted))
    rows.append(paket("99", penyedia=NAMES[0], bentuk="Orang Perseorangan", npwp=CANARIES["NIK"]))
    make({"a.json": rows})
    secrets = [re.sub("[^0-9a-z@.]", "", s.removeprefix("rek ").lower()) for s in CANARIES.values()]
    members = 0
    for member in (tmp_path / "out").rglob("*"):
        part = member.relative_to(tmp_path / "out").parts[0]
        if member.is_file() and part in ("releases", "riwayat.db", "riwayat", "delta"):
            members += 1
            text = plain_text(member)
            found = [s for s in secrets if re.sub("[ .-]", "", s) in re.sub("[ .-]", "", text)]
            assert not found and NAMES[0].lower() not in text, (member.name, found)
    keep("C39", "pertanda yang ditanam", len(texts) * len(CANARIES), "sel")
    keep("C39", "berkas yang diperiksa", members, "berkas")


def plain_text(path: Path) -> str:
    """The text of a file, unpacked where it is packed."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            data = b"".join(book.read(name) for name in book.namelist())
    return data.decode("utf-8", "replace").lower()


# --- C44: one flipped byte; C46, C47: other machines, other clocks


def flip(path: Path, at: int) -> None:
    """Turn one bit of a file."""
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1
    path.unlink()  # the release before may hold the same bytes by a link
    path.write_bytes(data)


@pytest.mark.case("C44")
def test_one_flipped_bit_anywhere_is_found_and_named(make, packages, tmp_path):
    out = tmp_path / "out"
    make({"a.json": [paket(str(n)) for n in range(30)]})
    make({"a.json": [paket(str(n), nama=f"P{n}") for n in range(30)]})
    release = out / "releases" / current_version(out)
    chance = random.Random(44)
    files = [release / "opendata.db", release / "manifest.json", read_log(out)[0].path(out), out / "riwayat.db"]
    files += [release / "SHA256SUMS", *sorted((out / "delta").iterdir()), release / "data" / "paket_uji.csv"]
    tried = 0
    for path in files:
        whole = path.read_bytes()
        places = [chance.randrange(len(whole)) for _ in range(counts(1, 40))]
        if path.name == "SHA256SUMS":  # a comment, an end of a line, a name that the manifest does not hold
            places += [0, whole.index(b"\n"), whole.rindex(b"manifest")]
        for at in places:
            flip(path, at)
            said = CliRunner().invoke(cli, ["verify", "--out", str(out)])
            assert said.exit_code != 0 and path.name[:12] in said.output, (path, at, said.output)
            path.write_bytes(whole)
            tried += 1
    assert CliRunner().invoke(cli, ["verify", "--out", str(out)]).exit_code == 0
    keep("C44", "bita terbalik yang ditemukan dan disebut", tried, f"dari {tried}")


@pytest.mark.case("C44")
def test_build_refuses_a_damaged_archive_or_manifest_and_makes_a_damaged_database_again(make, tmp_path):
    out = tmp_path / "out"
    rows = {"a.json": [paket(str(n)) for n in range(30)]}
    make(rows)
    release = out / "releases" / current_version(out)
    whole = (release / "opendata.db").read_bytes()
    flip(release / "opendata.db", len(whole) // 2)
    make(rows)
    assert (release / "opendata.db").read_bytes() == whole and list(verify_releases(out)) == []
    raw = read_log(out)[0].path(out)
    flip(raw, 5)
    with pytest.raises(ReleaseBroken, match=r"a\.json .* berubah isinya"):
        make({"b.json": [paket("77")]})
    make(rows)  # the file itself, imported again, makes the archive whole
    flip(out / "releases" / current_version(out) / "manifest.json", 50)
    with pytest.raises(ReleaseBroken, match="manifest.json"):
        make({"b.json": [paket("77")]})


@pytest.mark.case("C47")
def test_clock_that_jumps_back_over_new_year_changes_no_number_and_no_order(server, packages, tmp_path, monkeypatch):
    """Pulls are numbered by the archive, releases by their content, steps of the history by their order: no clock."""
    clock = iter(["2027-01-01T00:00:05Z", "2026-12-31T23:59:58Z", "2020-01-01T00:00:00Z"])
    out, plan = tmp_path / "out", plan_file(server, tmp_path, ["/a.json"], jeda_detik=0)
    versions = []
    for number in range(1, 4):
        server.script = {"/a.json": [(200, {}, body(*map(str, range(number))))]}
        moment = datetime.fromisoformat(next(clock))
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(moment.timestamp())))
        assert refresh(plan, out, packages).exit_code == 0
        versions.append(current_version(out))
    assert [p.seq for p in read_log(out)] == [1, 2, 3] and len(server.seen) == 3
    with closing(sqlite3.connect(out / "riwayat.db")) as db:
        steps = db.execute("select versi from rilis order by urutan").fetchall()
        last = db.execute("select kunci from riwayat order by nomor").fetchall()
    assert [v for (v,) in steps] == versions and [k for (k,) in last if "1" in k or "2" in k] == [k for (k,) in last]
