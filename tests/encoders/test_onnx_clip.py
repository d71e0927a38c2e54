"""Two towers as ONNX: the same vectors without torch, and a space of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from deepsearch.encoders import load_suite
from deepsearch.encoders.clip_export import export_clip_encoder
from deepsearch.encoders.hub_clip import HubClipEncoder
from deepsearch.encoders.onnx_clip import OnnxClipEncoder
from deepsearch.encoders.openclip import OpenClipEncoder
from deepsearch.encoders.torch_options import TorchOptions
from deepsearch.errors import EncodingError, InvalidInputError, UnreadableFileError
from deepsearch.protocols import EncoderSuite
from deepsearch.schema import Modality, Role
from tests.encoders.checkpoints import (
    ARCHITECTURE,
    save_chinese_clip,
    save_clip,
    save_open_clip,
    save_siglip,
    some_pictures,
)

pytestmark = pytest.mark.clip

CPU = TorchOptions(device="cpu", precision="fp32", batch_size=3)
TEXTS = ["a red bolt", "", "steel pipe 20 mm &amp; valve", "Blue VALVE,  with a pipe's end " * 20]

Source = OpenClipEncoder | HubClipEncoder


def open_clip(folder: Path) -> OpenClipEncoder:
    return OpenClipEncoder.from_pretrained(ARCHITECTURE, str(save_open_clip(folder)), options=CPU)


def hub(save: Callable[[Path], None]) -> Callable[[Path], HubClipEncoder]:
    def made(folder: Path) -> HubClipEncoder:
        save(folder)
        return HubClipEncoder.from_pretrained(str(folder), options=CPU)

    return made


SOURCES: dict[str, Callable[[Path], Source]] = {
    "open_clip": open_clip,
    "CLIP": hub(save_clip),
    "Chinese-CLIP": hub(save_chinese_clip),
    "SigLIP": hub(save_siglip),
}


@pytest.fixture(scope="module", autouse=True)
def torch() -> Any:
    module = pytest.importorskip("torch", reason="needs the clip extra")
    pytest.importorskip("onnx", reason="the exporter needs onnx")
    module.manual_seed(0)
    return module


@pytest.fixture(scope="module", params=list(SOURCES))
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Source:
    return SOURCES[request.param](tmp_path_factory.mktemp("source"))


def worst_cosines(one: Source, other: OnnxClipEncoder) -> list[float]:
    pictures = some_pictures()
    pairs = (
        [side.texts.encode(TEXTS, role=Role.QUERY) for side in (one, other)],
        [side.pictures.encode(pictures, role=Role.PASSAGE) for side in (one, other)],
    )
    return [float((a * b).sum(axis=1).min()) for a, b in pairs]


LEAST = {"fp32": 0.9999, "fp16": 0.999, "int8": 0.97}


def test_parity_and_a_space_of_its_own_in_each_precision(source: Source, tmp_path: Path) -> None:
    revisions, sizes = [], {}
    for precision, least in LEAST.items():
        folder = tmp_path / precision
        done = export_clip_encoder(source, folder, precision=precision)  # type: ignore[arg-type]
        exported = OnnxClipEncoder(folder, threads=1, name="mine")
        assert min(worst_cosines(source, exported)) >= least
        assert min(done.texts, done.pictures) >= least
        assert exported.picture_side == source.picture_side
        # A network that put everything in one place would agree with anything.
        spread = exported.pictures.encode(some_pictures(), role=Role.PASSAGE)
        assert (spread @ spread.T).min() < 0.99
        assert exported.space.revision.endswith(f"-{precision}")
        revisions.append(exported.space.revision)
        recorded = json.loads((folder / "encoder.json").read_text())
        assert recorded["source_revision"] == source.space.revision
        sizes[precision] = (folder / "pictures.onnx").stat().st_size
    assert len({source.space.revision, *revisions}) == 1 + len(LEAST)
    assert sizes["fp16"] < 0.75 * sizes["fp32"]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    original = open_clip(tmp_path_factory.mktemp("original"))
    return export_clip_encoder(original, folder).folder


def test_a_catalogue_can_name_it(exported: Path) -> None:
    suite = load_suite(f"onnx:{exported}", threads=1)
    assert isinstance(suite, EncoderSuite)
    assert suite.name == f"onnx:{exported}"
    assert suite.spaces[Modality.TEXT] == suite.spaces[Modality.PICTURE]
    assert suite.picture_side == 32
    assert suite.encode_pictures([], role=Role.QUERY)[suite.spaces[Modality.TEXT][0].name].size == 0


def test_an_index_of_another_precision_refuses_it(exported: Path, tmp_path: Path) -> None:
    from deepsearch.catalogue import Catalogue
    from deepsearch.schema import Listing

    spaces = [OnnxClipEncoder(exported, threads=1, name="mine").space]
    original = OpenClipEncoder.from_pretrained(
        ARCHITECTURE, str(save_open_clip(tmp_path)), options=CPU
    )
    export_clip_encoder(original, tmp_path / "int8", precision="int8")
    int8 = OnnxClipEncoder(tmp_path / "int8", threads=1, name="mine")
    spaces.append(int8.space)
    catalogue = Catalogue.create(tmp_path / "catalogue")
    catalogue.upsert([Listing(id="a", title="a red bolt")])
    vector = OnnxClipEncoder(exported, threads=1).texts.encode(["a red bolt"], role=Role.PASSAGE)
    (item,) = catalogue.pending(spaces[0], Modality.TEXT)
    catalogue.put_vectors(spaces[0], Modality.TEXT, [item.content_hash], vector)
    assert not catalogue.pending(spaces[0], Modality.TEXT)
    # The other precision's space holds none of these vectors: all is encoded anew for it.
    assert len(catalogue.vectors(spaces[1], Modality.TEXT).rows) == 0
    assert catalogue.pending(spaces[1], Modality.TEXT) == [item]


def test_it_runs_without_torch(exported: Path) -> None:
    code = (
        "import sys\n"
        "for name in ('torch', 'open_clip', 'transformers'): sys.modules[name] = None\n"
        "from PIL import Image\n"
        "from deepsearch.encoders import load_suite\n"
        "from deepsearch.schema import Role\n"
        f"suite = load_suite('onnx:{exported}', threads=1)\n"
        "print(suite.encode_texts(['bolt'], role=Role.QUERY).popitem()[1].shape,"
        " suite.encode_pictures([Image.new('RGB', (50, 40))], role=Role.QUERY).popitem()[1].shape)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(1, 24) (1, 24)"


@pytest.mark.parametrize(
    "size", [(32, 32), (33, 32), (1, 1), (700, 3), (3, 700), (31, 97), (1024, 768)]
)
def test_the_transform_is_open_clips_own(exported: Path, size: tuple[int, int]) -> None:
    import open_clip as library

    from deepsearch.encoders.pictures import reduced
    from deepsearch.encoders.pixels import PixelRecipe

    recorded = json.loads((exported / "encoder.json").read_text())
    recipe = PixelRecipe(**recorded["pixels"])
    drawn = np.random.default_rng(1).integers(0, 256, size=(*size[::-1], 3), dtype=np.uint8)
    picture = Image.fromarray(drawn)
    _, _, transform = library.create_model_and_transforms(ARCHITECTURE)
    wanted = transform(reduced(picture, side=32)).numpy()
    np.testing.assert_allclose(recipe.pixels([picture])[0], wanted, atol=1e-5)


@pytest.mark.parametrize("clean", ["whitespace", "lower", "canonicalize"])
def test_a_tokenizer_of_transformers_inside_open_clip(tmp_path: Path, clean: str) -> None:
    words = tmp_path / "words"
    words.mkdir()
    save_siglip(words)
    text = {
        "hf_tokenizer_name": str(words),
        "vocab_size": 64,
        "context_length": 16,
        "tokenizer_kwargs": {"clean": clean},
        "pool_type": "last",
        "no_causal_mask": True,
    }
    original = OpenClipEncoder.from_pretrained(
        ARCHITECTURE, str(save_open_clip(tmp_path, text=text)), options=CPU
    )
    export_clip_encoder(original, tmp_path / "out")
    exported = OnnxClipEncoder(tmp_path / "out", threads=1)
    texts = ["Steel_pipe:  red,BLUE valve!", "a  20 mm\nBOLT"]
    cosines = original.texts.encode(texts, role=Role.QUERY) * exported.texts.encode(
        texts, role=Role.QUERY
    )
    assert cosines.sum(axis=1).min() >= 0.9999
    ids = exported.token_ids(texts)
    assert (ids[0] == exported.token_ids([texts[0].lower()])[0]) == (clean != "whitespace")


def test_what_would_not_be_the_same_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    original = open_clip(tmp_path)
    original.model.visual.preprocess_cfg["mean"] = (0.9, 0.1, 0.5)  # not what it was made with
    with pytest.raises(EncodingError, match=r"worst cosine .* of pictures"):
        export_clip_encoder(original, tmp_path / "out")
    original = open_clip(tmp_path)
    monkeypatch.setattr(original.tokenizer, "clean_fn", lambda text: text)
    with pytest.raises(EncodingError, match="<lambda>"):
        export_clip_encoder(original, tmp_path / "out")
    original = open_clip(tmp_path)
    original.model.visual.preprocess_cfg["resize_mode"] = "longest"
    with pytest.raises(EncodingError, match="'longest'"):
        export_clip_encoder(original, tmp_path / "out")


def test_only_fp32_on_the_cpu_is_exported(tmp_path: Path) -> None:
    options = TorchOptions(device="cpu", precision="bf16")
    encoder = OpenClipEncoder.from_pretrained(
        ARCHITECTURE, str(save_open_clip(tmp_path)), options=options
    )
    with pytest.raises(InvalidInputError, match="bf16 on cpu"):
        export_clip_encoder(encoder, tmp_path / "out")
    with pytest.raises(InvalidInputError, match="int4"):
        export_clip_encoder(encoder, tmp_path / "out", precision="int4")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["texts.onnx", "tokenizer.json", "encoder.json"])
def test_a_folder_that_lacks_a_file_is_refused(exported: Path, tmp_path: Path, name: str) -> None:
    for file in exported.iterdir():
        if file.name != name:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(UnreadableFileError, match="export_clip_encoder"):
        load_suite(f"onnx:{tmp_path}")
    (tmp_path / name).write_bytes(b"\x00" * 50)
    with pytest.raises((UnreadableFileError, EncodingError)):
        load_suite(f"onnx:{tmp_path}")
