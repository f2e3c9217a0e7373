"""Data contracts: the Open Data Contract Standard of Bitol, 2.2 and 3.x, and the dialects that borrow its number.

https://bitol-io.github.io/open-data-contract-standard/ : `schema` (3.x) or `dataset` (2.x) says what is agreed on, `servers`
where it is. Where one of these is a Kafka, what has no physical type or is a "topic" is a topic, named by `physicalName`, or
else by `name`. A quarter of the public files do not keep to their own standard: what can be understood of them is read.
"""

import re
from dataclasses import dataclass

from meshdesk.collect.catalogues import alike
from meshdesk.collect.catalogues.alike import known
from meshdesk.collect.catalogues.catalogue import Claim, number
from meshdesk.collect.catalogues.tree import TEXT_MOST, Entries, Items, Notes, Part, shortened, words
from meshdesk.model.frame import Message
from meshdesk.model.schema_formats import format_of
from meshdesk.model.topic_pattern import is_pattern, is_topic_name

NAME = "ODCS"
SIGN = re.compile(r"DataContract|\bquantumName\b|\bdatasetName\b|\bdatasetDomain\b|\bodcs\b", re.IGNORECASE)

VERSIONS = ("2.2.0", "2.2.1", "2.2.2", "3.0.0", "3.0.1", "3.0.2", "3.1.0")
FIELDS_MOST = 2_000  # of a contract, 300 kB of a fact; the largest public one has some hundred
NESTING_MOST = 20  # levels of fields

# By our name those of the standard, 3.x before 2.x before the dialects.
WORDS = {
    "id": ("id", "uuid", "info.id", "metadata.id"),
    "name": ("name", "datasetName", "info.title", "info.name", "metadata.name"),
    "version": ("version", "info.version", "metadata.version"),
    "status": ("status", "info.status", "metadata.status"),
    "domain": ("domain", "datasetDomain", "info.domain", "metadata.domain", "dataProduct.domain"),
    "product": ("dataProduct.id", "dataProduct.name", "dataProduct", "quantumName"),
    "description": ("description", "info.description"),
    "team": ("team", "stakeholders", "owner", "info.owner", "metadata.owner"),
    "servers": ("servers",),
    "schema": ("schema", "dataset"),
    "sla": ("slaProperties",),
    "roles": ("roles",),
    "support": ("support",),
    "tags": ("tags",),
}

TOP = words(
    "version kind apiVersion id name tenant tags status servers dataProduct description domain schema support price team roles "
    "slaDefaultElement slaProperties authoritativeDefinitions customProperties contractCreatedTs"
)
OBJECT = words(
    "id name physicalName physicalType description businessName authoritativeDefinitions tags customProperties logicalType "
    "dataGranularityDescription properties relationships quality"
)
FIELD = words(
    "id name physicalName physicalType description businessName authoritativeDefinitions tags customProperties primaryKey "
    "primaryKeyPosition logicalType logicalTypeOptions required unique partitioned partitionKeyPosition classification "
    "encryptedName transformSourceObjects transformLogic transformDescription examples criticalDataElement relationships quality "
    "properties items"
)
# Words of 2.x that 3.x calls otherwise; many files were carried over by their number alone.
OBJECT_RENAMED = {"table": "name", "columns": "properties", "dataGranularity": "dataGranularityDescription"}
FIELD_RENAMED = {"column": "name", "isPrimaryKey": "primaryKey", "isNullable": "required", "isUnique": "unique"}

LOGIN = re.compile(r"(?<=://)[^/@]*@")

SAID_BY = re.compile(r"\btopics?\b", re.IGNORECASE)
KAFKA = re.compile(r"kafka", re.IGNORECASE)


def is_one(document: Part) -> bool:
    """Whether it is a data contract: it says so, or it has the number of the standard and words that nothing else has."""
    api, kind = document.text("apiVersion"), document.text("kind").lower()
    if "/" in api:  # a resource of Kubernetes, which has a contract's name at most
        return False
    if kind:
        return kind == "datacontract"
    words = document.here.entries.keys()
    return "quantumName" in words or (
        re.fullmatch(r"v?[23]\.\d+(\.\d+)?", api) is not None
        and not words.isdisjoint(("schema", "dataset", "datasetName", "datasetDomain", "dataProduct"))
    )


