"""Measurement: linked tables and signs over a sample, against pandas and rapidfuzz (``etl/bench_pandas.py``).

Ours builds every linked table or sign with its gate; the baseline builds what an analyst would first ask for:
contracts, plan revisions, links by number, suppliers with their roles, and thirteen signs. The rows of what both build
are compared.
"""

import shutil
import sqlite3
from contextlib import closing
from importlib import import_module
from pathlib import Path

from etl.archive import import_folder, read_log
from etl.build import DATAPACKAGES, prepare_pull
from etl.descriptors import load_resources
from etl.flag import flag
from etl.link import link
from etl.load import load
from etl.signs import FOLDER

ROWS_PER_SCALE = 20_000
SIGNS = (
    "tender_ulang", "penawar_tunggal", "penawaran_identik", "rasio_tetap", "sebaran_rapat", "lain_digugurkan",
    "terendah_kalah", "pasangan_penawar", "kontrak_lebih_hps", "dekat_hps", "hps_sama_pagu", "kontrak_akhir_tahun",
    "konsentrasi",
)  # fmt: skip
"""Signs that both sides raise."""
LINKED = """SELECT DISTINCT jenis, dari_kunci, ke_tabel, ke_kunci FROM hubungan WHERE tersambung = 1
  AND jenis IN ('rup_paket', 'paket_kontrak', 'sppbj_kontrak', 'kontrak_spmk', 'kontrak_serah_terima')"""
CONTRACTS = """SELECT kd_tender, kd_nontender, no_kontrak, nilai_awal_sen, nilai_kini_sen, jumlah_adendum
  FROM kontrak_terkini"""
ROLES = """SELECT peran, sumber, SUM(nilai_sen) FROM partisipasi WHERE sumber <> 'peserta_tender' AND peran IN
  ('pemenang', 'penyedia_kontrak', 'penyedia_realisasi', 'penyedia_pesanan') GROUP BY peran, sumber"""
SUPPLIERS = "SELECT id_penyedia, kunci_asal FROM penyedia_alias WHERE perorangan = 0"


def prepare(folder: Path, rows: int) -> Path:
    """Write the sample of this size and load it; the input is the folder with ``sumber.db``."""
    from etl.sample import write_sample  # the invented world is needed once

    home = (folder / f"taut-{rows}").absolute()
    if not (home / "sumber.db").exists():
        shutil.rmtree(home, ignore_errors=True)
        resources = load_resources(DATAPACKAGES)
        write_sample(home / "contoh", seed=2026, scale=max(1, rows // ROWS_PER_SCALE))
        import_folder(home / "contoh" / "raw", home)
        pulls = read_log(home)
        for pull in pulls:
            prepare_pull(pull, home, resources, b"k" * 64, "bench")
        load(home, pulls, resources)
        (home / "staging.db").rename(home / "sumber.db")
    return home


def prepare_signs(folder: Path, rows: int) -> Path:
    """Link the sample once; copy the queries of the compared signs."""
    home = prepare(folder, rows)
    if not (home / "tertaut.db").exists():
        shutil.copy(home / "sumber.db", home / "staging.db")
        link(home, load_resources(DATAPACKAGES))
        (home / "staging.db").rename(home / "tertaut.db")
    (home / "tanda").mkdir(exist_ok=True)
    for path in (FOLDER / f"{name}.{kind}" for name in SIGNS for kind in ("sql", "yaml")):
        shutil.copy(path, home / "tanda")
    return home


def before(home: Path) -> None:
    """Forget the last run; load both sides' libraries."""
    import_module("etl.bench_pandas")
    shutil.copy(home / "sumber.db", home / "staging.db")
    (home / "pembanding.db").unlink(missing_ok=True)


def before_signs(home: Path) -> None:
    """Forget the last run of the signs."""
    import_module("etl.bench_pandas_signs")
    shutil.copy(home / "tertaut.db", home / "staging.db")
    (home / "pembanding.db").unlink(missing_ok=True)


def ours(home: Path) -> Path:
    """Every linked table, through the gate, in staging."""
    link(home, load_resources(DATAPACKAGES))
    return home / "staging.db"


def theirs(home: Path) -> Path:
    """The baseline's linked tables."""
    result: Path = import_module("etl.bench_pandas").link(home / "staging.db", home / "pembanding.db")
    return result


def our_signs(home: Path) -> Path:
    """The compared signs, through the gate, in staging."""
    flag(home, load_resources(DATAPACKAGES), home / "tanda")
    return home / "staging.db"


def their_signs(home: Path) -> Path:
    """The baseline's signs."""
    result: Path = import_module("etl.bench_pandas_signs").flag(home / "staging.db", home / "pembanding.db")
    return result


def answer(database: Path) -> str:
    """Contracts, links, rupiah per role and the tax numbers of each supplier, in order."""
    with closing(sqlite3.connect(database)) as db:
        lines = [repr(tuple(row)) for query in (CONTRACTS, LINKED, ROLES) for row in db.execute(query)]
        numbers: dict[str, set[str]] = {}
        for supplier, key in db.execute(SUPPLIERS):
            number = key.split("|")[1]
            if len(number) == 15 and number.isdigit():
                numbers.setdefault(supplier, set()).add(number)
    lines += [" ".join(sorted(found)) for found in numbers.values()]
    return "\n".join(sorted(lines))


def answer_signs(database: Path) -> str:
    """Every raised sign in order."""
    with closing(sqlite3.connect(database)) as db:
        return "\n".join(map(repr, db.execute("SELECT tanda, tabel, kunci FROM tanda ORDER BY 1, 2, 3")))
