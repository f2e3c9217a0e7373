"""How much memory the window and its child programs hold, looked at while they run."""

import time
from collections import defaultdict
from contextlib import suppress

import psutil

CHILDREN = ("collect", "look", "work")
EVERY = 0.2  # s between two looks


class Resident:
    """Resident sizes by program: "window" and CHILDREN, of which two may run; then it is the larger one's."""

    def __init__(self) -> None:
        self.sizes: dict[str, list[tuple[float, float]]] = defaultdict(list)  # (s, MB)
        self._due = 0.0

    def look(self, pid: int) -> None:
        """Takes the sizes of now, unless it was done a moment ago. `pid` is the window's."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + EVERY
        with suppress(psutil.Error):  # one of them has just ended
            window = psutil.Process(pid)
            found = {"window": window.memory_info().rss}
            for child in window.children():
                words = child.cmdline()
                for name in CHILDREN:
                    if name in words:
                        found[name] = max(found.get(name, 0), child.memory_info().rss)
            for name, size in found.items():
                self.sizes[name].append((now, size / 1e6))

    def peak(self, name: str) -> float:
        """MB."""
        return max((size for _, size in self.sizes[name]), default=0.0)

    def slope(self, name: str) -> float:
        """MB a minute, over the second half of what was seen: in the first one caches fill."""
        seen = self.sizes[name][len(self.sizes[name]) // 2 :]
        if len(seen) < 2:
            return 0.0
        middle, mean = (sum(column) / len(seen) for column in zip(*seen, strict=True))
        spread = sum((when - middle) ** 2 for when, _ in seen)
        return float(60 * sum((when - middle) * (size - mean) for when, size in seen) / spread)
