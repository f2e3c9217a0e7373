"""How a value was read, and how else it shall be read."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QAction, QDesktopServices
from pytestqt.qtbot import QtBot

from meshdesk.model.decode_as import About, Choice
from meshdesk.model.row import Part
from meshdesk.ui.widgets.schema_pane import SchemaPane, told
from meshdesk.ui.widgets.text_pane import TextPane
from tests.ui.memory import details_of, row

RECORD, SCHEMA, TOPIC = (
    About("record", "value of orders[1]@42"),
    About("schema", "42"),
    About("topic", "value of orders"),
)
DECODERS = ("Confluent id", "JSON", "bytes", "text as UTF-8", "text as KOI8-R")


def value(asked: About | None = None, decoder: str = "") -> Part:
    tried = (("Azure", "no header names it"), ("JSON", "byte 0 is no JSON"))
    return replace(details_of(row(0)).value, tried=tried, choice=Choice((RECORD, SCHEMA, TOPIC), asked, decoder))


def pane_with(qtbot: QtBot, part: Part, decoders: tuple[str, ...] = DECODERS) -> SchemaPane:
    pane = SchemaPane(TextPane("Schema"))
    qtbot.addWidget(pane)
    pane.say(part, "value", decoders)
    pane.menu.aboutToShow.emit()
    return pane


def actions(pane: SchemaPane) -> dict[str, list[QAction]]:
    found = {}
    for above in pane.menu.actions():
        menu = above.menu()
        assert menu is not None
        found[above.text()] = [  # what lies in a menu of its own, in its place
            inner
            for action in menu.actions()  # type: ignore[attr-defined]
            for inner in ((action,) if action.menu() is None else action.menu().actions())
            if not inner.isSeparator()
        ]
    return found


def test_that_the_reasoning_is_told_from_the_chain_to_what_was_tried() -> None:
    assert told(value(TOPIC, "JSON")) == (
        "Read as\nConfluent id 42 → Avro\n\n"
        "Asked for\nJSON, for the topic\n\n"
        "Schema\norders.placed.v1-value version 3, id 42\n\n"
        '{"type": "record"}\n\n'
        "Tried before\nAzure: no header names it\nJSON: byte 0 is no JSON"
    )
    plain = replace(value(), schema="", schema_text="", tried=())
    assert told(plain) == "Read as\nConfluent id 42 → Avro\n\nSchema\nNo schema was needed to read this."


def test_that_each_thing_that_may_be_asked_for_has_all_decoders_and_the_way_back(qtbot: QtBot) -> None:
    pane = pane_with(qtbot, value(SCHEMA, "JSON"))
    found = actions(pane)
    assert list(found) == ["This value", "All that names schema 42", "All values of the topic"]
    for words, below in found.items():
        assert [action.text() for action in below] == ["As found", *DECODERS[:3], "UTF-8", "KOI8-R"]
        checked = [action.text() for action in below if action.isChecked()]
        assert checked == ["JSON" if "schema" in words else "As found"]


def test_that_types_of_schema_files_stand_in_a_menu_of_their_own(qtbot: QtBot) -> None:
    pane = pane_with(
        qtbot, value(TOPIC, "type acme.Order"), (*DECODERS, "schema file", "type acme.Order", "type acme.Pet")
    )
    *first, order, pet = actions(pane)["All values of the topic"]
    assert [action.text() for action in first] == ["As found", *DECODERS[:3], "schema file", "UTF-8", "KOI8-R"]
    *_, texts, types = pane.menu.actions()[-1].menu().actions()  # type: ignore[attr-defined]
    assert (texts.text(), types.text()) == ("Text in the encoding", "A type of the schema files")
    assert (order.text(), order.isChecked(), pet.text(), pet.isChecked()) == ("acme.Order", True, "acme.Pet", False)
    with qtbot.waitSignal(pane.wished) as said:
        pet.trigger()
    assert said.args == [TOPIC, "type acme.Pet"]


def test_that_a_choice_is_told(qtbot: QtBot) -> None:
    pane = pane_with(qtbot, value())
    for words, number, args in (
        ("This value", 3, [RECORD, "bytes"]),
        ("All values of the topic", 2, [TOPIC, "JSON"]),
        ("All values of the topic", 5, [TOPIC, "text as KOI8-R"]),
        ("All that names schema 42", 0, [SCHEMA, ""]),
    ):
        with qtbot.waitSignal(pane.wished) as said:
            actions(pane)[words][number].trigger()
        assert said.args == args


def test_that_nothing_can_be_asked_for_where_there_is_nothing_to_decode(qtbot: QtBot) -> None:
    assert pane_with(qtbot, value()).button.isEnabled()
    assert not pane_with(qtbot, replace(value(), size=None)).button.isEnabled()
    assert not pane_with(qtbot, value(), ()).button.isEnabled()


def test_that_a_schema_is_opened_in_its_registry_or_its_address_is_told(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    said: list[str] = []
    link = "http://registry:8081/subjects/orders-value/versions/3"

    def open_url(url: QUrl) -> bool:
        opened.append(url.toString())
        return len(opened) == 1

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    pane = pane_with(qtbot, replace(value(), schema_link=link))
    pane.said.connect(said.append)
    pane.show()
    assert pane.link_button.isVisible()
    assert link in pane.link_button.toolTip()
    pane.link_button.click()
    assert (opened, said) == ([link], [])
    pane.link_button.click()
    assert said == [f"No browser could be opened. The schema is at {link}"]
    pane.say(value(), "value", DECODERS)
    assert not pane.link_button.isVisible()
