"""The catalogue of attacks and faults: its cases, the figures that tests measure, the page in the docs.

Tests name their case (``@pytest.mark.case("C01")``) and hand what they measure to the fixture ``figure``. ``make attack``
and ``make faults`` run them with full counts and write the figures down; then ``python tests/catalogue.py`` makes
``docs/katalog.md`` of them.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
CASES: list[dict[str, str]] = yaml.safe_load((ROOT / "tests" / "catalogue.yml").read_text(encoding="utf-8"))
FIGURES = ROOT / "docs" / "katalog.json"
PAGE = ROOT / "docs" / "katalog.md"
FULL = os.environ.get("KATALOG") == "penuh"
"""Whether counts are full and figures are kept."""
HEAD = """# Serangan dan gangguan

`make attack` (bagian web) dan `make faults` (bagian ETL) menjalankan semua kasus ini dengan hitungan penuh dan menulis
angkanya; `make test` menjalankan kasus yang sama dengan hitungan kecil. Halaman ini dibuat dari `tests/catalogue.yml` dan
`docs/katalog.json`; angka adalah satu putaran di satu mesin dua inti, jadi besarannya yang berarti. "–" berarti lulus atau
gagal saja, tanpa angka.

| | masukan | janji | terukur |
|---|---|---|---|
"""


def counts(small: int, full: int) -> int:
    """How many times: few in every run, all in ``make attack`` and ``make faults``."""
    return full if FULL else small


def keep(case: str, what: str, value: float, unit: str) -> None:
    """Write one figure down, in place of the same figure of an earlier run; only with full counts."""
    if case not in {item["id"] for item in CASES}:
        raise ValueError(case)
    if not FULL:
        return
    folder = ROOT / "build" / "katalog"
    folder.mkdir(parents=True, exist_ok=True)
    # One file per figure: test processes run beside each other.
    name = f"{case}-{''.join(letter if letter.isalnum() else '-' for letter in what)}.json"
    (folder / name).write_text(json.dumps({"kasus": case, "ukuran": what, "nilai": value, "satuan": unit}))


def gathered() -> dict[str, list[dict[str, Any]]]:
    """The figures kept in the docs, with those of the last full run in their place."""
    kept = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    for path in sorted((ROOT / "build" / "katalog").glob("*.json")):
        new = json.loads(path.read_text())
        case = kept.setdefault(new.pop("kasus"), [])
        case[:] = [old for old in case if old["ukuran"] != new["ukuran"]] + [new]
        case.sort(key=lambda figure: figure["ukuran"])
    return dict(sorted(kept.items()))


def page(figures: dict[str, list[dict[str, Any]]]) -> str:
    """The table of all cases."""
    lines = []
    for case in CASES:
        found = [f"{f['ukuran']} {number(f['nilai'])} {f['satuan']}".strip() for f in figures.get(case["id"], [])]
        why = f" *{case['berubah']}*" if "berubah" in case else ""
        lines.append(f"| {case['id']} | {case['masukan']} | {case['janji']}.{why} | {'; '.join(found) or '–'} |")
    return HEAD + "\n".join(lines) + "\n"


def number(value: float) -> str:
    """A figure as Indonesian readers write it: three digits that count.

    >>> number(1234.5), number(0.0123), number(7)
    ('1.234', '0,0123', '7')
    """
    shown = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
    return shown.translate(str.maketrans(",.", ".,"))


if __name__ == "__main__":
    found = gathered()
    FIGURES.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(found), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)}: {len(found)} kasus berangka dari {len(CASES)}\n")
