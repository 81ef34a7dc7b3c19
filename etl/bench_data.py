"""Deterministic invented procurement plans for measurements: 25 columns, about 632 bytes a row, a share of bad rows.

Names and descriptions repeat (20,000 distinct), keys do not. A bad row has one or two wrong cells of ten kinds.
"""

import csv
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

Json = dict[str, Any]
PLAIN: Json = {"required": True}
FIELDS: list[Json] = [
    {"name": "kd_rup", "type": "integer", "constraints": {"required": True, "minimum": 1}},
    {"name": "tahun", "type": "year", "constraints": {"required": True, "minimum": 2020, "maximum": 2030}},
    {"name": "kd_klpd", "type": "string", "constraints": {"required": True, "pattern": "D[0-9]{3}"}},
    {"name": "nama_klpd", "type": "string", "constraints": PLAIN},
    {"name": "kd_satker", "type": "string", "constraints": {"required": True, "pattern": r"[0-9]\.[0-9]{2}\.[0-9]{4}"}},
    {"name": "nama_satker", "type": "string", "constraints": PLAIN},
    {"name": "nama_paket", "type": "string", "constraints": {"required": True, "minLength": 5, "maxLength": 400}},
    {"name": "uraian_pekerjaan", "type": "string"},
    {"name": "spesifikasi", "type": "string"},
    {"name": "lokasi", "type": "string"},
    {"name": "jenis_pengadaan", "type": "string",
     "constraints": {"enum": ["Barang", "Pekerjaan Konstruksi", "Jasa Konsultansi", "Jasa Lainnya"]}},
    {"name": "metode", "type": "string",
     "constraints": {"enum": ["Tender", "Seleksi", "E-Purchasing", "Pengadaan Langsung"]}},
    {"name": "kode_rekening", "type": "string", "constraints": {"pattern": r"[0-9](\.[0-9]{1,4}){5}"}},
    {"name": "sumber_dana", "type": "string", "constraints": {"enum": ["APBD", "APBDP", "APBN", "BLUD"]}},
    {"name": "pagu", "type": "integer", "constraints": {"required": True, "minimum": 0, "maximum": 10**14}},
    {"name": "hps", "type": "number", "constraints": {"minimum": 0}},
    {"name": "volume", "type": "number", "constraints": {"minimum": 0}},
    {"name": "satuan", "type": "string"},
    {"name": "umkm", "type": "boolean", "trueValues": ["Ya"], "falseValues": ["Tidak"]},
    {"name": "pdn", "type": "boolean", "trueValues": ["Ya"], "falseValues": ["Tidak"]},
    {"name": "tgl_pengumuman", "type": "datetime", "constraints": PLAIN},
    {"name": "tgl_awal_pemilihan", "type": "date", "constraints": PLAIN},
    {"name": "tgl_akhir_pemilihan", "type": "date"},
    {"name": "tgl_akhir_kontrak", "type": "date"},
    {"name": "npwp", "type": "string", "constraints": {"pattern": "[0-9]{15,16}"}},
]  # fmt: skip
SCHEMA: Json = {"fields": FIELDS, "primaryKey": ["kd_rup"], "missingValues": ["", "-", "NA"]}
NUMBERS = {field["name"]: number for number, field in enumerate(FIELDS)}

TEXT = """
pembangunan rehabilitasi pengadaan peralatan gedung jalan jembatan irigasi sekolah puskesmas kantor jasa konsultansi
pengawasan perencanaan pemeliharaan kendaraan alat tulis komputer jaringan air bersih drainase lampu taman pasar
kecamatan kelurahan desa samarinda balikpapan bontang kutai berau paser penajam mahakam tahap lanjutan paket belanja
"""
WORDS = TEXT.split()
DISTINCT = 20_000


