"""JSON, HTML, editing, merging, rows, documents, claims, units."""

from __future__ import annotations

import datetime as dt
import json
import time

import pytest

from deepsearch.errors import InvalidInputError
from deepsearch.protocols import RequirementParser
from deepsearch.schema import Listing, Operator
from deepsearch.understanding import (
    RuleParser,
    change,
    extract_claims,
    from_json,
    harden,
    merge,
    parse,
    parse_document,
    parse_row,
    remove,
    soften,
    to_html,
    to_json,
    without_rule,
)
from deepsearch.understanding.lexicon import load_data
from deepsearch.understanding.numerals import read_digits

_PLAIN = RuleParser(implied=False, questions=False)


def _found(text: str, today: dt.date | None = None):
    return {
        (r.field, r.op.value, r.value, r.unit) for r in _PLAIN.parse(text, today=today).requirements
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pump, must work at minus 30 degrees", ("operating_temperature", "le", -30.0, "degC")),
        ("pump, -30 to +55 °C", ("operating_temperature", "between", (-30.0, 55.0), "degC")),
        ("wrench, torque ≥ 500 N·m", ("torque", "ge", 500.0, "N.m")),
        ("bikes, wieght max 12kgs", ("weight", "le", 12.0, "kg")),
        ("Blech, Dicke 2,5 mm", ("thickness", "eq", 2.5, "mm")),
        ("1.000 Stück Schrauben", ("order_quantity", "eq", 1000.0, "piece")),
        ("car, price 3,00,008.99 USD", ("unit_price", "eq", 300008.99, "USD")),
        ("10k glass jars", ("order_quantity", "eq", 10000.0, "piece")),
        ("spacers, 15 mm ± 5 mm", ("length", "between", (10.0, 20.0), "mm")),
        ("chair, weight about 10 kg", ("weight", "between", (9.0, 11.0), "kg")),
        ("bolts, FOB Shanghai", ("incoterm_place", "eq", "Shanghai", None)),
        ("winch, max load 150 kg", ("load_capacity", "ge", 150.0, "kg")),
        ("bikes, order 2 x 40HQ", ("order_quantity", "eq", 2.0, "40ft_hc_container")),
        ("mugs, before 20 May", ("delivery_date", "lt", "2026-05-20", None)),
        ("mugs, MOQ not above 500", ("min_order_quantity", "le", 500.0, "piece")),
        ("compressor 15 PS", ("power", "eq", 11032.4812, "W")),
        ("SSD 1 TB storage", ("storage", "eq", 1000.0, "GB")),
        ("can I get a sample?", ("sample", "eq", True, None)),
        ("egg machine 3000 pcs/h", ("throughput", "eq", 3000.0, "piece/h")),
    ],
)  # fmt: skip
def test_rules_of_the_contract(text, expected):
    assert expected in _found(text, today=dt.date(2026, 1, 15))


@pytest.mark.parametrize(
    "text",
    [
        "Hello, please send price. Thanks",
        "老板你好，请发一份产品目录，谢谢。",
        "OEM/ODM: acceptable",
        "Color: customized",
        "",
    ],
)
def test_courtesies_and_boilerplate_are_no_requirement(text):
    assert _found(text) == set()


@pytest.mark.parametrize(
    ("raw", "language", "value"),
    [("1.000", "de", 1000), ("1.000", "en", 1.0), ("2,5", "fr", 2.5), ("1,25,000", "en", 125000),
     ("12.345,6", "it", 12345.6), ("12,345.6", "en", 12345.6), ("0,125", "de", 0.125), ("1'500", "de", 1500)],  # noqa: E501
)  # fmt: skip
def test_number_formats(raw, language, value):
    assert read_digits(raw, language)[0] == pytest.approx(value)


def test_units_agree_with_an_independent_library():
    pint = pytest.importorskip("pint")
    registry = pint.UnitRegistry()
    names = {"mm": "millimeter", "kg": "kilogram", "l": "liter", "m2": "meter**2", "W": "watt", "V": "volt", "A": "ampere",  # noqa: E501
             "Hz": "hertz", "Wh": "watt_hour", "bar": "bar", "l/min": "liter/minute", "N.m": "newton*meter", "N": "newton",  # noqa: E501
             "m/s": "meter/second", "kg/m3": "kilogram/meter**3", "g/m2": "gram/meter**2", "s": "second"}  # fmt: skip  # noqa: E501
    spelt = {"inch": "inch", "ft": "foot", "yd": "yard", "mile": "mile", "lb": "pound", "oz": "ounce", "gallon": "gallon",  # noqa: E501
             "imperial gallon~": "imperial_gallon", "fl oz": "fluid_ounce", "pint": "pint", "quart": "quart", "psi": "psi", "atm": "atm",  # noqa: E501
             "mpa": "megapascal", "kpa": "kilopascal", "kw": "kilowatt", "mph": "mile/hour", "km/h": "kilometer/hour", "cfm": "foot**3/minute",  # noqa: E501
             "gpm": "gallon/minute", "m3/h": "meter**3/hour", "ft lb": "foot*force_pound", "kgf": "kilogram_force", "acre~": "acre",  # noqa: E501
             "hectare~": "hectare", "ft2": "foot**2", "sq in": "inch**2", "bbl": "oil_barrel", "kwh": "kilowatt_hour", "knot": "knot"}  # fmt: skip  # noqa: E501
    checked = 0
    for table in load_data("units").values():
        for factor, packed in table["units"]:
            for spelling in packed.split("|"):
                if spelling in spelt and table["canonical"] in names:
                    expected = registry(spelt[spelling]).to(names[table["canonical"]]).magnitude
                    assert float(factor) == pytest.approx(expected, rel=2e-4), spelling
                    checked += 1
    assert checked >= 25


