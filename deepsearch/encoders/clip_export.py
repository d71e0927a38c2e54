"""Writing a two-tower model as ONNX: both graphs, the tokenizer, and the picture transform."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from deepsearch.encoders.hub_clip import HubClipEncoder, pooled_output
from deepsearch.encoders.onnx_clip import PICTURES, TEXTS, OnnxClipEncoder
from deepsearch.encoders.onnx_export import (
    OnnxPrecision,
    check_precision,
    reduce_precision,
    write_graph,
)
from deepsearch.encoders.onnx_folder import CONFIG, TOKENIZER
from deepsearch.encoders.onnx_tokens import TokenRecipe
from deepsearch.encoders.openclip import OpenClipEncoder
from deepsearch.encoders.openclip_tokens import carried_tokenizer
from deepsearch.encoders.pixels import Fit, PixelRecipe, Resample
from deepsearch.errors import EncodingError, InvalidInputError
from deepsearch.extras import require
from deepsearch.schema import Role

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["ExportedClip", "export_clip_encoder"]

LEAST_COSINE = 0.999
"""Below this an fp32 or fp16 export is another model than it claims to be."""

_FILTERS: dict[int, Resample] = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic"}
_PROBES = (
    "a red bolt",
    "",
    "Stainless steel pipe, DN 20 — 50% off!",
    "Nuts &amp; bolts,  “naïve” café's\tM8x40_zinc",
    "不锈钢法兰 αβγ",
    "very " * 200,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedClip:
    """What an export wrote, and how near it is to the model.

    Attributes:
        folder: For `OnnxClipEncoder`.
        texts: Worst cosine of a few probing texts to the model's own vectors.
        pictures: Likewise of a few drawn pictures.
    """

    folder: Path
    texts: float
    pictures: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What is taken out of a model: how its towers are called, and what is around them."""

    texts: Callable[..., Any]
    pictures: Callable[..., Any]
    pixels: PixelRecipe
    tokens: TokenRecipe
    tokenizer: str


def export_clip_encoder(
    encoder: OpenClipEncoder | HubClipEncoder,
    folder: Path | str,
    *,
    precision: OnnxPrecision = "fp32",
) -> ExportedClip:
    """Write a text and a picture tower as ONNX, for `OnnxClipEncoder`.

    What was written is loaded and compared with the model on a few texts and pictures. An
    fp32 or fp16 export that is not the same is refused; what int8 loses is returned.

    Args:
        encoder: An encoder loaded in fp32 on the CPU.
        folder: Where to write; made if absent.
        precision: Of the weights: fp16 halves them and is widened when loaded, int8
            quarters them.

    Returns:
        The folder, and the worst cosines.

    Raises:
        InvalidInputError: If the precision is unknown, or the encoder is not fp32 on the CPU.
        EncodingError: If the model, its tokenizer or its transform cannot be carried over.
        MissingExtraError: If torch or onnx is not installed.
    """
    check_precision(precision)
    options = encoder.options
    if (options.resolve_device(), options.resolve_precision()) != ("cpu", "fp32"):
        raise InvalidInputError(
            f"The encoder runs in {options.resolve_precision()} on {options.resolve_device()}; "
            'load it with TorchOptions(device="cpu", precision="fp32") to export it.'
        )
    parts = (
        _openclip_parts(encoder) if isinstance(encoder, OpenClipEncoder) else _hub_parts(encoder)
    )
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    torch = require("torch", extra="clip")
    pixels = torch.zeros(2, 3, parts.pixels.height, parts.pixels.width)
    write_graph(
        encoder.model,
        parts.pictures,
        target / PICTURES,
        feeds={"pixels": pixels},
        batch="pictures",
    )
    ids = torch.ones(2, parts.tokens.max_tokens if parts.tokens.full else 8, dtype=torch.long)
    feeds = {"input_ids": ids}
    if parts.tokens.masked:
        feeds["attention_mask"] = ids.clone()
    write_graph(encoder.model, parts.texts, target / TEXTS, feeds=feeds, batch="texts")
    for name in (PICTURES, TEXTS):
        reduce_precision(target / name, precision)
    (target / TOKENIZER).write_text(parts.tokenizer, encoding="utf-8")
    recorded = {
        "kind": "clip",
        "dim": encoder.space.dim,
        "precision": precision,
        "source_revision": encoder.space.revision,
        "pixels": asdict(parts.pixels),
        "tokens": asdict(parts.tokens),
    }
    (target / CONFIG).write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
    return _compared(encoder, target, precision)


def _compared(
    encoder: OpenClipEncoder | HubClipEncoder, folder: Path, precision: OnnxPrecision
) -> ExportedClip:
    exported = OnnxClipEncoder(folder)
    ours, theirs = exported.token_ids(_PROBES), _own_token_ids(encoder, _PROBES)
    for text, one, other in zip(_PROBES, ours, theirs, strict=True):
        if one != other[: len(one)] or len(set(other[len(one) :])) > 1:  # the rest pads
            raise EncodingError(
                f"The exported tokenizer reads {text[:40]!r} as {one[:12]}, the model's as "
                f"{other[:12]}; this tokenizer cannot be exported. Run the model with torch."
            )
    drawn = _drawn_pictures()
    pairs = (
        [side.texts.encode(_PROBES, role=Role.PASSAGE) for side in (encoder, exported)],
        [side.pictures.encode(drawn, role=Role.PASSAGE) for side in (encoder, exported)],
    )
    worst = [float((one * other).sum(axis=1).min()) for one, other in pairs]
    if precision != "int8" and min(worst) < LEAST_COSINE:
        raise EncodingError(
            f"The exported model differs from the one it was made from: worst cosine "
            f"{worst[0]:.4f} of texts, {worst[1]:.4f} of pictures, expected {LEAST_COSINE}. "
            "Run the model with torch."
        )
    return ExportedClip(folder=folder, texts=worst[0], pictures=worst[1])


