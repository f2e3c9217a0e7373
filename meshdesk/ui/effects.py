"""What each setting does: where a choice takes effect, at the start and when it is changed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QApplication

from meshdesk.session.settings import Setting, Settings
from meshdesk.ui import theme

if TYPE_CHECKING:  # the window follows them, and is there already
    from meshdesk.ui.window import Window

GB = 1_000_000_000


def dress(app: QApplication, settings: Settings, wanted: theme.Choice | None = None) -> None:
    """Before the first paint: all that concerns how the window looks. `wanted` holds for this run whatever was chosen."""
    theme.move_less(settings.is_on("less_motion"))
    theme.write_payloads_in(app, settings.word("payload_font") == "bundled")
    theme.apply(app, wanted or cast(theme.Choice, settings.word("appearance")))


def follow(window: "Window") -> None:
    """Once there is a session: what was chosen takes effect, and so does what is changed from now on."""

    def take_effect(setting: Setting) -> None:
        EFFECTS[setting.key](window)

    for key in OF_THE_SESSION:
        if key in window.settings.chosen:
            EFFECTS[key](window)
    window.settings.listen(take_effect)


def _app() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


def _appearance(window: "Window") -> None:
    theme.apply(_app(), cast(theme.Choice, window.settings.word("appearance")))


def _payload_font(window: "Window") -> None:
    theme.write_payloads_in(_app(), window.settings.word("payload_font") == "bundled")


def _less_motion(window: "Window") -> None:
    theme.move_less(window.settings.is_on("less_motion"))


def _times(window: "Window") -> None:
    # No time stands on the first page, and the first paint does not pay for calendars.
    from meshdesk.session.zone import Zone, show_in

    show_in(cast(Zone, window.settings.word("times")))
    window.say_times_anew()


def _first_read(window: "Window") -> None:
    window.frame.records.first_read = window.settings.word("first_read")


def _capture_limit(window: "Window") -> None:
    window.session.capture_limit = round(window.settings.number("capture_limit") * GB)


def _kept_free(window: "Window") -> None:
    window.session.kept_free = window.settings.number("kept_free") / 100


def _at_the_next_start(_window: "Window") -> None:
    """Qt takes the scale when the application is made (app.py)."""


EFFECTS: dict[str, Callable[["Window"], None]] = {
    "appearance": _appearance,
    "window_scale": _at_the_next_start,
    "payload_font": _payload_font,
    "less_motion": _less_motion,
    "times": _times,
    "first_read": _first_read,
    "capture_limit": _capture_limit,
    "kept_free": _kept_free,
}
OF_THE_SESSION = ("times", "first_read", "capture_limit", "kept_free")  # the others dress the program
