"""Descriptors -> ``kamus_tabel`` and ``kamus_kolom``: what every published table and column means, inside the release.

The same facts as ``datapackage.json``, as tables, so that they can be asked with SQL. The same descriptors give the
same rows.
"""

from collections.abc import Iterator

from etl.descriptors import Resource, read_yaml
from etl.fields import Json
from etl.release_package import schema

Row = dict[str, str]


def dictionary_rows(resources: dict[str, Resource], brought: dict[str, Json]) -> dict[str, list[Row]]:
    """Rows of the two dictionary tables, for public tables and columns only; ``brought`` are terms of the files."""
    public = [resources[name] for name in sorted(resources) if resources[name].descriptor["x-privacy"] == "public"]
    homes: dict[str, Json] = {}
    for resource in public:
        path = resource.folder / "datapackage.yaml"
        homes[resource.dataset] = homes.get(resource.dataset) or read_yaml(path)
    return {
        "kamus_tabel": [
            table_row(r, homes[r.dataset], brought.get(r.name, {})) for r in sorted(public, key=lambda r: r.name)
        ],
        "kamus_kolom": [row for r in public for row in column_rows(r)],
    }


def table_row(resource: Resource, dataset: Json, brought: Json) -> Row:
    """One table with its key, licences (first those that its files bring), publisher and number of closed columns."""
    own = resource.descriptor
    given = (own.get("licenses") or dataset.get("licenses") or [])[:1]
    licences = [*brought.get("licenses", []), *(item for item in given if item not in brought.get("licenses", []))]
    publisher = (own.get("sources") or dataset.get("sources") or [{}])[0]
    english = own.get("x-en", {})
    fields = schema(resource)["fields"]
    return {
        "tabel": resource.name,
        "dataset": resource.dataset,
        "judul": own["title"],
        "judul_en": english.get("title", ""),
        "keterangan": own["description"],
        "keterangan_en": english.get("description", ""),
        "cara": made_how(resource),
        "kunci_utama": ", ".join(resource.key),
        "jumlah_kolom": str(len(fields)),
        "kolom_tertutup": str(sum(not f.public for f in resource.fields)),
        "lisensi": "; ".join(item["name"] for item in licences),
        "judul_lisensi": "; ".join(item.get("title") or item["name"] for item in licences),
        "alamat_lisensi": "; ".join(item["path"] for item in licences if item.get("path")),
        "penerbit": publisher.get("title", ""),
        "alamat_penerbit": publisher.get("path", ""),
    }


def made_how(resource: Resource) -> str:
    """Where the rows of a table come from."""
    if resource.get("x-list"):
        return "daftar"
    if resource.from_files:
        return "sumber"
    return "mutu" if resource.dataset == "kualitas" else "turunan"


def column_rows(resource: Resource) -> Iterator[Row]:
    """The published columns of one table, in order."""
    names = {item["name"]: item for item in resource.declared}
    foreign = {
        key["fields"][0]: f"{key['reference']['resource']}.{key['reference']['fields'][0]}"
        for key in resource.descriptor["schema"].get("foreignKeys", [])
    }
    for number, field in enumerate(schema(resource)["fields"], start=1):
        constraints = field.get("constraints", {})
        declared = names.get(field["name"]) or names.get(field["name"].removesuffix("_sen")) or {}
        yield {
            "tabel": resource.name,
            "kolom": field["name"],
            "urutan": str(number),
            "judul": field["title"],
            "judul_en": field["x-en"],
            "keterangan": field["description"],
            "keterangan_en": field.get("x-en-description", ""),
            "tipe": field["type"],
            "satuan": field.get("x-unit", ""),
            "bagian_kunci": "true" if field["name"] in resource.key else "false",
            "wajib": "true" if constraints.get("required") or field["name"] in resource.key else "false",
            "nilai_sah": "; ".join(map(str, constraints.get("enum", []))),
            "rujukan": foreign.get(field["name"], ""),
            "judul_di_sumber": "; ".join(declared.get("x-source", [])),
            "jalur_ocds": field.get("x-ocds", ""),
        }
