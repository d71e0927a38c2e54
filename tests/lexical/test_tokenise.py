"""What counts as a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepsearch.index.tokenise import STOP_WORDS, singular, tokenise


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Washing MACHINES, boxes", "washing machine box"),
        ("the machine is for a kitchen", "machine kitchen"),
        ("women's gloves", "women glove"),
        ("T-shirt e-bike", "tshirt t shirt ebike e bike"),
        ("stainless-steel", "stainless steel"),
        # codes, whole and in parts
        ("FTL35U", "ftl35u ftl 35"),
        ("ISO-9001", "iso9001 iso 9001"),
        ("iso9001", "iso9001 iso 9001"),
        ("ISO 9001", "iso 9001"),
        ("M8x40", "m8x40 m8 40"),
        ("120x80x15mm", "120x80x15mm 120 80 15mm 15 mm"),
        ("32inch 12V", "32inch 32 inch 12v 12"),
        ("3.5mm", "3.5mm 3.5 mm"),
        # numbers
        ("1/4 to 3/8", "1/4 3/8"),
        ("½", "1/2"),
        ("1,000 or 1,00,008.99 or 2.50", "1000 100008.99 2.50"),
        ("5-10", "5-10 5 10"),
        # accents, other alphabets, scripts without spaces
        ("Geschirrspüler caméra Größe", "geschirrspuler camera grosse"),
        ("Ёмкость", "емкость"),
        ("不锈钢水壶", "不锈 锈钢 钢水 水壶"),
        ("茶", "茶"),
        ("カメラ ガラス", "カメ メラ ガラ ラス"),
        ("한국어", "한국 국어"),
        ("iPhone13手机壳", "iphone13 iphone 13 手机 机壳"),
        ("ＡＢＣ１２", "abc12 abc 12"),
        # nothing
        ("", ""),
        (" -- ... !!! ", ""),
        ("💧", ""),
    ],
)
def test_tokens(text: str, tokens: str) -> None:
    assert tokenise(text) == tokens.split()


def test_spellings_of_a_code_share_a_token() -> None:
    for one, other in [
        ("ISO-9001", "ISO 9001"),
        ("ISO9001", "iso 9001"),
        ("IP-67", "IP67"),
        ("m8×40 mm", "M8x40"),
        ("1/4", "¼"),
    ]:
        assert set(tokenise(one)) & set(tokenise(other)), (one, other)
    assert not set(tokenise("1/4")) & set(tokenise("14"))
    assert "m8" not in tokenise("M6x40")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("batteries", "battery"),
        ("boxes", "box"),
        ("machines", "machine"),
        ("dishes", "dish"),
        ("glasses", "glass"),
        ("glass", "glass"),
        ("bus", "bus"),
        ("gas", "gas"),
        ("stainless", "stainless"),
        ("größes", "größes"),
    ],
)
def test_plurals(word: str, expected: str) -> None:
    assert singular(word) == expected
    assert singular(singular(word)) == singular(word)


def test_no_word_of_the_trade_is_dropped() -> None:
    trade = "can die mould set pair max plus new used left right cut dry hard soft ring well it"
    assert STOP_WORDS & set(trade.split()) == {"it"}


@given(st.text(max_size=200))
def test_any_text_gives_tokens_that_tokenise_to_themselves_or_parts(text: str) -> None:
    tokens = tokenise(text)
    assert tokens == tokenise(text)
    for token in tokens:
        assert token
        assert "\n" not in token
        assert not token.isspace()


def test_a_long_chunk_is_cut_not_kept() -> None:
    assert max(map(len, tokenise("x" * 100_000 + " " + "9a" * 50_000))) <= 64
