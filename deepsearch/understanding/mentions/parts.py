"""Known parts the thing must have, or must not have."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.mentions.reading import Reading
from deepsearch.understanding.part_nouns import HAN

__all__ = ["no_feature", "parts"]

_NO_FEATURE = word_set("mention", "no_feature")
_SUITING = word_set("mention", "suiting")  # "goes well with a suit"
_EXAMPLES = word_set("mention", "example_words")


def parts(reading: Reading) -> None:
    """As in "with wheels", "mit Tempomat", "без крышки": the part is there, or is not."""
    part_drafts = [d for d in reading.drafts if d.field.endswith(("_colour", "_material"))]
    for match, value in reading.scan.of_kind("part"):
        if not reading.scan.free(match.first, match.last):
            continue
        if any(
            d.field.startswith(f"{value}_")
            and d.field != value
            and d.first - 1 <= match.last
            and match.first <= d.last + 1
            for d in part_drafts
        ):
            continue  # its colour or material was asked for: that says it
        cued, first, last = _with_cue(reading, match)
        negated = reading.negated(match.first, match.last)
        if not cued and not negated:
            continue
        if reading.titled(match.first) and _goes_on(reading, match.last):
            continue  # "with Brake Pad"
        field = value if value != "led" else "led_light"
        reading.add(
            Draft(
                field,
                "eq",
                not negated,
                None,
                reading.neg_start(first) if negated else first,
                last,
                0.75,
            )
        )


def _goes_on(reading: Reading, at: int) -> bool:
    """Whether another noun follows a part's name: the two are one thing's."""
    joined = any(reading.scan.has(at, kind) for kind in ("for", "join", "with", "stop"))
    return reading.tokens.kinds[at : at + 1] == ["w"] and not joined


def _says_more(reading: Reading, match: Match) -> bool:
    """As in "胸口绣校徽": in languages without spaces what follows a part is said of it."""
    return reading.scan.language in HAN and reading.tokens.kinds[match.last : match.last + 1] in (
        ["c"],
        ["n"],
    )


def _with_cue(reading: Reading, match: Match) -> tuple[bool, int, int]:
    inside = reading.clause(match.first)
    for at in range(match.first - 1, max(inside.start, match.first - 4) - 1, -1):
        if reading.scan.has(at, "with"):
            found = reading.scan.match_of(at)
            if found is not None and no_feature(reading, found):
                return False, match.first, match.last
            return True, found.first if found is not None else at, match.last
        if reading.tokens.kinds[at] == "n" or reading.word(at) in _EXAMPLES:
            break  # "includes items like straps"
    if reading.scan.language == "ja" and reading.scan.has(match.last, "with"):
        found = reading.scan.match_of(match.last)
        return True, match.first, found.last if found is not None else match.last
    before = reading.scan.match_of(match.first - 1)
    chained = (
        before is not None
        and reading.scan.has(match.first - 1, "join")
        and match.first >= 2
        and reading.scan.used[match.first - 2]
        and not _says_more(reading, match)
    )
    return chained, match.first, match.last


def no_feature(reading: Reading, match: Match) -> bool:
    """Say whether "with" brings nothing: "familiar with", "along with", "54kg(with battery)".

    Args:
        reading: The text.
        match: The words for "with".

    Returns:
        True where what follows is nothing the thing shall have.
    """
    before = match.first - 1
    suits = reading.word(before) in _SUITING and reading.word(match.first) == "with"
    if suits or reading.word(before) in _NO_FEATURE:
        return True
    return reading.word(before) == "(" and before > 0 and reading.scan.used[before - 1]
