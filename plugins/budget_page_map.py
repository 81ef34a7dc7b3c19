"""What the treemap of ``/anggaran`` shows: the names and amounts of its cells, and the lines under it.

Government, part, stage, date, document number, release and "DATA CONTOH" stand inside the picture, so that it keeps
them when it is copied.
"""

from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

CARD = 2
"""Amounts on a card, the latest stages."""


@hookimpl
def prepare_jinja2_environment(env):
    """Let page and templates find these."""
    env.globals |= {"budget_map": drawing, "budget_named": named, "budget_card": card}


def drawing(view: Json, release: Json, say: Any, date: Any, lead: Any) -> Json:
    """The cells of a view, how many branches have no area, and the lines under the picture.

    ``say`` gives a sentence, ``date`` writes a day, ``lead`` gives the address one level down or an empty text.
    """
    cells = [cell(view, branch, say, lead) for branch in view["cabang"]]
    drawn = [item for item in cells if item["nilai"] > 0]
    if not view.get("bertingkat", True):
        drawn = []
    return {
        "sel": drawn,
        "tanpa_luas": len(cells) - len(drawn),
        "jumlah_sen": sum(item["nilai"] for item in drawn),
        "keterangan": caption(view, release, say, date) if drawn else [],
    }


def cell(view: Json, branch: Json, say: Any, lead: Any) -> Json:
    """One branch by its name, its amount in sen (0 where there is none) and where it leads."""
    if view["pilihan"]["menurut"] == "lra":
        column = "realisasi_sen" if view["digambar"] == "REALISASI" else "anggaran_sen"
        return {"nama": branch["sebutan"] or branch["akun"], "nilai": branch[column] or 0, "url": lead(branch)}
    amounts = branch["tahapan"].get(view["digambar"])
    return {"nama": named(branch, say), "nilai": amounts["nilai_sen"] if amounts else 0, "url": lead(branch)}


def named(branch: Json, say: Any) -> str:
    """What a branch is called, also where no list of the release names its code."""
    if branch.get("langsung"):
        return str(say("budget.own", code=branch["kode"]))
    if branch["kode"] == "-":
        return str(say(f"budget.no_code.{branch['dimensi']}"))
    level = branch.get("jenjang") or branch["dimensi"]
    unnamed = say("budget.no_name", level=say(f"budget.level.{level}"), code=branch["kode"])
    return branch.get("sebutan") or branch["nama"] or str(unnamed)


def card(view: Json, say: Any, date: Any, money: Any) -> tuple[str, list[tuple[str, str]], str]:
    """Title, latest amounts by stage, and document number, date and period of each, of the card that other sites show.

    Budget and realisation stand side by side only where one report states both.
    """
    whole = view["jumlah"]
    if view["pilihan"]["menurut"] == "lra":
        amounts = [(stage, whole[f"{stage.lower()}_sen"]) for stage in view["tahapan_ada"]]
        notes = origin(view, "REALISASI", say, date)
    else:
        amounts = [(stage, found["nilai_sen"]) for stage, found in whole.get("tahapan", {}).items()][-CARD:]
        notes = [f"{say(f'budget.stage.{s}')}: {', '.join(origin(view, s, say, date))}" for s, _ in amounts]
    facts = [(str(say(f"budget.stage.{stage}")), money(sen)) for stage, sen in amounts if sen is not None]
    return where(view, say), facts, " · ".join(notes) if facts else str(say("budget.nothing"))


def where(view: Json, say: Any) -> str:
    """Part, year, government and the place in its budget."""
    place = [named(way, say) if "dimensi" in way else way["sebutan"] or way["nama"] for way in view["jalan"]]
    part = say(f"budget.part.{view['pilihan']['bagian']}")
    return " › ".join([f"{part} {view['tahun']}, {view['pemda']}", *place])


def caption(view: Json, release: Json, say: Any, date: Any) -> list[str]:
    """The lines under the picture: what, which stage, from when, which release."""
    stage = "REALISASI" if view["pilihan"]["menurut"] == "lra" else view["digambar"]
    lines = [where(view, say)]
    lines.append(" · ".join([say(f"budget.stage.{view['digambar']}"), *origin(view, stage, say, date)]))
    last = say("budget.release", version=release["version"])
    return [*lines, f"{last} · {say('site.sample.short')}" if release["sample"] else last]


def origin(view: Json, stage: str, say: Any, date: Any) -> list[str]:
    """Document number and retrieval of a stage; for the realisation report also its period."""
    mine = [d for d in view["dokumen"] if d["tahapan"] == stage]
    fetched = max((d["diambil_pada"] or "" for d in mine), default="")
    found = [say("budget.period", period=period(view["realisasi"], say))] if stage == "REALISASI" else []
    found.append(say("budget.number"))
    found.append(say("budget.fetched", day=date(fetched)) if fetched else say("budget.undated"))
    age = view["kesegaran"].get(stage)
    return [*found, say("fresh.old", day=date(age["per"]))] if age and age["lama"] else found


def period(report: Json, say: Any) -> str:
    """The period of a realisation report in words."""
    text = report["periode"]
    return str(say("budget.month", n=text)) if text.isdigit() else text
