"""Facts for tests: a small company whose catalogue and cluster agree, mostly."""

from typing import Any

from meshdesk.model.fact import Checked, Fact
from meshdesk.model.mesh import Mesh, fold

SEEN = 1_795_528_929_000  # 24 Nov 2026 14:02:09 UTC
TOPICS = ("baskets.changed.v1", "fraud.scored.v2", "orders.placed.v1", "payments.failed.v1", "payments.failed.v1.dlq")


def mesh_of(*facts: Fact | Checked) -> Mesh:
    """The mesh that these facts make."""
    mesh = Mesh()
    fold(mesh, facts)
    return mesh.now()


def topic(name: str, seen: int = SEEN, partitions: int = 3) -> Fact:
    return Fact("topic", name, {"partitions": partitions, "internal": name.startswith("__")}, seen, "kafka")


def contract(id_: str, *topics: str, source: str = "", seen: int = SEEN, **said: Any) -> Fact:
    """A contract about these topics, in a file named after it; `said` are more keys of the fact."""
    described = [{"name": one, "pattern": "$" in one, "line": 20 + n} for n, one in enumerate(topics)]
    value = {"name": id_, "topics": described, "lines": {"domain": 7, "team": 9, "product": 8}, **said}
    return Fact("contract", id_, value, seen, source or f"contracts/{id_}.odcs.yaml", "declared", 5)


def product(id_: str, *contracts: str, source: str = "", seen: int = SEEN, **said: Any) -> Fact:
    """A product that gives out what these contracts describe."""
    ports = [{"direction": "output", "contract": one, "line": 30 + n} for n, one in enumerate(contracts)]
    value = {"name": id_.capitalize(), "ports": ports, "lines": {"domain": 6, "team": 11}, **said}
    return Fact("product", id_, value, seen, source or f"contracts/{id_}.odps.yaml", "declared", 1)


def group(name: str, *reads: str, state: str = "stable", members: int = 1) -> list[Fact]:
    """A group and what it reads."""
    made = [
        {"id": f"m{n}", "client": "c", "host": "/10.0.0.1", "reads": {one: [n] for one in reads}}
        for n in range(members)
    ]
    value = {"type": "classic", "state": state, "coordinator": "b1:9092", "members": made, "count": members}
    assigned = 3 if members else 0
    return [
        Fact("group", name, value, SEEN, "kafka"),
        *[Fact("reads", f"{name} {one}", {"assigned": assigned, "committed": 3}, SEEN, "kafka") for one in reads],
    ]


def company(*more: Fact | Checked) -> Mesh:
    """Sales with a product and a topic of none, payments by name of a contract, fraud of which nobody says anything."""
    config = {"cleanup.policy": "delete", "retention.ms": "604800000", "retention.bytes": "-1"}
    return mesh_of(
        *[topic(name) for name in (*TOPICS, "__consumer_offsets")],
        Fact("config", "orders.placed.v1", config, SEEN, "kafka"),
        contract("orders", "orders.placed.v1", domain="sales", team={"name": "shop"}, version="1.2.0", status="active"),
        contract("baskets", "baskets.changed.v1", domain="Sales"),
        contract("payments", "payments.failed.v1", domain="payments", product="payment events"),
        product("orders", "orders", domain="Sales", team={"name": "Orders squad"}),
        *group("billing", "orders.placed.v1", members=2),
        *group("old-report", "orders.placed.v1", state="empty", members=0),
        Checked("kafka", SEEN, SEEN),
        Checked("kafka groups", SEEN, SEEN),
        Checked("files contracts", SEEN, SEEN),
        *more,
    )
