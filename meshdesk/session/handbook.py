"""The help: pages of Markdown that are part of the program, filled with what is true on this machine, and searched."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from meshdesk import __version__
from meshdesk.logs import logs_folder
from meshdesk.session.folders import config_folder
from meshdesk.session.home import captures_home
from meshdesk.session.kept_places import maps_folder
from meshdesk.session.profiles import profiles_folder, recent_file
from meshdesk.session.resources import resource
from meshdesk.session.settings import BY_KEY, Settings

# The pages in the order of the list: file and title. A page that is opened with a word begins at its first hit.
PAGES = (
    ("first-steps", "First steps"),
    ("connections", "Connections and passwords"),
    ("reading", "Reading a topic"),
    ("lists", "Orders and filters"),
    ("mesh", "The mesh and its map"),
    ("consumers", "Consumers and lag"),
    ("throughput", "Throughput"),
    ("time", "Back in time"),
    ("captures", "Captures"),
    ("command-line", "The command line"),
    ("plug-ins", "Decoders of your own"),
    ("trouble", "Trouble, and what to do"),
    ("keys", "Keys"),
    ("safety", "Privacy and safety"),
    ("files", "Where files lie"),
    ("about", "About MeshDesk"),
)
AROUND = 36  # characters before and behind a hit in its excerpt


@dataclass(frozen=True, slots=True)
class Page:
    """One page."""

    name: str
    title: str
    text: str  # Markdown

    @property
    def plain(self) -> str:
        """Its words, as they are read."""
        return words_of(self.text)


def pages(facts: Mapping[str, str]) -> tuple[Page, ...]:
    """All pages, with `facts` in place of {{names}}. Raises KeyError where a page names one that is not given."""
    found = []
    for name, title in PAGES:
        text = (resource("help") / f"{name}.md").read_text(encoding="utf-8")
        found.append(Page(name, title, filled(text, facts)))
    return tuple(found)


def filled(text: str, facts: Mapping[str, str]) -> str:
    """A text with the facts in their places.

    >>> filled("They are in `{{logs}}`.", {"logs": "/var/log/meshdesk"})
    'They are in `/var/log/meshdesk`.'
    """
    return re.sub(r"\{\{(\w+)\}\}", lambda match: facts[match[1]], text)


def local_facts(settings: Settings) -> dict[str, str]:
    """What the pages say of this machine and of what was chosen."""
    folder = config_folder() if settings.path is None else settings.path.parent
    shown = {key: BY_KEY[key].kind.shown(settings.value(key)) for key in ("capture_limit", "kept_free")}
    return {
        "version": __version__,
        "settings": str(settings.path or "not stored in this run"),
        "config": str(folder / "window.ini"),
        "captures": str(captures_home()),
        "connections": str(profiles_folder()),
        "recent": str(recent_file()),
        "maps": str(maps_folder()),
        "logs": str(logs_folder()),
        **shown,
    }


def keys_table(keys: Sequence[tuple[str, str]]) -> str:
    """Shortcuts as a table: (words of the action, keys)."""
    rows = [f"| {_cell(shown)} | {_cell(words)} |" for words, shown in keys]
    return "\n".join(["| Keys | What they do |", "|---|---|", *rows])


def words_of(markdown: str) -> str:
    """The text of a page without its marks.

    >>> words_of("# Keys\\n\\nSee **all** of [them](keys.md), `Ctrl+K` too.\\n\\n| a | b |\\n|---|---|\\n| c | d |")
    'Keys\\n\\nSee all of them, Ctrl+K too.\\n\\na b\\nc d'
    """
    text = re.sub(r"^\|[-| :]+\|\n?", "", markdown, flags=re.MULTILINE)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"^#+ |^[-*] |^\d+\. ", "", text, flags=re.MULTILINE)
    text = re.sub(r"^\| *| *\|$", "", text, flags=re.MULTILINE)
    return re.sub(r" *\| *", " ", re.sub(r"\*\*|`|\*(?=\S)|(?<=\S)\*", "", text)).strip()


@dataclass(frozen=True, slots=True)
class Found:
    """A page on which a word stands."""

    page: Page
    count: int
    excerpt: str  # the first hit with what stands around it, on one line


def search(all_pages: Sequence[Page], word: str) -> tuple[Found, ...]:
    """The pages that hold a word, in any case, those with it in their title first."""
    wanted = " ".join(word.split()).casefold()
    if not wanted:
        return ()
    found = []
    for page in all_pages:
        text = " ".join(page.plain.split())
        folded = text.casefold()
        count = folded.count(wanted)
        if count:
            at = folded.index(wanted)
            begin, end = max(0, at - AROUND), at + len(wanted) + AROUND
            excerpt = f"{'…' if begin else ''}{text[begin:end]}{'…' if end < len(text) else ''}"
            found.append(Found(page, count, excerpt))
    return tuple(sorted(found, key=lambda hit: wanted not in hit.page.title.casefold()))


def _cell(text: str) -> str:
    return escape(text, quote=False).replace("|", "\\|")
