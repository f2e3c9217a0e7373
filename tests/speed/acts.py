"""What a person does in the window while it is measured: one function for each script, which reports what was seen."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from meshdesk.model import curves
from meshdesk.model.asked import SPANS
from meshdesk.model.graph import LEVELS, Level
from meshdesk.session.connection import Connection
from meshdesk.ui.views.throughput import ThroughputView
from meshdesk.ui.views.topology import TopologyView
from meshdesk.ui.widgets.inspector import BYTES, SCHEMA, TEXT, TREE
from meshdesk.ui.widgets.record_lines import COLUMNS
from meshdesk.ui.widgets.records_bar import STARTS
from tests.speed.window import Act, Driven, wait

JUMPS = 300
NEAR = 40  # rows from which a place is at hand when one has been there
DRAGS = 2_000  # places at which the scroll bar is seen while it is dragged over the whole list
PANS = 600  # pans and zooms of a map
PLOTS = 150  # paints of a plot
UPDATES = 120  # of all its rates
FRAMES = 300  # of a drag of the time strip, and of curves that move on
UNFOLDED = 40  # lines of a tree that are looked at
LOOK = 0.5  # s that somebody who drags it waits for rows at most


def jump(driven: Driven, folder: str, topic: str) -> Act:
    """The scroll bar is set to 300 places by chance, at any moment of the beat, and each time by a screen from there.

    ms until each stood on the screen: those by chance, whole ("ms") and with their columns ("columns"), and those that were
    at hand ("near").
    """
    opened = yield from driven.open(folder)
    driven.window.open_topic(opened, topic)
    yield from driven.calm()
    bar, chance = driven.table.verticalScrollBar(), random.Random(5)
    took: dict[str, list[float]] = {"ms": [], "columns": [], "near": []}
    for _ in range(JUMPS):
        place = chance.randrange(bar.maximum() - NEAR)
        for kind, value in (("ms", place), ("near", place + NEAR)):
            if kind == "near":
                yield from driven.calm()
            yield from wait(chance.uniform(0.0, 0.3))
            began = time.perf_counter()
            bar.setValue(value)
            while driven.columns < began:
                yield
            if kind == "ms":
                took["columns"].append((driven.columns - began) * 1000)
            while driven.whole < began:
                yield
            took[kind].append((driven.whole - began) * 1000)
    return took


def sort(driven: Driven, folder: str, topic: str, column: str) -> Act:
    """A click on a column's head.

    s until the first screen of the new order stood there ("first"), and until all of it was made and stood there ("all");
    how late the beat was meanwhile at most ("late", ms), and how often it was said how far it is ("told").
    """
    opened = yield from driven.open(folder)
    driven.window.open_topic(opened, topic)
    driven.window.frame.records.table.verticalScrollBar().setValue(0)
    yield from driven.calm()
    yield from driven.stands_by()
    driven.beat.lateness.clear()
    place = next(place for place, known in enumerate(COLUMNS) if known.by == column)
    head = driven.table.horizontalHeader()
    at = QPoint(head.sectionViewportPosition(place) + head.sectionSize(place) // 2, head.height() // 2)
    began = time.perf_counter()
    QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=at)
    order = opened.lists.order(driven.window.frame.records.list)
    if order is None or order.listing.by != column:
        raise SystemExit(f"the click on {column} sorted nothing")
    first, told = 0.0, set()
    while not order.is_made:
        told.add(order.done)
        if not first and driven.whole > began and driven.table.records.rows:
            first = driven.whole - began
        yield
    late = driven.beat.lateness.max
    made = time.perf_counter()
    while driven.whole < made or not driven.window.session.idle():
        driven.table.viewport().update()
        yield
    return {"first": first or driven.whole - began, "all": driven.whole - began, "late": late, "told": len(told) - 1}


def hold(driven: Driven, folder: str, topic: str, word: str) -> Act:
    """A word is typed into the filter: s until all rows were looked at ("seconds"), and how many hold it ("rows")."""
    opened = yield from driven.open(folder)
    driven.window.open_topic(opened, topic)
    yield from driven.calm()
    yield from driven.stands_by()
    began = time.perf_counter()
    driven.window.frame.records.hold(word)
    order = opened.lists.order(driven.window.frame.records.list)
    if order is None or order.listing.word != word:
        raise SystemExit(f"“{word}” filtered nothing")
    while not order.is_made:
        yield
    return {"seconds": time.perf_counter() - began, "rows": order.rows}


def look_in(driven: Driven, folder: str, topic: str) -> Act:
    """A capture is opened once the window is at rest: s until its topics are there, and until a list of records is ("list")."""
    yield from wait(2.0)  # the programs that serve the window have started, as they have when somebody opens a file
    began = time.perf_counter()
    opened = yield from driven.open(folder)
    seconds = time.perf_counter() - began
    driven.window.open_topic(opened, topic)
    while driven.whole < began:
        yield
    return {"seconds": seconds, "list": driven.whole - began}


def scroll_and_follow(driven: Driven, bootstrap: str, topic: str, rows: str, seconds: str, mark: str) -> Act:
    """A topic of so many rows is read from its beginning, the whole list scrolled, and its tail followed for so many seconds.

    The file `mark` is made when the list was scrolled: whoever produces begins then. Reports the rows of both parts.
    """
    opened = driven.window.session.connect(Connection(bootstrap))
    while opened.state != "live" or topic not in {known.name for known in opened.topics}:
        yield
    view, bar = driven.window.frame.records, driven.table.verticalScrollBar()
    driven.window.open_topic(opened, topic)
    view.read_from(*STARTS[0])
    while opened.lists.rows(topic) < int(rows):
        yield
    collected = opened.lists.rows(topic)
    bar.setValue(0)  # the reader takes the scroll bar; the list follows no more
    for place in range(0, bar.maximum(), bar.maximum() // DRAGS):
        bar.setValue(place)
        began, until = time.perf_counter(), time.monotonic() + LOOK
        while driven.whole < began and time.monotonic() < until:
            yield
    Path(mark).touch()
    view.follow(True)
    until = time.monotonic() + float(seconds)
    while time.monotonic() < until:
        yield
    return {"collected": collected, "followed": opened.lists.rows(topic) - collected}


def follow_and_save(driven: Driven, bootstrap: str, topic: str, seconds: str, mark: str, target: str) -> Act:
    """A topic is followed for so many seconds, then collecting is stopped and the capture saved to a file.

    The file `mark` is made when it is not followed any more. Reports the rows that arrived and in how many seconds, and how
    many of them are kept.
    """
    opened = driven.window.session.connect(Connection(bootstrap))
    while opened.state != "live" or topic not in {known.name for known in opened.topics}:
        yield
    driven.window.open_topic(opened, topic)
    while not opened.lists.rows(topic):
        yield
    began = time.monotonic()
    yield from wait(float(seconds))
    rows, took = opened.lists.rows(topic), time.monotonic() - began
    Path(mark).touch()
    opened.stop()
    while opened.state == "live" or not driven.window.session.idle():
        yield
    said: list[str] = []
    opened.save(Path(target), said.append)
    while not said:
        yield
    if said[0]:
        raise SystemExit(said[0])
    return {"rows": rows, "seconds": took, "kept": opened.lists.rows(topic) - opened.lists.first(topic)}


def connect(driven: Driven, bootstrap: str, topics: str) -> Act:
    """A person has written the brokers and presses Connect: s until so many topics stand in the explorer ("seconds")."""
    yield from wait(2.0)  # the programs that serve the window have started, as they have when somebody has typed
    start, explorer = driven.window.start, driven.window.frame.explorer
    start.bootstrap.setText(bootstrap)
    drawn = _Drawn(explorer.list.viewport())
    began = time.perf_counter()
    QTest.mouseClick(start.connect_button, Qt.MouseButton.LeftButton)
    while sum(entry.kind == "topic" for entry in explorer.list.topics.entries) < int(topics):
        yield
    filled = time.perf_counter()
    while drawn.at < filled:
        explorer.list.viewport().update()
        yield
    return {"seconds": drawn.at - began}


def palette(driven: Driven, folder: str, rounds: str) -> Act:
    """The palette is opened, words are typed into it, the arrow keys are pressed, and all is taken back, letter by letter.

    ms from each key until what it found stood on the screen ("ms"), and how many entries there were ("entries").
    """
    yield from driven.open(folder)
    window, took, chance = driven.window, [], random.Random(3)
    yield from driven.calm()
    entries = sum(len(opened.topics) for opened in window.session.captures)
    window.open_palette()
    assert window.palette_box is not None
    box = window.palette_box
    box.close_again()
    drawn = _Drawn(box.list.viewport(), box.field)  # where nothing is found, only the field changes
    for _ in range(int(rounds)):
        word = chance.choice(
            ["orders", "pay auth", "s.v1", "fraud.scored", "lcv3", "zzzz", "a e o", "cust0042", "theme"]
        )
        typed = [Qt.Key(ord(letter.upper())) for letter in word]
        for key in (None, *typed, Qt.Key.Key_Down, Qt.Key.Key_PageDown, *([Qt.Key.Key_Backspace] * len(word))):
            yield from wait(chance.uniform(0.0, 0.05))
            before, began = box.list.currentIndex().row(), time.perf_counter()
            if key is None:
                window.actions_.palette.trigger()  # as its keys do, also where the window is not the one with the focus
            else:
                QTest.keyClick(box.field, key)
            if key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown) and box.list.currentIndex().row() == before:
                continue  # there was nowhere to go, so that nothing is drawn
            while drawn.at < began:
                yield
            took.append((drawn.at - began) * 1000)
        box.close_again()
    return {"ms": took, "entries": entries}


def topology(driven: Driven, folder: str, level: str) -> Act:
    """The map of a capture is opened, panned, zoomed and given new rates.

    s from when the mesh was there until its map was drawn ("first"); ms that a paint took while it was panned and zoomed
    ("paints"), and that a beat took in which all rates were others ("live"); how many boxes there were ("boxes").
    """
    chance = random.Random(11)
    window = driven.window
    opened = yield from driven.open(folder)
    while not opened.topics:
        yield
    began = time.perf_counter()
    window.show_view("topology")
    view = window.pages.shown_view
    assert isinstance(view, TopologyView)
    view.show_level(LEVELS[LEVELS.index(cast(Level, level))])
    while view.map.picture is None or view.map.picture.graph.level != level:
        yield
    view.map.repaint()
    first = time.perf_counter() - began
    paints: list[float] = []
    for turned in range(PANS):
        if turned % 3 == 0:
            at = QPointF(chance.uniform(0, view.map.width()), chance.uniform(0, view.map.height()))
            view.map.zoom(chance.choice((0.7, 0.8, 1.25, 1.4)), at)
        else:
            view.map.pan(QPointF(chance.uniform(-80, 80), chance.uniform(-80, 80)))
        if turned % 40 == 0:
            view.map.fit()
        before = time.perf_counter()
        view.map.repaint()
        paints.append((time.perf_counter() - before) * 1000)
        yield
    view.map.fit()
    live: list[float] = []
    for _ in range(UPDATES):
        rates = {topic.name: chance.uniform(0, 10_000) for topic in opened.topics}
        before = time.perf_counter()
        view.show_rates(rates)
        live.append((time.perf_counter() - before) * 1000)
        view.map.repaint()
        yield
    return {"first": first, "paints": paints, "live": live, "boxes": len(view.map.picture.graph.boxes)}


def throughput(driven: Driven, folder: str, most: str) -> Act:
    """The curves of topics of a capture, so many at most, are shown, move on, are drawn anew and pointed at.

    ms that the window's thread worked for each frame while an hour of them moved on by a column at each beat ("frames", see
    `drag`), and on how many of these beats other curves were there ("moved"). ms of the clock that a paint took in which all was
    drawn anew, as lines ("lines") and as areas ("stacked"), and in which only the pointer had moved ("pointer"), and each beat
    until other curves were there ("beats"); s that these took in their thread ("made").
    """
    curves.TOP = int(most)
    window = driven.window
    opened = yield from driven.open(folder)
    while opened.now.tracks is None or opened.now.tracks.span is None or not driven.window.session.idle():
        yield
    window.frame.toggle_inspector()  # as wide as it gets: 800 columns
    window.show_view("throughput")
    view = window.pages.shown_view
    assert isinstance(view, ThroughputView)
    report: dict[str, list[float]] = {name: [] for name in ("lines", "stacked", "pointer", "beats", "made")}
    view.show_by("topic")
    for span in SPANS[:4]:
        began = time.perf_counter()
        view.show_span(span)
        while view.plot.drawn is None or view.plot.drawn.asked.end - view.plot.drawn.asked.start != span:
            beat = time.perf_counter()
            view.refresh()
            report["beats"].append((time.perf_counter() - beat) * 1000)
            yield
        report["made"].append(time.perf_counter() - began)
    drawn, plot, moved = view.plot.drawn, view.plot, 0
    assert drawn is not None
    column = 1 / (len(drawn.edges) - 1)
    view.pan(-FRAMES * column)
    yield from driven.calm()
    with driven.aside(), _frames(driven) as worked:
        while len(worked) <= FRAMES:
            before, frame = plot.drawn, len(worked)
            view.pan(column)
            while len(worked) == frame:
                yield
            moved += plot.drawn is not before
        frames = worked[1:]
    for kind in ("lines", "stacked", "pointer"):
        plot.show_as(kind == "stacked", False)
        for number in range(PLOTS):
            if kind == "pointer":
                plot.point_at(int(drawn.edges[number * 7 % (len(drawn.edges) - 1)]))
            else:
                plot.draw_anew()
            began = time.perf_counter()
            plot.repaint()
            report[kind].append((time.perf_counter() - began) * 1000)
            yield
    return {**report, "frames": frames, "moved": moved, "curves": len(drawn.curves), "columns": len(drawn.edges) - 1}


def drag(driven: Driven, folder: str, topic: str, moments: str) -> Act:
    """The time strip is dragged over a recording, in each view that stands in the frame.

    By view, ms of what the window's thread worked for each frame ("frames"), and how late the beats began ("late"). The mouse
    moves once between two beats of the program's own; a frame is all that the thread does from the beginning of one beat to
    that of the next: the beat, what is drawn, the answers that come of it, the move. Then so many moments ("moments"): which
    second it is, how many topics the explorer shows, the rate of a topic and the lag of a group; and the ms until each stood
    on the screen ("waits").
    """
    chance, window = random.Random(7), driven.window
    opened = yield from driven.open(folder)
    window.open_topic(opened, topic)
    yield from driven.calm()
    strip, frames, late = window.playhead.strip, {}, {}
    began, ended = opened.now.began or 0, opened.now.ended or 0
    with driven.aside(), _frames(driven) as worked:
        for view in ("records", *(name for name, module in window.pages.modules.items() if module.IS_FRAMED)):
            window.show_view(view)
            yield from driven.calm()
            place = 0.5
            worked.clear()
            driven.beat.lateness.clear()
            while len(worked) <= FRAMES:
                place = min(max(place + chance.uniform(-0.03, 0.03), 0.0), 1.0)  # as a hand goes
                strip.go_to(round(began + place * (ended - began)))
                frame = len(worked)
                while len(worked) == frame:
                    yield
            frames[view] = worked[1:]  # what was worked for the first one began before the move
            late[view] = driven.beat.lateness.p99
    told, waits = [], []
    for n in range(int(moments)):
        second = 60 + n * 340 + chance.randrange(60)
        before = time.perf_counter()
        strip.go_to(began + second * 1_000 + 500)
        yield
        yield from driven.calm()
        waits.append((time.perf_counter() - before) * 1000)
        yield from wait(0.3)  # the explorer looks four times a second
        lags = opened.lags.of("group-00").values()
        shown = {
            "second": second,
            "topics": window.frame.explorer.list.topics.topics,
            "rate": next(one.rate for one in opened.topics if one.name.endswith("event-002.v1")) or 0,
            "lag": sum(lag.offsets or 0 for lag in lags),
        }
        told.append(shown)
    return {"frames": frames, "late": late, "moments": told, "waits": waits}


@contextmanager
def _frames(driven: Driven) -> Iterator[list[float]]:
    """ms that the window's thread worked between the beginnings of two beats, the newest last. A beat that is put in between
    because an answer has come belongs to the frame in which it does."""
    session, beat, took = driven.window.session, driven.beat, list[float]()
    each_beat, before = session.beat, (beat.lateness.count, time.thread_time())

    def cut() -> None:
        nonlocal before
        now = (beat.lateness.count, time.thread_time())
        if now[0] != before[0]:
            took.append((now[1] - before[1]) * 1000)
            before = now
        each_beat()

    session.beat = cut  # type: ignore[method-assign]
    try:
        yield took
    finally:
        session.beat = each_beat  # type: ignore[method-assign]


class _Drawn(QObject):
    """When one of some widgets had last been drawn; those that change together are drawn together."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__(widgets[0])
        self.at = 0.0  # perf_counter
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self._drawn)  # the event loop comes back when it has been drawn and handed over
        return False

    def _drawn(self) -> None:
        self.at = time.perf_counter()


