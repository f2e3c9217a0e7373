"""The limit, on a real broker: a backlog that is larger pauses until it was looked at."""

import random
from functools import partial
from pathlib import Path

from meshdesk.demo.broker import Broker
from tests.broker.collect.producing import New, consumed, produce
from tests.kafka import MakeTopic
from tests.programs.running import CollectChild, coverage_in, records_in


def test_that_a_backlog_larger_than_the_limit_pauses_until_it_was_looked_at(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    wanted = produce(broker.bootstrap, topic, [New(random.Random(n).randbytes(100_000)) for n in range(400)])
    with CollectChild(tmp_path / "c", broker.bootstrap, limit="2000000") as child:
        child.tail(topic)
        child.wait(lambda: child.all("progress") and child.all("progress")[-1]["paused"], "the pause")
        said = child.all("progress")[-1]["paused"]
        assert said.startswith("Reading is paused: the capture has reached its limit of 2.0 MB. ")
        assert child.troubles == []
        assert child.rows < 400
        child.send({"do": "looked", "topic": topic, "k": 400})
        child.wait(partial(child.holds, 400), "the rest")
        child.wait(lambda: child.all("progress")[-1]["dropped"] > 0, "the count of what was dropped")
        child.stop()
    left = consumed(records_in(tmp_path / "c"))
    assert left == wanted[-len(left) :]
    assert 0 < len(left) < 400
    assert coverage_in(tmp_path / "c") == {(topic, 0): [(400 - len(left), 400)]}
