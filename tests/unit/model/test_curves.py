"""Curves: what was sampled is added up without a saw-tooth, what is not known is a gap, and what is too much is one curve."""

import numpy as np
import pytest

from meshdesk.model import past
from meshdesk.model.asked import BYS, DAY, HOUR, MINUTE, Asked, By, Of
from meshdesk.model.curves import TOP, Curves, began, curves, edges_of, ended, topics_on
from meshdesk.model.fact import Fact
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.sizes import Sizes
from meshdesk.model.tracks import Tracks
from tests.unit.model.recording import BEGAN, RATES, SECONDS, recording
from tests.unit.model.shop import contract, mesh_of, product, shop, topic

END = BEGAN + SECONDS * 1_000


def drawn(
    by: By = "topic",
    tracks: Tracks | None = None,
    mesh: Mesh | None = None,
    start: int = BEGAN,
    end: int = END,
    of: Of = "records",
    sizes: Sizes | None = None,
    before: tuple[str, ...] = (),
) -> Curves:
    tracks = tracks or recording()
    first, last = began(tracks), ended(tracks)
    recorded = (first, last) if first is not None and last is not None else None
    return curves(tracks, sizes, mesh or shop(), Asked(by, of, start, end, before=before), recorded)


def means(made: Curves) -> dict[str, float]:
    return {curve.title: round(curve.mean, 6) for curve in made.curves if curve.mean is not None}


def by_time(name: str, start: int, step: int, *offsets: int) -> Fact:
    """What a broker said of a topic with one partition."""
    value = {"from": start, "step": step, "offsets": {"0": list(offsets)}, "why": ""}
    return Fact(past.KIND, past.about(name, (start, step)), value, BEGAN, past.SOURCE)


WANTED: dict[By, dict[str, float]] = {
    "topic": {"sales.orders.placed.v1": 30, "sales.baskets.v1": 12, "fraud.scores.v1": 9, "lonely": 3},
    "product": {"Orders": 30, "sales: topics of no product": 12, "Scores": 9, "Topics of no product": 3},
    "domain": {"sales": 42, "fraud": 9, "No domain known": 3},
    "total": {"Total": 54},
}


@pytest.mark.parametrize("by", BYS)
def test_that_each_level_adds_up_its_topics_and_leaves_out_those_of_kafka_itself(by: By) -> None:
    made = drawn(by)
    assert means(made) == WANTED[by]
    assert (made.total.mean, made.total.greatest) == (54, 54)


