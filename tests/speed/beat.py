"""How late the window's beat is, and how much it does in a beat: with nothing collected, at 50,000 records/s, at full speed."""

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from meshdesk.demo.broker import Broker
from tests.speed.figures import figure
from tests.speed.kafka import fill, load, loaded_broker, make_topic

SECONDS = 30.0  # of each run: 900 beats
SETTLE = 6.0  # s for the window to open the topic before the load begins
RATE = 50_000  # records/s
TOLERANCE = 16.0  # ms


def main() -> None:
    """The figures beat.late and beat.work in ms at 50 k records/s, and both at full speed, reported."""
    with loaded_broker() as broker, tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        topic = make_topic(broker, "beat", 4)
        fill(broker, topic, 1000, 140)
        idle = _run(broker, topic, Path(home) / "idle.json", 0)
        busy = _run(broker, topic, Path(home) / "busy.json", RATE)
        full = _run(broker, topic, Path(home) / "full.json", 10_000_000)
        late, calm = busy["lateness_ms"]["p99"], idle["lateness_ms"]["p99"]
        figure("beat.late", "ms", late, calm, "<= 16 ms above its p99 with nothing collected", late <= calm + TOLERANCE)
        work = busy["work_ms"]["p99"]
        figure("beat.work", "ms", work, idle["work_ms"]["p99"], "p99 <= 16 ms", work <= TOLERANCE)
        figure("beat.late.full", "ms", full["lateness_ms"]["p99"], calm, "reported", None)
        figure("beat.work.full", "ms", full["work_ms"]["p99"], idle["work_ms"]["p99"], "reported", None)


def _run(broker: Broker, topic: str, report: Path, rate: int) -> dict[str, dict[str, float]]:
    words = [broker.bootstrap, "--select", topic, "--size", "1440x900", "--beat-report", str(report)]
    window = subprocess.Popen([sys.executable, "-m", "meshdesk", *words], stderr=subprocess.PIPE)
    try:
        time.sleep(SETTLE)
        with load(broker, topic, rate, 2 * SECONDS):
            time.sleep(SECONDS)
    finally:
        window.send_signal(signal.SIGTERM)
        _, words_of_stderr = window.communicate(timeout=30)
    if not report.exists():
        raise SystemExit(f"the window left no report: {words_of_stderr.decode(errors='replace')[-2000:]}")
    figures: dict[str, dict[str, float]] = json.loads(report.read_text())
    return figures


if __name__ == "__main__":
    main()
