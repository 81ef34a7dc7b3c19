"""A release on a CKAN portal: a loopback server speaks the action API, holds packages and bytes, and checks the token."""

import email
import email.policy
import hashlib
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import ROOT, paket

from etl.ckan import Portal, push
from etl.errors import EtlError

TOKEN = "token-sangat-rahasia-123"
TITLES = {"uji": {"title": "Uji", "description": "Dataset kecil."}}


class Ckan:
    """What a portal keeps, and every action asked of it."""

    def __init__(self):
        self.packages, self.uploads, self.actions, self.numbers = {}, {}, [], iter(range(10**6))

    def act(self, action, content, file):
        self.actions.append(action)
        if action == "package_show":
            return self.packages.get(content["id"])
        if action in ("package_create", "package_update"):
            if not content["owner_org"]:
                raise ValueError({"owner_org": ["An organization must be provided"]})
            there = self.packages.get(content["name"])
            assert (action == "package_update") == bool(there), "CKAN menolak nama yang sudah ada"
            known = {r["id"] for r in (there or {}).get("resources", [])}
            for item in content["resources"]:
                if "id" in item:
                    assert item["id"] in known
                item.setdefault("id", f"r{next(self.numbers)}")
            self.packages[content["name"]] = {"id": content["name"] + "-id", **content}
            return self.packages[content["name"]]
        assert action == "resource_patch"
        (item,) = [r for p in self.packages.values() for r in p["resources"] if r["id"] == content["id"]]
        self.uploads[item["id"]] = file
        item.update(hash=content["hash"], size=int(content["size"]), url=f"http://portal/{item['id']}/berkas")
        return item


@pytest.fixture
def portal():
    """(address, what the portal holds)."""
    ckan = Ckan()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers["Authorization"] != TOKEN:
                return self.reply(403, {"success": False, "error": {"message": "Access denied"}})
            content, file = read(self.headers["content-type"], body)
            try:
                result = ckan.act(self.path.rsplit("/", 1)[1], content, file)
            except ValueError as error:
                return self.reply(409, {"success": False, "error": error.args[0]})
            if result is None:
                return self.reply(404, {"success": False, "error": {"message": "Not found"}})
            return self.reply(200, {"success": True, "result": result})

        def reply(self, status, content):
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", ckan
    server.shutdown()


def read(kind, body):
    """JSON, or the fields and the file of a multipart form."""
    if kind.startswith("application/json"):
        return json.loads(body), None
    message = email.message_from_bytes(b"content-type: " + kind.encode() + b"\r\n\r\n" + body, policy=email.policy.HTTP)
    parts = {
        p.get_param("name", header="content-disposition"): p.get_payload(decode=True) for p in message.iter_parts()
    }
    file = parts.pop("upload")
    return {k: v.decode() for k, v in parts.items()}, file


def one(address, upload=False, organisation="diskominfo"):
    return Portal(address, organisation, "https://situs.contoh.invalid", "kt", upload)


@pytest.fixture
def release(make, tmp_path):
    """The current release of a build, made anew by calling it with rows."""

    def build(*rows):
        make({"a.json": list(rows)})
        return (tmp_path / "out" / "current").resolve()

    return build


def test_linked_resources_lead_to_the_lasting_address_and_a_second_run_writes_nothing(portal, release):
    address, ckan = portal
    folder = release(paket("1"), paket("2"))
    manifest = json.loads((folder / "manifest.json").read_text())
    assert push(folder, one(address), TOKEN, lambda text: None, TITLES) == len(ckan.packages) > 0
    found = ckan.packages["kt-uji"]
    assert (found["title"], found["license_id"], found["version"]) == ("Uji", "cc-zero", manifest["version"])
    urls = {r["url"].split(f"/rilis/{manifest['version']}/")[1]: r for r in found["resources"]}
    assert {"data/paket_uji.csv", "data/paket_uji.xlsx", "datapackage.json"} <= set(urls)
    for path, resource in urls.items():
        assert resource["hash"] == "sha256:" + hashlib.sha256((folder / path).read_bytes()).hexdigest()
        assert resource["size"] == (folder / path).stat().st_size
    assert push(folder, one(address), TOKEN, lambda text: None, TITLES) == 0
    assert not any("nip_ppk" in json.dumps(p) for p in ckan.packages.values())


def test_a_new_release_updates_in_place_and_uploads_only_what_changed(portal, release):
    address, ckan = portal
    folder = release(paket("1", penyedia="CV. Satu"))
    push(folder, one(address, upload=True), TOKEN, lambda text: None, TITLES)
    ids = {r["name"]: r["id"] for r in ckan.packages["kt-uji"]["resources"]}
    (number,) = [i for n, i in ids.items() if n.endswith("(paket_uji.csv)")]
    assert ckan.uploads[number] == (folder / "data/paket_uji.csv").read_bytes()
    assert push(folder, one(address, upload=True), TOKEN, lambda text: None, TITLES) == 0
    sent = len(ckan.actions)
    later = release(paket("1", penyedia="CV. Satu"), paket("2", penyedia="CV. Dua"))
    assert push(later, one(address, upload=True), TOKEN, lambda text: None, TITLES) > 0
    assert {r["name"]: r["id"] for r in ckan.packages["kt-uji"]["resources"]} == ids, "alamat di portal tetap"
    assert ckan.uploads[number] == (later / "data/paket_uji.csv").read_bytes()
    assert "package_create" not in ckan.actions[sent:]


def test_a_run_that_died_between_package_and_bytes_starts_over(portal, release, monkeypatch):
    address, ckan = portal
    folder = release(paket("1"))
    act = ckan.act
    monkeypatch.setattr(ckan, "act", lambda a, c, f: (_ for _ in ()).throw(ValueError("penuh")) if f else act(a, c, f))
    with pytest.raises(EtlError, match="penuh"):
        push(folder, one(address, upload=True), TOKEN, lambda text: None, TITLES)
    monkeypatch.setattr(ckan, "act", act)
    assert push(folder, one(address, upload=True), TOKEN, lambda text: None, TITLES) > 0
    assert all(r["hash"] for p in ckan.packages.values() for r in p["resources"])


def test_the_portals_refusal_is_told_and_the_token_never(portal, release, tmp_path):
    address, _ = portal
    folder = release(paket("1"))
    with pytest.raises(EtlError, match="An organization must be provided"):
        push(folder, one(address, organisation=""), TOKEN, lambda text: None, TITLES)
    with pytest.raises(EtlError, match="CKAN_TOKEN kosong"):
        push(folder, one(address), "", lambda text: None, TITLES)
    command = [sys.executable, "-m", "etl", "ckan", address, "--site", "https://x.invalid", "--organisation", "d",
               "--out", str(tmp_path / "out")]  # fmt: skip
    for token in ("salah-" + TOKEN, TOKEN):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False,
                              env={"PATH": "/usr/bin:/bin", "CKAN_TOKEN": token})  # fmt: skip
        assert TOKEN not in done.stdout + done.stderr
        assert (done.returncode == 0) == (token == TOKEN), done.stderr
    with pytest.raises(EtlError, match="ConnectError"):
        push(folder, one("http://127.0.0.1:9"), TOKEN, lambda text: None, TITLES)
