"""Names of files: which are a capture's, whose, and of which generation."""

import pytest

from meshdesk.capture.names import PARTS, generation_of, is_ours, kept_name, kept_of, number_of, segment_name, writer_of


@pytest.mark.parametrize("writer", [1, 27])
@pytest.mark.parametrize("number", [0, 7, 999, 1000])
def test_that_the_name_of_a_generations_file_says_whose_it_is(writer: int, number: int) -> None:
    for kind in (*PARTS, "sealed"):
        name = segment_name(writer, number, kind)
        assert is_ours(name)
        assert (writer_of(name), number_of(name)) == (writer, number)
        names_one = kind in ("index", "sealed")
        assert generation_of(name) == ((writer, number, kind == "sealed") if names_one else None)


@pytest.mark.parametrize("name", ["names-3", "facts-3"])
def test_that_names_and_facts_are_a_writers_and_of_no_generation(name: str) -> None:
    assert (is_ours(name), writer_of(name), number_of(name), generation_of(name)) == (True, 3, None, None)


@pytest.mark.parametrize("of", [(1, 0, 0), (27, 7, 1000)])
def test_that_the_name_of_kept_samples_says_whose_they_are_and_of_which_generations(of: tuple[int, int, int]) -> None:
    name = kept_name(*of)
    assert (is_ours(name), kept_of(name)) == (True, of)
    assert (writer_of(name), number_of(name), generation_of(name)) == (None, None, None)
    assert kept_of(segment_name(1, 0, "sealed")) is None


def test_that_the_index_of_version_1_is_its_writers_first_generation() -> None:
    assert (is_ours("index-4"), generation_of("index-4")) == (True, (4, 0, False))


@pytest.mark.parametrize(
    "name",
    ["lock", "notes.txt", "index-x", "facts-", "names-1.bak", "sealed-1-000.arrow.part", "records-1.arrow",
     "index-1-00", "index-1-0000x", "manifest.json.part", "sealed-1-000", "kept-1-000.arrow",
     "kept-1-000-001.arrow.part"],
)  # fmt: skip
def test_that_drafts_locks_and_what_somebody_put_there_are_not_ours(name: str) -> None:
    assert not is_ours(name)
