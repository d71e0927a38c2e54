"""Towns and regions that suppliers must be in are told from those of the buyer, and of names."""

from __future__ import annotations

import pytest

from deepsearch.understanding import RuleParser

PARSER = RuleParser(implied=False, questions=False)


@pytest.mark.parametrize(
    ("text", "op", "value"),
    [
        ("smart tv, dealers in Chennai or Pune only", "any_of", ("Chennai", "Pune")),
        ("split AC from a dealer in Delhi or Mumbai", "any_of", ("Delhi", "Mumbai")),
        ("ceramic tiles, supplier from Guangdong", "eq", "Guangdong"),
        ("LED strips from a seller located in Coimbatore", "eq", "Coimbatore"),
        ("phone cases, no suppliers from Shenzhen", "ne", "Shenzhen"),
        ("Getriebe, Hersteller aus Stuttgart oder München", "any_of", ("Stuttgart", "Munich")),
        ("proveedor ubicado en Barcelona, aceite de oliva", "eq", "Barcelona"),
        ("поставщик из Шэньчжэня, чехлы", "eq", "Shenzhen"),
        ("factory based in Yiwu, 1000 umbrellas", "eq", "Yiwu"),
        ("cotton shirts, supplier in Gujarat or Tamil Nadu", "any_of", ("Gujarat", "Tamil Nadu")),
        ("Gujarat suppliers of ceramic tiles", "eq", "Gujarat"),
        ("Drehteile, Lieferant aus Bayern", "eq", "Bavaria"),
        ("供应商在广东，500个杯子", "eq", "Guangdong"),
        ("浙江的供应商，500个杯子", "eq", "Zhejiang"),
    ],
)
def test_where_suppliers_must_be(text: str, op: str, value: object) -> None:
    (found,) = (r for r in PARSER.parse(text).requirements if r.field == "supplier_city")
    assert (found.op, found.value, found.hard) == (op, value, True)


@pytest.mark.parametrize(
    "text",
    [
        "we are a company based in Hamburg and need 500 mugs",
        "suppliers from China or Vietnam, bags",
        "manufacturers in Stainless Steel pipes",
        "suppliers in Apple accessories",
        "fornitore di Barilla pasta",
        "our Shenzhen factory needs 3 pumps",
        "Punjab wheat flour 20 tons",
    ],
)
def test_what_names_no_place_of_suppliers(text: str) -> None:
    assert "supplier_city" not in {r.field for r in PARSER.parse(text).requirements}


def test_a_maker_in_a_town_is_both() -> None:
    fields = {r.field: r.value for r in PARSER.parse("factory based in Yiwu").requirements}
    assert fields == {"supplier_type": "manufacturer", "supplier_city": "Yiwu"}
