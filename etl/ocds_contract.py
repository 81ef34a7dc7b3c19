"""Awards and contracts of one process: amendments, payments, the order to start and the handover.

The value of a process is counted once, as in table ``paket``: contracts where they are recorded, else the value that
the list of winners or the announcement gives, else the recorded payments or the order.
"""

from collections.abc import Callable
from typing import Any

from etl.fields import Json
from etl.ocds_parties import Parties, reference
from etl.ocds_read import Proof, Row
from etl.ocds_values import Terms, moment, money, obj, positive, term, unique

Named = Callable[[Row, str, str], Json]
"""A row that names a supplier, its role and a name for it within the process -> the reference."""
SELF = "Swakelola: dikerjakan sendiri oleh badan; bukan kontrak dengan penyedia."
UNSIGNED = {
    "tender_nilai": "Nomor kontrak tidak tercatat; nilai menurut daftar pemenang.",
    "non_tender_nilai": "Nomor kontrak tidak tercatat; nilai menurut daftar pemenang.",
    "tender": "Nomor kontrak tidak tercatat; nilai menurut daftar tender SPSE.",
    "pencatatan_non_tender": "Pencatatan: nilai menurut realisasi yang dicatat badan.",
    "pencatatan_non_tender_realisasi": "Pencatatan: nilai menurut realisasi yang dicatat badan.",
    "pencatatan_swakelola": SELF,
    "pencatatan_swakelola_realisasi": SELF,
}
"""Where the value of a process without a recorded contract comes from -> what the contract says of itself."""
IMPLIED = "Penetapan pemenang tidak tercatat di sumber; kontraknya ada."
RECORDED = "Pencatatan: penyedia menurut realisasi yang dicatat badan."


def contracts(
    process: Row, proof: Proof, terms: Terms, parties: Parties, entity: Json, named: Named
) -> tuple[list[Json], list[Json]]:
    """The awards and contracts of a process; every contract names one of the awards."""
    if process["jalur"] == "epurchasing":
        return order(process, named)
    awards = winners(process, proof, named)
    if process["jalur"].startswith("pencatatan"):
        deeds = recorded_payments(process, proof, parties, entity, named)
    else:
        deeds = signed(proof, terms, parties, entity, named) or unsigned(process, proof)
    if deeds and not awards:
        awards = implied(process, deeds, proof, named)
    by_firm = {item["id"]: award["id"] for award in reversed(awards) for item in award.get("suppliers", [])}
    done = []
    for deed in deeds:
        firm = deed.pop("_supplier", {})
        identity = deed.pop("_award", None) or by_firm.get(firm.get("id")) or awards[0]["id"]
        done.append({"id": deed.pop("id"), "awardID": identity, **deed})
    return awards, done


def winners(process: Row, proof: Proof, named: Named) -> list[Json]:
    """The awards of the list of winners, else of the participants marked as winners."""
    awards = []
    priced = {row["kd_peserta"] for row in proof.get("peserta", []) if is_bid(row)}
    for row in proof.get("pemenang", []):
        prices = (row["nilai_negosiasi_sen"], row["nilai_terkoreksi_sen"], row["nilai_penawaran_sen"])
        value = next((price for price in prices if positive(price)), None)
        bid = row["kd_peserta"] if row["kd_peserta"] in priced else None
        awards.append(award(row["nomor"], named(row, "supplier", row["nomor"]), row["tanggal"], value, bid))
    if awards:
        return awards
    for row in proof.get("peserta", []):
        if row["pemenang"]:
            value = positive(row["nilai_terkoreksi_sen"]) or positive(row["nilai_penawaran_sen"])
            bid = row["kd_peserta"] if is_bid(row) else None
            awards.append(award(row["kd_peserta"], named(row, "supplier", row["kd_peserta"]), None, value, bid))
    return awards


def is_bid(row: Row) -> bool:
    """Whether a participant gave a price."""
    return bool(positive(row["nilai_terkoreksi_sen"]) or positive(row["nilai_penawaran_sen"]))


def award(identity: str, firm: Json, day: str | None, sen: int | None, bid: str | None) -> Json:
    """One award to one supplier."""
    firms = [firm] if firm else []
    return obj(id=identity, status="active", date=moment(day), value=money(sen), suppliers=firms, relatedBid=bid)


