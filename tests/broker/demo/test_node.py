"""The folder of one broker to be. That Kafka takes it is what every other test with a broker shows."""

from pathlib import Path

from meshdesk.demo.node import HOST, Node, Wish, free_ports, new_id, nodes_in

WISH = Wish({"log.retention.ms": "-1", "some.path": "C:\\kafka"})


def properties(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text("utf-8").splitlines())


def laid_out(tmp_path: Path, number: int) -> list[Node]:
    """Nodes in folders of their own, written."""
    (tmp_path / "checkpoint").write_bytes(b"levels")
    nodes = nodes_in([tmp_path / str(at) for at in range(number)], WISH)
    for node in nodes:
        node.write(tmp_path / "checkpoint")
    return nodes


def test_that_the_first_of_several_is_the_controller_and_all_know_where_it_listens(tmp_path: Path) -> None:
    nodes = laid_out(tmp_path, 3)
    assert [node.roles for node in nodes] == ["broker,controller", "broker", "broker"]
    said = [properties(node.folder / "server.properties") for node in nodes]
    assert len({one["controller.quorum.voters"] for one in said}) == 1
    controller = said[0]["controller.quorum.voters"].removeprefix("1@")
    assert said[0]["listeners"] == f"PLAINTEXT://{HOST}:{nodes[0].port},CONTROLLER://{controller}"
    assert said[1]["listeners"] == f"PLAINTEXT://{HOST}:{nodes[1].port}"
    assert said[2]["log.retention.ms"] == "-1"
    assert said[2]["some.path"] == r"C:\\kafka", "a backslash begins an escape"


def test_that_a_folder_that_a_broker_left_keeps_its_identity(tmp_path: Path) -> None:
    (before,) = laid_out(tmp_path, 1)
    identity = properties(before.folder / "data" / "meta.properties")
    (again,) = laid_out(tmp_path, 1)
    assert again.cluster_id == before.cluster_id == identity["cluster.id"]
    assert properties(again.folder / "data" / "meta.properties") == identity
    assert (again.folder / "data" / "bootstrap.checkpoint").read_bytes() == b"levels"


def test_that_ports_are_different_and_no_id_looks_like_an_option() -> None:
    assert len(set(free_ports(20))) == 20
    ids = [new_id() for _ in range(1_000)]
    assert len(set(ids)) == 1_000
    assert not any(one.startswith("-") for one in ids)
