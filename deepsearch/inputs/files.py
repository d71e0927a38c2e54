"""`read_file`: any file to texts, pictures and table rows, by what it really is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.kinds import FileKind
from deepsearch.inputs.limits import InputLimits
from deepsearch.inputs.pictures import encode_picture, load_picture
from deepsearch.inputs.reading import Reading
from deepsearch.inputs.records import LoadedFile
from deepsearch.inputs.sniff import sniff, wrong_extension
from deepsearch.inputs.source import FileLike, Source
from deepsearch.inputs.tables import read_table
from deepsearch.inputs.video import read_video
from deepsearch.schema import Modality, QueryPart

__all__ = ["read_file"]


def read_file(
    path: FileLike | Source,
    *,
    name: str | None = None,
    limits: InputLimits | None = None,
    max_frames: int = 16,
) -> LoadedFile:
    """Read a picture, video, spreadsheet, document, drawing, archive or folder.

    The loader is chosen by the contents; where the file's ending says otherwise, a
    note tells so.

    Args:
        path: Path or contents; a path may be a folder.
        name: What to call contents without a path in messages and sources.
        limits: Bounds of every kind of input.
        max_frames: Frames taken of a video at most.

    Returns:
        Parts (texts and pictures with their sources), item rows, notes and facts.

    Raises:
        UnreadableFileError: If the file is empty, damaged, hostile, beyond the limits,
            or of a kind that is not read; the message says what it is.
        MissingExtraError: If its kind needs an optional dependency.
    """
    reading = Reading(load=_load, limits=limits or InputLimits(), max_frames=max_frames)
    if not isinstance(path, (bytes, Source)) and Path(path).is_dir():
        from deepsearch.inputs.archives import read_folder

        return read_folder(Path(path), reading)
    return _load(Source.of(path, name=name), reading)


def _load(source: Source, reading: Reading) -> LoadedFile:
    """Read one source by its kind, and tell where its ending lies."""
    kind = sniff(source)
    loaded = _dispatch(source, kind, reading)
    wrong = wrong_extension(source, kind)
    if wrong and wrong not in loaded.notes:
        loaded = replace(loaded, notes=(wrong, *loaded.notes))
    return loaded


def _dispatch(source: Source, kind: FileKind, reading: Reading) -> LoadedFile:
    limits = reading.limits
    match kind.family:
        case "picture":
            return _picture(source, kind, limits)
        case "video":
            return _video(source, kind, limits, reading.max_frames)
        case "spreadsheet":
            return _table(source, kind, limits)
        case "document":
            from deepsearch.inputs.documents import read_document

            return read_document(source, kind, reading)
        case "drawing":
            from deepsearch.inputs.drawings import read_drawing

            return read_drawing(source, kind, limits=limits.drawing)
        case "archive":
            from deepsearch.inputs.archives import read_archive

            return read_archive(source, reading)
    raise UnreadableFileError(
        f"{source.name}: the file is {kind.label}; expected a picture, video, spreadsheet, "
        "document (PDF, DOCX, PPTX, HTML, TXT, MD, EML), drawing (DXF, STEP, STL, OBJ) or ZIP "
        "archive. " + (kind.advice or "Check that it is the right file.")
    )


def _picture(source: Source, kind: FileKind, limits: InputLimits) -> LoadedFile:
    image = load_picture(source, limits=limits.picture)
    # Handed on as it came where every reader of pictures understands it.
    plain = kind.name in ("jpeg", "png", "webp", "gif", "bmp", "tiff", "avif")
    data = source.read(limits.picture.max_bytes) if plain else encode_picture(image)
    part = QueryPart(kind=Modality.PICTURE, picture=data, source=source.name)
    return LoadedFile(
        name=source.name,
        family="picture",
        kind=kind.name,
        parts=(part,),
        facts={"width_px": float(image.width), "height_px": float(image.height)},
    )


def _video(source: Source, kind: FileKind, limits: InputLimits, max_frames: int) -> LoadedFile:
    frames = read_video(source, max_frames=max_frames, limits=limits.video)
    # Together the frames weigh as much as one picture.
    parts = tuple(
        QueryPart(
            kind=Modality.PICTURE,
            picture=encode_picture(frame.picture),
            source=frame.source,
            weight=1.0 / len(frames),
        )
        for frame in frames
    )
    return LoadedFile(name=source.name, family="video", kind=kind.name, parts=parts)


def _table(source: Source, kind: FileKind, limits: InputLimits) -> LoadedFile:
    tables = read_table(source, limits=limits.table)
    return LoadedFile(
        name=source.name,
        family="spreadsheet",
        kind=kind.name,
        rows=tuple(row for table in tables for row in table.rows),
        tables=tuple(tables),
        notes=tuple(note for table in tables for note in table.notes),
    )
