"""The researcher's eighth question: OCDS packages and Fiscal Data Package of a release, read as they were downloaded.

Usage: ``python peneliti_ocds.py <release folder>``; needs pandas and frictionless. It does not check the OCDS schema:
``ocdskit`` and the standard's own tools do (``docs/ocds.md``).
"""

import gzip
import json
import sys
from decimal import Decimal
from pathlib import Path

import pandas as pd
from frictionless import Package


def sen(amount: Decimal | int | None) -> int | None:
    """Exact sen of an amount in rupiah."""
    return None if amount is None else int(Decimal(amount) * 100)


def processes(release: Path) -> pd.DataFrame:
    """8. One row per OCDS release: channel and key, owner's estimate and contracts in exact sen, priced bids."""
    found = []
    for path in sorted((release / "ocds").glob("rilis-*.json.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            listed = json.load(file, parse_float=Decimal)["releases"]
        for one in listed:
            key, bids = one["tender"]["id"], one.get("bids", {}).get("details", [])
            channel = one["ocid"].removesuffix(f"-{key}").rpartition("-")[2]
            estimate = sen(one["tender"].get("value", {}).get("amount"))
            values = [sen(deed["value"]["amount"]) for deed in one.get("contracts", []) if "value" in deed]
            found.append(
                (channel, key, one["tender"].get("title"), estimate, sum(values) if values else None, len(bids))
            )
    return pd.DataFrame(found, columns=["jalur", "kunci", "nama_paket", "hps_sen", "nilai_sen", "penawar"])


def fiscal(release: Path) -> pd.DataFrame:
    """8. The budget of the Fiscal Data Package, checked by frictionless: lines and sen per year and stage."""
    package = Package(str(release / "fiskal/datapackage.json"))
    assert package.validate().valid
    lines = pd.DataFrame(package.get_resource("anggaran").read_rows())
    lines = lines.assign(nilai_sen=lines["nilai"].map(sen))
    return lines.groupby(["tahun_anggaran", "tahapan", "nama_pemda"], as_index=False).agg(
        jumlah=("id_baris", "size"), nilai_sen=("nilai_sen", "sum")
    )


if __name__ == "__main__":
    for answer in (processes(Path(sys.argv[1])), fiscal(Path(sys.argv[1]))):
        print(f"\n8. {len(answer)} baris\n{answer.head()}")