def implied(process: Row, deeds: list[Json], proof: Proof, named: Named) -> list[Json]:
    """The awards that letters of appointment or the contracts themselves show, where no list names the winner."""
    letters = {row["no_sppbj"]: row for row in proof.get("sppbj", []) if row["no_sppbj"]}
    if letters:
        return [award(number, named(row, "supplier", number), row["tgl_sppbj"], row["harga_final_sen"], None)
                for number, row in letters.items()]  # fmt: skip
    firms = unique([firm for deed in deeds for firm in (deed["_supplier"], *deed.pop("_others", ())) if firm])
    said = {"pencatatan_swakelola": SELF, "pencatatan_non_tender": RECORDED}.get(process["jalur"], IMPLIED)
    return [obj(id="1", status="active", description=said, suppliers=firms)]


def signed(proof: Proof, terms: Terms, parties: Parties, entity: Json, named: Named) -> list[Json]:
    """The recorded contracts with their amendments, payments and milestones."""
    found = {row["no_kontrak"]: row for row in proof.get("kontrak", [])}
    place = origin(proof.get("versi", []), found)
    return [
        deed(found.get(number), number, of_deed(proof, place, number), terms, parties, entity, named)
        for number in dict.fromkeys(
            [*found, *(place(row) for name in ("spmk", "bayar") for row in proof.get(name, []))]
        )
    ]


def origin(versions: list[Row], found: dict[str, Row]) -> Callable[[Row], str]:
    """A function: a row that names a contract -> the contract's own number, as ``kontrak_terkini`` decides it."""
    own = {row["no_kontrak"] for row in versions if row["versi_addendum"] == 0}
    by_letter: dict[str, list[str]] = {}
    for row in versions:
        if row["versi_addendum"] == 0 and row["no_sppbj"]:
            by_letter.setdefault(row["no_sppbj"], []).append(row["no_kontrak"])

    def place(row: Row) -> str:
        number = str(row["no_kontrak"])
        first = by_letter.get(row["no_sppbj"] or "", [])
        return first[0] if number not in own and len(first) == 1 and first[0] in found else number

    return place


def of_deed(proof: Proof, place: Callable[[Row], str], number: str) -> Proof:
    """The rows of one contract."""
    return {name: [row for row in proof.get(name, []) if place(row) == number] for name in ("versi", "spmk", "bayar")}


def deed(row: Row | None, number: str, rows: Proof, terms: Terms, parties: Parties, entity: Json, named: Named) -> Json:
    """One contract; only its number is known when just a payment or an order to start names it."""
    firm = named(row, "supplier", number) if row else {}
    first = next((r for r in rows["versi"] if r["lingkup_pekerjaan"]), None)
    paid = [payment(r["no_bap"] or r["no_bast"], r["tgl_bap"] or r["tgl_bast"], r["besar_pembayaran_sen"], firm)
            for r in rows["bayar"] if r["besar_pembayaran_sen"] is not None]  # fmt: skip
    facts = {} if row is None else obj(
        status=term(terms, "kontrak", row["status_kontrak"], "").get("kode"),
        dateSigned=moment(row["tgl_kontrak"]),
        period=obj(startDate=moment(row["tgl_mulai"]), endDate=moment(row["tgl_akhir_kini"])),
        value=money(row["nilai_kini_sen"]),
    )  # fmt: skip
    return {
        "_supplier": firm,
        **obj(id=number, description=first["lingkup_pekerjaan"] if first else None, **facts),
        **obj(
            amendments=[amendment(r, row) for r in rows["versi"] if r["versi_addendum"] > 0],
            implementation=implementation(paid, milestones(rows), parties, entity),
        ),
    }


def amendment(row: Row, contract: Row | None) -> Json:
    """One amendment; its date only where it differs from the contract's."""
    day = row["tgl_kontrak"] if contract is None or row["tgl_kontrak"] != contract["tgl_kontrak"] else None
    value = money(row["nilai_kontrak_sen"]).get("amount")
    end = row["tgl_kontrak_akhir"]
    said = f"Nilai kontrak menurut addendum ini: {value} rupiah." + (f" Berakhir {end}." if end else "")
    name = f"{row['no_kontrak']}/{row['versi_addendum']}"
    return obj(id=name, date=moment(day), description=said, rationale=row["alasan_addendum"])


