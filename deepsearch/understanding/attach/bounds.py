"""Which way a quantity bounds its field."""

from __future__ import annotations

from deepsearch.understanding.attach.state import Attaching
from deepsearch.understanding.attach.surroundings import Surroundings
from deepsearch.understanding.fields import (
    CAPABILITY,
)
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.quantities import Quantity

__all__ = ["bears", "direct", "says_up_to"]

_SHORTER = frozenset({"lead_time", "response_time", "sample_time"})
_BORNE = frozenset({"load_capacity", "pressure"})
_SOONER = frozenset({"better", "faster", "sooner"})
_UP_TO = word_set("quantity", "up_to")
_MOST = word_set("bound", "most")  # inside a field's name

_NEGATIVE_KEEP = word_set("quantity", "floor_of_cold")


def direct(
    state: Attaching, quantity: Quantity, around: Surroundings, name: str
) -> tuple[str, str | None]:
    """The field and operator a quantity ends with.

    What the thing can do is a floor ("max load 150 kg"); temperatures have rules of their own.

    Args:
        state: The text's quantities so far.
        quantity: The quantity.
        around: What stands around it.
        name: The field its words chose.

    Returns:
        Field and operator; None where nothing bounds it.
    """
    op = around.op
    if name in _SHORTER and op == "ge" and state.word(quantity.last + 1) in _SOONER:
        op = "le"  # "3 weeks or better"
    if name in ("temperature", "operating_temperature"):
        return _temperature(state, quantity, around, name)
    if op == "le" and says_up_to(around) and (name in CAPABILITY or _borne(state, quantity)):
        op = "ge"
    elif op is None and name in CAPABILITY and _required(state, quantity):
        op = "ge"  # "must lift 8 t"
    elif op is None and name in _BORNE and bears(state, quantity):
        op = "ge"  # "chairs that bear 150 kg", "200 kg aushalten", "pressure resistance: 6 bar"
    elif op is None and around.bound is not None and name not in CAPABILITY:
        op = {"max": "le", "min": "ge"}[around.bound]
    elif op is None and name in CAPABILITY and _topped(state, around, name):
        op = "ge"
    return name, op


def _topped(state: Attaching, around: Surroundings, name: str) -> bool:
    """Whether a field is said to be the most, by its own words too: "top speed"."""
    if around.bound == "max":
        return True
    for found, first, last in (*around.left[:1], *around.right[:1]):
        words = state.tokens.folded[state.tokens.starts[first] : state.tokens.ends[last - 1]]
        if found == name and any(most in words for most in _MOST):
            return True
    return False


def _clause(state: Attaching, quantity: Quantity) -> range:
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    return range(clause.first, quantity.first)


def bears(state: Attaching, quantity: Quantity) -> bool:
    """Say whether a verb of bearing stands beside a quantity: "bear 150 kg", "200 kg aushalten".

    Args:
        state: The text's quantities so far.
        quantity: The quantity.

    Returns:
        True if only comparators stand between.
    """
    at = quantity.first - 1
    while at > 0 and (
        state.word(at) == ":" or (state.scan.has(at, "cmp") and not state.scan.has(at, "withstand"))
    ):
        at -= 1
    return any(state.scan.has(i, "withstand") for i in (at, quantity.last))


def _borne(state: Attaching, quantity: Quantity) -> bool:
    """What the thing must bear is a floor: "resistir una presión de hasta 12 bar"."""
    return any(state.scan.has(i, "withstand") for i in _clause(state, quantity))


def _required(state: Attaching, quantity: Quantity) -> bool:
    return any(state.scan.has(i, "must") for i in _clause(state, quantity))


def says_up_to(around: Surroundings) -> bool:
    """Whether the comparator reads "up to": for what the thing can do, a floor."""
    words = around.op_words
    return words in _UP_TO or words.split(" ")[0] in _UP_TO


def _temperature(
    state: Attaching, quantity: Quantity, around: Surroundings, name: str
) -> tuple[str, str | None]:
    clause = state.scan.clauses[state.scan.clause_of[quantity.first]]
    inside = range(clause.first, clause.last)
    operating = name == "operating_temperature" or any(state.scan.has(i, "operate") for i in inside)
    named = any(n == "temperature" for n, _, _ in around.left)
    if quantity.shape == "range":
        below = min(quantity.values) < 0
        return ("operating_temperature" if operating or below else name), None
    if quantity.shape != "one":
        return name, around.op
    if max(quantity.values) < 0:
        if around.op in ("ge", "gt") and around.op_words in _NEGATIVE_KEEP:
            return ("operating_temperature" if operating else name), around.op
        return "operating_temperature", "lt" if around.op == "lt" else "le"
    if _resists(state, inside):
        return name, "ge"
    return _above_zero(around, name, operating and not named)


def _resists(state: Attaching, inside: range) -> bool:
    return any(
        state.scan.has(i, "withstand") or state.scan.value_at(i, "feature") == "heat_resistant=true"
        for i in inside
    )


def _above_zero(around: Surroundings, name: str, operating: bool) -> tuple[str, str | None]:
    """Heat the thing must bear is a floor; "max 60 °C" of the thing itself is a ceiling."""
    limit = around.op_words.startswith(("max", "最", "макс"))
    if around.op == "le" and says_up_to(around) and not limit:
        return ("operating_temperature" if operating else name), "ge"
    if operating and name == "temperature":
        return "operating_temperature", "ge" if around.op in (None, "le") else around.op
    return name, around.op
