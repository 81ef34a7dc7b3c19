"""Read ``etl/tanda/*.yaml``: what a sign asks, its formula, its law and parameters, beside the query of the same name.

The keys are frozen like those of the descriptors, so that a typing mistake can never publish what must wait.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from etl.database import literal
from etl.descriptors import Resource, read_yaml
from etl.errors import DescriptorError
from etl.fields import Json
from etl.link import tables_in

FOLDER = Path(__file__).parent / "tanda"
TABLES = ("tanda", "tanda_metode", "tanda_tidak_dapat_dihitung", "tanda_ringkas")
TEXTS = {"judul", "pertanyaan", "rumus", "tabel"}
ENGLISH = "x-en"
ENGLISH_TEXTS = {"judul", "pertanyaan", "rumus", "dasar_hukum"}
ENGLISH_SETTINGS = {"parameter", "pengecualian", "alasan"}
SETTINGS = {"parameter", "pengecualian", "kolom_wajib"}
LAW = {"dasar_hukum", "terverifikasi", "kutipan", "berlaku_dari", "berlaku_sampai"}
OPTIONAL = {"kode_cardinal"}
PLACEHOLDER = re.compile(r"\$([a-z_]+)")
ALWAYS = ("0001-01-01", "9999-12-31")


@dataclass(frozen=True)
class Sign:
    """One sign: its settings as written, and its query with the parameters filled in."""

    nama: str
    descriptor: Json
    sql: str

    def get(self, key: str) -> Any:
        """Return a setting; optional ones are empty when absent."""
        return self.descriptor.get(key, "")

    @property
    def withheld(self) -> bool:
        """Whether the sign rests on law that nobody has verified: computed, not published."""
        return bool(self.descriptor.get("dasar_hukum")) and not self.descriptor.get("terverifikasi")

    @property
    def reasons(self) -> set[str]:
        """The reasons for not judging a row that have their English."""
        return set(self.descriptor[ENGLISH].get("alasan", {}))

    def reason_en(self, reason: str) -> str:
        """One of the query's reasons for not judging a row, in English."""
        return str(self.descriptor[ENGLISH]["alasan"][reason])

    def parameters_en(self) -> Json:
        """The parameters with their values and what they mean in English."""
        english = self.descriptor[ENGLISH].get("parameter", {})
        return {name: {**setting, "arti": english[name]} for name, setting in self.get("parameter").items()}

    def texts(self) -> Json:
        """The settings as cells of ``tanda_metode``."""
        english = self.descriptor[ENGLISH]
        law = bool(self.descriptor.get("dasar_hukum"))
        columns = [f"{table}.{name}" for table, names in self.get("kolom_wajib").items() for name in names]
        return {
            "tanda": self.nama,
            "nama": self.get("judul"),
            "nama_en": english["judul"],
            **{key: self.get(key) for key in ("pertanyaan", "rumus", "kode_cardinal", "kutipan")},
            **{f"{key}_en": english.get(key) for key in ("pertanyaan", "rumus", "dasar_hukum")},
            "dasar_hukum": self.get("dasar_hukum"),
            "dasar_terverifikasi": bool(self.descriptor.get("terverifikasi")) if law else None,
            "berlaku_dari": self.descriptor.get("berlaku_dari"),
            "berlaku_sampai": self.descriptor.get("berlaku_sampai"),
            "parameter": json.dumps(self.get("parameter"), ensure_ascii=False),
            "parameter_en": json.dumps(self.parameters_en(), ensure_ascii=False),
            "pengecualian": " ".join(self.get("pengecualian")),
            "pengecualian_en": " ".join(english.get("pengecualian", [])),
            "kolom_wajib": "; ".join(columns),
            "kueri": self.sql,
        }  # fmt: skip


def load_signs(resources: dict[str, Resource], folder: Path | None = None) -> list[Sign]:
    """Every sign of the folder in name order, checked.

    Raises ``DescriptorError`` naming file and key.
    """
    folder = folder or FOLDER
    queries = {path.stem for path in folder.glob("*.sql")}
    signs = [load_sign(path, resources) for path in sorted(folder.glob("*.yaml"))]
    alone = queries ^ {sign.nama for sign in signs}
    if alone:
        raise DescriptorError(f"etl/tanda: {', '.join(sorted(alone))} tanpa pasangan .sql dan .yaml")
    return signs


