"""Bulk validation: Frictionless's errors to the letter, from a fast path that knows when it may not be taken."""

import csv
import io
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from frictionless import Dialect, Resource, Schema

from etl import bench
from etl.bench_data import SCHEMA, write_plans
from etl.bulk import Validation, validate_bulk, validate_fast
from etl.patterns import re2_pattern
from etl.shape import last_record_end

Json = dict[str, Any]
Check = Callable[..., Validation]
COMMA = {"headerRows": [1], "csv": {"delimiter": ",", "quoteChar": '"', "skipInitialSpace": False}}


def stock(path: Path, descriptor: Json, **options: Any) -> list[Json]:
    """Frictionless's own list."""
    resource = Resource(path=path.name, basepath=str(path.parent), schema=Schema.from_descriptor(descriptor), **options)
    return [error.to_descriptor() for error in resource.validate(limit_errors=0).tasks[0].errors]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Validate a CSV text both ways, compare all descriptors, and return what the fast path found."""

    def run(text: str | bytes, descriptor: Json, block: int = 1 << 20, strict: bool = True) -> Validation:
        path = tmp_path / "tabel.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        options: Json = {"encoding": "utf-8", "dialect": Dialect.from_descriptor(COMMA)} if strict else {}
        found = validate_bulk(path, Schema.from_descriptor(descriptor), block=block, **options)
        assert [error.to_descriptor() for error in found.errors] == stock(path, descriptor, **options)
        return found

    return run


def table(*fields: Json, key: list[str] | None = None, missing: list[str] | None = None) -> Json:
    """A schema descriptor."""
    out: Json = {"fields": list(fields), "missingValues": missing or [""]}
    return out | ({"primaryKey": key} if key else {})


def brief(found: Validation) -> list[tuple[str, int, str | None, str]]:
    """Type, row, field and note of every error."""
    return [(e.type, e.row_number, getattr(e, "field_name", None), e.note) for e in found.errors]


CELLS = [
    ({"type": "integer"}, "12", ""),
    ({"type": "integer"}, " 12", ""),
    ({"type": "integer"}, "1_000", ""),
    ({"type": "integer"}, "１２", ""),
    ({"type": "integer"}, "9" * 40, ""),
    ({"type": "integer"}, "1.0", "type-error"),
    ({"type": "integer"}, "1.250.000", "type-error"),
    ({"type": "integer", "constraints": {"minimum": 5}}, "5", ""),
    ({"type": "integer", "constraints": {"minimum": 5}}, "4", "constraint-error"),
    ({"type": "integer", "constraints": {"maximum": 10**20}}, "9" * 21, "constraint-error"),
    ({"type": "number"}, "NaN", ""),
    ({"type": "number"}, "1e5", ""),
    ({"type": "number"}, "1.", ""),
    ({"type": "number"}, "1.2.3", "type-error"),
    ({"type": "number"}, "-", "type-error"),
    ({"type": "number", "constraints": {"maximum": "0.1"}}, "0.1", ""),
    ({"type": "number", "constraints": {"maximum": "0.1"}}, "0.10000000000000000001", "constraint-error"),
    ({"type": "number", "constraints": {"minimum": "0.1"}}, "0.09999999999999999999999", "constraint-error"),
    ({"type": "number", "constraints": {"minimum": 0}}, "NaN", "constraint-error"),
    ({"type": "number", "groupChar": ".", "decimalChar": ","}, "1.234.567,89", ""),
    ({"type": "boolean", "trueValues": ["Ya"], "falseValues": ["Tidak"]}, "Ya", ""),
    ({"type": "boolean", "trueValues": ["Ya"], "falseValues": ["Tidak"]}, "ya", "type-error"),
    ({"type": "date"}, "2024-1-5", ""),
    ({"type": "date"}, "2024-02-29", ""),
    ({"type": "date"}, "2023-02-29", "type-error"),
    ({"type": "date"}, "0000-01-01", "type-error"),
    ({"type": "date", "constraints": {"maximum": "2024-01-05"}}, "2024-01-06", "constraint-error"),
    ({"type": "datetime"}, "2024-01-05 10:00:00", ""),
    ({"type": "datetime"}, "2024-01-05T24:00:00", ""),
    ({"type": "datetime"}, "2024-01-05T10:60:00", "type-error"),
    ({"type": "datetime"}, "2024-01-05T10:00", "type-error"),
    ({"type": "year"}, "2024", ""),
    ({"type": "year"}, " 202", ""),
    ({"type": "year"}, "20245", "type-error"),
    ({"type": "string", "constraints": {"required": True}}, "-", ""),
    ({"type": "string", "constraints": {"enum": ["a"]}}, "A", "constraint-error"),
    ({"type": "string", "constraints": {"pattern": "a|b"}}, "axx", ""),
    ({"type": "string", "constraints": {"pattern": "[0-9]{2}"}}, "123", "constraint-error"),
    ({"type": "string", "constraints": {"pattern": r"\d{2}"}}, "１２", ""),
    ({"type": "string", "constraints": {"maxLength": 2}}, "éé", ""),
    ({"type": "string", "constraints": {"minLength": 3}}, "éé", "constraint-error"),
]


@pytest.mark.parametrize(("field", "cell", "error"), CELLS)
def test_odd_cells_are_judged_as_frictionless_judges_them(check: Check, field: Json, cell: str, error: str) -> None:
    found = check(f"n,v\n1,{write(cell)}\n", table({"name": "n", "type": "integer"}, {"name": "v"} | field))
    assert found.fallback == ""
    assert [e.type for e in found.errors] == [error] * bool(error)


def write(cell: str) -> str:
    """A CSV cell."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([cell])
    return out.getvalue()


