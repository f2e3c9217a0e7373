"""Options: what the command line asks of the window."""

from importlib import import_module
from pathlib import Path

from meshdesk.ui.options import Options
from meshdesk.ui.views import VIEWS


def test_that_a_run_that_takes_pictures_has_nobody_before_it() -> None:
    assert not Options().takes_pictures
    assert Options(screenshot=Path("a.png")).takes_pictures
    assert Options(screenshots=Path("pictures")).takes_pictures


def test_that_every_view_that_can_be_asked_for_is_a_file_of_its_name() -> None:
    assert [import_module(f"meshdesk.ui.views.{name}").NAME for name in VIEWS] == list(VIEWS)
