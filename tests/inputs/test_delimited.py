"""Delimited text: encodings, delimiters, quotation."""

from __future__ import annotations

import pytest

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.inputs import read_file, read_table

CHINESE = "序号;产品名称;规格;数量;单位\n1;不锈钢球阀;DN25;20;个\n2;法兰盘;PN16;16;片\n"
TEXTS = {
    "gb18030": CHINESE,
    "utf-8-sig": CHINESE,
    "utf-16": CHINESE,
    "utf-16-le": "Item;Qty\nBolt M8;20\nNut M8;16\n",
    "utf-16-be": "Item;Qty\nBolt M8;20\nNut M8;16\n",
    "big5": "項次;品名;規格;數量;單位\n1;不鏽鋼球閥;DN25;20;個\n2;法蘭;PN16;16;片\n",
    "cp932": "番号;品名;型番;数量\n1;ステンレスボルト;M8x40;20\n2;ワッシャーとナット;M8;16\n",
    "euc-kr": "번호;품명;규격;수량\n1;스테인리스 볼트;M8x40;20\n2;와셔;M8;16\n",
    "cp1251": "№;Наименование;Кол-во;Ед.\n1;Труба стальная;20;м\n2;Отвод;16;шт\n",
    "cp1252": "Pos;Bezeichnung;Menge\n1;Stückgut für Übergröße;20\n2;Schlüssel;16\n",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_encodings(encoding: str) -> None:
    (table,) = read_table(TEXTS[encoding].encode(encoding), name="list.csv")
    assert [row.quantity for row in table.rows] == [20, 16]
    assert table.rows[0].description in TEXTS[encoding]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    rows = [["Item", "Size, mm", "Qty"], ["Bolt; zinc", "8", "20"], ["Nut | A2", "8", "16"]]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    (table,) = read_table(text.encode(), name="list.csv")
    assert [row.description for row in table.rows] == ["Bolt; zinc", "Nut | A2"]
    assert [row.quantity for row in table.rows] == [20, 16]


def test_addresses_full_of_other_delimiters() -> None:
    lines = [f"{i},http://host/?a|b|c|d|e={i};x;y;z,Bolt {i},{i}" for i in range(9)]
    text = "\n".join(["id,product url,product name,qty", *lines])
    (table,) = read_table(text.encode(), name="a.csv")
    assert [column.name for column in table.columns] == ["id", "product url", "product name", "qty"]
    assert table.rows[3].description == "Bolt 3"


def test_decimal_comma_under_semicolons() -> None:
    (table,) = read_table(b"Item;Weight kg;Qty\nPlate;1,5;2\nBar;0,25;4\n", name="a.csv")
    assert table.rows[0].cells["Weight kg"] == "1,5"


def test_declared_delimiter() -> None:
    (table,) = read_table(b"sep=|\r\nItem|Qty\r\nBolt, M8|5\r\n", name="a.csv")
    assert table.rows[0].description == "Bolt, M8"


def test_codes_keep_their_zeros_and_cells_their_lines() -> None:
    text = 'Part No,Description,Qty\n00412,"Bolt\nM8",5\n'
    (table,) = read_table(text.encode(), name="a.csv")
    assert table.rows[0].cells["Part No"] == "00412"
    assert table.rows[0].description == "Bolt\nM8"
    assert table.rows[0].source == "a.csv line 2"


def test_unknown_headers_are_headers_all_the_same() -> None:
    (table,) = read_table(b"foo,bar\nalpha beta,1\ngamma delta,2\n", name="a.csv")
    assert [column.name for column in table.columns] == ["foo", "bar"]
    assert len(table.rows) == 2


def test_unicode_text_of_excel() -> None:
    lines = ["Enquiry 4711\t\t", "\t\t", "S/N\tDescription\tQty", "1\tSafety helmet\t100"]
    loaded = read_file("\r\n".join([*lines, ""]).encode("utf-16"), name="a.txt")
    assert [(row.description, row.quantity) for row in loaded.rows] == [("Safety helmet", 100)]
    prose = b"Dear all,\nwe need\tfive\nvalves.\n\nRegards\n"
    assert read_file(prose, name="a.txt").rows == ()


def test_references_to_places_on_a_board() -> None:
    for cells, role in ((("C1,C2,C5", "R7"), "reference"), (("C12", "R7"), "code")):
        lines = [f'"{cell}","Capacitor 100nF",{i}' for i, cell in enumerate(cells, 1)]
        text = "\n".join(["Reference,Description,Qty", *lines])
        (table,) = read_table(text.encode(), name="bom.csv")
        assert table.columns[0].role == role


def test_a_quotation_mark_never_closed() -> None:
    text = 'Item,Qty\n"Bolt,5\n' + "x,1\n" * 60_000
    with pytest.raises(UnreadableFileError, match=r"a.csv: line .*quotation mark"):
        read_table(text.encode(), name="a.csv")


def test_a_sheet_of_a_delimited_file() -> None:
    with pytest.raises(InvalidInputError, match="has no sheets"):
        read_table(b"Item,Qty\nBolt,5\n", name="a.csv", sheet="Sheet1")


def test_fifty_thousand_rows() -> None:
    text = "Item,Size,Qty\n" + "".join(f"Bolt {i},M{i % 30},{i}\n" for i in range(50_000))
    (table,) = read_table(text.encode(), name="a.csv")
    assert len(table.rows) == 50_000
    assert table.rows[-1].quantity == 49_999
