"""The command `train-ranker`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepsearch.cli.progress import show_progress
from deepsearch.errors import InvalidInputError
from deepsearch.evaluation import read_qrels

if TYPE_CHECKING:
    from deepsearch.engine.training import CrossValidation, TrainedRanker

__all__ = ["PROFILE_HELP", "train_ranker"]

PROFILE_HELP = (
    "What matters beside relevance: balanced, lowest risk, fastest, cheapest, small trial order or "
    "custom product."
)


def train_ranker(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The catalogue's folder.")],
    queries: Annotated[
        Path,
        typer.Option(metavar="FILE.jsonl", help='Lines {"id","text"?,"image"?,"where"?}.'),
    ],
    qrels: Annotated[
        Path,
        typer.Option(metavar="FILE.tsv", help="Lines of query id, listing id, grade, by tabs."),
    ],
    to: Annotated[Path, typer.Option(metavar="MODEL", help="File to write the ranker to.")],
    depth: Annotated[
        int, typer.Option(help="Hits of a query to learn from; use it with as many.")
    ] = 50,
    profile: Annotated[str, typer.Option(help=PROFILE_HELP)] = "balanced",
    clicks: Annotated[
        bool, typer.Option("--clicks", help="Grades are 1 clicked, 0 shown and passed over.")
    ] = False,
    folds: Annotated[int, typer.Option(help="Parts of the queries for cross-validation.")] = 5,
    seed: Annotated[int, typer.Option(help="Same data, same seed: same model.")] = 0,
) -> None:
    """Learn from judged queries how to reorder hits, and measure it on queries held out."""
    from deepsearch.engine import SearchEngine, SearchOptions
    from deepsearch.engine.batch import read_queries
    from deepsearch.engine.training import train_on_judgements
    from deepsearch.ranking import LearnConfig

    if to.is_dir() or not to.absolute().parent.is_dir():
        raise InvalidInputError(f"Cannot write '{to}'. Give a file in a folder that exists.")
    asked, notes = read_queries(queries)
    if not qrels.is_file():
        raise InvalidInputError(f"There is no file '{qrels}'. Give judgements, a line each.")
    grades = read_qrels(qrels)
    unknown = len(grades.keys() - {query.id for query in asked})
    if unknown:
        notes.append(f"{qrels.name}: not used: {unknown} queries that {queries.name} lacks")
    for note in notes:
        typer.echo(note, err=True)
    with show_progress() as progress:
        trained = train_on_judgements(
            SearchEngine.open(directory),
            asked,
            grades,
            options=SearchOptions(rerank_depth=depth, profile=profile),
            folds=folds,
            clicks=clicks,
            config=LearnConfig(seed=seed),
            progress=progress,
        )
    trained.ranker.save(to)
    _print_report(trained)
    typer.echo(f"→ {to}", err=True)


def _print_report(trained: TrainedRanker) -> None:
    typer.echo(
        f"{trained.queries} queries, {trained.teaching} with hits of different grades; "
        f"{trained.judged} of {trained.hits} hits are judged"
    )
    if trained.validation is None:
        typer.echo("Not measured: cross-validation needs two queries with different grades.")
        return
    _print_validation(trained.validation)


def _print_validation(measured: CrossValidation) -> None:
    gain = measured.difference
    typer.echo(
        f"nDCG@10 over {measured.queries} queries, each ranked by a model of the other folds' "
        f"({measured.folds} folds):"
    )
    typer.echo(f"  untrained  {measured.untrained:.4f}")
    typer.echo(f"  trained    {measured.trained:.4f}")
    typer.echo(f"  difference {gain.mean:+.4f}, 95 % interval {gain.low:+.4f} to {gain.high:+.4f}")
    typer.echo(
        f"Judged among the first ten: untrained {measured.judged_untrained:.0%}, "
        f"trained {measured.judged_trained:.0%}; what nobody judged counts as irrelevant."
    )
    if gain.mean <= 0:
        typer.echo("The trained order is no better: keep the untrained, or judge more queries.")
    elif gain.low <= 0:
        typer.echo("The gain may be chance: judge more queries to be sure.")
