"""Topology: domains, data products, topics and groups, and what flows between them, as a map and as a table."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from meshdesk.model import wording
from meshdesk.model.graph import LEVELS, Box, Flow, Graph, Level, holding
from meshdesk.session.opened import Opened
from meshdesk.session.pictures import Behind, Picture
from meshdesk.ui import theme
from meshdesk.ui.about import About
from meshdesk.ui.about_map import about_box
from meshdesk.ui.retold import Retold
from meshdesk.ui.times import before_the_recording
from meshdesk.ui.widgets import map_words
from meshdesk.ui.widgets.controls import Button, Line, Segments, with_shortcut
from meshdesk.ui.widgets.empty import Empty
from meshdesk.ui.widgets.filter_field import FilterField
from meshdesk.ui.widgets.map_table import MapTable
from meshdesk.ui.widgets.mesh_map import MeshMap
from meshdesk.ui.widgets.view_bar import lay_out_view, plain_column, view_bar

if TYPE_CHECKING:
    from meshdesk.ui.window import Window

NAME = "topology"
TITLE = "Topology"
ICON = "share-2"
IS_FRAMED = True
IS_AT_FOOT = False
BEATS_BETWEEN = 8  # rates are read by people: four times a second is often enough
LEAST_COUNT, LEAST_FIELD = 108, 80  # px
NOUNS = {"domains": ("domain", "domains"), "products": ("box", "boxes"), "topics": ("box", "boxes")}


def make(window: "Window") -> QWidget:
    view = TopologyView(window)
    view.said.connect(window.toast.say)
    return view


class TopologyView(QWidget):
    """The map, the table of the same content, and the bar above them."""

    said = Signal(str)  # a sentence that passes
    NOTHING = ("Nothing is selected", "Select a box of the map to read about it.")

    def __init__(self, window: "Window") -> None:
        """`window` is asked for the capture that it is about, at each beat on which the view can be seen."""
        super().__init__()
        self._window = window
        self._shown: tuple[Opened | None, Picture | None] = (None, None)
        self._retold = Retold(window.frame.wait_to_tell)
        self._followed: tuple[object, ...] = ()  # capture, topic and level that a box was selected for
        self.is_led = False  # the box that is selected is where the topic is that was opened
        self._chosen_names: tuple[str, ...] = ()  # topics and groups of the box that was selected last
        self._rests = 0
        self._found: tuple[str, ...] = ()
        self._tabled: Graph | None = None  # what is in the table
        self.level: Level = "products"
        self.levels = Segments("Level", [level.capitalize() for level in LEVELS])
        self.levels.choose(LEVELS.index(self.level))
        self.levels.chosen.connect(lambda place: self.show_level(LEVELS[place]))
        self._count = Line()
        self._count.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.find_field = FilterField(
            "Find on the map",
            "Find boxes by a word in the names of what is in them",
            with_shortcut("Marks the boxes that have this word in a name; Return goes to the next", "/"),
        )
        # Where the window is small both share what the buttons leave: no less is seen than "10 of 24 boxes…" and some letters.
        self._count.setMinimumWidth(LEAST_COUNT)
        self.find_field.setMinimumWidth(LEAST_FIELD)
        self.find_field.asked.connect(lambda _word: self._say())
        self.find_field.returnPressed.connect(self._go_to_next)
        self.table_button = Button("Table")
        self.table_button.setCheckable(True)
        self.table_button.setToolTip("The same as a table")
        self.table_button.clicked.connect(self._say)
        self.fit_button = Button("Fit")
        self.fit_button.setToolTip(with_shortcut("The whole map", "0"))
        self.map = MeshMap(self._words, window.frame.hues.of)
        self.fit_button.clicked.connect(self.map.fit)
        self.map.find_asked.connect(self.find_field.setFocus)
        self.legend = Legend()
        self.table = MapTable()
        self._empty = Empty("share-2", "No topology")
        self.map.chosen.connect(self._keep_choice)
        self.map.chosen.connect(self.table.choose)
        self.map.chosen.connect(window.frame.leave_group)
        self.table.chosen.connect(self.map.choose)
        for part in (self.map, self.table):
            part.opened.connect(self.open)
        self._mapped = QWidget()
        inner = plain_column(self._mapped)
        inner.addWidget(self.map, 1)
        inner.addWidget(self.legend)
        bar = view_bar(self.levels, self._count, self.find_field, self.table_button, self.fit_button)
        self._body = lay_out_view(self, TITLE, bar, self._mapped, self.table, self._empty)
        self._say()

    def refresh(self) -> bool:
        """Asks for the newest picture, and four times a second for rates; whether there is another one."""
        opened = self._window.current
        picture = None if opened is None else opened.pictures.want(opened.mesh, self.level)
        is_other = opened is not self._shown[0] or picture is not self._shown[1]  # to compare two meshes takes long
        if is_other:
            self._shown = (opened, picture)
            self.map.show_picture(picture)
            self._rests = 0
            self._say()
        self._follow()
        self._rests -= 1
        if opened is not None and self._rests <= 0:
            self._rests = BEATS_BETWEEN
            self.show_rates(self.rates)
            self.map.show_behind(opened.pictures.behind(opened.lags))
        return is_other

    def _follow(self) -> None:
        """Selects where the topic is that was opened last, and on another level what holds the same."""
        opened, picture = self._shown
        if picture is None:
            return
        wanted = (opened.number if opened else 0, self._window.frame.topic_of(opened), picture.graph.level)
        if wanted == self._followed:
            return
        is_another_level = wanted[:2] == self._followed[:2]
        self._followed = wanted
        names = self._chosen_names if is_another_level else (wanted[1],)
        held = (box for box in picture.graph.boxes if not set(names).isdisjoint((*box.topics, *box.groups)))
        if (box := next(held, None)) is not None:
            self.map.choose(box.key)
            self.is_led = True

    def _keep_choice(self, key: str) -> None:
        self.is_led = False
        picture = self._shown[1]
        box = next((box for box in picture.graph.boxes if box.key == key), None) if picture else None
        self._chosen_names = (*box.topics, *box.groups) if box else ()

    def _go_to_next(self) -> None:
        """Selects the box that holds the word and comes after the one that is selected; after the last one the first."""
        if self._found:
            at = self._found.index(self.map.choice) + 1 if self.map.choice in self._found else 0
            self.map.go_to(self._found[at % len(self._found)])

    def show_level(self, level: Level) -> None:
        """Shows domains, products or topics."""
        self.level = level
        self.levels.choose(LEVELS.index(level))
        self.refresh()

    def show_rates(self, rates: dict[str, float]) -> None:
        """Records a second by topic, on the map or in the table."""
        self.map.show_rates(rates)
        if self.table.isVisible():
            self.table.content.show_rates(rates)

    def open(self, key: str) -> None:
        """A topic's records; of a domain or a product what is in it; of a group its first topic."""
        opened, picture = self._shown
        box = next((box for box in picture.graph.boxes if box.key == key), None) if picture else None
        if opened is None or box is None:
            return
        if box.kind == "topic":
            self._window.open_topic(opened, box.topics[0])
        elif self.level != "topics":
            self.show_level(LEVELS[LEVELS.index(self.level) + 1])
        else:
            self.said.emit(f"{box.title} is a group of consumers; open a topic that it reads.")

    @property
    def _behind(self) -> Behind:
        opened = self._shown[0]
        return opened.pictures.behind(opened.lags) if opened else {}

    @property
    def about(self) -> About | None:
        """What there is to say of the box that is selected; made anew when more is known of the mesh."""
        opened, picture = self._shown
        boxes = picture.graph.boxes if picture else ()
        box = next((box for box in boxes if box.key == self.map.choice), None)
        if opened is None or box is None:
            return None
        behind = self._behind
        state = (picture, behind, opened.topics)
        return self._retold.page((opened.number, box.key), state, lambda: about_box(opened, box, behind))

    def say_times_anew(self) -> None:
        """Times are shown in another zone."""
        self._retold.forget()

    @property
    def rates(self) -> dict[str, float]:
        """Records a second by topic, as of the capture's last moment; none while its cluster does not answer."""
        opened = self._shown[0]
        if opened is None or (opened.moment is None and opened.state == "live" and not opened.is_reached):
            return {}
        return {topic.name: topic.rate for topic in opened.topics if topic.rate is not None}

    def _words(self, about: Box | Flow) -> str:
        picture = self._shown[1]
        if picture is None:
            return ""
        return (
            map_words.of_box(about, picture.mesh, self.rates)
            if isinstance(about, Box)
            else map_words.of_flow(about, self._behind)
        )

    def _fill_table(self, graph: Graph | None) -> None:
        """What the map shows. A table that nobody looks at has nothing else: the mesh of a capture that was closed would stay."""
        wanted = graph if self.table_button.isChecked() or graph is self._tabled else None
        if wanted is not self._tabled:
            self._tabled = wanted
            self.table.content.show(wanted or Graph(self.level))
            self.table.content.show_rates(self.rates)
            self.table.choose(self.map.choice)

    def _say(self) -> None:
        opened, picture = self._shown
        graph = picture.graph if picture else None
        is_there = graph is not None and bool(graph.boxes)
        for part in (self.find_field, self.table_button, self.fit_button):
            part.setEnabled(is_there)
        word = self.find_field.text().strip()
        self._found = holding(graph.boxes, word) if graph else ()
        self.map.show_found(self._found)
        self._fill_table(graph)
        if not is_there or graph is None:
            self._body.setCurrentWidget(self._empty)
            self._count.say()
            if opened is not None and opened.moment is not None and picture is not None:
                self._empty.say("Not observed then.", before_the_recording(opened.now.began))
            elif opened is not None and picture is None:
                self._empty.say("The map is being drawn.", "")
            else:
                self._empty.say(
                    "No topics are known yet.",
                    "The map shows the topics of a mesh as soon as its brokers have named them.",
                )
            return
        self._body.setCurrentWidget(self.table if self.table_button.isChecked() else self._mapped)
        many = len(graph.boxes)
        shown = wording.plural(many, *NOUNS[self.level])
        if graph.left_out:
            shown = f"{many:,} of {many + graph.left_out:,} {NOUNS[self.level][1]} shown"
        if word:
            self._count.say((f"{len(self._found):,} of {shown} with “{word}”", "text", "second"))
            return
        said = f"{shown} · {wording.plural(len(graph.flows), 'flow')}"
        if graph.elsewhere:
            said += f" · {wording.plural(graph.elsewhere, 'declaration')} between products"
        self._count.say((said, "text", "second"))


class Legend(QWidget):
    """What the lines of the map mean."""

    WORDS = (
        ("both", "declared and observed"),
        ("observed", "observed"),
        ("declared", "declared"),
        ("attention", "15 s behind"),
        ("bad", "1 min behind"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(28)
        self.setAccessibleName("Lines: " + "; ".join(words for _, words in self.WORDS))
        self.setToolTip(self.accessibleName())  # also of those for which there is no room

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        colours = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("small"))
        x, middle = 16.0, self.height() / 2
        for evidence, words in self.WORDS:
            if x + 34 + painter.fontMetrics().horizontalAdvance(words) > self.width():
                break
            tone = colours.observed if evidence == "both" else getattr(colours, evidence)
            pen = QPen(tone, 1.2 if evidence in ("observed", "declared") else 2.4)
            if evidence == "declared":
                pen.setDashPattern([4.0, 3.0])
            painter.setPen(pen)
            painter.drawLine(int(x), int(middle), int(x) + 26, int(middle))
            painter.setPen(colours.second)
            painter.drawText(int(x) + 34, int(middle) + 4, words)
            x += 34 + painter.fontMetrics().horizontalAdvance(words) + 18
