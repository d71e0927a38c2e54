"""What requirements imply: rules as data, each inference soft, explained and switchable.

A rule rests on what the goods are (`nature`), where they are sold (`markets`), how they are
used (`surroundings`), and on numbers that were asked for; never on a word anywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from deepsearch.schema import Operator, ParsedQuery, Requirement, RequirementValue
from deepsearch.understanding.lexicon import load_data
from deepsearch.understanding.markets import markets_of
from deepsearch.understanding.nature import kinds_of
from deepsearch.understanding.places import country_names
from deepsearch.understanding.surroundings import surroundings_of
from deepsearch.understanding.text import Tokens, tokenise

__all__ = ["Rule", "goods_of", "imply", "rules", "with_implied"]

_ADULT = 14.0  # years: from here on a toy is no toy in law
_CONFIDENCE = 0.7
# One supply only: two markets with different mains leave it open.
_SUPPLY = frozenset({"voltage", "frequency", "plug_type"})
_CODES = frozenset({"certification", "standard"})
_UPPER = frozenset({Operator.LE, Operator.LT})
_IN_USE = frozenset({"operating_temperature", "ambient_temperature"})
_HEAT = _IN_USE | {"temperature"}
_COLD = 5.0  # degC: up to here a temperature speaks of cold, above of heat
_THIN_AIR, _HIGHEST, _DIGITS_OF_HEIGHT = 1500, 6500, 5  # metres above the sea
_DIGITS = 4  # no age in months has as many
# These make no heat nor cold themselves: a temperature said of them is where they are used.
_PASSIVE = frozenset(
    {"cable", "drive_part", "rubber_part", "fastener", "steelwork", "battery", "camera", "display"}
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One implication.

    Attributes:
        id: Its name, cited by what it infers.
        when: Conditions, all of which must hold.
        implies: (field, operator, value, unit) of each inference.
        why: The reason, for the buyer.
        source: Law, standard or practice it rests on.
    """

    id: str
    when: Mapping[str, Any]
    implies: tuple[tuple[str, Operator, RequirementValue, str | None], ...]
    why: str
    source: str


@dataclass(slots=True)
class _Facts:
    goods: frozenset[str]
    context: frozenset[str] = frozenset()
    market: frozenset[str] = frozenset()
    packaging: set[str] = field(default_factory=set)
    fields: frozenset[str] = frozenset()
    low: float | None = None
    high: float | None = None
    age: float | None = None


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """Every rule: those of the data file in its order, then mains and plug of each country."""
    found = [_rule(record) for record in load_data("rules")["rule"]]
    return (*found, *_mains_rules())


def _rule(record: dict[str, Any]) -> Rule:
    implied = []
    for name, op, value, *unit in record["implies"]:
        plain = tuple(value) if isinstance(value, list) else value
        implied.append((name, Operator(op), plain, unit[0] if unit else None))
    return Rule(record["id"], record["when"], tuple(implied), record["why"], record["source"])


def _mains_rules() -> Iterator[Rule]:
    """Voltage, frequency and plug of each country in mains.toml."""
    data = load_data("mains")
    names = dict(country_names("en")) | {"EU": "the European Union"}
    members = [code for code in load_data("markets")["region"]["EU"]["members"] if code != "EU"]
    for code, supply in data["supply"].items():
        where: dict[str, Any] = {"market": [code], "not_context": list(data["elsewhere"])}
        if code == "EU":
            where["not_market"] = members  # a member's own sockets are known better
        yield from _country_rules(code.lower(), names.get(code, code), supply, where, data)


def _country_rules(
    low: str,
    name: str,
    supply: dict[str, Any],
    where: dict[str, Any],
    data: dict[str, Any],
) -> Iterator[Rule]:
    """Rules of one country: mains and plug of what is plugged in, of chargers, and frequency."""
    power = [("voltage", *_one_or_any(tuple(float(v) for v in supply["volt"])), "V")]
    shown = " or ".join(f"{v} V" for v in supply["volt"])
    if "hertz" in supply:
        power.append(("frequency", Operator.EQ, float(supply["hertz"]), "Hz"))
        shown += f", {supply['hertz']} Hz"
    plug = (("plug_type", *_one_or_any(tuple(supply["plugs"])), None),)
    mains = (tuple(power), f"Mains in {name} is {shown}.", data["source"])
    socket = (
        plug,
        f"Sockets in {name} take plug type {' or '.join(supply['plugs'])}.",
        data["source"],
    )
    plain = where | {"not_goods": data["unplugged"]}
    charged = where | {"goods": data["charged"], "context": ["charger_ctx"]}
    supplied = {"unless": ["voltage", "phases", "frequency"]}
    socketed = {"unless": ["phases", "plug_type"]}
    plugged = {"goods": [*data["plugged"], *data["wired"]]}
    adapted = {"goods": [*data["plugged"], *data["adapted"]]}
    yield Rule(f"mains-{low}", plain | supplied | plugged, *mains)
    yield Rule(f"plug-{low}", plain | socketed | adapted, *socket)
    yield Rule(f"charger-mains-{low}", charged | supplied, *mains)
    yield Rule(f"charger-plug-{low}", charged | socketed, *socket)
    if "hertz" in supply:
        fed = plain | {"goods": data["fed"], "unless": ["frequency"]}
        fed["not_goods"] = [*data["unplugged"], *data["unfed"]]
        fed["not_context"] = [*where["not_context"], "combustion"]
        yield Rule(f"frequency-{low}", fed, (power[-1],), *mains[1:])


