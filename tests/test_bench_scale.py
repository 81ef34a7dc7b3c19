"""``make bench-scale``: copies are governments of their own, answers that differ are seen, what is reckoned is right."""

import doctest
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl import bench_scale, bench_scale_docs, engine_spark, link
from etl.engine import Choice

MILLIONS = 0.03


@pytest.mark.parametrize("module", [bench_scale_docs, engine_spark, link])
def test_examples_in_docstrings_are_true(module: Any) -> None:
    result = doctest.testmod(module)
    assert (result.failed, result.attempted > 0) == (0, True)


@pytest.mark.slow
def test_every_copy_is_a_government_of_its_own_with_the_rows_of_the_first(contoh: Path, tmp_path: Path) -> None:
    written = bench_scale.write_tables(contoh / "out" / "staging.db", tmp_path, MILLIONS)
    assert abs(written - MILLIONS * 1e6) < 5000

    def ask(sql: str) -> list[Any]:
        return duckdb.connect().execute(sql.replace("@", f"'{tmp_path}/").replace("#", "/*.parquet'")).fetchall()

    (copies,) = {n for (n,) in ask("SELECT count(*) FROM @tender# GROUP BY split_part(kd_tender, '~', 1)")}
    assert copies == 4
    bodies = ask("SELECT count(DISTINCT kd_klpd), count(DISTINCT split_part(kd_klpd, '~', 1)) FROM @tender#")
    assert bodies[0][0] == copies * bodies[0][1]
    places = "SELECT count(DISTINCT kode_lokasi[4:8]), count(DISTINCT kode_lokasi[5:8]) FROM @kib_b#"
    assert ask(places)[0][0] == copies * ask(places)[0][1]
    own = "w.kode = CASE WHEN k.kode_lokasi[7:8] = '00' THEN k.kode_lokasi[4:5] ELSE k.kode_lokasi[4:8] END"
    found = ask(f"SELECT count(*), count(DISTINCT w.nama) FROM @kib_b# AS k JOIN @wilayah# AS w ON {own}")
    assert found == [(ask("SELECT count(*) FROM @kib_b#")[0][0], copies)]


@pytest.mark.slow
def test_an_answer_tells_any_other_row_apart_and_not_the_order_or_the_kind_of_a_whole_number(
    contoh: Path, tmp_path: Path
) -> None:
    tables = tmp_path / "tabel"
    tables.mkdir()
    bench_scale.write_tables(contoh / "out" / "staging.db", tables, MILLIONS)
    out = tmp_path / "hasil"
    assert set(bench_scale.run(tables, out, Choice())) == set(bench_scale.queries())
    first = bench_scale.answer(out)
    path = out / "pecah_paket" / "0.parquet"
    rows = f"FROM read_parquet('{path}')"
    assert duckdb.connect().execute(f"SELECT typeof(jumlah_sen) {rows} LIMIT 1").fetchall() == [("DECIMAL(38,0)",)]

    def change(sql: str) -> str:
        duckdb.connect().execute(f"COPY ({sql}) TO '{tmp_path}/lain.parquet' (FORMAT parquet)")
        path.write_bytes((tmp_path / "lain.parquet").read_bytes())
        return bench_scale.answer(out)

    assert change(f"SELECT * REPLACE (jumlah_sen::BIGINT AS jumlah_sen) {rows} ORDER BY kunci DESC") == first
    one = f"(SELECT max(kunci) {rows})"
    assert (
        change(f"SELECT * REPLACE (CASE WHEN kunci = {one} THEN 1 - ditandai ELSE ditandai END AS ditandai) {rows}")
        != first
    )


def test_what_lies_beyond_is_a_straight_line_and_the_break_even_its_crossing() -> None:
    scales = [
        {"juta": rows, "mesin": {"duckdb": {"detik": 2 + rows}, "spark": {"detik": 100 + 4 * rows}}}
        for rows in (1, 5, 20)
    ]
    assert bench_scale_docs.straight(scales, "spark") == (100, 4)
    assert list(bench_scale_docs.further(scales)) == ["| DuckDB | 1 | 502 detik |\n", "| Spark | 4 | 2.100 detik |\n"]
    told = dict(line.strip("| \n").split(" | ") for line in bench_scale_docs.break_even(scales))
    assert told["2"] == told["8"] == "tidak pernah" and told["16"] == "196" and told["32"] == "131"
