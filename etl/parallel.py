"""Both cores for a chain of batches: a few are worked on side by side, and come out in the order they came in."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import TypeVar

Work = TypeVar("Work")
Result = TypeVar("Result")
WORKERS = 2


def in_order(work: Callable[[Work], Result], items: Iterable[Work]) -> Iterator[Result]:
    """Work on a few items side by side and yield the results in the order of the items; on one item alone at once."""
    rest = iter(items)
    first = list(islice(rest, 2))
    if len(first) < 2:
        yield from map(work, first)
        return
    with ThreadPoolExecutor(WORKERS) as pool:
        waiting: deque[Future[Result]] = deque()
        for item in chain(first, rest):
            waiting.append(pool.submit(work, item))
            if len(waiting) > WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
