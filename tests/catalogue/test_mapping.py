"""Columns to fields: detected in five languages, from real exports, saved and reused."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepsearch.catalogue import FIELDS, Catalogue, ColumnMapping, MappedColumn, ingest
from deepsearch.catalogue.detect import detect
from deepsearch.catalogue.units import canonical_unit
from deepsearch.errors import InvalidInputError, UnreadableFileError

DATA = Path(__file__).parent / "data"


def fields(mapping: ColumnMapping) -> dict[str, str]:
    return {mapped.column: mapped.field for mapped in mapping.columns}


def found(header: Sequence[str], *rows: Sequence[str]) -> dict[str, str]:
    return fields(detect(header, list(zip(*rows, strict=True))).mapping)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            ["Item No", "Product Name", "FOB Price", "MOQ", "Lead Time", "Country of Origin"],
            ["A1", "Gear pump", "$2", "10 pcs", "7 days", "China"],
        ),
        (
            ["产品编号", "产品名称", "单价", "起订量", "交货期", "产地"],
            ["A1", "齿轮泵", "12元", "10件", "7天", "中国"],
        ),
        (
            ["Artikelnummer", "Bezeichnung", "Preis", "Mindestbestellmenge", "Lieferzeit",
             "Ursprungsland"],
            ["A1", "Zahnradpumpe", "2,50 €", "10 Stück", "7 Tage", "Deutschland"],
        ),
        (
            ["Código de artículo", "Nombre del producto", "Precio", "Cantidad mínima",
             "Plazo de entrega", "País de origen"],
            ["A1", "Bomba de engranajes", "2,50 €", "10 piezas", "7 días", "España"],
        ),
        (
            ["Référence", "Désignation", "Prix unitaire", "Quantité minimum", "Délai de livraison",
             "Pays d'origine"],
            ["A1", "Pompe à engrenages", "2,50 €", "10 pièces", "7 jours", "Allemagne"],
        ),
    ],
)  # fmt: skip
def test_headers_in_five_languages(header: list[str], row: list[str]) -> None:
    other = [f"{cell}b" if i < 2 else cell for i, cell in enumerate(row)]
    assert list(found(header, row, other).values()) == [
        "id",
        "title",
        "price",
        "min_order_quantity",
        "lead_time",
        "origin",
    ]


def test_values_decide_where_names_do_not() -> None:
    rows = [
        [f"https://x.example/p/cup_{100000 + n}.html", f"https://img.example/{n}.jpg",
         f"Cup number {n}", f"$1.{n:02}", "Min. order: 10 pieces", f"{n % 9 + 1} yrs", "CN",
         "33% reorder rate" if n % 2 else "≤2h response time", "Add to cart"]
        for n in range(20)
    ]  # fmt: skip
    header = ["a-x href", "b-y src", "c-z-title", "d", "e", "f", "g", "h", "i"]
    assert found(header, *rows) == {
        "a-x href": "url",
        "b-y src": "image",
        "c-z-title": "title",
        "d": "price",
        "e": "min_order_quantity",
        "f": "supplier.years",
        "g": "supplier.country",
        "h": "phrases",
    }


def test_a_name_alone_is_not_believed() -> None:
    mapped = found(["product name", "price"], ["Cup", "High (50k+)"], ["Mug", "Low (<10k)"])
    assert mapped == {"product name": "title"}


def test_the_price_that_names_its_currency_wins() -> None:
    mapped = found(
        ["product name", "price", "price_raw"], ["Cup", "17", "$ 17.48"], ["Mug", "6", "$ 6.79"]
    )
    assert mapped["price_raw"] == "price"
    assert "price" not in mapped


def test_units_and_currencies_in_headers(tmp_path: Path) -> None:
    header = [
        "sku",
        "product name",
        "Price (EUR)",
        "MOQ (sets)",
        "Lead time (weeks)",
        "Weight [kg]",
    ]
    with (tmp_path / "t.csv").open("w", newline="") as out:
        csv.writer(out).writerows([header, ["1", "Cup", "2.5", "10", "2", "0.3"]])
    catalogue = Catalogue.create(tmp_path / "c")
    ingest(catalogue, tmp_path / "t.csv")
    cup = catalogue.listings([0])[0]
    assert (cup.offer.price_min, cup.offer.currency) == (2.5, "EUR")
    assert cup.offer.min_order_quantity is not None
    assert cup.offer.min_order_quantity.unit == "set"
    assert cup.offer.lead_times[0].days == 14
    assert cup.attributes == {"Weight": "0.3 kg"}


def test_every_column_is_accounted_for() -> None:
    header = ["sku", "product name", "row", "same", "empty", "Material"]
    rows = [[f"s{n}", f"Cup {n}", str(n), "x", "", f"steel {n % 3}"] for n in range(30)]
    detection = detect(header, list(zip(*rows, strict=True)))
    assert set(fields(detection.mapping)) | set(detection.unmapped) == set(header)
    assert detection.unmapped == {
        "row": "numbers the rows",
        "same": "always the same",
        "empty": "empty",
    }
    assert all(0 < mapped.confidence <= 1 for mapped in detection.mapping.columns)
    assert all(mapped.why for mapped in detection.mapping.columns)


# ---------------------------------------------------------------- files


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=20)
mappings = st.builds(
    ColumnMapping,
    columns=st.lists(
        st.builds(
            MappedColumn,
            column=names,
            field=st.sampled_from(list(FIELDS)),
            confidence=st.floats(0, 1),
            why=st.just("") | names,
            unit=st.none() | names,
            name=st.none() | names,
        ),
        max_size=4,
    ).map(tuple),
    source=st.none() | names,
    id_prefix=st.just("") | names,
    currency=st.none() | st.just("USD"),
    decimal=st.sampled_from([None, ".", ","]),
    header_row=st.none() | st.integers(1, 99),
)


@given(mappings)
def test_a_mapping_file_says_what_the_mapping_says(mapping: ColumnMapping) -> None:
    assert ColumnMapping.from_toml(mapping.to_toml()) == mapping


def test_wrong_mapping_files_say_what_is_wrong(tmp_path: Path) -> None:
    cases = {
        "a = ": "no valid TOML",
        "format = 9": "format 9",
        "colour = 1": "'colour'",
        "[[columns]]\ncolumn = 'a'": "needs 'column' and 'field'",
        "[[columns]]\ncolumn = 'a'\nfield = 'titel'": "Did you mean 'title'",
        "decimal = ';'": "decimal",
    }
    for text, says in cases.items():
        with pytest.raises(InvalidInputError, match=says):
            ColumnMapping.from_toml(text)
    with pytest.raises(UnreadableFileError):
        ColumnMapping.load(tmp_path / "absent.toml")


def test_a_saved_mapping_is_edited_and_reused(tmp_path: Path) -> None:
    with (tmp_path / "t.csv").open("w", newline="") as out:
        csv.writer(out).writerows(
            [["code", "what", "asked"], ["1", "Cup", "2.50"], ["2", "Mug", "3,50"]]
        )
    columns = (
        MappedColumn(column="code", field="id"),
        MappedColumn(column="what", field="title"),
        MappedColumn(column="asked", field="price"),
    )
    mapping = ColumnMapping(columns=columns, currency="EUR", id_prefix="acme:", source="acme")
    mapping.save(tmp_path / "m.toml")
    catalogue = Catalogue.create(tmp_path / "c")
    report = ingest(catalogue, tmp_path / "t.csv", mapping=tmp_path / "m.toml")
    assert report.mapping == mapping
    assert report.source == "acme"
    assert catalogue.listing_ids == ["acme:1", "acme:2"]
    assert catalogue.facts["price.currency"].to_pylist() == ["EUR", "EUR"]
    absent = replace(mapping, columns=(*columns, MappedColumn(column="gone", field="brand")))
    with pytest.raises(InvalidInputError, match="'gone'"):
        ingest(catalogue, tmp_path / "t.csv", mapping=absent)
    untitled = replace(mapping, columns=columns[:1])
    with pytest.raises(InvalidInputError, match="title"):
        ingest(catalogue, tmp_path / "t.csv", mapping=untitled)


# ---------------------------------------------------------------- real exports


def test_the_appliances_sample_without_a_hand_edit(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    report = ingest(catalogue, DATA / "appliances_sample.csv")
    assert report.mapping is not None
    assert fields(report.mapping) == {
        "search_keyword": "category",
        "product_name": "title",
        "supplier_name": "supplier.name",
        "city": "supplier.city",
        "state": "supplier.state",
        "rating": "supplier.rating",
        "price_numeric": "price",
        "price_unit": "price_unit",
        "product_url": "url",
        "supplier_url": "supplier.url",
        "itemid": "id",
    }
    assert set(report.unmapped) == {
        "supplier_region",
        "price_bucket",
        "catid",
        "mcatid",
        "dispid",
        "scraped_at",
    }
    assert (report.mapping.currency, report.mapping.country) == ("INR", "IN")
    assert any("INR is assumed" in warning for warning in report.warnings)
    with (DATA / "appliances_sample.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["itemid"]: row for row in csv.DictReader(file)}
    assert len(catalogue) == len(rows)
    for fact in catalogue.facts.to_pylist():
        row = rows[fact["id"]]
        price = None if row["price_numeric"] == "NaN" else float(row["price_numeric"])
        assert fact["price.min"] == fact["price.max"] == price
        assert fact["price.currency"] == (None if price is None else "INR")
        rating = None if row["rating"] == "NaN" else float(row["rating"])
        assert fact["supplier.rating"] == rating
        assert fact["supplier.city"] == row["city"]
        assert fact["supplier.country"] == "IN"
        assert (fact["url"] is None) == (row["product_url"] == "NaN")
        assert "?" not in (fact["url"] or "")
        assert fact["title"] == " ".join(row["product_name"].split())


def test_invented_results_page_with_shifting_columns(tmp_path: Path) -> None:
    """Invented rows in the shape browser extensions save a results page."""
    header = [
        "searchx-product-e-slider__link href", "searchx-product-e-title",
        "searchx-product-e-title 2", "searchx-product-price-price-main", "searchx-moq",
        "searchx-product-e-company", "searchx-product-e-company href",
        "searchx-verified-icon src", "searchx-product-e-supplier__year",
        "searchx-product-e-supplier__year 2", "searchx-review-container", "searchx-review-score",
        "searchx-selling-point-text", "searchx-selling-point-text 2",
        "searchx-selling-point-text 3",
    ]  # fmt: skip
    rows = [
        ["https://www.shop.example/product-detail/Metal-Camera-Bag_1600000001.html?priceId=1",
         "Metal  Bag for Travel", "Camera", "$0.20-19.80", "Min. order: 2 kilograms",
         "Alpha Co., Ltd.", "https://alpha.en.shop.example/company_profile.html",
         "https://x.example/v.png", "18 yrs", "CN", "/5.0", "4.8", "200+ store reviews",
         "33% reorder rate", "≤2h response time"],
        ["https://www.shop.example/product-detail/Strap-For-Bag_1600000002.html?priceId=2",
         "Strap For Bag", "", "$1,00,008.99", "Min. order: 100 pieces", "Beta Ltd.",
         "https://beta.en.shop.example/company_profile.html", "", "1 yr", "HK", "", "",
         "≤10h response time", "3-day dispatch", "180-day lowest prices"],
        ["https://www.shop.example/product-detail/Tripod-Camera-Head_1600000003.html?priceId=2",
         "Tripod  Head", "Camera", "$6", "Min. order: 1 set", "Alpha Co., Ltd.",
         "https://alpha.en.shop.example/company_profile.html", "https://x.example/v.png",
         "18 yrs", "CN", "/5.0", "4.7", "16% reorder rate", "", "Delivery by 22 Mar"],
    ]  # fmt: skip
    with (tmp_path / "t.csv").open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([header, *rows])
    catalogue = Catalogue.create(tmp_path / "c")
    report = ingest(catalogue, tmp_path / "t.csv")
    assert report.rejected == 0
    facts = {fact["id"]: fact for fact in catalogue.facts.to_pylist()}
    one, two = facts["1600000001"], facts["1600000002"]
    assert one["title"] == "Metal Camera Bag for Travel"
    assert (one["price.min"], one["price.max"], one["price.currency"]) == (0.2, 19.8, "USD")
    assert (one["min_order_quantity.value"], one["min_order_quantity.unit"]) == (2, "kg")
    assert one["supplier.years"] == 18
    assert one["supplier.reorder_rate"] == 0.33
    assert one["supplier.response_time_hours"] == 2
    assert one["supplier.store_reviews"] == 200
    assert one["supplier.verified"] is True
    assert one["supplier.id"] == "alpha"
    assert two["price.min"] == 100008.99
    assert two["dispatch_days"] == 3
    assert two["supplier.response_time_hours"] == 10
    assert two["supplier.verified"] is None
    assert two["supplier.review_score"] is None
    assert two["supplier.country"] == "HK"
    assert facts["1600000003"]["title"] == "Tripod Camera Head"
    assert facts["1600000003"]["dispatch_days"] is None


COMPARED = [
    "price.min",
    "price.max",
    "price.currency",
    "min_order_quantity.value",
    "min_order_quantity.unit",
    "dispatch_days",
    "supplier.years",
    "supplier.reorder_rate",
    "supplier.review_score",
    "supplier.store_reviews",
    "supplier.response_time_hours",
]


def test_the_raw_exports_give_what_the_hand_made_script_gave(
    shared_data: Path, tmp_path: Path
) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    for name in ("alibaba_raw", "indiamart_machinery_raw", "indiamart_appliances_raw"):
        ingest(catalogue, shared_data / "listings" / f"{name}.csv")
    got = {fact["id"]: fact for fact in catalogue.facts.to_pylist()}
    equal: dict[str, list[bool]] = {field: [] for field in COMPARED}
    with (shared_data / "listings" / "catalog.jsonl").open(encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    for record in records:
        fact = got[record["id"].split(":", 1)[1]]
        for field in COMPARED:
            wanted: Any = record
            for key in field.split("."):
                wanted = (wanted or {}).get(key)
            if field.endswith(".unit"):
                wanted = canonical_unit(wanted)
            if isinstance(wanted, float) and fact[field] is not None:
                equal[field].append(fact[field] == pytest.approx(wanted, rel=1e-9))
            else:
                equal[field].append(fact[field] == wanted)
    assert len(records) == 2340
    shares = {field: sum(same) / len(same) for field, same in equal.items()}
    assert min(shares.values()) >= 0.99, shares


def test_the_supplier_workbook(shared_data: Path, tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    report = ingest(catalogue, shared_data / "spreadsheets" / "supplier_catalogue.xlsx")
    assert report.mapping is not None
    assert fields(report.mapping) == {"PRODUCT NAME PUBLISHED": "title", "PRODUCT ID": "id"}
    assert report.added == 19
    assert catalogue.listings([0])[0].id == "6925249-26396116846"


@pytest.mark.parametrize(
    ("cell", "paths"),
    [
        ("a.jpg, b c.png", ["a.jpg", "b c.png"]),
        ("pear, ripe.jpg", ["pear, ripe.jpg"]),
        ('["a.jpg", "b, c.jpg"]', ["a.jpg", "b, c.jpg"]),
        ("a.jpg|https://x.example/b,c.jpg", ["a.jpg", "https://x.example/b,c.jpg"]),
    ],
)
def test_a_cell_of_several_pictures(tmp_path: Path, cell: str, paths: list[str]) -> None:
    rows = pd.DataFrame({"title": ["Pear", "Plum"], "images": [cell, "p.jpg"]})
    catalogue = Catalogue.create(tmp_path / "catalogue")
    report = ingest(catalogue, rows, images=tmp_path)
    assert report.source == "table"
    assert [medium.uri for medium in catalogue.listings([0])[0].media] == paths


@pytest.mark.parametrize("value", ["\u00b9", "9" * 5_000])
def test_digits_that_are_no_number_do_not_number_rows(value: str) -> None:
    detection = detect(["title", "nr"], [["a pump"], [value]])
    assert detection.unmapped.get("nr") != "numbers the rows"
