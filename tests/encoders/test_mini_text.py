"""`mini-text`: parity with the fp32 original, and what hostile texts do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from deepsearch.encoders import MiniTextEncoder
from deepsearch.encoders.mini_text import MAX_TOKENS
from deepsearch.errors import InvalidInputError
from deepsearch.schema import Role

DATA = Path(__file__).parent / "data"


def test_parity_with_the_original_on_real_titles(text_encoder: MiniTextEncoder) -> None:
    titles = json.loads((DATA / "titles.json").read_text(encoding="utf-8"))
    original = np.load(DATA / "titles_fp32.npy").astype(np.float32)
    assert len(titles) == len(original) == 500
    original /= np.linalg.norm(original, axis=1, keepdims=True)
    cosines = (text_encoder.encode(titles, role=Role.PASSAGE) * original).sum(axis=1)
    assert cosines.mean() >= 0.999
    assert cosines.min() >= 0.995


def test_meaning_decides(text_encoder: MiniTextEncoder) -> None:
    query, near, far = text_encoder.encode(
        ["automatic coffee maker", "espresso machine", "steel hex bolt M8"], role=Role.QUERY
    )
    assert query @ near > query @ far + 0.2


def test_what_lies_beyond_the_last_token_is_cut(text_encoder: MiniTextEncoder) -> None:
    long = "bolt " * 300
    assert text_encoder.token_counts([long, "bolt"]) == [MAX_TOKENS, 3]
    one, other = text_encoder.encode([long, long + "and a kettle"], role=Role.PASSAGE)
    np.testing.assert_array_equal(one, other)


def test_ten_megabytes_in_one_text(text_encoder: MiniTextEncoder) -> None:
    vectors = text_encoder.encode(["x" * 10_000_000, "word " * 2_000_000], role=Role.PASSAGE)
    assert np.isfinite(vectors).all()


@pytest.mark.parametrize("text", ["\ud800", "\x00", "\u202e\ufeff", "\n\t ", "🤖" * 400])
def test_odd_texts_have_a_vector(text_encoder: MiniTextEncoder, text: str) -> None:
    assert np.linalg.norm(text_encoder.encode([text], role=Role.QUERY)) == pytest.approx(1)


def test_a_single_string_is_refused(text_encoder: MiniTextEncoder) -> None:
    with pytest.raises(InvalidInputError, match="list"):
        text_encoder.encode("bolt", role=Role.QUERY)


def test_a_missing_text_is_refused(text_encoder: MiniTextEncoder) -> None:
    with pytest.raises(InvalidInputError, match="Text 1 is NoneType"):
        text_encoder.encode(["bolt", None], role=Role.QUERY)  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("stainless steel water bottle with lid", 0.9, 1.0),
        ("Automatic paper napkin making machine, not more than 5500 USD", 0.9, 1.0),
        ("rostfreie Edelstahl-Trinkflasche mit Schraubverschluss", 0.0, 0.5),
        ("botella de acero inoxidable con tapa", 0.0, 0.59),
        ("不锈钢水瓶", 0.0, 0.0),
        ("бутылка из нержавеющей стали", 0.0, 0.0),
    ],
)
def test_the_vocabulary_tells_english_from_other_languages(
    text_encoder: MiniTextEncoder, text: str, low: float, high: float
) -> None:
    share = text_encoder.known_share(text)
    assert share is not None
    assert low <= share <= high


def test_numbers_and_codes_say_nothing_of_the_language(text_encoder: MiniTextEncoder) -> None:
    assert text_encoder.known_share("") is None
    assert text_encoder.known_share("20 x 30, 5 V") is None
