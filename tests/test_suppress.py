"""Closed counts stay closed: an attacker with sums, bounds and several releases recovers none; without the protecting
cells the same attacker recovers many."""

import random
from collections import Counter

import pyarrow as pa
import pytest
from attack_counts import TOTAL, lines, recovered

from etl.descriptor_checks import check_suppress
from etl.errors import DescriptorError
from etl.suppress import REASON, suppress

GROUPS = {"agama": (0.8, 0.12, 0.06, 0.004, 0.002), "umur": (0.3, 0.3, 0.4), "ktp": (0.9, 0.1)}
OF = {"agama": "penduduk", "umur": "penduduk", "ktp": "penduduk"}
KEY = ("kode", "jk", "kel", "kat")
RULE = {
    "from": "mentah", "count": "jumlah", "k": 5, "sensitive": {"column": "kel", "k": 10, "values": ["agama"]},
    "dimensions": [
        {"column": "kode", "tree": "kode"}, {"column": "jk", "total": TOTAL},
        {"columns": ["kel", "kat"], "total": TOTAL, "of": OF},
    ],
}  # fmt: skip
DATED = {**RULE, "version": "versi", "series": ["sumber"]}


def people(seed: int, regencies: int = 3, districts: int = 4) -> dict[tuple[str, ...], int]:
    """Counts of invented people by region, sex, group and category, with all sums; rare categories are small."""
    chance = random.Random(seed)
    leaf: Counter[tuple[str, ...]] = Counter()
    for a in range(regencies):
        for b in range(districts):
            for sex in ("L", "P"):
                many = chance.randint(150, 2_500)
                leaf[f"64.{a + 1:02d}.{b + 1:02d}", sex, "penduduk", TOTAL] = many
                for group, shares in GROUPS.items():
                    for _ in range(many):
                        where = chance.choices(range(len(shares)), shares)[0]
                        leaf[f"64.{a + 1:02d}.{b + 1:02d}", sex, group, f"{group}-{where}"] += 1
    return summed(leaf)


def summed(leaf: Counter[tuple[str, ...]]) -> dict[tuple[str, ...], int]:
    """Leaves with regencies, province and both sexes."""
    found: Counter[tuple[str, ...]] = Counter()
    for (region, sex, group, category), value in leaf.items():
        for where in (region, region[:5], "64"):
            for who in (sex, TOTAL):
                found[where, who, group, category] += value
    return dict(sorted(found.items()))


def table(*versions, sumber="dkb") -> pa.Table:
    """Rows as the withheld table has them; versions are numbered."""
    return pa.Table.from_pylist(
        [
            dict(zip(KEY, cell, strict=True)) | {"jumlah": value, "versi": str(n), "sumber": sumber}
            for n, cells in enumerate(versions)
            for cell, value in cells.items()
        ]
    )


def shown(made: pa.Table) -> dict[tuple[str, ...], int | None]:
    return {tuple(row[k] for k in KEY): row["jumlah"] for row in made.to_pylist()}


def limits(cells):
    return {cell: 10 if cell[2] == "agama" else 5 for cell in cells}


def release(*versions, rule=DATED):
    return shown(suppress(table(*versions), rule, (*KEY, *rule.get("series", []))))


@pytest.mark.parametrize("seed", range(4))
def test_attacker_recovers_nothing_and_sums_still_add(seed):
    truth = people(seed)
    published = release(truth)
    assert published.keys() == truth.keys()
    assert all(value in (None, truth[cell]) for cell, value in published.items())
    small = [cell for cell, value in truth.items() if 0 < value < limits(truth)[cell]]
    assert len(small) > 10 and all(published[cell] is None for cell in small)
    assert recovered([published], OF, [truth], limits(truth)) == {"tepat": [], "sempit": []}
    whole = [line for line in lines(published, OF) if None not in map(published.get, [line[0], *line[1]])]
    assert len(whole) > 100 and all(published[top] == sum(published[c] for c in parts) for top, parts in whole)
    assert all(published[cell] is not None for cell in truth if cell[2] == "penduduk"), "people in all stay open"