def inspect(driven: Driven, folder: str, topic: str) -> Act:
    """The second record of a topic is selected, its tree unfolded line by line and scrolled to its end, and each page turned to.

    s until the inspector showed it ("seconds"); how late the beat was at most meanwhile ("late", ms), and in the two seconds
    before ("calm"); the containers that were unfolded ("unfolded").
    """
    opened = yield from driven.open(folder)
    driven.window.open_topic(opened, topic)
    yield from driven.calm()
    yield from driven.stands_by()
    driven.beat.lateness.clear()
    yield from wait(2.0)
    calm = driven.beat.lateness.max
    inspector = driven.window.frame.inspector
    driven.beat.lateness.clear()
    began = time.perf_counter()
    driven.table.selectRow(1)
    while opened.chosen.details is None or inspector.details is not opened.chosen.details:
        yield
    seconds = time.perf_counter() - began
    tree, unfolded = inspector.tree, 0
    tree.setCurrentIndex(tree.nodes.index(0, 0))
    for _ in range(UNFOLDED):
        QTest.keyClick(tree, Qt.Key.Key_Right)
        unfolded += tree.isExpanded(tree.currentIndex())
        QTest.keyClick(tree, Qt.Key.Key_Down)
        yield from wait(0.05)
    for key in (Qt.Key.Key_End, Qt.Key.Key_End, Qt.Key.Key_Home):
        QTest.keyClick(tree, key)
        yield from wait(0.5)
    for page in (TEXT, BYTES, SCHEMA, TREE):
        inspector.tabs.choose(page)
        inspector.tabs.chosen.emit(page)
        yield from wait(0.3)
    return {"calm": calm, "seconds": seconds, "late": driven.beat.lateness.max, "unfolded": unfolded}
