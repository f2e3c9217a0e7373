"""The past of topics, asked by time for what is on the screen: coarse first, then finer, and at last whatever lies beside now.

What is known of a topic are rows: for a moment the first offset of each partition at or after it. A page of steps is written
as a fact once all its rows are known. Where a partition stands at the same offset at two moments, it does so at every one
between them: that is not asked. A row that is known is never asked again, but one of the last minutes, behind whose last
record others may have come since.
"""

import time
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import NamedTuple

from confluent_kafka import KafkaError

from meshdesk.capture.writer import Writer
from meshdesk.collect.asking import Asking
from meshdesk.collect.budget import Budget, rest
from meshdesk.collect.client import KafkaTrouble, now
from meshdesk.collect.offsets_at import BEGINNING, END, NONE, Place, Question, offsets_at
from meshdesk.collect.sentences import LATE, asking_is_worn
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.frame import Message
from meshdesk.model.past import FINE, KIND, PAGE, SOURCE, STEPS, Page, about, coarse_step, fine_step

A_ROUND = 1_500  # look-ups: 0.1 s of a small broker; a new wish waits no longer
TOPICS = 200  # of which something is known; facts of more are taken back, those first that were wished longest ago
TOPICS_AT_ONCE = 100  # of a wish: more curves than a screen shows; the others are asked when they are wished again
PAGES = 64  # of a topic, three spans that somebody looked at; some 12 kB each with 12 partitions
FINEST_BESIDE_NOW = 5_000  # ms; from there on it is what is recorded
SETTLED = 300_000  # ms; a record of that age has arrived, whatever its producer waited for
OPEN_AGAIN = 30.0  # s until a moment that is not settled may be asked again
FAILED_AGAIN = 5.0  # s until a topic that could not be asked may be

AWAY = (*LATE, KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN)


class Span(NamedTuple):
    """A part of a page that is wished: its first and its last moment, in ms."""

    topic: str
    page: Page
    first: int
    last: int

    @property
    def moments(self) -> range:
        return range(self.first, self.last + 1, self.page[1])


@dataclass(slots=True)
class _Topic:
    """What is known of one topic."""

    partitions: int
    beginnings: tuple[int, ...] = ()  # as they were when its past was first asked for
    rows: dict[int, tuple[int, ...]] = field(default_factory=dict)  # ms: the offset of each partition
    moments: list[int] = field(default_factory=list)  # those of the rows, in order
    open: dict[int, float] = field(default_factory=dict)  # rows that may change yet: when they were asked, monotonic
    pages: dict[Page, tuple[int, int]] = field(default_factory=dict)  # written: first and last moment; the oldest first
    outdated: set[Page] = field(default_factory=set)  # those that were written of what was there under its name before
    failed: Page | None = None  # of which it is written why it is not known
    failed_at: float = -FAILED_AGAIN

    def put(self, moment: int, row: tuple[int, ...]) -> None:
        if moment not in self.rows:
            insort(self.moments, moment)
        self.rows[moment] = row

    def between(self, moment: int) -> dict[int, int]:
        """By partition the offset at a moment, as far as its neighbours say the same."""
        at = bisect_left(self.moments, moment)
        if not 0 < at < len(self.moments):
            return {}
        before, after = self.rows[self.moments[at - 1]], self.rows[self.moments[at]]
        if self.moments[at] in self.open:
            return {}
        return {number: low for number, (low, high) in enumerate(zip(before, after, strict=True)) if low == high}


@dataclass(slots=True)
class _Round:
    """What is asked at once."""

    asked: dict[int, list[Place]]  # by moment
    inferred: dict[Question, int]  # what is known without asking
    spans: list[Span]  # for which
    cost: int = 0  # look-ups
    bounded: set[str] = field(default_factory=set)  # topics whose end is asked, too

    def ask(self, name: str, missing: Mapping[int, Iterable[int]], topic: _Topic) -> None:
        """As much as there is room for: a topic of thousands of partitions takes several rounds."""
        bounds = () if name in self.bounded else (END,) if topic.beginnings else (BEGINNING, END)
        self.bounded.add(name)
        for moment, numbers in {**dict.fromkeys(bounds, range(topic.partitions)), **missing}.items():
            if moment >= 0 and self.cost >= A_ROUND:
                break
            places = [(name, number) for number in numbers]
            self.asked.setdefault(moment, []).extend(places)
            self.cost += len(places)


