"""Workbooks opened by calamine, here or in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Protocol, TypeVar

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.limits import TableLimits
from deepsearch.inputs.source import Source
from deepsearch.inputs.tables.grid import Merge
from deepsearch.isolation import read_sheets

__all__ = ["Book", "IsolatedBook", "OpenBook"]

# A second reads some 5 MB; the rest is for slow and busy machines.
_SECONDS = 8.0
_SECONDS_PER_MB = 2.0
_MEMORY = 1024**3
T = TypeVar("T")
Cells = tuple[Sequence[Sequence[Any]], tuple[Merge, ...]]


class Book(Protocol):
    """An opened workbook."""

    @property
    def sheets(self) -> list[tuple[str, bool]]:
        """(name, whether visible), in order."""
        ...

    def cells(self, name: str) -> Cells | None:
        """Rows and merged ranges of a sheet; None for what is no worksheet."""
        ...


class OpenBook:
    """A workbook read in this process."""

    def __init__(self, source: Source, stream: BinaryIO) -> None:
        """Open a workbook.

        Args:
            source: The file, for messages.
            stream: Its contents; stays open as long as the book is used.
        """
        from python_calamine import CalamineWorkbook

        self._source = source
        self._book = self._guarded(lambda: CalamineWorkbook.from_filelike(stream))

    @property
    def sheets(self) -> list[tuple[str, bool]]:
        """(name, whether visible), in order."""
        return [
            (meta.name, str(meta.visible).endswith("Visible"))
            for meta in self._book.sheets_metadata
        ]

    def cells(self, name: str) -> Cells | None:
        """Rows and merged ranges of a sheet; None for what is no worksheet.

        Args:
            name: Sheet name.

        Returns:
            Rows of one length, merged ranges of more than one cell.

        Raises:
            UnreadableFileError: If the sheet is damaged.
        """
        from python_calamine import WorksheetNotFound

        try:
            sheet = self._guarded(lambda: self._book.get_sheet_by_name(name))
            rows = self._guarded(lambda: sheet.to_python(skip_empty_area=False))
        except WorksheetNotFound:
            return None
        merges = tuple(
            (first[0], first[1], last[0], last[1])
            for first, last in (sheet.merged_cell_ranges or ())
            if first != last
        )
        return rows, merges

    def _guarded(self, call: Callable[[], T]) -> T:
        """Call the reader; whatever it does not like about a file is one kind of error."""
        from python_calamine import WorksheetNotFound

        try:
            return call()
        except WorksheetNotFound:
            raise
        except BaseException as error:
            # A panic of the Rust reader derives from BaseException; Ctrl-C must pass.
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            reason = " ".join(str(error).split())[:200]
            if "assword" in reason:
                raise UnreadableFileError(
                    f"{self._source.name}: is protected by a password. Remove it and save the "
                    "file again."
                ) from error
            raise UnreadableFileError(
                f"{self._source.name}: is damaged, cut short or not what it claims to be "
                f"({reason}). Open it in a spreadsheet program and save it again."
            ) from error


class IsolatedBook:
    """A workbook other than xlsx, read in a process of its own."""

    def __init__(self, source: Source, what: str, limits: TableLimits) -> None:
        """Read a workbook.

        Args:
            source: The file.
            what: Its kind, for messages.
            limits: Bounds.
        """
        self._sheets = read_sheets(
            source.read(limits.max_bytes),
            name=source.name,
            what=what,
            max_cells=4 * limits.max_cells,
            max_memory=_MEMORY,
            seconds=_SECONDS + _SECONDS_PER_MB * source.size / 1e6,
        )

    @property
    def sheets(self) -> list[tuple[str, bool]]:
        """(name, whether visible), in order."""
        return [(sheet.name, sheet.visible) for sheet in self._sheets]

    def cells(self, name: str) -> Cells | None:
        """Rows and merged ranges of a sheet; None for what is no worksheet.

        Args:
            name: Sheet name.

        Returns:
            Rows of one length, merged ranges of more than one cell.
        """
        sheet = next(sheet for sheet in self._sheets if sheet.name == name)
        return None if sheet.rows is None else (sheet.rows, sheet.merges)
