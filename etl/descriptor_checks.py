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
