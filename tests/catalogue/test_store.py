"""The catalogue as a store: what goes in comes out, and every change is a version."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepsearch.catalogue import Catalogue, PendingItem, ingest
from deepsearch.catalogue.columns import (
    DETAIL_COLUMNS,
    FACT_COLUMNS,
    LISTING_SCHEMA,
    conform,
    content_hashes,
    flatten,
)
from deepsearch.catalogue.manifest import write_manifest
from deepsearch.catalogue.records import listings_from_table, listings_to_table
from deepsearch.errors import (
    CatalogueError,
    ConflictError,
    DimensionMismatchError,
    DuplicateIdError,
    InvalidInputError,
    UnknownIdError,
)
from deepsearch.schema import (
    Claim,
    EmbeddingSpace,
    EvidenceGrade,
    LeadTime,
    Listing,
    Media,
    Modality,
    Money,
    Offer,
    PriceTier,
    Quantity,
    Supplier,
)

SPACE = EmbeddingSpace(name="toy", revision="1", dim=4)


def listing(number: int, title: str | None = None, **fields: object) -> Listing:
    return Listing(id=f"x{number}", title=title or f"Pump {number}", **fields)  # type: ignore[arg-type]


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


FULL = Listing(
    id="full",
    title="Gear pump",
    description="For oil.",
    category="Pumps > Gear",
    brand="Acme",
    model="GP-40",
    attributes={"Voltage": "220 V", "Material": "cast iron"},
    identifiers={"hs": "841360", "gtin": "4006381333931"},
    origin="DE",
    url="https://shop.example/gp-40",
    source="shop",
    media=(Media(uri="gp.jpg", content_hash="ab" * 32), Media(uri="gp.mp4", kind="video")),
    offer=Offer(
        currency="EUR",
        price_unit="piece",
        price_tiers=(
            PriceTier(low=2.1, high=2.1, min_quantity=100, max_quantity=499),
            PriceTier(low=1.85, high=1.9, min_quantity=500),
        ),
        min_order_quantity=Quantity(value=100, unit="piece"),
        sample_price=Money(amount=5, currency="EUR"),
        sample_days=3,
        payment_terms=("T/T", "L/C"),
        incoterms=("FOB",),
        incoterm_place="Hamburg",
        lead_times=(LeadTime(days=15, max_quantity=1000), LeadTime(days=30)),
        dispatch_days=2,
        monthly_capacity=Quantity(value=5000, unit="piece"),
        stock=Quantity(value=0, unit="piece"),
        warranty_months=24,
        ship_from="Hamburg",
    ),
    supplier=Supplier(
        id="acme",
        name="Acme GmbH",
        type="manufacturer",
        country="DE",
        years=18,
        verified=False,
        verified_on=date(2025, 1, 2),
        reorder_rate=0.33,
        annual_revenue=Money(amount=1e6, currency="EUR"),
        main_markets=("US", "FR"),
        claims=(
            Claim(
                dimension="certification",
                value="ISO 9001",
                scope="company",
                evidence=EvidenceGrade.AUDITED,
                expires_on=date(2027, 6, 1),
                number="Q-1",
            ),
        ),
    ),
    claims=(
        Claim(dimension="certification", value="CE", source="title", quote="CE"),
        Claim(dimension="voltage", value=220.0, high=240.0, unit="V"),
        Claim(dimension="custom_logo", value=True, min_quantity=500),
    ),
)


# ---------------------------------------------------------------- records


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
offers = st.builds(
    Offer,
    currency=maybe_text,
    price_tiers=st.lists(
        st.builds(PriceTier, low=amounts, high=amounts, min_quantity=maybe, max_quantity=maybe),
        max_size=3,
    ).map(tuple),
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


# ---------------------------------------------------------------- reading


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


# ---------------------------------------------------------------- writing


def test_upsert_counts_and_keeps_keys_of_the_unchanged(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(n) for n in range(4)])
    keys = dict(zip(catalogue.listing_ids, catalogue.keys.tolist(), strict=True))
    report = catalogue.upsert([listing(1), listing(2, "New"), listing(9)])
    assert (report.added, report.changed, report.unchanged) == (1, 1, 1)
    now = dict(zip(catalogue.listing_ids, catalogue.keys.tolist(), strict=True))
    assert {name for name in keys if now[name] == keys[name]} == {"x0", "x1", "x3"}
    assert now["x2"] > max(keys.values())
    assert (np.diff(catalogue.keys) > 0).all()
    assert catalogue.listings(catalogue.rows(["x2"]))[0].title == "New"
    assert catalogue.check() == []


def test_upsert_of_the_same_changes_nothing_but_the_version(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([FULL])
    keys = catalogue.keys.tolist()
    assert catalogue.upsert([FULL]).unchanged == 1
    assert catalogue.keys.tolist() == keys


def test_invalid_listings_leave_everything_as_it_was(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(0)])
    bad: list[tuple[list[Listing], type[Exception]]] = [
        ([listing(1), listing(1)], DuplicateIdError),
        ([listing(1), Listing(id="", title="a")], InvalidInputError),
        ([listing(1), Listing(id="a", title=" ")], InvalidInputError),
        ([listing(1), listing(2, offer=Offer(dispatch_days=-1))], InvalidInputError),
        ([listing(1), listing(2, offer=Offer(dispatch_days=float("nan")))], InvalidInputError),
        (
            [listing(2, offer=Offer(price_tiers=(PriceTier(low=float("inf"), high=1),)))],
            InvalidInputError,
        ),
        ([listing(1), listing(2, brand=7)], InvalidInputError),
    ]
    for listings_, error in bad:
        with pytest.raises(error):
            catalogue.upsert(listings_)
    # the second chunk of a long stream fails: the first must not stay
    with pytest.raises(DuplicateIdError):
        catalogue.upsert(listing(n % 5000 + 1) for n in range(6000))
    assert catalogue.version == 2
    assert Catalogue.open(tmp_path / "c").listing_ids == ["x0"]


def test_remove(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(n) for n in range(5)])
    with pytest.raises(UnknownIdError, match="x77"):
        catalogue.remove(["x1", "x77"])
    assert len(catalogue) == 5
    assert catalogue.remove(["x1", "x3", "x1"]) == 2
    assert catalogue.listing_ids == ["x0", "x2", "x4"]
    assert Catalogue.open(tmp_path / "c").listing_ids == ["x0", "x2", "x4"]
    assert catalogue.remove([]) == 0


def test_readers_keep_their_version(tmp_path: Path) -> None:
    writer = Catalogue.create(tmp_path / "c")
    writer.upsert([listing(0), listing(1)])
    reader = Catalogue.open(tmp_path / "c")
    frozen = writer.at_version()
    writer.upsert([listing(0, "Changed")])
    writer.remove(["x1"])
    assert reader.listings([0, 1]) == [listing(0), listing(1)]
    assert frozen.listings([0, 1]) == [listing(0), listing(1)]
    assert reader.refresh() is True
    assert reader.listings([0]) == [listing(0, "Changed")]
    assert reader.refresh() is False


def test_the_second_of_two_writers_is_told(tmp_path: Path) -> None:
    first = Catalogue.create(tmp_path / "c")
    second = Catalogue.open(tmp_path / "c")
    first.upsert([listing(0)])
    with pytest.raises(ConflictError, match="retry"):
        second.upsert([listing(1)])
    second.refresh()
    second.upsert([listing(1)])
    assert Catalogue.open(tmp_path / "c").listing_ids == ["x0", "x1"]


# ---------------------------------------------------------------- vectors


def test_vectors_are_shared_by_equal_content_and_survive_changes(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(0, "Same"), listing(1, "Same"), listing(2, "Other")])
    pending = catalogue.pending(SPACE, Modality.TEXT)
    assert [(item.row, item.part) for item in pending] == [(0, 0), (2, 0)]
    assert all(isinstance(item, PendingItem) for item in pending)
    hashes = [item.content_hash for item in pending]
    vectors = np.stack([unit(1, 0, 0, 0), unit(0, 1, 0, 0)])
    assert catalogue.put_vectors(SPACE, Modality.TEXT, hashes, vectors) == 2
    assert catalogue.put_vectors(SPACE, Modality.TEXT, hashes, vectors) == 0
    table = catalogue.vectors(SPACE, Modality.TEXT)
    assert table.rows.tolist() == [0, 1, 2]
    assert table.vectors.dtype == np.float32
    assert table.vectors.flags.c_contiguous
    np.testing.assert_array_equal(table.vectors, vectors[[0, 0, 1]])
    np.testing.assert_array_equal(table.take(np.array([2, 0])), vectors[[1, 0]])
    assert table.take(np.array([], np.int64)).shape == (0, 4)
    # a changed price moves the row and needs no encoding; a changed title does
    catalogue.upsert([listing(0, "Same", offer=Offer(dispatch_days=3)), listing(2, "New")])
    assert [item.row for item in catalogue.pending(SPACE, Modality.TEXT)] == [2]
    assert catalogue.listing_ids == ["x1", "x0", "x2"]
    assert catalogue.vectors(SPACE, Modality.TEXT).rows.tolist() == [0, 1]
    other = EmbeddingSpace(name="toy", revision="2", dim=4)
    assert len(catalogue.pending(other, Modality.TEXT)) == 2
    assert catalogue.vectors(other, Modality.TEXT).vectors.shape == (0, 4)


def test_each_picture_has_its_vector(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    a, b = "a" * 64, "b" * 64
    pictures = (Media(uri="1", content_hash=a), Media(uri="2"), Media(uri="3", content_hash=b))
    catalogue.upsert(
        [
            listing(0),
            listing(1, media=pictures),
            listing(2, media=(Media(uri="4", content_hash=b),)),
        ]
    )
    pending = catalogue.pending(SPACE, Modality.PICTURE)
    assert [(item.content_hash, item.row, item.part) for item in pending] == [(a, 1, 0), (b, 1, 2)]
    vectors = np.stack([unit(1, 0, 0, 0), unit(0, 1, 0, 0)])
    catalogue.put_vectors(SPACE, Modality.PICTURE, [a, b], vectors)
    table = catalogue.vectors(SPACE, Modality.PICTURE)
    assert table.rows.tolist() == [1, 1, 2]
    assert table.parts.tolist() == [0, 2, 0]
    np.testing.assert_array_equal(table.vectors, vectors[[0, 1, 1]])


def test_vectors_are_checked_before_they_are_stored(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(0)])
    good = unit(1, 2, 3, 4)[None]
    with pytest.raises(DimensionMismatchError):
        catalogue.put_vectors(SPACE, Modality.TEXT, ["h"], good[:, :3])
    with pytest.raises(InvalidInputError, match="length"):
        catalogue.put_vectors(SPACE, Modality.TEXT, ["h"], good * 2)
    with pytest.raises(InvalidInputError, match="NaN"):
        catalogue.put_vectors(SPACE, Modality.TEXT, ["h"], good * np.float32("nan"))
    with pytest.raises(InvalidInputError, match="2 hashes"):
        catalogue.put_vectors(SPACE, Modality.TEXT, ["h", "i"], good)
    assert catalogue.spaces() == []
    assert catalogue.version == 2
    inner = EmbeddingSpace(name="dot", revision="1", dim=4, metric="ip")
    assert catalogue.put_vectors(inner, Modality.TEXT, ["h"], good * 2) == 1


def test_many_small_puts_are_merged(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(n) for n in range(70)])
    for item in catalogue.pending(SPACE, Modality.TEXT):
        catalogue.put_vectors(
            SPACE, Modality.TEXT, [item.content_hash], unit(item.row + 1, 1, 0, 0)[None]
        )
    table = catalogue.vectors(SPACE, Modality.TEXT)
    expected = np.stack([unit(row + 1, 1, 0, 0) for row in range(70)])
    np.testing.assert_array_equal(table.vectors, expected)
    files = list((tmp_path / "c" / "tables").glob("vectors_*/data/*"))
    assert len(files) < 110  # one a put, and the merged ones beside them until a vacuum
    catalogue.vacuum()
    assert len(list((tmp_path / "c" / "tables").glob("vectors_*/data/*"))) == 1
    np.testing.assert_array_equal(catalogue.vectors(SPACE, Modality.TEXT).vectors, expected)


# ---------------------------------------------------------------- versions


def test_rollback_restores_listings_and_keeps_vectors(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([listing(0), listing(1)])
    catalogue.upsert([listing(0, "Spoilt")])
    catalogue.put_vectors(SPACE, Modality.TEXT, ["h"], unit(1, 0, 0, 0)[None])
    catalogue.rollback(2)
    assert catalogue.version == 5
    assert catalogue.listings([0, 1]) == [listing(0), listing(1)]
    assert catalogue.spaces()[0][2] == 1
    catalogue.upsert([listing(2)])
    assert Catalogue.open(tmp_path / "c").listing_ids == ["x0", "x1", "x2"]
    assert [v.operation for v in catalogue.versions()] == [
        "create",
        "upsert",
        "upsert",
        "vectors",
        "rollback",
        "upsert",
    ]
    with pytest.raises(CatalogueError, match="no version 99"):
        catalogue.rollback(99)
    assert catalogue.check() == []


def test_vacuum_forgets_and_frees(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    for generation in range(6):
        catalogue.upsert([listing(n, f"{generation} {n}") for n in range(200)])
    before = sum(f.stat().st_size for f in (tmp_path / "c").rglob("*") if f.is_file())
    freed = catalogue.vacuum(keep=2)
    after = sum(f.stat().st_size for f in (tmp_path / "c").rglob("*") if f.is_file())
    assert freed["versions"] == 6
    assert after < before / 2
    assert [v.version for v in catalogue.versions()] == [7, 8]
    assert catalogue.check() == []
    assert Catalogue.open(tmp_path / "c", 7).listings([0])[0].title.startswith("5 ")
    catalogue.upsert([listing(999)])
    assert len(Catalogue.open(tmp_path / "c")) == 201
    with pytest.raises(CatalogueError, match="no version 3"):
        Catalogue.open(tmp_path / "c", 3)
    with pytest.raises(InvalidInputError):
        catalogue.vacuum(keep=0)


def older_table(records: list[Listing]) -> pa.Table:
    """The rows as a deepsearch would have written them before some columns came."""
    table = listings_to_table(records)
    supplier = table["supplier"].combine_chunks()
    names = [supplier.type.field(i).name for i in range(supplier.type.num_fields)]
    fewer = [name for name in names if name not in ("dispute_rate", "main_markets")]
    return table.set_column(
        table.schema.get_field_index("supplier"),
        "supplier",
        pa.StructArray.from_arrays([supplier.field(name) for name in fewer], fewer),
    ).drop_columns(["stock", "supplier_claims"])


def test_a_table_of_an_older_schema_is_read_with_nulls() -> None:
    today = conform(older_table([FULL]), LISTING_SCHEMA)
    assert today.schema.equals(LISTING_SCHEMA)
    row = flatten(today)
    assert row["supplier.name"].to_pylist() == ["Acme GmbH"]
    assert row["supplier.main_markets"].to_pylist() == [None]
    assert row["stock.value"].to_pylist() == [None]
    assert pc.list_value_length(row["claims"]).to_pylist() == [3]


def test_a_catalogue_of_an_older_schema_opens_and_grows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = older_table([])
    fewer = older.schema
    with monkeypatch.context() as patch:
        patch.setattr("deepsearch.catalogue.catalogue.LISTING_SCHEMA", fewer)
        catalogue = Catalogue.create(tmp_path / "c")
    now = older_table([listing(0, supplier=Supplier(id="a", name="A"))])
    for name, column in {
        "key": pa.array([0]),
        "content_hash": content_hashes(conform(now, LISTING_SCHEMA)),
        "text_hash": pa.array(["t"]),
    }.items():
        now = now.set_column(now.schema.get_field_index(name), name, column)
    import lance

    folder = tmp_path / "c" / "tables" / "listings.lance"
    written = lance.write_dataset(now.cast(fewer), str(folder), mode="append")
    ref = replace(catalogue.manifest.tables["listings"], version=written.version, rows=1)
    write_manifest(
        tmp_path / "c",
        replace(catalogue.manifest, version=2, next_key=1, tables={"listings": ref}),
    )
    opened = Catalogue.open(tmp_path / "c")
    assert opened.listings([0])[0].supplier == Supplier(id="a", name="A")
    assert opened.facts["stock.value"].to_pylist() == [None]
    report = opened.upsert([opened.listings([0])[0], FULL])
    assert (report.added, report.unchanged) == (1, 1)
    assert Catalogue.open(tmp_path / "c").listings([1]) == [FULL]


# ---------------------------------------------------------------- stored facts


@pytest.fixture
def stored_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepsearch.catalogue.factcache._WORTH_ROWS", 1)


@pytest.mark.usefixtures("stored_always")
def test_stored_facts_are_those_of_the_version(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([FULL, listing(1)])
    fresh = catalogue.facts
    (file,) = (tmp_path / "c" / "derived").iterdir()
    mapped = Catalogue.open(tmp_path / "c").facts
    assert mapped.equals(fresh)
    assert Catalogue.open(tmp_path / "c").listings([0]) == [FULL]
    catalogue.upsert([listing(2)])
    assert catalogue.facts["id"].to_pylist() == ["full", "x1", "x2"]
    assert not file.exists()
    assert mapped["id"].to_pylist() == ["full", "x1"]
    # an older version makes its own again
    assert Catalogue.open(tmp_path / "c", 2).facts.equals(fresh)


@pytest.mark.usefixtures("stored_always")
def test_damaged_stored_facts_are_made_again(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([FULL, listing(1)])
    fresh = catalogue.facts
    (file,) = (tmp_path / "c" / "derived").iterdir()
    content = file.read_bytes()
    for damaged in (b"", content[:100], content[:-50], b"x" * 500):
        file.write_bytes(damaged)
        assert Catalogue.open(tmp_path / "c").facts.equals(fresh)
    assert file.read_bytes() == content
    file.rename(file.with_name("facts-99.arrow"))
    assert Catalogue.open(tmp_path / "c").facts.equals(fresh)
    assert Catalogue.open(tmp_path / "c").check() == []
    (file,) = (tmp_path / "c" / "derived").iterdir()
    file.write_bytes(content.replace(b"Gear pump", b"Gear dump"))
    problems = Catalogue.open(tmp_path / "c").check(repair=True)
    assert [(problem.table, problem.repairable) for problem in problems] == [("facts", True)]
    assert Catalogue.open(tmp_path / "c").facts.equals(fresh)
    assert Catalogue.open(tmp_path / "c").check() == []


def test_rejects_made_again_leave_those_of_older_versions(tmp_path: Path) -> None:
    """A rejects table made anew, after a rollback to before the first, does not replace it."""
    catalogue = Catalogue.create(tmp_path / "c")
    (tmp_path / "s.jsonl").write_text('{"id": "a", "title": "t"}\nbroken\n', encoding="utf-8")
    ingest(catalogue, tmp_path / "s.jsonl")
    with_rejects = catalogue.version
    catalogue.rollback(1)
    (tmp_path / "s.jsonl").write_text('{"id": "b", "title": "t"}\n[1]\n[2]\n', encoding="utf-8")
    ingest(catalogue, tmp_path / "s.jsonl")
    assert len(catalogue.rejects()) == 2
    assert len(Catalogue.open(tmp_path / "c", with_rejects).rejects()) == 1
    catalogue.rollback(with_rejects)
    assert (catalogue.listing_ids, len(catalogue.rejects())) == (["a"], 1)
    assert catalogue.check() == []
