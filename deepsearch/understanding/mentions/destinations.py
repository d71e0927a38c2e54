"""Where the goods go."""

from __future__ import annotations

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.markets import markets_named
from deepsearch.understanding.mentions.one_place import located, said_once
from deepsearch.understanding.mentions.place_names import capital, place_at
from deepsearch.understanding.mentions.reading import Reading

__all__ = ["destinations"]

_DESTINATION_FILLERS = word_set("mention", "destination_fillers")

_TO = word_set("mention", "towards")

_DELIVERING = word_set("mention", "delivering")

_IN = word_set("mention", "in_places")

_IN_TIME = word_set("quantity", "in_time")

_TO_THE_DAY = 4  # tokens from "by" to the day that was read

_ARRIVING = word_set("mention", "arriving")

_PORT_WORDS = word_set("mention", "port_words")

_ARTICLES = word_set("mention", "country_articles")

_PLACED = frozenset({"destination", "incoterm_place", "incoterm", "supplier_country"})

_NOT_PLACE = word_set("mention", "no_place")


def destinations(reading: Reading) -> None:
    """Read destinations."""
    for match, value in reading.scan.of_kind("textfield"):
        if value == "destination":
            _destination(reading, match)
    for match, _ in reading.scan.of_kind("country"):
        start = _headed_by(reading, match.first)
        if reading.scan.free(match.first, match.last) and start is not None:
            code = reading.scan.value_at(match.first, "country")
            reading.add(Draft("destination", "eq", code, None, start, match.last, 0.75))
    for first, last, code in markets_named(reading.tokens, reading.scan.languages):
        known = any(
            draft.field == "destination" and draft.value == code for draft in reading.drafts
        )
        if not known and reading.scan.free(first, last) and not reading.negated(first, last):
            reading.add(Draft("destination", "eq", code, None, first, last, 0.8))
    for match, value in reading.scan.of_kind("place"):
        headed = _headed(reading, match.first) and not _adjective(reading, match)
        free = reading.scan.free(match.first, match.last)
        placed = headed or _at_port(reading, match) or _arrives(reading, match)
        if free and (placed or _closes(reading, match)):
            told, last = located(reading, value, match.first, match.last)
            reading.add(Draft("destination", "eq", told, None, match.first, last, 0.65))
    said_once(reading)


def _at_port(reading: Reading, match: Match) -> bool:
    """As in "порт Владивосток", "ميناء جدة", where no term of trade has the place."""
    termed = any(draft.field == "incoterm" for draft in reading.drafts)
    return not termed and reading.word(match.first - 1) in _PORT_WORDS


def _arrives(reading: Reading, match: Match) -> bool:
    """As in "must be in Kiel by May": a place beside a delivery or its day."""
    if (
        reading.word(match.first - 1) not in _IN
        or not reading.scan.raw(match.first, match.last)[:1].isupper()
    ):
        return False
    clause = reading.clause(match.first)
    due = any(
        (reading.scan.has(i, "date_by") and not reading.scan.free(i, i + _TO_THE_DAY))
        or (reading.word(i) in _IN_TIME and not reading.scan.free(i + 1, i + 2))
        for i in clause
    )
    return due or any(
        reading.scan.value_at(i, "field") == "lead_time"
        or reading.scan.value_at(i, "textfield") == "destination"
        or reading.word(i) in _ARRIVING
        for i in range(clause.start, match.first)
    )


def _closes(reading: Reading, match: Match) -> bool:
    """As in "... 40 sets, Nairobi": a city with the last clause to itself, none of makers."""
    clause = reading.clause(match.first)
    whole = (clause.start, clause.stop) == (match.first, match.last)
    last = all(reading.tokens.kinds[i] == "s" for i in range(match.last, len(reading.tokens)))
    settled = any(draft.field in _PLACED for draft in reading.drafts)
    return whole and last and match.first > 0 and not settled and bool(reading.scan.of_kind("buy"))


def _adjective(reading: Reading, match: Match) -> bool:
    """As in "for Dubai chocolate": the place tells of the goods."""
    following = reading.scan.raw(match.last, match.last + 1)
    plain = following.islower() and reading.scan.match_of(match.last) is None
    purpose = reading.scan.has(match.first - 1, "for") or reading.word(match.first - 1) == "for"
    return purpose and plain


