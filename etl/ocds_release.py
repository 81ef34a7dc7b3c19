"""One procurement process as an OCDS 1.1.5 release, with the extensions for bids and for the breakdown of the budget.

What the source does not record is left out, never filled in. Registrants are tenderers; only a priced offer is a bid.
"""

from dataclasses import dataclass
from typing import Any

from etl.fields import Json
from etl.ocds_contract import contracts
from etl.ocds_parties import Parties, buyer, known_supplier, supplier, unit
from etl.ocds_read import Proof, Row, World
from etl.ocds_values import Terms, moment, money, obj, positive, rupiah, term, unique, year

STATUS = {"selesai": "complete", "berjalan": "active"}


@dataclass(frozen=True)
class Context:
    """What every release needs: OCID prefix, terms, shared organisations, and the date of the sources."""

    prefix: str
    terms: Terms
    world: World
    known: str
    """Date of the newest source, for processes whose rows carry no date."""


def release(process: Row, proof: Proof, context: Context) -> Json:
    """One process as a release without ``id``: the caller derives it from the content."""
    parties: Parties = {}
    world = context.world
    members = [row["id_penyedia"] for row in proof.get("penyedia", [])]

    def named(row: Row, role: str, fallback: str) -> Json:
        if process["jalur"] == "epurchasing":
            return known_supplier(parties, world, members[0], role) if len(members) == 1 else {}
        return supplier(parties, world, members, row, role, f"{process['kunci']}/{fallback}")

    body = buyer(parties, process, world)
    entity = unit(parties, process, world, body)
    planning = plan(process, proof)
    tender = call(process, proof, context.terms, entity, named)
    bids = offers(process, proof, named)
    awards, deeds = contracts(process, proof, context.terms, parties, entity, named)
    parts = {"planning": planning, "tender": tender, "bids": bids, "awards": awards, "contracts": deeds}
    return obj(
        ocid=f"{context.prefix}-{process['jalur']}-{process['kunci']}",
        date=moment(recorded(process, context.known)),
        tag=tags(parts),
        initiationType="tender",
        language="id",
        parties=list(parties.values()),
        buyer=body,
        **parts,
    )


def tags(parts: Json) -> list[str]:
    """Which stages the release tells of."""
    paid = any("implementation" in deed for deed in parts["contracts"])
    stages = ("planning", "tender", "awards", "contracts")
    names = {"awards": "award", "contracts": "contract"}
    return [names.get(stage, stage) for stage in stages if parts[stage]] + (["implementation"] if paid else [])


def recorded(process: Row, known: str) -> str:
    """When the source recorded the process, or the latest thing it tells, or the date of the newest source."""
    dates = (process["event_date"], process["tanggal_selesai"], process["tanggal_pengumuman"])
    return next((date for date in dates if date), known)


def plan(process: Row, proof: Proof) -> Json:
    """The plans and budget lines that the process names; a code without an amount stays without one."""
    lines, plans = [], {}
    for row in proof.get("rencana", []):
        plans[row["kd_rup"]] = row
        if row["mak"] is not None:
            lines.append(budget_line(row))
    named = {row["mak"] for row in proof.get("rencana", [])}
    planned = {row["kd_rup"] for row in proof.get("rencana", []) if row["mak"] is not None}
    for code, row in plans.items():
        if code not in planned:
            text = "; ".join(part for part in (row["nama_paket"], row["sumber_dana"]) if part)
            lines.append(obj(id=code, description=text, amount=rupiah(row["pagu"]), period=year(row["tahun"])))
    lines += [{"id": row["mak"], "description": f"MAK {row['mak']}"} for row in proof.get("mak", [])
              if row["mak"] not in named]  # fmt: skip
    if process["pagu_sen"] is None and not lines:
        return {}
    note = "Pagu dibulatkan oleh sumbernya." if process["pagu_dibulatkan"] else ""
    funds = process["sumber_dana"] or "; ".join(sorted({r["sumber_dana"] for r in plans.values() if r["sumber_dana"]}))
    budget = obj(
        id=next(iter(plans)) if len(plans) == 1 else None,
        description=" ".join(part for part in (f"Sumber dana: {funds}." if funds else "", note) if part),
        amount=money(process["pagu_sen"]),
        budgetBreakdown=lines,
    )
    return {"budget": budget}


