"""Schemas by Apicurio's own ids, where the registry's address shows that it is one.

Its Confluent API knows content ids at the most; its serialisers write content ids or global ids, and the payload does not
say which. Its own API has two versions: a registry of 3.0 or later has both, one of 2.x only the older.
Version 3: GET /search/versions?contentId=, /ids/contentIds/{id}, /groups/{g}/artifacts/{a}/versions/{v}/references and
/content. Version 2: GET /search/artifacts?contentId=, /ids/contentIds/{id}, /groups/{g}/artifacts/{a}/versions, below it
/{v} and /{v}/references.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from meshdesk.collect.registry_client import Refused, RegistryClient
from meshdesk.model.schema import SchemaName

PLACE = "/apis/ccompat/"  # in the address of its Confluent API
KINDS = {"content": "contentId", "global": "globalId"}
REFERENCES = 200  # of one schema, in all levels, as with the Confluent API
VERSIONS = 500  # of one artifact that are looked through, the most that version 2 answers at once


class _Version(NamedTuple):
    group: str
    artifact: str
    version: str

    @property
    def of_artifact(self) -> str:
        """The path of all versions."""
        return f"/groups/{quote(self.group, safe='')}/artifacts/{quote(self.artifact, safe='')}/versions"

    @property
    def path(self) -> str:
        return f"{self.of_artifact}/{quote(self.version, safe='')}"


class _Api(NamedTuple):
    """Where one version of the API is, and what stands behind the path of a schema for its text."""

    root: str
    text: str


NEW = _Api("/apis/registry/v3", "/content")
OLD = _Api("/apis/registry/v2", "")


def all_names(names: set[SchemaName]) -> set[SchemaName]:
    """The names, and the others that an id of four bytes can mean."""
    return names | {SchemaName(kind, name.id) for name in names if name.kind == "id" for kind in ("content", "global")}


def schema_of(
    client: RegistryClient, name: SchemaName, goes_on: Callable[[], None]
) -> tuple[dict[str, Any] | None, str]:
    """What is stored of the schema of that content or global id (None: not known), and the first reference that is missing.
    Raises what RegistryClient raises."""
    try:
        return _schema_of(client, NEW, _newly_named, name, goes_on)
    except Refused as refused:
        if refused.status != httpx.codes.NOT_FOUND:  # which is not said of an id: the API is not there
            raise
        return _schema_of(client, OLD, _named_of_old, name, goes_on)


def _schema_of(
    client: RegistryClient,
    api: _Api,
    named: Callable[[RegistryClient, SchemaName, Callable[[], None]], tuple[_Version, str] | None],
    name: SchemaName,
    goes_on: Callable[[], None],
) -> tuple[dict[str, Any] | None, str]:
    found = named(client, name, goes_on)
    if found is None:
        return None, ""
    text = client.text_beside(PLACE, f"{api.root}/ids/{KINDS[name.kind]}s/{int(name.id)}", goes_on)
    if text is None:
        return None, ""
    version, kind = found
    references: dict[tuple[str, _Version], dict[str, Any]] = {}
    missing: list[str] = []
    _resolve(client, api, version, references, missing, goes_on)
    return {
        "type": kind,
        "text": text,
        "subject": version.artifact,
        "version": _number(version.version),
        "references": list(references.values()),
        "id": int(name.id),
    }, missing[0] if missing else ""


def _newly_named(client: RegistryClient, name: SchemaName, goes_on: Callable[[], None]) -> tuple[_Version, str] | None:
    """The first version that has the id, and its format."""
    query = f"/search/versions?{KINDS[name.kind]}={int(name.id)}&limit=1"
    found = client.get_beside(PLACE, NEW.root + query, goes_on)
    if not found or not found["versions"]:
        return None
    first = found["versions"][0]
    return _version(first, first["artifactId"], first["version"]), str(first["artifactType"])


def _named_of_old(client: RegistryClient, name: SchemaName, goes_on: Callable[[], None]) -> tuple[_Version, str] | None:
    """The same of an API that finds artifacts, whose versions are looked through."""
    word = KINDS[name.kind]
    found = client.get_beside(PLACE, f"{OLD.root}/search/artifacts?{word}={int(name.id)}&limit=1", goes_on)
    if not found or not found["artifacts"]:
        return None
    first = found["artifacts"][0]
    artifact = _version(first, first["id"], "")
    versions = client.get_beside(PLACE, f"{OLD.root}{artifact.of_artifact}?limit={VERSIONS}", goes_on)
    for said in versions["versions"] if versions else ():
        if said[word] == int(name.id):
            return artifact._replace(version=str(said["version"])), str(first["type"])
    return None


def _version(said: dict[str, Any], artifact: Any, version: Any) -> _Version:
    return _Version(str(said.get("groupId") or "default"), str(artifact), str(version))


def _resolve(
    client: RegistryClient,
    api: _Api,
    version: _Version,
    found: dict[tuple[str, _Version], dict[str, Any]],
    missing: list[str],
    goes_on: Callable[[], None],
) -> None:
    """References of references too, those that others need first."""
    for said in client.get_beside(PLACE, f"{api.root}{version.path}/references", goes_on) or ():
        other = _version(said, said["artifactId"], said["version"])
        name = str(said["name"])
        if (name, other) in found or len(found) >= REFERENCES or len(missing) >= REFERENCES:
            continue
        text = client.text_beside(PLACE, f"{api.root}{other.path}{api.text}", goes_on)
        if text is None:
            missing.append(f"version {other.version} of {other.artifact}")
            continue
        entry = {"name": name, "subject": other.artifact, "version": _number(other.version), "text": text}
        found[name, other] = entry  # at once, as references may go in a circle
        _resolve(client, api, other, found, missing, goes_on)
        found[name, other] = found.pop((name, other))


def _number(version: str) -> int:
    return int(version) if version.isdecimal() else 0
