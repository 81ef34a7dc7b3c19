"""A lake -> its linked tables and signs as Parquet, without passing its rows through one process.

``publish --from-lake`` makes a SQLite release of a part; this is for the whole of a lake that no such file could hold.
The engine reads the lake's parts where they lie and writes every result where it works. What is computed are the tables
and signs that public columns alone give (``lake_publish.computed``), over the same rows and in the same SQL.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from etl.build import code_hash
from etl.database import TYPES, quote, typed
from etl.descriptors import Resource, load_resources
from etl.durable import build_lock, put_in_place, sync, write_whole
from etl.engine import Choice, Engine, open_engine
from etl.errors import EtlError
from etl.fields import Json
from etl.flag import BODY_LIMIT, BUDGETS, TOO_LARGE
from etl.lake_publish import computed, rests_on_private
from etl.lake_staging import PULL, Chosen, check_instances, choose, empty, pull_offsets, stored
from etl.link import SQL, call_function, canonical
from etl.signs import Sign, load_signs

Say = Callable[[str], None]
CASTS = {"INTEGER": "BIGINT", "REAL": "DOUBLE", "TEXT": "VARCHAR"}
JUDGED, BUDGET = "tanda_dinilai", "apbd_badan"
"""Names under which a sign's population and the budgets are known to the engine for a moment."""


def link_lake(
    lake: str, names: tuple[str, ...], bodies: tuple[str, ...], out: Path, datapackages: Path, say: Say, choice: Choice
) -> Path:
    """Write the linked tables and signs of a part of a lake to a new folder of ``out``; return it.

    Its name is the fingerprint of lake, choice and code: a folder that is there already holds this answer, and is left
    as it is. Columns: those of the table's descriptor; of a sign, what its query returns.
    """
    if "://" in lake:
        raise EtlError(f"{lake}: mesin membaca bagian danau langsung dari folder; salin ember itu ke folder dahulu")
    resources, chosen = load_resources(datapackages), choose(lake, names, bodies)
    check_instances(chosen, resources)
    about = {"code": code_hash(datapackages), "lake": chosen.manifest["hash"], "instances": list(chosen.instances)}
    about |= {"bodies": list(chosen.bodies)}
    mark = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]
    target = out / mark
    with build_lock(out):
        if target.exists():
            say(f"{target} sudah ada")
            return target
        aside = out / f".baru-{mark}"
        shutil.rmtree(aside, ignore_errors=True)  # of a run that died
        (aside / "kerja").mkdir(parents=True)
        with open_engine(aside, choice) as engine:
            tables, signs = run(engine, Path(lake), chosen, resources, aside, say)
        shutil.rmtree(aside / "kerja")
        told = {**about, "engine": choice.name, "tables": files(aside / "taut", tables)}
        told |= {"signs": files(aside / "tanda", signs)}
        write_whole(aside / "manifest.json", (json.dumps(told, indent=2) + "\n").encode())
        put_in_place(aside, target)
    return target


def run(
    engine: Engine, lake: Path, chosen: Chosen, resources: dict[str, Resource], out: Path, say: Say
) -> tuple[list[str], list[str]]:
    """Every linked table in the order of the descriptors, then every sign; return their names."""
    public = {name: r for name, r in resources.items() if r.descriptor["x-privacy"] == "public"}
    again = computed(resources)
    for resource in (r for name, r in public.items() if name not in again):
        give(engine, lake, chosen, resource, out / "kerja" / "masukan")
    tables = [name for name in public if name in again]
    for name in tables:
        folder = out / "taut" / name
        write_linked(engine, public[name], folder)
        engine.register_files(name, sorted(folder.glob("*.parquet")))
        say(f"taut: {name} {rows_in(folder)} baris")
    signs = [s for s in load_signs(resources) if not s.withheld and not rests_on_private(s.sql, resources)]
    engine.save(BUDGETS, out / "kerja" / BUDGET)
    engine.register_files(BUDGET, sorted((out / "kerja" / BUDGET).glob("*.parquet")))
    for sign in signs:
        write_judged(engine, sign, out)
        say(f"tanda: {sign.nama} {rows_in(out / 'tanda' / sign.nama)} baris dinilai atau tidak dapat dihitung")
    return tables, [sign.nama for sign in signs]


