"""Small hostile files: the fast path and stock Frictionless must give the same list of errors, to the letter.

``BULK_FUZZ`` sets the number of files (default 2,000), ``BULK_SEED`` the first seed; a failure names its seed.
"""

import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from frictionless import Dialect, Resource, Schema

from etl.bulk import validate_bulk

FILES = int(os.environ.get("BULK_FUZZ", "2000"))
SEED = int(os.environ.get("BULK_SEED", "1"))
SHARES = 6

# fmt: off - ruff would put each of these on its own line
ODD = {
    "string": [
        "",
        "-",
        " ",
        "NA",
        "a",
        "b",
        "ab",
        "A1",
        "x y",
        "é",
        "ａ",
        "٠",
        "'",
        "a\u2028b",
        "12",
        "a|b",
        "cc",
        "\u001f",
    ],
    "integer": [
        "0",
        "1",
        "7",
        "007",
        "-1",
        "-0",
        "+1",
        " 12",
        "12 ",
        "1_000",
        "１２",
        "١",
        "1.0",
        "1e3",
        "9" * 18,
        "9" * 19,
        "-" + "9" * 18,
        "9" * 40,
        "-",
        "",
        "NA",
        "0x1",
        "1,5",
        "--1",
        "1-1",
        "٣",
        "12\u00a0",
        "1" * 5000,
    ],
    "number": [
        "0",
        "1",
        "1.0",
        "1.00",
        "-1",
        "-0",
        "01",
        "1e5",
        "1E-5",
        "NaN",
        "INF",
        "-inf",
        "Infinity",
        "1e400",
        ".5",
        "5.",
        ".",
        "1.2.3",
        "1_000.5",
        "１.５",
        " 1",
        "-",
        "",
        "NA",
        "0.1",
        "0.10",
        "9" * 30 + ".5",
        "1,5",
        "99.999",
        "100.0",
        "100",
        "99.99999999999999999999",
        "--1",
        "1-",
        "+2",
        "0e0",
        "1.2.",
        "1200",
        "1.2e3",
        "9" * 400,
    ],
    "boolean": ["true", "false", "True", "1", "0", "Ya", "Tidak", "ya", " true", "", "-", "TRUE", "2"],
    "date": [
        "2024-01-05",
        "2024-1-5",
        "2024-02-30",
        "2024-02-29",
        "2023-02-29",
        "0000-01-01",
        "0001-01-01",
        "20240105",
        "2024/01/05",
        " 2024-01-05",
        "2024-01-05 ",
        "2024-12-31",
        "2024-13-01",
        "2024-00-10",
        "2024-10-00",
        "9999-12-31",
        "",
        "-",
        "２024-01-05",
        "24-01-05",
        "2024-01-05T00:00:00",
        "2024-01-28",
        "2024-01-29",
    ],
    "datetime": [
        "2024-01-05T10:00:00",
        "2024-01-05 10:00:00",
        "2024-01-05T10:00",
        "2024-01-05T24:00:00",
        "2024-01-05T25:00:00",
        "2024-01-05T10:00:00.500",
        "2024-01-05T10:00:00.000",
        "20240105T10:00:00",
        "2024-01-05x10:00:00",
        "2024-01-05T10:60:00",
        "2024-02-30T10:00:00",
        "2024-01-05T10:00:60",
        "0000-01-05T10:00:00",
        "",
        "-",
        "2024-01-05T10:00:00,5",
        "2024-1-5T10:00:00",
    ],
    "year": [
        "2024",
        "1999",
        "0000",
        "0012",
        " 202",
        "２０２４",
        "-123",
        "+123",
        "1_00",
        "20245",
        "",
        "-",
        "12",
        "9999",
        "NA",
        "20 4",
    ],
}
ZONED = [
    "2024-01-05T10:00:00Z",
    "2024-01-05T10:00:00+00:00",
    "2024-01-05T17:00:00+07:00",
]
PATTERNS = [
    "[a-z]+",
    "a|b",
    "^a|b$",
    r"\d+",
    "a?",
    "(a|b)c",
    r"\w+",
    ".*",
    "[^a]",
    "(ab)*",
    "x y",
    "a$",
    "(?i)A1",
    r"[\d-]+",
    "a{1,2}",
    "",
    "(a*)*",
    "[A-Z][0-9]",
    ".",
    "a{,2}",
    r"\.",
    "(?:a|cc|)b?",
    "a+?",
    "[a-b]{1}",
]
ENUMS: dict[str, list[Any]] = {
    "string": ["a", "b", "é"],
    "integer": [1, 7],
    "number": ["1.0", 100],
    "boolean": ["true"],
    "date": ["2024-01-05"],
    "datetime": ["2024-01-05T10:00:00"],
    "year": [2024],
}
LIMITS: dict[str, list[Any]] = {
    "integer": [0, 1, 7, -1, 10**18, 10**20],
    "number": [0, 1, "0.1", "99.99", 100, "1e5"],
    "year": [1999, 2024],
    "date": ["2024-01-05", "2024-02-29"],
    "datetime": ["2024-01-05T10:00:00"],
}
MISSING: list[list[str]] = [[""], ["", "-"], ["", "-", "NA"], ["-"], [], ["0"], ["", "None"], ["", "2024-01-05", "é"]]
STRUCTURE = [
    *["plain"] * 24,
    *["quote_all"] * 3,
    *["mixed_quotes"] * 3,
    *["ragged"] * 4,
    *["blank"] * 3,
    "crlf",
    "bom",
    "nul",
    "stray",
    "stray_pair",
    "no_header",
    "other_header",
    "twice",
    "extra_column",
    "empty",
    "latin",
    "open_quote",
    "newline",
    "cr",
    "semicolon",
    "no_end",
    "header_only",
    "half_line",
    "spaces",
]
# fmt: on


