"""A connection: what it is called, and that its secrets do not slip out by being printed."""

from meshdesk.session.connection import Connection


def test_that_a_connection_is_called_by_its_name_or_by_where_it_leads() -> None:
    assert Connection("broker:9092", name="Acme production").title == "Acme production"
    assert Connection("broker:9092").title == "broker:9092"


def test_that_no_secret_is_in_what_a_connection_prints() -> None:
    connection = Connection(
        "broker:9092", "http://registry", {"sasl.password": "hunter2"}, "Acme", registry_user="me:hunter2"
    )
    assert "broker:9092" in repr(connection)
    assert "hunter2" not in f"{connection} {connection!r}"
