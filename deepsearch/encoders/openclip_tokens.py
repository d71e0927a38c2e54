"""open_clip's tokenizers as JSON that the package tokenizers runs."""

from __future__ import annotations

import json
from typing import Any

from deepsearch.encoders.onnx_tokens import TokenRecipe
from deepsearch.errors import EncodingError

__all__ = ["carried_tokenizer"]

_SPACES = r"\s+"
_PUNCTUATION = r"[!-/:-@\[-`{-~]"
_MENDING = (
    {"type": "NFC"},
    {"type": "Replace", "pattern": {"Regex": "[‘’‚‛]"}, "content": "'"},
    {"type": "Replace", "pattern": {"Regex": "[“”„‟]"}, "content": '"'},
)
# How CLIP cuts a text into words before its byte pairs.
_WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
_PRE_TOKENIZER = {
    "type": "Sequence",
    "pretokenizers": [
        {
            "type": "Split",
            "pattern": {"Regex": _WORDS},
            "behavior": "Removed",
            "invert": True,
        },
        {
            "type": "ByteLevel",
            "add_prefix_space": False,
            "trim_offsets": True,
            "use_regex": False,
        },
    ],
}


def carried_tokenizer(tokenizer: Any) -> tuple[str, TokenRecipe]:
    """Make the JSON of a tokenizer, cleaning included.

    HTML entities, composed letters and straight quotes are carried over; other mending of
    broken encodings, which open_clip leaves to ftfy, is not.

    Args:
        tokenizer: What `open_clip.get_tokenizer` returns.

    Returns:
        The JSON, and what is around it.

    Raises:
        EncodingError: If it is of a kind not known here.
    """
    cleaning = getattr(tokenizer.clean_fn, "__name__", "")
    if hasattr(tokenizer, "bpe_ranks") and getattr(tokenizer, "reduction_fn", None) is None:
        inner, pad = _byte_pairs(tokenizer), 0
    elif getattr(getattr(tokenizer, "tokenizer", None), "is_fast", False) and not (
        getattr(tokenizer, "strip_sep_token", False) or getattr(tokenizer, "tokenizer_mode", "")
    ):
        inner = json.loads(tokenizer.tokenizer.backend_tokenizer.to_str())
        pad = int(tokenizer.tokenizer.pad_token_id)
    else:
        raise EncodingError(
            f"{type(tokenizer).__name__} is no tokenizer that can be exported; expected CLIP's "
            "byte pairs, or a fast one of transformers. Run the model with torch."
        )
    steps = [
        *_MENDING,
        *_cleaning(cleaning),
        *([inner["normalizer"]] if inner.get("normalizer") else []),
    ]
    inner["normalizer"] = {"type": "Sequence", "normalizers": steps}
    recipe = TokenRecipe(
        max_tokens=int(tokenizer.context_length),
        pad_id=pad,
        full=True,  # the towers of open_clip have a fixed length
        masked=False,
        unescape=True,
    )
    return json.dumps(inner, ensure_ascii=False), recipe


def _cleaning(name: str) -> list[dict[str, Any]]:
    """What open_clip does to a text first, as normalizers."""
    together: list[dict[str, Any]] = [
        {"type": "Replace", "pattern": {"Regex": _SPACES}, "content": " "},
        {"type": "Strip", "strip_left": True, "strip_right": True},
    ]
    lower = {"type": "Lowercase"}
    kinds: dict[str, list[dict[str, Any]]] = {
        "_clean_whitespace": together,
        "_clean_lower": [*together, lower],
        "_clean_canonicalize": [
            {"type": "Replace", "pattern": {"String": "_"}, "content": " "},
            {"type": "Replace", "pattern": {"Regex": _PUNCTUATION}, "content": ""},
            lower,
            *together,
        ],
    }
    if name not in kinds:
        raise EncodingError(
            f"The tokenizer cleans texts by {name!r}, which is not known here; expected one of "
            f"{sorted(kinds)}. Run the model with torch."
        )
    return kinds[name]


def _byte_pairs(tokenizer: Any) -> dict[str, Any]:
    """Lay CLIP's byte pairs out as the package tokenizers does."""
    start, end = tokenizer.all_special_ids[:2]
    names = {place: token for token, place in tokenizer.encoder.items()}
    special = [
        {
            "id": place,
            "content": names[place],
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": True,
        }
        for place in tokenizer.all_special_ids
    ]
    first, last = (
        {"id": names[place], "ids": [place], "tokens": [names[place]]} for place in (start, end)
    )
    single = [
        {"SpecialToken": {"id": names[start], "type_id": 0}},
        {"Sequence": {"id": "A", "type_id": 0}},
        {"SpecialToken": {"id": names[end], "type_id": 0}},
    ]
    merges = sorted(tokenizer.bpe_ranks.items(), key=lambda pair: pair[1])
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": special,
        "normalizer": None,
        "pre_tokenizer": _PRE_TOKENIZER,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": single,
            "pair": [*single, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {names[start]: first, names[end]: last},
        },
        "decoder": None,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "</w>",
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": dict(tokenizer.encoder),
            "merges": [list(pair) for pair, _ in merges if len(pair) == 2],
        },
    }
