"""A build of the sample against its known truth: ``python -m etl.evaluate OUT LABELS``; exit 1 when a goal is missed.

Links and suppliers are judged as pairs, signs by where they were planted and by the packages known to be clean.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import adbc_driver_sqlite.dbapi as adbc
import duckdb

from etl.build import DATAPACKAGES
from etl.database import fetch_table
from etl.descriptors import load_resources
from etl.engine import open_engine
from etl.flag import register_all, run_sign
from etl.signs import load_signs

READS = {
    "hubungan": ["dari_tabel", "dari_kunci", "ke_tabel", "ke_kunci", "metode", "jenis", "tersambung", "alasan"],
    "penyedia_alias": ["kunci_asal", "id_penyedia", "perorangan"],
    "anggaran": ["nama_pemda"],
    "rup_anggaran": ["kd_klpd", "nama_klpd"],
    "tender": ["kd_tender"],
    "non_tender": ["kd_nontender"],
    "pencatatan_non_tender": ["kd_nontender_pct"],
    "epurchasing": ["kd_paket"],
    "non_tender_nilai": ["kd_klpd", "kd_satker_str", "tahun_anggaran", "kd_penyedia", "nilai_negosiasi_sen",
                         "status_nontender"],
}  # fmt: skip
"""Staging tables that the truth is compared with."""
LABELS = ("links", "suppliers", "tanda", "kontrol")
SHORT = """CASE WHEN {table} LIKE 'kib%' THEN regexp_replace({key}, '[|][^|]*$', '')
  WHEN {table} IN ('sppbj', 'kontrak', 'spmk', 'serah_terima') THEN regexp_extract({key}, '[^|]*$') ELSE {key} END"""
"""A key as the truth writes it: the number alone, assets without their ordinal."""
LINKS = f"""
WITH kita AS (
  SELECT DISTINCT dari_tabel || ' > ' || ke_tabel || ' ' || metode AS jenis,
    {SHORT.format(table="dari_tabel", key="dari_kunci")} AS dari, {SHORT.format(table="ke_tabel", key="ke_kunci")} AS ke
  FROM hubungan WHERE tersambung = 1
), benar AS (
  SELECT DISTINCT dari_tabel || ' > ' || ke_tabel || ' ' || replace(metode, 'revisi', 'kode_resmi') AS jenis,
    dari_kunci AS dari, ke_kunci AS ke
  FROM links WHERE ada = 'ya' AND (dari_tabel <> 'anggaran' OR kd_klpd IN (
      SELECT kd_klpd FROM rup_anggaran WHERE nama_klpd IN (SELECT nama_pemda FROM anggaran)))
)
SELECT CASE WHEN jenis LIKE '%kecocokan' THEN 'kontrak > aset kecocokan' ELSE jenis END AS jenis,
  COUNT(k.ke), COUNT(b.ke), COUNT(*) FILTER (k.ke IS NOT NULL AND b.ke IS NOT NULL)
