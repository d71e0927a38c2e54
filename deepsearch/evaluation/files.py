"""Judgements and runs as tab-separated files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.evaluation.measures import Qrels, QueryId
from deepsearch.schema import ListingId

__all__ = ["read_qrels", "read_run", "write_qrels", "write_run"]

Path_: TypeAlias = str | os.PathLike[str]


def read_qrels(path: Path_) -> dict[QueryId, dict[ListingId, int]]:
    """Read judgements: lines of query, document, grade, tab-separated.

    Args:
        path: UTF-8 file.

    Returns:
        Query → document → grade.

    Raises:
        UnreadableFileError: If a line is not of that form, or judges a document twice.
    """
    qrels: dict[QueryId, dict[ListingId, int]] = {}
    for number, (query, document, grade) in _lines(path, columns=3):
        grades = qrels.setdefault(query, {})
        if document in grades:
            raise UnreadableFileError(
                f"{path}, line {number}: '{document}' is judged twice for query '{query}'."
            )
        grades[document] = int(_number(path, number, "grade", grade))
    return qrels


def write_qrels(path: Path_, qrels: Qrels) -> None:
    """Write judgements as `read_qrels` reads them.

    Args:
        path: File to write.
        qrels: Query → document → grade.

    Raises:
        InvalidInputError: If an id holds a tab or a line break.
    """
    lines = (
        (query, document, str(grade))
        for query, grades in qrels.items()
        for document, grade in grades.items()
    )
    _write(path, lines)


def read_run(path: Path_) -> dict[QueryId, list[ListingId]]:
    """Read a run: lines of query, document, rank, score, tab-separated; the rank orders.

    Args:
        path: UTF-8 file; further columns are ignored.

    Returns:
        Query → documents, best first.

    Raises:
        UnreadableFileError: If a line is not of that form, or a query repeats a document or
            a rank.
    """
    ranked: dict[QueryId, list[tuple[float, ListingId]]] = {}
    for number, (query, document, rank) in _lines(path, columns=3):
        ranked.setdefault(query, []).append((_number(path, number, "rank", rank), document))
    run = {}
    for query, pairs in ranked.items():
        for what, column in (("rank", 0), ("document", 1)):
            if len({pair[column] for pair in pairs}) < len(pairs):
                raise UnreadableFileError(f"{path}: query '{query}' holds a {what} twice.")
        run[query] = [document for _, document in sorted(pairs)]
    return run


def write_run(
    path: Path_, run: Mapping[QueryId, Sequence[ListingId | tuple[ListingId, float]]]
) -> None:
    """Write a run as `read_run` reads it.

    Args:
        path: File to write.
        run: Query → documents, or (document, score) pairs, best first. Without scores
            1 / rank stands there.

    Raises:
        InvalidInputError: If an id holds a tab or a line break.
    """

    def lines() -> Iterator[tuple[str, ...]]:
        for query, documents in run.items():
            for rank, entry in enumerate(documents, start=1):
                if isinstance(entry, str):
                    yield query, entry, str(rank), f"{1 / rank:.9g}"
                else:
                    yield query, entry[0], str(rank), f"{entry[1]:.9g}"

    _write(path, lines())


def _lines(path: Path_, *, columns: int) -> Iterator[tuple[int, list[str]]]:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(f"{path} cannot be read: {error}.") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        cells = line.rstrip("\r").split("\t")
        if len(cells) < columns:
            raise UnreadableFileError(
                f"{path}, line {number}: expected {columns} or more columns separated by tabs, "
                f"got {len(cells)}."
            )
        yield number, cells[:columns]


def _number(path: Path_, line: int, what: str, text: str) -> float:
    try:
        return int(text)
    except ValueError as error:
        raise UnreadableFileError(
            f"{path}, line {line}: the {what} must be a whole number, got '{text}'."
        ) from error


def _write(path: Path_, lines: Iterable[tuple[str, ...]]) -> None:
    rows = []
    for cells in lines:
        if any(set("\t\r\n") & set(cell) for cell in cells):
            raise InvalidInputError(f"An id holds a tab or a line break: {cells}.")
        rows.append("\t".join(cells) + "\n")
    Path(path).write_text("".join(rows), encoding="utf-8")