@pytest.mark.parametrize("seed", range(4))
def test_same_attacker_recovers_cells_where_only_small_ones_are_closed(seed):
    truth = people(seed)
    naive = {cell: None if 0 < value < limits(truth)[cell] else value for cell, value in truth.items()}
    found = recovered([naive], OF, [truth], limits(truth))
    assert found["tepat"] and found["sempit"]
    assert all(truth[cell] == value for (_, cell), value in found["tepat"]), "what it recovers is true"


def test_bounds_are_attacked_too_not_only_equations():
    # Two small cells in one line: no equation gives either, but their sum of 3 leaves only 1 and 2.
    truth = {("64", TOTAL, "penduduk", TOTAL): 63, ("64", TOTAL, "agama", "a"): 60, ("64", TOTAL, "agama", "b"): 1,
             ("64", TOTAL, "agama", "c"): 2}  # fmt: skip
    naive = {cell: None if value < 10 else value for cell, value in truth.items()}
    found = recovered([naive], OF, [truth], limits(truth))
    assert found["tepat"] == [] and len(found["sempit"]) == 2
    published = release(truth)
    assert published["64", TOTAL, "agama", "a"] is None
    assert recovered([published], OF, [truth], limits(truth)) == {"tepat": [], "sempit": []}


def moved(truth, cells):
    """The truth with some leaves changed and all sums made anew."""
    leaf = Counter({cell: value for cell, value in truth.items() if len(cell[0]) == 8 and cell[1] != TOTAL})
    for cell, change in cells.items():
        leaf[cell] += change
    return summed(leaf)


def some(truth, group, low, high, open_in=None):
    """A leaf of a group with so many people, one that a release shows where that is asked."""
    for cell, value in truth.items():
        leaf = len(cell[0]) == 8 and cell[1] != TOTAL and cell[2] == group
        if leaf and low <= value <= high and (open_in is None or open_in[cell] is not None):
            return cell
    raise AssertionError("no such cell")


@pytest.mark.parametrize("seed", range(3))
def test_revision_that_makes_a_cell_small_is_not_read_from_the_difference(seed):
    before = people(seed)
    first = release(before)
    cell = some(before, "agama", 10, 60, first)
    loss = before[cell] - 2
    other = (*cell[:3], "agama-0")
    after = moved(before, {cell: -loss, other: loss})  # nearly all are counted elsewhere
    releases = [first, release(before, after)]
    assert releases[0][cell] is not None and 0 < after[cell] < 10
    told = [after if releases[1][other] == after[other] or releases[1][cell] is None else before]
    assert recovered(releases, OF, [before, *told], limits(after)) == {"tepat": [], "sempit": []}
    alone = [release(before), release(after)]
    found = recovered(alone, OF, [before, after], limits(after))
    assert found["tepat"] or found["sempit"], "each release safe by itself, the two together are not"


@pytest.mark.parametrize("seed", range(3))
def test_harmless_revision_is_published_and_keeps_its_closed_cells(seed):
    before = people(seed)
    leaves = [c for c in before if len(c[0]) == 8 and c[1] != TOTAL and c[2] == "umur"]
    after = moved(before, {leaves[0]: 30, (*leaves[0][:2], "umur", "umur-1"): -30})
    first, second = release(before), release(before, after)
    assert second[leaves[0]] == after[leaves[0]] != before[leaves[0]]
    assert {c for c, v in first.items() if v is None} <= {c for c, v in second.items() if v is None}
    assert recovered([first, second], OF, [before, after], limits(after)) == {"tepat": [], "sempit": []}


def test_cells_that_grow_are_not_opened_when_that_would_open_the_earlier_ones():
    before = people(1)
    cell = some(before, "agama", 3, 9)
    after = moved(before, {cell: 20, (*cell[:3], "agama-0"): -20})
    first, second = release(before), release(before, after)
    assert first[cell] is None and second[cell] is None
    assert recovered([first, second], OF, [before, after], limits(before)) == {"tepat": [], "sempit": []}


def test_revision_that_cannot_be_shown_is_counted():
    before = people(0)
    cell = some(before, "agama", 10, 60, release(before))
    after = moved(before, {cell: 2 - before[cell]})
    made = suppress(table(before, after), DATED, (*KEY, "sumber"))
    rows = made.to_pylist()
    assert {row["revisi_ditahan"] for row in rows} == {1} and {row["versi"] for row in rows} == {"0"}
    assert shown(made) == release(before)


