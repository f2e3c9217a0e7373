"""How flows run: from the nearer sides, each with a place of its own there, in the order of where they lead."""

from itertools import pairwise

from meshdesk.model.graph import Flow
from meshdesk.model.layout import Rect
from meshdesk.model.routes import APART, routes

BOXES = {
    "left": Rect(0, 100, 180, 52),
    "below": Rect(0, 200, 180, 52),
    "high": Rect(400, 0, 180, 52),
    "low": Rect(400, 300, 180, 52),
}


def test_that_a_flow_leads_from_the_side_that_is_nearer_whichever_way_it_goes() -> None:
    there, back, down = routes([Flow("left", "low"), Flow("low", "left"), Flow("left", "below")], BOXES)
    assert (there.begin.x, there.end.x) == (180, 400)
    assert there.leaving.x > there.begin.x
    assert there.coming.x < there.end.x
    assert (back.begin.x, back.end.x) == (400, 180)
    assert back.leaving.x < back.begin.x
    assert back.coming.x > back.end.x
    assert (down.begin.x, down.end.x) == (180, 180)
    assert down.leaving.x == down.coming.x > 180


def test_that_flows_of_one_side_part_in_the_order_of_where_they_lead() -> None:
    flows = [Flow("left", "low"), Flow("left", "high"), Flow("below", "left")]
    low, high, below = routes(flows, BOXES)
    assert high.begin.y < below.end.y < low.begin.y
    assert low.begin.y - high.begin.y == 2 * APART


def test_that_hundreds_of_flows_stay_within_the_height_of_their_box_in_order() -> None:
    boxes = {"hub": Rect(0, 0, 180, 28)} | {f"{at}": Rect(400, 40.0 * at, 180, 28) for at in range(300)}
    made = routes([Flow("hub", f"{at}") for at in range(300)], boxes)
    assert all(0 < route.begin.y < 28 for route in made)
    assert all(one.begin.y < other.begin.y for one, other in pairwise(made))
    assert routes([], {}) == []
