"""What goes wrong in the embedded mesh, as a sentence for the reader, and how its long steps say how far they are."""

from collections.abc import Callable
from typing import TypeAlias

from confluent_kafka import KafkaError

from meshdesk.model.trouble import Trouble

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with a whole sentence, how much is done and of how much (any unit; 0 of 0 where nobody knows)."""


class DemoError(Exception):
    """The embedded mesh cannot start or go on. `trouble` says why and what to do next; str() is the whole sentence."""

    def __init__(self, text: str, advice: str = "", about: str = "the demo") -> None:
        self.trouble = Trouble(text, advice, about)
        super().__init__(self.trouble.sentence)


class Complaints:
    """What Kafka refuses while the demo runs, said once for each kind of refusal, from any thread."""

    def __init__(self, report: Callable[[Trouble], None]) -> None:
        self._report = report
        self._said: set[str] = set()  # Kafka's names for it

    def say(self, what: str, error: KafkaError) -> None:
        """`what` is the sentence up to its reason."""
        if error.name() not in self._said:
            self._said.add(error.name())
            advice = "It goes on by itself when Kafka takes records again."
            self._report(Trouble(f"{what}: {reason(error)}.", advice, "the demo"))


def reason(error: KafkaError) -> str:
    """librdkafka's words without its prefix: "Broker: Topic authorization failed" is "topic authorization failed"."""
    text = error.str().rpartition(": ")[2].strip().rstrip(".")
    return text[:1].lower() + text[1:]


def silent(text: str, done: int, of: int) -> None:
    """The progress of somebody who does not want to know."""
