"""Schemas by Apicurio's own ids (its API, version 3), where the registry's address shows that it is one.

Its Confluent API knows content ids at the most; its serialisers write content ids or global ids, and the payload does not
say which. GET /search/versions?contentId=, /ids/contentIds/{id}, /groups/{g}/artifacts/{a}/versions/{v}/references.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote

from meshdesk.collect.registry_client import RegistryClient
from meshdesk.model.schema import SchemaName

PLACE = "/apis/ccompat/"  # in the address of its Confluent API
API = "/apis/registry/v3"
KINDS = {"content": "contentId", "global": "globalId"}
REFERENCES = 200  # of one schema, in all levels, as with the Confluent API


class _Version(NamedTuple):
    group: str
    artifact: str
    version: str

    @property
    def path(self) -> str:
        parts = (quote(part, safe="") for part in self)
        return "/groups/{}/artifacts/{}/versions/{}".format(*parts)


def all_names(names: set[SchemaName]) -> set[SchemaName]:
    """The names, and the others that an id of four bytes can mean."""
    return names | {SchemaName(kind, name.id) for name in names if name.kind == "id" for kind in ("content", "global")}


def schema_of(
    client: RegistryClient, name: SchemaName, goes_on: Callable[[], None]
) -> tuple[dict[str, Any] | None, str]:
    """What is stored of the schema of that content or global id (None: not known), and the first reference that is missing.
    Raises what RegistryClient raises."""
    word = KINDS[name.kind]
    found = client.get_beside(PLACE, f"{API}/search/versions?{word}={int(name.id)}&limit=1", goes_on)
    if not found or not found["versions"]:
        return None, ""
    first = found["versions"][0]
    text = client.text_beside(PLACE, f"{API}/ids/{word}s/{int(name.id)}", goes_on)
    if text is None:
        return None, ""
    version = _Version(str(first.get("groupId") or "default"), str(first["artifactId"]), str(first["version"]))
    references: dict[tuple[str, _Version], dict[str, Any]] = {}
    missing: list[str] = []
    _resolve(client, version, references, missing, goes_on)
    return {
        "type": str(first["artifactType"]),
        "text": text,
        "subject": version.artifact,
        "version": _number(version.version),
        "references": list(references.values()),
        "id": int(name.id),
    }, missing[0] if missing else ""


def _resolve(
    client: RegistryClient,
    version: _Version,
    found: dict[tuple[str, _Version], dict[str, Any]],
    missing: list[str],
    goes_on: Callable[[], None],
) -> None:
    """References of references too, those that others need first."""
    for said in client.get_beside(PLACE, f"{API}{version.path}/references", goes_on) or ():
        other = _Version(str(said.get("groupId") or "default"), str(said["artifactId"]), str(said["version"]))
        name = str(said["name"])
        if (name, other) in found or len(found) >= REFERENCES or len(missing) >= REFERENCES:
            continue
        text = client.text_beside(PLACE, f"{API}{other.path}/content", goes_on)
        if text is None:
            missing.append(f"version {other.version} of {other.artifact}")
            continue
        entry = {"name": name, "subject": other.artifact, "version": _number(other.version), "text": text}
        found[name, other] = entry  # at once, as references may go in a circle
        _resolve(client, other, found, missing, goes_on)
        found[name, other] = found.pop((name, other))


def _number(version: str) -> int:
    return int(version) if version.isdecimal() else 0
