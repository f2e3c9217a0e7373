"""Functions that are written for one schema and compiled once: their source, and the line that they put together.

No text of a schema is ever source: it is a constant, which the source calls by its number.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from meshdesk.decode.line import LONGEST, Unlisted

FEW = 2  # words that are quicker appended one by one than put into a tuple first: 0.16 us instead of 0.21 (measured 2026-11)
LINES = 10_000  # of source for one schema, which compile in 0.1 s; what needs more is left to the decoders


class Source:
    """The functions of one schema, as they are written."""

    def __init__(self, known: dict[str, Any]) -> None:
        """`known` are the names that the source may use beside its own."""
        self._known = dict(known)
        self._functions: list[Function] = []
        self._count = self._lines = 0

    def variable(self, letter: str) -> str:
        """A name that nothing else has."""
        self._count += 1
        return f"{letter}{self._count}"

    def constant(self, value: object) -> str:
        """The name of a value that the source needs."""
        name = self.variable("c")
        self._known[name] = value
        return name

    def function(self, parameters: str) -> "Function":
        """A new function, still without a line."""
        function = Function(self, self.variable("f"), parameters)
        self._functions.append(function)
        return function

    def count_line(self) -> None:
        """Raises Unlisted where there are too many."""
        self._lines += 1
        if self._lines > LINES:
            raise Unlisted

    def compiled(self, name: str) -> Any:
        """One of the functions, which may call all others."""
        text = "\n".join(line for function in self._functions for line in function.lines)
        names = dict(self._known)
        exec(compile(text, "<lines of a schema>", "exec"), names)
        return names[name]


class Function:
    """The lines of a function, and the words of the list's line that were said so far.

    What is said in a row is kept until it must be written, and then written at once: `words` are the texts, `tones` where
    each is and its tone, `p` where the next word begins, unless it is known better while writing (`_base`, `_more`).
    """

    def __init__(self, source: Source, name: str, parameters: str) -> None:
        self.source, self.name = source, name
        self.lines: list[str] = []
        self.loops = 0  # around what is written now; Python has room for twenty
        self.width = 0  # characters that are as likely as not said so far
        self.least = 0  # words that are said at least, or the line is full
        self._indent = 0
        self._run: list[tuple[str, str, int | None]] = []
        self._base, self._more = "", 0
        self._is_laid = False  # whether words were written already
        self.add(f"def {name}({parameters}):")
        self._indent = 1

    def add(self, *lines: str) -> None:
        """Lines, one behind the other."""
        for line in lines:
            self.source.count_line()
            self.lines.append(" " * self._indent + line)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """What is added within stands below the head."""
        is_loop = head.startswith(("for ", "while "))
        self.add(head)
        self._indent += 1
        self.loops += is_loop
        yield
        self.loops -= is_loop
        self._indent -= 1

    def say(self, text: str, tone: str, length: int | None = None, width: int = 8) -> None:
        """One more word: expressions for its text, which is not empty, and for its tone; its length where that is known."""
        self._run.append((text, tone, length))
        self.width += (width if length is None else length) + 1
        self.least += 1

    def settle(self) -> None:
        """All that was said is written, and the place of the next word is in `p`: before and after every fork."""
        self._write("+=")
        if (self._base, self._more) != ("p", 0):
            self.add(f"p = {self._place(0)}")
        self._base, self._more = "p", 0

    def finish(self) -> None:
        """The end of the function that gives a line."""
        if self._is_laid:
            self._write("+=")
            self.lines.insert(1, " words, tones = [], []")
        else:
            self._write("=")
        self.add("if at != len(data):", " raise Unlisted")
        self.add(f"if {self._place(-1)} > limit:", " return cut(words, tones, limit)")
        self.add('return " ".join(words), ' + ("tuple(tones)" if self._is_laid else "tones"))

    def _write(self, assign: str) -> None:
        if not self._run:
            return
        texts, tones = [], []
        for text, tone, length in self._run:
            start = self._place(0)
            if length is None:
                end = self.source.variable("e")
                self.add(f"{end} = {start} + len({text})")
                self._base, self._more = end, 1
            else:
                end = self._place(length)
                self._more += length + 1
            texts.append(text)
            tones.append(f"({start}, {end}, {tone})")
        if assign == "+=" and len(texts) <= FEW:
            self.add(
                *(
                    "; ".join(f"{name}.append({one})" for one in all_of)
                    for name, all_of in (("words", texts), ("tones", tones))
                )
            )
        else:
            self.add(f"words {assign} ({', '.join(texts)},)", f"tones {assign} ({', '.join(tones)},)")
        self._run = []
        self._is_laid = assign == "+="

    def _place(self, more: int) -> str:
        more += self._more
        if not self._base:
            return str(more)
        return f"{self._base} {'-' if more < 0 else '+'} {abs(more)}" if more else self._base


# Whether there is room for one more word, at the place `p`: where the line is exactly full, the next word shows that
# more follows.
HAS_ROOM = f"p <= {LONGEST + 1}"
