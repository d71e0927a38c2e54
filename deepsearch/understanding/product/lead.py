"""What stands before a name and is no part of it: quantities, articles, adjectives, markers."""

from __future__ import annotations

from collections.abc import Callable

from deepsearch.understanding.lexicon import load_data, word_set
from deepsearch.understanding.product.sellers import past_countries, past_place
from deepsearch.understanding.product.state import Finder
from deepsearch.understanding.units import Unit

__all__ = [
    "after_asked",
    "after_marker",
    "hyphened",
    "in_dimensions",
    "maker",
    "number_after",
    "skip",
    "unit_after",
    "units_at",
]

_VESSEL_JOINS = word_set("product", "vessel_joins")
_SUPPLIER_OF = word_set("product", "supplier_of")
_LINKS = word_set("product", "links")
_ADJECTIVES = word_set("product", "adjectives")
_VERBS = word_set("product", "verbs")
_RELATIVE = word_set("product", "relatives")
_MARKERS = word_set("product", "markers")
_RATE_JOINS = word_set("quantity", "rate_joins")
_PREFIX_KINDS = frozenset(
    ["stop", "condition", "cmp", "noise", "only", "own", "each", "wish", "between"]
)
# A word that is also one of these may begin the name all the same.
_NAMING = frozenset(["material", "power_source", "application", "colour", "form"])
_LEADING_CUSTOM = frozenset(["custom_design", "sample", "oem", "private_label"])
_ASKED = word_set("product", "asked")
_ASKED_LINKS = word_set("product", "asked_links")
_GETTING = word_set("product", "getting")
_ARTICLES = word_set("quantity", "articles") - {"a", "an"}
_SIDES = frozenset({"thickness", "length", "width", "height", "depth", "diameter"})
_VESSELS = frozenset({"bottle", "bag", "box", "carton", "can", "case", "barrel"})
_SIGNS = frozenset("-*(:\"'#$€·")
_ANYBODY = word_set("product", "anybody")
_MAKING = word_set("product", "making")
_MAKER_LINKS = word_set("product", "maker_links")
_MAKING_HAN = frozenset(["生产", "制造", "制作", "加工", "供应", "定做", "订做", "做"])
_HAN_LINKS = frozenset("线设机厂商的能")  # 生产线, 加工设备: the making is part of the name
_LOTS_HAN = word_set("product", "lots_han")
_LEAD_HAN = tuple(load_data("words")["product"]["lead_han"])
_SOME_HAN = frozenset("一这该此几某")
_LONGEST_LEAD = 3  # characters
_MOST_MODALS = 4
_GENITIVE = ("а", "я", "ы", "и", "ов", "ев", "ей")
_MOST_STEPS = 24


def skip(state: Finder, at: int) -> int:
    """The first token, from one on, that may be part of a name."""
    for _ in range(_MOST_STEPS):
        if at >= len(state.tokens):
            return at
        after = next((to for step in _STEPS if (to := step(state, at)) is not None), None)
        if after is None:
            return at
        if after < 0:
            return -after
        at = after
    return at


def after_marker(state: Finder, at: int) -> int | None:
    """The token after a line's number ("Pos. 7", "(b)", "4.3", "第五条"), or None."""
    if at and state.word(at - 1) not in ("\n", "|", ";"):
        return None
    if state.word(at) in ("(", "[") and state.word(at + 2) in (")", "]"):
        return at + 3 if len(state.word(at + 1)) <= 2 else None
    if state.word(at) == "第":
        end = at + 1
        while end < min(len(state.tokens), at + 6) and state.word(end) not in "条章节项款":
            end += 1
        return end + 1 if state.word(end) else None
    return _numbered(state, at)


def _numbered(state: Finder, at: int) -> int | None:
    kinds, end = state.tokens.kinds, at
    if state.word(at) in _MARKERS:
        end = at + 1
        while state.word(end) in (".", ":", "#", "no", "nr"):
            end += 1
    if kinds[end : end + 1] != ["n"]:
        return None
    listed = state.scan.raw(end + 1, end + 2) == "、"  # "1、注塑机"
    closed = (
        listed
        or state.word(end + 1) in ("|", ")", ";")
        or (end > at and state.word(end + 1) in (".", ":", "-"))
    )
    clause = "." in state.word(end) and not unit_after(state, end + 1)  # "4.3 The motor"
    if clause and state.word(end + 1) == ".":
        closed = True
    return end + 2 if closed else end + 1 if clause or end > at else None


