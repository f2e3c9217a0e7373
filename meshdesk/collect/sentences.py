"""What an error of Kafka means, and what became of a topic that is read, as a sentence with the next step."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from confluent_kafka import KafkaError

from meshdesk.logs import redacted
from meshdesk.model.trouble import Severity, Trouble
from meshdesk.model.wording import iso, plural, size, span

# Topic rights alone are enough to read: the refused group is none that we use.
EXPECTED = (KafkaError.GROUP_AUTHORIZATION_FAILED, KafkaError._PARTITION_EOF)
OF_THE_GROUP = ("FindCoordinator response error", "GroupCoordinator: ")  # whatever it is, it keeps nobody from reading

GONE = (
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._UNKNOWN_TOPIC,
    KafkaError.UNKNOWN_TOPIC_ID,
    KafkaError.INCONSISTENT_TOPIC_ID,
)
LATE = (
    KafkaError._TIMED_OUT,
    KafkaError._TIMED_OUT_QUEUE,
    KafkaError.REQUEST_TIMED_OUT,
    KafkaError.NETWORK_EXCEPTION,
    KafkaError._FAIL,
)
LEADERLESS = (
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.REPLICA_NOT_AVAILABLE,
    KafkaError.BROKER_NOT_AVAILABLE,
    KafkaError.FENCED_LEADER_EPOCH,
    KafkaError.UNKNOWN_LEADER_EPOCH,
    KafkaError.OFFSET_NOT_AVAILABLE,
)
DAMAGED = (
    KafkaError.INVALID_MSG,
    KafkaError.INVALID_MSG_SIZE,
    KafkaError._BAD_MSG,
    KafkaError._BAD_COMPRESSION,
    KafkaError._UNDERFLOW,
    KafkaError._PARTIAL,
)
OTHER_VERSION = (
    KafkaError.UNSUPPORTED_VERSION,
    KafkaError.UNSUPPORTED_FOR_MESSAGE_FORMAT,
    KafkaError.UNSUPPORTED_COMPRESSION_TYPE,
    KafkaError._UNSUPPORTED_FEATURE,
    KafkaError._NOT_IMPLEMENTED,
)
PASSING = (
    KafkaError._RESOLVE,
    KafkaError._TRANSPORT,
    KafkaError._ALL_BROKERS_DOWN,
)  # librdkafka tries again, and says it
# A refused login that is tried again and again locks the account in many a directory; librdkafka tries for ever.
REFUSED = (KafkaError._AUTHENTICATION, KafkaError.SASL_AUTHENTICATION_FAILED)
NOT_TWICE = "It is not asked again by itself, as that could lock the account."
LOGIN = (
    KafkaError._AUTHENTICATION,
    KafkaError.SASL_AUTHENTICATION_FAILED,
    KafkaError.UNSUPPORTED_SASL_MECHANISM,
    KafkaError.ILLEGAL_SASL_STATE,
)

# What librdkafka puts in front: protocol://HOST:PORT/NODE, where NODE is a number once a broker has said it.
FROM = re.compile(r"^(?:\w+://)?(?P<address>[\w.:\[\]-]+)/(?P<node>\w+): ")
TOO_LARGE = re.compile(r"Invalid response size (\d+) \(0\.\.(\d+)\)")

Said = tuple[str, str, Severity]


@dataclass(frozen=True, slots=True)
class _Where:
    """What an error is about."""

    place: str  # the address that was spoken to
    topic: str
    reason: str  # librdkafka's or the broker's own words, without secrets
    named_by: str = ""  # the broker that gave the address for itself, where nobody else did


def trouble_of(error: KafkaError, bootstrap: str, topic: str = "", now: int = 0) -> Trouble | None:
    """The trouble behind an error of the client; None where it is no trouble."""
    code, text = error.code(), error.str() or ""
    if code in EXPECTED or text.startswith(OF_THE_GROUP):
        return None
    where = _where(text, bootstrap, topic)
    sentence, advice, severity = _told_by_text(text, where) or _told_by_code(code, where) or _other(code, where)
    return Trouble(sentence, advice, topic or bootstrap, severity, now, passes=code in PASSING)


def place_of(error: KafkaError, bootstrap: str) -> str:
    """The address that an error of the client is about; all that were named where it says none."""
    return _where(error.str() or "", bootstrap, "").place


def refuses_login(error: KafkaError) -> bool:
    """The user or the password, not how they are sent, of which librdkafka says the same code."""
    return error.code() in REFUSED and _told_by_text(error.str() or "", _Where("", "", "")) is None


def _where(text: str, bootstrap: str, topic: str) -> _Where:
    found = FROM.match(text)
    address = found["address"] if found else ""
    asked = [re.sub(r"^\s*(\w+://)?", "", server).strip() for server in bootstrap.split(",")]
    if found and found["node"].isdigit() and address not in asked:
        return _Where(address, topic, _short(text), f"broker {found['node']} of {bootstrap}")
    return _Where(address if address in asked else bootstrap, topic, _short(text))


def _told_by_text(text: str, where: _Where) -> Said | None:
    low = text.lower()
    if "connecting to a ssl listener" in low or "incorrect security.protocol" in low:
        return (
            f"{where.place} ends the connection at the first word: it speaks TLS, and MeshDesk spoke plaintext.",
            "Set security.protocol to SSL or SASL_SSL, or use the plaintext port.",
            "bad",
        )
    hung_up = "ssl connection closed by peer" in low and "ssl_handshake" in low
    if (
        hung_up
        or "wrong version number" in low
        or "packet length too long" in low
        or ("plaintext" in low and "ssl" in low)
    ):
        return (
            f"{where.place} does not speak TLS, and MeshDesk did.",
            "Set security.protocol to PLAINTEXT or SASL_PLAINTEXT, or use the TLS port.",
            "bad",
        )
    if too_large := TOO_LARGE.search(text):
        takes, limit = size(int(too_large[1])), size(int(too_large[2]))
        return (
            f"{where.place} has a batch of records of {takes}, and MeshDesk takes {limit} at once: its partition is not read on.",
            "Set receive.message.max.bytes to more than the batch takes, or open the topic from an offset behind it.",
            "bad",
        )
    if "certificate verify failed" in low:
        return (
            f"The certificate of {where.place} is not trusted: {where.reason}.",
            "Name the authority's file in ssl.ca.location, or check the host name.",
            "bad",
        )
    if taken := re.search(r"unsupported sasl mechanism(?:: broker's supported mechanisms: ([\w, -]*\w))?", low):
        kinds = (taken[1] or "").upper().replace(",", ", ")
        return (
            f"{where.place} takes no login of this kind{f', but {kinds}' if kinds else ''}.",
            "Set sasl.mechanism to one that it takes.",
            "bad",
        )
    if "not valid in current sasl state" in low:
        return (
            f"{where.place} takes no login, and MeshDesk sent one.",
            "Set security.protocol to PLAINTEXT or SSL, or use the port for logins.",
            "bad",
        )
    return None


def _told_by_code(code: int, where: _Where) -> Said | None:
    place, topic = where.place, where.topic
    told: dict[tuple[int, ...], Said] = {
        (KafkaError._RESOLVE,): (
            f"The name of {place} is not known to this machine.",
            "Check the spelling, the VPN and the DNS.",
            "bad",
        ),
        (KafkaError._TRANSPORT,): (
            f"Nothing answers at {place}.",
            "Check the host and the port, and whether the broker runs; MeshDesk keeps trying.",
            "bad",
        ),
        # Said alone where there is a connection and no Kafka at its other end (measured with librdkafka 2.16: a TLS
        # listener, one for logins, a web server, a port that hangs up or is silent); else behind each broker's reason.
        (KafkaError._ALL_BROKERS_DOWN,): (
            f"{place} does not answer as a Kafka does.",
            "Check the port: it may be another program's, or one for TLS or logins (then set security.protocol).",
            "bad",
        ),
        LATE: (f"{place} did not answer in time.", "Check the network and the broker; MeshDesk keeps trying.", "attention"),
        LOGIN: (
            f"{place} refuses the login: {where.reason}.",
            "Check the user, the password and the mechanism.",
            "bad",
        ),
        (KafkaError._SSL,): (
            f"The TLS handshake with {place} failed: {where.reason}.",
            "Check the certificates and the port.",
            "bad",
        ),
        GONE: (
            f"The topic {topic} is not there (any more)." if topic else f"{place} does not know a topic that it was asked for.",
            "What was read of it stays; choose another topic.",
            "bad",
        ),
        (KafkaError._UNKNOWN_PARTITION,): (
            f"A partition of {topic or 'a topic'} is not there any more.",
            "What was read of it stays; open the topic again.",
            "bad",
        ),
        (KafkaError.TOPIC_EXCEPTION,): (
            f"“{topic}” is no name that a topic can have." if topic else f"{place} was asked for a topic with an impossible name.",
            "Check its spelling.",
            "bad",
        ),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED,): (
            f"This login may not read {topic or 'the topic'}.",
            "Ask its owner for the right to read it (ACL: READ and DESCRIBE on the topic).",
            "bad",
        ),
        (KafkaError.CLUSTER_AUTHORIZATION_FAILED,): (
            f"This login may not ask {place} about the cluster.",
            "Topics can be read all the same.",
            "attention",
        ),
        LEADERLESS: (
            f"No broker leads {f'a partition of {topic}' if topic else 'a partition'} just now.",
            "It passes when the cluster has chosen one; open the topic again if nothing comes.",
            "attention",
        ),
        DAMAGED: (
            f"What came of {topic or place} is damaged: {where.reason}.",
            "Its partition is read no further; open the topic behind that offset, and tell whoever runs the cluster.",
            "bad",
        ),
        (KafkaError.KAFKA_STORAGE_ERROR,): (
            f"{place} cannot read its own disk.",
            "Tell whoever runs the cluster; open the topic again once it is mended.",
            "bad",
        ),
        OTHER_VERSION: (
            f"MeshDesk and the Kafka at {place} do not understand each other: {where.reason}.",
            "Update the older one of them.",
            "bad",
        ),
    }  # fmt: skip
    said = next((said for codes, said in told.items() if code in codes), None)
    if said is None or not where.named_by or code not in (KafkaError._RESOLVE, KafkaError._TRANSPORT, *LATE):
        return said
    if code == KafkaError._RESOLVE:
        return *advertised_unknown(where.place, where.named_by), said[2]
    text, advice = advertised_silent(where.place, where.named_by)
    if code in LATE:
        text = f"{where.place}, the address of {where.named_by} (advertised.listeners), did not answer in time."
    return text, f"{advice.rstrip('.')}; MeshDesk keeps trying.", said[2]


def advertised_unknown(place: str, broker: str) -> tuple[str, str]:
    """Text and advice on an address that a broker gives for itself, whose name nobody knows."""
    return (
        f"The name of {place}, which {broker} gives as its address (advertised.listeners), is not known to this machine.",
        "Ask whoever runs the cluster for a listener whose address this machine can reach.",
    )


def advertised_silent(place: str, broker: str) -> tuple[str, str]:
    """Text and advice on one where nothing answers: a closed port, or nothing comes back."""
    return (
        f"Nothing answers at {place}, which {broker} gives as its address (advertised.listeners).",
        "Check whether that broker runs, and whether this machine can reach the address.",
    )


def _other(code: int, where: _Where) -> Said:
    """A code of which nothing better is known: those below −1 are librdkafka's own, all others a broker's answer."""
    about = f" about {where.topic}" if where.topic else ""
    if code < KafkaError.UNKNOWN:
        return (
            f"The client for the Kafka at {where.place} failed{about}: {where.reason}.",
            "Connect again; if it comes back, tell it to the makers of MeshDesk.",
            "attention",
        )
    return (
        f"Kafka at {where.place} answered{about}: {where.reason}.",
        "Try again; if it comes back, ask whoever runs the cluster.",
        "attention",
    )


def _short(text: str) -> str:
    """librdkafka's words without what it puts in front and behind, and without secrets."""
    words = re.sub(r" \((after|in state|\d+ identical).*", "", FROM.sub("", text), flags=re.DOTALL)
    words = re.sub(r"^(Broker|Local|SASL authentication error): ", "", " ".join(words.split()))
    return redacted(words).rstrip(".: ") or "no reason was given"


