"""The command line: thin, over the public API.

Exit code 0 for an answer (even an empty one), 2 for a wrong request or one that needs an
extra that is not installed, 1 for a failure, 130 where it was interrupted.
Answers go to standard output, everything else to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepsearch import __version__
from deepsearch.cli.index import index
from deepsearch.cli.progress import show_progress
from deepsearch.cli.train import PROFILE_HELP, train_ranker
from deepsearch.cli.versions import rollback, vacuum, versions
from deepsearch.errors import (
    DeepSearchError,
    InvalidInputError,
    MissingExtraError,
    UnknownIdError,
)
from deepsearch.schema import ParsedQuery

if TYPE_CHECKING:
    from deepsearch.engine import SearchEngine, SearchOptions
    from deepsearch.protocols import Reranker

__all__ = ["app", "main"]

app = typer.Typer(
    name="deepsearch",
    help="Find, among product listings, the supplier who can make what a buyer needs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

# What typer makes of Ctrl-C, without a word.
_INTERRUPTED = 130

CatalogueArg = Annotated[Path, typer.Argument(metavar="DIR", help="The catalogue's folder.")]


def _version(value: bool) -> None:
    if value:
        typer.echo(f"deepsearch {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


app.command()(index)


@app.command()
def search(
    directory: CatalogueArg,
    text: Annotated[
        str | None, typer.Argument(metavar="TEXT", help="What is wanted, in the buyer's words.")
    ] = None,
    image: Annotated[list[Path] | None, typer.Option(help="A picture of it; repeatable.")] = None,
    video: Annotated[list[Path] | None, typer.Option(help="A video of it; repeatable.")] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(help="A spreadsheet, document or drawing; repeatable. One answer a row."),
    ] = None,
    unlike: Annotated[
        list[str] | None, typer.Option(help="Words for what it must not be like; repeatable.")
    ] = None,
    unlike_image: Annotated[
        list[Path] | None, typer.Option(help="A picture of what it must not be like; repeatable.")
    ] = None,
    text_weight: Annotated[float, typer.Option(help="Weight of the words.")] = 1.0,
    image_weight: Annotated[float, typer.Option(help="Weight of each picture.")] = 1.0,
    where: Annotated[
        str | None,
        typer.Option(help='Filter, e.g. "price <= 5 USD and supplier.years >= 3".'),
    ] = None,
    unknown: Annotated[
        str, typer.Option(help="keep or exclude listings that do not say what is required.")
    ] = "keep",
    drop: Annotated[
        list[str] | None, typer.Option(help="Field of a requirement to leave out; repeatable.")
    ] = None,
    wish: Annotated[
        list[str] | None, typer.Option(help="Field of a requirement to make a wish; repeatable.")
    ] = None,
    must: Annotated[
        list[str] | None, typer.Option(help="Field of a requirement that must hold; repeatable.")
    ] = None,
    parsed: Annotated[
        Path | None,
        typer.Option(help="Edited output of `parse --json` to use in place of what is read."),
    ] = None,
    profile: Annotated[str, typer.Option(help=PROFILE_HELP)] = "balanced",
    max_per_supplier: Annotated[
        int | None, typer.Option(help="At most so many hits of one supplier.")
    ] = None,
    k: Annotated[
        int | None, typer.Option("-k", help="Hits wanted (default 10; 100 with --run).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    explain: Annotated[bool, typer.Option(help="Show the parts of each score.")] = False,
    html: Annotated[Path | None, typer.Option(help="Also write a page with pictures.")] = None,
    rerank: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Second phase: a cross-encoder's folder or name, or what train-ranker wrote.",
        ),
    ] = None,
    rerank_depth: Annotated[int, typer.Option(help="Hits the second phase is given.")] = 50,
    rerank_ms: Annotated[
        float | None,
        typer.Option(help="Milliseconds it may take (default: 300 for a cross-encoder)."),
    ] = None,
    queries: Annotated[
        Path | None, typer.Option(help='Lines {"id","text"?,"image"?,"where"?}, one query each.')
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(help="Where to write qid, listing id, rank, score (with --queries)."),
    ] = None,
) -> None:
    """Search a catalogue by text, pictures, video, files, or a batch of queries."""
    from deepsearch.engine import SearchEngine, SearchOptions

    if (queries is None) != (run is None):
        raise InvalidInputError("--queries and --run belong together: give both, or neither.")
    if unknown not in ("keep", "exclude"):
        raise InvalidInputError(f"--unknown is '{unknown}'; give keep or exclude.")
    if text and not directory.exists() and Path(text).is_dir():
        raise InvalidInputError(
            f"There is no folder '{directory}', but '{text}' is one. The catalogue's folder comes "
            "first, then the words."
        )
    options = SearchOptions(
        k=k if k is not None else (100 if queries is not None else 10),
        unknown="keep" if unknown == "keep" else "exclude",
        edit=_edit(drop or (), wish or (), must or (), parsed),
        profile=profile,
        max_per_supplier=max_per_supplier,
        reranker=_second_phase(rerank, rerank_depth, rerank_ms),
        rerank_depth=rerank_depth,
        rerank_ms=rerank_ms,
    )
    engine = SearchEngine.open(directory)
    if queries is not None and run is not None:
        _run_batch(engine, queries, run, options)
        return
    from deepsearch.cli.output import print_results
    from deepsearch.cli.page import write_page
    from deepsearch.engine import build_queries

    asked = build_queries(
        text=text or (_read_parsed(parsed).text if parsed is not None else ""),
        images=image or (),
        videos=video or (),
        files=file or (),
        unlike=unlike or (),
        unlike_images=unlike_image or (),
        text_weight=text_weight,
        image_weight=image_weight,
        where=where,
    )
    with show_progress() as progress:
        results = engine.search_many(asked, options=options, progress=progress)
    # First: whoever reads but the beginning of what is printed has the page all the same.
    if html is not None:
        answers = [(result.query.id or "Answer", result) for result in results]
        write_page(engine, answers, html, title="deepsearch")
    print_results(results, as_json=as_json, explain=explain)


def _second_phase(model: str | None, depth: int, budget_ms: float | None) -> Reranker | None:
    if model is None:
        return None
    from deepsearch.ranking import RerankConfig, load_reranker

    config = RerankConfig(depth=depth)
    if budget_ms is not None:
        config = replace(config, budget_ms=budget_ms)
    return load_reranker(model, config=config)


def _edit(
    drop: Sequence[str], wish: Sequence[str], must: Sequence[str], given: Path | None
) -> Callable[[ParsedQuery], ParsedQuery] | None:
    """Make one change of what was understood out of the options, or None where none is asked."""
    if not (drop or wish or must or given):
        return None
    from deepsearch.understanding import harden, remove, soften

    replaced = None if given is None else _read_parsed(given)

    def edit(parsed: ParsedQuery) -> ParsedQuery:
        parsed = parsed if replaced is None else replaced
        for name in drop:
            parsed = remove(parsed, name)
        for name in wish:
            parsed = soften(parsed, name)
        for name in must:
            parsed = harden(parsed, name)
        return parsed

    return edit


def _read_parsed(path: Path) -> ParsedQuery:
    from deepsearch.understanding import from_json

    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise InvalidInputError(
            f"'{path}' cannot be read as a parsed query: {error} Make it with `parse --json`."
        ) from error


def _run_batch(engine: SearchEngine, queries: Path, run: Path, options: SearchOptions) -> None:
    from deepsearch.engine.batch import read_queries, write_run

    asked, notes = read_queries(queries)
    for note in notes:
        typer.echo(note, err=True)
    with show_progress() as progress:
        results = engine.search_many(asked, options=options, progress=progress)
    write_run(run, asked, results)
    typer.echo(f"{len(asked)} queries, {sum(len(r.hits) for r in results)} hits → {run}", err=True)


@app.command()
def parse(
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="The buyer's words.")] = None,
    file: Annotated[
        Path | None, typer.Option(help='Lines {"id","text"}; one JSON object a line comes back.')
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    implied: Annotated[bool, typer.Option(help="Also infer what the words imply.")] = True,
    answer: Annotated[
        list[str] | None,
        typer.Option(
            help="What the buyer said next, such as an answer: 500, or destination=Germany; "
            "repeatable."
        ),
    ] = None,
) -> None:
    """Show what requirements are read from a text."""
    from deepsearch.cli.output import print_parsed
    from deepsearch.engine.batch import parse_lines
    from deepsearch.understanding import RuleParser, to_json
    from deepsearch.understanding import answer as take_answer

    if (text is None) == (file is None):
        raise InvalidInputError("Give a text, or --file with lines of JSON; one of the two.")
    if file is not None and answer:
        raise InvalidInputError("--answer goes with one text, not with --file; leave one out.")
    parser = RuleParser(implied=implied)
    if file is not None:
        for row in parse_lines(file, parser):
            typer.echo(json.dumps(row, ensure_ascii=False))
        return
    parsed = parser.parse(text or "")
    for said in answer or ():
        name, equals, words = said.partition("=")
        open_now = equals and name in {question.field for question in parsed.questions}
        field = name if open_now else None
        parsed = take_answer(parsed, words if open_now else said, field=field, parser=parser)
    if as_json:
        typer.echo(json.dumps(to_json(parsed), ensure_ascii=False, indent=2))
    else:
        print_parsed(parsed)


@app.command()
def info(
    directory: CatalogueArg,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what a catalogue holds, and how much of each field is known."""
    from deepsearch.catalogue import Catalogue
    from deepsearch.cli.output import print_info
    from deepsearch.engine.settings import Settings

    encoder = Settings.load(directory).encoder
    print_info(Catalogue.open(directory).info(), encoder, as_json=as_json)


