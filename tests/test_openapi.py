"""``/openapi.json`` says what the site answers: a valid document, every JSON address in it, every answer as it says."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import jsonschema_rs
import pytest
import yaml
from catalogue import counts
from datasette.plugins import pm
from jsonschema import Draft202012Validator
from live_site import serving
from schemathesis.specs.openapi.definitions import OPENAPI_31
from test_plugins import ROOT, site

Json = dict[str, Any]

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
TABLES = "tender|kontrak|lra|hubungan|berkas_sumber"
NOT_OURS = (
    "/openapi",
    r"opendata)\.(?P<format>csv",
    r"\.jsono",
    "/pertanyaan/(?P<name>\\w+)\\.(?P<format>svg",
    "/peta/batas",
    "/peta\\.",
)
"""Addresses with JSON that the document leaves out: itself, /sql.json under other names, specifications of charts, the deployer's own boundaries;
and the pattern of the map, which is looked up by its path."""


@pytest.fixture(scope="module")
def live(contoh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the sample's site."""
    with serving(contoh / "out" / "current", tmp_path_factory.mktemp("openapi") / "log") as base:
        yield base


@pytest.fixture(scope="module")
def document(live: str) -> Json:
    """The document in Indonesian."""
    answer = httpx.get(f"{live}/openapi.json", timeout=60)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    found: Json = answer.json()
    return found


def address(path: str, operation: Json) -> str:
    """An operation's address with its examples."""
    query = []
    for item in operation["parameters"]:
        if item.get("$ref", "").endswith("/banyak"):
            query.append(("_size", 2))
        elif "example" not in item:
            continue
        elif item["in"] == "path":
            path = path.replace(f"{{{item['name']}}}", quote(str(item["example"]), safe=""))
        elif item.get("required", False):
            query.append((item["name"], item["example"]))
    return path + (f"?{urlencode(query)}" if query else "")


def judge(document: Json, operation: Json) -> Any:
    """A validator of an operation's answer."""
    [content] = operation["responses"]["200"]["content"].values()
    return jsonschema_rs.validator_for({"components": document["components"], **content["schema"]})


def test_document_is_valid_openapi(document: Json) -> None:
    """Against the OpenAPI 3.1 schema; every schema in it against JSON Schema; the release and the sample are named."""
    assert [str(e) for e in jsonschema_rs.iter_errors(OPENAPI_31, document)] == []
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    names = [operation["get"]["operationId"] for operation in document["paths"].values()]
    assert len(names) == len(set(names))
    assert document["info"]["title"].startswith("DATA CONTOH")
    refs = set(re.findall(r"#/components/(\w+)/([\w.]+)", json.dumps(document)))
    assert all(name in document["components"][kind] for kind, name in refs)


def test_english_has_the_same_shape(live: str, document: Json) -> None:
    """The same addresses and types, other words."""
    english = httpx.get(f"{live}/en/openapi.json", timeout=60).json()
    assert list(english["paths"]) == list(document["paths"])
    own, other = (d["paths"]["/cari.json"]["get"]["summary"] for d in (document, english))
    assert own.startswith("Cari") and other.startswith("Search")


def test_every_json_route_is_described(document: Json, contoh: Path) -> None:
    """A plugin that adds JSON without describing it fails here."""
    ds = site(
        (contoh / "out" / "current").resolve(), yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
    )
    paths = [re.sub(r"\{versi\}", "0" * 16, path) for path in document["paths"]]
    paths = [re.sub(r"\{\w+\}", "2025", path) for path in paths]
    routes = [route for found in pm.hook.register_routes(datasette=ds) for route, *_ in found]
    spoken = [route for route in routes if "json" in route and not any(name in route for name in NOT_OURS)]
    assert len(spoken) > 20
    assert [r for r in spoken if not any(re.match(r, path) for path in paths)] == []


