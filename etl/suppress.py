"""Small counts are closed (``x-suppress``): what a table of people may show, in this release and beside earlier ones.

A withheld resource holds the counts as they came; the public one that names it gets every row of it, with null for a
closed count. Closed are the small ones (1 to k-1; zero is published), and as many others as it takes that nobody can
work a small one out: neither from sums over regions, sexes, ages or any other dimension, nor from bounds (a small count
stays in an interval of at least k), nor from another version of the same block. ``docs/penutupan.md`` tells the rule,
why it holds and where it ends.

Versions of a block (``version``) are taken in their order, as if each had been published: what was closed once stays
closed, and what an earlier version shows unchanged protects nothing. A version that cannot be published beside the
earlier ones is held back whole; the version before it stays. The same rows give the same pattern.
"""

from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import Any

import pyarrow as pa

from etl.suppress_cells import (
    Block,
    Cell,
    Json,
    Move,
    Node,
    Search,
    add_up,
    build_block,
    consistent,
    cost,
    holds,
    is_rest,
    moves,
    names_of,
    put,
)

Row = dict[str, Any]
Place = tuple[str, ...]
Split = tuple[int, Node, str]
"""Dimension, node that is split, way of splitting."""
Price = tuple[int, int, list[Cell]]

REASON = "kurang dari batas terbit, atau ditutup supaya sel lain tidak dapat dihitung"
TRIES = 1_000
"""Moves that are looked at per small cell before the cheapest is taken."""


@dataclass
class Shown:
    """A version as readers may have it: its cells, the closed ones, and for each small one a move that hides it."""

    block: Block
    closed: set[Cell]
    moves: dict[Cell, Move]
    splits: set[Split] = field(default_factory=set)
    """Ways of splitting that are closed whole, because some small cell in them has no move."""
    whole: bool = False
    rows: list[Row] = field(default_factory=list)
    held_back: int = 0


def suppress(table: pa.Table, rule: Json, key: tuple[str, ...]) -> pa.Table:
    """The public table of a withheld one: its columns, the count null where closed, and why."""
    count, series = rule["count"], rule.get("series", [])
    inside = {name for dim in rule["dimensions"] for name in names_of(dim)}
    outside = [name for name in key if name not in inside and name not in series]
    blocks: dict[tuple[str, ...], list[Row]] = {}
    for row in table.to_pylist():
        blocks.setdefault(tuple(str(row[name]) for name in outside), []).append(row)
    made: list[Row] = []
    for _, rows in sorted(blocks.items()):
        for shown in publishable(rows, rule):
            made += [public_row(row, rule, shown) for row in shown.rows]
    made.sort(key=lambda row: tuple(str(row[name]) for name in key))
    added = [f"{count}_ditutup", "alasan_ditutup", "jenis_penutupan", "revisi_ditahan"]
    kinds = {f"{count}_ditutup": pa.bool_(), "revisi_ditahan": pa.int64(), count: pa.int64()}
    names = [*table.schema.names, *added]
    return pa.table({name: pa.array([row[name] for row in made], kinds.get(name, pa.string())) for name in names})


def public_row(row: Row, rule: Json, shown: Shown) -> Row:
    """A row as it is published."""
    count, cell = rule["count"], cell_of(row, rule)
    closed = cell in shown.closed and row[count] is not None
    kind = "primer" if 0 < shown.block.values.get(cell, 0) < shown.block.least.get(cell, 0) else "pelengkap"
    texts = {name: None if value is None else str(value) for name, value in row.items() if name != count}
    return texts | {
        count: None if closed else row[count],
        f"{count}_ditutup": closed,
        "alasan_ditutup": REASON if closed else "",
        "jenis_penutupan": kind if closed else "",
        "revisi_ditahan": shown.held_back,
    }


def cell_of(row: Row, rule: Json) -> Cell:
    """The cell that a row counts."""
    return tuple(tuple(str(row[name]) for name in names_of(dim)) for dim in rule["dimensions"])


def block_of(rows: list[Row], rule: Json) -> Block:
    """The cells of one version of a block."""
    filled = [row for row in rows if row[rule["count"]] is not None]
    values = {cell_of(row, rule): int(row[rule["count"]]) for row in filled}
    least = {cell_of(row, rule): threshold(row, rule) for row in filled}
    return build_block(values, least, rule["dimensions"])


def threshold(row: Row, rule: Json) -> int:
    """The count from which on a row is not small."""
    sensitive = rule.get("sensitive") or {}
    marked = bool(sensitive) and str(row[sensitive["column"]]) in sensitive["values"]
    return int(sensitive["k"] if marked else rule["k"])


def publishable(rows: list[Row], rule: Json) -> list[Shown]:
    """Of each series of a block the newest state that can be shown beside all that came before it, of any series.

    A version says what changed: cells that it does not give stay as the version before it gave them.
    """
    earlier: list[Shown] = []
    newest: dict[Place, Shown] = {}
    states: dict[Place, dict[Cell, Row]] = {}
    for (_, series), given in versions(rows, rule):
        state = states.setdefault(series, {})
        state |= {cell_of(row, rule): row for row in given if row[rule["count"]] is not None or not state}
        block = block_of(list(state.values()), rule)
        shown = hide(block, earlier)
        if shown is None and series in newest:
            newest[series].held_back += 1
            continue
        shown = shown or Shown(block, set(block.values), {}, whole=True)  # no choice of cells protects it
        shown.rows = list(state.values())
        newest[series] = shown
        earlier.append(shown)
    return [newest[series] for series in sorted(newest)]


