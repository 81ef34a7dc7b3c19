"""Release A and the delta give release B: every table, row for row, hash for hash of its CSV."""

import csv
import gzip
import hashlib
import json
import random
import shutil
from pathlib import Path

import pytest
import yaml
from conftest import paket

from etl.delta import apply_delta, delta_name, write_delta
from etl.errors import ReleaseBroken


def chain(out):
    """The kept releases in the order in which they followed each other."""
    before = {}
    for folder in (out / "releases").iterdir():
        manifest = json.loads((folder / "manifest.json").read_text())
        before[manifest["previous"]] = manifest["version"]
    found = [before[""]]
    while found[-1] in before:
        found.append(before[found[-1]])
    return found


def assert_deltas_lead_on(out, target):
    """Walk from the oldest to the newest release by deltas alone; return the rows that each delta holds."""
    versions, counts = chain(out), []
    for before, after in zip(versions, versions[1:], strict=False):
        delta = out / "delta" / delta_name(before, after)
        done = apply_delta(out / "releases" / before, delta, target / after)
        wanted = json.loads((out / "releases" / after / "manifest.json").read_text())["tables"]
        assert set(done) == set(wanted)
        for name, table in wanted.items():
            found = (target / after / f"{name}.csv").read_bytes()
            assert hashlib.sha256(found).hexdigest() == table["sha256"]
            assert found == (out / "releases" / after / "data" / f"{name}.csv").read_bytes()
        counts.append(len(gzip.decompress(delta.read_bytes()).splitlines()) - 1)
    return counts


def full(make, *rows):
    """One more pull that replaces the one before it."""
    make({"a.json": list(rows), "konteks.yml": yaml.safe_dump({"berkas": {"a.json": {"pull": "penuh"}}})})


def lines(out):
    versions = chain(out)
    path = out / "delta" / delta_name(*versions[-2:])
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def test_new_altered_and_gone_rows(make, tmp_path):
    full(make, paket("1"), paket("2", nama="lama"), paket("3"))
    full(make, paket("2", nama='dua, "baru"'), paket("3"), paket("4"))
    head, *found = lines(tmp_path / "out")
    assert [head["dari"], head["ke"]] == chain(tmp_path / "out")
    own = [line for line in found if line["tabel"] == "paket_uji"]
    assert [line["jenis"] for line in own] == ["DEL", "MOD", "MOD", "ADD"]
    assert set(own[2]["ubah"]) <= {"asal_berkas", "asal_lokasi"}, "baris 3 hanya dibaca dari berkas lain"
    assert own[0]["kunci"][-1] == "1" and "isi" not in own[0], "isi baris yang hilang tidak disebarkan lagi"
    assert own[1]["ubah"]["nama"] == ["lama", 'dua, "baru"'] and own[3]["isi"]["kd"] == "4"
    assert assert_deltas_lead_on(tmp_path / "out", tmp_path / "jadi") == [len(found)]


def test_another_start_or_an_altered_delta_is_refused(make, tmp_path):
    for number in range(3):
        full(make, *(paket(str(n)) for n in range(number + 1)))
    out = tmp_path / "out"
    first, second, third = chain(out)
    with pytest.raises(ReleaseBroken, match="berangkat dari rilis"):
        apply_delta(out / "releases" / first, out / "delta" / delta_name(second, third), tmp_path / "x")
    path = out / "delta" / delta_name(first, second)
    content = gzip.decompress(path.read_bytes()).replace(b'"nama":"Paket 1"', b'"nama":"Paket 7"')
    path.write_bytes(gzip.compress(content))
    with pytest.raises(ReleaseBroken, match="tidak menjadi"):
        apply_delta(out / "releases" / first, path, tmp_path / "x")


def test_every_table_of_the_sample_after_random_edits(contoh, tmp_path):
    """Rows dropped, altered and added in every table, a column gone, a table gone: the later CSVs come out exactly."""
    old = (contoh / "out" / "current").resolve()
    new = tmp_path / "baru"
    shutil.copytree(old / "data", new / "data", ignore=shutil.ignore_patterns("*.gz", "*.xlsx", "*.parquet", "*excel*"))
    package = json.loads((old / "datapackage.json").read_text())
    manifest = json.loads((old / "manifest.json").read_text()) | {"version": "lain"}
    chance = random.Random(5)
    for resource in package["resources"]:
        edit(new / "data" / f"{resource['name']}.csv", resource["schema"], chance)
    gone = package["resources"].pop()["name"]
    del manifest["tables"][gone]
    fields = package["resources"][0]["schema"]["fields"]
    without_last_column(new / "data" / f"{package['resources'][0]['name']}.csv", fields)
    for name, table in manifest["tables"].items():
        table["sha256"] = hashlib.sha256((new / "data" / f"{name}.csv").read_bytes()).hexdigest()
    (new / "datapackage.json").write_text(json.dumps(package))
    (new / "manifest.json").write_text(json.dumps(manifest))
    assert write_delta(old, new, tmp_path / "delta.gz") > 1_000
    done = apply_delta(old, tmp_path / "delta.gz", tmp_path / "jadi")
    assert set(done) == set(manifest["tables"]) and list(done.values()).count("berubah") > 80
    for name in done:
        assert (tmp_path / "jadi" / f"{name}.csv").read_bytes() == (new / "data" / f"{name}.csv").read_bytes()


def edit(path: Path, schema, chance):
    """Drop, alter and add a few rows of a CSV that stays in the order of its key."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    key = [head.index(k) for k in schema["primaryKey"]]
    free = [n for n in range(len(head)) if n not in key]
    changed = []
    for row in rows:
        lot = chance.random()
        if lot < 0.03:
            continue
        if lot < 0.08 and free:
            row[chance.choice(free)] = chance.choice(["", "ubah", 'a"b,\nc', "é"])
        changed.append(row)
        if lot > 0.97 and schema["fields"][key[-1]]["type"] == "string":
            extra = list(row)
            extra[key[-1]] += "\x01"  # sorts directly after its neighbour
            changed.append(extra)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *changed])


def without_last_column(path, fields):
    fields.pop()
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row[:-1] for row in csv.reader(file)]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.mark.real
def test_kotawaringin_snapshots(kotawaringin, tmp_path):
    assert len(assert_deltas_lead_on(kotawaringin / "out", tmp_path / "jadi")) == 3


@pytest.mark.real
def test_bandung_pulls(bandung, tmp_path):
    (rows,) = assert_deltas_lead_on(bandung / "out", tmp_path / "jadi")
    assert rows > 45
