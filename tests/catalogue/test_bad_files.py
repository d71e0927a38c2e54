"""Files that are damaged, hostile, or not what their name says."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlwt

from deepsearch.catalogue import Catalogue, ingest
from deepsearch.errors import DeepSearchError, InvalidInputError, UnreadableFileError
from deepsearch.schema import Listing
from tests.catalogue.sources import write_csv, write_workbook


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue.create(tmp_path / "catalogue")


def bad_files(tmp_path: Path) -> dict[str, tuple[Path, str]]:
    files: dict[str, tuple[Path, str]] = {}

    def add(name: str, content: bytes, says: str) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        files[name] = (path, says)

    add("empty.csv", b"", "empty")
    add("empty.xlsx", b"", "empty")
    add("program.xlsx", b"MZ\x90\x00" + b"\x00" * 2000, "Windows program")
    add("picture.csv", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "picture")
    add("document.csv", b"%PDF-1.7\n", "PDF")
    add("zeros.csv", b"a,b\n\x00\x00\x00,\x00\n", "zero bytes")
    add("truncated.xlsx", b"PK\x03\x04" + b"\x00" * 500, "cannot be read as a workbook")
    add("truncated.parquet", b"PAR1" + b"\x00" * 500, "Parquet")
    add("page.xls", b"<html><table><tr><td>1</td></tr></table></html>", "HTML")
    add("header_only.csv", b"sku,product name,price\n", "no rows below")
    add("blank.csv", b"\n\n  \n", "no rows below")
    add("nameless.csv", b"a,b\n1,2\n3,4\n", "product's name")
    add("quote.csv", b'sku,name\n1,"' + b"x" * 17_000_000, "quote")
    add("no_json.jsonl", b"hello\nworld\n", "no JSON object")
    sheet = write_workbook(tmp_path / "no_rows.xlsx", {"Sheet1": []})
    files["no_rows.xlsx"] = (sheet, "empty")
    only = write_workbook(tmp_path / "only_header.xlsx", {"Sheet1": [["sku", "product name"]]})
    files["only_header.xlsx"] = (only, "no rows below")
    files["absent.csv"] = (tmp_path / "absent.csv", "does not exist")
    files["folder"] = (tmp_path, "is a folder")
    return files


def test_bad_files_are_clear_errors_and_change_nothing(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    catalogue.upsert([Listing(id="a", title="t")])
    for name, (path, says) in bad_files(tmp_path).items():
        with pytest.raises(DeepSearchError) as caught:
            ingest(catalogue, path)
        assert isinstance(caught.value, (UnreadableFileError, InvalidInputError)), name
        assert says in str(caught.value), (name, str(caught.value))
    assert catalogue.version == 2
    assert Catalogue.open(catalogue.path).listing_ids == ["a"]
    assert catalogue.check() == []


def test_a_csv_named_xlsx_is_read_for_what_it_is(catalogue: Catalogue, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "t.xlsx", [["sku", "product name"], ["1", "Cup"]])
    assert ingest(catalogue, source).added == 1


def test_a_header_that_begins_like_a_program(catalogue: Catalogue, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "t.csv", [["MZ", "product name"], ["1", "Cup"]])
    assert ingest(catalogue, source).added == 1


def test_a_utf16_file_without_its_mark(catalogue: Catalogue, tmp_path: Path) -> None:
    text = "sku;product name\r\n1;Cup\r\n2;Mug\r\n"
    (tmp_path / "t.csv").write_bytes(text.encode("utf-16-be"))
    assert ingest(catalogue, tmp_path / "t.csv").added == 2
    assert not (tmp_path / "t.csv").read_bytes().startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF8))


# ---------------------------------------------------------------- founding years, headings


def _far_out(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "title"
    book.active["A2"] = "bolt"
    book.active["XFD1048576"] = "far out"
    book.save(path)


def _panics(path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("list")
    for row in range(200):
        sheet.write(row, 0, f"bolt M{row} " * 9)
    book.save(str(path))
    # cut within a sector of the compound file: calamine 0.6 panics there
    path.write_bytes(path.read_bytes()[:-4000])


@pytest.mark.parametrize(("name", "damage"), [("far.xlsx", _far_out), ("cut.xls", _panics)])
def test_a_workbook_that_harms_its_reader_is_refused(
    tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    damage(tmp_path / name)
    with pytest.raises(UnreadableFileError, match=r"cannot be read as a workbook"):
        ingest(Catalogue.create(tmp_path / "cat"), tmp_path / name)
