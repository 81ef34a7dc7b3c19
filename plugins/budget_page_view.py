"""One place in a budget as ``/anggaran`` shows it: what can be chosen, the amounts by stage, differences and shares.

It adds up within one stage only. A difference needs both amounts; a share needs a base above zero. Realisation comes
from another report than the budget, so its share is of the budget that this report itself states.
"""

from decimal import Decimal
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

PARTS = {"belanja": "5", "pendapatan": "4", "pembiayaan": "6", "lain": "-"}
VIEWS = {
    "urusan": ("program", False),
    "skpd": ("skpd", False),
    "akun": ("akun", False),
    "lra": ("lra", False),
    "sirup": ("program", True),
    "sirup-skpd": ("skpd", True),
}
"""View -> arrangement of the summary, and whether it is of the ceilings in SiRUP."""
WANTED = ("MURNI", "PERUBAHAN", "REALISASI")
NAMED_SINCE = 2021
"""First year of the chart of accounts whose names DJPK uses; before it one name stands for several accounts."""
TOTALS = """
    select bagian, tahapan, kode, nilai_sen, jumlah_baris, nilai_sebelum_sen, jumlah_baris_sebelum from anggaran_ringkas
    where nama_pemda = :pemda and tahun_anggaran = :tahun and bagian in ('4', '5', '6', '-')
      and menurut = 'program' and kode_skpd = '' and induk = ''
"""
UNITS = """
    select 1 from anggaran_ringkas where nama_pemda = :pemda and tahun_anggaran = :tahun and bagian = :bagian
      and menurut = 'skpd' and kode_skpd = '' and induk = '' and kode <> '-' and tahapan <> 'SIRUP' limit 1
"""


@hookimpl
def prepare_jinja2_environment(env):
    """Let the page find this: ``jinja_env.globals["budget_view"]``."""
    env.globals["budget_view"] = explore


async def explore(ask: Any, shared: Json, cover: Json, government: str, year: int, args: Any) -> Json:
    """Everything that a page, its JSON and its image show of one place in a budget."""
    documents = [d for d in cover["dokumen"] if (d["nama_pemda"], d["tahun_anggaran"]) == (government, year)]
    totals = await ask(TOTALS, pemda=government, tahun=year) if documents else []
    report = await shared["realisation"]["report"](ask, government, year) if documents else None
    part = args.get("bagian") if args.get("bagian") in PARTS else "belanja"
    code = PARTS[part]
    own = [row for row in totals if row["bagian"] == code]
    lines = report["bagian"].get(code, []) if report else []
    units = bool(own) and bool(await ask(UNITS, pemda=government, tahun=year, bagian=code))
    views = usable(own, units, bool(lines))
    wanted = args.get("menurut")
    chosen = {"bagian": part, "menurut": wanted if wanted in views else next(iter(views), "")}
    chosen |= {name: (args.get(name) or "")[:200] for name in ("skpd", "kode", "akun", "tahapan")}
    at = place(government, year, chosen)
    empty = {"jalan": [], "cabang": [], "tahapan_ada": [], "jumlah": {}, "digambar": ""}
    if chosen["menurut"] == "lra":
        body = reported(shared["realisation"], lines, chosen)
    else:
        body = await budgeted(ask, shared["budget"], at, chosen, lines) if chosen["menurut"] else empty
    with_part = {row["bagian"] for row in totals} | set(report["bagian"] if report else ())
    return {
        "pemda": government,
        "tahun": year,
        "pilihan": chosen,
        "bawaan": {"bagian": "belanja", "menurut": next(iter(views), "")},
        **body,
        "susunan": views,
        "bagian_ada": [name for name, letter in PARTS.items() if letter in with_part],
        "dokumen": documents,
        "kurang": [stage for stage in WANTED if stage not in {d["tahapan"] for d in documents}],
        "seluruhnya": compared(whole(shared["budget"], government, year, code, own)),
        "realisasi": realised(report, lines),
    }


