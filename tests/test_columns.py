"""The bulk path over a column gives what the parser gives cell by cell: nothing is another number because it is faster."""

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.columns import Column, canonical_column, machine_decimals, parse_text, plan_columns
from etl.descriptors import build_resource
from etl.fields import Field
from etl.values import ValueRefused


def column(parser, kind="string", role="nilai", unit=1):
    item = {"name": "x", "type": kind, "x-privacy": "public"}
    return Column(Field("x", kind, item, "x", role), "x", "", parser, unit, frozenset({"", "-"}))


def run(col, values):
    array, refused = canonical_column(col, pa.RecordBatch.from_pydict({"x": pa.array(values, pa.string())}))
    return array.to_pylist(), sorted(refused)


def cell(col, text):
    try:
        return parse_text(text, col, col.field.role == "sen") if text not in ("", "-") else ""
    except ValueRefused:
        return None


texts = st.one_of(
    st.integers(-(10**13), 10**13).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**10), max_value=10**10).map(str),
    st.sampled_from(
        [
            "",
            "-",
            "0",
            "-0",
            "0.0",
            "0.50",
            "-0.5",
            "007",
            "1.50",
            "10.00",
            "1e5",
            "1.234",
            "NaN",
            "１２",
            "5.",
            ".5",
            "+5",
            " 7 ",
        ]
    ),
    st.text("0123456789.,-", max_size=8),
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(texts, min_size=1, max_size=6),
    st.sampled_from(["angka", "rupiah", "bilangan", "tahun", "kode_angka"]),
    st.sampled_from(["nilai", "sen"]),
)
def test_whole_column_equals_cell_by_cell(values, parser, role):
    col = column(parser, "integer", role)
    found, refused = run(col, values)
    wanted = [cell(col, text.strip()) for text in values]
    assert refused == [row for row, value in enumerate(wanted) if value is None]
    assert found == ["" if value is None else value for value in wanted]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.decimals(places=2, min_value=-(10**10), max_value=10**10).map(lambda d: f"{d:f}"), min_size=1))
def test_sen_are_exact(values):
    found = machine_decimals(pa.array(values), True)
    assert found is not None
    assert [int(v) for v in found.to_pylist()] == [int(Decimal(v) * 100) for v in values]


@pytest.mark.parametrize(
    ("text", "unit", "sen", "wanted"),
    [
        ("9.533,44 M", 1, True, "953344000000000"),
        ("8660.40", 10**9, False, "8660400000000"),
        ("79,6 M", 1, False, "79600000000"),
    ],
)
def test_units_and_rounded_labels(text, unit, sen, wanted):
    parser = "angka" if unit > 1 else "rupiah_singkat"
    col = column(parser, "integer", "sen" if sen else "nilai", unit)
    assert run(col, [text]) == ([wanted], [])
    assert col.rounds


def test_amount_finer_than_a_sen_is_refused():
    assert run(column("angka", "integer", "sen"), ["1.005"]) == ([""], [0])


def test_first_alias_of_the_table_wins_and_context_fills_what_a_file_lacks():
    item = {
        "name": "tahun",
        "type": "integer",
        "title": "T",
        "description": "T.",
        "x-en": "Y",
        "x-source": ["Tahun", "TA"],
    }
    resource = build_resource(
        {
            "name": "r", "x-privacy": "public", "x-forms": [{"name": "f", "source": "s", "const": {"tahun": "1900"}}],
            "schema": {"primaryKey": ["tahun"], "fields": [item]},
        },
        "uji",
    )  # fmt: skip
    form = resource.forms[0]
    assert plan_columns(resource, form, ["ta", "TAHUN"], {})[0].header == "TAHUN"
    assert plan_columns(resource, form, ["lain"], {"tahun": "2024"})[0].constant == "2024"
    assert plan_columns(resource, form, ["lain"], {})[0].constant == "1900"


def test_column_that_a_batch_lacks_is_empty_and_never_another_column():
    batch = pa.RecordBatch.from_pydict({"y": pa.array(["7"]), "_lokasi": pa.array(["baris 2"])})
    assert canonical_column(column("angka"), batch)[0].to_pylist() == [""]
