"""What the columns of a table mean, once its cells have been seen."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from deepsearch.inputs.records import CellValue, ColumnRole
from deepsearch.inputs.tables.columns import is_unit_word, normalise, split_quantity
from deepsearch.inputs.tables.header import Header
from deepsearch.inputs.tables.vocabulary import VOCABULARY
from deepsearch.inputs.tables.words import is_total, looks_like_code, numbering

__all__ = ["column_roles"]

_SAMPLE = 300
_BETWEEN = r"\s*[,;]\s*|\s*-\s*|\s+"
_PLACES = re.compile(rf"\s*[A-Z]{{1,3}}\d{{1,4}}(?:(?:{_BETWEEN})[A-Z]{{1,3}}\d{{1,4}})*\s*")
_IN_BRACKETS = re.compile(r"[(\[（].*")
R = ColumnRole
# Roles that a header may claim for a column of units.
_MISTAKEN = frozenset({R.DIMENSION, R.SPECIFICATION, R.CODE, R.DESCRIPTION, R.MATERIAL})
_OWN_CODES = frozenset(map(normalise, VOCABULARY["codes"]["own"]))
_CLASSES = frozenset(map(normalise, VOCABULARY["codes"]["classes"]))


class _Cells:
    """A sample of one column's filled cells, and what share of them is what."""

    def __init__(self, values: list[CellValue]) -> None:
        self.values = values
        self.texts = [value for value in values if isinstance(value, str)]
        self.mean_chars = sum(map(len, self.texts)) / len(self.texts) if self.texts else 0.0

    def share(self, test: object) -> float:
        assert callable(test)  # noqa: S101 - an internal helper
        return sum(bool(test(value)) for value in self.values) / max(1, len(self.values))

    @property
    def numbers(self) -> float:
        return self.share(lambda value: split_quantity(value)[0] is not None)

    @property
    def numberings(self) -> float:
        return self.share(lambda value: numbering(value) is not None)

    @property
    def counts_up(self) -> bool:
        """Whether these are positions of several levels, in order: 1, 1.1, 1.2, 2."""
        read = [numbering(value) for value in self.values]
        if None in read or not all(part.isdecimal() and int(part) < 100
                                   for parts in read for part in parts or ()):  # fmt: skip
            return False
        placed = [tuple(map(int, parts or ())) for parts in read]
        return placed == sorted(placed) and len({len(parts) for parts in placed}) > 1

    @property
    def units(self) -> float:
        return self.share(lambda value: isinstance(value, str) and is_unit_word(value))

    @property
    def spelt_out(self) -> bool:
        """Whether a text is longer than a letter; M and L alone are sizes."""
        return any(len(text) > 1 for text in self.texts)

    @property
    def places_on_a_board(self) -> bool:
        """Whether these are designators of a circuit: "C1, C2, C5" beside "R7"."""
        places = self.share(lambda value: isinstance(value, str) and _PLACES.fullmatch(value))
        return places == 1 and any(len(re.split(_BETWEEN, text.strip())) > 1 for text in self.texts)

    @property
    def codes(self) -> float:
        return self.share(lambda value: isinstance(value, float) or looks_like_code(str(value)))


def column_roles(
    header: Header | None, body: Sequence[Sequence[CellValue]], used: list[int]
) -> dict[int, ColumnRole]:
    """Decide the role of every column.

    The header's words come first, corrected where the cells contradict them ("Item"
    over running numbers, over codes, over names); columns without a known header are
    judged by their cells.

    Args:
        header: The table's header, or None.
        body: Rows below it.
        used: Columns in use, ascending.

    Returns:
        Column → role, for every used column.
    """
    sample = [row for row in body[: 4 * _SAMPLE] if sum(v is not None for v in row) >= 2][:_SAMPLE]
    sample = sample or list(body[:_SAMPLE])
    cells = {
        index: _Cells([row[index] for row in sample if row[index] is not None]) for index in used
    }
    roles = dict(header.roles) if header else {}
    roles = {index: role for index, role in roles.items() if index in cells}
    _correct(roles, cells, used)
    _infer(roles, cells, used, named=set(header.names) if header else set())
    if header is not None and R.QUANTITY not in roles.values():
        _count_by_totals(roles, header, cells, body)
    if R.DESCRIPTION not in roles.values():
        _promote(roles, cells, used)
    names = header.names if header else {}
    return {
        index: _sharpened(roles.get(index, R.OTHER), names.get(index, ""), cells[index])
        for index in used
    }


