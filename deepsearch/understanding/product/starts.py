"""Where the name of the goods may begin."""

from __future__ import annotations

from collections.abc import Iterator

from deepsearch.understanding.headers import is_header_line, title_kinds
from deepsearch.understanding.kinds import goods_kinds
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.product.lead import (
    after_asked,
    after_marker,
    hyphened,
    unit_after,
    units_at,
)
from deepsearch.understanding.product.state import Finder

__all__ = ["opening", "past_title", "sentence_like", "starts", "subjects"]

_QUESTIONS = word_set("product", "questions")
_VERBS = word_set("product", "verbs")
_REASONS = word_set("product", "reasons")
_MIND = word_set("product", "mind")
_GETTING = word_set("product", "getting")
_PRONOUNS = word_set("product", "pronouns")
_TITLES = word_set("product", "titles")
_NAMING = word_set("product", "naming")
_BEING = frozenset([":", "is", "are", "es", "est", "ist", "son", "sind", "sont", "sono", "sao"])
_SENTENCE_STARTS = frozenset(
    ["", ".", "\n", ";", "the", "our", "el", "le", "der", "die", "das", "o", "il"]
)
_FORWARDED = word_set("product", "forwarded")
_LONGEST_SENDER = 6  # tokens of "Weitergeleitet von Herrn Kunz:"
_YOU = word_set("product", "you")
_MAKING = word_set("product", "making")
_MAKER_LINKS = word_set("product", "maker_links")
_SIZES_FOLLOW = frozenset("xх")  # "Screws 4 x 40"
_LATEST = 120  # tokens looked at for questions about the thing
_EARLY = 40  # tokens within which a wish is about the main thing
_CELLS = 6
_FAR, _MOST_DUTIES = 400, 12  # tokens and phrases looked at for a subject


def starts(state: Finder) -> tuple[list[int], list[int]]:
    """Tokens the name may begin at, likeliest first.

    Args:
        state: The text.

    Returns:
        Those that follow an early wish, and the others.
    """
    wished, done = _wished(state)
    wished = sorted({*wished, *_offered(state), *_asked(state), *_called(state)})
    first = _past_verb(state, opening(state))
    cells = _cells(state)
    counted = _counted(state)
    early = [start for start in wished if start < _EARLY][:3]
    if early:
        clause = state.scan.clauses[state.scan.clause_of[min(first, len(state.tokens) - 1)]]
        # "Spacers for M5 screws. Please quote ..."
        ahead = [first] if all(start > clause.last for start in early) else []
        return early, [*ahead, *counted[:2], first, *cells, *wished[len(early) : 5], *done[:2]]
    if state.tokens.kinds[first : first + 1] == ["n"] and not cells:
        return [], [*counted[:1], first, *wished, *counted[1:3], *done[:2]]
    return [], [*done[:1], first, *cells, *counted[:3], *wished]


def _wished(state: Finder) -> tuple[list[int], list[int]]:
    """What follows a verb of wanting, and the object of what the buyer wants to do."""
    found: list[int] = []
    done: list[int] = []  # "want to cut steel"
    for match, _ in state.scan.of_kind("buy"):
        when = state.scan.has(match.last, "date_by")  # "need by mid February"
        if when or _refused(state, match.first):
            continue
        after = _to_verb(state, match.last)
        said = _said_before(state, match.first, match.last)
        if said is not None:
            found.append(said)
        elif after is None:
            found.append(match.last)
        elif after > 0:
            done.append(after)
    return found, done


def _said_before(state: Finder, first: int, last: int) -> int | None:
    """Where the clause begins that a verb of wanting ends: "for the mosque carpet I need, ..."."""
    clause = state.scan.clauses[state.scan.clause_of[first]]
    pronoun = state.scan.language == "en" and state.word(first - 1) in ("i", "we")
    ends = last >= clause.last and first - 1 > clause.first
    return clause.first if pronoun and ends and state.word(clause.first) not in _VERBS else None


