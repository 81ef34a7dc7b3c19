"""What programs of others read of the site: DCAT-AP, schema.org, sitemap, robots, llms.txt, and lines that run."""

import hashlib
import html
import io
import json
import re
import sqlite3
import subprocess
import sys
import urllib.robotparser
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pandas as pd
import pytest
from live_site import serving
from pyshacl import validate
from rdflib import DCAT, RDF, Graph

Json = dict[str, Any]

SHAPES = Path(__file__).parent / "skema" / "dcat-ap.shapes.ttl"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def live(contoh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the sample's site."""
    with serving(contoh / "out" / "current", tmp_path_factory.mktemp("reuse") / "log") as base:
        yield base


@pytest.fixture(scope="module")
def get(live: str) -> Iterator[Callable[..., httpx.Response]]:
    """Ask the site; anything but 200 is a failure."""
    with httpx.Client(base_url=live, timeout=60) as client:

        def ask(path: str) -> httpx.Response:
            answer = client.get(path)
            assert answer.status_code == 200, path
            return answer

        yield ask


@pytest.fixture(scope="module")
def shapes() -> Graph:
    """What DCAT-AP 2.1.1 asks, written from its specification."""
    return Graph().parse(SHAPES)


def test_catalogue_conforms_to_dcat_ap(get: Callable[..., httpx.Response], shapes: Graph) -> None:
    """Every property that the profile asks is there, as often and of the kind that it allows."""
    graph = Graph().parse(data=get("/data.json").text, format="json-ld")
    conforms, _, report = validate(graph, shacl_graph=shapes)
    assert conforms, report[:3000]


def test_catalogue_has_every_table(get: Callable[..., httpx.Response], contoh: Path) -> None:
    """Every table with rows is there with its files, sizes, hashes and years."""
    answer = get("/data.json")
    assert answer.headers["content-type"].startswith("application/ld+json")
    graph = Graph().parse(data=answer.text, format="json-ld")
    release = contoh / "out" / "current"
    tables = json.loads((release / "manifest.json").read_text(encoding="utf-8"))["tables"]
    assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) == sum(table["rows"] > 0 for table in tables.values())
    datasets = {item["dct:identifier"]: item for item in answer.json()["dcat:dataset"]}
    for item in datasets["tender"]["dcat:distribution"]:
        file = (release / item["@id"].partition("/unduh/")[2]).read_bytes()
        assert item["dcat:byteSize"]["@value"] == str(len(file))
        assert item["spdx:checksum"]["spdx:checksumValue"]["@value"] == hashlib.sha1(file).hexdigest()
        assert item["dct:identifier"] == "sha256:" + hashlib.sha256(file).hexdigest()
        assert "dct:rights" in item and "dct:license" not in item  # its source names no licence
    assert len(datasets["tender"]["dcat:distribution"]) == 6
    assert all(text["@value"].startswith("DATA CONTOH") for text in datasets["tender"]["dct:title"])
    with closing(sqlite3.connect(release / "opendata.db")) as db:
        years = db.execute("select min(tahun_anggaran), max(tahun_anggaran) from tender").fetchone()
    period = datasets["tender"]["dct:temporal"]
    assert (period["dcat:startDate"]["@value"], period["dcat:endDate"]["@value"]) == tuple(map(str, years))


def wrong(found: Json, kind: str) -> Json:
    """The catalogue with one fault."""
    first = found["dcat:dataset"][0]
    match kind:
        case "no title":
            del found["dct:title"]
        case "no description of a dataset":
            del first["dct:description"]
        case "no address":
            del first["dcat:distribution"][0]["dcat:accessURL"]
        case "address is a text":
            first["dcat:distribution"][0]["dcat:accessURL"] = "unduh/tender.csv"
        case "size is a text":
            first["dcat:distribution"][0]["dcat:byteSize"] = "banyak"
        case "two checksums":
            first["dcat:distribution"][0]["spdx:checksum"] = [first["dcat:distribution"][0]["spdx:checksum"]] * 2
        case "period begins on no day":
            first["dct:temporal"] = {"@type": "dct:PeriodOfTime", "dcat:startDate": "kemarin"}
    return found


@pytest.mark.parametrize(
    "kind",
    ["no title", "no description of a dataset", "no address", "address is a text", "size is a text", "two checksums",
     "period begins on no day"],
)  # fmt: skip
def test_a_wrong_catalogue_is_refused(get: Callable[..., httpx.Response], shapes: Graph, kind: str) -> None:
    """The shapes can fail."""
    found = get("/data.json").json()
    found["dcat:dataset"] = found["dcat:dataset"][:1]
    assert validate(Graph().parse(data=json.dumps(found), format="json-ld"), shacl_graph=shapes)[0]
    graph = Graph().parse(data=json.dumps(wrong(found, kind)), format="json-ld")
    assert not validate(graph, shacl_graph=shapes)[0]


