"""Rows of schedules of work and of parts lists: the thing, and what is surely its own."""

from __future__ import annotations

import pytest

from deepsearch.schema import Operator, ParsedQuery
from deepsearch.understanding import Cell, parse_row
from deepsearch.understanding.schedule import is_note, is_prose

BARRIER = (
    "Providing and fixing roadside noise barrier with concrete posts, including 6 mm thick damping "
    "layer having density 1200 kg/m3 as per ASTM E-90, over which 80 mm glass wool shall be laid. "
    "The panels behind shall be of aluminium. Samples are tested at 40 degC, upto 500 fpm of air. "
    "The barrier shall be 3 m in height. The adhesive is to be applied below RH 80%."
)


def row(description: str, *headings: str, **cells: str) -> ParsedQuery:
    return parse_row({"Description": description, **cells}, headings=headings)


def said(parsed: ParsedQuery) -> set[tuple[str, object, bool]]:
    return {(r.field, r.value, r.hard) for r in parsed.requirements}


@pytest.mark.parametrize(
    ("description", "product"),
    [
        ("Supply and fixing of acoustic ceiling tiles 600 x 600 mm", "acoustic ceiling tiles"),
        ("Furnish and install weather louvres shall be of 18 gauge steel", "weather louvres"),
        ("S.I.T.C. of chilled water pumps, 22 kW", "chilled water pumps"),
        ("Custom fabrication and installation of steel based silencers", "silencers"),
        ("Supply & laying of the following nominal sizes of copper pipe", "copper pipe"),
        (
            "Providing under-floor & wall heating mat as 4 mm layer",
            "under-floor & wall heating mat",
        ),
        ("50 mm thick pipe insulation", "pipe insulation"),
        ("Lieferung und Montage von Brandschutztüren 1000 x 2100 mm", "Brandschutztüren"),
        ("Suministro e instalación de luminarias LED, incluyendo soportes", "luminarias LED"),
        ("Fourniture et pose de carrelage 60x60 cm", "carrelage"),
        ("Fornitura e posa in opera di tubi in rame", "tubi"),
        ("Fornecimento e instalação de bombas 5 kW", "bombas"),
        ("Поставка и монтаж насосов 15 кВт", "насосов"),
        ("供应及安装冷却塔 2台", "冷却塔"),
        ("توريد وتركيب مضخات", "مضخات"),
        # the same words as part of a name
        ("Fixing screws M4 x 20", "Fixing screws"),
        ("Installation kit for solar panels", "Installation kit"),
        ("Testing machine 10 kN", "Testing machine"),
    ],
)
def test_work_is_no_part_of_the_name(description: str, product: str) -> None:
    assert row(description).product == product


@pytest.mark.parametrize(
    ("description", "headings", "product"),
    [
        ("50 mm thick for the plenum", ["PIPE LAGGING"], "PIPE LAGGING"),
        ("40 mm thick insulation", ["Supply and fixing of duct insulation"], "duct insulation"),
        (
            "22 mm dia",
            ["COPPER PIPING", "Thickness of pipes should be as per the maker's advice"],
            "COPPER PIPING",
        ),
        (
            "Supply of insulation material. Acoustic insulation of ducts",
            ["HVAC"],
            "Acoustic insulation",
        ),
        ("ball valve DN50", ["VALVES AND FITTINGS"], "ball valve"),
    ],
)
def test_a_heading_names_what_the_row_does_not(
    description: str, headings: list[str], product: str
) -> None:
    assert row(description, *headings).product == product


def test_of_a_long_description_only_what_is_surely_the_things_own_is_hard() -> None:
    parsed = row(BARRIER, Qty="350", Unit="m2")
    assert parsed.product == "roadside noise barrier"
    found = said(parsed)
    assert ("order_quantity", 350.0, True) in found
    assert ("height", 3000.0, False) in found, "a sentence about the barrier: a wish"
    hard = {field for field, _, hard in found if hard}
    assert hard == {"order_quantity"}
    fields = {field for field, _, _ in found}
    assert not fields & {"temperature", "operating_temperature", "humidity", "length"}
    thickness = [value for field, value, _ in found if field == "thickness"]
    assert len(thickness) <= 1, "two layers contradict each other"


def test_what_stands_with_the_name_and_a_sentence_of_its_own_are_hard() -> None:
    words = (
        "Supply and fixing of 25 mm thick phenolic foam board with density 60 kg/m3, including "
        "adhesive and all accessories needed as directed by the engineer in charge of the works. "
        "Workmanship shall be approved, and the area left clean and free of any waste. "
        "Width: 600 mm."
    )
    assert is_prose(words)
    found = said(row(words))
    assert {("thickness", 25.0, True), ("density", 60.0, True), ("width", 600.0, True)} <= found


