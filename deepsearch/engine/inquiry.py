"""From what a buyer hands over to queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from deepsearch.engine.asking import picture_part
from deepsearch.engine.attached import read_files, read_item, with_words, words_to_search
from deepsearch.engine.checks import Picture, checked_images, one_by_one
from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.inputs import LoadedFile, TableRow, read_file
from deepsearch.protocols import RequirementParser
from deepsearch.schema import Modality, Query, QueryPart
from deepsearch.understanding import RuleParser

__all__ = ["build_queries", "load_query"]

GivenFile: TypeAlias = str | Path | bytes | LoadedFile


def load_query(
    files: GivenFile | Sequence[GivenFile],
    text: str = "",
    where: str | None = None,
) -> Query | list[Query]:
    """Turn what a buyer hands over into what is searched for; see `build_queries`.

    Args:
        files: Path or contents of a file, folder or archive, or what `read_file` made of
            one, or several.
        text: The buyer's words beside them.
        where: Filter expression.

    Returns:
        One query; a list of them, in row order, where the files hold two items or more.

    Raises:
        InvalidInputError: If no file is given.
        UnreadableFileError: If a file cannot be read.
        MissingExtraError: If a file's kind needs an optional dependency.

    Example:
        >>> engine.search_many(ds.load_query("enquiry.xlsx"))  # doctest: +SKIP
    """
    if isinstance(files, str | Path | bytes | LoadedFile):
        files = [files]
    several = [*one_by_one(files, "files")]
    if not several:
        raise InvalidInputError("load_query got no file; expected at least one path.")
    queries = build_queries(files=several, text=text, where=where)
    return queries[0] if len(queries) == 1 else queries


def build_queries(
    *,
    text: str = "",
    images: Sequence[Picture] = (),
    videos: Sequence[str | Path] = (),
    files: Sequence[GivenFile] = (),
    unlike: Sequence[str] = (),
    unlike_images: Sequence[Picture] = (),
    text_weight: float = 1.0,
    image_weight: float = 1.0,
    where: str | None = None,
    parser: RequirementParser | None = None,
) -> list[Query]:
    """Make queries of words, pictures, videos and files.

    Everything belongs to one query, but a spreadsheet of several items makes one query
    a row, each with the words, pictures and filter given beside it. What documents and
    drawings require goes with the query, each requirement with its page or clause.

    Args:
        text: The request in words.
        images: Pictures of what is wanted, as paths, encoded bytes or Pillow images.
        videos: Videos of it; their distinct frames are used.
        files: Spreadsheets, documents, drawings, pictures or videos, as paths or contents,
            told apart by content; or as `read_file` read them, which takes the name that
            contents are to be called by, and limits.
        unlike: Words for what it must not be like.
        unlike_images: Pictures of what it must not be like.
        text_weight: Weight of `text`, above 0.
        image_weight: Weight of each picture and of each video, above 0.
        where: Filter expression.
        parser: Reads the words that are given beside files; None: by rules.

    Returns:
        At least one query.

    Raises:
        InvalidInputError: If nothing was given, a weight is not above 0, or one file stands
            where a list of them is expected.
        UnreadableFileError: If a file cannot be read.
    """
    for name, given in (
        ("videos", videos),
        ("files", files),
        ("unlike", unlike),
    ):
        one_by_one(given, name)
    for name, pictures in (("images", images), ("unlike_images", unlike_images)):
        checked_images(pictures, name)
    for name, weight in (("text", text_weight), ("image", image_weight)):
        if not 0 < weight < float("inf"):
            raise InvalidInputError(
                f"The {name} weight is {weight}; expected a number above 0. "
                "Name what is not wanted as unlike instead."
            )
    parts = [replace(picture_part(image), weight=image_weight) for image in images]
    loaded = [file if isinstance(file, LoadedFile) else read_file(file) for file in files]
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
    parts += [replace(picture_part(image), weight=-1.0) for image in unlike_images]
    query = Query(text=text, text_weight=text_weight, parts=tuple(parts), where=where)
    parser = parser or RuleParser()
    rows = [row for file in loaded for row in file.rows]
    if rows:
        return [_row_query(row, query, parser) for row in rows]
    if not text.strip() and not any(part.weight > 0 for part in parts) and not where:
        raise InvalidInputError(
            "The query is empty. Give words, a picture, a video, a file, or a filter."
        )
    return [_with_files(query, loaded, parser)]


def _row_query(row: TableRow, common: Query, parser: RequirementParser) -> Query:
    """Make a row's query; the words, pictures and filter given beside it go with it."""
    parsed = with_words(read_item(row), common.text, parser)
    return replace(
        common,
        text=words_to_search(row, parsed),
        parsed=parsed,
        parts=(*_pictures(row), *common.parts),
        id=row.source,
    )


def _pictures(row: TableRow) -> list[QueryPart]:
    """The pictures in a row's cells, which together weigh as much as one."""
    return [
        QueryPart(
            kind=Modality.PICTURE,
            picture=picture,
            source=row.source,
            weight=1.0 / len(row.pictures),
        )
        for picture in row.pictures
    ]


def _with_files(query: Query, files: Sequence[LoadedFile], parser: RequirementParser) -> Query:
    """Add what documents and drawings require; their words are searched for as parts."""
    read = read_files(files)
    if read is None:
        return query
    parsed = with_words(read, query.text, parser)
    drawn = [file.name for file in files if file.family == "drawing"]
    if drawn and not parsed.product:
        note = (
            f"{', '.join(drawn)}: nothing names the thing drawn. It is searched for by its lines, "
            "which photographs of goods seldom look like; trust hits only that words bear out, or "
            "name the thing beside the drawing."
        )
        parsed = replace(parsed, notes=(*parsed.notes, note))
    # Their product, by which the words of listings are searched too.
    said = query.text if query.text.strip() else parsed.product
    return replace(query, text=said, parsed=parsed)
