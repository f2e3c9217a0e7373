"""Text in the encoding that somebody names under Decode as …: nothing in the bytes says which it is, so none is ever tried."""

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.model.decode_as import TEXT_AS
from meshdesk.model.node import Node, shortened

# By the names that the IANA has for them (iana.org/assignments/character-sets), and as Python calls those that it calls otherwise.
ENCODINGS = {
    "UTF-8": "", "UTF-16LE": "", "UTF-16BE": "",
    "ISO-8859-1": "", "ISO-8859-2": "", "ISO-8859-5": "", "ISO-8859-7": "", "ISO-8859-9": "", "ISO-8859-15": "",
    "windows-1250": "", "windows-1251": "", "windows-1252": "", "windows-1253": "", "windows-1254": "",
    "KOI8-R": "", "KOI8-U": "", "macintosh": "mac-roman",
    "IBM037": "", "IBM273": "", "IBM500": "", "IBM01140": "cp1140",  # EBCDIC: of mainframes
    "IBM437": "", "IBM850": "", "IBM852": "",
    "Shift_JIS": "cp932", "EUC-JP": "", "ISO-2022-JP": "", "GB18030": "", "Big5": "cp950", "EUC-KR": "cp949", "TIS-620": "",
}  # fmt: skip


class TextAs:
    """A decoder of one encoding."""

    def __init__(self, label: str, codec: str) -> None:
        self.NAME = f"{TEXT_AS}{label}"
        self._label, self._codec = label, codec

    def decode(self, payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG002 (the contract's form)
        """The text. Raises Undecodable."""
        if len(data) > bounds.bytes:
            raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
        try:
            text = data.decode(self._codec)
        except UnicodeDecodeError as error:
            raise Undecodable(f"it is no {self._label} at byte {error.start:,}") from None
        tree = Node("", "string", shortened(text.removeprefix("\ufeff"), bounds.text), span=(0, len(data)))
        return Decoded(tree, (Layer(f"{self._label} text"),), self._label)


DECODERS = tuple(TextAs(label, codec or label) for label, codec in ENCODINGS.items())
