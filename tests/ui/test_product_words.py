"""What the page of a product says: its figures and the cells of its tables."""

from dataclasses import replace

from meshdesk.ui import product_words
from tests.unit.model.test_product_page import page


def test_that_the_figures_say_how_much_who_reads_and_how_far_the_last_is_behind() -> None:
    rate, read_by, behind, records = product_words.figures(page(), {"orders.v1": 812.0}, {"orders.v1": 1_184_002})
    assert (rate.value, rate.note) == ("812/s", "1 topic")
    assert (read_by.value, read_by.note, read_by.tone) == ("3 groups", "2 domains · 1 undeclared", "attention_text")
    assert (behind.value, behind.note) == ("7.0 s ± 0.5", "at most: someone")
    assert records.value == "1,184,002"


def test_that_what_is_not_known_is_unknown() -> None:
    rate, _, _, records = product_words.figures(page(), {}, {})
    assert (rate.value, records.value) == ("unknown", "unknown")
    read = page()
    unheard = replace(read, readers=tuple(line._replace(behind=None) for line in read.readers))
    behind = product_words.figures(unheard, {}, {})[2]
    assert (behind.value, behind.note) == ("unknown", "no commit is known")
    unread = product_words.figures(replace(read, readers=()), {}, {})[2]
    assert (unread.value, unread.note) == ("–", "nobody reads it")


def test_that_the_subtitle_names_domain_owner_contract_and_state() -> None:
    assert product_words.subtitle(page()) == "sales · owned by team sales · contract 1.2.0 · active"


def test_that_the_tables_have_a_cell_for_each_column_and_colours_with_words() -> None:
    found = page()
    ports = product_words.ports(found.ports, {"orders.v1": 812.0})
    assert [cell.text for cell in ports[0]] == ["orders.v1", "Avro 42", "812/s", "7 d", "there"]
    assert [cell.text for cell in ports[1]] == ["orders.v2", "unknown", "–", "unknown", "not in the cluster"]
    readers = product_words.readers(found.readers, found.domain, lambda ms: f"at {ms}")
    assert [cell.text for cell in readers[0]] == ["someone", "unknown", "orders.v1", "7.0 s ± 0.5", "no", "now"]
    assert [row[4].text for row in readers] == ["no", "yes", "own", "yes"]
    assert readers[3][5].text == "never seen"
    alone = product_words.readers([found.readers[0]._replace(has_members=False)], found.domain, lambda ms: f"at {ms}")
    assert (alone[0][5].text, alone[0][5].tip.partition(".")[0]) == ("no member", "So seen at 1000")
    fields = product_words.fields(found.fields, found.domain)
    assert [cell.text for cell in fields[0]] == ["order_id", "string · key · required", "orders.v1", "c-orders.yaml:31"]
    assert [cell.text for cell in product_words.promises(found)[0]] == ["latency", "5 s", "c-orders.yaml:40"]
    for rows, columns in (
        (ports, product_words.PORTS),
        (readers, product_words.READERS),
        (fields, product_words.FIELDS),
    ):
        assert {len(row) for row in rows} == {len(columns)}
