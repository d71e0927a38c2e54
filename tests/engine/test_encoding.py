"""Encoding a catalogue: resumed where it stopped, nothing twice, whatever is known reused."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepsearch.catalogue import Catalogue
from deepsearch.encoders import VectorCache
from deepsearch.engine import encoding
from deepsearch.engine.encoding import encode_pending
from deepsearch.schema import EmbeddingSpace, FloatArray, Listing, Media, Modality, Role

TEXTS = EmbeddingSpace(name="texts", revision="1", dim=8)
BOTH = EmbeddingSpace(name="both", revision="1", dim=4)


class CountingSuite:
    """Vectors drawn from a hash of the content; counts what it encodes, may stop."""

    name = "counting"
    picture_side = 16

    def __init__(self, *, stop_after: int | None = None, revision: str = "1") -> None:
        self.seen: Counter[str] = Counter()
        self.stop_after = stop_after
        both = EmbeddingSpace(name="both", revision=revision, dim=4)
        self.spaces: Mapping[Modality, tuple[EmbeddingSpace, ...]] = {
            Modality.TEXT: (TEXTS, both),
            Modality.PICTURE: (both,),
        }

    def encode_texts(self, texts: Sequence[str], *, role: Role) -> Mapping[str, FloatArray]:
        return self._encoded(texts, Modality.TEXT)

    def encode_pictures(
        self, pictures: Sequence[Image.Image], *, role: Role
    ) -> Mapping[str, FloatArray]:
        contents = [hashlib.sha256(picture.tobytes()).hexdigest() for picture in pictures]
        return self._encoded(contents, Modality.PICTURE)

    def _encoded(self, contents: Sequence[str], modality: Modality) -> Mapping[str, FloatArray]:
        if self.stop_after is not None and self.seen.total() >= self.stop_after:
            raise KeyboardInterrupt
        self.seen.update(contents)
        return {
            space.name: np.stack([vector_of(content, space) for content in contents])
            for space in self.spaces[modality]
        }


def vector_of(content: str, space: EmbeddingSpace) -> FloatArray:
    seed = int(hashlib.sha256(f"{space.name}{content}".encode()).hexdigest()[:8], 16)
    vector = np.random.default_rng(seed).normal(size=space.dim)
    unit: FloatArray = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit


def catalogue_of(folder: Path, count: int, *, pictures: Path | None = None) -> Catalogue:
    catalogue = Catalogue.create(folder)
    catalogue.upsert(
        Listing(
            id=str(i),
            title=f"thing number {i}",
            media=() if pictures is None else (picture(pictures, i),),
        )
        for i in range(count)
    )
    return catalogue


def picture(folder: Path, number: int) -> Media:
    path = folder / f"{number}.png"
    if not path.is_file():
        Image.new("RGB", (20, 20), (number * 7 % 256, number % 256, 90)).save(path)
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    return Media(uri=str(path), content_hash=content)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "TEXT_BATCH", 10)
    monkeypatch.setattr(encoding, "PICTURE_BATCH", 10)
    monkeypatch.setattr(encoding, "CACHE_BATCH", 25)


@pytest.mark.parametrize("cached", [False, True])
def test_an_interrupted_run_resumes_and_encodes_nothing_twice(tmp_path: Path, cached: bool) -> None:
    catalogue = catalogue_of(tmp_path / "catalogue", 95, pictures=tmp_path)
    first, second = CountingSuite(stop_after=130), CountingSuite()
    cache = VectorCache(tmp_path / "cache") if cached else None
    with pytest.raises(KeyboardInterrupt):
        encode_pending(catalogue, first, cache=cache)
    again = Catalogue.open(catalogue.path)
    report = encode_pending(again, second, cache=cache)
    assert set((first.seen + second.seen).values()) == {1}
    assert first.seen.total() + second.seen.total() == 2 * 95
    assert report.texts + report.pictures == second.seen.total()
    assert report.cached == 0  # what the first run finished, the catalogue itself knows
    assert encode_pending(again, CountingSuite(stop_after=0), cache=cache).texts == 0
    vectors = again.vectors(TEXTS, Modality.TEXT)
    assert vectors.rows.tolist() == list(range(95))


def test_a_kill_between_cache_and_catalogue_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = catalogue_of(tmp_path / "catalogue", 30)
    first, second = CountingSuite(), CountingSuite()

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with VectorCache(tmp_path / "cache") as cache:
        with monkeypatch.context() as patch:
            patch.setattr(Catalogue, "put_vectors", dies)
            with pytest.raises(KeyboardInterrupt):
                encode_pending(catalogue, first, cache=cache)
        report = encode_pending(catalogue, second, cache=cache)
    assert first.seen.total() == report.cached == 10
    assert second.seen.total() == 20


def test_catalogues_share_what_was_encoded(tmp_path: Path) -> None:
    one = catalogue_of(tmp_path / "one", 40, pictures=tmp_path)
    other = catalogue_of(tmp_path / "other", 60, pictures=tmp_path)
    suite = CountingSuite()
    with VectorCache(tmp_path / "cache") as cache:
        encode_pending(one, suite, cache=cache)
        before = suite.seen.total()
        report = encode_pending(other, suite, cache=cache)
    assert (report.texts, report.pictures, report.cached) == (20, 20, 80)
    assert suite.seen.total() - before == 40
    for catalogue, count in ((one, 40), (other, 60)):
        found = catalogue.vectors(TEXTS, Modality.TEXT)
        texts = catalogue.texts()
        assert len(found.rows) == count
        for row, vector in zip(found.rows, found.vectors, strict=True):
            np.testing.assert_allclose(vector, vector_of(texts[row], TEXTS), atol=1e-6)


def test_another_revision_is_encoded_anew(tmp_path: Path) -> None:
    catalogue = catalogue_of(tmp_path / "catalogue", 12)
    with VectorCache(tmp_path / "cache") as cache:
        encode_pending(catalogue, CountingSuite(), cache=cache)
        newer = CountingSuite(revision="2")
        report = encode_pending(catalogue, newer, cache=cache)
    # One of its two spaces is new: the suite encodes both in one pass, and both are told.
    assert (report.texts, report.cached) == (12, 0)
    assert len(catalogue.vectors(newer.spaces[Modality.TEXT][1], Modality.TEXT).rows) == 12


def test_no_cache_is_made_where_it_is_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    encode_pending(catalogue_of(tmp_path / "off", 3), CountingSuite())
    assert not (tmp_path / "xdg").exists()
    monkeypatch.setenv("DEEPSEARCH_CACHE", str(tmp_path / "on"))
    encode_pending(catalogue_of(tmp_path / "one", 3), CountingSuite())
    assert encode_pending(catalogue_of(tmp_path / "two", 3), CountingSuite()).cached == 3
