"""What the command line shows."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from deepsearch.schema import (
    Hit,
    Listing,
    Operator,
    ParsedQuery,
    Requirement,
    SearchResult,
    Status,
)

if TYPE_CHECKING:
    from deepsearch.catalogue import CatalogueInfo, Problem
    from deepsearch.engine import EncodeReport, IndexReport

__all__ = [
    "console",
    "order_text",
    "price_text",
    "print_index_report",
    "print_info",
    "print_parsed",
    "print_problems",
    "print_results",
    "supplier_text",
]

MARKS = {Status.MET: "[green]✓[/]", Status.VIOLATED: "[red]✗[/]", Status.UNKNOWN: "[yellow]?[/]"}
SIGNS = {
    Operator.EQ: "=", Operator.NE: "≠", Operator.LT: "<", Operator.LE: "≤", Operator.GT: ">",
    Operator.GE: "≥", Operator.ANY_OF: "one of", Operator.ALL_OF: "all of",
    Operator.NONE_OF: "none of",
}  # fmt: skip
SHOWN_REJECTS = 10
# A redirected answer is read by programs and diffed by people: give it a steady width.
PLAIN_WIDTH = 120


def console(*, stderr: bool = False) -> Console:
    """Return a console on standard output or error, of steady width where it is no terminal.

    Args:
        stderr: Whether it is standard error.

    Returns:
        The console.
    """
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else PLAIN_WIDTH, highlight=False)


def price_text(listing: Listing) -> str:
    """Write a listing's price range, "?" where none is said."""
    from deepsearch.ranking.units import money_text

    offer = listing.offer
    if offer.price_min is None or offer.price_max is None:
        return "?"
    unit = f"/{offer.price_unit}" if offer.price_unit else ""
    price = money_text(offer.price_min, offer.price_max, None)
    return f"{price} {offer.currency or '?'}{unit}"


def order_text(listing: Listing) -> str:
    """Write a listing's minimum order, "?" where none is said."""
    from deepsearch.ranking.fields import unit_words
    from deepsearch.ranking.units import number_text

    quantity = listing.offer.min_order_quantity
    if quantity is None:
        return "?"
    return f"{number_text(quantity.value)} {unit_words(quantity.unit, quantity.value)}"


def supplier_text(listing: Listing) -> str:
    """Write who sells it, with the country; "?" where it is not said."""
    supplier = listing.supplier
    if supplier is None:
        return "?"
    name = supplier.name or supplier.id
    return f"{name} ({supplier.country})" if supplier.country else name


# ---------------------------------------------------------------- index, info


def _encoded(done: EncodeReport) -> str:
    """Say what was encoded; videos and the cache only where there were any."""
    videos = f", {done.videos} videos" if done.videos else ""
    cached = f", {done.cached} more known from the cache" if done.cached else ""
    return f"{done.texts} texts and {done.pictures} pictures{videos} encoded{cached}"


def print_index_report(report: IndexReport) -> None:
    """Show what was read, mapped, rejected and encoded.

    Args:
        report: The report of one source.
    """
    screen = console()
    done = report.ingest
    screen.print(
        f"[bold]{done.source}[/]: {done.rows} rows read; {done.added} added, "
        f"{done.changed} changed, "
        f"{done.unchanged} unchanged, {done.rejected} rejected; "
        f"{_encoded(report.encoded)} in {report.seconds:.1f} s"
    )
    if done.mapping is not None:
        table = Table("column", "field", "confidence", title="Columns", title_justify="left")
        for column in done.mapping.columns:
            table.add_row(column.column, column.field, f"{column.confidence:.2f}")
        for name, reason in done.unmapped.items():
            table.add_row(name, f"[dim]left: {reason}[/]", "")
        screen.print(table)
    for reject in done.rejects[:SHOWN_REJECTS]:
        screen.print(f"  line {reject.line} rejected: {reject.reason}", markup=False)
    if done.rejected > SHOWN_REJECTS:
        screen.print(
            f"  ... and {done.rejected - SHOWN_REJECTS} more; all are kept in the catalogue"
        )
    for warning in done.warnings:
        screen.print(f"  note: {warning}", markup=False)
    for listing_id, picture, reason in report.encoded.unreadable[:SHOWN_REJECTS]:
        screen.print(f"  {listing_id}: picture {picture} left out: {reason}", markup=False)
    if (more := len(report.encoded.unreadable) - SHOWN_REJECTS) > 0:
        screen.print(f"  ... and {more} more pictures")


# ---------------------------------------------------------------- parse


def print_parsed(parsed: ParsedQuery) -> None:
    """Show a parsed text as a table.

    Args:
        parsed: What was understood.
    """
    screen = console()
    screen.print(f"product: [bold]{parsed.product or '?'}[/]   language: {parsed.language or '?'}")
    table = Table("field", "op", "value", "unit", "must", "words", "why")
    for requirement in parsed.requirements:
        span = requirement.span
        table.add_row(
            requirement.field,
            requirement.op.value,
            _value_text(requirement),
            requirement.unit or "",
            "must" if requirement.hard else "wish",
            parsed.text[slice(*span)] if span else "",
            requirement.why or "",
        )
    if parsed.requirements:
        screen.print(table)
    else:
        screen.print("no requirements")
    for question in parsed.questions:
        screen.print(f"open: {question.text}", markup=False)
    for note in parsed.notes:
        screen.print(f"note: {note}", markup=False)


def _value_text(requirement: Requirement) -> str:
    value = requirement.value
    if isinstance(value, tuple):
        return ", ".join(f"{item:.10g}" if isinstance(item, float) else str(item) for item in value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)


