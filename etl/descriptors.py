"""Read ``datapackages/*/datapackage.yaml``: the single list of columns, titles, keys, privacy and layouts.

Data Package v2 plus a frozen list of ``x-`` keys (``docs/deskriptor.md``); others are errors: no typo turns a rule off.
"""

import csv
import pickle
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from etl.descriptor_checks import check_names_safe, check_person, check_suppress, own_file
from etl.errors import DescriptorError
from etl.fields import Field, Json, expand, schema_field
from etl.freshness import check_freshness
from etl.values import PARSERS

PACKAGE_KEYS = {"x-en"}
RESOURCE_KEYS = {
    "x-en", "x-sources", "x-privacy", "x-forms", "x-fts", "x-scope", "x-tolerance", "x-ordinal", "x-fanout",
    "x-bridge", "x-person", "x-updated", "x-datasette", "x-sql", "x-list", "x-function", "x-reads", "x-cari",
    "x-freshness", "x-suppress",
}  # fmt: skip
FIELD_KEYS = {
    "x-en", "x-source", "x-parse", "x-unit", "x-sen", "x-rounded", "x-index", "x-privacy", "x-scan", "x-bound",
    "x-ocds", "x-en-description",
}  # fmt: skip
FORM_KEYS = {
    "name", "source", "since", "signature", "absent", "columns", "values", "tables", "map", "parse", "unit", "const",
    "path", "title", "missing", "withhold", "complement", "also", "only_with", "scope",
}  # fmt: skip
UNITS = {"ribu": 1_000, "juta": 1_000_000, "miliar": 1_000_000_000, "triliun": 1_000_000_000_000}
PROVENANCE = ("asal_berkas", "asal_lokasi")


@dataclass(frozen=True)
class Form:
    """One named layout of a source, as frozen in the descriptor."""

    name: str
    source: str
    signature: frozenset[str]
    absent: frozenset[str]
    descriptor: Json

    def get(self, key: str) -> Any:
        """Return an optional setting of the form, or an empty value."""
        empty: Any = {} if key in ("map", "parse", "unit", "const", "values") else []
        return self.descriptor.get(key, empty)


@dataclass(frozen=True)
class Resource:
    """One published table: its canonical fields, key, layouts and rules."""

    name: str
    dataset: str
    descriptor: Json
    fields: tuple[Field, ...]
    declared: tuple[Json, ...]
    forms: tuple[Form, ...]
    key: tuple[str, ...]
    aliases: dict[str, list[str]] = field(repr=False)
    known: frozenset[str] = field(repr=False)
    folder: Path = Path()
    lists: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)
    """Allowed values of the columns that point to a shipped code list (``foreignKeys``)."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return an optional ``x-`` setting of the resource."""
        return self.descriptor.get(key, default)

    @property
    def from_files(self) -> bool:
        """Whether rows come from source files (or their bridges), so that each carries its provenance."""
        made = any(self.get(key) for key in ("x-sql", "x-function", "x-list", "x-suppress"))
        return self.dataset not in ("kualitas", "jejak_tanda") and not made

    @property
    def missing(self) -> frozenset[str]:
        """Texts that mean "no value" in every layout of the resource."""
        return frozenset(self.descriptor["schema"].get("missingValues", [""])) | {""}

    @property
    def order(self) -> tuple[str, ...]:
        """Column names of the canonical table, in order, without provenance."""
        return tuple(f.name for f in self.fields)


def normalise(header: Any) -> str:
    """Fold a header so that spelling differences of case and blanks do not matter.

    >>> normalise("  Nama   Paket ")
    'nama paket'
    """
    return " ".join(str(header).split()).casefold()


def read_yaml(path: Path) -> Json:
    """Content of a YAML file of ours, the caller's own to change; the same text is parsed once in a process."""
    return pickle.loads(parsed(path.read_text(encoding="utf-8")))  # type: ignore[no-any-return]


