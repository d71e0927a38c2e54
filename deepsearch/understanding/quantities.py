"""Quantities in running text: numbers with units, ranges, lists, dimensions, tolerances."""

from __future__ import annotations

from dataclasses import dataclass, replace

from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.numerals import Atom, NumberReader
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import tokenise
from deepsearch.understanding.units import Unit, convert, unit_at

__all__ = ["Quantity", "find_quantities"]

_WEAK_TO = word_set("quantity", "weak_to")

_LABELS = {
    "l": "length",
    "w": "width",
    "h": "height",
    "d": "depth",
    "t": "thickness",
    "b": "width",
    "ø": "diameter",
    "dia": "diameter",
    "long": "length",
    "wide": "width",
    "high": "height",
    "deep": "depth",
    "thick": "thickness",
    "tall": "height",
    "p": "depth",
    "a": "width",
}
_TIMES = word_set("quantity", "times")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity: tokens `first`..`last` (exclusive).

    Attributes:
        first: First token, sign or currency included.
        last: Token after the last.
        shape: "one", "range", "list" or "dims".
        values: The numbers in canonical units.
        counts: The same if they count things.
        units: Senses of the unit, likeliest first; empty if there is none.
        labels: For dims: which side each number is, where the text says so.
        op: Operator written as a sign in the quantity ("3+", "<5"), or None.
        tolerance: ± part, in the canonical unit.
        negative: Whether a minus sign or word was read.
        worded: Whether the number was spelt out.
        glued: Whether the unit stands without a space after the number.
    """

    first: int
    last: int
    shape: str
    values: tuple[float, ...]
    counts: tuple[float, ...]
    units: tuple[Unit, ...] = ()
    labels: tuple[str | None, ...] = ()
    op: str | None = None
    tolerance: float | None = None
    negative: bool = False
    worded: bool = False
    glued: bool = False
    core: int = 0

    @property
    def unit(self) -> Unit | None:
        """The likeliest sense of the unit."""
        return self.units[0] if self.units else None

    def sense(self, dimension: str) -> Unit | None:
        """The sense of a dimension, or None."""
        for unit in self.units:
            if unit.dimension == dimension:
                return unit
        return None


class _Reader:
    def __init__(self, scan: Scan, reader: NumberReader) -> None:
        self.scan = scan
        self.tokens = scan.tokens
        self.reader = reader

    def word(self, index: int) -> str:
        return self.tokens.words[index] if 0 <= index < len(self.tokens) else ""

    # ---- one number with its sign and unit

    def atom(self, index: int) -> Atom | None:
        if index >= len(self.tokens) or self.scan.used[index]:
            return None
        return self.reader.at(index)

    def signed(self, index: int) -> tuple[int, float]:
        """How far a sign before token `index` reaches back, and its factor."""
        before = index - 1
        word = self.word(before)
        if word == "-":
            free_left = (
                before == 0
                or not self.tokens.glued(before)
                or (self.tokens.kinds[before - 1] == "s" and self.word(before - 1) not in ")%°")
                or self.tokens.kinds[before - 1] == "c"
            )
            if free_left and self.tokens.glued(index):
                return before, -1.0
            return index, 1.0
        if word == "+" and self.tokens.glued(index):
            return before, 1.0
        match = self.scan.match_of(before)
        if (
            match is not None
            and match.last == index
            and any(k == "minus" for k, _ in match.payloads)
        ):
            return match.first, -1.0
        return index, 1.0

    def currency_before(self, index: int) -> tuple[int, Unit] | None:
        for back in (3, 2, 1):
            start = index - back
            if start < 0 or self.tokens.kinds[start] == "n":
                continue
            for unit in unit_at(self.tokens, start, self.scan.language):
                if unit.dimension == "money" and unit.last == index:
                    raw = unit.raw
                    if raw.isalpha() and len(raw) > 4:
                        continue  # "euro 5" is rare, "euros 5" rarer
                    return start, unit
        return None

    def label(self, index: int) -> tuple[int, str | None]:
        word = self.word(index)
        if (
            word in "(["
            and word
            and self.word(index + 1) in _LABELS
            and self.word(index + 2) in ")]"
        ):
            return index + 3, _LABELS[self.word(index + 1)]
        if word in _LABELS and len(word) < 6:
            following = self.word(index + 1)
            raw = self.tokens.text[self.tokens.starts[index]] if word else ""
            if (raw.isupper() or len(word) > 1 or raw == "ø") and (
                following in _TIMES or following in ("", ",", ".", ")", "\n", ";", "(")
            ):
                return index + 1, _LABELS[word]
        return index, None

    # ---- the whole quantity

    def quantity(self, index: int) -> Quantity | None:
        atom = self.atom(index)
        if atom is None:
            return None
        if self._inside_code(atom):
            return None
        first, sign = self.signed(index)
        money = self.currency_before(first)
        units = unit_at(self.tokens, atom.last, self.scan.language)
        after = units[0].last if units else atom.last
        if money is not None and not any(u.dimension == "money" for u in units):
            first, units, after = money[0], (money[1],), atom.last
        return self.grown(atom, sign, first, after, units)

    def _inside_code(self, atom: Atom) -> bool:  # noqa: PLR0911
        """A number glued to letters on its left is part of a code: "M10", "CRBFV108AT"."""
        tokens, index = self.tokens, atom.first
        if atom.worded or not tokens.glued(index):
            return False
        before = index - 1
        kind = tokens.kinds[before]
        if kind != "w":
            return False
        word = tokens.words[before]
        if word in ("x", "х") and before > 0 and tokens.kinds[before - 1] in "ns":
            return False
        if unit_at(tokens, before, self.scan.language) and self.currency_before(index):
            return False
        if word in ("rmb", "usd", "eur", "us", "ø", "φ", "dn", "qty", "moq"):
            return word == "dn"
        if any("\u0600" <= char <= "\u06ff" for char in word):
            return False
        match = self.scan.match_of(before)
        return (
            match is None
            or match.last != index
            or not any(k in ("field", "cmp", "textfield", "approx") for k, _ in match.payloads)
            or len(word) < 3
        )

    def grown(
        self, atom: Atom, sign: float, first: int, after: int, units: tuple[Unit, ...]
    ) -> Quantity:
        label_end, label = self.label(after) if not atom.worded else (after, None)
        following = self.word(label_end)
        if following in _TIMES:
            dims = self._dims(atom, first, label_end, units, label)
            if dims is not None:
                return dims
        ranged = self._range(atom, sign, first, after, units)
        if ranged is not None:
            return ranged
        if atom.values:
            return self._list_of(atom, first, after, units)
        listed = self._list(atom, sign, first, after, units)
        if listed is not None:
            return listed
        return self._single(atom, sign, first, after, units, label, label_end)

    def _single(  # noqa: PLR0917
        self,
        atom: Atom,
        sign: float,
        first: int,
        after: int,
        units: tuple[Unit, ...],
        label: str | None,
        label_end: int,
    ) -> Quantity:
        op: str | None = None
        if self.word(after) == "+" and self.tokens.glued(after):
            op, after = "ge", after + 1
            if not units:
                units = unit_at(self.tokens, after, self.scan.language)
                after = units[0].last if units else after
        below = self.scan.match_of(after)
        if (
            below is not None
            and below.first == after
            and any(k == "below_zero" for k, _ in below.payloads)
        ):
            sign, after = -1.0, below.last
        value = sign * atom.value
        unit = units[0] if units else None
        made = Quantity(
            first,
            after,
            "one",
            (self._canonical(value, unit),),
            (atom.count,),
            units,
            (label,) if label else (),
            op,
            None,
            sign < 0,
            atom.worded,
            bool(units) and after > atom.last and self.tokens.glued(atom.last),
            atom.first,
        )
        if label:
            made = replace(made, last=label_end)
        return self._toleranced(made, unit)

    def _canonical(self, value: float, unit: Unit | None) -> float:
        return convert(value, unit) if unit is not None else value

    def _toleranced(self, made: Quantity, unit: Unit | None) -> Quantity:
        at = made.last
        if self.word(at) == "+" and self.word(at + 1) == "/" and self.word(at + 2) == "-":
            at += 3
        elif self.word(at) == "±":
            at += 1
        else:
            return made
        atom = self.atom(at)
        if atom is None:
            return made
        senses = unit_at(self.tokens, atom.last, self.scan.language)
        last = senses[0].last if senses else atom.last
        sense = senses[0] if senses else unit
        if (
            sense is not None
            and sense.dimension == "percent"
            and (unit is None or unit.dimension != "percent")
        ):
            width = abs(made.values[0]) * atom.value / 100
        else:
            width = atom.value * (sense.factor if sense is not None else 1.0)
        base = made.values[0]
        if unit is None and sense is not None:  # "15 ± 5 mm"
            base = convert(base, sense)
            return replace(made, last=last, units=senses, values=(base,), tolerance=width)
        return replace(made, last=last, tolerance=width)

    def _range(  # noqa: PLR0912
        self, atom: Atom, sign: float, first: int, after: int, units: tuple[Unit, ...]
    ) -> Quantity | None:
        joined = self._joins_range(first, after)
        if joined is None:
            return None
        at, factor = joined, 1.0
        if (
            self.word(at) in ("-", "+") and self.tokens.glued(at + 1)
            if at + 1 < len(self.tokens)
            else False
        ):
            factor = -1.0 if self.word(at) == "-" else 1.0
            at += 1
        else:
            minus = self.scan.match_of(at)
            if (
                minus is not None
                and minus.first == at
                and any(k == "minus" for k, _ in minus.payloads)
            ):
                factor, at = -1.0, minus.last
        money = (
            unit_at(self.tokens, at, self.scan.language)
            if at < len(self.tokens) and self.tokens.kinds[at] != "n"
            else ()
        )
        if money and money[0].dimension == "money":
            at = money[0].last
        other = self.atom(at)
        if other is None or other.values:
            return None
        senses = unit_at(self.tokens, other.last, self.scan.language)
        last = senses[0].last if senses else other.last
        if not senses:
            senses = units
        if units and senses and not {u.dimension for u in units} & {u.dimension for u in senses}:
            return None
        left = units[0] if units else (senses[0] if senses else None)
        right = senses[0] if senses else left
        if units and senses and units[0].dimension != senses[0].dimension:
            shared = {u.dimension for u in units} & {u.dimension for u in senses}
            left = next(u for u in units if u.dimension in shared)
            right = next(u for u in senses if u.dimension == left.dimension)
        values = (
            self._canonical(sign * atom.value, left),
            self._canonical(factor * other.value, right),
        )
        counts = (sign * atom.count, factor * other.count)
        if (
            atom.value < other.value
            and other.value >= 1000
            and atom.value * 1000 == atom.value * 1000
            and not units
        ):
            pass
        if values[0] > values[1]:
            if sign < 0 or factor < 0 or units:
                values, counts = values[::-1], counts[::-1]
            else:
                return None
        kept = senses or units
        return Quantity(
            first,
            last,
            "range",
            values,
            counts,
            kept,
            (),
            None,
            None,
            sign < 0 or factor < 0,
            atom.worded,
            bool(kept),
            atom.first,
        )

    def _joins_range(self, first: int, after: int) -> int | None:  # noqa: PLR0911
        """Token after the word or sign that joins two ends of a range, or None."""
        word = self.word(after)
        if word == "-":
            return after + 1 if after + 1 < len(self.tokens) else None
        if word in ("~", "…", "÷"):
            return after + 1
        match = self.scan.match_of(after)
        if match is None or match.first != after:
            return None
        kinds = {kind for kind, _ in match.payloads}
        opened = self._opened(first)
        if "to" in kinds and (word not in _WEAK_TO or opened or self._number_follows(match.last)):
            return match.last
        if "between_and" in kinds and opened == "between":
            return match.last
        if word == "to":
            return match.last
        return None

    def _number_follows(self, index: int) -> bool:
        return index < len(self.tokens) and (
            self.tokens.kinds[index] == "n" or self.word(index) in "+-"
        )

    def _opened(self, first: int) -> str | None:
        for value_kind in ("between",):
            if self.scan.has(first - 1, value_kind):
                return value_kind
        return None

    def _dims(
        self, atom: Atom, first: int, after: int, units: tuple[Unit, ...], label: str | None
    ) -> Quantity | None:
        values, counts, senses, labels = [atom.value], [atom.count], [units], [label]
        at = after
        last = after
        while self.word(at) in _TIMES and len(values) < 6:
            nxt = self.atom(at + 1)
            if nxt is None or nxt.worded:
                break
            unit = unit_at(self.tokens, nxt.last, self.scan.language)
            last = unit[0].last if unit else nxt.last
            end, side = self.label(last)
            if (end > last and self.word(end) in _TIMES) or side:
                last = end
            if not unit and self.word(last) == "(":
                unit, last = self._bracketed(last)
            values.append(nxt.value)
            counts.append(nxt.count)
            senses.append(unit)
            labels.append(side)
            at = last
        if len(values) < 2:
            return None
        final = senses[-1] or next((s for s in senses if s), ())
        final_sense = next(
            (u for u in final if u.dimension == "length"), final[0] if final else None
        )
        converted = []
        for value, sense in zip(values, senses, strict=True):
            own = next((u for u in sense if u.dimension == "length"), None)
            converted.append(self._canonical(value, own or final_sense))
        kept = (final_sense,) if final_sense else ()
        return Quantity(
            first,
            last,
            "dims",
            tuple(converted),
            tuple(counts),
            kept,
            tuple(labels),
            None,
            None,
            False,
            False,
            bool(kept),
            atom.first,
        )

    def _bracketed(self, index: int) -> tuple[tuple[Unit, ...], int]:
        inner = unit_at(self.tokens, index + 1, self.scan.language)
        if inner and self.word(inner[0].last) == ")":
            return inner, inner[0].last + 1
        return (), index

    def _list_of(self, atom: Atom, first: int, after: int, units: tuple[Unit, ...]) -> Quantity:
        unit = units[0] if units else None
        values = tuple(self._canonical(v, unit) for v in atom.values)
        return Quantity(
            first,
            after,
            "list",
            values,
            atom.values,
            units,
            (),
            None,
            None,
            False,
            False,
            bool(units),
            atom.first,
        )

    def _list(  # noqa: C901, PLR0912
        self, atom: Atom, sign: float, first: int, after: int, units: tuple[Unit, ...]
    ) -> Quantity | None:
        """As in "2, 3 or 5 mm", "4GB/8GB/16GB", "100Ah 200Ah": numbers of one unit."""
        members = [(atom, units)]
        at, last = after, after
        while len(members) < 24:
            step = self._list_step(at, bool(units))
            if step is None:
                break
            nxt = self.atom(step)
            if nxt is None or nxt.values:
                break
            sense = unit_at(self.tokens, nxt.last, self.scan.language)
            if units and sense and not {u.dimension for u in units} & {u.dimension for u in sense}:
                break
            if units and not sense:
                break
            if (
                units
                and sense
                and units[0].dimension == "count"
                and units[0].canonical != sense[0].canonical
            ):
                break
            if (
                self.word(at) == ","
                and not self.tokens.glued(step)
                and units
                and sense
                and units[0].factor != sense[0].factor
            ):
                break  # "100 m, 5 km": two things
            if step == at and not (units and sense):
                break  # side by side without a sign: only if both carry the unit
            members.append((nxt, sense))
            last = at = sense[0].last if sense else nxt.last
            if sense and not units and self._list_step(at, True) is None:
                break
        while len(members) > 1 and not units and not members[-1][1]:
            members.pop()
        if len(members) < 2:
            return None
        final = members[-1][1] or units
        dimension = final[0].dimension
        if (
            len(members) == 2
            and not units
            and self.word(after) == ","
            and not self.tokens.glued(members[1][0].first)
        ):
            return None  # "mesh 60, 25 kg": two things
        if dimension in ("count", "money", "time") and not units:
            return None
        values = []
        for number, sense in members:
            own = next((u for u in (sense or final) if u.dimension == dimension), final[0])
            values.append(self._canonical(number.value, own))
        return Quantity(
            first,
            last,
            "list",
            tuple(values),
            tuple(m.count for m, _ in members),
            final,
            (),
            None,
            None,
            sign < 0,
            False,
            True,
            atom.first,
        )

    def _list_step(self, at: int, unit_seen: bool) -> int | None:
        word = self.word(at)
        if word == "/" or (word == "," and self._number_follows(at + 1)):
            return at + 1
        if self.scan.value_at(at, "join") in ("or", "and"):
            match = self.scan.match_of(at)
            return match.last if match is not None and match.first == at else None
        if unit_seen and at < len(self.tokens) and self.tokens.kinds[at] == "n":
            return at
        return None


def find_quantities(scan: Scan) -> list[Quantity]:
    """Find every quantity among the tokens not yet spoken for.

    Args:
        scan: The text.

    Returns:
        Quantities, left to right, never overlapping.
    """
    reader = _Reader(scan, NumberReader(scan.tokens, scan.language, scan.languages))
    found: list[Quantity] = []
    at = 0
    size = len(scan.tokens)
    while at < size:
        if scan.used[at] or _blocked(scan, at):
            at += 1
            continue
        quantity = reader.quantity(at) or _dual(scan, at)
        if quantity is None or (quantity.worded and not _worded_ok(scan, quantity)):
            at += 1
            continue
        found.append(quantity)
        at = max(quantity.last, at + 1)
    return found


# Arabic says "two years" in one word.
_DUALS = {
    "سنتين": "سنه",
    "سنتان": "سنه",
    "عامين": "سنه",
    "عامان": "سنه",
    "شهرين": "شهر",
    "شهران": "شهر",
    "اسبوعين": "اسبوع",
    "اسبوعان": "اسبوع",
    "يومين": "يوم",
    "ساعتين": "ساعه",
    "مترين": "متر",
    "طنين": "طن",
    "لترين": "لتر",
    "قطعتين": "قطعه",
    "حبتين": "حبه",
    "وحدتين": "وحده",
}


def _dual(scan: Scan, index: int) -> Quantity | None:
    word = scan.tokens.words[index]
    if not word or not "\u0600" <= word[0] <= "\u06ff":
        return None
    single = _DUALS.get(word) or (_DUALS.get(word[1:]) if word[0] in "لب" else None)
    if single is None:
        return None
    units = unit_at(tokenise(single), 0, "ar")
    if not units:
        return None
    unit = replace(units[0], last=index + 1)
    return Quantity(
        index, index + 1, "one", (convert(2.0, unit),), (2.0,), (unit,), worded=True, core=index
    )


def _blocked(scan: Scan, index: int) -> bool:
    """A phrase that begins with a number word ("one of", "一次性") is no number."""
    match = scan.match_of(index)
    return (
        match is not None
        and (match.last > match.first + 1 or scan.tokens.kinds[index] == "n")
        and match.first <= index
        and not any(kind in ("stop", "between", "neg") for kind, _ in match.payloads)
    )


def _worded_ok(scan: Scan, quantity: Quantity) -> bool:  # noqa: ARG001
    """A spelt-out number counts with a unit; articles and bare words do not."""
    return bool(quantity.units)
