"""The commands that list a catalogue's versions, bring one back, and free what is not needed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["rollback", "vacuum", "versions"]

_Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The catalogue's folder.")]


def versions(
    directory: _Folder,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the versions kept: what made each, when, and how much it changed."""
    from deepsearch.catalogue import Catalogue

    kept = Catalogue.open(directory).versions()
    if as_json:
        typer.echo(json.dumps([asdict(item) for item in kept], ensure_ascii=False, indent=2))
        return
    for item in kept:
        counts = ", ".join(f"{count} {what}" for what, count in item.summary.items())
        typer.echo(f"{item.version:>5}  {item.created}  {item.operation:<12}  {counts}")


def rollback(
    directory: _Folder,
    version: Annotated[int, typer.Argument(metavar="VERSION", help="As listed by `versions`.")],
) -> None:
    """Make an earlier version's listings current again, as a new version."""
    from deepsearch.catalogue import Catalogue

    catalogue = Catalogue.open(directory)
    with catalogue.turn():
        catalogue.rollback(version)
    typer.echo(
        f"version {catalogue.version} has the {len(catalogue)} listings of version {version}"
    )


def vacuum(
    directory: _Folder,
    keep: Annotated[int, typer.Option(help="Versions that stay, the newest included.")] = 1,
) -> None:
    """Merge small files, and delete what only older versions refer to."""
    from deepsearch.catalogue import Catalogue

    catalogue = Catalogue.open(directory)
    with catalogue.turn():
        freed = catalogue.vacuum(keep=keep)
    typer.echo(f"{freed['versions']} versions forgotten, {freed['bytes'] / 1e6:.1f} MB freed")
