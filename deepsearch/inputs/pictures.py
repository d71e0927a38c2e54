"""Pictures: any common format to an upright RGB picture, at a bounded cost."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.limits import PictureLimits
from deepsearch.inputs.records import Box
from deepsearch.inputs.sniff import require_family
from deepsearch.inputs.source import FileLike, Source

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["encode_picture", "load_picture"]

# Pillow formats read; those that start other programs (EPS) or that nobody sends stay out.
_FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "GIF", "BMP", "JPEG2000")
_WHITE = (255, 255, 255)
_EXIF_ORIENTATION = 0x0112


def load_picture(
    source: FileLike | Source | Image,
    *,
    min_side: int | None = None,
    limits: PictureLimits | None = None,
    crop: Box | None = None,
    name: str | None = None,
) -> Image:
    """Load a picture as an upright RGB image.

    Applies the EXIF rotation, lays transparency on white, reduces 16 bit and float
    samples to 8, converts CMYK and palettes; of an animation or a multi-page file the
    first picture is taken. The size is checked before anything is decoded.

    Args:
        source: Path, encoded contents, or a Pillow image (converted, not copied if
            it is RGB already).
        min_side: Pixels the shorter side needs; a JPEG is then decoded at the
            smallest scale (1/1 .. 1/8) that has them, which is several times faster.
            The result may still be larger.
        limits: Bounds on bytes and pixels.
        crop: The part to keep, in fractions of the upright picture.
        name: What to call contents without a path in messages.

    Returns:
        A Pillow image of mode RGB, at least 1 x 1.

    Raises:
        UnreadableFileError: If the file is missing, empty, no picture, damaged, or
            beyond the limits.
    """
    from PIL.Image import Image as PillowImage

    limits = limits or PictureLimits()
    if isinstance(source, PillowImage):
        label = name or "the given image"
        _check_pixels(label, source.width, source.height, limits)
        return _finish(source, crop)
    file = Source.of(source, name=name)
    file.check_size(limits.max_bytes)
    kind = require_family(file, "picture", what="a picture")
    if kind.name == "svg":
        from deepsearch.inputs.svg import render_svg

        drawn = render_svg(
            file,
            side=max(min_side or 0, 512),
            max_bytes=limits.max_bytes,
            check_embedded=lambda data, inside: load_picture(data, limits=limits, name=inside),
        )
        return _finish(drawn, crop)
    return _decode(file, kind.label, min_side, limits, crop)


def _decode(
    file: Source, label: str, min_side: int | None, limits: PictureLimits, crop: Box | None
) -> Image:
    from PIL import Image, UnidentifiedImageError

    try:
        with file.open() as stream, Image.open(stream, formats=_readable()) as image:
            _check_pixels(file.name, image.width, image.height, limits)
            if min_side is not None and image.format in ("JPEG", "MPO"):
                side = _side_before_crop(min_side, crop)
                image.draft("RGB", (side, side))
            image.load()
            return _finish(image, crop)
    except UnreadableFileError:
        raise
    except Image.DecompressionBombError as error:
        raise UnreadableFileError(
            f"{file.name}: declares more pixels than can be decoded safely ({error}); at most "
            f"{limits.max_pixels:,} are read. Save a smaller copy."
        ) from error
    except UnidentifiedImageError as error:
        raise UnreadableFileError(
            f"{file.name}: starts like {label} but cannot be decoded as one; it is damaged, or a "
            "variant that this Pillow does not read. Save it as JPEG or PNG."
        ) from error
    # Decoders meet damaged data with a variety of errors, all of which mean the same here.
    except (
        OSError, ValueError, TypeError, IndexError, KeyError, AttributeError, SyntaxError,
        EOFError, OverflowError, RuntimeError, ZeroDivisionError, AssertionError,
        struct.error, zlib.error, MemoryError,
    ) as error:  # fmt: skip
        raise UnreadableFileError(
            f"{file.name}: is {label} but damaged or cut short ({error}). Fetch or export it again."
        ) from error


@cache
def _readable() -> tuple[str, ...]:
    """The formats wanted that this Pillow opens; naming another one is an error to it."""
    from PIL import Image

    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def _side_before_crop(min_side: int, crop: Box | None) -> int:
    if crop is None:
        return min_side
    share = min(crop.right - crop.left, crop.bottom - crop.top)
    return int(min_side / share) + 1


def _check_pixels(name: str, width: int, height: int, limits: PictureLimits) -> None:
    if width < 1 or height < 1:
        raise UnreadableFileError(f"{name}: is {width} x {height} pixels; expected at least 1 x 1.")
    if width * height > limits.max_pixels:
        raise UnreadableFileError(
            f"{name}: is {width:,} x {height:,} pixels ({width * height:,}); at most "
            f"{limits.max_pixels:,} are decoded. Save a smaller copy, or raise the limit."
        )


def _finish(image: Image, crop: Box | None) -> Image:
    image = _to_rgb(_upright(image))
    if crop is not None:
        width, height = image.size
        left, top = int(crop.left * width), int(crop.top * height)
        right = max(left + 1, round(crop.right * width))
        bottom = max(top + 1, round(crop.bottom * height))
        image = image.crop((left, top, min(right, width), min(bottom, height)))
    return image


def _upright(image: Image) -> Image:
    from PIL.Image import Transpose

    try:
        orientation = image.getexif().get(_EXIF_ORIENTATION)
    except Exception:  # Pillow fails in many ways on damaged EXIF; the picture itself is whole
        return image
    turn = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(orientation if isinstance(orientation, int) else 0)
    return image if turn is None else image.transpose(turn)


def _to_rgb(image: Image) -> Image:
    from PIL import Image as Pillow

    if image.mode == "RGB":
        # A copy, where the pixels still belong to a file about to be closed.
        return image.copy() if getattr(image, "fp", None) is not None else image
    if image.mode.startswith("I") or image.mode == "F":
        image = _eight_bit(image)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        layered = image.convert("RGBA")
        ground = Pillow.new("RGB", layered.size, _WHITE)
        ground.paste(layered, mask=layered.getchannel("A"))
        return ground
    return image.convert("RGB")


def _eight_bit(image: Image) -> Image:
    """Scale integer or float samples to 0..255."""
    from PIL import Image as Pillow

    samples = np.asarray(image).astype(np.float32)
    samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(samples.min()), float(samples.max())
    if image.mode.startswith("I"):
        # 16 bit by convention, even where Pillow widens to 32; 8 bit values are kept.
        low, high = 0.0, 255.0 if high <= 255 else max(65535.0, high)
    scale = 255.0 / (high - low) if high > low else 1.0
    return Pillow.fromarray(np.clip((samples - low) * scale, 0, 255).astype(np.uint8), "L")


def encode_picture(image: Image, *, quality: int = 92) -> bytes:
    """Encode an RGB image as JPEG, to travel in a `QueryPart`.

    Args:
        image: RGB image.
        quality: JPEG quality, 1..95.

    Returns:
        The file's contents.
    """
    buffer = BytesIO()
    image.save(buffer, format="JPEG", quality=quality)
    return buffer.getvalue()
