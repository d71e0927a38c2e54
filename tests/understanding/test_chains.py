"""Specifications run together on one line, drawn from a seed, with known cuts."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from deepsearch.understanding import RuleParser
from deepsearch.understanding.keyvalue import Pair, find_pairs
from deepsearch.understanding.language import detect
from deepsearch.understanding.scan import scan
from deepsearch.understanding.text import tokenise

# Keys as sheets have them, each with values nobody need know.
LINES: dict[str, tuple[str, ...]] = {
    "Material": ("Stainless Steel", "Solid oak", "ABS+PC", "Pearwood"),
    "Shell Material": ("PC", "Zinc alloy", "Die-cast aluminium"),
    "Lining Material": ("Polyester", "Fleece"),
    "Color": ("Black", "White/Grey", "Dark green, Light green", "RAL 7016"),
    "Size": ("200*124*92mm", "30x40 cm", "12 inch"),
    "Rated Power": ("800W", "5-10KW", "1.5 kW"),
    "Voltage": ("220V", "110-220V", "48V/52V/60V"),
    "Battery Type": ("LiFePO4", "18650 Rechargeable"),
    "Battery Capacity": ("20Ah", "5000mAh"),
    "Engine Type": ("Diesel", "Single-cylinder"),
    "Operating Temperature": ("-20~60 degrees", "-10 to 50 °C"),
    "Usage": ("Garden", "Office", "Painting"),
    "Control Type": ("Push button", "Remote"),
    "Printing Method": ("Silk screen", "Digital printing"),
    "Sleeve Style": ("Regular", "Raglan"),
    "Pattern Type": ("Plain", "Striped"),
    "Model Number": ("XK-220", "LM028"),
    "Brand Name": ("Norvik", "Halden"),
    "Product Weight": ("2.5kg", "63g", "54 kg"),
    "Max Load": ("150kg", "2 t"),
    "Thickness": ("2mm", "0.8 mm"),
    "Surface Treatment": ("Powder coated", "Anodized"),
    "Waterproof Standard": ("IP67", "IPX4"),
    "Warranty": ("2 years", "12 months"),
    "Number of keys": ("61", "88"),
    "Foldable": ("Yes", "No"),
    "Function": ("Massage", "Dimming"),
    "Closure Type": ("Zipper", "Lace-up"),
    "Noise Level": ("45dB", "60 dB"),
}


@dataclass(frozen=True)
class Chain:
    text: str
    cuts: tuple[int, ...]  # where each key but the first begins


def chains(seed: int, count: int) -> list[Chain]:
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        colon = rng.choice([":", ": ", " : "])
        text, cuts = "", []
        for key in rng.sample(sorted(LINES), rng.randint(3, 7)):
            if text:
                text += " "
                cuts.append(len(text))
            text += key + colon + rng.choice(LINES[key])
        made.append(Chain(text, tuple(cuts)))
    return made


def pairs(text: str) -> tuple[list[Pair], list[int]]:
    tokens = tokenise(text)
    language, lexicons = detect(text, tokens)
    return find_pairs(scan(tokens, language, lexicons)), tokens.starts


def test_keys_are_found_where_they_begin():
    right = meant = sure_right = sure = 0
    wrong = []
    for chain in chains(seed=3, count=400):
        found, starts = pairs(chain.text)
        cuts = {starts[pair.first] for pair in found[1:]}
        meant += len(chain.cuts)
        right += len(cuts & set(chain.cuts))
        wrong += [chain.text] if cuts - set(chain.cuts) else []
        for pair in found[:-1]:
            if pair.sure:
                sure += 1
                end = starts[pair.end]
                sure_right += end in chain.cuts
    assert right / meant >= 0.96, (right, meant, wrong[:5])
    assert sure_right / sure >= 0.985, (sure_right, sure)
    assert sure / meant >= 0.7  # being unsure of everything would be no skill


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Color:Red Rated Power:800W Usage:Garden", "power", 800.0),
        ("Length:21cm Clasp Type:Folding Noise Level:45dB", "length", 210.0),
        ("Usage:Garden Max. Speed:> 80km/h Gears:27 Speed", "speed", 22.2222222),
        ("材质:不锈钢 颜色:黑色 重量:5公斤", "weight", 5.0),
        ("Material: acero Color: rojo Peso: 5 kg", "weight", 5.0),
    ],
)
def test_a_number_in_a_chain_is_read_with_its_key(text, field, value):
    parsed = RuleParser(implied=False).parse(text)
    assert [r.value for r in parsed.requirements if r.field == field] == [value]


def test_a_value_whose_end_nothing_shows_is_not_believed():
    parsed = RuleParser(implied=False).parse("Technique:Double Knots Hairline Shape:Oval")
    assert "technique" not in {r.field for r in parsed.requirements}


def test_a_list_of_terms_leaves_the_choice():
    parsed = RuleParser(implied=False).parse("Quote FOB, CIF or EXW please. Trading Term:FOB CIF")
    assert [(r.op.value, r.value) for r in parsed.requirements if r.field == "incoterm"] == [
        ("any_of", ("FOB", "CIF", "EXW")),
        ("any_of", ("FOB", "CIF")),
    ]
