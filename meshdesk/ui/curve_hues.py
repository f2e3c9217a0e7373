"""The hue of each curve: that of its domain where it has one, else they take turns. A curve keeps its own while it is shown."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from meshdesk.ui import theme

if TYPE_CHECKING:
    from meshdesk.model.curves import Curve

MOST = 1_000  # curves whose tone is remembered; the first ones are forgotten first


class CurveHues:
    """Which curve has which tone. Curves of one domain are tones of its hue, in the order in which they were first seen."""

    def __init__(self, hue: Callable[[str], QColor]) -> None:
        """`hue` says which one a domain has."""
        self._hue = hue
        self._places: dict[tuple[str, str, str], int] = {}  # by domain, what it is of, and key
        self._theme: theme.Colours | None = None  # of the tones
        self._tones: dict[
            tuple[str, str], QColor
        ] = {}  # by key and domain; curves that move on are others at each beat

    def of(self, curves: "tuple[Curve, ...]") -> dict[str, QColor]:
        """By the keys of the curves. Nobody changes it."""
        if self._theme is not theme.colours() or len(self._tones) > MOST:
            self._theme, self._tones = theme.colours(), {}
        found = {}
        for curve in curves:
            key, domain = curve.key, curve.box.domain
            tone = self._tones.get((key, domain))
            if tone is None:
                tone = self._tones[key, domain] = self._of(key, domain)
            found[key] = tone
        return found

    def _of(self, key: str, domain: str) -> QColor:
        if key == "other":
            return theme.colours().third
        if key == "total":
            return theme.colours().accent
        if key == f"domain {domain}" and domain:
            return self._hue(domain)
        kind = (
            "topic" if key.startswith("topic ") else "product"
        )  # on the screen at the same time are those of one kind
        place = self._places.get((domain, kind, key))
        if place is None:
            taken = {place for (of, other, _), place in self._places.items() if (of, other) == (domain, kind)}
            place = next(number for number in range(len(taken) + 1) if number not in taken)
            self._places[domain, kind, key] = place
            while len(self._places) > MOST:
                del self._places[next(iter(self._places))]
        if domain:
            return theme.shade(self._hue(domain), place)
        turns = len(
            theme.DOMAIN_HUES
        )  # from behind the grey back to where domains begin, so as not to look like one of them
        return theme.shade(theme.domain_hue((turns - 2 - place) % turns), place // turns)
