"""Kafka clients: made, asked and closed here. Errors come out as troubles or as KafkaTrouble."""

import json
import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from meshdesk.collect.diagnosis import why_not, why_not_advertised
from meshdesk.collect.properties import PropertiesError, Source, client_settings
from meshdesk.collect.reach import Address, Unreached, addresses
from meshdesk.collect.sentences import LEADERLESS, LOGIN, NOT_TWICE, place_of, refuses_login, trouble_of
from meshdesk.collect.tls import context, trust_of, uses_tls
from meshdesk.model.position import Position
from meshdesk.model.step import Name
from meshdesk.model.trouble import Trouble

ADMIN_SETTINGS = (
    "group.id",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "auto.offset.reset",
    "enable.partition.eof",
)
CONSUMER_ONLY = (*ADMIN_SETTINGS, "check.crcs", "fetch.wait.max.ms", "fetch.max.bytes", "fetch.message.max.bytes",
                 "queued.min.messages", "queued.max.messages.kbytes", "fetch.queue.backoff.ms", "isolation.level")  # fmt: skip
REQUEST_TIMEOUT = 10.0  # s; a broker that answers no metadata for so long is in trouble
SECOND_TRY = 2.0  # s of silence after which an address is tried by hand
LONG = 3.5  # s after which the same is done for a request that only some brokers answer
BY_HAND = 4.0  # s for that
STATISTICS = 1000  # ms; some kB, of which the first is looked at
TRIED = 3  # addresses of a list of brokers
FOUND_HOLDS = 15.0  # s for which that is not done again; the client says the same twice a second
FIRST_TRY = 0.3  # s; a connection that is refused says so by then, and twice as long is waited each time for a slow one
LED = 300.0  # s for which the client knows who leads a topic's partitions; it forgets after 900 s (metadata.max.age.ms)
FEW = 5  # topics that are asked for one by one; more come sooner with all others
SETTLED = 1.0  # s in which a connection that failed may be made again before a request is given up

Report = Callable[[Trouble], None]

# librdkafka's own log lines say what its error callback says too, up to 20 a second at a closed port: they go to the
# program's log at debug level and nowhere else.
log = logging.getLogger("meshdesk.collect.librdkafka")
log.addHandler(logging.NullHandler())
log.propagate = False


class KafkaTrouble(Exception):
    """A request failed; `trouble` says how, as a sentence."""

    def __init__(self, trouble: Trouble, step: Name = "metadata") -> None:
        """`step`: where on the way to a cluster it failed."""
        super().__init__(trouble.sentence)
        self.trouble, self.step = trouble, step


def now() -> int:
    """The clock of this program, in ms since the epoch."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Life:
    """A topic as it is now: its id tells it from one made again under its name."""

    topic_id: str
    partitions: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a partition begins and ends, and its topic's id: asked for, and answered while others are read."""

    beginning: "Future[Any]"
    end: "Future[Any]"
    described: "Future[Any]"

    @property
    def done(self) -> bool:
        return self.beginning.done() and self.end.done() and self.described.done()

    def answer(self) -> tuple[int, int, str]:
        """Beginning, end and topic id, once it is done. Raises KafkaException."""
        return self.beginning.result(0).offset, self.end.result(0).offset, str(self.described.result(0).topic_id)


