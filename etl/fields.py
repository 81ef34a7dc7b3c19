"""Declared fields and the columns that they become: exact sen, readable rupiah, source text of a rounded value."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

MOST = 10**15
"""Rupiah above which no single amount is believed: a thousand trillion; a NIP in a money column is far above it."""
EXACT = "Nilai tepat dalam sen (1/100 rupiah), untuk penjumlahan."
EXACT_EN = "Exact value in sen (1/100 rupiah), for adding up."


@dataclass(frozen=True)
class Field:
    """One column as the canonical table holds it; ``source`` is the declared field that feeds it."""

    name: str
    type: str
    descriptor: Json
    source: str
    role: str = "nilai"
    """``nilai`` the value itself, ``sen`` exact sen, ``asli`` text of a rounded value, ``dibulatkan`` its flag."""

    @property
    def public(self) -> bool:
        """Whether the column may enter ``opendata.db``."""
        return bool(self.descriptor["x-privacy"] == "public")


def expand(item: Json) -> list[Field]:
    """Turn a declared field into its canonical columns (exact sen, source text and flag of a rounded value)."""
    name = item["name"]
    columns = [Field(name, item["type"], item, name)]
    if item.get("x-sen"):
        columns = [Field(f"{name}_sen", "integer", sen_descriptor(item), name, "sen")]
    if item.get("x-rounded"):
        columns.append(Field(f"{name}_asli", "string", derived(item, "_asli", "string"), name, "asli"))
        columns.append(
            Field(f"{name}_dibulatkan", "boolean", derived(item, "_dibulatkan", "boolean"), name, "dibulatkan")
        )
    return columns


def sen_descriptor(item: Json) -> Json:
    """Describe the exact integer column behind a money column that carries sen."""
    constraints = {k: v * 100 if k in ("minimum", "maximum") else v for k, v in item.get("constraints", {}).items()}
    english = {k: f"{item[k]} {EXACT_EN}" for k in ("x-en-description",) if k in item}
    return {
        **item,
        **english,
        "name": f"{item['name']}_sen",
        "type": "integer",
        "title": f"{item['title']} (sen)",
        "description": f"{item['description']} {EXACT}",
        "x-en": f"{item['x-en']} (sen, exact)",
        "x-unit": "sen",
        "constraints": constraints,
    }


def derived(item: Json, suffix: str, kind: str) -> Json:
    """Describe the text or flag that stands beside a value some source only gives rounded."""
    texts = {
        "_asli": (
            "teks sumber",
            "Teks di sumber bila nilainya dibulatkan.",
            "source text of the rounded value",
            "Text in the source, if its value is rounded.",
        ),
        "_dibulatkan": (
            "dibulatkan",
            "Ya bila sumber hanya memberi nilai bulat; jangan dipakai untuk rasio.",
            "rounded",
            "Yes if the source gives only a rounded value; do not use it for ratios.",
        ),
    }[suffix]
    return {
        "name": f"{item['name']}{suffix}",
        "type": kind,
        "title": f"{item['title']}: {texts[0]}",
        "description": texts[1],
        "x-en": f"{item['x-en']}: {texts[2]}",
        "x-en-description": texts[3],
        "x-privacy": item["x-privacy"],
        "x-parse": item.get("x-parse"),
    }


def schema_field(column: Field) -> Json:
    """Table Schema field of one canonical column with its constraints and declared bounds."""
    item = column.descriptor
    constraints = dict(item.get("constraints", {})) if column.role in ("nilai", "sen") else {}
    bound = item.get("x-bound")
    factor = 100 if column.role == "sen" else 1
    if bound:
        constraints.setdefault("minimum", bound[0] * factor)
        constraints.setdefault("maximum", bound[1] * factor)
    if column.type == "integer" and item.get("x-unit") in ("rupiah", "sen"):
        constraints.setdefault("maximum", MOST * factor)
    out: Json = {"name": column.name, "type": column.type}
    if column.type == "boolean":
        out |= {"trueValues": ["true"], "falseValues": ["false"]}
    if constraints:
        out["constraints"] = constraints
    return out
