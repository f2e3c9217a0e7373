"""The page of a data product: whose it is, what it gives out, who depends on it, what it promises, and how to subscribe."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QGuiApplication, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from meshdesk.model.product_page import ProductPage, product_ids, product_page
from meshdesk.model.subscribing import WAYS, Subscription
from meshdesk.session.opened import Opened
from meshdesk.session.pictures import Behind
from meshdesk.ui import product_words, theme, times
from meshdesk.ui.about import About
from meshdesk.ui.about_group import about_group
from meshdesk.ui.about_map import about_product
from meshdesk.ui.retold import Retold
from meshdesk.ui.widgets.controls import Button, Line, Rule, Segments, name_bars
from meshdesk.ui.widgets.empty import Empty
from meshdesk.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from meshdesk.ui.window import Window

NAME = "product"
TITLE = "Product"
ICON = "package"
IS_FRAMED = True
IS_AT_FOOT = False
BEATS_BETWEEN = 8  # rates are read by people: four times a second is often enough


def make(window: "Window") -> QWidget:
    view = ProductView(window)
    view.said.connect(window.toast.say)
    return view


class ProductView(QWidget):
    """One product at a time: that of the topic that was opened last, until one is chosen in the explorer or by the arrows."""

    said = Signal(str)  # a sentence that passes
    is_led = False  # nothing is selected unasked
    NOTHING = ("Nothing is selected", "Select a consumer to read about it.")

    def __init__(self, window: "Window") -> None:
        """`window` is asked for the capture that it is about, at each beat on which the view can be seen."""
        super().__init__()
        self._window = window
        self._chosen: dict[
            int, tuple[str, str]
        ] = {}  # by a capture's number: the product, and the topic that was open then
        self._opened: Opened | None = None
        self._page: ProductPage | None = None
        self._of: tuple[object, ...] = ()
        self._rests = 0
        self._retold = Retold(window.frame.wait_to_tell)
        self.setAccessibleName(TITLE)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.head = _Head(window.frame.hues.of)
        self.before = Button("", "Product before", "chevron-left", frame=False)
        self.after = Button("", "Next product", "chevron-right", frame=False)
        self.before.clicked.connect(lambda: self.step(-1))
        self.after.clicked.connect(lambda: self.step(1))
        self.figures = _Figures()
        self.ports = Sheet("What is in it", product_words.PORTS, (34, 19, 11, 18, 18), (2,))
        self.readers = Sheet("Who depends on it", product_words.READERS, (22, 13, 21, 17, 12, 15), (3,))
        self.fields = Sheet("Fields", product_words.FIELDS, (20, 22, 24, 34))
        self.promises = Sheet("Promises", product_words.PROMISES, (30, 36, 34))
        self.ports.opened.connect(self._open_port)
        self.readers.selectionModel().currentRowChanged.connect(lambda *_: window.frame.leave_group())
        self.ways = Segments("Subscribe with", list(WAYS))
        self.ways.chosen.connect(lambda _: self._say_code())
        self.copy_button = Button("Copy", "Copy the lines", "copy")
        self.copy_button.clicked.connect(self._copy)
        self.code = _Code()
        self._headings: dict[str, tuple[QWidget, Line]] = {}
        self._empty = Empty(ICON, "No product")
        self._scroll = self._scrolled()
        self._body = QStackedLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._body, 1)
        for part in (self._scroll, self._empty):  # once the layout is in the view, or Qt shows the first by itself
            self._body.addWidget(part)
        self._say()

    # What the window asks

    def show_product(self, opened: Opened, id: str) -> None:
        """Shows this product of a capture."""
        self._chosen[opened.number] = (id, self._window.frame.topic_of(opened))
        self._of = ()
        self.refresh()
        self._scroll.verticalScrollBar().setValue(0)

    def step(self, by: int) -> None:
        """To the next product (1) or the one before (-1), in the order of domains."""
        opened = self._opened
        ids = [known for known, _, _ in product_ids(opened.mesh)] if opened is not None else []
        if opened is not None and ids:
            here = ids.index(self._page.id) if self._page is not None and self._page.id in ids else 0
            self.show_product(opened, ids[(here + by) % len(ids)])

    def refresh(self) -> bool:
        """Asks for what is new: what is known of the product at once, rates and lags four times a second; whether any is."""
        opened = self._window.current
        self._rests -= 1
        behind: Behind = opened.pictures.behind(opened.lags) if opened is not None else {}
        place = (opened.number, opened.mesh.place, opened.moment) if opened is not None else ()
        wish = self._wish(opened) if opened is not None else ""
        is_other = (*place, wish) != self._of[:4]
        if not is_other and self._rests > 0:
            return False
        self._rests = BEATS_BETWEEN
        self._opened = opened
        of = (*place, wish, id(behind))
        if of != self._of:
            self._of = of
            self._page = self._made(opened, behind)
        self._say()
        return True

    @property
    def about(self) -> About | None:
        """What there is to say of the consumer that is selected."""
        page, opened, row = self._page, self._opened, self.readers.currentIndex().row()
        if page is None or opened is None or not 0 <= row < len(page.readers):
            return None
        reader, behind = page.readers[row], opened.pictures.behind(opened.lags)

        def made() -> About:
            if reader.kind == "group":
                return about_group(opened, reader.name, behind)
            return about_product(opened, reader.id, behind)

        state = (opened.mesh.place, behind)
        return self._retold.page((opened.number, reader.kind, reader.id or reader.name), state, made)

    def say_times_anew(self) -> None:
        """Times are shown in another zone."""
        self._of = ()
        self._retold.forget()

    def copy(self) -> None:
        """What Ctrl+C copies."""
        self._copy()

    # Inside

    def _made(self, opened: Opened | None, behind: Behind) -> ProductPage | None:
        if opened is None:
            return None
        ids = [known for known, _, _ in product_ids(opened.mesh)]
        wish = self._wish(opened)
        return product_page(opened.mesh, wish if wish in ids else ids[0], behind) if ids else None

    def _wish(self, opened: Opened) -> str:
        """The product that somebody has chosen since a topic was opened, or that topic's; "" where there is none."""
        topic = self._window.frame.topic_of(opened)
        chosen, then = self._chosen.get(opened.number, ("", topic))
        if chosen and then == topic:
            return chosen
        said = opened.mesh.belonging(topic).products if topic else ()
        self._chosen[opened.number] = (chosen := said[0].value if said else chosen, topic)
        return chosen

    def _say(self) -> None:
        page, opened = self._page, self._opened
        if page is None or opened is None:
            self._say_empty(opened)
            return
        self._body.setCurrentWidget(self._scroll)
        rates = {topic.name: topic.rate for topic in opened.topics if topic.rate is not None}
        records = {topic.name: topic.records for topic in opened.topics if topic.records is not None}
        self.head.say(page)
        self.figures.say(product_words.figures(page, rates, records))
        self.ports.show_rows(product_words.ports(page.ports, rates))
        self.readers.show_rows(
            product_words.readers(page.readers, page.domain, lambda ms: _clock(ms, opened.now.ended))
        )
        self.fields.show_rows(product_words.fields(page.fields, page.domain))
        self.promises.show_rows(product_words.promises(page))
        notes = {
            "What is in it": f"{len(page.topics)} of {len(page.ports)} in the cluster",
            "Who depends on it": "" if page.readers else "nobody, as far as is known",
            "Fields": "" if page.fields else "no contract names any",
            "Promises": "" if page.promises else "none in its contracts",
        }
        for name, (_, line) in self._headings.items():
            line.say((notes.get(name, ""), "small", "second"))
        for sheet in (self.fields, self.promises, self.readers, self.ports):
            sheet.setVisible(bool(sheet.content.rows))
        self._say_code()

    def _say_empty(self, opened: Opened | None) -> None:
        self._body.setCurrentWidget(self._empty)
        if opened is not None and opened.moment is not None:
            self._empty.say("Not observed then.", times.before_the_recording(opened.now.began))
            return
        self._empty.say(
            "No data product is known.",
            "A product is known from a contract or a product file. Name the folder that holds them in the connection.",
        )

    def _say_code(self) -> None:
        page, opened = self._page, self._opened
        if page is None or opened is None:
            return
        protocol, _, mechanism = opened.protocol.partition(" ")
        group = f"my-domain.{(page.title or page.id).lower().replace(' ', '-')}"
        wanted = Subscription(
            opened.mesh.bootstrap or "HOST:PORT", page.topics or ("TOPIC",), group, protocol, mechanism
        )
        text = list(WAYS.values())[self.ways.place](wanted)
        if text != self.code.toPlainText():
            self.code.setPlainText(text)
            self.code.updateGeometry()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code.toPlainText())
        self.said.emit(f"Copied how to subscribe with {list(WAYS)[self.ways.place]}.")

    def _open_port(self, row: int) -> None:
        page, opened = self._page, self._opened
        if page is None or opened is None:
            return
        topic = page.ports[row].topic
        if topic:
            self._window.open_topic(opened, topic)
        else:
            self.said.emit(f"{page.ports[row].name} is not in the cluster, so there are no records of it.")

    def _scrolled(self) -> QScrollArea:
        inner = QWidget()
        inner.setAutoFillBackground(True)
        inner.setBackgroundRole(QPalette.ColorRole.Base)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 16)
        column.setSpacing(0)
        top = QHBoxLayout()
        top.setContentsMargins(14, 12, 10, 10)
        top.addWidget(self.head, 1)
        for button in (self.before, self.after):
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        column.addLayout(top)
        for part in (Rule(), self.figures, Rule()):
            column.addWidget(part)
        for name, sheet in (
            ("What is in it", self.ports),
            ("Who depends on it", self.readers),
            ("Promises", self.promises),
            ("Fields", self.fields),
        ):
            column.addWidget(self._heading(name))
            column.addWidget(sheet)
        column.addWidget(self._heading("How to subscribe", self.ways, self.copy_button))
        code = QVBoxLayout()
        code.setContentsMargins(14, 4, 14, 0)
        code.addWidget(self.code)
        column.addLayout(code)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName("Page of the product")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        name_bars(scroll, "the page")
        scroll.setWidget(inner)
        return scroll

    def _heading(self, name: str, *parts: QWidget) -> QWidget:
        heading = QWidget()
        row = QHBoxLayout(heading)
        row.setContentsMargins(14, 14, 14, 6)
        row.setSpacing(8)
        words, note = Line(), Line()
        words.say((name, "label", "second"))
        note.align_right()
        row.addWidget(words)
        for part in parts:
            row.addWidget(part)
        row.addWidget(note, 1)
        self._headings[name] = (heading, note)
        return heading


