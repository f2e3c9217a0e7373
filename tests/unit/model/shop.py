"""A small mesh for tests: two domains with products, what is of none, and groups that read."""

from itertools import count

from meshdesk.model.fact import Evidence, Fact
from meshdesk.model.frame import Message
from meshdesk.model.mesh import Mesh, fold

SEEN = count(1_000)


def said(kind: str, about: str, value: Message, source: str = "kafka", evidence: Evidence = "observed") -> Fact:
    return Fact(kind, about, value, next(SEEN), source, evidence, 0 if source == "kafka" else 3)


def topic(name: str) -> Fact:
    return said("topic", name, {"partitions": 3, "internal": name.startswith("__")})


def reads(group: str, *topics: str) -> list[Fact]:
    return [
        said("group", group, {"state": "stable", "members": [], "count": 1}),
        *[said("reads", f"{group} {name}", {"assigned": 3, "committed": 3}) for name in topics],
    ]


def contract(known: str, domain: str, *topics: str) -> Fact:
    value: Message = {"domain": domain, "topics": [{"name": name, "line": 9, "fields": []} for name in topics]}
    return said("contract", known, value, f"contracts/{known}.yaml", "declared")


def product(known: str, domain: str, gives: str, *takes: str) -> Fact:
    ports: list[Message] = [{"direction": "output", "name": "out", "contract": gives, "reads": [], "line": 5}]
    ports += [{"direction": "input", "name": one, "contract": one, "reads": [], "line": 7} for one in takes]
    return said(
        "product",
        known,
        {"name": known.title(), "domain": domain, "ports": ports},
        f"products/{known}.yaml",
        "declared",
    )


def mesh_of(*facts: Fact) -> Mesh:
    mesh = Mesh()
    fold(mesh, facts)
    return mesh


def shop() -> Mesh:
    return mesh_of(
        *map(topic, ("sales.orders.placed.v1", "sales.baskets.v1", "fraud.scores.v1", "__consumer_offsets", "lonely")),
        contract("orders", "sales", "sales.orders.placed.v1"),
        contract("scores", "fraud", "fraud.scores.v1"),
        contract("baskets", "sales", "sales.baskets.v1"),
        product("orders", "sales", "orders"),
        product("scores", "fraud", "scores", "orders"),
        *reads("fraud-scorer", "sales.orders.placed.v1", "__consumer_offsets"),
        *reads("dwh", "sales.orders.placed.v1", "fraud.scores.v1", "lonely"),
    )
