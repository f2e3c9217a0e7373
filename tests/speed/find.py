"""How long a key press in the palette takes over ten thousand names of a large mesh."""

import fnmatch
import gc
import random
import time
from collections.abc import Callable
from functools import partial

from meshdesk.ui.palette import Finder, Source
from tests.speed.figures import figure, in_turn

NAMES = 10_000
QUERIES = ("s", "s.v", "payauth", "zzzz", "a e i", "v1")
ROUNDS = 9
KEY = 16.0  # ms


def main() -> None:
    """The figure find.key in ms of the processor, that of the slowest query, beside fnmatch over the same names."""
    every = names(NAMES)
    gc.freeze()  # as the window has it, once it is shown
    slowest = max(
        in_turn(ROUNDS, partial(pressed, palette, every, query), partial(pressed, globbed, every, query))
        for query in QUERIES
    )
    figure("find.key", "ms", slowest[0], slowest[1], f"<= 16 ms for each key, {NAMES:,} names", slowest[0] <= KEY)


def pressed(made: Callable[[list[str]], Callable[[str], object]], every: list[str], query: str) -> float:
    """How many ms a key takes while a query is typed, to one that has found nothing yet."""
    find = made(every)
    began = time.process_time()
    for n in range(1, len(query) + 1):
        find(query[:n])
    return 1000 * (time.process_time() - began) / len(query)


def palette(every: list[str]) -> Callable[[str], object]:
    """Ours."""
    return Finder([Source("Topics", every, print)]).find


def globbed(every: list[str]) -> Callable[[str], object]:
    """The peer: the same letters in the same order, without places and without an order of what is found."""
    return lambda query: fnmatch.filter(every, "*".join(["", *query, ""]))


def names(number: int) -> list[str]:
    """As a large mesh names its topics."""
    chance = random.Random(7)
    parts = (
        ["orders", "payments", "fraud", "shipments", "baskets", "customers", "invoices", "ledger"],
        ["placed", "authorised", "failed", "scored", "planned", "changed", "amended", "cancelled"],
    )
    return [f"{chance.choice(parts[0])}.{chance.choice(parts[1])}.{k:05d}.v{k % 9}" for k in range(number)]


if __name__ == "__main__":
    main()
