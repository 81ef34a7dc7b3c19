"""Our own codes and code lists in English beside the code itself; Indonesian pages show them as they are.

It knows columns with a closed list of values (``enum``), the code lists that we ship (stages of a budget, condition of
goods, names of the top levels of the charts of accounts), and nothing else: what a source wrote stays as it wrote it.
"""

import re
from functools import partial
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

LISTS = {
    ("tahapan_apbd", "nama"): "budget.stage.{kode}",
    ("tahapan_apbd", "dokumen"): "code.document.{kode}",
    ("kondisi_barang", "nama"): "code.condition.{kode}",
    ("kondisi_barang", "varian"): "code.condition.variant.{kode}",
    ("nama_kode", "nama"): "code.nama.{jenis}.{kode}",
    ("kamus_tabel", "lisensi"): "code.licence.{lisensi}",
    ("kamus_tabel", "judul_lisensi"): "code.licence.{lisensi}",
}
"""Table and column of a shipped list -> key of the word for a row."""
CODES = {"tahapan": "budget.stage.", "kondisi_baku": "code.condition."}
"""Column that points to a shipped list -> family of its words."""
NAMES = "code.nama."
PLACE = re.compile(r"{(\w+)}")
SILENT = "tidak dinyatakan"
"""What columns of every kind say where the source is silent: our words, not the source's."""


@hookimpl
def prepare_jinja2_environment(env):
    """Let cells and pages find these: ``jinja_env.globals["code_word"]`` and ``["code_name"]``."""
    env.globals |= {"code_word": partial(code_word, env.globals), "code_name": partial(code_name, env.globals)}
    env.globals["licence_name"] = partial(licence_name, env.globals)


def code_word(shared: Json, lang: str, table: str, column: str, row: Any) -> str:
    """The English word of a cell that holds a code of ours; empty for every other cell and in Indonesian."""
    info = shared["release"]["tables"].get(table)
    value = row[column]
    if lang == "id" or info is None or value is None or isinstance(value, dict):
        return ""
    keys: list[str] = []
    if (table, column) in LISTS:
        keys = [key_of(LISTS[table, column], row)]
    elif column in CODES:
        keys = [f"{CODES[column]}{value}"]
    elif value == SILENT or info["fields"].get(column, {}).get("enum"):
        plain = str(value).lower().replace("_", " ")
        keys = [f"value.{column}.{value}", f"answer.{plain}", f"code.enum.{plain}"]
    words = shared["catalogues"][lang]
    found = next((words[key] for key in keys if key in words), "")
    return "" if found.lower() == str(value).lower() else found


def key_of(pattern: str, row: Any) -> str:
    """The key of a list's row; empty where the reader chose columns without its code."""
    cells = {name: row[name] for name in row.keys()}  # noqa: SIM118 (sqlite3.Row)
    return pattern.format_map(cells) if set(PLACE.findall(pattern)) <= set(cells) else ""


def licence_name(shared: Json, lang: str, item: Json) -> str:
    """The title of a licence; the terms that we word ourselves in the reader's language."""
    return str(shared["catalogues"][lang].get(f"code.licence.{item['name']}") or item.get("title") or item["name"])


def code_name(shared: Json, lang: str, name: str | None) -> str:
    """The English of a name of the national charts of affairs and accounts, however it is spelled; else empty."""
    if lang == "id" or not name:
        return ""
    local, english = shared["catalogues"]["id"], shared["catalogues"][lang]
    known = shared.setdefault("code_names", {})
    if not known:
        known |= {text.casefold(): english[key] for key, text in local.items() if key.startswith(NAMES)}
    return known.get(" ".join(name.split()).casefold(), "")
