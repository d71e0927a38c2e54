"""The Python of the pages runs as it stands, one block after the other."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepsearch.catalogue import Catalogue
from deepsearch.schema import EmbeddingSpace, FloatArray, Listing, Role
from tests.inputs.files import page as pdf_page
from tests.inputs.files import pdf, picture, video, workbook

ROOT = Path(__file__).resolve().parent.parent.parent
SPACE = EmbeddingSpace(name="mine", revision="1", dim=8)
Known = dict[str, Any]


def blocks(page: str) -> list[str]:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)


def vectors(count: int) -> FloatArray:
    drawn = np.random.default_rng(count).standard_normal((count, SPACE.dim)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


class Mine:
    """An encoder of one's own."""

    space = SPACE

    def encode(self, items: list[str], *, role: Role) -> FloatArray:
        return vectors(len(items))


def a_shop() -> Known:
    Path("offers.csv").write_text("id,title,price\na,Gear pump,$3\nb,Ball valve,$4\n")
    catalogue = Catalogue.create("shop")
    catalogue.upsert(
        Listing(id=f"{source}{n}", title=f"Ball valve DN{n}", source=source)
        for source in ("one", "two")
        for n in (15, 25)
    )
    return {}


def own_vectors() -> Known:
    Path("offers.jsonl").write_text('{"id": "a", "title": "Gear pump"}\n')
    return {"mine": Mine(), "my_vectors": lambda ids: vectors(len(ids))}


def some_vectors() -> Known:
    rows = vectors(300)
    mask = np.arange(300) % 3 == 0
    return {"vectors": rows, "more": vectors(2), "queries": rows[:4], "mask": mask, "space": SPACE}


def some_files() -> Known:
    Path("drawing.pdf").write_bytes(pdf([pdf_page(["Bracket of steel"])]))
    Path("boq.xlsx").write_bytes(workbook([["Item", "Qty"], ["Bolt", 5], ["Nut", 6]]))
    Path("photo.jpg").write_bytes(picture(kind="JPEG"))
    Path("sample.mp4").write_bytes(video())
    return {}


@pytest.mark.parametrize(
    ("page", "given", "count"),
    [
        ("catalogue", a_shop, 3),
        ("encoders", own_vectors, 1),  # the second needs a checkpoint; see tests/encoders
        ("index", some_vectors, 2),
        ("inputs", some_files, 1),
        ("understanding", dict, 1),
    ],
)
def test_the_python_of_a_page_runs(
    page: str,
    given: Callable[[], Known],
    count: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    known = given()
    found = blocks(page)[:count]
    assert len(found) == count
    for block in found:
        exec(compile(block, f"{page}.md", "exec"), known)
