"""What the names of topics tell: which are technical, which belong to another one, and of which domain they are.

No catalogue says it, so it is inferred, and always said to be. The domain is the leftmost part of a name that is neither a
version, an environment, a visibility nor a type of message, that differs among the topics, and that most of them share with
others (the conventions that are recommended in public begin so: `domain.event.v1`, `env.visibility.domain.event.v1`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

TECHNICAL = re.compile(
    r"__.*|_schemas.*|_confluent.*|ksql.*|_kafbat.*|_akhq.*|(.*[-_.])?connect[-_.](configs?|offsets?|status(es)?)"
    r"|.*-changelog|.*-repartition|heartbeats|.*\.checkpoints\.internal|mm2-.*\.internal|__debezium-heartbeat\..*"
)  # Kafka Streams, Connect, MirrorMaker 2, Debezium, ksqlDB, registries
BESIDE = re.compile(
    r"(.+?)(?:[-._](?:retry(?:[-._]?\d+)?|retries|dlq|dlt|dead[-_]?letters?|error|errors))+", re.IGNORECASE
)
PASSED_OVER = re.compile(
    r"v?\d+(_\d+)*|dev|test|tst|int|uat|qa|stage|staging|prod|prd|production|live"
    r"|public|private|internal|protected|cdc|cmd|evt|event|events|fct|fact|command|query|log|snapshot",
    re.IGNORECASE,
)
KNOWN = 1 << 15  # names of which it is remembered what they tell: a large mesh has 10,000, asked for at any moment
SEPARATORS = (".", "-", "_")
PLACES = ("first", "second", "third")  # a domain stands no deeper
SHARED = 0.6  # of the topics have to share their domain with another: else the parts are no domains but names


@dataclass(frozen=True, slots=True)
class Rule:
    """How a mesh names its topics."""

    separator: str
    place: int  # of the domain among the parts that are not passed over, from 0

    @property
    def phrase(self) -> str:
        """How the domain is found, to stand in a sentence."""
        return f"the {PLACES[self.place]} part of its name"

    def domain(self, topic: str) -> str:
        """The domain by the topic's name; "" where the name does not say it."""
        parts = telling_parts(topic, self.separator) if self.separator in topic else []
        return parts[self.place] if len(parts) > self.place else ""


@lru_cache(KNOWN)
def is_technical(topic: str) -> bool:
    """Whether a topic serves a tool (Kafka Streams, Connect …) and is of no domain.

    >>> is_technical("orders-app-store-changelog"), is_technical("connect-offsets"), is_technical("orders.placed.v1")
    (True, True, False)
    """
    return TECHNICAL.fullmatch(topic) is not None


@lru_cache(KNOWN)
def base_of(topic: str) -> str:
    """The topic whose failed records this one takes; "" where the name does not say so.

    >>> base_of("payments.failed.v1.dlq"), base_of("orders-retry-3"), base_of("orders.placed.v1")
    ('payments.failed.v1', 'orders', '')
    """
    match = BESIDE.fullmatch(topic)
    return match[1] if match else ""


def telling_parts(topic: str, separator: str) -> list[str]:
    """The parts of a name that may name a domain.

    >>> telling_parts("prod.public.sales.orders.booked.v1", ".")
    ['sales', 'orders', 'booked']
    """
    return [part for part in topic.split(separator) if part and PASSED_OVER.fullmatch(part) is None]


def rule_of(topics: Iterable[str], declared: Iterable[str] = ()) -> Rule | None:
    """How these topics are named, or None where their names tell nothing. Names of `declared` domains settle it."""
    names = list(topics)
    known = {domain.casefold() for domain in declared}
    for separator in SEPARATORS:
        split = [parts for name in names if separator in name and (parts := telling_parts(name, separator))]
        if len(split) * 2 <= len(names):
            continue
        places = [[parts[place] for parts in split if len(parts) > place] for place in range(len(PLACES))]
        named = [place for place, parts in enumerate(places) if _name(parts, known) * 2 > len(names)]
        telling = [place for place, parts in enumerate(places) if _are_domains(parts, len(names))]
        return next((Rule(separator, place) for place in (*named, *telling)), None)
    return None


def _name(parts: Iterable[str], known: set[str]) -> int:
    """How many of them name a domain that is known."""
    return sum(part.casefold() in known for part in parts) if known else 0


def _are_domains(parts: Sequence[str], topics: int) -> bool:
    """Whether there are a few of them, shared by most topics."""
    counts = Counter(part.casefold() for part in parts)
    shared = sum(count for count in counts.values() if count > 1)
    return 2 <= len(counts) <= max(12, 2 * topics**0.5) and shared >= SHARED * topics
