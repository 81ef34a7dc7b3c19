"""``/robots.txt``, ``/sitemap.xml`` with its parts, and ``/llms.txt``: what programs that read the web may know of us.

Pages that show signs and pages of natural persons are in no list; filtered, sorted and searched views and SQL are asked
to be left alone. Addresses carry the host that the deployer names (``publisher.situs``), else the host that was asked.
"""

from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from datasette import NotFound, Response, hookimpl

Json = dict[str, Any]

PART = 10_000
"""Packages or others of one part; each has two addresses, and a sitemap may have 50,000."""
PAGES = (
    *("/", "/anggaran", "/aset", "/pertanyaan", "/opendata", "/kualitas", "/unduh", "/kamus", "/satuan-kerja", "/peta"),
    *("/kesehatan", "/penduduk", "/perizinan", "/tanda", "/metode", "/rilis"),
)
CLOSED = (
    *("/sql", "/cari", "/sematan/", "/kutip.", "/umpan/", "/kartu/", "/opendata/*?", "/opendata.", "/aset?", "/peta?"),
    "/penduduk?",
    "/perizinan?",
    *("/anggaran/*?", "/satuan-kerja?", "/satuan-kerja/*?", "/riwayat?", "/riwayat/", "/pertanyaan/*?", "/tanda/"),
)
"""Views without end, and pages that show signs."""
LISTS = {
    "paket": """
        select jalur, kunci from paket p where rowid > :low and rowid <= :high
          and not exists (select 1 from tanda t where t.kunci = p.kunci and t.tabel = p.jalur)
          and not exists (select 1 from hubungan h join tanda t on t.kunci = h.ke_kunci and t.tabel = 'kontrak'
            where h.jenis = 'paket_kontrak' and h.dari_kunci = p.kunci and h.dari_tabel = p.jalur)
        order by rowid
    """,
    "penyedia": """
        select id_penyedia from penyedia
        where rowid > :low and rowid <= :high and perorangan = 0 and id_penyedia <> '' order by rowid
    """,
    "satuan-kerja": "select id_satker from satker where rowid > :low and rowid <= :high order by rowid",
}
"""Pages of which there is one for each row -> their keys."""
TABLES = {"paket": ("paket", "tanda", "hubungan"), "penyedia": ("penyedia",), "satuan-kerja": ("satker",)}
TOP = '<?xml version="1.0" encoding="UTF-8"?>\n'
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
XHTML = 'xmlns:xhtml="http://www.w3.org/1999/xhtml"'


@hookimpl
def register_routes():
    """The files."""
    return [
        (r"^/robots\.txt$", robots),
        (r"^/llms\.txt$", llms),
        (r"^/sitemap\.xml$", index),
        (r"^/sitemap-(?P<kind>halaman|tabel|paket|penyedia|satuan-kerja)-(?P<number>[1-9]\d{0,4})\.xml$", part),
    ]


@hookimpl
def prepare_jinja2_environment(env):
    """Let catalogues name the same host: ``jinja_env.globals["site_root"]``."""
    env.globals["site_root"] = site_root


def site_root(datasette: Any, request: Any) -> str:
    """The site's address without a slash at the end."""
    named = datasette.jinja_env.globals["release"]["publisher"].get("situs") or ""
    own = named if str(named).startswith(("https://", "http://")) else ""
    return str(own or datasette.absolute_url(request, datasette.urls.instance())).rstrip("/")


def sample(release: Json) -> str:
    """What stands at the head of every file of a sample."""
    return "DATA CONTOH" if release["sample"] else ""


async def robots(request, datasette):
    """What may be read."""
    release, root = datasette.jinja_env.globals["release"], site_root(datasette, request)
    base = datasette.setting("base_url").rstrip("/")
    lines = [f"# {sample(release)}"] if release["sample"] else []
    closed = [f"Disallow: {base}{prefix}{path}" for path in CLOSED for prefix in ("", "/en")]
    lines += ["User-agent: *", *closed, f"Allow: {base}/", f"Sitemap: {root}/sitemap.xml", ""]
    return Response.text("\n".join(lines))


