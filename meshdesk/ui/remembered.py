"""What the window remembers from one run to the next: sizes, columns, what is closed. A readable ini file."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSettings

FILE = "window.ini"


class Remembered:
    """Small values under a name such as "records/columns"; a value of the wrong kind counts as none."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` holds the file; None remembers nothing, for pictures that must not depend on yesterday."""
        self._settings = None if folder is None else QSettings(str(folder / FILE), QSettings.Format.IniFormat)
        self._values: dict[str, str] = {}

    def text(self, name: str, otherwise: str = "") -> str:
        value = self._values.get(name) if self._settings is None else self._settings.value(name)
        return value if isinstance(value, str) else otherwise

    def numbers(self, name: str) -> list[int]:
        """Whole numbers kept by `keep_numbers`; [] where there are none or the file was spoilt."""
        words = self.text(name).split()
        return [int(word) for word in words] if all(word.lstrip("-").isdecimal() for word in words) else []

    def is_on(self, name: str, otherwise: bool) -> bool:
        return {"yes": True, "no": False}.get(self.text(name), otherwise)

    def keep(self, name: str, value: str | bool) -> None:
        word = value if isinstance(value, str) else ("yes" if value else "no")
        if self._settings is None:
            self._values[name] = word
        else:
            self._settings.setValue(name, word)

    def forget(self, name: str) -> None:
        """It has another owner now."""
        self._values.pop(name, None)
        if self._settings is not None:
            self._settings.remove(name)

    def keep_numbers(self, name: str, numbers: Sequence[int]) -> None:
        self.keep(name, " ".join(str(number) for number in numbers))
