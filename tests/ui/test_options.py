"""Options: what the command line asks of the window."""

from importlib import import_module
from pathlib import Path

from meshdesk.session.connection import Connection
from meshdesk.ui.options import Options
from meshdesk.ui.views import VIEWS


def test_that_a_run_that_takes_pictures_has_nobody_before_it() -> None:
    assert not Options().takes_pictures
    assert Options(screenshot=Path("a.png")).takes_pictures
    assert Options(screenshots=Path("pictures")).takes_pictures


def test_that_every_view_that_can_be_asked_for_is_a_file_of_its_name() -> None:
    assert [import_module(f"meshdesk.ui.views.{name}").NAME for name in VIEWS] == list(VIEWS)


def test_that_whoever_names_anything_has_asked_for_something() -> None:
    assert Options(demo=("demo",), theme="dark", config=Path("c"), scale=2).is_plain
    asked = (
        Options(files=(Path("a.meshcap"),)),
        Options(connections=(Connection("localhost:9092"),)),
        Options(names=("acme",)),
        Options(through=("demo", "--mesh")),
        Options(cluster=("localhost:9092", "")),
        Options(link_problem="It leads nowhere."),
        Options(view="help"),
        Options(select="orders"),
        Options(size=(800, 600)),
        Options(screenshot=Path("a.png")),
        Options(screenshots=Path("pictures")),
        Options(beat_report=Path("beat.json")),
    )
    assert [options for options in asked if options.is_plain] == []
