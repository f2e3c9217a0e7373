"""How something is known, in words: the source, the line and the time."""

from collections.abc import Iterator

import pytest

from meshdesk.model.offers import Said
from meshdesk.session.zone import show_in
from meshdesk.ui.evidence import how_known, named, sentence, where_known
from tests.unit.model.facts import SEEN


@pytest.fixture(autouse=True)
def _utc() -> Iterator[None]:
    show_in("utc")
    yield
    show_in("local")


def test_that_a_sentence_names_file_line_and_time() -> None:
    said = Said("sales", "declared", "contracts/orders.odcs.yaml", SEEN, 12)
    assert sentence("Domain", said) == (
        "Domain sales: declared by contracts/orders.odcs.yaml, line 12, seen 24 Nov 14:02 UTC."
    )
    assert where_known(said) == "declared by contracts/orders.odcs.yaml, line 12"


def test_that_what_kafka_says_has_no_line() -> None:
    assert how_known(Said("", "observed", "kafka", SEEN)) == "observed in Kafka, seen 24 Nov 14:02 UTC"
    assert named("http://registry") == "http://registry"


def test_that_what_is_inferred_says_from_what() -> None:
    said = Said("sales", "inferred", "kafka", SEEN, rule="the first part of its name")
    assert sentence("Domain", said) == "Domain sales: inferred from the first part of its name."
