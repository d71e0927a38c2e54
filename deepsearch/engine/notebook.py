"""An answer as a notebook shows it, with the pictures of its hits."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path

from deepsearch.catalogue import Catalogue
from deepsearch.errors import CatalogueError, UnreadableFileError
from deepsearch.inputs import load_picture
from deepsearch.ranking import to_html
from deepsearch.schema import Hit, SearchResult

__all__ = ["NotebookView", "picture_address", "thumbnail"]

THUMBNAIL = 220
"""Pixels of a shown picture's longer side."""


@dataclass(frozen=True, slots=True)
class NotebookView:
    """Draws answers of one catalogue; it can be pickled with them.

    Attributes:
        folder: The catalogue's folder; where it is gone, answers are drawn without pictures.
    """

    folder: Path

    def __call__(self, result: SearchResult) -> str:
        """Draw an answer.

        Args:
            result: The answer.

        Returns:
            An HTML fragment that needs nothing else.
        """
        asked = [
            thumbnail(part.picture)
            for part in result.query.parts
            if part.picture is not None and part.weight > 0
        ]
        try:
            catalogue = Catalogue.open(self.folder)
        except CatalogueError:
            return to_html(result, asked=asked, page=False)
        return to_html(
            result,
            picture=lambda hit: picture_address(catalogue, hit),
            asked=asked,
            page=False,
        )


def picture_address(catalogue: Catalogue, hit: Hit) -> str | None:
    """Return a hit's picture as a data: URI: the one that matched, else its first.

    Args:
        catalogue: What was searched; it knows where pictures lie.
        hit: The hit.

    Returns:
        The address, or None where the listing has no readable picture on this machine.
    """
    media = [medium for medium in hit.listing.media if medium.kind == "picture"]
    matched = None if hit.media is None else hit.media.uri
    media.sort(key=lambda medium: medium.uri != matched)
    for medium in media:
        path = catalogue.media_path(medium, source=hit.listing.source)
        if path is not None:
            try:
                return thumbnail(path)
            except UnreadableFileError:
                continue
    return None


def thumbnail(source: Path | bytes) -> str:
    """Make a small picture as a data: URI.

    Args:
        source: Its path, or its encoded bytes.

    Returns:
        The address of a JPEG.

    Raises:
        UnreadableFileError: If it cannot be read.
    """
    picture = load_picture(source, min_side=THUMBNAIL)
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    buffer = io.BytesIO()
    picture.save(buffer, format="JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