@app.command()
def remove(
    directory: CatalogueArg,
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="Listing ids.")],
) -> None:
    """Remove listings from a catalogue."""
    from deepsearch.catalogue import Catalogue

    catalogue = Catalogue.open(directory)
    with catalogue.turn():
        removed = catalogue.remove(ids)
    typer.echo(f"removed {removed}")


@app.command()
def check(
    directory: CatalogueArg,
    repair: Annotated[
        bool, typer.Option(help="Drop damaged vectors, encode them again, rebuild indexes.")
    ] = False,
) -> None:
    """Verify every part of a catalogue against its hashes; exit code 1 if something is wrong."""
    from deepsearch.catalogue import Catalogue
    from deepsearch.cli.output import print_problems
    from deepsearch.engine import SearchEngine

    problems = Catalogue.open(directory, verify=False).check(repair=repair)
    print_problems(problems)
    if repair:
        with show_progress() as progress:
            SearchEngine.open(directory).rebuild(progress=progress)
        problems = Catalogue.open(directory).check()
        typer.echo(f"after the repair: {len(problems)} problems", err=True)
    if problems:
        raise typer.Exit(1)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the catalogue and the page.")] = Path(
        "demo_output"
    ),
) -> None:
    """Index the bundled groceries and search them in every way; write a page of pictures."""
    from deepsearch.cli.demo import prepare_demo, show_demo

    with show_progress() as progress:
        engine = prepare_demo(out, progress=progress)
    show_demo(engine, out)


app.command("train-ranker")(train_ranker)
app.command()(versions)
app.command()(rollback)
app.command()(vacuum)


def main() -> None:
    """Run the command line; errors become one message and an exit code."""
    try:
        app(prog_name="deepsearch", standalone_mode=True)
    except (InvalidInputError, UnknownIdError, MissingExtraError) as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(2)
    except (DeepSearchError, OSError) as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            typer.echo("interrupted; what was committed is kept", err=True)
        raise


if __name__ == "__main__":
    main()
