"""Which field a quantity belongs to, and which way it bounds it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

from deepsearch.understanding.drafts import Draft, slug
from deepsearch.understanding.fields import (
    CAPABILITY,
    COUNT_NOUNS,
    DEFAULT,
    DIMENSIONS,
    fits,
    in_field_unit,
)
from deepsearch.understanding.kinds import goods_kinds
from deepsearch.understanding.lexicon import load_data, split_spellings, word_list, word_set
from deepsearch.understanding.quantities import Quantity
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import fold
from deepsearch.understanding.units import Unit, unit_at

__all__ = ["attach"]

_MONTHLY = word_set("quantity", "monthly")
_PACK_JOINS = word_set("quantity", "pack_joins")
_NO_CONTENT = word_set("quantity", "no_content")
_BARE_DEGREES = word_set("quantity", "bare_degrees")
_COUNT_OPENERS = word_set("quantity", "count_openers")
_PACK_OF = word_set("quantity", "pack_of")
_PACK_WEIGHT_JOINS = word_set("quantity", "pack_weight_joins")

_UP_TO = word_set("quantity", "up_to")
_AGE_RAW = frozenset({"岁", "周岁", "歳", "才"})
_RATE_JOIN = word_set("quantity", "rate_joins")
_HOURLY = {
    3600.0: "h",
    60.0: "min",
    86400.0: "day",
    1.0: "s",
    2629800.0: "month",
    604800.0: "week",
    31557600.0: "year",
}
_YEARLY = word_set("quantity", "yearly")
_NEGATIVE_KEEP = word_set("quantity", "floor_of_cold")
_TAILS = word_list("quantity", "tails")
_SUPPLIER_KINDS = ("supplier", "supplier_type", "supplier_flag")


@dataclass(slots=True)
class _Context:
    """What stands around a quantity."""

    op: str | None = None
    approx: bool = False
    op_words: str = ""
    first: int = 0
    last: int = 0
    left: list[tuple[str, int, int]] = field(default_factory=list)
    right: list[tuple[str, int, int]] = field(default_factory=list)
    left_words: list[int] = field(default_factory=list)
    bound: str | None = None


@lru_cache(maxsize=1)
def _tail_fields() -> dict[str, str]:
    table = load_data("fields")["field"]
    found: dict[str, str] = {}
    for name, spellings in table.items():
        for language in ("de", "nl"):
            for word in split_spellings(spellings.get(language, "")):
                folded = fold(word)
                if folded in _TAILS:
                    found.setdefault(folded, name)
    return found


@lru_cache(maxsize=4)
def _typo_words() -> dict[str, list[tuple[str, str]]]:
    """First letter + length → English field words a slip of the keys away from others."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, spellings in load_data("fields")["field"].items():
        for word in split_spellings(spellings.get("en", "")):
            if len(word) >= 5 and word.isalpha():
                found.setdefault(word[0], []).append((word, name))
    return found


def _one_slip(given: str, meant: str) -> bool:
    """Whether two words differ by one insertion, deletion, change or swap."""
    if abs(len(given) - len(meant)) > 1 or given == meant:
        return False
    short, long = sorted((given, meant), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) == len(long):
        if short[at + 1 :] == long[at + 1 :]:
            return True
        return short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    return short[at:] == long[at + 1 :]


def _mistyped(word: str) -> str | None:
    if len(word) < 5 or not word.isalpha() or not word.isascii():
        return None
    for meant, name in _typo_words().get(word[0], ()):
        if _one_slip(word, meant):
            return name
    return None


