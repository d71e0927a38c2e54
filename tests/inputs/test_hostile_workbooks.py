"""Workbooks made to do harm, or merely broken."""

from __future__ import annotations

import io
import time
from pathlib import Path

import openpyxl
import pytest
from openpyxl.drawing.image import Image as SheetImage

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs import read_table
from tests.inputs.files import (
    ROWS,
    SHEET,
    ods,
    ods_row,
    picture,
    png_of,
    repacked,
    sheet_xml,
    text_cell,
    workbook,
    xls,
)


def refused(data: bytes, match: str, *, name: str = "evil.xlsx") -> None:
    """Refused in little time, with the file's name in the message."""
    started = time.monotonic()
    with pytest.raises(UnreadableFileError, match=match) as caught:
        read_table(data, name=name)
    assert str(caught.value).startswith(name)
    assert time.monotonic() - started < 10


class TestHostile:
    def test_a_program_named_xlsx(self) -> None:
        refused(b"MZ\x90\x00" + bytes(500), "expected a spreadsheet .* a Windows program")

    def test_an_empty_file(self, tmp_path: Path) -> None:
        path = tmp_path / "empty.xlsx"
        path.write_bytes(b"")
        with pytest.raises(UnreadableFileError, match=r"empty.xlsx: the file is empty"):
            read_table(path)

    def test_a_sheet_without_rows(self) -> None:
        refused(workbook([]), "no row of it is an item")
        refused(workbook([["Item", "Qty"]]), "no row of it is an item")

    def test_a_truncated_workbook(self) -> None:
        data = workbook(ROWS)
        refused(data[: len(data) // 2], "ZIP archive|damaged or cut short")

    def test_a_zip_bomb(self) -> None:
        bomb = repacked(workbook(ROWS), {"xl/worksheets/sheet2.xml": bytes(600 * 1024 * 1024)})
        assert len(bomb) < 2_000_000
        refused(bomb, "unpacks to .* or more.*zip bomb")

    def test_a_zip_bomb_that_lies_about_its_size(self) -> None:
        size = 600 * 1024 * 1024
        bomb = bytearray(repacked(workbook(ROWS), {"xl/x.xml": bytes(size)}))
        honest = size.to_bytes(4, "little")
        place = bomb.find(honest)
        while place >= 0:
            bomb[place : place + 4] = (1000).to_bytes(4, "little")
            place = bomb.find(honest)
        refused(bytes(bomb), "unpacks to|damaged")

    def test_cells_a_billion_apart(self) -> None:
        cells = (
            f'<row r="1">{text_cell("A1", "Item")}</row>'
            f'<row r="1048576">{text_cell("XFD1048576", "far")}</row>'
        )
        data = repacked(workbook(ROWS), {SHEET: sheet_xml(cells, dimension="A1:XFD1048576")})
        refused(data, "column 16,384, row 1,048,576")

    @pytest.mark.parametrize("quote", ['"', "'"])
    def test_far_cells_in_other_spellings(self, quote: str) -> None:
        far = f"<c\n r = {quote}XFD1048576{quote} t='inlineStr'><is><t>far</t></is></c>"
        cells = f'<row r="1">{text_cell("A1", "Item")}</row><row>{far}</row>'
        refused(repacked(workbook(ROWS), {SHEET: sheet_xml(cells)}), "at most .* cells are read")

    def test_a_huge_declared_dimension_alone_is_harmless(self) -> None:
        cells = (
            f'<row r="1">{text_cell("A1", "Item")}{text_cell("B1", "Qty")}</row>'
            f'<row r="2">{text_cell("A2", "Bolt")}<c r="B2"><v>4</v></c></row>'
        )
        data = repacked(workbook(ROWS), {SHEET: sheet_xml(cells, dimension="A1:XFD1048576")})
        (table,) = read_table(data)
        assert table.rows[0].quantity == 4

    def test_ten_megabytes_in_one_cell(self) -> None:
        cells = (
            f'<row r="1">{text_cell("A1", "Item")}{text_cell("B1", "Qty")}</row>'
            f'<row r="2">{text_cell("A2", "x" * 10_000_000)}<c r="B2"><v>4</v></c></row>'
        )
        refused(repacked(workbook(ROWS), {SHEET: sheet_xml(cells)}), "cell A2.*10,000,000")
        refused(b"Item,Qty\n" + b"x" * 10_000_000 + b",4\n", "line 2.*131,072", name="big.csv")

    def test_one_long_text_shared_by_many_cells(self) -> None:
        strings = (
            '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            f"<si><t>{'y' * 100_000}</t></si></sst>"
        )
        rows = "".join(
            f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(1, 20_001)
        )
        data = repacked(
            workbook(ROWS), {SHEET: sheet_xml(rows), "xl/sharedStrings.xml": strings.encode()}
        )
        refused(data, "repeats long texts to")

    def test_xml_entities(self) -> None:
        lol = (
            '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">'
            + "".join(f'<!ENTITY {n} "{("&" + p + ";") * 10}">' for p, n in ("ab", "bc", "cd"))
            + '<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        )
        body = sheet_xml(f'<row r="1">{text_cell("A1", "&d;&x;")}</row>').split(b"?>", 1)[1]
        refused(repacked(workbook(ROWS), {SHEET: lol.encode() + body}), "declares XML entities")
        strings = lol.encode() + b"<sst><si><t>&d;</t></si></sst>"
        refused(repacked(workbook(ROWS), {"xl/sharedStrings.xml": strings}), "XML entities")

    def test_formulas_are_never_evaluated(self) -> None:
        cells = (
            f'<row r="1">{text_cell("A1", "Item")}{text_cell("B1", "Qty")}</row>'
            f'<row r="2">{text_cell("A2", "Bolt")}<c r="B2"><f>1+1</f><v>41</v></c></row>'
            f'<row r="3">{text_cell("A3", "Nut")}'
            "<c r=\"B3\"><f>'[http://localhost:9/x.xlsx]S'!A1</f><v>7</v></c></row>"
            f'<row r="4">{text_cell("A4", "Pin")}<c r="B4"><f>WEBSERVICE("http://h/")</f></c></row>'
        )
        (table,) = read_table(repacked(workbook(ROWS), {SHEET: sheet_xml(cells)}))
        assert [row.quantity for row in table.rows] == [41, 7, None]

    def test_a_password(self) -> None:
        names = "EncryptedPackage".encode("utf-16-le")
        data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + names + bytes(2000)
        refused(data, "a password-protected Office file. Remove the password")

    def test_repeated_cells_of_ods(self) -> None:
        header = ods_row("Item", "Qty")
        refused(
            ods(header + ods_row("Bolt", "5", repeat=1_000_000_000)), "repeated", name="evil.ods"
        )
        empty = (
            '<table:table-row table:number-rows-repeated="1048000">'
            '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        )
        (table,) = read_table(ods(header + ods_row("Bolt", "5") + empty))
        assert len(table.rows) == 1

    def test_a_repeat_of_five_thousand_digits(self) -> None:
        row = ods_row("Bolt", "5", repeat=7)
        assert row.count('"7"')
        refused(
            ods(ods_row("Item", "Qty") + row.replace('"7"', '"' + "9" * 5000 + '"')),
            "repeated",
            name="evil.ods",
        )

    def test_far_cells_of_xls(self) -> None:
        data = bytearray(xls([["Item", "Qty"], ["Bolt", 5]]))
        # The NUMBER record of B2: type 0x0203, 14 bytes, row 1, column 1.
        place = data.find(b"\x03\x02\x0e\x00\x01\x00\x01\x00")
        if place < 0:
            place = data.find(b"\x7e\x02\x0a\x00\x01\x00\x01\x00")
        assert place > 0
        data[place + 4 : place + 8] = b"\xff\xff\xff\xff"
        refused(bytes(data), "cells", name="evil.xls")

    def test_an_oversized_file_is_not_read(self, tmp_path: Path) -> None:
        path = tmp_path / "huge.xlsx"
        with path.open("wb") as stream:
            stream.write(workbook(ROWS)[:100])
            stream.truncate(2 * 1024**3)
        started = time.monotonic()
        with pytest.raises(UnreadableFileError, match=r"huge.xlsx: has 2\.0 GB; at most"):
            read_table(path)
        assert time.monotonic() - started < 1

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        import os

        path = tmp_path / "pipe.xlsx"
        os.mkfifo(path)
        with pytest.raises(UnreadableFileError, match="not a regular file"):
            read_table(path)

    def test_a_picture_bomb_in_a_cell_is_handed_on_undecoded(self) -> None:
        book = openpyxl.load_workbook(io.BytesIO(workbook(ROWS)))
        small = picture()
        book["Sheet1"].add_image(SheetImage(io.BytesIO(small)), "D2")
        buffer = io.BytesIO()
        book.save(buffer)
        bomb = png_of(30_000, 30_000)
        (table,) = read_table(repacked(buffer.getvalue(), {"xl/media/image1.png": bomb}))
        assert table.rows[0].pictures == (bomb,)

    def test_a_wrong_extension_is_said(self, tmp_path: Path) -> None:
        path = tmp_path / "list.csv"
        path.write_bytes(workbook(ROWS))
        (table,) = read_table(path)
        assert len(table.rows) == 2
        assert any("ends in .csv, but its contents are an Excel workbook" in n for n in table.notes)


@pytest.mark.slow
def test_a_damaged_ods_that_stalls_its_reader_is_refused() -> None:
    import random

    from tests.inputs.fuzz import CORPUS, mutate

    # Found by fuzzing: calamine 0.37 never returns from this one.
    refused(mutate("ods", CORPUS["ods"](), random.Random(3000730)), "evil.ods", name="evil.ods")
