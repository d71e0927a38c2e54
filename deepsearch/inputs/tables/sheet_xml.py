"""What calamine does not tell about a workbook, read from its XML: size, hidden rows.

calamine allocates the whole rectangle between a sheet's outermost cells, so two cells
in opposite corners of a sheet would take hundreds of gigabytes; and it copies a shared
text into every cell that refers to it. Both are counted here first.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.limits import TableLimits
from deepsearch.inputs.package import Package
from deepsearch.inputs.tables.extent import used_extent

__all__ = ["SheetFacts", "relations", "scan_workbook"]

_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_REL_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}"
_ROW_TAG = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_ROW_NUMBER = re.compile(rb"""\br\s*=\s*["'](\d{1,9})["']""")
_HIDDEN = re.compile(rb"""\bhidden\s*=\s*["'](?:1|true)["']""")
_STYLED = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*?\bs="(\d+)\"""")
_MAX_STYLED_BYTES = 4_000_000
_SHARED_CELL = re.compile(rb"""\bt\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v[^>]*>\s*(\d{1,9})""")
_SHARED_ITEM = re.compile(rb"</(?:\w+:)?si\s*>")
_REPEATED = re.compile(rb"""table:number-(columns|rows)-repeated\s*=\s*["']\s*(\d+)""", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFacts:
    """What a sheet's XML says beside its cells.

    Attributes:
        member: The sheet's member of the package, or None.
        hidden_rows: 0-based rows that are hidden.
        marked: (row, column), 0-based, of cells in bold or on a coloured ground; None
            where that is not known.
        notes: What was noticed.
        has_pictures: Whether the package holds any picture at all.
    """

    member: str | None = None
    hidden_rows: frozenset[int] = frozenset()
    marked: frozenset[tuple[int, int]] | None = None
    notes: tuple[str, ...] = ()
    has_pictures: bool = False


def scan_workbook(
    package: Package, kind: str, name: str, limits: TableLimits
) -> dict[str, SheetFacts]:
    """Check a workbook's declared extent and collect what its XML alone tells.

    Args:
        package: The opened package.
        kind: "xlsx", "xlsb" or "ods".
        name: File name, for messages.
        limits: Bounds.

    Returns:
        Sheet name → facts; empty for formats whose XML is not looked into.

    Raises:
        UnreadableFileError: If a sheet would take more cells or characters than allowed.
    """
    if kind == "ods":
        _check_ods(package, name, limits)
        return {}
    if kind != "xlsx":
        return {}
    shared = _shared_strings(package)
    marking = _marking_styles(package)
    has_pictures = any("media/" in member for member in package.names)
    facts = {}
    for title, member in _sheet_members(package):
        if member not in package.names:
            continue
        data = package.read_xml(member)
        _check_extent(data, name, title, limits)
        _check_shared(data, shared, name=name, title=title, limits=limits)
        facts[title] = SheetFacts(
            member=member,
            hidden_rows=_hidden_rows(data),
            marked=_marked_cells(data, marking),
            has_pictures=has_pictures,
        )
    return facts


def relations(package: Package, member: str) -> dict[str, str]:
    """Read a member's relationships.

    Args:
        package: The opened package.
        member: Member whose relationships are wanted.

    Returns:
        Relationship id → member name; targets outside the package are left out.

    Raises:
        UnreadableFileError: If they cannot be read.
    """
    folder, file = posixpath.split(member)
    rels = posixpath.join(folder, "_rels", file + ".rels")
    if rels not in package.names:
        return {}
    found = {}
    for node in parse(package, rels):
        target, key = node.get("Target"), node.get("Id")
        if target and key and node.get("TargetMode") != "External":
            path = posixpath.normpath(
                target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            )
            found[key] = path
    return found


def parse(package: Package, member: str) -> Element:
    """Parse a member of bounded size, refusing entities."""
    try:
        root: Element = ElementTree.fromstring(package.read_xml(member))
        return root
    except (ElementTree.ParseError, ValueError) as error:
        raise UnreadableFileError(
            f"{package.source_name}: its part {member} is not well-formed XML ({error}). "
            "Open it in the program that made it and save it again."
        ) from error


def _sheet_members(package: Package) -> list[tuple[str, str]]:
    if "xl/workbook.xml" not in package.names:
        return []
    targets = relations(package, "xl/workbook.xml")
    pairs = []
    for node in parse(package, "xl/workbook.xml").iter():
        if node.tag.rpartition("}")[2] == "sheet":
            key = node.get(_REL + "id") or node.get(_REL_STRICT + "id") or ""
            pairs.append((node.get("name") or "", targets.get(key, "")))
    return pairs


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_extent(data: bytes, name: str, title: str, limits: TableLimits) -> None:
    extent = used_extent(data)
    if extent is None:
        _refuse_extent(name, title, "cells whose addresses are disguised", limits)
    else:
        rows, columns = extent
        if columns > 16_384 or rows > 1_048_576 or columns * rows > 4 * limits.max_cells:
            what = f"cells as far out as column {columns:,}, row {rows:,}"
            _refuse_extent(name, title, what, limits)


def _refuse_extent(name: str, title: str, what: str, limits: TableLimits) -> None:
    raise UnreadableFileError(
        f"{name}: sheet {title!r} has {what}; at most {limits.max_cells:,} cells are read. "
        "Delete the stray cells at the far end, or copy the table to a new sheet."
    )


def _shared_strings(package: Package) -> list[int]:
    """Lengths of the shared strings, in bytes of XML."""
    member = "xl/sharedStrings.xml"
    if member not in package.names:
        return []
    data = package.read_xml(member)
    ends = [match.end() for match in _SHARED_ITEM.finditer(data)]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def _check_shared(
    data: bytes, lengths: list[int], *, name: str, title: str, limits: TableLimits
) -> None:
    longest = max(lengths, default=0)
    budget = 4 * limits.max_text_chars
    cells = data.count(b'"s"') + data.count(b"'s'")
    if cells * longest <= budget:
        return
    total = 0
    for match in re.finditer(
        rb"""\bt\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v[^>]*>\s*(\d{1,9})""", data
    ):
        index = int(match.group(1))
        total += lengths[index] if index < len(lengths) else 0
    if total > budget:
        raise UnreadableFileError(
            f"{name}: sheet {title!r} repeats long texts to {total:,} characters; at most "
            f"{limits.max_text_chars:,} are read. Split it."
        )


def _hidden_rows(data: bytes) -> frozenset[int]:
    if b"hidden" not in data:
        return frozenset()
    hidden = set()
    number = 0
    for tag in _ROW_TAG.findall(data):
        match = _ROW_NUMBER.search(tag)
        number = int(match.group(1)) if match else number + 1
        if _HIDDEN.search(tag):
            hidden.add(number - 1)
    return frozenset(hidden)


def _marking_styles(package: Package) -> frozenset[bytes] | None:
    """Ids of the cell styles that are bold or have a coloured ground."""
    member = "xl/styles.xml"
    if member not in package.names:
        return None
    parts: dict[str, list[Element]] = {}
    for group in parse(package, member):
        parts[group.tag.rpartition("}")[2]] = list(group)
    bold = {
        str(index)
        for index, font in enumerate(parts.get("fonts", ()))
        if any(
            node.tag.endswith("}b") and node.get("val", "1") not in ("0", "false") for node in font
        )
    }
    # The first two fills are "none" and a pattern that Excel reserves.
    plain = {"0", "1", None}
    return frozenset(
        str(index).encode()
        for index, style in enumerate(parts.get("cellXfs", ()))
        if style.get("fontId") in bold or style.get("fillId") not in plain
    )


def _marked_cells(
    data: bytes, marking: frozenset[bytes] | None
) -> frozenset[tuple[int, int]] | None:
    """Cells in a marking style; None for a sheet too long to look at its cells' styles."""
    if marking is None or len(data) > _MAX_STYLED_BYTES:
        return None
    return frozenset(
        (int(digits) - 1, _column_number(letters) - 1)
        for letters, digits, style in _STYLED.findall(data)
        if style in marking
    )


def _times(digits: bytes) -> int:
    """A repeat count; numbers too long to be meant are only known to be large."""
    return int(digits) if len(digits) <= 15 else 10**15


def _check_ods(package: Package, name: str, limits: TableLimits) -> None:
    """Refuse repeats that carry contents; repeats of empty cells are how ODS ends a sheet."""
    if "content.xml" not in package.names:
        return
    data = package.read_xml("content.xml")
    total = 0
    for row in re.finditer(rb"<table:table-row\b([^>]*)>(.*?)</table:table-row>", data, re.S):
        if b"office:value" not in row.group(2) and b"<text:p" not in row.group(2):
            continue
        repeat = _REPEATED.search(row.group(1))
        rows = _times(repeat.group(2)) if repeat else 1
        columns = 0
        last = 0
        for cell in re.finditer(rb"<table:(?:covered-)?table-cell\b([^>]*?)(/?)>", row.group(2)):
            again = _REPEATED.search(cell.group(1))
            columns += _times(again.group(2)) if again else 1
            if not cell.group(2) or b"office:value" in cell.group(1):
                last = columns
        total += rows * last
        if total > 4 * limits.max_cells:
            _refuse_extent(name, "of the file", f"repeated cells, {total:,} in all", limits)
