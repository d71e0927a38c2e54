"""Triangle meshes: STL and OBJ."""

from __future__ import annotations

import numpy as np

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs.drawings.shade import Triangles, shade
from deepsearch.inputs.limits import DrawingLimits
from deepsearch.inputs.pictures import encode_picture
from deepsearch.inputs.records import LoadedFile, measure
from deepsearch.inputs.source import Source
from deepsearch.schema import Modality, QueryPart

__all__ = ["mesh_volume", "read_mesh"]

_STL_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("rest", "<u2")])
_MAX_COORDINATE = 1e9


def read_mesh(source: Source, kind: str, *, limits: DrawingLimits) -> LoadedFile:
    """Read an STL (binary or text) or OBJ mesh.

    Neither format says its unit; millimetres are assumed, as machines that print and
    mill do, and a note says so.

    Args:
        source: The file.
        kind: "stl" or "obj".
        limits: Bounds.

    Returns:
        A shaded picture, and the sizes as text and facts.

    Raises:
        UnreadableFileError: If it is damaged, empty, or beyond the limits.
    """
    data = source.read(limits.max_bytes)
    try:
        triangles = _stl(data) if kind == "stl" else _obj(data, limits.max_triangles)
    except (ValueError, IndexError, OverflowError) as error:
        raise UnreadableFileError(
            f"{source.name}: is a mesh but damaged ({error}). Export it again."
        ) from error
    if not len(triangles):
        raise UnreadableFileError(f"{source.name}: holds no triangle. Export it again.")
    if len(triangles) > limits.max_triangles:
        raise UnreadableFileError(
            f"{source.name}: has {len(triangles):,} triangles; at most {limits.max_triangles:,} "
            "are read. Export it coarser."
        )
    if not np.isfinite(triangles).all() or np.abs(triangles).max() > _MAX_COORDINATE:
        raise UnreadableFileError(
            f"{source.name}: has corners at infinity or beyond {_MAX_COORDINATE:g}. "
            "Export it again."
        )
    corners = triangles.reshape(-1, 3)
    sizes = (corners.max(axis=0) - corners.min(axis=0)).tolist()
    volume = mesh_volume(triangles)
    facts: dict[str, str | float] = {
        "length_mm": sizes[0], "width_mm": sizes[1], "height_mm": sizes[2],
        "triangles": float(len(triangles)),
    }  # fmt: skip
    if volume is not None:
        facts["volume_mm3"] = volume
    text = f"Overall size {measure(sizes[0])} x {measure(sizes[1])} x {measure(sizes[2])} mm."
    return LoadedFile(
        name=source.name,
        family="drawing",
        kind=kind,
        parts=(
            QueryPart(kind=Modality.TEXT, text=text, source=source.name),
            QueryPart(
                kind=Modality.PICTURE,
                picture=encode_picture(shade(triangles, side=limits.side)),
                source=source.name,
            ),
        ),
        notes=(f"{source.name}: meshes do not state a unit; read as millimetres.",),
        facts=facts,
    )


def _stl(data: bytes) -> Triangles:
    count = int.from_bytes(data[80:84], "little")
    if len(data) == 84 + count * _STL_TRIANGLE.itemsize:
        return np.frombuffer(data, _STL_TRIANGLE, count, 84)["corners"].astype(np.float32)
    words = data.decode("ascii", errors="replace").split("vertex")[1:]
    values = np.array([word.split(None, 3)[:3] for word in words], dtype=np.float32)
    if len(values) % 3:
        raise ValueError(f"{len(values)} corners are no whole number of triangles")
    return values.reshape(-1, 3, 3)


def _obj(data: bytes, max_triangles: int) -> Triangles:
    vertices: list[list[float]] = []
    faces: list[tuple[int, int, int]] = []
    for line in data.decode("utf-8", errors="replace").splitlines():
        if line.startswith("v "):
            x, y, z = line.split()[1:4]
            vertices.append([float(x), float(y), float(z)])
        elif line.startswith("f "):
            corners = [int(word.partition("/")[0]) for word in line.split()[1:]]
            # Negative numbers count back from the last vertex read so far.
            corners = [c - 1 if c > 0 else len(vertices) + c for c in corners]
            if any(not 0 <= c < len(vertices) for c in corners):
                raise ValueError("a face names a corner that is not there")
            faces += [(corners[0], corners[i], corners[i + 1]) for i in range(1, len(corners) - 1)]
            if len(faces) > max_triangles:
                break
    if not faces:
        return np.zeros((0, 3, 3), np.float32)
    triangles: Triangles = np.array(vertices, np.float32)[np.array(faces)]
    return triangles


def mesh_volume(triangles: Triangles) -> float | None:
    """Volume enclosed by a mesh (divergence theorem).

    Args:
        triangles: (n, 3, 3).

    Returns:
        Cubic units; None where the surface is not closed, so that it encloses nothing.
    """
    corners = np.round(triangles.astype(np.float64), 6)
    # A closed surface has every edge once in each direction.
    start = corners.reshape(-1, 3)
    end = corners[:, [1, 2, 0]].reshape(-1, 3)
    _, ids = np.unique(np.concatenate([start, end]), axis=0, return_inverse=True)
    ids = ids.reshape(-1)
    a, b = ids[: len(start)].astype(np.int64), ids[len(start) :].astype(np.int64)
    width = int(ids.max()) + 1
    forward, backward = np.sort(a * width + b), np.sort(b * width + a)
    if not np.array_equal(forward, backward):
        return None
    shifted = corners - corners.reshape(-1, 3).mean(axis=0)
    signed = np.einsum("ij,ij->i", shifted[:, 0], np.cross(shifted[:, 1], shifted[:, 2])).sum() / 6
    return abs(float(signed))
