"""Thirteen questions of a researcher, answered from the downloaded files of one release alone.

Usage: ``python peneliti.py <release folder> [<delta.ndjson.gz>]``; needs pandas, duckdb and frictionless. Nothing here
asks a server. Money is added up from the exact ``_sen`` columns. ``docs/peneliti.md`` explains each answer, and how R
reads the same files.
"""

import gzip
import hashlib
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from frictionless import Package

TYPES = {"integer": "Int64", "year": "Int64", "number": "Float64", "boolean": "Int64"}
"""Types of ``datapackage.json`` -> pandas; all others are text, so that codes keep their leading zeros."""


def read_json(release: Path, name: str) -> Any:
    """A JSON file of the release."""
    return json.loads((release / name).read_text(encoding="utf-8"))


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fields(release: Path, table: str) -> list[dict[str, Any]]:
    """The columns of a table as ``datapackage.json`` describes them."""
    package = read_json(release, "datapackage.json")
    return next(r for r in package["resources"] if r["name"] == table)["schema"]["fields"]


def read_table(release: Path, table: str) -> pd.DataFrame:
    """A whole table with pandas, typed by its description; only an empty cell is no value."""
    types = {field["name"]: TYPES.get(field["type"], "string") for field in fields(release, table)}
    path = release / "data" / f"{table}.csv.gz"
    return pd.read_csv(path, dtype=types, keep_default_na=False, na_values=[""], encoding="utf-8")


def open_parquet(release: Path) -> duckdb.DuckDBPyConnection:
    """All tables as views of their Parquet; a large table is a folder with one file per year."""
    db = duckdb.connect()
    for resource in read_json(release, "datapackage.json")["resources"]:
        path = release / "data" / f"{resource['name']}.parquet"
        files = path / "*.parquet" if path.is_dir() else path
        db.execute(f"CREATE VIEW {resource['name']} AS SELECT * FROM read_parquet('{files.as_posix()}')")
    return db


def whole_table(release: Path, table: str = "tender") -> tuple[pd.DataFrame, pd.DataFrame]:
    """1. The table, checked against the manifest, and its source files with what became of each of their rows."""
    manifest = read_json(release, "manifest.json")
    name = f"data/{table}.csv.gz"
    assert file_hash(release / name) == manifest["files"][name]["sha256"], "berkas rusak"
    rows = read_table(release, table)
    assert len(rows) == manifest["tables"][table]["rows"], "baris kurang"
    assert all(rows[column].sum() == total for column, total in manifest["tables"][table]["sums"].items())
    files = read_table(release, "berkas_sumber").query("resource == @table").sort_values("tarikan")
    counted = files[["terbit", "ditahan", "tergantikan", "bukan_data"]].sum(axis=1)
    return rows, files.assign(selisih=files["masuk"] - counted)


def described(release: Path, table: str = "tender") -> tuple[list[Any], pd.DataFrame]:
    """2. All rows read and checked by frictionless, and what each column means."""
    resource = Package(str(release / "datapackage.json")).get_resource(table)
    report = resource.validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])[:5]
    columns = [
        (field.name, field.title, field.description, field.type, field.custom.get("x-unit"),
         int(field.name in resource.schema.primary_key), "; ".join(map(str, field.constraints.get("enum", []))) or None,
         field.custom.get("x-ocds"))
        for field in resource.schema.fields
    ]  # fmt: skip
    names = ["kolom", "judul", "keterangan", "tipe", "satuan", "bagian_kunci", "nilai_sah", "jalur_ocds"]
    return resource.read_rows(), pd.DataFrame(columns, columns=names)