# ---------------------------------------------------------------- check


def print_problems(problems: Sequence[Problem]) -> None:
    """Show what a check found.

    Args:
        problems: What is wrong; may be empty.
    """
    screen = console()
    for problem in problems:
        screen.print(f"{problem.table}: {problem.text}", markup=False)
    screen.print(f"{len(problems)} problems found")


# ---------------------------------------------------------------- search


def print_results(results: Sequence[SearchResult], *, as_json: bool, explain: bool) -> None:
    """Show answers as tables, or as JSON: one object, or a list for several queries.

    Args:
        results: One answer a query.
        as_json: Whether to print JSON.
        explain: Whether tables also show the parts of each score.
    """
    from deepsearch.ranking import to_json

    if as_json:
        rows = [to_json(result) for result in results]
        print(json.dumps(rows[0] if len(rows) == 1 else rows, ensure_ascii=False, indent=2))  # noqa: T201
        return
    screen = console()
    for result in results:
        if len(results) > 1:
            screen.rule(_heading(result), align="left")
        _print_result(screen, result, explain=explain)


def _heading(result: SearchResult) -> str:
    query = result.query
    words = query.text if len(query.text) <= 80 else query.text[:79] + "…"
    return " ".join(part for part in (query.id, words) if part) or "picture"


def _print_result(screen: Console, result: SearchResult, *, explain: bool) -> None:
    _print_understood(screen, result.parsed)
    for note in result.notes:
        # Above the hits: it says how to read them.
        if note.stage == "likeness":
            screen.print(f"note: {note.text}", markup=False, style="yellow")
    if not result.hits:
        screen.print("no hits")
    else:
        table = Table("#", "score", "listing", "price", "MOQ", "supplier", box=None, pad_edge=False)
        for column in ("price", "MOQ"):
            table.columns[["#", "score", "listing", "price", "MOQ"].index(column)].justify = "right"
        for hit in result.hits:
            table.add_row(
                str(hit.rank),
                f"{hit.score:.4f}",
                _title(hit),
                price_text(hit.listing),
                order_text(hit.listing),
                supplier_text(hit.listing),
            )
        screen.print(table)
    if explain:
        for hit in result.hits:
            _print_explanation(screen, hit)
    for note in result.notes:
        if note.stage != "likeness" and (explain or note.stage != "index"):
            screen.print(f"note: {note.text}", markup=False, style="dim")


def _print_understood(screen: Console, parsed: ParsedQuery) -> None:
    stated = [r for r in parsed.requirements if r.implied_by is None]
    if stated:
        words = "; ".join(
            f"{r.field} {SIGNS.get(r.op, r.op.value)} {_value_text(r)}"
            + (f" {r.unit}" if r.unit else "")
            + ("" if r.hard else " (wish)")
            for r in stated
        )
        screen.print(f"understood: {parsed.product or '?'} | {words}", markup=False, style="dim")


def _title(hit: Hit) -> str:
    from rich.markup import escape

    marks = " ".join(
        f"{MARKS[judgement.status]}{judgement.requirement.field}"
        for judgement in hit.judgements
        if judgement.requirement.implied_by is None
    )
    return escape(hit.listing.title) + (f"\n  {marks}" if marks else "")


def _print_explanation(screen: Console, hit: Hit) -> None:
    screen.print(
        f"\n{hit.rank}. {hit.listing.title} ({hit.listing.id})", markup=False, style="bold"
    )
    for judgement in hit.judgements:
        mark = MARKS[judgement.status]
        screen.print(f"   {mark} {judgement.requirement.field}: ", end="")
        screen.print(judgement.reason, markup=False)
    for part in hit.explanation.contributions:
        screen.print(f"   {part.value:+.4f} {part.name}: {part.sentence}", markup=False)
    screen.print(f"   {hit.score:+.4f} in all", markup=False)


# ---------------------------------------------------------------- info


def print_info(info: CatalogueInfo, encoder: str, *, as_json: bool) -> None:
    """Show what a catalogue holds.

    Args:
        info: What it holds.
        encoder: Name of the suite it is opened with.
        as_json: Whether to print JSON.
    """
    if as_json:
        values = asdict(info)
        print(json.dumps(values, ensure_ascii=False, indent=2, default=str))  # noqa: T201
        return
    screen = console()
    screen.print(
        f"{info.path}: {info.listings} listings of {info.suppliers} suppliers, "
        f"{info.claims} claims; "
        f"version {info.version}, encoder {encoder}; {info.rejects} rows rejected",
        markup=False,
    )
    sources = Table("source", "listings", box=None)
    for name, count in info.sources.items():
        sources.add_row(name, str(count))
    screen.print(sources)
    spaces = Table("space", "of", "vectors", "dimensions", box=None)
    for held in info.spaces:
        spaces.add_row(held.space.name, held.modality.value, str(held.vectors), str(held.space.dim))
    screen.print(spaces)
    known = Table(
        "field", "known", "", title="What can be decided on", title_justify="left", box=None
    )
    for name, share in sorted(info.fill.items(), key=lambda item: (-item[1], item[0])):
        if share > 0:
            known.add_row(name, f"{share:.1%}", "█" * round(share * 30))
    screen.print(known)
    unknown = sorted(name for name, share in info.fill.items() if share == 0)
    if unknown:
        screen.print(f"known of no listing: {', '.join(unknown)}", markup=False)
    if info.claimed:
        claims = Table("claim", "listings", title="Claims", title_justify="left", box=None)
        for name, count in list(info.claimed.items())[:20]:
            claims.add_row(name, str(count))
        screen.print(claims)
