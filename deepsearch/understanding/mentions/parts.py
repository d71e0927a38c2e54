"""Parts the thing must have, or must not have."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft, slug
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["hedged_with", "parts"]

_LONGEST_TITLE = 120  # characters
_CARRIERS = word_set("mention", "carriers")
_WITH_WORDS = word_set("mention", "with_words")
_NO_FEATURE = word_set("mention", "no_feature")


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


def _with_cue(reading: Reading, match: Match) -> tuple[bool, int, int]:
    inside = reading.clause(match.first)
    for at in range(match.first - 1, max(inside.start, match.first - 4) - 1, -1):
        if reading.scan.has(at, "with"):
            found = reading.scan.match_of(at)
            if found is not None and _no_feature(reading, found):
                return False, match.first, match.last
            return True, found.first if found is not None else at, match.last
        if reading.tokens.kinds[at] == "n":
            break
    if reading.scan.language == "ja" and reading.scan.has(match.last, "with"):
        found = reading.scan.match_of(match.last)
        return True, match.first, found.last if found is not None else match.last
    before = reading.scan.match_of(match.first - 1)
    chained = (
        before is not None
        and reading.scan.has(match.first - 1, "join")
        and match.first >= 2
        and reading.scan.used[match.first - 2]
    )
    return chained, match.first, match.last


def _cut_off(reading: Reading, last: int) -> bool:
    """Whether the page cut the words off: dots behind them, or a title as long as one may be."""
    end = reading.tokens.ends[last - 1]
    line = reading.tokens.text.find("\n")
    return reading.tokens.folded.startswith("..", end) or (end == line and line >= _LONGEST_TITLE)


def _no_feature(reading: Reading, match: Match) -> bool:
    """As in "familiar with", "along with", "54kg(with battery)": nothing the thing shall have."""
    before = match.first - 1
    if reading.word(before) in _NO_FEATURE:
        return True
    return reading.word(before) == "(" and before > 0 and reading.scan.used[before - 1]


def hedged_with(reading: Reading) -> None:
    """As in "with dryer": an unknown noun after with is a feature, if short."""
    if reading.scan.language not in ("en", "es", "de", "fr", "it", "pt", "nl", "ru"):
        return
    for match, _ in reading.scan.of_kind("with"):
        at = match.last
        clause = reading.clause(match.first)
        if reading.word(match.first) not in _WITH_WORDS or _no_feature(reading, match):
            continue
        end = _hedge(reading, at, clause.stop)
        words = [i for i in range(at, end) if reading.tokens.kinds[i] == "w"]
        plain = [i for i in words if not reading.scan.used[i] and reading.scan.match_of(i) is None]
        if not 1 <= len(words) <= 2 or len(plain) != len(words) or end - at != len(words):
            continue
        if _cut_off(reading, end) or reading.word(at) in _CARRIERS:
            continue  # "with UPS"
        name = slug(reading.tokens.folded[reading.tokens.starts[at] : reading.tokens.ends[end - 1]])
        if len(name) >= 3:
            reading.add(Draft(name, "eq", True, None, match.first, end, 0.6))


def _hedge(reading: Reading, first: int, last: int) -> int:
    """Where a hedge begins among tokens ("if you have it", "si possible"), else their end."""
    hedges = (i for i in range(first, last) if reading.scan.has(i, "wish"))
    return next(hedges, last)