def test_the_parser_is_what_the_protocol_asks_for():
    assert isinstance(RuleParser(), RequirementParser)


def test_json_has_the_contract_s_keys_and_reads_back():
    parsed = parse("500 mountain bikes under 12 kg, CE, ideally red")
    record = json.loads(json.dumps(to_json(parsed)))
    assert {"text", "language", "product", "requirements"} <= set(record)
    for r in record["requirements"]:
        assert {"field", "op", "value", "unit", "hard", "span", "implied_by", "confidence"} <= set(
            r
        )
    assert from_json(record).requirements == parsed.requirements
    record["requirements"][0]["op"] = "roughly"
    with pytest.raises(InvalidInputError, match="no operator"):
        from_json(record)


def test_html_underlines_the_words_and_escapes_them():
    page = to_html(parse('weight max 12 kg <script>alert("x")</script>, CE'))
    assert '<u class="hard" title="weight ≤ 12 kg">weight max 12 kg</u>' in page
    assert "<script>" not in page
    assert "weight ≤ 12 kg" in page


def test_requirements_can_be_removed_changed_hardened_and_softened():
    parsed = _PLAIN.parse("500 mountain bikes under 12 kg, ideally red")
    assert "weight" not in {r.field for r in remove(parsed, "weight").requirements}
    changed = change(parsed, "weight", value=10.0, op="le")
    assert next(r for r in changed.requirements if r.field == "weight").value == 10.0
    assert not next(r for r in soften(parsed, "weight").requirements if r.field == "weight").hard
    assert next(r for r in harden(parsed, "colour").requirements if r.field == "colour").hard
    with pytest.raises(InvalidInputError, match="No requirement on 'voltage'"):
        remove(parsed, "voltage")
    with pytest.raises(InvalidInputError, match="There is no requirement 99"):
        remove(parsed, 99)


def test_questions_are_few_and_end_when_answered():
    parsed = parse("electric kettles")
    asked = [q.field for q in parsed.questions]
    assert len(asked) <= 5
    assert asked[0] == "order_quantity"
    answered = merge(parsed, parse("500 pcs, ship to Germany"))
    assert "order_quantity" not in {q.field for q in answered.questions}
    assert {"order_quantity", "destination"} <= {r.field for r in answered.requirements}


def test_an_answer_is_inferred_from_with_what_was_said_before():
    def inferred(parsed):
        return {(r.field, r.value) for r in parsed.requirements if r.implied_by}

    parsed = merge(parse("500 electric kettles"), parse("ship to Germany"))
    assert inferred(parsed) == inferred(parse("500 electric kettles, ship to Germany"))
    parsed = merge(merge(parsed, parse("no, ship to the USA")), parse("make it 800 pieces"))
    assert inferred(parsed) == inferred(parse("800 electric kettles, ship to the USA"))
    assert any("destination = DE → destination = US" in note for note in parsed.notes)
    spared = without_rule(parse("500 electric kettles, ship to Germany"), "eu-weee")
    assert ("certification", "WEEE") not in inferred(merge(spared, parse("at least 2000 W")))
    silent = RuleParser(implied=False)
    plain = merge(silent.parse("500 kettles for Germany"), silent.parse("at least 2000 W"))
    assert not inferred(plain)


def test_later_words_win_and_contradictions_are_shown():
    before = _PLAIN.parse("100 chairs, weight max 12 kg, black")
    after = merge(before, _PLAIN.parse("weight max 10 kg"))
    weights = [r for r in after.requirements if r.field == "weight"]
    assert [r.value for r in weights] == [10.0]
    assert any("weight ≤ 12 kg → weight ≤ 10 kg" in note for note in after.notes)
    start, end = weights[0].span
    assert after.text[start:end] == "weight max 10 kg"


def test_bounds_that_meet_stand_together():
    merged = merge(_PLAIN.parse("pump, weight at least 5 kg"), _PLAIN.parse("weight max 9 kg"))
    assert {r.op for r in merged.requirements if r.field == "weight"} == {Operator.GE, Operator.LE}
    assert not merged.notes


