"""Pictures of every view of the recorded demo, light and dark, into resources/pictures: what the README shows.

Run by `make screenshots`, which sets up what it needs. Each picture is a run of the program as its users start it, offscreen, so
that they are the same on every machine. `record` and `past` are views in a state of their own.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from meshdesk.ui.views import VIEWS

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "resources" / "pictures"
FILE = ROOT / "resources" / "demo" / "demo.meshcap"
SIZE = "1440x900"
TOPIC = "sales.orders.placed.v1"  # whose records say most
WITHOUT_FILE = ("start", "settings", "help")  # views that take the page for themselves
PAST = "20s"  # before the end of the recording


def runs() -> Iterator[tuple[str, list[str]]]:
    """The name of each picture, and what the program is started with for it."""
    for view in VIEWS:
        yield view, ["--view", view, *([] if view in WITHOUT_FILE else [str(FILE), "--select", TOPIC])]
    yield "record", ["--view", "records", str(FILE), "--select", f"{TOPIC}[0]@{_first_offset()}"]
    yield "past", ["--view", "topology", str(FILE), "--select", TOPIC, "--at", PAST]


def main() -> int:
    """Takes them all; how many could not be taken."""
    PICTURES.mkdir(exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="meshdesk-pictures-") as home:
        folders = {f"MESHDESK_{name}": str(Path(home) / name) for name in ("CONFIG", "STATE", "CAPTURES")}
        environment = {**os.environ, **folders, "QT_QPA_PLATFORM": "offscreen", "TZ": "UTC"}
        for name, words in runs():
            for theme in ("light", "dark"):
                out = PICTURES / f"{name}-{theme}.png"
                line = [sys.executable, "-m", "meshdesk", *words, "--theme", theme, "--size", SIZE]
                done = subprocess.run([*line, "--screenshot", str(out)], env=environment, cwd=ROOT)
                failed += done.returncode != 0
                sys.stderr.write(
                    f"{out.relative_to(ROOT)}\n" if not done.returncode else f"{name} {theme}: no picture\n"
                )
    return failed


def _first_offset() -> str:
    """A record of the topic that is in the file: the demo is recorded anew now and then."""
    line = [sys.executable, "-m", "meshdesk", "read", str(FILE), "--json"]
    said = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    records = [json.loads(one) for one in said.splitlines() if TOPIC in one]
    return str(max(record["offset"] for record in records if record["topic"] == TOPIC and record["partition"] == 0))


if __name__ == "__main__":
    sys.exit(main())
