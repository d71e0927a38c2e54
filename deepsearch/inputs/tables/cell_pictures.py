"""Pictures lying in the cells of an xlsx sheet: classic drawings and in-cell pictures.

Three ways are in use: a drawing anchored at a cell (all versions), a picture placed in
the cell as its value (Excel 365, a "rich value"), and the function DISPIMG of WPS with
its own list of pictures. Linked pictures outside the workbook are never fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.package import Package
from deepsearch.inputs.tables.sheet_xml import parse, relations

__all__ = ["sheet_pictures"]

Cell = tuple[int, int]

_IMAGE = re.compile(r"\.(?:png|jpe?g|gif|bmp|tiff?|webp)$", re.I)
_CELL_VALUE = re.compile(
    rb"""<(?:\w+:)?c\b(?=[^>]*\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["'])[^>]*\bvm\s*=\s*["'](\d{1,9})["']"""
)
_CELL = re.compile(
    rb"""<(?:\w+:)?c\b[^>]*\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["'][^>]*>(.*?)</(?:\w+:)?c>""", re.S
)
_DISPIMG = re.compile(rb"""DISPIMG\((?:&quot;|")([^"&]+)(?:&quot;|")""", re.I)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _attribute(node: object, name: str) -> str | None:
    """An attribute by its local name, whatever its namespace."""
    for key, value in node.items():  # type: ignore[attr-defined]
        if _local(key) == name:
            return str(value)
    return None


def sheet_pictures(package: Package, member: str, *, limit: int) -> dict[Cell, tuple[bytes, ...]]:
    """Read the pictures of one sheet.

    A picture that cannot be found or read is left out; the rows matter more.

    Args:
        package: The opened workbook.
        member: The sheet's member, e.g. "xl/worksheets/sheet1.xml".
        limit: Bytes of all pictures together.

    Returns:
        (row, column), 0-based → encoded pictures.

    Raises:
        UnreadableFileError: If the pictures exceed the limit.
    """
    places: dict[Cell, list[str]] = {}
    for source in (_drawings, _rich_values, _dispimg):
        try:
            for cell, target in source(package, member):
                if target in package.names and _IMAGE.search(target):
                    places.setdefault(cell, []).append(target)
        except UnreadableFileError:
            continue
    spent = 0
    cache: dict[str, bytes] = {}
    found: dict[Cell, tuple[bytes, ...]] = {}
    for cell, targets in places.items():
        for target in dict.fromkeys(targets):
            if target not in cache:
                cache[target] = package.read(target, limit=limit)
                spent += len(cache[target])
                if spent > limit:
                    raise UnreadableFileError(
                        f"{package.source_name}: its pictures take more than {limit:,} bytes. "
                        "Compress them, or split the workbook."
                    )
        found[cell] = tuple(cache[target] for target in dict.fromkeys(targets))
    return found


def _drawings(package: Package, member: str) -> Iterator[tuple[Cell, str]]:
    for drawing in relations(package, member).values():
        if "/drawings/drawing" not in drawing or drawing not in package.names:
            continue
        media = relations(package, drawing)
        for anchor in parse(package, drawing):
            start = next((node for node in anchor if _local(node.tag) == "from"), None)
            if start is None:
                continue
            place = {_local(node.tag): _whole(node.text) for node in start}
            row, column = place.get("row", 0), place.get("col", 0)
            if row is None or column is None:
                continue
            for node in anchor.iter():
                if _local(node.tag) == "blip":
                    key = _attribute(node, "embed")
                    if key in media:
                        yield (row, column), media[key]


def _rich_values(package: Package, member: str) -> Iterator[tuple[Cell, str]]:
    """Follow cell → value metadata → rich value → relation → picture."""
    needed = ("xl/metadata.xml", "xl/richData/rdrichvalue.xml", "xl/richData/richValueRel.xml")
    if not all(name in package.names for name in needed):
        return
    cells = [
        (_cell(letters, digits), int(index))
        for letters, digits, index in _CELL_VALUE.findall(package.read_xml(member))
    ]
    if not cells:
        return
    metadata = parse(package, needed[0])
    rich_index = _metadata_to_value(metadata)
    relation_of = _value_to_relation(package, needed[1])
    media = relations(package, needed[2])
    keys = [
        _attribute(node, "id") for node in parse(package, needed[2]).iter()
        if _local(node.tag) == "rel"
    ]  # fmt: skip
    for cell, value_metadata in cells:
        value = rich_index.get(value_metadata)
        relation = relation_of.get(value) if value is not None else None
        if relation is not None and relation < len(keys):
            target = media.get(keys[relation] or "")
            if target:
                yield cell, target


def _metadata_to_value(metadata: object) -> dict[int, int]:
    """1-based `vm` of a cell → 0-based rich value."""
    futures: list[int | None] = []
    records: list[int | None] = []
    for node in metadata.iter():  # type: ignore[attr-defined]
        if _local(node.tag) == "futureMetadata" and node.get("name") == "XLRICHVALUE":
            futures = [
                _whole(inner.get("i")) for inner in node.iter() if _local(inner.tag) == "rvb"
            ]
        elif _local(node.tag) == "valueMetadata":
            records = [_whole(inner.get("v")) for inner in node.iter() if _local(inner.tag) == "rc"]
    return {
        number: value
        for number, record in enumerate(records, start=1)
        if record is not None and record < len(futures) and (value := futures[record]) is not None
    }


def _value_to_relation(package: Package, member: str) -> dict[int, int]:
    """0-based rich value → its first field, the relation of a local picture."""
    found = {}
    values = [node for node in parse(package, member).iter() if _local(node.tag) == "rv"]
    for index, node in enumerate(values):
        first = next((inner for inner in node if _local(inner.tag) == "v"), None)
        number = _whole(first.text) if first is not None and first.text else None
        if number is not None:
            found[index] = number
    return found


def _dispimg(package: Package, member: str) -> Iterator[tuple[Cell, str]]:
    """Pictures that WPS keeps in a list of its own, shown by a function in the cell."""
    listing = "xl/cellimages.xml"
    if listing not in package.names:
        return
    media = relations(package, listing)
    by_name: dict[str, str] = {}
    for picture in parse(package, listing):
        name = next(
            (_attribute(n, "name") for n in picture.iter() if _local(n.tag) == "cNvPr"), None
        )
        key = next(
            (_attribute(n, "embed") for n in picture.iter() if _local(n.tag) == "blip"), None
        )
        if name and key in media:
            by_name[name] = media[key]
    for letters, digits, inner in _CELL.findall(package.read_xml(member)):
        match = _DISPIMG.search(inner)
        target = by_name.get(match.group(1).decode("utf-8", "replace")) if match else None
        if target:
            yield _cell(letters, digits), target


def _whole(text: str | None) -> int | None:
    """A whole number >= 0 as XML writes it, 0 where nothing is written; None for anything else."""
    text = (text or "0").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def _cell(letters: bytes, digits: bytes) -> Cell:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return int(digits) - 1, column - 1
