"""``datapackages/*/queries/*.sql`` -> the questions of the site: a header of comments, then one SELECT for SQLite.

The header is the only place for a question's texts, parameters, needed tables and missing documents; its keys are
frozen like those of the descriptors (``docs/pertanyaan.md``).
"""

import re
from pathlib import Path
from urllib.parse import parse_qsl

import sqlglot
from sqlglot import exp

from etl.charts import read_chart
from etl.errors import DescriptorError
from etl.fields import Json

READERS = ("jurnalis", "peneliti", "pengawas")
ONCE = ("judul", "en", "pembaca", "nomor", "penjelasan", "explanation", "baris", "grafik")
MANY = ("butuh", "dokumen", "document", "parameter", "kolom")
REQUIRED = ("judul", "en", "pembaca", "nomor", "penjelasan", "explanation", "butuh", "dokumen", "document")
UNITS = ("teks", "tanggal", "bilangan", "persen", "rupiah", "sen", "hari")
OPTIONAL = "(pelengkap) "
LINE = re.compile(r"-- ([a-z]+): (.+)")
MORE = re.compile(r"--   +(.+)")
PARAMETER = re.compile(
    r"(?P<nama>\w+) \((?:bawaan: (?P<bawaan>[^;)]*); )?(?P<jenis>pilihan|angka|teks|contoh): ?(?P<isi>.*)\)"
)


def load_questions(datapackages: Path) -> dict[str, Json]:
    """Return name -> question, in the order of readers and numbers."""
    found: dict[str, Json] = {}
    for path in sorted(datapackages.glob("*/queries/*.sql")):
        if path.stem in found:
            raise DescriptorError(f"{path}: nama pertanyaan sudah dipakai dataset lain")
        found[path.stem] = {**read_question(path), "tema": path.parent.parent.name}
    return dict(sorted(found.items(), key=lambda item: (READERS.index(item[1]["pembaca"]), item[1]["nomor"], item[0])))


def read_question(path: Path) -> Json:
    """Read one file: header and SELECT; raise ``DescriptorError`` naming the file where a rule is broken."""
    header, sql = split_header(path)
    missing = [key for key in REQUIRED if key not in header]
    if missing or header["pembaca"][0] not in READERS or not header["nomor"][0].isdigit():
        raise DescriptorError(f"{path}: kunci kosong atau salah: {', '.join(missing) or 'pembaca, nomor'}")
    if len({len(header[key]) for key in ("butuh", "dokumen", "document")}) > 1:
        raise DescriptorError(f"{path}: tiap butuh perlu satu dokumen dan satu document di bawahnya")
    parameters = [parameter(path, text) for text in header.get("parameter", [])]
    used, shown = check_sql(path, sql, {item["nama"] for item in parameters})
    texts = {key: header[key][0] for key in ONCE if key in header}
    columns = [column(path, text) for text in header.get("kolom", [])]
    needed = zip(header["butuh"], header["dokumen"], header["document"], strict=True)
    needs = [need(path, *item) for item in needed]
    return {
        **texts,
        "nomor": int(texts["nomor"]),
        "butuh": needs,
        "parameter": parameters,
        "kolom": {name: item for name, item in columns},
        **({"baris": link(texts["baris"])} if "baris" in texts else {}),
        **({"grafik": read_chart(path, texts["grafik"], shown)} if "grafik" in texts else {}),
        "tabel": used,
        "sql": sql,
    }


def split_header(path: Path) -> tuple[dict[str, list[str]], str]:
    """Return the header's keys with their texts, and the SQL below it."""
    header: dict[str, list[str]] = {}
    key = ""
    lines = path.read_text(encoding="utf-8").splitlines()
    end = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    for number, line in enumerate(lines[:end], 1):
        more, found = MORE.fullmatch(line), LINE.fullmatch(line)
        if more and key:
            header[key][-1] += f" {more[1].strip()}"
        elif found and found[1] in (*ONCE, *MANY) and not (found[1] in ONCE and found[1] in header):
            key = found[1]
            header.setdefault(key, []).append(found[2].strip())
        else:
            raise DescriptorError(f"{path}:{number}: baris kepala tidak dikenal atau berulang: {line}")
    return header, "\n".join(lines[end:]).strip()