def usable(totals: list[Json], units: bool, lines: bool) -> list[str]:
    """The views that have data for a part, the most detailed first."""
    detailed = [row for row in totals if row["tahapan"] != "SIRUP"]
    coded = any(row["kode"] != "-" for row in detailed)
    found = ["urusan", *(["skpd"] if units else []), "akun"] if coded else ["akun", *(["skpd"] if units else [])]
    found = found if detailed else []
    ceilings = ["sirup", "sirup-skpd"] if len(detailed) < len(totals) else []
    return found + ([*ceilings, "lra"] if lines else ceilings)


def place(government: str, year: int, chosen: Json) -> Json:
    """The place that a choice names, as the summary names it."""
    arrangement, sirup = VIEWS.get(chosen["menurut"], ("", False))
    at = {"pemda": government, "tahun": year, "bagian": PARTS[chosen["bagian"]], "menurut": arrangement, "sirup": sirup}
    return at | {name: chosen[name] for name in ("skpd", "kode", "akun")} | {"phase": ""}


async def budgeted(ask: Any, budget: Json, at: Json, chosen: Json, lines: list[Json]) -> Json:
    """The branches of a budget below a place, with totals by stage."""
    branches = await budget["branches"](ask, at)
    stages = [s for s in (*budget["stages"], "SIRUP") if any(s in b["tahapan"] for b in branches)]
    for branch in branches:
        with_before(branch["tahapan"])
        branch |= compared(branch["tahapan"])
        branch["lra"] = same_name(branch, lines) if at["menurut"] == "akun" and at["tahun"] >= NAMED_SINCE else None
    drawn = chosen["tahapan"] if chosen["tahapan"] in stages else next(reversed(stages), "")
    ways = await budget["ancestors"](ask, at)
    whole = summed(branches)
    for stage, amounts in whole.items():
        table = next(b["tahapan"][stage]["tabel"] for b in branches if stage in b["tahapan"])
        amounts["baris"] = budget["whole_path"](at, branches, stage, table)
    with_before(whole)
    return {
        "jalan": ways,
        "cabang": branches,
        "tahapan_ada": stages,
        "jumlah": compared(whole),
        "digambar": drawn,
        "dokumen_lra": any(branch["lra"] for branch in branches),
        "sebelum": "MURNI" not in stages and bool(whole.get("PERUBAHAN", {}).get("jumlah_baris_sebelum")),
    }


def whole(budget: Json, government: str, year: int, part: str, totals: list[Json]) -> Json:
    """The amounts of a whole part by stage, each with its rows; ceilings in SiRUP are not a stage of the budget."""
    ordered = sorted(
        totals, key=lambda row: budget["stages"].index(row["tahapan"]) if row["tahapan"] != "SIRUP" else -1
    )
    found = summed([{"tahapan": {row["tahapan"]: row}} for row in ordered if row["tahapan"] != "SIRUP"])
    at = place(government, year, {"bagian": "belanja", "menurut": "", "skpd": "", "kode": "", "akun": ""})
    for stage, amounts in found.items():
        amounts["baris"] = budget["whole_path"](at | {"bagian": part}, [], stage, "anggaran")
    return found


def summed(branches: list[Json]) -> Json:
    """Amounts by stage over branches that do not overlap."""
    found: Json = {}
    for branch in branches:
        for stage, amounts in branch["tahapan"].items():
            total = found.setdefault(stage, {})
            for name in ("nilai_sen", "jumlah_baris", "nilai_sebelum_sen", "jumlah_baris_sebelum"):
                total[name] = total.get(name, 0) + (amounts[name] or 0)
    return found


