"""STEP models, read by Open CASCADE in a process of its own (extra `cad`).

Open CASCADE is native code that a damaged model can crash, or keep busy for ever; in a
process of its own it takes nothing with it, and can be ended.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np

from deepsearch.errors import MissingExtraError
from deepsearch.extras import require
from deepsearch.inputs.drawings.shade import Triangles, shade
from deepsearch.inputs.limits import DrawingLimits
from deepsearch.inputs.pictures import encode_picture
from deepsearch.inputs.records import LoadedFile, measure
from deepsearch.inputs.source import Source
from deepsearch.isolation import WorkerMissingError, run_isolated
from deepsearch.schema import Modality, QueryPart

__all__ = ["part_names", "read_step"]

_PRODUCT = re.compile(r"=\s*PRODUCT\s*\(\s*'((?:[^']|'')*)'\s*,\s*'((?:[^']|'')*)'")
_UNICODE = re.compile(r"\\X2\\((?:[0-9A-Fa-f]{4})+)\\X0\\")


def read_step(source: Source, *, limits: DrawingLimits) -> LoadedFile:
    """Read a STEP model (AP203, AP214, AP242).

    Args:
        source: The file.
        limits: Bounds.

    Returns:
        A shaded picture from a fixed view; bounding box in mm, volume in mm³, part
        names, as text and facts.

    Raises:
        UnreadableFileError: If it is damaged, holds no solid or surface, or takes more
            than a minute.
        MissingExtraError: If the extra `cad` is not installed.
    """
    require("OCP", extra="cad")
    data = source.read(limits.max_bytes)
    names = part_names(data.decode("latin-1"))
    try:
        facts, triangles = run_isolated(
            data,
            Path(__file__).with_name("step_worker.py"),
            _load,
            name=source.name,
            arguments=(str(limits.max_triangles),),
            what="a STEP model",
        )
    except WorkerMissingError as error:
        raise MissingExtraError(
            "This needs the package 'OCP', which cannot be imported. "
            'Install it with: pip install "deepsearch[cad]"'
        ) from error
    sizes = [facts["length_mm"], facts["width_mm"], facts["height_mm"]]
    text = f"Overall size {measure(sizes[0])} x {measure(sizes[1])} x {measure(sizes[2])} mm."
    if names:
        text = f"{', '.join(names)}.\n{text}"
    described: dict[str, str | float] = {**facts}
    if names:
        described["part names"] = ", ".join(names)
    return LoadedFile(
        name=source.name,
        family="drawing",
        kind="step",
        parts=(
            QueryPart(kind=Modality.TEXT, text=text, source=source.name),
            QueryPart(
                kind=Modality.PICTURE,
                picture=encode_picture(shade(triangles, side=limits.side)),
                source=source.name,
            ),
        ),
        facts=described,
    )


def _load(result: Path, line: str) -> tuple[dict[str, float], Triangles]:
    facts: dict[str, float] = json.loads(line)
    with np.load(result.with_suffix(".npz"), allow_pickle=False) as mesh:
        triangles: Triangles = mesh["triangles"]
    return facts, triangles


def part_names(text: str) -> list[str]:
    """List the products of a STEP file in order of appearance, each once.

    Args:
        text: The file's text.

    Returns:
        Names; the description where the name is blank.
    """
    found: Counter[str] = Counter()
    for name, description in _PRODUCT.findall(text):
        label = _plain(name) or _plain(description)
        if label:
            found[label] += 1
    return list(found)


def _plain(text: str) -> str:
    r"""Undo STEP's escapes: doubled quotes, \X2\ blocks of UTF-16."""
    text = _UNICODE.sub(
        lambda match: bytes.fromhex(match[1]).decode("utf-16-be", errors="replace"), text
    )
    return text.replace("''", "'").strip()
