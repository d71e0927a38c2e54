"""What stands where in a text: tokens, known phrases, clauses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from deepsearch.understanding.lexicon import Match, phrase_trie, word_set
from deepsearch.understanding.text import Tokens, is_cjk
from deepsearch.understanding.units import Unit, unit_at

__all__ = ["Clause", "Scan", "scan"]

_COLOUR_CODE_FILLERS = word_set("text", "colour_code_fillers")

_BREAKS = frozenset(",;.!?\n()|·")
_SENTENCE = frozenset(".!?\n;")
_LONGEST_CLAUSE = 90
_COLOUR_BOOKS = {"ral": "RAL", "pantone": "Pantone", "pms": "Pantone", "潘通": "Pantone"}
_ABBREVIATIONS = word_set("text", "abbreviations")
_OPTIONAL = word_set("text", "optional")


@dataclass(slots=True)
class Clause:
    """A stretch of text between breaks: tokens `first`..`last` (exclusive)."""

    first: int
    last: int
    sentence: int
    wish: bool = False
    soft: bool = False


@dataclass(slots=True)
class Scan:
    """A text with everything known about its words.

    Attributes:
        tokens: The tokens.
        language: Language of the text.
        languages: Languages of the lexicons used.
        starting: First token → longest known phrase beginning there; they never overlap.
        covering: Token → phrase it is part of, or None.
        payloads: Token → what that phrase may be; () where there is none.
        named: Kind → phrases that may be of it, left to right, with their values.
        clauses: The clauses.
        clause_of: Token → index of its clause.
        used: Tokens already spoken for.
        title: Token after a copied title, 0 for none; None until `titles.title_end` looked.
        notes: What the text says and the request itself corrects, as sentences.
    """

    tokens: Tokens
    language: str
    languages: tuple[str, ...]
    starting: dict[int, Match]
    covering: list[Match | None]
    payloads: list[tuple[tuple[str, Any], ...]]
    named: dict[str, list[tuple[Match, Any]]]
    clauses: list[Clause] = field(default_factory=list)
    clause_of: list[int] = field(default_factory=list)
    used: list[bool] = field(default_factory=list)
    title: int | None = None
    notes: list[str] = field(default_factory=list)
    _units: dict[int, tuple[Unit, ...]] = field(default_factory=dict)

    def kinds_at(self, index: int) -> tuple[tuple[str, Any], ...]:
        """Payloads of the phrase covering a token."""
        return self.payloads[index] if 0 <= index < len(self.payloads) else ()

    def value_at(self, index: int, kind: str) -> Any:
        """The value of one kind for the phrase covering a token, or None."""
        if 0 <= index < len(self.payloads):
            for name, value in self.payloads[index]:
                if name == kind:
                    return value
        return None

    def has(self, index: int, kind: str) -> bool:
        """Whether the phrase covering a token is of a kind."""
        if 0 <= index < len(self.payloads):
            for name, _ in self.payloads[index]:
                if name == kind:
                    return True
        return False

    def overrule(self, first: int, last: int, name: str) -> None:
        """Note that what tokens say of a field is left out, since the request says another."""
        words = self.raw(first, last).strip()
        self.notes.append(
            f"'{words}' is left out: the request itself says otherwise of the "
            f"{name.replace('_', ' ')}."
        )

    def match_of(self, index: int) -> Match | None:
        """The phrase covering a token."""
        return self.covering[index] if 0 <= index < len(self.covering) else None

    def of_kind(
        self, kind: str, first: int = 0, last: int | None = None
    ) -> list[tuple[Match, Any]]:
        """Every phrase of a kind beginning within a stretch, with its value."""
        end = len(self.tokens) if last is None else last
        return [
            (match, value)
            for match, value in self.named.get(kind, ())
            if first <= match.first < end
        ]

    def units_at(self, index: int) -> tuple[Unit, ...]:
        """The unit that begins at a token, in every sense it may have; () if there is none."""
        known = self._units.get(index)
        if known is None:  # each reader of numbers asks
            known = self._units[index] = unit_at(self.tokens, index, self.language)
        return known

    def claim(self, first: int, last: int) -> None:
        """Mark tokens as spoken for."""
        for index in range(max(0, first), min(last, len(self.used))):
            self.used[index] = True

    def release(self, first: int, last: int, kinds: tuple[str, ...]) -> None:
        """Take back what was said of tokens covered by a phrase of one of some kinds."""
        for index in range(max(0, first), min(last, len(self.used))):
            if any(self.has(index, kind) for kind in kinds):
                self.used[index] = False

    def free(self, first: int, last: int) -> bool:
        """Whether no token of a stretch is spoken for."""
        return not any(self.used[first:last])

    def lines_of_list(self) -> list[int]:
        """Tokens that begin a line, where two lines or more open with numbers; else none."""
        starts = [0, *(i + 1 for i, word in enumerate(self.tokens.words) if word == "\n")]
        numbered = sum(self.tokens.kinds[i : i + 1] == ["n"] for i in starts)
        return starts if numbered > 1 else []

    def coded(self, index: int) -> bool:
        """Whether digits are glued to what stands before a token: the LC of "LC1D32" is none."""
        digits = self.tokens.kinds[index : index + 1] == ["n"]
        return digits and self.tokens.glued(index)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Character offsets of a stretch of tokens."""
        return self.tokens.starts[first], self.tokens.ends[last - 1]

    def raw(self, first: int, last: int) -> str:
        """The buyer's own words of a stretch."""
        return self.tokens.raw(first, last)


