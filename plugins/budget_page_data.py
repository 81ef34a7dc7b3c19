"""The branches of a budget below one branch, for ``/anggaran``: amounts by stage, names, and the rows behind each.

From the summary ``anggaran_ringkas``; below a sub-activity, from its own rows of table ``anggaran`` by account. Stages
are never added to one another. An amount that a stage does not have is ``None``, never 0.
"""

import json
from typing import Any
from urllib.parse import urlencode

from datasette import hookimpl

Json = dict[str, Any]

STAGES = ("KUA_PPAS", "RAPBD", "MURNI", "GESER", "KUPA_PPASP", "PERUBAHAN")
CUTS = {"program": (1, 2, 3, 5, 6), "akun": (2, 3, 4, 5, 6)}
"""Segments of a code at each level: function to sub-activity (an activity has two), group to sub-detail of account."""
NONE = "-"
SIRUP_COLUMNS = {
    "sub_kegiatan": "kd_subkegiatan_str",
    "kegiatan": "kd_kegiatan_str",
    "program": "kd_program_str",
}
CHILDREN = """
    select kode, tahapan, tabel, tingkat, nama, nilai_sen, jumlah_baris, nilai_sebelum_sen, jumlah_baris_sebelum,
      punya_baris, punya_anak
    from anggaran_ringkas
    where nama_pemda = :pemda and tahun_anggaran = :tahun and bagian = :bagian and menurut = :susunan
      and kode_skpd = :skpd and induk = :induk and (tahapan = 'SIRUP') = :sirup
    order by kode, tahapan
"""
NAMES = """
    select kode, min(nama) as nama from anggaran_ringkas
    where nama_pemda = :pemda and tahun_anggaran = :tahun and bagian = :bagian and menurut = :susunan
      and kode_skpd = :skpd and induk in (select value from json_each(:induk))
      and kode in (select value from json_each(:kode)) group by kode
"""
LINES = """
    select kode_rekening as kode, tahapan, 'anggaran' as tabel, min(nama_rekening) as nama, sum(nilai_sen) as nilai_sen,
      count(*) as jumlah_baris, sum(nilai_sebelum_sen) as nilai_sebelum_sen,
      count(nilai_sebelum_sen) as jumlah_baris_sebelum
    from anggaran where {where} and +nama_pemda = :pemda and +tahun_anggaran = :tahun
      and case when substr(kode_rekening, 1, 1) in ('4', '5', '6') then substr(kode_rekening, 1, 1)
        else '-' end = :bagian
    group by kode_rekening, tahapan order by kode_rekening, tahapan
"""


@hookimpl
def prepare_jinja2_environment(env):
    """Let the page find these functions: ``jinja_env.globals["budget"]``."""
    env.globals["budget"] = {"branches": branches, "ancestors": ancestors, "stages": STAGES, "whole_path": whole_path}


async def branches(ask: Any, at: Json) -> list[Json]:
    """The branches directly below ``at`` (pemda, tahun, bagian, menurut, sirup, skpd, kode,
    akun), each with its stages.

    Rows that carry the very code of ``at`` while others go deeper are a branch of their own, so that the branches
    always add up to ``at``.
    """
    if at["akun"]:
        return await accounts(ask, at)
    rows = await ask(CHILDREN, **keys(at))
    found = gathered(at, rows)
    if not rows and at["kode"] and not at["sirup"] and at["menurut"] != "akun":
        return await accounts(ask, at)
    own = await rest(ask, at, found) if at["kode"] and found else None
    return [*found, own] if own else found


def keys(at: Json) -> Json:
    """The key of the children of ``at`` in the summary."""
    units = at["menurut"] == "skpd"
    return {
        "pemda": at["pemda"],
        "tahun": at["tahun"],
        "bagian": at["bagian"],
        "susunan": at["menurut"],
        "skpd": at["skpd"] if units else "",
        "induk": at["kode"],
        "sirup": int(at["sirup"]),
    }


def gathered(at: Json, rows: list[Json]) -> list[Json]:
    """One branch per code from rows per code and stage."""
    found: dict[str, Json] = {}
    for row in rows:
        branch = found.setdefault(row["kode"], new_branch(at, row["kode"]))
        branch["nama"] = branch["nama"] or row["nama"]
        branch["tingkat"] = row.get("tingkat", branch["tingkat"])
        branch["punya_anak"] = branch["punya_anak"] or bool(row.get("punya_anak"))
        branch["punya_baris"] = branch["punya_baris"] or bool(row.get("punya_baris"))
        amounts = branch["tahapan"].setdefault(row["tahapan"], dict.fromkeys(SUMS, 0) | {"tabel": row["tabel"]})
        for name in SUMS:
            amounts[name] += row[name] or 0
    for branch in found.values():
        branch["jenjang"] = depth(branch)
        for stage, amounts in branch["tahapan"].items():
            amounts["baris"] = rows_path(at, branch, stage, amounts["tabel"])
    return list(found.values())