def _quantity(state: Finder, at: int) -> int | None:
    kind, kinds = state.tokens.kinds[at], state.kinds(at)
    if in_dimensions(state, at):
        return None  # "3D printers"
    if kind == "n" and state.word(at + 1) == "-" and _compound(state, at):
        return at + 3  # "12-compartment tea box"
    if kind not in "nwc" or kinds & {"material", "custom"}:
        return None
    atom = state.reader.at(at)
    if atom is None:
        return None
    article = state.word(at - 1) in _ARTICLES  # "un four à pain"
    several = atom.worded and atom.value >= 2 and not state.cjk and not article  # "two pumps"
    if not (kind == "n" or several or _counts(state, atom.last)):
        return None
    return _after_quantity(state, atom.last)


def in_dimensions(state: Finder, at: int) -> bool:
    """Whether "3D" stands at a token, which is no count of days."""
    plain = state.word(at) in ("2", "3", "4") and state.word(at + 1) == "d"
    return plain and state.tokens.glued(at + 1) and not state.scan.has(at + 2, "material")


def _compound(state: Finder, at: int) -> bool:
    return (
        at + 2 < len(state.tokens)
        and state.tokens.kinds[at + 2] == "w"
        and state.tokens.glued(at + 1)
        and state.tokens.glued(at + 2)
    )


def _counts(state: Finder, at: int) -> bool:
    """Whether a unit begins here that a spelt-out number may count; 六角 is a hexagon."""
    units = units_at(state, at)
    return bool(units) and not (state.cjk and units[0].dimension == "money")


def units_at(state: Finder, at: int) -> tuple[Unit, ...]:
    """The units that may begin at a token."""
    if at >= len(state.tokens) or state.tokens.kinds[at] == "n":
        return ()
    return state.scan.units_at(at)


def hyphened(state: Finder, at: int) -> bool:
    """Whether a hyphen at a token joins the words around it: "under-deck", "no-frost"."""
    word_follows = state.tokens.kinds[at + 1 : at + 2] == ["w"]
    joined = word_follows and state.tokens.glued(at) and state.tokens.glued(at + 1)
    return joined and state.word(at) == "-"


def unit_after(state: Finder, at: int) -> bool:
    """Whether a unit begins at a token."""
    return bool(units_at(state, at))


def _after_quantity(state: Finder, at: int) -> int:
    """The token after a number's unit, and after what the rate is for: "2000 bottles a day"."""
    units = units_at(state, at)
    if not units:
        return at
    last = units[0].last
    if units[0].canonical.endswith("_container"):
        return _container(state, at) or last
    if state.word(last) in _RATE_JOINS:
        per = units_at(state, last + 1)
        if per and per[0].dimension == "time":
            return per[0].last
    if units[0].dimension == "count" and _is_goods(state, units[0], last):
        return at
    return _past_side(state, last) if units[0].dimension == "length" else last


def _past_side(state: Finder, at: int) -> int:
    """As in "50 mm thick insulation": which side a length is of, where the name follows."""
    match = state.scan.match_of(at)
    side = match is not None and state.scan.value_at(at, "field") in _SIDES
    if match is None or not side or state.tokens.kinds[match.last : match.last + 1] != ["w"]:
        return at
    return at if state.kinds(match.last) & {"stop", "for", "with"} else match.last


def _is_goods(state: Finder, unit: Unit, after: int) -> bool:
    """As in "8 000 cartons double": the counting word is the thing itself, if nothing follows."""
    if state.cjk or unit.canonical not in _VESSELS:
        return False
    if after >= len(state.tokens) or state.tokens.kinds[after] in "sn":
        return state.word(after) not in ("/", "(")
    if state.word(after) in _VESSEL_JOINS:
        return state.scan.has(after + 1, "material")
    return not state.scan.has(after, "stop") and not state.scan.has(after, "for")


