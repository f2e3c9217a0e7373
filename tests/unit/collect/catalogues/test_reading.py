"""Whole files: what keeps to the standards is read without a notice, what does not is read as far as it goes, and nothing raises."""

import json
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshdesk.collect.catalogues import odcs, odps
from meshdesk.collect.catalogues.reading import CATALOGUES, Said, read

ROOT = Path(__file__).parents[4]
DEMO = sorted((ROOT / "resources" / "demo" / "catalogue").rglob("*.yaml"))
COMPLETE = sorted((Path(__file__).parent / "complete").iterdir())
SCHEMAS = {"odcs": "odcs-json-schema-v3.1.0.json", "odps": "odps-json-schema-v1.0.0.json"}
PATIENT = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


class Dates(yaml.SafeLoader):
    """YAML as JSON schemas are held against it: a date is a text."""


Dates.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def schema_problems(path: Path) -> list[str]:
    """What the standard's own schema has against the file."""
    kind = path.name.split(".")[1]
    schema = json.loads((ROOT / "tests" / "schemas" / SCHEMAS[kind]).read_text(encoding="utf-8"))
    document = yaml.load(path.read_text(encoding="utf-8"), Dates)
    validator = jsonschema.validators.validator_for(schema)(schema)
    return [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(document)]


@pytest.mark.parametrize("path", [*DEMO, *COMPLETE], ids=lambda path: path.name)
def test_that_what_the_standards_own_schemas_accept_is_read_without_a_notice(path: Path) -> None:
    assert schema_problems(path) == []
    said = read(path.read_bytes(), path.name)
    assert said is not None
    assert said.notices == ()
    assert len(said.claims) == 1
    assert said.claims[0].value["lines"]["id"] == said.claims[0].line


def test_that_the_keys_that_are_known_are_those_of_the_schemas() -> None:
    contract, product = (
        json.loads((ROOT / "tests" / "schemas" / name).read_text(encoding="utf-8")) for name in SCHEMAS.values()
    )
    assert contract["properties"].keys() == odcs.TOP
    assert product["properties"].keys() == odps.TOP
    element, parts = contract["$defs"]["SchemaElement"]["properties"], contract["$defs"]
    assert element.keys() | parts["SchemaObject"]["properties"].keys() == odcs.OBJECT
    field = element.keys() | parts["SchemaBaseProperty"]["properties"].keys() | {"properties", "items"}
    assert field == odcs.FIELD
    ports = product["$defs"]
    assert ports["OutputPort"]["properties"].keys() | ports["InputPort"]["properties"].keys() == odps.PORT


def test_that_every_catalogue_has_a_name_of_its_own() -> None:
    assert len({catalogue.NAME for catalogue in CATALOGUES}) == len(CATALOGUES)


CONTRACT = "apiVersion: v3.1.0\nkind: DataContract\nid: {id}\nversion: 1\nstatus: active\ndomain: sales\n"


def one(text: str | bytes, name: str = "file.yaml") -> Said:
    said = read(text if isinstance(text, bytes) else text.encode(), name)
    assert said is not None
    return said


@pytest.mark.parametrize(
    "data",
    [
        CONTRACT.format(id="c").encode(),
        CONTRACT.format(id="c").rstrip().encode(),
        CONTRACT.format(id="c").replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + CONTRACT.format(id="c").encode(),
        CONTRACT.format(id="c").encode("utf-16"),
        ("# a remark\n\n---\n" + CONTRACT.format(id="c") + "...\n").encode(),
        json.dumps({"apiVersion": "v3.1.0", "kind": "DataContract", "id": "c", "version": "1", "status": "a", "domain": "sales"}).encode(),
        (CONTRACT.format(id="c") + "team:\nschema: null\nservers: ~\n").encode(),
    ],
    ids=["plain", "no last newline", "CRLF", "byte order mark", "UTF-16", "with remarks", "JSON", "with nulls"],
)  # fmt: skip
def test_that_how_a_file_is_written_makes_no_difference(data: bytes) -> None:
    said = one(data)
    assert said.notices == ()
    assert [(claim.about, claim.value["domain"]) for claim in said.claims] == [("c", "sales")]


def test_that_several_documents_are_read_also_those_of_others() -> None:
    text = (
        f"{CONTRACT.format(id='a')}---\nkind: ConfigMap\n---\napiVersion: v1.0.0\nkind: DataProduct\nid: p\nstatus: x\n"
    )
    said = one(text)
    assert said.format == "ODCS 3.1.0, ODPS 1.0.0"
    assert [(claim.kind, claim.about, claim.line) for claim in said.claims] == [
        ("contract", "a", 3),
        ("product", "p", 12),
    ]


def test_that_a_document_without_a_line_before_it_does_not_vanish() -> None:
    said = one(CONTRACT.format(id="a") + CONTRACT.format(id="b"))
    assert [claim.about for claim in said.claims] == ["a", "b"]
    assert [notice["line"] for notice in said.notices] == [7]


def test_that_two_documents_of_one_id_are_said() -> None:
    said = one(f"{CONTRACT.format(id='a')}---\n{CONTRACT.format(id='a')}")
    assert [claim.line for claim in said.claims] == [10]
    assert said.notices[0]["text"] == "The contract “a” stands in line 3 already; what stands here was read."


def test_that_a_mistake_in_the_middle_costs_its_own_lines() -> None:
    said = one(
        CONTRACT.format(id="c")
        + "description: this is: wrong\nname: {{ name }}\ntags: [a\nslaProperties:\n- {property: x, value: 1}\n"
    )
    value = said.claims[0].value
    assert (value["name"], value["sla"]) == ("{{ name }}", [{"property": "x", "value": 1, "line": 11}])
    assert [notice["line"] for notice in said.notices] == [7, 9]