def versions(rows: list[Row], rule: Json) -> list[tuple[tuple[str, Place], list[Row]]]:
    """The rows of a block by version and series, in the order in which they became known; a pull is one version."""
    dated = [(str(row[rule["version"]]) if "version" in rule else "", row) for row in rows]
    newest: dict[str, str] = {}
    for version, row in dated:
        pull = row.get(rule.get("pull", "")) or ""
        newest[pull] = max(newest.get(pull, ""), version)
    found: dict[tuple[str, Place], list[Row]] = {}
    for version, row in sorted(dated, key=itemgetter(0)):
        series = tuple(str(row[name]) for name in rule.get("series", []))
        pull = row.get(rule.get("pull", "")) or ""
        found.setdefault((newest[pull] if pull else version, series), []).append(row)
    return sorted(found.items())


def hide(block: Block, earlier: list[Shown]) -> Shown | None:
    """Close what must be closed; ``None`` where a small cell finds no move beside the earlier versions."""
    known = {
        cell
        for shown in earlier
        for cell, value in shown.block.values.items()
        if cell not in shown.closed and not is_rest(cell) and block.values.get(cell) == value
    }
    search = Search(
        block, {c for shown in earlier for c in shown.closed if c in block.values} | set(block.small), known
    )
    splits = {split for shown in earlier for split in shown.splits}
    inside = {cell for split in splits for cell in split_cells(block, split)}
    search.closed |= set(block.values) if any(shown.whole for shown in earlier) else inside
    if not all(hidden_still(block, known, shown, move) for shown in earlier for move in shown.moves.values()):
        return None
    chosen: dict[Cell, Move] = {}
    for cell in block.small:
        if cell in inside:
            continue
        move = cheapest(search, cell, earlier)
        if move:
            search.closed |= {c for c in move if not is_rest(c)}
            chosen[cell] = move
        elif not earlier and (split := closable(block, cell)):
            splits.add(split)
            inside |= split_cells(block, split)
            search.closed |= inside
        else:
            return None
    return Shown(block, search.closed, chosen, splits)


def cheapest(search: Search, cell: Cell, earlier: list[Shown]) -> Move | None:
    """The move that closes least; sums above the cell are touched only where nothing else helps.

    One pair of partners that can give all of k is preferred to several that give it together, unless these cost less.
    """
    for rise in (False, True):
        found: list[tuple[Price, Move]] = []
        for step in islice(moves(search, cell, rise), TRIES):
            price = cost(search, step)
            if not price[0] and (move := add_up(search, cell, [step])) and agrees(search.block, move, earlier):
                return move
            found.append((price, step))
        steps = [step for _, step in sorted(found, key=itemgetter(0))]
        alone = (move for step in steps if (move := add_up(search, cell, [step])))
        choices = [next((m for m in alone if agrees(search.block, m, earlier)), None), add_up(search, cell, steps)]
        fitting = [move for move in choices if move and agrees(search.block, move, earlier)]
        if fitting:
            return min(fitting, key=lambda move: cost(search, move))
    return None


def agrees(block: Block, move: Move, earlier: list[Shown]) -> bool:
    """Whether readers who hold earlier versions can still believe in a move.

    They may take a cell that did not change for the same people: then the move must hold in the earlier version too,
    all its cells closed there. Or no cell of it is in an earlier version with the same value.
    """
    return not earlier or bool(set.intersection(*(modes(block, move, shown) for shown in earlier)))


def modes(block: Block, move: Move, shown: Shown) -> set[str]:
    """How a move can stand beside an earlier version: ``bersama`` moving it too, ``sendiri`` leaving it alone."""
    values = shown.block.values
    found = set()
    own = {cell: sign for cell, sign in move.items() if cell in values}
    covered = all(cell in shown.closed or is_rest(cell) for cell in own)
    if own and covered and holds(values, own) and consistent(shown.block, own):
        found.add("bersama")
    if all(values.get(cell) != block.values[cell] for cell in move):
        found.add("sendiri")
    return found


def hidden_still(block: Block, known: set[Cell], shown: Shown, move: Move) -> bool:
    """Whether a move that hides a cell of an earlier version is still believable beside this one."""
    own = {cell: sign for cell, sign in move.items() if cell in block.values}
    if all(block.values[cell] != shown.block.values[cell] for cell in own):
        return True
    if len(own) < len(move) or any(block.values[cell] < 1 or cell in known for cell in own):
        return False
    return consistent(block, own) and holds(block.values, own)


def closable(block: Block, cell: Cell) -> Split | None:
    """The last way of splitting that a cell is part of, if closing it whole hides the cell; else nothing.

    Of people who are split in two groups or more, readers then know only how many they are in all: the cell may be any
    number from none to all of them, whatever the other regions and sexes hold.
    """
    for d in reversed(range(len(cell))):
        tree = block.trees[d]
        top = tree.parent.get(cell[d])
        if top is None:
            continue
        parts = tree.children[top][tree.partition[cell[d]]]
        if len(parts) > 1 and block.values.get(put(cell, d, top), 0) >= 2 * block.least[cell]:
            return d, top, tree.partition[cell[d]]
    return None


def split_cells(block: Block, split: Split) -> set[Cell]:
    """All cells of a way of splitting, in every region and sex."""
    d, top, partition = split
    tree = block.trees[d]
    inside = set(tree.children.get(top, {}).get(partition, []))
    while more := {n for n, parent in tree.parent.items() if parent in inside} - inside:
        inside |= more
    return {cell for cell in block.values if cell[d] in inside}
