"""Decoders that other packages bring, by the Python entry point "meshdesk.decoders": a module with NAME and decode each.

Only explain loads them: what they do wrong ends at its deadlines, and never reaches the network or the window. A mistake
in one is a sentence in the log, and to a reader the reason why it declined.
"""

import inspect
import logging
import traceback
from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

from meshdesk.decode import chain
from meshdesk.decode.contract import Bounds, Decoded, Decoder, Payload, Schemas, Undecodable

GROUP = "meshdesk.decoders"
TAKES = ["payload", "data", "schemas", "bounds"]

log = logging.getLogger("meshdesk.explain")
log.addHandler(logging.NullHandler())


class Plugin:
    """A decoder of another package, held to the contract: it answers or declines, whatever it does."""

    def __init__(self, decoder: Decoder) -> None:
        self.NAME = decoder.NAME
        self._decoder = decoder
        self._is_said = False  # a list of records would say it a hundred times a second

    def decode(self, payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
        """What it reads. Raises Undecodable."""
        try:
            found = self._decoder.decode(payload, data, schemas, bounds)
            if not isinstance(found, Decoded):
                raise TypeError(f"it answered {type(found).__name__}, and not Decoded")
        except Undecodable:
            raise
        except Exception as error:  # the border: whoever wrote it is not here to be asked
            if not self._is_said:
                self._is_said = True
                # Its words may hold what stands in a record, and no log does: only where it was.
                place = traceback.extract_tb(error.__traceback__)[-1]
                where = f"{type(error).__name__} at {place.filename}:{place.lineno}"
                log.warning("The plug-in %s has a mistake (%s); records are shown without it.", self.NAME, where)
            raise Undecodable(f"the plug-in has a mistake ({type(error).__name__}: {str(error)[:120]})") from None
        return found


def load_plugins() -> tuple[str, ...]:
    """Asks the decoders of other packages, too, from now on. The sentences about those that cannot be, which are logged."""
    added, wrong = plugins(entry_points(group=GROUP), {decoder.NAME for decoder in chain.DECODERS})
    chain.DECODERS = chain.with_decoders(added)
    for sentence in wrong:
        log.warning("%s", sentence)
    return wrong


def plugins(points: Iterable[EntryPoint], taken: set[str]) -> tuple[tuple[Plugin, ...], tuple[str, ...]]:
    """The decoders behind entry points, in the order of their names, and a sentence about each that is none."""
    found: dict[str, Plugin] = {}
    wrong = []
    for point in sorted(points, key=lambda point: (point.name, point.value)):
        try:
            decoder = point.load()
            problem = _problem(decoder, taken | found.keys())
        except Exception as error:  # the border: importing it runs whatever stands in it
            decoder, problem = None, f"it cannot be loaded ({type(error).__name__}: {str(error)[:200]})"
        if problem:
            wrong.append(f"The plug-in {point.name} ({point.value}) is left out: {problem}.")
        else:
            found[decoder.NAME] = Plugin(decoder)
    return tuple(found.values()), tuple(wrong)


def _problem(decoder: object, taken: set[str]) -> str:
    name, decode = getattr(decoder, "NAME", None), getattr(decoder, "decode", None)
    if not isinstance(name, str) or not name.strip():
        return "it has no NAME"
    if name in taken:
        return f"another decoder is called {name}"
    if not callable(decode) or list(inspect.signature(decode).parameters) != TAKES:
        return f"it has no function decode({', '.join(TAKES)})"
    return ""
