"""The realisation report (LRA) of one government and year for ``/anggaran``: its parts, their lines, and their levels.

The report holds every subtotal, so lines are never added up; a part is read as a tree only where each of its lines
states its level. One report is shown: the one with the latest period.
"""

from typing import Any
from urllib.parse import urlencode

from datasette import hookimpl

Json = dict[str, Any]

HEADS = {
    "pendapatan daerah": "4",
    "pendapatan": "4",
    "belanja daerah": "5",
    "belanja": "5",
    "pembiayaan daerah": "6",
    "pembiayaan": "6",
}
"""First lines of the parts; DJPK writes names without codes."""
LINES = """
    select periode, urutan, kode_rekening, akun, tingkat, induk, anggaran_sen, anggaran, anggaran_asli,
      anggaran_dibulatkan, realisasi_sen, realisasi, realisasi_asli, realisasi_dibulatkan, persentase, mulai_tgl,
      sampai_tgl
    from lra where nama_pemda = :pemda and +tahun = :tahun order by periode, urutan
"""


@hookimpl
def prepare_jinja2_environment(env):
    """Let the page find these functions: ``jinja_env.globals["realisation"]``."""
    env.globals["realisation"] = {"report": report, "level": level, "trail": trail}


async def report(ask: Any, government: str, year: int) -> Json | None:
    """The latest report: period, its lines by part, each with the address of its row; ``None`` without one."""
    rows = await ask(LINES, pemda=government, tahun=year)
    if not rows:
        return None
    period = max({row["periode"] for row in rows}, key=later)
    mine = [row for row in rows if row["periode"] == period]
    parts: dict[str, list[Json]] = {}
    part = NOWHERE
    for row in mine:
        part = part_of(row, part)
        filters = {"tahun": year, "nama_pemda": government, "periode": period, "urutan": row["urutan"]}
        parts.setdefault(part, []).append(row | {"baris": f"lra?{urlencode(filters)}"})
    periods = len({row["periode"] for row in rows})
    dates = [row["sampai_tgl"] for row in mine if row["sampai_tgl"]]
    return {"periode": period, "sampai_tgl": max(dates, default=None), "banyak_periode": periods, "bagian": parts}


NOWHERE = "-"


def part_of(row: Json, before: str) -> str:
    """The part that a line belongs to: a head opens one, a surplus or closing line ends it, others stay.

    >>> part_of({"akun": "Belanja Daerah", "kode_rekening": None, "tingkat": 1}, "4")
    '5'
    >>> part_of({"akun": "Surplus/(Defisit)", "kode_rekening": None, "tingkat": 1}, "5")
    '-'
    """
    code = row["kode_rekening"] or ""
    if code[:1] in ("4", "5", "6"):
        return code[0]
    if code:
        return NOWHERE
    head = HEADS.get(row["akun"].strip().lower())
    ends = row["akun"].lower().startswith(("surplus", "sisa lebih pembiayaan", "jumlah"))
    return head or (NOWHERE if ends or row["tingkat"] == 1 else before)


def later(period: str) -> tuple[int, int, str]:
    """How periods follow one another: a stated month or date after none.

    >>> sorted(["12", "tidak dinyatakan", "6", "2025-12-31"], key=later)
    ['tidak dinyatakan', '6', '12', '2025-12-31']
    """
    if period.isdigit():
        return 1, int(period), period
    return (2, 0, period) if period[:2] == "20" else (0, 0, period)


def level(lines: list[Json], position: int | None) -> Json:
    """The lines directly below the one at ``position`` (none: below the head), or all where levels are not stated."""
    if not lines:
        return {"kepala": None, "anak": [], "bertingkat": False}
    stated = all(line["tingkat"] for line in lines)
    if not stated:
        return {"kepala": lines[0], "anak": [line | {"punya_anak": False} for line in lines[1:]], "bertingkat": False}
    start = next((n for n, line in enumerate(lines) if line["urutan"] == position), 0)
    under = below(lines, start)
    top = min((line["tingkat"] for line in under), default=0)
    children = []
    for line in under:
        if line["tingkat"] == top:
            deeper = below(lines, lines.index(line))
            same = len(deeper) == 1 and deeper[0]["akun"] == line["akun"]
            children.append(line | {"punya_anak": bool(deeper) and not same})
    return {"kepala": lines[start], "anak": children, "bertingkat": True}


def below(lines: list[Json], start: int) -> list[Json]:
    """The lines under one line, down to the next of its level."""
    found = []
    for line in lines[start + 1 :]:
        if line["tingkat"] <= lines[start]["tingkat"]:
            break
        found.append(line)
    return found


def trail(lines: list[Json], position: int | None) -> list[Json]:
    """The lines above the one at ``position``, and it; the head is left out."""
    if position is None or not lines or not all(line["tingkat"] for line in lines):
        return []
    place = next((n for n, line in enumerate(lines) if line["urutan"] == position), 0)
    found = []
    depth = lines[place]["tingkat"] + 1
    for line in reversed(lines[1 : place + 1]):
        if line["tingkat"] < depth:
            found.insert(0, line)
            depth = line["tingkat"]
    return found
