"""The goals on a sample of an unseen seed in one command, and money that adds up whichever way it is grouped."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from etl.evaluate import evaluate, main

LATEST = """SELECT SUM(nilai_kontrak_sen) FROM (SELECT nilai_kontrak_sen, ROW_NUMBER() OVER (
  PARTITION BY kd_tender, kd_nontender, no_kontrak ORDER BY versi_addendum DESC) AS urut FROM kontrak) WHERE urut = 1"""
GROUPED = {
    "penyedia": "SELECT id_penyedia, SUM(nilai_sen) FROM partisipasi WHERE peran = 'penyedia_kontrak' GROUP BY 1",
    "badan": "SELECT kd_klpd, SUM(nilai_sen) FROM partisipasi WHERE peran = 'penyedia_kontrak' GROUP BY 1",
    "bulan": "SELECT substr(tgl_kontrak, 1, 7), SUM(nilai_kini_sen) FROM kontrak_terkini GROUP BY 1",
}


def add_up(folder):
    """The sum of the contracts' latest versions, and the same sum over groups."""
    with closing(sqlite3.connect(folder / "out" / "staging.db")) as db:
        [(whole,)] = db.execute(LATEST)
        return whole, {name: sum(value or 0 for _, value in db.execute(query)) for name, query in GROUPED.items()}


@pytest.mark.slow
def test_goals_are_reached_on_an_unseen_seed(unseen):
    measures = evaluate(unseen / "out", unseen / "label")
    missed = {item.name: item.note for item in measures if not item.reached}
    assert not missed, missed
    assert len(measures) > 100


@pytest.mark.slow
def test_a_wrong_truth_is_not_reached(unseen, tmp_path, capsys):
    shutil.copytree(unseen / "label", tmp_path / "label")
    links = tmp_path / "label" / "links.csv"
    links.write_text(links.read_text().replace("rup_penyedia,4000", "rup_penyedia,9000"))
    assert main([str(unseen / "out"), str(tmp_path / "label")]) == 1
    assert "X presisi rup_penyedia > tender kode_resmi" in capsys.readouterr().out


@pytest.mark.slow
def test_contracts_add_up_by_supplier_body_and_month(unseen):
    whole, grouped = add_up(unseen)
    assert whole > 0 and set(grouped.values()) == {whole}, grouped


@pytest.mark.real
@pytest.mark.slow
def test_real_contracts_add_up_by_supplier_body_and_month(real_out):
    whole, grouped = add_up(real_out.parent)
    assert whole > 0 and set(grouped.values()) == {whole}, grouped
