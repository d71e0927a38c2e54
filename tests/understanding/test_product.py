"""The name of the goods: the head noun phrase, not what stands around it."""

from __future__ import annotations

import pytest

from deepsearch.understanding import RuleParser

PARSER = RuleParser(implied=False, questions=False)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        # sizes, codes, rates and markers are no part of a name
        ("brass M8 x 40 bolts, 500 pcs", "bolts"),
        ("M10 x 80 eye bolts, zinc plated", "eye bolts"),
        ("socket screws M6 x 20, DIN 912", "socket screws"),
        ("2000 bottles a day filling machine for juice", "filling machine"),
        ("8-seater garden table, teak", "garden table"),
        ("Pos. 12 | Kugellager | 6204 | 40 St.", "Kugellager"),
        ("4.2 The compressor shall deliver at least 300 l/min.", "compressor"),
        ("two 3d printers, bed 300 x 300 mm", "3d printers"),
        # politeness, refusals and duties
        ("Dear Mr Okafor, we need 20 roll-up doors, 3 x 3 m", "roll-up doors"),
        ("We don't want leather; the belts must be woven, 110 cm long", "belts"),
        ("Les vannes doivent résister à 16 bar", "vannes"),
        ("Die Leuchten müssen IP65 haben", "Leuchten"),
        ("El motor deberá tener 15 kW", "motor"),
        # what describes a thing from behind, in languages that put it there
        ("300 cajas plegables de cartón, 40 x 30 cm", "cajas plegables de cartón"),
        ("Стул деревянный, 200 шт", "Стул"),
        ("椅子を50台、黒", "椅子"),
        # letters that ask for nothing
        ("Thank you for the samples, they came on Tuesday. We will let you know next week.", ""),
        ("Unser Büro ist am Montag geschlossen. Wir wünschen Ihnen schöne Feiertage.", ""),
    ],
)
def test_the_name_is_found(text, product):
    assert PARSER.parse(text).product == product


def test_a_rate_before_a_machine_is_its_throughput():
    parsed = PARSER.parse("2000 bottles a day filling machine for juice")
    found = [(r.field, r.value, r.unit) for r in parsed.requirements]
    assert ("throughput", 2000.0, "bottle/day") in found
    assert "order_quantity" not in {field for field, _, _ in found}