def budget_line(row: Row) -> Json:
    """One budget line as a plan states it, with the line of the budget that it was linked to."""
    parts = [row["dana"], f"MAK {row['mak']}", f"baris anggaran {row['baris']}" if row["baris"] else None]
    return obj(
        id=f"{row['kd_rup']}/{row['mak']}/{row['urutan']}",
        description="; ".join(part for part in parts if part),
        amount=rupiah(row["pagu_mak"]),
        period=year(row["tahun"]),
    )


def call(process: Row, proof: Proof, terms: Terms, entity: Json, named: Any) -> Json:
    """The tender: what is bought, how, when, and who registered."""
    day = process["tanggal_pengumuman"] or (f"{process['tahun_anggaran']}-12-31" if process["tahun_anggaran"] else "")
    kind = term(terms, "jenis", process["jenis_pengadaan"], day)
    registered = [named(row, "tenderer", row["kd_peserta"]) for row in proof.get("peserta", [])]
    return obj(
        id=process["kunci"],
        title=process["nama_paket"],
        description=(
            "HPS dibulatkan oleh sumbernya; jangan dipakai untuk menghitung persentase."
            if process["hps_dibulatkan"] else None
        ),
        status=status(process),
        procuringEntity=entity,
        value=money(process["hps_sen"]),
        procurementMethod=term(terms, "metode", process["metode"], day).get("kode"),
        procurementMethodDetails=method_text(process),
        mainProcurementCategory=kind.get("kode"),
        additionalProcurementCategories=[kind["lain"]] if "lain" in kind else [],
        awardCriteria=term(terms, "evaluasi", process["mtd_evaluasi"], day).get("kode"),
        awardCriteriaDetails=process["mtd_evaluasi"],
        tenderPeriod=period(process, proof),
        numberOfTenderers=process["jumlah_pendaftar"],
        tenderers=unique([item for item in registered if item]),
    )  # fmt: skip


def method_text(process: Row) -> str | None:
    """The source's word for the method; a type of a body's own work does not say by itself what it is a type of."""
    said: str | None = process["metode"]
    own = process["jalur"] == "pencatatan_swakelola" and "swakelola" not in (said or "").lower()
    return f"Swakelola {said or ''}".strip() if own else said


def status(process: Row) -> str | None:
    """The state of the tender; a source that says "gagal/batal" does not tell which, and reads as cancelled."""
    if process["keadaan"] != "gagal_batal":
        return STATUS.get(process["keadaan"])
    text = (process["status"] or "").lower()
    return "unsuccessful" if "gagal" in text and "batal" not in text else "cancelled"


def period(process: Row, proof: Proof) -> Json:
    """From the announcement to the end of submission where the schedule has both, else the announcement alone."""
    for _, start, end in proof.get("jadwal", []):
        if start and end:
            return {"startDate": moment(start), "endDate": moment(end)}
    return obj(startDate=moment(process["tanggal_pengumuman"]))


def offers(process: Row, proof: Proof, named: Any) -> Json:
    """The priced offers; the price corrected for arithmetic counts where there is one."""
    details = []
    for row in proof.get("peserta", []):
        price = positive(row["nilai_terkoreksi_sen"]) or positive(row["nilai_penawaran_sen"])
        if not price:
            continue
        judged = "valid" if process["keadaan"] == "selesai" or row["pemenang"] else "pending"
        firm = named(row, "tenderer", row["kd_peserta"])
        state = "disqualified" if row["alasan"] and not row["pemenang"] else judged
        details.append(
            obj(id=row["kd_peserta"], status=state, tenderers=[firm] if firm else [], value=money(price))
        )  # fmt: skip
    count = [{"id": "bids", "measure": "bids", "value": len(details)}] if proof.get("peserta") else []
    return obj(statistics=count, details=details)
