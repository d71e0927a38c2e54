"""The item rows of real workbooks, listed by reading them by eye."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepsearch.inputs import Table, read_table

EXPECTED = {
    # A part list: every line below the header names a part, two of them nothing else.
    "electronics_bom.xlsx": list(range(5, 68)),
    # Five numbered works, the first sharing its line with the header; the third has
    # neither unit nor quantity, the text below it is all it says.
    "insulation_boq_with_quantities.xlsx": [2, 4, 6, 8, 10],
    # No header; numbered headings over numbered sizes.
    "insulation_enquiry.xlsx": [5, 6, 7, 8, 9, 11, 13, *range(16, 23)],
    # The visible sheet only; the hidden one is an older version.
    "insulation_schedule.xlsx": [6, *range(12, 22), 25, 26, 27],
    "supplier_catalogue.xlsx": list(range(7, 26)),
}


def load(folder: Path, name: str) -> list[Table]:
    path = folder / "spreadsheets" / name
    if not path.is_file():
        pytest.skip(f"no {path}")
    return read_table(path)


@pytest.mark.parametrize("name", EXPECTED)
def test_rows_are_those_a_person_would_list(shared_data: Path, name: str) -> None:
    tables = load(shared_data, name)
    assert [row.row_number for table in tables for row in table.rows] == EXPECTED[name]


def test_quantities_and_units(shared_data: Path) -> None:
    (table,) = load(shared_data, "insulation_boq_with_quantities.xlsx")
    assert [(row.quantity, row.unit) for row in table.rows] == [
        (1300, "SQM"), (350, "SQM"), (None, None), (55, "RMT"), (150, "SQM")
    ]  # fmt: skip
    (table,) = load(shared_data, "insulation_enquiry.xlsx")
    assert sum(row.quantity or 0 for row in table.rows) == 108_450


def test_headings_qualify_their_rows(shared_data: Path) -> None:
    (table,) = load(shared_data, "insulation_schedule.xlsx")
    rows = {row.row_number: row for row in table.rows}
    assert "COPPER REFRIGERANT PIPING WITH INSULATION" in rows[12].text
    assert "nitrile rubber tubular" in rows[12].text
    assert "COPPER" not in rows[25].text
    assert rows[25].section_path[1] == "Drain Piping"
    assert rows[12].quantity is None
    assert rows[12].cells["QTY"] == "RO"
    assert {row.cells["Make"] for row in table.rows} == {"Armaflex / ALP/ Aeroflex / K-Flex"}
    assert any("'Sheet1' is hidden" in note for note in table.notes)


def test_independent_positions_take_no_foreign_heading(shared_data: Path) -> None:
    (table,) = load(shared_data, "insulation_enquiry.xlsx")
    rows = {row.row_number: row for row in table.rows}
    assert rows[5].section_path[0] == "THERMAL INSULATION"
    assert rows[11].section_path == ("THERMAL INSULATION",)
    assert rows[13].section_path == ()
    assert rows[16].section_path[0].startswith("S.I.T.C. of Thermal insulation of CHW")


def test_the_hidden_sheet_can_be_asked_for(shared_data: Path) -> None:
    path = shared_data / "spreadsheets" / "insulation_schedule.xlsx"
    (table,) = read_table(path, sheet="Sheet1")
    assert [(row.row_number, row.quantity) for row in table.rows] == [(6, 375)]