def _container(state: Finder, at: int) -> int | None:
    """As in "contenedores de 40 pies de azulejo": what it holds is the thing."""
    units = state.scan.units_at(at)
    if not units or not units[0].canonical.endswith("_container"):
        return None
    end = units[0].last
    while state.word(end) in ("hc", "hq", "gp", "high", "cube"):
        end += 1
    return end


def _code(state: Finder, at: int) -> int | None:
    """As in "M8 x 40 bolts", "FR4 PCB": the size or grade before the name."""
    raw = state.scan.raw(at, at + 1)
    if state.tokens.kinds[at + 1 : at + 2] != ["n"] or not state.tokens.glued(at + 1):
        return None
    if len(raw) > 2 or not raw.isalpha() or not raw.isupper():
        return None
    end = at + 2
    while state.word(end) in ("x", "*", "х") and state.tokens.kinds[end + 1 : end + 2] == ["n"]:
        end += 2
    return end if state.tokens.kinds[end : end + 1] == ["w"] else None


def _sign(state: Finder, at: int) -> int | None:
    word = state.word(at)
    numbers = state.tokens.kinds[at - 1 : at] == ["n"]
    meet = numbers and state.tokens.kinds[at + 1 : at + 2] == ["n"]
    if meet and word in ("/", "to", "-", "~"):
        return at + 1  # "1/4 to 3/8 tripod adapter"
    times = word == "x" and numbers and not hyphened(state, at + 1)  # "300 X-ray tubes"
    if times or (state.tokens.kinds[at] == "s" and word in _SIGNS):
        return at + 1
    counted = numbers and word == "off" and not hyphened(state, at + 1)  # "25 off gate valve"
    stop = word == "." and state.tokens.glued(at) and unit_after(state, at - 1)  # "6 nos. valve"
    if counted or (stop and state.tokens.kinds[at - 2 : at - 1] == ["n"]):
        return at + 1
    return None


def _phrase(state: Finder, at: int) -> int | None:
    match = state.scan.match_of(at)
    if match is None:
        return None
    kinds = state.kinds(at)
    if hyphened(state, match.last):
        return None
    if "for" in kinds and (user := _past_user(state, match.last)):
        return user
    if "each" in kinds and _plain_unit(state, match.first, match.last):
        return -(match.first + 1)  # the thing is "unit": nothing more is skipped
    led = state.word(match.last) in _SUPPLIER_OF or state.scan.language == "ru"
    led = led or (state.cjk and maker(state, match.last) is not None)  # 找工厂做帆布袋
    leads = (
        "buy" in kinds
        or state.scan.value_at(at, "packaging") == "bulk"  # "do you sell in bulk: ..."
        or (kinds & _PREFIX_KINDS and not kinds & _NAMING)
        or (kinds & {"supplier", "supplier_type"} and led)
        or state.scan.value_at(at, "custom") in _LEADING_CUSTOM
    )
    if state.scan.value_at(at, "textfield") == "supplier_country":
        return past_place(state, match.last)
    seller = bool(kinds & {"supplier", "supplier_type"})
    behind = past_countries(state, match.last) if seller else 0
    return behind or (match.last if leads else None)


def _own_place(state: Finder, at: int) -> bool:
    return state.scan.has(at, "own") or state.word(at).startswith(("mein", "unser"))


def _past_user(state: Finder, at: int) -> int:
    """As in "for my kitchen a dishwasher", "для санатория гидромассажную ванну"; 0 for none."""
    if _own_place(state, at):
        return at + 2
    return at + 1 if _place_first(state, at) else 0


def _place_first(state: Finder, at: int) -> bool:
    """In Russian, whether a user stands at a token and goods in another case behind it."""
    if state.scan.language != "ru" or state.tokens.kinds[at : at + 2] != ["w", "w"]:
        return False
    genitive = state.word(at).endswith(_GENITIVE)
    return genitive and not state.kinds(at + 1) and not state.word(at + 1).endswith(_GENITIVE)


