"""What every reader of words shares: the text, the product, the drafts so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import Tokens

__all__ = ["Reading"]


_BUT = word_set("mention", "but")  # behind it the denied thing's opposite begins


@dataclass(slots=True)
class Reading:
    """A text being read.

    Attributes:
        scan: The text with its known phrases.
        tokens: Its tokens.
        product: Tokens of the product's name, first and past the last; (-1, -1) for none.
        machine: Whether a machine is asked for; it is named after what it works on.
        tube: Whether a tube or hose is asked for.
        title_end: Token after a seller's title that was copied above the request; 0 without one.
        drafts: What was read so far.
    """

    scan: Scan
    tokens: Tokens
    product: tuple[int, int]
    machine: bool
    tube: bool
    title_end: int
    drafts: list[Draft] = field(default_factory=list)

    def word(self, index: int) -> str:
        """The folded word at a token, "" beyond the text."""
        return self.tokens.word(index)

    def add(self, draft: Draft, claim: bool = True) -> None:
        """Keep a draft; with `claim`, its tokens are spoken for."""
        self.drafts.append(draft)
        if claim:
            self.scan.claim(draft.first, draft.last)

    def clause(self, index: int) -> range:
        """The tokens of the clause a token stands in."""
        clause = self.scan.clauses[self.scan.clause_of[index]]
        return range(clause.first, clause.last)

    def negated(self, first: int, last: int) -> bool:
        """Whether "no", "without" or a trailing 不要 rules a phrase out."""
        inside = self.clause(first)
        for at in range(first - 1, max(inside.start, first - 5) - 1, -1):
            if self.scan.has(at, "neg"):
                return self.word(at + 1) != "applicable" and not (
                    self.word(at) in ("no", "not", "non", "不")
                    and self.word(at - 1) in ("if", "or", "whether")
                )
            if (
                self.tokens.kinds[at] == "n"
                or self._titled_noun(at)
                or self.word(at) in ":="
                or self.scan.has(at, "with")
                or self.scan.has(at, "only")
                or self.scan.has(at, "cmp")
                or self.scan.has(at, "must")
                or self.scan.has(at, "supplier_type")
                or self.word(at) in _BUT
            ):
                break
        for at in range(last, min(inside.stop, last + 4)):
            if self.scan.has(at, "neg_post"):
                return not self._denies_next(at, inside.stop)
            if self.tokens.kinds[at] == "n" or not (
                self.scan.has(at, "stop")
                or self.tokens.kinds[at] == "c"
                or self.scan.has(at, "supplier")
            ):
                break
        return False

    def _titled_noun(self, at: int) -> bool:
        """The Pedal of "No Pedal Toddler Walker EVA Tires": in a title nothing else ends it."""
        unknown = self.tokens.kinds[at] == "w" and self.scan.match_of(at) is None
        return unknown and self.scan.language == "en" and self.scan.raw(at, at + 1).istitle()

    def _denies_next(self, at: int, stop: int) -> bool:
        """As in "TPE材质不要PVC": a negation between two things is of the second."""
        match = self.scan.match_of(at)
        following = match.last if match is not None else at + 1
        return (
            self.scan.has(at, "neg")
            and following < stop
            and any(self.scan.has(following, kind) for kind in ("material", "colour", "country"))
        )

    def near(self, first: int, last: int, kind: str, back: int = 3, ahead: int = 3) -> bool:
        """Whether a phrase of a kind stands within a few tokens, in the same clause."""
        start, stop = self.clause(first).start, self.clause(last - 1).stop
        return any(
            self.scan.has(i, kind)
            for i in (
                *range(max(start, first - back), first),
                *range(last, min(stop, last + ahead)),
            )
        )

    def neg_start(self, first: int) -> int:
        """Where the negation right before a phrase begins, or the phrase itself."""
        for at in range(first - 1, max(-1, first - 4), -1):
            if self.scan.has(at, "neg"):
                match = self.scan.match_of(at)
                return match.first if match is not None else at
        return first

    def titled(self, index: int) -> bool:
        """Whether a token stands in a seller's title that was copied above the request."""
        return index < self.title_end

    def of_a_name(self, match: Match) -> bool:
        """Whether a word in capitals follows the text's first word, unknown and in capitals.

        So brands are written: "BASEN GREEN 48V battery", "NOMOY PET lamp".
        """
        if match.first != 1 or self.scan.match_of(0) is not None:
            return False
        rest = self.scan.raw(match.last, self.clause(match.first).stop)
        return self.scan.raw(0, match.last).isupper() and not rest.isupper()

    def lone_han(self, match: Match) -> bool:
        """A single 黑 or 白 counts only where it stands alone or beside its like."""
        before, after = match.first - 1, match.last
        left = (
            before < 0
            or self.tokens.kinds[before] != "c"
            or self.scan.has(before, "join")
            or self.scan.has(before, "colour")
            or self.scan.used[before]
            or any(
                self.scan.has(before, k)
                for k in ("textfield", "wish", "only", "buy", "neg", "with", "stop")
            )
        )
        right = (
            after >= len(self.tokens)
            or self.tokens.kinds[after] != "c"
            or self.scan.has(after, "join")
            or self.scan.has(after, "colour")
        )
        return left and right
