"""The formats of schema files: one table, which all that names them reads."""

import pytest

from meshdesk.collect.check_catalogues import WORDS
from meshdesk.collect.schema_files import SCHEMAS, read
from meshdesk.model.schema_formats import BY_ENDING, FORMATS, Format, format_of


@pytest.mark.parametrize(
    ("path", "ending"),
    [
        ("orders-value.avsc", ".avsc"),
        ("https://git.acme/sales/Orders.PROTO", ".proto"),
        ("orders.schema.json", ".json"),
        (".avsc", ""),  # a file that is hidden, of no kind
        ("sales/.fbs", ""),
        ("schemas.thrift/orders", ""),
        ("avsc", ""),
        ("orders.avsc.", ""),
        ("", ""),
    ],
)
def test_that_the_end_of_a_name_says_the_format_of_a_file(path: str, ending: str) -> None:
    assert format_of(path) == BY_ENDING.get(ending)


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_that_a_file_of_each_format_is_read_and_a_test_of_the_connection_names_it(one: Format) -> None:
    said = read(b"{", f"broken{one.ending}")
    assert said is None or said.format == one.name, "a .json may be anything"
    assert one.ending in SCHEMAS.endings
    assert f"{one.name} ({one.ending})" in WORDS["schemas"].advice