def give(engine: Engine, lake: Path, chosen: Chosen, resource: Resource, work: Path) -> None:
    """Make a table of the lake known: its parts as they are, or those of all instances, the first telling each key."""
    parts: dict[str, list[Path]] = {}
    for part in chosen.parts:
        if part["table"] == resource.name:
            parts.setdefault(part["instance"], []).append(lake / part["path"])
    if not parts:
        engine.register(resource.name, empty(resource))
    elif len(parts) == 1 and len(chosen.instances) == 1:
        engine.register_files(resource.name, next(iter(parts.values())))
    else:
        for name, found in parts.items():
            engine.register_files(f"{resource.name}__{name}", found)
        engine.save(first_by_key(resource, parts, chosen), work / resource.name)
        engine.register_files(resource.name, sorted((work / resource.name).glob("*.parquet")))


def first_by_key(resource: Resource, parts: dict[str, list[Path]], chosen: Chosen) -> str:
    """SQL for the rows of several instances: one per key, of the first instance by name, pulls numbered through."""
    offsets = pull_offsets(chosen, dict.fromkeys(chosen.instances, {}))
    columns = stored(resource)
    halves = []
    for number, name in enumerate(sorted(parts)):
        own = [f"{quote(c)} + {offsets[name]} AS {quote(c)}" if c == PULL else quote(c) for c in columns]
        halves.append(f"SELECT {', '.join(own)}, {number} AS ke FROM {quote(f'{resource.name}__{name}')}")
    names, key = ", ".join(map(quote, columns)), ", ".join(map(quote, resource.key))
    rank = f"ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY ke) AS urut_ke"
    ranked = f"SELECT *, {rank} FROM ({' UNION ALL '.join(halves)}) AS semua"
    return f"SELECT {names} FROM ({ranked}) AS urut WHERE urut_ke = 1"


def write_linked(engine: Engine, resource: Resource, folder: Path) -> None:
    """Write a linked table in the types that its descriptor declares, an empty text as nothing, as a build does."""
    if resource.get("x-sql"):
        engine.save((SQL / resource.get("x-sql")).read_text(encoding="utf-8"), folder, list(declared(resource)))
        return
    reads = {}
    for table, columns in resource.get("x-reads").items():
        names = ", ".join(map(quote, columns))
        reads[table] = engine.query(f"SELECT {names} FROM {quote(table)} ORDER BY {names}")
    made = canonical(resource, call_function(resource, reads, engine))
    folder.mkdir(parents=True)
    pq.write_table(pa.table(typed(resource, made, resource.fields)), folder / "0.parquet", compression="zstd")


def declared(resource: Resource) -> Iterator[str]:
    """The columns of a linked table as expressions over its query's rows; the same as ``canonical`` and ``typed``."""
    for field in resource.fields:
        name, kind = quote(field.name), TYPES.get(field.type, "TEXT")
        cast = f"CAST({name} AS {CASTS[kind]})"
        if kind == "TEXT":
            cast = f"COALESCE({cast}, '')" if field.name in resource.key else f"NULLIF({cast}, '')"
        yield f"{cast} AS {name}"


def write_judged(engine: Engine, sign: Sign, out: Path) -> None:
    """Write what a sign judged; a figure above what its body's budget makes believable is held, as in a release."""
    raw = out / "kerja" / "dinilai" / sign.nama
    engine.save(sign.sql, raw)
    engine.register_files(JUDGED, sorted(raw.glob("*.parquet")))
    names = pq.read_schema(next(raw.glob("*.parquet"))).names
    unbelieved = f"d.ditandai = 1 AND b.anggaran_sen > 0 AND d.nilai_sen > {BODY_LIMIT} * b.anggaran_sen"
    told = {"ditandai": "NULL", "alasan": f"'{TOO_LARGE}'"}
    columns = (
        f"CASE WHEN {unbelieved} THEN {told[n]} ELSE d.{quote(n)} END AS {quote(n)}" if n in told else f"d.{quote(n)}"
        for n in names
    )
    joined = f"{JUDGED} AS d LEFT JOIN {BUDGET} AS b ON b.kd_klpd = d.kd_klpd AND b.tahun_anggaran = d.tahun_anggaran"
    engine.save(f"SELECT {', '.join(columns)} FROM {joined}", out / "tanda" / sign.nama)


def rows_in(folder: Path) -> int:
    """Rows of all Parquet files of a folder."""
    return sum(pq.read_metadata(path).num_rows for path in folder.glob("*.parquet"))


def files(folder: Path, names: list[str]) -> Json:
    """For the manifest: rows of each result, and its files with their bytes and SHA-256; they reach the disk."""
    found = {}
    for name in names:
        paths = sorted((folder / name).glob("*.parquet"))
        described = []
        for path in paths:
            sync(path)
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            where = f"{folder.name}/{name}/{path.name}"
            described.append({"path": where, "bytes": path.stat().st_size, "sha256": digest})
        found[name] = {"rows": rows_in(folder / name), "files": described}
    return found
