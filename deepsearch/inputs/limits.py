"""How much a file may cost before it is refused.

Every loader checks a limit before it spends what the limit bounds, so that a hostile
file costs little more than its own bytes. The defaults admit what buyers really send
and keep a single file below about 1 GB of memory; raise them where files are trusted.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from deepsearch.errors import InvalidInputError

__all__ = [
    "ArchiveLimits",
    "DocumentLimits",
    "DrawingLimits",
    "InputLimits",
    "PictureLimits",
    "TableLimits",
    "VideoLimits",
]

_MB = 1024 * 1024


def _check_positive(limits: object, *names: str) -> None:
    for name in names:
        value = getattr(limits, name)
        if value <= 0:
            raise InvalidInputError(
                f"{type(limits).__name__}.{name} is {value}; expected a number above 0."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLimits:
    """Bounds on one picture.

    Attributes:
        max_bytes: Bytes of the encoded file.
        max_pixels: Width x height as declared in the header, checked before decoding.
    """

    max_bytes: int = 64 * _MB
    max_pixels: int = 80_000_000

    def __post_init__(self) -> None:
        """Refuse limits that admit nothing."""
        _check_positive(self, "max_bytes", "max_pixels")


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoLimits:
    """Bounds on one video.

    Attributes:
        max_bytes: Bytes of the file (it is streamed, never held in memory whole).
        max_pixels: Width x height of a frame.
        max_decoded: Frames decoded at most, key frames included.
        max_packets: Packets looked at while listing the key frames.
    """

    max_bytes: int = 8 * 1024 * _MB
    max_pixels: int = 40_000_000
    max_decoded: int = 1_500
    max_packets: int = 2_000_000

    def __post_init__(self) -> None:
        """Refuse limits that admit nothing."""
        _check_positive(self, "max_bytes", "max_pixels", "max_decoded", "max_packets")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLimits:
    """Bounds on one spreadsheet or delimited file.

    Attributes:
        max_bytes: Bytes of the file as it lies on disk.
        max_unpacked_bytes: Bytes of a workbook's parts once decompressed.
        max_cells: Cells of the rectangle that a sheet's used cells span.
        max_text_chars: Characters of all cells of a sheet together.
        max_cell_chars: Characters of one cell (Excel itself stops at 32,767).
        max_sheets: Sheets of a workbook.
        max_picture_bytes: Bytes of all pictures taken out of one workbook.
    """

    max_bytes: int = 100 * _MB
    max_unpacked_bytes: int = 500 * _MB
    max_cells: int = 8_000_000
    max_text_chars: int = 200_000_000
    max_cell_chars: int = 131_072
    max_sheets: int = 500
    max_picture_bytes: int = 200 * _MB

    def __post_init__(self) -> None:
        """Refuse limits that admit nothing."""
        _check_positive(self, *self.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLimits:
    """Bounds on one document.

    Attributes:
        max_bytes: Bytes of the file.
        max_unpacked_bytes: Bytes of its parts once decompressed (docx, pptx).
        max_pages: Pages or slides read; a note says what was left.
        max_chars: Characters of text kept; a note says what was left.
        max_pictures: Pictures kept, largest first.
        max_picture_bytes: Bytes of one picture as it lies in the document.
        max_seconds: Time spent on one document, checked between pages.
    """

    max_bytes: int = 200 * _MB
    max_unpacked_bytes: int = 500 * _MB
    max_pages: int = 200
    max_chars: int = 400_000
    max_pictures: int = 12
    max_picture_bytes: int = 32 * _MB
    max_seconds: float = 60.0

    def __post_init__(self) -> None:
        """Refuse limits that admit nothing."""
        _check_positive(self, *self.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawingLimits:
    """Bounds on one drawing or model.

    Attributes:
        max_bytes: Bytes of the file.
        max_entities: Entities drawn, block references expanded.
        max_triangles: Triangles of a mesh.
        side: Pixels of the longer side of the picture made of it.
    """

    max_bytes: int = 100 * _MB
    max_entities: int = 100_000
    max_triangles: int = 2_000_000
    side: int = 768

    def __post_init__(self) -> None:
        """Refuse limits that admit nothing."""
        _check_positive(self, *self.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """Bounds on an archive, a folder or a mail with attachments.

    Attributes:
        max_bytes: Bytes of the archive itself.
        max_unpacked_bytes: Bytes of all members together once decompressed.
        max_files: Members or files looked at.
        max_depth: Archives inside archives.
    """

    max_bytes: int = 500 * _MB
    max_unpacked_bytes: int = 500 * _MB
    max_files: int = 1_000
    max_depth: int = 2

    def __post_init__(self) -> None:
        """Refuse limits that admit nothing."""
        _check_positive(self, *self.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputLimits:
    """The limits of every kind of input, handed through by `read_file`."""

    picture: PictureLimits = field(default_factory=PictureLimits)
    video: VideoLimits = field(default_factory=VideoLimits)
    table: TableLimits = field(default_factory=TableLimits)
    document: DocumentLimits = field(default_factory=DocumentLimits)
    drawing: DrawingLimits = field(default_factory=DrawingLimits)
    archive: ArchiveLimits = field(default_factory=ArchiveLimits)
