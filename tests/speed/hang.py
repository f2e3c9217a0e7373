"""What a decoder that hangs costs: how soon the other rows are there, once the process that it held was ended."""

import os
import tempfile
import time
from pathlib import Path

from meshdesk.model.frame import Message
from tests.programs.explain.test_plugins import HANGS, installed
from tests.programs.session.serving import Role, values
from tests.speed.figures import figure, median
from tests.unit.capture.making import Rec, made_capture

SCREEN = 40  # rows
HUNG = 7  # the one whose decoder hangs
ROUNDS = 9  # of a deadline of some 2 s each
BEAT = 0.033  # s, as the window's
NEXT = 300.0  # ms


def main() -> None:
    """The figures hang.next and hang.half in ms, the longest and the median: from the end of a process to all rows of the screen."""
    with tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        os.environ["PYTHONPATH"] = installed(Path(home), HANGS, "hanging_plugin")["PYTHONPATH"]
        records = [Rec(0, k, value=b"hang" if k == HUNG else b"%d" % k) for k in range(SCREEN)]
        capture = made_capture(Path(home) / "capture", {"t": [records]})
        took = [_after_the_end(capture) for _ in range(ROUNDS)]
    figure("hang.next", "ms", max(took), None, "<= 300 ms", max(took) <= NEXT)
    figure("hang.half", "ms", median(took), None, "reported", None)


def _after_the_end(capture: Path) -> float:
    """ms from the last end of a process at its deadline to the answer that holds all rows, seen at beats."""
    with Role("look") as look:
        look.explainers.open(1, str(capture))
        look.warm()
        look.answer(do="rows", first=0, count=HUNG)
        answers: list[Message] = look.ask(do="rows", first=0, count=SCREEN)
        killed, ended = 0, 0.0
        while not answers:
            time.sleep(BEAT)
            look.beat()
            if look.explainers.killed > killed:
                killed, ended = look.explainers.killed, time.perf_counter()
        took = (time.perf_counter() - ended) * 1000
    rows = values(answers[0])
    if len(rows) != SCREEN or "took longer than 2 s" not in rows[HUNG] or rows[HUNG + 1] != str(HUNG + 1):
        raise SystemExit(f"the rows are not as they should be: {rows}")
    return took


if __name__ == "__main__":
    main()
