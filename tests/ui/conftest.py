"""What all tests of the window need: the offscreen platform where there is no display, and the theme."""

import os
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from meshdesk.session.zone import show_in
from meshdesk.ui import theme

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session")
def fonts(qapp: QApplication) -> None:
    theme.load_fonts()


@pytest.fixture(autouse=True)
def _gone(qapp: QApplication) -> Iterator[None]:
    """No widget outlives its test. What is deleted later goes when an event loop comes round, which a test has not: after two
    files 37 windows with 9,000 widgets were there, and dressing all of them anew took half of what the tests take (2026-11).
    """
    yield
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication, fonts: None) -> None:
    """Every test begins in the light theme, in local time, with the bundled fonts."""
    show_in("local")
    theme.move_less(False)
    theme.write_payloads_in(qapp, True)
    if theme.choice() != "light" or theme.colours() is not theme.LIGHT:
        theme.apply(qapp, "light")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says of every window that it cannot do this and that; it means nothing."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))
