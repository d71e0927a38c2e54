"""The page of answers: what is not known, doubtful or left open must be seen on it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from deepsearch.cli.page import write_page
from deepsearch.schema import (
    Hit,
    Judgement,
    Listing,
    Note,
    Operator,
    ParsedQuery,
    Query,
    Question,
    Requirement,
    SearchResult,
    Status,
)

WARRANTY = Requirement(field="warranty", op=Operator.GE, value=12.0, unit="month")
VOLTAGE = Requirement(field="voltage", op=Operator.EQ, value=230.0, unit="V")


def result(text: str, *, doubt: bool = False) -> SearchResult:
    judged = (
        Judgement(requirement=WARRANTY, status=Status.MET, reason="warranty 24 months"),
        Judgement(requirement=VOLTAGE, status=Status.UNKNOWN, reason="does not say its voltage"),
    )
    listing = Listing(id="f", title="Freezer <b>", url="javascript:alert(1)")
    notes = (Note(stage="likeness", text="No hit clearly is a freezer."),) if doubt else ()
    return SearchResult(
        hits=(Hit(rank=1, listing=listing, score=1.0, judgements=judged),),
        query=Query(text=text, id=text),
        parsed=ParsedQuery(
            text=text,
            language="en",
            product="freezer",
            requirements=(WARRANTY, VOLTAGE),
            questions=(Question(field="destination", text="To which country?"),),
        ),
        notes=(*notes, Note(stage="relax", text="Without the warranty 3 more.")),
        timings_ms={},
    )


def page(tmp_path: Path, *results: SearchResult) -> str:
    engine: Any = SimpleNamespace(catalogue=None)  # asked for nothing: no hit has a picture
    path = tmp_path / "page.html"
    write_page(engine, [(item.query.text, item) for item in results], path, title="t")
    return path.read_text(encoding="utf-8")


def test_what_is_known_and_what_is_not_stand_apart(tmp_path: Path) -> None:
    html = page(tmp_path, result("a freezer"))
    assert "✓ warranty at least 12 months" in html
    assert "warranty 24 months" in html
    assert "? 1 of 2 not stated" in html
    assert "does not say its voltage" in html
    assert "price not stated · minimum order not stated" in html


def test_doubt_questions_and_ways_out_are_shown(tmp_path: Path) -> None:
    html = page(tmp_path, result("a freezer", doubt=True))
    assert html.index("No hit clearly is a freezer.") < html.index("Freezer &lt;b&gt;")
    assert "To which country?" in html
    assert "Without the warranty 3 more." in html


def test_several_answers_begin_with_an_overview(tmp_path: Path) -> None:
    html = page(tmp_path, result("row 1"), result("row 2", doubt=True))
    assert html.index("<table>") < html.index("<section")
    assert '<a href="#a1">row 2</a>' in html
    assert html.count("nothing surely fits; nearest: Freezer &lt;b&gt;") == 1
    assert "#a0" not in page(tmp_path, result("alone"))


def test_no_address_but_a_web_page_becomes_a_link(tmp_path: Path) -> None:
    assert "javascript" not in page(tmp_path, result("a freezer"))
