"""What the buyer does is told from what they ask for; the product is a thing, never a verb."""

from __future__ import annotations

import pytest

from deepsearch.understanding import RuleParser, parse

PARSER = RuleParser(implied=False, questions=False)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("Staff cannot keep up with the cups, we need a unit that goes under the bar", "unit"),
        ("mountain bikes under 12 kg for my shop in Lyon, our logo on the box", "mountain bikes"),
        ("We fill spices in plastic pouches. Want a cheap device worked by foot", "device"),
        ("Einbau-Geschirrspüler mit 14 Maßgedecken", "Einbau-Geschirrspüler"),
        (
            "Ich brauche für meine Küche einen Einbau-Geschirrspüler mit 14 Maßgedecken",
            "Einbau-Geschirrspüler",
        ),
        ("1/4 to 3/8 tripod screw adapter", "tripod screw adapter"),
        ("need 3 ice machines, machine must work at minus 30 degrees", "ice machines"),
        ("Can I buy different sizes in one order of 100 flip flops?", "flip flops"),
        ("I want to sell 500 ml steel bottles in Germany", "steel bottles"),
        ("I want to add this to my cart, but I can't", ""),
        ("gostaria de saber o valor do frete", ""),
    ],
)
def test_the_product_is_the_head_of_what_is_wanted(text, product):
    assert PARSER.parse(text).product == product


@pytest.mark.parametrize(
    ("text", "gone", "kept"),
    [
        ("We fill spices in plastic pouches. Want a steel funnel", "plastic", "steel"),
        ("Vendemos ropa de algodón; necesitamos 200 perchas de madera", "cotton", "wood"),
        ("Nous vendons des bols en plastique et cherchons 20 étagères en bois", "plastic", "wood"),
        ("Wir verkaufen Schalen aus Holz und suchen Kartons aus Wellpappe", "wood", "cardboard"),
    ],
)
def test_materials_of_the_buyers_own_work_are_not_asked_for(text, gone, kept):
    values = [r.value for r in PARSER.parse(text).requirements if r.field == "material"]
    assert gone not in values
    assert kept in values


def test_background_binds_where_it_is_all_there_is():
    found = {
        r.field: r.value for r in PARSER.parse("I want to sell 500 ml steel bottles").requirements
    }
    assert found == {"volume": 0.5, "material": "steel"}


def test_what_a_buyer_handles_is_a_guess_about_the_machine():
    (rate,) = PARSER.parse("we produce 900 rolls a day and need a slitting machine").requirements
    assert (rate.field, rate.hard) == ("throughput", False)
    assert rate.confidence < 0.7


def test_about_so_many_a_day_is_a_floor():
    parsed = PARSER.parse("Need a machine that does around 1000 rolls a day")
    (rate,) = parsed.requirements
    assert (rate.field, rate.op.value, rate.value, rate.unit) == (
        "throughput",
        "ge",
        1000.0,
        "roll/day",
    )


def test_terms_of_trade_bind_in_background_too():
    parsed = PARSER.parse("We sell lamps and pack with our logo, CE. Need 200 boxes")
    assert ("certification", "CE") in {(r.field, r.value) for r in parsed.requirements}


def test_sizes_side_by_side_and_repeated_keys_are_alternatives():
    sizes = {
        r.field: (r.op.value, r.value)
        for r in PARSER.parse("cushion 43x43 cm 30x45 cm").requirements
    }
    assert sizes["length"] == ("any_of", (430.0, 300.0))
    assert sizes["width"] == ("any_of", (430.0, 450.0))
    keyed = PARSER.parse("Material: iron\nMaterial: rubber\nLid material: plastic").requirements
    assert ("material", "any_of", ("iron", "rubber")) in {
        (r.field, r.op.value, r.value) for r in keyed
    }


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("We are located in Germany. Need 20 lamps", "supplier_country"),
        ("The model XT-FCC300 is fine", "certification"),
        ("tablet with 3G/4G", "weight"),
        ("teats, PVC-free", "material"),
        ("Delivery time: no later than dd/mm/yyyy", "delivery_time"),
    ],
)
def test_lookalikes_require_nothing(text, field):
    assert field not in {r.field for r in PARSER.parse(text).requirements}


def test_a_limit_on_one_machine_is_its_weight():
    parsed = PARSER.parse("Looking for a steam press under 30 kg")
    assert [(r.field, r.op.value, r.value) for r in parsed.requirements] == [("weight", "lt", 30.0)]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("What are the custom charges for lamps", "custom_design"),
        ("I'm looking for stretch mark cream", "colour"),
        ("2025 Nissan Frontier roof rack", "order_quantity"),
    ],
)
def test_words_of_two_meanings(text, field):
    assert field not in {r.field for r in PARSER.parse(text).requirements}


def test_a_cream_sofa_keeps_its_colour():
    assert "colour" in {r.field for r in PARSER.parse("I'm looking for a cream sofa").requirements}


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("I'm writing on behalf of Northern Fixings based in Canada. 500 steel bolts", None),
        ("We only accept makers located in Germany, 500 steel bolts", "DE"),
        ("500 steel bolts, supplier based in Turkey", "TR"),
        ("our factory located in Spain needs 500 steel bolts", None),
    ],
)
def test_where_the_buyer_is_asks_nothing_of_the_supplier(text, country):
    asked = [r.value for r in parse(text).requirements if r.field == "supplier_country"]
    assert asked == ([] if country is None else [country])
