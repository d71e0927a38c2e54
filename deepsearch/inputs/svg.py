"""SVG to a picture, after everything that reaches outside the file has been taken out."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.source import Source

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from PIL.Image import Image

__all__ = ["render_svg"]

_MAX_BYTES = 16 * 1024 * 1024
_MAX_ELEMENTS = 100_000
_MAX_DEPTH = 100
_MAX_SIDE = 1e6
_SVG = "{http://www.w3.org/2000/svg}"
# Scripts and foreign content are never drawn; filters can cost any amount of time.
_DROPPED = frozenset({"script", "foreignObject", "filter", "iframe", "audio", "video", "set"})
_COPYING = frozenset({"use", "tref"})
_OUTSIDE_URL = re.compile(r"url\(\s*[\"']?\s*(?!#)[^)]*\)", re.I)
_IMPORT = re.compile(r"@import[^;]*;?", re.I)
_FILTER = re.compile(r"(?<![\w-])filter\s*:[^;}]*;?", re.I)
_DATA_PICTURE = re.compile(r"^\s*data:image/(?:png|jpe?g|gif|webp)[^,]*,", re.I)
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
_LENGTH = re.compile(rf"^\s*({_NUMBER})\s*(px|pt|mm|cm|in|pc)?\s*$", re.I)
_PIXELS = {"px": 1.0, "pt": 4 / 3, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0, "pc": 16.0}


def render_svg(
    source: Source, *, side: int, max_bytes: int, check_embedded: Callable[[bytes, str], object]
) -> Image:
    """Render an SVG file on white.

    Links to other files and addresses, scripts, foreign content and filters are removed
    first; entities are refused. Embedded PNG, JPEG, GIF and WebP pictures stay.

    Args:
        source: The file.
        side: Pixels of the longer side of the result.
        max_bytes: Bytes of the file at most; 16 MiB in any case.
        check_embedded: Called with the contents and a name of each picture embedded in it;
            raises where it is damaged or too large.

    Returns:
        An RGB image.

    Raises:
        UnreadableFileError: If it is damaged, declares entities, or would expand
            beyond what can be drawn safely.
    """
    # Only to write a tree that was parsed by the guarded parser.
    from xml.etree.ElementTree import tostring

    import resvg_py
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException
    from PIL import Image as Pillow

    data = source.read(min(_MAX_BYTES, max_bytes))
    try:
        root = ElementTree.fromstring(data)
    except DefusedXmlException as error:
        raise UnreadableFileError(
            f"{source.name}: declares XML entities, which are not expanded. Save it as plain SVG, "
            "or export it as PNG."
        ) from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise UnreadableFileError(
            f"{source.name}: is no well-formed SVG ({error}). Export it again, or as PNG."
        ) from error
    _clean(source, root, check_embedded)
    _check_expansion(source, root)
    width, height = _size(root)
    scale = side / max(width, height)
    if min(width, height) * scale < 1:
        raise UnreadableFileError(
            f"{source.name}: is {width:g} x {height:g}; a picture that thin cannot be drawn."
        )
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=tostring(root, encoding="unicode"),
            background="#ffffff",
            skip_system_fonts=not any(_local(node) == "text" for node in root.iter()),
            width=side if width >= height else None,
            height=None if width >= height else side,
        )
        with Pillow.open(BytesIO(bytes(png)), formats=("PNG",)) as image:
            return image.convert("RGB")
    except (ValueError, OSError) as error:
        raise UnreadableFileError(
            f"{source.name}: cannot be drawn ({error}). Export it again, or as PNG."
        ) from error


def _local(node: Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _clean(source: Source, root: Element, check_embedded: Callable[[bytes, str], object]) -> None:
    """Remove in place whatever reaches outside the file or is never drawn."""
    count = 0
    stack: list[tuple[Element, int]] = [(root, 1)]
    while stack:
        node, depth = stack.pop()
        count += 1
        if count > _MAX_ELEMENTS or depth > _MAX_DEPTH:
            raise UnreadableFileError(
                f"{source.name}: has more than {_MAX_ELEMENTS:,} elements, or nests them deeper "
                f"than {_MAX_DEPTH}. Simplify it, or export it as PNG."
            )
        for name, value in list(node.attrib.items()):
            _clean_attribute(source, node, name, value, check_embedded)
        if node.text and _local(node) == "style":
            node.text = _clean_style(node.text)
        for child in list(node):
            if _local(child) in _DROPPED:
                node.remove(child)
            else:
                stack.append((child, depth + 1))


def _clean_attribute(
    source: Source,
    node: Element,
    name: str,
    value: str,
    check_embedded: Callable[[bytes, str], object],
) -> None:
    plain = name.rpartition("}")[2]
    if plain == "href":
        if value.strip().startswith("#"):
            return
        if _local(node) == "image" and _DATA_PICTURE.match(value):
            check_embedded(_embedded(source, value), f"a picture inside {source.name}")
        elif _local(node) != "a":
            del node.attrib[name]
    elif plain == "filter":
        del node.attrib[name]
    elif plain == "style" or "url(" in value.lower():
        node.set(name, _clean_style(value))


def _clean_style(style: str) -> str:
    return _FILTER.sub("", _OUTSIDE_URL.sub("none", _IMPORT.sub("", style)))


def _embedded(source: Source, uri: str) -> bytes:
    """The contents of a picture embedded as a data URI."""
    header, _, body = uri.partition(",")
    try:
        if ";base64" in header.lower():
            return base64.b64decode("".join(body.split()))
        return unquote_to_bytes(body)
    except (binascii.Error, ValueError) as error:
        raise UnreadableFileError(
            f"{source.name}: has an embedded picture that is damaged ({error}). Export it again."
        ) from error


def _references(node: Element) -> Iterator[str]:
    for name, value in node.attrib.items():
        if name.rpartition("}")[2] == "href" and value.strip().startswith("#"):
            yield value.strip()[1:]
        else:
            yield from re.findall(r"url\(\s*[\"']?#([^)\"']+)", value)


def _check_expansion(source: Source, root: Element) -> None:
    """Count the elements once every reference is replaced by what it refers to.

    Ten groups that each use the next one ten times are ten thousand million elements.
    """
    by_id = {node.get("id"): node for node in root.iter() if node.get("id")}
    sizes: dict[str, int] = {}
    open_ids: set[str] = set()

    def size_of(node: Element, depth: int) -> int:
        if depth > _MAX_DEPTH:
            raise UnreadableFileError(
                f"{source.name}: its elements refer to each other more than {_MAX_DEPTH} deep. "
                "Simplify it, or export it as PNG."
            )
        total = 0
        for inner in node.iter():
            total += 1
            for key in _references(inner):
                total += target_size(key, depth + 1)
            if total > _MAX_ELEMENTS:
                return total
        return total

    def target_size(key: str, depth: int) -> int:
        if key in sizes:
            return sizes[key]
        # A loop is drawn once by the renderer, which breaks it.
        if key in open_ids or key not in by_id:
            return 0
        open_ids.add(key)
        sizes[key] = size_of(by_id[key], depth)
        open_ids.discard(key)
        return sizes[key]

    if size_of(root, 0) > _MAX_ELEMENTS:
        raise UnreadableFileError(
            f"{source.name}: expands to more than {_MAX_ELEMENTS:,} elements through references. "
            "Simplify it, or export it as PNG."
        )


def _size(root: Element) -> tuple[float, float]:
    """Width and height in pixels; the view box, or 100, where they are not stated."""
    box = [float(part) for part in re.findall(_NUMBER, root.get("viewBox") or "", re.I)]
    sides: list[float] = []
    for name, inner in (("width", box[2:3]), ("height", box[3:4])):
        match = _LENGTH.match(root.get(name) or "")
        stated = float(match[1]) * _PIXELS[(match[2] or "px").lower()] if match else 0.0
        candidates = (stated, *inner, 100.0)
        sides.append(next(side for side in candidates if 0 < side < _MAX_SIDE))
    return sides[0], sides[1]
