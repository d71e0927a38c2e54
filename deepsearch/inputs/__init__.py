"""What a buyer hands over: pictures, video, spreadsheets, documents, drawings, archives.

Each loader turns a file into texts, pictures and table rows that say where they come
from (page, sheet and row, second). A file that is damaged, hostile or of another kind
raises `UnreadableFileError`, and nothing else happens.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from deepsearch.inputs.limits import (
    ArchiveLimits,
    DocumentLimits,
    DrawingLimits,
    InputLimits,
    PictureLimits,
    TableLimits,
    VideoLimits,
)
from deepsearch.inputs.records import (
    Box,
    CellValue,
    Column,
    ColumnRole,
    Frame,
    LoadedFile,
    Table,
    TableRow,
    cell_text,
)
from deepsearch.schema import QueryPart as Part

if TYPE_CHECKING:
    from deepsearch.inputs.files import read_file
    from deepsearch.inputs.kinds import FileKind
    from deepsearch.inputs.pictures import encode_picture, load_picture
    from deepsearch.inputs.sniff import kind_of
    from deepsearch.inputs.tables import read_table
    from deepsearch.inputs.video import read_video

__all__ = [
    "ArchiveLimits",
    "Box",
    "CellValue",
    "Column",
    "ColumnRole",
    "DocumentLimits",
    "DrawingLimits",
    "FileKind",
    "Frame",
    "InputLimits",
    "LoadedFile",
    "Part",
    "PictureLimits",
    "Table",
    "TableLimits",
    "TableRow",
    "VideoLimits",
    "cell_text",
    "encode_picture",
    "kind_of",
    "load_picture",
    "read_file",
    "read_table",
    "read_video",
]

_LAZY = {
    "FileKind": "kinds",
    "encode_picture": "pictures",
    "kind_of": "sniff",
    "load_picture": "pictures",
    "read_file": "files",
    "read_table": "tables",
    "read_video": "video",
}


def __getattr__(name: str) -> Any:
    """Import a loader on first use."""
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module 'deepsearch.inputs' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"deepsearch.inputs.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted(__all__)
