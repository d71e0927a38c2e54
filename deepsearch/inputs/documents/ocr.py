"""Words in a picture, by RapidOCR (extra `ocr`)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from deepsearch.extras import require

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["read_text"]

_MIN_SCORE = 0.5
# The engine enlarges the shorter side until it can be read, however long the other is.
_FLATTEST = 4  # times as long as wide


@lru_cache(maxsize=1)
def _engine() -> Any:
    return require("rapidocr_onnxruntime", extra="ocr").RapidOCR()


def read_text(image: Image) -> str:
    """Read the words in a picture.

    Args:
        image: RGB picture of a page, some 1,600 pixels on its longer side.

    Returns:
        Lines from top to bottom, words on one line from left to right; "" if none.

    Raises:
        MissingExtraError: If the extra `ocr` is not installed.
    """
    from PIL import Image as PilImage

    width, height = image.size
    padded = max(width, height // _FLATTEST), max(height, width // _FLATTEST)
    if padded != image.size:
        page = PilImage.new("RGB", padded, "white")
        page.paste(image)
        image = page
    # The engine takes colours in the order of OpenCV.
    result, _ = _engine()(np.ascontiguousarray(np.asarray(image)[:, :, ::-1]))
    boxes = []
    for box, text, score in result or ():
        if float(score) >= _MIN_SCORE:
            ys = [point[1] for point in box]
            boxes.append((sum(ys) / 4, max(ys) - min(ys), box[0][0], str(text)))
    return "\n".join(_lines(boxes))


def _lines(boxes: list[tuple[float, float, float, str]]) -> list[str]:
    """Join boxes whose middles lie within half a line's height of each other."""
    lines: list[list[tuple[float, float, float, str]]] = []
    for box in sorted(boxes):
        if lines and box[0] - lines[-1][0][0] < 0.5 * max(box[1], lines[-1][0][1]):
            lines[-1].append(box)
        else:
            lines.append([box])
    return ["  ".join(text for *_, text in sorted(line, key=lambda b: b[2])) for line in lines]
