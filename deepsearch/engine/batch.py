"""Many queries or texts from a file, and their answers into one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from deepsearch.errors import InvalidInputError
from deepsearch.evaluation import write_run as write_run_file
from deepsearch.protocols import RequirementParser
from deepsearch.schema import Modality, Query, QueryPart, SearchResult
from deepsearch.understanding import to_json

__all__ = ["parse_lines", "read_queries", "write_run"]

QUERY_KEYS = ("id", "text", "image", "where")


def _json_lines(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield (line number, object); blank lines are skipped."""
    if not path.is_file():
        raise InvalidInputError(
            f"There is no file '{path}'. Give a file with one JSON object a line."
        )
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise InvalidInputError(f"{path}, line {number} is not JSON: {error}") from error
            if not isinstance(row, dict):
                raise InvalidInputError(
                    f"{path}, line {number} holds a {type(row).__name__}; expected an object."
                )
            yield number, row


def _text_of(row: Mapping[str, Any], key: str, where: str) -> str | None:
    value = row.get(key)
    if value is None or isinstance(value, str):
        return value
    raise InvalidInputError(f"{where}: '{key}' is {value!r}; expected text.")


def read_queries(path: Path) -> tuple[list[Query], list[str]]:
    """Read queries, a JSON object a line with "id" and any of "text", "image", "where".

    Args:
        path: The file. An image is a path, relative ones below the file's folder.

    Returns:
        The queries, and notes on what was passed over.

    Raises:
        InvalidInputError: If a line is no query, or an id stands twice.
    """
    queries: list[Query] = []
    ids: set[str] = set()
    ignored: set[str] = set()
    for number, row in _json_lines(path):
        where = f"{path}, line {number}"
        query_id = row.get("id")
        if not isinstance(query_id, str | int) or isinstance(query_id, bool) or query_id == "":
            raise InvalidInputError(
                f"{where}: 'id' is {query_id!r}; expected a name for the query."
            )
        if str(query_id) in ids:
            raise InvalidInputError(f"{where}: the id '{query_id}' stands twice; ids must differ.")
        ids.add(str(query_id))
        ignored |= row.keys() - set(QUERY_KEYS)
        parts: tuple[QueryPart, ...] = ()
        if image := _text_of(row, "image", where):
            file = path.parent / image
            if not file.is_file():
                raise InvalidInputError(f"{where}: there is no picture '{file}'.")
            parts = (QueryPart(kind=Modality.PICTURE, picture=file.read_bytes(), source=image),)
        text = _text_of(row, "text", where) or ""
        expression = _text_of(row, "where", where)
        if not text.strip() and not parts and not expression:
            raise InvalidInputError(f"{where}: give at least one of 'text', 'image' and 'where'.")
        queries.append(Query(id=str(query_id), text=text, parts=parts, where=expression))
    if not queries:
        raise InvalidInputError(f"{path} holds no queries; expected one JSON object a line.")
    notes = [f"{path.name}: not used: {', '.join(sorted(ignored))}"] if ignored else []
    return queries, notes


def write_run(path: Path, queries: Sequence[Query], results: Sequence[SearchResult]) -> None:
    """Write hits as tab-separated query id, listing id, rank, score.

    Args:
        path: The file to write.
        queries: The queries, each with an id.
        results: Their answers, in the same order.
    """
    runs = {
        query.id or str(number): [(hit.listing.id, hit.score) for hit in result.hits]
        for number, (query, result) in enumerate(zip(queries, results, strict=True))
    }
    write_run_file(path, runs)


def parse_lines(path: Path, parser: RequirementParser) -> Iterator[dict[str, Any]]:
    """Parse a file of texts, a JSON object a line with "id" and "text".

    Args:
        path: The file.
        parser: Reads the requirements.

    Yields:
        One object a line: the id, and the parsed query as JSON.

    Raises:
        InvalidInputError: If a line is not an object with a text.
    """
    for number, row in _json_lines(path):
        text = _text_of(row, "text", f"{path}, line {number}")
        if text is None:
            raise InvalidInputError(f"{path}, line {number}: no 'text'.")
        yield {"id": row.get("id"), **to_json(parser.parse(text))}
