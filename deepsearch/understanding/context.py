"""What the buyer says of themselves, told from what they ask for.

"We fill ground spices in plastic pouches. Want a device worked by foot" asks for no plastic:
the first sentence says what the buyer does. Sentences are read from left to right; a verb of
doing opens background, a verb of wanting ends it, and the end of the sentence ends both.
"""

from __future__ import annotations

from functools import lru_cache

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import load_data, split_spellings, word_set
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import tokenise

__all__ = ["background", "without_background"]

_PLAIN, _DOES, _ASKS = 0, 1, 2
_OPENING = ("speaks", "trouble", "does")  # kinds of phrases that open the buyer's doing
_NO_SUBJECT = ("buy", "field", "with", "neg", "for")  # stand in no subject
_SUBJECT_LENGTH = 5  # tokens between "our" and its verb
_MODALS = word_set("text", "modals")
_NAMED = 0.8  # below it, only a small word before a place says that goods go there
_CONFIDENCE = 0.5  # what a buyer's surroundings hint at is a guess
# What a buyer's own work tells about the thing they need: how much it handles, what feeds it.
_HINTS = frozenset({"throughput", "monthly_capacity", "voltage", "frequency", "power_source"})
# Terms of trade bind wherever they stand.
_TERMS = frozenset(
    {
        "min_order_quantity",
        "sample",
        "unit_price",
        "budget",
        "payment_terms",
        "incoterm",
        "incoterm_place",
        "destination",
        "lead_time",
        "delivery_date",
        "warranty",
        "custom_logo",
        "custom_packaging",
        "custom_design",
        "oem",
        "odm",
        "private_label",
        "certification",
        "standard",
        "supplier_type",
        "supplier_country",
        "supplier_verified",
        "compatible_with",
    }
)


@lru_cache(maxsize=64)
def _phrases(kind: str, language: str) -> frozenset[tuple[str, ...]]:
    packed = load_data("context").get(kind, {}).get(language, "")
    return frozenset(tuple(tokenise(spelling).words) for spelling in split_spellings(packed))


@lru_cache(maxsize=64)
def _longest(kind: str, language: str) -> dict[str, int]:
    """First word → words of the longest phrase that begins with it."""
    longest: dict[str, int] = {}
    for phrase in _phrases(kind, language):
        longest[phrase[0]] = max(longest.get(phrase[0], 0), len(phrase))
    return longest


@lru_cache(maxsize=16)
def _openers(language: str) -> frozenset[str]:
    return frozenset(word for kind in _OPENING for word in _longest(kind, language))


class _Reader:
    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.words = scan.tokens.words

    def starts(self, kind: str, at: int) -> int:
        """Tokens of the phrase of a kind that begins here: 0 for none."""
        most = (
            _longest(kind, self.scan.language).get(self.words[at], 0) if at < len(self.words) else 0
        )
        if not most:
            return 0
        phrases = _phrases(kind, self.scan.language)
        for length in range(min(most, len(self.words) - at), 0, -1):
            if tuple(self.words[at : at + length]) in phrases:
                return length
        return 0

    def subject(self, at: int, first: int) -> int | None:
        """Where the subject of the verb at a token begins, within its clause."""
        before = at - 1
        while before >= first and self.starts("adverbs", before):
            before -= 1
        if before >= first and self.starts("subjects", before):
            asked = before > first and self.words[before - 1] in _MODALS  # "can I buy ...?"
            return None if asked else before
        for index in range(max(first, at - _SUBJECT_LENGTH), at - 1):
            if self.starts("owners", index) and not self._parted(index, at):
                return index
        return None

    def _parted(self, first: int, last: int) -> bool:
        """Whether what stands between makes the word no verb: "the mug without handle"."""
        return any(
            self.words[i] in _MODALS or any(self.scan.has(i, kind) for kind in _NO_SUBJECT)
            for i in range(first, last)
        )

    def roles(self) -> list[int]:
        """What each token is part of: nothing told, the buyer's doing, the buyer's asking."""
        roles = [_PLAIN] * len(self.words)
        role, sentence = _PLAIN, -1
        openers, starting = _openers(self.scan.language), self.scan.starting
        for clause in self.scan.clauses:
            if clause.sentence != sentence:
                role, sentence = _PLAIN, clause.sentence
            for at in range(clause.first, clause.last):
                may = at in starting or self.words[at] in openers
                opened = self._opens(at, clause.first, role) if may else None
                if opened is not None:
                    role, begin = opened
                    roles[begin:at] = [role] * (at - begin)
                roles[at] = role
        return roles

    def _opens(self, at: int, first: int, role: int) -> tuple[int, int] | None:
        """The role that begins at a token, and the token it reaches back to."""
        if self.starts("speaks", at):
            return _DOES, at
        if self.starts("trouble", at):
            return _DOES, first
        if self.starts("does", at):
            subject = self.subject(at, first)
            if subject is not None:
                return _DOES, subject
        match = self.scan.starting.get(at)
        if match is None or not self.scan.has(at, "buy"):
            return None
        planned = self.words[match.last : match.last + 1] == ["to"]
        if planned and self.starts("plans", match.last + 1):
            return _DOES, at
        idle = role == _DOES and self.starts("weak", at) and not self._subject_before(at)
        return None if idle else (_ASKS, at)

    def _subject_before(self, at: int) -> bool:
        """A wish with its own subject, or after "and", is a new statement."""
        return at == 0 or not (
            self.scan.tokens.kinds[at - 1] == "w"
            and not self.starts("subjects", at - 1)
            and not self.scan.has(at - 1, "join")
            and self.words[at - 1] not in ("and", "so", "but", "to")
        )


def background(scan: Scan) -> list[bool]:
    """Which tokens tell of the buyer and not of the thing asked for.

    Nothing does where the text asks for nothing else: "I want to sell steel bottles" is all
    a buyer says, and its bottles are what they need.

    Args:
        scan: The text.

    Returns:
        One flag a token.
    """
    roles = _Reader(scan).roles()
    if _DOES not in roles:
        return [False] * len(roles)
    told = any(role == _ASKS for role in roles) or _plain_names(scan, roles)
    return [told and role == _DOES for role in roles]


def _plain_names(scan: Scan, roles: list[int]) -> bool:
    """Whether a clause without any verb known names something of its own."""
    for clause in scan.clauses:
        words = [
            i
            for i in range(clause.first, clause.last)
            if roles[i] == _PLAIN
            and scan.tokens.kinds[i] in "wc"
            and not scan.has(i, "noise")
            and not scan.has(i, "stop")
        ]
        if len(words) >= 2:
            return True
    return False


def without_background(drafts: list[Draft], hidden: list[bool]) -> list[Draft]:
    """Drop what was read from the buyer's own doings; keep hints as guesses.

    Args:
        drafts: What was read.
        hidden: One flag a token, from `background`.

    Returns:
        The drafts that are about the thing asked for, hints softened in place.
    """
    kept = []
    for draft in drafts:
        here = draft.field == "destination" and draft.confidence < _NAMED  # "a shop in Turin"
        if not hidden[draft.first] or (draft.field in _TERMS and not here):
            kept.append(draft)
        elif draft.field in _HINTS:
            draft.confidence = min(draft.confidence, _CONFIDENCE)
            draft.wish = True
            kept.append(draft)
    return kept
