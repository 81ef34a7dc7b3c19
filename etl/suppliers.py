"""Who the suppliers are: every spelling in the sources gets the supplier it belongs to, how, and how surely.

Order of evidence: what a person decided (``tinjauan.csv``), the checked NPWP, the portals' own numbers, the name with
its legal form, then a name that differs by one typing slip. Names never join what NPWP, form or place tell apart.
Natural persons are pseudonyms before they get here and are never joined with anything.
"""

from collections import defaultdict
from itertools import product
from typing import Any

import pyarrow as pa
from rapidfuzz import fuzz

from etl.clusters import Clusters, contradicts, differ, find, join, keep_apart, known, learn, parted
from etl.engine import Engine
from etl.errors import EtlError
from etl.identities import alias_table, gather
from etl.name_pairs import near_pairs
from etl.names import SHORTEST, Name, normalise_name, tax_payer
from etl.spellings import BY_NAME, Spelling, collect

JOINING = ("gabung", "terima")
FACTS = ("npwp", "spse", "ekatalog", "bentuk", "kabupaten")
NAMED = 0.95
"""Score of an equal name where no number confirms it."""
SAME_NAME = "nama dan bentuk usaha sama"
UNLIKE = 60.0
"""Below this likeness (0-100) of two names under one typed NPWP, one of them carries another's number."""


def penyedia_alias(tables: dict[str, pa.Table], engine: Engine) -> pa.Table:
    """Every spelling with its supplier."""
    spellings = collect(tables)
    clusters = link_spellings(spellings, tables["tinjauan_penyedia"].to_pylist(), engine)
    return alias_table(gather(spellings, clusters))


def link_spellings(spellings: list[Spelling], review: list[dict[str, Any]], engine: Engine) -> Clusters:
    """Join spellings by ever weaker evidence."""
    clusters = Clusters(list(range(len(spellings))), {fact: {} for fact in FACTS})
    apply_review(spellings, clusters, review)
    doubt_typed_numbers(spellings)
    for number, spelling in enumerate(spellings):
        if not spelling.person:
            learn(clusters, "npwp", number, spelling.payer)
            learn(clusters, "bentuk", number, spelling.form)
            learn(clusters, "kabupaten", number, spelling.place[5].casefold())
            for code in spelling.codes:
                learn(clusters, code.partition(":")[0], number, code)
    link_numbers(spellings, clusters)
    link_names(spellings, clusters)
    link_slips(spellings, clusters, engine)
    return clusters


def apply_review(spellings: list[Spelling], clusters: Clusters, review: list[dict[str, Any]]) -> None:
    """Set apart and join what people decided; decisions about spellings that this release lacks wait."""
    sides: dict[tuple[Name, str], list[int]] = defaultdict(list)
    for number, spelling in enumerate(spellings):
        if not spelling.person:
            for payer in {"", spelling.payer}:
                sides[spelling.name, payer].append(number)
    rows = sorted(review, key=lambda row: (row["tindakan"] in JOINING, sorted(map(str, row.items()))))
    for row in rows:
        one, other = (
            sides.get((normalise_name(row[f"nama_{side}"] or ""), tax_payer(row[f"npwp_{side}"] or "")), [])
            for side in ("a", "b")
        )
        if row["tindakan"] in JOINING and one and other:
            join_reviewed(spellings, clusters, [*one, *other], row)
        elif row["tindakan"] not in JOINING:
            for a, b in product(one, other):
                keep_apart(clusters, row["tindakan"], a, b)


def join_reviewed(spellings: list[Spelling], clusters: Clusters, numbers: list[int], row: dict[str, Any]) -> None:
    """Join what a person joined; refuse a review that says both."""
    for number in numbers[1:]:
        if parted(clusters, numbers[0], number, ("pisah",)):
            raise EtlError(f"tinjauan.csv: '{row['nama_a']}' dan '{row['nama_b']}' digabung sekaligus dipisah")
        if join(clusters, numbers[0], number):
            mark(spellings[number], "tinjauan", 1.0, row["alasan"])


def mark(spelling: Spelling, method: str, score: float, reason: str) -> None:
    """Say how a spelling came to its supplier."""
    spelling.method, spelling.score, spelling.reason = method, score, reason


def doubt_typed_numbers(spellings: list[Spelling]) -> None:
    """Drop an NPWP from a spelling whose name and form are wholly unlike those under which it is registered."""
    groups: dict[str, list[Spelling]] = defaultdict(list)
    for spelling in spellings:
        if spelling.payer:
            groups[spelling.payer].append(spelling)
    for group in groups.values():
        if len({spelling.name.key for spelling in group}) == 1:
            continue
        main = min(group, key=lambda s: (not s.codes, -s.count, s.place))
        unlike = [
            s for s in group if s.name.key and not s.codes and fuzz.ratio(s.name.key, main.name.key) < UNLIKE
        ]  # fmt: skip
        many = len({s.name.key for s in unlike}) > 2
        for spelling in unlike:
            if many or not (spelling.form and spelling.form == main.form):
                spelling.npwp = spelling.payer = ""
                mark(spelling, BY_NAME, 1.0, "NPWP di sumber milik nama lain; tidak dipakai")


