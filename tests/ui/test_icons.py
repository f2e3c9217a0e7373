"""Icons: every one that the sources name is there, is drawn in its colour, and is kept."""

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor

import meshdesk.ui
from meshdesk.session.resources import resource
from meshdesk.ui import icons, theme

NAMES = sorted(path.stem for path in resource("icons").glob("*.svg"))


@pytest.mark.parametrize("name", NAMES)
def test_that_an_icon_is_drawn_in_the_colour_asked_for(name: str) -> None:
    wanted = QColor("#ff0000")
    image = icons.picture(name, 16, wanted, 2.0).toImage()
    assert image.width() == 32
    drawn = [image.pixelColor(x, y) for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() > 200]
    assert drawn
    assert all(colour.red() > 250 and colour.green() < 5 for colour in drawn)


def test_that_an_icon_is_made_once_for_each_size_colour_and_scale() -> None:
    colour = theme.LIGHT.second
    assert icons.picture("search", 16, colour, 1.0).cacheKey() == icons.picture("search", 16, colour, 1.0).cacheKey()
    assert icons.picture("search", 16, colour, 1.0).cacheKey() != icons.picture("search", 16, colour, 2.0).cacheKey()


def test_that_every_icon_that_is_named_is_there_and_none_lies_about() -> None:
    package = meshdesk.ui.__file__
    assert package is not None
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(package).parent.rglob("*.py"))
    words = set(re.findall(r'"([a-z][a-z0-9-]*)"', sources))
    assert [name for name in NAMES if name not in words] == []
    asked = set(re.findall(r'icon="([a-z-]+)"|Empty\(\s*"([a-z-]+)"|_Card\(\s*"([a-z-]+)"', sources))
    assert {name for names in asked for name in names if name} <= set(NAMES)


def test_that_the_licence_of_the_icons_is_beside_them() -> None:
    assert "ISC License" in (resource("icons") / "LICENSE-Lucide.txt").read_text(encoding="utf-8")
    assert len(NAMES) <= 50  # each in a few colours and sizes at two scales: icons.PICTURES
