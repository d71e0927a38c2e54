"""Forms: labels down the side and values right of them."""

from __future__ import annotations

import pytest

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs import read_table
from tests.inputs.files import picture, workbook_of
from tests.inputs.sheets import draw


def test_a_form_is_one_item() -> None:
    (table,) = draw(
        """
  | Request for Quotation
* | Product | Stainless steel water bottle
  | Capacity | 500 ml
  | Quantity: | 3000 | pcs
  | Colour | matte black
  | Delivery | DDP Hamburg, before 1 September
"""
    ).tables()
    (row,) = table.rows
    assert (row.description, row.quantity, row.unit) == (
        "Stainless steel water bottle",
        3000,
        "pcs",
    )
    assert (row.row_number, row.source) == (2, "sheet.xlsx Sheet1!2")
    assert row.cells["Capacity"] == "500 ml"


def test_variants_stand_beside_each_other() -> None:
    (table,) = draw(
        """
  | Product | Tote bag | Drawstring bag
  | Material | Canvas 340 g | Polyester
  | Quantity | 500 | 1000
  | Remarks | | urgent
"""
    ).tables()
    found = [(row.description, row.cells["Material"], row.quantity) for row in table.rows]
    assert found == [("Tote bag", "Canvas 340 g", 500), ("Drawstring bag", "Polyester", 1000)]
    assert [row.source for row in table.rows] == ["sheet.xlsx Sheet1!B1", "sheet.xlsx Sheet1!C1"]
    assert [row.cells["Remarks"] for row in table.rows] == [None, "urgent"]


def test_a_label_that_comes_again_begins_the_next_form() -> None:
    (table,) = draw(
        """
  | 产品名称 | 不锈钢保温杯
  | 数量 | 3000个
  |
  | 产品名称 | 玻璃杯
  | 数量 | 500个
  | 备注 | 先寄样品
"""
    ).tables()
    found = [(row.row_number, row.description, row.quantity) for row in table.rows]
    assert found == [(1, "不锈钢保温杯", 3000), (4, "玻璃杯", 500)]
    assert [row.cells["备注"] for row in table.rows] == [None, "先寄样品"]


def test_a_form_in_a_workbook_keeps_its_picture() -> None:
    import io

    import openpyxl
    from openpyxl.drawing.image import Image

    rows = [["Item name", "Hinge"], ["Finish", "brass"], ["Qty", "200 pcs"]]
    book = openpyxl.load_workbook(io.BytesIO(workbook_of([rows])))
    book.worksheets[0].add_image(Image(io.BytesIO(picture())), "C2")
    saved = io.BytesIO()
    book.save(saved)
    ((row,),) = [table.rows for table in read_table(saved.getvalue(), name="form.xlsx")]
    assert (row.description, row.quantity, len(row.pictures)) == ("Hinge", 200, 1)


@pytest.mark.parametrize(
    "sheet",
    [
        "| Project | Plant 7\n| Client | ACME\n| Product | Pumps",  # says not how many
        "| Quantity | 4\n| Colour | red\n| Weight | 2 kg",  # says not of what
    ],
)
def test_particulars_are_no_form(sheet: str) -> None:
    with pytest.raises(UnreadableFileError, match="no row of it is an item"):
        read_table(workbook_of([draw(sheet).grid.rows]), name="cover.xlsx")


def test_a_form_may_hold_nothing_wanted() -> None:
    assert draw("| Product | Total\n| Qty | 5\n| Price | 7").tables() == []


def test_a_short_table_is_no_form() -> None:
    drawn = draw("  | Item | Qty\n* | Bolt | 5\n* | Nut | 6")
    assert drawn.found() == drawn.items
