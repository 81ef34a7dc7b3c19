"""``/metode``: how the data are made, in plain words, with the release's own figures beside them.

The words are in ``catalogues/*/method.po``; this module only says which sections there are, how many paragraphs each
has and where each leads. Counts come from the manifest and the summary of links.
"""

from typing import Any

from datasette import Response, hookimpl

Json = dict[str, Any]

SECTIONS = {
    "alur": (8, ("/opendata/berkas_sumber",)),
    "menebak": (3, ("/opendata/kolom_baru",)),
    "ditahan": (3, ("/kualitas#ditahan", "/opendata/baris_ditahan")),
    "gabung": (3, ("/opendata/asal",)),
    "uang": (4, ()),
    "sambungan": (3, ("/kualitas#tautan", "/opendata/hubungan")),
    "penyedia": (4, ("/opendata/penyedia_alias", "/opendata/tinjauan_penyedia")),
    "tanda": (3, ("/tanda",)),
    "pribadi": (4, ()),
    "rilis": (3, ("/unduh#verify",)),
    "batas": (5, ("/kualitas#kurang",)),
    "keliru": (2, ("/tanda#hak-jawab",)),
}
"""Section -> its number of paragraphs and where to read on; the first section is a list of steps."""
WAYS = ("kode_resmi", "nomor_kontrak", "nomor_bast", "kecocokan")
RULES = ("nilai", "constraint-error", "type-error", "primary-key", "unique-error", "lingkup_ditolak", "baris_rusak")
LINKED = "select metode, sum(jumlah) as jumlah from alasan_tautan where tersambung = 1 group by metode"


@hookimpl
def register_routes():
    """The page and its JSON."""
    return [(r"^/metode(?P<format>\.json)?$", page)]


async def page(request, datasette):
    """The method in the reader's language; as JSON in both."""
    release = datasette.jinja_env.globals["release"]
    linked = await counts(datasette, release)
    if request.url_vars["format"]:
        words = datasette.jinja_env.globals["catalogues"]
        found = [{"bagian": name, **section(words, name)} for name in SECTIONS]
        return Response.json({"rilis": release["version"], "bagian": found, "sambungan_menurut_cara": linked})
    context = {
        "sections": SECTIONS,
        "linked": linked,
        "ways": WAYS,
        "rules": RULES,
        "known": lambda path: known(release, path),
        "json_url": datasette.urls.path("/metode.json"),
    }
    return Response.html(await datasette.render_template("method.html", context, request=request))


def section(words: Json, name: str) -> Json:
    """Title and paragraphs of one section in both languages."""
    keys = [f"method.{name}.{number}" for number in range(1, SECTIONS[name][0] + 1)]
    return {
        "judul": {lang: own[f"method.{name}"] for lang, own in words.items()},
        "teks": {lang: [own[key] for key in keys] for lang, own in words.items()},
    }


def known(release: Json, path: str) -> bool:
    """Whether a place to read on exists in this release: a page, or a table that it has."""
    name = path.removeprefix(f"/{release['database']}/")
    return name == path or name in release["tables"]


async def counts(datasette: Any, release: Json) -> dict[str, int]:
    """Links by method; none in a release without their summary."""
    if "alasan_tautan" not in release["tables"]:
        return {}
    rows = (await datasette.get_database(release["database"]).execute(LINKED)).rows
    return {row["metode"]: row["jumlah"] for row in rows}