def read(document: Part, name: str) -> Claim:
    """The contract; `name` stands for an id that is missing."""
    is_old = document.text("apiVersion").lower().startswith(("2", "v2")) or document.line("quantumName", "dataset") > 0
    version = number(document, NAME, VERSIONS) if not is_old or document.line("apiVersion") else ""
    called = f"{NAME} {version or (2 if is_old else '')}".strip()
    if not is_old:  # 2.x takes any key
        document.know(TOP, called)
        document.lacks(("version", "status"), called)
    contract = _Contract(document, document.notes, is_old)
    servers = _servers(document)
    about = document.text(*WORDS["id"]) or name
    value = known(
        name=document.text(*WORDS["name"]),
        version=document.text(*WORDS["version"]),
        status=document.text(*WORDS["status"]),
        domain=alike.filled_in(document, *WORDS["domain"]),
        product=alike.filled_in(document, *WORDS["product"]) if _says_product(document) else "",
        description=_description(document),
        team=alike.team(document, *WORDS["team"]),
        servers=[server for server, _ in servers],
        topics=contract.topics(servers),
        sla=_sla(document),
        roles=_roles(document),
        support=alike.support(document),
        tags=document.texts("tags"),
        lines=alike.lines_of(document, WORDS),
    )
    return Claim("contract", about, value, document.line(*WORDS["id"]) or document.here.line, called)


def _says_product(document: Part) -> bool:
    """A dialect has a mapping there, of which the id or the name is the product."""
    found = document.find(*WORDS["product"])
    return found is not None and not isinstance(found[1], Entries | Items)


def _description(document: Part) -> Message:
    found = document.find(*WORDS["description"])
    if found is not None and not isinstance(found[1], Entries):
        return known(purpose=document.text(*WORDS["description"], most=TEXT_MOST))
    one = document.part(*WORDS["description"])
    return (
        {}
        if one is None
        else known(**{name: one.text(name, most=TEXT_MOST) for name in ("purpose", "usage", "limitations")})
    )


def _servers(document: Part) -> list[tuple[Message, Part]]:
    """As facts, and as the file has them. Nothing but the name, the type and the place is kept: real files hold secrets here."""
    found = []
    for name, one in document.parts("servers"):
        address = one.text("host", "url", "bootstrapServers", "bootstrap.servers", "brokers")
        server = known(
            name=name or one.text("server", "name", "environment"),
            type=one.text("type", "protocol"),
            host=alike.host(address),
            line=one.here.line,
        )
        found.append((server, one))
    return found


def _sla(document: Part) -> list[Message]:
    found = []
    for _, one in document.parts("slaProperties"):
        value = one.value("value")
        sla = known(property=one.text("property"), value=value, unit=one.text("unit"), line=one.here.line)
        found.append(sla)
    return found


def _roles(document: Part) -> list[Message]:
    return [
        known(name=name or one.text("role", "name"), access=one.text("access"), line=one.here.line)
        for name, one in document.parts("roles")
    ]