# What became of a topic


def lost_to_retention(topic: str, ranges: Mapping[int, Sequence[tuple[int, int]]], now: int = 0) -> Trouble:
    """Ranges of offsets by partition, at least one, that were asked for and that the broker has no more."""
    lost = sum(end - first for gaps in ranges.values() for first, end in gaps)
    (number, gaps), *others = ranges.items()
    were = f"{'was' if lost == 1 else 'were'} lost to retention before {'it was' if lost == 1 else 'they were'} read"
    text = f"{topic}[{number}]: {plural(lost, 'offset')} from {gaps[0][0]:,} on {were}."
    if others:
        text = f"{topic}: {plural(lost, 'offset')} in {plural(len(ranges), 'partition')} {were}."
    return Trouble(text, "Reading goes on behind that.", topic, "attention", now)


def held_back(topic: str, ranges: Mapping[int, tuple[int, int]], now: int = 0) -> Trouble:
    """Offsets by partition, at least one, behind the first of an open transaction, for one who reads committed records."""
    (number, (first, _)), *others = ranges.items()
    offsets = plural(sum(end - begin for begin, end in ranges.values()), "offset")
    text = f"{topic}[{number}] has an open transaction: {offsets} from {first:,} on cannot be read before it ends."
    if others:
        text = f"{plural(len(ranges), 'partition')} of {topic} have open transactions: {offsets} cannot be read before they end."
    advice = "Set isolation.level to read_uncommitted to read them now."
    return Trouble(text, advice, topic, "attention", now)


