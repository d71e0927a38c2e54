"""The thing asked for, in the buyer's own words."""

from __future__ import annotations

from deepsearch.understanding.keyvalue import Pair
from deepsearch.understanding.lexicon import word_set
from deepsearch.understanding.numerals import NumberReader
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.units import unit_at

__all__ = ["find_product"]

_VESSEL_JOINS = word_set("product", "vessel_joins")
_SUPPLIER_OF = word_set("product", "supplier_of")

_ENDS = (
    "with",
    "neg",
    "wish",
    "cmp",
    "cmp_post",
    "incoterm",
    "must",
    "between",
    "each",
    "noise",
    "buy",
    "date_by",
    "own",
    "supplier",
    "certification",
    "payment",
    "soft_modal",
    "only",
    "neg_post",
)
_LINKS = word_set("product", "links")
_PREFIX_KINDS = ("stop", "condition", "cmp", "noise", "only", "own", "each", "wish", "between")
_ADJECTIVES = word_set("product", "adjectives")
_VESSELS = frozenset({"bottle", "bag", "box", "carton", "can", "case", "barrel"})
_QUESTIONS = word_set("product", "questions")
_VERBS = word_set("product", "verbs")


# After a wish these ask for words, not for goods.
_MIND = word_set("product", "mind")
_KNOWING = _MIND - {"check", "see", "confirm"}  # "check valve" is goods
_GETTING = word_set("product", "getting")
_PRONOUNS = word_set("product", "pronouns")
_RELATIVE = word_set("product", "relatives")
# Never goods by themselves, though a wish may stand before them.
_NOT_GOODS = word_set("product", "no_goods")
_AGENT_LINKS = word_set("product", "agent_links")


