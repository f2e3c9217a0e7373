"""The page of a product: what it gives out, who depends on it, and what stands in which file."""

from meshdesk.model.fact import Evidence, Fact
from meshdesk.model.frame import Message
from meshdesk.model.lag import Total
from meshdesk.model.late import Late
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.product_page import ProductPage, product_ids, product_page

FIELDS: list[Message] = [{"name": "order_id", "type": "string", "required": True, "key": True, "line": 31}]


def said(kind: str, about: str, value: Message, source: str = "kafka", evidence: Evidence = "observed") -> Fact:
    return Fact(kind, about, value, 1_000, source, evidence, 0 if source == "kafka" else 3)


def contract(known: str, domain: str, *topics: str) -> Fact:
    value: Message = {
        "name": f"Contract {known}",
        "version": "1.2.0",
        "domain": domain,
        "team": {"name": f"team {domain}"},
        "topics": [{"name": name, "line": 20, "fields": FIELDS} for name in topics],
        "sla": [{"property": "latency", "value": "5", "unit": "s", "line": 40}],
    }
    return said("contract", known, value, f"files/{known}.yaml", "declared")


def product(known: str, domain: str, gives: str, *takes: str) -> Fact:
    ports: list[Message] = [{"direction": "output", "name": "out", "contract": gives, "reads": [], "line": 5}]
    ports += [{"direction": "input", "name": one, "contract": one, "reads": [], "line": 7} for one in takes]
    value: Message = {"name": known.title(), "domain": domain, "ports": ports, "status": "active"}
    return said("product", known, value, f"files/{known}.yaml", "declared")


def group(name: str, *topics: str) -> list[Fact]:
    reads = [said("reads", f"{name} {topic}", {"assigned": 1, "committed": 1}) for topic in topics]
    return [said("group", name, {"state": "stable", "members": [], "count": 1}), *reads]


def shop() -> Mesh:
    """Orders of sales, read by fraud as declared, by sales itself, and by a group that nobody declared."""
    mesh = Mesh()
    fold(
        mesh,
        [
            said("topic", "orders.v1", {"partitions": 3}),
            said("config", "orders.v1", {"retention.ms": "604800000"}),
            said("schema", "42", {"type": "AVRO", "subject": "orders.v1-value", "version": 1}, "registry"),
            contract("c-orders", "sales", "orders.v1", "orders.v2"),
            contract("c-scores", "fraud", "scores.v1"),
            product("orders", "sales", "c-orders"),
            product("scores", "fraud", "c-scores", "c-orders"),
            product("ledger", "finance", "c-ledger", "c-orders"),
            *group("fraud-scorer", "orders.v1"),
            *group("sales-report", "orders.v1"),
            *group("someone", "orders.v1"),
        ],
    )
    return mesh.now()


def page() -> ProductPage:
    behind = {
        ("fraud-scorer", "orders.v1"): Total(9, 0, 3, 0, Late(2.0, 0.5)),
        ("someone", "orders.v1"): Total(3, 0, 3, 0, Late(7.0, 0.5)),
    }
    found = product_page(shop(), "orders", behind)
    assert found is not None
    return found


def test_that_a_product_has_its_domain_owner_contract_and_state() -> None:
    found = page()
    assert (found.title, found.domain, found.owner) == ("Orders", "sales", "team sales")
    assert [(contract.name, contract.version) for contract in found.contracts] == [("Contract c-orders", "1.2.0")]
    assert [file.status for file in found.files] == ["active"]


def test_that_ports_are_the_topics_that_are_there_and_what_is_promised_beside_them() -> None:
    ports = page().ports
    assert [(port.name, port.state) for port in ports] == [("orders.v1", "there"), ("orders.v2", "not in the cluster")]
    assert (ports[0].format, ports[0].kept["retention.ms"]) == ("Avro 42", "604800000")
    assert ports[1].topic == ""


def test_that_consumers_are_told_by_who_is_farthest_behind_and_whether_a_file_names_them() -> None:
    found = page()
    told = [(line.name, line.kind, line.domain, line.declared, line.is_own) for line in found.readers]
    assert told == [
        ("someone", "group", "", "", False),
        ("fraud-scorer", "group", "fraud", "Scores", False),
        ("sales-report", "group", "sales", "", True),
        ("Ledger", "product", "finance", "Ledger", False),
    ]
    assert found.undeclared == 1
    assert found.readers[2].behind is None  # nobody knows
    assert found.readers[3].seen is None
    assert [line.has_members for line in found.readers] == [True, True, True, False]


def test_that_a_group_without_a_member_does_not_count_as_one_that_reads_now() -> None:
    mesh = Mesh()
    gone = [
        said("group", "g", {"state": "empty", "members": [], "count": 0}),
        said("reads", "g orders.v1", {"assigned": 0, "committed": 3}),
    ]
    fold(
        mesh,
        [
            said("topic", "orders.v1", {"partitions": 3}),
            contract("c", "sales", "orders.v1"),
            product("orders", "sales", "c"),
            *gone,
        ],
    )
    found = product_page(mesh.now(), "orders", {})
    assert found is not None
    assert [(line.name, line.has_members, line.seen) for line in found.readers] == [("g", False, 1_000)]


def test_that_fields_and_promises_say_in_which_file_they_stand() -> None:
    found = page()
    assert [(field.topic, field.column.name, field.column.line) for field in found.fields] == [
        ("orders.v1", "order_id", 31),
        ("orders.v2", "order_id", 31),
    ]
    assert [(promise.property, promise.line, contract.fact.source) for promise, contract in found.promises] == [
        ("latency", 40, "files/c-orders.yaml")
    ]


def test_that_products_are_listed_by_domain_and_one_that_is_not_there_has_no_page() -> None:
    mesh = shop()
    assert [(known, domain) for known, _, domain in product_ids(mesh)] == [
        ("ledger", "finance"),
        ("scores", "fraud"),
        ("orders", "sales"),
    ]
    assert product_page(mesh, "nobody", {}) is None
    assert product_ids(Mesh().now()) == []


def test_that_a_product_of_which_no_topic_is_there_has_a_page_too() -> None:
    found = product_page(shop(), "ledger", {})
    assert found is not None
    assert [(port.name, port.state) for port in found.ports] == [("out", "not in the cluster")]
    assert found.readers == ()
