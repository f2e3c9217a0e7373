"""What is said beside the curves: how many of how many, what is not known, and why."""

from meshdesk.model import past
from meshdesk.model.asked import HOUR, MINUTE
from meshdesk.model.fact import Fact
from meshdesk.model.mesh import fold
from meshdesk.model.sizes import Sizes
from meshdesk.ui.widgets.curve_words import BY_TIME, NOT_READ, how_many, to_be_known
from tests.unit.model.recording import BEGAN, recording
from tests.unit.model.shop import mesh_of, shop, topic
from tests.unit.model.test_curves import END, by_time, drawn


def test_that_it_says_how_many_of_how_many_are_shown() -> None:
    names = [f"t{n:02d}" for n in range(25)]
    many = drawn("topic", recording(dict.fromkeys(names, 3)), mesh_of(*map(topic, names)))
    assert how_many(many) == "10 of 25 topics, the others are one curve"
    assert how_many(drawn("domain")) == "3 domains"
    assert how_many(drawn("total")) == "all topics together"


def test_that_nothing_is_said_where_all_is_known() -> None:
    assert to_be_known(drawn("product"), BEGAN) == ""


def test_that_a_cluster_that_is_silent_is_said() -> None:
    assert to_be_known(drawn(), BEGAN, END).startswith("Nothing was seen since ")


def test_that_the_time_before_the_recording_is_not_known_or_asked_by_time() -> None:
    assert to_be_known(drawn(start=BEGAN - HOUR), BEGAN).endswith("; nothing is known of the time before.")
    mesh = shop()
    fold(mesh, [by_time("lonely", BEGAN - HOUR, 5 * MINUTE, *range(13))])
    assert to_be_known(drawn(mesh=mesh, start=BEGAN - HOUR), BEGAN) == BY_TIME


def test_that_topics_of_which_nothing_is_known_are_counted_with_the_reason() -> None:
    mesh = shop()
    value = {"from": 0, "step": 1_000, "offsets": {}, "why": "This login may not describe sales.new.v1."}
    fold(mesh, [topic("sales.new.v1"), Fact(past.KIND, "sales.new.v1 0 1000", value, BEGAN, past.SOURCE)])
    said = "Nothing is known of 1 topic. This login may not describe sales.new.v1."
    assert to_be_known(drawn(mesh=mesh), BEGAN) == said


def test_that_bytes_are_said_to_be_of_what_is_read() -> None:
    assert to_be_known(drawn(of="bytes"), BEGAN) == NOT_READ
    sizes = Sizes()
    sizes.add("lonely", BEGAN, END, 120_000, [(0, 0, 5)])
    assert to_be_known(drawn(of="bytes", sizes=sizes), BEGAN).endswith("of topics that are read: 1 of 4.")
