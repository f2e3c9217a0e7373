"""Scripts: pictures of what was named, the same from a live topic and from the saved file; sentences where it cannot be done."""

import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from meshdesk.demo.broker import Broker
from meshdesk.session.connection import Connection
from meshdesk.session.session import Session
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.script import CannotError, Script, Steps, arrive, picture, tour
from meshdesk.ui.views import VIEWS
from meshdesk.ui.window import Window
from tests.kafka import MakeTopic
from tests.together import all_hold
from tests.ui.stored import LONG, TOPIC, order, packed, settle

YESTERDAY = 1_763_000_000_000  # a broker takes no timestamps that are far ahead of its clock


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session(tmp_path / "captures")
    yield made
    made.close()


@pytest.fixture
def later_session(tmp_path: Path) -> Iterator[Session]:
    made = Session(tmp_path / "captures")
    yield made
    made.close()


@pytest.fixture(scope="module")
def long_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """One whose programs have served many captures already, as they do for somebody who opens one after the other."""
    made = Session(tmp_path_factory.mktemp("captures"))
    yield made
    made.close()


def window_on(qtbot: QtBot, session: Session) -> Window:
    window = Window(Remembered(None), None)
    qtbot.addWidget(window)
    window.setFixedSize(1_440, 900)
    window.attach(session)
    window.show()
    return window


def run(window: Window, steps: Steps, seconds: float = 60) -> Script:
    """Plays a script to its end, as the beat does."""
    script = Script(steps, seconds)
    while script.code is None:
        window.session.beat()
        window.refresh()
        script.step()
        QApplication.processEvents()
        time.sleep(0.01)
    return script


def fill(broker: Broker, topic: str, count: int) -> None:
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for k in range(count):
        producer.produce(topic, value=order(k), key=f"c-{k % 97}", partition=k % 2, timestamp=YESTERDAY + k * 37)
    producer.produce(topic, value=None, key="c-1", partition=0, timestamp=YESTERDAY)
    assert producer.flush(30) == 0


@pytest.mark.parametrize("record", ["", "[1]@40"], ids=["topic", "record"])
def test_that_a_live_topic_and_its_saved_file_give_the_same_picture(
    qtbot: QtBot,
    session: Session,
    later_session: Session,
    broker: Broker,
    make_topic: MakeTopic,
    tmp_path: Path,
    record: str,
) -> None:
    topic = make_topic(partitions=2)
    fill(broker, topic, 300)
    opened = session.connect(Connection(broker.bootstrap))
    window = window_on(qtbot, session)
    script = run(window, picture(window, tmp_path / "live.png", "", f"{topic}{record}"))
    assert (script.code, script.sentence) == (0, "")
    assert opened.lists.rows(topic) == 301
    saved: list[str] = []
    opened.save(tmp_path / "a name of its own.meshcap", saved.append)
    settle(session, window)
    window.close()
    assert saved == [""]

    later_session.open_file(tmp_path / "a name of its own.meshcap")
    window = window_on(qtbot, later_session)
    script = run(window, picture(window, tmp_path / "file.png", "", f"{topic}{record}"))
    assert (script.code, script.sentence) == (0, "")
    live, file = QImage(str(tmp_path / "live.png")), QImage(str(tmp_path / "file.png"))
    assert live.size() == file.size()
    if live != file:  # which of a million, takes a second
        places = ((x, y) for y in range(live.height()) for x in range(live.width()))
        assert [(x, y) for x, y in places if live.pixel(x, y) != file.pixel(x, y)][:10] == []


def test_that_a_picture_shows_the_record_that_was_named(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    session.open_file(packed(tmp_path / "c", tmp_path / "c.meshcap"))
    window = window_on(qtbot, session)
    script = run(window, picture(window, tmp_path / "out.png", "", f"{TOPIC}[1]@40"))
    assert script.code == 0
    assert window.frame.inspector.title.text == "Record  1 : 40"
    assert window.frame.records.table.chosen() == [121]
    assert QImage(str(tmp_path / "out.png")).width() == 1_440


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ("no.such.topic", "has no topic “no.such.topic”"),
        (f"{TOPIC}[1]@4000000", f"This capture does not hold {TOPIC}[1]@4000000."),
    ],
)
def test_that_what_is_not_there_is_said(qtbot: QtBot, session: Session, tmp_path: Path, select: str, said: str) -> None:
    session.open_file(packed(tmp_path / "c", tmp_path / "c.meshcap", 10))
    window = window_on(qtbot, session)
    script = run(window, picture(window, tmp_path / "out.png", "", select))
    assert script.code == 1
    assert said in script.sentence
    assert not (tmp_path / "out.png").exists()