def write_plans(path: Path, rows: int, bad: float = 0.0, seed: int = 2026) -> None:
    """Write ``rows`` plans, a share ``bad`` of them with wrong cells."""
    rng = random.Random(seed)
    pools = [phrases(rng, words) for words in (8, 19, 13, 5)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(NUMBERS)
        for number in range(rows):
            row = make_row(rng, number, pools)
            if rng.random() < bad:
                for spoil in rng.sample(SPOILS, 2 if rng.random() < 0.07 else 1):
                    spoil(rng, number, row)
            writer.writerow(row)


def phrases(rng: random.Random, words: int) -> list[str]:
    """Distinct invented texts of a given number of words."""
    return [" ".join(rng.choices(WORDS, k=words)).capitalize() + f", no. {number}" for number in range(DISTINCT)]


def make_row(rng: random.Random, number: int, pools: list[list[str]]) -> list[str]:
    """One clean plan."""
    month, day, unit = rng.randint(1, 12), rng.randint(1, 28), rng.randint(1, 60)
    pagu = rng.randint(1, 40_000) * 50_000
    return [
        str(40_000_000 + number),
        str(rng.randint(2022, 2026)),
        f"D{unit % 11 + 100}",
        f"Pemerintah Daerah Kabupaten Contoh {unit % 11}",
        f"{unit % 9 + 1}.{unit:02}.{unit * 7:04}",
        f"Dinas Contoh Urusan Pekerjaan Nomor {unit}",
        rng.choice(pools[0]),
        rng.choice(pools[1]),
        rng.choice(pools[2]) if unit % 3 else "-",
        rng.choice(pools[3]),
        rng.choice(["Barang", "Pekerjaan Konstruksi", "Jasa Konsultansi", "Jasa Lainnya"]),
        rng.choice(["Tender", "Seleksi", "E-Purchasing", "Pengadaan Langsung"]),
        f"5.{unit % 3 + 1}.02.{unit:02}.01.{number % 9000 + 1:04}",
        rng.choice(["APBD", "APBDP", "APBN", "BLUD"]),
        str(pagu),
        f"{pagu * 0.97:.2f}",
        rng.choice(["1", "12", "2.5", "100"]),
        rng.choice(["paket", "unit", "m2", ""]),
        rng.choice(["Ya", "Tidak"]),
        rng.choice(["Ya", "Tidak", ""]),
        f"2025-{month:02}-{day:02}T{number % 24:02}:{number % 60:02}:{rng.randint(0, 59):02}",
        f"2025-{month:02}-{day:02}",
        f"2025-{month:02}-{min(day + 3, 28):02}" if unit % 5 else "",
        f"2026-{month:02}-{day:02}",
        "" if unit % 10 == 0 else f"{rng.randint(0, 10**15 - 1):015}",
    ]


def put(name: str, text: Callable[[random.Random, int], str]) -> Callable[[random.Random, int, list[str]], None]:
    """A way to spoil one cell of a row."""

    def spoil(rng: random.Random, number: int, row: list[str]) -> None:
        if NUMBERS[name] < len(row):
            row[NUMBERS[name]] = text(rng, number)

    return spoil


def shorten(rng: random.Random, number: int, row: list[str]) -> None:
    """Lose the last cell."""
    row.pop()


SPOILS = [
    put("pagu", lambda rng, number: f"{rng.randint(1, 999)}.{rng.randint(0, 999):03}.000"),
    put("pagu", lambda rng, number: str(-number - 1)),
    put("nama_satker", lambda rng, number: "NA"),
    put("kd_satker", lambda rng, number: f"1.2.{number}"),
    put("jenis_pengadaan", lambda rng, number: "Konstruksi"),
    put("tgl_awal_pemilihan", lambda rng, number: f"{rng.randint(1, 28)}-{rng.randint(1, 12)}-2025"),
    put("umkm", lambda rng, number: "ya"),
    put("npwp", lambda rng, number: f"{number:09}"),
    put("kd_rup", lambda rng, number: str(40_000_000 + number // 2)),
    shorten,
]
