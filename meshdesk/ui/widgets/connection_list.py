"""The saved connections on the start page: a row each that opens it, with buttons that edit and delete it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from meshdesk.model.profile import Profile
from meshdesk.ui import theme
from meshdesk.ui.times import moment
from meshdesk.ui.widgets.card import draw_box
from meshdesk.ui.widgets.controls import Button, draw_dot

ROW = 56
PAD = 16
TEXT_LEFT = 40
SURE_MS = 4_000  # in which a second press deletes
SECURITY = {"PLAINTEXT": "", "SSL": "TLS", "SASL_SSL": "TLS, login", "SASL_PLAINTEXT": "login without TLS"}


@dataclass(frozen=True, slots=True)
class Saved:
    """What a row shows."""

    profile: Profile
    used: int = 0  # ms since the epoch; 0 where never
    state: str = ""  # a phrase: what goes on with it now
    tone: str = "second"


class ConnectionList(QWidget):
    """The rows in one box. Each signal carries the name of a connection."""

    opened = Signal(str)
    edited = Signal(str)
    deleted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Saved connections")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 1, 1, 1)
        self._column.setSpacing(0)
        self.rows: list[ConnectionRow] = []

    def show_saved(
        self, profiles: Sequence[Profile], used: Sequence[int], states: Mapping[str, tuple[str, str]]
    ) -> None:
        """Shows these in their order; `states` has a phrase and its colour by name."""
        while len(self.rows) > len(profiles):
            row = self.rows.pop()
            row.hide()
            row.deleteLater()
        while len(self.rows) < len(profiles):
            row = ConnectionRow(is_first=not self.rows)
            row.opened.connect(self.opened)
            row.edited.connect(self.edited)
            row.deleted.connect(self.deleted)
            self.rows.append(row)
            self._column.addWidget(row)
        for row, profile, when in zip(self.rows, profiles, used, strict=True):
            row.say(Saved(profile, when, *states.get(profile.name, ("", "second"))))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            draw_box(painter, self)


class ConnectionRow(QAbstractButton):
    """One saved connection. Pressing it opens it."""

    opened = Signal(str)
    edited = Signal(str)
    deleted = Signal(str)

    def __init__(self, is_first: bool) -> None:
        super().__init__()
        self._is_first = is_first
        self.saved = Saved(Profile(""))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.edit_button = Button("", name="Edit", icon="pencil", frame=False)
        self.delete_button = Button("", name="Delete", icon="trash-2", frame=False)
        for button in (self.edit_button, self.delete_button):
            button.setParent(self)
            button.setCursor(Qt.CursorShape.ArrowCursor)
        self._sure = QTimer(self)
        self._sure.setSingleShot(True)
        self._sure.setInterval(SURE_MS)
        self._sure.timeout.connect(self._spare)
        self.clicked.connect(lambda: self.opened.emit(self.saved.profile.name))
        self.edit_button.clicked.connect(lambda: self.edited.emit(self.saved.profile.name))
        self.delete_button.clicked.connect(self._delete)
        self._spare()

    def say(self, saved: Saved) -> None:
        if saved == self.saved:
            return
        if saved.profile.name != self.saved.profile.name:
            self._spare()
        self.saved = saved
        profile = saved.profile
        self.edit_button.setAccessibleName(f"Edit {profile.name}")
        self.edit_button.setToolTip(f"Edit {profile.name}")
        words = [profile.name, "production" if profile.is_production else "", profile.bootstrap]
        words += [SECURITY[profile.security], saved.state, self._when()]
        self.setAccessibleName(f"Connect to {', '.join(filter(None, words))}")
        self.setToolTip(f"{profile.name}\n{profile.bootstrap}")
        self._spare()
        self.update()

    @property
    def is_sure(self) -> bool:
        """The next press deletes."""
        return self._sure.isActive()

    def sizeHint(self) -> QSize:
        return QSize(400, ROW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_buttons()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_Delete:
            self._delete()
        elif event.key() == Qt.Key.Key_F2:
            self.edit_button.click()
        else:
            super().keyPressEvent(event)

    def _place_buttons(self) -> None:
        x = self.width() - 10
        for button in (self.delete_button, self.edit_button):
            size = button.sizeHint()
            x -= size.width() + 2
            button.setGeometry(x, (ROW - size.height()) // 2, size.width(), size.height())

    def _paint(self, painter: QPainter) -> None:
        c, profile = theme.colours(), self.saved.profile
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._is_first:
            painter.fillRect(QRectF(TEXT_LEFT, 0, self.width() - TEXT_LEFT, 1), c.faint)
        if self.underMouse() or self.isDown() or self.hasFocus():
            painter.setPen(c.accent if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(c.faint)
            inside = QRectF(self.rect()).adjusted(3.5, 3.5, -3.5, -3.5)
            painter.drawRoundedRect(inside, theme.RADIUS, theme.RADIUS)
        hue = theme.hue(profile.colour, profile.is_production)
        draw_dot(painter, QPointF(PAD + 6, ROW / 2), hue or c.third, hollow=hue is None, radius=5)
        right = self.edit_button.x() - 12
        right = self._draw_state(painter, right)
        self._draw_name(painter, right)
        self._draw_brokers(painter, right)

    def _draw_state(self, painter: QPainter, right: int) -> int:
        """At the right: what goes on with it, or when it was used. Where the rest ends."""
        c = theme.colours()
        words = self.saved.state or self._when()
        metrics = QFontMetrics(theme.font("small"))
        width = metrics.horizontalAdvance(words)
        if not words or width > self.width() // 3:
            return right
        painter.setFont(theme.font("small"))
        painter.setPen(getattr(c, self.saved.tone) if self.saved.state else c.second)
        painter.drawText(QPointF(right - width, ROW / 2 + metrics.capHeight() / 2), words)
        return right - width - 16

    def _draw_name(self, painter: QPainter, right: int) -> None:
        c, profile = theme.colours(), self.saved.profile
        small, strong = QFontMetrics(theme.font("small")), QFontMetrics(theme.font("strong"))
        tag = small.horizontalAdvance("production") + 12 if profile.is_production else 0
        room = right - TEXT_LEFT - (tag + 8 if tag else 0)
        name = strong.elidedText(profile.name, Qt.TextElideMode.ElideMiddle, room)
        painter.setFont(theme.font("strong"))
        painter.setPen(c.text)
        painter.drawText(QPointF(TEXT_LEFT, 24), name)
        if tag:
            box = QRectF(TEXT_LEFT + strong.horizontalAdvance(name) + 8.5, 10.5, tag, 18)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(c.bad)
            painter.drawRoundedRect(box, 4, 4)
            painter.setFont(theme.font("small"))
            painter.setPen(c.bad_text)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "production")

    def _draw_brokers(self, painter: QPainter, right: int) -> None:
        c, profile = theme.colours(), self.saved.profile
        mono, small = QFontMetrics(theme.font("mono_small")), QFontMetrics(theme.font("small"))
        security = SECURITY[profile.security]
        security = f"  ·  {security}" if security else ""
        room = right - TEXT_LEFT - small.horizontalAdvance(security)
        brokers = mono.elidedText(profile.bootstrap, Qt.TextElideMode.ElideRight, room)
        painter.setFont(theme.font("mono_small"))
        painter.setPen(c.second)
        painter.drawText(QPointF(TEXT_LEFT, 43), brokers)
        painter.setFont(theme.font("small"))
        painter.drawText(QPointF(TEXT_LEFT + mono.horizontalAdvance(brokers), 43), security)

    def _when(self) -> str:
        if not self.saved.used:
            return ""
        used = moment(self.saved.used)
        return f"{used.day} {used.clock[:5]}"

    def _delete(self) -> None:
        """The first press asks; the second one, within a few seconds, deletes."""
        if self.is_sure:
            self._spare()
            self.deleted.emit(self.saved.profile.name)
            return
        self._sure.start()
        self.delete_button.say("Delete?")
        self.delete_button.setAccessibleName(f"Delete {self.saved.profile.name} and its passwords: press again")
        self.delete_button.setToolTip("Press again to delete the connection and its passwords")
        self._place_buttons()
        self.update()

    def _spare(self) -> None:
        self._sure.stop()
        self.delete_button.say("")
        self.delete_button.setAccessibleName(f"Delete {self.saved.profile.name}")
        self.delete_button.setToolTip(f"Delete {self.saved.profile.name}")
        self._place_buttons()
        self.update()
