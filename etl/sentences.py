"""Frictionless's notes in words that a data officer understands, Indonesian and English; the technical term is kept."""

import re
from collections.abc import Callable

RULES: list[tuple[str, str, str]] = [
    (r'constraint "required" is "True"', "wajib diisi (required)", "is required"),
    (r'constraint "pattern" is "(.*)"', "tidak sesuai pola {0} (pattern)", "does not match pattern {0}"),
    (r'constraint "enum" is "(.*)"', "di luar daftar nilai {0} (enum)", "is outside the list {0} (enum)"),
    (r'constraint "minimum" is "(.*)"', "kurang dari batas bawah {0} (minimum)", "is below the minimum {0}"),
    (r'constraint "maximum" is "(.*)"', "lebih dari batas atas {0} (maximum)", "is above the maximum {0}"),
    (r'constraint "(minLength|maxLength)" is "(.*)"', "panjangnya melanggar {0} {1}", "breaks {0} {1}"),
    (r'type is "([a-z]+)/.*"', "bukan {0} (type)", "is not a {0} (type)"),
]  # fmt: skip
SAME = re.compile(r"the same as in the row at position (\d+)")


def explain(kind: str, column: str, note: str, place: Callable[[int], str]) -> tuple[str, str]:
    """Return the Indonesian and the English sentence for one error; ``place`` names the place of a canonical row."""
    same = SAME.search(note)
    if same:
        where = place(int(same[1]))
        label = f"kolom {column}" if kind == "unique-error" else "kunci baris"
        return (
            f"{label} sama dengan baris {where} yang isinya berbeda ({kind})",
            f"same {column or 'primary key'} as row {where} with other content ({kind})",
        )
    for pattern, pesan, message in RULES:
        found = re.fullmatch(pattern, note)
        if found:
            sen = column.endswith("_sen")
            kolom = f"{column.removesuffix('_sen')} (dalam sen)" if sen else column
            name = f"{column.removesuffix('_sen')} (in sen)" if sen else column
            return f"kolom {kolom} {pesan.format(*found.groups())}", f"column {name} {message.format(*found.groups())}"
    return f"{kind}: {note}", f"{kind}: {note}"