def _drawn_pictures() -> list[Image]:
    """Smooth pictures of several shapes, as photos are."""
    from PIL import Image as PilImage

    drawn = np.random.default_rng(0)
    coarse = [
        PilImage.fromarray(drawn.integers(0, 256, size=(9, 9, 3), dtype=np.uint8)) for _ in range(4)
    ]
    sizes = [(320, 240), (640, 640), (200, 500), (90, 60)]
    return [
        picture.resize(size, PilImage.Resampling.BICUBIC)
        for picture, size in zip(coarse, sizes, strict=True)
    ]


def _own_token_ids(
    encoder: OpenClipEncoder | HubClipEncoder, texts: Sequence[str]
) -> list[list[int]]:
    if isinstance(encoder, OpenClipEncoder):
        return [row.tolist() for row in encoder.tokenizer(list(texts))]
    return [row.tolist() for row in encoder.tokens(list(texts))["input_ids"]]


# ---------------------------------------------------------------- open_clip


def _openclip_parts(encoder: OpenClipEncoder) -> _Parts:
    tokenizer, tokens = carried_tokenizer(encoder.tokenizer)
    return _Parts(
        texts=lambda model, input_ids: model.encode_text(input_ids, normalize=True),
        pictures=lambda model, pixels: model.encode_image(pixels, normalize=True),
        pixels=_openclip_pixels(encoder.model.visual.preprocess_cfg),
        tokens=tokens,
        tokenizer=tokenizer,
    )


def _openclip_pixels(recorded: dict[str, Any]) -> PixelRecipe:
    size = recorded["size"]
    height, width = (size, size) if isinstance(size, int) else (int(size[-2]), int(size[-1]))
    fits: dict[str, Fit] = {"shortest": "crop", "squash": "squash"}
    fit = fits.get(recorded["resize_mode"])
    if fit is None or (fit == "crop" and height != width):
        raise EncodingError(
            f"The model's transform ({recorded['resize_mode']!r}, {height} x {width}) is not one "
            "that can be exported: expected 'squash', or 'shortest' to a square."
        )
    return PixelRecipe(
        height=height,
        width=width,
        fit=fit,
        shorter=height,
        resample=recorded["interpolation"],
        mean=tuple(recorded["mean"]),
        std=tuple(recorded["std"]),
    )


# ---------------------------------------------------------------- transformers


def _hub_parts(encoder: HubClipEncoder) -> _Parts:
    tokenizer = encoder.tokenizer
    if not getattr(tokenizer, "is_fast", False):
        raise EncodingError("The model's tokenizer has no JSON form; only fast ones do.")

    probe = encoder.tokens(["a"])
    return _Parts(
        texts=lambda model, **tokens: pooled_output(model.get_text_features(**tokens)),
        pictures=lambda model, pixels: pooled_output(model.get_image_features(pixel_values=pixels)),
        pixels=_hub_pixels(encoder.image_processor),
        tokens=TokenRecipe(
            max_tokens=encoder.max_tokens,
            pad_id=int(tokenizer.pad_token_id),
            full=encoder.padded,
            masked="attention_mask" in probe,
        ),
        tokenizer=tokenizer.backend_tokenizer.to_str(),
    )


def _hub_pixels(processor: Any) -> PixelRecipe:
    """Read a transformers image processor that resizes, crops or not, and normalises."""
    size, crop = dict(processor.size or {}), dict(getattr(processor, "crop_size", None) or {})
    crops = bool(getattr(processor, "do_center_crop", False)) and bool(crop)
    plain = (
        processor.do_resize
        and processor.do_rescale
        and processor.do_normalize
        and abs(float(processor.rescale_factor) - 1 / 255) < 1e-9
        and int(processor.resample) in _FILTERS
    )
    fit: Fit
    if plain and crops and "shortest_edge" in size:
        fit, shorter = "crop", int(size["shortest_edge"])
        height, width = int(crop["height"]), int(crop["width"])
    elif plain and "height" in size and (not crops or crop == size):
        fit = "squash"
        height, width = int(size["height"]), int(size["width"])
        shorter = min(height, width)
    else:
        raise EncodingError(
            f"The transform of {type(processor).__name__} is not one that can be exported: "
            "expected a resize to a shorter side and a crop, or to a fixed size, then "
            "rescaling by 1/255 and normalising."
        )
    return PixelRecipe(
        height=height,
        width=width,
        fit=fit,
        shorter=shorter,
        resample=_FILTERS[int(processor.resample)],
        mean=tuple(processor.image_mean),
        std=tuple(processor.image_std),
    )
