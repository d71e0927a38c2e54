"""Brands and model codes, as far as words allow."""

from __future__ import annotations

from functools import lru_cache

from deepsearch.understanding.devices import accessory_at
from deepsearch.understanding.drafts import Draft
from deepsearch.understanding.fitted import several_fitted
from deepsearch.understanding.lexicon import Match, Trie, load_data, split_spellings, word_set
from deepsearch.understanding.makers import read_makers
from deepsearch.understanding.scan import Scan
from deepsearch.understanding.text import fold
from deepsearch.understanding.titles import title_end

__all__ = ["read_names"]


_TAILS = word_set("code", "model_tails")
_FOR = word_set("code", "fit_words")
_NO_MODELS = word_set("code", "no_models")  # "DMX512", "ISO30", "PD100W"
# A brand before one of these made that part: whose the goods are is not said.
_WORKS = frozenset({"engine", "motor", "compressor", "battery", "chip", "cell", "gearbox"})
_LONG_CODE = 4  # tokens: "ISO-30-A/2" may be one after all
_OPENERS = frozenset({"for", "para", "pour", "fur", "per", "для"})  # of a title in any language
_HIDDEN = frozenset({"[", "]", "phone"})  # "for [phone] Ford": a page hid what it took for one
_NEAR = 2  # words behind a brand in which the digits of its model stand


@lru_cache(maxsize=1)
def _brands() -> Trie:
    trie = Trie()
    for name, packed in load_data("brands")["brand"].items():
        for spelling in split_spellings(packed):
            trie.add(spelling, "brand", name)
    return trie


def read_names(scan: Scan, product: tuple[int, int] | None = None) -> list[Draft]:
    """Read brands known by name, and codes that look like model numbers.

    Args:
        scan: The text; tokens already spoken for are left alone.
        product: Tokens of the product's name, if known.

    Returns:
        Drafts found; their tokens are marked as spoken for.
    """
    drafts: list[Draft] = []
    trie = _brands()
    at = 0
    while at < len(scan.tokens):
        if scan.used[at] or scan.tokens.kinds[at] == "s":
            at += 1
            continue
        match = trie.longest(scan.tokens, at)
        if match is not None and scan.free(match.first, match.last) and not _label(scan, at):
            at = _brand(scan, match, drafts, product[1] - 1 if product else -1)
            continue
        last = _code(scan, at)
        if last:
            at = _model(scan, at, last, drafts, product[1] if product else -1)
            continue
        at += 1
    kept = [draft for draft in _either(scan, drafts) if not _cut_list(scan, draft)]
    for draft in kept:
        if draft.field == "compatible_with":
            several_fitted(scan, trie, draft)
    return kept + read_makers(scan, kept)


def _model(scan: Scan, first: int, last: int, drafts: list[Draft], goods: int) -> int:
    """Record a code: the goods' own, or what they fit, "Toner for OKI MC760 MC770".

    Returns the token after all that was read.
    """
    titled = first < title_end(scan)
    previous = drafts[-1] if drafts else None
    surely = _fits(scan, first, goods)
    noun = scan.has(first - 2, "for") and scan.tokens.kinds[first - 1] == "w"  # "para camión F10"
    fits = surely or (titled and (noun or _for_before(scan, first)))
    if previous is not None and previous.field == "compatible_with":
        between = range(previous.last, first)
        named = titled and all(
            scan.tokens.kinds[i] == "n" or scan.raw(i, i + 1).isupper() for i in between
        )
        if named or not between:
            start = previous.first + scan.has(previous.first, "for")
            last = _codes_end(scan, last)
            previous.value, previous.last = scan.raw(start, last), last
            scan.claim(first, last)
            return last
    if fits and not surely and not _named_machine(scan, first, drafts):
        pass  # "Fixture for Reptile Lamp NJ-01-A": whose number it is nobody says
    elif fits:
        last = _codes_end(scan, last)
        value = scan.raw(first, last)
        drafts.append(Draft("compatible_with", "eq", value, None, first, last, 0.7))
    elif previous is not None and previous.field == "model" and previous.last == first:
        values = previous.values
        previous.op, previous.value = "any_of", (*values, scan.raw(first, last))
        previous.last = last  # "TX310 TX410 TX510"
    else:
        drafts.append(_coded(scan, first, last))
    scan.claim(first, last)
    return last


