"""The names of a capture's files. A generation is what a writer wrote between two rolls: records, samples and their index."""

import re

PARTS = ("index", "records", "samples")  # of a generation, until it is sealed

_NUMBERS = re.compile(r"(?:index|names|facts|records|samples|sealed)-(\d+)(?:-(\d{3,}))?(?:\.arrow)?")
_GENERATION = re.compile(r"(index|sealed)-(\d+)(?:-(\d{3,}))?(?:\.arrow)?")
_KEPT = re.compile(r"kept-(\d+)-(\d{3,})-(\d{3,})\.arrow")
_OURS = re.compile(
    r"manifest\.json|index-\d+(?:-\d{3,})?|(?:names|facts)-\d+|(?:records|samples|sealed)-\d+-\d{3,}\.arrow|"
    + _KEPT.pattern
)


def segment_name(writer: int, number: int, kind: str = "records") -> str:
    """The file that holds a part of a generation.

    >>> segment_name(1, 0), segment_name(1, 12, "sealed"), segment_name(1, 0, "index")
    ('records-1-000.arrow', 'sealed-1-012.arrow', 'index-1-000')
    """
    return f"{kind}-{writer}-{number:03d}" + ("" if kind == "index" else ".arrow")


def writer_of(name: str) -> int | None:
    """The number of the writer that made a file; None for files that no writer makes.

    >>> writer_of("facts-2"), writer_of("sealed-1-002.arrow"), writer_of("lock")
    (2, 1, None)
    """
    match = _NUMBERS.fullmatch(name)
    return int(match[1]) if match else None


def number_of(name: str) -> int | None:
    """The number of the generation that a file is a part of; None for files that are of none.

    >>> number_of("records-2-017.arrow"), number_of("facts-2")
    (17, None)
    """
    match = _NUMBERS.fullmatch(name)
    return int(match[2]) if match and match[2] else None


def generation_of(name: str) -> tuple[int, int, bool] | None:
    """(writer, number, sealed) of a generation that stands behind a file; None for files of another kind.

    Version 1 wrote one index for all of a writer's segments, without a number.

    >>> generation_of("index-1-002"), generation_of("sealed-1-002.arrow"), generation_of("index-3"), generation_of("names-1")
    ((1, 2, False), (1, 2, True), (3, 0, False), None)
    """
    match = _GENERATION.fullmatch(name)
    return (int(match[2]), int(match[3] or 0), match[1] == "sealed") if match else None


def kept_name(writer: int, first: int, last: int) -> str:
    """The file that keeps the samples of a writer's dropped generations, from the first to the last of these.

    >>> kept_name(1, 0, 12)
    'kept-1-000-012.arrow'
    """
    return f"kept-{writer}-{first:03d}-{last:03d}.arrow"


def kept_of(name: str) -> tuple[int, int, int] | None:
    """(writer, first, last generation) whose samples a file keeps; None for files of another kind.

    >>> kept_of("kept-1-000-012.arrow"), kept_of("sealed-1-000.arrow")
    ((1, 0, 12), None)
    """
    match = _KEPT.fullmatch(name)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def is_ours(name: str) -> bool:
    """Whether a file belongs to the capture: not its lock, not a draft, nothing that somebody put there."""
    return _OURS.fullmatch(name) is not None
