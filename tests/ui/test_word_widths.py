"""Words are measured once, whatever is drawn with them, and anew where their font is another one."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication

from meshdesk.ui import theme, word_widths
from meshdesk.ui.word_widths import fitted, width_of


@pytest.mark.parametrize("font", ["text", "strong", "mono"])
def test_that_words_are_as_wide_and_are_cut_as_qt_says_each_time_they_are_asked_for(
    qapp: QApplication, font: theme.FontName
) -> None:
    metrics, name = QFontMetricsF(theme.font(font)), "sales.orders.placed.v1"
    for _ in range(2):
        assert width_of(name, font) == metrics.horizontalAdvance(name)
        assert fitted(name, font, width_of(name, font)) == name
        for cut in (Qt.TextElideMode.ElideRight, Qt.TextElideMode.ElideMiddle):
            assert fitted(name, font, 80, cut) == metrics.elidedText(name, cut, 80)
            assert width_of(fitted(name, font, 60, cut), font) <= 60


@pytest.mark.parametrize("font", ["text", "strong", "small", "label", "mono"])
def test_that_a_number_is_as_wide_as_qt_says_whatever_stands_beside_its_figures(
    qapp: QApplication, font: theme.FontName
) -> None:
    metrics = QFontMetricsF(theme.font(font))
    around = [chr(code) for code in range(0x20, 0x7F)] + ["–", "…", "·"]
    words = [f"{one}{figure}{one}{figure}1{figure}" for one in around for figure in range(10)]
    assert {one: width_of(one, font) for one in words} == {one: metrics.horizontalAdvance(one) for one in words}


def test_that_words_are_measured_anew_in_another_font(qapp: QApplication) -> None:
    before = width_of("iiii", "mono")
    theme.write_payloads_in(qapp, False)
    own = QFontMetricsF(theme.font("mono")).horizontalAdvance("iiii")
    assert width_of("iiii", "mono") == own
    theme.write_payloads_in(qapp, True)
    assert width_of("iiii", "mono") == before


def test_that_what_was_measured_is_forgotten_before_it_grows_without_end(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_widths, "KEPT", 50)
    for number in range(500):
        fitted(f"a group of consumers {number}", "small", 60)
    of = word_widths._MEASURED["small"]
    assert 0 < len(of.widths) <= 50
    assert 0 < len(of.cuts) <= 50
