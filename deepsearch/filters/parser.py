"""Reading filter text: one grammar for the command line, HTTP and Python.

```
filter     := all ("or" all)*
all        := one ("and" one)*
one        := "not" one | "(" filter ")" | predicate
predicate  := field
            | field ("=" | "==" | "!=" | "<" | "<=" | ">" | ">=") value
            | field ["not"] "in" "(" value ("," value)* ")"
            | field ["not"] "between" value "and" value
            | field ["not"] "contains" text
            | field "is" ("known" | "unknown")
field      := (word | quoted) ("." (word | quoted))*
value      := number [word | quoted] | date | word | quoted | "true" | "false"
```

A number may be followed by its unit or currency. Keywords are read in any case; a field,
unit or value that looks like one is quoted (but IN, IS and OR may stand as values). A date is
written 2026-01-31. Texts are quoted with " or ', a backslash keeps the next character.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NoReturn, TypeAlias

from deepsearch.errors import FilterError
from deepsearch.filters.expressions import (
    KEYWORDS,
    MAX_DEPTH,
    SYMBOLS,
    And,
    AnyOf,
    Between,
    Compare,
    Contains,
    Filter,
    Not,
    Or,
    Presence,
    Scalar,
)
from deepsearch.schema import Operator

__all__ = ["MAX_LENGTH", "parse_filter"]

MAX_LENGTH = 20_000
"""Characters a filter text may have."""

Kind: TypeAlias = Literal["keyword", "word", "quoted", "number", "symbol", "end"]

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<date>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[-+]\d\d:\d\d)?)?(?!\w))
    | (?P<number>[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<symbol>==|!=|<=|>=|[=<>(),.])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_OPERATORS = {symbol: op for op, symbol in SYMBOLS.items()} | {"==": Operator.EQ}
# Where a value must stand, India, Iceland and Oregon need no quotes.
_ALSO_PLACES = frozenset({"in", "is", "or"})
_INSTEAD = {
    "&": "and",
    "|": "or",
    "!": "not",
    "~": "not",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "[": "(",
    "]": ")",
}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Kind
    text: str
    at: int


def parse_filter(text: str) -> Filter:
    """Read a filter from text.

    Args:
        text: An expression such as `price <= 5 USD and supplier.country in (CN, DE)`;
            at most `MAX_LENGTH` characters.

    Returns:
        The filter; `str` of it parses to an equal one.

    Raises:
        FilterError: If it is empty, too long, nests too deep, or is no filter; the message
            says at which character.

    Example:
        >>> str(parse_filter("moq<=100 AND not supplier.country=CN"))
        'moq <= 100 and not supplier.country = "CN"'
    """
    if not isinstance(text, str):
        raise FilterError(f"A filter is written as text; got {text!r:.60}. Give a str.")
    if len(text) > MAX_LENGTH:
        raise FilterError(f"The filter has {len(text)} characters; at most {MAX_LENGTH} are read.")
    if not text.strip():
        raise FilterError(
            'The filter is empty. Write one such as "supplier.years >= 3", or give none.'
        )
    return _Parser(text).parse()


def _tokens(text: str) -> list[_Token]:
    tokens = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            _fail_at_character(text, at)
        kind, raw = match.lastgroup, match.group()
        if kind == "word" and raw.lower() in KEYWORDS:
            tokens.append(_Token("keyword", raw.lower(), at))
        elif kind == "quoted":
            tokens.append(_Token("quoted", _ESCAPED.sub(r"\1", raw[1:-1]), at))
        elif kind == "date":
            tokens.append(_Token("quoted", raw, at))
        elif kind != "space":
            tokens.append(_Token(kind, raw, at))  # type: ignore[arg-type]
        at = match.end()
    tokens.append(_Token("end", "", len(text)))
    return tokens


def _fail_at_character(text: str, at: int) -> NoReturn:
    character = text[at]
    if character in "\"'":
        _fail(text, at, f"the quote {character} opened here is never closed")
    hint = _INSTEAD.get(character)
    advice = f"; write '{hint}'" if hint else "; quote a text that holds it"
    _fail(text, at, f"'{character}' is not understood here{advice}")


def _fail(text: str, at: int, problem: str) -> NoReturn:
    start = max(0, at - 30)
    before = ("..." if start else "") + text[start:at]
    after = text[at : at + 30] + ("..." if at + 30 < len(text) else "")
    raise FilterError(
        f"Filter, character {at + 1}: {problem}. Read so far: {before} ⟨here⟩ {after}"
    )


class _Parser:
    """Recursive descent; `_next` is the index of the token looked at."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0

    def parse(self) -> Filter:
        found = self._any()
        if self._peek.kind != "end":
            self._fail("expected 'and', 'or' or the end")
        return found

    # -- structure

    def _any(self) -> Filter:
        parts = [self._all()]
        while self._take_keyword("or"):
            parts.append(self._all())
        return Or(tuple(parts)) if len(parts) > 1 else parts[0]

    def _all(self) -> Filter:
        parts = [self._one()]
        while self._take_keyword("and"):
            parts.append(self._one())
        return And(tuple(parts)) if len(parts) > 1 else parts[0]

    def _one(self) -> Filter:
        self._depth += 1
        # A little above the tree's own limit: parentheses that group nothing add no level.
        if self._depth > 2 * MAX_DEPTH:
            self._fail(f"the filter nests more than {MAX_DEPTH} levels deep")
        try:
            if self._take_keyword("not"):
                return Not(self._one())
            if self._take_symbol("("):
                found = self._any()
                if not self._take_symbol(")"):
                    self._fail("expected ')'")
                return found
            return self._predicate()
        finally:
            self._depth -= 1

    def _predicate(self) -> Filter:
        at = self._peek.at
        name = self._field()
        token = self._peek
        if token.kind == "symbol" and token.text in _OPERATORS:
            self._next += 1
            value, unit = self._value()
            op = _OPERATORS[token.text]
            return self._build(lambda: Compare(name, op, value, unit, at), at)
        if self._take_keyword("is"):
            return Presence(name, self._presence(), at)
        negated = self._take_keyword("not")
        found = self._set_predicate(name, at)
        if found is not None:
            return Not(found) if negated else found
        if negated:
            self._fail("expected 'in', 'between' or 'contains' after 'not'")
        if token.kind in ("word", "quoted", "number"):
            self._fail(f"expected an operator after the field '{name}'")
        return Compare(name, Operator.EQ, value=True, at=at)

    def _set_predicate(self, name: str, at: int) -> Filter | None:
        """Read what may stand after "not": a list, a range, a text held."""
        if self._take_keyword("in"):
            return self._list(name, at)
        if self._take_keyword("between"):
            return self._range(name, at)
        if self._take_keyword("contains"):
            token = self._peek
            if token.kind not in ("word", "quoted", "number"):
                self._fail("expected a text after 'contains'")
            self._next += 1
            return self._build(lambda: Contains(name, token.text, at), token.at)
        return None

    # -- pieces

    def _field(self) -> str:
        segments: list[str] = []
        while True:
            token = self._peek
            if token.kind == "keyword" and segments:  # after a dot nothing else can be meant
                segments.append(self._text[token.at : token.at + len(token.text)])
            elif token.kind in ("word", "quoted"):
                segments.append(token.text)
            else:
                self._fail("expected the name of a field")
            self._next += 1
            if not self._take_symbol("."):
                return ".".join(segments)

    def _presence(self) -> bool:
        known = self._take_keyword("known")
        if not known and not self._take_keyword("unknown"):
            self._fail("expected 'known' or 'unknown' after 'is'")
        return known

    def _list(self, name: str, at: int) -> Filter:
        if not self._take_symbol("("):
            self._fail("expected '(' and a list of values after 'in'")
        opened = self._peek.at
        pairs = [self._value()]
        while self._take_symbol(","):
            pairs.append(self._value())
        if not self._take_symbol(")"):
            self._fail("expected ',' or ')'")
        unit = self._unit({unit for _, unit in pairs}, opened)
        values = tuple(value for value, _ in pairs)
        return self._build(lambda: AnyOf(name, values, unit, at), opened)

    def _range(self, name: str, at: int) -> Filter:
        start = self._peek.at
        low, low_unit = self._value()
        if not self._take_keyword("and"):
            self._fail("expected 'and' and the upper value of 'between'")
        high, high_unit = self._value()
        # The unit may be said once, with either end.
        unit = self._unit({low_unit, high_unit} - {None} or {None}, start)
        return self._build(lambda: Between(name, low, high, unit, at), start)

    def _unit(self, units: set[str | None], at: int) -> str | None:
        if len(units) > 1:
            shown = ", ".join(sorted(str(unit or "none") for unit in units))
            _fail(self._text, at, f"the values are in different units ({shown})")
        return next(iter(units))

    def _value(self) -> tuple[Scalar, str | None]:
        token = self._peek
        if token.kind == "keyword" and token.text in ("true", "false"):
            self._next += 1
            return token.text == "true", None
        if token.kind == "keyword" and token.text in _ALSO_PLACES:
            self._next += 1
            return self._text[token.at : token.at + len(token.text)], None
        if token.kind in ("word", "quoted"):
            self._next += 1
            return token.text, None
        if token.kind != "number":
            self._fail("expected a value (a number, true, false, a word or a quoted text)")
        self._next += 1
        number = float(token.text)
        if number in (float("inf"), float("-inf")):
            _fail(self._text, token.at, f"the number {token.text} is too large")
        unit = None
        if self._peek.kind in ("word", "quoted") and self._peek.text:
            unit = self._peek.text
            self._next += 1
        return number, unit

    def _build(self, make: Callable[[], Filter], at: int) -> Filter:
        try:
            return make()
        except FilterError as error:
            _fail(self._text, at, str(error))

    # -- tokens

    @property
    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take_keyword(self, word: str) -> bool:
        return self._take("keyword", word)

    def _take_symbol(self, symbol: str) -> bool:
        return self._take("symbol", symbol)

    def _take(self, kind: Kind, text: str) -> bool:
        if self._peek.kind == kind and self._peek.text == text:
            self._next += 1
            return True
        return False

    def _fail(self, problem: str) -> NoReturn:
        token = self._peek
        found = "the end" if token.kind == "end" else f"'{token.text}'"
        _fail(self._text, token.at, f"{problem}, found {found}")
