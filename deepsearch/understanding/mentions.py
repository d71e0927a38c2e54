"""Requirements whose value is a word: materials, colours, certificates, terms, places, features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deepsearch.understanding.drafts import Draft, slug
from deepsearch.understanding.lexicon import Match, word_set
from deepsearch.understanding.scan import Scan

__all__ = ["read_mentions"]

_NO_MAKER = word_set("mention", "no_maker")
_CUSTOMS = word_set("mention", "customs")
_DOUBTFUL_COLOURS = word_set("mention", "doubtful_colours")
_DOUBTFUL_POWER = word_set("mention", "doubtful_power")
_DOUBTFUL_CONDITION = word_set("mention", "doubtful_condition")
_PORT_WORDS = word_set("mention", "port_words")
_NO_SAMPLE = word_set("mention", "no_sample")
_NO_CUSTOM_DESIGN = word_set("mention", "no_custom_design")
_WITH_WORDS = word_set("mention", "with_words")
_WORKED_MATERIALS = word_set("mention", "worked_materials")
_MATERIAL_WORK = word_set("mention", "material_work")
_NO_CONDITION = word_set("mention", "no_condition")
_CASED_INCOTERMS = word_set("mention", "cased_incoterms")
_PLACE_FILLERS = word_set("mention", "place_fillers")
_DESTINATION_FILLERS = word_set("mention", "destination_fillers")
_NO_OEM = word_set("mention", "no_oem")
_USED_JOINS = word_set("mention", "used_joins")
_USED_VERBS = word_set("mention", "used_verbs")
_DOUBTFUL_PAYMENT = word_set("mention", "doubtful_payment")
_MADE_OF = word_set("mention", "made_of")
_ORIGIN_AFTER = word_set("mention", "origin_after")
_ORIGIN_BEFORE = word_set("mention", "origin_before")
_ROUND_THINGS = word_set("mention", "round_things")
_FROM_WORDS = word_set("mention", "from_words")

_LISTS = (
    "colour",
    "material",
    "finish",
    "shape",
    "certification",
    "payment",
    "condition",
    "packaging",
)
_CASED_CERTS = word_set("mention", "cased_certificates")
_CASED_MATERIALS = word_set("mention", "cased_materials")
_COMPOUND_HEADS = tuple(
    (head, value)
    for value, heads in {
        "stainless steel": "edelstahl rvs roestvrijstalen",
        "cotton": "baumwoll katoen",
        "plastic": "kunststoff plastik",
        "aluminium": "aluminium alu",
        "wood": "holz houten",
        "leather": "leder",
        "glass": "glas",
        "paper": "papier",
        "cardboard": "karton wellpapp",
        "rubber": "gummi rubber",
        "silicone": "silikon siliconen",
        "ceramic": "keramik",
        "brass": "messing",
        "copper": "kupfer koper",
        "bamboo": "bambus bamboe",
        "linen": "leinen linnen",
        "wool": "woll",
        "metal": "metall metalen",
        "concrete": "beton",
        "porcelain": "porzellan porselein",
        "steel": "stahl staal",
        "cast iron": "gusseisen",
        "felt": "filz",
        "nitrile": "nitril",
        "latex": "latex",
        "jute": "jute",
        "marble": "marmor",
        "PVC": "pvc",
        "polyester": "polyester",
        "acrylic": "acryl",
        "bronze": "bronze",
        "titanium": "titan",
        "kraft paper": "kraftpapier",
    }.items()
    for head in heads.split()
)
_UNITS_OF_PRODUCT = ("application", "power_source", "form", "shape")
_WEAK_USES = frozenset(
    {
        "school",
        "hotel",
        "office",
        "wedding",
        "garden",
        "restaurant",
        "camping",
        "kitchen",
        "household",
        "construction",
        "warehouse",
        "children",
        "gym",
        "commercial",
        "marine",
        "automotive",
    }
)
_TO = word_set("mention", "towards")
_NOT_PLACE = word_set("mention", "no_place")
_CUSTOM_FIELDS = (
    "custom_logo",
    "custom_packaging",
    "custom_design",
    "oem",
    "odm",
    "private_label",
    "sample",
)


@dataclass(slots=True)
class _Group:
    first: int
    last: int
    values: list[str]
    joined: str | None = None


class _Mentions:
    def __init__(self, scan: Scan, product: tuple[int, int] | None, kinds: frozenset[str]) -> None:
        self.scan = scan
        self.tokens = scan.tokens
        self.product = product or (-1, -1)
        self.machine = "machine" in kinds
        self.tube = "tube" in kinds
        self.drafts: list[Draft] = []

    def word(self, index: int) -> str:
        return self.tokens.words[index] if 0 <= index < len(self.tokens) else ""

    def add(self, draft: Draft, claim: bool = True) -> None:
        self.drafts.append(draft)
        if claim:
            self.scan.claim(draft.first, draft.last)

    # ------------------------------------------------------------ context

    def clause(self, index: int) -> range:
        clause = self.scan.clauses[self.scan.clause_of[index]]
        return range(clause.first, clause.last)

    def negated(self, first: int, last: int) -> bool:
        """Whether "no", "without" or a trailing 不要 rules a phrase out."""
        inside = self.clause(first)
        for at in range(first - 1, max(inside.start, first - 5) - 1, -1):
            if self.scan.has(at, "neg"):
                return not (
                    self.word(at) in ("no", "not", "non", "不")
                    and self.word(at - 1) in ("if", "or", "whether")
                )
            if (
                self.tokens.kinds[at] == "n"
                or self.word(at) in ":="
                or self.scan.has(at, "with")
                or self.scan.has(at, "only")
            ):
                break
        for at in range(last, min(inside.stop, last + 4)):
            if self.scan.has(at, "neg_post"):
                return True
            if self.tokens.kinds[at] == "n" or not (
                self.scan.has(at, "stop")
                or self.tokens.kinds[at] == "c"
                or self.scan.has(at, "supplier")
            ):
                break
        return False

    def near(self, first: int, last: int, kind: str, back: int = 3, ahead: int = 3) -> bool:
        start, stop = self.clause(first).start, self.clause(last - 1).stop
        return any(
            self.scan.has(i, kind)
            for i in (
                *range(max(start, first - back), first),
                *range(last, min(stop, last + ahead)),
            )
        )

    # ------------------------------------------------------------ lists of one kind

    def groups(self, kind: str, wanted: Callable[[Match, str], bool]) -> list[_Group]:
        """Runs of one kind joined by commas, slashes, and, or."""
        groups: list[_Group] = []
        for match, value in self.scan.of_kind(kind):
            if not self.scan.free(match.first, match.last) or not wanted(match, value):
                continue
            last = groups[-1] if groups else None
            joiner = self._joiner(last.last, match.first) if last is not None else None
            if last is not None and joiner is not None:
                if value not in last.values:
                    last.values.append(value)
                last.last = match.last
                if (joiner in ("or", "and") and last.joined is None) or joiner == "or":
                    last.joined = joiner
            else:
                groups.append(_Group(match.first, match.last, [value]))
        return groups

    def _joiner(self, last: int, first: int) -> str | None:
        gap = first - last
        if gap < 0 or gap > 3:
            return None
        if gap == 0:
            return "side"
        found = "comma"
        for at in range(last, first):
            word = self.word(at)
            if word in (",", "、", "&", "+"):
                found = "and" if word in "&+" else found
            elif word == "/":
                found = "slash"
            elif (join := self.scan.value_at(at, "join")) is not None:
                found = join
            elif not (
                self.scan.has(at, "stop") or self.scan.value_at(at, "textfield") == "certification"
            ):
                return None
        return found

    def _list_draft(self, field: str, group: _Group, default: str) -> Draft:
        first, last = group.first, group.last
        if len(group.values) == 1:
            op = "ne" if self.negated(first, last) else "eq"
            return Draft(field, op, group.values[0], None, first, last)
        if self.negated(first, last):
            op = "none_of"
        elif group.joined == "or" or self.near(first, last, "either", 4, 3):
            op = "any_of"
        elif self.near(first, last, "both", 4, 4):
            op = "all_of"
        else:
            op = default
        return Draft(field, op, tuple(group.values), None, first, last)

    # ------------------------------------------------------------ kinds

    def certificates(self) -> None:
        def wanted(match: Match, _: str) -> bool:
            word = self.word(match.first)
            if match.last == match.first + 1 and word in _CASED_CERTS:
                raw = self.scan.raw(match.first, match.last)
                if not raw.isupper():
                    return self.near(match.first, match.last, "textfield") and any(
                        self.scan.value_at(i, "textfield") == "certification"
                        for i in range(
                            max(0, match.first - 3), min(len(self.tokens), match.last + 3)
                        )
                    )
            if not match.first or not self.tokens.glued(match.first):
                return True
            coded = (
                self.word(match.first - 1) == "-"
                and match.last < len(self.tokens)
                and self.tokens.kinds[match.last] == "n"
                and self.tokens.glued(match.last)
            )  # "XT-FCC300" is a model
            return not coded and self.tokens.kinds[match.first - 1] not in "wn"

        for group in self.groups("certification", wanted):
            if self._unneeded(group):
                continue
            draft = self._list_draft("certification", group, "all_of")
            if (
                isinstance(draft.value, tuple)
                and any(self.word(i) == "/" for i in range(group.first, group.last))
                and group.joined is None
            ):
                draft.op = "all_of"
            draft.confidence = 0.95
            self.add(draft)

    def _unneeded(self, group: _Group) -> bool:
        """As in "FSC not needed" asks for nothing, and rules nothing out."""
        return any(
            self.scan.has(i, "unneeded")
            for i in range(group.last, min(group.last + 4, self.clause(group.last - 1).stop))
        ) or any(
            self.scan.has(i, "unneeded")
            for i in range(max(self.clause(group.first).start, group.first - 3), group.first)
        )

    def colours(self) -> None:
        for group in self.groups("colour", self._believable_colour):
            field = "colour"
            part = self._part_beside(group)
            if part is not None:
                field = f"{part}_colour"
            inside_product = self.product[0] <= group.first < self.product[1]
            draft = self._list_draft(field, group, "any_of" if group.joined is None else "all_of")
            draft.confidence = 0.8 if inside_product else 0.9
            self.add(draft)

    def _believable_colour(self, match: Match, value: str) -> bool:  # noqa: ARG002
        word = self.word(match.first)
        inside = self.product[0] <= match.first < self.product[1]
        if word == "cream" and inside and match.first > self.product[0]:
            return False  # "stretch mark cream" is a cream; "cream sofa" is a colour
        if match.last == match.first + 1 and word in _DOUBTFUL_COLOURS:
            ahead = self.word(match.last)
            if word == "gold" and (
                self.scan.has(match.first, "supplier_flag")
                or ahead in ("supplier", "plated", "bar")
            ):
                return False
            if word == "orange" and ahead in ("juice", "oil", "tree", "peel"):
                return False
        if self.tokens.kinds[match.first] == "c" and match.last == match.first + 1:
            return self._lone_han(match)
        return word not in ("fond",)

    def _lone_han(self, match: Match) -> bool:
        """A single 黑 or 白 counts only where it stands alone or beside its like."""
        before, after = match.first - 1, match.last
        left = (
            before < 0
            or self.tokens.kinds[before] != "c"
            or self.scan.has(before, "join")
            or self.scan.has(before, "colour")
            or self.scan.used[before]
            or any(
                self.scan.has(before, k)
                for k in ("textfield", "wish", "only", "buy", "neg", "with", "stop")
            )
        )
        right = (
            after >= len(self.tokens)
            or self.tokens.kinds[after] != "c"
            or self.scan.has(after, "join")
            or self.scan.has(after, "colour")
        )
        return left and right

    def _part_beside(self, group: _Group) -> str | None:
        for at in (group.last,):
            part = self.scan.value_at(at, "part")
            if (
                part is not None
                and not self.scan.used[at]
                and part in ("lid", "cap", "handle", "straps", "zipper", "lining", "wheels")
            ):
                return str(part)
        before = group.first - 1
        if self.scan.has(before, "part") and self.scan.language in ("es", "fr", "it", "pt"):
            return str(self.scan.value_at(before, "part"))
        return None

    def materials(self) -> None:
        def wanted(match: Match, value: str) -> bool:
            word = self.word(match.first)
            if self.word(match.last) == "-" and self.word(match.last + 1) in ("free", "frei"):
                return False  # "PVC-free"
            if (
                word in _CASED_MATERIALS
                and match.last == match.first + 1
                and not self.scan.raw(match.first, match.last).isupper()
            ):
                return False
            inside = self.product[0] <= match.first < self.product[1]
            if self.machine and inside and not self._made_of(match):
                return False
            if self.tokens.kinds[match.first] == "c" and match.last == match.first + 1:
                return value in (
                    "plastic",
                    "wood",
                    "copper",
                    "aluminium",
                    "iron",
                    "steel",
                    "cotton",
                    "silver",
                    "leather",
                    "bamboo",
                    "titanium",
                    "paper",
                ) and self._lone_material(match)
            word = self.word(match.first)
            if word in _WORKED_MATERIALS and self.word(match.last) in _MATERIAL_WORK:
                return False
            return not (
                self.tokens.glued(match.first)
                and match.first
                and self.tokens.kinds[match.first - 1] == "n"
            )

        if self.scan.language in ("de", "nl"):
            self._compounds()
        for group in self.groups("material", wanted):
            field = "material"
            part = self._part_material(group)
            if part is not None:
                field = f"{part}_material"
            draft = self._list_draft(field, group, "any_of" if self._slashed(group) else "all_of")
            if draft.op == "eq" and self._for_only(group):
                continue
            self.add(draft)

    def _slashed(self, group: _Group) -> bool:
        return any(self.word(i) == "/" for i in range(group.first, group.last))

    def _compounds(self) -> None:
        """Edelstahlrohre, Baumwolltaschen: the product's name begins with its material."""
        for at in range(max(0, self.product[0]), max(0, self.product[1])):
            word = self.word(at)
            if (
                self.tokens.kinds[at] != "w"
                or self.scan.match_of(at) is not None
                or self.scan.used[at]
            ):
                continue
            for head, value in _COMPOUND_HEADS:
                if word.startswith(head) and len(word) >= len(head) + 3:
                    self.add(Draft("material", "eq", value, None, at, at + 1, 0.8))
                    break

    def _lone_material(self, match: Match) -> bool:
        after = match.last
        before = match.first - 1
        return (
            after < len(self.tokens)
            and (self.scan.has(after, "stop") or self.word(after) in "制质的")
        ) or (before >= 0 and self.scan.value_at(before, "textfield") == "material")

    def _for_only(self, group: _Group) -> bool:
        """As in "for wood", "for cutting metal": what it works on, not what it is made of."""
        for at in range(group.first - 1, max(-1, group.first - 4), -1):
            if self.scan.has(at, "for") and self.scan.language not in ("ja",):
                return self.machine
            if self.scan.has(at, "textfield"):
                return False
        return False

    def _made_of(self, match: Match) -> bool:
        return any(
            self.scan.value_at(i, "textfield") == "material"
            for i in range(max(0, match.first - 3), match.first)
        )

    def _part_material(self, group: _Group) -> str | None:
        if self.scan.language in ("fr", "es", "it", "pt") and self.scan.value_at(
            group.first - 1, "part"
        ) in ("cap", "lid", "handle"):
            return str(self.scan.value_at(group.first - 1, "part"))
        part = self.scan.value_at(group.last, "part")
        if part is not None and part in (
            "lid",
            "handle",
            "cap",
            "wheels",
            "lining",
            "straps",
            "drawers",
        ):
            return str(part)
        for back in (2, 3):
            at = group.first - back
            if (
                at >= 0
                and self.scan.has(at, "part")
                and any(self.word(i) in _MADE_OF for i in range(at + 1, group.first))
            ):
                value = str(self.scan.value_at(at, "part"))
                if value in ("lid", "handle", "cap", "wheels", "lining", "straps", "drawers"):
                    return value
        return None

    def finishes(self) -> None:
        for kind in ("finish", "packaging"):
            for group in self.groups(kind, lambda m, _: True):  # noqa: ARG005
                self.add(self._list_draft(kind, group, "all_of"))

    def product_words(self) -> None:
        """Applications, power sources, forms: where they describe the product itself."""
        for kind in _UNITS_OF_PRODUCT:
            for match, value in self.scan.of_kind(kind):
                if not self.scan.free(match.first, match.last):
                    continue
                inside = self.product[0] <= match.first < self.product[1]
                if kind == "application":
                    if value in _WEAK_USES and not self._for_cue(match):
                        continue
                    if not (
                        inside
                        or self._for_cue(match)
                        or (value in ("outdoor", "food contact") and self.scan.language != "x")
                    ):
                        continue
                elif (
                    (kind == "form" and not inside)
                    or (kind == "power_source" and value == "hydraulic" and self.tube)
                    or (kind == "power_source" and not inside and not self._power_cue(match))
                    or (
                        kind == "shape"
                        and value in ("round", "square", "flat")
                        and not inside
                        and self.word(match.last) in _ROUND_THINGS
                    )
                ):
                    continue
                op = "ne" if self.negated(match.first, match.last) else "eq"
                self.add(
                    Draft(kind, op, value, None, match.first, match.last, 0.75 if inside else 0.8)
                )

    def _for_cue(self, match: Match) -> bool:
        if self.scan.language in ("zh", "ja"):
            return self.word(match.last) in ("用", "向") or self.scan.has(match.first - 1, "for")
        return any(
            self.scan.has(i, "for") for i in (match.first - 1, match.first - 2) if i >= 0
        ) or self.scan.raw(match.first, match.last).lower().startswith(
            ("for ", "für ", "para ", "pour ", "per ", "для ")
        )

    def _power_cue(self, match: Match) -> bool:
        word = self.word(match.first)
        value = self.scan.value_at(match.first, "power_source")
        if (
            value in ("electric", "solar", "manual", "hydraulic", "pneumatic", "USB", "battery")
            and match.last == match.first + 1
        ):
            return self.word(match.last) in ("powered", "operated", "driven", "operation")
        return word not in _DOUBTFUL_POWER or self.word(match.last) in (
            "powered",
            "operated",
            "driven",
            "operation",
        )

    def conditions(self) -> None:
        for group in self.groups("condition", self._believable_condition):
            self.add(self._list_draft("condition", group, "any_of"))

    def _believable_condition(self, match: Match, value: str) -> bool:  # noqa: ARG002
        word = self.word(match.first)
        if word in _DOUBTFUL_CONDITION and match.last == match.first + 1:
            following = self.word(match.last)
            if word == "used" and (
                following in _USED_JOINS or self.word(match.first - 1) in _USED_VERBS
            ):
                return False
            if word != "used" and following in _NO_CONDITION:
                return False
        if self.tokens.kinds[match.first] == "c" and match.last == match.first + 1:
            return self._lone_han(match)
        return True

    # ------------------------------------------------------------ trade

    def incoterms(self) -> None:
        for match, value in self.scan.of_kind("incoterm"):
            if not self.scan.free(match.first, match.last) or self.scan.has(match.first - 1, "neg"):
                continue
            raw = self.scan.raw(match.first, match.last)
            if (
                len(raw) <= 3
                and raw.isascii()
                and not raw.isupper()
                and not raw.istitle()
                and self.word(match.first) in _CASED_INCOTERMS
                and not self._place_after(match.last)
            ):
                continue
            self.add(Draft("incoterm", "eq", value, None, match.first, match.last, 0.97))
            found = self._place_after(match.last)
            if found is None:
                found = self._place_before(match.first)
            if found is not None:
                place, first, last = found
                self.add(Draft("incoterm_place", "eq", place, None, first, last, 0.9))

    def _place_after(self, at: int) -> tuple[str, int, int] | None:
        while (
            self.word(at) in (":", "(", "-", ",")
            or (self.scan.has(at, "stop") and self.word(at) in _PLACE_FILLERS)
            or self.word(at) in _PORT_WORDS
        ):
            at += 1
            if self.word(at - 1) == ",":
                break
        return self._place(at)

    def _place_before(self, first: int) -> tuple[str, int, int] | None:
        """As in "Lieferung frei Graz (DDP)", "puestas en Bogotá DAP"."""
        at = first - 1
        if self.word(at) == "(":
            at -= 1
        if at < 0 or self.tokens.kinds[at] not in "wc" or self.scan.used[at]:
            return None
        match = self.scan.match_of(at)
        if match is not None:
            return (
                self._place(match.first)
                if any(k in ("place",) for k, _ in match.payloads)
                else None
            )
        raw = self.scan.raw(at, at + 1)
        if (
            raw[:1].isupper()
            and not raw.isupper()
            and at > 0
            and (self.scan.has(at - 1, "textfield") or self.scan.has(at - 1, "stop"))
        ):
            return raw, at, at + 1
        return None

    def _place(self, at: int) -> tuple[str, int, int] | None:  # noqa: C901, PLR0911, PLR0912
        """A place at a token: known, or a run of capitalised words."""
        if at >= len(self.tokens) or self.scan.used[at]:
            return None
        match = self.scan.match_of(at)
        if match is not None and match.first == at:
            for kind, value in match.payloads:
                if kind == "place":
                    return str(value), at, match.last
            for kind, _ in match.payloads:
                if kind == "country":
                    return self.scan.raw(at, match.last), at, match.last
            if self._capital(at) and any(k == "stop" for k, _ in match.payloads):
                pass
            elif any(
                k
                in (
                    "noise",
                    "stop",
                    "buy",
                    "field",
                    "textfield",
                    "certification",
                    "payment",
                    "incoterm",
                    "neg",
                    "with",
                )
                for k, _ in match.payloads
            ):
                return None
        end = at
        while (
            end < len(self.tokens)
            and end < at + 3
            and self.tokens.kinds[end] == "w"
            and self.scan.raw(end, end + 1)[:1].isupper()
            and not self.scan.used[end]
            and (end == at or self.scan.match_of(end) is None)
        ):
            end += 1
        if end == at:
            if self.tokens.kinds[at] == "c":
                while (
                    end < len(self.tokens)
                    and end < at + 4
                    and self.tokens.kinds[end] == "c"
                    and self.scan.match_of(end) is None
                    and not self.scan.used[end]
                ):
                    end += 1
                return (
                    (self.scan.raw(at, end), at, end)
                    if 2 <= end - at <= 4 and self.scan.language == "zh"
                    else None
                )
            if self.tokens.kinds[at] == "w" and "\u0600" <= self.word(at)[:1] <= "\u06ff":
                return self.scan.raw(at, at + 1), at, at + 1
            return None
        return self.scan.raw(at, end), at, end

    def destinations(self) -> None:
        for match, value in self.scan.of_kind("textfield"):
            if value == "destination":
                self._destination(match)
        for match, _ in self.scan.of_kind("country"):
            start = self._headed_by(match.first)
            if self.scan.free(match.first, match.last) and start is not None:
                code = self.scan.value_at(match.first, "country")
                self.add(Draft("destination", "eq", code, None, start, match.last, 0.75))
        for match, value in self.scan.of_kind("place"):
            if self.scan.free(match.first, match.last) and self._headed(match.first):
                self.add(Draft("destination", "eq", value, None, match.first, match.last, 0.65))

    def _headed_by(self, first: int) -> int | None:
        """Where "to San Diego, CA USA" begins, if the country closes such a run."""
        if self._headed(first):
            return first
        at = first - 1
        while at >= max(0, first - 6) and (
            self.word(at) == ","
            or (
                self.tokens.kinds[at] == "w"
                and self.scan.raw(at, at + 1)[:1].isupper()
                and not self.scan.used[at]
            )
        ):
            at -= 1
        return (
            at + 1
            if at < first - 1 and self._headed(at + 1) and self.tokens.kinds[at + 1] == "w"
            else None
        )

    def _headed(self, first: int) -> bool:
        before = self.word(first - 1)
        if before == ":":
            before = self.word(first - 2)
        if before in ("the", "la", "el", "los") and self.word(first - 2) in _TO:
            before = self.word(first - 2)
        if before not in _TO:
            return self.scan.language in ("zh", "ja") and before in ("到", "至", "往", "向")
        lang = self.scan.language
        if before in ("for", "für", "fur", "pour", "para", "для") and self.scan.has(
            first - 2, "supplier"
        ):
            return False
        if before in ("a", "en") and lang not in ("es", "it", "fr", "pt"):
            return False
        if before == "en" and lang == "es":
            return False
        return not (before in ("в", "do", "для", "en", "on") and lang not in ("ru", "pl", "fr"))

    def _destination(self, cue: Match) -> None:
        at = cue.last
        while at < len(self.tokens) and (
            self.word(at) in (":", "-", "(", "'", '"', ",")
            or (
                self.scan.has(at, "stop")
                and self.word(at) not in _NOT_PLACE | {"is", "are", "by", "for", "with"}
                and not self._capital(at)
            )
            or self.word(at) in _DESTINATION_FILLERS
        ):
            at += 1
        if at >= len(self.tokens) or not self.scan.free(cue.first, cue.last):
            if self.scan.language in {"ja", "zh"}:
                self._destination_before(cue)
            return
        country = self._country_ahead(at)
        place = self._place(at)
        if country is not None and (place is not None or country[1] - at <= 5):
            self.add(Draft("destination", "eq", country[0], None, cue.first, country[2], 0.9))
        elif place is not None:
            self.add(Draft("destination", "eq", place[0], None, cue.first, place[2], 0.8))
        elif self.scan.language in ("ja", "zh"):
            self._destination_before(cue)

    def _capital(self, at: int) -> bool:
        raw = self.scan.raw(at, at + 1)
        return (
            len(raw) > 2
            and raw[0].isupper()
            and not raw.isupper()
            and at + 1 < len(self.tokens)
            and self.scan.raw(at + 1, at + 2)[:1].isupper()
        )

    def _destination_before(self, cue: Match) -> None:
        match = self.scan.match_of(cue.first - 1)
        if match is None or not self.scan.free(match.first, match.last):
            return
        for kind, value in match.payloads:
            if kind in ("country", "place"):
                self.add(Draft("destination", "eq", value, None, match.first, cue.last, 0.85))
                return

    def _country_ahead(self, at: int) -> tuple[str, int, int] | None:
        sentence = self.scan.clauses[self.scan.clause_of[at]].sentence
        for index in range(at, min(len(self.tokens), at + 9)):
            if self.scan.clauses[self.scan.clause_of[index]].sentence != sentence:
                return None
            if index > at and (
                (
                    self.tokens.kinds[index] == "n"
                    and self.scan.clause_of[index] == self.scan.clause_of[at]
                )
                or self.scan.used[index]
            ):
                return None
            code = self.scan.value_at(index, "country")
            if code is not None:
                found = self.scan.match_of(index)
                assert found is not None  # noqa: S101
                return str(code), index, found.last
            if any(
                k in ("incoterm", "certification", "field", "origin")
                for k, _ in self.scan.kinds_at(index)
            ):
                return None
        return None

    def origins(self) -> None:
        for match, value in self.scan.of_kind("textfield"):
            if value not in ("origin", "supplier_country") or not self.scan.free(
                match.first, match.last
            ):
                continue
            self._origin(match, str(value))
        self._origins_after()
        self._demonyms()

    def _countries_from(self, at: int) -> tuple[list[str], int, bool]:
        codes: list[str] = []
        either = False
        while at < len(self.tokens):
            code = self.scan.value_at(at, "country")
            match = self.scan.match_of(at)
            if code is not None and match is not None:
                codes.append(str(code))
                at = match.last
            elif (
                codes
                and (self.word(at) in (",", "/") or self.scan.has(at, "join"))
                and self.scan.value_at(at + 1, "country") is not None
            ):
                either = either or self.scan.value_at(at, "join") == "or"
                at += 1
            else:
                break
        return codes, at, either

    def _origin(self, cue: Match, field: str) -> None:
        at = cue.last
        negated = self.negated(cue.first, cue.last)
        while at < len(self.tokens) and (
            self.word(at) in (":", "(", "-")
            or self.scan.has(at, "stop")
            or self.scan.has(at, "neg")
            or self.scan.has(at, "must")
        ):
            negated = negated or self.scan.has(at, "neg")
            at += 1
        codes, last, either = self._countries_from(at) if at < len(self.tokens) else ([], at, False)
        if not codes or (field == "supplier_country" and self._of_the_buyer(cue)):
            return
        negated = negated or self.negated(cue.first, last)
        self._record_countries(field, codes, cue.first, last, negated, either)

    def _of_the_buyer(self, cue: Match) -> bool:
        """As in "we are located in Germany": where the buyer is asks for nothing."""
        first = self.scan.clauses[self.scan.clause_of[cue.first]].first
        before = range(max(first, cue.first - 4), cue.first)
        return any(
            self.word(i) in ("i", "we", "im", "my", "our") or self.scan.has(i, "own")
            for i in before
        ) and not any(self.scan.has(i, "buy") for i in before)

    def _record_countries(  # noqa: PLR0917
        self,
        field: str,
        codes: list[str],
        first: int,
        last: int,
        negated: bool,
        either: bool,  # noqa: ARG002
    ) -> None:
        if negated:
            first = self._neg_start(first)
            draft = Draft(
                field,
                "ne" if len(codes) == 1 else "none_of",
                codes[0] if len(codes) == 1 else tuple(codes),
                None,
                first,
                last,
            )
        elif len(codes) == 1:
            draft = Draft(field, "eq", codes[0], None, first, last)
        else:
            draft = Draft(field, "any_of", tuple(codes), None, first, last)
        self.add(draft)

    def _neg_start(self, first: int) -> int:
        for at in range(first - 1, max(-1, first - 4), -1):
            if self.scan.has(at, "neg"):
                match = self.scan.match_of(at)
                return match.first if match is not None else at
        return first

    def _origins_after(self) -> None:
        """越南产, 中国製, ベトナム製以外: the country, then what is said of it."""
        for match, code in self.scan.of_kind("country"):
            if not self.scan.free(match.first, match.last):
                continue
            if (
                self.scan.language in ("zh", "ja")
                and self.word(match.last) in ("产", "製", "制", "产的", "生")
                and match.last < len(self.tokens)
            ):
                last = match.last + 1
                self._record_countries(
                    "origin", [str(code)], match.first, last, self.negated(match.first, last), False
                )
            elif self.scan.value_at(match.last, "supplier_type") or self.scan.value_at(
                match.last, "supplier"
            ):
                if self.scan.language in ("zh", "ja", "en"):
                    self._record_countries(
                        "supplier_country",
                        [str(code)],
                        match.first,
                        match.last,
                        self.negated(match.first, match.last + 1),
                        False,
                    )
            elif self.scan.has(match.first - 1, "neg") or (
                self.word(match.first - 1) in _FROM_WORDS and self.scan.has(match.first - 2, "neg")
            ):
                field = (
                    "supplier_country"
                    if self.near(match.first, match.last, "supplier", 5, 2)
                    else "origin"
                )
                self._record_countries(field, [str(code)], match.first, match.last, True, False)

    def _demonyms(self) -> None:
        for match, code in self.scan.of_kind("demonym"):
            if not self.scan.free(match.first, match.last):
                continue
            beside = [match.last, match.first - 1, match.first - 2]
            if any(self.scan.has(i, k) for i in beside for k in ("supplier", "supplier_type")):
                negated = self.negated(match.first, match.last) or any(
                    self.negated(i, i + 1)
                    for i in beside
                    if i >= 0 and self.scan.has(i, "supplier")
                )
                first = min(
                    [match.first, *(i for i in beside if i >= 0 and self.scan.has(i, "supplier"))]
                )
                self._record_countries(
                    "supplier_country", [str(code)], first, match.last, negated, False
                )
            elif self._neg_start(match.first) < match.first and not self.scan.has(
                match.first - 1, "with"
            ):
                self._record_countries("origin", [str(code)], match.first, match.last, True, False)
            elif (
                self.scan.language in ("zh", "ja")
                or self.word(match.last) in _ORIGIN_AFTER
                or self.word(match.first - 1) in _ORIGIN_BEFORE
            ):
                self._record_countries(
                    "origin",
                    [str(code)],
                    match.first,
                    match.last,
                    self.negated(match.first, match.last),
                    False,
                )

    def payments(self) -> None:
        for group in self.groups(
            "payment",
            lambda m, _: (
                self.word(m.first) not in _DOUBTFUL_PAYMENT
                or m.last > m.first + 2
                or self.word(m.first) == "lc"
            ),
        ):
            draft = self._list_draft("payment_terms", group, "any_of")
            first, last = draft.first, draft.last
            while (
                last < len(self.tokens)
                and (self.tokens.kinds[last] == "n" or self.word(last) in ("/", "%", "-"))
                and self.scan.clause_of[last] == self.scan.clause_of[first]
            ):
                last += 1
            while (
                first > 0
                and self.tokens.kinds[first - 1] in "ns"
                and self.word(first - 1) in ("%", "/", "-")
            ) or (first > 0 and self.word(first) in ("%",)):
                first -= 1
            if first > 0 and self.word(first) == "%" and self.tokens.kinds[first - 1] == "n":
                first -= 1
            draft.last = last
            self.add(draft)

    # ------------------------------------------------------------ suppliers

    def suppliers(self) -> None:
        for match, value in self.scan.of_kind("supplier_type"):
            if not self.scan.free(match.first, match.last) or self._buyer_own(match):
                continue
            negated = self.negated(match.first, match.last)
            if (
                value == "trading_company"
                and not negated
                and not self.near(match.first, match.last, "only", 4, 3)
            ):
                continue
            if (
                value == "manufacturer"
                and negated
                and self.near(match.first, match.last, "only", 4, 3)
            ):
                negated = False
            first, last = match.first, match.last
            for at in range(match.first - 1, max(-1, match.first - 4), -1):
                if (self.scan.has(at, "neg") and negated) or self.scan.has(at, "only"):
                    first = at
                    break
            self.add(
                Draft("supplier_type", "ne" if negated else "eq", value, None, first, last, 0.85)
            )
        for match, value in self.scan.of_kind("supplier_flag"):
            word = self.word(match.first)
            alone = match.last == match.first + 1
            if (
                alone
                and not self.near(match.first, match.last, "supplier", 3, 3)
                and not self.near(match.first, match.last, "supplier_type", 3, 3)
            ):
                continue
            if self.scan.free(match.first, match.last) and word:
                self.add(
                    Draft(
                        value,
                        "eq",
                        not self.negated(match.first, match.last),
                        None,
                        match.first,
                        match.last,
                        0.9,
                    )
                )

    def _buyer_own(self, match: Match) -> bool:
        for at in (match.first - 1, match.first - 2):
            if at < 0 or self.scan.has(at, "only"):
                return False
            if self.scan.has(at, "own"):
                return True
        if self.word(match.first - 1) in ("dear", "a", "the") and self.word(
            match.first - 2
        ) not in ("from", "with"):
            return True
        if self.word(match.last) in _NO_MAKER:
            return True
        return self.scan.language in ("de", "fr", "es", "it", "pt", "ru") and self.scan.has(
            match.first - 1, "for"
        )

    # ------------------------------------------------------------ customisation, samples, features

    def customs(self) -> None:
        for match, value in self.scan.of_kind("custom"):
            if not self.scan.free(match.first, match.last) or value not in _CUSTOM_FIELDS:
                continue
            if not self._wanted_custom(match, value):
                continue
            negated = self.negated(match.first, match.last)
            if value in ("sample", "custom_design") and negated:
                continue
            field, flag = value, not negated
            self.add(
                Draft(
                    field,
                    "eq",
                    flag,
                    None,
                    self._neg_start(match.first) if negated else match.first,
                    match.last,
                    0.85,
                ),
                claim=value != "custom_design",
            )

    def _wanted_custom(self, match: Match, value: str) -> bool:
        following = self.word(match.last)
        if following in _CUSTOMS:
            return False  # "custom charges" are the customs'
        if value == "sample" and following in _NO_SAMPLE:
            return False
        if value in ("oem", "odm") and (following in _NO_OEM or self.word(match.first - 1) == "/"):
            return False
        if value == "custom_design" and following in _NO_CUSTOM_DESIGN:
            return following == "size" and self.word(match.last + 1) not in (":",) and False
        return not (
            value == "custom_logo"
            and following in ("design", "creation")
            and self.word(match.first - 1) not in ("our", "with")
        )

    def features(self) -> None:
        for match, value in self.scan.of_kind("feature"):
            if not self.scan.free(match.first, match.last):
                continue
            name, _, given = value.partition("=")
            if not self._wanted_feature(match, name, given):
                continue
            negated = self.negated(match.first, match.last)
            if given in ("true", "false"):
                self.add(
                    Draft(
                        name, "eq", (given == "true") != negated, None, match.first, match.last, 0.8
                    )
                )
            elif given.isdigit():
                self.add(Draft(name, "eq", float(given), None, match.first, match.last, 0.9))
            else:
                self.add(
                    Draft(
                        name, "ne" if negated else "eq", given, None, match.first, match.last, 0.8
                    )
                )

    def _wanted_feature(self, match: Match, name: str, given: str) -> bool:  # noqa: ARG002, PLR0911
        if self.tokens.kinds[match.first] == "c" and match.last == match.first + 1:
            return False
        word = self.word(match.first)
        if name in ("smart", "type", "heavy_duty") and not (
            self.product[0] <= match.first < self.product[1] or name == "type"
        ):
            return False
        if word == "clear" and not (self.product[0] <= match.first < self.product[1]):
            return False
        if name == "automatic" and self.scan.has(match.first - 1, "neg"):
            return True
        if name == "connectivity" and not self.scan.raw(match.first, match.last).isupper():
            return False
        if (
            name == "battery_chemistry"
            and word in ("lithium",)
            and self.word(match.last) in ("grease", "ore", "carbonate")
        ):
            return False
        if name == "scented":
            return True
        return name != "biologique"

    def parts(self) -> None:
        """As in "with wheels", "mit Tempomat", "без крышки": the part is there, or is not."""
        part_drafts = [d for d in self.drafts if d.field.endswith(("_colour", "_material"))]
        for match, value in self.scan.of_kind("part"):
            if not self.scan.free(match.first, match.last):
                continue
            if any(
                d.field.startswith(f"{value}_")
                and d.field != value
                and d.first - 1 <= match.last
                and match.first <= d.last + 1
                for d in part_drafts
            ):
                continue  # its colour or material was asked for: that says it
            cued, first, last = self._with_cue(match)
            negated = self.negated(match.first, match.last)
            if not cued and not negated:
                continue
            field = value if value != "led" else "led_light"
            self.add(
                Draft(
                    field,
                    "eq",
                    not negated,
                    None,
                    self._neg_start(first) if negated else first,
                    last,
                    0.75,
                )
            )

    def _with_cue(self, match: Match) -> tuple[bool, int, int]:
        inside = self.clause(match.first)
        for at in range(match.first - 1, max(inside.start, match.first - 4) - 1, -1):
            if self.scan.has(at, "with"):
                found = self.scan.match_of(at)
                return True, found.first if found is not None else at, match.last
            if self.tokens.kinds[at] == "n":
                break
        if self.scan.language == "ja" and self.scan.has(match.last, "with"):
            found = self.scan.match_of(match.last)
            return True, match.first, found.last if found is not None else match.last
        before = self.scan.match_of(match.first - 1)
        chained = (
            before is not None
            and self.scan.has(match.first - 1, "join")
            and match.first >= 2
            and self.scan.used[match.first - 2]
        )
        return chained, match.first, match.last

    def hedged_with(self) -> None:
        """As in "with dryer", "com tampa de rosca": an unknown noun after with is a feature, if short."""  # noqa: E501
        if self.scan.language not in ("en", "es", "de", "fr", "it", "pt", "nl"):
            return
        for match, _ in self.scan.of_kind("with"):
            at = match.last
            clause = self.clause(match.first)
            if self.word(match.first) not in _WITH_WORDS:
                continue
            words = [i for i in range(at, clause.stop) if self.tokens.kinds[i] == "w"]
            plain = [i for i in words if not self.scan.used[i] and self.scan.match_of(i) is None]
            if (
                not 1 <= len(words) <= 2
                or len(plain) != len(words)
                or clause.stop - at != len(words)
            ):
                continue
            if self.tokens.folded[self.tokens.ends[clause.stop - 1] :].startswith(".."):
                continue  # cut off by the page
            name = slug(
                self.tokens.folded[self.tokens.starts[at] : self.tokens.ends[clause.stop - 1]]
            )
            if len(name) >= 3:
                self.add(Draft(name, "eq", True, None, match.first, clause.stop, 0.6))


def read_mentions(
    scan: Scan, product: tuple[int, int] | None, kinds: frozenset[str]
) -> list[Draft]:
    """Read every requirement whose value is a word.

    Args:
        scan: The text; tokens already spoken for are left alone.
        product: Tokens of the product's name, if known.
        kinds: Kinds of goods asked for; a machine is named after what it works on.

    Returns:
        Drafts found.
    """
    reader = _Mentions(scan, product, kinds)
    for step in (
        reader.incoterms,
        reader.origins,
        reader.destinations,
        reader.payments,
        reader.suppliers,
        reader.certificates,
        reader.customs,
        reader.finishes,
        reader.colours,
        reader.materials,
        reader.conditions,
        reader.features,
        reader.parts,
        reader.product_words,
        reader.hedged_with,
    ):
        step()
    return reader.drafts
