"""Payment terms."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.mentions.lists import list_draft, runs
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["payments"]

_DOUBTFUL_PAYMENT = word_set("mention", "doubtful_payment")
_NEAR = 6  # tokens between "payment" and its days
_DAY = 86400.0  # seconds


def payments(reading: Reading) -> None:
    """Read payment terms."""
    for group in runs(reading, "payment", lambda match, _: _believed(reading, match)):
        draft = list_draft(reading, "payment_terms", group, "any_of")
        first, last = draft.first, draft.last
        while (
            last < len(reading.tokens)
            and (reading.tokens.kinds[last] == "n" or reading.word(last) in ("/", "%", "-"))
            and reading.scan.clause_of[last] == reading.scan.clause_of[first]
        ):
            last += 1
        while (
            first > 0
            and reading.tokens.kinds[first - 1] in "ns"
            and reading.word(first - 1) in ("%", "/", "-")
        ) or (first > 0 and reading.word(first) in ("%",)):
            first -= 1
        if first > 0 and reading.word(first) == "%" and reading.tokens.kinds[first - 1] == "n":
            first -= 1
        draft.last = last
        reading.add(draft)
    _credits(reading)


def _credits(reading: Reading) -> None:
    """As in "paiement à 45 jours", "оплата через 30 дней": what is paid later is on account."""
    for match, value in reading.scan.of_kind("textfield"):
        if value != "payment_terms" or not reading.scan.free(match.first, match.last):
            continue
        stop = min(reading.clause(match.first).stop, match.last + _NEAR)
        for at in range(match.last, stop):
            units = reading.scan.units_at(at + 1) if reading.tokens.kinds[at] == "n" else ()
            if units and units[0].dimension == "time" and units[0].factor == _DAY:
                last = units[0].last
                if reading.scan.free(match.first, last):
                    draft = Draft("payment_terms", "eq", "O/A", None, match.first, last, 0.75)
                    reading.add(draft)
                break


def _believed(reading: Reading, match: Match) -> bool:
    """Short codes are other things too: of "23900 Lecco (LC) Italy" it is the province."""
    if reading.scan.coded(match.last):
        return False
    code = reading.word(match.first)
    if code == "tt" and match.last == match.first + 1:
        keyed = (
            reading.scan.has(match.first - 2, "textfield") or reading.word(match.first - 1) == "/"
        )
        beside = reading.near(match.first, match.last, "payment", 2, 2)
        return reading.scan.raw(match.first, match.last).isupper() and (keyed or beside)
    if code != "lc":
        short = 1 if code == "wire" else 2  # "wire transfer", "T/T"
        return code not in _DOUBTFUL_PAYMENT or match.last > match.first + short
    bracketed = reading.word(match.first - 1) == "(" and reading.word(match.last) == ")"
    town = bracketed and reading.scan.raw(match.first - 2, match.first - 1)[:1].isupper()
    return not (town and reading.tokens.kinds[match.first - 3] == "n")
