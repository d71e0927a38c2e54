"""`load_query`: everything a buyer hands over to one query, or to one query an item."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

from deepsearch.errors import InvalidInputError
from deepsearch.inputs.files import read_file
from deepsearch.inputs.limits import InputLimits
from deepsearch.inputs.records import LoadedFile, TableRow
from deepsearch.inputs.source import FileLike
from deepsearch.schema import Modality, Query, QueryPart

__all__ = ["load_query", "row_query"]

logger = logging.getLogger(__name__)


def load_query(
    files: FileLike | Sequence[FileLike],
    text: str = "",
    where: str | None = None,
    *,
    limits: InputLimits | None = None,
    max_frames: int = 16,
) -> Query | list[Query]:
    """Turn files and words into what is searched for.

    Texts and pictures of documents, pictures, videos and drawings become parts of one
    query. Where the files hold item rows, each row becomes a query of its own, and the
    other files' parts are shared by all of them.

    Args:
        files: Path or contents, or several of them.
        text: The buyer's words; requirements are read from them.
        where: Filter expression for every query.
        limits: Bounds of every kind of input.
        max_frames: Frames taken of a video at most.

    Returns:
        One query; a list of them, in row order, where the files hold two items or more.

    Raises:
        InvalidInputError: If no file is given.
        UnreadableFileError: If a file cannot be read; see `read_file`.
        MissingExtraError: If a file's kind needs an optional dependency.
    """
    several = [files] if isinstance(files, (str, bytes, os.PathLike)) else files
    if not several:
        raise InvalidInputError("load_query got no file; expected at least one path.")
    loaded = [read_file(file, limits=limits, max_frames=max_frames) for file in several]
    for file in loaded:
        for note in file.notes:
            logger.info("%s", note)
    return queries_of(loaded, text=text, where=where)


def queries_of(
    loaded: Sequence[LoadedFile], *, text: str = "", where: str | None = None
) -> Query | list[Query]:
    """Turn loaded files into queries; see `load_query`."""
    parts = tuple(part for file in loaded for part in file.parts)
    rows = [row for file in loaded for row in file.rows]
    if not rows:
        return Query(text=text, parts=parts, where=where)
    queries = [row_query(row, text=text, where=where, parts=parts) for row in rows]
    return queries[0] if len(queries) == 1 else queries


def row_query(
    row: TableRow, *, text: str = "", where: str | None = None, parts: tuple[QueryPart, ...] = ()
) -> Query:
    """Make the query of one item row.

    Args:
        row: The row.
        text: Words that hold for all rows, put before the row's own.
        where: Filter expression.
        parts: Parts shared by all rows.

    Returns:
        A query whose text is the row's, whose parts are the pictures in its cells and
        the shared ones, and whose id is where the row stands.
    """
    pictures = tuple(
        QueryPart(
            kind=Modality.PICTURE, picture=picture, source=row.source,
            weight=1.0 / len(row.pictures),
        )
        for picture in row.pictures
    )  # fmt: skip
    words = "\n".join(filter(None, (text, row.text)))
    return Query(text=words, parts=(*pictures, *parts), where=where, id=row.source)