def test_error_carries_everything_frictionless_reports(check: Check) -> None:
    schema = table({"name": "kd", "type": "string"}, {"name": "pagu", "type": "integer"})
    error = check("kd,pagu\na,1\nb,Rp 5\n", schema).errors[0]
    assert (error.row_number, error.field_name, error.field_number, error.cell) == (3, "pagu", 2, "Rp 5")
    assert error.cells == ["b", "Rp 5"]
    note = 'type is "integer/default"'
    assert error.message == f'Type error in the cell "Rp 5" in row "3" and field "pagu" at position "2": {note}'


def test_key_cells_come_first_and_repeated_keys_name_the_last_row(check: Check) -> None:
    fields = [{"name": "a", "type": "integer"}, {"name": "b", "type": "integer", "constraints": {"unique": True}}]
    found = check("a,b\nx,7\ny,007\n1,z\n1, 7\n,\n", table(*fields, key=["a"]))
    assert found.fallback == ""
    assert brief(found) == [
        ("type-error", 2, "a", 'type is "integer/default"'),
        ("primary-key", 2, None, 'cells composing the primary keys are all "None"'),
        ("type-error", 3, "a", 'type is "integer/default"'),
        ("unique-error", 3, "b", "the same as in the row at position 2"),
        ("primary-key", 3, None, 'cells composing the primary keys are all "None"'),
        ("type-error", 4, "b", 'type is "integer/default"'),
        ("unique-error", 5, "b", "the same as in the row at position 3"),
        ("primary-key", 5, None, "the same as in the row at position 4"),
        ("blank-row", 6, None, ""),
        ("primary-key", 6, None, 'cells composing the primary keys are all "None"'),
    ]


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("integer", "7", "007"),
        ("integer", "9" * 30, " " + "9" * 30),
        ("number", "1200", "1.2e3"),
        ("number", "0", "-0.00"),
        ("number", "1.50", "1.5"),
        ("date", "2024-01-05", "2024-1-5"),
        ("datetime", "2024-01-05T10:00:00", "2024-01-05 10:00:00.000"),
        ("boolean", "true", "1"),
        ("year", "0012", "  12"),
        ("string", "a", "a"),
    ],
)
@pytest.mark.parametrize("other_first", [False, True])
def test_equal_values_in_other_notation_are_one_key(
    check: Check, kind: str, one: str, other: str, other_first: bool
) -> None:
    schema = table({"name": "a", "type": kind}, {"name": "b", "type": "string"}, key=["b", "a"])
    rows = [other, one] if other_first else [one, other]
    found = check("a,b\n" + "".join(f"{cell},x\n" for cell in rows) + f"{one},y\n", schema)
    assert found.fallback == ""
    assert brief(found) == [("primary-key", 3, None, "the same as in the row at position 2")]


def test_ragged_and_blank_rows(check: Check) -> None:
    schema = table(*({"name": name, "type": "integer"} for name in "abc"), key=["a"], missing=["", "-"])
    found = check("a,b,c\n1,2,3\n1,2\n\n-,-,-\n2,2,2,9\n,,,\n3\n", schema)
    assert found.fallback == "" and found.rows == 7
    assert [(e.type, e.row_number) for e in found.errors] == [
        ("missing-cell", 3),
        ("primary-key", 3),
        ("blank-row", 4),
        ("primary-key", 4),
        ("blank-row", 5),
        ("primary-key", 5),
        ("extra-cell", 6),
        ("blank-row", 7),
        ("primary-key", 7),
        ("missing-cell", 8),
        ("missing-cell", 8),
    ]