def make_schema(rng: random.Random) -> dict[str, Any]:
    """A random schema of the supported types and constraints."""
    names = [f"k{number}" for number in range(rng.randint(1, 5))]
    out: dict[str, Any] = {"fields": [make_field(rng, name) for name in names]}
    if rng.random() < 0.6:
        out["missingValues"] = rng.choice(MISSING)
    if rng.random() < 0.5:
        out["primaryKey"] = rng.sample(names, rng.randint(1, min(3, len(names))))
    return out


def make_field(rng: random.Random, name: str) -> dict[str, Any]:
    """A random field."""
    kind = rng.choice(list(ODD))
    out: dict[str, Any] = {"name": name, "type": kind} | make_notation(rng, kind)
    rules: dict[str, Any] = {}
    if rng.random() < 0.3:
        rules["required"] = rng.random() < 0.9
    if rng.random() < 0.2:
        rules["unique"] = True
    if rng.random() < 0.15:
        rules["enum"] = ENUMS[kind]
    if kind == "string":
        make_text_rules(rng, rules)
    elif kind in LIMITS and rng.random() < 0.4:
        rules[rng.choice(["minimum", "maximum"])] = rng.choice(LIMITS[kind])
    return out | ({"constraints": rules} if rules else {})


def make_notation(rng: random.Random, kind: str) -> dict[str, Any]:
    """Random properties of a field beside its constraints."""
    own: dict[str, Any] = {"missingValues": ["a", "1"]} if rng.random() < 0.1 else {}
    chance = rng.random()
    if kind == "boolean" and chance < 0.5:
        own |= {"trueValues": ["Ya", "true"], "falseValues": ["Tidak", "0"]}
    if kind == "number" and chance < 0.25:
        own |= rng.choice([{"floatNumber": True}, {"groupChar": ","}, {"decimalChar": ","}, {"bareNumber": False}])
    if kind == "date" and chance < 0.1:
        own["format"] = "%d/%m/%Y"
    if kind == "string" and chance < 0.05:
        own["format"] = "email"
    return own


def make_text_rules(rng: random.Random, rules: dict[str, Any]) -> None:
    """Random text constraints."""
    if rng.random() < 0.4:
        rules["pattern"] = rng.choice(PATTERNS)
    if rng.random() < 0.2:
        rules["minLength"] = rng.randint(0, 3)
    if rng.random() < 0.2:
        rules["maxLength"] = rng.randint(0, 3)


def make_file(rng: random.Random, schema: dict[str, Any]) -> bytes:
    """A random file for the schema; most are well-formed with odd cells, some are broken on purpose."""
    shape = rng.choice(STRUCTURE)
    names = [field["name"] for field in schema["fields"]]
    count = 0 if shape == "header_only" else rng.randint(1, 12)
    rows = [[make_cell(rng, field) for field in schema["fields"]] for _ in range(count)]
    spread(rng, rows)
    if rows and shape in ("ragged", "blank"):
        break_rows(rng, shape, rows)
    quote = {"quote_all": 1.0, "mixed_quotes": 0.5}.get(shape, 0.0)
    lines = [",".join(render(rng, cell, quote) for cell in row) for row in [names, *rows]]
    return damage(rng, shape, lines)


def make_cell(rng: random.Random, field: dict[str, Any]) -> str:
    """A random cell, often of the right type."""
    kind = field["type"] if rng.random() < 0.9 else rng.choice(list(ODD))
    if kind == "datetime" and rng.random() < 0.02:
        return rng.choice(ZONED)
    return rng.choice(ODD[kind][:6] if rng.random() < 0.4 else ODD[kind])