def more_partitions(topic: str, count: int, added: int, now: int = 0) -> Trouble:
    """A topic that is read has got partitions; `count` is how many it has in all."""
    text = f"{topic} has {plural(count, 'partition')} now, {added:,} more than before."
    return Trouble(text, "The new ones are read from their beginning, with the others.", topic, "attention", now)


def without_leaders(topic: str, missing: Sequence[int], now: int = 0) -> Trouble:
    """Partitions that no broker leads."""
    named = ", ".join(map(str, missing[:20])) + (" …" if len(missing) > 20 else "")
    text = f"{plural(len(missing), 'partition')} of {topic} cannot be read now, as no broker leads them: {named}."
    return Trouble(text, "Open the topic again when its brokers are back.", topic, "attention", now)


def without_headers(topic: str, places: Collection[tuple[int, int]], now: int = 0) -> Trouble:
    """Records, by partition and offset, whose headers cannot be had."""
    partition, offset = min(places)
    text = f"Records of {topic} are stored without their headers, as the name of one is no UTF-8 and cannot be read."
    advice = f"Ask its producer to mend the names; one such record is {topic}[{partition}]@{offset}."
    return Trouble(text, advice, topic, "attention", now, count=len(places))


def without_times(topic: str, count: int, first: tuple[int, int], now: int = 0) -> Trouble:
    """Records, so many, of which nobody says when they were written; the first of them by partition and offset."""
    partition, offset = first
    text = f"Records of {topic} have no timestamp. They are last in lists by time, and in every range of time."
    advice = f"Producers send none, or are older than Kafka 0.10; one such record is {topic}[{partition}]@{offset}."
    return Trouble(text, advice, topic, "attention", now, count=count)


