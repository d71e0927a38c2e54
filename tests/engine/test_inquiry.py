"""What a buyer hands over becomes queries: rows, documents, drawings, and words beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepsearch import InvalidInputError, Query, SearchEngine, build_queries, load_query
from deepsearch.inputs import read_file
from deepsearch.schema import Modality, Operator, Status
from tests.inputs.files import picture, video, workbook

ROWS: list[list[object]] = [
    ["Item", "Qty", "Unit"],
    ["Bolt M8", 100, "pcs"],
    ["Nut M8", 200, "pcs"],
]
BOM: list[list[object]] = [
    ["Company PN", "MN 1", "MPN 1", "MN 2", "MPN 2", "Qty"],
    ["DIO-0096", "Diodes Incorporated", "1N4148WS-7-F", "Vishay", "1N4148WS-E3-08", 4],
    ["CON-0287", "Phoenix Contact", "1935161", None, None, 1],
    ["MEC-0254", None, None, None, None, 2],
    ["RES-1216", "Vishay", "CRCW060391K0FKEA", None, None, 10],
]
SPECIFICATION = """# Requirement specification: oat drink

1 General
1.1 The packaging should be recyclable.
5.3 The minimum order quantity must be 500 pieces or less.
5.4 The supplier must hold ISO 22000.
"""
DXF_PAIRS = [
    (0, "SECTION"), (2, "HEADER"), (9, "$INSUNITS"), (70, 4), (0, "ENDSEC"),
    (0, "SECTION"), (2, "ENTITIES"),
    (0, "LINE"), (8, 0), (10, 0), (20, 0), (11, 120), (21, 0),
    (0, "LINE"), (8, 0), (10, 0), (20, 0), (11, 0), (21, 45),
    (0, "ENDSEC"), (0, "EOF"),
]  # fmt: skip


def one(query: Query | list[Query]) -> Query:
    assert isinstance(query, Query)
    return query


def stated(query: Query) -> dict[str, tuple[Operator, object]]:
    assert query.parsed is not None
    return {r.field: (r.op, r.value) for r in query.parsed.requirements}


# ---------------------------------------------------------------- rows


def test_a_sheet_of_items_is_a_query_an_item() -> None:
    queries = load_query([workbook(ROWS), picture()], text="zinc plated", where="price < 5")
    assert isinstance(queries, list)
    assert [query.text for query in queries] == [
        "Bolt M8\nQuantity: 100 pcs\nzinc plated",
        "Nut M8\nQuantity: 200 pcs\nzinc plated",
    ]
    assert {query.where for query in queries} == {"price < 5"}
    assert all(query.parts[0].kind is Modality.PICTURE for query in queries)
    assert queries[0].id == "the given bytes Sheet1!2"
    assert stated(queries[1])["order_quantity"] == (Operator.EQ, 200.0)


def test_contents_read_before_keep_the_name_they_were_given() -> None:
    file = read_file(workbook(ROWS), name="enquiry.xlsx")
    for queries in (load_query(file), load_query([file]), build_queries(files=[file])):
        assert isinstance(queries, list)
        assert [query.id for query in queries] == ["enquiry.xlsx Sheet1!2", "enquiry.xlsx Sheet1!3"]


def test_one_item_is_one_query() -> None:
    assert one(load_query(workbook(ROWS[:2]))).text == "Bolt M8\nQuantity: 100 pcs"


def test_every_span_points_into_the_text_with_words_beside_the_row() -> None:
    query, _ = build_queries(files=[workbook(ROWS)], text="not more than 2 USD each")
    assert query.parsed is not None
    requirements = query.parsed.requirements
    words = {r.field: query.parsed.text[slice(*r.span)] for r in requirements if r.span}
    assert "100 pcs" in words["order_quantity"]
    assert "2 USD" in words["unit_price"]


def test_makers_and_their_numbers_are_alternatives_and_own_numbers_are_silent() -> None:
    first, second, *_ = build_queries(files=[workbook(BOM)])
    assert stated(first)["model"] == (Operator.ANY_OF, ("1N4148WS-7-F", "1N4148WS-E3-08"))
    assert stated(first)["brand"] == (Operator.ANY_OF, ("Diodes Incorporated", "Vishay"))
    assert stated(first)["order_quantity"] == (Operator.EQ, 4.0)
    assert "DIO-0096" not in first.text
    assert stated(second)["model"] == (Operator.EQ, "1935161")
    assert first.parsed is not None
    assert first.parsed.product == ""
    assert stated(second)["order_quantity"] == (Operator.EQ, 1.0)


def test_a_row_of_own_numbers_alone_says_so() -> None:
    query = build_queries(files=[workbook(BOM)])[2]
    assert query.parsed is not None
    assert query.text == "MEC-0254\nQuantity: 2 pcs"
    assert "numbers of the buyer's own" in query.parsed.notes[0]


# ---------------------------------------------------------------- documents, drawings


@pytest.fixture
def specification(tmp_path: Path) -> Path:
    path = tmp_path / "specification.md"
    path.write_text(SPECIFICATION, encoding="utf-8")
    return path


def test_clauses_of_a_document_are_requirements(specification: Path) -> None:
    query = one(load_query(specification))
    assert query.parsed is not None
    by_field = {r.field: r for r in query.parsed.requirements}
    quantity = by_field["min_order_quantity"]
    assert (quantity.op, quantity.value, quantity.hard) == (Operator.LE, 500.0, True)
    assert quantity.source is not None
    assert quantity.source.startswith("specification.md")
    assert quantity.source.endswith("§5.3")
    assert "500" in query.parsed.text[slice(*quantity.span or (0, 0))]
    assert "oat drink" in query.parsed.product.lower()


def test_a_document_filters_the_answer(specification: Path, grocery_folder: Path) -> None:
    result = SearchEngine.open(grocery_folder).search(one(load_query(specification)))
    assert result.hits
    assert "oat" in result.hits[0].listing.title.lower()
    for hit in result.hits:
        judged = {j.requirement.field: j.status for j in hit.judgements}
        assert judged["min_order_quantity"] is not Status.VIOLATED


def test_words_beside_a_document_win(specification: Path) -> None:
    query = one(load_query(specification, text="soy drink, MOQ not above 100"))
    assert stated(query)["min_order_quantity"] == (Operator.LE, 100.0)
    assert query.parsed is not None
    assert "soy" in query.parsed.product
    assert any("500" in note and "100" in note for note in query.parsed.notes)
    assert query.text == "soy drink, MOQ not above 100"


def test_a_drawing_wishes_its_size(tmp_path: Path) -> None:
    path = tmp_path / "bracket.dxf"
    path.write_text("".join(f"{code}\n{value}\n" for code, value in DXF_PAIRS), encoding="ascii")
    query = one(load_query(path))
    assert query.parsed is not None
    sizes = {r.field: (r.value, r.unit, r.hard) for r in query.parsed.requirements}
    assert sizes["width"] == (120.0, "mm", False)
    assert sizes["height"] == (45.0, "mm", False)
    assert any(part.kind is Modality.PICTURE for part in query.parts)
    # Lines alone find what photograph they are least unlike: the buyer is told.
    assert any("bracket.dxf: nothing names the thing" in note for note in query.parsed.notes)
    named = one(load_query(path, text="angle bracket, galvanised"))
    assert named.parsed is not None
    assert named.parsed.product == "angle bracket"
    assert not any("nothing names" in note for note in named.parsed.notes)


# ---------------------------------------------------------------- videos, nothing


def test_frames_weigh_as_much_as_one_picture(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(video(2.0, scenes=4))
    query = one(load_query(path))
    assert len(query.parts) == 4
    assert sum(part.weight for part in query.parts) == pytest.approx(1)
    assert query.parts[0].source is not None
    assert query.parts[0].source.startswith("clip.mp4 @ ")


def test_nothing_given() -> None:
    with pytest.raises(InvalidInputError, match="no file"):
        load_query([])
