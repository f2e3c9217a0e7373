"""A server that answers as AWS does, as far as it goes: moto's."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import botocore.session
import httpx

from tests.broker.collect.listening import closed_port
from tests.programs.running import SECONDS, wait_until

REGION = "eu-west-1"
ORDER = '{"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}]}'
LOGIN = {  # credentials of nobody's, which are not looked for anywhere else
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "the-secret-key",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def aws() -> Iterator[str]:
    """Its address."""
    port = closed_port()
    words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return httpx.get(f"{url}/moto-api/", trust_env=False).is_success
        except httpx.TransportError:
            assert process.poll() is None
            return False

    try:
        wait_until(answers, "moto's server", 2 * SECONDS)
        yield url
    finally:
        process.kill()
        process.wait(SECONDS)


def registered(name: str, text: str = ORDER, kind: str = "AVRO") -> str:
    """The UUID of the first version of a schema, at the server that the environment names."""
    client = botocore.session.Session().create_client("glue", region_name=REGION)
    made = client.create_schema(SchemaName=name, DataFormat=kind, Compatibility="NONE", SchemaDefinition=text)
    client.close()
    return str(made["SchemaVersionId"])
