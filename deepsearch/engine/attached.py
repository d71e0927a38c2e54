"""What files say, read with what the place of their words adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deepsearch.inputs import ColumnRole, LoadedFile, TableRow, cell_text
from deepsearch.protocols import RequirementParser
from deepsearch.schema import Modality, Operator, ParsedQuery, Requirement
from deepsearch.understanding import Cell, merge, parse_document, parse_row
from deepsearch.understanding.schedule import is_prose

__all__ = ["read_files", "read_item", "with_words", "words_to_search"]

# What a title block may require; its other entries name people, dates and sheets.
_OF_TITLE_BLOCKS = frozenset({
    "certification", "colour", "finish", "hardness", "material", "standard", "surface_finish",
    "surface_treatment", "thickness", "tolerance", "weight",
})  # fmt: skip
_TITLE_BLOCK = "title block "
_SIDES = ("length", "width", "height")


def read_item(row: TableRow) -> ParsedQuery:
    """Read an item row: the columns name the fields, the cells give the values.

    Args:
        row: A row of a spreadsheet or of a document's table.

    Returns:
        What it asks for. Its text is what is searched for, and its spans refer to it.
    """
    cells = [
        Cell(header=column.name, text=cell_text(value), role=column.role.value, unit=column.unit)
        for column, value in zip(row.columns, row.values, strict=True)
        if value is not None and column.role not in _REREAD
    ]
    if row.description:
        cells.insert(0, Cell(header="", text=row.description, role="description"))
    nameless = all(cell.role in _NAMELESS for cell in cells)
    if nameless:
        # Its numbers may yet stand in a listing; nothing else can be searched for.
        numbers = " ".join(cell.text for cell in cells)
        cells = [Cell(header="", text=numbers, role="description")]
    if row.quantity is not None:
        text = cell_text(row.quantity)
        cells.append(Cell(header="Quantity", text=text, role="quantity", unit=row.unit))
    parsed = parse_row(cells, headings=row.section_path, source=row.source)
    if not nameless:
        return parsed
    note = f"{row.source}: names the item by numbers of the buyer's own alone."
    stated = tuple(r for r in parsed.requirements if r.field == "order_quantity")
    return replace(parsed, product="", requirements=stated, notes=(*parsed.notes, note))


def words_to_search(row: TableRow, parsed: ParsedQuery) -> str:
    """Leave out the long descriptions, of which the name, the headings and the cells remain.

    Args:
        row: An item row.
        parsed: What was read from it, and from words beside it.

    Returns:
        The end of its text, or all of it where nothing else is left.
    """
    texts = [text.strip() for text in (row.description or "", *row.section_path)]
    long = "\n".join(dict.fromkeys(text for text in texts if is_prose(text)))
    return parsed.text.removeprefix(long).strip() or parsed.text


# The row holds these already, joined over continuation lines and read with their units.
_REREAD = frozenset({ColumnRole.DESCRIPTION, ColumnRole.QUANTITY, ColumnRole.UNIT})
_NAMELESS = frozenset({ColumnRole.REFERENCE, ColumnRole.NUMBER, ColumnRole.REMARK})


def read_files(files: Sequence[LoadedFile]) -> ParsedQuery | None:
    """Read the requirements of documents and drawings.

    A clause's "shall" and "must" are hard, its "should" is a wish. A drawing's sizes are
    wishes: what is drawn around the thing may be larger than the thing.

    Args:
        files: What was handed over.

    Returns:
        What they ask for together, each requirement with the page or clause it stands in;
        None where no text was among them.
    """
    read = [parsed for file in files for parsed in _parsed(file)]
    if not read:
        return None
    whole = read[0]
    for parsed in read[1:]:
        whole = _after(whole, parsed)
    return whole


def with_words(files: ParsedQuery, words: str, parser: RequirementParser) -> ParsedQuery:
    """Put the buyer's own words beside what the files say.

    Args:
        files: What the files say.
        words: The buyer's words; they win where both say something of one field.
        parser: Reads them.

    Returns:
        What is asked for. Its text is that of the files, then the words.
    """
    if not words.strip():
        return files
    said = parser.parse(words)
    whole = merge(files, said)
    return replace(whole, product=said.product or files.product, language=said.language)


def _parsed(file: LoadedFile) -> list[ParsedQuery]:
    if file.family == "drawing":
        return [_drawn(file)]
    return [
        parse_document(part.text.splitlines(), source=part.source)
        for part in file.parts
        if part.kind is Modality.TEXT and part.text
    ]


def _drawn(file: LoadedFile) -> ParsedQuery:
    titles = {
        name.removeprefix(_TITLE_BLOCK): str(value)
        for name, value in file.facts.items()
        if name.startswith(_TITLE_BLOCK)
    }
    parsed = parse_row(titles, source=f"{file.name} title block")
    stated = tuple(r for r in parsed.requirements if r.field in _OF_TITLE_BLOCKS)
    sizes = tuple(
        Requirement(
            field=side,
            op=Operator.EQ,
            value=round(size, 3),
            unit="mm",
            hard=False,
            source=file.name,
        )
        for side in _SIDES
        if isinstance(size := file.facts.get(f"{side}_mm"), float)
    )
    return replace(parsed, product="", requirements=(*sizes, *stated))


def _after(first: ParsedQuery, second: ParsedQuery) -> ParsedQuery:
    """Two texts of the files as one; what both say stands twice, with both places."""
    if not second.text:
        return replace(
            first,
            product=first.product or second.product,
            requirements=(*first.requirements, *second.requirements),
        )
    shift = len(first.text) + 1 if first.text else 0
    moved = tuple(
        replace(r, span=None if r.span is None else (r.span[0] + shift, r.span[1] + shift))
        for r in second.requirements
    )
    return replace(
        first,
        text=f"{first.text}\n{second.text}" if first.text else second.text,
        product=first.product or second.product,
        requirements=(*first.requirements, *moved),
        notes=(*first.notes, *second.notes),
    )
