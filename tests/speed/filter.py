"""How many captured rows a second are looked through for a plain word, in the window, beside DuckDB alone on the same bytes."""

import tempfile
from pathlib import Path

from tests.speed.captures import ROWS, TOPIC, WORD, write_orders
from tests.speed.duck import alone
from tests.speed.figures import figure, in_turn
from tests.speed.window import in_window

ROUNDS = 5
LEAST = 8_000_000  # rows/s
# As ours does: any case, in the key and in the value.
HOLDS = f"SELECT count(*) FROM records WHERE decode(value) ILIKE '%{WORD}%' OR decode(key) ILIKE '%{WORD}%'"


def main() -> None:
    """The figure filter.word in rows/s, of sealed rows, from the word to the last row looked at."""
    found: set[int] = set()
    with tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        capture = write_orders(Path(home) / "orders")

        def ours() -> float:
            report = in_window("hold", str(capture), TOPIC, WORD)
            found.add(report["rows"])
            return ROWS / float(report["seconds"])

        def theirs() -> float:
            seconds, rows = alone(capture, "key,value", HOLDS)
            found.add(rows)
            return ROWS / seconds

        rate, peer = in_turn(ROUNDS, ours, theirs)
    if len(found) != 1:
        raise SystemExit(f"They do not find the same number of records: {found}")
    figure("filter.word", "rows/s", rate, peer, ">= 8 M rows/s", rate >= LEAST)


if __name__ == "__main__":
    main()
