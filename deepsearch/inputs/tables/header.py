"""What a table's columns are called: headers of one to three lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from deepsearch.inputs.records import CellValue, Column, ColumnRole, cell_text
from deepsearch.inputs.tables.columns import (
    header_role,
    header_unit,
    is_unit_word,
    known_header,
    normalise,
)
from deepsearch.inputs.tables.grid import Grid
from deepsearch.inputs.tables.locate import (
    MAX_HEADER_CHARS,
    MAX_HEADER_ROWS,
    Row,
    filled,
    is_number_like,
)
from deepsearch.inputs.tables.words import numbering

__all__ = ["Header", "make_columns", "read_header", "side_by_side"]

# A cell that only adds to the name above it: "[pcs]", "(L x W x H)".
_SUPPLEMENT = re.compile(r"^[(\[（【].+[)\]）】]$")
_UNNAMED = re.compile(r"^(?:unnamed:?\s*\d+|column\s?\d+|f\d+|列\s?\d+)$", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A header as it stands in the sheet.

    Attributes:
        first: 0-based first header row.
        last: Last header row; the body starts below.
        names: Column index → name, only for columns that the sheet names.
        roles: Column index → role told by the header, where it is known.
        units: Column index → unit standing in the header.
        data: Column index → cell of the header row that is data (an item's number and
            title sharing a line with "Unit" and "Qty").
    """

    first: int
    last: int
    names: dict[int, str]
    roles: dict[int, ColumnRole]
    units: dict[int, str]
    data: dict[int, CellValue]


def read_header(grid: Grid, first: int, stop: int) -> Header:
    """Read a header of one to three lines.

    Args:
        grid: The sheet.
        first: Its first row, 0-based.
        stop: Row before which the table ends.

    Returns:
        The header with its lines joined and merged group headings spread.
    """
    above = _group_row_above(grid, first)
    last = _last_line(grid, first, stop)
    lines = list(range(first if above is None else above, last + 1))
    row = grid.rows[first]
    data = _shared_line(row) if last == first else {}
    parts: dict[int, list[str]] = {}
    for line in lines:
        for column, text in _spread(grid, line, last).items():
            if column in data:
                continue
            texts = parts.setdefault(column, [])
            if normalise(text) not in map(normalise, texts):
                texts.append(text)
    names: dict[int, str] = {}
    roles: dict[int, ColumnRole] = {}
    units: dict[int, str] = {}
    for column, texts in parts.items():
        name = " ".join(" ".join(texts).split())
        if _UNNAMED.match(name):
            continue
        names[column] = name
        role = _joint_role(texts, name)
        if role is not None:
            roles[column] = role
        unit = next((found for text in reversed(texts) if (found := _unit_of(text))), None)
        if unit:
            units[column] = unit
    return Header(
        first=lines[0], last=_skip_index_row(grid, last, stop), names=names, roles=roles,
        units=units, data=data,
    )  # fmt: skip


def _unit_of(text: str) -> str | None:
    bare = text.strip("()[]（） ")
    # "L" and "W" below "Dimensions" are length and width, not litre and watt.
    if is_unit_word(bare) and known_header(bare) in (None, ColumnRole.QUANTITY):
        return bare
    return header_unit(text)


def _joint_role(texts: list[str], name: str) -> ColumnRole | None:
    for text in reversed(texts):
        role = known_header(text)
        if role is not None and not (is_unit_word(text.strip("()[] ")) and len(texts) > 1):
            return role
    for text in [*reversed(texts), name]:
        role = header_role(text)
        if role is not None:
            return role
    return None


def _shared_line(row: Row) -> dict[int, CellValue]:
    """Cells of a header line that are an item's number and title, not names.

    That is so where the line starts with a number, followed by a text that is no
    header, before the first cell that is one.
    """
    columns = filled(row)
    if not columns or not is_number_like(row[columns[0]]):
        return {}
    data: dict[int, CellValue] = {}
    for column in columns:
        value = row[column]
        if isinstance(value, str) and header_role(value) is not None:
            break
        data[column] = value
    return data if len(data) >= 2 else {}


def _spread(grid: Grid, line: int, last: int) -> dict[int, str]:
    """Texts of a header line by column, group headings spread over their merged range."""
    row = grid.rows[line]
    texts = {column: cell_text(row[column]) for column in filled(row)}
    for top, left, bottom, right in grid.merges:
        if top == line and right > left and bottom <= last and row[left] is not None:
            for column in range(left, right + 1):
                texts.setdefault(column, str(row[left]))
    if line < last:
        # Without merges: a name goes on over the nameless columns that the next line splits it in.
        below = grid.rows[line + 1]
        for column in sorted(texts):
            right = column + 1
            while (
                isinstance(below[column], str)
                and right < len(row)
                and right not in texts
                and isinstance(below[right], str)
            ):
                texts[right] = texts[column]
                right += 1
    return texts


def _group_row_above(grid: Grid, first: int) -> int | None:
    """The row above, where its merged cells group some of the header's columns."""
    if first == 0:
        return None
    width = len(filled(grid.rows[first]))
    above = filled(grid.rows[first - 1])
    groups = [m for m in grid.merges if m[0] == m[2] == first - 1 and 1 < m[3] - m[1] + 1 < width]
    under = {column for _, left, _, right in groups for column in range(left, right + 1)}
    # A title is one cell merged over all columns or nearly all.
    title = len(above) == 1 and 2 * len(under) > width
    if not groups or title or not all(column in under for column in above):
        return None
    return first - 1


def _last_line(grid: Grid, first: int, stop: int) -> int:
    last = first
    while last + 1 < min(stop, first + MAX_HEADER_ROWS) and _continues(grid, first, last + 1):
        last += 1
    return last