def test_a_blank_line_in_a_table_of_one_column(check: Check) -> None:
    found = check('a\n1\n\n""\n2\n', table({"name": "a", "type": "integer", "constraints": {"required": True}}))
    assert found.fallback == ""
    assert brief(found) == [("blank-row", 3, None, ""), ("blank-row", 4, None, "")]


def test_missing_values_match_the_exact_text_in_any_script(check: Check) -> None:
    found = check("a,b\né,1\n é,2\né,é\n", table({"name": "a", "type": "integer"}, {"name": "b"}, missing=["é"]))
    assert brief(found) == [("type-error", 3, "a", 'type is "integer/default"'), ("blank-row", 4, None, "")]


def test_a_block_ends_where_quotes_are_even() -> None:
    assert last_record_end(b'x\n"a\n""b""\nc') == 2
    assert last_record_end(b'x\n"a\n""b"""\nc') == 12
    assert last_record_end(b'"a\nb') == 0


QUOTED = 'a,b\n1,"x ""y"", z"\n"2","dua\nbaris"\n"x",""\n3,"a\n""b"""\n2,akhir'


@pytest.mark.parametrize("block", [1, 2, 3, 5, 8, 13, 21, 34, 1 << 20])
def test_blocks_may_end_anywhere(check: Check, block: int) -> None:
    schema = table({"name": "a", "type": "integer"}, {"name": "b", "constraints": {"required": True}}, key=["a"])
    found = check(QUOTED, schema, block)
    assert (found.fallback, found.rows) == ("", 5)
    assert brief(found) == [
        ("type-error", 4, "a", 'type is "integer/default"'),
        ("constraint-error", 4, "b", 'constraint "required" is "True"'),
        ("primary-key", 4, None, 'cells composing the primary keys are all "None"'),
        ("primary-key", 6, None, "the same as in the row at position 3"),
    ]


A = table({"name": "a", "type": "integer"}, {"name": "b", "type": "string"})
OUTSIDE = [
    ("a,b\r\n1,x\r\n", A, "CR or NUL"),
    ("a,b\n1,x\0\n", A, "CR or NUL"),
    ("\ufeffa,b\n1,x\n", A, "encoding is not UTF-8 without BOM"),
    (b"a,b\n" + b"1,x\n" * 9000 + b"2,\xe9\n", A, "not UTF-8"),
    ('a,b\n1,x"y"\n', A, "stray quote"),
    ('a,b\n1,"x"y""\n', A, "stray quote"),
    ('a,b\n1,"x"y\n', A, "stray quote"),
    ('a,b\n1,"x\n', A, "open quote"),
    ("a,c\n1,x\n", A, "header differs from the schema"),
    ("a,b,c\n1,x,y\n", A, "header differs from the schema"),
    ("a,a\n1,x\n", A, "header differs from the schema"),
    ("1,x\n2,y\n", A, "header differs from the schema"),
    ("", A, "header differs from the schema"),
    ("a,b\nNaN,x\n", table({"name": "a", "type": "number"}, {"name": "b"}, key=["a"]), "NaN or infinity in a key"),
    (
        "a,b\n1,x\n",
        table({"name": "a", "type": "number", "floatNumber": True}, {"name": "b"}, key=["a"]),
        "float in a key",
    ),
    (
        "a,b\n2024-01-05T10:00:00Z,x\n",
        table({"name": "a", "type": "datetime"}, {"name": "b"}, key=["a"]),
        "time zone in a key",
    ),
    ("a,b\n1,x\n", table({"name": "a", "type": "any"}, {"name": "b"}), "field type"),
    ("a,b\n1,x\n", A | {"fieldsMatch": "subset"}, "fieldsMatch"),
    (
        "a,b\n1,x\n",
        A | {"foreignKeys": [{"fields": "a", "reference": {"resource": "", "fields": "a"}}]},
        "foreign keys",
    ),
]


@pytest.mark.parametrize(("text", "schema", "rule"), OUTSIDE)
def test_what_cannot_be_proven_is_left_to_frictionless(
    check: Check, text: str | bytes, schema: Json, rule: str
) -> None:
    assert check(text, schema).fallback == rule


