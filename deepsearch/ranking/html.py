"""A search result as HTML that needs nothing else: no script, no network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import urlsplit

from deepsearch.ranking.fields import unit_words
from deepsearch.ranking.units import money_text, number_text
from deepsearch.ranking.wording import requirement_words
from deepsearch.schema import Contribution, Hit, Judgement, SearchResult, Status

__all__ = ["to_html"]

_SIGNS = {Status.MET: "✓", Status.VIOLATED: "✗", Status.UNKNOWN: "?"}

# Every rule is of this one element: a notebook's own cells stay as they are.
_STYLE = """
.deepsearch { color-scheme: light dark; --met: #17803d; --violated: #c02626; --unknown: #8a6d00;
  --line: #8884; --bar: #3b76c4; --less: #c0653b; font: 15px/1.45 system-ui, sans-serif;
  max-width: 62rem; }
.deepsearch h1 { font-size: 1.3rem; margin: .4rem 0; }
.deepsearch h2 { font-size: 1.05rem; margin: 0; }
.deepsearch .asked, .deepsearch .notes { color: GrayText; font-size: .9rem; }
.deepsearch .asked img { height: 6rem; border-radius: .4rem; margin: .3rem .4rem .3rem 0; }
.deepsearch .doubt { border-left: .25rem solid var(--unknown); padding: .1rem .7rem;
  margin: .5rem 0; }
.deepsearch article { display: grid; grid-template-columns: 9rem 1fr; gap: 1rem;
  padding: 1rem 0; border-top: 1px solid var(--line); }