def _continues(grid: Grid, first: int, line: int) -> bool:
    """Tell whether a row is a further line of the header above it."""
    row = grid.rows[line]
    columns = filled(row)
    texts = [row[column] for column in columns]
    words = [text for text in texts if isinstance(text, str) and len(text) <= MAX_HEADER_CHARS]
    if not words or len(words) < len(texts):
        return False
    if all(is_unit_word(word.strip("()[]（） ")) for word in words) and len(words) > 1:
        return True
    named = {column for above in range(first, line) for column in filled(grid.rows[above])}
    columns = [
        column for column, word in zip(columns, words, strict=True)
        if column not in named or not _SUPPLEMENT.match(word) or numbering(word) is not None
    ]  # fmt: skip
    return not columns or _names_more(grid, first, line, columns, named)


def _names_more(grid: Grid, first: int, line: int, columns: Sequence[int], named: set[int]) -> bool:
    # A heading merged over several columns announces names below it; one merged over
    # several rows says that the header goes on beside it.
    groups = [m for m in grid.merges if first <= m[0] < line]
    below = {c for m in groups if m[2] < line and m[3] > m[1] for c in range(m[1], m[3] + 1)}
    beside = any(m[2] >= line for m in groups)
    if below and all(column in below for column in columns):
        return True
    words = [str(grid.rows[line][column]) for column in columns]
    if any(map(is_number_like, words)):
        return False
    known = sum(header_role(word) is not None for word in words)
    if len(columns) > 1 and _splits_one(columns, named):
        return True
    if named.isdisjoint(columns):
        return known > 0 or (beside and bool(below))
    # The same names again in a second language.
    roles = Counter(header_role(word) for word in words)
    return len(words) >= 2 and known == len(words) and len(roles) >= 2


def _splits_one(columns: Sequence[int], named: set[int]) -> bool:
    """Whether cells stand side by side below one name and the nameless columns right of it."""
    beside = list(range(columns[0], columns[0] + len(columns)))
    return list(columns) == beside and columns[0] in named and named.isdisjoint(columns[1:])


def _skip_index_row(grid: Grid, last: int, stop: int) -> int:
    """Step over a line that only counts the columns: 1 2 3 4, (a) (b) (c), A B C."""
    if last + 1 >= stop:
        return last
    row = grid.rows[last + 1]
    columns = filled(row)
    if len(columns) < 3:
        return last
    marks = [str(row[column]).strip("() .").removesuffix(".0").lower() for column in columns]
    counted = [str(number) for number in range(1, len(marks) + 1)]
    lettered = [chr(97 + number) for number in range(min(26, len(marks)))]
    return last + 1 if marks in (counted, lettered) else last


def side_by_side(header: Header, body: Sequence[Row]) -> list[frozenset[int]]:
    """Tell tables standing side by side under one header line.

    They are separate where an empty column lies between them, or nothing does, and the
    second has the first's names again or names its own description and quantity.

    Args:
        header: The header line of all of them.
        body: Rows below it.

    Returns:
        The columns of each table; one empty set where there is but one table.
    """
    named = sorted(header.names)
    groups: list[list[int]] = []
    for index in named:
        gap = bool(groups) and any(
            _is_empty(body, between) for between in range(groups[-1][-1] + 1, index)
        )
        again = bool(groups) and header.names[index] == header.names[groups[-1][0]]
        if not groups or gap or again:
            groups.append([])
        groups[-1].append(index)
    whole = [frozenset[int]()]
    if len(groups) < 2 or any(len(group) < 2 for group in groups):
        return whole
    kinds = [{header.roles.get(index) for index in group} for group in groups]
    first = {ColumnRole.DESCRIPTION, ColumnRole.CODE, ColumnRole.NUMBER} & kinds[0]
    if not first or not all(first & kind for kind in kinds[1:]):
        return whole
    starts = [group[0] for group in groups]
    ends = [*starts[1:], max(named[-1] + 1, *(len(row) for row in body[:1]), starts[-1] + 1)]
    left = [0, *starts[1:]]
    return [frozenset(range(a, b)) for a, b in zip(left, ends, strict=True)]


def _is_empty(body: Sequence[Row], column: int) -> bool:
    return all(column >= len(row) or row[column] is None for row in body)


def unique_names(names: list[str]) -> list[str]:
    """Make names unique by numbering repeats: "Note", "Note (2)"."""
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique


def make_columns(
    header: Header | None, roles: dict[int, ColumnRole], used: list[int]
) -> tuple[Column, ...]:
    """Build the columns of a table.

    Args:
        header: Its header, or None.
        roles: Column index → role, told by the header or inferred from the cells.
        used: Columns that the table uses, ascending.

    Returns:
        One column a used index.
    """
    from deepsearch.inputs.tables.workbook import column_letters

    given = {ColumnRole.NUMBER: "No.", ColumnRole.DESCRIPTION: "Description",
             ColumnRole.UNIT: "Unit", ColumnRole.QUANTITY: "Quantity"}  # fmt: skip
    names = header.names if header else {}
    taken: set[str] = set(names.values())
    labels = []
    for index in used:
        role = roles.get(index, ColumnRole.OTHER)
        label = names.get(index) or given.get(role, "")
        if not label or (index not in names and label in taken):
            label = f"Column {column_letters(index)}"
        taken.add(label)
        labels.append(label)
    return tuple(
        Column(
            name=name,
            role=roles.get(index, ColumnRole.OTHER),
            unit=header.units.get(index) if header else None,
            index=index,
            named=index in names,
        )
        for index, name in zip(used, unique_names(labels), strict=True)
    )
