"""What all tests of the window need: the offscreen platform where there is no display, and the theme."""

import os
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from meshdesk.ui import theme

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session")
def fonts(qapp: QApplication) -> None:
    theme.load_fonts()


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication, fonts: None) -> Iterator[None]:
    """Every test begins in the light theme."""
    theme.apply(qapp, "light")
    yield