SUMS = ("nilai_sen", "jumlah_baris", "nilai_sebelum_sen", "jumlah_baris_sebelum")


def new_branch(at: Json, code: str) -> Json:
    """An empty branch: which dimension its code belongs to decides where it leads."""
    kind = "program" if at["menurut"] == "skpd" and at["skpd"] else at["menurut"]
    if at["phase"] == "akun":
        kind = "akun"
    empty = {"kode": code, "dimensi": kind, "nama": None, "tingkat": code.count(".") + 1, "tahapan": {}}
    return empty | {"punya_anak": False, "punya_baris": False, "langsung": False}


def depth(branch: Json) -> str:
    """The name of a branch's level."""
    count = branch["tingkat"]
    if branch["kode"] == NONE:
        return "tanpa_kode"
    if branch["dimensi"] == "skpd":
        return "skpd"
    if branch["dimensi"] == "akun":
        return ("akun", "kelompok", "jenis", "objek", "rincian", "sub_rincian")[min(count, 6) - 1]
    return {1: "urusan", 2: "bidang", 3: "program", 4: "kegiatan", 5: "kegiatan"}.get(count, "sub_kegiatan")


async def rest(ask: Any, at: Json, found: list[Json]) -> Json | None:
    """The rows with the very code of ``at``, as a branch; ``None`` where there are none."""
    parents = await ask(CHILDREN, **keys(at) | {"induk": parent(at["kode"], at)})
    whole = next((b for b in gathered(at | {"kode": ""}, parents) if b["kode"] == at["kode"]), None)
    if whole is None or not whole["punya_baris"]:
        return None
    left = new_branch(at, at["kode"]) | {"nama": whole["nama"], "langsung": True, "punya_baris": True}
    for stage, amounts in whole["tahapan"].items():
        below = [b["tahapan"][stage] for b in found if stage in b["tahapan"]]
        own = {name: amounts[name] - sum(b[name] for b in below) for name in SUMS}
        if own["jumlah_baris"]:
            path = rows_path(at, left, stage, amounts["tabel"])
            left["tahapan"][stage] = own | {"tabel": amounts["tabel"], "baris": path}
    left["jenjang"] = depth(left)
    return left if left["tahapan"] else None


def parent(code: str, at: Json) -> str:
    """The code one level up in the arrangement of ``at``."""
    cuts = CUTS["akun" if at["menurut"] == "akun" else "program"]
    parts = code.split(".")
    upper = [c for c in cuts if c < len(parts) and not (at["menurut"] == "skpd" and c < 3)]
    return ".".join(parts[: upper[-1]]) if upper else ""


async def accounts(ask: Any, at: Json) -> list[Json]:
    """The next level of accounts among the rows of one sub-activity."""
    if at["kode"] == NONE and not at["skpd"]:
        return []
    unit = "kode_skpd is null" if at["skpd"] == NONE else "kode_skpd = :skpd"
    where = f"{unit} and kode_sub_kegiatan is null" if at["kode"] == NONE else "kode_sub_kegiatan = :kode"
    if at["skpd"] and at["kode"] != NONE:
        where += f" and +{unit}"
    values = {name: at[name] for name in ("pemda", "tahun", "bagian", "kode", "skpd")}
    lines = await ask(LINES.format(where=where), **values)
    at = at | {"phase": "akun"}
    length = max(len(at["akun"].split(".")), 1) + 1
    below = []
    for line in lines:
        parts = line["kode"].split(".")
        if at["akun"] and line["kode"] != at["akun"] and not line["kode"].startswith(at["akun"] + "."):
            continue  # another account of the same sub-activity
        ends = len(parts) <= length
        below.append(line | {"kode": ".".join(parts[:length]), "nama": line["nama"] if ends else None})
        below[-1] |= {"punya_anak": not ends, "punya_baris": ends, "tingkat": min(len(parts), length)}
    return gathered(at, below)


