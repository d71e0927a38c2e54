"""Checking a catalogue, repairing what can be derived, freeing what nothing refers to."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from deepsearch.catalogue.columns import LISTING_SCHEMA, conform, content_hashes, text_hashes
from deepsearch.catalogue.failures import reading
from deepsearch.catalogue.manifest import Manifest, TableRef, list_versions, read_manifest
from deepsearch.catalogue.tables import clean_up, compact, delete_where, open_table
from deepsearch.catalogue.vectors import space_of
from deepsearch.errors import CatalogueError

__all__ = ["Problem", "check_manifest", "compacted", "drop_bad_vectors", "vacuum"]

_SCAN = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong with a catalogue.

    Attributes:
        table: Where.
        text: What, and what to do.
        repairable: Whether it concerns only what can be derived again, so that a check
            with repair puts it right.
    """

    table: str
    text: str
    repairable: bool = False


def _check_listings(path: Path, ref: TableRef) -> list[Problem]:
    name = "listings"
    dataset = open_table(path, ref)
    seen: set[str] = set()
    last_key = -1
    rows = stale = repeated = disordered = 0
    for batch in dataset.to_batches(batch_size=_SCAN):
        table = conform(pa.Table.from_batches([batch]), LISTING_SCHEMA)
        rows += len(table)
        keys = table["key"].to_numpy()
        ordered = np.concatenate([[last_key], keys])
        disordered += int((np.diff(ordered) <= 0).sum())
        last_key = int(keys[-1]) if len(keys) else last_key
        ids = table["id"].to_pylist()
        repeated += len(ids) - len(set(ids) - seen)
        seen.update(ids)
        same = pc.and_(
            pc.equal(content_hashes(table), table["content_hash"].combine_chunks()),
            pc.equal(text_hashes(table), table["text_hash"].combine_chunks()),
        )
        stale += len(table) - (pc.sum(same).as_py() or 0)
    found = {
        f"{rows} rows, the manifest says {ref.rows}": rows != ref.rows,
        f"{repeated} ids stand twice": repeated > 0,
        f"{disordered} keys are out of order": disordered > 0,
        f"{stale} rows differ from the hash they were stored under": stale > 0,
    }
    todo = "roll back to an earlier version, or index the sources again"
    return [Problem(table=name, text=f"{what}; {todo}") for what, wrong in found.items() if wrong]


def _bad_vectors(path: Path, ref: TableRef) -> list[str]:
    """List the hashes whose vectors cannot be used."""
    space, _ = space_of(ref.meta)
    bad: list[str] = []
    for batch in open_table(path, ref).to_batches(batch_size=_SCAN):
        flat = batch["vector"].flatten().to_numpy(zero_copy_only=False).reshape(-1, space.dim)
        wrong = ~np.isfinite(flat).all(axis=1)
        if space.metric == "cosine":
            wrong |= np.abs(np.linalg.norm(flat, axis=1) - 1) > 0.05
        bad += [batch["hash"][i].as_py() for i in np.flatnonzero(wrong).tolist()]
    return bad


def check_manifest(path: Path, manifest: Manifest) -> tuple[list[Problem], dict[str, list[str]]]:
    """Read everything a catalogue version refers to.

    Args:
        path: The catalogue folder.
        manifest: The version.

    Returns:
        What is wrong, and the vectors to drop, by table.
    """
    problems: list[Problem] = []
    droppable: dict[str, list[str]] = {}
    for name, ref in manifest.tables.items():
        try:
            with reading(path, ref.folder):
                if name == "listings":
                    problems += _check_listings(path, ref)
                elif name.startswith("vectors_"):
                    bad = _bad_vectors(path, ref)
                    if bad:
                        droppable[name] = bad
                        text = f"{len(bad)} vectors are not finite or not of unit length"
                        problems.append(Problem(table=name, text=text, repairable=True))
                else:
                    open_table(path, ref).to_table()
        except CatalogueError as error:
            if name.startswith("vectors_"):
                droppable[name] = []
                problems.append(Problem(table=name, text=str(error), repairable=True))
                continue
            problems.append(Problem(table=name, text=str(error)))
    return problems, droppable


def drop_bad_vectors(
    path: Path, manifest: Manifest, droppable: Mapping[str, Sequence[str]]
) -> Manifest:
    """Drop vectors that cannot be used; their contents are pending again then.

    Args:
        path: The catalogue folder.
        manifest: The version to start from.
        droppable: Vector table → hashes to drop; none of them: the whole table.

    Returns:
        The manifest without them.
    """
    tables = dict(manifest.tables)
    for name, hashes in droppable.items():
        if hashes:
            quoted = ",".join("'" + h.replace("'", "''") + "'" for h in hashes)
            tables[name] = delete_where(path, tables[name], f"hash IN ({quoted})")
        else:
            del tables[name]
    return replace(manifest, tables=tables)


def compacted(path: Path, manifest: Manifest) -> Manifest:
    """Merge the small files of every table.

    Args:
        path: The catalogue folder.
        manifest: The version to start from.

    Returns:
        The manifest after it.
    """
    return replace(
        manifest, tables={name: compact(path, ref) for name, ref in manifest.tables.items()}
    )


def vacuum(path: Path, keep: int) -> dict[str, Any]:
    """Forget old versions and delete the files only they refer to.

    The caller holds the write lock. A reader that still shows a forgotten version loses
    its files.

    Args:
        path: The catalogue folder.
        keep: How many of the newest versions stay.

    Returns:
        Versions forgotten, bytes freed.
    """
    versions = list_versions(path)
    kept = [read_manifest(path, version) for version in versions[-keep:]]
    for version in versions[:-keep]:
        (path / "versions" / f"{version:08d}.json").unlink()
    used: dict[str, set[int]] = {}
    newest: dict[str, TableRef] = {}
    for manifest in kept:
        for ref in manifest.tables.values():
            used.setdefault(ref.folder, set()).add(ref.version)
            newest[ref.folder] = ref
    freed = 0
    for folder in (path / "tables").iterdir():
        if folder.name not in used:
            freed += sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
            shutil.rmtree(folder)
        else:
            freed += clean_up(path, newest[folder.name], used[folder.name])
    shown = f"-{kept[-1].tables['listings'].version}.arrow"
    leftovers = [*(path / "versions").glob(".*.tmp")]
    leftovers += [file for file in (path / "derived").glob("*") if not file.name.endswith(shown)]
    for leftover in leftovers:
        with suppress(OSError):
            leftover.unlink()
    return {"versions": len(versions) - len(kept), "bytes": freed}