def link_numbers(spellings: list[Spelling], clusters: Clusters) -> None:
    """Join by NPWP, then by the portals' numbers unless NPWP contradict."""
    first: dict[str, int] = {}
    for number, spelling in enumerate(spellings):
        if spelling.payer:
            root = first.setdefault(spelling.payer, number)
            if not parted(clusters, root, number, ("pisah",)):
                join(clusters, root, number)
                if spelling.method != "tinjauan":
                    mark(spelling, "npwp", 1.0, "NPWP sama")
    for number, spelling in enumerate(spellings):
        for code in spelling.codes:
            root = first.setdefault(code, number)
            if not differ(clusters, "npwp", root, number) and not parted(clusters, root, number, ("pisah",)):
                join(clusters, root, number)
                if spelling.method == BY_NAME:
                    mark(spelling, "kd_penyedia", 1.0, "nomor penyedia di portal sama")


def link_names(spellings: list[Spelling], clusters: Clusters) -> None:
    """Join equal names: within one legal form, then a name without form with the only firm of that name."""
    by_key: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, spelling in enumerate(spellings):
        if spelling.name.key and not spelling.person:
            by_key[spelling.name.key][spelling.form].append(number)
    for key in sorted(by_key):
        forms = by_key[key]
        for form in sorted(forms):
            if form or len(key) >= SHORTEST:
                attach(spellings, clusters, forms[form])
        bare = forms.get("", [])
        formed = [n for form in sorted(forms) if form for n in forms[form]]
        specific = bare and len(key) >= SHORTEST and len({find(clusters, n) for n in formed}) == 1
        if specific:
            attach(spellings, clusters, [*formed, *bare])


def attach(spellings: list[Spelling], clusters: Clusters, numbers: list[int]) -> None:
    """Join clusters of one name where it is clear to whom they belong; namesakes with own NPWP stay apart."""
    roots = sorted({find(clusters, n) for n in numbers})
    if len(roots) == 1:
        return
    rich = [root for root in roots if known(clusters, "npwp", root)]
    left = []
    for root in sorted(set(roots) - set(rich), key=lambda r: (not numbered(clusters, r), r)):
        hosts = [h for h in rich if not contradicts(clusters, h, root)]
        if len(rich) > 1:
            hosts = [h for h in hosts if known(clusters, "kabupaten", h) & known(clusters, "kabupaten", root)]
        if len(hosts) == 1:
            adopt(spellings, clusters, numbers, hosts[0], root, BY_NAME, NAMED, SAME_NAME)
        else:
            left.append(root)
    if len(rich) > 1:
        left = [root for root in left if known(clusters, "kabupaten", root)]
    attach_poor(spellings, clusters, numbers, left)


def numbered(clusters: Clusters, root: int) -> bool:
    """Whether a cluster has a number of some portal."""
    return bool(known(clusters, "spse", root) or known(clusters, "ekatalog", root))


def attach_poor(spellings: list[Spelling], clusters: Clusters, numbers: list[int], roots: list[int]) -> None:
    """Join clusters of one name that no NPWP claims: within a place, and not across different portal numbers."""
    places = {place for root in roots for place in known(clusters, "kabupaten", root)}
    buckets: dict[str, list[int]] = defaultdict(list)
    for root in roots:
        place = "".join(sorted(known(clusters, "kabupaten", root))) if len(places) > 1 else ""
        hosts = [h for h in buckets[place] if not contradicts(clusters, h, root)]
        coded = [h for h in hosts if numbered(clusters, h)]
        chosen = coded if len(coded) == 1 else [h for h in hosts if h not in coded]
        if chosen:
            adopt(spellings, clusters, numbers, chosen[0], root, BY_NAME, NAMED, SAME_NAME)
        else:
            buckets[place].append(root)


def adopt(
    spellings: list[Spelling], clusters: Clusters, numbers: list[int], host: int, root: int,
    method: str, score: float, reason: str,
) -> None:  # fmt: skip
    """Join a cluster to its host; say so on those of its spellings that nothing stronger has linked."""
    for number in numbers:
        if find(clusters, number) == find(clusters, root) and spellings[number].method != "tinjauan":
            mark(spellings[number], method, score, reason)
    join(clusters, host, root)


def link_slips(spellings: list[Spelling], clusters: Clusters, engine: Engine) -> None:
    """Join names that differ by one typing slip where one has no NPWP and only one firm is meant."""
    holders: dict[Name, list[int]] = defaultdict(list)
    for number, spelling in enumerate(spellings):
        if spelling.name.key and spelling.name.form not in ("", "KSO") and not spelling.person:
            holders[spelling.name].append(number)
    names = sorted(name for name, held in holders.items() if len({find(clusters, n) for n in held}) == 1)
    poor = [not known(clusters, "npwp", find(clusters, holders[name][0])) for name in names]
    near: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for score, one, other in near_pairs(names, poor, engine):
        near[one].append((score, other))
        near[other].append((score, one))
    for number in sorted(near):
        if not poor[number]:
            continue
        own = holders[names[number]]
        rows = [(score, holders[names[other]][0], other) for score, other in near[number]]
        hosts = {find(clusters, n) for _, n, _ in rows} - {find(clusters, own[0])}
        if len(hosts) == 1 and not contradicts(clusters, (host := hosts.pop()), own[0]):
            score, _, other = max(rows)
            reason = f"nama beda satu salah ketik dengan {' '.join((names[other].form, *names[other].core))}"
            adopt(spellings, clusters, own, host, own[0], "kecocokan", score, reason)
