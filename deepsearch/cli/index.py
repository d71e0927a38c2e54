"""The command `index`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepsearch.cli.progress import show_progress
from deepsearch.errors import DeepSearchError, InvalidInputError

if TYPE_CHECKING:
    from deepsearch.catalogue import ColumnMapping
    from deepsearch.engine import SearchEngine

__all__ = ["index"]


def index(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE", help="Tables of listings: jsonl, csv, xlsx or parquet files."
        ),
    ],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The catalogue's folder.")],
    images: Annotated[
        Path | None,
        typer.Option(help="Folder of the listings' pictures (default: the source's own folder)."),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="Column mapping to use in place of the detected one.")
    ] = None,
    save_mapping: Annotated[
        Path | None,
        typer.Option(help="Write the mapping used to a file, to edit and give back as --mapping."),
    ] = None,
    encoder: Annotated[
        str | None,
        typer.Option(
            help=(
                "Encoders of a new catalogue: mini (default), multilingual, either with +ocr, "
                "clip:FOLDER, text:FOLDER, onnx:FOLDER or openclip:ARCHITECTURE@WEIGHTS."
            )
        ),
    ] = None,
) -> None:
    """Read listings into a catalogue, encode what changed, and index it."""
    from deepsearch.cli.output import print_index_report
    from deepsearch.engine.sources import check_source

    if save_mapping is not None:
        _check_mapping_file(save_mapping, sources)
    if images is not None and not images.is_dir():
        raise InvalidInputError(f"--images: there is no folder '{images}'.")
    # All of them before any: a wrong one is told before the others were read for minutes.
    for source in sources:
        check_source(source)
    with _catalogue(to, encoder) as engine:
        for source in sources:
            with show_progress() as progress:
                report = engine.index(source, mapping=mapping, images=images, progress=progress)
            if save_mapping is not None:
                _save(report.ingest.mapping, source, save_mapping)
            print_index_report(report)


@contextlib.contextmanager
def _catalogue(folder: Path, encoder: str | None) -> Iterator[SearchEngine]:
    """Open or create a catalogue; one made here in vain is not left behind."""
    from deepsearch.engine import SearchEngine

    if folder.exists() and not folder.is_dir():
        raise InvalidInputError(f"--to: '{folder}' is a file; name a folder for the catalogue.")
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    new = bool(missing) or not any(folder.iterdir())
    engine = SearchEngine.open_or_create(folder, encoder=encoder)
    try:
        yield engine
    except BaseException:
        # The failure is what the user must read, whatever becomes of the empty folder.
        with contextlib.suppress(DeepSearchError, OSError):
            if new and engine.catalogue.withdraw():
                for path in missing:
                    path.rmdir()
        raise


def _check_mapping_file(path: Path, sources: list[Path]) -> None:
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise InvalidInputError(
            f"--save-mapping: cannot write '{path}'. Give a file in a folder that exists."
        )
    if len(sources) > 1:
        raise InvalidInputError(
            "--save-mapping keeps the mapping of one source; index the sources one by one."
        )


def _save(mapping: ColumnMapping | None, source: Path, path: Path) -> None:
    if mapping is None:
        raise InvalidInputError(
            f"'{source}' holds records in the catalogue's own form; it has no mapping."
        )
    mapping.save(path)