def test_that_partitions_that_are_sampled_unevenly_make_no_saw_tooth() -> None:
    tracks, chance = Tracks(), np.random.default_rng(7)
    for partition in range(12):
        series = tracks.number(("end", "lonely", partition))
        when = np.unique(np.concatenate([BEGAN + chance.integers(0, 120_000, 40), [BEGAN, END]]))
        tracks.add(np.full(len(when), series), when, (when - BEGAN) // 10)
    made = drawn("total", tracks)
    rates = made.total.rates[~np.isnan(made.total.rates)]
    assert len(rates) == SECONDS
    assert np.abs(rates - 1_200).max() < 12 * 2  # a sample is a whole number


def test_that_time_that_was_not_recorded_is_a_gap_and_not_zero() -> None:
    made = drawn("total", start=BEGAN - MINUTE, end=END + MINUTE)
    known = ~np.isnan(made.total.rates)
    assert made.edges[:-1][known].min() == BEGAN
    assert made.edges[1:][known].max() == END
    assert (made.total.rates[known] == 54).all()
    assert not made.by_time.any()


def test_that_a_short_recording_is_seen_in_a_span_of_days() -> None:
    made = drawn("total", start=END - 7 * DAY)
    rates = made.total.rates[~np.isnan(made.total.rates)]
    assert (rates == 54).all()
    assert made.total.newest is not None


def test_that_a_topic_that_comes_and_one_that_goes_make_no_gap() -> None:
    tracks = recording({"sales.orders.placed.v1": 30})
    for name, first, last in (("lonely", 60, SECONDS), ("gone.v1", 0, 40)):
        when = BEGAN + 1_000 * np.arange(first, last + 1)
        tracks.add(np.full(len(when), tracks.number(("end", name, 0))), when, 6 * np.arange(len(when)))
    made = drawn("topic", tracks)
    total = dict(zip((made.edges[:-1] - BEGAN).tolist(), made.total.rates.tolist(), strict=True))
    assert [total[second * 1_000] for second in (10, 50, 100)] == [36, 30, 36]
    assert {curve.title for curve in made.curves} >= {"gone.v1", "lonely"}
    assert means(drawn("domain", tracks))["No domain known"] == 6


def test_that_the_partitions_of_a_round_that_is_not_whole_do_not_make_the_newest_look_low() -> None:
    tracks = recording({"sales.orders.placed.v1": 30})
    tracks.add(
        np.array([tracks.number(("end", "sales.orders.placed.v1", 0))]), np.array([END + 1_000]), np.array([2_210])
    )
    made = drawn("total", tracks, end=END + 2_000)
    known = made.total.rates[~np.isnan(made.total.rates)]
    assert (known == 30).all()


def test_that_what_was_asked_by_time_goes_before_the_recording_and_says_so() -> None:
    mesh = shop()
    hour = [by_time("lonely", BEGAN - HOUR, 5 * MINUTE, *(600 * n for n in range(13)))]
    fold(mesh, [*hour, by_time("lonely", BEGAN - 10 * MINUTE, MINUTE, *(60 * n * n for n in range(11)))])
    made = drawn("topic", mesh=mesh, start=BEGAN - HOUR, end=END)
    (lonely,) = [curve for curve in made.curves if curve.title == "lonely"]
    at = {int(edge): rate for edge, rate in zip(made.edges, lonely.rates, strict=False)}
    assert at[BEGAN - 30 * MINUTE] == pytest.approx(2)  # 600 in five minutes
    assert at[BEGAN - MINUTE] == pytest.approx(60 * 19 / 60)  # the finer lies over the coarse one
    assert at[BEGAN] == pytest.approx(3)  # what was recorded is as it was sampled
    assert made.by_time.tolist() == (made.edges[1:] <= BEGAN).tolist()
    assert not lonely.is_least.any()


def test_that_pieces_that_meet_within_a_column_leave_no_gap_and_lose_no_record() -> None:
    mesh = shop()
    fold(mesh, [by_time("lonely", BEGAN - 15_000, 15_000, 0, 45), by_time("lonely", BEGAN, 5_000, 45, 55, 70, 90)])
    late = {"lonely": 3}
    made = drawn("topic", recording(late, began=BEGAN + 15_000), mesh, start=BEGAN - 5 * MINUTE, end=BEGAN + 5 * MINUTE)
    assert int(made.edges[1] - made.edges[0]) == 2_000  # of which none ends where the two meet
    (lonely,) = [curve for curve in made.curves if curve.title == "lonely"]
    inside = (made.edges[:-1] >= BEGAN - 14_000) & (made.edges[1:] <= BEGAN + 15_000)
    assert not np.isnan(lonely.rates[inside]).any()
    widths = np.diff(made.edges)[inside] / 1_000
    assert (lonely.rates[inside] * widths).sum() == pytest.approx(90 - 3)


def test_that_a_sum_of_which_a_part_is_not_known_is_called_at_least() -> None:
    mesh = shop()
    fold(mesh, [by_time("lonely", BEGAN - HOUR, 5 * MINUTE, *(600 * n for n in range(13)))])
    made = drawn("total", mesh=mesh, start=BEGAN - HOUR, end=END)
    assert made.total.is_least.tolist() == (made.edges[1:] <= BEGAN).tolist()
    unsampled = shop()
    fold(unsampled, [topic("sales.new.v1")])
    assert drawn("total", mesh=unsampled).total.is_least.all()
    assert drawn("total", mesh=unsampled).unknown == ("sales.new.v1",)


def test_that_why_nothing_is_known_is_said_where_a_source_has_said_it() -> None:
    mesh = shop()
    value = {"from": 0, "step": 1_000, "offsets": {}, "why": "This login may not describe sales.new.v1."}
    fold(mesh, [topic("sales.new.v1"), Fact(past.KIND, "sales.new.v1 0 1000", value, BEGAN, past.SOURCE)])
    assert drawn(mesh=mesh).why == "This login may not describe sales.new.v1."


def test_that_of_many_curves_the_greatest_are_shown_and_the_others_are_one() -> None:
    names = [f"t{n:02d}" for n in range(25)]
    tracks = recording({name: 3 * n for n, name in enumerate(names)})
    made = drawn("topic", tracks, mesh_of(*map(topic, names)))
    assert [curve.title for curve in made.curves] == [*reversed(names[-TOP:]), "Other"]
    assert made.others == 15
    assert means(made)["Other"] == sum(3 * n for n in range(15))
    assert sum(means(made).values()) == pytest.approx(3 * sum(range(25)))
    on_screen = topics_on(made, 12)
    assert on_screen[:TOP] == [*reversed(names[-TOP:])]
    assert len(set(on_screen)) == 12


def test_that_one_that_would_be_alone_among_the_others_is_shown_itself() -> None:
    names = [f"t{n:02d}" for n in range(TOP + 1)]
    made = drawn("topic", recording(dict.fromkeys(names, 3)), mesh_of(*map(topic, names)))
    assert len(made.curves) == TOP + 1
    assert made.others == 0


def test_that_a_curve_on_the_screen_stays_until_another_one_is_clearly_more() -> None:
    names = [f"t{n:02d}" for n in range(20)]
    mesh = mesh_of(*map(topic, names))
    rates = dict.fromkeys(names[:10], 300) | dict.fromkeys(names[10:], 30)
    first = drawn("topic", recording(rates), mesh)
    shown = tuple(curve.key for curve in first.curves)
    nearly = drawn("topic", recording(rates | {"t00": 291, "t19": 300}), mesh, before=shown)
    assert "t00" in means(nearly)
    clearly = drawn("topic", recording(rates | {"t00": 150, "t19": 300}), mesh, before=shown)
    assert "t00" not in means(clearly)
    assert "t19" in means(clearly)


def test_that_bytes_are_those_of_topics_that_are_read() -> None:
    sizes = Sizes()
    sizes.add("lonely", BEGAN, END, 120_000, [(0, 0, 5)])
    made = drawn("topic", of="bytes", sizes=sizes)
    assert means(made) == {"lonely": pytest.approx(1_000, rel=0.01)}
    assert set(made.unknown) == RATES.keys() - {"lonely", "__consumer_offsets"}
    assert made.total.is_least.any()
    assert means(drawn("topic", of="bytes")) == {}


def test_that_columns_stay_where_they_are_while_time_goes_on() -> None:
    edges = [
        edges_of(Asked("total", "records", END - HOUR + late, END + late), (BEGAN, END + late)) for late in (0, 700)
    ]
    inner = [set(each[1:-2].tolist()) for each in edges]
    assert len(inner[0] & inner[1]) >= len(inner[0]) - 2
    assert BEGAN in inner[0]


def test_that_a_column_is_found_by_any_of_its_moments() -> None:
    made = drawn("total")
    assert made.column(BEGAN) == made.column(BEGAN + 999) == 0
    assert made.column(END + HOUR) is None
    assert made.column(BEGAN - 1) is None


def test_that_a_mesh_of_which_nothing_is_known_has_no_curves() -> None:
    empty = Tracks()
    assert (began(empty), ended(empty)) == (None, None)
    for by in BYS:
        made = curves(None, None, mesh_of(), Asked(by, "records", BEGAN, END), None)
        assert made.curves == ()
        assert np.isnan(made.total.rates).all()


def test_that_a_product_of_two_topics_is_one_curve_whatever_it_is_called() -> None:
    mesh = mesh_of(
        *map(topic, ("a", "b")), contract("c", "sales", "a", "b"), product("x" * 249, "sales", "c"), topic("سلام")
    )
    tracks = recording({"a": 3, "b": 6, "سلام": 9})
    assert means(drawn("product", tracks, mesh)) == {("x" * 249).title(): 9, "Topics of no product": 9}