async def index(request, datasette):
    """Every part of the sitemap."""
    release, root = datasette.jinja_env.globals["release"], site_root(datasette, request)
    names = ["halaman-1", "tabel-1"]
    for kind, needed in TABLES.items():
        if all(table in release["tables"] for table in needed):
            names += [f"{kind}-{number}" for number in range(1, 1 + await parts(datasette, needed[0]))]
    day = f"<lastmod>{release['newest'][:10]}</lastmod>" if release["newest"] else ""
    listed = "".join(f"<sitemap><loc>{escape(root)}/sitemap-{name}.xml</loc>{day}</sitemap>\n" for name in names)
    return xml(release, f"<sitemapindex {SPACE}>\n{listed}</sitemapindex>\n")


async def parts(datasette: Any, table: str) -> int:
    """How many parts the rows of a table make."""
    release = datasette.jinja_env.globals["release"]
    rows = (await datasette.get_database(release["database"]).execute(f"select max(rowid) from {table}")).rows
    return -(-(rows[0][0] or 0) // PART)


async def part(request, datasette):
    """One part: each page in both languages, each naming the other."""
    release, root = datasette.jinja_env.globals["release"], site_root(datasette, request)
    paths = await paths_of(datasette, release, request.url_vars["kind"], int(request.url_vars["number"]))
    if not paths:
        raise NotFound("sitemap")
    return xml(release, f"<urlset {SPACE} {XHTML}>\n{''.join(entry(root, path) for path in paths)}</urlset>\n")


async def paths_of(datasette: Any, release: Json, kind: str, number: int) -> list[str]:
    """The pages of one part."""
    if kind in ("halaman", "tabel") and number > 1:
        return []
    if kind == "halaman":
        canned = await datasette.get_canned_queries(release["database"], None)
        return [*PAGES, *(f"/pertanyaan/{name}" for name, query in canned.items() if "pertanyaan" in query)]
    if kind == "tabel":
        return [path for name in release["tables"] for path in (f"/{release['database']}/{name}", f"/kamus/{name}")]
    if any(table not in release["tables"] for table in TABLES[kind]):
        return []
    limits = {"low": (number - 1) * PART, "high": number * PART}
    rows = (await datasette.get_database(release["database"]).execute(LISTS[kind], limits, page_size=PART)).rows
    return ["/" + "/".join([kind, *(quote(str(key), safe="") for key in row)]) for row in rows]


def entry(root: str, path: str) -> str:
    """A page in Indonesian and in English."""
    urls = {"id": escape(root + path), "en": escape(f"{root}/en{path}")}
    others = "".join(f'<xhtml:link rel="alternate" hreflang="{k}" href="{u}"/>' for k, u in urls.items())
    return "".join(f"<url><loc>{url}</loc>{others}</url>\n" for url in urls.values())


def xml(release: Json, body: str) -> Response:
    """An XML file; a sample says so first."""
    note = f"<!-- {sample(release)} -->\n" if release["sample"] else ""
    return Response(TOP + note + body, content_type="application/xml; charset=utf-8")


async def llms(request, datasette):
    """The site in one page of Markdown (llmstxt.org)."""
    shared = datasette.jinja_env.globals
    release, root = shared["release"], site_root(datasette, request)
    words = shared["catalogues"]["id"]
    lines = [f"# {'DATA CONTOH: ' if release['sample'] else ''}{datasette.metadata('title') or 'Kaltim Terbuka'}", ""]
    lines += [f"> {datasette.metadata('description') or ''}", "", words["openapi.about"], ""]
    lines += [f"- [{words[key]}]({root}{path})" for key, path in (
        ("llms.openapi", "/openapi.json"), ("llms.dcat", "/data.json"), ("llms.files", "/unduh.json"),
        ("llms.dictionary", "/kamus.json"), ("llms.questions", "/pertanyaan.json"), ("llms.method", "/metode.json"),
        ("llms.quality", "/kualitas.json"), ("llms.releases", "/rilis.json"),
    )]  # fmt: skip
    for dataset in release["datasets"]:
        lines += ["", f"## {dataset['title']['id']}", ""]
        tables = (release["tables"][name] for name in dataset["filled"])
        lines += [f"- [{t['title']['id']}]({root}/opendata/{t['name']}): {t['description']['id']}" for t in tables]
    return Response.text("\n".join([*lines, ""]))