@lru_cache(maxsize=1_000)
def parsed(text: str) -> bytes:
    """Content of a YAML text, read by libyaml where PyYAML has it: ten times faster, the same safe subset."""
    return pickle.dumps(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def load_datasets(folder: Path) -> list[Json]:
    """Every dataset descriptor of ``folder``, checked, by name; ``DescriptorError`` names file, resource and key."""
    datasets = []
    for path in (own_file(p.parent, p.name) for p in sorted(folder.glob("*/datapackage.yaml"))):
        where = f"datapackages/{path.parent.name}/datapackage.yaml"
        try:
            dataset = read_yaml(path)
        except yaml.YAMLError as error:
            raise DescriptorError(f"{where}: bukan YAML yang sah: {error}") from error
        check_keys(dataset, PACKAGE_KEYS, where)
        if dataset["name"] != path.parent.name:
            raise DescriptorError(f"{where}: name '{dataset['name']}' bukan nama foldernya")
        datasets.append(dataset)
    if not datasets:
        raise DescriptorError(f"{folder}: tidak ada */datapackage.yaml di sini")
    return datasets


def load_resources(folder: Path) -> dict[str, Resource]:
    """Return all resources by name; names are unique across datasets."""
    resources: dict[str, Resource] = {}
    for dataset in load_datasets(folder):
        for descriptor in dataset["resources"]:
            resource = replace(build_resource(descriptor, dataset["name"]), folder=folder / dataset["name"])
            if resource.name in resources:
                raise DescriptorError(f"resource '{resource.name}' ada di dua dataset")
            resources[resource.name] = resource
    descriptors = {name: resource.descriptor for name, resource in resources.items()}
    for name, resource in resources.items():
        check_bridge(resource, resources)
        check_suppress(resource.descriptor, descriptors)
        resources[name] = replace(resource, lists=code_lists(resource, resources))
    return resources


def read_list(resource: Resource) -> list[dict[str, str]]:
    """Rows of a shipped list (``x-list``): a CSV of codes, or YAML under the table's name, for sentences."""
    path = own_file(resource.folder, resource.get("x-list"))
    if path.suffix == ".yaml":
        return [{name: str(row.get(name) or "") for name in resource.order} for row in read_yaml(path)[resource.name]]
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def code_lists(resource: Resource, resources: dict[str, Resource]) -> dict[str, frozenset[str]]:
    """Allowed values per column with a foreign key; only code lists that we ship can be pointed to."""
    lists = {}
    for key in resource.descriptor["schema"].get("foreignKeys", []):
        target = resources.get(key["reference"]["resource"])
        if target is None or not target.get("x-list") or len(key["fields"]) != 1:
            raise DescriptorError(f"{resource.name}: foreignKeys hanya boleh menunjuk satu kolom daftar x-list")
        (column,) = key["reference"]["fields"]
        lists[key["fields"][0]] = frozenset(row[column] for row in read_list(target))
    return lists


def check_bridge(resource: Resource, resources: dict[str, Resource]) -> None:
    """Refuse a bridge whose columns its parent lacks or only sometimes fills."""
    rule = resource.get("x-bridge")
    if not rule:
        return
    parent = resources.get(rule["from"])
    if parent is None or rule["field"] not in parent.order:
        raise DescriptorError(f"{resource.name}: x-bridge {rule['from']}.{rule['field']} tidak ada")
    given = {f.name: f.descriptor.get("constraints", {}) for f in parent.fields}
    made = {rule.get("to", rule["field"]), parent.key[-1] if parent.get("x-ordinal") else ""}
    for column in resource.fields:
        if column.name in made:
            continue
        required = column.descriptor.get("constraints", {}).get("required")
        if column.name not in given or (required and not given[column.name].get("required")):
            raise DescriptorError(f"{resource.name}.{column.name}: induk {parent.name} tidak selalu mengisinya")


def build_resource(descriptor: Json, dataset: str) -> Resource:
    """Check one resource descriptor and expand its fields."""
    where = f"{dataset}/{descriptor.get('name')}"
    check_keys(descriptor, RESOURCE_KEYS, where)
    if descriptor.get("x-privacy") not in ("public", "withheld"):
        raise DescriptorError(f"{where}: x-privacy wajib: public atau withheld")
    check_names_safe(descriptor, where)
    declared = [{"x-privacy": descriptor["x-privacy"], **item} for item in descriptor["schema"]["fields"]]
    for item in declared:
        check_field(item, where)
    check_freshness(descriptor)
    fields = tuple(expanded for item in declared for expanded in expand(item))
    key = descriptor["schema"].get("primaryKey")
    if not key:
        raise DescriptorError(f"{where}: primaryKey wajib")
    forms = tuple(build_form(form, where) for form in descriptor.get("x-forms", []))
    check_names(fields, [key] if isinstance(key, str) else key, forms, declared, where)
    check_person(descriptor.get("x-person", {}), {f.name for f in fields}, where)
    aliases = {item["name"]: [normalise(h) for h in item.get("x-source", [])] for item in declared}
    return Resource(
        name=descriptor["name"],
        dataset=dataset,
        descriptor=descriptor,
        fields=fields,
        declared=tuple(declared),
        forms=forms,
        key=(key,) if isinstance(key, str) else tuple(key),
        aliases=aliases,
        known=known_headers(aliases, forms),
    )


def check_keys(descriptor: Json, allowed: set[str], where: str) -> None:
    """Refuse an ``x-`` key that is not in the frozen list."""
    for key in descriptor:
        if not isinstance(key, str) or descriptor[key] is None:
            raise DescriptorError(f"{where}: '{key}' tanpa nilai; beri tanda kutip pada teks yang memuat koma")
        if key.startswith("x-") and key not in allowed:
            raise DescriptorError(f"{where}: kunci '{key}' tidak dikenal; yang ada: {', '.join(sorted(allowed))}")


def check_field(item: Json, where: str) -> None:
    """Check one declared field: its keys, its texts in both languages and its parser."""
    where = f"{where}.{item.get('name')}"
    check_keys(item, FIELD_KEYS, where)
    for key in ("name", "type", "title", "description", "x-en"):
        if not item.get(key):
            raise DescriptorError(f"{where}: '{key}' wajib")
    if item["x-privacy"] not in ("public", "withheld"):
        raise DescriptorError(f"{where}: x-privacy harus public atau withheld")
    parser = item.get("x-parse")
    if parser and parser not in PARSERS:
        raise DescriptorError(f"{where}: x-parse '{parser}' tidak ada di etl/values.py")
    if item.get("x-sen") and item["type"] != "number":
        raise DescriptorError(f"{where}: x-sen menuntut type number")


def build_form(form: Json, where: str) -> Form:
    """Check and normalise one layout."""
    unknown = set(form) - FORM_KEYS
    if unknown:
        raise DescriptorError(f"{where}: x-forms '{form.get('name')}' memakai kunci tidak dikenal {sorted(unknown)}")
    for parser in form.get("parse", {}).values():
        if parser not in PARSERS:
            raise DescriptorError(f"{where}: form '{form['name']}' memakai parser '{parser}' yang tidak ada")
    for unit in form.get("unit", {}).values():
        if unit not in UNITS:
            raise DescriptorError(f"{where}: form '{form['name']}' memakai satuan '{unit}' yang tidak ada")
    return Form(
        name=form["name"],
        source=form["source"],
        signature=frozenset(map(normalise, form.get("signature", []))),
        absent=frozenset(map(normalise, form.get("absent", []))),
        descriptor=form,
    )


def check_names(
    fields: tuple[Field, ...], key: list[str], forms: tuple[Form, ...], declared: list[Json], where: str
) -> None:
    """Refuse a key, mapping or search column that names no field."""
    names = {f.name for f in fields}
    sources = {item["name"] for item in declared}
    for name in key:
        if name not in names:
            raise DescriptorError(f"{where}: primaryKey menyebut '{name}' yang bukan kolom")
    for form in forms:
        for part in ("map", "parse", "unit", "const"):
            for name in form.get(part):
                if name not in sources:
                    raise DescriptorError(f"{where}: form '{form.name}' {part} menyebut '{name}' yang bukan kolom")


def known_headers(aliases: dict[str, list[str]], forms: tuple[Form, ...]) -> frozenset[str]:
    """All normalised headers that some field or layout of the resource knows."""
    known = {alias for names in aliases.values() for alias in names}
    for form in forms:
        known |= form.signature
        known |= {normalise(h) for h in form.get("map").values()}
        known |= {normalise(h) for h in form.get("withhold")}
    return frozenset(known)


def all_known(resources: dict[str, Resource]) -> frozenset[str]:
    """Every header that any resource knows: what a header row in a messy sheet is found by."""
    return frozenset(h for resource in resources.values() for h in resource.known if not h.isdigit())


def canonical_schema(resource: Resource) -> Json:
    """Table Schema of the canonical CSV: all columns, private ones too, in the one notation."""
    fields = [schema_field(f) for f in resource.fields]
    fields.append({"name": "asal_lokasi", "type": "string"})
    return {"fields": fields, "primaryKey": list(resource.key), "missingValues": [""]}