@pytest.mark.parametrize("path", ["/", "/unduh", "/rilis", "/opendata/tender", "/en/opendata/tender"])
def test_pages_describe_their_data(get: Callable[..., httpx.Response], path: str) -> None:
    """One description per page, as data; it names the release and the sample."""
    [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', get(path).text)
    found = json.loads(text)
    assert found["@type"] == ("Dataset" if "tender" in path else "DataCatalog")
    assert found["name"].startswith("DATA CONTOH") and len(found["version"]) == 16
    assert found["inLanguage"] == ("en" if path.startswith("/en") else "id")
    files = found.get("distribution", found.get("dataset"))
    assert all(item.get("sha256") or item["url"] for item in files) and len(files) > 5


def test_sitemap_leaves_out_signs_and_persons(get: Callable[..., httpx.Response], contoh: Path) -> None:
    """Every part has its pages in both languages; no page of a person and none that shows a sign is in it."""
    parts = [e.text or "" for e in ElementTree.fromstring(get("/sitemap.xml").text).iter(f"{MAP}loc")]
    found = []
    for part in parts:
        urls = [e.text or "" for e in ElementTree.fromstring(get(part).text).iter(f"{MAP}loc")]
        assert 0 < len(urls) <= 50_000 and len(urls) == len(set(urls))
        found += urls
    assert len(found) == 2 * sum("/en/" not in url for url in found)
    with closing(sqlite3.connect(contoh / "out" / "current" / "opendata.db")) as db:
        people = {row[0] for row in db.execute("select id_penyedia from penyedia where perorangan = 1")}
        firms = {row[0] for row in db.execute("select id_penyedia from penyedia where perorangan = 0")}
        packages = db.execute("select count(*) from paket").fetchone()[0]
    listed = {url.rpartition("/")[2] for url in found if "/penyedia/" in url}
    assert listed == firms and people and not listed & people
    own = [url for url in found if "/paket/" in url and "/en/" not in url]
    assert packages * 0.3 < len(own) < packages
    for url in [*own[:: max(1, len(own) // 25)], *(u for u in found if "/paket/" not in u and "/en/" not in u)][:45]:
        assert "x-robots-tag" not in get(url).headers, url


def test_robots_and_llms(get: Callable[..., httpx.Response], live: str) -> None:
    """Pages may be read, SQL and sorted views may not; llms.txt leads to what exists and says what it is."""
    text = get("/robots.txt").text
    rules = urllib.robotparser.RobotFileParser()
    rules.parse(text.splitlines())
    assert f"Sitemap: {live}/sitemap.xml" in text and "DATA CONTOH" in text
    for path, allowed in {"/": True, "/opendata/tender": True, "/sql?sql=select": False, "/en/cari?q=a": False}.items():
        assert rules.can_fetch("*", live + path) is allowed, path
    assert "Disallow: /opendata/*?" in text
    told = get("/llms.txt").text
    assert told.startswith("# DATA CONTOH")
    links = re.findall(r"\]\((http[^)]+)\)", told)
    assert len(links) > 80
    for url in links[:12]:
        get(url)


def test_lines_on_table_pages_run(get: Callable[..., httpx.Response], live: str, contoh: Path, tmp_path: Path) -> None:
    """Python and curl as they stand on the page give the whole table and the filtered rows."""
    page = get("/opendata/tender?tahun_anggaran=2025").text
    blocks = dict(re.findall(r'<h3>(Python|R|curl)</h3>\s*<pre class="sql-text" tabindex="0">(.*?)</pre>', page, re.S))
    python, r, curl = (html.unescape(blocks[name]) for name in ("Python", "R", "curl"))
    with closing(sqlite3.connect(contoh / "out" / "current" / "opendata.db")) as db:
        whole = db.execute("select count(*), sum(pagu_sen) from tender").fetchone()
        some = db.execute("select count(*) from tender where tahun_anggaran = 2025").fetchone()[0]
    said = python + "\nprint(json.dumps([len(df), int(df.pagu_sen.sum()), len(rows)]))"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == [*whole, some] and some
    subprocess.run(["sh", "-ec", curl], cwd=tmp_path, capture_output=True, check=True, timeout=60)
    packed = (tmp_path / "tender.csv.gz").read_bytes()
    read = pd.read_csv(io.BytesIO(packed), compression="gzip", dtype=str, keep_default_na=False)
    assert len(read) == whole[0]
    assert len(json.loads((tmp_path / "tender.json").read_text())) == some
    assert "readr::read_csv" in r and live in r
