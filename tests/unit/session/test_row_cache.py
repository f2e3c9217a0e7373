"""The rows at hand: what is on the screen first, few on the way, bounded, and no block asked for in a circle."""

from meshdesk.model.row import Row
from meshdesk.session.row_cache import AGAIN, AHEAD, AHEAD_ON_THE_WAY, BLOCK, KEPT, ON_THE_WAY, QUICK, SETTLED, RowCache

T = "orders"


class Look:
    """Whoever answers: keeps what was asked for until a test lets it be answered."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, int]] = []  # all there ever was
        self.waiting: list[tuple[str, int, int]] = []
        self.columns_asked: list[tuple[str, int, int]] = []
        self.now = 0.0
        self.screens_asked: list[tuple[str, int, int]] = []
        self.cache = RowCache(self._ask, self._ask_columns, self._ask_screen, lambda: self.now)

    def _ask(self, topic: str, first: int, count: int) -> None:
        self.asked.append((topic, first, count))
        self.waiting.append((topic, first, count))

    def _ask_columns(self, topic: str, first: int, count: int) -> None:
        self.columns_asked.append((topic, first, count))

    def _ask_screen(self, topic: str, first: int, count: int) -> None:
        self.screens_asked.append((topic, first, count))

    def answer_screen(self) -> None:
        topic, first, count = self.screens_asked[-1]
        self.cache.take_screen(topic, first, [row(topic, first + at) for at in range(count)])

    def answer_columns(self) -> None:
        topic, first, count = self.columns_asked[-1]
        self.cache.take_columns(topic, first, [bare(topic, first + at) for at in range(count)])

    def answer(self, short: int = 0) -> None:
        """Answers the oldest question, `short` rows short of what was asked for."""
        topic, first, count = self.waiting.pop(0)
        self.cache.take(topic, first, [row(topic, first + at) for at in range(count - short)])

    def answer_all(self) -> None:
        while self.waiting:
            self.answer()

    def fail(self) -> None:
        topic, first, _ = self.waiting.pop(0)
        self.cache.failed(topic, first)


def row(topic: str, k: int) -> Row:
    return Row(k, topic, 0, k, None, "", f"{topic} {k}", (), "text", "", 0, 1)


def bare(topic: str, k: int) -> Row:
    return Row(k, topic, 0, k, None, "", "", (), "", "", 0, 1, is_bare=True)


def firsts(look: Look) -> list[int]:
    return [first // BLOCK for _, first, _ in look.asked]


def test_that_rows_are_at_hand_once_they_were_answered_and_none_before() -> None:
    look = Look()
    look.cache.want(T, 0, 9, 120)
    assert look.cache.get(T, 3) is None
    assert look.cache.busy
    look.answer_all()
    assert [look.cache.get(T, k) for k in (0, 49, 50, 119)] == [row(T, k) for k in (0, 49, 50, 119)]
    assert look.cache.get(T, 120) is None
    assert look.cache.get("payments", 3) is None
    assert not look.cache.busy


def test_that_what_is_on_the_screen_comes_first_and_its_neighbours_after_up_to_some_screens() -> None:
    look = Look()
    look.cache.want(T, 1010, 1040, 100_000)
    look.answer_all()
    assert firsts(look)[:5] == [20, 21, 19, 22, 18]
    assert sorted(firsts(look)) == list(range(20 - AHEAD, 20 + AHEAD + 1))


def test_that_few_blocks_are_on_the_way_at_once_also_while_others_are_wanted() -> None:
    look = Look()
    for at in range(0, 50_000, 5_000):
        look.cache.want(T, at, at + 40, 100_000)
        assert len(look.waiting) <= ON_THE_WAY
    while look.waiting:
        look.answer()
        assert len(look.waiting) <= ON_THE_WAY


def test_that_a_jump_waits_for_what_is_on_the_way_and_for_nothing_else_that_was_scrolled_past() -> None:
    look = Look()
    for at in range(0, 50_000, 500):
        look.cache.want(T, at, at + 40, 100_000)
    look.cache.want(T, 90_000, 90_040, 100_000)
    for _ in range(ON_THE_WAY + 1):
        look.answer()
    assert look.cache.get(T, 90_000) == row(T, 90_000)
    look.answer_all()
    assert len(look.asked) == ON_THE_WAY + 2 * AHEAD + 1


def test_that_a_jump_away_from_what_is_fetched_ahead_waits_for_less_of_it() -> None:
    look = Look()
    look.cache.want(T, 0, 40, 100_000)
    look.answer()
    assert len(look.waiting) == AHEAD_ON_THE_WAY < ON_THE_WAY
    look.cache.want(T, 90_000, 90_070, 100_000)
    for _ in range(AHEAD_ON_THE_WAY + 2):
        look.answer()
    assert look.cache.get(T, 90_000)
    assert look.cache.get(T, 90_070)


def test_that_no_block_is_asked_for_twice_while_it_is_on_the_way_or_at_hand() -> None:
    look = Look()
    for _ in range(20):
        look.cache.want(T, 0, 40, 10_000)
    look.answer_all()
    look.cache.want(T, 0, 40, 10_000)
    assert len(set(look.asked)) == len(look.asked) == AHEAD + 1


def test_that_no_more_than_the_bound_is_kept_and_what_was_seen_last_is_what_stays() -> None:
    look = Look()
    rows = 3 * KEPT * BLOCK
    for at in range(0, rows, BLOCK):
        look.cache.want(T, at, at + BLOCK - 1, rows)
        look.answer_all()
    kept = [k for k in range(0, rows, BLOCK) if look.cache.get(T, k)]
    assert kept == list(range(rows - KEPT * BLOCK, rows, BLOCK))


def test_that_a_block_on_the_screen_outlives_newer_ones_that_are_not() -> None:
    look = Look()
    rows = 3 * KEPT * BLOCK
    look.cache.want("payments", 0, 9, 10)
    look.answer_all()
    for at in range(0, rows, BLOCK):
        look.cache.want("payments", 0, 9, 10)
        look.cache.want(T, at, at + BLOCK - 1, rows)
        look.answer_all()
    assert look.cache.get("payments", 9)


def test_that_a_block_that_has_grown_is_asked_for_again_and_shows_its_old_rows_meanwhile() -> None:
    look = Look()
    look.cache.want(T, 0, 9, 10)
    look.answer_all()
    look.cache.want(T, 0, 9, 14)
    assert look.asked == [(T, 0, 10), (T, 0, 14)]
    assert look.cache.get(T, 9) == row(T, 9)
    look.answer_all()
    assert look.cache.get(T, 13) == row(T, 13)


def test_that_a_block_that_grew_while_it_was_on_the_way_is_asked_for_at_once_when_it_arrives() -> None:
    look = Look()
    look.cache.want(T, 0, 9, 10)
    look.cache.want(T, 0, 9, 30)
    look.answer()
    assert look.waiting == [(T, 0, 30)]


def test_that_a_late_answer_does_not_take_rows_away() -> None:
    look = Look()
    look.cache.want(T, 0, 9, 20)
    look.answer_all()
    look.cache.take(T, 0, [row(T, k) for k in range(5)])
    assert look.cache.get(T, 19) == row(T, 19)


def test_that_a_block_that_failed_rests_a_while_and_then_is_asked_for_again() -> None:
    look = Look()
    for _ in range(100):
        look.cache.want(T, 0, 9, 10)
        if look.waiting:
            look.fail()
    assert len(look.asked) == 1
    assert not look.cache.busy  # nothing is on its way, though a row is missing
    look.now += AGAIN
    look.cache.want(T, 0, 9, 10)
    look.answer()
    assert look.cache.get(T, 9) == row(T, 9)


def test_that_a_block_that_failed_does_not_hold_up_its_neighbours() -> None:
    look = Look()
    look.cache.want(T, 0, 9, 10_000)
    look.fail()
    look.answer_all()
    assert look.cache.get(T, 0) is None
    assert look.cache.get(T, BLOCK) == row(T, BLOCK)


def test_that_a_block_that_comes_short_of_what_was_asked_for_is_shown_and_not_asked_for_in_a_circle() -> None:
    look = Look()
    look.cache.want(T, 0, 9, 10)
    for _ in range(100):
        if look.waiting:
            look.answer(short=4)
        look.cache.want(T, 0, 9, 10)
    assert len(look.asked) == 1
    assert look.cache.get(T, 5) == row(T, 5)
    look.now += AGAIN
    look.cache.want(T, 0, 9, 10)
    look.answer()
    assert look.cache.get(T, 9) == row(T, 9)


def test_that_a_change_is_noticed_by_its_revision() -> None:
    look = Look()
    before = look.cache.revision
    look.cache.want(T, 0, 9, 10)
    assert look.cache.revision == before
    look.answer()
    assert look.cache.revision > before


def test_that_nonsense_ranges_ask_for_nothing_that_is_not_there() -> None:
    look = Look()
    for first, last, rows in [(0, -1, 0), (-5, 3, 0), (5, 2, 100), (700, 800, 100), (-50, -10, 100), (0, 10**9, 3)]:
        look.cache.want(T, first, last, rows)
        look.answer_all()
    assert all(0 <= first < 100 and first + count <= 100 for _, first, count in look.asked)


def test_that_after_a_jump_the_columns_of_the_screen_stand_there_until_its_rows_come() -> None:
    look = Look()
    look.cache.want(T, 1010, 1040, 100_000, jumped=True)
    assert look.columns_asked == [(T, 1010, 31)]
    look.answer_columns()
    assert [look.cache.get(T, k) for k in (1009, 1010, 1040, 1041)] == [None, bare(T, 1010), bare(T, 1040), None]
    assert look.cache.busy
    look.answer_all()
    assert [look.cache.get(T, k) for k in (1010, 1040)] == [row(T, 1010), row(T, 1040)]


def test_that_nothing_is_fetched_ahead_of_a_place_that_is_left_at_once() -> None:
    look = Look()
    for first in (10_000, 50_000, 30_000):
        look.cache.want(T, first, first + 30, 100_000, jumped=True)
        look.answer_all()
        look.now += SETTLED / 2
    assert firsts(look) == [200, 1_000, 600]
    assert look.cache.busy  # more is to come
    look.now += SETTLED
    look.cache.go_on()
    look.answer_all()
    assert set(firsts(look)) >= {600 - AHEAD, 600 + AHEAD}
    assert not look.waiting
    look.cache.want(T, 30_040, 30_070, 100_000, jumped=True)  # one that is near has what lies beyond it at once
    look.answer_all()
    assert 601 + AHEAD in firsts(look)


def test_that_of_a_place_that_is_only_passed_the_rows_on_the_screen_are_asked_for_and_its_blocks_when_it_is_not_left() -> (
    None
):
    look = Look()
    look.cache.want(T, 1030, 1060, 100_000, is_passed=True)
    assert (look.screens_asked, look.asked, look.columns_asked) == ([(T, 1030, 31)], [], [])
    assert look.cache.busy
    look.answer_screen()
    assert [look.cache.get(T, k) for k in (1029, 1030, 1060, 1061)] == [None, row(T, 1030), row(T, 1060), None]
    look.cache.want(T, 1030, 1060, 100_000)  # it has come there
    assert not look.asked
    look.now += SETTLED
    look.cache.go_on()
    look.answer_all()
    assert {1030 // BLOCK, 1060 // BLOCK} <= set(firsts(look))
    assert look.cache.get(T, 1029) == row(T, 1029)
    assert not look.cache.busy


def test_that_while_time_is_dragged_one_screen_is_on_its_way_and_then_the_newest() -> None:
    look = Look()
    for first in (1_000, 2_000, 3_000):
        look.cache.want(T, first, first + 30, 100_000, is_passed=True)
    assert look.screens_asked == [(T, 1_000, 31)]
    look.answer_screen()
    assert look.screens_asked == [(T, 1_000, 31), (T, 3_000, 31)]
    look.cache.want(T, 3_000, 3_030, 100_000, is_passed=True)  # as it is looked for again
    look.answer_screen()
    assert len(look.screens_asked) == 2
    assert not look.asked


def test_that_columns_come_first_where_the_rows_of_the_place_before_took_longer_than_a_beat() -> None:
    look = Look()
    look.cache.want(T, 1_000, 1_030, 100_000, is_passed=True)
    look.now += 10 * QUICK
    look.answer_screen()
    look.cache.want(T, 3_000, 3_030, 100_000, is_passed=True)
    assert look.columns_asked == [(T, 3_000, 31)]
    look.answer_columns()
    assert look.cache.get(T, 3_010) == bare(T, 3_010)
    look.answer_screen()
    assert look.cache.get(T, 3_010) == row(T, 3_010)
    look.cache.want(T, 5_000, 5_030, 100_000, is_passed=True)
    assert len(look.columns_asked) == 1


def test_that_a_screen_that_cannot_be_had_leaves_its_blocks_on_their_way() -> None:
    look = Look()
    look.cache.want(T, 1_000, 1_030, 100_000, is_passed=True)
    look.cache.take_screen(T, 1_000, [])
    assert look.cache.get(T, 1_000) is None
    look.cache.want(T, 1_000, 1_030, 100_000)
    look.answer_all()
    assert look.cache.get(T, 1_000) == row(T, 1_000)


def test_that_beside_a_screen_that_came_with_its_place_nothing_is_asked_for_until_the_place_is_kept() -> None:
    look = Look()
    for first in (1_000, 3_000, 5_000):
        look.cache.take_passed(T, first, [row(T, first + at) for at in range(31)], look.now)
        look.cache.want(T, first, first + 30, 100_000)
        look.now += SETTLED / 2
        look.cache.go_on()
    assert look.asked == look.screens_asked == []
    look.now += SETTLED
    look.cache.go_on()
    assert 0 < len(look.asked) <= ON_THE_WAY
    assert all(abs(first - 5_000) <= (AHEAD + 1) * BLOCK for _, first, _ in look.asked)


def test_that_a_screen_takes_nothing_from_a_block_that_is_whole() -> None:
    look = Look()
    look.cache.want(T, 1_000, 1_010, 100_000)
    look.answer_all()
    look.cache.lose("another")
    before = look.cache.get(T, 1_040)
    look.cache.want(T, 1_040 + AHEAD * BLOCK, 1_070 + AHEAD * BLOCK, 100_000, is_passed=True)
    look.answer_screen()
    asked = len(look.asked)
    look.now += SETTLED
    look.cache.want(T, 1_000, 1_010, 100_000)
    assert look.cache.get(T, 1_040) is before
    assert (1_000 // BLOCK) not in firsts(look)[asked:]


def test_that_columns_are_not_asked_for_rows_at_hand_nor_where_nobody_jumped() -> None:
    look = Look()
    look.cache.want(T, 1010, 1040, 100_000)
    look.answer_all()
    look.cache.want(T, 1015, 1045, 100_000, jumped=True)
    assert look.columns_asked == []


def test_that_a_bar_that_is_dragged_has_the_columns_of_one_screen_on_the_way_and_then_of_the_last_one() -> None:
    look = Look()
    for first in (1_000, 2_000, 3_000):
        look.cache.want(T, first, first + 30, 100_000, jumped=True)
    assert look.columns_asked == [(T, 1_000, 31)]
    look.answer_columns()
    assert look.columns_asked == [(T, 1_000, 31), (T, 3_000, 31)]
    look.answer_columns()
    assert look.cache.get(T, 1_010) is None
    assert look.cache.get(T, 3_010) == bare(T, 3_010)


def test_that_columns_are_not_asked_behind_the_last_row() -> None:
    look = Look()
    look.cache.want(T, 90, 140, 100, jumped=True)
    assert look.columns_asked == [(T, 90, 10)]


def test_that_columns_which_cannot_be_had_leave_the_rows_on_their_way() -> None:
    look = Look()
    look.cache.want(T, 1010, 1040, 100_000, jumped=True)
    look.cache.take_columns(T, 1010, [])
    assert look.cache.get(T, 1010) is None
    look.answer_all()
    assert look.cache.get(T, 1010) == row(T, 1010)


def test_that_rows_that_are_to_be_read_anew_are_asked_for_again_those_on_the_screen_first() -> None:
    look = Look()
    look.cache.want(T, 0, 9, 1_000)
    look.answer_all()
    before = look.cache.revision
    look.asked.clear()
    look.cache.renew()
    assert (look.cache.get(T, 3), look.cache.revision > before, firsts(look)[:1]) == (None, True, [0])
    topic, first, _ = look.waiting.pop(0)
    look.asked.clear()
    look.cache.discard(topic, first)  # it was asked for before and answered as it was wanted then
    assert firsts(look) == [0]
    look.answer_all()
    assert look.cache.get(T, 3) == row(T, 3)


def test_that_rows_that_could_be_read_differently_stand_until_they_have_been_read_anew() -> None:
    look = Look()
    look.cache.want(T, 0, 9, 120)
    look.answer()
    before = look.cache.get(T, 3)
    assert before is not None
    late = look.waiting[0]  # asked for before, answered after
    look.cache.outdate()
    assert look.cache.get(T, 3) is before
    assert look.waiting[-1] == (T, 0, BLOCK)
    look.answer_all()
    assert look.cache.get(T, 3) is not before
    look.cache.want(T, late[1], late[1] + 9, 120)
    assert late in look.waiting
    look.answer_all()
    assert not look.cache.busy


def test_that_rows_at_hand_go_with_those_that_come_in_and_what_came_in_is_read() -> None:
    look = Look()
    look.cache.want(T, 40, 60, 120)
    look.answer_all()
    look.cache.move(T, lambda k: k + 2 if k >= 45 else k, 45)
    got = [look.cache.get(T, k) for k in range(44, 49)]
    assert [row and row.row for row in got] == [44, None, None, 45, 46]
    look.asked.clear()
    look.cache.put(T, {45: row(T, 1_000)})
    look.cache.want(T, 40, 60, 122)
    assert {0, 1} <= set(firsts(look)), "what is at hand stands until it has been read anew"
    brought = look.cache.get(T, 45)
    assert brought is not None
    assert brought.row == 1_000
    look.answer_all()
    assert not look.cache.busy


def test_that_of_a_list_whose_numbers_nobody_knows_nothing_is_at_hand() -> None:
    look = Look()
    look.cache.want(T, 0, 60, 120)
    look.answer_all()
    look.cache.lose(T)
    assert [look.cache.get(T, k) for k in (0, 60)] == [None, None]
    look.asked.clear()
    look.cache.want(T, 0, 60, 120)
    assert {0, 1} <= set(firsts(look))