def _coded(scan: Scan, first: int, last: int) -> Draft:
    """A model, or the choice between several: "AX-3300/AX-4200"."""
    parts = scan.raw(first, last).split("/")
    codes = [part for part in parts if any(map(str.isdigit, part)) and any(map(str.isalpha, part))]
    if len(codes) > 1 and codes == parts[: len(codes)]:
        return Draft("model", "any_of", tuple(codes), None, first, last, 0.7)
    return Draft("model", "eq", scan.raw(first, last), None, first, last, 0.7)


def _fits(scan: Scan, first: int, goods: int) -> bool:
    """Whether a code names what the goods fit: under such a key, or behind them and "for the"."""
    before = first - 1
    if before > 0 and scan.tokens.words[before] == ":":
        keyed = range(max(0, before - 2), before)
        return any(scan.value_at(i, "textfield") == "compatible_with" for i in keyed)
    small = scan.has(before, "stop") or scan.has(before, "own")
    return 0 < goods <= before and scan.has(before - (small and not scan.has(before, "for")), "for")


def _codes_end(scan: Scan, last: int) -> int:
    """The token after the codes that follow one, however short: "MC760 C612 C831"."""
    tokens = scan.tokens
    while (
        last + 1 < len(tokens) and tokens.kinds[last] == "w" and scan.raw(last, last + 1).isupper()
    ):
        if tokens.kinds[last + 1] != "n" or not tokens.glued(last + 1) or tokens.glued(last):
            break
        end = last + 2
        while end < len(tokens) and tokens.glued(end) and tokens.kinds[end] in "nw":
            end += 1
        last = end
    return last


def _named_machine(scan: Scan, first: int, drafts: list[Draft]) -> bool:
    """Whether one word at most, or a brand, stands between "for" and a code."""
    if any(scan.has(i, "for") for i in (first - 1, first - 2) if i >= 0):
        return True
    return any(d.field in ("brand", "compatible_with") and first - d.last <= _NEAR for d in drafts)


def _label(scan: Scan, at: int) -> bool:
    """Whether a name is a label of a side here: "1.5 thk" is no THK."""
    behind = at > 0 and scan.tokens.kinds[at - 1] == "n"
    return scan.has(at, "field") and (behind or scan.raw(at, at + 1).islower())


def _either(scan: Scan, drafts: list[Draft]) -> list[Draft]:
    """Brands and models joined by "or" or a sign are alternatives: "Dell or HP", "B-20, B-30"."""
    kept: list[Draft] = []
    fitted = [fold(str(draft.value)) for draft in drafts if draft.field == "compatible_with"]
    again = -1
    for draft in drafts:
        written = fold(str(draft.value)), fold(scan.raw(draft.first, draft.last))
        if draft.field == "brand" and any(name in fit for name in written for fit in fitted):
            again = draft.last  # the brand of what it must fit, named again, and its model
            continue
        if draft.field == "model" and draft.first == again:
            continue
        previous = kept[-1] if kept else None
        if (
            previous is not None
            and previous.field == draft.field
            and (draft.field.endswith("brand") or draft.field == "model")
            and draft.op == "eq"
            and draft.first - previous.last == 1
            and (scan.has(previous.last, "join") or scan.tokens.words[previous.last] in "/,")
        ):
            values = previous.values
            previous.op, previous.value = "any_of", (*values, str(draft.value))
            previous.last = draft.last
        else:
            kept.append(draft)
    return kept


def _cut_list(scan: Scan, draft: Draft) -> bool:
    """Whether a brand is the first of several, of which the others are unknown: "Shimano/ltwo"."""
    last = draft.last
    slashed = draft.field == "brand" and scan.tokens.words[last : last + 1] == ["/"]
    plain = scan.tokens.kinds[last + 1 : last + 2] == ["w"] and scan.match_of(last + 1) is None
    return slashed and plain and scan.raw(last + 1, last + 2).islower()