def _one_or_any(values: tuple[Any, ...]) -> tuple[Operator, RequirementValue]:
    return (Operator.EQ, values[0]) if len(values) == 1 else (Operator.ANY_OF, values)


def _bounds(r: Requirement) -> tuple[float | None, float | None]:
    """Lowest and highest number a requirement speaks of."""
    values = [v for v in (r.value if isinstance(r.value, tuple) else (r.value,)) if _number(v)]
    numbers = [float(v) for v in values if isinstance(v, int | float)]
    return (min(numbers), max(numbers)) if numbers else (None, None)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _measure(parsed: ParsedQuery, facts: _Facts) -> None:
    """Read the numbers and texts among the requirements that rules ask about."""
    for r in parsed.requirements:
        if r.implied_by is not None:
            continue
        low, high = _bounds(r)
        if r.field == "age_range":
            # "from 1 year" and "1-3 years" begin at one; "under 2 years" begins at birth
            facts.age = 0.0 if r.op in _UPPER else low if low is not None else high
        elif r.field in _HEAT and (r.field in _IN_USE or _is_ambient(facts)):
            # "up to 50 °C" and "at least -30 °C" name the far end, whichever way they point
            for value in (low, high):
                if value is not None and value <= _COLD:
                    facts.low = value if facts.low is None else min(facts.low, value)
                elif value is not None:
                    facts.high = value if facts.high is None else max(facts.high, value)
        elif r.field == "packaging" and r.op is not Operator.NE:
            values = r.value if isinstance(r.value, tuple) else (r.value,)
            facts.packaging.update(str(value) for value in values)
    if facts.age is not None and facts.age >= _ADULT:
        facts.context |= {"adults"}


def _is_ambient(facts: _Facts) -> bool:
    """Whether a bare temperature is that of the surroundings, not what the thing makes itself."""
    return "ambient" in facts.context or bool(facts.goods & _PASSIVE)


def _facts(parsed: ParsedQuery) -> _Facts:
    tokens = tokenise(parsed.text)
    facts = _Facts(
        goods=goods_of(parsed),
        fields=frozenset(r.field for r in parsed.requirements if r.implied_by is None),
    )
    if facts.goods:
        facts.context = surroundings_of(parsed, tokens)
        facts.market = markets_of(parsed, tokens)
        if _is_high(tokens):
            facts.context |= {"altitude"}
    _measure(parsed, facts)
    months = _months(tokens) if facts.age is None and "toy" in facts.goods else None
    facts.age = months / 12 if months is not None else facts.age
    return facts


def _is_high(tokens: Tokens) -> bool:
    """Whether a height above the sea is said without the word: "a mine at 4500 m"."""
    heights = load_data("surroundings")["heights"]
    for at in range(1, len(tokens) - 1):
        if tokens.kinds[at] != "n" or tokens.words[at + 1] not in heights["units"]:
            continue
        number = tokens.words[at].replace(",", "").replace(".", "")
        said = tokens.words[at - 1] in heights["before"] or any(
            word in heights["after"] for word in tokens.words[at + 2 : at + 4]
        )
        if said and number.isdecimal():
            return _THIN_AIR <= int(number[:_DIGITS_OF_HEIGHT]) <= _HIGHEST
    return False


def _months(tokens: Tokens) -> float | None:
    """An age in months ("from 18 months"), which is no canonical age."""
    units = load_data("surroundings")["ages"]["months"]
    for at in range(1, len(tokens)):
        if tokens.words[at] in units and tokens.kinds[at - 1] == "n":
            number = tokens.words[at - 1]
            return float(number) if number.isdecimal() and len(number) < _DIGITS else None
    return None


