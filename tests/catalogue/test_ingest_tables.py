"""Tables as sources: text in any encoding, workbooks, parquet; headings within a sheet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deepsearch.catalogue import Catalogue, ColumnMapping, ingest
from deepsearch.schema import (
    Claim,
    PriceTier,
    Quantity,
)
from tests.catalogue.sources import write_csv, write_jsonl, write_workbook


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue.create(tmp_path / "catalogue")


TABLE = [
    [
        "Artikelnummer",
        "Bezeichnung",
        "Preis (EUR)",
        "Mindestbestellmenge",
        "Lieferzeit",
        "Werkstoff",
    ],
    ["P-1", "Zahnradpumpe für Öl", "1.234,50", "10 Stück", "2 Wochen", "Gusseisen"],
    ["P-2", "Kreiselpumpe", "99,90", "1.000 Stück", "10 Tage", "Edelstahl"],
    ["P-3", "Tauchpumpe groß", "auf Anfrage", "1", "", "Edelstahl"],
]


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        ("utf-8", ","),
        ("utf-8-sig", ";"),
        ("utf-16", ";"),
        ("utf-16-le", "\t"),
        ("cp1252", ";"),
        ("utf-8", "|"),
    ],
)
def test_text_tables_in_any_encoding(
    catalogue: Catalogue, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    source = write_csv(tmp_path / "t.csv", TABLE, encoding=encoding, delimiter=delimiter)
    report = ingest(catalogue, source)
    assert (report.added, report.rejected) == (3, 0), report.rejects
    first, second, third = catalogue.listings([0, 1, 2])
    assert first.id == "P-1"
    assert first.title == "Zahnradpumpe für Öl"
    assert first.offer.price_tiers == (PriceTier(low=1234.5, high=1234.5),)
    assert first.offer.currency == "EUR"
    assert first.offer.lead_times[0].days == 14
    assert first.attributes == {"Werkstoff": "Gusseisen"}
    assert second.offer.min_order_quantity == Quantity(value=1000, unit="piece")
    assert third.offer.price_tiers == ()


def test_a_chinese_table_in_gbk(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = [
        ["产品编号", "产品名称", "单价", "起订量", "品牌", "交货期", "产地"],
        ["A-01", "不锈钢齿轮泵", "12.50元", "100件", "华泰", "7-15天", "中国"],
        ["A-02", "铝合金支架", "¥3-5", "1000个", "华泰", "15个工作日", "中国"],
    ]
    source = write_csv(tmp_path / "t.csv", rows, encoding="gb18030", delimiter=";")
    report = ingest(catalogue, source)
    assert report.added == 2, report
    first, second = catalogue.listings([0, 1])
    assert first.title == "不锈钢齿轮泵"
    assert (first.offer.price_min, first.offer.currency) == (12.5, "CNY")
    assert first.offer.min_order_quantity == Quantity(value=100, unit="piece")
    assert (first.brand, first.origin) == ("华泰", "CN")
    assert second.offer.lead_times[0].days == 21
    assert any("gb18030" in warning for warning in report.warnings)


def test_a_headline_above_the_header_and_ragged_rows(catalogue: Catalogue, tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text(
        "Price list spring,,\n,,\nsku,product name,price\n1,Cup,$2\n2,Mug\n"
        "3,Jar,$4,extra\n4,Pot,$5,,\n",
        encoding="utf-8",
    )
    report = ingest(catalogue, source)
    assert sorted(listing.title for listing in catalogue.listings(range(3))) == [
        "Cup",
        "Mug",
        "Pot",
    ]
    assert [(r.line, r.reason) for r in report.rejects] == [(6, "4 cells where the header has 3")]
    assert any("row 3" in warning for warning in report.warnings)


def test_negative_and_missing_prices_in_a_table(catalogue: Catalogue, tmp_path: Path) -> None:
    source = write_csv(
        tmp_path / "t.csv",
        [
            ["sku", "product name", "price", "moq"],
            ["1", "Cup", "$2", "10 pcs"],
            ["2", "Mug", "-3", "10 pcs"],
            ["3", "Jar", "NaN", "NaN"],
            ["4", "Pot", "call us", "?"],
            ["5", "Pan", "$4", "soon"],
        ],
    )
    report = ingest(catalogue, source)
    assert [(r.line, r.reason) for r in report.rejects] == [(3, "price: '-3' is negative")]
    found = {x.id: x.offer for x in catalogue.listings(range(len(catalogue)))}
    assert [found[n].price_min for n in "1345"] == [2, None, None, 4]
    assert found["5"].min_order_quantity is None
    assert any("'moq'" in w and "1 cells could not be read" in w for w in report.warnings)


def test_ids_are_derived_the_same_way_every_time(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = [["product name", "brand"], ["Cup", "Acme"], ["Mug", "Acme"], ["Cup", "Acme"]]
    report = ingest(catalogue, write_csv(tmp_path / "t.csv", rows))
    assert report.added == 2
    assert "already" in report.rejects[0].reason
    assert any("3 rows have no id" in warning for warning in report.warnings)
    rows[1], rows[2] = rows[2], rows[1]
    report = ingest(catalogue, write_csv(tmp_path / "t.csv", rows[:3]))
    assert (report.added, report.unchanged) == (0, 2)
    by_url = [
        ["product name", "product url"],
        ["Cup", "https://a.example/p/cup_100001.html?pos=1"],
        ["Mug", "https://a.example/p/mug_100002.html?pos=2"],
    ]
    ingest(catalogue, write_csv(tmp_path / "u.csv", by_url))
    assert {"100001", "100002"} <= set(catalogue.listing_ids)
    assert catalogue.listings(catalogue.rows(["100001"]))[0].url == (
        "https://a.example/p/cup_100001.html"
    )


def test_a_workbook_with_titles_above_the_header(catalogue: Catalogue, tmp_path: Path) -> None:
    source = write_workbook(
        tmp_path / "t.xlsx",
        {
            "Cover": [["Supplier catalogue 2026"]],
            "Products": [
                ["Acme Ltd. price list"],
                [],
                ["Item No", "Product Name", "Unit Price (USD)", "MOQ (pcs)", "Weight (kg)"],
                [1001, "Gear pump", 12.5, 100, 3.2],
                [1002, "Piston pump", 99, 5, 7],
            ],
        },
    )
    report = ingest(catalogue, source)
    assert report.added == 2, report
    first = catalogue.listings([0])[0]
    assert (first.id, first.title) == ("1001", "Gear pump")
    assert (first.offer.price_min, first.offer.currency) == (12.5, "USD")
    assert first.offer.min_order_quantity == Quantity(value=100, unit="piece")
    assert first.attributes == {"Weight": "3.2 kg"}
    assert any("'Products' was read" in warning for warning in report.warnings)


def test_a_parquet_file_and_json_of_another_form(catalogue: Catalogue, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "sku": ["1", "2"],
            "product_name": ["Cup", "Mug"],
            "price": [2.5, None],
            "currency": ["USD", "USD"],
            "specs": [{"Material": "steel"}, {"Material": "clay"}],
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    ingest(catalogue, tmp_path / "t.parquet")
    first, second = catalogue.listings([0, 1])
    assert (first.offer.price_min, first.offer.currency) == (2.5, "USD")
    assert first.attributes == {"Material": "steel"}
    assert second.offer.price_min is None
    other = write_jsonl(
        tmp_path / "o.jsonl",
        [
            {
                "sku": f"s{n}",
                "name": f"Cup {n}",
                "offer": {"price": "$2.50"},
                "vendor": {"name": "A"},
            }
            for n in range(3)
        ],
    )
    report = ingest(catalogue, other)
    assert report.added == 3
    third = catalogue.listings(catalogue.rows(["s0"]))[0]
    assert third.offer.price_min == 2.5
    assert third.supplier is not None
    assert third.supplier.name == "A"


# ---------------------------------------------------------------- years, headings


@pytest.mark.parametrize(
    "header",
    ["Year Established", "成立年份", "Gründungsjahr", "Año de fundación", "Année de création"],
)
def test_the_year_a_supplier_was_founded_gives_its_years(
    catalogue: Catalogue, tmp_path: Path, header: str
) -> None:
    rows = [
        ["sku", "product name", "supplier", header],
        ["1", "Cup", "Acme", "1998"],
        ["2", "Mug", "Bolt", "2011年" if header == "成立年份" else "2011-03-01"],
        ["3", "Jar", "Cork", "n/a"],
        ["4", "Pot", "Dune", "2140"],
        ["5", "Pan", "", "1990"],
    ]
    source = write_csv(tmp_path / "t.csv", rows)
    mapping = ingest(catalogue, source).mapping
    assert mapping is not None
    assert [column.column for column in mapping.of("supplier.established")] == [header]
    report = ingest(catalogue, source, mapping=replace(mapping, as_of=2026))
    assert any(repr(header) in w and "2140" in w for w in report.warnings)
    suppliers = {x.id: x.supplier for x in catalogue.listings(range(5))}
    assert suppliers["5"] is None
    found = {n: s.years for n, s in suppliers.items() if s is not None}
    assert found == {"1": 28, "2": 15, "3": None, "4": None}
    assert suppliers["1"] is not None
    assert suppliers["1"].claims == (Claim(dimension="established", value=1998.0, source=header),)


def test_a_stated_age_goes_before_the_founding_year(catalogue: Catalogue, tmp_path: Path) -> None:
    source = write_csv(
        tmp_path / "t.csv",
        [
            ["sku", "product name", "supplier", "supplier years", "founded"],
            ["1", "Cup", "Acme", "3 yrs", "1998"],
            ["2", "Mug", "Bolt", "", "1999"],
        ],
    )
    mapping = ingest(catalogue, source).mapping
    assert mapping is not None
    assert ColumnMapping.from_toml(replace(mapping, as_of=2020).to_toml()).as_of == 2020
    ingest(catalogue, source, mapping=replace(mapping, as_of=2020))
    assert catalogue.facts["supplier.years"].to_pylist() == [3, 21]


def test_a_model_year_is_no_founding_year(catalogue: Catalogue, tmp_path: Path) -> None:
    rows = [["sku", "product name", "model year"], ["1", "Bike", "2019"], ["2", "Trike", "2021"]]
    mapping = ingest(catalogue, write_csv(tmp_path / "t.csv", rows)).mapping
    assert mapping is not None
    assert not mapping.of("supplier.established")


def test_headings_within_a_sheet_are_categories(catalogue: Catalogue, tmp_path: Path) -> None:
    source = write_workbook(
        tmp_path / "t.xlsx",
        {
            "S": [
                ["Item No", "Product Name", "Unit Price (USD)", "MOQ (pcs)", "Certificates"],
                [1, "Bolt M8", 0.1, 1000, None],
                ["Pumps"],
                ["Gear pumps"],
                [2, "Gear pump GP-1", 12.5, 100, "CE"],
                [3, "Gear pump GP-2", 14, 100, None],
                [None, "Valves"],
                [4, "Ball valve", 3, 50, None],
                [5, "Check valve", 4, 50, None],
                [6, "Gate valve", 5, 50, None],
                [7, "Relief valve", 9, 50, None],
                ["All prices EXW Ningbo"],
            ]
        },
    )
    report = ingest(catalogue, source)
    found = {x.title: x for x in catalogue.listings(range(len(catalogue)))}
    assert {title: item.category for title, item in found.items()} == {
        "Bolt M8": None,
        "Gear pump GP-1": "Pumps > Gear pumps",
        "Gear pump GP-2": "Pumps > Gear pumps",
        "Ball valve": "Valves",
        "Check valve": "Valves",
        "Gate valve": "Valves",
        "Relief valve": "Valves",
    }
    # what it rests on is told apart from a column that says so
    source_of = {(c.dimension, c.value): c.source for c in found["Gear pump GP-1"].claims}
    assert source_of == {
        ("certification", "CE"): "Certificates",
        ("category", "Pumps > Gear pumps"): "section heading",
    }
    assert found["Bolt M8"].claims == ()
    assert any("3 rows of one cell" in w and "'Valves'" in w for w in report.warnings)
    # a remark at the end is no heading; it is kept as what it is, a row without a name
    assert [(r.line, r.reason) for r in report.rejects] == [(12, "no title")]
    assert report.mapping is not None
    assert [m.confidence for m in report.mapping.of("section")] == [0.6]


def test_a_column_s_category_goes_before_the_heading(catalogue: Catalogue, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Item No", "Product Name", "Category", "Unit Price (USD)"],
        ["Pumps"],
        [1, "Gear pump", "Hydraulics", 3],
        [2, "Piston pump", None, 4],
    ]
    ingest(catalogue, write_workbook(tmp_path / "t.xlsx", {"S": rows}))
    assert catalogue.facts["category"].to_pylist() == ["Hydraulics", "Pumps"]


def test_a_list_of_names_has_no_headings(catalogue: Catalogue, tmp_path: Path) -> None:
    rows: list[list[object]] = [["Product Name", "Price"], ["Cup", 1], ["Mug"], ["Jar", 2], ["Pot"]]
    ingest(catalogue, write_workbook(tmp_path / "t.xlsx", {"S": rows}))
    assert sorted(catalogue.facts["title"].to_pylist()) == ["Cup", "Jar", "Mug", "Pot"]