def _plain_unit(state: Finder, first: int, last: int) -> bool:
    """Whether "a unit", "a piece" is the thing and not a price's measure."""
    return (
        last == first + 2
        and state.word(first) == "a"
        and (last >= len(state.tokens) or state.word(last) in _RELATIVE)
    )


def maker(state: Finder, at: int) -> int | None:
    """As in "someone who can make", "factory doing", "生产": who supplies the thing, and how."""
    if state.cjk:
        end = at + (1 if state.word(at) == "做" else 2)
        made = state.scan.raw(at, end) in _MAKING_HAN and state.word(end) not in _HAN_LINKS
        return end if made else None
    match = state.scan.match_of(at)
    supplier = bool(state.kinds(at) & {"supplier", "supplier_type"})
    if not supplier and state.word(at) not in _ANYBODY:
        return None
    last = match.last if match is not None and supplier else at + 1
    end = last
    while end < last + _MOST_MODALS and state.word(end) in {*_MAKER_LINKS, "help", "me", "us"}:
        end += 1
    return end + 1 if state.word(end) in _MAKING else None


def _based(state: Finder, at: int) -> int | None:
    """As in "aluminium based diffractors": what the thing is made of stands before the name."""
    match = state.scan.match_of(at)
    if match is None or "material" not in state.kinds(at):
        return None
    end = match.last + (state.word(match.last) == "-")
    return end + 1 if state.word(end) == "based" else None


def number_after(state: Finder, at: int) -> bool:
    """Whether a number stands at a token, or behind a comparator or a colon there."""
    while at < len(state.tokens) and (
        state.scan.has(at, "cmp")
        or state.scan.has(at, "between")
        or state.word(at) in ":="
        or state.word(at) in ("de", "of", "von", "di")
    ):
        at += 1
    return at < len(state.tokens) and state.tokens.kinds[at] == "n"


def after_asked(state: Finder, at: int) -> int | None:
    """The token after "price of", "prix de", "sample of the": what is asked about the thing."""
    if state.word(at) not in _ASKED or state.word(at + 1) not in _ASKED_LINKS:
        return None
    return at + 2


def _from_place(state: Finder, at: int) -> int | None:
    """As in "import from China solar lights": where it comes from stands before the name."""
    if not state.kinds(at) & {"between", "cmp", "stop"} or not state.scan.has(at + 1, "country"):
        return None
    match = state.scan.match_of(at + 1)
    return match.last if match is not None and state.tokens.kinds[at] == "w" else None


def _made_in(state: Finder, at: int) -> int | None:
    """As in "Italian-made", "German made": where it is made stands before the name."""
    for end in (at + 1, at + 2):
        if state.word(end) == "made" and (end == at + 1 or state.word(at + 1) == "-"):
            country = state.kinds(at) & {"country", "demonym", "origin"}
            return end + 1 if country or state.scan.raw(at, at + 1)[:1].isupper() else None
    return None


def _lead_han(state: Finder, at: int) -> int | None:
    """As in "帮我找一下", "麻烦报一下": what asks the reader, before the name."""
    if not state.cjk:
        return None
    said = state.scan.raw(at, min(at + _LONGEST_LEAD, len(state.tokens)))
    lead = next((lead for lead in _LEAD_HAN if said.startswith(lead)), "")
    return at + len(lead) if lead else None


def _small_word(state: Finder, at: int) -> int | None:
    word = state.word(at)
    if word in ("m", "re", "ve", "ll") and state.word(at - 1) == "'":
        return at + 1  # "I'm looking"
    verbs = _VERBS if state.scan.language == "en" else _GETTING
    if word in _ADJECTIVES or word in verbs:
        return at + 1
    if word in _LOTS_HAN and state.word(at - 1) in _SOME_HAN:
        return at + 1  # "一批背包"
    linked = word in _LINKS and state.tokens.kinds[at] == "w" and len(word) <= 3
    return at + 1 if linked else None


_STEPS: tuple[Callable[[Finder, int], int | None], ...] = (
    _lead_han,
    after_marker,
    _container,
    _quantity,
    _code,
    _sign,
    after_asked,
    _from_place,
    _made_in,
    _based,
    maker,
    _phrase,
    _small_word,
)
