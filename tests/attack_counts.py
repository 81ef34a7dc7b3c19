"""Somebody who wants the closed counts back: all they can do with published cells, and a little more.

They know how the cells add up, that counts are never negative and that a closed one is at least 1, and hold every
release. They are even told which cells did not change between two versions, which real readers can only suspect.
Written apart from ``etl/suppress.py``: nothing of it is used here.
"""

from collections import defaultdict
from fractions import Fraction

import numpy as np

Cells = dict[tuple[str, ...], int | None]
"""(region, sex, group, category) -> published count, or nothing where it is closed."""
Line = tuple[tuple[str, ...], list[tuple[str, ...]]]
TOTAL = "jumlah"


def lines(cells: Cells, of: dict[str, str]) -> list[Line]:
    """Every sum that the published rows are known to keep: regions, sexes, and groups of a whole."""
    found: dict[tuple[tuple[str, ...], str], list[tuple[str, ...]]] = defaultdict(list)
    for cell in cells:
        region, sex, group, category = cell
        if "." in region:
            found[(region.rpartition(".")[0], sex, group, category), "wilayah"].append(cell)
        if sex != TOTAL:
            found[(region, TOTAL, group, category), "kelamin"].append(cell)
        if group in of and category != TOTAL:
            found[(region, sex, of[group], TOTAL), group].append(cell)
    return [(top, parts) for (top, _), parts in sorted(found.items()) if top in cells]


def unknowns(releases: list[Cells], same: list[set[tuple[str, ...]]]) -> dict[tuple[int, tuple[str, ...]], object]:
    """(release, cell) -> its count where some release tells it, else its name; ``same`` ties a cell to the one before."""
    name: dict[tuple[int, tuple[str, ...]], object] = {}
    for number, cells in enumerate(releases):
        for cell, value in cells.items():
            tied = bool(number) and cell in same[number - 1] and cell in releases[number - 1]
            name[number, cell] = value if value is not None else name[number - 1, cell] if tied else (number, cell)
    for number in range(len(releases) - 1, 0, -1):  # what a later release shows is true of the earlier one too
        for cell in same[number - 1]:
            if isinstance(name.get((number, cell)), int) and (number - 1, cell) in name:
                name[number - 1, cell] = name[number, cell]
    return name


def equations(
    releases: list[Cells], of: dict[str, str], same: list[set[tuple[str, ...]]]
) -> list[tuple[dict[object, int], int]]:
    """Every sum of every release as ``{unknown: factor}, constant``."""
    name = unknowns(releases, same)
    made = []
    for number, cells in enumerate(releases):
        for top, parts in lines(cells, of):
            row: dict[object, int] = defaultdict(int)
            constant = 0
            for factor, cell in [(-1, top), *((1, part) for part in parts)]:
                known = name[number, cell]
                if isinstance(known, int):
                    constant -= factor * known
                else:
                    row[known] += factor
            row = {unknown: factor for unknown, factor in row.items() if factor}
            if row:
                made.append((row, constant))
    return made


def solved(rows: list[tuple[dict[object, int], int]]) -> dict[object, int]:
    """Unknowns that linear algebra alone gives away: exact elimination, rows with one unknown left."""
    reduced: dict[object, tuple[dict[object, Fraction], Fraction]] = {}
    for given, constant in rows:
        row = {unknown: Fraction(factor) for unknown, factor in given.items()}
        right = Fraction(constant)
        row, right = without(row, right, reduced)
        if not row:
            continue
        pivot = min(row, key=str)
        factor = row[pivot]
        row, right = {u: f / factor for u, f in row.items()}, right / factor
        for other, (old, old_right) in list(reduced.items()):
            if pivot in old:
                times = old[pivot]
                new = {u: old.get(u, Fraction(0)) - times * row.get(u, Fraction(0)) for u in {*old, *row}}
                reduced[other] = {u: f for u, f in new.items() if f}, old_right - times * right
        reduced[pivot] = row, right
    return {pivot: int(right) for pivot, (row, right) in reduced.items() if len(row) == 1}


def without(row, right, reduced):
    """The row with every pivot of the reduced ones taken out."""
    for pivot in [u for u in row if u in reduced]:
        times = row.get(pivot, Fraction(0))
        if times:
            other, other_right = reduced[pivot]
            new = {u: row.get(u, Fraction(0)) - times * other.get(u, Fraction(0)) for u in {*row, *other}}
            row, right = {u: f for u, f in new.items() if f}, right - times * other_right
    return row, right