def in_the_future(topic: str, records: Sequence[tuple[int, int, int]], now: int = 0) -> Trouble:
    """Records, by partition, offset and timestamp (ms), that say to be of a time that has not come."""
    partition, offset, time = records[0]
    text = f"Records of {topic} have timestamps in the future. They are last in lists by time, and in no range of the past."
    advice = (
        "The clock of their producer or of this machine is wrong, or they are in another unit than milliseconds; "
        f"{topic}[{partition}]@{offset} says {iso(time)}."
    )
    return Trouble(text, advice, topic, "attention", now, count=len(records))


def out_of_order(topic: str, count: int, late: tuple[int, int, int], by: int, now: int = 0) -> Trouble:
    """Records, so many, that came behind newer ones of their partition; the first of them by partition, offset and timestamp
    (ms), and by how many ms it is older."""
    partition, offset, time = late
    text = (
        f"Records of {topic} came behind newer ones of their partition. Lists by time show them in another order than they "
        "arrived; reading up to a moment and curves of the past take them for as new as what they came behind."
    )
    advice = (
        "They were sent late or once more, or a clock was wrong; "
        f"{topic}[{partition}]@{offset} says {iso(time)}, {span(by / 1000)} before a record that came earlier."
    )
    return Trouble(text, advice, topic, "attention", now, count=count)


