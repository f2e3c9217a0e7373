"""The theme: contrast of every tone, the palettes, the fonts."""

import itertools

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication

from meshdesk.session.resources import resource
from meshdesk.ui import theme

TEXTS = (
    "text", "second", "accent_text", "good_text", "attention_text", "bad_text", "observed_text", "declared_text",
    "authorised_text",
)  # fmt: skip
GROUNDS = ("canvas", "panel", "raised", "selection")
MEGABYTE = 1_000_000


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_that_every_tone_of_text_has_a_contrast_of_4_5_on_every_ground(colours: theme.Colours) -> None:
    contrasts = {
        (text, ground): theme.contrast(getattr(colours, text), getattr(colours, ground))
        for text, ground in itertools.product(TEXTS, GROUNDS)
    }
    assert len(contrasts) == len(TEXTS) * len(GROUNDS)
    assert {pair: contrast for pair, contrast in contrasts.items() if contrast < 4.5} == {}


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_that_text_on_a_hit_on_a_control_that_is_on_and_on_the_first_button_can_be_read(colours: theme.Colours) -> None:
    assert theme.contrast(colours.text, colours.hit) >= 4.5
    assert theme.contrast(colours.accent_text, colours.accent_back) >= 4.5
    assert theme.contrast(colours.canvas, colours.accent_text) >= 4.5


def test_that_contrast_is_the_one_of_wcag() -> None:
    assert theme.contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert theme.contrast(QColor("#767676"), QColor("#ffffff")) == pytest.approx(4.54, abs=0.01)


def test_that_a_choice_dresses_the_whole_program(qapp: QApplication) -> None:
    theme.apply(qapp, "dark")
    assert theme.colours() is theme.DARK
    assert qapp.palette().color(QPalette.ColorRole.Base) == theme.DARK.canvas
    theme.apply(qapp, "light")
    assert qapp.palette().color(QPalette.ColorRole.Base) == theme.LIGHT.canvas


def test_that_a_system_that_does_not_say_is_light(qapp: QApplication) -> None:
    theme.apply(qapp, "dark")
    theme.apply(qapp, "system")
    is_dark = qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark
    assert theme.colours() is (theme.DARK if is_dark else theme.LIGHT)
    assert theme.choice() == "system"


def test_that_the_system_is_followed_while_nothing_else_was_chosen(qapp: QApplication) -> None:
    theme.apply(qapp, "system")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    is_dark = qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark
    assert theme.colours() is (theme.DARK if is_dark else theme.LIGHT)
    theme.apply(qapp, "dark")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.colours() is theme.DARK


def test_that_the_palette_is_the_same_with_and_without_the_focus_of_the_window(qapp: QApplication) -> None:
    palette = qapp.palette()
    for role in (QPalette.ColorRole.Highlight, QPalette.ColorRole.Text, QPalette.ColorRole.Base):
        active = palette.color(QPalette.ColorGroup.Active, role)
        assert palette.color(QPalette.ColorGroup.Inactive, role) == active


@pytest.mark.parametrize("name", list(theme.FONTS))
def test_that_every_font_is_the_bundled_one(name: theme.FontName) -> None:
    info = QFontInfo(theme.font(name))
    assert info.family() in ("Inter MeshDesk", "JetBrains Mono")
    assert info.pixelSize() == theme.FONTS[name][1]


def test_that_figures_are_as_wide_as_each_other_and_a_hyphen_keeps_its_width() -> None:
    metrics = QFontMetricsF(theme.font("text"))
    assert len({round(metrics.horizontalAdvance(figure * 10), 2) for figure in "0123456789"}) == 1
    assert metrics.horizontalAdvance("-" * 10) < metrics.horizontalAdvance("0" * 10) * 0.9


def test_that_the_fonts_are_small_and_carry_their_licences() -> None:
    folder = resource("fonts")
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 2.5 * MEGABYTE
    for licence in ("LICENSE-Inter.txt", "LICENSE-JetBrainsMono.txt"):
        assert "SIL Open Font License, Version 1.1" in (folder / licence).read_text(encoding="utf-8")


def test_that_no_colour_literal_stands_outside_the_theme() -> None:
    room = resource("fonts").parents[1] / "meshdesk" / "ui"
    if not room.is_dir():
        pytest.skip("the sources are not beside the resources here")
    found = [
        f"{path.name}:{number}"
        for path in room.rglob("*.py")
        if path.name != "theme.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "QColor(" in line or '"#' in line
    ]
    assert found == []
