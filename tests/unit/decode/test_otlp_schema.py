"""OpenTelemetry's protocol as it is declared here."""

from meshdesk.decode.otlp_schema import KINDS, PACKAGE, SIZES, book


def test_that_each_kind_has_the_records_and_the_fields_by_which_it_is_known() -> None:
    sized = set()
    for message, _, records, one_of in KINDS:
        resources = book().plan(f"{PACKAGE}.{message}").fields[1].message
        scopes = resources.fields[2].message if resources else None
        assert scopes is not None
        assert scopes.fields[2].name == records
        record = scopes.fields[2].message
        names = {field.name for field in record.fields.values()} if record else set()
        assert {*one_of} <= names
        sized |= names & SIZES.keys()
    assert sized == SIZES.keys()
