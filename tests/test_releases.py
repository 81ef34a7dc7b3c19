"""Old releases stay at their address with the same bytes, until retention or a withdrawal leaves their hashes and a reason."""

import asyncio
import hashlib
import json

import pytest
import yaml
from conftest import paket
from datasette.app import Datasette
from test_delta import chain
from test_plugins import PLUGINS
from test_questions import site_metadata

from etl.errors import ReleaseBroken
from etl.publish import rollback
from etl.release_check import verify_releases
from etl.retention import withdraw


def client(out, version=""):
    """The site over a release of ``out`` with the history, as ``make serve`` starts it."""
    folder = (out / "releases" / version) if version else (out / "current").resolve()
    ds = Datasette(
        immutables=[str(folder / "opendata.db"), str(out / "riwayat.db")],
        metadata=site_metadata(),
        plugins_dir=str(PLUGINS),
        template_dir=str(PLUGINS / "templates"),
    )
    return lambda path, **more: asyncio.run(ds.client.get(path, **more))


@pytest.fixture
def four(make, tmp_path):
    """Four releases, one row more in each; returns their versions, the oldest first, and every file of the oldest."""
    make({"a.json": [paket("0")]})
    first = (tmp_path / "out/current").resolve()
    kept = {p.relative_to(first).as_posix(): p.read_bytes() for p in first.rglob("*") if p.is_file()}
    for number in range(1, 4):
        make({"a.json": [paket(str(n)) for n in range(number + 1)]})
    return chain(tmp_path / "out"), kept


def keep(packages, number):
    (packages / "site.yml").write_text(yaml.safe_dump({"rilis": {"simpan": number}}))


def test_the_oldest_release_answers_with_the_same_bytes_after_three_newer_ones(four, tmp_path):
    versions, kept = four
    get = client(tmp_path / "out")
    listed = get("/rilis.json").json()
    assert [item["rilis"] for item in listed["daftar"]] == versions[::-1]
    assert [item["baru"] for item in listed["daftar"]] == [1, 1, 1, None]
    for name, content in kept.items():
        answer = get(f"/rilis/{versions[0]}/{name}")
        assert (answer.status_code, answer.content) == (200, content), name
        assert answer.headers["x-rilis"] == versions[0]
    part = get(f"/rilis/{versions[0]}/opendata.db", headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, kept["opendata.db"][100:200])
    page, served = get(f"/rilis/{versions[0]}").text, get(f"/rilis/{versions[-1]}").text
    assert f"<h1>Rilis <code>{versions[0]}</code></h1>" in page and f"yang sedang disajikan {versions[-1]}" in page
    assert "Rilis ini sedang disajikan" in served and "tidak lagi disimpan" not in page + served
    assert f'href="/rilis/{versions[0]}/data/paket_uji.csv"' in page
    described = get(f"/rilis/{versions[0]}.json").json()
    assert {n: hashlib.sha256(c).hexdigest() for n, c in kept.items() if n in described["berkas"]} == {
        n: f["sha256"] for n, f in described["berkas"].items()
    }
    for before, after in zip(versions, versions[1:], strict=False):
        name = f"{before}-{after}.ndjson.gz"
        assert get(f"/delta/{name}").content == (tmp_path / "out" / "delta" / name).read_bytes()
        assert f'href="/delta/{name}"' in get("/rilis").text


def test_the_history_answers_sql_also_as_json(four, tmp_path):
    answer = client(tmp_path / "out")("/riwayat.json?_shape=array&sql=select+count(*)+as+n+from+rilis")
    assert (answer.status_code, answer.json()) == (200, [{"n": 4}])


@pytest.mark.parametrize(
    "path",
    ["/rilis/{0}/../../kunci", "/rilis/{0}/%2e%2e/%2e%2e/riwayat.db", "/rilis/{0}/tidak-ada.csv", "/delta/x.ndjson.gz",
     "/rilis/ffffffffffffffff", "/delta/{1}-{0}.ndjson.gz", "/rilis/{0}/ditarik.json"],
)  # fmt: skip
def test_only_named_files_are_ever_opened(four, tmp_path, path):
    answer = client(tmp_path / "out")(path.format(*four[0]), follow_redirects=True)
    assert answer.status_code == 404


def test_retention_keeps_the_newest_and_says_why_the_others_are_gone(four, packages, make, tmp_path):
    versions, kept = four
    out = tmp_path / "out"
    keep(packages, 3)
    make({"a.json": [paket(str(n)) for n in range(5)]})
    versions = chain(out)
    assert [(out / "releases" / v / "opendata.db").exists() for v in versions] == [False, False, True, True, True]
    get = client(out)
    gone = get(f"/rilis/{versions[0]}/data/paket_uji.csv")
    named = json.loads(kept["manifest.json"])["files"]["data/paket_uji.csv"]["sha256"]
    assert gone.status_code == 410 and named in gone.text and "masa simpan" in gone.text
    for name in ("manifest.json", "SHA256SUMS", "datapackage.json", "CITATION.cff"):
        assert get(f"/rilis/{versions[0]}/{name}").content == kept[name]
    assert named in get(f"/rilis/{versions[0]}").text and "masa simpan" in get("/rilis").text
    assert list(verify_releases(out)) == []


def test_the_release_that_rollback_leads_to_is_never_touched(four, packages, make, tmp_path):
    out = tmp_path / "out"
    keep(packages, 1)
    make({"a.json": [paket(str(n)) for n in range(5)]})
    before = chain(out)[-2]
    assert rollback(out) == before and (out / "releases" / before / "opendata.db").exists()


def test_a_release_can_be_withdrawn_and_comes_back_whole_when_it_is_built_again(four, packages, tmp_path):
    versions, kept = four
    out = tmp_path / "out"
    with pytest.raises(ReleaseBroken, match="sedang disajikan"):
        withdraw(out, versions[-1], "x")
    with pytest.raises(ReleaseBroken, match="tidak ada rilis"):
        withdraw(out, "f" * 16, "x")
    withdraw(out, versions[1], "memuat nama orang")
    get = client(out)
    assert "memuat nama orang" in get(f"/rilis/{versions[1]}/opendata.db").text
    assert sorted(p.name for p in (out / "delta").iterdir()) == [f"{versions[2]}-{versions[3]}.ndjson.gz"]
    assert get(f"/rilis/{versions[0]}/opendata.db").content == kept["opendata.db"]


def test_a_reader_of_an_older_release_does_not_see_later_ones(four, tmp_path):
    versions, _ = four
    get = client(tmp_path / "out", versions[1])
    assert [item["rilis"] for item in get("/rilis.json").json()["daftar"]] == versions[1::-1]
    assert get(f"/rilis/{versions[2]}/opendata.db").status_code == 404
    assert get(f"/delta/{versions[1]}-{versions[2]}.ndjson.gz").status_code == 404


@pytest.mark.faults
@pytest.mark.case("C44")
def test_a_damaged_file_of_an_old_release_is_named(four, tmp_path):
    versions, _ = four
    path = tmp_path / "out" / "releases" / versions[0] / "data" / "paket_uji.csv"
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[:-1])
    assert list(verify_releases(tmp_path / "out")) == [f"rilis {versions[0]}: data/paket_uji.csv berubah isinya"]
