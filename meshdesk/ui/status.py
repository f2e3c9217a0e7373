"""The foot of the window: what is connected, how much came, what was lost, and the newest trouble at the right."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from meshdesk.model import wording
from meshdesk.ui import icons, theme
from meshdesk.ui.widgets.chip import PRODUCTION
from meshdesk.ui.widgets.controls import baseline, draw_dot, with_shortcut

if TYPE_CHECKING:  # nothing is open before the first paint, and nothing has gone wrong
    from meshdesk.model.trouble import Trouble
    from meshdesk.session.opened import Opened
    from meshdesk.session.works import Work

LEFT = 12
TROUBLE_LEAST = 160  # px of the status line; the whole sentence stands in the bar above
TITLE_LEAST = 60
FACT_GAP = 18
WORKS_KEYS = "Ctrl+J"

Facts = tuple[tuple[str, str], ...]  # each is (text, colour of the theme)


class StatusLine(QWidget):
    """Numbers at the left, drawn; the newest trouble at the right, a button that leads to all of them."""

    trouble_asked = Signal()
    works_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(theme.STATUS_LINE)
        self.setAccessibleName("Status")
        self._facts: Facts = ()
        self._trouble: Trouble | None = None
        self._dot: tuple[str, bool] | None = None
        self.trouble_button = _TroubleButton(self)
        self.trouble_button.clicked.connect(self.trouble_asked)
        self.trouble_button.hide()
        self.work_button = _WorkButton(self)
        self.work_button.clicked.connect(self.works_asked)
        self.work_button.hide()
        QWidget.setTabOrder(self.work_button, self.trouble_button)

    def say(self, dot: tuple[str, bool] | None, facts: Facts, trouble: "Trouble | None") -> None:
        """`dot` is (tone, hollow); `facts` stand from the left."""
        if (dot, facts, trouble) == (self._dot, self._facts, self._trouble):
            return
        self._dot, self._facts, self._trouble = dot, facts, trouble
        said = [text for text, _ in facts] + ([trouble.sentence] if trouble else [])
        self.setAccessibleName(f"Status: {', '.join(said)}")
        self.trouble_button.say(trouble)
        self._arrange()
        self.update()

    def say_works(self, works: "Sequence[Work]") -> None:
        """What runs long, left of the trouble."""
        if self.work_button.say(works):
            self._arrange()
            self.update()

    @property
    def text(self) -> str:
        return "   ".join(text for text, _ in self._facts)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), c.panel)
        painter.fillRect(0, 0, self.width(), 1, c.line)
        painter.setFont(theme.font("small"))
        metrics = QFontMetrics(theme.font("small"))
        base = baseline(metrics, self.height() + 1)
        if self._dot is not None:
            tone, hollow = self._dot
            draw_dot(painter, QPointF(LEFT + 4, self.height() / 2 + 0.5), getattr(c, tone), hollow, 3.5)
        x = self._begin
        for text, colour in self._fitting(metrics, self._room - x):
            painter.setPen(getattr(c, colour))
            painter.drawText(QPointF(x, base), text)
            x += metrics.horizontalAdvance(text) + FACT_GAP

    @property
    def _begin(self) -> float:
        return LEFT + (15 if self._dot is not None else 0)

    @property
    def _room(self) -> float:
        """Where the facts have to end."""
        return self.width() - LEFT - (TROUBLE_LEAST if self._trouble else 0) - self.work_button.wanted

    def _arrange(self) -> None:
        """What runs has the room it needs; the trouble has what the facts leave."""
        metrics = QFontMetrics(theme.font("small"))
        facts = self._fitting(metrics, self._room - self._begin)
        end = self._begin + sum(metrics.horizontalAdvance(text) + FACT_GAP for text, _ in facts)
        works = self.work_button.wanted
        width = min(self.trouble_button.wanted, int(self.width() - 4 - end - works)) if self._trouble else 0
        self.trouble_button.setGeometry(self.width() - 4 - width, 1, max(0, width), self.height() - 1)
        self.work_button.setGeometry(self.width() - 4 - width - works, 1, works, self.height() - 1)

    def _fitting(self, metrics: QFontMetrics, room: float) -> list[tuple[str, str]]:
        """The facts as far as there is room: the title gives way first, a number is never cut."""
        wide = [metrics.horizontalAdvance(text) + FACT_GAP for text, _ in self._facts]
        if not wide:
            return []
        title = max(TITLE_LEAST, int(room - sum(wide[1:])))
        fitting = [(metrics.elidedText(self._facts[0][0], Qt.TextElideMode.ElideMiddle, title), self._facts[0][1])]
        room -= min(wide[0], title + FACT_GAP)
        for fact, needed in zip(self._facts[1:], wide[1:], strict=True):
            room -= needed
            if room < -FACT_GAP:
                break
            fitting.append(fact)
        return fitting


class _FootButton(QAbstractButton):
    """A button of the status line: flat, with a ring where it has the keyboard."""

    BEFORE = 26  # the sign and the gaps beside it
    AFTER = 8

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(name)

    @property
    def wanted(self) -> int:
        """The width that it needs for all its words; 0 while it is not there."""
        words = QFontMetrics(theme.font("small")).horizontalAdvance(self.text())
        return 0 if self.isHidden() else words + self.BEFORE + self.AFTER + 1

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            c = theme.colours()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            hot = self.underMouse() or self.isDown()
            if hot or self.hasFocus():
                painter.setPen(c.accent if self.hasFocus() else Qt.PenStyle.NoPen)
                painter.setBrush(c.faint if hot else Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 1.5, -0.5, -1.5), 4, 4)
            tone = self.sign(painter)
            metrics = QFontMetrics(theme.font("small"))
            painter.setFont(theme.font("small"))
            painter.setPen(tone)
            room = self.width() - self.BEFORE - self.AFTER
            words = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room + 1)
            painter.drawText(QPointF(self.BEFORE, baseline(metrics, self.height())), words)

    def sign(self, painter: QPainter) -> QColor:
        """Draws what stands before the words; gives the colour of the words."""
        raise NotImplementedError


class _TroubleButton(_FootButton):
    """The newest trouble: its sign and its sentence."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Newest trouble")
        self._tone = "attention_text"

    def say(self, trouble: "Trouble | None") -> None:
        self.setVisible(trouble is not None)
        if trouble is not None:
            self._tone = "bad_text" if trouble.severity == "bad" else "attention_text"
            self.setText(trouble.text)
            self.setAccessibleName(f"Newest trouble: {trouble.sentence}")
            self.setToolTip(trouble.sentence)
            self.update()

    def sign(self, painter: QPainter) -> QColor:
        tone: QColor = getattr(theme.colours(), self._tone)
        icons.draw(painter, "triangle-alert", 8, self.height() / 2 - 6, 13, tone)
        return tone


