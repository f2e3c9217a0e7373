"""The model of the explorer: what is folded stays so, new numbers change no line, ten thousand topics take no frame."""

import time

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from meshdesk.model.mesh import Mesh, fold
from meshdesk.ui.widgets.explorer_model import TopicModel
from tests.ui.memory import MemoryCapture, Topic, opened
from tests.unit.model.facts import SEEN, company, contract, group, mesh_of, topic

BUDGET_MS = 16  # of work: what other programs do meanwhile does not count


def captured(mesh: Mesh, title: str = "acme") -> MemoryCapture:
    topics = tuple(Topic(name, 3, 10, 2.0, 0, False, facts.internal) for name, facts in sorted(mesh.topics.items()))
    return MemoryCapture(title, topics=topics, mesh=mesh)


def row(model: TopicModel, text: str) -> int:
    return [entry.text for entry in model.entries].index(text)


def texts(model: TopicModel) -> list[str]:
    return [entry.text for entry in model.entries]


def test_that_the_model_keeps_qts_rules_with_every_kind_of_line(qtbot: QtBot) -> None:
    model = TopicModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made = opened(captured(company()))
    model.update([made])
    for text in ("Orders", "Sales", "Consumers", "No domain known", "Internal", "acme"):
        model.fold(row(model, text))
    model.show([made], ("orders",))
    model.update([])
    assert model.rowCount() == 0


def test_that_folds_are_remembered_while_numbers_names_and_filters_change(qtbot: QtBot) -> None:
    model, made = TopicModel(), captured(company())
    model.update([opened(made)])
    model.fold(row(model, "Sales"))
    model.fold(row(model, "Internal"))
    before = texts(model)
    assert "orders.placed.v1" not in before
    assert "__consumer_offsets" in before
    made.topics = (*made.topics, Topic("zz"))
    model.update([opened(made)])
    assert [text for text in texts(model) if text != "zz"] == before
    model.show([opened(made)], ("orders",))
    assert "orders.placed.v1" in texts(model)
    model.show([opened(made)], ())
    assert [text for text in texts(model) if text != "zz"] == before


def test_that_a_topic_is_revealed_where_it_was_folded_away_and_an_internal_one_is_not(qtbot: QtBot) -> None:
    model, made = TopicModel(), captured(company())
    model.update([opened(made)])
    model.fold(row(model, "Orders"))
    model.fold(row(model, "Sales"))
    model.reveal(opened(made), "orders.placed.v1")
    assert "orders.placed.v1" in texts(model)
    model.reveal(opened(made), "__consumer_offsets")
    assert "__consumer_offsets" not in texts(model)
    model.reveal(opened(made), "no such topic")


def test_that_each_capture_has_folds_of_its_own(qtbot: QtBot) -> None:
    model, one, other = TopicModel(), captured(company(), "one"), captured(company(), "other")
    model.update([opened(one), opened(other)])
    model.fold(row(model, "Sales"))
    assert texts(model).count("orders.placed.v1") == 1


def test_that_what_becomes_known_of_the_mesh_changes_the_lines_and_new_states_do_not(qtbot: QtBot) -> None:
    mesh = Mesh()
    fold(mesh, [topic("a"), *group("g", "a")])
    model, made = TopicModel(), captured(mesh.now())
    model.update([opened(made)])
    assert texts(model) == ["acme", "a", "Consumers", "g"]
    with qtbot.assertNotEmitted(model.modelReset):
        fold(mesh, group("g", "a", state="empty", members=0))
        made.mesh = mesh.now()
        model.update([opened(made)])
    assert model.entries[-1].amount == "empty"
    fold(mesh, [contract("c", "a", domain="Sales")])
    made.mesh = mesh.now()
    model.update([opened(made)])
    assert texts(model) == ["acme", "Sales", "a", "Consumers", "g"]


def test_that_a_screen_reader_hears_what_a_line_is(qtbot: QtBot) -> None:
    model = TopicModel()
    model.update([opened(captured(company()))])

    def heard(text: str) -> object:
        return model.index(row(model, text)).data(Qt.ItemDataRole.AccessibleTextRole)

    assert heard("Sales") == "domain Sales, 4/s, 2 topics, unfolded"
    assert heard("Internal") == "Internal, 1, folded"
    assert heard("billing") == "group billing, 2 members"
    assert heard("orders.placed.v1") == "orders.placed.v1, 2/s"


def test_that_ten_thousand_topics_with_contracts_take_less_than_a_frame(qtbot: QtBot) -> None:
    names = [f"domain-{k % 40:02d}.product-{k % 400:03d}.event-{k:05d}.v1" for k in range(10_000)]
    contracts = [
        contract(f"c{n}", *names[n::400], domain=f"Domain {n % 40}", product=f"product {n}", seen=SEEN)
        for n in range(400)
    ]
    made = captured(mesh_of(*map(topic, names), *contracts))
    model = TopicModel()
    model.update([opened(made)])
    assert len(model.entries) == 41  # folded at first
    took = []
    for text in ("e", "ev", "eve", "event", "event-0", "event-00", "event-001", "event-00", "event", ""):
        began = time.thread_time()
        model.show([opened(made)], (text,) if text else ())
        took.append((time.thread_time() - began) * 1000)
    assert sorted(took)[len(took) // 2] < BUDGET_MS
    assert model.passing == 10_000


def test_that_what_comes_into_a_fold_that_is_closed_lays_out_no_line_anew(qtbot: QtBot) -> None:
    model, made = TopicModel(), captured(company())
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.update([opened(made)])
    model.fold(row(model, "Internal"))
    model.fold(row(model, "Internal"))
    before, count = texts(model), model.entries[row(model, "Internal")].topics
    made.topics = (*made.topics, Topic("__another", internal=True))
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged):
        model.update([opened(made)])
    assert texts(model) == before
    assert model.entries[row(model, "Internal")].topics == count + 1
    made.topics = (*made.topics, Topic("zz"))
    with qtbot.waitSignal(model.modelReset):
        model.update([opened(made)])
    assert "zz" in texts(model)