def rows_path(at: Json, branch: Json, stage: str, table: str) -> str:
    """The part of an address that lists exactly the rows of a branch at one stage."""
    if table != "anggaran":
        return sirup_path(at, branch, table)
    filters = [("nama_pemda", at["pemda"]), ("tahun_anggaran", at["tahun"]), ("tahapan", stage)]
    unit, code, account = at["skpd"], at["kode"], at["akun"]
    if branch["dimensi"] == "skpd":
        unit = branch["kode"]
    elif branch["dimensi"] == "akun":
        account = branch["kode"]
    else:
        code = branch["kode"]
    filters += equal("kode_skpd", unit)
    by_account = at["menurut"] == "akun"
    if code and not by_account:
        filters += below("kode_sub_kegiatan", code, branch if branch["dimensi"] == "program" else None)
    filters += below("kode_rekening", account, branch) if account else of_part(at["bagian"])
    return f"anggaran?{urlencode(filters)}"


def whole_path(at: Json, branches: list[Json], stage: str, table: str) -> str:
    """The rows of a whole place at one stage: those of all its branches."""
    kind, code = "skpd", at["skpd"]
    if at["akun"] or at["menurut"] == "akun":
        kind, code = "akun", at["akun"] or at["kode"]
    elif at["kode"]:
        kind, code = "program", at["kode"]
    deeper = any(branch["dimensi"] == kind and branch["kode"] != code for branch in branches)
    own = any(branch["langsung"] or branch["kode"] == code for branch in branches)
    place = {"dimensi": kind, "kode": code, "punya_anak": deeper, "punya_baris": own, "langsung": False}
    return rows_path(at, place, stage, table)


def of_part(part: str) -> list[tuple[str, str]]:
    """The filter for revenue, spending or financing; ``-`` is every other account."""
    if part == NONE:
        return [("kode_rekening__notlike", f"{digit}%") for digit in "456"]
    return [("kode_rekening__startswith", part)]


def equal(column: str, value: str) -> list[tuple[str, str]]:
    """The filter for one code; ``-`` stands for a row without one."""
    if not value:
        return []
    return [(f"{column}__isnull", "1")] if value == NONE else [(column, value)]


def below(column: str, code: str, branch: Json | None) -> list[tuple[str, str]]:
    """The filter for a code and what is below it; a code that has rows and deeper ones takes both."""
    if code == NONE or branch is None or branch["langsung"] or not branch["punya_anak"]:
        return equal(column, code)
    return [(f"{column}__startswith", code if branch["punya_baris"] else f"{code}.")]


def sirup_path(at: Json, branch: Json, table: str) -> str:
    """The rows of a ceiling in SiRUP."""
    filters = [("nama_klpd", at["pemda"]), ("tahun_anggaran", at["tahun"]), ("is_deleted", "0")]
    if branch["dimensi"] == "skpd":
        filters += equal("kd_satker", branch["kode"])
    else:
        filters += equal("kd_satker", at["skpd"]) + below(SIRUP_COLUMNS[table], branch["kode"], branch)
    return f"{table}?{urlencode(filters)}"


async def ancestors(ask: Any, at: Json) -> list[Json]:
    """Unit, programme and account codes from the top down to ``at``, with their names."""
    found = []
    if at["menurut"] == "skpd" and at["skpd"]:
        found += await named(ask, at, "skpd", "", [at["skpd"]], [""])
    cuts = CUTS["akun" if at["menurut"] == "akun" else "program"]
    if at["kode"]:
        codes = chain(at["kode"], [c for c in cuts if at["menurut"] != "skpd" or c > 2])
        found += await named(ask, at, at["menurut"], at["skpd"], codes, ["", *codes])
    if at["akun"]:
        codes = chain(at["akun"], CUTS["akun"])
        found += await named(ask, at, "akun", "", codes, ["", *codes])
    return found


def chain(code: str, cuts: Any) -> list[str]:
    """A code with those above it, from the top.

    >>> chain("1.03.10.2.01.0029", (1, 2, 3, 5, 6))
    ['1', '1.03', '1.03.10', '1.03.10.2.01', '1.03.10.2.01.0029']
    """
    parts = code.split(".")
    return [".".join(parts[:cut]) for cut in cuts if cut < len(parts)] + [code]


async def named(ask: Any, at: Json, kind: str, unit: str, codes: list[str], above: list[str]) -> list[Json]:
    """Codes of one dimension with their names and the place that each of them is."""
    values = {"pemda": at["pemda"], "tahun": at["tahun"], "bagian": at["bagian"], "susunan": kind, "skpd": unit}
    rows = await ask(NAMES, **values, induk=json.dumps(above), kode=json.dumps(codes))
    names = {row["kode"]: row["nama"] for row in rows}
    dimension = "akun" if kind == "akun" else "skpd" if codes == [at["skpd"]] else "program"
    return [
        {"kode": code, "nama": names.get(code), "dimensi": dimension, "tingkat": code.count(".") + 1} for code in codes
    ]
