"""Names that differ by one typing slip, among millions: bounded blocks in SQL, the likeness of a pair in plain code.

Both run where the engine runs: DuckDB here, or the machines of a Spark cluster.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from etl.engine import Engine
from etl.names import Name, alike

WINDOW, CROWD = 12, 64
"""A block larger than ``CROWD`` is sorted and each name meets only its ``WINDOW`` neighbours."""
COMMON = 3
"""A word that this many names use is no typing slip of another such word."""
SQL = (
    (Path(__file__).parent / "sql" / "nama_berdekatan.sql")
    .read_text(encoding="utf-8")
    .replace("$ramai", str(CROWD))
    .replace("$jendela", str(WINDOW))
)
SCORED = pa.schema([("satu", pa.int64()), ("lain", pa.int64()), ("skor", pa.float64())])


def near_pairs(names: list[Name], wanted: list[bool], engine: Engine) -> Iterator[tuple[float, int, int]]:
    """Pairs of alike names of which at least one is wanted: score and two places in ``names``, in their order.

    One slip leaves all other words and one end of the changed word as they are: that is the block.
    """
    ranks = {number: rank for rank, number in enumerate(sorted(range(len(names)), key=lambda n: names[n]))}
    engine.register("nama_inti", cores(names, wanted))
    engine.register("nama_blok", blocks(names, ranks))
    words = Counter(word for name in names for word in set(name.core))
    for row in (
        engine.transform(SQL, scored, SCORED).sort_by([("satu", "ascending"), ("lain", "ascending")]).to_pylist()
    ):
        if not both_common(names[row["satu"]], names[row["lain"]], words):
            yield row["skor"], row["satu"], row["lain"]


def cores(names: list[Name], wanted: list[bool]) -> pa.Table:
    """Names as a table: ``nomor``, ``bentuk``, ``inti`` (words with blanks between), ``dicari``."""
    return pa.table(
        {
            "nomor": pa.array(range(len(names)), pa.int64()),
            "bentuk": pa.array([name.form for name in names], pa.string()),
            "inti": pa.array([" ".join(name.core) for name in names], pa.string()),
            "dicari": pa.array([int(value) for value in wanted], pa.int64()),
        }
    )


def blocks(names: list[Name], ranks: dict[int, int]) -> pa.Table:
    """The blocks of each name: ``kunci``, ``nomor``, and ``urut``, its place in the alphabet."""
    pairs = [(key, number) for number, name in enumerate(names) for key in dict.fromkeys(block_keys(name))]
    return pa.table(
        {
            "kunci": pa.array([key for key, _ in pairs], pa.string()),
            "nomor": pa.array([number for _, number in pairs], pa.int64()),
            "urut": pa.array([ranks[number] for _, number in pairs], pa.int64()),
        }
    )


def block_keys(name: Name) -> Iterator[str]:
    """One key per word and end: the other words in their places, and three letters of this one."""
    for place, word in enumerate(name.core):
        if len(word) >= 5 and name.form:
            rest = f"{name.form} {' '.join(name.core[:place])}|{' '.join(name.core[place + 1 :])}"
            yield f"{rest}<{word[:3]}"
            yield f"{rest}>{word[-3:]}"


def scored(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The alike pairs of a batch of candidates, with their score."""
    rows = batch.to_pylist()
    scores = [alike(name_of(row, "satu"), name_of(row, "lain")) for row in rows]
    kept = [(row["satu"], row["lain"], score) for row, score in zip(rows, scores, strict=True) if score]
    columns = zip(*kept, strict=True) if kept else ([], [], [])
    return pa.record_batch(
        [pa.array(values, kind) for values, kind in zip(columns, SCORED.types, strict=True)], schema=SCORED
    )


def name_of(row: dict[str, str], side: str) -> Name:
    """One name of a candidate pair."""
    core = tuple(row[f"inti_{side}"].split())
    return Name(row[f"bentuk_{side}"], core, "".join(core))


def both_common(one: Name, other: Name, words: Counter[str]) -> bool:
    """Whether the differing words are both in use: then neither is a slip (``KARYA``, ``KARSA``)."""
    differing = next(pair for pair in zip(one.core, other.core, strict=True) if pair[0] != pair[1])
    return min(words[word] for word in differing) >= COMMON