def test_that_a_file_that_says_by_its_name_what_it_is_is_missed_where_it_is_not() -> None:
    said = one("# of a DataContract nothing is left\n", "orders.odcs.yaml")
    assert (said.format, said.claims) == ("", ())
    assert "Nothing in this file is a data contract" in said.notices[0]["text"]
    assert read(b"# of a DataContract nothing is left\n", "orders.yaml") is None


def test_that_a_large_file_takes_the_time_that_it_may() -> None:
    fields = "".join(
        f"  - {{name: f{n}, logicalType: string, description: 'some words of it'}}\n" for n in range(30_000)
    )
    text = f"{CONTRACT.format(id='c')}schema:\n- name: t\n  physicalType: topic\n  properties:\n{fields}"
    started = time.monotonic()
    said = one(text)
    assert time.monotonic() - started < 30
    assert len(said.claims[0].value["topics"][0]["fields"]) == 2_000


@pytest.mark.parametrize(
    "sign",
    ["{", "{{", "{{ a", "${", "{% ", "- ", "a: ", "[", "*a ", "&a ", "'", '"', "\\ud83d", "\t", " ", "\n", "# ", "? ", "|",
     "\n---\n", "\n{% a %}  "],
)  # fmt: skip
def test_that_a_file_of_one_sign_takes_no_longer_than_another(sign: str) -> None:
    text = CONTRACT.format(id="c") + sign * (1_000_000 // len(sign))
    started = time.monotonic()
    check(read(text.encode(), "file.odcs.yaml"))
    assert time.monotonic() - started < 30


def test_that_aliases_make_a_fact_no_larger_than_its_file_could_be() -> None:
    words = ", ".join(f"x{n:0400d}" for n in range(499))
    text = (
        f"{CONTRACT.format(id='c')}x1: &words [{words}]\nx2: &many {{{', '.join(f'k{n}: {{name: n}}' for n in range(20_000))}}}\n"
        "x3: &ports [" + ", ".join(["{name: a, inputContracts: *words, tags: *words}"] * 499) + "]\n"
        "schema:\n- name: t\n  physicalType: topic\n  properties:\n"
        + "".join(f"  - {{name: f{n}, properties: *many}}\n" for n in range(3_000))
    )
    product = text.replace("DataContract", "DataProduct").replace("v3.1.0", "v1.0.0") + "outputPorts: *ports\n"
    started = time.monotonic()
    for one_of_them in (text, product):
        said = one(one_of_them)
        assert len(json.dumps(said.claims[0].value)) < 8 << 20
        assert said.notices
    assert time.monotonic() - started < 60


# Whatever comes

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["kafka", "topic", "{{ x }}", "${Y}", "<<"]),
)
NAMES = st.sampled_from(
    sorted(
        {
            *odcs.TOP,
            *odcs.OBJECT,
            *odcs.FIELD,
            *odps.TOP,
            *odps.PORT,
            "column",
            "host",
            "type",
            "members",
            "dataset",
            "info",
            "<<",
        }
    )
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=5)),
    max_leaves=30,
)


def check(said: Said | None) -> None:
    """What every answer keeps to."""
    if said is None:
        return
    for notice in said.notices:
        assert notice["text"].endswith(".")
        assert notice["line"] >= 0
    for claim in said.claims:
        assert claim.about
        assert claim.line > 0
        json.loads(json.dumps(claim.value, allow_nan=False))
    assert said.claims or said.notices


@PATIENT
@given(st.dictionaries(NAMES, TREES, max_size=8), st.sampled_from(["DataContract", "DataProduct"]), st.booleans())
def test_that_any_tree_gives_facts_or_notices(tree: dict[str, Any], kind: str, as_json: bool) -> None:
    tree |= {"kind": kind, "apiVersion": "v3.1.0" if kind == "DataContract" else "v1.0.0"}
    text = json.dumps(tree) if as_json else yaml.safe_dump(tree, allow_unicode=True)
    said = read(text.encode("utf-8", "surrogatepass"), "file.yaml")
    assert said is not None
    check(said)
    assert [claim.kind for claim in said.claims] == ["contract" if kind == "DataContract" else "product"]


@PATIENT
@given(st.sampled_from([path.read_bytes() for path in COMPLETE]), st.data())
def test_that_any_damage_gives_facts_or_notices(data: bytes, draw: st.DataObject) -> None:
    changed = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 6))):
        place = draw.draw(st.integers(0, max(0, len(changed) - 1)))
        match draw.draw(st.sampled_from(["byte", "cut", "sign", "twice"])):
            case "byte":
                changed[place : place + 1] = bytes([draw.draw(st.integers(0, 255))])
            case "cut":
                del changed[place : place + draw.draw(st.integers(1, 200))]
            case "sign":
                changed[place:place] = draw.draw(
                    st.sampled_from([b"\t", b": ", b"{{ x }}", b"&a ", b"*a", b"'", b"[", b"- ", b"\n", b"|", b"%"])
                )
            case _:
                changed[place:place] = changed[place : place + 300]
    check(read(bytes(changed), "file.odcs.yaml"))


@PATIENT
@given(st.binary(max_size=200))
def test_that_any_bytes_give_facts_or_notices(data: bytes) -> None:
    check(read(b"kind: DataContract\n" + data, "file.yaml"))
