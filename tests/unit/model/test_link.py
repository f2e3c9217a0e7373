"""Links: what one names, and that a bad one is a sentence and never half of a good one."""

import pytest

from meshdesk.model.link import LONGEST, Link, LinkError, is_link, named_path, read_link


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("meshdesk://open?file=/data/a.meshcap", Link("file", "/data/a.meshcap")),
        ("meshdesk://open/?file=%2Fdata%2Fa%20b.meshcap", Link("file", "/data/a b.meshcap")),
        ("meshdesk:open?file=C:/a.meshcap", Link("file", "C:/a.meshcap")),
        (r"meshdesk://open?file=C:\a\b.meshcap&topic=orders", Link("file", r"C:\a\b.meshcap", "orders")),
        ("meshdesk://open?file=/a.meshcap&offset=42&partition=3&topic=o", Link("file", "/a.meshcap", "o[3]@42")),
        ("meshdesk://connection/shop", Link("connection", "shop")),
        ("meshdesk://connection/shop/", Link("connection", "shop")),
        ("MESHDESK://connection/Gr%C3%B6%C3%9Fe%20%2F%20eu", Link("connection", "Größe / eu")),
        ("meshdesk://connection/Größe", Link("connection", "Größe")),
        ("meshdesk://connection/shop/topic/sales.orders.v1", Link("connection", "shop", "sales.orders.v1")),
        ("meshdesk://connection/shop/topic/orders/3/42", Link("connection", "shop", "orders[3]@42")),
        ("meshdesk://cluster/localhost:9092", Link("cluster", "localhost:9092")),
        ("meshdesk://cluster/a:1,b:2/topic/o", Link("cluster", "a:1,b:2", "o")),
        ("meshdesk://cluster/%5B::1%5D:9092/topic/o/0/0", Link("cluster", "[::1]:9092", "o[0]@0")),
        (
            "meshdesk://cluster/a:1?registry=https%3A%2F%2Freg%2Fapis",
            Link("cluster", "a:1", registry="https://reg/apis"),
        ),
    ],
)
def test_that_a_link_names_one_thing_and_a_place_in_it(text: str, link: Link) -> None:
    assert is_link(text)
    assert read_link(text) == link


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("meshdesk://", "“meshdesk://” is no link of MeshDesk. A link is meshdesk://open?file=…, "),
        ("meshdesk://open", "The link's file “” is no whole path of a .meshcap file on this machine. "),
        ("meshdesk://save?file=/a.meshcap", "“meshdesk://save?file=/a.meshcap” does not say what to open. "),
        ("meshdesk://connection", "“meshdesk://connection” does not say what to open. "),
        ("meshdesk://connection/%20", "The link names no connection. Write meshdesk://connection/NAME."),
        ("meshdesk://connection/a#b", "“meshdesk://connection/a#b” is no link of MeshDesk. "),
        ("meshdesk://me:pass@cluster/a:1", "“meshdesk://me:pass@cluster/a:1” is no link of MeshDesk. "),
        ("meshdesk://cluster/a", "The link's cluster cannot be used. “a” has no port. "),
        ("meshdesk://cluster/me:p@a:1", "The link's cluster cannot be used. “me:p@a:1” "),
        ("meshdesk://cluster/a:1?registry=b", "The link's cluster cannot be used. A schema registry has a web address"),
        ("meshdesk://cluster/a:1?registry=http://me:p@b", "The link's cluster cannot be used. A link must not hold a "),
        ("meshdesk://cluster/a:1?ssl.ca.location=/a", "The link says “ssl.ca.location”, which MeshDesk does not know."),
        ("meshdesk://connection/a?write=yes", "The link says “write”, which MeshDesk does not know."),
        ("meshdesk://cluster/a:1/group/g", "The link's place “group/g” is none. Write topic/TOPIC or "),
        ("meshdesk://cluster/a:1/topic", "The link's place “topic” is none. "),
        ("meshdesk://cluster/a:1/topic/o/3", "The link's place “topic/o/3” is none. "),
        ("meshdesk://cluster/a:1/topic/o/3/4/5", "The link's place “topic/o/3/4/5” is none. "),
        ("meshdesk://cluster/a:1/topic/o/-1/4", "“-1” is no partition and no offset. "),
        ("meshdesk://cluster/a:1/topic/o/1/٤", "“٤” is no partition and no offset. "),
        ("meshdesk://cluster/a:1/topic/o%5B1%5D@2", "“o[1]@2” is no name of a topic. "),
        (f"meshdesk://cluster/a:1/topic/{'o' * 250}", f"“{'o' * 79}…” is no name of a topic. "),
        ("meshdesk://open?file=a.meshcap", "The link's file “a.meshcap” is no whole path "),
        ("meshdesk://open?file=/etc/passwd", "The link's file “/etc/passwd” is no whole path "),
        ("meshdesk://open?file=//host/share/a.meshcap", "The link's file “//host/share/a.meshcap” is no whole path "),
        (r"meshdesk://open?file=\\host\share\a.meshcap", r"The link's file “\\host\share\a.meshcap” is no whole path "),
        (r"meshdesk://open?file=/\host\a.meshcap", r"The link's file “/\host\a.meshcap” is no whole path "),
        ("meshdesk://open?file=/a.meshcap&file=/b.meshcap", "The link says “file” twice. Say it once."),
        ("meshdesk://open?file=/a.meshcap&offset=1", "The link names a part of a record's place. "),
        ("meshdesk://open?file=/a.meshcap&topic=o&offset=1", "The link names a part of a record's place. "),
        ("meshdesk://open?file=/a.meshcap&partition=1&offset=1", "The link names a part of a record's place. "),
        ("meshdesk://open?file=/%E2%80%AE.meshcap", "The link holds characters that cannot be shown. "),
        ("meshdesk://connection/a%0Ab", "The link holds characters that cannot be shown. "),
        ("meshdesk://connection/%FF", "“%FF” in the link is no UTF-8. "),
        ("meshdesk://connection/100%", "“100%” in the link has a % that encodes nothing. Write %25 for a % sign."),
        ("meshdesk:\x1b[31m", "“meshdesk:�[31m” is no link of MeshDesk. "),
        ("meshdesk://connection/" + "a" * LONGEST, "The link has 4,118 characters, which is too long for one. "),
    ],
)  # fmt: skip
def test_that_what_names_nothing_is_a_sentence(text: str, said: str) -> None:
    with pytest.raises(LinkError) as raised:
        read_link(text)
    assert str(raised.value).startswith(said)
    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("file:///srv/a%23b.meshcap", "/srv/a#b.meshcap"),
        ("FILE://localhost/srv/a.meshcap", "/srv/a.meshcap"),
        ("file:/srv/a.meshcap", "/srv/a.meshcap"),
        ("file:///srv/%FF.meshcap", "/srv/\udcff.meshcap"),
        ("file://elsewhere/a.meshcap", "file://elsewhere/a.meshcap"),
        ("file.meshcap", "file.meshcap"),
        ("localhost:9092", "localhost:9092"),
    ],
)
def test_that_what_a_file_manager_hands_over_is_a_path(word: str, path: str) -> None:
    assert named_path(word) == path


def test_that_a_file_and_an_address_are_no_links() -> None:
    assert [
        word for word in ("a.meshcap", "meshdesk", "meshdesk.example:9092", "localhost:9092") if is_link(word)
    ] == []