def _past_verb(state: Finder, at: int) -> int:
    """The number after an unknown first word, if a name follows it: "Quero 20 cadeiras"."""
    if state.tokens.kinds[at : at + 3] != ["w", "n", "w"] or state.kinds(at):
        return at
    spaced = not state.tokens.glued(at + 1) and not state.tokens.glued(at + 2)
    measured = unit_after(state, at + 2) or state.word(at + 2) in _SIZES_FOLLOW
    if not spaced or measured or goods_kinds(state.tokens, at, at + 1):
        return at
    return at + 1


def _offered(state: Finder) -> list[int]:
    """What follows a verb of making said of the one who is asked: "do you make", "can u do"."""
    found = []
    for at, word in enumerate(state.tokens.words[:_LATEST]):
        if word in _YOU:
            verb = at + 1
            while state.word(verb) in _MAKER_LINKS:
                verb += 1
            if state.word(verb) in _MAKING:
                found.append(verb + 1)
        elif state.cjk and word == "有" and _had(state, at):
            found.append(at + 1)
    return found


def _had(state: Finder, at: int) -> bool:
    """As in "请问有儿童自行车吗": the seller is asked whether they have it."""
    clause = state.scan.clauses[state.scan.clause_of[at]]
    before = state.word(at - 1) if at > clause.first else ""
    return before not in ("没", "所", "具", "含", "带") and state.word(clause.last - 1) == "吗"


def _called(state: Finder) -> list[int]:
    """What the item is said to be: "Item is silicone bib", "Keyword: desk lamp"."""
    words = state.tokens.words[:_LATEST]
    return [
        at + 2
        for at, word in enumerate(words[:-1])
        if word in _NAMING and words[at + 1] in _BEING and state.word(at - 1) in _SENTENCE_STARTS
    ]


def _header_line(state: Finder) -> int:
    """The token behind a first line of nothing but a table's headers; 0 for none."""
    line, end, _ = state.tokens.text.partition("\n")
    return state.tokens.words.index("\n") + 1 if end and is_header_line(line) else 0


def past_title(state: Finder) -> int:
    """The token behind "Request for quotation:", "Fwd from site:" at the beginning; 0 for none."""
    text = state.tokens.folded
    kind = next((kind for kind in title_kinds() if text.startswith(kind)), "")
    colon = text.find(":", len(kind))
    if colon < 0:
        return 0
    after = state.tokens.starts.index(colon) + 1
    forwarded = state.word(0) in _FORWARDED and after <= _LONGEST_SENDER
    return after if forwarded or (kind and not text[len(kind) : colon].strip()) else 0


def _asked(state: Finder) -> list[int]:
    """What a price, a sample or a catalogue is asked of."""
    ends = (after_asked(state, at) for at in range(min(_LATEST, len(state.tokens))))
    return [end for end in ends if end is not None]


def _refused(state: Finder, at: int) -> bool:
    """As in "we don't want bonded leather"."""
    clause = state.scan.clauses[state.scan.clause_of[at]]
    return any(
        state.scan.has(i, "neg") or (state.word(i) == "t" and state.word(i - 1) == "'")
        for i in range(max(clause.first, at - 3), at)
    ) or state.scan.has(at, "neg")


def _to_verb(state: Finder, at: int) -> int | None:
    """After "want": None where no verb follows; else where its object begins, 0 for none.

    Verbs of getting ("to have", "to get") only lengthen the wish.
    """
    if state.word(at) in _MIND:
        return 0
    if state.scan.language != "en" or state.word(at) != "to":
        return None
    verb = state.word(at + 1)
    if verb in _GETTING or state.scan.has(at + 1, "buy"):
        return None
    pronoun = state.word(at + 2) in _PRONOUNS and state.word(at + 3) in ("", "to", ".", ",")
    return 0 if verb in _MIND or pronoun or verb == "be" else at + 2


