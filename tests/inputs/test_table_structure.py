"""Which rows of a sheet are items: layouts as buyers draw them."""

from __future__ import annotations

import pytest

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs import ColumnRole, read_table
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
    "chinese": """
  | 采购询价单
  | 序号 | 产品名称 | 规格型号 | 数量 | 单位 | 单价(元) | 备注
* | 1 | 不锈钢球阀 | Q11F-16P DN25 | 20 | 个 | |
* | 2 | 法兰 | PN16 DN100 | 16 | 片 | | 急用
  | 合计 | | | 36
  | 备注：含税含运费
""",
    "german": """
  | Pos. | Artikelnr. | Bezeichnung | Menge | ME | Einzelpreis
* | 10 | 4711-01 | Sechskantschraube M10x60 | 200 | Stk |
* | 20 | 4711-02 | Unterlegscheibe 10,5 | 400 | Stk |
  | | | Zwischensumme | | | 0
""",
    "russian": """
  | № п/п | Наименование | Ед. изм. | Кол-во | Примечание
* | 1 | Труба стальная 57х3,5 | м | 120 |
* | 2 | Отвод 90 57х3,5 | шт | 14 |
  | | Итого: | | 134 |
""",
    "spanish": """
  | Ítem | Descripción | Unidad | Cantidad | Precio unitario
* | 1 | Cable de cobre 2,5 mm2 | m | 500 |
* | 2 | Interruptor termomagnético 16 A | ud | 12 |
""",
    "turkish": """
  | Sıra No | Malzeme Adı | Birim | Miktar
* | 1 | Çelik boru 2 inç | m | 60
* | 2 | Küresel vana | adet | 8
""",
    "arabic": """
  | م | البيان | الوحدة | الكمية
* | 1 | مضخة مياه | عدد | 2
* | 2 | أنبوب نحاس | متر | 50
""",
    "japanese": """
  | 番号 | 品名 | 型番 | 数量 | 単位 | 備考
* | 1 | ステンレスボルト | M8x40 | 100 | 個 |
* | 2 | ワッシャー | M8 | 100 | 個 |
""",
    "vietnamese": """
  | STT | Tên hàng hóa | Quy cách | ĐVT | Số lượng
* | 1 | Ống thép mạ kẽm | DN50 | m | 100
* | 2 | Van bi | DN25 | cái | 12
  | | Tổng cộng | | | 112
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
    "chinese with a note and a contact": """
  | 品名 | 规格 | 数量 | 备注
* | 螺栓 | M8*40 | 1000 | 镀锌
  | 注：交期30天
  | 联系人：张三 | | 电话：123
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
    "french": """
  | N° | Désignation | Unité | Quantité | PU | Montant
  | 1 | GROS OEUVRE
* | '1.1 | Béton armé dosé à 350 kg/m3 | m3 | 45 |  |
* | '1.2 | Maçonnerie en agglos de 20 | m2 | 120 | |
  | | Sous-total 1
  | 2 | PLOMBERIE
* | '2.1 | Tube PPR DN25 | ml | 80 | |
  | TOTAL GENERAL HT
  | TVA 20%
  | TOTAL TTC
""",
    "portuguese": """
  | Item | Descrição | Unid. | Quant. | Valor Unitário
* | 1 | Parafuso sextavado M8 | pç | 100 |
* | 2 | Arruela lisa M8 | pç | 100 |
  | Total geral
""",
    "italian": """
  | Voce | Descrizione | U.M. | Q.tà | Prezzo
* | 1 | Tubo acciaio DN50 | m | 30 |
* | 2 | Curva 90 DN50 | pz | 6 |
""",
    "korean": """
  | 번호 | 품명 | 규격 | 단위 | 수량 | 비고
* | 1 | 볼트 | M8x40 | EA | 100 |
* | 2 | 너트 | M8 | EA | 100 |
  | | 합계 | | | 200 |
""",
    "polish": """
  | Lp. | Nazwa towaru | J.m. | Ilość | Cena
* | 1 | Rura stalowa DN50 | m | 30 |
* | 2 | Kolano 90 | szt. | 6 |
  | | Razem | | 36 |
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


def test_a_merged_title_is_no_header_group() -> None:
    drawn = draw(
        """
  | PROJECT: NEW TERMINAL
  | S. No. | Description | Unit | Qty
* | 1 | Rock wool 50 mm | sqm | 120
""",
        merges=((0, 0, 0, 3),),
    )
    (table,) = drawn.tables()
    assert [column.name for column in table.columns] == ["S. No.", "Description", "Unit", "Qty"]
    assert table.title == "PROJECT: NEW TERMINAL"
    assert table.header_row == 2
    assert drawn.found() == drawn.items


def test_two_line_header_with_groups() -> None:
    drawn = draw(
        """
  | No | Description | Dimensions (mm) |  |  | Quantity |
  |    |             | L | W | H | Nos. | Weight kg
