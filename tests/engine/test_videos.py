"""Videos of listings: found by their frames, beside pictures, and told where they match."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepsearch.catalogue import Catalogue, frame_key, medium_of, pooled_key
from deepsearch.demo import data_folder
from deepsearch.encoders import VectorCache
from deepsearch.engine import SearchEngine
from deepsearch.engine.encoding import encode_pending
from deepsearch.engine.inquiry import build_queries
from deepsearch.errors import InvalidInputError
from deepsearch.ranking import to_json
from deepsearch.schema import EmbeddingSpace, Listing, Media, Modality

PHOTOS = data_folder() / "photos"


def film(path: Path, scenes: Sequence[Path], *, seconds: int = 2) -> Path:
    """A video that shows each picture for a while."""
    av = pytest.importorskip("av")
    with av.open(str(path), "w") as container:
        track = container.add_stream("mpeg4", rate=10)
        track.width, track.height, track.pix_fmt = 224, 224, "yuv420p"
        for scene in scenes:
            shown = Image.open(scene).convert("RGB").resize((224, 224))
            for _ in range(10 * seconds):
                container.mux(track.encode(av.VideoFrame.from_image(shown)))
        container.mux(track.encode())
    return path


def medium(path: Path, kind: str) -> Media:
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    return Media(uri=str(path), kind=kind, content_hash=content)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def photos() -> list[Path]:
    return sorted(PHOTOS.glob("*.jpg"))[:6]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, photos: list[Path]) -> SearchEngine:
    folder = tmp_path_factory.mktemp("videos")
    engine = SearchEngine.create(folder / "catalogue")
    film(folder / "two.mp4", photos[:2])
    film(folder / "one.mp4", photos[2:3])
    (folder / "broken.mp4").write_bytes((folder / "one.mp4").read_bytes()[:300])
    one, broken = (medium(folder / name, "video") for name in ("one.mp4", "broken.mp4"))
    engine.upsert(
        [
            Listing(
                id="film of two",
                title="Item one",
                media=(medium(photos[5], "picture"), medium(folder / "two.mp4", "video")),
            ),
            Listing(id="film of one", title="Item two", media=(one,)),
            Listing(id="picture", title="Item three", media=(medium(photos[3], "picture"),)),
            Listing(id="broken", title="Item four", media=(broken,)),
            Listing(id="same film", title="Item five", media=(one,)),
        ]
    )
    return engine


def test_any_scene_finds_its_listing_and_says_where(
    engine: SearchEngine, photos: list[Path]
) -> None:
    for number, scene in enumerate(photos[:2]):
        hit = engine.search(images=[scene], k=1).hits[0]
        assert hit.listing.id == "film of two"
        assert hit.media is not None
        assert hit.media.uri.endswith("two.mp4")
        assert hit.media.seconds is not None
        assert 2 * number <= hit.media.seconds < 2 * (number + 1)
    (told,) = to_json(engine.search(images=[photos[1]], k=1))["hits"]
    assert 2 <= told["media"]["seconds"] < 4
    hit = engine.search(images=[photos[5]], k=1).hits[0]
    assert hit.listing.id == "film of two"
    assert hit.media is not None
    assert (hit.media.uri, hit.media.seconds) == (str(photos[5]), None)


def test_a_listing_comes_once_however_many_frames_fit(
    engine: SearchEngine, photos: list[Path]
) -> None:
    result = engine.search(images=[photos[2]], k=5)
    ids = [hit.listing.id for hit in result.hits]
    assert len(set(ids)) == len(ids)
    assert set(ids[:2]) == {"film of one", "same film"}  # one content, two listings


def test_a_video_finds_pictures_and_videos(
    engine: SearchEngine, photos: list[Path], tmp_path: Path
) -> None:
    (query,) = build_queries(videos=[film(tmp_path / "asked.mp4", photos[3:4])])
    assert engine.search(query, k=1).hits[0].listing.id == "picture"
    (query,) = build_queries(videos=[film(tmp_path / "again.mp4", photos[1:2])])
    assert engine.search(query, k=1).hits[0].listing.id == "film of two"


def test_the_frames_are_held_singly_and_pooled(engine: SearchEngine) -> None:
    (space, *_) = engine.suite.spaces[Modality.PICTURE]
    table = engine.catalogue.vectors(space, Modality.PICTURE)
    row = int(engine.catalogue.rows(["film of two"])[0])
    own = [i for i in np.flatnonzero(table.rows == row) if medium_of(int(table.parts[i]))[0] == 1]
    times = [medium_of(int(table.parts[i]))[1] for i in own]
    assert times.count(None) == 1
    assert len(own) == 3
    pooled = own[times.index(None)]
    frames = [i for i in own if i != pooled]
    mean = table.vectors[frames].mean(axis=0)
    np.testing.assert_allclose(table.vectors[pooled], mean / np.linalg.norm(mean), atol=1e-6)


def test_what_is_done_is_not_done_again(engine: SearchEngine) -> None:
    report = engine.rebuild()
    assert (report.videos, report.pictures) == (0, 0)
    assert [row[0] for row in report.unreadable] == ["broken"]
    assert "broken.mp4" in report.unreadable[0][2]


def test_frames_are_looked_up_in_the_next_catalogue(
    engine: SearchEngine, photos: list[Path], tmp_path: Path
) -> None:
    cache = VectorCache(tmp_path / "cache")
    video = medium(film(tmp_path / "first.mp4", photos[:2]), "video")
    other = medium(film(tmp_path / "other.mp4", photos[2:4]), "video")
    reports, vectors = [], []
    for name, listed in (("a", video), ("b", video), ("c", other)):
        catalogue = Catalogue.create(tmp_path / name)
        catalogue.upsert([Listing(id="x", title="Item", media=(listed,))])
        reports.append(encode_pending(catalogue, engine.suite, cache=cache))
        (space, *_) = engine.suite.spaces[Modality.PICTURE]
        vectors.append(catalogue.vectors(space, Modality.PICTURE).vectors)
    assert [report.videos for report in reports] == [1, 0, 1]
    assert [report.cached for report in reports] == [0, 2, 1]  # the title is known as well
    np.testing.assert_array_equal(vectors[0], vectors[1])


def test_a_removed_video_is_not_found(engine: SearchEngine, photos: list[Path]) -> None:
    other = SearchEngine.open(engine.catalogue.path)
    listing = Listing(id="extra", title="Item six", media=(medium(photos[4], "picture"),))
    other.upsert([listing])
    assert other.search(images=[photos[4]], k=1).hits[0].listing.id == "extra"
    other.remove(["extra", "film of two"])
    assert "film of two" not in [h.listing.id for h in other.search(images=[photos[0]]).hits]


def test_part_numbers_tell_media_and_time_apart(tmp_path: Path) -> None:
    space = EmbeddingSpace(name="s", revision="1", dim=2)
    catalogue = Catalogue.create(tmp_path / "c")
    catalogue.upsert(
        [
            Listing(id="a", title="a", media=(Media(uri="p", content_hash="p" * 64),)),
            Listing(
                id="b",
                title="b",
                media=(
                    Media(uri="v", kind="video", content_hash="v" * 64),
                    Media(uri="p", content_hash="p" * 64),
                    Media(uri="w", kind="video", content_hash="w" * 64),
                ),
            ),
        ]
    )
    assert [i.content_hash[0] for i in catalogue.pending_videos(space)] == ["v", "w"]
    frames = [*(frame_key("v" * 64, s) for s in (7.04, 0.0, 123456.7)), pooled_key("v" * 64)]
    keys = ["p" * 64, *frames]
    vectors = np.tile(np.array([[1.0, 0.0]], dtype=np.float32), (5, 1))
    catalogue.put_vectors(space, Modality.PICTURE, keys, vectors)
    assert [i.content_hash[0] for i in catalogue.pending_videos(space)] == ["w"]
    assert catalogue.pending(space, Modality.PICTURE) == []
    table = catalogue.vectors(space, Modality.PICTURE)
    assert table.rows.tolist() == [0, 1, 1, 1, 1, 1]
    assert [medium_of(int(part)) for part in table.parts] == [
        (0, None),
        (1, None),
        (0, None),
        (0, 0.0),
        (0, 7.0),
        (0, 123456.7),
    ]
    assert medium_of(int(table.parts.max()))[0] == 0
    for seconds in (-1.0, float("nan"), float("inf")):
        with pytest.raises(InvalidInputError, match="seconds >= 0"):
            frame_key("v", seconds)