@dataclass(slots=True)
class _Contract:
    """The topics of a contract and their fields, which are counted: an alias in an alias may make them many."""

    document: Part
    notes: Notes
    is_old: bool
    fields: int = 0

    def topics(self, servers: list[tuple[Message, Part]]) -> list[Message]:
        """What of the contract is a topic."""
        kafkas = [one for server, one in servers if KAFKA.search(str(server.get("type", "")))]
        document = self.document
        is_kafka = bool(kafkas) or any(
            KAFKA.search(document.text(word))
            for word in ("sourceSystem", "sourcePlatform", "driver", "type")
            if self.is_old
        )
        objects = list(document.parts(*WORDS["schema"]))
        # A dialect names the topic beside the schema, once for all of it.
        beside = next(
            (where for where in (*kafkas, document) if where.text("topic", "infrastructure.topic", "spec.topic")), None
        )
        found = []
        for name, one in objects:
            if not self.is_old:
                one.know(OBJECT, "an object of a schema", OBJECT_RENAMED)
            kind = one.text("physicalType")
            if SAID_BY.search(kind) or (is_kafka and not kind) or (len(objects) == 1 and beside and not kind):
                other = beside if len(objects) == 1 else None
                schema = _schema_file(one) or (_schema_file(document) if len(objects) == 1 else {})
                found.append(self._topic(name, one, other) | known(schema=schema))
        if not objects and beside is not None:
            names = ("topic", "infrastructure.topic", "spec.topic")
            found.append(_named(beside.text(*names), beside.line(*names)))
        return found

    def _topic(self, called: str, one: Part, beside: Part | None) -> Message:
        physical = one.text("physicalName")
        name, line = (
            physical or called or one.text("name", "table"),
            one.line("physicalName") or one.line("name", "table"),
        )
        if not physical and beside is not None:
            names = ("topic", "infrastructure.topic", "spec.topic")
            name, line = beside.text(*names), beside.line(*names)
        topic = _named(name, line or one.here.line)
        if not name:
            self.notes.add(
                one.here.line, one.here.column, "A topic of the schema has no name; its fields are shown without one."
            )
        elif "pattern" not in topic and not is_topic_name(name):
            text = f"“{shortened(name, 80)}” can be no topic's name: Kafka takes letters, digits, dots, - and _. Name it in physicalName."
            self.notes.add(line or one.here.line, one.here.column, text)
        fields: list[Message] = []
        self._fields(one, "", fields, 0)
        return topic | known(fields=fields)

    def _fields(self, one: Part, before: str, fields: list[Message], depth: int) -> None:
        """Fields in the order of the file, those in a field behind it, with dots between the names."""
        for called, part in one.parts("properties", "columns", "fields", most=FIELDS_MOST):
            if self.fields >= FIELDS_MOST:
                self.notes.at(
                    part.here, f"The contract has more than {FIELDS_MOST:,} fields; those behind them were not read."
                )
                return
            self.fields += 1
            if not self.is_old:
                part.know(FIELD, "a field of a schema", FIELD_RENAMED)
            name = called or part.text("name", "column")
            path = f"{before}.{name}" if before and name else before or name
            field = _field(part, path)
            if name:
                fields.append(field)
            self._below(part, path, fields, depth)

    def _below(self, part: Part, path: str, fields: list[Message], depth: int) -> None:
        if depth == NESTING_MOST:
            self.notes.at(part.here, f"Fields lie deeper than {NESTING_MOST} levels; those below were not read.")
            return
        if part.find("properties", "columns", "fields"):
            self._fields(part, path, fields, depth + 1)
        if (found := part.find("items")) and isinstance(found[1], Entries):  # of a list; those of a list in a list, too
            self._below(Part(found[1], self.notes), path, fields, depth + 1)


def _schema_file(part: Part) -> Message:
    """The first link to a file that may say how the bytes are written, as {"at", "line"}. It is looked for, and not fetched.

    A link (authoritativeDefinitions) to anything but a file of a schema says nothing of them, nor do the fields of the contract,
    which are logical.
    """
    for _, one in part.parts("authoritativeDefinitions"):
        url = one.text("url").partition("#")[0].partition("?")[0].strip()
        if format_of(url) is not None:
            return {"at": LOGIN.sub("", url), "line": one.line("url")}
    return {}


def _named(name: str, line: int) -> Message:
    return known(name=name, pattern=is_pattern(name), line=line) if is_pattern(name) else known(name=name, line=line)


def _field(part: Part, path: str) -> Message:
    nullable = part.flag("isNullable")
    required = part.flag("required")
    key = part.flag("primaryKey")
    key = part.flag("isPrimaryKey") if key is None else key
    field = known(
        name=path,
        type=part.text("logicalType", "physicalType", "type"),
        classification=part.text("classification"),
        description=part.text("description", most=TEXT_MOST),
        line=part.here.line,
    )
    if required is not None or nullable is not None:
        field["required"] = required if required is not None else not nullable
    if key is not None:
        field["key"] = key
    return field
