"""Rates from samples: how fast the end offsets of a topic's partitions grow. Pure."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

WINDOW = 5_000  # ms; long enough that one late sample does not make a saw-tooth, short enough to be called now

Key = tuple[str, int]  # topic, partition


@dataclass(slots=True)
class Offsets:
    """The newest offsets of every partition, as sampled."""

    ends: dict[Key, deque[tuple[int, int]]] = field(default_factory=lambda: defaultdict(deque))  # (seen ms, end offset)
    beginnings: dict[Key, int] = field(default_factory=dict)

    def add(self, of: str, topic: str, partition: int, seen: int, value: int) -> None:
        """Takes one sample; `of` is "end" or "beginning", others are for others."""
        key = (topic, partition)
        if of == "beginning":
            self.beginnings[key] = value
        elif of == "end":
            window = self.ends[key]
            if window and (value < window[-1][1] or seen < window[-1][0]):
                window.clear()  # a topic made again under its name begins anew, and so does a clock that was set back
            window.append((seen, value))
            while len(window) > 2 and window[1][0] <= seen - WINDOW:
                window.popleft()


def records_of(offsets: Offsets) -> dict[str, int]:
    """Per topic: end − beginning offsets over the partitions of which both are known (an upper bound where it is compacted)."""
    found: dict[str, int] = defaultdict(int)
    for key, window in offsets.ends.items():
        if key in offsets.beginnings:
            found[key[0]] += max(0, window[-1][1] - offsets.beginnings[key])
    return dict(found)


def rates_of(offsets: Offsets) -> dict[str, float]:
    """Per topic: records per second over the window; topics sampled once only are left out, being unknown."""
    found: dict[str, float] = defaultdict(float)
    for (topic, _), window in offsets.ends.items():
        (first, low), (last, high) = window[0], window[-1]
        if last > first:
            found[topic] += (high - low) * 1000 / (last - first)
    return dict(found)
