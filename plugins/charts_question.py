"""The chart of a question: on its page, as SVG, PNG and Vega-Lite, to embed, and on the card that other sites show.

What is drawn are the rows of the answer, as its table shows them. A chart that adds rows up is not drawn of an answer
that was cut: its sums would be too small.
"""

from functools import partial
from typing import Any

from datasette import NotFound, Response, hookimpl

Json = dict[str, Any]

FORMATS = {"svg": "image/svg+xml; charset=utf-8", "png": "image/png", "vl.json": "application/json; charset=utf-8"}


@hookimpl
def register_routes():
    """Image files, the specification, and the page for a frame on another site."""
    formats = "|".join(name.replace(".", r"\.") for name in FORMATS)
    return [
        (rf"^/pertanyaan/(?P<name>\w+)\.(?P<format>{formats})$", file),
        (r"^/sematan/pertanyaan/(?P<name>\w+)$", embed),
    ]


@hookimpl
def prepare_jinja2_environment(env):
    """Let the card of a question show what its chart shows: ``jinja_env.globals["charts"]["of_question"]``."""
    env.globals.setdefault("charts", {}).update(of_question=of_question, note_of_question=note)


@hookimpl
def extra_template_vars(request, datasette):
    """``question_chart(…)`` for the question's page."""
    lang = request.scope.get("language", "id") if request else "id"
    return {"question_chart": partial(page_chart, datasette, lang)}


def of_question(shared: Json, lang: str, asked: Json) -> Json | None:
    """Specification, rows, columns and texts of the chart of an answered question; none where nothing can be drawn."""
    question, answer = asked["question"], asked["answer"]
    spec = question.get("grafik")
    added = any("aggregate" in c for c in (spec or {}).get("encoding", {}).values() if isinstance(c, dict))
    if not spec or not answer or not answer["rows"] or (added and answer["truncated"]):
        return None
    rows = [row for row, _ in answer["rows"]]
    spec, rows, fields = shared["charts"]["unfolded"](spec, rows, answer["columns"], lang)
    if not shared["charts"]["read"](spec, rows, {})["points"]:
        return None
    used = {item["tabel"] for item in asked["needs"] if item["banyak"]}
    titles = sorted(shared["release"]["tables"][table]["title"][lang] for table in used)
    texts = {
        "title": question["title"][lang],
        "note": note(shared, lang, asked),
        "source": ", ".join(titles),
        "name": question["name"],
    }
    return {"spec": spec, "rows": rows, "fields": fields, "texts": texts}


def note(shared: Json, lang: str, asked: Json) -> str:
    """What was asked for, the stage where the rows have one, and when the newest file was retrieved."""
    words = shared["catalogues"][lang]
    chosen = [
        f"{words['question.param.' + item['nama']]}: {asked['values'][item['nama']]}"
        for item in asked["question"]["parameter"]
        if item["jenis"] != "contoh" and asked["values"][item["nama"]] not in ("", "semua")
    ]
    rows = asked["answer"]["rows"] if asked["answer"] else []
    stages = sorted({str(row["tahapan"]) for row, _ in rows if row.get("tahapan")})
    if stages:
        chosen.append(words["chart.stage"].format(stages=", ".join(stages)))
    newest = max((item["tanggal"] for item in asked["dates"]), default="")
    if newest:
        chosen.append(words["chart.retrieved"].format(day=shared["formats"]["day"](newest[:10], lang).striptags()))
    return " · ".join(chosen)


def addresses(datasette: Any, lang: str, asked: Json) -> Json:
    """Where the files of a question's chart are, in the reader's language."""
    prefix = "/en" if lang == "en" else ""
    name, query = asked["question"]["name"], asked["exports"]
    kinds = {"svg": "svg", "png": "png", "vl": "vl.json"}
    if not datasette.jinja_env.globals["charts"]["png_ready"]():
        del kinds["png"]
    found = {k: datasette.urls.path(f"{prefix}/pertanyaan/{name}.{end}{query}") for k, end in kinds.items()}
    return {**found, "embed": datasette.urls.path(f"{prefix}/sematan/pertanyaan/{name}{query}")}


def page_chart(datasette: Any, lang: str, chart: Any, asked: Json, table: bool = False) -> Any:
    """The figure for the page, or nothing."""
    found = of_question(datasette.jinja_env.globals, lang, asked)
    if found is None:
        return ""
    files = addresses(datasette, lang, asked)
    texts = found["texts"]
    return chart(found["spec"], found["rows"], fields=found["fields"], files=files, table=table, **texts)


async def answered(datasette: Any, request: Any) -> tuple[Json, Json, str]:
    """The chart that an address asks for, with its question and language."""
    lang = request.scope.get("language", "id")
    shared = datasette.jinja_env.globals
    asked = await shared["answered"](datasette, request.url_vars["name"], request)
    found = of_question(shared, lang, asked)
    if found is None:
        raise NotFound(f"grafik: {request.url_vars['name'][:200]}")
    return asked, found, lang


async def file(request, datasette):
    """The chart as SVG, PNG or Vega-Lite with its rows."""
    _, found, lang = await answered(datasette, request)
    shared, kind, name = datasette.jinja_env.globals, request.url_vars["format"], request.url_vars["name"]
    spec, rows, fields, texts = found["spec"], found["rows"], found["fields"], found["texts"]
    if kind == "vl.json":
        release = shared["release"]
        words = shared["catalogues"][lang]
        lines = [words["chart.sample"]] if release["sample"] else []
        lines += [texts["note"], words["chart.source"].format(source=texts["source"], version=release["version"])]
        written = shared["charts"]["vega"](spec, rows, texts["title"], lines, fields, lang)
        return Response.json({**written, "usermeta": {**written.get("usermeta", {}), "rilis": release["version"]}})
    svg = shared["charts"]["image"](shared, lang, spec, rows, texts, fields, dark=kind == "svg")
    if kind == "png":
        return await shared["charts"]["png"](svg, name, shared["catalogues"][lang]["chart.png.none"])
    headers = {"content-disposition": f'inline; filename="{name}.svg"'}
    return Response(svg, headers=headers, content_type=FORMATS["svg"])


async def embed(request, datasette):
    """The chart alone, for a frame on another site, with the way back to the question."""
    asked, _, _ = await answered(datasette, request)
    html = await datasette.render_template("chart_embed.html", {"asked": asked}, request=request, view_name="embed")
    return Response.html(html, headers={"x-robots-tag": "noindex"})
