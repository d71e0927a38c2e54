"""Filters as masks on hand-made facts, three-valued; and the cache of masks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from deepsearch.errors import FilterError, InvalidInputError
from deepsearch.filters import (
    F,
    FilterEngine,
    canonical_unit,
    parse_filter,
)
from deepsearch.filters.store import MaskCache

ROWS: list[dict[str, Any]] = [
    {
        "id": "a1",
        "title": "Stainless STEEL Kettle",
        "price.min": 4.5,
        "price.currency": "USD",
        "min_order_quantity.value": 100,
        "min_order_quantity.unit": "pieces",
        "certifications": ["CE", "RoHS"],
        "attributes": [("Voltage", "220/440 V"), ("Machine Material", "SS 304")],
        "supplier.years": 5,
        "supplier.country": "CN",
        "supplier.verified": True,
        "supplier.verified_on": date(2025, 3, 1),
    },
    {
        "id": "A1",
        "title": "Plastic kettle",
        "price.min": 400.0,
        "price.currency": "INR",
        "min_order_quantity.value": 1,
        "min_order_quantity.unit": "Piece",
        "certifications": ["UL"],
        "attributes": [("voltage", "12 V")],
        "supplier.years": 2,
        "supplier.country": "in",
        "supplier.verified": False,
        "supplier.verified_on": date(2024, 3, 1),
    },
    {
        "id": "b",
        "title": "Straße lamp",
        "price.min": 2.0,
        "price.currency": None,
        "min_order_quantity.value": 5,
        "min_order_quantity.unit": "tons",
        "certifications": [],
        "attributes": [],
        "supplier.years": None,
        "supplier.country": None,
        "supplier.verified": None,
        "supplier.verified_on": None,
    },
    {"id": "c"},
]
SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "title": pa.string(),
        "price.min": pa.float64(),
        "price.currency": pa.string(),
        "min_order_quantity.value": pa.float64(),
        "min_order_quantity.unit": pa.string(),
        "certifications": pa.list_(pa.string()),
        "attributes": pa.map_(pa.string(), pa.string()),
        "supplier.years": pa.float64(),
        "supplier.country": pa.string(),
        "supplier.verified": pa.bool_(),
        "supplier.verified_on": pa.date32(),
    }
)


@pytest.fixture
def engine() -> FilterEngine:
    return FilterEngine(pa.Table.from_pylist(ROWS, schema=SCHEMA))


def passed(engine: FilterEngine, text: str, **options: Any) -> str:
    mask = engine.mask(parse_filter(text), **options)
    return " ".join(row["id"] for row, through in zip(ROWS, mask, strict=True) if through)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a missing value is let through by neither side
        ("supplier.years >= 3", "a1"),
        ("not supplier.years >= 3", "A1"),
        ("supplier.years is unknown", "b c"),
        ("supplier.years >= 3 or supplier.years is unknown", "a1 b c"),
        ("supplier.years != 5", "A1"),
        ("not supplier.years != 5", "a1"),
        ("supplier.years in (2, 5)", "a1 A1"),
        ("supplier.years not between 1 and 3", "a1"),
        ("supplier.years > 2 and title contains zzz", ""),
        ("not (supplier.years > 2 and title contains zzz)", "a1 A1 b"),
        # bools
        ("supplier.verified", "a1"),
        ("not supplier.verified", "A1"),
        ("supplier.verified = false", "A1"),
        ("supplier.verified in (true, false)", "a1 A1"),
        # text, in any case; identifiers as they are
        ('title contains "steel"', "a1"),
        ("title contains STRASSE", "b"),
        ("country = cn", "a1"),
        ("supplier.country in (IN, CN)", "a1 A1"),
        ("supplier.country != CN", "A1"),
        ("id = a1", "a1"),
        ("id contains a", "a1 A1"),
        # lists and attributes
        ("certifications contains ce", "a1"),
        ("not certifications contains ce", "A1"),
        ("certifications in (UL, RoHS)", "a1 A1"),
        ("certifications is unknown", "b c"),
        ('attributes.Voltage contains "440"', "a1"),
        ('not attributes.voltage contains "440"', "A1"),
        ('attributes."machine material" = "ss 304"', "a1"),
        ("attributes.voltage is unknown", "b c"),
        # money and quantities: another currency or unit is incomparable, not false
        ("price <= 5 USD", "a1"),
        ("not price <= 5 usd", ""),
        ("price between 300 and 500 INR", "A1"),
        ("price.min <= 5", "a1 b"),
        ("price is known", "a1 A1"),
        ("price is unknown", "b c"),
        ("moq <= 100 pieces", "a1 A1"),
        ("not moq <= 50 piece", "a1"),
        ("min_order_quantity <= 5", "A1 b"),
        ("min_order_quantity <= 5 t", "b"),
        # dates
        ("supplier.verified_on >= 2025-01-01", "a1"),
        ("supplier.verified_on = 2024-03-01", "A1"),
    ],
)
def test_who_passes(engine: FilterEngine, text: str, expected: str) -> None:
    assert passed(engine, text) == expected


def test_unknown_can_be_kept(engine: FilterEngine) -> None:
    assert passed(engine, "supplier.years >= 3", unknown="keep") == "a1 b c"
    assert passed(engine, "price <= 5 USD", unknown="keep") == "a1 A1 b c"
    with pytest.raises(InvalidInputError, match="exclude"):
        passed(engine, "supplier.years >= 3", unknown="maybe")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("suplier.years > 3", ["'suplier.years'", "character 1", "nearest is 'supplier.years'"]),
        ("id is known and yeers > 3", ["'yeers'", "character 17", "'supplier.years'"]),
        ("attributes.Voltge = 4", ["'attributes.voltage'"]),
        ("qwertyuiop > 3", ["There are:", "supplier.country", "attributes.NAME"]),
        ("supplier.years contains 4", ["holds numbers", "'contains'", "<=", "between"]),
        ("supplier.years >= '3'", ["expected a number, got '3'"]),
        ("supplier.verified > 3", ["holds true or false", "'>'"]),
        ("supplier.verified = 1", ["expected true or false", "1.0"]),
        ("title < 'b'", ["holds text", "contains"]),
        ("title = 5", ["expected a text", "5.0"]),
        ("certifications = CE", ["a list of texts", "contains, in"]),
        ("supplier.years >= 3 kg", ["without a unit", "'kg'"]),
        ("supplier.verified_on > 2025", ["expected a date"]),
        ("supplier.verified_on > '2025-13-01'", ["expected a date"]),
        ("price <= 5", ["several currencies (INR, USD)", "price <= 5 USD", "'price.min'"]),
        ("price contains 5", ["holds money"]),
        ("supplier.verified between 1 and 2", ["'between'"]),
    ],
)
def test_what_does_not_fit_is_refused(engine: FilterEngine, text: str, words: list[str]) -> None:
    with pytest.raises(FilterError) as caught:
        engine.mask(parse_filter(text))
    for word in words:
        assert word in str(caught.value)


def test_an_error_is_found_even_behind_a_part_that_decides(engine: FilterEngine) -> None:
    with pytest.raises(FilterError, match="nope"):
        engine.mask(parse_filter("id = zzz and nope = 1"))


def test_a_currency_that_is_none_is_refused_and_one_nobody_uses_is_told() -> None:
    engine = FilterEngine(pa.Table.from_pylist(ROWS, schema=SCHEMA))
    with pytest.raises(FilterError, match=r"'XYZ' is no currency.*the catalogue has INR, USD"):
        engine.mask(parse_filter("price <= 5 XYZ"))
    foreign = parse_filter("price <= 5 JPY or not min_order_quantity <= 3 pallets")
    assert not engine.mask(foreign).any()
    assert engine.foreign_units(foreign) == [
        "No listing's price is in JPY, and nothing is converted; it is stated in INR, USD.",
        "No listing's min_order_quantity is in pallets, and nothing is converted; it is stated "
        "in piece, pieces, tons.",
    ]
    used = parse_filter("price <= 5 usd and min_order_quantity >= 1 piece and supplier.years > 1")
    assert engine.foreign_units(used) == []


def test_a_catalogues_own_currency_needs_no_code() -> None:
    facts = pa.table({"price.min": [1.0, 9.0], "price.currency": ["BTC", "EUR"]})
    mask = FilterEngine(facts).mask(parse_filter("price <= 5 btc"))
    assert mask.tolist() == [True, False]
    empty = pa.table(
        {"price.min": pa.array([], pa.float64()), "price.currency": pa.array([], pa.string())}
    )
    assert FilterEngine(empty).foreign_units(parse_filter("price <= 5 EUR")) == [
        "No listing's price is in EUR, and nothing is converted; none states one at all."
    ]


def test_a_bare_amount_is_allowed_where_one_currency_rules() -> None:
    facts = pa.table({"price.min": [1.0, 9.0, 1.0], "price.currency": ["EUR", "EUR", None]})
    assert FilterEngine(facts).mask(F("price") <= 5).tolist() == [True, False, False]


def test_masks_are_the_callers_own(engine: FilterEngine) -> None:
    wanted = F("supplier.years") >= 3
    first = engine.mask(wanted)
    first[:] = True
    assert engine.mask(wanted).sum() == 1


def test_no_rows_and_no_attributes() -> None:
    empty = FilterEngine(SCHEMA.empty_table())
    for text in (
        "supplier.years >= 3",
        "title contains x",
        "certifications contains x",
        "price is known",
    ):
        assert empty.mask(parse_filter(text)).tolist() == []
    with pytest.raises(FilterError, match=r"attributes\.Voltage"):
        empty.mask(parse_filter("attributes.Voltage is known"))


def test_attributes_as_list_of_structs_chunks_slices_and_structs() -> None:
    pairs = pa.list_(pa.struct({"name": pa.string(), "value": pa.string()}))
    rows = [[{"name": "Power", "value": f"{n} W"}] if n % 3 else None for n in range(10)]
    rows[1] = [{"name": "Power", "value": None}, {"name": None, "value": "x"}]
    rows[2] = [{"name": "power", "value": "9 W"}, {"name": "Power", "value": "2 W"}]
    whole = pa.table(
        {
            "attributes": pa.array(rows, pairs),
            "tags": pa.array([[str(n), None] for n in range(10)], pa.large_list(pa.string())),
            "supplier": [{"years": n} for n in range(10)],
            "identifiers": pa.array(
                [[("HS", f"85{n}")] for n in range(10)], pa.map_(pa.string(), pa.string())
            ),
        }
    )
    chunked = pa.concat_tables([whole.slice(0, 4), whole.slice(4, 3), whole.slice(7)]).slice(1, 8)
    engine = FilterEngine(chunked)
    assert np.flatnonzero(engine.mask(parse_filter("attributes.power is known"))).tolist() == [
        1,
        3,
        4,
        6,
        7,
    ]
    assert np.flatnonzero(engine.mask(F("attributes.Power") == "2 w")).tolist() == [1]
    assert np.flatnonzero(engine.mask(F("tags").is_in(["3", "8"]))).tolist() == [2, 7]
    assert np.flatnonzero(engine.mask(F("supplier.years") >= 7)).tolist() == [6, 7]
    assert np.flatnonzero(engine.mask(F("identifiers.hs") == "858")).tolist() == [7]
    with pytest.raises(FilterError, match=r"identifiers\.hs"):
        engine.mask(F("identifiers.h") == "858")


def test_types_that_hold_numbers_dates_and_texts() -> None:
    moment = datetime(2025, 5, 1, 12, tzinfo=UTC)
    facts = pa.table(
        {
            "int": pa.array([1, None, 2**53], pa.int64()),
            "dec": pa.array([Decimal("1.00"), None, Decimal("3.50")], pa.decimal128(9, 2)),
            "nan": pa.array([1.0, float("nan"), float("inf")]),
            "cat": pa.array(["x", None, "Y"]).dictionary_encode(),
            "at": pa.array([moment, None, None], pa.timestamp("ms", tz="UTC")),
        }
    )
    engine = FilterEngine(facts)

    def mask(text: str) -> list[bool]:
        return engine.mask(parse_filter(text)).tolist()

    assert mask("int > 1") == [False, False, True]
    assert mask("dec <= 1") == [True, False, False]
    assert mask("nan is unknown") == [False, True, False]
    assert mask("nan > 1e300") == [False, False, True]
    assert mask("cat in (x, y)") == [True, False, True]
    assert mask("at > 2025-05-01") == [True, False, False]
    assert mask("at = '2025-05-01T12:00:00+00:00'") == [True, False, False]


def test_units_are_alike_in_singular_plural_and_case() -> None:
    assert canonical_unit("Pieces") == canonical_unit("pcs") == canonical_unit("piece")
    assert canonical_unit("boxes") == canonical_unit("Box")
    assert canonical_unit("Kilograms") == canonical_unit("kg")
    assert canonical_unit("gross") == "gross"
    assert canonical_unit("USD") == canonical_unit("usd") != canonical_unit("INR")


def test_units_can_be_read_by_the_caller() -> None:
    facts = pa.table({"stock.value": [1.0, 2.0], "stock.unit": ["Stück", "kg"]})
    german = {"stück": "piece", "pieces": "piece"}
    wanted = parse_filter("stock <= 5 pieces")
    assert FilterEngine(facts).mask(wanted).tolist() == [False, False]
    engine = FilterEngine(facts, canonical=lambda unit: german.get(unit.lower(), unit))
    assert engine.mask(wanted).tolist() == [True, False]


# ---------------------------------------------------------------- the cache


def test_the_cache_is_bounded_and_drops_what_was_used_longest_ago() -> None:
    cache = MaskCache(3000)
    mask = np.zeros(8000, dtype=np.bool_)  # 1,000 bytes packed, and an entry's own
    for key in "abc":
        mask[0] = key == "a"
        cache.put(key, mask)
        assert cache.get("a") is not None
        assert cache.nbytes <= 3000
    assert len(cache) == 2
    assert cache.get("b") is None
    kept = cache.get("a")
    assert kept is not None
    assert kept[0]
    assert not kept[1:].any()
    cache.put("a", mask)
    assert cache.nbytes == 2 * 1256
    cache.put("huge", np.ones(80_000, dtype=np.bool_))
    assert cache.get("huge") is None


def test_long_lists_of_values_count_towards_the_bound() -> None:
    engine = FilterEngine(pa.table({"id": ["a", "b"]}), cache_bytes=10_000)
    for start in range(0, 400, 4):
        values = [f"id-{start}-{n}" for n in range(20)]
        engine.mask(F("id").is_in(values))
    assert engine._cache.nbytes <= 10_000
    assert len(engine._cache) < 10


def test_one_engine_answers_several_threads(engine: FilterEngine) -> None:
    texts = [
        "supplier.years >= 3",
        "title contains kettle",
        "attributes.voltage is known",
        "price <= 5 USD",
    ] * 50
    expected = [passed(engine, text) for text in texts[:4]] * 50
    fresh = FilterEngine(pa.Table.from_pylist(ROWS, schema=SCHEMA), cache_bytes=600)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: passed(fresh, text), texts)) == expected