FROM kita AS k FULL JOIN benar AS b USING (jenis, dari, ke) GROUP BY 1 HAVING COUNT(b.ke) > 0 ORDER BY 1
"""
"""Pairs of ours, of the truth, in both, per kind of link; budget lines only where the budget itself is in the files."""
SPELLINGS = """
WITH nilai AS (
  SELECT unnest([npwp15, npwp16, kd_penyedia, kd_penyedia_v6]) AS nilai, id_penyedia AS siapa FROM suppliers
  UNION ALL SELECT trim(regexp_replace(ejaan, ' +', ' ', 'g')), id_penyedia FROM suppliers
), benar AS (
  SELECT nilai, MIN(siapa) AS siapa, COUNT(DISTINCT siapa) AS banyak FROM nilai WHERE nilai <> '' GROUP BY nilai
), ejaan AS (
  SELECT kunci_asal, id_penyedia, unnest(string_split(kunci_asal, '|')[1:5]) AS nilai,
    unnest([5, 1, 2, 3, 4]) AS urutan FROM penyedia_alias WHERE perorangan = 0
)
SELECT kunci_asal, id_penyedia, arg_min(siapa, urutan) AS siapa, arg_min(banyak, urutan) AS banyak
FROM ejaan LEFT JOIN benar ON benar.nilai = trim(regexp_replace(ejaan.nilai, ' +', ' ', 'g'))
GROUP BY kunci_asal, id_penyedia
"""
"""Every spelling with ours and its true supplier, by its best number, else its name."""
PAIRS = f"""
WITH ejaan AS ({SPELLINGS}), pakai AS (SELECT * FROM ejaan WHERE banyak = 1)
SELECT (SELECT SUM(n * (n - 1) // 2) FROM (SELECT COUNT(*) AS n FROM pakai GROUP BY id_penyedia)),
  (SELECT SUM(n * (n - 1) // 2) FROM (SELECT COUNT(*) AS n FROM pakai GROUP BY siapa)),
  (SELECT SUM(n * (n - 1) // 2) FROM (SELECT COUNT(*) AS n FROM pakai GROUP BY id_penyedia, siapa)),
  (SELECT COUNT(*) FROM ejaan WHERE banyak IS NULL), (SELECT COUNT(*) FROM ejaan WHERE banyak > 1)
"""
PLANTED = """
SELECT tanda.*, CASE WHEN tanda = 'penawar_sering_kalah' THEN 'badan' ELSE tabel END AS di,
  CASE WHEN tanda = 'penawar_sering_kalah' THEN kd_klpd WHEN tabel LIKE 'kib%' THEN kunci || '|1' ELSE kunci END AS pada
FROM tanda WHERE tanda = $nama
"""
FOUND = f"""
SELECT COUNT(*), COUNT(*) FILTER (putusan.ditandai = 1), COUNT(*) FILTER (putusan.ditandai IS DISTINCT FROM 1 AND (
    p.tabel IN (SELECT tabel FROM dikenal) AND (p.tabel, p.kunci) NOT IN (SELECT (tabel, kunci) FROM dikenal)
    OR putusan.ditandai IS NULL AND list_contains($alasan, putusan.alasan)))
FROM ({PLANTED}) AS p LEFT JOIN putusan ON putusan.tabel = p.di AND putusan.kunci = p.pada
"""
"""Planted, found, and rightly not raised: the row was held back, or an exclusion that the sign states applies."""
GROUPED = """
WITH satuan AS (
  SELECT kd_klpd, satker, MIN(nilai) AS siapa FROM tanda WHERE tanda = $nama GROUP BY kd_klpd, satker
), pangsa AS (
  SELECT t.kd_klpd, t.satker, COUNT(*) AS paket, SUM(n.nilai_negosiasi_sen) AS semua,
    SUM(n.nilai_negosiasi_sen) FILTER (
      n.kd_penyedia IN (SELECT kd_penyedia FROM suppliers WHERE id_penyedia = siapa)) AS satu
  FROM satuan AS t JOIN non_tender_nilai AS n ON n.kd_klpd = t.kd_klpd AND n.kd_satker_str = t.satker
  WHERE n.status_nontender = 'Selesai' GROUP BY t.kd_klpd, t.satker, n.tahun_anggaran
)
SELECT COUNT(*), COUNT(*) FILTER (kena), COUNT(*) FILTER (NOT kena AND NOT benar) FROM (
  SELECT EXISTS (SELECT 1 FROM putusan AS p WHERE p.ditandai = 1
      AND starts_with(p.kunci, t.kd_klpd || '|' || t.satker || '|')) AS kena,
    EXISTS (SELECT 1 FROM pangsa AS g WHERE g.kd_klpd = t.kd_klpd AND g.satker = t.satker AND g.paket >= 4
      AND g.satu * 100 >= g.semua * 80) AS benar
  FROM satuan AS t)
"""
"""Concentration is planted on a unit; where others won too much beside the planted firm, there is none in fact."""
KNOWN = """
CREATE TABLE dikenal AS SELECT 'tender' AS tabel, kd_tender AS kunci FROM tender
UNION ALL SELECT 'non_tender', kd_nontender FROM non_tender
UNION ALL SELECT 'pencatatan_non_tender', kd_nontender_pct FROM pencatatan_non_tender
UNION ALL SELECT 'epurchasing', kd_paket FROM epurchasing
"""
EXCLUSIONS = {
    "aset_tanpa_perolehan": ["nilainya sama dengan suatu paket, sambungannya tidak pasti"],
    "diumumkan_sebelum_rup": ["RUP tidak ditemukan", "rencananya pernah direvisi"],
    "modal_tanpa_aset": [
        "kode rekeningnya tidak terbaca: belanja modal atau bukan",
        "barang bernilai sama ada di kartu inventaris, sambungannya tidak pasti",
        "barang yang menyebut nama paketnya ada di kartu inventaris, sambungannya tidak pasti",
    ],
    "penawar_tunggal": ["dua file atau dua tahap: harga yang gugur teknis tidak dibuka"],
    "pl_setelah_gagal": ["kode RUP tidak tercatat di sumber"],
    "rencana_tanpa_paket": ["sumber jalurnya belum ada untuk badan dan tahun ini"],
}
"""Reasons that a sign may give for not judging a planted row: each is an exclusion that its ``.yaml`` states."""


@dataclass(frozen=True)
class Measure:
    """One number beside its goal."""

    name: str
    value: float
    goal: float
    note: str

    @property
    def reached(self) -> bool:
        """Whether the goal is reached; a goal of zero is an upper bound."""
        return self.value >= self.goal if self.goal else self.value == 0


def evaluate(out: Path, labels: Path) -> list[Measure]:
    """Every measure of a build of the sample, ``labels`` being its folder ``label``."""
    with duckdb.connect(":memory:") as db:
        db.execute("SET threads = 2")
        with adbc.connect(f"file:{out / 'staging.db'}?mode=ro") as source, source.cursor() as cursor:
            for table, columns in READS.items():
                db.register(f"_{table}", fetch_table(cursor, table, columns))
                db.execute(f"CREATE TABLE {table} AS SELECT * FROM _{table}")
        for name in LABELS:
            path = str(labels / f"{name}.csv")
            db.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv(?, all_varchar = true, header = true)", [path])
        db.execute("".join(f"UPDATE {name} SET {column} = '' WHERE {column} IS NULL;" for name, column in EMPTY))
        db.execute(KNOWN)
        return [*judge_links(db), *judge_suppliers(db), *judge_signs(db, out)]


EMPTY = (("links", "dari_kunci"), ("links", "ke_kunci"))


def rates(ours: int, truth: int, both: int) -> tuple[float, float]:
    """Precision and recall.

    >>> rates(4, 5, 4)
    (1.0, 0.8)
    """
    return both / ours if ours else 0.0, both / truth if truth else 0.0


def judge_links(db: duckdb.DuckDBPyConnection) -> Iterator[Measure]:
    """Precision and recall of every kind of link."""
    for kind, ours, truth, both in db.execute(LINKS).fetchall():
        scored = kind.endswith("kecocokan")
        precision, recall = rates(ours, truth, both)
        note = f"{both} benar dari {ours} kita, {truth} sebenarnya"
        yield Measure(f"presisi {kind}", precision, 0.98 if scored else 0.999, note)
        yield Measure(f"cakupan {kind}", recall, 0.90 if scored else 0.999, note)


def judge_suppliers(db: duckdb.DuckDBPyConnection) -> Iterator[Measure]:
    """Precision and recall over pairs of spellings; a spelling that two suppliers share proves nothing."""
    [(ours, truth, both, unknown, shared)] = db.execute(PAIRS).fetchall()
    precision, recall = rates(int(ours or 0), int(truth or 0), int(both or 0))
    note = f"{both} pasang benar dari {ours} kita, {truth} sebenarnya; {shared} ejaan dipakai dua penyedia"
    yield Measure("presisi pasangan penyedia", precision, 0.99, note)
    yield Measure("cakupan pasangan penyedia", recall, 0.95, note)
    yield Measure("ejaan tanpa penyedia sebenarnya", float(unknown), 0, "")


def judge_signs(db: duckdb.DuckDBPyConnection, out: Path) -> Iterator[Measure]:
    """Share of the planted signs found, and signs raised on packages known to be clean."""
    signs = {sign.nama: sign for sign in load_signs(load_resources(DATAPACKAGES))}
    kinds = [name for (name,) in db.execute("SELECT DISTINCT tanda FROM tanda ORDER BY 1").fetchall()]
    with open_engine(out) as staging:
        register_all(staging, out, [sign.sql for sign in signs.values()])
        for name in sorted({*signs, *kinds}):
            if name not in signs:
                yield Measure(f"tertanam {name}", 0.0, 1.0, "tidak ada tanda yang mencarinya")
                continue
            db.register("putusan", run_sign(staging, signs[name]))
            if name in kinds:
                yield judge_planted(db, name)
            yield judge_control(db, name)
            db.unregister("putusan")


def judge_planted(db: duckdb.DuckDBPyConnection, name: str) -> Measure:
    """Share of the planted places of one sign where it is raised."""
    values = {"nama": name} | ({} if name == "konsentrasi" else {"alasan": EXCLUSIONS.get(name, [])})
    [(planted, raised, outside)] = db.execute(GROUPED if name == "konsentrasi" else FOUND, values).fetchall()
    share = raised / (planted - outside) if planted > outside else 1.0
    note = f"{raised} dari {planted}" + (f", {outside} di luar syaratnya" if outside else "")
    return Measure(f"tertanam {name}", share, 1.0, note)


def judge_control(db: duckdb.DuckDBPyConnection, name: str) -> Measure:
    """How often a sign is raised on a clean package."""
    query = "SELECT COUNT(*) FROM putusan AS p JOIN kontrol AS k USING (tabel, kunci) WHERE p.ditandai = 1"
    [(count,)] = db.execute(query).fetchall()
    return Measure(f"pada paket bersih {name}", float(count), 0, "")


def main(arguments: list[str] | None = None) -> int:
    """Print every measure; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m etl.evaluate", description="Nilai hasil bangun contoh.")
    parser.add_argument("out", type=Path, help="folder hasil")
    parser.add_argument("label", type=Path, help="folder label dari contoh")
    options = parser.parse_args(arguments)
    measures = evaluate(options.out, options.label)
    for item in measures:
        mark = "  " if item.reached else "X "
        goal = f">= {item.goal:g}" if item.goal else "= 0"
        print(f"{mark}{item.name:<62}{item.value:>9.5f}  {goal:<9}{item.note}")
    missed = sum(not item.reached for item in measures)
    print(f"{len(measures) - missed} dari {len(measures)} sasaran tercapai")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
