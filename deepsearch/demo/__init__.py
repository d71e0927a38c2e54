"""The bundled groceries: data to try every kind of search on, offline."""

from __future__ import annotations

from pathlib import Path

__all__ = ["data_folder"]


def data_folder() -> Path:
    """Find the bundled groceries: 81 listings, photos to ask by, an enquiry sheet.

    Titles, descriptions and pictures are from the Grocery Store Dataset (MIT); offers
    and suppliers are invented and say so. See its README.md.

    Returns:
        A folder to read from: `catalogue.jsonl`, `photos/`, `enquiry.xlsx`.
    """
    return Path(__file__).resolve().parent / "data"