class _Attacher:
    def __init__(
        self,
        scan: Scan,
        quantities: list[Quantity],
        kinds: frozenset[str],
        product: tuple[int, int],
    ) -> None:
        self.scan = scan
        self.tokens = scan.tokens
        self.quantities = quantities
        self.kinds = kinds
        self.product = product
        self.ordered = False
        self.owner = [-1] * len(scan.tokens)
        for number, quantity in enumerate(quantities):
            for index in range(quantity.first, quantity.last):
                self.owner[index] = number
        self.drafts: list[Draft] = []
        self.taken: set[int] = set()  # first tokens of field words already used

    def word(self, index: int) -> str:
        return self.tokens.words[index] if 0 <= index < len(self.tokens) else ""

    # ------------------------------------------------------------ surroundings

    def context(self, quantity: Quantity) -> _Context:
        around = _Context(first=quantity.first, last=quantity.last, op=quantity.op)
        self._look_left(quantity, around)
        self._look_right(quantity, around)
        return around

    def _look_left(self, quantity: Quantity, around: _Context) -> None:
        clause = self.scan.clauses[self.scan.clause_of[quantity.first]]
        at, steps = quantity.first - 1, 0
        while at >= clause.first and steps < 9 and self.owner[at] < 0:
            match = self.scan.match_of(at)
            if match is None:
                if self.tokens.kinds[at] in "wc":
                    self._left_word(at, around)
                elif self.word(at) in "≈~":
                    around.approx = True
                at, steps = at - 1, steps + 1
                continue
            if self._stops_left(match.payloads):
                break
            self._left_match(match.first, match.last, match.payloads, around)
            steps += 1
            at = match.first - 1

    def _stops_left(self, payloads: tuple[tuple[str, object], ...]) -> bool:
        kinds = {kind for kind, _ in payloads}
        return bool(kinds & {"certification", "incoterm", "payment"})

    def _left_word(self, at: int, around: _Context) -> None:
        word = self.word(at)
        tails = _tail_fields()
        if self.scan.language in ("de", "nl"):
            for tail in _TAILS:
                if word.endswith(tail) and tail in tails:
                    around.left.append((tails[tail], at, at + 1))
                    return
        slipped = _mistyped(word)
        if slipped is not None:
            around.left.append((slipped, at, at + 1))
            return
        around.left_words.append(at)

    def _left_match(
        self, first: int, last: int, payloads: tuple[tuple[str, object], ...], around: _Context
    ) -> None:
        near = not around.left_words or len(around.left_words) <= 2
        fields = [str(v) for k, v in payloads if k == "field"]
        for kind, value in payloads:
            if kind == "cmp" and near:
                if value == "approx":
                    around.approx = around.approx or self.word(first) != "±"
                elif around.op is None:
                    around.op, around.op_words = (
                        str(value),
                        self.tokens.folded[self.tokens.starts[first] : self.tokens.ends[last - 1]],
                    )
                around.first = min(around.first, first)
            elif kind == "bound":
                around.bound = str(value)
            elif kind == "textfield" and value in ("size", "destination"):
                around.left.append((f"text:{value}", first, last))
        for name in fields:
            if first not in self.taken:
                around.left.append((name, first, last))
        if not fields and any(
            k in ("material", "part", "application", "power_source", "colour", "feature")
            for k, _ in payloads
        ):
            around.left_words.append(first)

    def _look_right(self, quantity: Quantity, around: _Context) -> None:
        clause = self.scan.clauses[self.scan.clause_of[quantity.last - 1]]
        at, steps = quantity.last, 0
        while at < clause.last and steps < 5 and self.owner[at] < 0:
            match = self.scan.match_of(at)
            if match is None:
                slipped = _mistyped(self.word(at)) if self.tokens.kinds[at] == "w" else None
                if slipped is not None:
                    around.right.append((slipped, at, at + 1))
                at, steps = at + 1, steps + 1
                continue
            for kind, value in match.payloads:
                if kind == "cmp_post" and steps <= 2:
                    self._post(match.first, match.last, str(value), around)
                elif kind == "field" and match.first not in self.taken:
                    around.right.append((str(value), match.first, match.last))
            if any(k == "cmp" for k, _ in match.payloads) and not any(
                k == "cmp_post" for k, _ in match.payloads
            ):
                break
            at, steps = match.last, steps + 1

    def _post(self, first: int, last: int, value: str, around: _Context) -> None:  # noqa: ARG002
        following_number = last < len(self.tokens) and self.owner[last] >= 0
        if following_number and self.scan.language not in ("zh", "ja"):
            return  # it bounds the next quantity
        if value == "approx":
            around.approx = True
        elif around.op is None:
            around.op = value
        around.last = max(around.last, last)

    # ------------------------------------------------------------ the field

    def choose(self, quantity: Quantity, around: _Context) -> tuple[str, int, int] | None:
        """The field word a quantity belongs to, nearest fitting first."""
        for name, first, last in around.left:
            if name.startswith("text:"):
                continue
            if fits(name, quantity) and (
                quantity.units or self._bare_ok(quantity, first, last, name)
            ):
                return name, first, last
        for name, first, last in around.right:
            if not fits(name, quantity):
                continue
            gap = first - quantity.last
            if not quantity.units and (
                gap > 1
                or name in ("order_quantity", "annual_quantity", "min_order_quantity")
                or (gap == 1 and self.word(quantity.last) != "-")
            ):
                continue
            if gap <= 3 and not self._claims_next(last):
                return name, first, last
        return None

    def _bare_ok(self, quantity: Quantity, first: int, last: int, name: str) -> bool:  # noqa: ARG002
        if name in COUNT_NOUNS and self.word(quantity.first - 1) != ":":
            return False
        gap = [
            i
            for i in range(last, quantity.first)
            if not self.scan.has(i, "cmp")
            and not self.scan.has(i, "stop")
            and self.word(i) not in ":=(#."
        ]
        return not gap or (name == "order_quantity" and len(gap) <= 1)

    def _claims_next(self, last: int) -> bool:
        """A field word right before another number is that number's."""
        at = last
        while at < len(self.tokens) and (
            self.scan.has(at, "cmp")
            or self.word(at) in ":="
            or (self.scan.has(at, "stop") and self.word(at) in ("of", "de", "di", "is", "von"))
        ):
            at += 1
        return at < len(self.tokens) and self.owner[at] >= 0

    # ------------------------------------------------------------ one quantity

    def run(self) -> list[Draft]:
        for quantity in self.quantities:
            if self.scan.used[quantity.first]:
                continue
            self.one(quantity)
        return self.drafts

    def one(self, quantity: Quantity) -> None:
        around = self.context(quantity)
        if quantity.shape == "dims":
            self._dims(quantity, around)
            return
        if self._rate(quantity, around):
            return
        chosen = self.choose(quantity, around)
        if chosen is not None:
            name, first, last = chosen
            if first >= quantity.last:
                self.taken.add(first)
            self._emit(quantity, around, name, min(first, around.first), max(last, around.last))
            return
        self._without_word(quantity, around)

    def _emit(  # noqa: PLR0917
        self,
        quantity: Quantity,
        around: _Context,
        name: str,
        first: int,
        last: int,
        confidence: float = 0.9,
    ) -> None:
        wanted = DIMENSIONS.get(name, ())
        unit = next((u for u in quantity.units if u.dimension in wanted), quantity.unit)
        name, op = self._direct(quantity, around, name, unit)
        values = self._values(quantity, name, unit)
        unit_name = values[0][1]
        if (
            name in ("order_quantity", "min_order_quantity", "unit_price", "budget")
            and unit_name is None
        ):
            return
        numbers = tuple(value for value, _ in values)
        self._record(quantity, around, name, op, numbers, unit_name, first, last, confidence)

    def _values(
        self, quantity: Quantity, name: str, unit: Unit | None
    ) -> list[tuple[float, str | None]]:
        first_unit = quantity.units[0] if quantity.units else None
        values = quantity.values
        if (
            unit is not None
            and first_unit is not None
            and unit is not first_unit
            and unit.dimension != first_unit.dimension
        ):
            # read in another sense than the one converted with: undo, redo
            values = tuple(
                (v - first_unit.offset) / first_unit.factor * unit.factor + unit.offset
                for v in values
            )
        return [
            in_field_unit(name, v, c, unit) for v, c in zip(values, quantity.counts, strict=True)
        ]

    def _direct(
        self,
        quantity: Quantity,
        around: _Context,
        name: str,
        unit: Unit | None,  # noqa: ARG002
    ) -> tuple[str, str | None]:
        """The final field and operator: capabilities, temperatures, tolerances."""
        op = around.op
        if name in ("temperature", "operating_temperature"):
            return self._temperature(quantity, around, name)
        if name in CAPABILITY and op == "le" and self._says_up_to(around):
            op = "ge"
        elif op is None and around.bound is not None and name not in CAPABILITY:
            op = {"max": "le", "min": "ge"}[around.bound]
        elif op is None and around.bound == "max" and name in CAPABILITY:
            op = "ge"
        return name, op

    def _says_up_to(self, around: _Context) -> bool:
        words = around.op_words
        return words in _UP_TO or words.split(" ")[0] in _UP_TO

    def _temperature(  # noqa: PLR0911
        self, quantity: Quantity, around: _Context, name: str
    ) -> tuple[str, str | None]:
        clause = self.scan.clauses[self.scan.clause_of[quantity.first]]
        inside = range(clause.first, clause.last)
        operating = name == "operating_temperature" or any(
            self.scan.has(i, "operate") for i in inside
        )
        resists = any(
            self.scan.has(i, "withstand")
            or self.scan.value_at(i, "feature") == "heat_resistant=true"
            for i in inside
        )
        low = max(quantity.values)
        named = any(n == "temperature" for n, _, _ in around.left)
        if quantity.shape == "range":
            if operating or (min(quantity.values) < 0 and not named):
                return "operating_temperature", None
            return name, None
        if quantity.shape != "one":
            return name, around.op
        if low < 0:
            keeps = around.op in ("ge", "gt") and around.op_words in _NEGATIVE_KEEP
            if keeps:
                return ("operating_temperature" if operating else name), around.op
            return "operating_temperature", "lt" if around.op == "lt" else "le"
        if resists:
            return ("temperature" if name != "operating_temperature" else name), "ge"
        if (
            around.op == "le"
            and self._says_up_to(around)
            and not around.op_words.startswith(("max", "最", "макс"))
        ):
            return ("operating_temperature" if operating and not named else name), "ge"
        if operating and not named and name == "temperature":
            op = around.op
            if op in (None, "le"):
                op = "ge"
            return "operating_temperature", op
        return name, around.op

    def _record(  # noqa: PLR0917
        self,
        quantity: Quantity,
        around: _Context,
        name: str,
        op: str | None,
        numbers: tuple[float, ...],
        unit: str | None,
        first: int,
        last: int,
        confidence: float,
    ) -> None:
        if quantity.shape == "range":
            self._add(
                Draft(name, "between", (numbers[0], numbers[1]), unit, first, last, confidence)
            )
        elif quantity.shape == "list":
            self._add(
                Draft(name, "any_of", tuple(dict.fromkeys(numbers)), unit, first, last, confidence)
            )
        elif quantity.tolerance is not None:
            self._toleranced(quantity, name, numbers[0], unit, first, last)
        elif around.approx and op is None and name == "throughput":  # a capability is a floor
            self._add(Draft(name, "ge", numbers[0], unit, first, last, confidence))
        elif around.approx and op is None:
            low, high = sorted((numbers[0] * 0.9, numbers[0] * 1.1))
            self._add(
                Draft(name, "between", (_tidy(low), _tidy(high)), unit, first, last, confidence)
            )
        else:
            self._negated(
                quantity, Draft(name, op or "eq", numbers[0], unit, first, last, confidence)
            )

    def _toleranced(  # noqa: PLR0917
        self, quantity: Quantity, name: str, value: float, unit: str | None, first: int, last: int
    ) -> None:
        width = quantity.tolerance or 0.0
        scale = value / quantity.values[0] if quantity.values[0] else 1.0
        low, high = _tidy(value - width * scale), _tidy(value + width * scale)
        self._add(Draft(name, "between", (low, high), unit, first, last))

    def _negated(self, quantity: Quantity, draft: Draft) -> None:  # noqa: ARG002
        self._add(draft)

    def _add(self, draft: Draft) -> None:
        self.scan.claim(draft.first, draft.last)
        self.drafts.append(draft)
        self.ordered = self.ordered or draft.field == "order_quantity"

    # ------------------------------------------------------------ rates

    def _rate(self, quantity: Quantity, around: _Context) -> bool:  # noqa: PLR0911, PLR0912
        """As in "500 pcs/h", "2 t per hour", "100,000 pieces per month"."""
        unit = quantity.unit
        if unit is not None and unit.dimension not in ("count", "mass", "length", "volume", "area"):
            return False
        if unit is None and quantity.shape != "one":
            return False
        at = quantity.last
        glue = self.word(at)
        if glue in _RATE_JOIN:
            at += 1
            if self.word(at) in ("l", "'", "l'"):
                at += 1
        elif self.scan.value_at(at, "each") is not None:
            return False
        elif glue in _YEARLY and unit is not None:
            return self._yearly(quantity, around, at + 1)
        elif glue in _MONTHLY and unit is not None:
            self._emit_rate(quantity, around, "monthly_capacity", None, at + 1)
            return True
        else:
            return False
        senses = (
            unit_at(self.tokens, at, self.scan.language)
            if at < len(self.tokens) and self.tokens.kinds[at] != "n"
            else ()
        )
        sense = next((u for u in senses if u.dimension == "time"), None)
        if sense is None or (glue not in ("/", "每") and sense.raw in ("a", "m")):
            return False
        per = _HOURLY.get(sense.factor)
        if per is None:
            return False
        if per == "year":
            return self._yearly(quantity, around, sense.last)
        if per == "month":
            self._emit_rate(quantity, around, "monthly_capacity", None, sense.last)
        else:
            self._emit_rate(quantity, around, "throughput", per, sense.last)
        return True

    def _yearly(self, quantity: Quantity, around: _Context, last: int) -> bool:
        around.last = last
        self._emit(quantity, around, "annual_quantity", around.first, last, 0.8)
        return True

    def _emit_rate(
        self, quantity: Quantity, around: _Context, name: str, per: str | None, last: int
    ) -> None:
        values = [
            in_field_unit("order_quantity", v, c, quantity.unit)
            for v, c in zip(quantity.values, quantity.counts, strict=True)
        ]
        unit = values[0][1] or "piece"
        factor = 1.0
        if per == "min":
            per, factor = "h", 60.0
        numbers = tuple(_tidy(v * factor) for v, _ in values)
        if per is not None:
            unit = f"{unit}/{per}"
        first = min(
            [
                around.first,
                *(f for n, f, _ in around.left if n in ("throughput", "monthly_capacity", "speed")),
            ]
        )
        op = around.op
        if op == "le" and self._says_up_to(around):
            op = "ge"
        around.last = max(around.last, last)
        self._look_right_from(last, around)
        self._record(
            quantity, around, name, op or around.op, numbers, unit, first, around.last, 0.85
        )

    def _look_right_from(self, at: int, around: _Context) -> None:
        match = self.scan.match_of(at)
        if match is not None and match.first == at:
            for kind, value in match.payloads:
                if kind == "cmp_post":
                    self._post(match.first, match.last, str(value), around)

    # ------------------------------------------------------------ dimensions

    def _dims(self, quantity: Quantity, around: _Context) -> None:
        unit = quantity.unit
        if unit is not None and unit.dimension == "cross_section":
            self._add(
                Draft(
                    "cross_section",
                    "eq",
                    self.scan.raw(quantity.first, quantity.last),
                    None,
                    quantity.first,
                    quantity.last,
                )
            )
            return
        if unit is None and any(n == "text:size" for n, _, _ in around.left):
            self._add(
                Draft(
                    "size",
                    "eq",
                    self.scan.raw(quantity.first, quantity.last),
                    None,
                    around.first,
                    quantity.last,
                    0.6,
                )
            )
            return
        if unit is None:
            if not any(
                n == "text:size" or n in ("length", "width", "height") for n, _, _ in around.left
            ):
                self._resolution(quantity)
                return
        elif unit.dimension not in ("length",):
            if unit.dimension == "pixels":
                self._resolution(quantity)
            return
        packed = next((n for n, _, _ in around.left if n in ("carton_size",)), None)
        first, last = around.first, quantity.last
        if packed:
            self._add(
                Draft(
                    "carton_size",
                    "eq",
                    self.scan.raw(quantity.first, quantity.last),
                    None,
                    first,
                    last,
                )
            )
            return
        if unit is None:
            return
        names = self._sides(quantity)
        scale_op = around.op
        for name, value in zip(names, quantity.values, strict=True):
            op = scale_op or "eq"
            if around.approx and scale_op is None:
                self.drafts.append(
                    Draft(
                        name, "between", (_tidy(value * 0.9), _tidy(value * 1.1)), "mm", first, last
                    )
                )
            else:
                self.drafts.append(Draft(name, op, value, "mm", first, last))
        self.scan.claim(first, last)

    def _sides(self, quantity: Quantity) -> list[str]:
        size = len(quantity.values)
        if any(quantity.labels):
            plain = ["length", "width", "height", "depth"]
            given = list(quantity.labels)
            free = [n for n in plain if n not in given]
            return [label or free.pop(0) for label in given][:size]
        order = self._written_order(quantity)
        if order and len(order) == size:
            return order
        third = "thickness" if "sheet" in self._kinds_before(quantity) else "height"
        return ["length", "width", third, "depth"][:size] if size <= 4 else ["length"] * size

    def _written_order(self, quantity: Quantity) -> list[str]:
        """As in "(L x W x H): 1200*..." names the sides before the numbers."""
        names: list[str] = []
        letters = {
            "l": "length",
            "w": "width",
            "h": "height",
            "d": "depth",
            "t": "thickness",
            "b": "width",
        }
        at = quantity.first - 1
        seen = 0
        while at >= 0 and seen < 10:
            word = self.word(at)
            if word in letters:
                names.insert(0, letters[word])
            elif word not in ("x", "*", "(", ")", ":", "×", "-", "/", "mm", "cm", "in", "х"):
                break
            at, seen = at - 1, seen + 1
        return names if len(set(names)) == len(names) and len(names) > 1 else []

    def _resolution(self, quantity: Quantity) -> None:
        if (
            len(quantity.values) == 2
            and min(quantity.values) >= 120
            and max(quantity.values) <= 20000
        ):
            near = range(max(0, quantity.first - 4), min(len(self.tokens), quantity.last + 4))
            if (
                any(self.scan.value_at(i, "field") == "resolution" for i in near)
                or quantity.units
                or "screen" in self.kinds
            ):
                value = f"{quantity.values[0]:g}x{quantity.values[1]:g}"
                self._add(
                    Draft("resolution", "eq", value, None, quantity.first, quantity.last, 0.8)
                )

    def _kinds_before(self, quantity: Quantity) -> frozenset[str]:
        clause = self.scan.clauses[self.scan.clause_of[quantity.first]]
        near = goods_kinds(self.tokens, max(clause.first, quantity.first - 5), quantity.first)
        return near or self.kinds

    # ------------------------------------------------------------ no field word

    def _without_word(self, quantity: Quantity, around: _Context) -> None:
        unit = quantity.unit
        if unit is None:
            self._bare(quantity, around)
            return
        handler = getattr(self, f"_bare_{unit.dimension}", None)
        if handler is not None:
            handler(quantity, around)
            return
        name = DEFAULT.get(unit.dimension)
        if name is None:
            return
        self._emit(quantity, around, name, around.first, around.last, 0.8)

    def _bare(self, quantity: Quantity, around: _Context) -> None:
        """A number and then a noun is an order: "12 lamps", "10k glass jars"."""
        if (
            quantity.shape != "one"
            or quantity.negative
            or quantity.counts[0] < 1
            or quantity.counts[0] != int(quantity.counts[0])
        ):
            return
        at = quantity.last
        if self.word(at) == "x" and not self.tokens.glued(at) and quantity.first == 0:
            self._emit(quantity, around, "order_quantity", around.first, at + 1, 0.75)
            return
        if (
            at >= len(self.tokens)
            or self.tokens.kinds[at] not in "wc"
            or (self.tokens.glued(at) and self.scan.language not in ("zh", "ja", "ar"))
        ):
            return
        model_year = 1950 <= quantity.counts[0] <= 2050 and quantity.first == 0
        if model_year and self.scan.raw(at, at + 1)[:1].isupper():
            return  # "2025 Nissan Frontier"
        if self._buyer_asks(quantity) and self._noun(at):
            self._emit(quantity, around, "order_quantity", around.first, around.last, 0.8)

    def _noun(self, at: int) -> bool:
        kinds = {kind for kind, _ in self.scan.kinds_at(at)}
        if (
            kinds
            & {
                "field",
                "cmp",
                "cmp_post",
                "to",
                "neg",
                "wish",
                "must",
                "certification",
                "incoterm",
                "buy",
            }
            and "material" not in kinds
        ):
            return False
        if "stop" in kinds and self.word(at) not in _COUNT_OPENERS:
            return False
        return (not (kinds & {"join"}) and len(self.word(at)) > 1) or self.tokens.kinds[at] == "c"

    def _buyer_asks(self, quantity: Quantity) -> bool:
        value = quantity.counts[0]
        if (
            1900 <= value <= 2100
            and quantity.first != 0
            and not self.scan.has(quantity.first - 1, "buy")
        ):
            return False
        clause = self.scan.clauses[self.scan.clause_of[quantity.first]]
        before = range(clause.first, quantity.first)
        if not before or all(
            self.scan.has(i, "noise") or self.scan.has(i, "stop") or self.tokens.kinds[i] == "s"
            for i in before
        ):
            opening = all(
                self.scan.has(i, "noise") or self.tokens.kinds[i] == "s"
                for i in range(clause.first)
            )
            fresh = not self.ordered
            return fresh and (opening or self.word(clause.first - 1) == "\n")
        asked = [i for i in before if self.scan.has(i, "buy") or self.scan.has(i, "cmp")]
        if not asked or any(self.word(i) == ":" for i in range(asked[-1], quantity.first)):
            return False
        unknown = [
            i
            for i in range(asked[-1] + 1, quantity.first)
            if self.scan.match_of(i) is None and self.tokens.kinds[i] in "wc"
        ]
        return len(unknown) <= 1 and quantity.first - 1 not in unknown

    def _bare_count(self, quantity: Quantity, around: _Context) -> None:
        at = quantity.last
        unit = quantity.unit
        assert unit is not None  # noqa: S101
        if self.scan.raw(at, at + 2) in ("产品", "目录", "报价") or self.word(at) in (
            "catalog",
            "catalogue",
            "brochure",
            "quotation",
            "pricelist",
        ):
            return
        packed = self._packed(quantity)
        if packed:
            self._emit(quantity, around, "pack_size", around.first, packed, 0.75)
            return
        if self._one_of_price(quantity):
            return
        if self.word(quantity.first - 1) in _PACK_OF and self._counted_before(quantity.first - 2):
            self._emit(quantity, around, "pack_size", around.first, around.last, 0.8)
            return
        around.last = max(around.last, at)
        if self.product[0] <= at - 1 < self.product[1] and unit.canonical not in (
            "set",
            "pair",
            "dozen",
        ):
            quantity = replace(quantity, units=(replace(unit, canonical="piece"),))
        self._emit(quantity, around, "order_quantity", around.first, around.last, 0.9)

    def _one_of_price(self, quantity: Quantity) -> bool:
        """As in "1枚50円": the one is what the price is for."""
        number = self.owner[quantity.last] if quantity.last < len(self.tokens) else -1
        return (
            quantity.counts[0] == 1
            and number >= 0
            and self.quantities[number].sense("money") is not None
        )

    def _counted_before(self, index: int) -> bool:
        number = self.owner[index] if 0 <= index < len(self.tokens) else -1
        return number >= 0 and self.quantities[number].sense("count") is not None

    def _packed(self, quantity: Quantity) -> int:
        """As in "50 pcs/box", "24 bottles per carton": the token after, or 0."""
        at = quantity.last
        if self.word(at) in _PACK_JOINS:
            senses = (
                unit_at(self.tokens, at + 1, self.scan.language)
                if at + 1 < len(self.tokens) and self.tokens.kinds[at + 1] != "n"
                else ()
            )
            if (
                senses
                and senses[0].dimension == "count"
                and senses[0].canonical not in ("piece", "set", "pair")
            ):
                return senses[0].last
        return 0

    def _bare_mass(self, quantity: Quantity, around: _Context) -> None:
        kinds = self.kinds
        unit = quantity.unit
        assert unit is not None  # noqa: S101
        if self._generation(quantity):
            return
        packed = self._bagged(quantity)
        if packed:
            self._emit(quantity, around, "pack_weight", around.first, max(packed, around.last), 0.7)
            return
        if quantity.sense("mass") is not None and unit.raw in ("oz",) and "vessel" in kinds:
            litres = tuple(_tidy(v / 0.028349523125 * 0.0295735295625) for v in quantity.values)
            self._record(
                quantity, around, "volume", around.op, litres, "l", around.first, around.last, 0.8
            )
            return
        if "lifting" in kinds and (unit.factor >= 1 or max(quantity.values) >= 20):
            op = around.op
            if op == "le" and not self._says_up_to(around):
                self._emit(quantity, around, "weight", around.first, around.last, 0.7)
                return
            self._emit(quantity, around, "load_capacity", around.first, around.last, 0.8)
            return
        if self._orders_bulk(quantity, around):
            self._emit(quantity, around, "order_quantity", around.first, around.last, 0.8)
            return
        self._emit(quantity, around, "weight", around.first, around.last, 0.75)

    def _generation(self, quantity: Quantity) -> bool:
        """3G, 4G/5G, 4G+64G are networks and storage, not grams."""
        if self.scan.raw(quantity.last - 1, quantity.last) != "G":
            return False
        beside = (
            self.word(quantity.first - 1),
            self.word(quantity.first),
            self.word(quantity.last),
        )
        return max(quantity.values) <= 6 or "+" in beside

    def _bagged(self, quantity: Quantity) -> int:
        """As in "25 kg bags", "25kg PP bags": what a pack weighs; the token after, or 0."""
        at = quantity.last
        if quantity.shape != "one" or at >= len(self.tokens) or self.tokens.kinds[at] not in "wc":
            return 0
        if self.scan.has(at, "material") or self.word(at) in _PACK_WEIGHT_JOINS:
            at += 1
        units = (
            unit_at(self.tokens, at, self.scan.language)
            if at < len(self.tokens) and self.tokens.kinds[at] in "wc"
            else ()
        )
        packs = ("bag", "box", "carton", "can", "bottle", "pack", "barrel", "bundle")
        return units[0].last if any(u.canonical in packs for u in units) else 0

    def _orders_bulk(self, quantity: Quantity, around: _Context) -> bool:
        unit = quantity.unit
        assert unit is not None  # noqa: S101
        clause = self.scan.clauses[self.scan.clause_of[quantity.first]]
        before = range(clause.first, quantity.first)
        asked = any(self.scan.has(i, "buy") for i in before)
        opening = (
            all(self.scan.has(i, "noise") for i in before)
            and clause.sentence == 0
            and clause.first < 6
        )
        of = self.word(quantity.last) in ("of", "de", "di", "d'", "d") or (
            self.tokens.kinds[quantity.last : quantity.last + 1] == ["w"]
            and self.scan.language in ("de", "ru", "nl", "tr", "ar", "pl")
        )
        tonnes_of = unit.factor >= 1000 and self.word(quantity.last) in ("of", "de", "di")
        limit = around.op in ("lt", "le") and not of and "bulk" not in self.kinds
        if (asked and not limit) or (opening and of) or tonnes_of:  # "a press under 30 kg"
            return True
        return "bulk" in self.kinds and (unit.factor >= 1000 or max(quantity.values) >= 200)

    def _bare_volume(self, quantity: Quantity, around: _Context) -> None:
        unit = quantity.unit
        assert unit is not None  # noqa: S101
        if unit.factor == 1000.0 and (
            "bulk" in self.kinds or "sheet" in self.kinds or self._orders_bulk(quantity, around)
        ):
            self._emit(quantity, around, "order_quantity", around.first, around.last, 0.8)
            return
        if (
            self._orders_bulk(quantity, around)
            and max(quantity.values) >= 50
            and "vessel" not in self.kinds
            and self.word(quantity.last) in ("of", "de", "di")
        ):
            self._emit(quantity, around, "order_quantity", around.first, around.last, 0.75)
            return
        self._emit(quantity, around, "volume", around.first, around.last, 0.85)

    def _bare_area(self, quantity: Quantity, around: _Context) -> None:
        of = self.word(quantity.last) in ("of", "de", "di")
        name = (
            "order_quantity"
            if (of and self._orders_bulk(quantity, around))
            or ("sheet" in self.kinds and max(quantity.values) >= 20)
            else "area"
        )
        self._emit(quantity, around, name, around.first, around.last, 0.75)

    def _bare_length(self, quantity: Quantity, around: _Context) -> None:
        unit = quantity.unit
        assert unit is not None  # noqa: S101
        near = self._kinds_before(quantity)
        first, last = around.first, around.last
        if (
            unit.factor >= 1000
            and "long" in self.kinds
            and (
                unit.factor >= 1e6
                or max(quantity.values) >= 50000
                or self._orders_bulk(quantity, around)
            )
        ):
            self._emit(quantity, around, "order_quantity", first, last, 0.75)
        elif unit.factor >= 1e6:
            self._emit(quantity, around, "range", first, last, 0.7)
        elif unit.factor == 25.4 and "screen" in self.kinds:
            self._emit(quantity, around, "screen_size", first, last, 0.8)
        elif around.left_words and self.scan.value_at(around.left_words[0], "part") == "cable":
            self._emit(quantity, around, "cable_length", first, last, 0.8)
        elif around.left_words and self._names_it(quantity, around):
            return
        elif "sheet" in near and max(quantity.values) <= 200:
            self._emit(quantity, around, "thickness", first, last, 0.75)
        elif "tube" in near and max(quantity.values) <= 2000:
            self._emit(quantity, around, "diameter", first, last, 0.65)
        elif quantity.shape != "one" or around.op or around.left or len(self.quantities) < 6:
            self._emit(quantity, around, "length", first, last, 0.6)

    def _names_it(self, quantity: Quantity, around: _Context) -> bool:
        """An unknown noun right before: "Spannbereich 16-27 mm" is its own field."""
        at = around.left_words[0]
        word = self.word(at)
        if self.scan.match_of(at) is not None or len(word) < 5 or quantity.first - at > 2:
            return False
        name = slug(word)
        goods = goods_kinds(self.tokens, at, at + 1)
        if not name or goods or self.scan.has(at, "stop") or not any(around.left_words):
            return False
        clause = self.scan.clauses[self.scan.clause_of[at]]
        if clause.first == 0 or any(self.scan.has(i, "buy") for i in range(clause.first, at)):
            return False  # the product itself: "hose 20 mm"
        self._emit(quantity, around, name, at, around.last, 0.6)
        return True

    def _bare_time(self, quantity: Quantity, around: _Context) -> None:
        unit = quantity.unit
        assert unit is not None  # noqa: S101
        clause = self.scan.clauses[self.scan.clause_of[quantity.first]]
        inside = range(clause.first, clause.last)
        first, last = around.first, around.last
        if unit.raw in _AGE_RAW or self.word(quantity.last) in ("old", "olds", "alt"):
            self._emit(quantity, around, "age_range", first, last, 0.85)
        elif unit.factor == 31557600.0 and any(
            self.scan.has(i, k) for i in inside for k in _SUPPLIER_KINDS
        ):
            self._emit(quantity, around, "supplier_years", first, last, 0.85)
        elif unit.factor == 31557600.0 and any(
            self.scan.value_at(i, "application") == "children" for i in inside
        ):
            self._emit(quantity, around, "age_range", first, last, 0.85)
        elif (
            86400.0 <= unit.factor < 3e6
            and (around.op in ("le", "lt") or (quantity.shape == "range" and unit.factor < 2e6))
        ) or (
            86400.0 <= unit.factor < 3e6 and any(n == "text:destination" for n, _, _ in around.left)
        ):
            self._emit(quantity, around, "lead_time", first, last, 0.75)

    def _bare_percent(self, quantity: Quantity, around: _Context) -> None:
        for at in (quantity.last, quantity.first - 1):
            if self.scan.has(at, "material") or self.scan.has(at, "payment"):
                return
        if self.word(quantity.last) in _NO_CONTENT:
            return
        for at in around.left_words[:1]:
            name = slug(self.word(at))
            if len(name) >= 3 and quantity.first - at <= 3 and not self.scan.has(at, "stop"):
                self._emit(quantity, around, name, at, around.last, 0.6)
                return
        nxt = quantity.last
        if (
            nxt < len(self.tokens)
            and self.scan.match_of(nxt) is None
            and self.tokens.kinds[nxt] == "w"
            and len(slug(self.word(nxt))) >= 4
            and around.op is not None
        ):
            self._emit(quantity, around, slug(self.word(nxt)), around.first, nxt + 1, 0.5)

    def _bare_data(self, quantity: Quantity, around: _Context) -> None:
        name = "memory" if "memory" in self.kinds else "storage"
        self._emit(quantity, around, name, around.first, around.last, 0.75)

    def _bare_denier(self, quantity: Quantity, around: _Context) -> None:  # noqa: ARG002
        if not quantity.glued or quantity.values[0] < 10:
            return
        value = self.scan.raw(quantity.core, quantity.last)
        self._add(
            Draft("yarn_count", "eq", value.upper(), None, quantity.first, quantity.last, 0.8)
        )

    def _bare_color_temperature(self, quantity: Quantity, around: _Context) -> None:
        if 1800 <= max(quantity.values) <= 12000:
            self._emit(quantity, around, "color_temperature", around.first, around.last, 0.8)

    def _bare_money(self, quantity: Quantity, around: _Context) -> None:
        self._emit(quantity, around, "unit_price", around.first, around.last, 0.8)

    def _bare_temperature(self, quantity: Quantity, around: _Context) -> None:
        unit = quantity.unit
        assert unit is not None  # noqa: S101
        vague = unit.raw in _BARE_DEGREES
        if vague and not quantity.negative and quantity.shape == "one":
            clause = self.scan.clauses[self.scan.clause_of[quantity.first]]
            if not any(
                self.scan.has(i, k)
                for i in range(clause.first, clause.last)
                for k in ("operate", "withstand")
            ):
                return
        self._emit(quantity, around, "temperature", around.first, around.last, 0.8)


def _tidy(value: float) -> float:
    return float(f"{value:.9g}")


def attach(
    scan: Scan,
    quantities: list[Quantity],
    kinds: frozenset[str],
    product: tuple[int, int] | None = None,
) -> list[Draft]:
    """Give every quantity its field and operator.

    Args:
        scan: The text.
        quantities: Quantities found in it.
        kinds: Kinds of goods the text is about.
        product: Tokens of the product's name.

    Returns:
        Drafts, one or more a quantity that states something.
    """
    return _Attacher(scan, quantities, kinds, product or (-1, -1)).run()
