"""AWS Glue from what is installed: the .deb brings what asks it, the wheel says with which extra it would."""

from pathlib import Path
from uuid import UUID

import pytest

from tests.glue import LOGIN, REGION, aws, registered
from tests.package.installed import Installed

pytestmark = pytest.mark.timeout(600)  # the first test of each waits for pip or apt

PAYLOAD = b"\x08" + b"A-88"  # the string of an Order


def value_of(version: str, folder: Path) -> Path:
    """A payload behind the header of AWS's own serialisers: version 3, not compressed."""
    file = folder / "value.bin"
    file.write_bytes(b"\x03\x00" + UUID(version).bytes + PAYLOAD)
    return file


def test_that_the_deb_reads_a_payload_by_a_schema_of_glue(
    deb: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with aws() as url:
        env = LOGIN | {"AWS_ENDPOINT_URL_GLUE": url}
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        file = value_of(registered("order-of-the-deb"), tmp_path)
        ran = deb.run("decode", file, "--registry", f"glue://{REGION}", env=env)
    assert ran.code == 0, ran.err
    assert "A-88" in ran.out
    assert "order-of-the-deb" in ran.out


def test_that_the_wheel_says_with_which_extra_it_would_ask(wheel: Installed, tmp_path: Path) -> None:
    file = value_of("00000000-0000-0000-0000-000000000001", tmp_path)
    ran = wheel.run("decode", file, "--registry", f"glue://{REGION}", env=LOGIN)
    assert "meshdesk[aws]" in ran.out + ran.err
