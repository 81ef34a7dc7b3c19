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
`docs/katalog.json`; angka adalah satu putaran di satu mesin dua inti, jadi besarannya yang berarti. "Uji lulus": percobaan
yang semuanya dijawab seperti dijanjikan. Dari lebih dari tiga ukuran yang sejenis hanya yang terbesar tertulis di sini; semuanya di
`docs/katalog.json`. Huruf miring: mengapa janji itu diubah dari yang pertama direncanakan.

| | masukan | janji | terukur |
|---|---|---|---|
"""
PASSED = "uji lulus"
"""How the number of passed tests of a case is called; the module stands behind it."""
MANY = 3
"""Figures of one unit that the page shows one by one; of more it shows the largest."""


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
        why = f" *{case['berubah'].rstrip('.')}.*" if "berubah" in case else ""
        found = "; ".join(shown(figures.get(case["id"], []))) or "–"
        lines.append(f"| {case['id']} | {case['masukan']} | {case['janji']}.{why} | {found} |")
    return HEAD + "\n".join(lines) + "\n"


def shown(figures: list[dict[str, Any]]) -> list[str]:
    """The figures of a case in words: tests that passed, then each unit's figures, or the largest of many.

    >>> shown([{"ukuran": f"cara {n}", "nilai": n, "satuan": "ms"} for n in (1, 4, 3, 2)])
    ['paling banyak 4 ms (cara 4; terbesar dari 4 ukuran)']
    >>> shown([{"ukuran": "uji lulus, a", "nilai": 2, "satuan": ""}, {"ukuran": "uji lulus, b", "nilai": 3, "satuan": ""}])
    ['5 uji lulus']
    """
    passed = sum(figure["nilai"] for figure in figures if figure["ukuran"].startswith(PASSED))
    words = [f"{number(passed)} {PASSED}"] if passed else []
    rest = [figure for figure in figures if not figure["ukuran"].startswith(PASSED)]
    for unit in dict.fromkeys(figure["satuan"] for figure in rest):
        same = [figure for figure in rest if figure["satuan"] == unit]
        if unit and len(same) > MANY:
            most = max(same, key=lambda figure: figure["nilai"])
            words.append(
                f"paling banyak {number(most['nilai'])} {unit} ({most['ukuran']}; terbesar dari {len(same)} ukuran)"
            )
        else:
            words += [f"{figure['ukuran']}: {number(figure['nilai'])} {unit}".strip() for figure in same]
    return words


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
