"""Results as JSON, as rows and as a page."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from deepsearch.ranking import (
    AnswerJson,
    HitJson,
    parsed_to_json,
    rank,
    to_html,
    to_json,
    to_rows,
)
from deepsearch.schema import (
    Hit,
    Media,
    Note,
    Offer,
    PriceTier,
    Quantity,
    Query,
    Question,
    SearchResult,
)
from deepsearch.understanding import from_json
from tests.ranking.builders import TODAY
from tests.ranking.stories import BIKE, BIKE_NEEDS, asked, candidates, load


def bike_result() -> SearchResult:
    parsed = replace(
        asked(BIKE, *BIKE_NEEDS.values()),
        questions=(Question(field="incoterm", text="FOB or CIF?", why="price"),),
    )
    found = candidates(load("bikes.json"), BIKE)
    found[0] = replace(
        found[0],
        listing=replace(
            found[0].listing,
            title='<script>alert("x")</script> bike & more',
            url="javascript:alert(1)",
            media=(Media(uri="bikes/a.jpg"),),
        ),
    )
    found[4] = replace(
        found[4], listing=replace(found[4].listing, url="https://example.com/?a=1&b=2")
    )
    return SearchResult(
        hits=tuple(rank(found, parsed, today=TODAY)),
        query=Query(text="mountain bikes <14 kg", id="enquiry.xlsx Sheet1!3"),
        parsed=parsed,
        notes=(Note(stage="filter", text="3 of 7 listings are allowed."),),
        timings_ms={"rank": 1.23456},
        facts={"listings": np.int64(7), "spaces": ("a", "b"), "on": date(2026, 1, 1)},
    )


def test_json_is_the_command_lines_form() -> None:
    data = to_json(bike_result())
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert {"hits", "parsed", "notes", "timings_ms"} <= set(data)
    first = data["hits"][0]
    assert {"rank", "listing_id", "score", "title", "url", "supplier", "requirements",
            "explanation"} <= set(first)  # fmt: skip
    assert (first["rank"], first["listing_id"]) == (1, "alpha")
    assert first["supplier"]["name"] == "Alpha Cycles (invented)"
    by_field = {r["field"]: r for r in first["requirements"]}
    assert by_field["certification"]["status"] == "met"
    assert by_field["certification"]["evidence"]["grade"] == "document"
    assert data["hits"][1]["requirements"][2]["status"] == "unknown"
    assert sum(part["value"] for part in first["explanation"]) == abs(first["score"])
    assert data["timings_ms"] == {"rank": 1.235}
    assert data["facts"] == {"listings": 7, "spaces": ["a", "b"], "on": "2026-01-01"}
    assert data["id"] == "enquiry.xlsx Sheet1!3"


def test_json_has_the_form_its_types_promise() -> None:
    answer = TypeAdapter(AnswerJson)
    data = to_json(bike_result())
    answer.validate_python(data, strict=True)
    assert set(data) == set(AnswerJson.__annotations__)
    for hit in data["hits"]:
        assert set(hit) == set(HitJson.__annotations__) - {"media"}
    data["hits"][0]["price"] = "cheap"  # type: ignore[typeddict-item]
    with pytest.raises(ValidationError, match="price"):
        answer.validate_python(data, strict=True)


def test_json_has_the_offer_and_the_pictures() -> None:
    offer = Offer(
        currency="USD",
        price_tiers=(PriceTier(low=90, high=95), PriceTier(low=80, high=85, min_quantity=100)),
        min_order_quantity=Quantity(value=50, unit="piece"),
    )
    result = bike_result()
    sold = replace(result.hits[0].listing, offer=offer)
    bare = replace(result.hits[0].listing, offer=Offer(), media=())
    hits = tuple(replace(result.hits[0], listing=listing) for listing in (sold, bare))
    first, second = to_json(replace(result, hits=hits))["hits"]
    assert first["price"] == {"min": 80, "max": 95, "currency": "USD", "unit": None}
    assert first["min_order_quantity"] == {"value": 50, "unit": "piece"}
    assert first["images"] == ["bikes/a.jpg"]
    assert (second["price"], second["min_order_quantity"], second["images"]) == (None, None, [])


def test_parsed_json_has_the_documented_keys() -> None:
    data = parsed_to_json(bike_result().parsed)
    assert {"text", "language", "product", "requirements"} <= set(data)
    assert set(data["requirements"][0]) >= {
        "field", "op", "value", "unit", "hard", "span", "implied_by", "confidence"
    }  # fmt: skip
    assert data["questions"] == [{"field": "incoterm", "text": "FOB or CIF?", "why": "price"}]
    assert from_json(data) == bike_result().parsed


def test_rows_have_one_column_a_requirement() -> None:
    rows = to_rows(bike_result())
    assert [row["listing_id"] for row in rows] == ["alpha", "epsilon", "eta"]
    assert rows[1]["certification"] == "unknown"
    assert len({tuple(row) for row in rows}) == 1


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def page(html: str) -> Page:
    parser = Page()
    parser.feed(html)
    assert parser.open == []
    return parser


def first_picture(hit: Hit) -> str | None:
    return next((f"data:image/jpeg;base64,{medium.uri[:1]}" for medium in hit.listing.media), None)


def test_the_page_shows_status_evidence_and_scores() -> None:
    html = to_html(bike_result(), picture=first_picture)
    parsed = page(html)
    assert len(parsed.all("article")) == 3
    hover = [a["title"] for a in parsed.all("li") if a.get("class") == "met"]
    assert any("INV-4210-1" in (text or "") and "evidence: document" in (text or "")
               for text in hover)  # fmt: skip
    assert "✓ CE</li>" in html
    assert "? CE</li>" in html
    widths = re.findall(r'<div class="bar">(.*?)</div>', html)
    totals = [sum(map(float, re.findall(r"width:([\d.]+)%", bar))) for bar in widths]
    assert totals[0] > 99.9
    assert totals == sorted(totals, reverse=True)
    assert [a["src"] for a in parsed.all("img")] == ["data:image/jpeg;base64,b"]


def test_the_page_trusts_nothing_it_is_given() -> None:
    html = to_html(bike_result(), picture=lambda _: "javascript:alert(1)")
    parsed = page(html)
    assert parsed.all("script") == []
    assert parsed.all("img") == []
    assert [a["href"] for a in parsed.all("a")] == ["https://example.com/?a=1&b=2"]
    assert "&lt;script&gt;" in html
    assert "mountain bikes &lt;14 kg" in html


def test_an_empty_answer_is_a_page_too() -> None:
    html = to_html(replace(bike_result(), hits=()))
    assert "Nothing was found" in html
    assert page(html).all("article") == []