def _headed_by(reading: Reading, first: int) -> int | None:
    """Where "to San Diego, CA USA" begins, if the country closes such a run."""
    if _headed(reading, first):
        return first
    at = first - 1
    while at >= max(0, first - 6) and (
        reading.word(at) == ","
        or (
            reading.tokens.kinds[at] == "w"
            and reading.scan.raw(at, at + 1)[:1].isupper()
            and not reading.scan.used[at]
        )
    ):
        at -= 1
    headed = reading.scan.has(at, "for") or reading.word(at) == "for"
    if headed and "," not in reading.tokens.words[at:first]:
        return None  # "switches for HPE Aruba"
    return (
        at + 1
        if at < first - 1 and _headed(reading, at + 1) and reading.tokens.kinds[at + 1] == "w"
        else None
    )


def _headed(reading: Reading, first: int) -> bool:
    before = reading.word(first - 1)
    if before in _DELIVERING or reading.word(first).startswith(("لل", "لا")):
        return True  # "ship lagos", "للرياض"
    if before == ":":
        before = reading.word(first - 2)
    if before in ("the", "la", "el", "los") and reading.word(first - 2) in _TO:
        before = reading.word(first - 2)
    if before not in _TO:
        return reading.scan.language in ("zh", "ja") and before in ("到", "至", "往", "向")
    lang = reading.scan.language
    if before in ("for", "für", "fur", "pour", "para", "для") and reading.scan.has(
        first - 2, "supplier"
    ):
        return False
    if before in ("a", "en") and lang not in ("es", "it", "fr", "pt"):
        return False
    if before == "en" and lang == "es":
        return False
    return not (before in ("в", "do", "для", "en", "on") and lang not in ("ru", "pl", "fr"))


def _destination(reading: Reading, cue: Match) -> None:
    at = cue.last
    while at < len(reading.tokens) and (
        reading.word(at) in (":", "-", "(", "'", '"', ",")
        or (
            reading.scan.has(at, "stop")
            and reading.word(at) not in _NOT_PLACE | {"is", "are", "by", "for", "with"}
            and not capital(reading, at)
        )
        or reading.word(at) in _DESTINATION_FILLERS
    ):
        at += 1
    keyed = reading.word(cue.last) == ":"  # "Destination: Abidjan"
    if at >= len(reading.tokens) or not (keyed or reading.scan.free(cue.first, cue.last)):
        if reading.scan.language in {"ja", "zh"}:
            _destination_before(reading, cue)
        return
    country = _country_ahead(reading, at)
    place = place_at(reading, at)
    if country is not None and (place is not None or country[1] - at <= 5):
        reading.add(Draft("destination", "eq", country[0], None, cue.first, country[2], 0.9))
    elif place is not None and not _house(reading, *place[1:]):
        told, last = located(reading, *place)
        reading.add(Draft("destination", "eq", told, None, cue.first, last, 0.8))
    elif reading.scan.language in ("ja", "zh"):
        _destination_before(reading, cue)


def _house(reading: Reading, first: int, last: int) -> bool:
    """As in "ship to: The Green House, 3128 North Blvd": a name and a street, no place."""
    known = reading.scan.has(first, "place") or reading.scan.has(first, "country")
    at = last + (reading.word(last) == ",")
    numbered = reading.tokens.kinds[at : at + 1] == ["n"]
    return not known and numbered and reading.word(first - 1) in _ARTICLES


def _destination_before(reading: Reading, cue: Match) -> None:
    match = reading.scan.match_of(cue.first - 1)
    if match is None or not reading.scan.free(match.first, match.last):
        return
    for kind, value in match.payloads:
        if kind in ("country", "place"):
            reading.add(Draft("destination", "eq", value, None, match.first, cue.last, 0.85))
            return


def _country_ahead(reading: Reading, at: int) -> tuple[str, int, int] | None:
    sentence = reading.scan.clauses[reading.scan.clause_of[at]].sentence
    for index in range(at, min(len(reading.tokens), at + 9)):
        if reading.scan.clauses[reading.scan.clause_of[index]].sentence != sentence:
            return None
        if index > at and (
            (
                reading.tokens.kinds[index] == "n"
                and reading.scan.clause_of[index] == reading.scan.clause_of[at]
            )
            or reading.scan.used[index]
        ):
            return None
        code = reading.scan.value_at(index, "country")
        found = reading.scan.match_of(index)
        if code is not None and found is not None:
            return str(code), index, found.last
        if any(
            k in ("incoterm", "certification", "field", "origin")
            for k, _ in reading.scan.kinds_at(index)
        ):
            return None
    return None