def opening(state: Finder) -> int:
    """The first token after greetings, the name greeted, and a line's number."""
    at, greeted = _header_line(state) or past_title(state), False
    while at < len(state.tokens):
        after = after_marker(state, at)
        if after is not None:
            at = after
        elif state.scan.has(at, "noise"):
            at, greeted = at + 1, True
        elif state.tokens.kinds[at] == "s":
            at += 1
        else:
            addressed = _addressed(state, at, greeted)
            if addressed == at:
                return at
            at = addressed
    return at


def _addressed(state: Finder, at: int, greeted: bool) -> int:
    """The token after the person spoken to ("Anna,", "王经理，"), or `at` itself."""
    end = at
    while end < min(len(state.tokens), at + 5) and state.tokens.kinds[end] in "wc":
        end += 1
    if state.word(end) not in (",", "\n", "!") or end == at:
        return at
    titled = any(state.word(i) in _TITLES for i in range(at, end)) or any(
        state.scan.raw(i, end) in ("经理", "先生", "女士", "担当者様", "様") for i in range(at, end)
    )
    named = greeted and all(state.scan.raw(i, i + 1)[:1].isupper() for i in range(at, end))
    return end + 1 if titled or (named and end - at <= 2) else at


def sentence_like(state: Finder, start: int) -> bool:
    """Whether the text opens with a question or a plain sentence, not with a name."""
    if start >= len(state.tokens):
        return True
    clause = state.scan.clauses[state.scan.clause_of[start]]
    ends = clause.last
    if state.scan.has(start, "must") or state.word(start) in _REASONS:
        return True
    denied = range(start, min(start + 3, ends))
    if any(state.scan.has(i, "neg") and not hyphened(state, i + 1) for i in denied):
        return True  # "We don't want ...", "Без аромата ..."
    if state.word(ends) == "?" or _asks(state, start) or state.word(start) in _VERBS:
        return True
    return state.scan.has(start, "own") and state.scan.language != "zh"


def _asks(state: Finder, at: int) -> bool:
    """Whether a question's word opens a sentence, or stands second: "c combien"."""
    second = state.word(at + 1) in _QUESTIONS and len(state.word(at)) <= 2
    return state.word(at) in _QUESTIONS or second


def _counted(state: Finder) -> list[int]:
    """Counts at the head of a clause: "500 pcs of ..."."""
    found = []
    for clause in state.scan.clauses[:6]:
        for index in range(clause.first, min(clause.last, clause.first + 12)):
            number = state.tokens.kinds[index] == "n" or (state.cjk and _han_count(state, index))
            if number and not state.scan.used[index]:
                found.append(index)
                break
    return found


def _han_count(state: Finder, at: int) -> bool:
    """As in "三百二十套学生校服": a number of two signs or more, and what it counts in."""
    atom = state.reader.at(at)
    if atom is None or atom.last < at + 2:
        return False
    units = units_at(state, atom.last)
    return bool(units) and units[0].dimension == "count"


def _cells(state: Finder) -> list[int]:
    """First tokens of a row's cells, where the text is a row."""
    words = state.tokens.words[:120]
    sign = next((s for s in ("|", ";") if words.count(s) >= 2), None)
    if sign is None:
        return []
    return [i + 1 for i, word in enumerate(words) if word == sign][:_CELLS]


def subjects(state: Finder) -> Iterator[tuple[int, int]]:
    """Stretches that a verb of duty is said of: "the wallets must be", "O motor deve ter"."""
    for kind in ("must", "soft_modal", "neg"):
        for match, _ in state.scan.of_kind(kind, 0, _FAR)[:_MOST_DUTIES]:
            clause = state.scan.clauses[state.scan.clause_of[match.first]]
            first = clause.first
            joins = [
                i
                for i in range(first, match.first)
                if state.scan.has(i, "join") or state.word(i) == ":"
            ]
            begin = max([first, *(i + 1 for i in joins)])
            asked = any(state.scan.has(i, "buy") for i in range(first, match.first))
            if begin < match.first and not asked:
                yield begin, match.first
