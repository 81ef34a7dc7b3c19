"""The organisations of one process: each once, with all its roles, and the references to it.

A supplier is named by the release's public ``id_penyedia``, so one firm has one id in all processes; natural persons
keep their pseudonym and have no number and no place. The schemes are not in org-id.guide: docs/ocds.md says whose lists
they are.
"""

from typing import Any

from etl.fields import Json
from etl.ocds_read import Row, World
from etl.ocds_values import OFFICIAL, plain

BODY_SCHEME, TAX_SCHEME = "ID-KLPD", "ID-NPWP"
"""The list of government bodies (K/L/PD) of LKPP, and the tax number of legal entities."""
Parties = dict[str, Json]


def reference(parties: Parties, identity: str, name: str, role: str, **more: Any) -> Json:
    """Note an organisation in a role and return the reference to it."""
    party = parties.setdefault(identity, {"id": identity, "name": name, **more, "roles": []})
    if role not in party["roles"]:
        party["roles"].append(role)
    return {"id": identity, "name": party["name"]}


def buyer(parties: Parties, process: Row, world: World) -> Json:
    """The government body that buys; empty when the source names none."""
    name = process["nama_klpd"] or ""
    code = body_code(name, process["kd_klpd"] or "", world)
    if not code:
        return reference(parties, f"badan:{plain(name)}", name, "buyer") if name else {}
    known = world.titles.get(code, name)
    identifier = {"scheme": BODY_SCHEME, "id": code, **({"legalName": known} if known else {})}
    return reference(parties, f"{BODY_SCHEME}-{code}", known or code, "buyer", identifier=identifier)


def body_code(name: str, given: str, world: World) -> str:
    """The official code of a body: the name's own, else the given one unless that is another body's.

    A portal's list holds more bodies than the one whose code the file came with.
    """
    own = world.codes.get(plain(name), "") or world.bodies.get(name, "")
    if OFFICIAL.fullmatch(own):
        return own
    free = not name or given not in world.titles
    return given if free and OFFICIAL.fullmatch(given) else ""


def unit(parties: Parties, process: Row, world: World, body: Json) -> Json:
    """The work unit that runs the process; empty when the source names none."""
    identity = process["id_satker"]
    if identity:
        return reference(parties, f"satker:{identity}", world.units[identity], "procuringEntity")
    name = process["nama_satker"]
    return reference(parties, f"satker:{body.get('id', '')}/{name}", name, "procuringEntity") if name else {}


def supplier(parties: Parties, world: World, members: list[str], row: Row, role: str, fallback: str) -> Json:
    """The supplier that a row names, found among the process's own; as written when it is not one of them."""
    name, number = row["nama"] or "", row["kd_penyedia"] if "kd_penyedia" in row.keys() else None  # noqa: SIM118 (a Row)
    for key in ((name, number or ""), (name, ""), ("", number or "")):
        found = world.spellings.get(key, set()).intersection(members) if any(key) else set()
        if len(found) == 1:
            return known_supplier(parties, world, found.pop(), role)
    return reference(parties, f"tertulis:{fallback}", name, role) if name else {}


def known_supplier(parties: Parties, world: World, identity: str, role: str) -> Json:
    """The reference to a supplier of the release."""
    row = world.suppliers[identity]
    more: Json = {}
    if row["npwp"] and not row["perorangan"]:
        more["identifier"] = {"scheme": TAX_SCHEME, "id": row["npwp"], "legalName": row["nama"]}
    if row["kabupaten"] and not row["perorangan"]:
        more["address"] = {"region": row["kabupaten"], "countryName": "Indonesia"}
    return reference(parties, f"penyedia:{identity}", row["nama"], role, **more)