def _count_by_totals(
    roles: dict[int, ColumnRole],
    header: Header,
    cells: dict[int, _Cells],
    body: Sequence[Sequence[CellValue]],
) -> None:
    """Take a total for the quantity: "Floor 1 | Floor 2 | Total", "S | M | L | Pairs".

    Where prices are about it may be one of money; then it must say "pcs", or sum up columns.
    """
    of_money = R.PRICE in roles.values() and R.UNIT not in roles.values()
    for index, name in header.names.items():
        if index not in cells or roles.get(index) is not None:
            continue
        unit = header.units.get(index)
        bare = _IN_BRACKETS.sub("", name).removesuffix(unit or "").strip()
        if bare and not is_total(bare):
            continue
        sure = bool(bare) and (unit is not None or not of_money)
        if not sure and not _sums_up(index, roles, body[:_SAMPLE]):
            continue
        # A total may stand on lines of its own, which the sample leaves out.
        column = cells[index] if cells[index].values else _Cells(_present(body, index))
        if column.numbers > 0.5:
            roles[index] = R.QUANTITY
            return


def _present(body: Sequence[Sequence[CellValue]], index: int) -> list[CellValue]:
    return [row[index] for row in body[: 4 * _SAMPLE] if row[index] is not None]


def _sums_up(
    index: int, roles: dict[int, ColumnRole], sample: Sequence[Sequence[CellValue]]
) -> bool:
    """Whether a column's cells are sums of two or more columns left of it that are no prices."""
    parts = [column for column in range(index) if roles.get(column) is not R.PRICE]
    hits = total = 0
    for row in sample:
        value, addends = row[index], [row[i] for i in parts if isinstance(row[i], float)]
        if isinstance(value, float) and len(addends) >= 2:
            total += 1
            hits += math.isclose(sum(float(addend or 0) for addend in addends), value)
    return total > 0 and hits >= 0.8 * total


def _sharpened(role: ColumnRole, name: str, column: _Cells) -> ColumnRole:
    """Tell a model number from one that only the buyer knows, and from a class of goods."""
    if role is not R.CODE:
        return role
    key = normalise(name)
    if key.startswith("ref") and column.places_on_a_board:
        return R.REFERENCE
    return R.REFERENCE if key in _OWN_CODES else R.OTHER if key in _CLASSES else role


def _correct(roles: dict[int, ColumnRole], cells: dict[int, _Cells], used: list[int]) -> None:
    """Let the cells overrule headers that mean different things in different sheets."""
    has_quantity = R.QUANTITY in roles.values()
    has_unit = R.UNIT in roles.values()
    for position, index in enumerate(used):
        role, column = roles.get(index), cells[index]
        if role is None or not column.values:
            continue
        if role is R.NUMBER and column.numberings < 0.5:
            roles[index] = R.CODE if column.codes > 0.5 else R.DESCRIPTION
        elif role is R.NUMBER and position > 0 and _is_count(roles, column, used[:position]):
            roles[index] = R.OTHER if has_quantity else R.QUANTITY
        elif role is R.CODE and position == 0 and column.counts_up:
            # "Código: 01, 01.01, 01.02, 02" numbers positions.
            roles[index] = R.NUMBER
        elif role is R.UNIT and column.numbers > 0.5:
            # "12 m²" below "Einheit" tells both.
            beside = column.share(lambda value: isinstance(value, str)) > 0.5
            roles[index] = R.QUANTITY if beside and not has_quantity else R.OTHER
        elif role in _MISTAKEN and not has_unit and column.units >= 0.8 and column.spelt_out:
            # "Dim." over m², St and kg is the unit.
            roles[index], has_unit = R.UNIT, True
        elif (
            role is R.DESCRIPTION
            and position > 0
            and not has_quantity
            and column.numbers > 0.8
            and _others(roles, index, R.DESCRIPTION)
        ):
            # "Nombre" is a name in one language and a number in another.
            roles[index], has_quantity = R.QUANTITY, True
        elif role is R.QUANTITY and column.numbers < 0.2 and column.units > 0.5:
            roles[index] = R.UNIT
        elif role is R.DESCRIPTION and column.codes > 0.8 and _others(roles, index, R.DESCRIPTION):
            roles[index] = R.NUMBER if position == 0 and column.numberings > 0.8 else R.CODE


