"""Reads one STEP model in a process of its own; see `deepsearch.isolation`.

Run as: python step_worker.py MODEL RESULT MAX_TRIANGLES. Writes the triangles to RESULT
and one line of JSON facts to standard output. Exit code 0: done; 1: the model cannot be
read, the last line says why; 3: Open CASCADE is not installed.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

_MEMORY = 3 * 1024**3


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    except (ImportError, ValueError, OSError):
        # Not a POSIX system, or already bounded tighter.
        return


def _fail(reason: str) -> None:
    sys.stdout.write(reason + "\n")
    sys.exit(1)


def _load(path: str) -> Any:
    from OCP.IFSelect import IFSelect_RetDone
    from OCP.STEPControl import STEPControl_Reader

    reader = STEPControl_Reader()
    if reader.ReadFile(path) != IFSelect_RetDone:
        _fail("it is not well-formed")
    reader.TransferRoots()
    shape = reader.OneShape()
    if shape.IsNull():
        _fail("it holds no solid or surface")
    return shape


def _facts(shape: Any) -> dict[str, float]:
    from OCP.Bnd import Bnd_Box
    from OCP.BRepBndLib import BRepBndLib
    from OCP.BRepGProp import BRepGProp
    from OCP.GProp import GProp_GProps
    from OCP.TopAbs import TopAbs_SOLID
    from OCP.TopExp import TopExp_Explorer

    box = Bnd_Box()
    BRepBndLib.AddOptimal_s(shape, box, False, False)
    if box.IsVoid():
        _fail("it holds no solid or surface")
    low, high = box.CornerMin(), box.CornerMax()
    solids = 0
    explorer = TopExp_Explorer(shape, TopAbs_SOLID)
    while explorer.More():
        solids += 1
        explorer.Next()
    facts = {
        "length_mm": high.X() - low.X(),
        "width_mm": high.Y() - low.Y(),
        "height_mm": high.Z() - low.Z(),
        "solids": float(solids),
    }
    if solids:
        properties = GProp_GProps()
        BRepGProp.VolumeProperties_s(shape, properties)
        facts["volume_mm3"] = abs(properties.Mass())
    return facts


def _triangles(shape: Any, diagonal: float, limit: int) -> np.ndarray:
    from OCP.BRep import BRep_Tool
    from OCP.BRepMesh import BRepMesh_IncrementalMesh
    from OCP.TopAbs import TopAbs_FACE
    from OCP.TopExp import TopExp_Explorer
    from OCP.TopLoc import TopLoc_Location
    from OCP.TopoDS import TopoDS

    cast = getattr(TopoDS, "Face_s", None) or TopoDS.Face
    BRepMesh_IncrementalMesh(shape, diagonal / 400, False, 0.4, False)
    found: list[np.ndarray] = []
    count = 0
    explorer = TopExp_Explorer(shape, TopAbs_FACE)
    while explorer.More():
        face = cast(explorer.Current())
        place = TopLoc_Location()
        mesh = BRep_Tool.Triangulation_s(face, place)
        explorer.Next()
        if mesh is None:
            continue
        move = place.Transformation()
        nodes = np.array(
            [
                (point.X(), point.Y(), point.Z())
                for i in range(1, mesh.NbNodes() + 1)
                for point in (mesh.Node(i).Transformed(move),)
            ]
        )
        corners = np.array([mesh.Triangle(i).Get() for i in range(1, mesh.NbTriangles() + 1)])
        count += len(corners)
        if count > limit:
            _fail(f"it needs more than {limit:,} triangles")
        if len(corners):
            found.append(nodes[corners - 1].astype(np.float32))
    if not found:
        _fail("it holds no surface that can be drawn")
    return np.concatenate(found)


def main() -> None:
    """Convert the model named on the command line."""
    model, result, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
    _limit_memory()
    try:
        import OCP  # noqa: F401
    except ImportError:
        sys.exit(3)
    shape = _load(model)
    facts = _facts(shape)
    diagonal = sum(facts[key] ** 2 for key in ("length_mm", "width_mm", "height_mm")) ** 0.5
    triangles = _triangles(shape, max(diagonal, 1e-6), limit)
    np.savez(result, triangles=triangles)
    sys.stdout.write(json.dumps(facts) + "\n")


if __name__ == "__main__":
    main()