def goods_of(parsed: ParsedQuery) -> frozenset[str]:
    """Kinds of goods (ontology.toml) a query asks for.

    Args:
        parsed: What was understood.

    Returns:
        Names of kinds, closed upwards; empty where the product is of no known kind.
    """
    return _goods(parsed.text, parsed.product, parsed.language)


@lru_cache(maxsize=8)  # the questions ask again for what was just told
def _goods(text: str, product: str, language: str) -> frozenset[str]:
    return kinds_of(tokenise(text), product, language)


def _holds(when: Mapping[str, Any], facts: _Facts) -> bool:
    have: tuple[tuple[str, str, AbstractSet[str]], ...] = (
        ("goods", "not_goods", facts.goods),
        ("market", "not_market", facts.market),
        ("context", "not_context", facts.context),
        ("packaging", "not_packaging", facts.packaging),
    )
    for wanted, unwanted, found in have:
        if wanted in when and found.isdisjoint(when[wanted]):
            return False
        if unwanted in when and not found.isdisjoint(when[unwanted]):
            return False
    if "unless" in when and not facts.fields.isdisjoint(when["unless"]):
        return False
    return _within(when, facts)


def _within(when: Mapping[str, Any], facts: _Facts) -> bool:
    """Whether the numbers a rule asks for are known, and on its side of the bound."""
    cold = "cold" not in when or (facts.low is not None and facts.low <= when["cold"])
    hot = "hot" not in when or (facts.high is not None and facts.high >= when["hot"])
    young = "age_below" not in when or (facts.age is not None and facts.age < when["age_below"])
    return cold and hot and young


@lru_cache(maxsize=1)
def _by_goods() -> tuple[dict[str, tuple[int, ...]], tuple[int, ...]]:
    """Numbers of the rules that ask for a kind, and of those that ask for none."""
    asking: dict[str, list[int]] = {}
    free = []
    for number, rule in enumerate(rules()):
        for kind in rule.when.get("goods", ()):
            asking.setdefault(kind, []).append(number)
        if "goods" not in rule.when:
            free.append(number)
    return {kind: tuple(numbers) for kind, numbers in asking.items()}, tuple(free)


def _candidates(facts: _Facts) -> Iterator[Rule]:
    """Rules whose condition on the goods holds, in their order."""
    asking, free = _by_goods()
    numbers = set(free).union(*(asking.get(kind, ()) for kind in facts.goods))
    every = rules()
    for number in sorted(numbers):
        yield every[number]


def _said(parsed: ParsedQuery, name: str, value: RequirementValue) -> bool:
    """Whether the buyer already spoke of a field (for certificates: of the same one)."""
    for r in parsed.requirements:
        if r.implied_by is not None or r.field != name:
            continue
        if name not in _CODES:
            return True
        said = set(r.value) if isinstance(r.value, tuple) else {r.value}
        meant = set(value) if isinstance(value, tuple) else {value}
        if said & meant:
            return True
    return False


def imply(parsed: ParsedQuery, *, switched_off: Collection[str] = ()) -> tuple[Requirement, ...]:
    """Infer what the requirements imply but do not say.

    Args:
        parsed: What was understood outright.
        switched_off: Ids of rules not to use.

    Returns:
        Soft requirements, each with its rule and reason; none on a field the buyer
        spoke of, none twice, and no mains where two markets disagree about it.
    """
    facts = _facts(parsed)
    if not (facts.goods or facts.packaging):
        return ()
    found: dict[tuple[str, RequirementValue], Requirement] = {}
    for rule in _candidates(facts):
        if rule.id in switched_off or not _holds(rule.when, facts):
            continue
        for name, op, value, unit in rule.implies:
            if (name, value) in found or _said(parsed, name, value):
                continue
            found[name, value] = Requirement(
                field=name,
                op=op,
                value=value,
                unit=unit,
                hard=False,
                span=None,
                implied_by=rule.id,
                why=f"{rule.why} ({rule.source})",
                confidence=_CONFIDENCE,
            )
    supplies = [name for name, _ in found if name in _SUPPLY]
    disputed = {name for name in supplies if supplies.count(name) > 1}
    return tuple(r for r in found.values() if r.field not in disputed)


def with_implied(parsed: ParsedQuery, *, switched_off: Collection[str] = ()) -> ParsedQuery:
    """Add what is implied to a parsed query.

    Args:
        parsed: What was understood outright.
        switched_off: Ids of rules not to use.

    Returns:
        The query with its inferences behind its requirements.
    """
    implied = imply(parsed, switched_off=switched_off)
    return replace(parsed, requirements=(*parsed.requirements, *implied)) if implied else parsed
