"""The formats of schema files. A new one is a line here, its reader in collect/schema_files.py, and its decoder."""

from typing import NamedTuple

from meshdesk.model.wording import listed


class Format(NamedTuple):
    """A format, and what the names of its files end with."""

    type: str  # "AVRO": in facts, as registries say it
    name: str  # "Avro": for people
    ending: str  # ".avsc": in small letters, as everywhere here


FORMATS = (
    Format("AVRO", "Avro", ".avsc"),
    Format("PROTOBUF", "Protobuf", ".proto"),
    Format("JSON", "JSON Schema", ".json"),
    Format("THRIFT", "Thrift", ".thrift"),
    Format("FLATBUFFERS", "FlatBuffers", ".fbs"),
)
BY_TYPE = {one.type: one for one in FORMATS}
BY_ENDING = {one.ending: one for one in FORMATS}
ENDINGS = tuple(BY_ENDING)
IN_WORDS = listed([f"{one.name} ({one.ending})" for one in FORMATS])  # "Avro (.avsc), … and FlatBuffers (.fbs)"


def format_of(path: str) -> Format | None:
    """The format of a file by the end of its name, in small letters or capitals; None where that says none. The disk is not
    asked. A path has / in it, and a name alone will do.

    >>> format_of("sales/Orders.AVSC"), format_of("sales/.avsc"), format_of("sales.json/orders")
    (Format(type='AVRO', name='Avro', ending='.avsc'), None, None)
    """
    stem, dot, ending = path.rpartition("/")[2].rpartition(".")
    return BY_ENDING.get(f"{dot}{ending}".lower()) if stem else None
