"""Several answers on one page: each query, what was understood of it, and its hits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from deepsearch.cli.output import order_text, price_text, supplier_text
from deepsearch.engine.notebook import picture_address, thumbnail
from deepsearch.ranking.wording import requirement_words
from deepsearch.schema import Hit, Judgement, SearchResult, Status

if TYPE_CHECKING:
    from deepsearch.engine import SearchEngine

__all__ = ["write_page"]

_SHORT = 90
# The stage of the note that says no hit clearly is the product.
_DOUBT = "likeness"
_SIGNS = {Status.MET: "✓", Status.VIOLATED: "✗", Status.UNKNOWN: "?"}
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --bar: #3b76c4; --met: #17803d;
  --violated: #c02626; --unknown: #8a6d00; }
body { font: 15px/1.4 system-ui, sans-serif; max-width: 82rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
section { display: grid; grid-template-columns: 15rem 1fr; gap: 1.2rem; padding: .9rem 0;
  border-top: 1px solid var(--line); }
.query { font-weight: 600; } .query small { display: block; font-weight: 400; color: GrayText; }
.query ul, .needs { list-style: none; padding: 0; margin: .4rem 0; font-weight: 400;
  font-size: .85rem; }
.hits { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .9rem; }
.warning { border-left: .25rem solid var(--unknown); padding: .1rem .7rem; margin: 0 0 .8rem; }
.notes, .legend { color: GrayText; font-size: .85rem; } .notes { margin: .8rem 0 0; }
table { border-collapse: collapse; font-size: .9rem; }
td, th { padding: .2rem .7rem .2rem 0; text-align: left; vertical-align: top; }
tr { border-bottom: 1px solid var(--line); } .n { text-align: right; }
details { font-size: .85rem; } summary { cursor: pointer; }
img { width: 100%; aspect-ratio: 1; object-fit: contain; background: #fff; border-radius: .4rem; }
.query img { margin-top: .5rem; object-fit: cover; }
figure { margin: 0; } figcaption { font-size: .85rem; margin-top: .3rem; }
figcaption b { display: block; } figcaption span { color: GrayText; display: block; }
.met { color: var(--met); } .violated { color: var(--violated); }
.unknown { color: var(--unknown); }
.bar { height: .35rem; background: #8883; border-radius: .2rem; margin: .25rem 0; }
.bar i { display: block; height: 100%; background: var(--bar); border-radius: .2rem; }
.none { aspect-ratio: 1; border: 1px dashed var(--line); border-radius: .4rem; display: grid;
  place-items: center; color: GrayText; }
footer { color: GrayText; margin: 2rem 0; font-size: .85rem; }
@media (max-width: 50rem) { section { grid-template-columns: 1fr; } }
"""


def write_page(
    engine: SearchEngine,
    answers: Sequence[tuple[str, SearchResult]],
    path: Path,
    *,
    title: str,
    footer: str = "",
) -> None:
    """Write a page that needs nothing else: no script, no network, pictures inside.

    Args:
        engine: What was searched; it knows where pictures lie.
        answers: Headings and answers; answers under equal headings stand together.
        path: The file to write.
        title: The page's title.
        footer: A line at its end.
    """
    blocks = [_overview(answers)] if len(answers) > 1 else []
    heading = None
    for number, (above, result) in enumerate(answers):
        if above != heading:
            blocks.append(f"<h2>{escape(above)}</h2>")
            heading = above
        blocks.append(_answer(engine, result, number, heading))
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><h1>{escape(title)}</h1>
<p class="legend"><span class="met">✓ met</span> · <span class="violated">✗ violated</span> ·
<span class="unknown">? not stated</span>: the listing does not say; it may well be so.</p>
{"".join(blocks)}
<footer>{escape(footer)}</footer></body></html>
"""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def _overview(answers: Sequence[tuple[str, SearchResult]]) -> str:
    """One line an answer: what was asked, and how far its first hit goes."""
    lines = []
    for number, (_, result) in enumerate(answers):
        first = result.hits[0] if result.hits else None
        counts = Counter(judgement.status for judgement in _asked_for(first))
        said = " ".join(
            f'<span class="{status}">{_SIGNS[status]} {counts[status]}</span>'
            for status in (Status.MET, Status.VIOLATED, Status.UNKNOWN)
            if counts[status]
        )
        found = "no hits" if first is None else escape(first.listing.title)
        if _of_stage(result, _DOUBT):
            found = f'<span class="unknown">nothing surely fits; nearest: {found}</span>'
        asked = escape(_shortened(result.query.text or result.parsed.product) or "a picture")
        lines.append(
            f'<tr><td class="n">{number + 1}</td><td><a href="#a{number}">{asked}</a></td>'
            f"<td>{found}</td><td>{said}</td></tr>"
        )
    head = "<tr><th></th><th>asked</th><th>first hit</th><th>requirements</th></tr>"
    return f"<table>{head}{''.join(lines)}</table>"


def _shortened(words: str) -> str:
    return words if len(words) <= _SHORT else f"{words[: _SHORT - 1]}…"


def _of_stage(result: SearchResult, *stages: str) -> list[str]:
    return [note.text for note in result.notes if note.stage in stages]


def _asked_for(hit: Hit | None) -> list[Judgement]:
    """What the buyer said himself; what was only inferred stands in the score's parts."""
    judgements = hit.judgements if hit is not None else ()
    return [judged for judged in judgements if judged.requirement.implied_by is None]