.deepsearch article.plain { grid-template-columns: 1fr; }
.deepsearch article img { width: 9rem; height: 9rem; object-fit: contain; border-radius: .4rem;
  background: #fff; margin: 0; }
.deepsearch .none { width: 9rem; height: 9rem; border: 1px dashed var(--line);
  border-radius: .4rem; display: grid; place-items: center; color: GrayText; font-size: .8rem; }
.deepsearch .facts { color: GrayText; font-size: .9rem; margin: .2rem 0 .5rem; }
.deepsearch .needs { list-style: none; padding: 0; margin: 0 0 .5rem; display: flex;
  flex-wrap: wrap; gap: .35rem; }
.deepsearch .needs li { border: 1px solid var(--line); border-radius: 1rem;
  padding: .05rem .6rem; margin: 0; font-size: .85rem; cursor: help; }
.deepsearch .met { color: var(--met); }
.deepsearch .violated { color: var(--violated); }
.deepsearch .unknown { color: var(--unknown); }
.deepsearch .bar { display: flex; height: .6rem; background: #8882; border-radius: .3rem;
  overflow: hidden; }
.deepsearch .bar i { display: block; height: 100%; border-right: 1px solid Canvas;
  background: var(--bar); }
.deepsearch details { font-size: .88rem; margin-top: .4rem; }
.deepsearch summary { cursor: pointer; }
.deepsearch table { border-collapse: collapse; width: 100%; margin: 0; }
.deepsearch td { padding: .1rem .4rem; vertical-align: top; text-align: left; }
.deepsearch td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.deepsearch td.minus { color: var(--less); }
@media (max-width: 34rem) { .deepsearch article { grid-template-columns: 1fr; } }
"""
# Stages whose notes are of use to whoever tunes an index, not to a reader of hits.
_INNER = frozenset({"index"})
# The stage of the note that says no hit clearly is the product.
_DOUBT = "likeness"


def to_html(
    result: SearchResult,
    *,
    picture: Callable[[Hit], str | None] | None = None,
    asked: Sequence[str] = (),
    page: bool = True,
) -> str:
    """Write a result as HTML that needs nothing else.

    Each hit shows its picture, price, minimum order and supplier, the requirements as
    ✓ met, ✗ violated or ? unknown with the evidence on hover, and its score as a bar
    whose parts are listed below with their sentences. All text is escaped; links are
    kept only if http or https.

    Args:
        result: An answer.
        picture: Hit → address of its picture (a data: URI, say), or None for no picture.
        asked: Addresses of the query's own pictures.
        page: Whether it is a whole document, or a part of one such as a notebook's cell.

    Returns:
        An HTML document, or one element with the style it needs.
    """
    top = max((hit.score for hit in result.hits), default=0.0)
    title = escape(result.query.text or result.parsed.text or "a query without words")
    needs = "".join(
        f"<li>{escape(requirement_words(r))}{'' if r.hard else ' (wish)'}</li>"
        for r in result.parsed.requirements
    )
    where = f"<div>where {escape(result.query.where)}</div>" if result.query.where else ""
    shown = "".join(filter(None, map(_image, asked)))
    shown = f"<div>{shown}</div>" if shown else ""
    addresses = [None if picture is None else picture(hit) for hit in result.hits]
    pictures = any(addresses)
    hits = "\n".join(
        _hit(hit, top, _picture(address) if pictures else "")
        for hit, address in zip(result.hits, addresses, strict=True)
    )
    nothing = "" if result.hits else "<p>Nothing was found that violates no requirement.</p>"
    doubts = "".join(
        f'<p class="doubt">{escape(note.text)}</p>' for note in result.notes if note.stage == _DOUBT
    )
    notes = "".join(
        f"<li>{escape(note.stage)}: {escape(note.text)}</li>"
        for note in result.notes
        if note.stage not in _INNER and note.stage != _DOUBT
    )
    body = f"""<div class="deepsearch">
<style>{_STYLE}</style>
<h1>{title}</h1>
<div class="asked">{shown}{where}Understood: {escape(result.parsed.product or "no product named")}
<ul class="needs">{needs}</ul></div>
{doubts}{nothing}
{hits}
<ul class="notes">{notes}</ul>
</div>"""
    if not page:
        return body
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body {{ max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }}</style>
</head>
<body>
{body}
</body>
</html>
"""


def _link(url: str | None, text: str) -> str:
    if url is None or urlsplit(url).scheme not in ("http", "https"):
        return escape(text)
    return f'<a href="{escape(url, quote=True)}" rel="noreferrer">{escape(text)}</a>'


def _image(address: str) -> str | None:
    if urlsplit(address).scheme not in ("data", "http", "https", "file"):
        return None
    return f'<img src="{escape(address, quote=True)}" alt="" loading="lazy">'


def _picture(address: str | None) -> str:
    shown = None if address is None else _image(address)
    return shown or '<div class="none">no picture</div>'


def _facts(hit: Hit) -> str:
    offer, supplier = hit.listing.offer, hit.listing.supplier
    parts = []
    if offer.price_min is not None and offer.price_max is not None:
        parts.append(money_text(offer.price_min, offer.price_max, offer.currency))
    if offer.min_order_quantity is not None:
        least = offer.min_order_quantity
        parts.append(f"from {number_text(least.value)} {unit_words(least.unit, least.value)}")
    if supplier is not None:
        parts.append(supplier.name or supplier.id)
        parts += [place for place in (supplier.city, supplier.country) if place]
    return escape(" · ".join(parts))


def _judged(judgement: Judgement) -> str:
    evidence = judgement.evidence
    told = [judgement.reason]
    if evidence is not None:
        told.append(f"{evidence.field}: {evidence.value}")
        if evidence.source:
            told.append(f"read from {evidence.source}")
        if evidence.grade is not None:
            told.append(f"evidence: {evidence.grade}")
        if evidence.stated_on is not None:
            told.append(f"of {evidence.stated_on.isoformat()}")
    status = judgement.status
    hover = escape("\n".join(part for part in told if part), quote=True)
    need = escape(requirement_words(judgement.requirement))
    return f'<li class="{status}" title="{hover}">{_SIGNS[status]} {need}</li>'


def _bar(parts: Sequence[Contribution], score: float, top: float) -> str:
    """The score as a share of the best one's, split into its gains."""
    gains = [part for part in parts if part.value > 0]
    gained = sum(part.value for part in gains)
    if top <= 0 or gained <= 0 or score <= 0:
        return '<div class="bar"></div>'
    width = 100.0 * min(1.0, score / top)
    pieces = "".join(
        f'<i style="width:{width * part.value / gained:.3f}%;'
        f'opacity:{max(0.45, 1 - 0.08 * i):.2f}" title="{escape(part.name, quote=True)}"></i>'
        for i, part in enumerate(gains)
    )
    return f'<div class="bar">{pieces}</div>'


def _hit(hit: Hit, top: float, picture: str) -> str:
    parts = hit.explanation.contributions
    needs = "".join(_judged(judgement) for judgement in hit.judgements)
    rows = "".join(
        f'<tr><td class="n{" minus" if part.value < 0 else ""}">{part.value:+.4f}</td>'
        f"<td>{escape(part.name)}</td><td>{escape(part.sentence)}</td></tr>"
        for part in parts
    )
    plain = "" if picture else ' class="plain"'
    return f"""<article{plain}>
{picture}
<div>
<h2>{hit.rank}. {_link(hit.listing.url, hit.listing.title)}</h2>
<div class="facts">{_facts(hit)}</div>
<ul class="needs">{needs}</ul>
{_bar(parts, hit.score, top)}
<details><summary>score {hit.score:.4f}: why</summary><table>{rows}</table></details>
</div>
</article>"""
