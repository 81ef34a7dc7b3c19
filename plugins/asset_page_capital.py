"""Beside the register: capital spending and what was added, questions about assets, and what no source has given.

Budget and contracts come from ``modal_kib`` with their stage; additions from the cards by year acquired. A budget is no
payment and a thing may be entered a year later, so a difference is to be checked and nothing more. A missing register
is named with the office that keeps it.
"""

from typing import Any
from urllib.parse import urlencode

from datasette import hookimpl

Json = dict[str, Any]

CARDS = ("kib_a", "kib_b", "kib_c", "kib_d", "kib_e", "kib_f")
REGISTERS = (*CARDS, "persediaan")
WITHOUT_CONDITION = ("kib_a", "persediaan")
THEME = "aset"
YEARS = """
    select tahun_anggaran, max(anggaran_sen is not null) as beranggaran from modal_kib
    where badan = :badan and tahun_anggaran > 0 and (anggaran_sen is not null or jumlah_kontrak > 0)
    group by 1 order by 1 desc
"""
SPENDING = """
    select k.*, exists (select 1 from modal_rekening r where r.badan = k.badan
        and r.tahun_anggaran = k.tahun_anggaran and r.kib = k.kib) as berekening
    from modal_kib k where k.badan = :badan and k.tahun_anggaran = :tahun order by k.kib = 'lain', k.kib
"""
OF_BODY = "select * from aset_badan where nama_badan = :badan and tahun = :tahun"
MONEY = {"type": "quantitative", "aggregate": "sum", "field": "nilai_sen"}


@hookimpl
def prepare_jinja2_environment(env):
    """Let the asset page find these parts."""
    env.globals.setdefault("assets", {}).update(capital=capital, missing=missing, questions=questions)
    env.globals["asset_specs"] = specs


async def capital(
    ask: Any, release: Json, chosen: Json, places: list[Json], wanted: str | None, figure: Any
) -> Json | None:
    """Capital budget, contracts and additions of one body and year by class; None where nothing is recorded.

    Without a chosen body it is the one with most asset rows.
    """
    if "modal_kib" not in release["tables"] or "modal_rekening" not in release["tables"]:
        return None
    counted: dict[str, int] = {}
    for row in places:
        counted[row["badan"]] = counted.get(row["badan"], 0) + row["jumlah"]
    body = (
        max(filter(None, counted), key=counted.__getitem__, default="") if chosen["badan"] is None else chosen["badan"]
    )
    years = await ask(YEARS, badan=body.lower()) if body else []
    if not years:
        return None
    known = [row["tahun_anggaran"] for row in years]
    first = next((row["tahun_anggaran"] for row in years if row["beranggaran"]), known[0])
    year = int(wanted) if (wanted or "").isdigit() and int(wanted or 0) in known else first
    added = await ask(OF_BODY, badan=body, tahun=year)
    code = next((row["kode_badan"] for row in places if row["badan"] == body), "")
    rows = [spending(row, added, code, figure) for row in await ask(SPENDING, badan=body.lower(), tahun=year)]
    return {"badan": body, "tahun": year, "tahun_ada": known, "golongan": rows}


def spending(row: Json, added: list[Json], code: str, figure: Any) -> Json:
    """One class of one year: what was budgeted and contracted, and the rows that the cards add."""
    table = f"kib_{row['kib'].lower()}"
    own = [item for item in added if item["tabel"] == table]
    where = urlencode({key: row[key] for key in ("badan", "tahun_anggaran", "kib")})
    additions = figure(own, [("kode_lokasi__like", f"__.{code}%")], None, True)
    budget = row["anggaran_sen"]
    return {
        "kib": row["kib"],
        "tabel": table if table in CARDS else None,
        "tahapan": row["tahapan"],
        "anggaran_sen": budget,
        "jumlah_kontrak": row["jumlah_kontrak"],
        "kontrak_sen": row["kontrak_sen"] if row["jumlah_kontrak"] else None,
        "barang_tersambung": row["barang_tersambung"],
        "aset_tersambung_sen": row["aset_tersambung_sen"] if row["barang_tersambung"] else None,
        "tautan": f"{'modal_rekening' if row['berekening'] else 'modal_kib'}?{where}",
        "tambahan": additions,
        "selisih_sen": difference(budget, additions),
    }


def difference(budget: int | None, additions: Json) -> int | None:
    """Budget minus additions in sen; None where either is not recorded or a source rounded a value."""
    if budget is None or additions["nilai_sen"] is None or additions["jumlah_dibulatkan"]:
        return None
    return int(budget - additions["nilai_sen"])


async def questions(datasette: Any) -> list[Json]:
    """The questions about assets, with their addresses."""
    found = await datasette.jinja_env.globals["all_questions"](datasette, None)
    return [
        {"nama": q["name"], "judul": q["title"], "alamat": f"/pertanyaan/{q['name']}"}
        for q in found.values()
        if q.get("tema") == THEME or any(item["tabel"] in REGISTERS for item in q["butuh"])
    ]


def missing(release: Json, rows: list[Json], chosen: Json) -> Json:
    """Registers without a row for the body or unit, and registers with rows of which none states a condition."""
    there = {row["tabel"] for row in rows}
    absent = [table for table in REGISTERS if table not in there]
    blank = [
        table
        for table in CARDS
        if table in there and table not in WITHOUT_CONDITION
        and not any(row["kondisi"] for row in rows if row["tabel"] == table)
    ]  # fmt: skip
    return {"kosong": absent, "tanpa_kondisi": blank}


def specs(words: Json, classes: list[str]) -> Json:
    """The two charts as Vega-Lite: value by class and condition, value by five years and class in the given order."""
    money = {**MONEY, "title": words["asset.value"]}
    states = [words[f"asset.condition.{code}"] for code in ("B", "KB", "RB", "none", "land")]
    return {
        "condition_spec": {
            "mark": "bar",
            "encoding": {
                "y": {"field": "golongan", "type": "nominal", "sort": None},
                "x": money,
                "color": {"field": "kondisi", "type": "nominal", "sort": states},
            },
            "usermeta": {"satuan": {"nilai_sen": "rupiah"}},
        },
        "age_spec": {
            "mark": "bar",
            "encoding": {
                "y": {"field": "tahun", "type": "ordinal", "sort": None},
                "x": money,
                "color": {"field": "golongan", "type": "nominal", "sort": classes},
            },
            "usermeta": {"satuan": {"nilai_sen": "rupiah"}},
        },
    }
