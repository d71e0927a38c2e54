"""Saving and loading: nothing damaged, foreign or older is trusted."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from deepsearch.errors import (
    IndexFormatError,
    InvalidInputError,
    SpaceMismatchError,
    UnsupportedOperationError,
)
from deepsearch.index import (
    AnyIndex,
    ClusteredConfig,
    ExactIndex,
    LiveIndex,
    build_index,
    load_index,
    save_index,
)
from deepsearch.index._hnswlib_file import HEADER, check_hnswlib_file
from deepsearch.schema import EmbeddingSpace, FloatArray
from tests.contracts.test_vector_index import BUILDERS, DIM, SPACES, make_vectors

SPACE = SPACES["cosine"]
COUNT = 500


def vectors() -> FloatArray:
    return make_vectors(COUNT, 1)


_built: dict[str, AnyIndex] = {}


@pytest.fixture(params=BUILDERS)
def index(request: pytest.FixtureRequest) -> AnyIndex:
    name = str(request.param)
    if name == "hnsw":
        pytest.importorskip("hnswlib")
    if name not in _built:
        made = BUILDERS[name](vectors(), SPACE)
        assert isinstance(made, AnyIndex)
        _built[name] = made
    return _built[name]


@pytest.mark.parametrize("include_vectors", [True, False])
def test_what_is_loaded_answers_as_what_was_saved(
    index: AnyIndex, include_vectors: bool, tmp_path: Path
) -> None:
    save_index(index, tmp_path / "i", include_vectors=include_vectors)
    inner = index.snapshot.base.exact if isinstance(index, LiveIndex) else None
    given = None
    if not include_vectors:
        given = vectors() if inner is None else np.asarray(inner.vectors)
    loaded = load_index(tmp_path / "i", space=SPACE, vectors=given)
    assert type(loaded) is type(index)
    assert len(loaded) == len(index)
    queries = make_vectors(12, 2)
    for mask in (None, np.random.default_rng(3).random(COUNT) < 0.3):
        before = index.search(queries, k=10, allowed=mask)
        after = loaded.search(queries, k=10, allowed=mask)
        assert before.ids.tolist() == after.ids.tolist()
        assert before.scores.tolist() == after.scores.tolist()


def test_full_verification_passes_on_what_is_whole(index: AnyIndex, tmp_path: Path) -> None:
    save_index(index, tmp_path)
    assert len(load_index(tmp_path, space=SPACE, verify="full")) == len(index)


def test_every_part_cut_short_is_refused(index: AnyIndex, tmp_path: Path) -> None:
    save_index(index, tmp_path)
    parts = sorted(tmp_path.glob("*.bin"))
    assert parts
    for part in parts:
        whole = part.read_bytes()
        part.write_bytes(whole[:-1])
        with pytest.raises(IndexFormatError, match="bytes; the header records"):
            load_index(tmp_path, space=SPACE)
        part.write_bytes(whole)
    load_index(tmp_path, space=SPACE)


def test_every_part_with_a_flipped_bit_is_refused(index: AnyIndex, tmp_path: Path) -> None:
    save_index(index, tmp_path)
    for part in sorted(tmp_path.glob("*.bin")):
        whole = part.read_bytes()
        if not whole:
            continue
        at = len(whole) // 2
        part.write_bytes(whole[:at] + bytes([whole[at] ^ 16]) + whole[at + 1 :])
        with pytest.raises(IndexFormatError, match="SHA-256"):
            load_index(tmp_path, space=SPACE)
        part.write_bytes(whole)


def test_every_part_missing_is_refused(index: AnyIndex, tmp_path: Path) -> None:
    save_index(index, tmp_path)
    for part in sorted(tmp_path.glob("*.bin")):
        whole = part.read_bytes()
        part.unlink()
        with pytest.raises(IndexFormatError, match="absent"):
            load_index(tmp_path, space=SPACE)
        part.write_bytes(whole)


def exact_index() -> ExactIndex:
    return ExactIndex(vectors(), SPACE)


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(IndexFormatError, match="holds no index"):
        load_index(tmp_path)
    with pytest.raises(IndexFormatError, match="holds no index"):
        load_index(tmp_path / "none")


def change_header(folder: Path, change: Callable[[dict[str, object]], None]) -> None:
    """Rewrite the header with a right hash, as a foreign writer would."""
    from deepsearch.index.files import _body_hash

    path = folder / "header.json"
    body = json.loads(path.read_text())
    body.pop("sha256")
    change(body)
    path.write_text(json.dumps(body | {"sha256": _body_hash(body)}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda body: body.update(version=0), "format version 0"),
        (lambda body: body.update(version=99), "format version 99"),
        (lambda body: body.update(format="faiss"), "is no deepsearch-index"),
        (lambda body: body.update(kind="annoy"), "kind 'annoy'"),
        (lambda body: body.update(count=COUNT + 1), "does not hold"),
        (lambda body: body.pop("described"), "lacks what version"),
        (lambda body: body["space"].pop("dim"), "lacks what version"),
    ],
)
def test_a_header_of_another_make(
    change: Callable[[dict[str, object]], None], message: str, tmp_path: Path
) -> None:
    save_index(exact_index(), tmp_path)
    change_header(tmp_path, change)
    with pytest.raises(IndexFormatError, match=message):
        load_index(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00\x01", '{"format": 1}'])
def test_a_header_that_is_none(text: str, tmp_path: Path) -> None:
    save_index(exact_index(), tmp_path)
    (tmp_path / "header.json").write_text(text)
    with pytest.raises(IndexFormatError):
        load_index(tmp_path)


def test_an_edited_header(tmp_path: Path) -> None:
    save_index(exact_index(), tmp_path)
    path = tmp_path / "header.json"
    path.write_text(path.read_text().replace('"cosine"', '"l2"'))
    with pytest.raises(IndexFormatError, match="its own hash"):
        load_index(tmp_path)


def test_a_part_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    save_index(exact_index(), tmp_path / "i")
    outside = tmp_path / "secret.bin"
    outside.write_bytes(next((tmp_path / "i").glob("vectors-*")).read_bytes())

    def point_outside(body: dict[str, object]) -> None:
        body["parts"]["vectors"]["file"] = "../secret.bin"  # type: ignore[index]

    change_header(tmp_path / "i", point_outside)
    with pytest.raises(IndexFormatError, match="absent"):
        load_index(tmp_path / "i")


@pytest.mark.parametrize("field", ["revision", "name", "metric", "dim"])
def test_another_space(field: str, tmp_path: Path) -> None:
    save_index(exact_index(), tmp_path)
    values = {"name": "test", "revision": "1", "dim": DIM, "metric": "cosine"}
    values |= {"revision": "2"} if field == "revision" else {}
    values |= {"name": "other"} if field == "name" else {}
    values |= {"metric": "ip"} if field == "metric" else {}
    values |= {"dim": DIM + 1} if field == "dim" else {}
    with pytest.raises(SpaceMismatchError, match="was expected"):
        load_index(tmp_path, space=EmbeddingSpace(**values))  # type: ignore[arg-type]


def test_vectors_that_are_not_those_it_was_built_from(tmp_path: Path) -> None:
    save_index(exact_index(), tmp_path, include_vectors=False)
    other = vectors()
    other[[0, 1]] = other[[1, 300]]
    with pytest.raises(IndexFormatError, match="not the"):
        load_index(tmp_path, vectors=other)
    with pytest.raises(IndexFormatError, match="not the"):
        load_index(tmp_path, vectors=other[:-1])
    with pytest.raises(InvalidInputError, match="vectors="):
        load_index(tmp_path)


def test_a_failed_save_leaves_the_older_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_index(exact_index(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fail(self: Path, target: Path) -> Path:
        if Path(target).name == "header.json":
            raise OSError("disk full")
        return rename(self, target)

    rename = Path.replace
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        save_index(ExactIndex(make_vectors(50, 9), SPACE), tmp_path)
    monkeypatch.undo()
    assert len(load_index(tmp_path)) == COUNT
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert not list(tmp_path.glob("*.tmp"))


def test_saving_again_replaces_and_tidies(tmp_path: Path) -> None:
    save_index(exact_index(), tmp_path)
    first = set(tmp_path.iterdir())
    save_index(ExactIndex(make_vectors(50, 9), SPACE), tmp_path)
    assert len(load_index(tmp_path)) == 50
    assert len(set(tmp_path.iterdir())) == len(first)


def test_an_index_of_another_package(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedOperationError, match="cannot be saved"):
        save_index(object(), tmp_path)  # type: ignore[arg-type]


def test_a_calibration_survives(tmp_path: Path) -> None:
    built = build_index(vectors(), SPACE, config=ClusteredConfig(), target_recall=0.9)
    save_index(built, tmp_path)
    loaded = load_index(tmp_path)
    assert loaded.calibration == built.calibration  # type: ignore[union-attr]
    assert loaded.target_recall == 0.9  # type: ignore[union-attr]


def write_bytes(path: Path, at: int, raw: bytes) -> None:
    with path.open("r+b") as stream:
        stream.seek(at)
        stream.write(raw)


def test_a_hostile_hnswlib_file_never_reaches_the_loader(tmp_path: Path) -> None:
    hnswlib = pytest.importorskip("hnswlib")
    graph = hnswlib.Index(space="ip", dim=DIM)
    graph.init_index(max_elements=COUNT, M=8, ef_construction=40)
    graph.add_items(vectors(), np.arange(COUNT))
    path = tmp_path / "graph.bin"
    graph.save_index(str(path))
    whole = path.read_bytes()
    header = check_hnswlib_file(path, count=COUNT, dim=DIM)
    assert header.count == COUNT
    upper = HEADER.size + COUNT * header.node_bytes
    lengths = np.frombuffer(whole, "<u4", offset=upper)
    first_level = int(np.flatnonzero(lengths)[0])
    hostile = {
        "count": (16, struct.pack("<Q", COUNT + 1)),
        "node size": (24, struct.pack("<Q", 8)),
        "label offset": (32, struct.pack("<Q", 2**40)),
        "max level": (48, struct.pack("<i", 63)),
        "entry point": (52, struct.pack("<I", COUNT)),
        "links a node": (HEADER.size, struct.pack("<H", 60_000)),
        "a link": (HEADER.size + 4, struct.pack("<I", COUNT)),
        "a label": (HEADER.size + header.label_offset, struct.pack("<Q", COUNT)),
        "a label twice": (HEADER.size + header.label_offset, struct.pack("<Q", 1)),
        "upper length": (upper + 4 * first_level, struct.pack("<I", 4)),
        "an upper link": (upper + 4 * first_level + 8, struct.pack("<I", COUNT + 7)),
    }
    for what, (at, raw) in hostile.items():
        path.write_bytes(whole)
        write_bytes(path, at, raw)
        try:
            check_hnswlib_file(path, count=COUNT, dim=DIM)
        except IndexFormatError:
            continue
        pytest.fail(f"{what} was not noticed")
    for length in (0, 50, HEADER.size, upper - 1, upper + 3, len(whole) - 2, len(whole) - 4):
        path.write_bytes(whole[:length])
        with pytest.raises(IndexFormatError):
            check_hnswlib_file(path, count=COUNT, dim=DIM)
    path.write_bytes(whole + b"\0\0\0\0")
    with pytest.raises(IndexFormatError, match="follow its end"):
        check_hnswlib_file(path, count=COUNT, dim=DIM)
    path.write_bytes(whole)
    with pytest.raises(IndexFormatError, match="does not fit"):
        check_hnswlib_file(path, count=COUNT, dim=DIM + 1)


@pytest.mark.parametrize("part", ["order", "starts", "centres", "signs", "step"])
def test_code_arrays_that_do_not_fit_are_refused(part: str, tmp_path: Path) -> None:
    # A writer with right hashes and wrong arrays: kernels must never see them.
    from deepsearch.index.codes import fits

    built = BUILDERS["clustered"](vectors(), SPACE)
    codes = built._codes  # type: ignore[attr-defined]
    assert fits(codes, COUNT, DIM)
    from dataclasses import replace

    array = getattr(codes, part)
    assert not fits(replace(codes, **{part: array[:-1]}), COUNT, DIM)
    if part == "order":
        twice = array.copy()
        twice[0] = twice[1]
        far = array.copy()
        far[0] = COUNT
        assert not fits(replace(codes, order=twice), COUNT, DIM)
        assert not fits(replace(codes, order=far), COUNT, DIM)
    if part == "starts":
        back = array.copy()
        back[1] = COUNT + 5
        assert not fits(replace(codes, starts=back), COUNT, DIM)


def test_importing_the_package_is_light() -> None:
    program = (
        "import sys, deepsearch.index\n"
        "heavy = {'faiss', 'hnswlib', 'numba', 'llvmlite', 'torch', 'bm25s', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