def _is_count(roles: dict[int, ColumnRole], column: _Cells, before: list[int]) -> bool:
    """A column "No." or "Nos" right of a description counts pieces."""
    described = any(roles.get(index) is R.DESCRIPTION for index in before)
    numbered = any(roles.get(index) is R.NUMBER for index in before)
    return described and numbered and column.numbers > 0.5


def _others(roles: dict[int, ColumnRole], index: int, role: ColumnRole) -> bool:
    return any(other != index and found is role for other, found in roles.items())


def _infer(
    roles: dict[int, ColumnRole], cells: dict[int, _Cells], used: list[int], named: set[int]
) -> None:
    """Judge columns that the sheet does not name by their cells."""
    unnamed = [index for index in used if index not in named and cells[index].values]
    taken = set(roles.values())
    for index in used:
        # A name that is not known must be contradicted more clearly than none.
        enough = 0.6 if index not in named else 0.8
        free = index not in roles and R.UNIT not in taken and bool(cells[index].values)
        if free and cells[index].units >= enough:
            roles[index] = R.UNIT
            taken.add(R.UNIT)
    # Position numbers stand left of the words; a count stands right of them.
    words = [i for i in used if cells[i].mean_chars >= 4 and cells[i].numbers < 0.5]
    for index in unnamed[:2]:
        leads = bool(words) and index < words[0]
        free = index not in roles and R.NUMBER not in taken
        if free and leads and cells[index].numberings >= 0.6:
            roles[index] = R.NUMBER
            taken.add(R.NUMBER)
    if R.DESCRIPTION not in taken:
        wordy = [i for i in unnamed if i not in roles and cells[i].mean_chars >= 4
                 and cells[i].codes < 0.8 and cells[i].numbers < 0.5]  # fmt: skip
        if wordy:
            roles[max(wordy, key=lambda i: cells[i].mean_chars)] = R.DESCRIPTION
    if R.QUANTITY not in taken and R.UNIT in taken:
        _infer_quantity(roles, cells, used, unnamed)


def _infer_quantity(
    roles: dict[int, ColumnRole], cells: dict[int, _Cells], used: list[int], unnamed: list[int]
) -> None:
    """A nameless number column beside the unit column is the quantity."""
    unit = used.index(next(index for index in used if roles.get(index) is R.UNIT))
    for neighbour in (unit + 1, unit - 1):
        if 0 <= neighbour < len(used):
            index = used[neighbour]
            if index in unnamed and index not in roles and cells[index].numbers > 0.5:
                roles[index] = R.QUANTITY
                return


_STAND_INS = (R.MATERIAL, R.SPECIFICATION, R.PICTURE, R.OTHER, R.BRAND)


def _promote(roles: dict[int, ColumnRole], cells: dict[int, _Cells], used: list[int]) -> None:
    """Find a description where no header says so: the wordiest text column."""
    wordy = [
        index
        for index in used
        if roles.get(index, R.OTHER) in _STAND_INS[:2]
        or (index not in roles and cells[index].mean_chars >= 6)
    ]
    wordy = [i for i in wordy if cells[i].texts and cells[i].codes < 0.8 and cells[i].units < 0.6]
    if not wordy and not {R.CODE, R.MATERIAL, R.SPECIFICATION} & set(roles.values()):
        # Nothing else says what is wanted: then "Item: A, B, C" names it.
        wordy = [i for i in used if roles.get(i) is R.NUMBER and cells[i].share(_has_letters) > 0.5]
    if wordy:
        best = max(wordy, key=lambda i: cells[i].mean_chars)
        roles[best] = R.DESCRIPTION


def _has_letters(value: CellValue) -> bool:
    return isinstance(value, str) and any(char.isalpha() for char in value)
