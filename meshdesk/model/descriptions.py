"""Which contracts are about which topics: by name or by a pattern, the newest first."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from meshdesk.model.catalogue import Contract, Described
from meshdesk.model.topic_pattern import PLACEHOLDER

FEW = 16  # patterns: to look through all names for each of so many takes less than to sort the names by their parts

Describing = tuple[Contract, Described]
Own = tuple[Describing, ...]  # what is said of one topic


@dataclass(frozen=True, slots=True, eq=False)
class Descriptions:
    """Which contracts are about which of some topics. Nobody changes it: that of another moment is mended from it."""

    topics: Mapping[str, object]  # by name
    contracts: Mapping[str, tuple[Contract, ...]]  # by id
    of: Mapping[str, Own]  # by topic that is there, the newest first; those of which nothing is said are left out
    named: Mapping[str, Own]  # by name, whether such a topic is there or not
    matched: Mapping[str, Own]  # by topic that is there: those whose pattern matches
    patterns: Own


NONE = Descriptions({}, {}, {}, {}, {}, ())


def mended(
    near: Descriptions, topics: Mapping[str, object], contracts: Mapping[str, tuple[Contract, ...]]
) -> tuple[Descriptions, set[str]]:
    """What is said of these topics, made from what was said at another moment; and for which that differs, or whether they
    are there."""
    come, gone = topics.keys() - near.topics.keys(), near.topics.keys() - topics.keys()
    said, unsaid = _differing(near.contracts, contracts)
    named, renamed = _named(near.named, said, unsaid)
    new_patterns = tuple([pair for pair in said if pair[1].is_pattern])
    patterns = tuple([pair for pair in near.patterns if id(pair[0]) not in unsaid])
    matched, rematched = dict(near.matched), set()
    for name in gone:
        matched.pop(name, None)
    if len(patterns) < len(near.patterns):
        for name, own in near.matched.items():
            kept = tuple([pair for pair in own if id(pair[0]) not in unsaid])
            if name in matched and len(kept) < len(own):
                matched[name] = kept
                rematched.add(name)
    for names, those in ((come, patterns), (topics, new_patterns)):
        for name, pair in _matching(names, those) if names and those else ():
            matched[name] = (*matched.get(name, ()), pair)
            rematched.add(name)
    of, changed = dict(near.of), {*come, *gone, *renamed, *rematched}
    for name in changed:
        own = (*named.get(name, ()), *matched.get(name, ())) if name in topics else ()
        if own:
            of[name] = own if len(own) == 1 else tuple(sorted(own, key=_newest_first))
        else:
            of.pop(name, None)
    return Descriptions(topics, contracts, of, named, matched, (*patterns, *new_patterns)), changed


def pattern_of(name: str) -> re.Pattern[str] | None:
    """What a name with placeholders matches, each within one part between dots; None where nothing but they would be left.

    >>> pattern = pattern_of("${env}.orders.v1")
    >>> [bool(pattern.fullmatch(topic)) for topic in ("prod.orders.v1", "orders.v1", "prod.eu.orders.v1")]
    [True, False, False]
    """
    front, *literals = PLACEHOLDER.split(name)
    if not any(character.isalnum() for character in "".join([front, *literals])):
        return None
    # Each placeholder ends where what follows it first stands, for good: a file must not make the search endless.
    *inner, last = literals or [""]
    middle = "".join(f"(?>[^.]+?{re.escape(part)})" for part in inner if part)
    return re.compile(re.escape(front) + middle + ("[^.]+" if literals else "") + re.escape(last))


def _differing(
    before: Mapping[str, tuple[Contract, ...]], now: Mapping[str, tuple[Contract, ...]]
) -> tuple[list[Describing], dict[int, Contract]]:
    """What contracts say that were not there before or were others, and by their identity those that are there no more."""
    said: list[Describing] = []
    unsaid: dict[int, Contract] = {}
    for id_ in [id_ for id_, files in now.items() if before.get(id_) is not files]:
        unsaid |= {id(one): one for one in before.get(id_, ())}
        said += [(one, described) for one in now[id_] for described in one.topics]
    for id_ in before.keys() - now.keys():
        unsaid |= {id(one): one for one in before[id_]}
    return said, unsaid


def _named(
    before: Mapping[str, Own], said: Collection[Describing], unsaid: Mapping[int, Contract]
) -> tuple[Mapping[str, Own], set[str]]:
    """Who is about each name, and the names for which that differs."""
    if not said and not unsaid:
        return before, set()
    named, renamed = dict(before), set()
    for contract in unsaid.values():
        for one in contract.topics:
            if one.name in named and not one.is_pattern:
                renamed.add(one.name)
                if kept := tuple([pair for pair in named[one.name] if id(pair[0]) not in unsaid]):
                    named[one.name] = kept
                else:
                    del named[one.name]
    for pair in said:
        name = pair[1].name
        if not pair[1].is_pattern:
            renamed.add(name)
            named[name] = (*named[name], pair) if name in named else (pair,)
    return named, renamed


def _newest_first(pair: Describing) -> tuple[int, bool, str, str, int]:
    """For sorting. Those of one moment stand in an order that no moment looked at before has a part in."""
    contract, described = pair
    return -contract.fact.seen, described.is_pattern, contract.id, contract.fact.source, described.line


def _matching(names: Collection[str], patterns: Own) -> Iterator[tuple[str, Describing]]:
    """Each topic with each pattern that matches it. A placeholder stands for one part of a name: so of many patterns each is
    only tried on names that share a whole part with it, at its place."""
    by_part = _by_part(names) if len(patterns) > FEW else None
    for pair in patterns:
        said_name = pair[1].name
        pattern = pattern_of(said_name)
        if pattern is None:
            continue
        tried = names
        if by_part is not None:
            parts = PLACEHOLDER.sub("*", said_name).split(".")
            whole = [by_part.get((len(parts), at, part), []) for at, part in enumerate(parts) if "*" not in part]
            tried = min(whole, key=len) if whole else by_part.get((len(parts), -1, ""), [])
        longest = max(PLACEHOLDER.split(said_name), key=len)
        yield from ((name, pair) for name in tried if longest in name and pattern.fullmatch(name))


def _by_part(names: Iterable[str]) -> Mapping[tuple[int, int, str], Collection[str]]:
    """Names by how many parts they have and which stands where; at -1 all that have so many."""
    found: dict[tuple[int, int, str], list[str]] = defaultdict(list)
    for name in names:
        parts = name.split(".")
        for at, part in enumerate(parts):
            found[len(parts), at, part].append(name)
        found[len(parts), -1, ""].append(name)
    return found