def components(rows: list[tuple[dict[object, int], int]]) -> list[list[tuple[dict[object, int], int]]]:
    """Equations that share no unknown, apart."""
    parent: dict[object, object] = {}

    def root(x: object) -> object:
        while parent.setdefault(x, x) != x:
            x = parent[x]
        return x

    for row, _ in rows:
        first, *rest = row
        for other in rest:
            parent[root(other)] = root(first)
    found = defaultdict(list)
    for row, constant in rows:
        found[root(next(iter(row)))].append((row, constant))
    return list(found.values())


def intervals(rows, wanted) -> dict[object, tuple[float, float]]:
    """The least and the greatest value that each wanted unknown can have, all unknowns at least 1: linear programmes."""
    found = {}
    for group in components(rows):
        unknowns = sorted({u for row, _ in group for u in row}, key=str)
        asked = [u for u in unknowns if u in wanted]
        if not asked:
            continue
        place = {u: i for i, u in enumerate(unknowns)}
        a, b = np.zeros((len(group), len(unknowns))), np.zeros(len(group))
        for i, (row, constant) in enumerate(group):
            for u, factor in row.items():
                a[i, place[u]] = factor
            b[i] = constant - sum(row.values())  # every unknown is 1 and what it has more
        start = vertex(a, b)
        for u in asked:
            goal = np.zeros(len(unknowns))
            goal[place[u]] = 1
            found[u] = 1 + extreme(start, goal, -1), 1 + extreme(start, goal, 1)
    return found


def vertex(a, b):
    """A first tableau (phase one of the simplex method) of ``a x = b, x >= 0``."""
    a, b = a * np.where(b < 0, -1, 1)[:, None], np.abs(b)
    rows, columns = a.shape
    tableau = np.hstack([a, np.eye(rows), b[:, None]])
    basis = list(range(columns, columns + rows))
    cost = np.hstack([-a.sum(0), np.zeros(rows), [-b.sum()]])
    pivoted(tableau, basis, cost, columns)
    assert abs(cost[-1]) < 1e-6, "published cells contradict each other"
    keep = []
    for i, variable in enumerate(basis):
        if variable >= columns:
            free = np.flatnonzero(np.abs(tableau[i, :columns]) > 1e-9)
            if len(free):
                turn(tableau, basis, cost, i, int(free[0]))
                keep.append(i)
        else:
            keep.append(i)
    return np.hstack([tableau[keep, :columns], tableau[keep, -1:]]), [basis[i] for i in keep]


def extreme(start, goal, sign) -> float:
    """The least (sign -1) or greatest (sign 1) value of a goal; infinite where nothing bounds it."""
    tableau, basis = start[0].copy(), list(start[1])
    cost = np.append(-sign * goal, 0.0)
    for i, variable in enumerate(basis):
        cost -= cost[variable] * tableau[i]
    return sign * cost[-1] if pivoted(tableau, basis, cost, tableau.shape[1] - 1) else sign * float("inf")


def pivoted(tableau, basis, cost, columns) -> bool:
    """Simplex steps by Bland's rule until nothing is to be gained; ``False`` where the goal has no bound."""
    while True:
        better = np.flatnonzero(cost[:columns] < -1e-9)
        if not len(better):
            return True
        column = int(better[0])
        up = np.flatnonzero(tableau[:, column] > 1e-9)
        if not len(up):
            return False
        ratios = tableau[up, -1] / tableau[up, column]
        least = ratios.min()
        row = min((int(i) for i, r in zip(up, ratios, strict=True) if r <= least + 1e-9), key=lambda i: basis[i])
        turn(tableau, basis, cost, row, column)


def turn(tableau, basis, cost, row, column) -> None:
    """Let one variable enter the basis in place of another."""
    tableau[row] /= tableau[row, column]
    factors = tableau[:, column].copy()
    factors[row] = 0
    tableau -= np.outer(factors, tableau[row])
    cost -= cost[column] * tableau[row]
    basis[row] = column


def recovered(releases, of, truths, thresholds) -> dict[str, list[object]]:
    """What the attacker finds: cells of exact value, and small cells within an interval narrower than their k."""
    same = [{c for c in new if c in old and new[c] == old[c]} for old, new in zip(truths, truths[1:], strict=False)]
    rows = equations(releases, of, same)
    exact = solved(rows)
    small = {
        (n, c)
        for n, truth in enumerate(truths)
        for c, value in truth.items()
        if c in releases[n] and releases[n][c] is None and 0 < value < thresholds[c]
    }
    narrow = []
    for unknown, (least, most) in intervals(rows, small).items():
        if most - least < thresholds[unknown[1]] - 1e-6:
            narrow.append((unknown, least, most))
    return {"tepat": sorted(exact.items(), key=str), "sempit": narrow}
