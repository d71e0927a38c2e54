"""Rows of tables: the header names the field, the cell gives the value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from deepsearch.schema import Operator, ParsedQuery, Requirement
from deepsearch.understanding.lexicon import load_data
from deepsearch.understanding.parser import RuleParser
from deepsearch.understanding.text import fold, tokenise
from deepsearch.understanding.units import unit_at

__all__ = ["Cell", "parse_row"]

_BRACKET = re.compile(r"[\[(]([^\])]{1,12})[\])]\s*$")
# Cells that tell the buyer, or the seller, something; nothing of the thing wanted.
_SILENT = frozenset({"number", "reference", "picture", "remark", "unit"})
# What a column of makers or of their numbers is called in a requirement.
_NAMED = {"brand": "Brand", "code": "Model"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One filled cell of a row.

    Attributes:
        header: Its column's header as written.
        text: What it holds, as written.
        role: What the column means: "number", "reference" (the buyer's own number),
            "code" (a maker's number), "description", "specification", "quantity", "unit",
            "brand", "remark", "picture" or another word, which says nothing further. None:
            judged by the header.
        unit: Unit of a bare number, where the column or a neighbour states it.
    """

    header: str
    text: str
    role: str | None = None
    unit: str | None = None


@cache
def _headers() -> dict[str, str]:
    """Header word → role, for rows that come without roles."""
    roles = {"silent": "number"}
    return {
        fold(word): roles.get(role, role)
        for role, words in load_data("headers")["header"].items()
        for word in words
    }


def parse_row(
    cells: Mapping[str, str] | Sequence[Cell],
    *,
    headings: Sequence[str] = (),
    source: str | None = None,
) -> ParsedQuery:
    """Read one spreadsheet row or one specification table: headers name, cells value.

    Several columns of makers, or of their numbers, are alternatives to each other.

    Args:
        cells: Header → cell, or cells with what is known of their columns, in order;
            empty ones are skipped.
        headings: Headings and qualifying texts above the row, outermost first.
        source: Where the row stands, e.g. "boq.xlsx Sheet1!7"; every requirement cites it.

    Returns:
        What the row requires. Its text is the headings and the cells, one a line; spans
        refer to it.
    """
    filled = [cell for cell in _cells(cells) if cell.text]
    described = [cell.text for cell in filled if cell.role == "description"]
    lines = [*described, *(line for line in headings if line not in described)]
    lines += [line for cell in filled if (line := _line(cell))]
    choices: list[Requirement] = []
    for role, name in _NAMED.items():
        texts = list(dict.fromkeys(cell.text for cell in filled if cell.role == role))
        if len(texts) == 1:
            lines.append(f"{name}: {texts[0]}")
        elif texts:
            choices.append(_choice(lines, name, texts))
    text = "\n".join(lines)
    parsed = RuleParser(implied=False, questions=False).parse(text)
    stated = {choice.field for choice in choices}
    requirements = (*(r for r in parsed.requirements if r.field not in stated), *choices)
    # A maker's name is no product.
    product = "" if choices else parsed.product
    if described:
        # "50 mm thick" under the heading "Thermal insulation" is one.
        products = (_product_of(words) for words in (described[0], *reversed(headings)))
        product = next((found for found in products if found), described[0])
    return replace(
        parsed,
        product=product,
        requirements=tuple(replace(r, source=source) for r in requirements),
    )


def _cells(cells: Mapping[str, str] | Sequence[Cell]) -> list[Cell]:
    given = (
        [Cell(header=name, text=str(text or "")) for name, text in cells.items()]
        if isinstance(cells, Mapping)
        else cells
    )
    found = [
        replace(cell, text=cell.text.strip(), role=cell.role or _role(cell.header))
        for cell in given
    ]
    unit = next((cell.text for cell in found if cell.role == "unit" and cell.text), None)
    return [
        replace(cell, unit=unit) if cell.role == "quantity" and cell.unit is None else cell
        for cell in found
    ]


def _role(header: str) -> str | None:
    known = _headers()
    whole = fold(header).strip(" :")
    bare = fold(_split_unit(header)[0])
    keys = (whole, whole.strip("."), bare.strip(" ."))
    return next((known[key] for key in keys if key in known), None)


def _line(cell: Cell) -> str:
    """Write a cell as a line of text; "" for one that is read otherwise, or not at all."""
    if cell.role in _SILENT or cell.role in _NAMED or cell.role == "description":
        return ""
    if cell.role == "specification":
        return cell.text
    name, unit = _split_unit(cell.header)
    number = _bare_number(cell.text)
    if cell.role == "quantity" and number:
        return f"Quantity: {cell.text} {cell.unit or unit or 'pcs'}"
    unit = cell.unit or unit
    return f"{name}: {cell.text} {unit}" if number and unit else f"{name}: {cell.text}"


def _choice(lines: list[str], name: str, texts: Sequence[str]) -> Requirement:
    """Add a line of alternatives, and return the requirement that it states."""
    start = sum(len(line) + 1 for line in lines)
    lines.append(f"{name}: {' / '.join(texts)}")
    return Requirement(
        field=name.lower(),
        op=Operator.ANY_OF,
        value=tuple(texts),
        span=(start, start + len(lines[-1])),
    )


def _bare_number(value: str) -> bool:
    folded = fold(value).strip()
    return any(char.isdigit() for char in folded) and all(
        char.isdigit() or char in ".,- ~x*/+" for char in folded
    )


def _split_unit(header: str) -> tuple[str, str]:
    """Split "Length (mm)" or "Thk. mm" into the name and its unit."""
    match = _BRACKET.search(header)
    if match:
        tokens = tokenise(match.group(1))
        if len(tokens) and unit_at(tokens, 0, "en"):
            return header[: match.start()].strip(), match.group(1)
        return header, ""
    tokens = tokenise(header)
    if len(tokens) >= 2:
        senses = unit_at(tokens, len(tokens) - 1, "en")
        if (
            senses
            and senses[0].last == len(tokens)
            and senses[0].dimension not in ("count", "time", "money")
        ):
            return header[: tokens.starts[-1]].strip(" ,./"), tokens.words[-1]
    return header, ""


def _product_of(words: str) -> str:
    return RuleParser(implied=False, questions=False).parse(words).product