def _for_before(scan: Scan, first: int) -> bool:
    """As in "for my 2022 BMW", "for Ford Raptor Toyota": owners, articles, years, names between."""
    for at in range(first - 1, max(-1, first - 5), -1):
        if _for(scan, at) or (at == 0 and scan.tokens.words[at] in _OPENERS):
            return True
        small = scan.has(at, "stop") or scan.has(at, "own") or scan.has(at, "each")
        small = small or scan.tokens.words[at] in _HIDDEN
        name = scan.tokens.kinds[at] == "w" and scan.raw(at, at + 1)[:1].isupper()
        if scan.tokens.kinds[at] != "n" and not (small or name) and scan.tokens.words[at] != "a":
            return False
    return False


def _for(scan: Scan, at: int) -> bool:
    """A word for "for", as in "for my", or of another language than the request in a title."""
    if scan.has(at, "for"):
        return True
    named = scan.tokens.words[at] in _FOR
    return named and (scan.has(at, "own") or at < title_end(scan))


def _brand(scan: Scan, match: Match, drafts: list[Draft], head: int) -> int:
    first, last, name = match.first, match.last, str(match.payloads[0][1])
    fits = any(
        scan.value_at(i, "textfield") == "compatible_with" or _for(scan, i)
        for i in (first - 1, first - 2)
        if i >= 0
    ) or _for_before(scan, first)
    dashed = first > 0 and scan.tokens.kinds[first - 1] == "s"  # "compatible vehicle — Ford"
    fits = fits or (dashed and scan.value_at(first - 3, "textfield") == "compatible_with")
    end = last
    small = scan.raw(first, first + 1)[:1].islower()
    while (
        end < len(scan.tokens)
        and end < last + 6
        and scan.tokens.words[end + 1 : end + 2] != [":"]
        and not scan.has(end, "with")
        and not scan.has(end, "neg")
        and (
            (scan.tokens.kinds[end] == "n" and (fits or not _measured(scan, end)))
            or (
                scan.tokens.kinds[end] == "w"
                and (
                    scan.raw(end, end + 1)[:1].isupper()
                    or scan.tokens.glued(end)
                    or (scan.tokens.words[end] in _TAILS and scan.tokens.kinds[end - 1] in "nw")
                    or (small and fits and end < last + 4 and scan.match_of(end) is None)
                    or (fits and len(scan.tokens.words[end]) == 1 and scan.coded(end + 1))
                )
            )
            or (scan.tokens.words[end] == "-" and scan.tokens.glued(end))
        )
    ):
        end += 1
    while 0 < end < len(scan.tokens) and scan.tokens.glued(end) and scan.tokens.kinds[end] in "nw":
        end += 1  # no code is cut in two
    accessory = accessory_at(scan, match, end)
    if accessory:
        told = _code_end(scan, last, accessory) if accessory > last else last
        if not any(draft.field == "brand" and draft.value == name for draft in drafts):
            value = scan.raw(first, told)
            drafts.append(Draft("compatible_with", "eq", value, None, first, told, 0.7))
        scan.claim(first, told)  # of the goods themselves, an accessory beside them
        return told
    if fits:
        told = _fitted_end(scan, first, last, end)
        value = scan.raw(first, told)
        led = scan.has(first - 1, "for") or scan.has(first - 1, "textfield")
        drafts.append(Draft("compatible_with", "eq", value, None, first - led, told, 0.8))
        scan.claim(first, max(told, end))
        return max(told, end)
    part = scan.tokens.word(_listed_end(scan, last))
    field = f"{part}_brand" if part in _WORKS and last != head else "brand"
    drafts.append(Draft(field, "eq", name, None, first, last, 0.85))
    scan.claim(first, last)
    if (
        end == last
        and end < len(scan.tokens)
        and scan.tokens.kinds[end] == "n"
        and not _measured(scan, end)
    ):
        end += 1
    end = _code_end(scan, last, end)
    code = scan.raw(last, end).strip(" #") if end > last else ""
    if any(char.isdigit() for word in code.split()[:_NEAR] for char in word):
        drafts.append(Draft("model", "eq", code, None, last, end, 0.75))
        scan.claim(last, end)
        return end
    return last


def _listed_end(scan: Scan, at: int) -> int:
    """The token after further brands and certificates: "Kubota/Yanmar EPA | engine"."""
    while at < len(scan.tokens):
        brand = _brands().longest(scan.tokens, at)
        if brand is not None:
            at = brand.last
        elif scan.has(at, "join") or scan.tokens.words[at] == "/" or scan.has(at, "certification"):
            at += 1
        else:
            break
    return at


