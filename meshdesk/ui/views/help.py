"""The help: pages that open offline, a list of them, and a search over all. About is one of its pages."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from PySide6.QtCore import QSize, Qt, Signal, qVersion
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from meshdesk.session.handbook import PAGES, Found, Page, keys_table, local_facts, pages, search
from meshdesk.session.parts import Inventory, Part, text_of
from meshdesk.session.settings import Settings
from meshdesk.ui import theme
from meshdesk.ui.views.settings import show_setting
from meshdesk.ui.widgets.controls import Rule, draw_focus, name_bars
from meshdesk.ui.widgets.markdown_page import MarkdownPage

if TYPE_CHECKING:
    from meshdesk.ui.window import Window

NAME = "help"
TITLE = "Help"
ICON = "circle-question-mark"
IS_FRAMED = False
IS_AT_FOOT = True
KEYS = "F1"
LIST_WIDTH = 248
LIST_SMALL = 214  # beside a page in a window that is narrow
LOOKING = "What it is made of is being looked up …"


class HelpView(QWidget):
    """A list of pages at the left, the page at the right. What a link asks for beyond the pages is a signal."""

    setting_asked = Signal(str)  # a key of SETTINGS, to be found in the settings
    diagnosis_asked = Signal()
    tour_asked = Signal()

    def __init__(self, settings: Settings, keys: Callable[[], Sequence[tuple[str, str]]]) -> None:
        """`keys` gives the words of every action and its shortcut."""
        super().__init__()
        self.setAccessibleName("Help")
        self._settings, self._keys = settings, keys
        self._revision = -1
        self._pages: tuple[Page, ...] = ()
        self._inventory: Inventory | None = None
        self._shows_parts = self._shows_licence = False
        self.shown = PAGES[0][0]  # the name of the page on the screen
        self.field = _Field()
        self.list = _List()
        self.page = MarkdownPage("Page of the help")
        self.field.textChanged.connect(self.look_for)
        self.field.returnPressed.connect(self.next_hit)
        self.field.down.connect(self.list.setFocus)
        self.list.currentItemChanged.connect(self._turned)
        self.page.asked.connect(self.follow)
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Says anew what settings change, and what is known of the parts by now."""
        found = self._inventory is not None and self._inventory.found is not None
        if self._settings.revision != self._revision or found != self._shows_parts:
            self._revision, self._shows_parts = self._settings.revision, found
            self._pages = pages(self._facts())
            self._fill_list()
            self.show_page(self.shown)

    def show_page(self, name: str) -> None:
        """Brings a page to the screen, from its top."""
        page = next((page for page in self._pages if page.name == name), self._pages[0])
        self.shown, self._shows_licence = page.name, False
        if page.name == "about" and self._inventory is None:
            self._inventory = Inventory(str(qVersion()))
        self.page.setAccessibleName(f"Help: {page.title}")
        self.page.show_markdown(page.text)
        self.page.mark(self.field.text())
        self._choose(page.name)

    def look_for(self, text: str) -> None:
        """Leaves the pages that hold the word, with how often, and goes to the first place."""
        self._fill_list()
        found = self._found()
        names = [hit.page.name for hit in found]
        if text.strip() and names and self.shown not in names:
            self.show_page(names[0])
        else:
            self.page.mark(text)
            self._choose(self.shown)

    def next_hit(self) -> None:
        """The next place on this page, then on the next page that holds the word, and round again."""
        names = [hit.page.name for hit in self._found()]
        if names and not self.page.next_hit():
            after = names.index(self.shown) + 1 if self.shown in names else 0
            self.show_page(names[after % len(names)])

    def follow(self, link: str) -> None:
        """Goes where a link leads."""
        kind, _, rest = link.partition(":")
        if link.endswith(".md"):
            self.show_page(link.removesuffix(".md"))
        elif kind == "settings":
            self.setting_asked.emit(rest)
        elif kind == "licence":
            self._show_licence(unquote(rest))
        elif link == "do:diagnosis":
            self.diagnosis_asked.emit()
        elif link == "do:tour":
            self.tour_asked.emit()

    def go_to_the_field(self) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def showEvent(self, event: QShowEvent) -> None:
        """Who opens it most likely looks for something."""
        super().showEvent(event)
        self.go_to_the_field()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._shows_licence:
            self.show_page("about")
        elif event.key() == Qt.Key.Key_Escape and self.field.text():
            self.field.clear()
        else:
            super().keyPressEvent(event)

    def _facts(self) -> dict[str, str]:
        parts = self._inventory.found if self._inventory is not None else None
        versions = LOOKING if parts is None else parts_table(parts)
        return {**local_facts(self._settings), "keys": keys_table(self._keys()), "versions": versions}

    def _found(self) -> tuple[Found, ...]:
        return search(self._pages, self.field.text())

    def _fill_list(self) -> None:
        word = self.field.text().strip()
        if word:
            self.list.fill([(hit.page.name, hit.page.title, str(hit.count), hit.excerpt) for hit in self._found()])
        else:
            self.list.fill([(page.name, page.title, "", "") for page in self._pages])
        self.field.setAccessibleDescription("No page holds this word." if word and not self.list.count() else "")

    def _choose(self, name: str) -> None:
        self.list.blockSignals(True)
        self.list.choose(name)
        self.list.blockSignals(False)

    def _turned(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.show_page(str(item.data(Qt.ItemDataRole.UserRole)))

    def _show_licence(self, name: str) -> None:
        parts = self._inventory.found if self._inventory is not None else None
        part = next((part for part in parts or () if part.name == name), None)
        if part is not None:
            head = f"{part.name} {part.version}\n{part.licence}\nEscape leads back."
            self.page.show_plain(f"{head}\n\n{text_of(part)}")
            self._choose("")  # a press on the page's name leads back, too
            self._shows_licence = True
            self.page.setAccessibleName(f"Licence of {part.name}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._left.setFixedWidth(LIST_WIDTH if event.size().width() >= theme.SLIM else LIST_SMALL)

    def _lay_out(self) -> None:
        left = self._left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(10)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(left)
        row.addWidget(Rule(vertical=True))
        row.addWidget(self.page, 1)


def parts_table(parts: Sequence[Part]) -> str:
    """The parts as a table of Markdown, each with the way to its licence."""
    rows = [
        f"| {part.name} | {part.version} | " + (f"[{part.licence}](licence:{quote(part.name)}) |") for part in parts
    ]
    return "\n".join(["| Part | Version | Licence |", "|---|---|---|", *rows])


class _Field(QLineEdit):
    """The search; Down goes to the list."""

    down = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("Search the help")
        self.setAccessibleName("Search the help for a word")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.down.emit()
        else:
            super().keyPressEvent(event)


class _List(QListWidget):
    """The pages, or those that hold a word with how often."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Pages of the help")
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        name_bars(self, "the pages")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self.viewport()) as painter:
            draw_focus(painter, self)

    def fill(self, entries: Sequence[tuple[str, str, str, str]]) -> None:
        """Each is (name, title, count, excerpt)."""
        self.blockSignals(True)
        self.clear()
        for name, title, number, excerpt in entries or [("", "No page holds this word.", "", "")]:
            item = QListWidgetItem(f"{title}  {number}".rstrip())
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setSizeHint(QSize(10, theme.TREE_ROW + 2))
            item.setFont(theme.font("text"))
            if excerpt:
                item.setToolTip(excerpt)
                item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, f"{number} times: {excerpt}")
            if not name:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addItem(item)
        self.blockSignals(False)

    def choose(self, name: str) -> None:
        for place in range(self.count()):
            if self.item(place).data(Qt.ItemDataRole.UserRole) == name:
                self.setCurrentRow(place)
                return
        self.setCurrentRow(-1)


def make(window: "Window") -> HelpView:
    """The view of a window."""
    view = HelpView(window.settings, window.actions_.keys)
    view.diagnosis_asked.connect(window.copy_diagnosis)
    view.tour_asked.connect(window.take_tour)
    view.setting_asked.connect(lambda key: show_setting(window, key))
    return view


def show_help(window: "Window", page: str) -> None:
    """Opens the help at one page."""
    window.show_view("help")
    view = window.pages.view(NAME)
    assert isinstance(view, HelpView)
    view.field.clear()
    view.show_page(page)
