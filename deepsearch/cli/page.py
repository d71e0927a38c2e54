"""Several answers on one page: each query beside the pictures of its hits."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from deepsearch.cli.output import order_text, price_text, supplier_text
from deepsearch.errors import UnreadableFileError
from deepsearch.inputs import load_picture
from deepsearch.schema import Hit, SearchResult, Status

if TYPE_CHECKING:
    from deepsearch.engine import SearchEngine

__all__ = ["picture_address", "write_page"]

THUMBNAIL = 220
_SIGNS = {Status.MET: "✓", Status.VIOLATED: "✗", Status.UNKNOWN: "?"}
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --bar: #3b76c4; --met: #17803d;
  --violated: #c02626; --unknown: #8a6d00; }
body { font: 15px/1.4 system-ui, sans-serif; max-width: 82rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
section { display: grid; grid-template-columns: 13rem 1fr; gap: 1.2rem; padding: .9rem 0;
  border-top: 1px solid var(--line); }
.query { font-weight: 600; } .query small { display: block; font-weight: 400; color: GrayText; }
.hits { display: grid; grid-template-columns: repeat(5, 1fr); gap: .9rem; }
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
@media (max-width: 50rem) { section { grid-template-columns: 1fr; }
  .hits { grid-template-columns: repeat(2, 1fr); } }
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
    blocks = []
    heading = None
    for above, result in answers:
        if above != heading:
            blocks.append(f"<h2>{escape(above)}</h2>")
            heading = above
        blocks.append(_answer(engine, result))
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><h1>{escape(title)}</h1>
{"".join(blocks)}
<footer>{escape(footer)}</footer></body></html>
"""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def _answer(engine: SearchEngine, result: SearchResult) -> str:
    query = result.query
    pictures = "".join(
        f'<img src="{_thumbnail(part.picture)}" alt="{escape(part.source or "", quote=True)}">'
        for part in query.parts
        if part.picture is not None and part.weight > 0
    )
    words = escape(query.text) or "<i>a picture</i>"
    small = f"<small>where {escape(query.where)}</small>" if query.where else ""
    small += f"<small>{escape(query.id)}</small>" if query.id else ""
    top = max((hit.score for hit in result.hits), default=0.0)
    hits = "".join(_hit(engine, hit, top) for hit in result.hits) or "no hits"
    return (
        f'<section><div class="query">{words}{small}{pictures}</div>'
        f'<div class="hits">{hits}</div></section>'
    )


def _hit(engine: SearchEngine, hit: Hit, top: float) -> str:
    address = picture_address(engine, hit)
    picture = f'<img src="{address}" alt="">' if address else '<div class="none">no picture</div>'
    needs = "".join(
        f'<span class="{judgement.status}" title="{escape(judgement.reason, quote=True)}">'
        f"{_SIGNS[judgement.status]} {escape(judgement.requirement.field)}</span>"
        for judgement in hit.judgements
        if judgement.requirement.implied_by is None
    )
    why = "\n".join(
        f"{part.value:+.3f} {part.name}: {part.sentence}" for part in hit.explanation.contributions
    )
    width = 100 * hit.score / top if top > 0 else 0
    listing = hit.listing
    return (
        f'<figure title="{escape(why, quote=True)}">{picture}<figcaption>'
        f"<b>{hit.rank}. {escape(listing.title)}</b>"
        f'<div class="bar"><i style="width:{width:.1f}%"></i></div>'
        f"<span>{escape(price_text(listing))} · from {escape(order_text(listing))}</span>"
        f"<span>{escape(supplier_text(listing))}</span>{needs}</figcaption></figure>"
    )


def picture_address(engine: SearchEngine, hit: Hit) -> str | None:
    """Return a hit's picture as a data: URI: the one that matched, else its first.

    Args:
        engine: What was searched.
        hit: The hit.

    Returns:
        The address, or None where the listing has no readable picture on this machine.
    """
    media = [medium for medium in hit.listing.media if medium.kind == "picture"]
    if hit.media is not None:
        media.sort(key=lambda medium: medium.uri != hit.media.uri)  # type: ignore[union-attr]
    for medium in media:
        path = engine.catalogue.media_path(medium, source=hit.listing.source)
        if path is not None:
            try:
                return _thumbnail(path)
            except UnreadableFileError:
                continue
    return None


def _thumbnail(source: Path | bytes) -> str:
    picture = load_picture(source, min_side=THUMBNAIL)
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    buffer = io.BytesIO()
    picture.save(buffer, format="JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
