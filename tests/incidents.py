"""The table of incidents and verdicts in ``docs/tarik.md``, made of the cases that ``tests/test_incidents.py`` runs.

``python tests/incidents.py`` writes it anew between its marks.
"""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests" / "incidents.yml").read_text(encoding="utf-8"))
PAGE = ROOT / "docs" / "tarik.md"
BEGIN, END = "<!-- insiden: dibuat oleh tests/incidents.py -->\n", "<!-- akhir insiden -->\n"
HEAD = """
## Insiden yang diuji

Setiap baris dijalankan oleh uji terhadap peladen tiruan sumbernya: data yang terbit tetap, putaran menyebut insidennya, dan kode
keluarnya 1.

| insiden | diuji pada | putusan |
|---|---|---|
"""


def table() -> str:
    """The section of the page, with its marks."""
    lines = [f"| {case['insiden']} | {case['sumber']} | `{case['putusan']}` |\n" for case in CASES]
    return f"{BEGIN}{HEAD}{''.join(lines)}\n{END}"


def renewed(page: str) -> str:
    """The page with the section as it must be; a page without marks gets it at its end."""
    if BEGIN not in page:
        return f"{page.rstrip()}\n\n{table()}"
    before, _, rest = page.partition(BEGIN)
    return f"{before}{table()}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
