"""Pictures of a mesh, drawn up beside the window: what is in them, and where it stands. One at a time; the newest wish wins."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from meshdesk.model.graph import Graph, Level, graph
from meshdesk.model.layout import Layout, laid_out
from meshdesk.model.mesh import Mesh


@dataclass(frozen=True, slots=True)
class Picture:
    """What a mesh looks like at a level. Nobody changes it."""

    mesh: Mesh
    graph: Graph
    layout: Layout


class Pictures:
    """The pictures of one capture. Each level goes on from its layout before, so that what stands stays where it is.

    Lives on the window's thread; the work is done in a thread of its own, which ends when there is none left.
    """

    def __init__(self, draw: Callable[[Mesh, Level, Layout | None], Picture] | None = None) -> None:
        """`draw` makes a picture; None is the usual way."""
        self._draw = draw or drawn
        self._layouts: dict[Level, Layout] = {}
        self._wanted: tuple[Mesh, Level] | None = None
        self._drawing: tuple[Mesh, Level] | None = None
        self._done: SimpleQueue[Picture] = SimpleQueue()
        self._newest: dict[Level, Picture] = {}

    @property
    def is_drawing(self) -> bool:
        """Whether a picture is on its way."""
        return self._drawing is not None

    def want(self, mesh: Mesh, level: Level) -> Picture | None:
        """The newest picture of a level, perhaps of an earlier mesh; where it is, one of this mesh is on its way."""
        self._take()
        newest = self._newest.get(level)
        if newest is None or not _is_same(newest.mesh, mesh):
            self._wanted = (mesh, level)
            self._begin()
        return newest

    def _begin(self) -> None:
        if self._drawing is None and self._wanted is not None:
            self._drawing, self._wanted = self._wanted, None
            mesh, level = self._drawing
            if level in self._newest and _is_same(self._newest[level].mesh, mesh):
                self._drawing = None
                return
            before = self._layouts.get(level)
            threading.Thread(
                target=lambda: self._done.put(self._draw(mesh, level, before)), name="picture", daemon=True
            ).start()

    def _take(self) -> None:
        try:
            picture = self._done.get_nowait()
        except Empty:
            return
        self._newest[picture.graph.level] = picture
        self._layouts[picture.graph.level] = picture.layout
        self._drawing = None
        self._begin()


def _is_same(one: Mesh, other: Mesh) -> bool:
    """Whether nothing was said since."""
    return one.timeline is other.timeline and one.place == other.place


def drawn(mesh: Mesh, level: Level, before: Layout | None) -> Picture:
    """A picture of a mesh, in which what stood before stands where it did."""
    content = graph(mesh, level)
    return Picture(mesh, content, laid_out(content, before))