* | 1 | Bracket | 100 | 40 | 20 | 8 | 0.4
* | 2 | Housing | 220 | 90 | 60 | 2 | 3.1
""",
        merges=((0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 4), (0, 5, 0, 6)),
    )
    (table,) = drawn.tables()
    assert drawn.found() == drawn.items
    names = [column.name for column in table.columns]
    assert names[2:5] == ["Dimensions (mm) L", "Dimensions (mm) W", "Dimensions (mm) H"]
    assert {column.role for column in table.columns[2:5]} == {ColumnRole.DIMENSION}
    assert {column.unit for column in table.columns[2:5]} == {"mm"}
    assert table.rows[0].quantity == 8
    assert table.rows[0].cells["Dimensions (mm) L"] == 100


def test_tables_side_by_side_are_told_apart() -> None:
    drawn = draw(
        """
  | Item | Qty | Unit |  | Item | Qty | Unit
* | Bolt M8 | 100 | pcs |  | Gasket DN50 | 12 | pcs
* | Nut M8 | 100 | pcs |  | Gasket DN80 | 6 | pcs
* | Washer M8 | 200 | pcs |  |  |  |
"""
    )
    tables = drawn.tables()
    described = [[row.description for row in table.rows] for table in tables]
    assert described == [["Bolt M8", "Nut M8", "Washer M8"], ["Gasket DN50", "Gasket DN80"]]
    assert [row.quantity for row in tables[1].rows] == [12, 6]


def test_a_category_merged_over_rows_holds_for_each_of_them() -> None:
    drawn = draw(
        """
  | Category | Item | Qty
* | Valves | Ball valve DN25 | 4
* |  | Gate valve DN50 | 2
* | Pumps | Drain pump | 1
""",
        merges=((1, 0, 2, 0),),
    )
    (table,) = drawn.tables()
    assert [row.cells["Category"] for row in table.rows] == ["Valves", "Valves", "Pumps"]
    assert drawn.found() == drawn.items


def test_an_item_spread_over_merged_rows_is_one_item() -> None:
    drawn = draw(
        """
  | No | Description | Specification | Qty
* | 1 | Pump | Flow: 50 m3/h | 2
  |   |      | Head: 30 m |
  |   |      | Power: 15 kW |
* | 2 | Valve | DN50 | 4
""",
        merges=((1, 0, 3, 0), (1, 1, 3, 1), (1, 3, 3, 3)),
    )
    (table,) = drawn.tables()
    assert drawn.found() == drawn.items
    assert "Head: 30 m" in table.rows[0].text
    assert "Power: 15 kW" in table.rows[0].text


def test_hidden_rows_are_left_out_and_named() -> None:
    drawn = draw(
        """
  | Item | Qty
* | Bolt | 10
  | Secret | 99
* | Nut | 10
""",
        hidden=frozenset({2}),
    )
    (table,) = drawn.tables()
    assert drawn.found() == drawn.items
    assert any("hidden" in note and "3" in note for note in table.notes)


def test_section_path_follows_the_numbering() -> None:
    (table,) = draw(LAYOUTS["hierarchical numbering"]).tables()
    paths = {row.number: row.section_path for row in table.rows}
    assert paths["1.1.1"] == ("Piping", "Seamless pipe as per ASTM A106")
    assert paths["1.2"] == ("Piping",)
    assert paths["2.1"] == ("Valves",)


def test_section_with_letters_holds_over_items_counted_anew() -> None:
    (table,) = draw(LAYOUTS["numbered sections with letters"]).tables()
    assert [row.section for row in table.rows] == ["EARTHWORKS"] * 2 + ["CONCRETE"] * 2


def test_nested_sections_without_numbers() -> None:
    (table,) = draw(
        """
  | Part No | Description | Qty
  | MECHANICAL
  | Pumps
* | P-1 | Drain pump | 1
  | Valves
* | V-1 | Ball valve | 4
  | ELECTRICAL
