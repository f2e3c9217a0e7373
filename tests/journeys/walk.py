"""A walk through the window, as a program: python -m tests.journeys.walk PLAN.json

PLAN.json says what is opened (`name` of a saved connection, `through` a verb that makes a mesh, or a `file`) and where to go;
what was seen on the way is written to the file `out`, as what the views say (their tables and what a screen reader hears),
so that two walks can be compared. A walk on what is live also strips back, an hour and to a moment before a topic appeared, and
saves.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from confluent_kafka.admin import AdminClient, NewTopic
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from meshdesk.model.asked import MINUTE, By
from meshdesk.model.graph import LEVELS
from meshdesk.model.lag import Lags
from meshdesk.session.opened import Opened
from meshdesk.ui import theme
from meshdesk.ui.options import Options
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.running import Running
from meshdesk.ui.views.consumers import ConsumersView
from meshdesk.ui.views.product import ProductView
from meshdesk.ui.views.throughput import ThroughputView
from meshdesk.ui.views.topology import TopologyView
from meshdesk.ui.widgets.empty import Empty
from meshdesk.ui.window import Window

SECONDS = 30.0  # for anything on a machine that is very busy
SOME = 5  # beats without anything on its way
MANY = 20  # the explorer shows what came four times a second
ROWS = 20  # of the list that are compared

Plan = dict[str, Any]
Seen = dict[str, Any]


class Shown(Window):
    """The window, which counts its beats."""

    beats = 0

    def refresh(self) -> None:
        super().refresh()
        self.beats += 1


class Walker:
    """One window, and what it is asked to do."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.window = Shown(Remembered(None), None)
        self.window.resize(1_440, 900)
        self.window.show()
        options = Options(
            files=(Path(plan["file"]),) if plan.get("file") else (),
            names=(plan["name"],) if plan.get("name") else (),
            through=tuple(plan["through"]) if plan.get("through") else None,
        )
        self.running = Running(self.window, options, lambda: None)

    @property
    def opened(self) -> Opened:
        (opened,) = self.window.session.captures
        return opened

    @property
    def topology(self) -> TopologyView:
        (view,) = self.window.findChildren(TopologyView)
        return view

    def until(self, claim: Callable[[], object], what: str | Callable[[], str]) -> None:
        """Lets the window work until it is so."""
        end = time.monotonic() + SECONDS
        while not claim():
            if time.monotonic() > end:
                said = [trouble.sentence for trouble in self.window.session.troubles]
                missing = what if isinstance(what, str) else what()
                raise SystemExit(f"not within {SECONDS:.0f} s: {missing}; troubles: {said}")
            QTest.qWait(10)

    def at_rest(self, beats: int = SOME) -> None:
        """Nothing is on its way (of what is live there always is), and the views had some beats to show what came."""
        since = self.window.beats

        def is_calm() -> bool:
            nonlocal since
            is_idle = self.window.session.idle() and self.window.frame.records.is_complete
            if self.opened.state != "live" and not is_idle:
                since = self.window.beats
            return self.window.beats - since >= beats

        self.until(is_calm, "rest")

    # On what is live

    def arrive(self) -> None:
        """Connected, and all that the plan names is there."""
        session = self.window.session
        self.until(lambda: session.captures and self.opened.state == "live", "to be connected")

        self.until(lambda: not self.unknown(), lambda: f"what is still unknown: {self.unknown()}")

    def unknown(self) -> list[str]:
        """What the plan names and the mesh does not know yet."""
        mesh, plan = self.opened.mesh, self.plan
        wanted = {
            plan["topic"]: plan["topic"] in mesh.topics,
            f"product {plan['product']}": plan["product"] in mesh.products,
            **{f"group {group}": group in mesh.groups and bool(mesh.read_by(group)) for group in plan["groups"]},
            "rates": any(topic.rate is not None for topic in self.opened.topics),
            "lags": self.opened.lags != Lags(),
        }
        return [name for name, is_known in wanted.items() if not is_known]

    def go_to_topic(self) -> None:
        """By the map: the product is selected, then its topic is opened, as a double click does."""
        self.show_topology("products")
        self.topology.map.choose(f"product {self.plan['product']}")
        about = self.topology.about
        assert about is not None
        assert self.plan["title"] in about.spoken, about.spoken
        self.show_topology("topics")
        self.topology.open(f"topic {self.plan['topic']}")
        records = self.window.frame.records
        self.until(lambda: records.topic == self.plan["topic"] and records.table.records.rows >= ROWS, "records")

    def look_at_throughput(self) -> None:
        """Something arrives by the time it is looked at, or has arrived: of all topics there is a curve."""
        seen = self.throughput("total")
        assert [row[0] for row in seen["table"]], seen

    def strip_back(self) -> int:
        """A topic appears; at the moment before it there is none of it. That moment."""
        later, opened = self.plan["later"], self.opened
        moment = time.time_ns() // 1_000_000
        bootstrap = self.plan.get("admin") or (opened.connection.bootstrap if opened.connection else "")
        admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
        admin.create_topics([NewTopic(later, 1)])[later].result(30)
        self.until(lambda: self.names(later), "the new topic in the explorer")
        self.look_at(moment)
        self.until(lambda: not self.names(later), "the mesh of before")
        assert self.names(self.plan["topic"])
        assert self.window.playhead.strip.accessibleDescription()
        self.look_at(None)
        self.until(lambda: self.names(later), "the mesh of now")
        return moment

    def an_hour_back(self) -> Seen:
        """The recording is younger than that: every view of the mesh says so, and the throughput is what was asked by time."""
        strip, moment = self.window.playhead.strip, self.plan["hour"]
        self.throughput("total")  # of as long a time wherever it stood before, so that it moves to the same minutes
        while strip.span[0] > moment:
            strip.zoom(1.4)
        self.look_at(moment)
        assert table(self.window.frame.explorer.list.model()) == [] or not self.names(self.plan["topic"])
        seen: Seen = {"throughput": self.throughput("total")}
        for name, kind in (("topology", TopologyView), ("consumers", ConsumersView), ("product", ProductView)):
            self.window.show_view(name)
            self.at_rest()
            (view,) = self.window.findChildren(kind)
            (empty,) = [part for part in view.findChildren(Empty) if part.isVisible()]
            seen[name] = empty.text
        strip.show_all()
        return seen

    def stop(self) -> None:
        self.opened.stop()
        self.until(lambda: self.opened.state == "ended", "the end of collecting")
        self.at_rest()

    def save(self) -> None:
        answers: list[str] = []
        self.opened.save(Path(self.plan["save"]), answers.append)
        self.until(lambda: answers, "the capture to be saved")
        assert answers == [""], answers

    # Anywhere

    def look_at(self, moment: int | None) -> None:
        """Where somebody drags the playhead."""
        strip = self.window.playhead.strip
        if moment is None:
            strip.go_live()
        else:
            strip.go_to(moment)
        self.until(lambda: self.opened.moment == moment, f"the moment {moment}")
        self.at_rest(MANY)
        is_observed = moment is not None and moment >= (self.opened.now.began or 0)
        if is_observed:  # live, they are counted again and again; before the recording there is nothing to count
            self.until(lambda: self.opened.pictures.is_of(self.opened.lags), "the lags of that moment")
            self.at_rest(MANY)

    def names(self, topic: str) -> bool:
        """Whether the mesh and the explorer have it."""
        model = self.window.frame.explorer.list.model()
        lines = [line[0] for line in table(model)]
        return topic in self.opened.mesh.topics and any(topic in (line or "") for line in lines)

    def show_topology(self, level: str) -> None:
        self.window.show_view("topology")
        view = self.topology
        view.show_level(LEVELS[LEVELS.index(level)])
        self.until(
            lambda: (
                view._shown[1] is not None
                and view._shown[1] is self.opened.pictures.want(self.opened.mesh, view.level)
                and view._shown[1].graph.level == level
            ),
            f"the map of {level}",
        )
        self.at_rest()
        view.map.choose("")  # what was opened before is selected, and in a file nothing was

    def everything(self, moment: int | None) -> Seen:
        """What the views say at a moment."""
        self.look_at(moment)
        seen: Seen = {"explorer": table(self.window.frame.explorer.list.model())}
        for level in LEVELS:
            self.show_topology(level)
            self.topology.show_rates(self.topology.rates)
            self.topology.table.content.show_rates(self.topology.rates)
            seen[level] = table(self.topology.table.content)
            self.topology.map.fit()
            seen[f"map of {level}"] = self.topology.map.accessibleDescription()
        seen["throughput by domain"] = self.throughput("domain")
        seen["throughput in total"] = self.throughput("total")
        seen["consumers"] = self.consumers()
        seen["product"] = self.product()
        self.show_topology("topics")
        for key in [f"group {group}" for group in self.plan["groups"]] + [f"topic {self.plan['topic']}"]:
            self.topology.map.choose(key)
            about = self.topology.about
            seen[key] = about.spoken if about else None
        seen["curve"] = self.curve()
        return seen

    def throughput(self, by: By) -> Seen:
        """The curves of five minutes; by domain there are few enough for all to have one."""
        self.window.show_view("throughput")
        (view,) = self.window.findChildren(ThroughputView)
        view.show_by(by)
        view.show_span(5 * MINUTE)
        self.until(
            lambda: view._drawn is not None and view._drawn.asked.by == by and view.table.content.rows,
            f"the throughput by {by}",
        )
        self.at_rest()
        view.plot.choose("")
        return {"table": table(view.table.content), "plot": view.plot.accessibleDescription()}

    def consumers(self) -> list[list[str]]:
        self.window.show_view("consumers")
        (view,) = self.window.findChildren(ConsumersView)
        self.until(lambda: len(view.table.content.lines) >= len(self.plan["groups"]), "the groups")
        self.at_rest()
        return table(view.table.content)

    def product(self) -> Seen:
        """The page of the product: its figures, ports, readers, promises and fields."""
        self.window.open_product(self.opened, self.plan["product"])
        (view,) = self.window.findChildren(ProductView)
        self.until(lambda: view.ports.isVisible(), "the page of the product")
        self.at_rest()
        sheets = {"ports": view.ports, "readers": view.readers, "fields": view.fields, "promises": view.promises}
        said = {"head": view.head.accessibleName(), "figures": view.figures.accessibleName()}
        return {**said, **{name: table(sheet.content) for name, sheet in sheets.items()}}

    def record(self) -> Seen:
        """The list of the topic and the record that is taken apart."""
        self.window.open_topic(self.opened, self.plan["topic"])
        self.at_rest()
        records = self.window.frame.records
        self.until(lambda: records.table.records.rows >= ROWS, "records")
        records.table.choose(self.plan.get("row", 0))
        self.until(lambda: self.opened.chosen.details is not None, "the record taken apart")
        self.at_rest()
        first = records.table.records.first
        rows = [self.opened.lists.row(self.plan["topic"], first + k) for k in range(3)]
        return {"rows": repr(rows), "details": repr(self.opened.chosen.details)}

    def curve(self) -> list[list[float]]:
        """How much every topic grew, in ten parts of the time that was recorded."""
        tracks = self.opened.tracks
        assert tracks is not None
        span = tracks.span
        assert span is not None
        import numpy as np  # after the first paint, as in the window

        edges = np.linspace(span[0], span[1], 11).astype(np.int64)
        keys = [("end", *key) for key in sorted(tracks.keys("end"))]
        return [[round(float(value), 6) for value in row] for row in tracks.grown(keys, edges).tolist()]


