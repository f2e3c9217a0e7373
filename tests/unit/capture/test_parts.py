"""What a capture is made of: where batches lie, how many rows are before a place, and how rows of a topic add up."""

from meshdesk.capture.index import NO_TIME, Batch, SampleBatch
from meshdesk.capture.parts import Kept, Part, Placed, PlacedSamples, TopicRows


def batch(rows: int, payload: int = 0) -> Batch:
    return Batch(3, 0, 0, rows, 0, 0, NO_TIME, NO_TIME, payload)


def samples(rows: int, *kept: tuple[int, int, int]) -> SampleBatch:
    return SampleBatch(3, 0, 0, rows, 0, 0, kept)


def test_that_a_batch_lies_in_the_file_of_its_generation_until_that_is_sealed_or_kept() -> None:
    assert Placed(2, batch(1), "t", 0).file == "records-2-003.arrow"
    assert Placed(2, batch(1), "t", 0, sealed=True).file == "sealed-2-003.arrow"
    assert PlacedSamples(2, samples(1), 3).file == "samples-2-003.arrow"
    assert PlacedSamples(2, samples(1), 3, sealed=True).file == "sealed-2-003.arrow"
    kept = Kept(2, 3, 5, ())
    assert PlacedSamples(2, samples(1), 3, kept=kept.name).file == "kept-2-003-005.arrow"


def test_that_rows_of_samples_before_a_place_are_counted_over_all_generations_that_a_batch_holds() -> None:
    plain = PlacedSamples(2, samples(10), 3, first=5)  # rows 5 to 15 of generation 3
    assert plain.end == (2, 3, 15)
    places = [(1, 9, 9), (2, 3, 5), (2, 3, 8), (2, 3, 15), (2, 4, 0), (3, 0, 0)]
    assert [plain.rows_before(place) for place in places] == [0, 0, 3, 10, 10, 10]
    joined = PlacedSamples(2, samples(7, (3, 0, 4), (5, 2, 5)), 3)
    assert joined.end == (2, 5, 5)
    places = [(2, 3, 2), (2, 4, 0), (2, 5, 2), (2, 5, 3), (2, 5, 5)]
    assert [joined.rows_before(place) for place in places] == [2, 4, 4, 5, 7]


def test_that_the_rows_of_a_topic_add_up_in_the_order_of_its_batches() -> None:
    part = Part()
    for rows, payload in ((3, 30), (4, 8)):
        part.add(Placed(1, batch(rows, payload), "t", 0))
    assert (part.rows, part.bytes, part.firsts) == (7, 38, [0, 3])
    assert TopicRows(first=5, rows=12).count == 7
