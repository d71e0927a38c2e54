"""`deepsearch demo`: every kind of search on the bundled groceries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from rich.console import Console

from deepsearch.cli.output import console, print_results
from deepsearch.cli.page import write_page
from deepsearch.demo import data_folder
from deepsearch.engine import Progress, SearchEngine, SearchOptions, build_queries
from deepsearch.errors import CatalogueError
from deepsearch.schema import Query, SearchResult

__all__ = ["prepare_demo", "show_demo"]


# Parts of a score smaller than this are left to --explain and the page.
SHOWN_FROM = 0.001
_ORIGIN = "Titles and pictures: Grocery Store Dataset (MIT). Offers and suppliers are invented."


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One search of the demo: what it shows, and the command that does the same."""

    title: str
    command: str
    queries: Sequence[Query]


def prepare_demo(out: Path, *, progress: Progress | None = None) -> SearchEngine:
    """Index the bundled groceries below a folder.

    Args:
        out: Folder for the catalogue and the page; made if it is not there.
        progress: Told how far indexing has come.

    Returns:
        The engine, ready to search.

    Raises:
        CatalogueError: If `out` is a file.
    """
    if out.exists() and not out.is_dir():
        raise CatalogueError(f"'{out}' is a file; name a folder for the demo's catalogue.")
    engine = SearchEngine.open_or_create(out / "catalogue")
    engine.index(data_folder() / "catalogue.jsonl", progress=progress)
    return engine


def show_demo(engine: SearchEngine, out: Path) -> None:
    """Run the demo's searches, print them, and write the page.

    Args:
        engine: From `prepare_demo`.
        out: Folder for the page.
    """
    screen: Console = console()
    options = SearchOptions(k=5)
    answered: list[tuple[str, SearchResult]] = []
    for scene in _scenes(out / "catalogue"):
        screen.rule(f"[bold]{scene.title}[/]", align="left")
        # Not wrapped: it can be copied and run.
        screen.print(f"$ {scene.command}", markup=False, style="cyan", soft_wrap=True)
        results = engine.search_many(scene.queries, options=options)
        print_results(results, as_json=False, explain=False)
        best = results[0].hits[0].explanation.contributions if results[0].hits else ()
        for part in (part for part in best if abs(part.value) >= SHOWN_FROM):
            screen.print(f"   {part.value:+.4f} {part.name}: {part.sentence}", markup=False)
        screen.print()
        answered += [(scene.title, result) for result in results]
    page = out / "demo.html"
    write_page(engine, answered, page, title="deepsearch demo", footer=_ORIGIN)
    screen.print(f"The answers with pictures: {page}", markup=False)
    screen.print(_ORIGIN, markup=False, style="dim")


def _scenes(folder: Path) -> list[Scene]:
    data = data_folder()
    photo = data / "photos" / "Granny-Smith.jpg"
    sheet = data / "enquiry.xlsx"
    catalogue = quote(str(folder))
    sentence = "lactose-free milk, MOQ not above 500, supplier with at least 3 years"
    where = "price <= 2 EUR and min_order_quantity <= 200 and supplier.verified"
    return [
        Scene(
            title="A sentence: its requirements are read and judged",
            command=f'deepsearch search {catalogue} "{sentence}"',
            queries=build_queries(text=sentence),
        ),
        Scene(
            title="A photo taken in a shop",
            command=f"deepsearch search {catalogue} --image {quote(str(photo))}",
            queries=build_queries(images=[photo]),
        ),
        Scene(
            title="The photo and words together",
            command=f'deepsearch search {catalogue} "red and sweet" --image {quote(str(photo))}',
            queries=build_queries(text="red and sweet", images=[photo]),
        ),
        Scene(
            title="A filter: exact, and a price that is not said never passes",
            command=f'deepsearch search {catalogue} "fruit juice" --where "{where}"',
            queries=build_queries(text="fruit juice", where=where),
        ),
        Scene(
            title="An enquiry sheet: each row a query, with the pictures in its cells",
            command=f"deepsearch search {catalogue} --file {quote(str(sheet))}",
            queries=build_queries(files=[sheet]),
        ),
    ]
