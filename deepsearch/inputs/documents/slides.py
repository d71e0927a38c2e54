"""PowerPoint presentations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.documents.collect import Collector
from deepsearch.inputs.limits import InputLimits
from deepsearch.inputs.package import open_package
from deepsearch.inputs.records import LoadedFile
from deepsearch.inputs.source import Source

__all__ = ["read_slides"]

_MAX_GROUP_DEPTH = 20


def read_slides(source: Source, *, limits: InputLimits) -> LoadedFile:
    """Read a pptx: titles, texts, tables, pictures and speaker's notes of each slide.

    Args:
        source: The file.
        limits: Bounds.

    Returns:
        Texts, tables and pictures, each with its slide.

    Raises:
        UnreadableFileError: If it is damaged, hostile, beyond the limits, or empty.
    """
    source.check_size(limits.document.max_bytes)
    found = Collector(source, "pptx", limits)
    with open_package(source, budget=limits.document.max_unpacked_bytes) as package:
        package.check_inflated_size()
        try:
            _read(source, found, limits)
        except UnreadableFileError:
            raise
        # The reader meets unexpected contents with whatever error its code runs into.
        except Exception as error:
            raise UnreadableFileError(
                f"{source.name}: is a presentation but damaged ({error}). "
                "Open it in PowerPoint and save it again."
            ) from error
    return found.finish(empty="holds neither text nor pictures.")


def _read(source: Source, found: Collector, limits: InputLimits) -> None:
    import pptx

    with source.open() as stream:
        slides = pptx.Presentation(stream).slides
    found.facts["slides"] = float(len(slides))
    for number, slide in enumerate(slides, start=1):
        if number > limits.document.max_pages or found.full or found.out_of_time:
            found.note(f"slides from {number} on were left out.")
            break
        place = f"slide {number}"
        title = slide.shapes.title
        if title is not None and title.has_text_frame:
            found.text(f"# {title.text_frame.text}", place)
        skip = title.shape_id if title is not None else None
        _shapes(found, slide.shapes, place, skip, 0)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            found.text(slide.notes_slide.notes_text_frame.text, place)


def _shapes(
    found: Collector, shapes: Iterable[Any], place: str, skip: int | None, depth: int
) -> None:
    for shape in shapes:
        if shape.shape_id == skip:
            continue
        if hasattr(shape, "shapes"):
            if depth < _MAX_GROUP_DEPTH:
                _shapes(found, shape.shapes, place, None, depth + 1)
        elif getattr(shape, "has_table", False):
            found.table([[cell.text for cell in row.cells] for row in shape.table.rows], place)
        elif shape.has_text_frame:
            found.text(shape.text_frame.text, place)
        elif hasattr(shape, "image"):
            try:
                found.picture(shape.image.blob, place)
            except (ValueError, KeyError, AttributeError):
                found.note(f"a picture on {place} is linked or missing.")