class _WorkButton(_FootButton):
    """What runs long: one in its own words, several as a number; a bar where it is known how far it is."""

    BEFORE = 58
    BAR = 42

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "What is running")
        self._share: float | None = None

    def say(self, works: "Sequence[Work]") -> bool:
        """True where the line has to be arranged anew."""
        shares = [work.share for work in works]
        known = [share for share in shares if share is not None]
        share = sum(known) / len(known) if known and len(known) == len(shares) else None
        words = ""
        if len(works) == 1:
            left = works[0].left
            ends = f", {wording.span(left)} left" if left is not None else ""
            words = f"{works[0].text}{ends}"
        elif works:
            words = f"{wording.count(len(works))} running"
        if share != self._share:
            self._share = share
            self.update()
        if words == self.text() and bool(works) != self.isHidden():
            return False
        self.setText(words)
        self.setVisible(bool(works))
        told = "; ".join(f"{work.text}: {work.words}" if work.words else work.text for work in works)
        self.setAccessibleName(f"What is running: {told}" if works else "What is running")
        self.setToolTip(with_shortcut(told.replace("; ", "\n"), WORKS_KEYS))
        return True

    def sign(self, painter: QPainter) -> QColor:
        c = theme.colours()
        bar = QRectF(8, self.height() / 2 - 1.5, self.BAR, 4)
        if self._share is None:
            icons.draw(painter, "loader", 8 + self.BAR - 14, self.height() / 2 - 6, 13, c.accent)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(c.line)
            painter.drawRoundedRect(bar, 2, 2)
            painter.setBrush(c.accent)
            painter.drawRoundedRect(QRectF(bar.x(), bar.y(), bar.width() * self._share, bar.height()), 2, 2)
        return c.text


def status_facts(opened: "Opened") -> tuple[tuple[str, str], ...]:
    """The numbers at the left of the status line, each with its colour. What is at rest has no rate."""
    status = opened.status
    facts: list[tuple[str, str]] = [(f"{opened.title} · {opened.state_text}", "second")]
    if opened.is_production:
        facts.append((PRODUCTION, "bad_text"))  # of its own: the title gives way where there is little room
    amount = f"{wording.plural(status.rows, 'record')} · {wording.size(status.bytes)}"
    if opened.state == "live":
        facts.append((f"{wording.rate(status.rows_rate)} · {amount}" if status.rows_rate else amount, "second"))
        if status.behind is not None or opened.reading:
            behind = "unknown" if status.behind is None else wording.count(status.behind)
            facts.append((f"behind {behind}", "second"))
        if status.disk:
            facts.append((f"{wording.size(status.disk)} of {wording.size(opened.limit)} on disk", "second"))
        if status.paused:
            facts.append(("paused at the limit", "attention_text"))
    else:
        facts.append((amount, "second"))
    facts.append((f"dropped {wording.count(status.dropped)}", "bad_text" if status.dropped else "second"))
    return tuple(facts)