def test_two_sources_of_the_same_people_are_protected_together():
    truth = people(2)
    other = {cell: value for cell, value in truth.items() if cell[2] in ("penduduk", "agama")}
    both = pa.concat_tables([table(truth), table(other, sumber="gis")])
    rows = suppress(both, DATED, (*KEY, "sumber")).to_pylist()
    seen = [{tuple(r[k] for k in KEY): r["jumlah"] for r in rows if r["sumber"] == s} for s in ("dkb", "gis")]
    assert [len(s) for s in seen] == [len(truth), len(other)]
    assert recovered(seen, OF, [truth, other], limits(truth)) == {"tepat": [], "sempit": []}


def test_what_a_line_lacks_is_protected_like_a_cell():
    # 1,000 must have a card, 997 do: that three do not is nobody's cell, and small.
    truth = {}
    for region, whole, done in (("64.01.01", 1_000, 997), ("64.01.02", 900, 700), ("64.01", 1_900, 1_697)):
        truth |= {(region, TOTAL, "wajib", TOTAL): whole, (region, TOTAL, "rekam", "sudah"): done}
    rule = {**RULE, "sensitive": None}
    rule["dimensions"] = [*RULE["dimensions"][:2], {**RULE["dimensions"][2], "of": {"rekam": "wajib"}}]
    published = shown(suppress(table(truth), rule, KEY))
    assert published["64.01.01", TOTAL, "rekam", "sudah"] is None
    assert published["64.01.02", TOTAL, "rekam", "sudah"] is None and published["64.01", TOTAL, "rekam", "sudah"]


def test_one_region_of_few_people_closes_what_it_must_and_no_more():
    truth = {("64", TOTAL, "penduduk", TOTAL): 3, ("64", TOTAL, "agama", "a"): 3}
    published = release(truth)
    assert set(published.values()) == {None}


def test_zero_is_published():
    truth = people(0) | {("64.01.01", "L", "agama", "tidak ada"): 0}
    assert release(truth)["64.01.01", "L", "agama", "tidak ada"] == 0


def test_pattern_depends_on_nothing_but_the_rows():
    rows = table(people(3)).to_pylist()
    random.Random(9).shuffle(rows)
    one, two = (suppress(t, DATED, (*KEY, "sumber")) for t in (table(people(3)), pa.Table.from_pylist(rows)))
    assert one.equals(two)


def test_closed_row_says_why_but_not_whether_it_is_small():
    rows = suppress(table(people(0)), DATED, (*KEY, "sumber")).to_pylist()
    closed = [row for row in rows if row["jumlah_ditutup"]]
    assert {row["alasan_ditutup"] for row in closed} == {REASON}
    assert {row["jenis_penutupan"] for row in closed} == {"primer", "pelengkap"}  # a withheld column
    assert all(row["jumlah"] is not None and row["alasan_ditutup"] == "" for row in rows if not row["jumlah_ditutup"])


def fields(*names, **more):
    return {"fields": [{"name": n, "x-privacy": more.get(n, "public")} for n in names]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"from": "terbuka"}, "withheld"),
        ({"k": 1}, "k paling sedikit 2"),
        ({"count": "banyak"}, "banyak"),
        ({"dimensions": [{"column": "jk"}]}, "tanpa tree atau total"),
        ({"kecuali": "x"}, "kecuali"),
        ({"sensitive": {"column": "tidak_ada", "k": 10, "values": []}}, "tidak_ada"),
    ],
)
def test_rule_that_would_leave_counts_open_is_refused(change, said):
    names = (*KEY, "jumlah")
    others = {
        "mentah": {"name": "mentah", "x-privacy": "withheld", "schema": fields(*names)},
        "terbuka": {"name": "terbuka", "x-privacy": "public", "schema": fields(*names)},
    }
    made = (*names, "jumlah_ditutup", "alasan_ditutup", "jenis_penutupan")
    descriptor = {"name": "hasil", "x-suppress": RULE, "schema": fields(*made, jenis_penutupan="withheld")}
    check_suppress(descriptor, others)
    with pytest.raises(DescriptorError, match=said):
        check_suppress({**descriptor, "x-suppress": {**RULE, **change}}, others)
    with pytest.raises(DescriptorError, match="jenis_penutupan"):
        check_suppress({**descriptor, "schema": fields(*made)}, others)