def compared(stages: Json) -> Json:
    """The amounts by stage with the exact difference of the revised from the original budget."""
    first, last = stages.get("MURNI"), stages.get("PERUBAHAN")
    base = first["nilai_sen"] if first else None
    change = last["nilai_sen"] - first["nilai_sen"] if first and last else None
    found = {"tahapan": stages, "selisih_sen": change, "selisih_persen": share(change, base)}
    return found | {"selisih_baris": both_stages(first["baris"]) if first and last else None}


def with_before(stages: Json) -> None:
    """Note where the rows are that state an amount before the revision."""
    for amounts in stages.values():
        if amounts["jumlah_baris_sebelum"]:
            amounts["sebelum_baris"] = before_revision(amounts["baris"])


def both_stages(path: str) -> str:
    """The address of the rows behind a difference, added up by stage, from that of the original budget's rows.

    >>> both_stages("anggaran?tahun_anggaran=2025&tahapan=MURNI")
    'anggaran?tahun_anggaran=2025&tahapan__in=MURNI%2CPERUBAHAN&_kelompok=tahapan&_jumlah=nilai'
    """
    return path.replace("tahapan=MURNI", "tahapan__in=MURNI%2CPERUBAHAN") + "&_kelompok=tahapan&_jumlah=nilai"


def before_revision(path: str) -> str:
    """The address of the rows that state an amount before the revision, with its sum."""
    return f"{path}&nilai_sebelum_sen__notnull=1&_kelompok=tahapan&_jumlah=nilai_sebelum"


def share(part: int | None, base: int | None) -> str | None:
    """A part of a base in percent with one decimal; ``None`` without a base above zero.

    >>> share(50, 200), share(-1, 3), share(1, 0), share(None, 5)
    ('25.0', '-33.3', None, None)
    """
    return str(round(Decimal(part) * 100 / base, 1)) if part is not None and base and base > 0 else None


def same_name(branch: Json, lines: list[Json]) -> Json | None:
    """The line of the realisation report with the name of an account; ``None`` where lines of that name differ."""
    name = (branch["nama"] or "").lower()
    found = [line for line in lines if name and line["akun"].lower() == name]
    same = len({(line["anggaran_sen"], line["realisasi_sen"]) for line in found}) == 1
    return with_share(found[-1]) if same else None


def with_share(line: Json) -> Json:
    """A line of the realisation report with its difference and share; rounded amounts get neither."""
    budget, spent = line["anggaran_sen"], line["realisasi_sen"]
    exact = not (line["anggaran_dibulatkan"] or line["realisasi_dibulatkan"]) and None not in (budget, spent)
    change = spent - budget if exact else None
    return line | {"selisih_sen": change, "realisasi_persen": share(spent, budget) if exact else None}


def realised(report: Json | None, lines: list[Json]) -> Json | None:
    """Period and head line of the realisation report of a part."""
    if not report or not lines:
        return None
    head = with_share(lines[0])
    return {"periode": report["periode"], "sampai_tgl": report["sampai_tgl"], "baris": head}


def reported(realisation: Json, lines: list[Json], chosen: Json) -> Json:
    """The lines of the realisation report below a place."""
    position = int(chosen["kode"]) if chosen["kode"].isdigit() else None
    found = realisation["level"](lines, position)
    drawn = "REALISASI" if chosen["tahapan"] == "REALISASI" else "ANGGARAN"
    head = with_share(found["kepala"])
    children = [with_share(line) for line in found["anak"]]
    return {
        "jalan": [{"kode": str(s["urutan"]), "nama": s["akun"]} for s in realisation["trail"](lines, position)],
        "cabang": children,
        "tahapan_ada": ["ANGGARAN", "REALISASI"],
        "jumlah": head,
        "digambar": drawn,
        "bertingkat": found["bertingkat"],
        "beda_sen": unexplained(head, children) if found["bertingkat"] and children else 0,
    }


def unexplained(head: Json, children: list[Json]) -> int:
    """What the budget of a line has beyond the lines below it, in sen."""
    return int((head["anggaran_sen"] or 0) - sum(child["anggaran_sen"] or 0 for child in children))