class Cluster:
    """What there is to ask of one cluster, beside reading: metadata and offsets. One per thread."""

    def __init__(self, source: Source, report: Report) -> None:
        self.source = source
        self._report = report
        self._admin = self._made()
        self._last = Trouble("")
        self._last_step: Name = "metadata"
        self._found: dict[tuple[str, bool], tuple[float, Unreached | None]] = {}  # what was tried by hand, and when
        self._advertised: dict[Address, int] = {}  # the brokers, as they gave their addresses last
        self._led: dict[str, float] = {}  # by topic when (monotonic) the client was told who leads its partitions
        self._has_answered = False  # there was a Kafka
        self.is_refused = False  # it has refused the login, and never answered before
        self._is_explained = False  # a connection said why it failed; what all of them say together adds nothing

    def metadata(self, topic: str | None = None, timeout: float = REQUEST_TIMEOUT) -> Any:
        """confluent_kafka's ClusterMetadata of all topics or of one. Raises KafkaTrouble."""
        asked = {"topic": topic} if topic else {}
        said = self.patiently(lambda seconds: self._admin.list_topics(timeout=seconds, **asked), timeout, topic or "")
        self._has_answered = True
        self._advertised = {Address(one.host, one.port): number for number, one in said.brokers.items()}
        told = dict.fromkeys(said.topics, time.monotonic())
        self._led = self._led | told if topic else told
        return said

    def learn_leaders(self, topics: Iterable[str], timeout: float = REQUEST_TIMEOUT) -> None:
        """Has the client know who leads the partitions of topics, without which no offsets may be asked for.

        WORKAROUND (librdkafka 2.16.1): where leaders are unknown, ListOffsets waits for the metadata on the caller's thread and
        on the client's own. If it comes while the call is still on its way, the client's thread frees what the call works
        on, and the program dies of signal 11 (rd_kafka_topic_partition_list_query_leaders_async_worker; seen 2026-11 with
        many calls in a row on a busy machine). Raises KafkaTrouble.
        """
        long_ago = time.monotonic() - LED
        unknown = [topic for topic in dict.fromkeys(topics) if self._led.get(topic, long_ago) <= long_ago]
        for topic in unknown if len(unknown) <= FEW else [None]:
            self.metadata(topic, timeout)
        self._led |= dict.fromkeys(
            unknown, time.monotonic()
        )  # of one that is not there, too: nothing more can be known

    def patiently(self, ask: Callable[[float], Any], timeout: float, topic: str) -> Any:
        """What is asked for with a number of seconds, tried until the time is over or it is known why it cannot be had.

        Raises KafkaTrouble.
        """
        started = time.monotonic()
        until, patience = started + timeout, FIRST_TRY
        self._last = Trouble("")
        while True:
            try:
                return ask(patience)
            except KafkaException as error:
                self._admin.poll(0)  # what the connection said in the meantime: a reason beats a time-out
                left = until - time.monotonic()
                if self._last.text or left <= 0:
                    raise self.failed(error.args[0], topic) from error
                if time.monotonic() - started > SECOND_TRY and (found := self._why_not(self.source.bootstrap)):
                    raise KafkaTrouble(self._told(found), found.step) from error
                patience = min(2 * patience, max(left, 0.1))

    def topic_id(self, topic: str) -> str:
        """The id that tells a topic from one made again under its name; "" where the cluster is too old or refuses.

        Raises KafkaTrouble where the connection fails.
        """
        life = self.lives([topic]).get(topic)
        return life.topic_id if life is not None else ""

    def lives(self, topics: Iterable[str], timeout: float = REQUEST_TIMEOUT) -> dict[str, Life | None]:
        """What topics are now, None for one that is not there; what is not known (a time-out, a refusal) is left out.

        Raises KafkaTrouble where the connection fails.
        """
        names = list(topics)
        if not names:
            return {}
        found: dict[str, Life | None] = {}
        asked = self._admin.describe_topics(TopicCollection(names), request_timeout=timeout)
        self._wait(asked.values(), timeout)
        for name, answer in asked.items():
            try:
                said = answer.result(0)
                found[name] = Life(str(said.topic_id), len(said.partitions))
            except KafkaException as error:
                if error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                    found[name] = None
            except TimeoutError:
                continue
        return found

    def bounds(self, topic: str, partition: int) -> Bounds:
        """Asks where a partition begins and ends, records of open transactions included, without waiting."""
        with suppress(KafkaTrouble):  # a cluster that is away keeps nobody waiting, and frees nothing meanwhile
            self.learn_leaders([topic], FIRST_TRY)
        place = TopicPartition(topic, partition)
        (beginning,), (end,) = (
            self._admin.list_offsets({place: spec}, request_timeout=REQUEST_TIMEOUT).values()
            for spec in (OffsetSpec.earliest(), OffsetSpec.latest())
        )
        described = self._admin.describe_topics(TopicCollection([topic]), request_timeout=REQUEST_TIMEOUT)
        return Bounds(beginning, end, described[topic])

    def offsets(
        self,
        partitions: Iterable[tuple[str, int]],
        position: Position,
        isolation: str,
        timeout: float = REQUEST_TIMEOUT,
    ) -> dict[tuple[str, int], int]:
        """Where `position` (beginning, end or time) lies in each partition; −1 for a time behind the last record.

        Partitions that do not answer or that no broker leads are left out. Raises KafkaTrouble where none answers.
        """
        spec = _spec(position)
        level = IsolationLevel.READ_COMMITTED if isolation == "read_committed" else IsolationLevel.READ_UNCOMMITTED
        asked = {TopicPartition(topic, number): spec for topic, number in partitions}
        if not asked:
            return {}
        self.learn_leaders((place.topic for place in asked), timeout)
        found: dict[tuple[str, int], int] = {}
        failure: KafkaError | None = None
        answers = self._admin.list_offsets(asked, isolation_level=level, request_timeout=timeout)
        self._wait(answers.values(), timeout)
        for place, answer in answers.items():
            try:
                found[place.topic, place.partition] = answer.result(0).offset
            except KafkaException as error:
                failure = error.args[0]
            except TimeoutError:
                failure = KafkaError(KafkaError._TIMED_OUT)
        no_leader = (*LEADERLESS, KafkaError._NOENT)  # the last one is the client's "no leaders found"
        if failure is not None and not found and failure.code() not in no_leader:
            raise self.failed(failure, next(iter(asked)).topic)
        return found

    def failed(self, error: KafkaError, topic: str = "") -> KafkaTrouble:
        """The exception for a request that failed: what the connection said last says more than a time-out."""
        if (
            error.code() in (KafkaError._TIMED_OUT, KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN)
            and self._last.text
        ):
            return KafkaTrouble(self._last, self._last_step)
        if (
            error.code() == KafkaError._TRANSPORT and not self._has_answered
        ):  # nothing was wrong with a connection, or it would have been said
            error = KafkaError(KafkaError._ALL_BROKERS_DOWN)
        bootstrap = self.source.bootstrap
        trouble = self._trouble_of(error, topic)
        return KafkaTrouble(trouble or Trouble(f"Kafka at {bootstrap} did not answer.", about=bootstrap, seen=now()))

    def _trouble_of(self, error: KafkaError, topic: str = "") -> Trouble | None:
        """What is to be said of an error; a login that is refused at the beginning is not tried again."""
        trouble = trouble_of(error, self.source.bootstrap, topic, now())
        if trouble is None or not refuses_login(error) or self._has_answered:
            return trouble
        self.is_refused = True
        return replace(trouble, advice=f"{trouble.advice} {NOT_TWICE}")

    def _wait(self, answers: Iterable["Future[Any]"], timeout: float) -> None:
        """Until all are there. Raises KafkaTrouble where a connection fails and nothing comes: a client would wait out its time."""
        waiting, started = set(answers), time.monotonic()
        self._last = Trouble("")
        while waiting and (spent := time.monotonic() - started) < timeout:
            waiting = set(wait(waiting, timeout=0.1).not_done)
            self._admin.poll(0)
            if waiting and self._last.text and spent > SETTLED:
                raise KafkaTrouble(self._last, self._last_step)
            if waiting and spent > LONG and (found := self._why_not(self.source.bootstrap)):
                raise KafkaTrouble(self._told(found), found.step)
        self._has_answered = self._has_answered or not waiting

    def _made(self) -> Any:
        settings = {name: value for name, value in client_settings(self.source).items() if name not in CONSUMER_ONLY}
        ours = {"error_cb": self._error, "statistics.interval.ms": STATISTICS, "stats_cb": self._statistics}
        return _made(AdminClient, settings | ours)

    def _error(self, error: KafkaError) -> None:
        if error.code() == KafkaError._ALL_BROKERS_DOWN:
            if self._is_explained:
                return
            if self._has_answered:  # it is gone; what its port is otherwise good for is no question
                error = KafkaError(KafkaError._TRANSPORT)
        trouble = self._trouble_of(error)
        if trouble is not None:
            self._is_explained = error.code() != KafkaError._ALL_BROKERS_DOWN
            step: Name = "login" if error.code() in LOGIN else "metadata"
            place, is_tls = place_of(error, self.source.bootstrap), error.code() == KafkaError._SSL
            if self._says_little(error) and (found := self._why_not(place, is_tls)):
                trouble, step = self._told(found), found.step
            self._last, self._last_step = trouble, step
            self._report(trouble)

    def _says_little(self, error: KafkaError) -> bool:
        """librdkafka says one thing of all certificates, and of a port that hangs up no more than that."""
        if error.code() == KafkaError._SSL:
            return True
        if error.code() == KafkaError._TRANSPORT and "refused" in (error.str() or "").lower():
            return False
        return error.code() in (KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT)

    def _why_not(self, place: str, is_tls: bool = False) -> Unreached | None:
        """The first thing that is wrong with an address, tried by hand; the answer holds for a while.

        Where it has answered, it is those that its brokers gave for themselves: that it is gone, or about to start, the
        client says well enough, but not (`is_tls`) what has become of its certificate.
        """
        typed = addresses(place)[:TRIED] if is_tls or not self._has_answered else []
        given = [address for address in self._advertised if address not in addresses(self.source.bootstrap)][:TRIED]
        when, found = self._found.get((place, bool(given)), (-FOUND_HOLDS, None))
        if time.monotonic() - when < FOUND_HOLDS:
            return found
        seconds = BY_HAND / (len(given or typed) or 1)
        bootstrap, properties = self.source.bootstrap, self.source.properties
        if given and not is_tls:
            tried = (why_not_advertised(one, self._advertised[one], bootstrap, seconds) for one in given)
        else:
            tried = (why_not(one, properties, seconds) for one in typed)
        found = next(filter(None, tried), None)
        self._found[place, bool(given)] = time.monotonic(), found
        return found

    def _statistics(self, text: str) -> None:
        """The client leaves the addresses that were typed in for those that brokers give, often before it answers anything."""
        if not self._advertised:
            brokers = [one for one in json.loads(text)["brokers"].values() if one["nodeid"] >= 0]
            given = {int(one["nodeid"]): addresses(str(one["nodename"])) for one in brokers}
            self._advertised = {address: number for number, found in given.items() for address in found}

    def _told(self, found: Unreached) -> Trouble:
        passes = found.step in ("name", "tcp")
        advice = f"{found.advice.rstrip('.')}; MeshDesk keeps trying." if found.step == "tcp" else found.advice
        return Trouble(found.text, advice, self.source.bootstrap, seen=now(), passes=passes)


