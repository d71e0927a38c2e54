"""Words that tell a total, a note or a section from an item, in several languages."""

from __future__ import annotations

import re

from deepsearch.inputs.tables.columns import normalise

__all__ = ["Numbering", "is_note", "is_total", "looks_like_code", "numbering"]

_TOTAL = re.compile(
    r"""^(?:(?:grand|sub|sub\s|net|gross|overall|final|page|section)\s*totals?|totals?|sum|summary|carried\s(?:over|forward|to)|brought\sforward
    |zwischensumme|gesamtsumme|gesamt|summe|total\sgeneral|subtotal|suma|sous\stotal|somme|soma|totale|subtotale|итого|всего|toplam|genel\stoplam|ara\stoplam
    |合计|总计|小计|共计|合計|總計|小計|总数|المجموع|الإجمالي|إجمالي|합계|소계|총계|tổng\scộng|tổng|cộng|jumlah\stotal|sub\sjumlah|razem|suma|totaal|कुल|योग)
    (?P<rest>.*)$""",
    re.X,
)
# What may follow the word in a total; anything else makes it a name ("total station").
_TOTAL_REST = re.compile(
    r"""^(?:\s*(?:amount|amt|qty|quantity|price|cost|value|sum|net|gross|excl|excluding|incl|including|ex|before|after|with|without|w|o|vat|gst|tax|taxes
    |iva|mwst|tva|ust|ндс|kdv|of|for|a|b|c|d|e|f|part|section|carried|over|forward|to|summary|page|in|words|and|the|all|items|usd|eur|rs|inr|cny|rmb|gbp|general|brutto|netto
    |по|разделу|с|без|руб|fob|exw|cif|weight|pcs|nos|s|sum|金额|元|大写|\d+|[ivx]+))*\s*$""",
    re.X,
)
_OF_SOMETHING = re.compile(r"^\s*(?:of|for|part|section|carried|a|b|c|по|von|de|der|des)\s")
_CHARGE = re.compile(
    r"""^(?:c|s|i)?(?:gst|vat|iva|mwst|tva|ндс|kdv|tax|taxes|discount|rabatt|descuento|freight|shipping|packing\sand\sforwarding|p\sf|round\soff|rounding
    |amount\sin\swords|total\sin\swords|versand|fracht|税|税额|运费|折扣|大写|add|less)\b(?:\s+\S+){0,5}$""",
    re.X,
)
_NOTE = re.compile(
    r"""^(?:notes?|n\sb|nb|remarks?|terms(?:\s(?:and|&)?\s*conditions)?|general\s(?:notes|conditions|terms)|conditions|important|disclaimer|prepared\sby|checked\sby|approved\sby
    |authori[sz]ed\s(?:by|signatory)|signature|signed|payment(?:\sterms)?|delivery\sterms|validity|warranty|exclusions?|inclusions?|assumptions?
    |备注|说明|注|备注说明|条款|付款方式|备 注|制表|审核|批准|備考|注意|nota|notas|condiciones|hinweis|hinweise|anmerkung|anmerkungen|bemerkung|bemerkungen|zahlungsbedingungen
    |remarque|remarques|conditions\sgénérales|observações|condizioni|примечание|примечания|условия|not|notlar|ملاحظة|ملاحظات|비고|ghi\schú|catatan|uwagi|opmerking|opmerkingen)
    (?:\s|$|\d)""",
    re.X,
)


def is_total(text: str) -> bool:
    """Tell whether a row's leading text makes it a total, a tax or a charge."""
    if len(text) > 60:
        return False
    key = normalise(text)
    match = _TOTAL.match(key)
    if match:
        rest = match["rest"]
        return bool(_TOTAL_REST.match(rest) or _OF_SOMETHING.match(rest))
    return bool(_CHARGE.match(key))


def is_note(text: str) -> bool:
    """Tell whether a text opens the notes, terms or signatures around a table."""
    return bool(_NOTE.match(normalise(text[:80])))


Numbering = tuple[str, ...]
"""A position number in its parts: "11.1.2" → ("11", "1", "2"), "B)" → ("b",)."""

_NUMBERING = re.compile(
    r"^[\s(\[]*(?P<body>\d{1,4}(?:\s*[.\-]\s*\d{1,4})*(?:\s*[.]?\s*[a-z])?|[a-z]{1,2}(?:[.\-]?\d{1,3})*|[ivx]{1,6})[\s.)\]:]*$",
    re.I,
)


def numbering(value: str | float | None) -> Numbering | None:
    """Read a position number.

    Args:
        value: A cell: 7.0, 8.1, "11.1.2", "(a)", "IV.", "B-3".

    Returns:
        Its parts, lower case; None where it is none.
    """
    if value is None:
        return None
    if isinstance(value, float):
        if not 0 <= value < 1e6:
            return None
        text = f"{value:.6g}"
        return tuple(text.split("."))
    if len(value) > 24:
        return None
    match = _NUMBERING.match(value)
    if match is None:
        return None
    return tuple(part for part in re.split(r"[\s.\-]+", match["body"].lower()) if part)


_CODE = re.compile(r"^(?=[^\s]*\d)[^\s]{3,40}$")


def looks_like_code(text: str) -> bool:
    """Tell an article number from words: no blanks, at least one digit."""
    return bool(_CODE.match(text))
