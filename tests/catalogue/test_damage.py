"""What is damaged, missing, or no catalogue at all is named; the rest stays readable."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from deepsearch.catalogue import Catalogue
from deepsearch.errors import CatalogueError
from deepsearch.schema import EmbeddingSpace, Listing, Modality

SPACE = EmbeddingSpace(name="toy", revision="1", dim=8)


def test_folders_that_are_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no catalogue at"):
        Catalogue.open(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CatalogueError, match="is empty"):
        Catalogue.open(tmp_path / "empty")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "letter.txt").write_text("x")
    with pytest.raises(CatalogueError, match="holds no catalogue"):
        Catalogue.open(tmp_path / "foreign")
    with pytest.raises(CatalogueError, match="other files"):
        Catalogue.create(tmp_path / "foreign")
    assert [p.name for p in (tmp_path / "foreign").iterdir()] == ["letter.txt"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(CatalogueError, match="is a file"):
        Catalogue.open(tmp_path / "file")
    Catalogue.create(tmp_path / "c")
    with pytest.raises(CatalogueError, match="already"):
        Catalogue.create(tmp_path / "c")
    assert Catalogue.open_or_create(tmp_path / "c").version == 1
    assert Catalogue.open_or_create(tmp_path / "new").version == 1


@pytest.mark.parametrize(("version", "says"), [(99, "upgrade deepsearch"), (0, "new folder")])
def test_another_format_is_said(tmp_path: Path, version: int, says: str) -> None:
    Catalogue.create(tmp_path / "c")
    file = tmp_path / "c" / "versions" / "00000001.json"
    content = json.loads(file.read_text())
    content["format_version"] = version
    file.write_text(json.dumps(content))
    with pytest.raises(CatalogueError, match=says):
        Catalogue.open(tmp_path / "c")


def test_a_damaged_manifest_leaves_the_earlier_versions(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([Listing(id="a", title="t")])
    catalogue.upsert([Listing(id="b", title="t")])
    file = tmp_path / "c" / "versions" / "00000003.json"
    whole = file.read_text()
    file.write_text(whole[: len(whole) // 2])
    with pytest.raises(CatalogueError, match="no readable manifest"):
        Catalogue.open(tmp_path / "c")
    assert Catalogue.open(tmp_path / "c", 2).listing_ids == ["a"]
    file.write_text(whole.replace('"rows": 2', '"rows": 7'))
    with pytest.raises(CatalogueError, match="checksum"):
        Catalogue.open(tmp_path / "c")


def test_a_missing_table_and_a_missing_file_are_named(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([Listing(id="a", title="t")])
    item = catalogue.pending(SPACE, Modality.TEXT)[0]
    catalogue.put_vectors(
        SPACE, Modality.TEXT, [item.content_hash], np.eye(8, dtype=np.float32)[:1]
    )
    vectors = next((tmp_path / "c" / "tables").glob("vectors_*"))
    shutil.rmtree(vectors)
    with pytest.raises(CatalogueError, match="folder is missing"):
        Catalogue.open(tmp_path / "c")
    damaged = Catalogue.open(tmp_path / "c", verify=False)
    problems = damaged.check(repair=True)
    assert [problem.repairable for problem in problems] == [True]
    mended = Catalogue.open(tmp_path / "c")
    assert mended.check() == []
    assert len(mended.pending(SPACE, Modality.TEXT)) == 1

    data = next((tmp_path / "c" / "tables" / "listings.lance" / "data").iterdir())
    content = data.read_bytes()
    data.unlink()
    with pytest.raises(CatalogueError, match="missing or damaged"):
        Catalogue.open(tmp_path / "c").facts  # noqa: B018
    assert [p.repairable for p in Catalogue.open(tmp_path / "c").check(repair=True)] == [False]
    data.write_bytes(content[: len(content) // 2])
    assert Catalogue.open(tmp_path / "c", verify=False).check() != []
    data.write_bytes(content)
    assert Catalogue.open(tmp_path / "c").check() == []


def test_changed_bytes_in_a_row_are_found(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert([Listing(id="a", title="unmistakable words")])
    data = next((tmp_path / "c" / "tables" / "listings.lance" / "data").iterdir())
    content = data.read_bytes()
    assert content.count(b"unmistakable") == 1
    data.write_bytes(content.replace(b"unmistakable", b"unmistakeble"))
    problems = Catalogue.open(tmp_path / "c").check()
    assert len(problems) == 1
    assert "differ from the hash" in problems[0].text
