"""The settings, in groups, each with its sentence and its control; a field at the top finds one by a word."""

from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent, QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QScrollArea, QVBoxLayout, QWidget

from meshdesk.session.settings import BY_KEY, NOW, SETTINGS, Choice, Number, Setting, Settings, Value
from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import Button, Segments, name_bars
from meshdesk.ui.widgets.number_field import NumberField
from meshdesk.ui.widgets.prose import Prose

if TYPE_CHECKING:
    from meshdesk.ui.window import Window

NAME = "settings"
TITLE = "Settings"
ICON = "settings"
IS_FRAMED = False
IS_AT_FOOT = True
KEYS = "Ctrl+,"
WIDTH = 720
SIDE = 16  # px beside the texts of a card
SEGMENTS_MOST = 3  # choices side by side; more come in a menu


def make(window: "Window") -> "SettingsView":
    """The view of a window."""
    view = SettingsView(window.settings)
    view.said.connect(window.toast.say)
    return view


def show_setting(window: "Window", key: str) -> None:
    """Leads to one setting, which is marked among the others."""
    window.show_view(NAME)
    view = window.pages.view(NAME)
    assert isinstance(view, SettingsView)
    view.field.setText(BY_KEY[key].title)


class SettingsView(QWidget):
    """Every setting of SETTINGS. What is changed takes effect where it says; nothing has to be confirmed."""

    said = Signal(str)  # a sentence that passes

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.setAccessibleName(TITLE)
        self._settings = settings
        self._shown_revision = -1
        self.field = QLineEdit()
        self.field.setPlaceholderText("Find a setting")
        self.field.setAccessibleName("Find a setting by a word in its title or sentence")
        self.field.textChanged.connect(self.look_for)
        self.rows = {setting.key: SettingRow(setting, self._choose, settings.reset) for setting in SETTINGS}
        self.groups = [
            _Group(group, [self.rows[setting.key] for setting in members])
            for group, members in groupby(SETTINGS, lambda setting: setting.group)
        ]
        self.nothing = Prose("text", "second")
        self.nothing.hide()
        self.folder_button = Button("Open the folder", icon="folder-open")
        self.folder_button.clicked.connect(self.open_folder)
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Shows what was chosen elsewhere: in the menu, in another view."""
        if self._settings.revision == self._shown_revision:
            return
        self._shown_revision = self._settings.revision
        for key, row in self.rows.items():
            row.show_value(self._settings.value(key))

    def look_for(self, text: str) -> None:
        """Leaves only the settings that hold the word, and marks it."""
        word = " ".join(text.split())
        for group in self.groups:
            group.look_for(word)
        self.nothing.say(f"No setting holds “{word}”. Escape shows all of them.")
        self.nothing.setVisible(not any(row.is_found for row in self.rows.values()))

    def open_folder(self) -> None:
        """Shows the folder of the file in the system's own file manager; where it cannot, says where it is."""
        path = self._settings.path
        if path is None:
            self.said.emit("Nothing is stored in this run.")
        elif not path.parent.is_dir():
            self.said.emit(f"{path.parent} is made when the first setting is changed.")
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))):
            self.said.emit(f"The settings are in {path.parent}.")

    def go_to_the_field(self) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def showEvent(self, event: QShowEvent) -> None:
        """Who opens it most likely looks for something."""
        super().showEvent(event)
        self.go_to_the_field()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.field.text():
            self.field.clear()
            self.go_to_the_field()
        else:
            super().keyPressEvent(event)

    def _choose(self, key: str, value: Value) -> None:
        self._settings.choose(key, value)

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setMaximumWidth(WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 28, 0, 32)
        column.setSpacing(8)
        column.addWidget(Prose("heading", "text", "Settings"))
        column.addSpacing(4)
        column.addWidget(self.field)
        column.addWidget(self.nothing)
        for group in self.groups:
            column.addWidget(group)
        column.addSpacing(12)
        column.addLayout(self._foot())
        column.addStretch(1)
        page = QWidget()
        page.setBackgroundRole(QPalette.ColorRole.Base)
        row = QHBoxLayout(page)
        row.setContentsMargins(20, 0, 20, 0)
        row.addStretch(1)
        row.addWidget(inner, 1_000)  # as wide as it may be; the rest is beside it
        row.addStretch(1)
        area = QScrollArea()
        area.setAccessibleName("All settings")
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        name_bars(area, "the settings")
        area.setWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        for each in self.rows.values():
            each.focused.connect(lambda row: area.ensureWidgetVisible(row, 0, 24))

    def _foot(self) -> QHBoxLayout:
        path = self._settings.path
        where = f"They are kept in {path}, which can be read and edited." if path else "Nothing is stored in this run."
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(Prose("small", "second", where), 1)
        row.addWidget(self.folder_button, 0, Qt.AlignmentFlag.AlignTop)
        return row