class Past:
    """The past that was asked for. Its steps are called by one thread."""

    def __init__(
        self,
        cluster: Asking,
        writer: Writer,
        stop: Event,
        budget: Budget,
        partitions: Callable[[], Mapping[str, int]],
    ) -> None:
        """`partitions` gives the topics that this login may describe, and how many partitions each has."""
        self._cluster, self._writer, self._stop, self._budget = cluster, writer, stop, budget
        self._partitions = partitions
        self._topics: dict[str, _Topic] = {}  # those wished longest ago first
        self._todo: deque[Span] = deque()
        self._wished_at = 0.0  # monotonic

    @property
    def is_waiting(self) -> bool:
        """Whether there is something left to ask."""
        return bool(self._todo)

    def recall(self, facts: Iterable[Fact | Checked]) -> None:
        """Takes over what a predecessor has written of the same capture: it is not asked again.

        But for what it asked within minutes of its moment, behind which others may have come, and for the newest moment that
        is known of a topic: by the answer it is seen whether it is still the same topic.
        """
        pages: dict[str, Fact] = {}
        for fact in facts:
            if isinstance(fact, Fact) and (fact.kind, fact.source) == (KIND, SOURCE):
                pages.pop(fact.about, None)  # the one that was written last is the last to be forgotten
                if fact.value is not None:
                    pages[fact.about] = fact
        for fact in pages.values():
            name, start, step = fact.about.split(" ")
            self._topics[name] = topic = self._topics.pop(name, None) or _Topic(0)
            _recall(topic, (int(start), int(step)), fact)
        for topic in self._topics.values():
            for moment in topic.moments[-1:]:
                topic.open[moment] = -OPEN_AGAIN

    def wish(self, topics: Sequence[str], start: int, end: int) -> None:
        """What is on the screen, in ms; it replaces what was wished before. What is known costs nothing."""
        self._todo.clear()
        self._wished_at = time.monotonic()
        spans = spans_of(start, end, now())
        names = [name for name in dict.fromkeys(topics) if self._may_ask(name)]
        wanted = [[Span(name, *span) for span in spans] for name in names]
        wanted = [mine for mine in wanted if any(not self._is_known(span) for span in mine)][:TOPICS_AT_ONCE]
        for mine in wanted:
            topic = self._topics.pop(mine[0].topic, None)
            self._topics[mine[0].topic] = topic or _Topic(0)
            for span in mine:  # what is wished is the last to be forgotten
                if topic is not None and (written := topic.pages.pop(span.page, None)):
                    topic.pages[span.page] = written
        # The coarse pages of all, and so on: each topic has the same pages, in the same order.
        self._todo.extend(mine[at] for at in range(len(spans)) for mine in wanted if not self._is_known(mine[at]))

    def step(self) -> bool:
        """Asks one round of what is wished, and writes what is known by then; whether something was. Raises CaptureError."""
        if not self._todo:
            return False
        if self._cluster.is_worn:
            self._fail_all(asking_is_worn(self._cluster.source.bootstrap))
            return True
        turn = self._round()
        if turn.asked:
            if not rest(self._budget, sum(map(len, turn.asked.values())), self._stop):
                return False
            answers = offsets_at(self._cluster, turn.asked, self._stop)
            if self._stop.is_set():
                return False
            if all(isinstance(answer, KafkaError) and answer.code() in AWAY for answer in answers.values()):
                self._fail_all(self._cluster.failed(_any_error(answers)).trouble.text)
                return True
            self._take(turn.asked, turn.inferred | answers)
        return self._write(turn.spans)

    # What is asked

    def _may_ask(self, name: str) -> bool:
        topic = self._topics.get(name)
        return topic is None or time.monotonic() - topic.failed_at >= FAILED_AGAIN

    def _is_known(self, span: Span) -> bool:
        topic = self._topics.get(span.topic)
        written = topic.pages.get(span.page) if topic is not None else None
        if topic is None or written is None or topic.failed is not None or span.page in topic.outdated:
            return False
        is_due = any(moment not in topic.rows or self._is_due(topic, moment) for moment in span.moments)
        return written[0] <= span.first and span.last <= written[1] and not is_due

    def _is_due(self, topic: _Topic, moment: int) -> bool:
        """Whether a row may have changed; once a wish at the most: what is asked for it is known for it."""
        return moment in topic.open and self._wished_at - topic.open[moment] >= OPEN_AGAIN

    def _round(self) -> _Round:
        """What to ask next; of topics that are not to be had it is written why."""
        turn = _Round({}, {}, [])
        known, missed = self._partitions(), set[str]()
        for span in list(self._todo):
            if span.topic not in known:
                if span.topic not in missed:
                    self._fail(span.topic, self._why_not(span.topic))
                missed.add(span.topic)
                continue
            if turn.cost >= A_ROUND:
                break
            topic = self._topics[span.topic]
            if topic.partitions != known[span.topic]:
                topic = self._anew(span.topic, known[span.topic])
            missing = self._missing(topic, span, turn.inferred)
            if missing:
                turn.ask(span.topic, missing, topic)
            turn.spans.append(span)
            if not any(other.pages for other in self._topics.values()):
                break  # the very first curve does not wait for the others
        return turn

    def _missing(self, topic: _Topic, span: Span, inferred: dict[Question, int]) -> dict[int, Iterable[int]]:
        """By moment the partitions to be asked of; what its neighbours say is taken over. First both ends of a page alone, as
        nothing is to be asked between them where nothing moved."""
        missing: dict[int, Iterable[int]] = {}
        edges = self._edges(topic, span)
        for moment in (edges[0], edges[-1], *edges[1:-1]):
            if moment == edges[1] and missing:
                break
            if moment in topic.rows:
                if self._is_due(topic, moment):
                    missing[moment] = range(topic.partitions)
                continue
            said = topic.between(moment)
            if len(said) == topic.partitions:
                topic.put(moment, tuple([said[number] for number in range(topic.partitions)]))
            else:
                missing[moment] = [number for number in range(topic.partitions) if number not in said]
                inferred |= {(moment, (span.topic, number)): offset for number, offset in said.items()}
        return missing

    def _anew(self, name: str, partitions: int) -> _Topic:
        """A topic with more partitions, or made again under its name; what was written of it stays until it is wished again."""
        before = self._topics[name]
        self._topics[name] = _Topic(partitions, pages=before.pages, outdated={*before.pages}, failed=before.failed)
        return self._topics[name]

    def _edges(self, topic: _Topic, span: Span) -> list[int]:
        """The moments of a page from the first to the last that was ever wished: a page has no holes."""
        first, last = topic.pages.get(span.page, (span.first, span.last))
        return list(range(min(first, span.first), max(last, span.last) + 1, span.page[1]))

    # What is answered

    def _take(self, asked: Mapping[int, Sequence[Place]], answers: Mapping[Question, int | KafkaError]) -> None:
        failed: dict[str, KafkaError] = {}
        for (_, (name, _)), answer in answers.items():
            if isinstance(answer, KafkaError):
                failed.setdefault(name, answer)
        for name, error in failed.items():
            self._fail(name, self._cluster.failed(error, name).trouble.text)
        left_out = {*failed}
        said = {question: answer for question, answer in answers.items() if not isinstance(answer, KafkaError)}
        for name in {name for name, _ in asked.get(END, ())} - left_out:
            topic = self._topics[name]
            last = topic.rows[topic.moments[-1]] if topic.moments else ()
            if any(said[END, (name, number)] < offset for number, offset in enumerate(last)):
                self._anew(name, topic.partitions)  # it was made again; the next round asks all of it
                left_out.add(name)
            elif not topic.beginnings and (BEGINNING, (name, 0)) in said:
                topic.beginnings = tuple([said[BEGINNING, (name, number)] for number in range(topic.partitions)])
        for moment, places in asked.items():
            for name in {name for name, _ in places} - left_out if moment >= 0 else ():
                self._put(name, moment, said)

    def _put(self, name: str, moment: int, said: Mapping[Question, int]) -> None:
        topic = self._topics[name]
        row = [said[moment, (name, number)] for number in range(topic.partitions)]
        topic.open.pop(moment, None)
        if NONE in row and now() - moment < SETTLED:
            topic.open[moment] = time.monotonic()
        topic.put(moment, tuple([said[END, (name, n)] if offset == NONE else offset for n, offset in enumerate(row)]))

    # What is written

    def _write(self, spans: Sequence[Span]) -> bool:
        """The pages of these spans of which every row is known by now."""
        facts: list[Fact] = []
        left = set(self._todo)
        for span in spans:
            topic = self._topics.get(span.topic)
            if span not in left or topic is None:
                continue  # it has failed
            edges = self._edges(topic, span)
            if all(moment in topic.rows and not self._is_due(topic, moment) for moment in edges):
                facts += self._page(topic, span, edges)
                left.discard(span)
        self._todo = deque(span for span in self._todo if span in left)
        facts += self._forget()
        if facts:
            self._writer.facts(facts)
        return bool(facts)

    def _page(self, topic: _Topic, span: Span, edges: Sequence[int]) -> list[Fact]:
        facts = []
        if topic.failed is not None and topic.failed != span.page:
            facts.append(_fact(span.topic, topic.failed, self._value(topic, topic.failed)))
        topic.failed, topic.failed_at = None, -FAILED_AGAIN
        topic.pages.pop(span.page, None)
        topic.pages[span.page] = edges[0], edges[-1]
        topic.outdated.discard(span.page)
        return [*facts, _fact(span.topic, span.page, self._value(topic, span.page))]

    def _value(self, topic: _Topic, page: Page, why: str = "") -> Message | None:
        """What a page's fact says; None where there is nothing to say."""
        first, last = topic.pages.get(page, (page[0], page[0] - 1))
        edges = range(first, last + 1, page[1])
        if not why and not edges:
            return None
        rows = [topic.rows[moment] for moment in edges] if all(moment in topic.rows for moment in edges) else []
        return {
            "from": first,
            "step": page[1],
            "offsets": {str(number): [row[number] for row in rows] for number in range(topic.partitions) if rows},
            "beginnings": {str(number): offset for number, offset in enumerate(topic.beginnings)},
            "why": why,
        }

    def _fail(self, name: str, why: str) -> None:
        """Writes why a topic cannot be asked; it is not, until it is wished again."""
        mine = [span for span in self._todo if span.topic == name]
        if not mine:
            return
        self._todo = deque(span for span in self._todo if span.topic != name)
        topic = self._topics.setdefault(name, _Topic(0))
        topic.failed = topic.failed or next((span.page for span in mine if span.page not in topic.pages), mine[0].page)
        topic.failed_at = time.monotonic()
        self._writer.facts([_fact(name, topic.failed, self._value(topic, topic.failed, why))])

    def _fail_all(self, why: str) -> None:
        for name in dict.fromkeys(span.topic for span in self._todo):
            self._fail(name, why)

    def _why_not(self, name: str) -> str:
        """Of a topic that the watch does not know: it is not there, or not for this login."""
        try:
            said = self._cluster.metadata(name).topics.get(name)
        except KafkaTrouble as failed:
            return failed.trouble.text
        error = said.error if said is not None else None
        unknown = KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART)
        return self._cluster.failed(error or unknown, name).trouble.text

    def _forget(self) -> list[Fact]:
        """Takes back what is too much: pages of a topic, and topics."""
        facts: list[Fact] = []
        for name, topic in self._topics.items():
            for page in list(topic.pages)[: -PAGES or None]:
                del topic.pages[page]
                facts.append(_fact(name, page, None))
                kept = {m for (_, step), (a, b) in topic.pages.items() for m in range(a, b + 1, step)}
                topic.rows = {moment: row for moment, row in topic.rows.items() if moment in kept}
                topic.moments = sorted(topic.rows)
        while len(self._topics) > TOPICS:
            name, topic = next(iter(self._topics.items()))
            del self._topics[name]
            facts += [_fact(name, page, None) for page in (*topic.pages, *([topic.failed] if topic.failed else []))]
        return facts