def test_a_sniffed_dialect_decides_as_in_frictionless(check: Check) -> None:
    rows = "".join(f'"{number}", "teks"\n' for number in range(50))
    assert check('"a", "b"\n' + rows, A, strict=False).fallback == "initial spaces are skipped"
    assert check("a;b\n1;x\n2;y\n", A, strict=False).fallback == "delimiter or quote"


def test_the_callers_dialect_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "tabel.csv"
    path.write_text("a,b\r\n1,x\r\n")
    dialect = Dialect.from_descriptor({"csv": {"delimiter": ","}})
    before = dialect.to_descriptor()
    assert validate_bulk(path, Schema.from_descriptor(A), dialect=dialect).fallback == "CR or NUL"
    assert dialect.to_descriptor() == before


def test_all_errors_are_counted_and_a_limit_takes_the_first(tmp_path: Path) -> None:
    path = tmp_path / "tabel.csv"
    path.write_text("a,b\n" + "x,y\n" * 2500)
    assert len(validate_fast(path, Schema.from_descriptor(A))) == 2500
    assert [error.row_number for error in validate_fast(path, Schema.from_descriptor(A), 3)] == [2, 3, 4]


def test_generated_plans_give_the_same_errors_and_the_same_bytes(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("satu.csv", "dua.csv", "lain.csv")]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        write_plans(path, 1500, 0.2, seed)
    assert paths[0].read_bytes() == paths[1].read_bytes() != paths[2].read_bytes()
    found = validate_bulk(paths[0], Schema.from_descriptor(SCHEMA), block=100_000)
    assert (found.fallback, found.rows) == ("", 1500)
    kinds = {"type-error", "constraint-error", "primary-key", "missing-cell"}
    assert {error.type for error in found.errors} == kinds
    assert [error.to_descriptor() for error in found.errors] == stock(paths[0], SCHEMA)


@pytest.mark.parametrize(
    "pattern", ["[0-9]{15,16}", r"[0-9](\.[0-9]{1,4}){5}", r"^\d+$", "(a|bc)+x?", "D[0-9]{3}", "[A-Z .-]+", "a.c", ""]
)
def test_pattern_is_proven_in_bulk(pattern: str) -> None:
    assert re2_pattern(pattern) is not None


@pytest.mark.parametrize(
    "pattern",
    [
        "a|b",
        r"\w+",
        r"\s",
        r"a\b",
        "[^a]",
        "(?i)a",
        "(?P<n>a)",
        "a+?",
        "a++",
        "a{,2}",
        "(a*)*",
        "(a|)",
        "(?=a)",
        r"(a)\1",
    ]
    + ["é", "[a-é]", "(a", "(a{999}){999}", r"\Aa", "a$b", "[a-z&&[b]]", "[+-9]", "(a?b?)+", r"\d+\Z", "a\n"],
)
def test_pattern_is_left_to_python(pattern: str) -> None:
    assert re2_pattern(pattern) is None


def test_re2_match_implies_python_match() -> None:
    rng = random.Random(7)
    pieces = [
        "a",
        "b",
        "[ab]",
        "[a-c-]",
        ".",
        r"\.",
        r"\d",
        "(",
        "(?:",
        ")",
        ")",
        "|",
        "*",
        "+",
        "?",
        "{2}",
        "{1,3}",
        "{0,1}",
    ]
    texts = ["".join(rng.choices("aabbc.-1２é\n", k=rng.randint(0, 7))) for _ in range(300)]
    proven = hits = 0
    for _ in range(4000):
        pattern = "".join(rng.choices(pieces, k=rng.randint(1, 9)))
        bulk = re2_pattern(pattern)
        if bulk is None:
            continue
        proven += 1
        matched = pc.match_substring_regex(pa.array(texts), bulk).to_pylist()
        python = re.compile(f"^{pattern}$")
        for text, match in zip(texts, matched, strict=True):
            hits += match
            assert python.match(text) or not match, (pattern, text)
    assert proven > 300 and hits > 3000


def test_bench_refuses_different_answers_and_names_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "FOLDER", tmp_path)
    arguments = ["--rows", "300", "--runs", "1", "--only", "validate_5pct", "--json", str(tmp_path / "hasil.json")]
    assert bench.main(arguments) == 0
    assert f"python {bench.platform.python_version()}" in capsys.readouterr().out
    child = {"detik": 1.0, "cpu": 1.0, "puncak_mb": 1}
    monkeypatch.setattr(bench, "run_child", lambda case, side, source: child | {"jawaban": side})
    assert bench.main(arguments) == 1
    assert "JAWABAN BERBEDA" in capsys.readouterr().out
