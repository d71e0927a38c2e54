"""What is written in codes: standards, IP ratings, dates, containers, metric threads, grades."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.lexicon import load_data, split_spellings, word_set
from deepsearch.understanding.numerals import NumberReader
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import fold
from deepsearch.understanding.units import Unit, unit_trie

__all__ = ["read_codes"]

_DAY_ENDINGS = word_set("code", "day_endings")
_YEAR_JOINS = word_set("code", "year_joins")

_BODIES = {
    "din": "DIN",
    "en": "EN",
    "iso": "ISO",
    "astm": "ASTM",
    "ansi": "ANSI",
    "bs": "BS",
    "jis": "JIS",
    "gb": "GB",
    "gost": "GOST",
    "гост": "GOST",
    "asme": "ASME",
    "iec": "IEC",
    "nf": "NF",
    "uni": "UNI",
    "une": "UNE",
    "sae": "SAE",
    "api": "API",
    "ty": "TU",
    "ту": "TU",
    "nema": "NEMA",
    "vda": "VDA",
    "nbr": "NBR",
    "abnt": "ABNT",
    "ieee": "IEEE",
    "ul": "UL",
    "nfpa": "NFPA",
    "mil": "MIL",
    "aisi": "AISI",
    "jb": "JB",
    "csn": "CSN",
    "sn": "SN",
    "awwa": "AWWA",
    "nsf": "NSF",
    "ece": "ECE",
    "aws": "AWS",
    "as": "AS",
    "is": "IS",
    "cns": "CNS",
    "nom": "NOM",
    "icc": "ICC",
    "vde": "VDE",
    "etsi": "ETSI",
}
_CASED_BODIES = word_set("code", "cased_bodies")
_GRADES = word_set("code", "grades")
_SIZES = word_set("code", "sizes")


class _Codes:
    def __init__(self, scan: Scan, today: dt.date | None) -> None:
        self.scan = scan
        self.tokens = scan.tokens
        self.today = today
        self.drafts: list[Draft] = []

    def word(self, index: int) -> str:
        return self.tokens.words[index] if 0 <= index < len(self.tokens) else ""

    def raw(self, index: int) -> str:
        return self.tokens.text[self.tokens.starts[index] : self.tokens.ends[index]]

    def add(self, draft: Draft, first: int | None = None) -> None:
        self.drafts.append(draft)
        self.scan.claim(draft.first if first is None else first, draft.last)

    # ---- standards: DIN EN ISO 4014, GB/T 5782-2016, ASTM A36

    def standard(self, index: int) -> bool:
        word = self.word(index)
        if word not in _BODIES or self.tokens.kinds[index] != "w":
            return False
        if word in _CASED_BODIES and not self.raw(index).isupper():
            return False
        if self.scan.has(index, "certification") and self.scan.match_of(index).last > index + 1:  # type: ignore[union-attr]
            return False
        bodies = [_BODIES[word]]
        at = index + 1
        while at < min(len(self.tokens), index + 8):
            nxt = self.word(at)
            if nxt in _BODIES and self.raw(at).isupper():
                bodies.append(_BODIES[nxt])
                at += 1
            elif nxt == "/" and self.word(at + 1) in ("t", "z", *_BODIES):
                bodies[-1] += "/" + self.raw(at + 1).upper()
                at += 2
            elif (
                nxt in ("-", "r", "р")
                and self.tokens.kinds[at + 1 : at + 2] == ["n"]
                and nxt == "-"
            ):
                at += 1
            elif nxt in ("р", "r") and bodies == ["GOST"]:
                bodies.append("R")
                at += 1
            else:
                break
        end, code = self._code(at)
        if not code:
            return False
        value = " ".join(bodies) + " " + code
        self._add_standard(index, end, value)
        return True

    def _code(self, at: int) -> tuple[int, str]:
        """A standard's number: "4014", "A36", "1176-1", "5782-2016"."""
        first = at
        letters = ""
        if (
            self.tokens.kinds[at : at + 1] == ["w"]
            and len(self.word(at)) <= 2
            and self.tokens.kinds[at + 1 : at + 2] == ["n"]
            and self.tokens.glued(at + 1)
        ):
            letters = self.raw(at).upper()
            at += 1
        if self.tokens.kinds[at : at + 1] != ["n"]:
            return first, ""
        at += 1
        while (
            at + 1 < len(self.tokens)
            and self.word(at) in ("-", ":", "/")
            and self.tokens.glued(at)
            and self.tokens.glued(at + 1)
            and self.tokens.kinds[at + 1] in "nw"
            and len(self.word(at + 1)) <= 4
        ):
            at += 2
        start = first + (1 if letters else 0)
        return at, letters + self.tokens.folded[
            self.tokens.starts[start] : self.tokens.ends[at - 1]
        ]

    def _add_standard(self, first: int, last: int, value: str) -> None:
        previous = self.drafts[-1] if self.drafts else None
        between = self.word(first - 1)
        if (
            previous is not None
            and previous.field == "standard"
            and previous.last in (first - 1,)
            and (between in (",", "/", "&", "+") or self.scan.has(first - 1, "join"))
        ):
            values = previous.value if isinstance(previous.value, tuple) else (str(previous.value),)
            op = (
                "any_of"
                if self.scan.value_at(first - 1, "join") == "or" and between != "/"
                else "all_of"
            )
            previous.value = (*values, value)
            previous.op, previous.last = op, last
            self.scan.claim(first - 1, last)
            return
        self.add(Draft("standard", "eq", value, None, first, last, 0.95))

    # ---- IP67

    def ip_rating(self, index: int) -> bool:
        if self.word(index) != "ip" or self.tokens.kinds[index + 1 : index + 2] != ["n"]:
            word = self.word(index)
            return word == "ip" and self._ip_x(index)
        digits = self.word(index + 1)
        if len(digits) != 2 or (not self.raw(index).isupper() and not self.tokens.glued(index + 1)):
            return False
        end = index + 2
        suffix = "K" if self.word(end) == "k" and self.tokens.glued(end) else ""
        end += bool(suffix)
        op, first = self._bound(index, end)
        value = f"IP{digits}{suffix}"
        if self.word(end) in ("/", "-") and self.word(end + 1) in ("ip", "68", "67", "66", "65"):
            other = self.word(end + 2) if self.word(end + 1) == "ip" else self.word(end + 1)
            end += 3 if self.word(end + 1) == "ip" else 2
            self.add(Draft("ip_rating", "any_of", (value, f"IP{other}"), None, first, end, 0.95))
            return True
        self.add(Draft("ip_rating", op, value, None, first, end, 0.97))
        return True

    def _ip_x(self, index: int) -> bool:
        nxt = self.word(index + 1)
        if (
            nxt == "x"
            and self.tokens.kinds[index + 2 : index + 3] == ["n"]
            and self.tokens.glued(index + 2)
        ):
            self.add(
                Draft("ip_rating", "eq", f"IPX{self.word(index + 2)}", None, index, index + 3, 0.95)
            )
            return True
        return False

    def _bound(self, first: int, last: int) -> tuple[str, int]:
        for back in (first - 1, first - 2):
            match = self.scan.match_of(back)
            if match is not None and back >= 0:
                for kind, value in match.payloads:
                    if kind == "cmp" and value in ("ge", "gt"):
                        return "ge", match.first
        match = self.scan.match_of(last)
        if match is not None and match.first == last:
            for kind, value in match.payloads:
                if kind == "cmp_post" and value == "ge":
                    return "ge", first
        return "eq", first

    # ---- containers

    def container(self, index: int) -> bool:
        if self.tokens.kinds[index] == "s" or self.scan.used[index]:
            return False
        match = unit_trie().longest(self.tokens, index)
        if match is None:
            return False
        unit = next(
            (
                u
                for _, u in match.payloads
                if isinstance(u, Unit) and u.canonical.endswith("_container")
            ),
            None,
        )
        if unit is None:
            return False
        count, first = 1.0, index
        before = index - 1
        if self.word(before) in ("x", "*", "х"):
            before -= 1
        if before >= 0 and not self.scan.used[before]:
            atom = NumberReader(self.tokens, self.scan.language, self.scan.languages).at(before)
            if atom is not None and atom.last <= index and atom.count < 1000:
                count, first = atom.count, before
        self.add(Draft("order_quantity", "eq", count, unit.canonical, first, match.last, 0.9))
        return True

    # ---- M8, M10 x 80, DN50, sizes S M L, A4

    def thread(self, index: int) -> bool:
        word = self.word(index)
        if (
            word not in ("m", "м", "dn")
            or self.tokens.kinds[index + 1 : index + 2] != ["n"]
            or not self.tokens.glued(index + 1)
        ):
            return False
        if not self.raw(index).isupper() or (
            self.tokens.glued(index) and self.tokens.kinds[index - 1] in "nw"
        ):
            return False
        digits = self.word(index + 1)
        if len(digits) > 4 or digits.count(",") > 1:
            return False
        end = index + 2
        value = f"{'DN' if word == 'dn' else 'M'}{digits}"
        while (
            self.word(end) in ("x", "*", "х", "-")
            and self.tokens.kinds[end + 1 : end + 2] == ["n"]
            and (self.word(end) != "-")
        ):
            glue = "x" if self.tokens.glued(end) else " x "
            value += glue + self.word(end + 1)
            end += 2
        if self.word(end) == "mm":
            end += 1
        listed = [value]
        while self.word(end) in (",", "/") or self.scan.has(end, "join"):
            if (
                self.word(end + 1) == word
                and self.tokens.kinds[end + 2 : end + 3] == ["n"]
                and self.tokens.glued(end + 2)
            ):
                listed.append(f"M{self.word(end + 2)}")
                end += 3
            else:
                break
        if len(listed) > 1:
            self.add(Draft("size", "any_of", tuple(listed), None, index, end, 0.9))
        else:
            self.add(Draft("size", "eq", value, None, index, end, 0.9))
        return True

    def paper(self, index: int) -> bool:
        if self.word(index) not in ("a", "b") or self.tokens.kinds[index + 1 : index + 2] != ["n"]:
            return False
        if not self.tokens.glued(index + 1) or self.word(index + 1) not in (
            "0",
            "1",
            "2",
            "3",
            "4",
            "5",
            "6",
            "7",
        ):
            return False
        value = self.raw(index).upper() + self.word(index + 1)
        if value in ("A2", "A4") and self._near_steel(index):
            return False
        if index and self.tokens.glued(index) and self.tokens.kinds[index - 1] in "nw":
            return False
        if (
            index + 2 < len(self.tokens)
            and self.tokens.glued(index + 2)
            and self.tokens.kinds[index + 2] in "wn"
        ):
            return False
        self.add(Draft("size", "eq", value, None, index, index + 2, 0.8))
        return True

    def _near_steel(self, index: int) -> bool:
        for other in range(max(0, index - 4), min(len(self.tokens), index + 5)):
            value = self.scan.value_at(other, "material")
            if value is not None and "steel" in str(value):
                return True
        return False

    def sizes(self, index: int) -> bool:
        """A run of garment sizes: "S, M, L", "S-XXL", "size XL"."""
        if not self._size(index):
            return False
        members, at, ranged = [self._size(index)], index + self._size_len(index), False
        while at < min(len(self.tokens), index + 40):
            step = at
            if (
                self.word(step) in (",", "/", "-", "~")
                or self.scan.has(step, "join")
                or self.scan.has(step, "to")
            ):
                ranged = (
                    ranged
                    or self.word(step) in ("-", "~")
                    or (self.scan.has(step, "to") and self.word(step) not in (",", "/"))
                )
                step += 1
            if step < len(self.tokens) and self._size(step):
                members.append(self._size(step))
                at = step + self._size_len(step)
            else:
                break
        named = self.scan.value_at(index - 1, "textfield") == "size" or (
            self.word(index - 1) == ":" and self.scan.value_at(index - 2, "textfield") == "size"
        )
        if len(members) < 2 and not named and members[0] not in ("XL", "XXL", "2XL", "3XL", "XXXL"):
            return False
        if ranged and len(members) == 2:
            order = ["XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL"]
            if members[0] in order and members[1] in order:
                members = order[order.index(members[0]) : order.index(members[1]) + 1]
        first = index
        if len(members) == 1:
            self.add(Draft("size", "eq", members[0], None, first, at, 0.9))
        else:
            joined = any(
                self.scan.value_at(i, "join") == "or" and self.word(i) != "/"
                for i in range(index, at)
            )
            self.add(
                Draft(
                    "size", "any_of" if joined else "all_of", tuple(members), None, first, at, 0.85
                )
            )
        return True

    def _size_len(self, index: int) -> int:
        return 2 if self.tokens.kinds[index] == "n" else 1

    def _size(self, index: int) -> str:
        word = self.word(index)
        if self.tokens.kinds[index] == "n":
            joined = word + self.word(index + 1)
            ok = joined in _SIZES and index + 1 < len(self.tokens) and self.tokens.glued(index + 1)
            return joined.upper() if ok else ""
        if word not in _SIZES or not self.raw(index).isupper():
            return ""
        if self.tokens.glued(index) and index and self.tokens.kinds[index - 1] in "nw":
            return ""
        if (
            index + 1 < len(self.tokens)
            and self.tokens.glued(index + 1)
            and self.tokens.kinds[index + 1] in "wn"
        ):
            return ""
        following = self.word(index + 1)
        if following in ("x", ":", "*", ")", ".") and word in ("l", "s", "m") and following != ".":
            return ""
        return word.upper()

    # ---- grades: 304, A2, S235JR, beside a metal or the word grade

    def grade(self, index: int) -> bool:
        found, last = self._grade_at(index)
        if not found:
            return False
        named = any(self.scan.value_at(i, "textfield") == "grade" for i in (index - 1, index - 2))
        metal = self._metal_near(index, last)
        if not named and not metal and not (found.startswith("1.4") and len(found) == 6):
            return False
        first = index
        previous = self.drafts[-1] if self.drafts else None
        if previous is not None and previous.field == "grade" and 0 <= first - previous.last <= 1:
            values = previous.value if isinstance(previous.value, tuple) else (str(previous.value),)
            previous.value, previous.op, previous.last = (*values, found), "any_of", last
            self.scan.claim(first, last)
            return True
        self.add(Draft("grade", "eq", found, None, first, last, 0.9))
        return True

    def _grade_at(self, index: int) -> tuple[str, int]:
        if index and self.tokens.glued(index) and self.tokens.kinds[index - 1] in "nw":
            return "", index
        at, joined = index, ""
        best, end = "", index
        while at < len(self.tokens) and at < index + 4 and self.tokens.kinds[at] in "nw":
            if at > index and not self.tokens.glued(at):
                break
            joined += self.word(at)
            at += 1
            if joined in _GRADES or (joined.startswith("ss") and joined[2:] in _GRADES):
                best, end = (
                    self.tokens.text[self.tokens.starts[index] : self.tokens.ends[at - 1]],
                    at,
                )
        if (
            end < len(self.tokens)
            and best
            and self.tokens.glued(end)
            and self.tokens.kinds[end] in "nw"
        ):
            return "", index
        if best.lower().startswith("ss") and best[2:].isalnum() and best[2:3].isdigit():
            best = best[2:]
        return best.upper() if best else "", end

    def _metal_near(self, index: int, last: int) -> bool:
        for other in (index - 1, index - 2, last, last + 1):
            value = self.scan.value_at(other, "material")
            if value is not None and str(value) in (
                "stainless steel",
                "steel",
                "aluminium",
                "carbon steel",
                "alloy steel",
                "brass",
                "titanium",
                "copper",
            ):
                return True
        return False

    # ---- dates

    def date(self, index: int) -> bool:
        found = self._date_at(index)
        if found is None:
            return False
        value, last = found
        op, first, end = self._date_bound(index, last)
        if op is None:
            self.scan.claim(index, last)
            return True
        self.add(Draft("delivery_date", op, value.isoformat(), None, first, end, 0.9), index)
        return True

    def _date_bound(self, first: int, last: int) -> tuple[str | None, int, int]:  # noqa: C901
        match = self.scan.match_of(last)
        if (
            match is not None
            and match.first == last
            and self.scan.language in ("zh", "ja", "ar", "tr")
        ):
            for kind, value in match.payloads:
                if kind == "date_by":
                    return value, first, match.last
        if self.word(last) in ("前", "内"):
            return ("lt" if self.word(last) == "前" else "le"), first, last + 1
        for back in range(first - 1, max(-1, first - 4), -1):
            match = self.scan.match_of(back)
            if match is None:
                continue
            for kind, value in match.payloads:
                if kind == "date_by":
                    return value, match.first, last
            if any(kind == "cmp" for kind, _ in match.payloads):
                value = next(v for k, v in match.payloads if k == "cmp")
                if value in ("le", "lt", "ge"):
                    return value, match.first, last
        clause = self.scan.clauses[self.scan.clause_of[first]]
        for other in range(max(clause.first, first - 30), first):
            if self.scan.value_at(other, "field") == "lead_time" or (
                self.scan.has(other, "textfield")
                and self.scan.value_at(other, "textfield") == "destination"
            ):
                return "eq", first, last
        return None, first, last

    def _date_at(self, index: int) -> tuple[dt.date, int] | None:
        kind = self.tokens.kinds[index]
        if kind == "n":
            return self._numeric_date(index) or self._day_first(index) or self._cjk_date(index)
        if kind == "w" and self.word(index) in _months():
            return self._month_first(index)
        return None

    def _number(self, index: int) -> int | None:
        word = self.word(index)
        return int(word) if word.isdigit() and len(word) <= 4 else None

    def _make(self, year: int | None, month: int, day: int) -> dt.date | None:
        if year is not None and year < 100:
            year += 2000
        try:
            if year is not None:
                return dt.date(year, month, day) if 1990 <= year <= 2100 else None
            today = self.today or dt.date.today()
            made = dt.date(today.year, month, day)
            return made if made >= today else dt.date(today.year + 1, month, day)
        except ValueError:
            return None

    def _numeric_date(self, index: int) -> tuple[dt.date, int] | None:
        word = self.word(index)
        if word.count(".") == 2 and word.replace(".", "").isdigit():
            parts = [int(part) for part in word.split(".")]
            made = (
                self._make(parts[2], parts[1], parts[0]) if parts[0] <= 31 else self._make(*parts)
            )
            return (made, index + 1) if made else None
        if self.word(index + 1) not in ("-", "/") or self.word(index + 3) != self.word(index + 1):
            return None
        if not all(
            self.tokens.glued(index + i) for i in range(1, 5) if index + i < len(self.tokens)
        ):
            return None
        one, two, three = (self._number(index + i) for i in (0, 2, 4))
        if one is None or two is None or three is None:
            return None
        if one > 1900:
            made = self._make(one, two, three)
        elif two > 12 or (self.scan.language == "en" and one <= 12 and self.word(index + 1) == "/"):
            made = self._make(three, one, two)
        else:
            made = self._make(three, two, one)
        return (made, index + 5) if made else None

    def _day_first(self, index: int) -> tuple[dt.date, int] | None:
        day = self._number(index)
        if day is None or not 1 <= day <= 31:
            return None
        at = index + 1
        if self.word(at) in _DAY_ENDINGS:
            at += 1
        while self.word(at) in ("de", "of", "del", "-", "."):
            at += 1
        month = _months().get(self.word(at))
        if month is None or self.tokens.kinds[at] != "w":
            return None
        at += 1
        return self._with_year(at, month, day)

    def _with_year(self, at: int, month: int, day: int) -> tuple[dt.date, int] | None:
        look = at
        while self.word(look) in _YEAR_JOINS:
            look += 1
        year = self._number(look)
        if year is not None and 2000 <= year <= 2100:
            look += 1
            if self.word(look) in ("г", "года", "г."):
                look += 1
            made = self._make(year, month, day)
            return (made, look) if made else None
        made = self._make(None, month, day)
        return (made, at) if made else None

    def _month_first(self, index: int) -> tuple[dt.date, int] | None:
        month = _months()[self.word(index)]
        day = self._number(index + 1)
        if day is not None and 1 <= day <= 31:
            at = index + 2
            if self.word(at) in ("st", "nd", "rd", "th"):
                at += 1
            return self._with_year(at, month, day)
        look = index + 2 if self.word(index + 1) in ("de", "of", "del", ",") else index + 1
        year = self._number(look)
        if year is not None and 2000 <= year <= 2100:  # "October 2027": by its last day
            made = self._make(year, month, _last_day(year, month))
            return (made, look + 1) if made else None
        return None

    def _cjk_date(self, index: int) -> tuple[dt.date, int] | None:
        year: int | None = None
        at = index
        if self.word(at + 1) == "年" and self._number(at):
            year, at = self._number(at), at + 2
        month = self._number(at)
        if month is None or self.word(at + 1) != "月" or not 1 <= month <= 12:
            return None
        if self.word(at + 2) in ("末", "底"):
            made = self._make(year, month, _last_day(year or 2000, month))
            return (made, at + 3) if made else None
        day = self._number(at + 2)
        if day is None or self.word(at + 3) not in ("日", "号"):
            return None
        made = self._make(year, month, day)
        return (made, at + 4) if made else None

    def hs_code(self, index: int) -> bool:
        if self.scan.value_at(index, "field") != "hs_code":
            return False
        match = self.scan.match_of(index)
        assert match is not None  # noqa: S101
        at = match.last
        while self.word(at) in (":", "-", "#", ".") or self.scan.has(at, "stop"):
            at += 1
        if (
            self.tokens.kinds[at : at + 1] != ["n"]
            or sum(char.isdigit() for char in self.word(at)) < 4
        ):
            return False
        self.add(Draft("hs_code", "eq", self.word(at), None, index, at + 1, 0.95))
        return True


def _last_day(year: int, month: int) -> int:
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return (following - dt.timedelta(days=1)).day


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    found: dict[str, int] = {}
    for packed in load_data("numbers")["month"].values():
        for number, name in enumerate(split_spellings(packed), 1):
            found.setdefault(fold(name), number)
    return found


def read_codes(scan: Scan, today: dt.date | None) -> list[Draft]:
    """Read everything written in codes, and mark it as spoken for.

    Args:
        scan: The text.
        today: Reference day for dates without a year; None: the current day.

    Returns:
        Drafts found.
    """
    codes = _Codes(scan, today)
    readers = (
        codes.hs_code,
        codes.standard,
        codes.ip_rating,
        codes.date,
        codes.container,
        codes.thread,
        codes.sizes,
        codes.grade,
        codes.paper,
    )
    for index in range(len(scan.tokens)):
        kind = scan.tokens.kinds[index]
        if scan.used[index] or kind == "s":
            continue
        if kind == "c":
            codes.container(index)
            continue
        for reader in readers:
            if reader(index):
                break
    return codes.drafts