def spread(rng: random.Random, rows: list[list[str]]) -> None:
    """Repeat some rows, so that keys collide."""
    for _ in range(rng.randint(0, 3)):
        if rows:
            rows.insert(rng.randint(0, len(rows)), list(rng.choice(rows)))


def break_rows(rng: random.Random, shape: str, rows: list[list[str]]) -> None:
    """Make some rows too short, too long or blank."""
    for row in rng.sample(rows, rng.randint(1, len(rows))):
        if shape == "blank":
            width = len(row)
            row[:] = rng.choice([[], [""] * width, ["-"] * width, [""] * (width + 1), [""] * max(1, width - 1)])
        elif rng.random() < 0.5:
            del row[rng.randint(0, len(row) - 1) :]
        else:
            row.extend(rng.choice(["", "x", "1", 'q"']) for _ in range(rng.randint(1, 3)))


def render(rng: random.Random, cell: str, quote: float) -> str:
    """One CSV cell."""
    if quote and rng.random() < 0.2:
        cell += rng.choice(['"', '""', "\n", ",", '",', "\n\n", '"\n'])
    needed = any(mark in cell for mark in ',"\n')
    return '"' + cell.replace('"', '""') + '"' if needed or rng.random() < quote else cell


def damage(rng: random.Random, shape: str, lines: list[str]) -> bytes:
    """Join the lines and damage the file as the shape says."""
    plain = "\n".join(lines) + "\n"
    cut = rng.randint(0, len(plain))
    damaged = {
        "crlf": plain.replace("\n", "\r\n"),
        "bom": "\ufeff" + plain,
        "nul": plain[:cut] + "\0" + plain[cut:],
        "stray_pair": '"'.join([plain[:cut], plain[cut : cut + 5], plain[cut + 5 :]]),
        "stray": plain[:cut] + '"' + plain[cut:],
        "no_header": plain.partition("\n")[2],
        "other_header": "z" + plain,
        "twice": lines[0].replace("k1", "k0") + "\n" + plain.partition("\n")[2],
        "extra_column": "\n".join(line + ",1" for line in lines) + "\n",
        "empty": rng.choice(["", "\n", "\n\n", " "]),
        "open_quote": plain + '"abc',
        "newline": plain + "\n" + rng.choice(["", "\n", lines[-1]]),
        "cr": plain[:cut] + "\r" + plain[cut:],
        "semicolon": plain.replace(",", ";"),
        "no_end": plain[:-1],
        "half_line": plain + lines[-1][: rng.randint(0, len(lines[-1]))],
        "spaces": plain.replace(",", ", "),
    }
    if shape == "latin":
        return plain.encode("latin-1", "replace") + b"\xe9\n"
    return damaged.get(shape, plain).encode("utf-8")


def stock(path: Path, descriptor: dict[str, Any], options: dict[str, Any]) -> Any:
    """What Frictionless says: its descriptors, or the exception it dies of."""
    try:
        schema = Schema.from_descriptor(descriptor)
        resource = Resource(path=path.name, basepath=str(path.parent), schema=schema, **options)
        return [error.to_descriptor() for error in resource.validate(limit_errors=0).tasks[0].errors]
    except Exception as error:  # the fast path must die of the same exception, whatever it is
        return type(error)


def fast(path: Path, descriptor: dict[str, Any], block: int, options: dict[str, Any], taken: Counter[str]) -> Any:
    """What the fast path says."""
    try:
        result = validate_bulk(path, Schema.from_descriptor(descriptor), block=block, **options)
    except Exception as error:  # compared with Frictionless's own
        return type(error)
    taken[result.fallback] += 1
    return [error.to_descriptor() for error in result.errors]


@pytest.mark.parametrize("share", range(SHARES))
def test_every_list_of_errors_is_the_same(share: int, tmp_path: Path) -> None:
    taken: Counter[str] = Counter()
    for seed in range(SEED + share, SEED + FILES, SHARES):
        rng = random.Random(seed)
        descriptor = make_schema(rng)
        path = tmp_path / "berkas.csv"
        path.write_bytes(make_file(rng, descriptor))
        options = {}
        if rng.random() < 0.7:
            options = {"encoding": "utf-8", "dialect": Dialect.from_descriptor(EXPLICIT)}
        block = rng.choice([1, 7, 64, 1 << 20])
        found = fast(path, descriptor, block, options, taken)
        expected = stock(path, descriptor, options)
        assert found == expected, f"seed {seed}: {descriptor} {path.read_bytes()!r}"
    assert taken[""] > 0.5 * sum(taken.values()), taken


EXPLICIT = {"headerRows": [1], "csv": {"delimiter": ",", "quoteChar": '"', "skipInitialSpace": False}}