def table(model: QAbstractItemModel) -> list[list[str]]:
    """All cells, as a screen reader hears them."""
    role = Qt.ItemDataRole.AccessibleTextRole
    rows = model.rowCount(QModelIndex())
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
    return [[str(model.data(model.index(row, column), role)) for column in range(columns)] for row in range(rows)]


def main(words: Sequence[str]) -> int:
    plan: Plan = json.loads(Path(words[0]).read_text("utf-8"))
    app = QApplication(["walk"])
    theme.load_fonts()
    theme.apply(app, "light")
    walker = Walker(plan)
    try:
        is_file = bool(plan.get("file"))
        if is_file:
            walker.until(lambda: walker.window.session.captures and walker.opened.state == "ended", "the file")
            moment = plan["moment"]
        else:
            walker.arrive()
            walker.go_to_topic()
            walker.record()
            assert plan["title"] in walker.product()["head"]
            walker.look_at_throughput()
            plan["hour"] = time.time_ns() // 1_000_000 - 60 * MINUTE
            walker.an_hour_back()
            walker.look_at(None)
            moment = walker.strip_back()
            walker.stop()
        walker.at_rest()
        seen = {
            "record": walker.record(),
            "hour": walker.an_hour_back(),
            "then": walker.everything(moment),
            "now": walker.everything(None),
        }
        walker.show_topology("products")
        walker.topology.map.fit()
        walker.at_rest()
        assert walker.window.grab().save(plan["picture"], "PNG")
        if not is_file:
            walker.save()
        troubles = [trouble.sentence for trouble in walker.window.session.troubles]
        Path(plan["out"]).write_text(
            json.dumps({"moment": moment, "hour": plan["hour"], "seen": seen, "troubles": troubles}), "utf-8"
        )
    finally:
        walker.running.end()
        walker.window.close()
        app.processEvents()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