def parameter(path: Path, text: str) -> Json:
    """``tahun (pilihan: select …)``, ``persen (angka: 10)``, ``kata (bawaan: jalan; teks:)``, ``kunci (contoh: …)``.

    An example is free text that starts as the first row of its SELECT.
    """
    found = PARAMETER.fullmatch(text)
    if not found:
        raise DescriptorError(f"{path}: parameter tidak terbaca: {text}")
    return {key: value or "" for key, value in found.groupdict().items()}


def column(path: Path, text: str) -> tuple[str, Json]:
    """``persen_hps; Persen HPS; Percent of HPS; persen`` -> name and texts of a computed column."""
    parts = [part.strip() for part in text.split(";")]
    if len(parts) != 4 or parts[3] not in UNITS:
        raise DescriptorError(f"{path}: kolom tidak terbaca: {text}")
    return parts[0], {"judul": parts[1], "en": parts[2], "satuan": parts[3]}


def need(path: Path, table: str, document: str, english: str) -> Json:
    """A table with the filter that must find rows, and the document and its holder in two languages.

    ``(pelengkap)`` marks a table without which the answer still stands, only less complete.
    """
    (name, holder), (named, held) = (named_holder(path, text) for text in (document, english))
    plain = table.removeprefix(OPTIONAL)
    texts = {"dokumen": name, "pemegang": holder, "document": named, "holder": held}
    return {**link(plain), "pelengkap": plain != table, **texts}


def named_holder(path: Path, document: str) -> tuple[str, str]:
    """``Pengumuman; LPSE`` -> a document and who holds it."""
    name, _, holder = document.rpartition("; ")
    if not name:
        raise DescriptorError(f"{path}: dokumen perlu 'nama; pemegang': {document}")
    return name, holder


def link(text: str) -> Json:
    """``tender?nama_klpd={badan}`` -> table and filters, as in the address of a table page.

    >>> link("tender?nama_klpd={badan}&hps__gt=0")
    {'tabel': 'tender', 'saringan': [['nama_klpd', '{badan}'], ['hps__gt', '0']]}
    """
    table, _, query = text.partition("?")
    return {"tabel": table, "saringan": [list(pair) for pair in parse_qsl(query, keep_blank_values=True)]}


def check_sql(path: Path, sql: str, declared: set[str]) -> tuple[list[str], list[str]]:
    """One SELECT, whose parameters are those that the header declares; return its tables and its columns."""
    statements = sqlglot.parse(sql, read="sqlite")
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise DescriptorError(f"{path}: harus satu SELECT")
    used = {str(item.this) for item in statements[0].find_all(exp.Placeholder)}
    if used != declared:
        raise DescriptorError(f"{path}: parameter di kepala {sorted(declared)}, di SQL {sorted(used)}")
    local = {item.alias_or_name for item in statements[0].find_all(exp.CTE)}
    named = {item.name for item in statements[0].find_all(exp.Table)} - local
    tables = sorted(name for name in named if name and not name.startswith(("sqlite_", "pragma_")))
    return tables, statements[0].named_selects


def canned_query(question: Json) -> Json:
    """One entry of ``databases.opendata.queries``; what only the question page needs is under ``pertanyaan``."""
    own = {key: value for key, value in question.items() if key not in ("judul", "penjelasan", "sql")}
    return {
        "title": question["judul"],
        "description": question["penjelasan"],
        "params": [item["nama"] for item in question["parameter"]],
        "hide_sql": True,
        "sql": question["sql"],
        "pertanyaan": own,
    }