* | E-1 | Cable 3 x 2.5 mm2 | 100
"""
    ).tables()
    paths = [row.section_path for row in table.rows]
    assert paths == [("MECHANICAL", "Pumps"), ("MECHANICAL", "Valves"), ("ELECTRICAL",)]


def test_continuation_lines_join_the_description() -> None:
    (table,) = draw(LAYOUTS["continuation lines below an item"]).tables()
    assert table.rows[0].description == (
        "Centrifugal pump\nFlow 50 m3/h, head 30 m\nwith mechanical seal"
    )


@pytest.mark.parametrize(
    ("header", "cell", "quantity", "unit"),
    [
        ("Qty (Nos.)", "12", 12.0, "Nos."),
        ("QTY (m2)", "55.5", 55.5, "m2"),
        ("Quantity", "1,000 pcs", 1000.0, "pcs"),
        ("Quantity", "1.000,5 kg", 1000.5, "kg"),
        ("Quantity", "as required", None, None),
        ("数量（个）", "20", 20.0, "个"),
        ("Кол-во, шт", "8", 8.0, "шт"),
    ],
)
def test_quantity_and_unit(
    header: str, cell: str, quantity: float | None, unit: str | None
) -> None:
    (table,) = draw(f"| Item | {header}\n| Bolt | 7\n| Pipe | {cell}").tables()
    row = table.rows[-1]
    assert (row.description, row.quantity, row.unit) == ("Pipe", quantity, unit)


def test_header_units_go_behind_the_value() -> None:
    (table,) = draw("| Item | Thk. mm | Qty (Nos.)\n| Sheet | 19 | 4").tables()
    assert table.rows[0].text == "Sheet\nThk.: 19 mm\nQuantity: 4 Nos."


def test_item_column_is_a_number_a_code_or_a_name_by_its_cells() -> None:
    def role(cells: str) -> ColumnRole:
        lines = "\n".join(
            f"| {cell} | Thing number {i} | {i}" for i, cell in enumerate(cells.split())
        )
        (table,) = draw(f"| Item | Description | Qty\n{lines}").tables()
        return table.columns[0].role

    assert role("1 2 3 4") is ColumnRole.NUMBER
    assert role("AB-12-9 AB-13-7 XK-99-1 XK-98-2") is ColumnRole.CODE
    assert role("Bolt Nut Washer Screw") is ColumnRole.DESCRIPTION


def test_missing_is_none_never_zero() -> None:
    (table,) = draw(LAYOUTS["rate only"]).tables()
    assert [row.quantity for row in table.rows] == [None, None, 30]
    assert table.rows[0].cells["Qty"] == "RO"
    (table,) = draw("| Item | Qty | Price\n| Bolt | 0 | \n| Nut | 5 | 2").tables()
    assert table.rows[0].quantity == 0
    assert table.rows[0].cells["Price"] is None


def test_repeated_column_names_are_kept_apart() -> None:
    (table,) = draw("| Item | Qty | Note | Note\n| Bolt | 1 | a | b").tables()
    assert table.rows[0].cells == {"Item": "Bolt", "Qty": 1, "Note": "a", "Note (2)": "b"}


def workbook_rows(*sheets: str) -> tuple[list[tuple[str | None, int]], list[str]]:
    """Read drawn sheets as one workbook: (sheet, row) of its items, and the notes."""
    from tests.inputs.files import workbook_of

    data = workbook_of([draw(sheet).grid.rows for sheet in sheets])
    tables = read_table(data, name="book.xlsx")
    notes = [note for table in tables for note in table.notes]
    return [(row.sheet, row.row_number) for table in tables for row in table.rows], notes


PARTS = """
  | No | Part | Qty | Unit
* | 1 | Bolt | 4 | pcs
* | 2 | Nut | 4 | pcs
"""


def test_covers_revisions_summaries_and_terms_are_no_items() -> None:
    cover = "| Project | Plant 7\n| Client | ACME\n| Date | 2024\n| Author | J. Smith"
    revisions = "| Rev | Date | Description\n| A | 2024-01-02 | first issue\n| B | 2024-03-04 | Qty"
    summary = "| Description | Amount\n| Mechanical works | 1000\n| Electrical works | 500"
    terms = "| Payment after 30 days\n| Delivery free site\n| Warranty one year from delivery"
    found, notes = workbook_rows(cover, PARTS, revisions, summary, terms)
    assert found == [("Sheet2", 2), ("Sheet2", 3)]
    assert any("Sheet1: rows 1-4 stand without a header" in note for note in notes)
    assert any("Sheet3: rows 2-3 tell a document's revisions" in note for note in notes)
    assert any("Sheet4: rows 2-3 sum up prices" in note for note in notes)


def test_a_cover_alone_has_no_items() -> None:
    with pytest.raises(UnreadableFileError, match="no row of it is an item"):
        workbook_rows("| Project | Plant 7\n| Client | ACME\n| Author | J. Smith")


def test_a_list_alone_needs_no_header() -> None:
    found, _ = workbook_rows("| Foam tape\n| Glass wool\n| Rock wool")
    assert [row for _, row in found] == [1, 2, 3]


def test_misspelt_headers() -> None:
    (table,) = draw("| Discription | Qunatity | Specfication\n| Bolt | 4 | A2").tables()
    roles = [column.role for column in table.columns]
    assert roles == [ColumnRole.DESCRIPTION, ColumnRole.QUANTITY, ColumnRole.SPECIFICATION]


def test_the_total_of_several_floors_is_the_quantity() -> None:
    (table,) = draw(
        "| No | Description | Unit | Floor 1 | Floor 2 | Total\n"
        "| 1 | Sprinkler | nos | 40 | 50 | 90\n| 2 | Pipe DN25 | m | 10 | 12 | 22"
    ).tables()
    assert [row.quantity for row in table.rows] == [90, 22]


def test_the_total_of_several_sizes_is_the_quantity() -> None:
    (table,) = draw(
        "| Style | Colour | S | M | L | Total\n| T-shirt | Red | 10 | 20 | 20 | 50\n"
        "| T-shirt | Blue | 10 | 10 | 10 | 30\n| Total | | 20 | 30 | 30 | 80"
    ).tables()
    assert [row.quantity for row in table.rows] == [50, 30]


def test_the_first_position_may_lack_its_quantity() -> None:
    drawn = draw(
        """
  | No | Description | Unit | Qty
* | 1 | Mobilisation |  |
* | 2 | Pump | set | 1
"""
    )
    assert drawn.found() == drawn.items
