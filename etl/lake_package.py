"""``datapackage.json`` of a lake: its tables for readers, each with all its parts, columns, terms and units."""

from etl.fields import Json

KEPT = ("title", "description", "x-dataset", "x-en")
LISTS = ("licenses", "sources")
ABOUT = (
    "Data terbuka banyak instansi sebagai Parquet per tabel, badan, dan tahun. Uang bersen hanya ada sebagai bilangan "
    "bulat sen (kolom *_sen); rupiahnya sen / 100. Berkas yang tidak disebut di sini bukan bagian danau."
)


def lake_package(manifest: Json, packages: dict[str, Json]) -> Json:
    """Describe the parts that a manifest names; ``packages`` are the descriptions of the releases by instance.

    Where instances describe a table differently, the first by name is followed and columns that only others have are
    added.
    """
    paths: dict[str, dict[str, list[str]]] = {}
    for part in manifest["parts"]:
        paths.setdefault(part["table"], {}).setdefault(part["instance"], []).append(part["path"])
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "danau",
        "version": manifest["hash"][:16],
        "title": "Danau data terbuka",
        "description": ABOUT,
        "resources": [described(table, paths[table], packages) for table in sorted(paths)],
    }


def described(table: str, paths: dict[str, list[str]], packages: dict[str, Json]) -> Json:
    """One table: its parts, and what the instances that have rows of it say about it."""
    own = [r for name in sorted(paths) for r in packages[name]["resources"] if r["name"] == table]
    out: Json = {
        "name": table,
        "type": "table",
        "path": sorted(path for parts in paths.values() for path in parts),
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        **{key: own[0][key] for key in KEPT if key in own[0]},
    }
    for key in LISTS:
        items = [item for resource in own for item in resource.get(key, [])]
        unique = [item for number, item in enumerate(items) if item not in items[:number]]
        out |= {key: unique} if unique else {}
    return out | {"schema": schema(own)}


def schema(resources: list[Json]) -> Json:
    """The stored columns of a table: readable rupiah, which follows from exact sen, is left out."""
    fields: dict[str, Json] = {}
    for resource in resources:
        names = {field["name"] for field in resource["schema"]["fields"]}
        for field in resource["schema"]["fields"]:
            if f"{field['name']}_sen" not in names:
                fields.setdefault(field["name"], field)
    out: Json = {"fields": list(fields.values()), "missingValues": [""]}
    key = resources[0]["schema"].get("primaryKey")
    return out | ({"primaryKey": key} if key else {})
