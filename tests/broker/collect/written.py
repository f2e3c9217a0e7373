"""A capture that is written here and read while it grows: the facts and samples that are in it by now."""

from pathlib import Path

from meshdesk.capture.manifest import create_capture
from meshdesk.capture.samples import read_samples
from meshdesk.capture.writer import Writer
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.frame import Message
from tests.unit.capture.making import opened


class Written:
    """The reader of a capture's facts and samples."""

    def __init__(self, folder: Path) -> None:
        self.capture = opened(folder)
        self._facts: list[Fact | Checked] = []

    @property
    def facts(self) -> list[Fact | Checked]:
        """All of them, in the order in which they were written."""
        self.capture.refresh()
        self._facts += self.capture.take_facts()
        return list(self._facts)

    def values(self, kind: str, about: str) -> list[Message | None]:
        """What was said of one thing, one after the other."""
        return [
            fact.value for fact in self.facts if isinstance(fact, Fact) and (fact.kind, fact.about) == (kind, about)
        ]

    def checked(self, source: str) -> list[str]:
        """How each round of a source ended that was written."""
        return [fact.failed for fact in self.facts if isinstance(fact, Checked) and fact.source == source]

    def samples(self, of: str) -> dict[tuple[str, int], list[int]]:
        """The values of each series, in the order in which they were seen."""
        found: dict[tuple[str, int], list[int]] = {}
        for one, topic, partition, _, value in self.rows():
            if one == of:
                found.setdefault((topic, partition), []).append(value)
        return found

    def rows(self) -> list[tuple[str, str, int, int, int]]:
        """All samples: what of, topic, partition, when it was seen, value."""
        self.capture.refresh()
        found = []
        for writer, batch in read_samples(self.capture, self.capture.samples):
            for row in batch.to_pylist():
                line = self.capture.series[writer, row["series"]]
                found.append((str(line["of"]), str(line["name"]), int(line["partition"]), row["seen"], row["value"]))
        return found


def begin_capture(folder: Path, bootstrap: str) -> Writer:
    """A new capture, to be written and read at once."""
    create_capture(folder, "the tests", bootstrap)
    return Writer(folder)
