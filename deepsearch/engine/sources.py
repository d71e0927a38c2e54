"""Refusing, by name, a file that is no table of listings before anything is made of it."""

from __future__ import annotations

from pathlib import Path

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs import kind_of

__all__ = ["check_source"]

# Texts of no other kind may hold a delimited table, and Parquet is of no kind a buyer hands over.
_MAY_BE_TABLES = frozenset({"json", "txt", "md", "unknown"})
_ADVICE = {
    "picture": "Name it in the row of its listing (column `images`), or search by it.",
    "video": "Name it in the row of its listing (column `videos`), or search by it.",
    "document": "Put its listings into a table, a row each; or search by it.",
    "drawing": "Name what it shows in a table, a row a listing; or search by it.",
    "archive": "Unpack it, and give the tables in it.",
}


def check_source(path: Path) -> None:
    """Refuse a file that cannot be a table of listings, by what it holds.

    Args:
        path: A source to be indexed.

    Raises:
        UnreadableFileError: If it is not there, empty, or of another kind, such as a video;
            the message says which, and what to do.
    """
    kind = kind_of(path)
    if kind.family == "spreadsheet" or kind.name in _MAY_BE_TABLES:
        return
    advice = kind.advice or _ADVICE.get(kind.family or "", "Check that it is the right file.")
    raise UnreadableFileError(
        f"{path} is {kind.label}; listings are read from tables: jsonl, csv, tsv, xlsx, xls, ods "
        f"or parquet, a row a listing. {advice}"
    )
