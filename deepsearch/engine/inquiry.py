"""From what a buyer hands over to queries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.inputs import TableRow, read_file
from deepsearch.schema import Modality, Query, QueryPart

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
    parts += [part for path in videos for part in _video_parts(path, image_weight)]
    parts += [QueryPart(kind=Modality.TEXT, text=words, weight=-1.0) for words in unlike]
    parts += [_picture_part(path, -1.0) for path in unlike_images]
    rows: list[TableRow] = []
    for path in files:
        loaded = read_file(path)
        parts += loaded.parts
        rows += loaded.rows
    base = Query(text=text, text_weight=text_weight, parts=tuple(parts), where=where)
    if rows:
        return [_row_query(base, row) for row in rows]
    if not text.strip() and not any(part.weight > 0 for part in parts) and not where:
        raise InvalidInputError(
            "The query is empty. Give words, a picture, a video, a file, or a filter."
        )
    return [base]


def _picture_part(path: Path, weight: float) -> QueryPart:
    if not path.is_file():
        raise UnreadableFileError(f"There is no picture '{path}'. Give the path of an image file.")
    return QueryPart(
        kind=Modality.PICTURE, picture=path.read_bytes(), weight=weight, source=path.name
    )
