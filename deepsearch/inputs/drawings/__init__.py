"""Drawings and models: a picture of the thing, its sizes, and the words on it."""

from __future__ import annotations

from deepsearch.inputs.kinds import FileKind
from deepsearch.inputs.limits import DrawingLimits
from deepsearch.inputs.records import LoadedFile
from deepsearch.inputs.source import Source

__all__ = ["read_drawing"]


def read_drawing(source: Source, kind: FileKind, *, limits: DrawingLimits) -> LoadedFile:
    """Read a drawing or model.

    Args:
        source: The file.
        kind: "dxf", "step", "stl" or "obj".
        limits: Bounds.

    Returns:
        A picture; a text with sizes in millimetres, part names and the words on the
        drawing; the same as facts ("width_mm", "volume_mm3" ...).

    Raises:
        UnreadableFileError: If it is damaged, empty, hostile or beyond the limits.
        MissingExtraError: If a STEP model is given and the extra `cad` is missing.
    """
    source.check_size(limits.max_bytes)
    match kind.name:
        case "dxf":
            from deepsearch.inputs.drawings.dxf import read_dxf

            return read_dxf(source, limits=limits)
        case "step":
            from deepsearch.inputs.drawings.step import read_step

            return read_step(source, limits=limits)
    from deepsearch.inputs.drawings.mesh import read_mesh

    return read_mesh(source, kind.name, limits=limits)
