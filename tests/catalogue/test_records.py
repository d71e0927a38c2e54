"""Records as tables: what goes in comes out, with what is unknown still unknown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepsearch.catalogue import Catalogue
from deepsearch.catalogue.columns import (
    DETAIL_COLUMNS,
    FACT_COLUMNS,
    content_hashes,
    flatten,
)
from deepsearch.catalogue.records import listings_from_table, listings_to_table
from deepsearch.errors import (
    UnknownIdError,
)
from deepsearch.schema import (
    Claim,
    EvidenceGrade,
    LeadTime,
    Listing,
    Media,
    Money,
    Offer,
    PriceTier,
    Quantity,
    Supplier,
)
from tests.catalogue.samples import FULL, listing


def test_full_record_round_trip(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([FULL, listing(1)])
    again = Catalogue.open(tmp_path / "c")
    assert again.listings([0, 1, 0]) == [FULL, listing(1), FULL]


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
maybe_text = st.none() | texts
amounts = st.floats(min_value=0, max_value=1e15, allow_nan=False)
maybe = st.none() | amounts
quantities = st.none() | st.builds(
    Quantity, value=amounts, unit=st.sampled_from(["piece", "", "kg"])
)
money = st.none() | st.builds(Money, amount=amounts, currency=st.sampled_from(["USD", "EUR"]))
claims = st.builds(
    Claim,
    dimension=texts,
    value=texts | st.floats(allow_nan=False, allow_infinity=False) | st.booleans(),
    unit=maybe_text,
    high=maybe,
    evidence=st.sampled_from(EvidenceGrade),
    quote=maybe_text,
    stated_on=st.none() | st.dates(),
    number=maybe_text,
)
price_tiers = st.builds(
    lambda ends, least, most: PriceTier(
        low=min(ends), high=max(ends), min_quantity=least, max_quantity=most
    ),
    st.tuples(amounts, amounts),
    maybe,
    maybe,
)
offers = st.builds(
    Offer,
    currency=maybe_text,
    price_tiers=st.lists(price_tiers, max_size=3).map(tuple),
    min_order_quantity=quantities,
    sample_price=money,
    payment_terms=st.lists(texts, max_size=2).map(tuple),
    lead_times=st.lists(st.builds(LeadTime, days=amounts, max_quantity=maybe), max_size=2).map(
        tuple
    ),
    dispatch_days=maybe,
    stock=quantities,
)
suppliers = st.none() | st.builds(
    Supplier,
    id=texts,
    name=maybe_text,
    years=maybe,
    verified=st.none() | st.booleans(),
    verified_on=st.none() | st.dates(),
    annual_revenue=money,
    main_markets=st.lists(texts, max_size=2).map(tuple),
    claims=st.lists(claims, max_size=2).map(tuple),
)
visible = texts.filter(lambda text: bool(text.strip()))
listings = st.builds(
    Listing,
    id=visible,
    title=visible,
    description=maybe_text,
    attributes=st.dictionaries(texts, texts, max_size=3),
    media=st.lists(st.builds(Media, uri=texts, content_hash=maybe_text), max_size=2).map(tuple),
    offer=offers,
    supplier=suppliers,
    claims=st.lists(claims, max_size=2).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(listings, min_size=1, max_size=4))
def test_any_record_round_trip(records: list[Listing]) -> None:
    table = listings_to_table(records)
    flat = flatten(table.select([*FACT_COLUMNS, *DETAIL_COLUMNS]))
    assert listings_from_table(flat) == records
    # the hash depends on the record alone, not on what else is in its batch
    hashes = content_hashes(table).to_pylist()
    assert [content_hashes(listings_to_table([r]))[0].as_py() for r in records] == hashes


def test_the_hash_tells_every_field_apart() -> None:
    base = listing(1)
    variants = [
        base,
        replace(base, description="a"),
        replace(base, category="a"),
        replace(base, attributes={"a": "b"}),
        replace(base, attributes={"ab": ""}),
        replace(base, offer=Offer(dispatch_days=1)),
        replace(base, offer=Offer(sample_days=1)),
        replace(base, offer=Offer(stock=Quantity(value=0, unit="piece"))),
        replace(base, supplier=Supplier(id="a", verified=True)),
        replace(base, supplier=Supplier(id="a", verified=False)),
        replace(base, supplier=Supplier(id="a")),
        replace(base, claims=(Claim(dimension="a", value="1"),)),
        replace(base, claims=(Claim(dimension="a", value=1.0),)),
        replace(base, media=(Media(uri="a"), Media(uri="b"))),
        replace(base, media=(Media(uri="b"), Media(uri="a"))),
    ]
    hashes = content_hashes(listings_to_table(variants)).to_pylist()
    assert len(set(hashes)) == len(variants)


def test_unknown_stays_apart_from_no(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert(
        [
            listing(1, supplier=Supplier(id="a", verified=False)),
            listing(2, supplier=Supplier(id="b")),
            listing(3, offer=Offer(stock=Quantity(value=0, unit="piece"))),
        ]
    )
    facts = catalogue.facts
    assert facts["supplier.verified"].to_pylist() == [False, None, None]
    assert facts["stock.value"].to_pylist() == [None, None, 0.0]
    assert facts["certifications"].to_pylist() == [None, None, None]


def test_facts_and_claims_are_flat(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(0), FULL])
    facts = catalogue.facts
    row = facts.slice(1, 1).to_pylist()[0]
    assert row["price.min"] == 1.85
    assert row["price.max"] == 2.1
    assert row["lead_time_days"] == 30  # the longest stated: it holds whatever the quantity
    assert row["supplier.years"] == 18
    assert row["certifications"] == ["CE", "ISO 9001"]
    assert dict(row["attributes"])["Voltage"] == "220 V"
    claims = catalogue.claims.to_pylist()
    assert [(c["row"], c["subject"], c["dimension"]) for c in claims] == [
        (1, "listing", "certification"),
        (1, "listing", "voltage"),
        (1, "listing", "custom_logo"),
        (1, "supplier", "certification"),
    ]
    assert claims[1]["number"] == 220
    assert claims[2]["flag"] is True
    assert claims[3]["certificate_number"] == "Q-1"


def test_rows_and_texts(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(0), FULL, listing(2, description="Pump 2")])
    assert catalogue.rows(["full", "x0"]).tolist() == [1, 0]
    assert "full" in catalogue
    with pytest.raises(UnknownIdError, match="'nope'"):
        catalogue.rows(["x0", "nope"])
    assert catalogue.texts([1]) == [
        "Gear pump\nFor oil.\nAcme\nGP-40\nPumps > Gear\nVoltage: 220 V\nMaterial: cast iron"
    ]
    assert catalogue.texts()[2] == "Pump 2"  # a description that repeats the title says nothing
    assert catalogue.listings([]) == []


def test_arrow_pandas_and_duckdb_see_facts_and_claims(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([FULL, listing(1)])
    assert catalogue.to_arrow()["price.min"].to_pylist() == [1.85, None]
    assert catalogue.to_arrow().to_pandas()["price.min"].isna().tolist() == [False, True]
    db = catalogue.to_duckdb()
    assert db.execute('SELECT "price.min" FROM facts ORDER BY id').fetchall() == [(1.85,), (None,)]
    assert db.execute("SELECT count(*) FROM claims").fetchone() == (4,)


def test_info_tells_what_can_be_decided_on(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(0), FULL])
    info = catalogue.info()
    assert (info.listings, info.suppliers, info.claims, info.version) == (2, 1, 4, 2)
    assert info.fill["price.min"] == 0.5
    assert info.fill["title"] == 1
    assert info.sources == {"(not named)": 1, "shop": 1}
    assert info.claimed["certification"] == 1
    empty = Catalogue.create(tmp_path / "empty").info()
    assert empty.listings == 0
    assert set(empty.fill.values()) == {0.0}