def test_a_row_takes_its_fields_from_the_headers():
    parsed = parse_row(
        {
            "Item": "Hex bolt M10x50",
            "Material": "A2 stainless steel",
            "Length (mm)": "50",
            "Qty": "5000",
            "Unit": "pcs",
            "Remarks": "",
        },
        source="boq.xlsx Sheet1!7",
    )
    found = {(r.field, r.value, r.unit) for r in parsed.requirements}
    assert {
        ("order_quantity", 5000.0, "piece"),
        ("length", 50.0, "mm"),
        ("material", "stainless steel", None),
        ("size", "M10x50", None),
    } <= found
    assert all(r.source == "boq.xlsx Sheet1!7" for r in parsed.requirements)


def test_clauses_shall_is_hard_and_should_is_a_wish():
    blocks = [
        "Centrifugal pump",
        "5.3 The pump shall deliver at least 12 m³/h",
        "5.4 The noise should be below 70 dB",
        "5.5 Material: 316",
    ]
    parsed = parse_document(blocks, source="spec.docx")
    by_field = {r.field: r for r in parsed.requirements}
    assert by_field["flow_rate"].hard
    assert by_field["flow_rate"].value == pytest.approx(200, rel=1e-6)
    assert by_field["flow_rate"].source == "spec.docx §5.3"
    assert not by_field["noise"].hard
    start, end = by_field["noise"].span
    assert parsed.text[start:end].endswith("70 dB")


def test_claims_cite_their_place_and_words():
    listing = Listing(id="1", title="1-inch 600 kg 3 m Chain hoist CE & RoHS approved",
                      attributes={"Voltage": "440 V", "Material": "Alloy steel", "MOQ": "10 pieces"}, description="IP54. OEM available.")  # fmt: skip  # noqa: E501
    claims = {(c.dimension, c.value): c for c in extract_claims(listing)}
    assert claims["voltage", 440.0].source == "attributes.Voltage"
    assert claims["certification", "CE"].source == "title"
    assert claims["load_capacity", 600.0].quote == "600 kg"
    assert ("ip_rating", "IP54") in claims
    assert not {d for d, _ in claims} & {"min_order_quantity", "order_quantity"}


def test_claims_of_a_listing_take_milliseconds():
    listing = Listing(
        id="1",
        title="1-inch 600 kg 3 m Chain hoist CE & RoHS approved",
        attributes={"Voltage": "440 V", "Material": "Alloy steel"},
    )
    extract_claims(listing)
    times = []
    for _ in range(50):
        start = time.perf_counter()
        extract_claims(listing)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.01  # the goal is 2 ms on an idle core


@pytest.mark.parametrize(
    ("field", "how", "expected"),
    [
        ("weight", {"value": 10}, ("lt", 10.0, "kg")),
        ("weight", {"value": [8, 10], "op": "between"}, ("between", (8.0, 10.0), "kg")),
        ("weight", {"value": 20, "unit": "lb"}, ("lt", 9.0718474, "kg")),
        (
            "weight",
            {"value": (9500, 9800), "op": "between", "unit": "g"},
            ("between", (9.5, 9.8), "kg"),
        ),
        ("certification", {"value": "CE"}, ("eq", "CE", None)),
        ("colour", {"value": ["red", "blue"]}, ("any_of", ("red", "blue"), None)),
    ],
)
def test_a_changed_value_is_read_as_a_requirement_s(field, how, expected):
    parsed = parse("500 mountain bikes under 12 kg, CE and RoHS, red")
    changed = change(parsed, field, **how)
    (found,) = (r for r in changed.requirements if r.field == field and not r.implied_by)
    assert (found.op.value, found.value, found.unit) == expected
    assert from_json(to_json(changed)) == changed


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"op": "roughly"}, "is no operator"),
        ({"value": 10, "op": "between"}, "needs a list"),
        ({"value": (10, 8), "op": "between"}, "needs .low, high."),
        ({"value": float("nan")}, "expected a number"),
        ({"value": 10, "unit": "m"}, "'m' is no unit of 'weight'. Give the value in kg."),
        ({"value": 10, "unit": "blah"}, "'blah' is no unit of 'weight'"),
    ],
)
def test_a_change_that_makes_no_requirement_is_refused(how, told):
    with pytest.raises(InvalidInputError, match=told):
        change(parse("500 mountain bikes under 12 kg"), "weight", **how)


@pytest.mark.parametrize(
    "record",
    [
        [1],
        {"text": "a", "requirements": {}},
        {"text": "a", "requirements": [5]},
        {"text": "a", "requirements": [{"field": "weight", "value": 5, "unit": 7}]},
        {"text": "a", "questions": [{"text": "How many?"}]},
    ],
)
def test_what_is_no_parsed_query_is_refused(record):
    with pytest.raises(InvalidInputError):
        from_json(record)
