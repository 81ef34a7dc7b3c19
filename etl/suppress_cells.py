"""Cells of an additive table, the lines that tie them together, and moves: other worlds that readers cannot tell apart.

A cell is one node per dimension. In each dimension nodes form a tree (a code and its districts, a total and its parts);
one node may be split in several ways (``partition``: population by religion, by age). A line says that a cell is the
sum of its parts. What a line lacks is a cell too, which nobody publishes: the difference would give it away.

A move adds people to some cells and takes as many from others so that every line still holds. Where all cells of a
move are closed, the published cells are the same before and after it: readers cannot tell the two worlds apart. So a
closed cell that a move raises by k, no closed cell falling below one, lies for every reader in an interval that wide.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

Json = dict[str, Any]
Node = tuple[str, ...]
Cell = tuple[Node, ...]
Move = dict[Cell, int]
Vector = dict[Node, int]

REST = "\x00"
"""Last part of a node that stands for what a line lacks."""
PARTNERS = 4
"""Partners that are tried per dimension: the smallest that suffice, and half as many of the largest."""
UNBOUNDED = 1 << 60


@dataclass
class Tree:
    """One dimension: who is part of whom, and in which way of splitting."""

    parent: dict[Node, Node] = field(default_factory=dict)
    partition: dict[Node, str] = field(default_factory=dict)
    children: dict[Node, dict[str, list[Node]]] = field(default_factory=dict)

    def add(self, node: Node, parent: Node, partition: str) -> None:
        """Hang a node below another."""
        if node not in self.parent:
            self.parent[node], self.partition[node] = parent, partition
            self.children.setdefault(parent, {}).setdefault(partition, []).append(node)

    def depth(self, node: Node) -> int:
        """Steps down to the farthest leaf."""
        return max((1 + self.depth(n) for nodes in self.children.get(node, {}).values() for n in nodes), default=0)


@dataclass
class Block:
    """Cells with their values and thresholds, and the lines between them."""

    values: dict[Cell, int]
    least: dict[Cell, int]
    """Counts from 1 to one below this are small."""
    trees: list[Tree]
    lines: list[tuple[Cell, list[Cell]]] = field(default_factory=list)
    at: dict[Cell, list[int]] = field(default_factory=dict)
    """Cell -> numbers of the lines that it belongs to."""
    height: dict[Cell, int] = field(default_factory=dict)
    """How many steps lie between a cell and its smallest parts, all dimensions together."""

    @property
    def small(self) -> list[Cell]:
        """Cells that must be closed for their own sake: sums before their parts, then by name."""
        found = [cell for cell, value in self.values.items() if 0 < value < self.least[cell]]
        return sorted(found, key=lambda cell: (-self.height[cell], cell))


def names_of(dimension: Json) -> list[str]:
    """The columns of a dimension."""
    return list(dimension.get("columns") or [dimension["column"]])


def parent_of(dimension: Json, node: Node, present: set[Node]) -> tuple[Node, str] | None:
    """The node that a node is a part of, and the way of splitting; none for one that nothing contains."""
    if dimension.get("tree") == "kode":
        code = node[0]
        while "." in code:
            code = code.rpartition(".")[0]
            if (code,) in present:
                return (code,), ""
        return None
    total = dimension["total"]
    own = (*node[:-1], total)
    if node != own and own in present:
        return own, ""
    kind = node[0] if len(node) > 1 else ""
    whole = (dimension.get("of", {}).get(kind, ""), total)
    return (whole, kind) if whole in present and whole != node else None


def build_tree(dimension: Json, nodes: Iterable[Node]) -> Tree:
    """The tree of the nodes that occur."""
    tree, present = Tree(), set(nodes)
    for node in sorted(present):
        found = parent_of(dimension, node, present)
        if found:
            tree.add(node, *found)
    return tree


def build_block(values: dict[Cell, int], least: dict[Cell, int], dimensions: list[Json]) -> Block:
    """The block of some cells; cells that lines lack are added, where they are more than nothing."""
    trees = [build_tree(dim, {cell[d] for cell in values}) for d, dim in enumerate(dimensions)]
    block = Block(dict(values), dict(least), trees)
    for d, tree in enumerate(trees):
        found: dict[tuple[Cell, str], list[Cell]] = {}
        for cell in sorted(block.values):
            if cell[d] in tree.parent:
                top = put(cell, d, tree.parent[cell[d]])
                found.setdefault((top, tree.partition[cell[d]]), []).append(cell)
        for (top, partition), cells in found.items():
            if top in block.values:
                block.lines.append((top, complete(block, d, top, partition, cells)))
    for number, (top, cells) in enumerate(block.lines):
        for cell in (top, *cells):
            block.at.setdefault(cell, []).append(number)
    depths = [{node: tree.depth(node) for node in {cell[d] for cell in block.values}} for d, tree in enumerate(trees)]
    block.height = {cell: sum(depths[d][node] for d, node in enumerate(cell)) for cell in block.values}
    return block


def complete(block: Block, d: int, top: Cell, partition: str, cells: list[Cell]) -> list[Cell]:
    """The parts of a cell, with what they lack of it as one more part."""
    rest = block.values[top] - sum(block.values[cell] for cell in cells)
    if rest <= 0:  # parts that are more than the whole are the source's fault: their difference is taken as known
        return cells
    node = (*top[d], partition, REST)
    block.trees[d].add(node, top[d], partition)
    cell = put(top, d, node)
    block.values[cell], block.least[cell] = rest, max(block.least[c] for c in cells)
    return [*cells, cell]


def put(cell: Cell, d: int, node: Node) -> Cell:
    """The cell with another node in one dimension."""
    return (*cell[:d], node, *cell[d + 1 :])


def is_rest(cell: Cell) -> bool:
    """Whether a cell is what a line lacks, and so is in no published row."""
    return any(node[-1] == REST for node in cell)


def holds(values: dict[Cell, int], move: Move) -> bool:
    """Whether no cell falls below one: zeros are published, so a closed cell is known to be one at least."""
    return all(values[cell] + change >= 1 for cell, change in move.items())


def capacity(values: dict[Cell, int], move: Move, made: Move) -> int:
    """How often a move can be repeated after the changes ``made``."""
    return min((values[cell] + made.get(cell, 0) - 1 for cell, sign in move.items() if sign < 0), default=UNBOUNDED)


def consistent(block: Block, move: Move) -> bool:
    """Whether every line still holds after a move."""
    touched = {number for cell in move for number in block.at.get(cell, ())}
    for number in touched:
        top, cells = block.lines[number]
        if sum(move.get(cell, 0) for cell in cells) != move.get(top, 0):
            return False
    return True


@dataclass
class Search:
    """What moves are looked for in: a block, what is closed (grows), and what readers know for good."""

    block: Block
    closed: set[Cell]
    known: set[Cell]


def moves(search: Search, cell: Cell, rise: bool) -> Iterator[Move]:
    """Moves that raise a cell by one: one vector per dimension, multiplied out.

    With ``rise`` sums above the cell may change too, and are then closed with it.
    """
    ways = [vectors(search, d, cell, cell[d], None, rise) for d in range(len(cell))]
    for chosen in product(*ways):
        move = multiply(search, chosen)
        if move and consistent(search.block, move):
            yield move


def multiply(search: Search, chosen: tuple[Vector, ...]) -> Move:
    """The move of one vector per dimension; empty where it would touch a zero or a known cell."""
    move: Move = {}
    for parts in product(*(vector.items() for vector in chosen)):
        cell = tuple(node for node, _ in parts)
        value = search.block.values.get(cell)
        if value is None:
            continue  # no such row; where its line has others, the move does not hold and is refused
        if value < 1 or cell in search.known:
            return {}
        sign = 1
        for _, part in parts:
            sign *= part
        move[cell] = sign
    return move


def vectors(search: Search, d: int, cell: Cell, node: Node, skip: str | None, rise: bool) -> list[Vector]:
    """Ways to raise a node by one: at the cost of a sibling, or raising what it is a part of."""
    tree = search.block.trees[d]
    own = below(search, d, cell, node, 1, skip)
    if node not in tree.parent:
        return own
    siblings = tree.children[tree.parent[node]][tree.partition[node]]
    others = [v for n in partners(search, d, cell, siblings, node) for v in below(search, d, cell, n, -1, None)]
    if rise:
        others += vectors(search, d, cell, tree.parent[node], tree.partition[node], rise)
    return [{**one, **other} for one in own for other in others]


def below(search: Search, d: int, cell: Cell, node: Node, sign: int, skip: str | None) -> list[Vector]:
    """Ways to change a node and one part of it in each way of splitting, down to the leaves."""
    found: list[Vector] = [{node: sign}]
    splits = {k: v for k, v in search.block.trees[d].children.get(node, {}).items() if k != skip}
    for _, nodes in sorted(splits.items()):
        most = 2 if len(splits) == 1 else 1
        chosen = sorted(nodes, key=lambda n: (-search.block.values.get(put(cell, d, n), 0), n))[:most]
        tails = [
            v
            for n in chosen
            if search.block.values.get(put(cell, d, n), 0) > 0
            for v in below(search, d, cell, n, sign, None)
        ]
        found = [{**one, **tail} for one in found for tail in tails] or found
    return found[:4]


def partners(search: Search, d: int, cell: Cell, siblings: list[Node], own: Node) -> list[Node]:
    """Siblings that can give: the smallest that suffice alone, closed ones first, and the largest of all."""
    enough = search.block.least[cell] + 1
    sized = [(search.block.values.get(put(cell, d, n), 0), n) for n in siblings if n != own]
    fit = sorted(
        (put(cell, d, n) not in search.closed, value, n)
        for value, n in sized
        if value >= enough and put(cell, d, n) not in search.known
    )
    large = [n for _, n in sorted(sized, key=lambda found: (-found[0], found[1]))[: PARTNERS // 2]]
    return list(dict.fromkeys([*(n for _, _, n in fit[:PARTNERS]), *large]))


def cost(search: Search, move: Move) -> tuple[int, int, list[Cell]]:
    """What a move costs: cells closed for it, sums at a higher price; then their people; then a fixed order."""
    new = sorted(cell for cell in move if cell not in search.closed and not is_rest(cell))
    return sum(1 + 4 * search.block.height[c] for c in new), sum(search.block.values[c] for c in new), new


def add_up(search: Search, cell: Cell, steps: list[Move]) -> Move | None:
    """One move that raises a cell by its threshold, made of several by one, the first as often as they can."""
    missing = search.block.least[cell]
    made: Move = {}
    for step in steps:
        times = min(missing, capacity(search.block.values, step, made))
        if times > 0:
            missing -= times
            for c, sign in step.items():
                made[c] = made.get(c, 0) + sign * times
        if not missing:
            return {c: change for c, change in made.items() if change}
    return None