class _Finder:
    def __init__(self, scan: Scan, hidden: list[bool]) -> None:
        self.scan = scan
        self.hidden = hidden
        self.tokens = scan.tokens
        self.reader = NumberReader(scan.tokens, scan.language, scan.languages)
        self.cjk = scan.language in ("zh", "ja")

    def word(self, index: int) -> str:
        return self.tokens.words[index] if 0 <= index < len(self.tokens) else ""

    def kinds(self, index: int) -> set[str]:
        return {kind for kind, _ in self.scan.kinds_at(index)}

    # ------------------------------------------------------------ where it may begin

    def starts(self) -> list[int]:
        """Tokens the name may begin at, likeliest first."""
        found: list[int] = []
        done: list[int] = []  # the object of what the buyer wants to do: "want to cut steel"
        for match, _ in self.scan.of_kind("buy"):
            after = self._to_verb(match.last)
            if after is None:
                found.append(match.last)
            elif after > 0:
                done.append(after)
        opening = self.opening()
        lead = self.scan.clauses[0] if self.scan.clauses else None
        counted = [last for first, last in self.counted() if lead is not None]
        early_buy = [start for start in found if start < 40]
        if early_buy:
            return [*early_buy[:3], *counted[:2], opening, *found[3:5], *done[:2]]
        first_number = opening < len(self.tokens) and self.reader.at(opening) is not None
        return (
            [*counted[:1], opening, *found, *counted[1:3], *done[:2]]
            if first_number
            else [*done[:1], opening, *counted[:3], *found]
        )

    def _to_verb(self, at: int) -> int | None:
        """After "want": None where no verb follows; else where its object begins, 0 for none.

        Verbs of getting ("to have", "to get") only lengthen the wish.
        """
        if self.word(at) in _MIND:
            return 0
        if self.scan.language != "en" or self.word(at) != "to":
            return None
        verb = self.word(at + 1)
        if verb in _GETTING or self.scan.has(at + 1, "buy"):
            return None
        pronoun = self.word(at + 2) in _PRONOUNS and self.word(at + 3) in ("", "to", ".", ",")
        return 0 if verb in _MIND or pronoun or verb == "be" else at + 2

    def opening(self) -> int:
        at = 0
        while at < len(self.tokens) and (
            self.tokens.kinds[at] == "s" or self.scan.has(at, "noise")
        ):
            at += 1
        return at

    def sentence_like(self, start: int) -> bool:
        """Whether the text opens with a question or a plain sentence, not with a name."""
        if start >= len(self.tokens):
            return True
        sentence = self.scan.clauses[self.scan.clause_of[start]].sentence
        del sentence
        ends = self.scan.clauses[self.scan.clause_of[start]].last
        if self.word(ends) == "?" or self.word(start) in _QUESTIONS or self.word(start) in _VERBS:
            return True
        return self.scan.has(start, "own") and self.scan.language != "zh"

    def counted(self) -> list[tuple[int, int]]:
        """After "500 pcs of ...": ends of counts at the head of a clause."""
        found = []
        for clause in self.scan.clauses[:6]:
            for index in range(clause.first, min(clause.last, clause.first + 12)):
                if self.tokens.kinds[index] == "n" and not self.scan.used[index]:
                    found.append((index, index))
                    break
        return found

    # ------------------------------------------------------------ one candidate

    def phrase(self, start: int) -> tuple[int, int]:
        at = self._skip(start)
        unit = self.scan.match_of(at)
        if unit is not None and unit.first < at and self.scan.has(at, "each"):
            return at, unit.last  # "a unit that goes below the counter"
        first = at
        last = at
        while at < len(self.tokens) and at - first < (14 if self.cjk else 7):
            step = self._extend(at, first)
            if step == 0:
                break
            at += step
            if self.word(at - 1) not in _LINKS or self.tokens.kinds[at - 1] == "c":
                last = at
        return first, self._trim(first, last)

    def _skip(self, at: int) -> int:
        for _ in range(24):
            if at >= len(self.tokens):
                return at
            word, kind, kinds = self.word(at), self.tokens.kinds[at], self.kinds(at)
            match = self.scan.match_of(at)
            atom = (
                self.reader.at(at)
                if kind in "nwc" and not (kinds & {"material", "custom"})
                else None
            )
            if atom is not None and (kind == "n" or self._unit_after(atom.last)):
                at = self._after_quantity(atom.last)
            elif self._numbers_meet(at):
                at += 1
            elif match is not None and "for" in kinds and self._own_place(match.last):
                at = match.last + 2  # "for my kitchen a dishwasher"
            elif (
                match is not None and "each" in kinds and self._plain_unit(match.first, match.last)
            ):
                return match.first + 1
            elif (word == "x" and at and self.tokens.kinds[at - 1] == "n") or (
                kind == "s" and word in ("-", "*", "(", ":", '"', "'", "#", "$", "€", "·")
            ):
                at += 1
            elif (
                match is not None and kinds & {"custom"} and self._leading_custom(at, match.last)
            ) or (
                match is not None
                and kinds & set(_PREFIX_KINDS)
                and not kinds & {"material", "power_source", "application", "colour", "form"}
            ):
                at = match.last
            elif word in _ADJECTIVES or (word in _VERBS and self.scan.language == "en"):
                at += 1
            elif (
                (match is not None and "buy" in kinds)
                or (match is not None and self.scan.value_at(at, "textfield") == "supplier_country")
                or (
                    match is not None
                    and kinds & {"supplier", "supplier_type"}
                    and (self.word(match.last) in _SUPPLIER_OF or self.scan.language == "ru")
                )
            ):
                at = match.last
            elif word in _LINKS and kind == "w" and len(word) <= 3:
                at += 1
            else:
                return at
        return at

    def _own_place(self, at: int) -> bool:
        word = self.word(at)
        return self.scan.has(at, "own") or word.startswith(("mein", "unser"))

    def _numbers_meet(self, at: int) -> bool:
        """The sign between two numbers: "1/4 to 3/8 tripod adapter"."""
        return (
            self.word(at) in ("/", "to", "-", "~")
            and 0 < at < len(self.tokens) - 1
            and self.tokens.kinds[at - 1] == "n"
            and self.tokens.kinds[at + 1] == "n"
        )

    def _plain_unit(self, first: int, last: int) -> bool:
        """Whether "a unit", "a piece" is the thing and not a price's measure."""
        return (
            last == first + 2
            and self.word(first) == "a"
            and (last >= len(self.tokens) or self.word(last) in _RELATIVE)
        )

    def _leading_custom(self, at: int, last: int) -> bool:  # noqa: ARG002
        value = self.scan.value_at(at, "custom")
        return value in ("custom_design", "sample", "oem", "private_label")

    def _unit_after(self, at: int) -> bool:
        return (
            bool(unit_at(self.tokens, at, self.scan.language)) if at < len(self.tokens) else False
        )

    def _after_quantity(self, at: int) -> int:
        if at >= len(self.tokens):
            return at
        units = unit_at(self.tokens, at, self.scan.language) if self.tokens.kinds[at] != "n" else ()
        if units and not (units[0].dimension == "count" and self._is_goods(units[0].last, at)):
            return units[0].last
        return at

    def _is_goods(self, after: int, at: int) -> bool:
        """As in "8 000 cartons double": the counting word is itself the thing, if nothing follows."""  # noqa: E501
        units = unit_at(self.tokens, at, self.scan.language)
        if self.cjk or not units or units[0].canonical not in _VESSELS:
            return False
        if after >= len(self.tokens) or self.tokens.kinds[after] in "sn":
            return self.word(after) not in ("/", "(")
        if self.word(after) in _VESSEL_JOINS:
            return self.scan.has(after + 1, "material")
        return not self.scan.has(after, "stop") and not self.scan.has(after, "for")

    def _extend(self, at: int, first: int) -> int:  # noqa: C901, PLR0911, PLR0912
        """How many tokens from here belong to the name: 0 ends it."""
        word, kind = self.word(at), self.tokens.kinds[at]
        if kind == "n":
            return self._number_in_name(at, first)
        if kind == "s":
            joins = (
                word in "-&/'"
                and self.tokens.glued(at)
                and at + 1 < len(self.tokens)
                and self.tokens.glued(at + 1)
                and at > first
            )
            return 1 if joins else 0
        kinds = self.kinds(at)
        match = self.scan.match_of(at)
        if (
            at > first
            and self.scan.language == "en"
            and word.endswith("ed")
            and self.word(at + 1) in _AGENT_LINKS
        ):
            return 0  # "a device worked by foot"
        if kinds & set(_ENDS) and not kinds & {"material", "power_source"}:
            return (
                0
                if not (kinds <= {"between", "stop", "to", "join"} and word in _LINKS)
                else self._link(at)
            )
        if (
            at > first
            and kinds & {"textfield"}
            and not kinds & {"material", "part", "colour"}
            and self.scan.language not in ("en",)
        ):
            return 0
        if at > first and "operate" in kinds and self.scan.language not in ("en", "zh", "ja", "de"):
            return 0
        if self.cjk and word in "的を" and at > first:
            return 0 if word == "を" or (self.scan.language == "ja" and word in "はが") else 1
        if self.cjk and kind == "c" and word in "はがにでを":
            return 0
        if (
            kinds & {"field"}
            and at > first
            and not kinds & {"material", "textfield", "part", "colour", "application"}
            and self._number_after(match.last if match else at + 1)
        ):
            return 0
        if word in _LINKS and at > first:
            return self._link(at)
        if "stop" in kinds or "join" in kinds or ("for" in kinds and not self.cjk):
            if at == first:
                return 0
            return 0
        if kinds & {"country", "month"} and (at == first or self.cjk):
            return 0
        return (match.last - at) if match is not None and match.first == at else 1

    def _number_in_name(self, at: int, first: int) -> int:
        """Model numbers inside a name ("iPhone 14") stay; quantities end it."""
        if (
            self._unit_after(at + 1)
            or self.word(at + 1) in ("x", "*", "х")
            or (self.cjk and at + 1 < len(self.tokens) and self.tokens.kinds[at + 1] == "c")
        ):
            return 0
        glued = self.tokens.glued(at) and at > first
        return 1 if glued else 0

    def _number_after(self, at: int) -> bool:
        while at < len(self.tokens) and (
            self.scan.has(at, "cmp")
            or self.word(at) in ":="
            or self.word(at) in ("de", "of", "von", "di")
        ):
            at += 1
        return at < len(self.tokens) and self.tokens.kinds[at] == "n"

    def _link(self, at: int) -> int:
        """As in "tazas de cerámica": a link holds if a plain noun follows."""
        nxt = at + 1
        while self.word(nxt) in ("'", "la", "el", "l") and nxt < at + 3:
            nxt += 1
        if self.word(at) in ("en", "in") and not self.scan.has(nxt, "material"):
            return 0
        if self.word(at) in ("a", "à") and self.scan.language not in ("fr", "pt", "it", "es"):
            return 0
        if nxt >= len(self.tokens) or self.tokens.kinds[nxt] not in "wc":
            return 0
        kinds = self.kinds(nxt)
        if kinds & {
            "stop",
            "cmp",
            "country",
            "neg",
            "with",
            "place",
            "own",
            "textfield",
            "each",
        } - ({"textfield"} if "material" in kinds else set()):
            return 0
        atom = self.reader.at(nxt)
        if self.word(nxt) in _ADJECTIVES or (atom is not None and self._unit_after(atom.last)):
            return 0
        return nxt - at

    def _trim(self, first: int, last: int) -> int:
        while last > first + 1 and self.scan.has(last - 1, "condition") and not self.cjk:
            last -= 1
        while last > first and (
            self.tokens.kinds[last - 1] == "s"
            or (self.word(last - 1) in _LINKS and self.tokens.kinds[last - 1] == "w")
        ):
            last -= 1
        return last

    def good(self, first: int, last: int) -> bool:
        if last <= first or self.word(last - 1) in _NOT_GOODS or self.word(first) in _KNOWING:
            return False
        if self.scan.has(first, "each"):
            return True
        words = [i for i in range(first, last) if self.tokens.kinds[i] in "wc"]
        if not words:
            return False
        plain = [
            i
            for i in words
            if not self.kinds(i)
            & {
                "stop",
                "noise",
                "country",
                "custom",
                "supplier_type",
                "textfield",
                "place",
                "field",
                "destination",
                "colour",
                "condition",
                "join",
                "incoterm",
            }
            or self.kinds(i) & {"part", "material"}
        ]
        if self.cjk:
            return len(words) >= 2 and bool(plain)
        return any(len(self.word(i)) > 2 or self.scan.raw(i, i + 1).isupper() for i in plain)


def find_product(scan: Scan, pairs: list[Pair], hidden: list[bool]) -> tuple[int, int] | None:
    """Find the name of the thing asked for.

    Args:
        scan: The text.
        pairs: Its key: value pairs.
        hidden: Tokens that tell of the buyer, which are asked last or never.

    Returns:
        Tokens first..last (exclusive), or None if the text names nothing.
    """
    for pair in pairs:
        if "product" in pair.texts and pair.whole and pair.end > pair.begin:
            return pair.begin, min(pair.end, pair.begin + 10)
    finder = _Finder(scan, hidden)
    keys = {i for pair in pairs for i in range(pair.first, pair.end)}
    opening = finder.opening()
    for start in finder.starts():
        if start in keys and start > 0:
            continue
        if start == opening and finder.sentence_like(start):
            continue
        first, last = finder.phrase(start)
        if (first in keys and first > 0) or (first < len(hidden) and hidden[first]):
            continue
        if finder.good(first, last):
            return first, last
    return None
