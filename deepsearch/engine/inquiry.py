"""From what a buyer hands over to queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.inputs import TableRow, read_file, row_query
from deepsearch.schema import Modality, Query, QueryPart
from deepsearch.understanding import parse_row

__all__ = ["build_queries"]


def build_queries(
    *,
    text: str = "",
    images: Sequence[Path] = (),
    videos: Sequence[Path] = (),
    files: Sequence[Path] = (),
    unlike: Sequence[str] = (),
    unlike_images: Sequence[Path] = (),
    text_weight: float = 1.0,
    image_weight: float = 1.0,
    where: str | None = None,
) -> list[Query]:
    """Make queries of words, pictures, videos and files.

    Everything belongs to one query, but a spreadsheet of several items makes one query
    a row, each with the words, pictures and filter given beside it.

    Args:
        text: The request in words.
        images: Pictures of what is wanted.
        videos: Videos of it; their distinct frames are used.
        files: Spreadsheets, documents, drawings, pictures or videos, told apart by content.
        unlike: Words for what it must not be like.
        unlike_images: Pictures of what it must not be like.
        text_weight: Weight of `text`, above 0.
        image_weight: Weight of each picture and of each video, above 0.
        where: Filter expression.

    Returns:
        At least one query.

    Raises:
        InvalidInputError: If nothing was given, or a weight is not above 0.
        UnreadableFileError: If a file cannot be read.
    """
    for name, weight in (("text", text_weight), ("image", image_weight)):
        if not 0 < weight < float("inf"):
            raise InvalidInputError(
                f"The {name} weight is {weight}; expected a number above 0. "
                "Name what is not wanted as unlike instead."
            )
    parts = [_picture_part(path, image_weight) for path in images]
    loaded = [read_file(path) for path in files]
    for path in videos:
        video = read_file(path)
        if video.family != "video":
            raise UnreadableFileError(
                f"'{path}' is a {video.family} ({video.kind}); expected a video. "
                "Give it as a file or an image instead."
            )
        parts += [replace(part, weight=part.weight * image_weight) for part in video.parts]
    parts += [part for file in loaded for part in file.parts]
    parts += [QueryPart(kind=Modality.TEXT, text=words, weight=-1.0) for words in unlike]
    parts += [_picture_part(path, -1.0) for path in unlike_images]
    rows = [row for file in loaded for row in file.rows]
    if rows:
        return [
            replace(
                _row_query(row, text=text, where=where, parts=tuple(parts)),
                text_weight=text_weight,
            )
            for row in rows
        ]
    query = Query(text=text, text_weight=text_weight, parts=tuple(parts), where=where)
    if not text.strip() and not any(part.weight > 0 for part in parts) and not where:
        raise InvalidInputError(
            "The query is empty. Give words, a picture, a video, a file, or a filter."
        )
    return [query]


def _row_query(
    row: TableRow, *, text: str, where: str | None, parts: tuple[QueryPart, ...]
) -> Query:
    """Make a row's query; what its headers and cells require goes with it."""
    query = row_query(row, text=text, where=where, parts=parts)
    cells = {
        name: value if isinstance(value, str) else f"{value:g}"
        for name, value in row.cells.items()
        if value is not None
    }
    parsed = parse_row(cells, source=row.source)
    return replace(query, requirements=parsed.requirements)


def _picture_part(path: Path, weight: float) -> QueryPart:
    if not path.is_file():
        raise UnreadableFileError(f"There is no picture '{path}'. Give the path of an image file.")
    return QueryPart(
        kind=Modality.PICTURE, picture=path.read_bytes(), weight=weight, source=path.name
    )