def _spec(position: Position) -> OffsetSpec:
    spec: OffsetSpec = OffsetSpec.earliest() if position.kind == "beginning" else OffsetSpec.latest()
    if position.kind == "time":
        spec = OffsetSpec.for_timestamp(position.value)
    return spec


def make_consumer(source: Source, error_callback: Callable[[KafkaError], None], most: int = 1 << 40) -> Consumer:
    """A consumer that joins no group, commits nothing, and holds no more than `most` bytes ahead. Raises PropertiesError."""
    settings = client_settings(source)
    held = min(int(str(settings["queued.max.messages.kbytes"])), max(1024, most >> 10))
    ours = {"error_cb": error_callback, "queued.max.messages.kbytes": held}
    consumer: Consumer = _made(Consumer, settings | ours)
    return consumer


def _made(kind: Any, settings: Mapping[str, object]) -> Any:
    try:
        return kind(dict(settings), logger=log)
    except KafkaException as error:
        raise PropertiesError(_unusable(settings, error.args[0].str())) from error
    except (TypeError, ValueError) as error:
        raise PropertiesError(f"These settings cannot be used: {error}.") from error


def _unusable(settings: Mapping[str, object], reason: str) -> str:
    """Why librdkafka takes no such settings; of files and of passwords it says an OpenSSL's number, so they are tried by hand."""
    # It takes 60 ms to import, which only a mistake pays.
    from meshdesk.collect.certificates import own

    words = {name: value for name, value in settings.items() if isinstance(value, str)}
    try:
        if uses_tls(words):
            context(trust_of(words))
            own(words)
    except PropertiesError as error:
        return str(error)
    if no_provider := re.search(r"No provider for SASL mechanism ([\w-]+)", reason):
        return (
            f"MeshDesk does not know the login {no_provider[1]}. It logs in with PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 "
            "(sasl.mechanism), or with a certificate."
        )
    return f"These settings cannot be used: {reason.removeprefix('Failed to create admin client: ').rstrip('.')}."
