"""Whatever a file holds: it goes in, is rejected row by row, or is refused as a whole."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepsearch.catalogue import Catalogue, IngestReport, ingest
from deepsearch.catalogue.batches import Failures
from deepsearch.catalogue.sources import open_source
from deepsearch.errors import DeepSearchError

relaxed = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
scalars: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["12 USD", "NaN", "1,5", "\ud800", "x" * 300])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["min", "max", "value", "unit", "id", "name", "dimension", "text", "low"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
KEYS = [
    "id", "title", "price", "min_order_quantity", "supplier", "attributes", "claims", "images",
    "price_tiers", "lead_times", "dispatch_days", "payment_terms", "identifiers", "other",
]  # fmt: skip
records = st.dictionaries(st.sampled_from(KEYS), values, max_size=6)
cells = st.text(max_size=10) | st.sampled_from(
    ["$1.20", "-5", "100 pcs", "7 days", "{'a': 1}", "[1", "https://x.example/p_123456.html", "NaN",
     "18 yrs", "33%", '"', ";", "\x00", "ＣＥ", "1e309", "9" * 400]
)  # fmt: skip
headers = st.sampled_from(
    ["name", "price", "moq", "sku", "lead time", "specs", "url", "image", "country", "", "rating",
     "产品名称", "Preis (EUR)", "supplier", "gtin", "certificates", "incoterms", "stock"]
)  # fmt: skip


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return Catalogue.create(tmp_path_factory.mktemp("fuzz") / "c")


def refusal(call: Callable[[], object]) -> str | None:
    """Run a call; the message if the library refuses, None if it does not."""
    try:
        call()
    except DeepSearchError as error:
        return str(error)
    return None


def drain(path: Path) -> int:
    """Read a source whole, without storing it."""
    failures = Failures()
    source = open_source(path, failures)
    return sum(len(chunk.lines) for chunk in source.chunks()) + len(failures.rejects)


@relaxed
@given(st.lists(records, min_size=1, max_size=6))
def test_any_json(catalogue: Catalogue, tmp_path: Path, items: list[dict[str, Any]]) -> None:
    path = tmp_path / "s.jsonl"
    # a record of the catalogue's own form first, so that the others are read in it too
    own = [{"id": f"own{n}", "title": "t"} for n in range(len(items) + 1)]
    path.write_text("\n".join(json.dumps(item) for item in [*own, *items]), encoding="utf-8")
    report = ingest(catalogue, path)
    assert report.rows == len(own) + len(items)
    assert report.rows == report.added + report.changed + report.unchanged + report.rejected
    assert all(reject.reason and reject.line > len(own) for reject in report.rejects)
    path.write_text("\n".join(json.dumps(item) for item in items), encoding="utf-8")
    said = refusal(lambda: drain(path))
    assert said is None or str(path) in said or "column" in said.lower()


@relaxed
@given(
    st.lists(headers, min_size=1, max_size=6),
    st.lists(st.lists(cells, min_size=1, max_size=7), min_size=1, max_size=6),
)
def test_any_table(
    catalogue: Catalogue, tmp_path: Path, header: list[str], rows: list[list[str]]
) -> None:
    path = tmp_path / "s.csv"
    text = io.StringIO()
    csv.writer(text).writerows([["product name", *header], *[["Cup", *row] for row in rows]])
    path.write_text(text.getvalue(), encoding="utf-8", errors="replace")
    reports: list[IngestReport] = []
    said = refusal(lambda: reports.append(ingest(catalogue, path)))
    if said is not None:
        assert str(path) in said or "column" in said.lower()
        return
    (report,) = reports
    assert report.rows == report.added + report.changed + report.unchanged + report.rejected
    assert report.rows >= 1


@relaxed
@given(st.binary(min_size=1, max_size=300))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    for name in ("s.csv", "s.jsonl", "s.xlsx"):
        path = tmp_path / name
        path.write_bytes(content)
        assert refusal(lambda path=path: drain(path)) != ""  # type: ignore[misc]


def test_after_all_that_the_catalogue_is_whole(catalogue: Catalogue) -> None:
    assert catalogue.check() == []
    catalogue.vacuum()
    assert Catalogue.open(catalogue.path).check() == []
