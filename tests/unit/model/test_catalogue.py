"""Contracts and products from their facts: what is there is read, what is of the wrong kind counts as not said."""

from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.catalogue import Column, Team, contract_from, product_from
from meshdesk.model.fact import Fact
from tests.unit.model.facts import contract, product

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("name", "domain", "team", "topics", "ports", "servers", "sla", "lines", "description")


def test_that_a_contract_says_what_its_topics_hold_and_where_it_says_so() -> None:
    column = {"name": "a.b", "type": "long", "required": True, "classification": "pii", "line": 33}
    said = contract(
        "orders",
        description={"purpose": "All orders."},
        topics=[{"name": "orders.v1", "line": 21, "fields": [column]}],
        sla=[{"property": "latency", "value": 5, "unit": "s", "line": 60}],
        servers=[{"name": "prod", "type": "kafka", "host": "b1:9092", "line": 12}],
    )
    made = contract_from(said)
    assert (made.purpose, made.domain, made.line("domain"), made.line("status")) == ("All orders.", "", 7, 5)
    assert made.topics[0].fields == (Column("a.b", "long", True, False, "pii", "", 33),)
    assert (made.sla[0].value, made.servers[0].host, made.fact) == ("5", "b1:9092", said)


def test_that_an_owner_is_the_team_or_the_member_who_is_called_so() -> None:
    members = [{"name": "Ada", "role": "steward"}, {"name": "Grace", "role": "Data Product Owner"}]
    assert product_from(product("p", team={"name": "squad", "members": members})).team.owner == "squad"
    assert product_from(product("p", team={"members": members})).team.owner == "Grace"
    assert product_from(product("p", team=["Ada"])).team == Team()


def test_that_a_port_names_its_contract_and_what_it_is_made_from() -> None:
    port = {"direction": "output", "name": "out", "contract": "c1", "reads": ["c2", "c3"], "line": 8}
    made = product_from(product("p", ports=[port, "?"]))
    assert [(one.contract, one.reads, one.line) for one in made.ports] == [("c1", ("c2", "c3"), 8)]
    assert product_from(product("p", name="")).title == "p"


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_that_nothing_that_a_file_may_hold_raises(value: dict[str, object]) -> None:
    contract_from(Fact("contract", "c", value, 1, "a.yaml"))
    product_from(Fact("product", "p", value, 1, "a.yaml"))