def test_that_a_file_that_is_no_capture_is_said(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    (tmp_path / "x.meshcap").write_bytes(b"not a capture at all")
    session.open_file(tmp_path / "x.meshcap")
    window = window_on(qtbot, session)
    script = run(window, picture(window, tmp_path / "out.png", "", ""))
    assert script.code == 1
    assert script.sentence.endswith(".")
    assert "x.meshcap" in script.sentence


def test_that_a_closed_port_is_said_long_before_the_time_limit(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    session.connect(Connection("127.0.0.1:1"))
    window = window_on(qtbot, session)
    script = run(window, picture(window, tmp_path / "out.png", "", ""))
    assert script.code == 1
    assert script.sentence.startswith("Nothing answers at 127.0.0.1:1.")


def test_that_the_start_page_has_its_picture(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    window = window_on(qtbot, session)
    assert run(window, picture(window, tmp_path / "start.png", "start", "")).code == 0
    assert (tmp_path / "start.png").stat().st_size > 5_000


def test_that_a_picture_that_cannot_be_written_is_said(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    window = window_on(qtbot, session)
    script = run(window, picture(window, tmp_path / "no folder" / "start.png", "start", ""))
    assert script.code == 1
    assert script.sentence.startswith("The picture could not be written to ")


def test_that_going_somewhere_opens_the_topic_and_nothing_else(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    session.open_file(packed(tmp_path / "c", tmp_path / "c.meshcap", 10))
    window = window_on(qtbot, session)
    assert run(window, arrive(window, LONG)).code == 0
    settle(session, window)
    assert window.frame.records.topic == LONG
    window.grab()


def test_that_a_bounded_run_leaves_pictures_in_its_folder(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    session.open_file(packed(tmp_path / "c", tmp_path / "c.meshcap", 100))
    window = window_on(qtbot, session)
    assert run(window, tour(window, tmp_path / "pictures", 1.0)).code == 0
    names = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert names == ["record-dark.png", "record-light.png", "start.png", "topic.png"]


def test_that_a_file_is_no_folder_for_pictures(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    (tmp_path / "pictures").touch()
    window = window_on(qtbot, session)
    script = run(window, tour(window, tmp_path / "pictures", 1.0))
    assert (script.code, script.sentence) == (
        1,
        f"No pictures can be written into {tmp_path / 'pictures'}: File exists. Name another folder with --screenshots.",
    )


def test_that_a_bounded_run_shows_the_topic_that_was_named(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    session.open_file(packed(tmp_path / "c", tmp_path / "c.meshcap", 100))
    window = window_on(qtbot, session)
    assert run(window, tour(window, tmp_path / "pictures", 0.5, LONG)).code == 0
    assert window.frame.records.topic == LONG


def test_that_a_script_that_waits_too_long_says_for_what() -> None:
    now = [0.0]

    def forever() -> Generator[str, None, None]:
        while True:
            now[0] += 30
            yield "the records of a"

    script = Script(forever(), 60, lambda: now[0])
    for _ in range(3):
        script.step()
    assert (script.code, script.sentence) == (1, "It took longer than 60 s: still waiting for the records of a.")


def test_that_a_script_ends_with_its_sentence_once() -> None:
    def fails() -> Generator[str, None, None]:
        yield "a beat"
        raise CannotError("There is no such topic.")

    script = Script(fails(), 60)
    for _ in range(4):
        script.step()
    assert (script.code, script.sentence) == (1, "There is no such topic.")


STORED = sorted(Path(__file__).parents[1].joinpath("captures").glob("*.*cap*"))


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.name)
def test_that_every_view_shows_every_stored_capture(
    qtbot: QtBot, long_session: Session, tmp_path: Path, path: Path
) -> None:
    long_session.open_file(path)
    window = window_on(qtbot, long_session)

    def check(view: str) -> None:
        if view == "start":
            window.show_start()
        script = run(window, picture(window, tmp_path / f"{view}.png", view, ""))
        assert script.code == 0 or script.sentence.endswith((" holds no topic.", "ask for it again."))
        assert script.code or window.pages.shown == view

    all_hold(check, {view: view for view in VIEWS})
    for opened in long_session.captures:
        long_session.shut(opened)


def test_that_a_beat_within_a_step_does_not_step_again() -> None:
    def lets_beats_through() -> Steps:
        script.step()  # as processEvents does while a picture is taken
        yield "nothing"

    script = Script(lets_beats_through(), 60)
    script.step()
    assert script.code is None
    script.step()
    assert script.code == 0
