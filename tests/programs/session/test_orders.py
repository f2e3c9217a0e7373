"""Orders of lists, made by the real work program and read by look: sorted, filtered, grown, found back, given up."""

from pathlib import Path

import pytest

from meshdesk.capture.pack import pack
from meshdesk.capture.writer import Writer
from meshdesk.model.listing import Listing, arrival
from meshdesk.model.row import Row
from meshdesk.session.home import orphans, own
from meshdesk.session.opened import Opened
from meshdesk.session.orders import KEPT, TAILS
from meshdesk.session.session import Session
from tests.programs.session.serving import sentences, settle, turn
from tests.unit.capture.making import Rec, made_capture, write


@pytest.fixture
def session(lasting_session: Session) -> Session:
    return lasting_session


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two topics: values fall while offsets rise; every tenth record of t has a needle."""
    t = [
        Rec(0, n, timestamp=2 * n, key=b"%03d" % (499 - n), value=b"needle %d" % n if n % 10 == 3 else b"%d" % n)
        for n in range(500)
    ]
    u = [Rec(0, n, timestamp=2 * n + 1, value=b"u%d" % n) for n in range(500)]
    return made_capture(tmp_path / "c", {"t": [t[:250], t[250:]], "u": [u]})


def shown(session: Session, opened: Opened, name: str, first: int, last: int) -> list[Row]:
    """Rows [first, last] of a list."""
    opened.lists.want(name, first, last)
    turn(session, lambda: all(opened.lists.row(name, k) for k in range(first, last + 1)), f"the rows of {name}")
    return [row for k in range(first, last + 1) if (row := opened.lists.row(name, k))]


def made(session: Session, opened: Opened, listing: Listing) -> str:
    """The name of the list, once its order is made."""
    name = opened.lists.arrange(listing)
    turn(session, lambda: (order := opened.lists.order(name)) is None or order.is_made, f"the order of {listing}")
    return name


def test_that_a_list_is_sorted_either_way_and_rows_keep_their_numbers(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    settle(session)
    assert opened.lists.arrange(arrival("t")) == "t"
    up, down = (made(session, opened, Listing(("t",), "key", descending)) for descending in (False, True))
    assert [row.key for row in shown(session, opened, up, 0, 2)] == ["000", "001", "002"]
    assert [(row.key, row.k) for row in shown(session, opened, down, 0, 2)] == [("499", 0), ("498", 1), ("497", 2)]
    assert (opened.lists.rows(up), opened.lists.rows(down)) == (500, 500)
    assert sentences(session) == []


def test_that_several_topics_are_merged_by_timestamp(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    settle(session)
    name = made(session, opened, Listing(("t", "u")))
    assert [row.timestamp for row in shown(session, opened, name, 0, 5)] == [0, 1, 2, 3, 4, 5]
    assert [row.topic for row in shown(session, opened, name, 996, 999)] == ["t", "u", "t", "u"]


def test_that_a_word_filters_and_its_hits_can_be_sorted_selected_and_copied(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    settle(session)
    name = made(session, opened, Listing(("t",), word="needle"))
    assert [row.offset for row in shown(session, opened, name, 0, 49)] == list(range(3, 500, 10))
    ordered = made(session, opened, Listing(("t",), "offset", True, "needle"))
    assert [row.offset for row in shown(session, opened, ordered, 0, 1)] == [493, 483]
    opened.chosen.select(ordered, 1)
    turn(session, lambda: opened.chosen.details is not None, "the details")
    assert opened.chosen.details is not None
    assert opened.chosen.details.offset == 483
    copied: list[str] = []
    opened.lists.copy(ordered, [0, 1], False, copied.append)
    turn(session, lambda: copied, "the copy")
    assert [line.split("\t")[1] for line in copied[0].splitlines()] == ["493", "483"]


def test_that_the_line_of_a_hit_shows_where_it_is_and_a_masked_secret_finds_nothing(
    session: Session, tmp_path: Path
) -> None:
    """Far behind what a line shows: in a value, a key and a header."""
    hay = b'{"hay": "' + b"h" * 3_000 + b'", "good": "'
    config = b'{"properties": {"database.password": "s3cr3t"}}'
    records = [Rec(0, 0, value=hay + b'Needle"}'), Rec(0, 1, key=b"k" * 500 + b"needle"), Rec(0, 2, value=hay + b'"}'),
               Rec(0, 3, headers=(("n", b"h" * 500 + b" needle"),)), Rec(0, 4, key=b"connector-a", value=config)]  # fmt: skip
    opened = session.open_file(made_capture(tmp_path / "far", {"t": [records]}))
    settle(session)
    name = made(session, opened, Listing(("t",), word="needle"))
    value, key, header = shown(session, opened, name, 0, 2)
    assert "good Needle" in value.value
    assert key.key.endswith("needle")
    assert header.headers.endswith("needle")
    assert opened.lists.rows(made(session, opened, Listing(("t",), word="s3cr3t"))) == 0
    assert opened.lists.rows(made(session, opened, Listing(("t",), word="database.password"))) == 1


def test_that_a_record_is_found_again_in_another_order_or_said_to_be_left_out(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    settle(session)
    (row,) = shown(session, opened, "t", 13, 13)
    up = made(session, opened, Listing(("t",), "key"))
    needles, others = (made(session, opened, Listing(("t",), word=word)) for word in ("needle", "no such word"))
    found: list[int | None] = []
    for name in (up, needles, others, "t", "u"):
        opened.lists.where(name, row, found.append)
    turn(session, lambda: len(found) == 5, "all answers")
    assert sorted(map(str, found)) == sorted(map(str, [499 - 13, 1, None, 13, None]))


def test_that_a_filter_goes_on_with_what_arrives_and_a_sorted_list_says_what_is_newer(
    session: Session, folder: Path
) -> None:
    opened = session.open_file(folder)
    settle(session)
    hits = made(session, opened, Listing(("t",), word="needle"))
    up = made(session, opened, Listing(("t",), "offset"))
    writer = Writer(folder)
    write(writer, writer.topic("t"), [Rec(0, 500, value=b"a new needle"), Rec(0, 501, value=b"hay")])
    writer.close()
    assert opened._follower is not None
    opened._follower.nudge()
    turn(session, lambda: opened.lists.rows(hits) == 51, "the new hit")
    assert shown(session, opened, hits, 50, 50)[0].offset == 500
    order = opened.lists.order(up)
    assert order is not None
    assert (opened.lists.rows("t"), order.rows, order.ends) == (502, 500, [500])
    assert opened.lists.arrange(Listing(("t",), "offset")) != up  # sorted again, with the new ones
    settle(session)


def grown(session: Session, opened: Opened, folder: Path, **batches: list[Rec]) -> None:
    """Records arrive, and the session has read of them."""
    writer = Writer(folder)
    for topic, records in batches.items():
        write(writer, writer.topic(topic), records)
    writer.close()
    rows = {topic: opened.lists.rows(topic) + len(records) for topic, records in batches.items()}
    assert opened._follower is not None
    opened._follower.nudge()
    turn(session, lambda: all(opened.lists.rows(topic) == count for topic, count in rows.items()), "what arrived")


def test_that_what_arrives_comes_into_a_list_by_time_and_the_selected_record_stays(
    session: Session, folder: Path
) -> None:
    """Also where records of one topic arrive behind later ones of the other."""
    opened = session.open_file(folder)
    settle(session)
    name = made(session, opened, Listing(("t", "u")))
    late = shown(session, opened, name, 990, 999)[9]
    opened.chosen.select(name, 999)
    turn(session, lambda: opened.chosen.details is not None, "the details")
    was, details = opened.lists.order(name), opened.chosen.details
    assert was is not None
    assert details is not None
    version = was.version
    grown(session, opened, folder, t=[Rec(0, 500, timestamp=990, value=b"late"), Rec(0, 501, timestamp=2_000)])
    grown(session, opened, folder, u=[Rec(0, 500, timestamp=1_500)])
    turn(session, lambda: opened.lists.rows(name) == 1003, "the rows to come in")
    (at,) = [move.of(999) for move in was.moves_since(version)[:1]]
    assert at == 1000, "one came in before the one that is selected"
    assert opened.chosen._selected == (name, 1000)
    assert opened.chosen.details == details
    assert [row.timestamp for row in shown(session, opened, name, 999, 1002)] == [998, 999, 1_500, 2_000]
    assert shown(session, opened, name, 1000, 1000)[0] == late
    assert [row.timestamp for row in shown(session, opened, name, 989, 993)] == [989, 990, 990, 991, 992]
    found: list[int | None] = []
    opened.lists.where(name, late, found.append)
    turn(session, lambda: found, "its place")
    assert found == [1000]
    copied: list[str] = []
    opened.lists.copy(name, [1002], False, copied.append)
    turn(session, lambda: copied, "the copy")
    assert copied[0].split("\t")[1] == "501"
    assert sentences(session) == []


def test_that_a_list_by_time_begins_with_the_first_record_that_arrives(session: Session, tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "empty", {"a": [], "b": []})
    opened = session.open_file(folder)
    settle(session)
    name = made(session, opened, Listing(("a", "b")))
    grown(session, opened, folder, b=[Rec(0, 0, timestamp=5)])
    turn(session, lambda: opened.lists.rows(name) == 1, "the row to come in")
    grown(session, opened, folder, a=[Rec(0, 0, timestamp=4)])
    turn(session, lambda: opened.lists.rows(name) == 2, "the other row to come in")
    assert [row.topic for row in shown(session, opened, name, 0, 1)] == ["a", "b"]


def test_that_a_list_by_time_is_kept_up_only_while_it_is_seen_and_not_held_still(
    session: Session, folder: Path
) -> None:
    opened = session.open_file(folder)
    settle(session)
    name = made(session, opened, Listing(("t", "u"), word="needle"))
    hits = made(session, opened, Listing(("t",), word="needle"))
    shown(session, opened, hits, 0, 0)
    grown(session, opened, folder, t=[Rec(0, 500, timestamp=5_000, value=b"needle")])
    turn(session, lambda: opened.lists.rows(hits) == 51, "the hit of the list that is seen")
    assert opened.lists.rows(name) == 50
    opened.lists.hold_still(name)
    shown(session, opened, name, 0, 0)
    grown(session, opened, folder, t=[Rec(0, 501, timestamp=5_000, value=b"needle")])
    turn(session, lambda: opened.lists.rows(hits) == 52, "the other one to grow")
    assert opened.lists.rows(name) == 50
    opened.lists.hold_still("")
    turn(session, lambda: opened.lists.rows(name) == 52, "both rows to come in")
    assert [row.offset for row in shown(session, opened, name, 50, 51)] == [500, 501]


def test_that_the_files_of_a_list_by_time_are_few_and_go_with_it(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    settle(session)
    name = made(session, opened, Listing(("t", "u")))
    shown(session, opened, name, 0, 0)
    order = opened.lists.order(name)
    assert order is not None
    for n in range(5):
        grown(session, opened, folder, u=[Rec(0, 500 + n, timestamp=5_000 + n)])
        turn(session, lambda n=n: opened.lists.rows(name) == 1001 + n, "the row to come in")  # type: ignore[misc]
    files = list(order.file.parent.glob(f"{order.file.name}*"))
    assert len(files) == 2 + TAILS
    opened.lists.forget(name)
    assert list(order.file.parent.glob(f"{order.file.name}*")) == []


def test_that_for_records_that_are_very_late_a_list_by_time_waits_to_be_sorted_anew(
    session: Session, tmp_path: Path
) -> None:
    many = [Rec(0, n, timestamp=1_000 + n) for n in range(101_000)]
    folder = made_capture(tmp_path / "many", {"t": [many], "u": [[Rec(0, 0, timestamp=999_999)]]})
    opened = session.open_file(folder)
    settle(session)
    name = made(session, opened, Listing(("t", "u")))
    shown(session, opened, name, 0, 0)
    grown(session, opened, folder, u=[Rec(0, 1, timestamp=1)])
    order = opened.lists.order(name)
    assert order is not None
    turn(session, lambda: order.is_late, "it to be told")
    assert (opened.lists.rows(name), order.ends, order.is_made) == (101_001, [101_000, 1], True)
    again = made(session, opened, Listing(("t", "u")))
    assert again != name
    assert shown(session, opened, again, 0, 0)[0].timestamp == 1


def test_that_old_orders_go_with_their_files_and_all_of_them_with_the_session(tmp_path: Path, folder: Path) -> None:
    session = Session(tmp_path / "captures")
    opened = session.open_file(folder)
    settle(session)
    names = [made(session, opened, Listing(("t",), word=f"{n}")) for n in range(KEPT + 3)]
    assert [opened.lists.order(name) is not None for name in names] == [False] * 3 + [True] * KEPT
    order = opened.lists.order(names[-1])
    assert order is not None
    scratch = order.file.parent
    assert len(list(scratch.glob("*.order"))) == KEPT
    assert own(scratch) is None  # this session's alone
    session.close()
    assert not scratch.exists()


def test_that_an_order_that_is_given_up_is_cancelled_and_no_trouble(session: Session, folder: Path) -> None:
    opened = session.open_file(folder)
    settle(session)
    name = opened.lists.arrange(Listing(("t",), "key"))
    opened.lists.forget(name)
    settle(session)
    assert opened.lists.order(name) is None
    assert sentences(session) == []
    assert made(session, opened, Listing(("t",), "size")) != name


# Several captures, and what was left behind


def test_that_every_capture_of_a_file_is_opened_as_one_of_its_own(session: Session, tmp_path: Path) -> None:
    for name in ("one", "two"):
        made_capture(tmp_path / name, {f"of.{name}": [[Rec(0, 0, value=name.encode())]]})
    pack([tmp_path / "one", tmp_path / "two"], tmp_path / "both.meshcap")
    session.open_file(tmp_path / "both.meshcap")
    turn(session, lambda: len(session.captures) == 2, "the second capture")
    settle(session)
    first, second = session.captures
    assert ([topic.name for topic in first.topics], [topic.name for topic in second.topics]) == (["of.one"], ["of.two"])
    assert shown(session, second, "of.two", 0, 0)[0].value == "two"
    said: list[str] = []
    first.save(tmp_path / "again.meshcap", said.append, [second])
    turn(session, lambda: said, "the end of saving")
    assert said == [""]
    session.open_file(tmp_path / "again.meshcap")
    turn(session, lambda: len(session.captures) == 4, "both captures of the new file")
    settle(session)


def test_that_an_orphan_is_offered_recovered_saved_and_deleted(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for name in ("1", "2"):
        made_capture(home / name, {"t": [[Rec(0, 0)]]})
    (home / "scratch-of-a-dead-session").mkdir()
    session = Session(home)
    try:
        turn(session, lambda: len(session.orphans) == 2, "the orphans")
        second, first = session.orphans
        opened = session.recover(first)
        assert opened is not None
        settle(session)
        assert (opened.lists.rows("t"), [orphan.folder.name for orphan in session.orphans]) == (1, ["2"])
        said: list[str] = []
        opened.save(tmp_path / "saved.meshcap", said.append)
        turn(session, lambda: said == [""], "the end of saving")
        session.delete(second)
        turn(session, lambda: not second.folder.exists(), "the second one gone")
        assert session.orphans == ()
        assert session.recover(second) is None
        assert sentences(session)[-1].startswith("The capture of 127.0.0.1:9092 is not there any more")
        assert not (home / "scratch-of-a-dead-session").exists()
    finally:
        session.close()
    assert [orphan.folder.name for orphan in orphans(home)] == ["1"]  # looked at, and not deleted


def test_that_two_sessions_do_not_offer_each_other_what_they_own(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made_capture(home / "1", {"t": [[Rec(0, 0)]]})
    one = Session(home)
    try:
        turn(one, lambda: one.orphans, "the orphan")
        (orphan,) = one.orphans
        assert one.recover(orphan) is not None
        settle(one)
        other = Session(home)
        try:
            assert orphans(home) == []
            assert other.recover(orphan) is None
        finally:
            other.close()
    finally:
        one.close()
