"""The topics of the demo's company, and that nobody else knows them."""

import re
from pathlib import Path

from meshdesk.demo import topics
from meshdesk.demo.changes import EXPERIMENT
from meshdesk.demo.groups import CAMPAIGN, GROUPS

ROOT = Path(__file__).resolve().parents[3]


def test_that_there_are_thirty_topics_of_five_domains_and_more_and_they_stay_small_for_ever() -> None:
    names = [topic.name for topic in topics.TOPICS]
    assert len(set(names)) == len(names) >= 30
    assert len({name.partition(".")[0] for name in names}) >= 5
    deleting = [topic for topic in topics.TOPICS if topic.settings["cleanup.policy"] == "delete"]
    # A partition is cut only by whole segments, so it may hold one segment more, and one that is being deleted.
    most = sum(
        topic.partitions * (int(topic.settings["retention.bytes"]) + 2 * int(topic.settings["segment.bytes"]))
        for topic in deleting
    )
    assert most < 700 << 20
    assert {topic.settings["retention.ms"] for topic in deleting} == {str(7 * 24 * 3_600_000)}


def test_that_no_name_of_the_demo_stands_in_the_rest_of_the_program() -> None:
    names = [topic.name for topic in topics.TOPICS] + [group.id for group in (*GROUPS, CAMPAIGN)] + [EXPERIMENT]
    names += ["shop\\.example", "shop\\.sales"]
    any_of_them = re.compile("|".join(re.escape(name) if "\\" not in name else name for name in names))
    said = [
        path.relative_to(ROOT).as_posix()
        for folder in (ROOT / "meshdesk", ROOT / "resources" / "help")
        for path in folder.rglob("*.*")
        if path.suffix in (".py", ".md") and any_of_them.search(path.read_text("utf-8"))
    ]
    assert [path for path in said if not path.startswith("meshdesk/demo/")] == []
    assert "meshdesk/demo/topics.py" in said
