"""A unit beside the units of the same kind of body in the same year, and the chart of its payments by month.

Shares are given with their parts, and the median of peers with their number.
It ranks nobody and makes no score. A share of fewer than ten packages, or a median of fewer than ten peers, is not
given.
"""

from bisect import bisect_left
from statistics import median
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

LEAST = 10
SHOWN = 60
CHANNELS = ("tender", "non_tender", "pencatatan_non_tender", "pencatatan_swakelola", "epurchasing", "darurat")
MEASURES = ("terserap", *CHANNELS)
GROUPS: dict[tuple[str, str, int | None], Json] = {}
MOST_GROUPS = 200
PEERS = """
    select * from satker_tahun where jenis_klpd = :kind and tahun_anggaran = :year
    order by nama_klpd, nama, id_satker
"""


@hookimpl
def prepare_jinja2_environment(env):
    """Let the unit page find the comparison and the chart."""
    env.globals["unit_comparison"] = comparison
    env.globals["unit_chart"] = chart


def comparison(version: str, ask: Any, unit: Json, years: list[Json], year: int | None) -> Json | None:
    """Each measure of the unit in a year and of its peers; ``None`` where nothing can be compared."""
    own = next((row for row in years if row["tahun_anggaran"] == year), None)
    kind = unit["jenis_klpd"]
    if own is None or not kind:
        return None
    group = group_of(version, ask, kind, year)
    measures = [compare(measure, own, group["shares"][measure]) for measure in MEASURES]
    names = [row for row in group["names"] if row["id_satker"] != unit["id_satker"]][:SHOWN]
    return {
        "jenis_klpd": kind,
        "tahun": year,
        "ukuran": [measure for measure in measures if measure["penyebut"]],
        "jumlah_pembanding": group["count"] - 1,
        "pembanding": names,
    }


def group_of(version: str, ask: Any, kind: str, year: int | None) -> Json:
    """Shares in order, and the first names, of every unit of a kind in a year: read once, since a release is fixed."""
    key = (version, kind, year)
    if key not in GROUPS:
        rows = ask(PEERS, kind=kind, year=year)
        shares = {m: sorted(s for s in (percent(m, row) for row in rows) if s is not None) for m in MEASURES}
        names = [{name: row[name] for name in ("id_satker", "nama", "nama_klpd")} for row in rows[: SHOWN + 1]]
        while len(GROUPS) >= MOST_GROUPS:
            GROUPS.pop(next(iter(GROUPS)))
        GROUPS[key] = {"count": len(rows), "shares": shares, "names": names}
    return GROUPS[key]


def compare(measure: str, own: Json, group: list[float]) -> Json:
    """One measure: the unit's part and whole, its share, and the median share of the others that have both."""
    part, whole = parts(measure, own)
    share, peers = percent(measure, own), list(group)
    if share is not None:
        peers.pop(bisect_left(peers, share))
    return {
        "ukuran": measure,
        "pembilang": part,
        "penyebut": whole,
        "persen": share,
        "jumlah_pembanding": len(peers),
        "median": round(median(peers), 1) if len(peers) >= LEAST else None,
    }


def parts(measure: str, row: Json) -> tuple[int | None, int | None]:
    """Payments and budget in sen, or packages of a channel and of all channels."""
    if measure == "terserap":
        return row["terserap_sen"], row["anggaran_sen"]
    return row[f"jumlah_{measure}"], row["jumlah_paket"]


def percent(measure: str, row: Json) -> float | None:
    """The share in percent; ``None`` where a part is not recorded or the whole has fewer than ten packages."""
    part, whole = parts(measure, row)
    if part is None or not whole or whole < 0 or (measure != "terserap" and whole < LEAST):
        return None
    return round(part * 100 / whole, 1)


def chart(absorbed: Json | None) -> Json:
    """What the template draws: the running sum by month, the budget as a line where it is recorded."""
    if not absorbed:
        return {"terakhir": "", "spec": {}, "titik": []}
    drawn = [row for row in absorbed["bulanan"] if row["bulan"]]
    x = {"field": "bulan", "type": "temporal", "timeUnit": "yearmonth"}
    y = {"field": "kumulatif", "type": "quantitative"}
    layers: list[Json] = [{"mark": {"type": "line", "point": True}, "encoding": {"x": x, "y": y}}]
    if absorbed["anggaran_sen"]:
        layers.append({"mark": "rule", "encoding": {"y": {"datum": absorbed["anggaran_sen"] / 100}}})
    spec = {"layer": layers, "usermeta": {"satuan": {"kumulatif": "rupiah"}}}
    return {"terakhir": max((row["bulan"] for row in drawn if row["bagian"]), default=""), "spec": spec, "titik": drawn}
