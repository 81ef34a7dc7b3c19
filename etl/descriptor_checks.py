"""What a descriptor may not do, whoever wrote it: odd names in the database, files outside its folder, open names."""

import re
from pathlib import Path

from etl.errors import DescriptorError
from etl.fields import Json

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")
"""Names of tables and columns: what no database, file system or address has to quote."""
PERSON_KEYS = {"name", "names", "type", "npwp", "id"}
ODD = re.compile(r"[:\\\0]")
FILES = ("path", "x-list", "x-sql")
"""Keys of a resource that name a file."""
SUPPRESS_KEYS = {"from", "count", "k", "sensitive", "dimensions", "version", "series", "pull"}
DIMENSION_KEYS = {"column", "columns", "tree", "total", "of"}


def check_names_safe(descriptor: Json, where: str) -> None:
    """Refuse a table or column whose name a database must quote, and a file outside the folder."""
    names = [descriptor.get("name"), *(field.get("name") for field in descriptor["schema"]["fields"])]
    for name in names:
        if not isinstance(name, str) or not IDENTIFIER.fullmatch(name):
            raise DescriptorError(f"{where}: nama '{name}' harus huruf kecil, angka, dan garis bawah")
    for key in FILES:
        name = descriptor.get(key, "ada")
        if not isinstance(name, str) or name.startswith("/") or {"..", ""} & set(name.split("/")) or ODD.search(name):
            raise DescriptorError(
                f"{where}: {key} '{name}' harus berkas di dalam foldernya, bukan jalur lain atau alamat"
            )


def own_file(folder: Path, name: str) -> Path:
    """A file of a dataset's folder; a link that leads elsewhere is refused."""
    path = folder / name
    if folder.resolve() not in path.resolve().parents:
        raise DescriptorError(f"{folder.name}: {name} adalah tautan ke luar folder deskriptor")
    return path


def check_person(rule: Json, names: set[str], where: str) -> None:
    """Refuse a part or column of ``x-person`` that does not exist: it would leave a person's name open."""
    columns = {column for part in rule.values() for column in ([part] if isinstance(part, str) else part)}
    if set(rule) - PERSON_KEYS or columns - names or rule and "name" not in rule:
        raise DescriptorError(f"{where}: x-person memuat bagian atau kolom yang tidak ada")


def check_suppress(descriptor: Json, others: dict[str, Json]) -> None:
    """Refuse a rule for small counts that closes nothing: an open source, columns that are not there, no threshold."""
    rule, name = descriptor.get("x-suppress"), descriptor["name"]
    if not rule:
        return
    source = others.get(rule.get("from", ""), {})
    if source.get("x-privacy") != "withheld":
        raise DescriptorError(f"{name}: x-suppress from '{rule.get('from')}' harus tabel yang withheld")
    dimensions = rule.get("dimensions") or [{}]
    odd = set(rule) - SUPPRESS_KEYS | {part for d in dimensions for part in set(d) - DIMENSION_KEYS}
    if odd or not all("tree" in d or "total" in d for d in dimensions):
        raise DescriptorError(f"{name}: x-suppress memuat bagian {sorted(odd)}, atau dimensi tanpa tree atau total")
    sensitive = rule.get("sensitive") or {"column": rule["count"], "k": rule["k"], "values": []}
    used = [rule["count"], *rule.get("series", []), sensitive["column"]]
    used += [c for d in dimensions for c in d.get("columns", [d.get("column")])]
    used += [rule[part] for part in ("version", "pull") if part in rule]
    lacking = set(used) - {field["name"] for field in source["schema"]["fields"]}
    fields = {field["name"]: field for field in descriptor["schema"]["fields"]}
    lacking |= {rule["count"], f"{rule['count']}_ditutup", "alasan_ditutup", "jenis_penutupan"} - set(fields)
    if lacking:
        raise DescriptorError(f"{name}: x-suppress menyebut atau memerlukan kolom yang tidak ada: {sorted(lacking)}")
    if fields["jenis_penutupan"].get("x-privacy") != "withheld":
        raise DescriptorError(f"{name}: jenis_penutupan harus withheld: sel yang ditutup karena kecil akan terbaca")
    if min(int(rule["k"]), int(sensitive["k"])) < 2 or set(sensitive) != {"column", "k", "values"}:
        raise DescriptorError(f"{name}: x-suppress k paling sedikit 2; sensitive harus column, k, values")
