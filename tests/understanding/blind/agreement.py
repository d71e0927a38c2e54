"""When a requirement or a product found is the one an answer wants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from deepsearch.understanding.text import tokenise

TOLERANCE = 0.01

FAMILIES: Mapping[str, str] = {
    "order": (
        "order_quantity min_order_quantity sample unit_price budget payment_terms incoterm"
        " incoterm_place destination origin lead_time delivery_date warranty hs_code"
    ),
    "customisation": "custom_logo custom_packaging custom_design oem odm private_label",
    "compliance": "certification standard ip_rating",
    "supplier": (
        "supplier_type supplier_country supplier_years supplier_verified response_time"
        " reorder_rate on_time_rate rating review_count monthly_capacity"
    ),
    "product text": (
        "brand model material grade colour finish size shape power_source application"
        " condition compatible_with"
    ),
    "product number": (
        "weight load_capacity length width height depth thickness diameter area volume"
        " screen_size temperature operating_temperature humidity power voltage current"
        " frequency battery_capacity energy pressure flow_rate torque force speed"
        " rotation_speed throughput noise resolution storage memory density areal_weight"
        " yarn_count hardness tolerance age_range seating range time angle brightness layers"
    ),
}
FAMILY_OF: Mapping[str, str] = {
    name: family for family, names in FAMILIES.items() for name in names.split()
}

Record = Mapping[str, Any]


def family(name: str) -> str:
    """Name the family a field belongs to; "open" if it is no canonical field."""
    return FAMILY_OF.get(name, "open")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same_scalar(wanted: object, found: object) -> bool:
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    if isinstance(wanted, int | float) and isinstance(found, int | float):
        return abs(found - wanted) <= TOLERANCE * abs(wanted) + 1e-9
    if isinstance(wanted, str) and isinstance(found, str):
        return " ".join(wanted.split()).casefold() == " ".join(found.split()).casefold()
    return False


def _same_value(wanted: object, found: object, op: str) -> bool:
    if not (isinstance(wanted, list) and isinstance(found, list)):
        return _same_scalar(wanted, found)
    if len(wanted) != len(found):
        return False
    if op == "between":
        return all(map(_same_scalar, wanted, found))
    rest = list(found)
    for value in wanted:
        partner = next((x for x in rest if _same_scalar(value, x)), None)
        if partner is None:
            return False
        rest.remove(partner)
    return True


def _readings(wanted: Record) -> Iterator[tuple[str, object, object]]:
    """Every (operator, value, unit) the answer accepts."""
    ops = [wanted["op"], *wanted.get("alt_ops", ())]
    for op in ops:
        yield op, wanted["value"], wanted["unit"]
    for other in wanted.get("alt", ()):
        for op in [other["op"]] if "op" in other else ops:
            yield op, other["value"], other["unit"]


def _says_the_same(wanted: Record, found: Record) -> bool:
    if wanted["value"] == "*":
        return True
    return any(
        found["op"] == op
        and (found["unit"] or "").casefold() == str(unit or "").casefold()
        and _same_value(value, found["value"], op)
        for op, value, unit in _readings(wanted)
    )


def _overlap(wanted: Record, found: Record, text: str) -> bool:
    if found["span"] is None:
        return False
    begin, end = found["span"]
    words = wanted["text"]
    at = text.find(words)
    while at >= 0:
        if begin < at + len(words) and at < end:
            return True
        at = text.find(words, at + 1)
    return False


def _same_field(wanted: Record, found: Record, text: str) -> bool:
    name = found["field"]
    if name == wanted["field"] or name in wanted.get("alt_fields", ()):
        return True
    both_open = family(name) == family(wanted["field"]) == "open"
    return both_open and _overlap(wanted, found, text)


def agrees(wanted: Record, found: Record, text: str) -> bool:
    """Say whether a found requirement is the wanted one.

    Args:
        wanted: Answer, with its recorded equivalents.
        found: What was parsed.
        text: The buyer's words, for spans.

    Returns:
        True if field, operator, value and unit agree.
    """
    return _same_field(wanted, found, text) and _says_the_same(wanted, found)


def pair_up(
    wanted: Sequence[Record], found: Sequence[Record], text: str
) -> list[tuple[Record, Record]]:
    """Pair wanted with found one to one, as many pairs as there can be.

    Args:
        wanted: Answers.
        found: What was parsed.
        text: The buyer's words.

    Returns:
        The pairs (augmenting paths in the bipartite graph of agreement).
    """
    # The same words first, so that of equal values the one said there is taken.
    fits = [
        sorted(
            (j for j, other in enumerate(found) if agrees(one, other, text)),
            key=lambda j, one=one: not _overlap(one, found[j], text),  # type: ignore[misc]
        )
        for one in wanted
    ]
    partner: dict[int, int] = {}

    def place(i: int, tried: set[int]) -> bool:
        for j in fits[i]:
            if j not in tried:
                tried.add(j)
                if j not in partner or place(partner[j], tried):
                    partner[j] = i
                    return True
        return False

    for i in range(len(wanted)):
        place(i, set())
    return [(wanted[i], found[j]) for j, i in partner.items()]


def singly(records: Iterable[Record]) -> list[Record]:
    """Take "all of a, b" as "a" and "b", and "none of" likewise: they say the same."""
    single: list[Record] = []
    for record in records:
        op = {"all_of": "eq", "none_of": "ne"}.get(record["op"])
        if op is None:
            single.append(record)
            continue
        others = [
            other["value"]
            for other in record.get("alt", ())
            if isinstance(other["value"], list) and len(other["value"]) == len(record["value"])
        ]
        for n, value in enumerate(record["value"]):
            alt = [{"value": other[n], "unit": None} for other in others]
            single.append({**record, "op": op, "value": value, "alt": alt, "alt_ops": []})
    return single


def same_product(item: Record, found: str) -> bool:
    """Say whether a product's name is the answer's, but for case and spaces.

    Args:
        item: A text with its answers. Where `product_prefix` is set, words that
            follow the answer's name ("bags" / "bags of jute") do no harm.
        found: The name that was read.

    Returns:
        True if the names agree.
    """
    name = " ".join(found.split()).casefold()
    wanted = [item["product"], *item.get("product_alt", ())]
    plain = [" ".join(other.split()).casefold() for other in wanted]
    return name in plain or (
        bool(item.get("product_prefix")) and any(name.startswith(f"{other} ") for other in plain)
    )


def product_overlap(item: Record, found: str) -> float:
    """Measure how much of a product's name was read: F1 of its words with the answer's.

    Args:
        item: A text with its answers.
        found: The name that was read.

    Returns:
        0..1, of the accepted name that agrees best; 1 where both are empty.
    """
    if same_product(item, found):
        return 1.0
    words = Counter(tokenise(found).words)
    best = 0.0
    for name in (item["product"], *item.get("product_alt", ())):
        wanted = Counter(tokenise(name).words)
        both = words.total() + wanted.total()
        best = max(best, 2 * (words & wanted).total() / both) if both else 1.0
    return best