def _code_end(scan: Scan, first: int, last: int) -> int:
    """Where a model's code ends: "R5 5600 Desktop Computer Processor" names no goods."""
    end = first
    for at in range(first, last):
        word = scan.tokens.words[at]
        coded = scan.tokens.kinds[at] == "n" or word in _TAILS or scan.tokens.glued(at)
        end = at + 1 if coded else end
    return end or last


def _fitted_end(scan: Scan, first: int, brand: int, last: int) -> int:
    """Where the name of what goods fit ends: "for BMW M340i G20", "for Ford" before "Canopy".

    In a title every word has its capital: only a code or a brand tells that words are the name's.
    """
    end = title_end(scan)
    if first >= end:
        code = _code_end(scan, brand, last)
        return code if last - code > 1 else last
    coded = at = brand
    between = 0
    while at < end and between <= _NEAR and not _measured(scan, at):
        known = _brands().longest(scan.tokens, at)
        token = known.last if known is not None else _token_end(scan, at, end)
        raw = scan.raw(at, token)
        if (
            known is not None
            or (len(raw) == 1 and raw.isupper())
            or any(char.isdigit() for char in raw)
        ):
            coded, between = token, 0 if known is not None else 1
        else:
            between += 1
        if not raw[:1].isupper() and not raw[:1].isdigit() and known is None:
            break
        at = token
    return coded


def _token_end(scan: Scan, at: int, end: int) -> int:
    """The token after the word at a token, with all that is glued to it."""
    at += 1
    while at < end and scan.tokens.glued(at):
        at += 1
    return at


def _measured(scan: Scan, at: int) -> bool:
    """Whether a number has a unit: "SKF Bearings 10 pieces" names no model 10."""
    return at + 1 < len(scan.tokens) and bool(scan.units_at(at + 1))


def _part_of_code(scan: Scan, sign: int) -> bool:
    """Whether letters behind a sign are of the code: of "B260/KRD 901" they open another."""
    tokens = scan.tokens
    if tokens.kinds[sign + 1] != "w":
        return False
    apart = sign + 2 >= len(tokens) or not tokens.glued(sign + 2)
    return tokens.words[sign] == "-" or not (apart and tokens.kinds[sign + 2 : sign + 3] == ["n"])


def _code(scan: Scan, at: int) -> int:
    """A code such as LSX-1.5GJ or CRBFV108AT: letters and digits glued, two capitals or more."""
    tokens = scan.tokens
    if (
        tokens.kinds[at] != "w"
        or not scan.raw(at, at + 1).isupper()
        or (tokens.glued(at) and at and tokens.words[at - 1] not in "#:(\n,")
    ):
        return 0
    if at and tokens.kinds[at - 1] == "n" and scan.units_at(at) and not scan.coded(at + 1):
        return 0  # "18 CM/40 CM"
    match = scan.match_of(at)
    opens = scan.has(at, "payment") and scan.coded(at + 1)  # "LC1D32"
    if match is not None and not opens and not scan.value_at(at, "demonym"):
        return 0
    end = at + 1
    digits = letters = 0
    while (
        end < len(tokens)
        and tokens.glued(end)
        and (
            tokens.kinds[end] in "nw"
            or (
                tokens.words[end] in "-/"
                and end + 1 < len(tokens)
                and tokens.glued(end + 1)
                and (tokens.kinds[end + 1] == "n" or _part_of_code(scan, end))
            )
        )
    ):
        if scan.used[end]:
            return 0
        digits += sum(char.isdigit() for char in tokens.words[end])
        end += 1
    raw = scan.raw(at, end)
    letters = sum(char.isupper() for char in raw)
    spoken = raw[:2] in ("AC", "DC") and raw[2:3].isdigit()
    if spoken or (tokens.words[at] in _NO_MODELS and end - at <= _LONG_CODE):
        return 0
    named = any(scan.value_at(i, "textfield") == "model" for i in (at - 1, at - 2, end) if i >= 0)
    return end if digits >= 2 and letters >= 2 and (len(raw) >= 5 or named) and raw.isascii() else 0
