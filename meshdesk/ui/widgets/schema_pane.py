"""How a key or a value was read: its chain, its schema, what else was tried and why; and how else it shall be read."""

from PySide6.QtCore import QSize, QUrl, Signal
from PySide6.QtGui import QActionGroup, QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from meshdesk.model.decode_as import NO_CHOICE, OF_TYPE, TEXT_AS, About
from meshdesk.model.node import visible
from meshdesk.model.row import Part
from meshdesk.ui.widgets.controls import Button
from meshdesk.ui.widgets.text_pane import TextPane

PAD = 14
AS_FOUND = "As found"
# What is asked for by a name of two parts has a menu of its own: how such names begin, and what the menu is called.
BELOW = {TEXT_AS: "Text in the encoding", OF_TYPE: "A type of the schema files"}


class SchemaPane(QWidget):
    """The page of the schema, a menu of decoders, and the way to the schema in its registry."""

    said = Signal(str)  # a sentence that passes
    wished = Signal(object, str)  # what for (model.decode_as.About), and the name of the decoder; "" for none

    def __init__(self, text: TextPane) -> None:
        super().__init__()
        self.text = text
        self.button = Button("Decode as …")
        self._part: Part | None = None
        self._role = ""
        self._decoders: tuple[str, ...] = ()
        self.menu = QMenu(self)
        self.menu.aboutToShow.connect(self._fill)
        self.button.set_menu(self.menu)
        row = QHBoxLayout()
        row.setContentsMargins(PAD, 6, PAD, 6)
        self.link_button = Button("Open in registry")
        self.link_button.clicked.connect(self.open_link)
        row.addWidget(self.button)
        row.addWidget(self.link_button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(text, 1)
        column.addLayout(row)

    def minimumSizeHint(self) -> QSize:
        return self.text.minimumSizeHint()  # in a low window the text is more than the button

    def say(self, part: Part, role: str, decoders: tuple[str, ...]) -> None:
        """`role` is "key" or "value", `decoders` the names of those that may be asked for."""
        self._part, self._role, self._decoders = part, role, decoders
        self.text.say(told(part))
        self.button.setEnabled(bool(decoders and part.size and part.choice.abouts))
        self.link_button.setVisible(bool(part.schema_link))
        self.link_button.setToolTip(f"Opens {part.schema_link} in the browser")

    def open_link(self) -> None:
        """Shows the schema as its registry has it; where no browser can be opened, says where it is."""
        link = self._part.schema_link if self._part is not None else ""
        if link and not QDesktopServices.openUrl(QUrl(link)):
            self.said.emit(f"No browser could be opened. The schema is at {link}")

    def _fill(self) -> None:
        """What may be asked for, made when it is wanted: it is a hundred lines."""
        self.menu.clear()
        for about in self._part.choice.abouts if self._part is not None else ():
            below = self.menu.addMenu(words_for(about, self._role))
            group = QActionGroup(below)
            self._add(below, group, about, "", AS_FOUND)
            below.addSeparator()
            for name in self._decoders:
                if not name.startswith(tuple(BELOW)):
                    self._add(below, group, about, name, name)
            below.addSeparator()
            for begin, words in BELOW.items():
                names = [name for name in self._decoders if name.startswith(begin)]
                menu = below.addMenu(words) if names else below
                for name in names:
                    self._add(menu, group, about, name, name.removeprefix(begin))

    def _add(self, menu: QMenu, group: QActionGroup, about: About, name: str, words: str) -> None:
        """A decoder to choose; "" is none."""
        choice = self._part.choice if self._part is not None else NO_CHOICE
        action = menu.addAction(words)
        action.setCheckable(True)
        action.setChecked(name == (choice.decoder if choice.asked == about else ""))
        group.addAction(action)
        action.triggered.connect(lambda: self.wished.emit(about, name))


def words_for(about: About, role: str) -> str:
    """What a wish is for, as a line of a menu."""
    if about.scope == "record":
        return f"This {role}"
    if about.scope == "schema":
        return f"All that names schema {about.name}"
    return "All keys of the topic" if role == "key" else "All values of the topic"


def told(part: Part) -> str:
    """The whole reasoning as text: what was used, the schema itself, and what was not."""
    chain = " → ".join(part.chain) or part.format
    blocks = [f"Read as\n{chain}"] if chain else []
    if part.choice.asked is not None:
        scope = {"record": "for this record", "schema": "for its schema", "topic": "for the topic"}
        blocks.append(f"Asked for\n{part.choice.decoder}, {scope[part.choice.asked.scope]}")
    blocks.append(f"Schema\n{part.schema or 'No schema was needed to read this.'}")
    tried = ["Tried before", *(f"{name}: {why}" for name, why in part.tried)] if part.tried else []
    return "\n\n".join(filter(None, ("\n\n".join(map(_shown, blocks)), part.schema_text, _shown("\n".join(tried)))))


def _shown(block: str) -> str:
    """Lines of which none obeys what stands in a record."""
    return "\n".join(map(visible, block.split("\n")))