def scan(tokens: Tokens, language: str, languages: tuple[str, ...]) -> Scan:
    """Find every known phrase and the clauses of a text.

    Args:
        tokens: The text.
        language: Its language.
        languages: Lexicons to read it with.

    Returns:
        The scan.
    """
    trie = phrase_trie(languages)
    starting: dict[int, Match] = {}
    covering: list[Match | None] = [None] * len(tokens)
    payloads: list[tuple[tuple[str, Any], ...]] = [()] * len(tokens)
    named: dict[str, list[tuple[Match, Any]]] = {}
    at = 0
    while at < len(tokens):
        if tokens.words[at] in _COLOUR_BOOKS:
            match = _colour_code(tokens, at)
        else:
            match = (
                trie.longest(tokens, at) if tokens.kinds[at] != "n" else _numbered(trie, tokens, at)
            )
        if match is not None and language == "pt" and tokens.words[at : match.last] == ["no"]:
            match = _unless(match, "neg")  # "in the", never a negation
        if match is None or (match.last == at + 1 and _cjk_noise(tokens, match, language)):
            at += 1
            continue
        starting[at] = match
        for index in range(match.first, match.last):
            covering[index] = match
            payloads[index] = match.payloads
        for kind, value in match.payloads:
            named.setdefault(kind, []).append((match, value))
        at = match.last
    result = Scan(tokens, language, languages, starting, covering, payloads, named)
    result.used = [False] * len(tokens)
    _split(result)
    return result


def _unless(match: Match, kind: str) -> Match | None:
    """A phrase without one of the things it may be; None if it is nothing else."""
    kept = tuple(payload for payload in match.payloads if payload[0] != kind)
    return Match(match.first, match.last, kept) if kept else None


def _colour_code(tokens: Tokens, at: int) -> Match | None:
    """RAL 7016, Pantone 5445 C: a colour named by its book."""
    last = at + 1
    while last < len(tokens) and tokens.words[last] in _COLOUR_CODE_FILLERS:
        last += 1
    if last >= len(tokens) or tokens.kinds[last] != "n" or len(tokens.words[last]) < 3:
        return None
    name = f"{_COLOUR_BOOKS[tokens.words[at]]} {tokens.words[last]}"
    last += 1
    if last < len(tokens) and tokens.words[last] in ("c", "u", "tpx", "tcx", "tpg", "cp"):
        name += f" {tokens.words[last].upper()}"
        last += 1
    return Match(at, last, (("colour", name),))


