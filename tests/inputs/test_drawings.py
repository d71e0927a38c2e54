"""Drawings and models: pictures, sizes, words; hostile ones."""

from __future__ import annotations

import io
import struct
import time
from pathlib import Path

import ezdxf
import numpy as np
import pytest

from deepsearch.errors import UnreadableFileError
from deepsearch.inputs import DrawingLimits, InputLimits, LoadedFile, load_picture, read_file
from deepsearch.inputs.drawings.mesh import mesh_volume
from deepsearch.inputs.drawings.step import part_names
from deepsearch.schema import Modality

# The faces of a cube of side 1, corners counted so that normals point outward.
QUADS = (
    ((0, 0, 0), (0, 1, 0), (1, 1, 0), (1, 0, 0)),
    ((0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)),
    ((0, 0, 0), (1, 0, 0), (1, 0, 1), (0, 0, 1)),
    ((0, 1, 0), (0, 1, 1), (1, 1, 1), (1, 1, 0)),
    ((0, 0, 0), (0, 0, 1), (0, 1, 1), (0, 1, 0)),
    ((1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 0, 1)),
)
CUBE = np.array(
    [triangle for a, b, c, d in QUADS for triangle in ((a, b, c), (a, c, d))], np.float32
)


def text_of(loaded: LoadedFile) -> str:
    return next(part.text or "" for part in loaded.parts if part.kind is Modality.TEXT)


def ink_of(loaded: LoadedFile) -> float:
    """Share of the picture that is not white."""
    data = next(part.picture for part in loaded.parts if part.picture)
    return float((np.asarray(load_picture(data)).min(axis=2) < 250).mean())


def dxf(draw: object = None, *, units: int = 4) -> bytes:
    document = ezdxf.new("R2010", units=units)
    space = document.modelspace()
    space.add_lwpolyline([(0, 0), (120, 0), (120, 60), (0, 60)], close=True)
    space.add_circle((60, 30), 10)
    space.add_text("M8 x 4 holes").set_placement((10, 50))
    space.add_mtext("Material: {\\C1;S235JR}")
    space.add_linear_dim(base=(0, -10), p1=(0, 0), p2=(120, 0)).render()
    block = document.blocks.new("TITLE_A4")
    block.add_attdef("PART", (0, 0))
    space.add_blockref("TITLE_A4", (0, -40)).add_auto_attribs({"PART": "Base plate 4711"})
    if callable(draw):
        draw(document)
    stream = io.StringIO()
    document.write(stream)
    return stream.getvalue().encode()


class TestDxf:
    def test_words_sizes_and_picture(self) -> None:
        loaded = read_file(dxf(), name="plate.dxf")
        text = text_of(loaded)
        assert "M8 x 4 holes" in text
        assert "Material: S235JR" in text
        assert "PART: Base plate 4711" in text
        assert "Dimensions in mm: 120" in text
        assert loaded.facts["unit"] == "mm"
        # What is written beside it is no part of it.
        sides = [loaded.facts["width_mm"], loaded.facts["height_mm"]]
        assert sides == pytest.approx([120, 60])
        assert 0.01 < ink_of(loaded) < 0.3

    def test_units(self) -> None:
        loaded = read_file(dxf(units=1), name="plate.dxf")
        assert loaded.facts["width_mm"] == pytest.approx(120 * 25.4)
        loaded = read_file(dxf(units=0), name="plate.dxf")
        assert "width_mm" not in loaded.facts
        assert any("does not state its unit" in note for note in loaded.notes)

    def test_blocks_that_multiply(self) -> None:
        def nest(document: ezdxf.document.Drawing) -> None:
            document.blocks.new("B0").add_line((0, 0), (1, 1))
            for level in range(1, 9):
                block = document.blocks.new(f"B{level}")
                for _ in range(10):
                    block.add_blockref(f"B{level - 1}", (0, 0))
            document.modelspace().add_blockref("B8", (0, 0))

        with pytest.raises(UnreadableFileError, match="entities once its blocks are expanded"):
            read_file(dxf(nest), name="a.dxf")

    def test_a_block_that_contains_itself(self) -> None:
        def loop(document: ezdxf.document.Drawing) -> None:
            block = document.blocks.new("LOOP")
            block.add_blockref("LOOP", (0, 0))
            document.modelspace().add_blockref("LOOP", (0, 0))

        with pytest.raises(UnreadableFileError, match="blocks are expanded"):
            read_file(dxf(loop), name="a.dxf")

    def test_pictures_beside_the_drawing_are_not_opened(self, tmp_path: Path) -> None:
        def link(document: ezdxf.document.Drawing) -> None:
            image = document.add_image_def(str(tmp_path / "absent.png"), (100, 100))
            document.modelspace().add_image(image, (0, 0), (10, 10))

        assert read_file(dxf(link), name="a.dxf").parts

    def test_damaged_and_empty(self) -> None:
        with pytest.raises(UnreadableFileError, match=r"a.dxf"):
            read_file(b"0\nSECTION\n2\nENTITIES\n0\nLINE\nxx", name="a.dxf")
        stream = io.StringIO()
        ezdxf.new().write(stream)
        with pytest.raises(UnreadableFileError, match="draws nothing"):
            read_file(stream.getvalue().encode(), name="a.dxf")

    @pytest.mark.parametrize("name", ["gear", "text", "table", "dimension_in_block"])
    def test_real_drawings(self, shared_data: Path, name: str) -> None:
        loaded = read_file(shared_data / "cad" / f"{name}.dxf")
        assert ink_of(loaded) > 0.005
        if name == "gear":
            assert loaded.facts["width"] == pytest.approx(32.19, abs=0.01)