class _Head(QWidget):
    """The name of the product beside the hue of its domain, and below it whose it is."""

    def __init__(self, hue: Callable[[str], QColor]) -> None:
        super().__init__()
        self._hue = hue
        self._page: ProductPage | None = None
        self.setFixedHeight(44)

    def say(self, page: ProductPage) -> None:
        if page != self._page:
            self._page = page
            description = next((file.description for file in page.files if file.description), "")
            self.setAccessibleName(f"{page.title}. {product_words.subtitle(page)}. {description}".strip())
            self.setToolTip(description)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        page = self._page
        if page is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            colours = theme.colours()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._hue(page.domain) if page.domain else colours.third)
            painter.drawRoundedRect(QRectF(0, 4, 36, 36), 8, 8)
            room = self.width() - 50
            lines: tuple[tuple[theme.FontName, QColor, str, int], ...] = (
                ("title", colours.text, page.title, 19),
                ("text", colours.second, product_words.subtitle(page), 38),
            )
            for font, tone, words, y in lines:
                painter.setFont(theme.font(font))
                painter.setPen(tone)
                shown = QFontMetricsF(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, room)
                painter.drawText(48, y, shown)


class _Figures(QWidget):
    """The numbers that are read first, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self._figures: Sequence[product_words.Figure] = ()
        self.setFixedHeight(76)

    def say(self, figures: Sequence[product_words.Figure]) -> None:
        if figures != self._figures:
            self._figures = figures
            self.setAccessibleName("; ".join(f"{one.label}: {one.value}, {one.note}" for one in figures))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            colours = theme.colours()
            wide = self.width() / max(1, len(self._figures))
            for place, figure in enumerate(self._figures):
                x = place * wide
                if place:
                    painter.fillRect(QRectF(x, 0, 1, self.height()), colours.line)
                lines: tuple[tuple[theme.FontName, QColor, str, int], ...] = (
                    ("small", colours.second, figure.label, 20),
                    ("heading", colours.text, figure.value, 46),
                    ("small", getattr(colours, figure.tone), figure.note, 66),
                )
                for font, tone, words, y in lines:
                    painter.setFont(theme.font(font))
                    painter.setPen(tone)
                    shown = QFontMetricsF(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, wide - 24)
                    painter.drawText(int(x) + 14, y, shown)


class _Code(QPlainTextEdit):
    """Lines to be taken over."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setFont(theme.font("mono_small"))
        self.setAccessibleName("How to subscribe")
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFixedHeight(232)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        self.document().setDocumentMargin(10)
        name_bars(self, "the lines")


def _clock(ms: int, newest: int | None) -> str:
    """A moment of the day of the newest one by its clock, another with its day."""
    moment = times.moment(ms)
    return moment.clock[:8] if moment.day == times.moment(newest).day else times.minute(ms)
