"""The engine knows which country a town is in."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepsearch.engine import SearchEngine
from deepsearch.engine.asking import countries_of
from deepsearch.schema import Listing, Operator, ParsedQuery, Requirement, Supplier


@pytest.mark.parametrize(
    ("town", "country"),
    [("Chennai", "IN"), ("Ningbo", "CN"), ("上海", "CN"), ("Hamburg", "DE"), ("Erewhon", None),
     ("Germany", None), ("EU", None), ("Nice machine", None)],
)  # fmt: skip
def test_towns_have_a_country_where_it_is_certain(town: str, country: str | None) -> None:
    wanted = Requirement(field="supplier_city", op=Operator.EQ, value=town)
    parsed = ParsedQuery(text="", language="en", product="", requirements=(wanted,))
    assert countries_of(parsed) == ({} if country is None else {town: country})


def test_a_supplier_in_another_country_is_not_offered(tmp_path: Path) -> None:
    engine = SearchEngine.create(tmp_path / "catalogue")
    engine.upsert(
        Listing(id=name, title="steel bolt M8", supplier=Supplier(id=name, **record))
        for name, record in {
            "indian": {"country": "IN"},
            "chinese": {"country": "CN"},
            "silent": {},
            "there": {"country": "IN", "city": "Chennai"},
        }.items()
    )
    result = engine.search("steel bolts M8, suppliers in Chennai only")
    assert "supplier_city" in [r.field for r in result.parsed.requirements if r.hard]
    found = [hit.listing.id for hit in result.hits]
    assert found[0] == "there"
    assert set(found) == {"there", "indian", "silent"}
