"""The bundled groceries: data to try every kind of search on, offline."""

from __future__ import annotations

from pathlib import Path

__all__ = ["data_folder"]


def data_folder() -> Path:
    """Return the folder of the bundled catalogue, photos and enquiry sheet.

    Titles, descriptions and pictures are from the Grocery Store Dataset (MIT); offers
    and suppliers are invented and say so. See its README.md.
    """
    return Path(__file__).resolve().parent / "data"