class SettingRow(QWidget):
    """Title and sentence at the left, the control at the right, below it the way back to the default."""

    focused = Signal(object)

    def __init__(self, setting: Setting, choose: Callable[[str, Value], None], reset: Callable[[str], None]) -> None:
        super().__init__()
        self.setting = setting
        self.is_found = True
        self._choose = choose
        self.title = Prose("strong", "text", setting.title)
        self.sentence = Prose("text", "second", setting.sentence)
        self.wrong = Prose("small", "bad_text")
        self.control = self._make_control()
        default = setting.kind.shown(setting.default)
        self.reset_button = Button("Back to default", name=f"{setting.title}: back to default, {default}", frame=False)
        self.reset_button.setToolTip(f"Back to default: {default}")
        self.reset_button.clicked.connect(lambda: reset(setting.key))
        texts = QVBoxLayout()
        texts.setSpacing(2)
        for text in (self.title, self.sentence, self.wrong):
            texts.addWidget(text)
        if setting.takes_effect != NOW:
            texts.addWidget(Prose("small", "accent_text", setting.takes_effect))
        texts.addStretch(1)
        side = QVBoxLayout()
        side.setSpacing(2)
        side.addWidget(self.control, 0, Qt.AlignmentFlag.AlignRight)
        side.addWidget(self.reset_button, 0, Qt.AlignmentFlag.AlignRight)
        side.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(SIDE, 10, SIDE, 10)
        row.setSpacing(24)
        row.addLayout(texts, 1)
        row.addLayout(side)
        self.wrong.hide()
        keeps = self.reset_button.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)  # nothing moves when something is chosen
        self.reset_button.setSizePolicy(keeps)

    def show_value(self, value: Value) -> None:
        setting, control = self.setting, self.control
        if isinstance(control, NumberField):
            control.show_value(float(value))
        elif isinstance(control, Segments):
            control.choose(_places(setting).index(value))
        else:
            assert isinstance(control, _Menu)
            control.show_value(value)
        self.reset_button.setVisible(value != setting.default)

    def look_for(self, word: str) -> bool:
        """Whether the word stands in it; it is marked there."""
        for text in (self.title, self.sentence):
            text.mark(word)
        self.is_found = not word or bool(self.title.hits or self.sentence.hits)
        self.setVisible(self.is_found)
        return self.is_found

    def _make_control(self) -> QWidget:
        setting, kind = self.setting, self.setting.kind
        if isinstance(kind, Number):
            field = NumberField(setting.title, kind)
            field.chosen.connect(lambda value: self._choose(setting.key, value))
            field.wrong.connect(self._say_wrong)
            return field
        if isinstance(kind, Choice) and len(kind.options) > SEGMENTS_MOST:
            return _Menu(setting.title, kind, lambda value: self._choose(setting.key, value))
        words = [kind.shown(value) for value in _places(setting)]
        segments = Segments(setting.title, [word[:1].upper() + word[1:] for word in words])
        segments.chosen.connect(lambda place: self._choose(setting.key, _places(setting)[place]))
        return segments

    def _say_wrong(self, sentence: str) -> None:
        self.wrong.say(sentence)
        self.wrong.setVisible(bool(sentence))


class _Menu(Button):
    """One of several choices, in a menu below the button that names the present one."""

    def __init__(self, title: str, kind: Choice, choose: Callable[[Value], None]) -> None:
        super().__init__("", name=title, icon="chevron-down")
        self._title, self._kind = title, kind
        menu = QMenu(self)
        for word, words in kind.options:
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setData(word)
            action.triggered.connect(lambda _=False, word=word: choose(word))
        self.choices = menu
        self.set_menu(menu)

    def show_value(self, value: Value) -> None:
        self.say(self._kind.shown(value))
        self.setAccessibleName(f"{self._title}: {self._kind.shown(value)}")
        for action in self.choices.actions():
            action.setChecked(action.data() == value)


class _Group(QWidget):
    """A label and a raised card with a line between its rows."""

    def __init__(self, title: str, rows: list[SettingRow]) -> None:
        super().__init__()
        self._rows = rows
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(6)
        column.addWidget(Prose("label", "second", title))
        card = _Card(rows)
        column.addWidget(card)

    def look_for(self, word: str) -> None:
        found = [row.look_for(word) for row in self._rows]
        self.setVisible(any(found))


class _Card(QWidget):
    def __init__(self, rows: list[SettingRow]) -> None:
        super().__init__()
        self._rows = rows
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 2, 1, 2)
        column.setSpacing(0)
        for row in rows:
            column.addWidget(row)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(c.raised)
        painter.setPen(c.line)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, theme.CARD_RADIUS, theme.CARD_RADIUS)
        shown = [row for row in self._rows if row.isVisible()]
        for row in shown[1:]:
            painter.fillRect(SIDE, row.y(), self.width() - 2 * SIDE, 1, c.faint)


def _places(setting: Setting) -> list[Value]:
    """The values in the order of their segments."""
    return [word for word, _ in setting.kind.options] if isinstance(setting.kind, Choice) else [False, True]
