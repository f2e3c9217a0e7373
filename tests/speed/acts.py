"""What a person does in the window while it is measured: one function for each script, which reports what was seen."""

import random
import time

from tests.speed.window import Act, Driven, wait

JUMPS = 300
NEAR = 40  # rows from which a place is at hand when one has been there


def jump(driven: Driven, folder: str, topic: str) -> Act:
    """The scroll bar is set to 300 places by chance, at any moment of the beat, and each time by a screen from there.

    ms until each stood on the screen: those by chance ("ms"), and those that were at hand ("near").
    """
    opened = yield from driven.open(folder)
    driven.window.open_topic(opened, topic)
    yield from driven.calm()
    bar, chance = driven.table.verticalScrollBar(), random.Random(5)
    took: dict[str, list[float]] = {"ms": [], "near": []}
    for _ in range(JUMPS):
        place = chance.randrange(bar.maximum() - NEAR)
        for kind, value in (("ms", place), ("near", place + NEAR)):
            if kind == "near":
                yield from driven.calm()
            yield from wait(chance.uniform(0.0, 0.3))
            began = time.perf_counter()
            bar.setValue(value)
            while driven.whole < began:
                yield
            took[kind].append((driven.whole - began) * 1000)
    return took
