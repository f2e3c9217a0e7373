"""Fetching pinned files with the real jgo from a Maven repository on loopback."""

import hashlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from meshdesk.demo import jars
from meshdesk.demo.jars import Part, fetched
from meshdesk.demo.trouble import DemoError

FILES = {"one": b"1" * 300_000, "two": b"2" * 70_000, "three": b"3"}


class Repository(ThreadingHTTPServer):
    """Serves FILES as org.shop:NAME:1.0 and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken: set[str] = set()  # names whose bytes are sent only in part, once
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: Repository

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        name = self.path.removeprefix("/org/shop/").partition("/")[0]
        body = FILES.get(name) if self.path == f"/org/shop/{name}/1.0/{name}-1.0.jar" else None
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        if name in self.server.broken:
            self.server.broken.remove(name)
            self.wfile.write((body or b"")[:100])
            return
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: object) -> None:
        pass


def part(name: str, body: bytes | None = None) -> Part:
    return Part(f"org.shop:{name}:1.0", len(FILES[name]), hashlib.sha256(body or FILES[name]).hexdigest())


ALL = [part(name) for name in FILES]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """The only repository that can be reached: jgo's own settings name it as a mirror."""
    with Repository() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        reach_only(f"http://127.0.0.1:{server.server_address[1]}", tmp_path, monkeypatch)
        yield server
        server.shutdown()
        thread.join()


def reach_only(url: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "jgo.conf").write_text(f"[repositories]\nmirror = {url}\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(place / "jgo.conf"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nothing listens on the discard port
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def test_that_files_arrive_whole_with_numbers_and_are_not_asked_for_twice(
    repository: Repository, tmp_path: Path
) -> None:
    said: list[tuple[str, int, int]] = []
    cache = tmp_path / "cache" / "kafka"
    paths = fetched(ALL, cache, "The shop", lambda text, done, of: said.append((text, done, of)))
    assert [path.read_bytes() for path in paths] == [*FILES.values()]
    assert sorted(path.name for path in cache.iterdir()) == ["one-1.0.jar", "three-1.0.jar", "two-1.0.jar"]
    assert said[-1] == ("Fetching The shop, once: 3 of 3 files, 370 kB of 370 kB.", 370_001, 370_001)
    assert [done for _, done, _ in said] == sorted(done for _, done, _ in said)
    asked = len(repository.asked)
    said.clear()
    assert fetched(ALL, cache, "The shop", lambda text, done, of: said.append((text, done, of))) == paths
    assert (len(repository.asked), said) == (asked, [])


def test_that_a_connection_that_breaks_is_tried_again(repository: Repository, tmp_path: Path) -> None:
    repository.broken = {"one"}
    assert fetched(ALL, tmp_path / "cache", "The shop")[0].read_bytes() == FILES["one"]
    assert repository.asked.count("/org/shop/one/1.0/one-1.0.jar") == 2


def test_that_other_bytes_than_the_pinned_ones_are_refused(repository: Repository, tmp_path: Path) -> None:
    with pytest.raises(DemoError, match=r"^two-1\.0\.jar arrived, but its bytes are not those of The shop\."):
        fetched([part("two", b"other")], tmp_path / "cache", "The shop")
    assert list((tmp_path / "cache").iterdir()) == []


def test_that_without_a_network_the_reason_is_a_sentence_and_what_is_there_is_kept(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched(ALL[:1], tmp_path / "cache", "The shop")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        reach_only(f"http://127.0.0.1:{closed.getsockname()[1]}", tmp_path, monkeypatch)
        with pytest.raises(DemoError, match=r"^The shop could not be fetched: .* Check the network") as raised:
            fetched(ALL, tmp_path / "cache", "The shop")
    assert "Exception" not in str(raised.value)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["one-1.0.jar"]


def test_that_a_cache_that_cannot_be_written_is_named(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        DemoError, match=r"^The shop could not be kept in the cache folder .*file/cache: Not a directory"
    ):
        fetched(ALL, tmp_path / "file" / "cache", "The shop")


def test_that_every_jar_of_kafka_is_pinned_once_and_the_log_is_among_them() -> None:
    names = [one.name for one in jars.KAFKA]
    assert len(set(names)) == len(names)
    assert f"kafka_2.13-{jars.KAFKA_VERSION}.jar" in names
    assert any(name.startswith("log4j-slf4j-impl-") for name in names)
    assert all(len(one.sha256) == 64 and one.size > 0 for one in jars.KAFKA)