def _numbered(trie: Any, tokens: Tokens, at: int) -> Match | None:
    """A phrase may begin with a number ("3 phase", "100% cotton") if it is more than that."""
    match: Match | None = trie.longest(tokens, at)
    return match if match is not None and match.last > at + 1 else None


def _cjk_noise(tokens: Tokens, match: Match, language: str) -> bool:
    """One Chinese character inside a word says little; in English text nothing."""
    char = tokens.words[match.first]
    return is_cjk(char) and language not in ("zh", "ja")


def _split(scan: Scan) -> None:
    tokens = scan.tokens
    clauses: list[Clause] = []
    owner = [0] * len(tokens)
    first, sentence = 0, 0
    for index, word in enumerate(tokens.words):
        owner[index] = len(clauses)
        if index - first >= _LONGEST_CLAUSE:  # keeps every search within a clause bounded
            clauses.append(Clause(first, index + 1, sentence))
            first = index + 1
            continue
        if tokens.kinds[index] != "s" or word not in _BREAKS or not _breaks(tokens, index):
            continue
        clauses.append(Clause(first, index, sentence))
        first = index + 1
        if word in _SENTENCE:
            sentence += 1
    clauses.append(Clause(first, len(tokens), sentence))
    scan.clauses = clauses
    scan.clause_of = owner
    _soften(scan)


def _breaks(tokens: Tokens, index: int) -> bool:
    word = tokens.words[index]
    if word == ".":
        before = tokens.words[index - 1] if index else ""
        if before in _ABBREVIATIONS and not (
            index + 1 < len(tokens) and tokens.words[index + 1] == "\n"
        ):
            return False
        if (
            index + 1 < len(tokens)
            and tokens.glued(index + 1)
            and tokens.kinds[index + 1] == "w"
            and len(before) <= 2
        ):
            return False  # "U.S.", "l.a."
    if word == "·":
        return not (tokens.glued(index) and index + 1 < len(tokens) and tokens.glued(index + 1))
    return True


_TELL = (["specify"], ["state"], ["mention"], ["indicate"], ["advise"], ["angeben"], ["indicar"])

# Before "if you can" these ask whether.
_ASKING = (["wondering"], ["wonder"], ["know"], ["see"], ["ask"], ["saber"], ["savoir"], ["sapere"])
_IF = ("if", "si", "se")


def _soften(scan: Scan) -> None:
    """A wish colours its clause; alone in it, the clause beside."""
    words = scan.tokens.words
    for match, _ in scan.of_kind("wish"):
        if words[match.first] in _OPTIONAL and words[match.first - 1 : match.first] == [":"]:
            continue  # "Engine:Optional Color:Optional" wishes nothing of the keys beside
        if words[match.first] in _IF and words[match.first - 1 : match.first] in _ASKING:
            continue  # "I was wondering if you can ship to Peru"
        if words[match.first - 1 : match.first] in _TELL:
            continue  # "Voltage: specify if available"
        number = scan.clause_of[match.first]
        clause = scan.clauses[number]
        rest = [i for i in range(clause.first, clause.last) if not match.first <= i < match.last]
        if any(scan.tokens.kinds[i] in "wnc" and not scan.has(i, "noise") for i in rest):
            clause.wish = True
            continue
        neighbours = (number + 1, number - 1)
        if number and scan.clauses[number - 1].sentence == clause.sentence:
            starts_sentence = False
        else:
            starts_sentence = True
        if words[match.last : match.last + 2] == [")", ":"] and number + 1 < len(scan.clauses):
            scan.clauses[number + 1].wish = True  # "Finish (optional): matte"
            continue
        for neighbour in neighbours if starts_sentence else (number - 1,):
            if 0 <= neighbour < len(scan.clauses) and (
                scan.clauses[neighbour].sentence == clause.sentence
            ):
                scan.clauses[neighbour].wish = True
                break
    for match, _ in scan.of_kind("soft_modal"):
        scan.clauses[scan.clause_of[match.first]].soft = True
