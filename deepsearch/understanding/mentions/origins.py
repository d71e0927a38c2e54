"""Where the goods, or their makers, come from."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["of_the_buyer", "origins"]

_ORIGIN_AFTER = word_set("mention", "origin_after")

_ORIGIN_BEFORE = word_set("mention", "origin_before")

_FROM_WORDS = word_set("mention", "from_words")
_WARES = word_set("mention", "wares")
_COUNTRY_ARTICLES = word_set("mention", "country_articles")

_IN_OR_FROM = word_set("mention", "in_or_from")
_SUBJECT_REACH = 10  # tokens
_ASKING, _SELLERS = ("buy", "wish"), ("supplier", "supplier_type")


def origins(reading: Reading) -> None:
    """Read countries of origin and of suppliers."""
    for match, value in reading.scan.of_kind("textfield"):
        if value not in ("origin", "supplier_country") or not reading.scan.free(
            match.first, match.last
        ):
            continue
        _origin(reading, match, str(value))
    _makers_from(reading)
    _origins_after(reading)
    _demonyms(reading)


def _makers_from(reading: Reading) -> None:
    """As in "makers from Turkey or Poland": a word for sellers, a preposition, countries."""
    for kind in ("supplier", "supplier_type"):
        for match, _ in reading.scan.of_kind(kind):
            at = match.last
            while at < match.last + 5 and (
                reading.word(at) in _IN_OR_FROM or reading.scan.has(at, "stop")
            ):
                at += 1
            codes, last = _countries_from(reading, at) if at > match.last else ([], at)
            told = of_the_buyer(reading, match) or reading.titled(at)
            if codes and reading.scan.free(at, last) and not told:
                negated = reading.negated(match.first, match.last)
                first = at if not reading.scan.free(match.first, match.last) else match.first
                _record_countries(reading, "supplier_country", codes, (first, last), negated)


def _countries_from(reading: Reading, at: int) -> tuple[list[str], int]:
    codes: list[str] = []
    while at < len(reading.tokens):
        code = reading.scan.value_at(at, "country")
        match = reading.scan.match_of(at)
        if code is not None and match is not None:
            codes.append(str(code))
            at = match.last
        elif (
            codes
            and (reading.word(at) in (",", "/") or reading.scan.has(at, "join"))
            and reading.scan.value_at(at + 1, "country") is not None
        ):
            at += 1
        else:
            break
    return codes, at


def _origin(reading: Reading, cue: Match, field: str) -> None:
    at = cue.last
    negated = reading.negated(cue.first, cue.last)
    while at < len(reading.tokens) and (
        reading.word(at) in (":", "(", "-")
        or reading.scan.has(at, "stop")
        or reading.scan.has(at, "neg")
        or reading.scan.has(at, "must")
    ):
        negated = negated or reading.scan.has(at, "neg")
        at += 1
    codes, last = _countries_from(reading, at)
    if not codes or (field == "supplier_country" and of_the_buyer(reading, cue)):
        return
    negated = negated or reading.negated(cue.first, last)
    _record_countries(reading, field, codes, (cue.first, last), negated)


def of_the_buyer(reading: Reading, cue: Match) -> bool:
    """Tell "we are located in Germany" apart: where the buyer is asks for nothing.

    Args:
        reading: The text being read.
        cue: The words before the place.

    Returns:
        Whether they are of the buyer.
    """
    first = reading.scan.clauses[reading.scan.clause_of[cue.first]].first
    before = range(max(first, cue.first - _SUBJECT_REACH), cue.first)
    told = {i for i in before if _own(reading, i)}
    return bool(told) and not any(
        reading.scan.has(i, kind)
        for i in before
        for kind in (_ASKING if i - 1 in told else (*_ASKING, *_SELLERS))
    )


def _own(reading: Reading, at: int) -> bool:
    return reading.word(at) in ("i", "we", "im", "my", "our") or reading.scan.has(at, "own")


def _record_countries(
    reading: Reading,
    field: str,
    codes: list[str],
    span: tuple[int, int],
    negated: bool,
) -> None:
    first, last = span
    if negated:
        first = reading.neg_start(first)
        draft = Draft(
            field,
            "ne" if len(codes) == 1 else "none_of",
            codes[0] if len(codes) == 1 else tuple(codes),
            None,
            first,
            last,
        )
    elif len(codes) == 1:
        draft = Draft(field, "eq", codes[0], None, first, last)
    else:
        draft = Draft(field, "any_of", tuple(codes), None, first, last)
    reading.add(draft)


def _denied(reading: Reading, first: int) -> bool:
    """Whether "not", "not from", "keine Ware aus der" stands right before a country."""
    at = first - 1
    if reading.scan.has(at, "neg"):
        return True
    if reading.word(at) in _COUNTRY_ARTICLES:
        at -= 1
    if reading.word(at) == ":":  # "NOT FROM: Myanmar"
        at -= 1
    if reading.scan.has(at, "neg") and reading.word(at) in _FROM_WORDS:
        return True
    if reading.word(at) not in _FROM_WORDS:
        return False
    at -= 1 + (reading.word(at - 1) in _WARES)
    return reading.scan.has(at, "neg")


def _origins_after(reading: Reading) -> None:
    """越南产, 中国製, ベトナム製以外: the country, then what is said of it."""
    for match, code in reading.scan.of_kind("country"):
        if not reading.scan.free(match.first, match.last) or reading.titled(match.first):
            continue
        if (
            reading.scan.language in ("zh", "ja")
            and reading.word(match.last) in ("产", "製", "制", "产的", "生")
            and match.last < len(reading.tokens)
        ):
            last = match.last + 1
            _record_countries(
                reading,
                "origin",
                [str(code)],
                (match.first, last),
                reading.negated(match.first, last),
            )
        elif reading.scan.value_at(match.last, "supplier_type") or reading.scan.value_at(
            match.last, "supplier"
        ):
            if reading.scan.language in ("zh", "ja", "en"):
                _record_countries(
                    reading,
                    "supplier_country",
                    [str(code)],
                    (match.first, match.last),
                    reading.negated(match.first, match.last + 1),
                )
        elif _denied(reading, match.first):
            field = (
                "supplier_country"
                if reading.near(match.first, match.last, "supplier", 5, 2)
                else "origin"
            )
            _record_countries(reading, field, [str(code)], (match.first, match.last), True)


def _demonyms(reading: Reading) -> None:
    for match, code in reading.scan.of_kind("demonym"):
        if not reading.scan.free(match.first, match.last) or reading.titled(match.first):
            continue  # "American type hose clamp"
        beside = [match.last, match.first - 1, match.first - 2]
        if any(reading.scan.has(i, k) for i in beside for k in ("supplier", "supplier_type")):
            negated = reading.negated(match.first, match.last) or any(
                reading.negated(i, i + 1)
                for i in beside
                if i >= 0 and reading.scan.has(i, "supplier")
            )
            first = min(
                [match.first, *(i for i in beside if i >= 0 and reading.scan.has(i, "supplier"))]
            )
            _record_countries(
                reading, "supplier_country", [str(code)], (first, match.last), negated
            )
        elif reading.neg_start(match.first) < match.first and not reading.scan.has(
            match.first - 1, "with"
        ):
            _record_countries(reading, "origin", [str(code)], (match.first, match.last), True)
        elif (
            reading.scan.language in ("zh", "ja")
            or reading.word(match.last) in _ORIGIN_AFTER
            or reading.word(match.first - 1) in _ORIGIN_BEFORE
        ):
            _record_countries(
                reading,
                "origin",
                [str(code)],
                (match.first, match.last),
                reading.negated(match.first, match.last),
            )
