"""The layers of real records: those that their case names, in that order."""

from pathlib import Path

import pytest

from meshdesk.decode.by_schema import TROUBLE, WHY, read
from meshdesk.decode.chain import decode
from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.decode.proto_framing import confluent
from meshdesk.model.schema import Schema, SchemaState
from tests.together import all_hold
from tests.unit.decode.golden import CASES, NOT_YET, case, payload, schemas_of

LAYERS = {
    "confluent-id": "Confluent id",
    "confluent-guid-header": "Confluent GUID header",
    "confluent-guid-prefix": "Confluent GUID prefix",
    "apicurio-id-4": "Apicurio id",
    "apicurio-id-8": "Apicurio id",
    "apicurio-headers": "Apicurio headers",
    "apicurio-ref": "Apicurio type reference",
    "message-indexes": "message indexes",
    "glue": "Glue",
    "glue-message-index": "Glue message index",
    "zlib": "zlib",
    "avro": "Avro",
    "avro-json": "Avro JSON",
    "json": "JSON Schema",
    "protobuf": "Protobuf",
    "csfle": "CSFLE",
    "buf-header": "Buf headers",
    "tombstone": "tombstone",
}
FOLDERS = (
    "confluent-avro", "confluent-json", "confluent-protobuf", "confluent-csfle", "apicurio-avro", "apicurio-json",
    "apicurio-protobuf", "glue",
)  # fmt: skip
REAL = [path for path in CASES if path.parent.name in FOLDERS and f"{path.parent.name}/{path.stem}" not in NOT_YET]


def test_that_a_real_record_has_the_layers_that_its_writer_gave_it() -> None:
    def check(path: Path) -> None:
        said = case(path)
        found = decode(payload(said, "value"), schemas_of(said))
        assert [layer.name for layer in found.chain] == [LAYERS[word] for word in said["expect"]["chain"]]
        for word, layer in zip(said["expect"]["chain"], found.chain, strict=True):
            assert not word.startswith("apicurio-id-") or layer.detail.startswith(f"{word[-1]} bytes")
            assert word != "protobuf" or layer.detail.endswith(said["expect"].get("message", ""))

    all_hold(check, {f"{path.parent.name}/{path.stem}": path for path in REAL})


def test_that_there_are_real_records_of_all_layers() -> None:
    seen = {word for path in REAL for word in case(path)["expect"]["chain"]}
    assert seen == set(LAYERS) - {"buf-header"}


def test_that_a_schema_of_another_kind_is_said_to_be_one() -> None:
    with pytest.raises(Undecodable) as why:
        read(b"x", 0, Schema("test", 7, "THRIFT", ""), Bounds(), confluent)
    assert why.value.trouble == "Schema 7 is Thrift, which this version of MeshDesk does not read; the bytes are shown."


def test_that_every_state_has_a_phrase_and_a_sentence() -> None:
    for state in SchemaState:
        assert not WHY[state].endswith(".")
        assert TROUBLE[state].endswith(".")
