"""How something is known, as a person reads it: who said it, where and when."""

from meshdesk.model.offers import Said
from meshdesk.ui import times

SAYS = {
    "declared": "declared by {source}",
    "observed": "observed in {source}",
    "authorised": "authorised in {source}",
    "inferred": "inferred from {rule}",
}


def how_known(said: Said) -> str:
    """A phrase, without what is known: "declared by contracts/orders.odcs.yaml, line 12, seen 26 Nov 14:02"."""
    when = f", {seen(said.seen)}" if said.seen and said.evidence != "inferred" else ""
    return where_known(said) + when


def where_known(said: Said) -> str:
    """The same without when: "declared by contracts/orders.odcs.yaml, line 12"."""
    phrase = SAYS[said.evidence].format(source=named(said.source), rule=said.rule or "its name")
    return f"{phrase}, line {said.line}" if said.line else phrase


def seen(ms: int) -> str:
    """When it was seen, as a phrase."""
    return f"seen {times.minute(ms)}"


def named(source: str) -> str:
    """A source as it is called: Kafka, a registry's address, a file."""
    return "Kafka" if source == "kafka" else source


def sentence(what: str, said: Said) -> str:
    """A whole sentence: "Domain sales: declared by …"."""
    return f"{what} {said.value}: {how_known(said)}."
