"""What is asked by time, by a real collect program: when the window says what is on the screen, and beside all the rest."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshdesk.collect.offsets_at import Place
from meshdesk.collect.past import SETTLED
from meshdesk.demo.broker import Broker
from meshdesk.model.fact import Fact
from meshdesk.model.late import reached
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.past import KIND, pieces
from tests.broker.collect.consuming import commit_for, group_name
from tests.broker.collect.producing import New, produce
from tests.broker.collect.written import Written
from tests.kafka import MakeTopic
from tests.programs.running import CollectChild
from tests.unit.capture.making import OPENED

HOUR = 3_600_000


@pytest.fixture(autouse=True)
def _closing() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


def counted(written: Written, topic: str, step: int) -> int:
    """Records in all steps of that length."""
    mesh = Mesh()
    fold(mesh, written.facts)
    return sum(sum(piece.counts) for piece in pieces(mesh, topic) if piece.step == step)


def past_of(written: Written, topic: str) -> list[Fact]:
    """What was written of its past."""
    facts = [fact for fact in written.facts if isinstance(fact, Fact) and fact.kind == KIND]
    return [fact for fact in facts if fact.about.startswith(f"{topic} ")]


def test_that_the_past_of_what_is_on_the_screen_stands_in_the_capture(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic, other = make_topic(12, retention_ms="-1"), make_topic(retention_ms="-1")
    end = int(time.time() * 1000)
    if end % HOUR < 2 * SETTLED:  # an hour that has just begun may still get records: it is asked once more, rightly
        end -= 3 * SETTLED
    for name, parts in ((topic, 12), (other, 1)):
        new = [New(b"", partition=n % parts, timestamp=end - 24 * HOUR + n * 60_000) for n in range(22 * 60)]
        produce(broker.bootstrap, name, new, enable_idempotence=True)
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        written = Written(tmp_path / "c")
        child.send({"do": "past", "topics": [topic, other], "start": end - 24 * HOUR, "end": end})
        for name in (topic, other):
            child.wait(lambda name=name: counted(written, name, HOUR) == 22 * 60, "the hours")  # type: ignore[misc]
            child.wait(lambda name=name: counted(written, name, HOUR // 12) == 22 * 60, "each five minutes")  # type: ignore[misc]
        child.wait(lambda: len(written.samples("end").get((topic, 0), [])) > 3, "end offsets all the while")
    assert child.troubles == []
    said = past_of(written, topic)
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:  # one that goes on for it
        child.send({"do": "past", "topics": [topic, other], "start": end - 24 * HOUR, "end": end - HOUR})
        third = make_topic()
        child.wait(lambda: {third} <= {fact.about for fact in written.facts if isinstance(fact, Fact)}, "the new topic")
        child.send({"do": "past", "topics": [topic, third], "start": end - 24 * HOUR, "end": end - HOUR})
        child.wait(lambda: past_of(written, third), "what comes behind what is known")
        child.stop()
    assert past_of(written, topic) == said, "what the capture knows is not asked again"


def test_that_a_program_that_goes_on_asks_for_no_offset_whose_coming_its_predecessor_has_seen(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic, group = make_topic(2), group_name()
    produce(broker.bootstrap, topic, [New(b"", partition=1) for _ in range(9)])
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        written = Written(tmp_path / "c")
        child.wait(lambda: written.samples("end").get((topic, 0)) == [0], "the end before")
        produce(broker.bootstrap, topic, [New(b"", partition=0) for _ in range(9)])
        child.wait(lambda: 9 in written.samples("end")[topic, 0], "the end behind")
        child.stop()
    commit_for(broker.bootstrap, group, {(topic, 0): 4, (topic, 1): 4})  # seen to come, and older than the recording
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        child.wait(lambda: offsets_asked_for(written, topic), "what is older than the recording")
        child.stop()
    assert offsets_asked_for(written, topic) == {(topic, 1): [4]}, "both were committed when the first was looked for"


def offsets_asked_for(written: Written, topic: str) -> dict[Place, list[int]]:
    """Of a topic the offsets whose time was looked for."""
    mesh = Mesh()
    fold(mesh, written.facts)
    return {place: [point.offset for point in points] for place, points in reached(mesh).items() if place[0] == topic}


def test_that_an_order_that_lacks_something_is_said(broker: Broker, tmp_path: Path) -> None:
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        child.send({"do": "past", "topics": ["t"], "start": "yesterday", "end": 5})
        child.wait(lambda: child.troubles, "the trouble")
        assert "start" in child.troubles[0]
        child.stop()
