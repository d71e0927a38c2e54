"""Nothing a text can hold may crash the parser or make it take more than linear time."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepsearch.errors import InvalidInputError
from deepsearch.understanding import RuleParser, parse
from deepsearch.understanding.text import fold, tokenise

HOSTILE = {
    "digits": "1" * 100_000,
    "separated digits": "1,2." * 25_000,
    "spaces": " " * 100_000,
    "newlines": "\n" * 100_000,
    "colons": "a:" * 50_000,
    "open brackets": "(" * 100_000,
    "dimensions": "1x" * 50_000,
    "minus signs": "-" * 100_000,
    "letters": "a" * 100_000,
    "hyphenated": "a-" * 50_000,
    "units": "1 kg " * 20_000,
    "comparators": "at least " * 11_000,
    "negations": "without no not " * 6_600,
    "certificates": "CE, " * 25_000,
    "commas": "," * 100_000,
    "sizes": "S, M, " * 16_000,
    "currency": "$" * 100_000,
    "han": "零" * 100_000,
    "kana": "ア" * 100_000,
    "arabic": "و" * 100_000,
    "combining": "e\u0301" * 50_000,
    "keys": "Color:Red Size:5mm " * 5_200,
    "slashes": "1/2/" * 25_000,
    "dates": "1 May " * 16_000,
    "standards": "DIN EN ISO " * 9_000,
    "buy": "need " * 20_000,
    "nul": "\x00" * 100_000,
    "keys nobody knows": "Alpha Beta Gamma:Delta " * 5_000,
    "keys with units": "Power(w):5 " * 9_000,
    "cells": "a | b ; " * 12_000,
    "duties": "must " * 20_000,
    "particles": "これを" * 33_000,
    "negated bounds": "not above 5 " * 8_000,
    "Arabic bounds": "لا يزيد عن " * 9_000,
    "sides": "10 x 20 x 30 mm " * 6_000,
    "colours and prices": "Color:Red 5 kg, not more than 3 €/pc; " * 2_600,
    "alternatives": "red or " * 14_000,
    "quotes": "'" * 100_000,
    "codes": "A1 " * 33_000,
    "orders": "500 pcs, " * 11_200,
    "countries": "China, " * 14_300,
    "a title of countries": "Best Quality Factory Wholesale\n" + "China " * 16_700,
    "alternative numbers": "5 or " * 20_000,
    "spaced dimensions": "5 x " * 25_000,
    "arrows": ">" * 100_000,
    "brackets": "[](){}" * 16_700,
    "suppliers": "Chinese supplier, " * 5_600,
    "Han orders": "500个，" * 20_000,
}


def seconds(text: str) -> float:
    """Processor time of one parse: what else the machine does is not counted."""
    start = time.process_time()
    RuleParser().parse(text)
    return time.process_time() - start


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_of_20_kb_take_linear_time(name):
    text = HOSTILE[name]
    seconds(text[:2_000])
    # Four times the text may take some six times as long, not sixteen. Other programs slow
    # a run down, none speeds it up: one good run of three shows what the parser does.
    pairs = ((seconds(text[:5_000]), seconds(text[:20_000])) for _ in range(3))
    assert any(whole < 8 * quarter + 0.1 for quarter, whole in pairs)


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_of_100_kb_take_linear_time(name):
    text = HOSTILE[name]
    seconds(text[:2_000])
    quarter, whole = seconds(text[:25_000]), seconds(text[:100_000])
    assert whole < 8 * quarter + 0.2, (quarter, whole)
    assert whole < 20


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_parsed_with_valid_spans(text):
    parsed = parse(text)
    for r in parsed.requirements:
        if r.span is not None:
            assert 0 <= r.span[0] < r.span[1] <= len(text)


_PIECES = st.sampled_from(
    ["500", "pcs", "kg", "max", "-", "30", "°C", "x", ":", ",", "\n", "Color", "red", "or", "without", "logo", "CE",  # noqa: E501
     "FOB", "Shanghai", "minus", "between", "and", "零下", "度", "мм", "не более", "%", "$", "(", ")", "M10", "DIN", "²",  # noqa: E501
     "1.000", "2,5", "k", "±", "ship to", "Germany", "by", "May", "2027", "S", "M", "Größe", "每", "/", "h", "IP67"]  # noqa: E501
)  # fmt: skip


@given(st.lists(_PIECES, max_size=40), st.sampled_from([" ", ""]))
@settings(max_examples=200, deadline=None)
def test_shuffled_grammar_is_parsed_with_valid_spans(pieces, glue):
    text = glue.join(pieces)
    for r in parse(text).requirements:
        if r.span is not None:
            assert 0 <= r.span[0] < r.span[1] <= len(text)


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_folding_moves_no_character(text):
    folded = fold(text)
    assert len(folded) == len(text)
    tokens = tokenise(text)
    for word, start, end in zip(tokens.words, tokens.starts, tokens.ends, strict=True):
        assert folded[start:end] == word


def test_what_is_no_text_is_refused():
    with pytest.raises(InvalidInputError, match="bytes was given"):
        parse(b"500 pcs")  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="Split it"):
        parse("a" * 1_000_001)


def test_the_same_text_gives_the_same_answer():
    text = "500 mountain bikes under 12 kg, CE, ship to Germany, preferably red"
    assert parse(text) == parse(text)


def test_a_text_of_400_characters_takes_milliseconds():
    text = (
        "Hello, we need 2,500 stainless steel water bottles 750 ml, double wall, matte black or white, laser engraved "  # noqa: E501
        "logo, gift box, FOB Ningbo, delivery within 35 days, max USD 4.20 each. Must be BPA free, CE and LFGB, not made "  # noqa: E501
        "in Vietnam, ideally with bamboo lid. Supplier verified with 3+ years, reply within 12 hours. Payment T/T 30/70. "  # noqa: E501
        "Please send a sample first. Ship to Hamburg, Germany. Thanks!"
    )
    assert 380 <= len(text) <= 460
    parser = RuleParser()
    parser.parse(text)
    times = []
    for _ in range(60):
        start = time.process_time()
        parser.parse(text)
        times.append(time.process_time() - start)
    # The goal is 3 ms on an idle core; the fastest run tells least of what else the machine does.
    assert min(times) < 0.012
    assert parser.parse(text).product == "stainless steel water bottles"


def test_a_document_of_10_kb_takes_a_fraction_of_a_second():
    text = (
        "The pump shall deliver at least 12 m³/h at 4 bar. Noise should be below 70 dB. Material: 316 steel.\n"  # noqa: E501
        * 100
    )
    assert len(text) >= 10_000
    parser = RuleParser()
    parser.parse(text)
    times = []
    for _ in range(5):
        start = time.process_time()
        parser.parse(text)
        times.append(time.process_time() - start)
    assert min(times) < 0.5  # the goal is .1 s on an idle core


def test_importing_is_light_and_lexicons_wait():
    code = (
        "import sys, deepsearch.understanding as u;"
        "heavy = [m for m in ('torch', 'pint', 'babel', 'numpy.linalg.lapack_lite', 'deepsearch.understanding.parser') if m in sys.modules];"  # noqa: E501
        "assert not [m for m in heavy if m != 'numpy.linalg.lapack_lite'], heavy;"
        "u.parse('500 pcs'); assert 'torch' not in sys.modules; assert 'pint' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(
    "text",
    [
        "bolt M{}",
        "by 1.2.{}",
        "delivery {}.2.2026",
        "M{}x20",
        "{} pcs",
        "size {}",
        "尺码{}",
        "PN{}",
    ],
)
def test_numbers_of_thousands_of_digits_are_read_or_left(text: str) -> None:
    # int refuses more than 4,300 digits.
    parse(text.format("9" * 5_000))
