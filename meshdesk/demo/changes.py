"""What changes in the mesh while the demo runs, every ten minutes: groups, members, topics, schemas, contracts.

When it comes and in which order stands in story/versions.py: the story itself has to know when a schema is new.
"""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from meshdesk.demo import schemas
from meshdesk.demo.groups import CAMPAIGN, PICKING, Groups
from meshdesk.demo.making import make_topic, remove_topics
from meshdesk.demo.registry import Store
from meshdesk.demo.story.event import as_json
from meshdesk.demo.story.versions import changes
from meshdesk.demo.topics import Topic
from meshdesk.demo.traffic import Traffic
from meshdesk.demo.trouble import Complaints

EXPERIMENT = "sales.experiments.baskets.v1"  # comes and goes; no contract names it
EXPERIMENTS = 40  # records that it is given
CONTRACT = Path("customers") / "ratings-given.odcs.yaml"  # below the folder of the catalogue
FIELDS_END = "slaProperties:"  # the line of that file before which its fields end


class Changes:
    """The thread that waits for the next change, from start() until stop()."""

    def __init__(
        self,
        bootstrap: str,
        store: Store,
        catalogue: Path | None,
        groups: Groups,
        traffic: Traffic,
        complaints: Complaints,
    ) -> None:
        self._bootstrap, self._store, self._catalogue = bootstrap, store, catalogue
        self._groups, self._traffic, self._complaints = groups, traffic, complaints
        self._versions = 0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, live_ms: int) -> None:
        """`live_ms` is when the story went live."""
        self._thread = threading.Thread(target=self._wait, args=(live_ms,), name="changes")
        self._thread.start()

    def stop(self) -> None:
        """No change comes any more. A second call does nothing."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def make(self, what: str) -> None:
        """Makes one change, now."""
        makers: dict[str, Callable[[], None]] = {
            "group joins": lambda: self._groups.join(CAMPAIGN),
            "group leaves": lambda: self._groups.leave(CAMPAIGN),
            "member joins": lambda: self._groups.join(PICKING),
            "member leaves": lambda: self._groups.leave(PICKING),
            "new topic": self._new_topic,
            "topic goes": lambda: [*remove_topics(self._bootstrap, [EXPERIMENT])].clear(),
            "new version": self._new_version,
        }
        makers[what]()

    def _wait(self, live_ms: int) -> None:
        for at, what in changes():
            if self._stopping.wait(max(0.0, (live_ms + at) / 1000 - time.time())):
                return
            self.make(what)

    def _new_topic(self) -> None:
        failure = make_topic(self._bootstrap, Topic(EXPERIMENT, 1))
        if failure is not None:
            self._complaints.say(f"The demo could not make the topic {EXPERIMENT}", failure)
            return
        for number in range(EXPERIMENTS):
            value = as_json({"variant": "AB"[number % 2], "baskets": number * 7 % 50, "converted": number * 3 % 11})
            self._traffic.write(EXPERIMENT, b"variant-%d" % (number % 2), value)

    def _new_version(self) -> None:
        """Ratings get one field more, in the registry and in their contract; when all are there, the contract changes alone."""
        self._versions += 1
        if self._versions <= len(schemas.ADDED):
            schemas.register_rating(self._store, self._versions)
        if self._catalogue is not None:
            path = self._catalogue / CONTRACT
            text = path.read_text("utf-8")
            new = path.with_suffix(".new")
            new.write_text(next_version(text, self._versions), "utf-8")
            os.replace(new, path)


def next_version(contract: str, number: int) -> str:
    """The text of a contract as its version 1.`number`.0, with one more field where there is one for it."""
    lines = contract.splitlines(keepends=True)
    made = [f"version: 1.{number}.0\n" if line.startswith("version: ") else line for line in lines]
    if number <= len(schemas.ADDED):
        field = f"      - name: {schemas.ADDED[number - 1]}\n        logicalType: string\n"
        end = next(place for place, line in enumerate(made) if line.startswith(FIELDS_END))
        made.insert(end, f"{field}        description: Since version 1.{number}.\n")
    return "".join(made)
