"""What the palette finds in a window: its views, its actions, its captures with their topics, what is saved. A kind is one line here."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from meshdesk.model.product_page import product_ids
from meshdesk.session.handbook import PAGES
from meshdesk.session.settings import SETTINGS
from meshdesk.ui.palette import Source
from meshdesk.ui.views.help import show_help
from meshdesk.ui.views.settings import show_setting
from meshdesk.ui.widgets.record_lines import CONTROLS

if TYPE_CHECKING:
    from meshdesk.session.opened import Opened
    from meshdesk.ui.window import Window


def _views(window: "Window") -> Iterator[Source]:
    actions = window.actions_.views
    yield _of_actions(window, "Views", [(action.text(), action) for action in actions])


def _actions(window: "Window") -> Iterator[Source]:
    window.actions_.refresh()
    yield _of_actions(window, "Actions", window.actions_.named())


def _captures(window: "Window") -> Iterator[Source]:
    captures = tuple(window.session.captures)
    titles = [opened.title.translate(CONTROLS) for opened in captures]
    yield Source(
        "Open captures",
        titles,
        lambda k: window.show_capture(captures[k]),
        lambda _: "plug",
        lambda k: captures[k].state_text,
    )


def _saved(window: "Window") -> Iterator[Source]:
    profiles = window.session.book.found.profiles
    yield Source(
        "Saved connections",
        [profile.name for profile in profiles],
        lambda k: window.start.open_saved(profiles[k].name),
        lambda _: "plug",
        lambda k: "production" if profiles[k].is_production else profiles[k].bootstrap,
    )


def _topics(window: "Window") -> Iterator[Source]:
    for opened in window.session.captures:
        names = [topic.name for topic in opened.topics if not topic.internal]
        names += [topic.name for topic in opened.topics if topic.internal]
        title = opened.title.translate(CONTROLS)
        group = "Topics" if len(window.session.captures) == 1 else f"Topics of {title}"
        yield Source(group, names, partial(_go_to_topic, window, opened, names))


def _products(window: "Window") -> Iterator[Source]:
    for opened in window.session.captures:
        products = product_ids(opened.mesh)
        if products:
            title = opened.title.translate(CONTROLS)
            group = "Products" if len(window.session.captures) == 1 else f"Products of {title}"
            yield Source(
                group,
                [name for _, name, _ in products],
                partial(_go_to_product, window, opened, [known for known, _, _ in products]),
                lambda _: "package",
                partial(lambda domains, k: domains[k], [domain for _, _, domain in products]),
            )


def _go_to_product(window: "Window", opened: "Opened", ids: list[str], k: int) -> None:
    window.open_product(opened, ids[k])


def _go_to_topic(window: "Window", opened: "Opened", names: list[str], k: int) -> None:
    """The list has the keys then: whoever found the topic with them goes on with them."""
    window.open_topic(opened, names[k])
    window.frame.records.table.setFocus(Qt.FocusReason.OtherFocusReason)


def _settings(window: "Window") -> Iterator[Source]:
    titles = [setting.title for setting in SETTINGS]
    shown = [setting.kind.shown(window.settings.value(setting.key)) for setting in SETTINGS]
    yield Source(
        "Settings", titles, lambda k: show_setting(window, SETTINGS[k].key), lambda _: "settings", lambda k: shown[k]
    )


def _help(window: "Window") -> Iterator[Source]:
    titles = [title for _, title in PAGES]
    yield Source("Help", titles, lambda k: show_help(window, PAGES[k][0]), lambda _: "circle-question-mark")


# In the order in which they stand while nothing is looked for.
KINDS: tuple[Callable[["Window"], Iterator[Source]], ...] = (
    _views,
    _captures,
    _saved,
    _topics,
    _products,
    _actions,
    _settings,
    _help,
)


def sources(window: "Window") -> list[Source]:
    """All that can be found now."""
    return [source for kind in KINDS for source in kind(window)]


def _of_actions(window: "Window", group: str, named: list[tuple[str, QAction]]) -> Source:
    def do(k: int) -> None:
        words, action = named[k]
        if action.isEnabled():
            action.trigger()
        else:
            window.toast.say(f"“{words}” is not possible now.")

    return Source(
        group,
        [words for words, _ in named],
        do,
        lambda k: window.actions_.icon_name(named[k][1]),
        lambda k: named[k][1].shortcut().toString(QKeySequence.SequenceFormat.NativeText),
        lambda k: named[k][1].isEnabled(),
    )