def test_a_row_wins_over_its_headings() -> None:
    heading = (
        "Supply and installation of duct insulation. Insulation to be factory laminated with "
        "minimum 15 microns thick foil, of nitrile rubber, and bonded with low VOC adhesive as "
        "recommended by its manufacturer, subject to the approval of the engineer."
    )
    found = said(row("32 mm thick for supply ducts", heading))
    assert ("thickness", 32.0, True) in found
    assert [field for field, _, _ in found].count("thickness") == 1
    assert "supplier_type" not in {field for field, _, _ in found}
    assert all(not hard for field, _, hard in found if field == "material")


def test_the_temperature_a_value_holds_at_is_none_that_is_asked_for() -> None:
    found = said(row("Foam board, thermal conductivity 0.036 W/mK at 24 degC"))
    assert "thermal_conductivity" in {field for field, _, _ in found}
    assert not {f for f, _, _ in found} & {"temperature", "operating_temperature"}
    kept = {field for field, _, _ in said(row("Foam board, withstands 120 degC"))}
    assert kept & {"temperature", "operating_temperature"}


def test_the_quantity_cell_wins_over_numbers_in_the_description() -> None:
    parsed = row("Air grille, 500 pcs a box", Qty="55", Unit="RMT")
    orders = [(r.value, r.unit) for r in parsed.requirements if r.field == "order_quantity"]
    assert orders == [(55.0, "m")]


@pytest.mark.parametrize("cell", ["RO", "as required", "LS"])
def test_a_quantity_in_words_requires_nothing(cell: str) -> None:
    assert not said(row("Brackets", Qty=cell))


def test_makers_of_one_cell_are_alternatives_and_equivalents_make_them_a_wish() -> None:
    brand = next(r for r in row("Pump", Make="Grundfos / KSB/ Wilo").requirements)
    assert (brand.op, brand.value, brand.hard) == (
        Operator.ANY_OF,
        ("Grundfos", "KSB", "Wilo"),
        True,
    )
    brand = next(r for r in row("Pump", Make="Grundfos or equivalent").requirements)
    assert (brand.value, brand.hard) == (("Grundfos",), False)


@pytest.mark.parametrize(
    ("description", "product"),
    [
        ("CAP CER 0.1UF 50V X7R 0603", "ceramic capacitor"),
        ("RES 10K OHM 1% 0603", "resistor"),
        ("DIODE SCHOTTKY 100V 2A SMA", "Schottky diode"),
        ("IC REG LINEAR 3.3V 1A", "linear regulator integrated circuit"),
        ("CONN HDR 8POS 2.54MM", "header connector"),
        ("XTAL 16MHZ 18PF SMD", "crystal"),
        ("MOSFET N-CH 40V 40A", "N-channel MOSFET"),
        ("Switch box, grey", "Switch box"),
    ],
)
def test_components_are_spelt_out(description: str, product: str) -> None:
    parsed = row(description)
    assert parsed.product == product
    assert product in parsed.text, "it is searched for, too"


def test_a_cap_to_wear_is_no_capacitor() -> None:
    assert "capacitor" not in row("Cap, cotton, red").product


def test_a_buyers_own_number_may_tell_the_component() -> None:
    cells = [
        Cell(header="Company PN", text="CAP2238", role="reference"),
        Cell(header="MPN", text="CGA3E2C0G1H221J080AA", role="code"),
    ]
    assert parse_row(cells).product == "capacitor"
    cells[0] = Cell(header="Company PN", text="MISC0028", role="reference")
    assert parse_row(cells).product == ""


def test_spans_point_at_their_words_where_long_and_short_texts_are_read_apart() -> None:
    parsed = row(BARRIER, "Barriers", Qty="350", Unit="m2", Colour="green")
    by_field = {r.field: parsed.text[slice(*r.span)] for r in parsed.requirements if r.span}
    assert by_field["order_quantity"] == "Quantity: 350 m2"
    assert by_field["colour"].endswith("green")
    assert "3 m" in by_field["height"]


@pytest.mark.parametrize(
    ("heading", "note"),
    [
        ("Pipes should be as per drawing", True),
        ("Leak tests to be done by the contractor", True),
        ("DRAIN PIPING", False),
        ("Supply and laying of pipes, which shall be tested", False),
    ],
)
def test_notes_are_told_from_names(heading: str, note: bool) -> None:
    assert is_note(heading) is note
