"""Many archived files extracted and validated as tasks of a Spark cluster: per file the function of the single process.

Every machine sees the folder of the build, has this checkout with its environment, and the pseudonym key by its own
``KALTIM_KUNCI``: the key never travels. A task that is run again, because its machine was lost, writes the same files.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from etl.archive import Pull
from etl.build import prepare_pull, pull_stamp
from etl.descriptors import load_resources
from etl.errors import EtlError
from etl.privacy import pseudonym_key

DONE = pa.schema([("nama", pa.string()), ("dikerjakan", pa.int64())])


def prepare_all(session: Any, out: Path, pulls: list[Pull], packages: Path, code: str, key: bytes) -> list[str]:
    """Extract and validate pulls on a cluster; return the names of those whose working files were not there yet."""
    rows = [(json.dumps(pull.__dict__, ensure_ascii=False), pull_stamp(pull, code, key)) for pull in pulls]
    frame = session.createDataFrame(rows, "tarikan string, cap string").repartition(len(rows))
    places = (out.resolve().as_posix(), packages.resolve().as_posix())
    work = partial(prepare_some, *places, hashlib.sha256(key).hexdigest())
    done = frame.mapInArrow(work, "nama string, dikerjakan bigint").toArrow()
    return sorted(row["nama"] for row in done.to_pylist() if row["dikerjakan"])


def prepare_some(out: str, packages: str, key_mark: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What one task does. Raises ``EtlError`` on a machine that has another pseudonym key."""
    key = pseudonym_key()
    if hashlib.sha256(key).hexdigest() != key_mark:
        raise EtlError("mesin ini memakai kunci nama samaran lain; samakan KALTIM_KUNCI di semua mesin")
    resources = load_resources(Path(packages))
    for batch in batches:
        for row in batch.to_pylist():
            pull = Pull(**json.loads(row["tarikan"]))
            worked = prepare_pull(pull, Path(out), resources, key, row["cap"])
            yield pa.RecordBatch.from_pylist([{"nama": pull.nama, "dikerjakan": int(worked)}], DONE)