def made_again(topic: str, now: int = 0) -> Trouble:
    """A topic that is read has gone, and another has its name."""
    text = f"The topic {topic} was deleted, and another was made under its name."
    return Trouble(text, "What was read stays; open the topic again to read the new one.", topic, seen=now)


def behind_the_end(topic: str, number: int, first: int, end: int, now: int = 0) -> Trouble:
    """A partition that ends before the offset from which on it was to be read."""
    text = f"{topic}[{number}] ends at offset {end:,}, and was to be read from {first:,} on."
    return Trouble(text, "It is read from its end on.", topic, "attention", now)


def cut_short(topic: str, number: int, first: int, end: int, now: int = 0) -> Trouble:
    """A partition that ends before the offset up to which it was read: an unclean election."""
    text = (
        f"{topic}[{number}] ends at offset {end:,}, and was read up to {first:,} before: the cluster has lost records."
    )
    advice = (
        "What was read stays, and the partition is read no more; ask who runs the cluster about an unclean election."
    )
    return Trouble(text, advice, topic, "attention", now)


# What is not known of consumer groups and of settings


def without_coordinator(bootstrap: str, groups: Sequence[str], now: int = 0) -> Trouble:
    """Groups, at least one, whose coordinator does not answer. The sentence stays as their number changes."""
    one = len(groups) == 1
    whose = "its" if one else "their"
    text = f"No coordinator at {bootstrap} answers for the consumer group {_named(groups)}: {whose} members and lag are not known now."
    advice = "Check whether all brokers run; MeshDesk keeps trying."
    return Trouble(text, advice, bootstrap, "attention", now, passes=True)


def unseen_groups(bootstrap: str, groups: Sequence[str]) -> str:
    """What a login without rights does not see of groups, at least one, that it may list."""
    return (
        f"This login may not describe the consumer group {_named(groups)} at {bootstrap} (ACL: DESCRIBE on the group)."
    )


def client_is_worn(bootstrap: str) -> str:
    """Groups are asked for no more, as each question in vain costs something that does not come back."""
    return f"Coordinators at {bootstrap} have failed to answer too often: groups are not asked for any more. Connect again."


def asking_is_worn(bootstrap: str) -> str:
    """Nothing is asked by time any more, as each question in vain costs something that does not come back."""
    return f"Brokers at {bootstrap} have failed to answer too often: nothing is asked by time any more. Connect again."


def too_many_groups(bootstrap: str, count: int, followed: int) -> str:
    """More groups than are looked at."""
    return f"{bootstrap} has {count:,} consumer groups, of which MeshDesk follows {followed:,}."


def unseen_settings(bootstrap: str, topics: Sequence[str]) -> str:
    """What a login without rights does not see of topics, at least one."""
    return f"This login may not read the settings of the topic {_named(topics)} at {bootstrap} (ACL: DESCRIBE_CONFIGS on the topic)."


def _named(names: Sequence[str]) -> str:
    return f"{names[0]}{' and others' if len(names) > 1 else ''}"