def frozen(release: Path) -> tuple[str, pd.DataFrame]:
    """3. The release's number, after checking every file against ``SHA256SUMS``; and what it is made of."""
    for line in (release / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            value, name = line.split(maxsplit=1)
            assert file_hash(release / name) == value, name
    version = read_json(release, "manifest.json")["version"]
    assert file_hash(release / "opendata.db").startswith(version), "nomor rilis adalah sidik basis datanya"
    files = read_table(release, "berkas_sumber").dropna(subset="resource")
    made = files.groupby("resource", as_index=False).agg(
        jumlah=("tarikan", "size"), terbit=("terbit", "sum"), ditahan=("ditahan", "sum"),
        tergantikan=("tergantikan", "sum"), diambil_akhir=("diambil_pada", "max"),
    )  # fmt: skip
    return version, made


def changes(delta: Path) -> pd.DataFrame:
    """4. Every new, altered and gone row of a delta file: one line per cell, with before and after."""
    found = []
    with gzip.open(delta, "rt", encoding="utf-8") as file:
        tables = json.loads(next(file))["tabel"]
        for line in file:
            row = json.loads(line)
            table, cells = row["tabel"], row.get("isi") or {}
            key = row.get("kunci") or [cells.get(name, "") for name in tables[table]["kunci"]]
            edits = row.get("ubah") or {name: [None, text] for name, text in cells.items()} or {"": [None, None]}
            found += [(table, row["jenis"], json.dumps(key), name, *pair) for name, pair in edits.items()]
    return pd.DataFrame(found, columns=["tabel", "jenis", "kunci", "kolom", "sebelum", "sesudah"])


def recorded_changes(history: Path) -> pd.DataFrame:
    """4. The same from ``riwayat.db``, which also tells edits of the source from our own reworking."""
    with sqlite3.connect(f"file:{history.as_posix()}?mode=ro", uri=True) as db:
        return pd.read_sql("SELECT rilis_lama, rilis_baru, tabel, jenis, kunci, golongan, kolom FROM riwayat", db)


def budget_links(release: Path, body: str) -> pd.DataFrame:
    """5. Per year and kind of plan: budget lines of plans, how many are linked, by count and by exact rupiah."""
    sql = """
        WITH bidang AS (SELECT DISTINCT badan FROM cakupan_rupiah WHERE nama_klpd = $body AND jalur <> 'darurat'),
        sekali AS (
          SELECT ke_tabel AS rinci, ke_kunci AS kd_rup, coalesce(dicari, '') AS mak, max(tersambung) AS tersambung,
            min(coalesce(tahun_anggaran, 0)) AS tahun, min(metode) AS metode, max(skor) AS skor
          FROM hubungan WHERE jenis = 'anggaran_rup' AND badan IN (FROM bidang) GROUP BY 1, 2, 3
        ), pagu AS (
          SELECT if(lower(jenis_paket) = 'swakelola', 'rup_swakelola', 'rup_penyedia') AS rinci, kd_rup, mak,
            sum(pagu) * 100 AS nilai_sen FROM rup_anggaran GROUP BY ALL
          UNION ALL SELECT 'rup_penyedia', kd_rup, '', pagu * 100 FROM rup_penyedia
          UNION ALL SELECT 'rup_swakelola', kd_rup, '', pagu * 100 FROM rup_swakelola
        )
        SELECT tahun AS tahun_anggaran, rinci, count(*) AS jumlah, count(*) FILTER (tersambung) AS tertaut,
          sum(coalesce(nilai_sen, 0)) AS nilai_sen,
          coalesce(sum(nilai_sen) FILTER (tersambung), 0) AS nilai_tertaut_sen,
          round(100.0 * tertaut / jumlah, 2) AS persen_jumlah, min(metode) AS metode, min(skor) AS skor_terendah
        FROM sekali LEFT JOIN pagu USING (rinci, kd_rup, mak) GROUP BY 1, 2 ORDER BY 1, 2
        """
    return open_parquet(release).execute(sql, {"body": body}).df()


def bids(release: Path, body: str, year: int) -> pd.DataFrame:
    """6. One row per participant of a tender: who offered a price, who only registered, who was rejected and why."""
    tenders = read_table(release, "tender").query("nama_klpd == @body and tahun_anggaran == @year")
    named = tenders[["kd_tender", "nama_paket", "nama_satker", "hps_sen", "hps_dibulatkan"]]
    rows = read_table(release, "peserta_tender").merge(named, on="kd_tender", suffixes=("_peserta", ""))
    priced = rows["nilai_penawaran_sen"].fillna(0) > 0
    place = pd.Series("pendaftar", rows.index).mask(priced, "penawar")
    place = place.mask(rows["alasan"].notna(), "gugur").mask(rows["alasan"].notna() & priced, "penawar, gugur")
    whole = priced & (rows["hps_sen"].fillna(0) > 0) & (rows["hps_dibulatkan"].fillna(0) == 0)
    share = (100 * rows["nilai_penawaran_sen"] / rows["hps_sen"]).round(2).where(whole)
    return rows.assign(kedudukan=place.mask(rows["pemenang"] == 1, "pemenang"), persen_hps=share)


def traced(release: Path, table: str = "tender") -> pd.DataFrame:
    """7. Cells that another file than the row's own supplied, each with file, address, hash and place."""
    files = (
        read_table(release, "berkas_sumber").groupby("sha256", as_index=False)[["nama", "url", "diambil_pada"]].max()
    )
    return read_table(release, "asal").query("tabel == @table").merge(files, on="sha256", how="left")


def rounded(release: Path) -> pd.DataFrame:
    """7. Owner's estimates that the source only gives rounded: its own text, what we read, file and place."""
    sql = """
        SELECT kd_tender, hps_asli, hps_sen, asal_berkas, asal_lokasi, any_value(b.nama) AS nama,
          max(b.diambil_pada) AS diambil_pada
        FROM tender LEFT JOIN berkas_sumber b ON b.sha256 = asal_berkas AND b.resource = 'tender'
        WHERE hps_dibulatkan GROUP BY ALL ORDER BY kd_tender
        """
    return open_parquet(release).execute(sql).df()


def ocds_paths(release: Path) -> pd.DataFrame:
    """8. OCDS path -> table and column, from the descriptions alone."""
    found = [
        (field["x-ocds"], resource["name"], field["name"])
        for resource in read_json(release, "datapackage.json")["resources"]
        for field in resource["schema"]["fields"]
        if field.get("x-ocds")
    ]
    return pd.DataFrame(found, columns=["jalur_ocds", "nama_tabel", "kolom"])


def coverage(release: Path) -> pd.DataFrame:
    """9. Packages per year, body and channel, and how many have each value; rounded estimates apart."""
    sql = """
        SELECT tahun_anggaran, nama_klpd, jalur, count(*) AS jumlah, count(tanggal_pengumuman) AS ada_tanggal,
          count(pagu_sen) AS ada_pagu, count(hps_sen) FILTER (NOT hps_dibulatkan) AS hps_penuh,
          count(hps_sen) FILTER (hps_dibulatkan) AS hps_bulat, count(nilai_sen) AS ada_nilai,
          count(*) FILTER (pemenang_bernama) AS ada_penyedia, count(jumlah_penawar) AS ada_peserta,
          count(*) FILTER (jumlah_rup > 0) AS ada_rup
        FROM paket GROUP BY 1, 2, 3
        """
    return open_parquet(release).execute(sql).df()


def missing(release: Path, table: str = "tender") -> pd.Series:
    """9. Share of rows without a value, per column, in percent."""
    return (100 * read_table(release, table).isna().mean()).round(2)


def citations(release: Path) -> pd.DataFrame:
    """10. Per table: licence and publisher as described, and its known limits."""
    package = read_json(release, "datapackage.json")
    files = read_table(release, "berkas_sumber")
    held = files.groupby("resource")["ditahan"].sum()
    undated = files["diambil_pada"].isna().groupby(files["resource"]).sum()
    found = []
    for resource in package["resources"]:
        name, columns = resource["name"], [field["name"] for field in resource["schema"]["fields"]]
        licences = "; ".join(item["name"] for item in resource.get("licenses", []))
        sources = "; ".join(item["title"] for item in resource.get("sources", []))
        limits = int(held.get(name, 0)), sum(c.endswith("_dibulatkan") for c in columns), int(undated.get(name, 0))
        found.append((name, resource["title"], licences, sources, int((files["resource"] == name).sum()), *limits))
    about = ["nama_tabel", "judul", "lisensi", "penerbit", "berkas", "baris_ditahan", "kolom_bulat", "tanpa_tanggal"]
    return pd.DataFrame(found, columns=about)


def unspent(release: Path, body: str, year: int) -> pd.DataFrame:
    """11. Per work unit: failed packages, ceiling less value, plans without a package; they do not add up to SiLPA."""
    own = "nama_klpd == @body and tahun_anggaran == @year"
    packages = read_table(release, "paket").query(own)
    channel = packages["jalur"].str.replace("_", " ")
    failed = (packages["keadaan"] == "gagal_batal") & (packages["jalur"] != "epurchasing")
    spent = (packages["keadaan"] != "gagal_batal") & (packages["nilai_sen"].fillna(0) > 0)
    saved = packages["pagu_sen"] - packages["nilai_sen"]
    spent &= packages["pagu_sen"].notna() & (packages["pagu_dibulatkan"] == 0)
    plans = read_table(release, "rup_penyedia").query(own)
    plans = plans[(plans["status_aktif_rup"].fillna(1) == 1) & (plans["status_delete_rup"].fillna(0) == 0)]
    asked = "jenis == 'rencana_berpaket' and dari_tabel == 'rup_penyedia' and tersambung == 0"
    unmet = read_table(release, "hubungan").query(asked)
    plans = plans[plans["kd_rup"].isin(unmet["dari_kunci"])]
    parts = [
        packages.assign(jenis="Gagal atau batal, " + channel, nilai_sen=packages["pagu_sen"])[failed],
        packages.assign(jenis="Pagu dikurangi nilai, " + channel, nilai_sen=saved)[spent],
        plans.assign(jenis="Rencana tanpa paket di rilis ini", nilai_sen=100 * plans["pagu"]),
    ]
    everything = pd.concat([part[["nama_satker", "jenis", "nilai_sen"]] for part in parts])
    return everything.groupby(["nama_satker", "jenis"], dropna=False, as_index=False).agg(
        jumlah=("jenis", "size"), nilai_sen=("nilai_sen", "sum")
    )


def aid(release: Path, year: int) -> pd.DataFrame:
    """12. Aid and transfers between regions in the realisation reports, with percent where both amounts are exact."""
    rows = read_table(release, "lra").query("tahun == @year")
    words = "bantuan keuangan|transfer antar ?daerah"
    rows = rows[rows["akun"].str.contains(words, case=False, regex=True)]
    whole = (rows["anggaran_dibulatkan"].fillna(0) == 0) & (rows["realisasi_dibulatkan"].fillna(0) == 0)
    share = (100 * rows["realisasi_sen"] / rows["anggaran_sen"]).round(2)
    return rows.assign(persen_realisasi=share.where(whole & (rows["anggaran_sen"] > 0)))


def catalogue_shares(release: Path, body: str) -> pd.DataFrame:
    """13. Per year: orders, suppliers, and the share of value with the largest 1, 5, 10 and 20, and with newcomers."""
    asked = "jalur == 'epurchasing' and nama_klpd == @body and keadaan != 'gagal_batal' and nilai_sen.notna()"
    packages = read_table(release, "paket").query(asked)
    sold = read_table(release, "partisipasi").query("proses_tabel == 'epurchasing'")
    # Empty is a supplier too here: an order whose supplier is not recorded still counts in the total.
    sold = sold[["proses_kunci", "id_penyedia"]].fillna({"id_penyedia": ""})
    rows = packages[["kunci", "tahun_anggaran", "nilai_sen"]].merge(sold, left_on="kunci", right_on="proses_kunci")
    each = rows.groupby(["tahun_anggaran", "id_penyedia"], as_index=False).agg(
        pesanan=("nilai_sen", "size"), nilai_sen=("nilai_sen", "sum")
    )
    first = each.groupby("id_penyedia")["tahun_anggaran"].transform("min") == each["tahun_anggaran"]
    each = each.assign(baru=first).sort_values("nilai_sen", ascending=False)
    found = []
    for year, part in each.groupby("tahun_anggaran"):
        total = part["nilai_sen"].sum()
        top = {f"persen_{n}": round(100 * part["nilai_sen"].head(n).sum() / total, 2) for n in (1, 5, 10, 20)}
        new = round(100 * part.loc[part["baru"], "nilai_sen"].sum() / total, 2)
        row = {"tahun_anggaran": year, "jumlah": part["pesanan"].sum(), "penyedia": len(part), "nilai_sen": total}
        found.append({**row, **top, "persen_baru": new})
    return pd.DataFrame(found)


def main(release: Path, delta: Path | None, body: str = "Provinsi Kalimantan Timur", year: int = 2025) -> None:
    """Print how many rows each answer has, and its first ones; without a delta there is no fourth."""
    print("Rilis", frozen(release)[0])
    answers = (
        *whole_table(release), described(release)[1], frozen(release)[1], *([changes(delta)] if delta else []),
        budget_links(release, body), bids(release, body, year), traced(release), rounded(release), ocds_paths(release),
        coverage(release), missing(release), citations(release), unspent(release, body, year), aid(release, year),
        catalogue_shares(release, body),
    )  # fmt: skip
    numbers = (1, 1, 2, 3, *([4] if delta else []), 5, 6, 7, 7, 8, 9, 9, 10, 11, 12, 13)
    for number, answer in zip(numbers, answers, strict=True):
        print(f"\n{number}. {len(answer)} baris\n{answer.head()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
