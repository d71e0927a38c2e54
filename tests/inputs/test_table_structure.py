"""Headers, sections, columns and tables of a sheet."""

from __future__ import annotations

import pytest

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs import ColumnRole, read_table
from tests.inputs.sheets import draw


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


def test_people_to_contact_are_no_items() -> None:
    people = "| Name | Email | Phone\n| R. Mehta | r@example.com | 98765\n| S. Rao | | 91234"
    found, notes = workbook_rows(PARTS, people)
    assert found == [("Sheet1", 2), ("Sheet1", 3)]
    assert any("Sheet2: rows 2-3 name people to contact" in note for note in notes)
