"""An ordinary release from a part of a lake: some bodies, an instance, or a national summary.

All of one instance is published as it was. Of anything else, the tables from files are taken and the linked tables and
signs computed again over what is public. Tables that rest on private columns or closed tables cannot be: they keep the
rows that the instances published.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from etl.build import code_hash, commit, finish
from etl.database import literal, open_database, quote
from etl.descriptors import Resource, load_datasets, load_resources
from etl.durable import build_lock
from etl.engine import Choice
from etl.errors import EtlError
from etl.fields import Json
from etl.flag import flag
from etl.lake import checked
from etl.lake_staging import Chosen, choose, fill_staging, terms_of
from etl.link import SQL, link, tables_in, words_of
from etl.publish import current_version, publish
from etl.release_package import SAMPLE
from etl.signs import TABLES, load_signs

Say = Callable[[str], None]


def publish_from_lake(
    lake: str, names: tuple[str, ...], bodies: tuple[str, ...], summary: bool, out: Path, datapackages: Path, say: Say,
    choice: Choice | None = None,
) -> str:  # fmt: skip
    """Publish the chosen part of a lake as a release of ``out``, a folder of its own; return its version."""
    with build_lock(out):
        if (out / "arsip").exists():
            raise EtlError(f"{out}: folder ini punya arsip sendiri; rilis dari danau perlu --out folder lain")
        resources, chosen = load_resources(datapackages), choose(lake, names, bodies)
        again = set() if chosen.whole and not summary else computed(resources)
        for table, count in fill_staging(out, chosen, resources, again).items():
            say(f"danau: {table}: {count} kunci berbeda antarinstansi; dipakai instansi pertama menurut nama")
        rows = sum(part["rows"] for part in chosen.parts)
        say(f"danau: {rows} baris dari {len(chosen.parts)} bagian, {', '.join(chosen.instances)}")
        if again:
            compute_again(out, resources, again, say, choice)
        if summary:
            empty_files(out, resources)
        before = current_version(out)
        made = made_from(chosen, summary, datapackages)
        texts = [checked(chosen.store, instance["texts"]) for instance in chosen.instances.values()]
        beside = {"terms": terms_of(chosen), "parts": listing(chosen, made["lake"]), "texts": texts}
        release = publish(out, resources, load_datasets(datapackages), made, beside)
        finish(out, resources, before, release, datapackages, say)
    return release


def made_from(chosen: Chosen, summary: bool, datapackages: Path) -> Json:
    """Of what a release from a lake is made, for its manifest."""
    code = code_hash(datapackages)
    content = {
        "hash": chosen.manifest["hash"],
        "instances": {name: instance["release"] for name, instance in chosen.instances.items()},
        "bodies": list(chosen.bodies),
        "summary": summary,
    }
    mark = hashlib.sha256(json.dumps([code, content], sort_keys=True).encode()).hexdigest()
    return {"fingerprint": mark, "code": {"sha256": code, "commit": commit()}, "lake": content}


def listing(chosen: Chosen, about: Json) -> Json:
    """What ``danau.json`` of the release says: of which lake it is made, and every part with its hash and path."""
    sample = any(instance["sample"] for instance in chosen.instances.values())
    return {**({"notice": SAMPLE} if sample else {}), **about, "parts": chosen.parts}


def compute_again(
    out: Path, resources: dict[str, Resource], again: set[str], say: Say, choice: Choice | None = None
) -> None:
    """Run links and signs over the staging tables; signs that rest on private columns keep their published rows."""
    public = {name: r for name, r in resources.items() if r.descriptor["x-privacy"] == "public"}
    for name, count in link(out, {name: r for name, r in public.items() if name in again}, choice).items():
        say(f"taut: {name} {count} baris")
    if not set(TABLES) <= set(public):
        return
    signs = [sign.nama for sign in load_signs(resources) if rests_on_private(sign.sql, resources)]
    keep_signs(out, signs)
    raised = flag(out, resources, choice=choice)
    put_signs_back(out, signs)
    say(f"tanda: {sum(raised.values())} baris dari {len(raised)} tanda; seperti terbit: {', '.join(signs) or '-'}")


def computed(resources: dict[str, Resource]) -> set[str]:
    """The linked tables that public columns alone can give: neither closed counts, nor what reads private columns."""
    found = set()
    for name, resource in resources.items():
        if resource.descriptor["x-privacy"] != "public" or resource.get("x-suppress"):
            continue
        reads = resource.get("x-reads") or {}
        private = any(columns_hidden(resources[table], set(columns)) for table, columns in reads.items())
        if resource.get("x-sql"):
            private = rests_on_private((SQL / resource.get("x-sql")).read_text(encoding="utf-8"), resources)
        if (resource.get("x-sql") or reads) and not private:
            found.add(name)
    return found


def rests_on_private(sql: str, resources: dict[str, Resource]) -> bool:
    """Whether a query reads a closed table or mentions a private column of a table that it reads."""
    words = words_of(sql)
    return any(columns_hidden(resources[table], words) for table in tables_in(sql))


def columns_hidden(resource: Resource, names: set[str]) -> bool:
    """Whether a table is closed, or one of these columns of it."""
    closed = resource.descriptor["x-privacy"] != "public"
    return closed or any(field.name in names and not field.public for field in resource.fields)


def keep_signs(out: Path, signs: list[str]) -> None:
    """Put the published rows of these signs aside in ``staging.db``."""
    with open_database(out / "staging.db") as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TABLE {quote(f'simpan_{table}')} AS SELECT * FROM {quote(table)} {where(signs)}")


def put_signs_back(out: Path, signs: list[str]) -> None:
    """Replace what was computed of these signs by their published rows."""
    with open_database(out / "staging.db") as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {quote(table)} {where(signs)}")
            cursor.execute(f"INSERT INTO {quote(table)} SELECT * FROM {quote(f'simpan_{table}')}")
            cursor.execute(f"DROP TABLE {quote(f'simpan_{table}')}")


def where(signs: list[str]) -> str:
    """SQL that chooses the rows of these signs."""
    return f"WHERE tanda IN ({', '.join(map(literal, signs))})"


def empty_files(out: Path, resources: dict[str, Resource]) -> None:
    """Leave the tables from files without rows; the links and signs over them stay."""
    with open_database(out / "staging.db") as cursor:
        for resource in resources.values():
            if resource.from_files:
                cursor.execute(f"DELETE FROM {quote(resource.name)}")
