"""Which rows of a sheet are items: layouts as buyers draw them."""

from __future__ import annotations

import pytest

from tests.inputs.sheets import draw

LAYOUTS = {
    "header in the first row": """
  | Item | Quantity | Unit
* | Hex bolt M8x40 | 500 | pcs
* | Spring washer M8 | 500 | pcs
""",
    "letterhead and particulars above the header": """
  | ACME TRADING CO.
  | Request for quotation
  | RFQ No. | RFQ-2024-118 | Date | 2024-05-06
  |
  | S.No | Description | Specification | Qty | UOM | Remarks
* | 1 | Ball valve | SS316, DN50, PN16 | 12 | Nos |
* | 2 | Gate valve | Cast iron, DN100 | 4 | Nos | urgent
  |
  | Delivery within 4 weeks.
""",
    "numbered sections with letters": """
  | Item | Description | Unit | Qty | Rate | Amount
  | A | EARTHWORKS
* | 1 | Excavation in all kinds of soil | m3 | 120 | |
* | 2 | Backfilling with selected material | m3 | 80 | |
  | | Total of A | | | | 0
  | B | CONCRETE
* | 1 | Lean concrete 1:4:8 | m3 | 15 | |
* | 2 | Reinforced concrete M25 | m3 | 42 | |
  | | Total of B | | | | 0
  | | GRAND TOTAL | | | | 0
  | | VAT 18% | | | | 0
""",
    "sections without numbers": """
  | Part No | Description | Qty
  | MECHANICAL
* | BR-6204 | Deep groove ball bearing | 40
* | BR-6205 | Deep groove ball bearing | 10
  | ELECTRICAL
* | CB-16A | Circuit breaker 16 A | 25
""",
    "continuation lines below an item": """
  | No. | Description | Qty | Unit
* | 1 | Centrifugal pump | 2 | nos
  |   | Flow 50 m3/h, head 30 m
  |   | with mechanical seal
* | 2 | Motor 15 kW | 2 | nos
""",
    "notes and signature after the items": """
  | Sl | Particulars | Qty
* | 1 | Steel almirah | 3
* | 2 | Office chair | 12
  | | Total | 15
  | Note: prices inclusive of delivery.
  | 1 | Payment 30 days after delivery.
  | 2 | Validity 60 days.
  | Prepared by | J. Smith
""",
    "two tables below each other": """
  | Fasteners
  | Item | Size | Qty
* | Bolt | M8x40 | 100
* | Nut | M8 | 100
  |
  | Gaskets
  | Material | DN | PN | Quantity
* | PTFE | 50 | 16 | 20
* | Graphite | 80 | 16 | 10
""",
    "header printed again on the next page": """
  | No | Description | Qty
* | 1 | Cement 42.5 | 200
  | No | Description | Qty
* | 2 | Sand | 40
""",
    "a line counting the columns": """
  | No | Description | Unit | Qty
  | 1 | 2 | 3 | 4
* | 1 | Steel pipe DN100 | m | 240
* | 2 | Elbow 90 DN100 | pcs | 32
""",
    "units in a line of their own": """
  | Item | Length | Width | Qty
  |      | mm | mm | pcs
* | Plate A | 200 | 100 | 4
* | Plate B | 300 | 150 | 6
""",
    "hierarchical numbering": """
  | Sr. No. | Description of work | Unit | Quantity
  | '1.0 | Piping
  | '1.1 | Seamless pipe as per ASTM A106
* | '1.1.1 | DN 50 | m | 120
* | '1.1.2 | DN 80 | m | 60
* | '1.2 | Pipe supports | kg | 900
  | '2.0 | Valves
* | '2.1 | Gate valve DN 80 | nos | 4
""",
    "a numbered position without a quantity": """
  | No | Description | Unit | Qty
* | 1 | Air compressor | set | 1
* | 2 | Installation and commissioning |  |
* | 3 | Air dryer | set | 1
""",
    "rate only": """
  | No | Description | Unit | Qty
* | 1 | Copper pipe 15 mm | m | RO
* | 2 | Copper pipe 22 mm | m | as required
* | 3 | Copper pipe 28 mm | m | 30
""",
    "bill of materials": """
  | Designator | Value | Footprint | Quantity | Manufacturer Part Number
* | R1, R2 | 10k | 0603 | 2 | RC0603FR-0710KL
* | C1 | 100n | 0603 | 1 | CL10B104KB8NNNC
* | U1 | STM32F103 | LQFP48 | 1 | STM32F103C8T6
""",
    "quantities with their units": """
  | Product | Order quantity
* | Cotton tote bag | 1,000 pcs
* | Paper bag | 500 pcs
""",
    "a plain list": """
  | Product name
* | Foam tape
* | Aluminium tape
* | Glass wool
""",
    "quantity on a line below the text": """
  | No | Description | Unit | Qty
  | 1 | Providing and fixing 12 mm thick gypsum board partition with steel studs
* |   |   | sqm | 120
  | 2 | Providing and fixing mineral fibre false ceiling
* |   |   | sqm | 300
""",
    "a table beside particulars": """
  | To: | Sales
  | Subject: | Enquiry for fittings
  | No | Item | Qty | Unit | | Delivery
* | 1 | Elbow | 10 | pcs | | 2 weeks
* | 2 | Tee | 5 | pcs | | 2 weeks
""",
    "no header at all": """
  | 1 | 50 mm thick rock wool slab | Sqm | 2500
* | 2 | 32 mm thick rock wool slab | Sqm | 900
* | 3 | 25 mm thick rock wool slab | Sqm | 420
""".replace("  | 1 |", "* | 1 |"),
    "quantity column left empty": """
  | S.No. | Product | Material | Size | Quantity
* | 1 | Bracket | SS304 | 40 x 20 |
* | 2 | Bracket | SS316 | 60 x 20 |
  | FASTENERS
* | 3 | Bolt | A2-70 | M6 |
""",
    "letters over numbers over letters": """
  | Sr. | Item Description | Unit | Qty | Supply | | Installation | | Total Amount
  | No. | | | | Rate | Amount | Rate | Amount |
  | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9
  | A | HVAC WORKS
  | '1.0 | AIR HANDLING UNITS
  | | Supply of double skin AHU as per the specification
* | a | AHU 5000 CFM | Nos | 2
* | b | AHU 8000 CFM | Nos | 1
  | '2.0 | DUCTING
* | '2.1 | GI duct 24G | Sqm | 500
* | '2.2 | GI duct 22G | Sqm | 300
  | | Sub Total (A)
  | B | INSULATION WORKS
* | 1 | Nitrile 19 mm | Sqm | 450
* | 2 | Nitrile 13 mm | Sqm | 150
  | | Total amount in words: Rupees ten only
""",
    "particulars label by value, footer after notes": """
  | Supplier: | ACME | | Date: | 2024-01-01
  | Supplier | ACME Ltd | Date | 2024-01-01
  |
  | Part Number | Rev | Description | Level | Qty per | UoM | Ref Des
* | 100-1 | A | PCB assembly | 0 | 1 | EA |
* | 200-7 | B | Resistor 10k | 1 | 12 | EA | R1-R12
  |
  | Prepared by: | J. Smith
""",
    "quantity before the description": """
  | Qty | Unit | Description
* | 4 | pcs | Ball valve
""",
    "zones between numbered rows": """
  | Line | Product | Qty
  | Zone 1
* | 1 | Lamp 10 W | 5
  | Zone 2
* | 2 | Lamp 10 W | 7
""",
    "text on several lines, its quantity on the last": """
  | Sl No | Description | UOM | Total Qty
  | 1 | Supply of pump
  |   | - 5 kW
* |   | - 30 m head | Nos | 2
  | 2 | Supply of motor
* |   | - 3 kW | Nos | 4
""",
    "totals under the amount column": """
  | S.No. | Description | Qty | Unit | Rate | Amount
* | 1 | Cable tray 300 mm | 120 | m | 0 | 0
  | | | | | Total | 0
  | | | | | GST 18% | 0
""",
    "no header, the count right of the words": """
  | MATERIAL REQUIREMENT FOR SITE
* | Cement OPC 53 grade | 200 | bags
* | TMT steel Fe500 | 5 | MT
* | River sand | 3 | cum
""",
    "roman numbers under headings": """
  | S.No | Description | Qty | Unit
  | 1 | GI conduit with accessories
* | i | 20 mm | 100 | m
* | ii | 25 mm | 200 | m
  | 2 | PVC wire
* | i | 1.5 sqmm | 500 | m
""",
    "price list with a footnote": """
  | PRICE LIST 2024
  | Model | Power | Voltage | Price USD | MOQ
* | PM-100 | 100 W | 24 V | 12.5 | 10
* | PM-200 | 200 W | 24 V | 18 | 10
  | * Prices FOB Shanghai
""",
    "quantities missing but for one": """
  | No | Item | Spec | Qty
* | 1 | Laptop | i5, 16GB |
* | 2 | Mouse | wireless | 5
* | 3 | Keyboard | wired |
""",
    "total of another language inside names": """
  | Item | Qty
* | Total station survey instrument | 1
* | Summit tent 3 person | 4
* | Notebook A5 | 100
""",
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_items_are_those_a_person_would_list(name: str) -> None:
    drawn = draw(LAYOUTS[name])
    assert drawn.items, "the drawing marks no item"
    assert drawn.found() == drawn.items


def test_section_path_follows_the_numbering() -> None:
    (table,) = draw(LAYOUTS["hierarchical numbering"]).tables()
    paths = {row.number: row.section_path for row in table.rows}
    assert paths["1.1.1"] == ("Piping", "Seamless pipe as per ASTM A106")
    assert paths["1.2"] == ("Piping",)
    assert paths["2.1"] == ("Valves",)


def test_section_with_letters_holds_over_items_counted_anew() -> None:
    (table,) = draw(LAYOUTS["numbered sections with letters"]).tables()
    assert [row.section for row in table.rows] == ["EARTHWORKS"] * 2 + ["CONCRETE"] * 2


def test_continuation_lines_join_the_description() -> None:
    (table,) = draw(LAYOUTS["continuation lines below an item"]).tables()
    assert table.rows[0].description == (
        "Centrifugal pump\nFlow 50 m3/h, head 30 m\nwith mechanical seal"
    )


def test_missing_is_none_never_zero() -> None:
    (table,) = draw(LAYOUTS["rate only"]).tables()
    assert [row.quantity for row in table.rows] == [None, None, 30]
    assert table.rows[0].cells["Qty"] == "RO"
    (table,) = draw("| Item | Qty | Price\n| Bolt | 0 | \n| Nut | 5 | 2").tables()
    assert table.rows[0].quantity == 0
    assert table.rows[0].cells["Price"] is None
