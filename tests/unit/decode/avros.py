"""Schemas of Avro of every form, values that fit them, and what fastavro writes of them: the second implementation."""

import io
from collections.abc import Iterator
from typing import Any

import fastavro
from hypothesis import strategies as st

from meshdesk.decode.avro_skip import PRIMITIVES


def written(said: Any, value: Any) -> bytes:
    """The value as fastavro writes it, without any header."""
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(said), value)
    return out.getvalue()


def read_back(said: Any, data: bytes) -> Any:
    """The value as fastavro reads it."""
    return fastavro.schemaless_reader(io.BytesIO(data), fastavro.parse_schema(said), None)


def containers(inside: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    arrays = inside.map(lambda items: {"type": "array", "items": items})
    maps = inside.map(lambda values: {"type": "map", "values": values})
    records = st.lists(inside, max_size=4).map(lambda kinds: {"type": "record", "fields": kinds})
    unions = st.lists(inside, min_size=1, max_size=4, unique_by=branch).map(
        lambda branches: branches if all(not isinstance(b, list) for b in branches) else branches[0]
    )
    return arrays | maps | records | unions


def branch(said: Any) -> Any:
    """What a union may hold but once; a double would be written into a float that is too small for it."""
    kind = said["type"] if isinstance(said, dict) else "union" if isinstance(said, list) else said
    return "float" if kind == "double" else kind


SCHEMAS = st.recursive(
    st.sampled_from(PRIMITIVES)
    | st.integers(1, 4).map(lambda count: {"type": "enum", "symbols": [f"S{n}" for n in range(count)]})
    | st.integers(0, 9).map(lambda size: {"type": "fixed", "size": size}),
    containers,
    max_leaves=8,
)


def with_names(said: Any, count: Iterator[int]) -> Any:
    """The generated schema with a name for each type and field that needs one."""
    if isinstance(said, list):
        return [with_names(branch, count) for branch in said]
    if not isinstance(said, dict):
        return said
    named = {key: with_names(value, count) if key in ("items", "values") else value for key, value in said.items()}
    if said["type"] in ("record", "enum", "fixed"):
        named["name"] = f"N{next(count)}"
    if said["type"] == "record":
        named["fields"] = [
            {"name": f"f{at}", "type": with_names(kind, count)} for at, kind in enumerate(said["fields"])
        ]
    return named


def values(said: Any, most: int = 4) -> st.SearchStrategy[Any]:
    """Values that fit a schema. Each level has half as many at the most: four in four in four, eight levels deep, is one example
    in some thousand, which takes a minute."""
    if isinstance(said, list):
        return st.one_of([values(branch, most) for branch in said])
    if isinstance(said, str):
        return PRIMITIVE_VALUES[said]
    if said["type"] == "enum":
        return st.sampled_from(said["symbols"])
    if said["type"] == "fixed":
        return st.binary(min_size=said["size"], max_size=said["size"])
    if said["type"] == "array":
        return st.lists(values(said["items"], max(1, most // 2)), max_size=most)
    if said["type"] == "map":
        return st.dictionaries(st.text(max_size=5), values(said["values"], max(1, most // 2)), max_size=most)
    return st.fixed_dictionaries({field["name"]: values(field["type"], most) for field in said["fields"]})


PRIMITIVE_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(width=32),
    "double": st.floats(),
    "bytes": st.binary(max_size=20),
    "string": st.text(max_size=20),
}