def _listed(lines: Iterable[str], kind: str = "") -> str:
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f'<ul class="{kind}">{items}</ul>' if items else ""


def _answer(engine: SearchEngine, result: SearchResult, number: int, heading: str) -> str:
    query, parsed = result.query, result.parsed
    pictures = "".join(
        f'<img src="{thumbnail(part.picture)}" alt="{escape(part.source or "", quote=True)}">'
        for part in query.parts
        if part.picture is not None and part.weight > 0
    )
    words = escape(query.text) or "<i>a picture</i>"
    small = f"<small>where {escape(query.where)}</small>" if query.where else ""
    small += f"<small>{escape(query.id)}</small>" if query.id and query.id != heading else ""
    stated = [need for need in parsed.requirements if need.implied_by is None]
    needs = _listed(
        escape(requirement_words(need)) + ("" if need.hard else " <i>(wish)</i>") for need in stated
    )
    understood = f"<small>Understood: {escape(parsed.product)}</small>{needs}" if stated else ""
    open_ = _listed(escape(question.text) for question in parsed.questions)
    questions = f"<details><summary>Left open</summary>{open_}</details>" if open_ else ""
    doubt = "".join(f'<p class="warning">{escape(text)}</p>' for text in _of_stage(result, _DOUBT))
    more = {note.stage for note in result.notes} - {_DOUBT, "index"}
    notes = _listed((escape(text) for text in _of_stage(result, *more)), "notes")
    top = max((hit.score for hit in result.hits), default=0.0)
    addresses = [picture_address(engine.catalogue, hit) for hit in result.hits]
    shown = any(addresses)
    hits = "".join(
        _hit(hit, address, top, pictures=shown)
        for hit, address in zip(result.hits, addresses, strict=True)
    )
    return (
        f'<section id="a{number}"><div class="query">{words}{small}{pictures}{understood}'
        f'{questions}</div><div>{doubt}<div class="hits">{hits or "no hits"}</div>{notes}</div>'
        "</section>"
    )


def _hit(hit: Hit, address: str | None, top: float, *, pictures: bool) -> str:
    picture = f'<img src="{address}" alt="">' if address else '<div class="none">no picture</div>'
    judged = _asked_for(hit)
    decided = _listed(
        (
            f'<span class="{judgement.status}">{_SIGNS[judgement.status]} '
            f"{escape(requirement_words(judgement.requirement))}</span>"
            f"<span>{escape(judgement.reason)}</span>"
            for judgement in judged
            if judgement.status is not Status.UNKNOWN
        ),
        "needs",
    )
    unknown = [judgement for judgement in judged if judgement.status is Status.UNKNOWN]
    reasons = _listed((escape(judgement.reason) for judgement in unknown), "needs")
    if unknown:
        reasons = (
            f'<details><summary class="unknown">? {len(unknown)} of {len(judged)} not stated'
            f"</summary>{reasons}</details>"
        )
    parts = "".join(
        f'<tr><td class="n">{part.value:+.3f}</td><td>{escape(part.sentence)}</td></tr>'
        for part in hit.explanation.contributions
    )
    width = 100 * hit.score / top if top > 0 else 0
    listing = hit.listing
    price, order, supplier = (
        escape(text) if text != "?" else f"{name} not stated"
        for name, text in (
            ("price", price_text(listing)),
            ("minimum order", order_text(listing)),
            ("supplier", supplier_text(listing)),
        )
    )
    least = order if order.endswith("not stated") else f"from {order}"
    return (
        f"<figure>{picture if pictures else ''}<figcaption>"
        f"<b>{hit.rank}. {_link(listing.url, listing.title)}</b>"
        f'<div class="bar"><i style="width:{width:.1f}%"></i></div>'
        f"<span>{price} · {least}</span><span>{supplier}</span>{decided}{reasons}"
        f"<details><summary>score {hit.score:.3f}</summary><table>{parts}</table></details>"
        "</figcaption></figure>"
    )


def _link(url: str | None, text: str) -> str:
    if url is None or urlsplit(url).scheme not in ("http", "https"):
        return escape(text)
    return f'<a href="{escape(url, quote=True)}" rel="noreferrer">{escape(text)}</a>'
