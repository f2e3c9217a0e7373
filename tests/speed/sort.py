"""How long ten million rows take to be sorted by a click on a column's head, beside DuckDB alone on the same bytes."""

import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.speed.captures import ROWS, TOPIC, write_orders
from tests.speed.duck import alone
from tests.speed.figures import figure
from tests.speed.window import Report, in_window

ROUNDS = 3
NUMBER = 3.0  # s
KEY = 10.0  # s
FIRST = 1.0  # s
LATE = 33.0  # ms
# The numbers of the rows in their new order, which is what ours makes. Its answer is how many there are.
ORDER = "CREATE TABLE places AS SELECT n FROM (SELECT {0}, row_number() OVER () AS n FROM records) ORDER BY {0}"


def main() -> None:
    """The figures sort.time, sort.key and the first screen of each, sort.first and sort.first.key, in s; and sort.late, the latest
    beat of all rounds, in ms."""
    by_time: list[Report] = []
    by_key: list[Report] = []
    theirs: dict[str, list[float]] = {"timestamp": [], "key": []}
    with tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        capture = write_orders(Path(home) / "orders")
        for _ in range(ROUNDS):
            for column, reports in (("timestamp", by_time), ("key", by_key)):
                reports.append(in_window("sort", str(capture), TOPIC, column))
                seconds, rows = alone(capture, column, ORDER.format(column))
                theirs[column].append(seconds)
                if rows != ROWS:
                    raise SystemExit(f"DuckDB sorted {rows} rows")
    took = _median(by_time, "all")
    figure("sort.time", "s", took, statistics.median(theirs["timestamp"]), "<= 3 s", took <= NUMBER)
    for name, reports in (("sort.first", by_time), ("sort.first.key", by_key)):
        first = _median(reports, "first")
        figure(name, "s", first, None, "first screen of the new order <= 1 s", first <= FIRST)
    keyed, told = _median(by_key, "all"), min(report["told"] for report in by_key)
    figure("sort.key", "s", keyed, statistics.median(theirs["key"]), "<= 10 s with progress", keyed <= KEY and told > 1)
    late = max(report["late"] for report in (*by_time, *by_key))
    figure("sort.late", "ms", late, None, "no beat later than 33 ms", late <= LATE)


def _median(reports: Sequence[Report], name: str) -> float:
    return statistics.median(float(report[name]) for report in reports)


if __name__ == "__main__":
    main()
