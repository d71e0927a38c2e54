"""What requirements imply: rules as data, each inference soft, explained and switchable."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from deepsearch.schema import Operator, ParsedQuery, Requirement, RequirementValue
from deepsearch.understanding.language import lexicon_languages
from deepsearch.understanding.lexicon import Trie, load_data, phrase_trie, split_spellings
from deepsearch.understanding.text import Tokens, fold, tokenise

__all__ = ["Rule", "goods_of", "imply", "rules", "with_implied"]

_EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DK",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "HU",
        "IE",
        "IT",
        "LV",
        "LT",
        "LU",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SK",
        "SI",
        "ES",
        "SE",
        "EU",
        "IS",
        "LI",
        "NO",
    ]
)
_EAEU = frozenset(["RU", "BY", "KZ", "AM", "KG"])
_CITY_COUNTRY = {
    "Hamburg": "DE",
    "Berlin": "DE",
    "Munich": "DE",
    "Bremerhaven": "DE",
    "Graz": "AT",
    "Vienna": "AT",
    "Rotterdam": "NL",
    "Antwerp": "BE",
    "Brussels": "BE",
    "Paris": "FR",
    "Le Havre": "FR",
    "Marseille": "FR",
    "Genoa": "IT",
    "Naples": "IT",
    "Milan": "IT",
    "Rome": "IT",
    "Livorno": "IT",
    "La Spezia": "IT",
    "Trieste": "IT",
    "Barcelona": "ES",
    "Madrid": "ES",
    "Algeciras": "ES",
    "Bilbao": "ES",
    "Lisbon": "PT",
    "Leixões": "PT",
    "Sines": "PT",
    "Felixstowe": "GB",
    "London": "GB",
    "New York": "US",
    "Los Angeles": "US",
    "Long Beach": "US",
    "Houston": "US",
    "Miami": "US",
    "Chicago": "US",
    "Seattle": "US",
    "Oakland": "US",
    "Savannah": "US",
    "Moscow": "RU",
    "Saint Petersburg": "RU",
    "Novorossiysk": "RU",
    "Vladivostok": "RU",
    "Almaty": "KZ",
    "Dubai": "AE",
    "Jebel Ali": "AE",
    "Abu Dhabi": "AE",
    "Jeddah": "SA",
    "Riyadh": "SA",
    "Dammam": "SA",
    "Doha": "QA",
    "Kuwait City": "KW",
    "Cairo": "EG",
    "Alexandria": "EG",
    "Casablanca": "MA",
    "Mombasa": "KE",
    "Lagos": "NG",
    "Durban": "ZA",
    "Cape Town": "ZA",
    "Mumbai": "IN",
    "Chennai": "IN",
    "Tokyo": "JP",
    "Yokohama": "JP",
    "Osaka": "JP",
    "Kobe": "JP",
    "Nagoya": "JP",
    "Busan": "KR",
    "Sydney": "AU",
    "Melbourne": "AU",
    "Auckland": "NZ",
    "Vancouver": "CA",
    "Toronto": "CA",
    "Manzanillo": "MX",
    "Veracruz": "MX",
    "Ciudad de Mexico": "MX",
    "Santos": "BR",
    "Callao": "PE",
    "Bogotá": "CO",
    "Cartagena": "CO",
    "Buenos Aires": "AR",
    "Istanbul": "TR",
    "Piraeus": "GR",
    "Gdansk": "PL",
    "Gdynia": "PL",
    "Manila": "PH",
    "Jakarta": "ID",
}
# Incoterms whose place is where the goods arrive.
_ARRIVAL = frozenset({"CPT", "CIP", "DAP", "DPU", "DDP", "CFR", "CIF"})


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
    when: dict[str, Any]
    implies: tuple[tuple[str, Operator, RequirementValue, str | None], ...]
    why: str
    source: str


@dataclass(slots=True)
class _Facts:
    goods: set[str] = field(default_factory=set)
    context: set[str] = field(default_factory=set)
    market: set[str] = field(default_factory=set)
    packaging: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    low: float | None = None
    high: float | None = None
    age: float | None = None
    text: str = ""


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the data file."""
    found = []
    for record in load_data("rules")["rule"]:
        implied = []
        for item in record["implies"]:
            name, op, value, *unit = item
            plain = tuple(value) if isinstance(value, list) else value
            implied.append((name, Operator(op), plain, unit[0] if unit else None))
        found.append(
            Rule(record["id"], record["when"], tuple(implied), record["why"], record["source"])
        )
    return tuple(found)


@lru_cache(maxsize=2)
def _groups(kind: str) -> tuple[Trie, tuple[tuple[str, str], ...]]:
    trie = Trie()
    tails: list[tuple[str, str]] = []
    for group, spellings in load_data("groups")[kind].items():
        for packed in spellings.values():
            for phrase in split_spellings(packed):
                if phrase.startswith("*"):
                    tails.append((fold(phrase[1:]), group))
                else:
                    trie.add(phrase, kind, group)
                    if (
                        phrase.isascii()
                        and phrase.isalpha()
                        and len(phrase) > 3
                        and not phrase.endswith("s")
                    ):
                        trie.add(phrase + "s", kind, group)
    return trie, tuple(tails)


def _found(kind: str, tokens: Tokens, first: int, last: int, negated: Collection[int]) -> set[str]:
    trie, tails = _groups(kind)
    found: set[str] = set()
    at = first
    while at < last:
        match = trie.longest(tokens, at, last)
        if match is not None and not (
            negated and any(i in negated for i in range(match.first, match.last))
        ):
            found.update(group for _, group in match.payloads)
        if tokens.kinds[at] == "w":
            word = tokens.words[at]
            found.update(
                group for tail, group in tails if word.endswith(tail) and len(word) > len(tail)
            )
        at += 1
    return found