def stl(triangles: np.ndarray, *, scale: float = 1.0) -> bytes:
    out = bytearray(80) + struct.pack("<I", len(triangles))
    for triangle in triangles * scale:
        out += struct.pack("<12fH", 0, 0, 0, *triangle.reshape(-1), 0)
    return bytes(out)


class TestMeshes:
    def test_many_layers_are_drawn_in_bounded_time(self) -> None:
        corners = b"v 0 0 0\nv 1 0 0\nv 0 0 1\nv 0 1 0\n"
        begun = time.process_time()
        loaded = read_file(corners + b"f 1 2 3\nf 1 3 4\n" * 2_000, name="a.obj")
        assert time.process_time() - begun < 10
        assert 0.05 < ink_of(loaded) < 0.9

    def test_binary_stl(self) -> None:
        loaded = read_file(stl(CUBE, scale=20), name="cube.stl")
        assert text_of(loaded) == "Overall size 20 x 20 x 20 mm."
        assert loaded.facts["volume_mm3"] == pytest.approx(8000)
        # A cube seen over its edge fills some half of the square.
        assert 0.35 < ink_of(loaded) < 0.75

    def test_text_stl_and_obj_agree(self) -> None:
        facets = "".join(
            "facet normal 0 0 0\nouter loop\n"
            + "".join(f"vertex {x} {y} {z}\n" for x, y, z in triangle)
            + "endloop\nendfacet\n"
            for triangle in CUBE * 20
        )
        written = read_file(f"solid cube\n{facets}endsolid".encode(), name="cube.stl")
        corners = "".join(f"v {x} {y} {z}\n" for t in CUBE * 20 for x, y, z in t)
        faces = "".join(f"f {i} {i + 1} {i + 2}\n" for i in range(1, 37, 3))
        drawn = read_file((corners + faces).encode(), name="cube.obj")
        assert written.facts == drawn.facts

    def test_an_open_surface_has_no_volume(self) -> None:
        assert mesh_volume(CUBE) == pytest.approx(1.0)
        assert mesh_volume(CUBE[:-1]) is None

    def test_hostile(self) -> None:
        with pytest.raises(UnreadableFileError, match="at infinity"):
            read_file(stl(CUBE * np.float32(np.nan)), name="a.stl")
        with pytest.raises(UnreadableFileError, match=r"a.obj"):
            read_file(b"v 0 0 0\nv 1 1 1\nf 1 2 99\n", name="a.obj")
        limits = InputLimits(drawing=DrawingLimits(max_triangles=3))
        with pytest.raises(UnreadableFileError, match="12 triangles; at most 3"):
            read_file(stl(CUBE), name="a.stl", limits=limits)


class TestStep:
    def test_names(self) -> None:
        text = (
            "#1=PRODUCT('nut','',(#2));#3 = PRODUCT ( '' , 'it''s a \\X2\\00FC\\X0\\ bolt' ,(#2));"
        )
        assert part_names(text) == ["nut", "it's a ü bolt"]

    def test_a_real_assembly(self, shared_data: Path) -> None:
        pytest.importorskip("OCP")
        loaded = read_file(shared_data / "cad" / "cube_cylinder.step")
        assert text_of(loaded) == "blue_cylinder, red_cube.\nOverall size 25 x 10 x 10 mm."
        # A cube of 10 and a cylinder of radius 5, both 10 high.
        assert loaded.facts["volume_mm3"] == pytest.approx(1000 + np.pi * 25 * 10, rel=1e-6)
        assert loaded.facts["solids"] == 2
        assert ink_of(loaded) > 0.1

    def test_damaged(self) -> None:
        pytest.importorskip("OCP")
        with pytest.raises(UnreadableFileError, match=r"a.step cannot be read as a STEP model"):
            read_file(b"ISO-10303-21;\nHEADER;\nDATA;\n#1=NONSENSE(;\nENDSEC;", name="a.step")
