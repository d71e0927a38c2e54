"""Rows of tables: the header names the field, the cell gives the value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from deepsearch.schema import Operator, ParsedQuery, Requirement
from deepsearch.understanding.components import component, component_of_number
from deepsearch.understanding.headers import header_roles
from deepsearch.understanding.lexicon import load_data
from deepsearch.understanding.parser import RuleParser
from deepsearch.understanding.schedule import (
    DESCRIBED,
    HEADING,
    Segment,
    is_note,
    is_prose,
    name_of_the_thing,
    sure,
)
from deepsearch.understanding.text import fold, tokenise
from deepsearch.understanding.units import unit_at

__all__ = ["Cell", "parse_row"]

_MAKERS = re.compile(
    r"\s*[/;|\n]\s*|,\s+(?!(?:inc|ltd|llc|co|gmbh|corp)\b)|\s+or\s+(?!eq|sim|app)", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=\w\w)\.\s+|\n|。")
_OF = re.compile(r"\s+of\s+")
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
        What the row requires. Its text is what describes the row, the headings and the
        cells, one a line, long descriptions first and then the name they give; spans refer
        to it.
    """
    filled = [cell for cell in _cells(cells) if cell.text]
    described = [cell.text for cell in filled if cell.role == "description"]
    above = [text for line in headings if (text := line.strip()) and text not in described]
    product = _component(filled, described)
    spelt = [product] if product else []
    if described and not product:
        product = _product(described[0], above)
        spelt = [product] if is_prose(described[0]) else []
    tiers = [(text, DESCRIBED) for text in (*described, *spelt)] + [
        (text, HEADING) for text in above
    ]
    tiers.sort(key=lambda line: not is_prose(line[0]))
    lines = [text for text, _ in tiers]
    lines += [line for cell in filled if (line := _line(cell))]
    choices: list[Requirement] = []
    for role, name in _NAMED.items():
        texts, hard = _alternatives([cell.text for cell in filled if cell.role == role], role)
        if len(texts) == 1 and hard:
            lines.append(f"{name}: {texts[0]}")
        elif texts:
            choices.append(_choice(lines, name, texts, hard=hard))
    parsed = _read(lines)
    if not described and not choices:
        product = product or parsed.product  # a maker's name is none
    stated = {choice.field for choice in choices}
    requirements = sure(
        parsed.text,
        _segments(tiers),
        (*(r for r in parsed.requirements if r.field not in stated), *choices),
        product,
        counted=any(cell.role == "quantity" and _bare_number(cell.text) for cell in filled),
    )
    return replace(
        parsed,
        product=product,
        requirements=tuple(replace(r, source=source) for r in requirements),
    )


def _read(lines: Sequence[str]) -> ParsedQuery:
    """Read a row's lines; the long ones, which stand first, apart from the others."""
    count = sum(map(is_prose, lines))
    parser = RuleParser(implied=False, questions=False)
    if not 0 < count < len(lines):
        return parser.parse("\n".join(lines))
    prose, rest = (parser.parse("\n".join(part)) for part in (lines[:count], lines[count:]))
    shift = len(prose.text) + 1
    moved = (
        replace(r, span=r.span and (r.span[0] + shift, r.span[1] + shift))
        for r in rest.requirements
    )
    return replace(
        prose,
        text=f"{prose.text}\n{rest.text}",
        product=rest.product,
        requirements=(*prose.requirements, *moved),
    )


def _segments(tiers: Sequence[tuple[str, int]]) -> list[Segment]:
    """Where descriptions and headings stand in the text; what is behind them are cells."""
    segments, at = [], 0
    for text, tier in tiers:
        segments.append(Segment(at, at + len(text), tier))
        at += len(text) + 1
    return segments


def _component(cells: Sequence[Cell], described: Sequence[str]) -> str:
    """A component's name spelt out, from its description or else from the buyer's number."""
    if described:
        return component(described[0])
    if not any(cell.role in _NAMED for cell in cells):
        return ""
    numbers = (cell.text for cell in cells if cell.role == "reference")
    return next((name for number in numbers if (name := component_of_number(number))), "")


def _product(described: str, headings: Sequence[str]) -> str:
    """The thing's name; "50 mm thick" under the heading "Thermal insulation" is one.

    "Insulation material" is less than what a sentence behind it or a heading calls it.
    """
    named = [(text, _names(text)) for text in (described, *reversed(headings))]
    own = next(
        (names[0] for text, names in named if names and (text == described or not is_note(text))),
        described,
    )
    bare = _without_generic(own)
    if " " not in bare:
        for _, names in named:
            for name in names:
                whole = _OF.split(name)[0]
                if " " in whole and fold(whole).endswith(f" {fold(bare)}"):
                    return whole
    return own


def _names(text: str) -> list[str]:
    """The things that the first two sentences of a description name."""
    sentences = [part for part in _SENTENCE.split(text, maxsplit=2)[:2] if part.strip()]
    found = (_product_of(name_of_the_thing(sentence)) for sentence in sentences)
    return [" ".join(name.split()) for name in found if name]


def _without_generic(name: str) -> str:
    """A name without "material", "product" at its end, unless that is all of it."""
    words = name.split()
    generic = load_data("schedules")["prose"]["generic"]
    return " ".join(words[:-1]) if len(words) > 1 and fold(words[-1]) in generic else name


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
    known = header_roles()
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
    if cell.role == "quantity" and not any(char.isdigit() for char in cell.text):
        return ""  # "RO", "as required"
    if cell.role == "quantity" and number:
        return f"Quantity: {cell.text} {cell.unit or unit or 'pcs'}"
    unit = cell.unit or unit
    return f"{name}: {cell.text} {unit}" if number and unit else f"{name}: {cell.text}"


def _alternatives(cells: Sequence[str], role: str) -> tuple[list[str], bool]:
    """Makers, or their numbers, each once, and whether it must be one of them.

    A cell may list several makers; a maker's number may have any sign in it.
    """
    texts, hard = list(cells), True
    if role == "brand":
        texts = [part for cell in cells for part in _MAKERS.split(cell)]
        others = [fold(words) for words in load_data("schedules")["prose"]["equivalents"]]
        for index, text in enumerate(texts):
            for other in others:
                if (at := fold(text).find(other)) >= 0:
                    texts[index], hard = text[:at], False
    return [text for part in dict.fromkeys(texts) if (text := part.strip(" .,-()"))], hard


def _choice(lines: list[str], name: str, texts: Sequence[str], *, hard: bool) -> Requirement:
    """Add a line of alternatives, and return the requirement that it states."""
    start = sum(len(line) + 1 for line in lines)
    lines.append(f"{name}: {' / '.join(texts)}")
    return Requirement(
        field=name.lower(),
        op=Operator.ANY_OF,
        value=tuple(texts),
        hard=hard,
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
