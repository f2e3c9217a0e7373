"""The file of the settings: readable TOML. One line is changed at a time; everything else in it stays as it was written."""

import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the first paint waits for this file, and nothing is written before it
    import threading
    from queue import SimpleQueue

FILE = "settings.toml"
BROKEN = "settings.broken.toml"  # beside it: a file that could not be read, kept when another takes its place
HEAD = (
    "# Settings of MeshDesk. What does not stand here has its default.\n"
    "# Change them in the window (Ctrl+,), or here while no window is open.\n"
)
MOST_BYTES = 1_000_000  # a settings file is a kB; more is something else
PATIENCE = 3.0  # s that the end of the program waits for a slow disk

Report = Callable[[str, str], None]  # what happened, what to do next


class SettingsFile:
    """Reads once; writes on a thread of its own, as the window must not wait for a disk. `report` may be called there."""

    def __init__(self, path: Path, report: Report) -> None:
        self.path = path
        self.was_there = False
        self._report = report
        self._orders: SimpleQueue[tuple[str, Any, str, dict[str, Any]] | None] | None = None
        self._writer: threading.Thread | None = None

    def read(self) -> dict[str, Any]:
        """What the file holds; nothing where there is none, or where it cannot be read, which is reported."""
        try:
            text = _text_of(self.path)
        except OSError as error:
            self.was_there = True
            self._report(
                f"The settings in {self.path} cannot be read: {error.strerror or 'the file is too large'}.",
                "The defaults are used; check the file and its rights, then start MeshDesk again.",
            )
            return {}
        if text is None:
            return {}
        self.was_there = True
        found, problem = parsed(text)
        if problem:
            self._report(
                f"The settings in {self.path} cannot be read: {problem}.",
                "The defaults are used; mend the file and start MeshDesk again. A setting that is changed now begins a "
                f"new file, and this one is kept as {BROKEN}.",
            )
        return found

    def write(self, key: str, value: str | float | bool | None, comment: str, chosen: Mapping[str, Any]) -> None:
        """Stores one value, or takes it out (None). `chosen` is all that a file holds which begins anew."""
        # See above; most runs change nothing.
        import threading
        from queue import SimpleQueue

        if self._orders is None:
            self._orders = SimpleQueue()
            self._writer = threading.Thread(target=self._work, args=(self._orders,), name="settings", daemon=True)
            self._writer.start()
        self._orders.put((key, value, comment, dict(chosen)))

    def close(self) -> None:
        """Waits until all is written, at most PATIENCE seconds."""
        if self._writer is not None and self._orders is not None:
            self._orders.put(None)
            self._writer.join(PATIENCE)
            self._writer = self._orders = None

    def _work(self, orders: "SimpleQueue[tuple[str, Any, str, dict[str, Any]] | None]") -> None:
        while (order := orders.get()) is not None:
            try:
                self._store(*order)
            except OSError as error:
                self._report(
                    f"The settings cannot be stored in {self.path}: {error.strerror or 'the file is too large'}.",
                    "They hold until MeshDesk ends; check the folder and its rights.",
                )

    def _store(self, key: str, value: Any, comment: str, chosen: dict[str, Any]) -> None:
        # Read anew: another window, or a person, may have changed it since.
        text = _text_of(self.path)
        new = None if text is None else edited(text, key, value, comment)
        if new is None:
            if text is not None:
                os.replace(self.path, self.path.with_name(BROKEN))
                self._report(
                    f"A new file of settings was begun, as {self.path} could not be changed as it stands.",
                    f"What it held is kept beside it as {BROKEN}.",
                )
            new = HEAD
            for other, held in chosen.items():
                new = edited(new, other, held, comment if other == key else "") or new
        _write(self.path, new)


def parsed(text: str) -> tuple[dict[str, Any], str]:
    """The values, and what is wrong with the text as the end of a sentence, or ""."""
    # Most people have no such file, and the first paint does not pay for reading one.
    import tomllib

    try:
        return tomllib.loads(text), ""
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        return {}, f"its line {line[1]} is no TOML" if line else "it ends in the middle of a value"
    except ValueError:  # Python reads no number of more than 4,300 digits
        return {}, "it holds a number of thousands of digits"
    except RecursionError:
        return {}, "its values are nested too deeply"


def edited(text: str, key: str, value: str | float | bool | None, comment: str = "") -> str | None:
    """The text with one value changed, added or (None) taken out, and nothing else; None where that cannot be done.

    >>> print(edited('# mine\\ntimes = "local"  # as always\\n[later]\\nx = 1\\n', "times", "utc"), end="")
    # mine
    times = "utc"
    [later]
    x = 1
    """
    before, problem = parsed(text)
    if problem:
        return None
    lines = text.split("\n")
    own = re.compile(rf"""\s*(?:{re.escape(key)}|"{re.escape(key)}"|'{re.escape(key)}')\s*=""")
    head = next((place for place, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
    found = next((place for place, line in enumerate(lines[:head]) if own.match(line)), None)
    if found is not None and value is not None:
        lines[found] = f"{key} = {_toml(value)}"
    elif found is not None:
        begin = found - 1 if found and comment and lines[found - 1].rstrip("\r") == comment else found
        begin -= 1 if begin and not lines[begin - 1].strip() else 0  # the empty line that was put before it
        del lines[begin : found + 1]
    elif value is not None:
        while head and not lines[head - 1].strip():
            head -= 1
        lines[head:head] = ["", *([comment] if comment else []), f"{key} = {_toml(value)}"]
    new = "\n".join(lines).rstrip("\n") + "\n"
    after, problem = parsed(new)
    kept = [{name: repr(held) for name, held in held_by.items() if name != key} for held_by in (before, after)]
    return new if not problem and kept[0] == kept[1] and after.get(key) == value else None  # a value of several lines


def _toml(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'  # our words hold nothing to escape
    return str(int(value)) if value == int(value) else repr(value)


def _text_of(path: Path) -> str | None:
    """The text of the file; None where there is none. Raises OSError."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if len(data) > MOST_BYTES:
        raise OSError
    # What is no UTF-8 is no TOML either; the line that holds it is named with the others.
    return data.decode("utf-8-sig", "surrogateescape")


def _write(path: Path, text: str) -> None:
    """Puts the text in the place of the file in one step; where it is a link, of what it names. Raises OSError."""
    path = path.resolve()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        new.write_bytes(text.encode("utf-8", "surrogateescape"))
        os.replace(new, path)
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)
