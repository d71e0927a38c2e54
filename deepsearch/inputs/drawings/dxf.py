"""DXF drawings: a picture, the words and dimensions on them, units and extents."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.drawings.lines import draw_layout
from deepsearch.inputs.limits import DrawingLimits
from deepsearch.inputs.pictures import encode_picture
from deepsearch.inputs.records import LoadedFile, measure
from deepsearch.inputs.source import Source
from deepsearch.schema import Modality, QueryPart

__all__ = ["read_dxf"]

logger = logging.getLogger(__name__)

# $INSUNITS → millimetres. 0 and the rest: not said.
_MILLIMETRES = {
    1: 25.4, 2: 304.8, 3: 1_609_344.0, 4: 1.0, 5: 10.0, 6: 1000.0, 7: 1_000_000.0,
    8: 0.0000254, 9: 0.0254, 10: 914.4, 13: 0.001, 14: 100.0,
}  # fmt: skip
_UNIT_NAMES = {1: "inch", 2: "foot", 4: "mm", 5: "cm", 6: "m", 7: "km", 10: "yard", 14: "dm"}
_MAX_TEXTS = 2_000
_MAX_TEXT_CHARS = 20_000
_MAX_DEPTH = 12
_TITLE_WORDS = ("title", "titel", "border", "rahmen", "frame", "schrift", "cartouche", "штамп",
                "标题", "图框", "cajetin", "cartiglio")  # fmt: skip


def read_dxf(source: Source, *, limits: DrawingLimits) -> LoadedFile:
    """Read a DXF drawing, text or binary, damaged ones as far as they go.

    References to other drawings and pictures are not followed.

    Args:
        source: The file.
        limits: Bounds.

    Returns:
        A black-on-white picture of the model space (of the first paper layout where it
        is empty); texts, measured dimensions and title block fields as one text;
        extents in millimetres where the unit is stated, else in drawing units.

    Raises:
        UnreadableFileError: If it is damaged beyond reading, draws nothing, or would
            expand beyond the limits.
    """
    source.check_size(limits.max_bytes)
    try:
        return _read(source, limits)
    except UnreadableFileError:
        raise
    # Structure that the reader does not expect fails wherever its code trips over it.
    except Exception as error:
        raise UnreadableFileError(
            f"{source.name}: is a DXF drawing but damaged beyond reading ({error}). "
            "Open it in a CAD program and save it again."
        ) from error


def _read(source: Source, limits: DrawingLimits) -> LoadedFile:
    document = _open(source)
    layout = _layout(source, document)
    expanded = _expanded_count(document, layout, limits.max_entities)
    if expanded > limits.max_entities:
        raise UnreadableFileError(
            f"{source.name}: draws more than {limits.max_entities:,} entities once its blocks are "
            "expanded. Export the part you need."
        )
    picture, extents = draw_layout(source.name, document, layout, side=limits.side)
    texts, dimensions, title = _words(document, layout)
    code = int(document.header.get("$INSUNITS", 0) or 0)
    facts, sentences, notes = _describe(source, code, extents, dimensions, title)
    if texts:
        sentences.append("Texts: " + "; ".join(texts))
    parts = []
    if sentences:
        words = "\n".join(sentences)[:_MAX_TEXT_CHARS]
        parts.append(QueryPart(kind=Modality.TEXT, text=words, source=source.name))
    parts.append(
        QueryPart(kind=Modality.PICTURE, picture=encode_picture(picture), source=source.name)
    )
    return LoadedFile(
        name=source.name, family="drawing", kind="dxf", parts=tuple(parts), notes=tuple(notes),
        facts=facts,
    )  # fmt: skip


def _open(source: Source) -> Any:
    from ezdxf import recover

    logging.getLogger("ezdxf").setLevel(logging.ERROR)
    with source.open() as stream:
        document, _ = recover.read(stream)
    return document


def _layout(source: Source, document: Any) -> Any:
    for layout in (document.modelspace(), *_paper_layouts(document)):
        if len(layout):
            return layout
    raise UnreadableFileError(f"{source.name}: draws nothing. Check that it is the right file.")


def _paper_layouts(document: Any) -> Iterator[Any]:
    for name in document.layout_names_in_taborder():
        if name != "Model":
            yield document.layout(name)


def _expanded_count(document: Any, layout: Any, limit: int) -> int:
    """Count entities with every block reference replaced by its block, rows x columns times."""
    sizes: dict[str, int] = {}
    open_blocks: set[str] = set()

    def count(entities: Iterable[Any], depth: int) -> int:
        total = 0
        for entity in entities:
            total += 1
            if entity.dxftype() == "INSERT":
                name = str(entity.dxf.get("name", "")).lower()
                copies = max(1, entity.dxf.get("row_count", 1)) * max(
                    1, entity.dxf.get("column_count", 1)
                )
                total += copies * block(name, depth + 1)
            if total > limit:
                return total
        return total

    def block(name: str, depth: int) -> int:
        if name in sizes:
            return sizes[name]
        if name in open_blocks:
            # A block that contains itself would never end.
            return limit + 1
        if depth > 200 or name not in document.blocks:
            return 0
        open_blocks.add(name)
        sizes[name] = count(document.blocks.get(name), depth)
        open_blocks.discard(name)
        return sizes[name]

    return count(layout, 0)


def _words(document: Any, layout: Any) -> tuple[list[str], list[str], dict[str, str]]:
    """Collect texts, dimensions and title block fields, each once, in drawing order."""
    texts: dict[str, None] = {}
    dimensions: dict[str, None] = {}
    title: dict[str, str] = {}
    for entity, in_title in _entities(document, layout, 0, False):
        if len(texts) + len(dimensions) >= _MAX_TEXTS:
            break
        try:
            kind = entity.dxftype()
            if kind == "DIMENSION":
                label = _dimension(entity)
                if label:
                    dimensions[label] = None
            elif kind in ("ATTRIB", "ATTDEF"):
                value = entity.plain_text() if hasattr(entity, "plain_text") else entity.dxf.text
                if kind == "ATTRIB" and value.strip():
                    title[entity.dxf.tag] = " ".join(value.split())
            else:
                for text in _texts(entity):
                    texts[text] = None
                    if in_title and len(title) < 100:
                        title.setdefault(f"text {len(title) + 1}", text)
        except Exception as error:
            logger.debug("%s: %s", entity, error)
    return list(texts), list(dimensions), {k: v for k, v in title.items() if v}


def _entities(
    document: Any, layout: Iterable[Any], depth: int, in_title: bool
) -> Iterator[tuple[Any, bool]]:
    for entity in layout:
        yield entity, in_title
        if entity.dxftype() != "INSERT":
            continue
        for attribute in entity.attribs:
            yield attribute, True
        name = str(entity.dxf.get("name", ""))
        if depth < _MAX_DEPTH and name in document.blocks:
            titled = in_title or any(word in name.lower() for word in _TITLE_WORDS)
            yield from _entities(document, document.blocks.get(name), depth + 1, titled)


def _texts(entity: Any) -> Iterator[str]:
    kind = entity.dxftype()
    raw: list[Any] = []
    if kind in {"TEXT", "MTEXT"}:
        raw = [str(entity.plain_text())]
    elif kind == "MULTILEADER" and getattr(entity.context, "mtext", None) is not None:
        from ezdxf.tools.text import fast_plain_mtext

        raw = [fast_plain_mtext(entity.context.mtext.default_content)]
    elif kind == "ACAD_TABLE":
        from ezdxf.entities.acad_table import read_acad_table_content

        raw = [str(cell) for row in read_acad_table_content(entity) for cell in row]
    yield from filter(None, (" ".join(str(text).split()) for text in raw))


def _dimension(entity: Any) -> str | None:
    """A dimension as written: its own text, with "<>" standing for what is measured."""
    measured = entity.get_measurement()
    number = f"{float(measured):.6g}" if isinstance(measured, (int, float)) else ""
    text = str(entity.dxf.get("text", "") or "<>")
    if text == " ":
        return None
    signs = {2: "angle ", 3: "Ø", 4: "R", 5: "angle "}
    label = text.replace("<>", signs.get(entity.dimtype & 7, "") + number).strip()
    return label or None


def _describe(
    source: Source,
    code: int,
    extents: tuple[float, float],
    dimensions: list[str],
    title: dict[str, str],
) -> tuple[dict[str, str | float], list[str], list[str]]:
    facts: dict[str, str | float] = {}
    sentences: list[str] = []
    notes: list[str] = []
    width, height = extents
    factor = _MILLIMETRES.get(code)
    if factor is not None:
        facts["unit"] = _UNIT_NAMES.get(code, f"{factor:g} mm")
        facts["width_mm"], facts["height_mm"] = width * factor, height * factor
        sentences.append(f"Overall size {measure(width * factor)} x {measure(height * factor)} mm.")
    else:
        facts["width"], facts["height"] = width, height
        sentences.append(f"Overall size {measure(width)} x {measure(height)} drawing units.")
        notes.append(f"{source.name}: does not state its unit; sizes are in drawing units.")
    if title:
        facts |= {f"title block {key}": value for key, value in title.items()}
        sentences.append("Title block: " + "; ".join(f"{k}: {v}" for k, v in title.items()))
    if dimensions:
        unit = f" {facts['unit']}" if factor is not None else ""
        sentences.append(f"Dimensions{unit and ' in' + unit}: " + ", ".join(dimensions))
    return facts, sentences, notes