def _recall(topic: _Topic, page: Page, fact: Fact) -> None:
    """Takes over one page, the ones that were written later after it."""
    value = fact.value or {}
    if value.get("why"):
        topic.failed = page
    columns = [value["offsets"][str(number)] for number in range(len(value["offsets"]))]
    if not columns:
        return
    if topic.partitions != len(columns):  # it has got more of them; what is known of fewer is asked anew
        topic.rows, topic.moments, topic.open, topic.partitions = {}, [], {}, len(columns)
        topic.outdated |= topic.pages.keys()
    if len(value["beginnings"]) == len(columns):
        topic.beginnings = tuple([int(value["beginnings"][str(number)]) for number in range(len(columns))])
    first = int(value["from"])
    topic.pages[page] = first, first + (len(columns[0]) - 1) * page[1]
    topic.outdated.discard(page)
    for at, row in enumerate(zip(*columns, strict=True)):
        moment = first + at * page[1]
        topic.put(moment, row)
        if fact.seen - moment < SETTLED:
            topic.open[moment] = -OPEN_AGAIN


def spans_of(start: int, end: int, moment: int) -> list[tuple[Page, int, int]]:
    """The pages of a span and which moments of them: coarse ones, what is left beside now in finer and finer ones, and fine
    ones. No step reaches beyond `moment`, which is now; all in ms."""
    end = min(end, moment)
    start = max(0, start, end - STEPS[-1] * FINE)
    if start >= end:
        return []
    coarse = coarse_step(start, end)
    found, known = _pages(coarse, start, end, moment), end
    steps = [step for step in STEPS if FINEST_BESIDE_NOW <= step < coarse][::-1]
    known = min(end, moment // coarse * coarse)
    for step in steps:
        if known < end:
            found += _pages(step, max(known, start), end, moment)
            known = min(end, moment // step * step)
    fine = _pages(fine_step(start, end), start, end, moment)
    return found + [page for page in fine if page not in found]


def _pages(step: int, start: int, end: int, moment: int) -> list[tuple[Page, int, int]]:
    """Of one step, the newest first: that is what is looked at."""
    first, last = start // step * step, min(-(-end // step), moment // step) * step
    size = PAGE * step
    pages = [
        ((begin, step), max(first, begin), min(last, begin + size)) for begin in range(first // size * size, last, size)
    ]
    return [page for page in pages if page[1] < page[2]][::-1]


def _any_error(answers: Mapping[Question, int | KafkaError]) -> KafkaError:
    return next(answer for answer in answers.values() if isinstance(answer, KafkaError))


def _fact(name: str, page: Page, value: Message | None) -> Fact:
    return Fact(KIND, about(name, page), value, now(), SOURCE)