def load_sign(path: Path, resources: dict[str, Resource]) -> Sign:
    """Read and check one sign."""
    where = f"etl/tanda/{path.name}"
    try:
        descriptor = read_yaml(path)
    except yaml.YAMLError as error:
        raise DescriptorError(f"{where}: bukan YAML yang sah: {error}") from error
    check_keys(descriptor, where)
    query = path.with_suffix(".sql")
    text = query.read_text(encoding="utf-8") if query.exists() else ""
    check_columns(descriptor, text, resources, where)
    sql = fill(text, descriptor, where)
    check_english(descriptor, descriptor.get(ENGLISH) or {}, where)
    return Sign(path.stem, descriptor, sql)


def check_keys(descriptor: Json, where: str) -> None:
    """Refuse an unknown key, a missing text, and a verification without its citation."""
    unknown = set(descriptor) - TEXTS - SETTINGS - LAW - OPTIONAL - {ENGLISH}
    if unknown:
        raise DescriptorError(f"{where}: kunci tidak dikenal {sorted(unknown)}")
    empty = sorted(key for key in TEXTS if not isinstance(descriptor.get(key), str) or not descriptor[key])
    empty += sorted(key for key in SETTINGS if key not in descriptor)
    if empty:
        raise DescriptorError(f"{where}: kunci wajib kosong {empty}")
    if descriptor.get("dasar_hukum") and not isinstance(descriptor.get("terverifikasi"), bool):
        raise DescriptorError(f"{where}: dasar_hukum menuntut terverifikasi: true atau false")
    if descriptor.get("dasar_hukum") and not descriptor.get("berlaku_dari"):
        raise DescriptorError(f"{where}: dasar_hukum menuntut berlaku_dari")
    if descriptor.get("terverifikasi") and not (descriptor.get("dasar_hukum") and descriptor.get("kutipan")):
        raise DescriptorError(f"{where}: terverifikasi: true menuntut dasar_hukum dan kutipan")
    for name, setting in descriptor["parameter"].items():
        if not isinstance(setting, dict) or set(setting) != {"nilai", "arti"}:
            raise DescriptorError(f"{where}: parameter {name} harus {{nilai, arti}}")


def check_english(descriptor: Json, english: Json, where: str) -> None:
    """Refuse a text, parameter or exclusion that lacks its English, or English without its Indonesian."""
    unknown = set(english) - ENGLISH_TEXTS - ENGLISH_SETTINGS
    if unknown:
        raise DescriptorError(f"{where}: kunci tidak dikenal di {ENGLISH} {sorted(unknown)}")
    wanted = sorted(key for key in ENGLISH_TEXTS if bool(descriptor.get(key)) != bool(english.get(key)))
    if set(descriptor["parameter"]) != set(english.get("parameter", {})):
        wanted.append("parameter")
    if len(descriptor["pengecualian"]) != len(english.get("pengecualian", [])):
        wanted.append("pengecualian")
    if wanted:
        raise DescriptorError(f"{where}: {ENGLISH} tidak sepadan {wanted}")


def check_columns(descriptor: Json, sql: str, resources: dict[str, Resource], where: str) -> None:
    """Refuse a table or required column that no descriptor knows."""
    tables = set(tables_in(PLACEHOLDER.sub("0", sql))) | set(descriptor["kolom_wajib"])
    for table in sorted(tables):
        if table not in resources:
            raise DescriptorError(f"{where}: tabel '{table}' tidak ada")
    for table, names in descriptor["kolom_wajib"].items():
        for name in names:
            if name not in resources[table].order:
                raise DescriptorError(f"{where}: kolom {table}.{name} tidak ada")


def fill(sql: str, descriptor: Json, where: str) -> str:
    """The query with each ``$parameter`` replaced by its value.

    >>> fill("a >= $batas", {"parameter": {"batas": {"nilai": 5, "arti": ""}}}, "")
    'a >= 5'
    """
    values = {name: setting["nilai"] for name, setting in descriptor["parameter"].items()}
    values["berlaku_dari"] = str(descriptor.get("berlaku_dari") or ALWAYS[0])
    values["berlaku_sampai"] = str(descriptor.get("berlaku_sampai") or ALWAYS[1])
    used = set(PLACEHOLDER.findall(sql))
    wrong = (used - set(values)) | (set(descriptor["parameter"]) - used)
    if wrong:
        raise DescriptorError(f"{where}: parameter {sorted(wrong)} tidak cocok antara .sql dan .yaml")
    return PLACEHOLDER.sub(lambda match: literal(values[match[1]]), sql)
