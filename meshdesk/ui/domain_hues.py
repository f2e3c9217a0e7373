"""The hue of each domain: they take turns, and a domain keeps its own in every view and from one run to the next."""

import json
from collections.abc import Iterable

from PySide6.QtGui import QColor

from meshdesk.ui import theme
from meshdesk.ui.remembered import Remembered

NAME = "window/domain_hues"
MOST = 1_000  # domains whose hue is remembered; the ones that came first are forgotten first


class DomainHues:
    """Which domain has which of the theme's hues. Names that differ in nothing but case are one."""

    def __init__(self, remembered: Remembered) -> None:
        self._remembered = remembered
        self._places = _places(remembered.text(NAME))

    def know(self, domains: Iterable[str]) -> None:
        """Gives those that are new their hues, in this order: else which view is shown first would decide."""
        for domain in domains:
            self.of(domain)

    def of(self, domain: str) -> QColor:
        """The hue of a domain, for strokes and fills; one that is new gets the one that the fewest have."""
        key = domain.casefold()
        place = self._places.get(key)
        if place is None:
            taken = list(self._places.values())
            place = min(range(len(theme.DOMAIN_HUES)), key=lambda hue: (taken.count(hue), hue))
            self._places[key] = place
            while len(self._places) > MOST:
                del self._places[next(iter(self._places))]
            self._remembered.keep(NAME, json.dumps(self._places, ensure_ascii=True))
        return theme.domain_hue(place)


def _places(text: str) -> dict[str, int]:
    """What was stored; nothing where the file was spoilt."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    hues = range(len(theme.DOMAIN_HUES))
    return {str(key): place for key, place in found.items() if isinstance(place, int) and place in hues}
