"""A unit beside the units of the same kind of body in the same year, and the chart of its payments by month.

Shares are given with their parts, and the median of peers with their number.
It ranks nobody and makes no score. A share of fewer than ten packages, or a median of fewer than ten peers, is not
given.
"""

from statistics import median
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

LEAST = 10
SHOWN = 60
CHANNELS = ("tender", "non_tender", "pencatatan_non_tender", "pencatatan_swakelola", "epurchasing", "darurat")
PEERS = """
    select * from satker_tahun where jenis_klpd = :kind and tahun_anggaran = :year and id_satker <> :id
    order by nama_klpd, nama, id_satker
"""


@hookimpl
def prepare_jinja2_environment(env):
    """Let the unit page find the comparison and the chart."""
    env.globals["unit_comparison"] = comparison
    env.globals["unit_chart"] = chart


async def comparison(ask: Any, unit: Json, years: list[Json], year: int | None) -> Json | None:
    """Each measure of the unit in a year and of its peers; ``None`` where nothing can be compared."""
    own = next((row for row in years if row["tahun_anggaran"] == year), None)
    if own is None or not unit["jenis_klpd"]:
        return None
    peers = await ask(PEERS, kind=unit["jenis_klpd"], year=year)
    measures = [compare("terserap", own, peers), *(compare(channel, own, peers) for channel in CHANNELS)]
    kept = [measure for measure in measures if measure["penyebut"]]
    names = [{key: row[key] for key in ("id_satker", "nama", "nama_klpd")} for row in peers[:SHOWN]]
    kind = unit["jenis_klpd"]
    return {"jenis_klpd": kind, "tahun": year, "ukuran": kept, "jumlah_pembanding": len(peers), "pembanding": names}


def compare(measure: str, own: Json, peers: list[Json]) -> Json:
    """One measure: the unit's part and whole, its share, and the median share of the peers that have both."""
    part, whole = parts(measure, own)
    shares = [share for share in (percent(measure, row) for row in peers) if share is not None]
    return {
        "ukuran": measure,
        "pembilang": part,
        "penyebut": whole,
        "persen": percent(measure, own),
        "jumlah_pembanding": len(shares),
        "median": round(median(shares), 1) if len(shares) >= LEAST else None,
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
