"""What a buyer answers is read by what was asked, merged, and told where it changes something."""

from __future__ import annotations

import datetime as dt

import pytest

from deepsearch.errors import InvalidInputError
from deepsearch.schema import ParsedQuery
from deepsearch.understanding import RuleParser, answer, from_json, parse, to_json

DAY = dt.date(2026, 11, 1)


def _said(parsed: ParsedQuery) -> dict[str, object]:
    return {r.field: r.value for r in parsed.requirements if r.implied_by is None}


def _asked(parsed: ParsedQuery) -> set[str]:
    return {question.field for question in parsed.questions}


@pytest.mark.parametrize(
    ("text", "words", "field", "value"),
    [
        ("electric kettles", "500", "order_quantity", 500.0),
        ("electric kettles", "about 500", "order_quantity", (450.0, 550.0)),
        ("electric kettles", "Germany", "destination", "DE"),
        ("Wir suchen Wasserkocher", "Österreich", "destination", "AT"),
        ("我们需要不锈钢保温杯", "五百", "order_quantity", 500.0),
        ("我们需要不锈钢保温杯", "德国", "destination", "DE"),
        ("necesitamos bombas de agua", "Lima", "destination", "Lima"),
        ("Wir suchen Wasserkocher", "fünfhundert", "order_quantity", 500.0),
        ("Wir suchen Wasserkocher", "1.500", "order_quantity", 1500.0),
        ("200 kettles, Canada, CE, max 5 USD", "1.7 l", "volume", 1.7),
        ("200 kettles to Canada", "500 pcs to Japan", "destination", "JP"),
    ],
)
def test_a_bare_answer_is_read_by_the_question_it_fits(text, words, field, value):
    before = parse(text, today=DAY)
    after = answer(before, words, today=DAY)
    assert _said(after)[field] == value
    assert field not in _asked(after)
    (found,) = (r for r in after.requirements if r.field == field and r.implied_by is None)
    assert found.span is not None
    assert after.text[slice(*found.span)] in words or words in after.text[slice(*found.span)]


@pytest.mark.parametrize(
    ("field", "words", "value"),
    [
        ("load_capacity", "500 kg", 500.0),
        ("material", "zirconia", "zirconia"),
        ("voltage", "220", 220.0),
        ("unit_price", "max 5 dollars", 5.0),
        ("delivery_date", "end of March", "2027-03-31"),
        ("delivery_date", "5月底", "2027-05-31"),
        ("custom_logo", "yes", True),
        ("custom_logo", "nein", False),
        ("custom_logo", "需要", True),
    ],
)
def test_a_named_question_is_answered(field, words, value):
    after = answer(parse("hand pallet trucks"), words, field=field, today=DAY)
    assert _said(after)[field] == value


def test_a_number_without_its_unit_answers_nothing_that_is_measured():
    before = parse("submersible pumps")
    after = answer(before, "20", field="flow_rate")
    assert "flow_rate" not in _said(after)
    assert "flow_rate" in _asked(after)
    assert after.notes == ("Nothing was read from the answer '20'.",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("500 kettles", "make it 300 instead"),
        ("necesitamos 500 teteras", "mejor 300"),
        ("我们要500个水壶", "改成300个"),
        ("Wir suchen 500 Wasserkocher", "doch lieber 300 Stück"),
        ("Wir suchen 500 Wasserkocher", "doch lieber 300"),
    ],
)
def test_a_changed_quantity_is_told(text, words):
    after = answer(parse(text), words)
    assert _said(after)["order_quantity"] == 300.0
    (note,) = after.notes
    assert note.startswith("Changed by a later answer: order_quantity = 500 piece")


@pytest.mark.parametrize(
    ("text", "words", "field"),
    [
        ("mountain bikes under 12 kg", "weight does not matter", "weight"),
        ("rote Fahrräder, 12 kg", "Farbe egal", "colour"),
        ("红色自行车，12公斤", "颜色无所谓", "colour"),
        ("bicicletas rojas de 12 kg", "el color da igual", "colour"),
        ("kettles, CE", "no certificate needed after all", "certification"),
    ],
)
def test_what_no_longer_matters_is_withdrawn_and_told(text, words, field):
    before = parse(text)
    assert field in _said(before)
    after = answer(before, words)
    assert field not in _said(after)
    assert [note.split(":")[0] for note in after.notes] == ["Withdrawn by a later answer"]
    assert len(_said(after)) == len(_said(before)) - 1


@pytest.mark.parametrize("words", ["none", "any", "egal", "无所谓", "no importa"])
def test_a_question_left_open_is_not_asked_again(words):
    after = answer(parse("electric kettles"), words, field="certification")
    assert "certification" not in _said(after)
    assert "certification" not in _asked(after)
    again = answer(from_json(to_json(after)), "500")
    assert "certification" not in _asked(again)
    assert _said(again)["order_quantity"] == 500.0


@pytest.mark.parametrize("words", ["yes", "as soon as possible", "Thanks, we will see."])
def test_what_answers_nothing_is_told_and_changes_nothing(words):
    before = parse("submersible pumps, 12 m3/h")
    after = answer(before, words)
    assert after.requirements == before.requirements
    assert after.questions == before.questions
    assert after.notes == (f"Nothing was read from the answer '{words}'.",)


def test_no_question_is_about_an_unknown_field():
    with pytest.raises(InvalidInputError, match="No question is about 'colourr'"):
        answer(parse("kettles"), "red", field="colourr")


def test_nothing_is_inferred_where_the_parser_infers_nothing():
    parser = RuleParser(implied=False)
    after = answer(parser.parse("500 kettles"), "Japan", parser=parser)
    assert _said(after)["destination"] == "JP"
    assert not [r for r in after.requirements if r.implied_by]
