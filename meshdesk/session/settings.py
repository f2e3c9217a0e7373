"""The settings: everything that a person may choose, each with a sentence. The one owner of what was chosen; without Qt.

A setting is one line in SETTINGS. It is checked when it is read, shown by the settings' view, named in a diagnosis and
takes effect where ui/effects.py says; what is not chosen has its default and stands in no file.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from meshdesk.model.wording import plural
from meshdesk.session.settings_file import FILE, SettingsFile

if TYPE_CHECKING:  # the first paint waits for this file, and seldom has anything gone wrong with it
    from meshdesk.model.trouble import Trouble

Value = str | float | bool

NOW = "At once."
NEXT_TOPIC = "For topics that are opened from now on."
NEXT_CAPTURE = "For connections that are opened from now on."
NEXT_START = "At the next start of MeshDesk."


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    options: tuple[tuple[str, str], ...]  # the word in the file, the words on the screen

    def problem(self, value: object) -> str:
        """What is wrong with a value, as the end of a sentence; "" where nothing is."""
        words = [word for word, _ in self.options]
        return "" if isinstance(value, str) and value in words else f"is none of {', '.join(words)}"

    def shown(self, value: Value) -> str:
        return next((words for word, words in self.options if word == value), str(value))


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its unit, within bounds."""

    unit: str
    least: float
    most: float
    step: float = 1
    decimals: int = 0

    def problem(self, value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "is no number"
        if not self.least <= value <= self.most:  # nor is nan
            return f"is not between {self.plain(self.least)} and {self.plain(self.most)} {self.unit}"
        if round(value, self.decimals) == value:
            return ""
        return f"has more than {plural(self.decimals, 'decimal')}" if self.decimals else "is no whole number"

    def plain(self, value: Value) -> str:
        """Without its unit.

        >>> Number("GB", 0.1, 1000, decimals=1).plain(2.0), Number("MB", 1, 500_000).plain(100_000)
        ('2.0', '100,000')
        """
        return f"{value:,.{self.decimals}f}"

    def shown(self, value: Value) -> str:
        return f"{self.plain(value)} {self.unit}"


@dataclass(frozen=True, slots=True)
class YesNo:
    """On or off."""

    def problem(self, value: object) -> str:
        return "" if isinstance(value, bool) else "is neither true nor false"

    def shown(self, value: Value) -> str:
        return "yes" if value else "no"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be chosen."""

    key: str  # in the file
    group: str
    title: str
    sentence: str
    kind: Choice | Number | YesNo
    default: Value
    takes_effect: str = NOW  # a sentence: when a change is seen


SETTINGS = (
    Setting(
        "appearance",
        "Appearance",
        "Appearance",
        "Light, dark, or as the system has it; where a Linux desktop does not say, that is light.",
        Choice((("system", "As the system"), ("light", "Light"), ("dark", "Dark"))),
        "system",
    ),
    Setting(
        "window_scale",
        "Appearance",
        "Size of text and controls",
        "Everything in the window grows together, beyond the scale that the system asks for.",
        Number("%", 80, 200, 10),
        100,
        NEXT_START,
    ),
    Setting(
        "payload_font",
        "Appearance",
        "Font of payloads",
        "Keys, values, offsets and bytes are written in JetBrains Mono, or in the font that the system has for code.",
        Choice((("bundled", "JetBrains Mono"), ("system", "The system's"))),
        "bundled",
    ),
    Setting(
        "less_motion",
        "Appearance",
        "Less motion",
        "Nothing fades in or out. Where the system asks for less motion, nothing does anyway.",
        YesNo(),
        False,
    ),
    Setting(
        "times",
        "Times",
        "Times are shown in",
        "Local time or UTC, everywhere in the window; the list, the inspector and the troubles name the zone. Copied "
        "records and files always say UTC.",
        Choice((("local", "Local time"), ("utc", "UTC"))),
        "local",
    ),
    Setting(
        "first_read",
        "Reading",
        "A topic is first read from",
        "Where reading begins when a topic of a connection is opened. A topic of up to 10,000 records is always read from "
        "its beginning; From above the list reads from another moment.",
        Choice((
            ("now", "Now"), ("15m", "15 min ago"), ("1h", "1 h ago"), ("1d", "1 day ago"), ("beginning", "The beginning"),
        )),
        "15m",
        NEXT_TOPIC,
    ),
    Setting(
        "capture_limit",
        "Captures",
        "Size limit of a live capture",
        "At this size a tail drops its oldest records and counts them, and a backlog waits until its records were looked "
        "at. Each open connection has a capture of its own.",
        Number("GB", 0.1, 1_000, 0.5, 1),
        2.0,
        NEXT_CAPTURE,
    ),
    Setting(
        "kept_free",
        "Captures",
        "Share of the disk that stays free",
        "A live capture stops growing before the disk that it lies on is fuller than this leaves.",
        Number("%", 1, 50),
        10,
        NEXT_CAPTURE,
    ),
)  # fmt: skip
BY_KEY: Mapping[str, Setting] = {setting.key: setting for setting in SETTINGS}


class Settings:
    """What was chosen. Read once, changed from one thread; what is changed is written by a thread of its own."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` holds the file; with None nothing is read or stored, for pictures that must not depend on a person."""
        self.revision = 0
        self._troubles: deque[Trouble] = deque(maxlen=len(SETTINGS) + 2)  # one a setting; a disk says the same again
        self._listeners: list[Callable[[Setting], None]] = []
        self._values: dict[str, Value] = {}
        self._file = None if folder is None else SettingsFile(folder / FILE, self._report)
        if self._file is not None:
            self._take(self._file.read())

    @property
    def path(self) -> Path | None:
        """The file, whether it is there or not."""
        return None if self._file is None else self._file.path

    @property
    def is_stored(self) -> bool:
        """There was a file when it was read: somebody has chosen something before."""
        return self._file is not None and self._file.was_there

    def value(self, key: str) -> Value:
        """What was chosen, or the default. An unknown key is a KeyError: a mistake of ours."""
        return self._values.get(key, BY_KEY[key].default)

    def word(self, key: str) -> str:
        return str(self.value(key))

    def number(self, key: str) -> float:
        return float(self.value(key))

    def is_on(self, key: str) -> bool:
        return self.value(key) is True

    @property
    def chosen(self) -> dict[str, Value]:
        """What differs from its default, by key, in the order of SETTINGS."""
        return {key: self._values[key] for key in BY_KEY if key in self._values}

    def choose(self, key: str, value: Value) -> None:
        """Takes a value, stores it and tells whoever listens. Raises ValueError with a sentence where it is none."""
        setting = BY_KEY[key]
        if problem := setting.kind.problem(value):
            raise ValueError(f"{setting.title}: {value} {problem}.")
        if value == self.value(key):
            return
        if value == setting.default:
            del self._values[key]
        else:
            self._values[key] = value
        self.revision += 1
        if self._file is not None:
            self._file.write(key, self._values.get(key), _comment(setting), dict(self.chosen))
        for listener in list(self._listeners):
            listener(setting)

    def reset(self, key: str) -> None:
        """Back to the default."""
        self.choose(key, BY_KEY[key].default)

    def listen(self, listener: Callable[[Setting], None]) -> None:
        """Calls `listener` with each setting that changes, on the thread that changes it."""
        self._listeners.append(listener)

    def take_troubles(self) -> "list[Trouble]":
        """What went wrong with the file since the last call."""
        taken = []
        while self._troubles:
            taken.append(self._troubles.popleft())
        return taken

    def close(self) -> None:
        """Waits until all is written."""
        if self._file is not None:
            self._file.close()

    def _take(self, found: Mapping[str, object]) -> None:
        """Takes what is ours and makes sense; a name that only a newer MeshDesk knows stays in the file, unsaid."""
        for key, value in found.items():
            setting = BY_KEY.get(key)
            if setting is None:
                continue
            if problem := setting.kind.problem(value):
                self._report(
                    f"{FILE}: {key} = {_quoted(value)} {problem}.",
                    f"The default is used ({setting.kind.shown(setting.default)}); choose one in the settings (Ctrl+,).",
                )
            elif value != setting.default:
                assert isinstance(value, str | float | int)
                self._values[key] = value

    def _report(self, text: str, advice: str) -> None:
        from meshdesk.model.trouble import Trouble  # see above

        self._troubles.append(Trouble(text, advice, FILE, "attention", time.time_ns() // 1_000_000))


def _quoted(value: object) -> str:
    text = repr(value).replace("'", '"')
    return text if len(text) <= 40 else f"{text[:40]}…"


def _comment(setting: Setting) -> str:
    """The line above a value in the file: what may stand there."""
    kind = setting.kind
    if isinstance(kind, Choice):
        may = ", ".join(f'"{word}"' for word, _ in kind.options)
    elif isinstance(kind, Number):
        may = f"{kind.plain(kind.least)} to {kind.plain(kind.most)} {kind.unit}".replace(",", "")
    else:
        may = "true, false"
    return f"# {setting.title}: {may}"