def milestones(rows: Proof) -> list[Json]:
    """The order to start and the handover, each once."""
    started = [obj(id=f"SPMK {r['no_spmk_spp']}", title="Surat perintah mulai kerja", type="approval", status="met",
                   dateMet=moment(r["tgl_spmk_spp"])) for r in rows["spmk"] if r["no_spmk_spp"]]  # fmt: skip
    handed = [obj(id=f"BAST {r['no_bast']}", title="Serah terima", type="delivery", status="met",
                  dateMet=moment(r["tgl_bast"])) for r in rows["bayar"] if r["no_bast"]]  # fmt: skip
    return unique([*started, *handed])


def payment(identity: str | None, day: str | None, sen: int, firm: Json) -> Json:
    """One payment, before it is numbered among those of its contract."""
    return obj(id=identity, date=moment(day), value=money(sen), payee=firm)


def implementation(paid: list[Json], met: list[Json], parties: Parties, entity: Json) -> Json:
    """Payments, numbered where the source repeats or lacks their number, and milestones."""
    seen: dict[str, int] = {}
    for number, item in enumerate(paid, start=1):
        name = item.get("id") or f"pembayaran-{number}"
        seen[name] = seen.get(name, 0) + 1
        item["id"] = name if seen[name] == 1 else f"{name}#{seen[name]}"
        if entity:
            item["payer"] = reference(parties, entity["id"], entity["name"], "payer")
        if "payee" in item:
            reference(parties, item["payee"]["id"], item["payee"]["name"], "payee")
    return obj(transactions=paid, milestones=met)


def unsigned(process: Row, proof: Proof) -> list[Json]:
    """The contract whose value a list gives without its number."""
    said = UNSIGNED.get(process["sumber_nilai"] or "", "")
    listed = [(row["nomor"], row["nilai_kontrak_sen"]) for row in proof.get("pemenang", [])
              if row["nilai_kontrak_sen"] is not None]  # fmt: skip
    if process["sumber_nilai"] in ("tender_nilai", "non_tender_nilai"):
        return [
            {"_supplier": {}, "_award": n, **obj(id=f"tanpa-nomor-{n}", description=said, value=money(sen))}
            for n, sen in listed
        ]
    if process["sumber_nilai"] == "tender":
        return [{"_supplier": {}, **obj(id="tanpa-nomor", description=said, value=money(process["nilai_sen"]))}]
    return []


def recorded_payments(process: Row, proof: Proof, parties: Parties, entity: Json, named: Named) -> list[Json]:
    """What a body recorded of a purchase outside SPSE or of its own work: one value, and each payment."""
    rows = proof.get("realisasi", [])
    if process["nilai_sen"] is None and not rows:
        return []
    role = "payee" if process["jalur"] == "pencatatan_swakelola" else "supplier"
    paid, firms = [], []
    for row in rows:
        firm = named(row, role, str(row["urutan"]))
        firms.append(firm)
        if row["nilai_realisasi_sen"] is not None:
            paid.append(payment(row["no_realisasi"], row["tgl_realisasi"], row["nilai_realisasi_sen"], firm))
    said = UNSIGNED.get(process["sumber_nilai"] or "", SELF if role == "payee" else "")
    done = implementation(paid, [], parties, entity)
    facts: Json = obj(id="1", description=said, value=money(process["nilai_sen"]), implementation=done)
    return [{"_supplier": {}, "_others": firms if role == "supplier" else [], **facts}]


def order(process: Row, named: Named) -> tuple[list[Json], list[Json]]:
    """An order in the e-catalogue is award and contract in one."""
    cancelled = process["keadaan"] == "gagal_batal"
    firm: Any = named(process, "supplier", "1")
    value = money(process["nilai_sen"])
    state = "cancelled" if cancelled else {"selesai": "terminated", "berjalan": "active"}.get(process["keadaan"])
    given = obj(
        id=process["kunci"], status="cancelled" if cancelled else "active", date=moment(process["tgl_order"]),
        value=value, suppliers=[firm] if firm else [],
    )  # fmt: skip
    deed = obj(
        id=process["kunci"],
        awardID=process["kunci"],
        status=state,
        dateSigned=moment(process["tgl_order"]),
        value=value,
    )
    return [given], [deed]