def test_every_table_answers_as_described(live: str, document: Json, contoh: Path) -> None:
    """The first page and the first row of every table, in the two usual shapes; no column without a type."""
    package = json.loads((contoh / "out" / "current" / "datapackage.json").read_text(encoding="utf-8"))
    with httpx.Client(base_url=live, timeout=60) as client:
        for resource in package["resources"]:
            name = resource["name"]
            schema = document["components"]["schemas"][f"baris.{name}"]
            assert list(schema["properties"]) == [field["name"] for field in resource["schema"]["fields"]]
            path = f"/opendata/{name}.json"
            operation = document["paths"][path]["get"]
            for query in ({"_shape": "objects"}, {}):
                answer = client.get(path, params={**query, "_size": 3, "_nofacet": 1})
                assert answer.status_code == 200, path
                assert [str(e)[:200] for e in judge(document, operation).iter_errors(answer.json())] == [], path
            rows = client.get(path, params={"_shape": "array", "_size": 3, "_nofacet": 1}).json()
            one = jsonschema_rs.validator_for({"components": document["components"], **schema})
            assert [str(e)[:200] for row in rows for e in one.iter_errors(row)] == [], path


def test_every_example_exists(live: str, document: Json) -> None:
    """The address of every example answers 200 with what its schema says; a table without rows has none."""
    with httpx.Client(base_url=live, timeout=60) as client:
        for path, item in document["paths"].items():
            asked = address(path, item["get"])
            if "{" in asked:
                assert client.get(path.partition("/{")[0] + ".json?_shape=array").json() == [], path
                continue
            answer = client.get(asked)
            assert answer.status_code == 200, asked
            assert [str(e)[:200] for e in judge(document, item["get"]).iter_errors(answer.json())] == [], asked
            if (tag := answer.headers.get("etag")) and "/opendata/" not in path:
                assert client.get(asked, headers={"if-none-match": tag}).status_code == 304, asked


def test_wrong_requests_are_refused_as_described(live: str) -> None:
    """What Datasette answers with a fault or a redirect: part of a key, a key written with %, another method."""
    with httpx.Client(base_url=live, timeout=60) as client:
        assert client.get("/opendata/lra/2025.json").status_code == 404
        assert client.get("/opendata/lra/2025").status_code == 404
        assert client.get("/kamus/a%2Cb.json").json()["status"] == 404
        assert client.request("TRACE", "/opendata/lra.json").status_code == 405
        assert client.post("/opendata/lra.json").status_code == 405


def schemathesis(live: str, folder: Path, seconds: int, *options: str) -> int:
    """Try the document's operations with generated requests, always the same ones; every fault fails. How many cases."""
    fixed = ["--phases", "examples,coverage,fuzzing", "--generation-deterministic", "--no-shrink", "--no-color"]
    fixed += ["--max-examples", str(counts(2, 150)), "--max-time", str(counts(seconds, 1_800))]
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{live}/openapi.json", "--checks", CHECKS]
    done = subprocess.run(
        [*command, *fixed, *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=counts(180, 2_400),
        check=False,
    )
    assert done.returncode == 0, "\n".join(line[:300] for line in done.stdout.splitlines())[-6000:]
    found = re.search(r"(\d[\d,]*) generated", done.stdout)
    assert found
    return int(found[1].replace(",", ""))


@pytest.mark.attack
@pytest.mark.case("C22")
def test_pages_pass_schemathesis(live: str, tmp_path: Path, figure: Any) -> None:
    """No undocumented answer and no fault of the server from any page."""
    cases = schemathesis(live, tmp_path, 22, "--include-tag", "halaman")
    figure("C22", "kasus schemathesis: halaman", cases, "")


@pytest.mark.attack
@pytest.mark.case("C22")
def test_tables_pass_schemathesis(live: str, tmp_path: Path, figure: Any) -> None:
    """The same for five tables and their rows; all are described by the same code."""
    cases = schemathesis(live, tmp_path, 12, "--include-path-regex", f"^/opendata/({TABLES})[./]")
    figure("C22", "kasus schemathesis: tabel", cases, "")
