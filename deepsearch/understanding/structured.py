"""Rows of a table and clauses of a document, read with what their place adds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from deepsearch.schema import Operator, ParsedQuery, Requirement
from deepsearch.understanding.parser import RuleParser
from deepsearch.understanding.text import fold, tokenise
from deepsearch.understanding.units import unit_at

__all__ = ["parse_document", "parse_row"]

_UNIT_HEADERS = frozenset(
    {
        "unit",
        "units",
        "uom",
        "u.o.m",
        "einheit",
        "me",
        "unidad",
        "unite",
        "unité",
        "unita",
        "ед",
        "ед.изм",
        "单位",
        "単位",
        "um",
        "eenheid",
        "unidade",
    }
)
_QUANTITY = frozenset(
    {
        "qty",
        "quantity",
        "q'ty",
        "qty.",
        "menge",
        "anzahl",
        "stuckzahl",
        "cantidad",
        "quantite",
        "quantita",
        "quantidade",
        "количество",
        "кол-во",
        "数量",
        "数量(个)",
        "الكميه",
        "aantal",
        "order qty",
        "required qty",
        "total qty",
        "nos",
        "pcs",
        "no of units",
    }
)
_SILENT = frozenset(
    {
        "no",
        "no.",
        "s.no",
        "s.no.",
        "sr",
        "sr.",
        "sr.no",
        "sl no",
        "#",
        "item no",
        "item no.",
        "pos",
        "pos.",
        "position",
        "remark",
        "remarks",
        "notes",
        "photo",
        "picture",
        "image",
        "amount",
        "序号",
        "备注",
        "№",
        "nr",
        "nr.",
        "sno",
        "s no",
        "sl.no",
        "line",
        "id",
    }
)
_NAMES = frozenset(
    {
        "item",
        "product",
        "description",
        "name",
        "product name",
        "item description",
        "description of goods",
        "artikel",
        "bezeichnung",
        "producto",
        "descripcion",
        "produit",
        "designation",
        "prodotto",
        "descrizione",
        "produto",
        "descricao",
        "наименование",
        "товар",
        "品名",
        "产品名称",
        "产品",
        "商品名",
        "名称",
        "المنتج",
        "الوصف",
        "omschrijving",
        "material description",
        "goods",
        "particulars",
        "part name",
        "beschreibung",
        "produkt",
    }
)
_BRACKET = re.compile(r"[\[(]([^\])]{1,12})[\])]\s*$")
_CLAUSE = re.compile(
    r"^\s*(?:§\s*)?((?:\d{1,3}\.){0,5}\d{1,3}\.?|\([a-z0-9]{1,3}\)|[a-z]\))(?:\s+|\t)(?=\S)"
)
_SHALL = frozenset(
    [
        "shall",
        "must",
        "muss",
        "mussen",
        "doit",
        "doivent",
        "debe",
        "deben",
        "deve",
        "devono",
        "devem",
        "должен",
        "должна",
        "должно",
        "должны",
        "必须",
        "应",
        "须",
        "должны",
        "moet",
        "moeten",
        "zorunlu",
    ]
)
_SHOULD = frozenset(
    [
        "should",
        "sollte",
        "sollten",
        "soll",
        "devrait",
        "devraient",
        "deberia",
        "deberian",
        "dovrebbe",
        "dovrebbero",
        "deveria",
        "deveriam",
        "recommended",
        "empfohlen",
        "宜",
        "建议",
        "may",
        "kann",
        "желательно",
        "рекомендуется",
    ]
)


def _bare_number(value: str) -> bool:
    folded = fold(value).strip()
    return (
        bool(folded)
        and all(char.isdigit() or char in ".,- ~x*/+" for char in folded)
        and any(c.isdigit() for c in folded)
    )


def _header_unit(header: str) -> tuple[str, str]:
    """Split "Length (mm)" or "Thk. mm" into the name and its unit."""
    match = _BRACKET.search(header)
    if match:
        inner = match.group(1)
        tokens = tokenise(inner)
        if len(tokens) and unit_at(tokens, 0, "en"):
            return header[: match.start()].strip(), inner
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


def parse_row(cells: Mapping[str, str], *, source: str | None = None) -> ParsedQuery:
    """Read one spreadsheet row or one specification table: headers name, cells value.

    Args:
        cells: Header → cell, in order; empty cells are skipped.
        source: Where the row stands, e.g. "boq.xlsx Sheet1!7"; every requirement cites it.

    Returns:
        What the row requires. Its text is the cells, one a line; spans refer to it.
    """
    filled = {
        name: str(value).strip()
        for name, value in cells.items()
        if value is not None and str(value).strip()
    }
    unit = next((v for h, v in filled.items() if fold(h).strip(" .:") in _UNIT_HEADERS), "")
    lines: list[str] = []
    product = ""
    for header, value in filled.items():
        key = fold(header).strip(" :")
        if key in _SILENT or key.strip(".") in _UNIT_HEADERS:
            continue
        if key.strip(".") in _NAMES:
            product = product or value
            lines.append(value)
            continue
        name, own = _header_unit(header)
        if _bare_number(value):
            if key.strip(".") in _QUANTITY or fold(name).strip(" .") in _QUANTITY:
                lines.append(f"Quantity: {value} {unit or own or 'pcs'}")
                continue
            if own:
                value = f"{value} {own}"  # noqa: PLW2901
        lines.append(f"{name}: {value}")
    text = "\n".join(lines)
    parsed = RuleParser(implied=False, questions=False).parse(text)
    named = _product_of(product) if product else parsed.product
    return replace(
        parsed,
        product=named,
        requirements=tuple(replace(r, source=source) for r in parsed.requirements),
    )


def _product_of(words: str) -> str:
    parsed = RuleParser(implied=False, questions=False).parse(words)
    return parsed.product or words


def _modal(sentence: str) -> bool | None:
    """Hard, wish, or nothing said."""
    words = tokenise(sentence).words
    joined = "".join(words)
    if any(word in _SHALL for word in words) or any(
        mark in joined for mark in ("必须", "应当", "しなければ")
    ):
        return True
    if any(word in _SHOULD for word in words) or any(
        mark in joined for mark in ("建议", "望ましい")
    ):
        return False
    return None


def parse_document(blocks: Iterable[str], *, source: str | None = None) -> ParsedQuery:
    """Read a requirement document: numbered clauses, shall and must hard, should a wish.

    Args:
        blocks: Paragraphs, clauses or table rows ("a | b | c"), in order.
        source: Name of the document; each requirement cites it and its clause.

    Returns:
        The requirements of all blocks; the text is the blocks joined by line ends, and
        spans refer to it.
    """
    parser = RuleParser(implied=False, questions=False)
    texts: list[str] = []
    requirements: list[Requirement] = []
    product, language = "", "en"
    shift = 0
    for block in blocks:
        number, offset = _clause_number(block)
        body = block[offset:]
        parsed = parser.parse(body)
        cited = " ".join(part for part in (source, f"§{number}" if number else "") if part) or None
        if not product and parsed.product and not number:
            product = parsed.product
        if parsed.requirements and language == "en":
            language = parsed.language
        for r in parsed.requirements:
            assert r.span is not None  # noqa: S101
            hard = r.hard
            sentence = _sentence(body, r.span)
            modal = _modal(sentence)
            if modal is not None:
                hard = modal
            requirements.append(
                replace(
                    r,
                    hard=hard,
                    source=cited,
                    op=_shall_op(r, sentence),
                    span=(r.span[0] + shift + offset, r.span[1] + shift + offset),
                )
            )
        texts.append(block)
        shift += len(block) + 1
    return ParsedQuery(
        text="\n".join(texts),
        language=language,
        product=product or _title(texts),
        requirements=_once(requirements),
    )


def _clause_number(block: str) -> tuple[str, int]:
    match = _CLAUSE.match(block)
    if match is None or (
        re.match(r"\s*\d+\s*[a-zA-Z°%]{1,4}\b", block) and "." not in match.group(1)
    ):
        return "", 0
    return match.group(1).strip(".()"), match.end()


def _sentence(text: str, span: tuple[int, int]) -> str:
    start = max(
        text.rfind(". ", 0, span[0]) + 1,
        text.rfind("\n", 0, span[0]) + 1,
        text.rfind("。", 0, span[0]) + 1,
        text.rfind(";", 0, span[0]) + 1,
    )
    ends = [
        at
        for at in (
            text.find(". ", span[1]),
            text.find("\n", span[1]),
            text.find("。", span[1]),
            text.find(";", span[1]),
        )
        if at >= 0
    ]
    return text[start : min(ends, default=len(text))]


def _shall_op(requirement: Requirement, _: str) -> Operator:
    return requirement.op


def _once(requirements: list[Requirement]) -> tuple[Requirement, ...]:
    seen: dict[tuple[object, ...], Requirement] = {}
    for r in requirements:
        seen.setdefault((r.field, r.op, r.value, r.unit, r.source), r)
    return tuple(seen.values())


def _title(texts: list[str]) -> str:
    for text in texts[:5]:
        parsed = RuleParser(implied=False, questions=False).parse(text)
        if parsed.product:
            return parsed.product
    return ""
