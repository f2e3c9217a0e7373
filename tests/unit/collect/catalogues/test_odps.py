"""Data products: ports with their contracts, both versions, and what is none of Bitol's."""

from typing import Any

import pytest

from meshdesk.collect.catalogues.reading import read

FULL = """\
apiVersion: v1.0.0
kind: DataProduct
id: p-1
name: Invoices
version: 1.0.0
status: active
domain: payments
description:
  purpose: What was billed.
tags: [money]
outputPorts:
  - name: issued
    version: 1.0.0
    type: kafka
    contractId: c-1
    inputContracts:
      - {id: c-2, version: 2.0.0}
      - {id: c-3, version: 1.0.0}
inputPorts:
  - {name: orders, version: 2.0.0, contractId: c-2}
managementPorts:
  - {name: health, content: observability, type: rest, url: "https://me:geheim@h/health"}
support:
  - {channel: "#pay", url: "https://chat.example/pay"}
team:
  name: Payments
  members:
    - {username: ines@example, role: owner}
"""


def product(text: str) -> tuple[dict[str, Any], list[str]]:
    said = read(text.encode(), "invoices.yaml")
    assert said is not None
    (claim,) = said.claims
    assert claim.kind == "product"
    return claim.value, [f"{notice['line']}: {notice['text']}" for notice in said.notices]


def test_that_a_whole_product_is_read_with_its_ports() -> None:
    value, notices = product(FULL)
    assert notices == []
    assert (value["name"], value["domain"], value["description"]) == ("Invoices", "payments", "What was billed.")
    assert value["ports"] == [
        {
            "direction": "output",
            "name": "issued",
            "version": "1.0.0",
            "contract": "c-1",
            "reads": ["c-2", "c-3"],
            "line": 12,
        },
        {"direction": "input", "name": "orders", "version": "2.0.0", "contract": "c-2", "line": 20},
        {"direction": "management", "name": "health", "line": 22},
    ]
    assert value["team"]["members"] == [{"name": "ines@example", "role": "owner"}]
    assert (value["lines"]["domain"], value["lines"]["ports"], value["lines"]["team"]) == (7, 11, 25)
    assert "geheim" not in repr(value)


def test_that_the_earlier_version_has_a_list_for_a_team() -> None:
    value, notices = product(
        "apiVersion: v0.9.0\nkind: DataProduct\nid: p\nstatus: draft\nteam:\n- {username: a, role: owner}\n"
    )
    assert value["team"] == {"members": [{"name": "a", "role": "owner"}]}
    assert notices == []


def test_that_odd_ports_are_read_as_far_as_they_go() -> None:
    text = (
        "apiVersion: v1.0.0\nkind: DataProduct\nid: p\nstatus: draft\noutputPorts:\n- name: a\n  inputContracts: [c-1, [x]]\n"
        "- b\ninputPorts: {orders: {contractId: c-2}}\nwhat: else\n"
    )
    value, notices = product(text)
    assert value["ports"] == [
        {"direction": "output", "name": "a", "reads": ["c-1"], "line": 6},
        {"direction": "input", "name": "orders", "contract": "c-2", "line": 9},
    ]
    assert notices == [
        "7: “inputContracts” holds a list where a contract is expected; it was passed over.",
        "8: “outputPorts” holds a text where a mapping is expected; it was passed over.",
        "10: “what” is no key of ODPS 1.0.0; it was passed over.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "schema: https://opendataproducts.org/v4.1/schema/odps.yaml\nversion: 4.1\nproduct: {details: {en: {name: DataProduct}}}\n",
        'dataProductDescriptor: "1.0.0"\ninfo: {fullyQualifiedName: "urn:dataproduct:a", entityType: dataproduct}\n',
        "apiVersion: mesh.example/v1\nkind: DataProduct\nmetadata: {name: a}\n",
    ],
    ids=["Linux Foundation", "Open Data Mesh", "Kubernetes"],
)
def test_that_other_products_are_not_taken_for_ours(text: str) -> None:
    assert read(text.encode(), "some.yaml") is None
