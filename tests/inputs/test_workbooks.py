"""Workbooks as files: formats, pictures in cells, hidden sheets."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.drawing.image import Image as SheetImage

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.inputs import TableLimits, read_table
from tests.inputs.files import (
    ROWS,
    SHEET,
    ods,
    ods_row,
    picture,
    repacked,
    sheet_xml,
    text_cell,
    workbook,
    xls,
)


class TestFormats:
    @pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "csv"])
    def test_the_same_table_in_every_format(self, kind: str) -> None:
        data = {
            "xlsx": lambda: workbook(ROWS),
            "xls": lambda: xls(ROWS),
            "ods": lambda: ods("".join(ods_row(*map(str, row)) for row in ROWS)),
            "csv": lambda: "\n".join(",".join(map(str, row)) for row in ROWS).encode(),
        }[kind]()
        (table,) = read_table(data, name=f"list.{kind}")
        assert [(r.description, r.quantity, r.unit) for r in table.rows] == [
            ("Bolt M8", 100, "pcs"),
            ("Nut M8", 200, "pcs"),
        ]
        assert [row.row_number for row in table.rows] == [2, 3]

    def test_source_names_file_sheet_and_row(self) -> None:
        (table,) = read_table(workbook(ROWS, "Parts"), name="bom.xlsx")
        assert table.rows[0].source == "bom.xlsx Parts!2"
        assert table.rows[0].sheet == "Parts"

    def test_dates_and_truth_values_are_texts(self) -> None:
        import datetime as dt

        rows = [
            ["Item", "Need date", "Qty", "Urgent"],
            ["Bolt", dt.datetime(2024, 5, 6), 5, True],
        ]
        (table,) = read_table(workbook(rows))
        assert table.rows[0].cells["Need date"] == "2024-05-06"
        assert table.rows[0].cells["Urgent"] == "yes"

    def test_cells_that_are_errors_are_missing(self) -> None:
        (table,) = read_table(workbook([["Item", "Qty"], ["Bolt", "#REF!"], ["Nut", 4]]))
        assert [row.quantity for row in table.rows] == [None, 4]
        assert table.rows[0].cells["Qty"] is None

    def test_hidden_sheets_and_rows(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(workbook(ROWS)))
        book["Sheet1"].row_dimensions[3].hidden = True
        book.create_sheet("Old").append(["Item", "Qty"])
        book["Old"].append(["Obsolete", 1])
        book["Old"].sheet_state = "hidden"
        buffer = io.BytesIO()
        book.save(buffer)
        (table,) = read_table(buffer.getvalue(), name="b.xlsx")
        assert [row.description for row in table.rows] == ["Bolt M8"]
        notes = " ".join(table.notes)
        assert "'Old' is hidden" in notes
        assert re.search(r"1 hidden rows were left out: 3", notes)
        tables = read_table(buffer.getvalue(), include_hidden=True)
        assert [r.description for t in tables for r in t.rows] == ["Bolt M8", "Nut M8", "Obsolete"]
        (old,) = read_table(buffer.getvalue(), sheet="Old")
        assert old.rows[0].description == "Obsolete"
        with pytest.raises(InvalidInputError, match=r"no sheet 'New'.*'Sheet1', 'Old'"):
            read_table(buffer.getvalue(), sheet="New")


class TestPictures:
    def test_drawings_anchored_in_cells(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(workbook([[*r, None] for r in ROWS])))
        sheet = book["Sheet1"]
        sheet["D1"] = "Picture"
        first, second = picture(seed=1), picture(seed=2)
        for data, anchor in ((first, "D2"), (second, "D3"), (first, "D3")):
            sheet.add_image(SheetImage(io.BytesIO(data)), anchor)
        buffer = io.BytesIO()
        book.save(buffer)
        (table,) = read_table(buffer.getvalue())
        assert table.rows[0].pictures == (first,)
        assert set(table.rows[1].pictures) == {first, second}

    def test_a_picture_without_a_place_is_left_out(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(workbook([*ROWS[:2]])))
        book["Sheet1"].add_image(SheetImage(io.BytesIO(picture(seed=1))), "D2")
        buffer = io.BytesIO()
        book.save(buffer)
        data = buffer.getvalue()
        (table,) = read_table(data)
        assert table.rows[0].pictures
        member = "xl/drawings/drawing1.xml"
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            drawing = archive.read(member)
        assert b"<row>1</row>" in drawing
        damaged = drawing.replace(b"<row>1</row>", b"<row>d</row>")
        (table,) = read_table(repacked(data, {member: damaged}))
        assert len(table.rows) == 1
        assert not table.rows[0].pictures

    def test_pictures_placed_in_cells(self) -> None:
        image = picture(seed=3)
        relationships = "http://schemas.openxmlformats.org/package/2006/relationships"
        kinds = "http://schemas.microsoft.com/office/2022/10/relationships/richValueRel"
        names = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        cells = (
            f'<row r="1">{text_cell("A1", "Item")}{text_cell("B1", "Qty")}'
            f"{text_cell('C1', 'Picture')}</row>"
            f'<row r="2">{text_cell("A2", "Bolt")}<c r="B2"><v>5</v></c>'
            '<c r="C2" t="e" vm="1"><v>#VALUE!</v></c></row>'
        )
        data = repacked(
            workbook(ROWS),
            {
                SHEET: sheet_xml(cells),
                "xl/metadata.xml": (
                    f'<metadata xmlns="{main}"><metadataTypes count="1"><metadataType '
                    'name="XLRICHVALUE"/></metadataTypes><futureMetadata name="XLRICHVALUE" '
                    'count="1"><bk><extLst><ext uri="{3e2802c4}"><rvb xmlns="urn:x" i="0"/></ext>'
                    '</extLst></bk></futureMetadata><valueMetadata count="1"><bk><rc t="1" v="0"/>'
                    "</bk></valueMetadata></metadata>"
                ).encode(),
                "xl/richData/rdrichvalue.xml": (
                    b'<rvData xmlns="urn:x"><rv s="0"><v>0</v><v>5</v></rv></rvData>'
                ),
                "xl/richData/richValueRel.xml": (
                    f'<richValueRels xmlns="urn:x" {names}><rel r:id="rId1"/></richValueRels>'
                ).encode(),
                "xl/richData/_rels/richValueRel.xml.rels": (
                    f'<Relationships xmlns="{relationships}"><Relationship Id="rId1" '
                    f'Type="{kinds}" Target="../media/image1.png"/></Relationships>'
                ).encode(),
                "xl/media/image1.png": image,
            },
        )
        (table,) = read_table(data)
        assert table.rows[0].pictures == (image,)

    def test_pictures_of_wps(self) -> None:
        image = picture(seed=4)
        cells = (
            f'<row r="1">{text_cell("A1", "品名")}{text_cell("B1", "数量")}'
            f"{text_cell('C1', '图片')}</row>"
            f'<row r="2">{text_cell("A2", "螺栓")}<c r="B2"><v>5</v></c>'
            '<c r="C2" t="str"><f>_xlfn.DISPIMG("ID_AB12",1)</f><v>=DISPIMG("ID_AB12",1)</v></c>'
            "</row>"
        ).replace('DISPIMG("ID_AB12"', "DISPIMG(&quot;ID_AB12&quot;")
        names = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
        data = repacked(
            workbook(ROWS),
            {
                SHEET: sheet_xml(cells),
                "xl/cellimages.xml": (
                    f'<c:cellImages xmlns:c="urn:c" xmlns:a="urn:a" {names}><c:cellImage><c:pic>'
                    '<c:cNvPr id="2" name="ID_AB12"/><a:blip r:embed="rId1"/></c:pic></c:cellImage>'
                    "</c:cellImages>"
                ).encode(),
                "xl/_rels/cellimages.xml.rels": (
                    b'<Relationships xmlns="urn:r"><Relationship Id="rId1" Type="image" '
                    b'Target="media/image1.png"/></Relationships>'
                ),
                "xl/media/image1.png": image,
            },
        )
        (table,) = read_table(data)
        assert table.rows[0].pictures == (image,)

    def test_pictures_outside_the_workbook_are_not_fetched(self, tmp_path: Path) -> None:
        outside = tmp_path / "secret.png"
        outside.write_bytes(picture())
        book = openpyxl.load_workbook(io.BytesIO(workbook(ROWS)))
        book["Sheet1"].add_image(SheetImage(io.BytesIO(picture(seed=1))), "D2")
        buffer = io.BytesIO()
        book.save(buffer)
        member = "xl/drawings/_rels/drawing1.xml.rels"
        with zipfile.ZipFile(buffer) as archive:
            links = archive.read(member).decode()
        for target in (outside.as_uri(), "../../../../../../" + str(outside).lstrip("/")):
            hostile = re.sub(r'Target="[^"]*"', f'Target="{target}"', links)
            (table,) = read_table(repacked(buffer.getvalue(), {member: hostile.encode()}))
            assert table.rows[0].pictures == ()

    def test_too_many_bytes_of_pictures(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(workbook(ROWS)))
        book["Sheet1"].add_image(SheetImage(io.BytesIO(picture())), "D2")
        buffer = io.BytesIO()
        book.save(buffer)
        with pytest.raises(UnreadableFileError, match="at most 100 bytes"):
            read_table(buffer.getvalue(), limits=TableLimits(max_picture_bytes=100))
