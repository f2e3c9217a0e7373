"""Everything that can be done in the window, each with its words and its keys; the menu shows them all."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from meshdesk.ui import icons, theme
from meshdesk.ui.panels import step
from meshdesk.ui.status import WORKS_KEYS
from meshdesk.ui.widgets.record_lines import COLUMNS

if TYPE_CHECKING:
    from meshdesk.ui.pages import ViewModule
    from meshdesk.ui.window import Window

THEMES: dict[theme.Choice, str] = {"system": "As the system", "light": "Light", "dark": "Dark"}


class Actions:
    """The actions of one window. They live as long as it does and work wherever the focus is."""

    def __init__(self, window: "Window") -> None:
        self._window = window
        self._icons: dict[QAction, str] = {}
        self.start = self._make("New connection…", "Ctrl+N", "plug", window.show_start)
        self.open = self._make("Open a capture…", "Ctrl+O", "folder-open", window.opening.ask_for_file)
        self.save = self._make("Save the capture as…", "Ctrl+S", "save", window.opening.ask_where_to_save)
        self.close = self._make("Close the capture", "Ctrl+W", "x", window.opening.close_capture)
        self.copy = self._make("Copy", "Ctrl+C", "copy", lambda: window.copy(False))
        self.copy_json = self._make("Copy as JSON", "Ctrl+Shift+C", "braces", lambda: window.copy(True))
        self.find_topic = self._make("Find a topic", "Ctrl+F", "search", window.frame.find_topic)
        self.filter = self._make("Filter the records", "Ctrl+Shift+F", "search", window.frame.filter_records)
        self.save_all = self._make(
            "Save all captures as…", "Ctrl+Shift+S", "save", window.opening.ask_where_to_save_all
        )
        self.logs = self._make("Open the folder of logs", "", "folder-open", window.open_logs)
        self.diagnosis = self._make("Copy diagnosis", "", "clipboard-list", window.copy_diagnosis)
        self.tour = self._make("Take the tour", "", "signpost", window.take_tour)
        self.explorer = self._make("Explorer", "Ctrl+B", "panel-left", window.frame.toggle_explorer)
        self.inspector = self._make("Inspector", "Ctrl+I", "panel-right", window.frame.toggle_inspector)
        self.panels = [self.explorer, self.inspector]
        if window.frame.strip is not None:
            self.panels.append(self._make("Strip", "Ctrl+T", "panel-bottom", window.frame.toggle_strip))
        self.sorts = [
            self._make(f"Sort by {column.by}", "", "arrow-up-down", partial(window.frame.records.turn, place))
            for place, column in enumerate(COLUMNS)
            if column.by is not None
        ]
        self.pause = self._make("Pause the list", "Ctrl+P", "pause", window.frame.records.pause)
        self.follow = self._make(
            "Follow the newest", "Ctrl+E", "arrow-down-to-line", lambda: window.frame.records.follow(True)
        )
        self.palette = self._make("Find anything…", "Ctrl+K", "search", window.open_palette)
        self.next_panel = self._make("Next panel", "F6", "panel-right", lambda: step(window, 1))
        self.panel_before = self._make("Panel before", "Shift+F6", "panel-left", lambda: step(window, -1))
        self.works = self._make("What is running", WORKS_KEYS, "loader", window.show_works)
        self.back = self._make("Back", "Alt+Left", "chevron-left", window.places.back)
        self.forward = self._make("Forward", "Alt+Right", "chevron-right", window.places.forward)
        self.views = [self._make_view(place, module) for place, module in enumerate(window.pages.modules.values(), 1)]
        self.quit = self._make("Quit", "Ctrl+Q", "power", window.close)
        self.themes = QActionGroup(window)
        for choice, words in THEMES.items():
            action = QAction(words, window)
            action.setCheckable(True)
            action.setData(choice)
            action.triggered.connect(lambda _=False, choice=choice: window.wear(choice))
            self.themes.addAction(action)
        for action in self.panels:
            action.setCheckable(True)
        self._is_dressed = False

    def view_keys(self) -> list[QKeySequence]:
        """The keys of each view, in their order."""
        return [action.shortcut() for action in self.views]

    def named(self) -> list[tuple[str, QAction]]:
        """All but the views, each with words that stand for themselves, outside of its menu too."""
        themes = [(f"Theme: {action.text()}", action) for action in self.themes.actions()]
        own = [action for action in self._icons if action not in (*self.views, self.palette)]
        return [(action.text().removesuffix("…"), action) for action in own] + themes

    def icon_name(self, action: QAction) -> str:
        """Its icon's name; the themes, which have none in the menu, share one."""
        return self._icons.get(action, "sun-moon")

    def keys(self) -> list[tuple[str, str]]:
        """The words and the keys of every action that has some, for the help."""
        actions = [action for action in self._icons if not action.shortcut().isEmpty()]
        native = QKeySequence.SequenceFormat.NativeText
        return [(action.text().rstrip("…"), action.shortcut().toString(native)) for action in actions]

    def menu(self) -> QMenu:
        """The menu behind the … button. One longer than the screen is high would stand in two columns (Qt's way): what belongs
        together is a menu below it."""
        menu = QMenu(self._window)
        menu.addActions([self.start, self.open, self.save, self.save_all, self.close])
        menu.addSeparator()
        menu.addActions([self.palette, self.find_topic, self.copy, self.copy_json])
        records = menu.addMenu("Records")
        records.addActions([self.filter, self.follow, self.pause])
        records.addSeparator()
        records.addMenu("Sort the list").addActions(self.sorts)
        columns = records.addMenu("Columns of the list")
        columns.aboutToShow.connect(lambda: self._fill_columns(columns))
        menu.addSeparator()
        menu.addActions([self.back, self.forward])
        menu.addMenu("Views").addActions(self.views)
        menu.addMenu("Panels").addActions(self.panels)
        menu.addMenu("Theme").addActions(self.themes.actions())
        menu.addSeparator()
        menu.addAction(self.works)
        menu.addMenu("Help").addActions([self.tour, self.logs, self.diagnosis])
        menu.addAction(self.quit)
        menu.aboutToShow.connect(self.refresh)
        return menu

    def refresh(self) -> None:
        """Asks the window what can be done now."""
        if not self._is_dressed:
            self._dress()
        window = self._window
        self.save.setEnabled(window.current is not None and window.current.state in ("live", "ended"))
        self.save_all.setEnabled(len(window.opening.savable) > 1)
        self.back.setEnabled(window.places.history.can_go_back)
        self.forward.setEnabled(window.places.history.can_go_forward)
        self.close.setEnabled(window.current is not None)
        self.follow.setEnabled(window.frame.records.is_live)
        for action in self.sorts:
            action.setEnabled(window.frame.records.opened is not None)
        self.pause.setEnabled(window.frame.records.is_live)
        self.explorer.setChecked(window.frame.explorer.isVisible())
        self.inspector.setChecked(window.frame.inspector.isVisible())
        for strip in self.panels[2:]:
            strip.setChecked(window.frame.strip is not None and window.frame.strip.isVisible())
        for action in self.themes.actions():
            action.setChecked(action.data() == theme.choice())

    def undress(self) -> None:
        """The colours have changed: the icons are drawn anew when the menu opens."""
        self._is_dressed = False

    def _dress(self) -> None:
        self._is_dressed = True
        for action, name in self._icons.items():
            action.setIcon(icons.icon(name, theme.colours().second))

    def _make(self, text: str, keys: str, icon: str, do: Callable[[], object]) -> QAction:
        action = QAction(text, self._window)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutVisibleInContextMenu(True)
        action.triggered.connect(lambda _=False: do())
        self._icons[action] = icon
        self._window.addAction(action)
        return action

    def _make_view(self, place: int, module: "ViewModule") -> QAction:
        keys = str(getattr(module, "KEYS", f"Ctrl+{place}"))
        return self._make(module.TITLE, keys, module.ICON, lambda: self._window.go_to_view(module.NAME))

    def _fill_columns(self, menu: QMenu) -> None:
        menu.clear()
        self._window.frame.records.table.columns_menu(menu)
