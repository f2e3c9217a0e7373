"""What the reading verbs are told: the options, what they mean together, and what makes no sense."""

import argparse
import os
import socket
from pathlib import Path

import pytest

from meshdesk.model.position import Position
from meshdesk.told import Told, add_options, argument_problem, understood


def told(*words: str) -> Told | str:
    parser = argparse.ArgumentParser()
    add_options(parser)
    return understood(parser.parse_args(words), lambda sentence: None)


def test_that_without_a_word_a_tail_begins_now_and_with_an_end_at_the_beginning() -> None:
    now, whole = told("t", "--bootstrap", "a:1"), told("t", "--bootstrap", "a:1", "--until", "end")
    assert isinstance(now, Told)
    assert isinstance(whole, Told)
    assert (now.start, now.until, now.seconds) == (Position("end"), None, None)
    assert (whole.start, whole.until) == (Position("beginning"), Position("end"))


def test_that_what_is_said_on_the_line_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "client.properties"
    file.write_text("bootstrap.servers=file:1\nclient.rack=file\nsasl.password=word\n")
    understood_ = told("t", "t", "--config", str(file), "-X", "client.rack=line", "--for", "2m")
    assert isinstance(understood_, Told)
    assert understood_.source.bootstrap == "file:1"
    assert understood_.source.properties == {"client.rack": "line", "sasl.password": "word"}
    assert (understood_.topics, understood_.seconds) == (("t",), 120.0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "No bootstrap server is named."),
        (["--bootstrap", "a"], "“a” has no port."),
        (["", "--bootstrap", "a:1"], "One of the topics has an empty name."),
        (["--bootstrap", "a:1", "--registry", "me:word@host"], "--registry would show a password"),
        (["--bootstrap", "a:1", "-X", "sasl.password=word"], "-X sasl.password would show a secret"),
        (["--bootstrap", "a:1", "--from", "soon"], "“soon” is no position."),
        (["--connection", "acme", "--bootstrap", "a:1"], "--connection says where to read."),
        (["--connection", "acme", "--from", "soon"], "“soon” is no position."),  # before anybody's keyring is asked
    ],
)
def test_that_what_makes_no_sense_is_a_sentence(words: list[str], said: str) -> None:
    sentence = told("t", *words)
    assert isinstance(sentence, str)
    assert sentence.startswith(said)
    assert "word" not in sentence.replace("password", "")


def test_that_schema_files_are_named_by_their_whole_path_and_have_to_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "schemas").mkdir()
    monkeypatch.chdir(tmp_path)
    understood_ = told("t", "--bootstrap", "a:1", "--schemas", "schemas", "--schemas", str(tmp_path))
    assert isinstance(understood_, Told)
    assert understood_.source.schemas == (str(tmp_path / "schemas"), str(tmp_path))
    assert told("t", "--bootstrap", "a:1", "--schemas", "gone.avsc") == (
        "gone.avsc is no file and no folder that is there. Check its name."
    )


def test_that_schema_files_have_names_that_say_what_they_are_and_that_the_system_can_look_up(tmp_path: Path) -> None:
    (tmp_path / "orders.txt").touch()
    assert told("t", "--bootstrap", "a:1", "--schemas", str(tmp_path / "orders.txt")) == (
        f"{tmp_path / 'orders.txt'} does not say what kind of schema it is. "
        "Its name must end with .avsc, .proto, .json, .thrift or .fbs."
    )
    long = tmp_path / ("x" * 300)
    assert told("t", "--bootstrap", "a:1", "--schemas", str(long)) == (
        f"{long} cannot be read: File name too long. Check its name and its rights."
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Pipes with names are there on Unix alone.")
def test_that_schema_files_are_no_pipes_sockets_or_devices_which_would_be_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket has 107 bytes
    os.mkfifo("pipe.avsc")
    Path("device.avsc").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.avsc")
        for name in ("pipe.avsc", "device.avsc", "socket.avsc"):
            assert told("t", "--bootstrap", "a:1", "--schemas", name) == (
                f"{name} is a pipe, a socket or a device. Name a file, or a folder of files."
            )


def test_that_a_password_in_an_address_is_not_repeated() -> None:
    assert argument_problem("http://me:hunter2@host", "Leave it out.") == (
        "--registry would show a password to everyone on this machine. Leave it out."
    )
    assert argument_problem("http://host", "") == ""
