"""The product page: reached from the explorer and the palette, about one product at a time, and true at any moment."""

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from meshdesk.model.mesh import Mesh
from meshdesk.ui.found import sources
from meshdesk.ui.views.product import ProductView
from meshdesk.ui.window import Window
from tests.ui.memory import MemorySession, Topic, capture, opened, turn, window_on
from tests.unit.model.test_product_page import shop


def page_on(qtbot: QtBot, mesh: Mesh | None = None) -> tuple[ProductView, Window, MemorySession]:
    made = capture(mesh=shop() if mesh is None else mesh)
    made.topics = (Topic("orders.v1", 3, 1_184_002, 812.0),)
    session = MemorySession(made)
    window = window_on(session)
    qtbot.addWidget(window)
    window.show_view("product")
    turn(session, window)
    view = window.pages.shown_view
    assert isinstance(view, ProductView)
    return view, window, session


def shown(view: ProductView) -> str:
    return view.head.accessibleName().partition(".")[0]


def test_that_a_page_stands_there_at_once_and_the_arrows_lead_through_all_products(qtbot: QtBot) -> None:
    view, window, session = page_on(qtbot)
    seen = []
    for _ in range(4):
        seen.append(shown(view))
        view.after.click()
        turn(session, window)
    assert seen == ["Ledger", "Scores", "Orders", "Ledger"]


def test_that_the_page_is_that_of_the_opened_topic_until_another_is_chosen(qtbot: QtBot) -> None:
    view, window, session = page_on(qtbot)
    capture = opened(session.captures[0])

    def show_after(topic: str) -> str:
        if topic:
            window.open_topic(capture, topic)
        window.show_view("product")
        turn(session, window)
        return shown(view)

    assert show_after("orders.v1") == "Orders"
    view.before.click()
    turn(session, window)
    assert shown(view) == "Scores"
    assert show_after("") == "Scores"
    assert show_after("nobody.knows.it") == "Scores", "of this topic no product is known"
    assert show_after("orders.v1") == "Orders"


def test_that_the_page_has_figures_ports_consumers_and_fields(qtbot: QtBot) -> None:
    view, window, session = page_on(qtbot)
    window.open_product(opened(session.captures[0]), "orders")
    turn(session, window)
    assert "Rate: 812/s" in view.figures.accessibleName()
    assert [row[0].text for row in view.ports.content.rows] == ["orders.v1", "orders.v2"]
    assert {row[0].text for row in view.readers.content.rows} == {"someone", "fraud-scorer", "sales-report", "Ledger"}
    assert view.fields.isVisibleTo(view)
    assert "orders.v1" in view.code.toPlainText()


def test_that_a_consumer_that_is_selected_is_told_of_in_the_inspector(qtbot: QtBot) -> None:
    view, window, session = page_on(qtbot)
    window.open_product(opened(session.captures[0]), "orders")
    turn(session, window)
    assert view.about is None
    groups = [row[0].text for row in view.readers.content.rows]
    view.readers.setCurrentIndex(view.readers.content.index(groups.index("fraud-scorer"), 0))
    turn(session, window)
    assert view.about is not None
    assert view.about.title == "fraud-scorer"
    view.readers.setCurrentIndex(
        view.readers.content.index(groups.index("Ledger"), 0)
    )  # a product that says that it reads
    turn(session, window)
    assert view.about is not None
    assert (view.about.title, view.about.sections[0].rows[0].label) == ("Ledger", "Product")


def test_that_a_port_opens_its_topic_and_one_that_is_not_there_says_so(qtbot: QtBot) -> None:
    view, window, session = page_on(qtbot)
    window.open_product(opened(session.captures[0]), "orders")
    turn(session, window)
    said: list[str] = []
    view.said.connect(said.append)
    view.ports.opened.emit(1)
    assert said == ["orders.v2 is not in the cluster, so there are no records of it."]
    view.ports.opened.emit(0)
    turn(session, window)
    assert window.pages.shown == "records"
    assert window.frame.records.topic == "orders.v1"


def test_that_how_to_subscribe_can_be_copied_for_each_way(qtbot: QtBot) -> None:
    view, window, session = page_on(qtbot)
    for place, word in enumerate(("import Consumer", "KafkaConsumer", "kcat -b")):
        view.ways.choose(place)
        turn(session, window)
        view.copy_button.click()
        assert word in QGuiApplication.clipboard().text()


def test_that_without_products_the_page_says_where_they_would_come_from(qtbot: QtBot) -> None:
    view, _, _ = page_on(qtbot, Mesh().now())
    assert "No data product is known." in view._empty.text


def test_that_the_palette_finds_products_and_opens_their_page(qtbot: QtBot) -> None:
    view, window, session = page_on(qtbot)
    source = next(source for source in sources(window) if source.group == "Products")
    source.do(list(source.texts).index("Orders"))
    turn(session, window)
    assert shown(view) == "Orders"


def test_that_a_product_of_the_explorer_opens_its_page_and_its_chevron_folds(qtbot: QtBot) -> None:
    view, window, session = page_on(qtbot)
    listed = window.frame.explorer.list
    row = next(row for row, entry in enumerate(listed.topics.entries) if entry.text == "Orders")
    listed._use(row)
    turn(session, window)
    assert shown(view) == "Orders"
