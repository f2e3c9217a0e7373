"""What changes while the demo runs, on a real Kafka, in a real folder."""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from meshdesk.collect.catalogues.folder import Folder
from meshdesk.demo import schemas, topics
from meshdesk.demo.broker import Broker
from meshdesk.demo.changes import CONTRACT, EXPERIMENT, Changes, next_version
from meshdesk.demo.groups import Groups
from meshdesk.demo.making import make_topic, remove_topics
from meshdesk.demo.registry import Store
from meshdesk.demo.story.versions import SECOND
from meshdesk.demo.traffic import Traffic
from meshdesk.demo.trouble import Complaints
from meshdesk.model.fact import Fact
from meshdesk.model.trouble import Trouble
from meshdesk.session.resources import DEMO_CATALOGUE, resource
from tests.broker import oracles
from tests.broker.demo.processes import wait_until


@dataclass
class Changing:
    changes: Changes
    store: Store
    catalogue: Path
    troubles: list[Trouble]


@pytest.fixture
def changing(broker: Broker, tmp_path: Path) -> Iterator[Changing]:
    """Groups that have none to begin with, and traffic without a story."""
    troubles: list[Trouble] = []
    complaints, store, begin = Complaints(troubles.append), Store(), threading.Event()
    schemas.register_all(store)
    catalogue = Path(shutil.copytree(resource(DEMO_CATALOGUE), tmp_path / "catalogue"))
    groups = Groups(broker.bootstrap, complaints, begin)
    traffic = Traffic(1, now_ms=0, live=False, complaints=complaints)
    traffic.start(broker.bootstrap)
    made = Changes(broker.bootstrap, store, catalogue, groups, traffic, complaints)
    yield Changing(made, store, catalogue, troubles)
    made.stop()
    traffic.stop()
    groups.stop()


def test_that_a_topic_comes_with_some_records_and_goes(broker: Broker, changing: Changing) -> None:
    changing.changes.make("new topic")
    wait_until(lambda: len(oracles.kcat(broker, EXPERIMENT)) == 40, "its records")
    changing.changes.make("topic goes")
    wait_until(lambda: EXPERIMENT not in oracles.topics(broker), "it goes")
    assert changing.troubles == []


def test_that_a_topic_that_cannot_be_made_is_trouble(broker: Broker, changing: Changing) -> None:
    assert make_topic(broker.bootstrap, topics.Topic(EXPERIMENT, 1)) is None
    changing.changes.make("new topic")
    assert remove_topics(broker.bootstrap, [EXPERIMENT]) == []
    (trouble,) = changing.troubles
    assert trouble.text.startswith(f"The demo could not make the topic {EXPERIMENT}: ")


def test_that_a_new_version_is_in_the_registry_and_in_the_contract(changing: Changing) -> None:
    for number in range(1, len(schemas.ADDED) + 3):
        changing.changes.make("new version")
        known = changing.store.versions(schemas.EVOLVING)
        added = min(number, len(schemas.ADDED))
        assert len(known) == added + 1
        assert known[-1].id == schemas.rating_id(added)
        (contract,) = [fact.value for fact in facts_of(changing.catalogue) if fact.about == "customers-ratings-given"]
        assert contract is not None
        assert contract["version"] == f"1.{number}.0"
        fields = {field["name"] for field in contract["topics"][0]["fields"]}
        assert fields == {field["name"] for field in json.loads(known[-1].schema.text)["fields"]}
    assert [path.name for path in (changing.catalogue / CONTRACT).parent.glob("*.new")] == []


def facts_of(catalogue: Path) -> list[Fact]:
    told = [fact for facts in Folder(catalogue, "catalogue", lambda: 0).look() for fact in facts]
    facts = [fact for fact in told if isinstance(fact, Fact)]
    assert [fact.value["notices"] for fact in facts if fact.kind == "file" and fact.value] == [[]] * 46
    return facts


def test_that_a_contract_that_has_no_more_fields_still_has_a_next_version() -> None:
    text = "version: 1.0.0\nproperties:\nslaProperties:\n"
    assert next_version(text, 99) == "version: 1.99.0\nproperties:\nslaProperties:\n"
    assert "      - name: channel\n" in next_version(text, 1)


def test_that_changes_come_by_themselves_when_their_time_is_there(changing: Changing) -> None:
    """It is told that the story went live so long ago: then there is to be a new version."""
    changing.changes.start(int(time.time() * 1000) - SECOND + 300)
    wait_until(lambda: len(changing.store.versions(schemas.EVOLVING)) == 2, "the second change")
    changing.changes.stop()
    changing.changes.stop()