def _negated(tokens: Tokens, language: str) -> set[int]:
    """Tokens within three of a "not", up to the next break."""
    trie = phrase_trie(lexicon_languages(language))
    negated: set[int] = set()
    for index in range(len(tokens)):
        match = trie.longest(tokens, index)
        if match is None or not any(kind == "neg" for kind, _ in match.payloads):
            continue
        for at in range(match.last, min(len(tokens), match.last + 5)):
            if tokens.kinds[at] == "s" and tokens.words[at] in ",.;!?\n":
                break
            negated.add(at)
    return negated


def _markets(parsed: ParsedQuery) -> set[str]:
    found: set[str] = set()
    term = next((str(r.value) for r in parsed.requirements if r.field == "incoterm"), "")
    for r in parsed.requirements:
        if r.op is not Operator.EQ or not isinstance(r.value, str):
            continue
        if r.field == "destination" or (r.field == "incoterm_place" and term in _ARRIVAL):
            code = (
                r.value if len(r.value) == 2 and r.value.isupper() else _CITY_COUNTRY.get(r.value)
            )
            if code:
                found.add("GB" if code == "UK" else code)
    if found & _EU:
        found.add("EU")
    if "GB" in found:
        found.add("UK")
    if found & _EAEU:
        found.add("EAEU")
    return found


def _temperatures(parsed: ParsedQuery, facts: _Facts) -> None:
    for r in parsed.requirements:
        if r.field == "age_range":
            value = r.value[0] if isinstance(r.value, tuple) else r.value
            if isinstance(value, float) and r.op not in (Operator.LT, Operator.LE):
                facts.age = value
        if r.field != "operating_temperature":
            continue
        values = [
            v
            for v in (r.value if isinstance(r.value, tuple) else (r.value,))
            if isinstance(v, float)
        ]
        if not values:
            continue
        if r.op in (Operator.LE, Operator.LT, Operator.BETWEEN, Operator.EQ):
            facts.low = min([*values, *([facts.low] if facts.low is not None else [])])
        if r.op in (Operator.GE, Operator.GT, Operator.BETWEEN, Operator.EQ):
            facts.high = max([*values, *([facts.high] if facts.high is not None else [])])


def _facts(parsed: ParsedQuery) -> _Facts:
    facts = _Facts(text=fold(parsed.text))
    tokens = tokenise(parsed.text)
    named = tokenise(parsed.product)
    negated = _negated(tokens, parsed.language)
    facts.goods = _found("goods", named, 0, len(named), ())
    if not facts.goods:
        # The name was not understood; the opening of the text is the next best witness.
        facts.goods = _found("goods", tokens, 0, min(len(tokens), 25), negated)
    facts.context = _found("context", tokens, 0, len(tokens), negated)
    facts.market = _markets(parsed)
    facts.fields = {r.field for r in parsed.requirements if r.implied_by is None}
    for r in parsed.requirements:
        if r.field == "packaging" and r.op is not Operator.NE:
            facts.packaging.update(r.value if isinstance(r.value, tuple) else (r.value,))  # type: ignore[arg-type]
        if r.field == "application" and r.op is Operator.EQ:
            facts.context.update(
                {
                    "outdoor": ("outdoor",),
                    "marine": ("marine",),
                    "children": ("children",),
                    "food contact": ("food_ctx",),
                }.get(str(r.value), ())
            )
    _temperatures(parsed, facts)
    return facts


def goods_of(parsed: ParsedQuery) -> frozenset[str]:
    """Kinds of goods (groups.toml) a query asks for.

    Args:
        parsed: What was understood.

    Returns:
        Names of groups.
    """
    return frozenset(_facts(parsed).goods)


def _any(wanted: Iterable[str], found: Collection[str]) -> bool:
    return any(item in found for item in wanted)


def _holds(when: dict[str, Any], facts: _Facts) -> bool:
    groups = {
        "goods": facts.goods,
        "context": facts.context,
        "market": facts.market,
        "packaging": facts.packaging,
    }
    for name, have in groups.items():
        if name in when and not _any(when[name], have):
            return False
        if f"not_{name}" in when and _any(when[f"not_{name}"], have):
            return False
    if "unless" in when and _any(when["unless"], facts.fields):
        return False
    if "context_words" in when and not _written(when["context_words"], facts):
        return False
    if "not_words" in when and _written(when["not_words"], facts):
        return False
    return _within(when, facts)


def _within(when: dict[str, Any], facts: _Facts) -> bool:
    """Whether the numbers a rule asks for are known, and on its side of the bound."""
    cold = "cold" not in when or (facts.low is not None and facts.low <= when["cold"])
    hot = "hot" not in when or (facts.high is not None and facts.high >= when["hot"])
    young = "age_below" not in when or (facts.age is not None and facts.age < when["age_below"])
    return cold and hot and young


def _written(words: Iterable[str], facts: _Facts) -> bool:
    return any(fold(word) in facts.text for word in words)


def _said(parsed: ParsedQuery, name: str, value: RequirementValue) -> bool:
    """Whether the buyer already spoke of a field (for certificates: of the same one)."""
    for r in parsed.requirements:
        if r.implied_by is not None or r.field != name:
            continue
        if name not in ("certification", "standard"):
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
        spoke of, and none twice.
    """
    facts = _facts(parsed)
    if not (facts.goods or facts.context or facts.packaging):
        return ()
    found: dict[tuple[str, RequirementValue], Requirement] = {}
    for rule in rules():
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
                confidence=0.7,
            )
    return tuple(found.values())


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
