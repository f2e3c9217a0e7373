"""The rail at the left edge: an icon for each view, the explorer's where it is folded away, and how much trouble is new."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from meshdesk.ui import icons, theme
from meshdesk.ui.widgets.controls import with_shortcut

if TYPE_CHECKING:
    from meshdesk.ui.pages import ViewModule

BUTTON = 36
ICON = 19
BADGE = 14  # height
MOST = 99  # that a badge counts; more are said as "99+"
EXPLORER = "explorer"


class Rail(QWidget):
    """48 px that are always there. `pressed` carries the name of a view, or EXPLORER."""

    pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(theme.RAIL)
        self.setAccessibleName("Views")
        self.buttons: dict[str, RailButton] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 1, 8)
        self._column.setSpacing(4)

    def fill(self, modules: "Sequence[ViewModule]", keys: Sequence[str]) -> None:
        """A button for each view; `keys` are their shortcuts."""
        explorer = self._add(EXPLORER, "panel-left", "Topics", "Ctrl+B")
        explorer.hide()
        for at_foot in (False, True):
            for module, shortcut in zip(modules, keys, strict=True):
                if at_foot == module.IS_AT_FOOT:
                    self._add(module.NAME, module.ICON, module.TITLE, shortcut)
            if not at_foot:
                self._column.addStretch(1)

    def mark(self, shown: str, can_be_shown: Sequence[str]) -> None:
        """Which view is on the screen, and which ones there is something to show of."""
        for name, button in self.buttons.items():
            if name != EXPLORER:
                button.setChecked(name == shown)
                button.setEnabled(name in can_be_shown)

    def offer_explorer(self, is_folded: bool, is_open: bool) -> None:
        """In a narrow window the explorer has its button here."""
        if EXPLORER in self.buttons:
            self.buttons[EXPLORER].setVisible(is_folded)
            self.buttons[EXPLORER].setChecked(is_folded and is_open)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            c = theme.colours()
            painter.fillRect(self.rect(), c.panel)
            painter.fillRect(self.width() - 1, 0, 1, self.height(), c.line)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down go from button to button."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        usable = [button for button in self.buttons.values() if button.isVisible() and button.isEnabled()]
        at = next((place for place, button in enumerate(usable) if button.hasFocus()), None)
        if step is None or at is None:
            super().keyPressEvent(event)
        else:
            usable[(at + step) % len(usable)].setFocus(Qt.FocusReason.TabFocusReason)

    def _add(self, name: str, icon: str, title: str, shortcut: str) -> "RailButton":
        button = self.buttons[name] = RailButton(icon, title, shortcut)
        button.clicked.connect(lambda: self.pressed.emit(name))
        self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        return button


class RailButton(QAbstractButton):
    """An icon with a badge for a number."""

    def __init__(self, icon: str, title: str, shortcut: str) -> None:
        super().__init__()
        self._icon, self._title = icon, title
        self.badge = 0
        self.setCheckable(True)
        self.setAccessibleName(title)
        self.setToolTip(with_shortcut(title, shortcut))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def count(self, number: int) -> None:
        """Shows a number at the corner of the icon; 0 shows none."""
        if number != self.badge:
            self.badge = number
            self.setAccessibleDescription(f"{number} new" if number else "")
            self.update()

    def nextCheckState(self) -> None:
        """The view on the screen is what checks it, not the press."""

    def sizeHint(self) -> QSize:
        return QSize(BUTTON, BUTTON)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down are the rail's: Qt would leave it at its ends."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        hot = self.isEnabled() and (self.underMouse() or self.isDown())
        if self.isChecked() or hot or self.hasFocus():
            painter.setPen(c.accent if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(c.accent_back if self.isChecked() else c.faint if hot else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, theme.CARD_RADIUS, theme.CARD_RADIUS)
        colour = c.accent_text if self.isChecked() else c.text if hot else c.second if self.isEnabled() else c.third
        at = (BUTTON - ICON) / 2
        icons.draw(painter, self._icon, at, at, ICON, colour)
        if self.badge:
            self._paint_badge(painter)

    def _paint_badge(self, painter: QPainter) -> None:
        c = theme.colours()
        words = str(self.badge) if self.badge <= MOST else f"{MOST}+"
        font = theme.font("badge")
        painter.setFont(font)
        width = max(BADGE, painter.fontMetrics().horizontalAdvance(words) + 7)
        box = QRectF(BUTTON - 1 - width, 1, width, BADGE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(c.attention_text)
        painter.drawRoundedRect(box, BADGE / 2, BADGE / 2)
        painter.setPen(c.canvas)
        metrics = painter.fontMetrics()
        base = box.top() + (BADGE + metrics.capHeight()) / 2
        painter.drawText(QPointF(box.center().x() - metrics.horizontalAdvance(words) / 2, round(base)), words)
