"""open_clip: our adapter against the library itself, on a small random checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepsearch.encoders import load_suite
from deepsearch.encoders.openclip import OpenClipEncoder
from deepsearch.encoders.torch_options import TorchOptions
from deepsearch.errors import InvalidInputError, MissingExtraError, UnreadableFileError
from deepsearch.protocols import EncoderSuite
from deepsearch.schema import Modality, Role
from tests.encoders.checkpoints import ARCHITECTURE, save_open_clip, some_pictures

pytestmark = pytest.mark.clip

TEXTS = ["a red bolt", "", "steel pipe, 20 mm", "word " * 200]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model of a small architecture, saved as open_clip's checkpoints are."""
    pytest.importorskip("open_clip", reason="needs the clip extra")
    return save_open_clip(tmp_path_factory.mktemp("openclip"))


@pytest.fixture(scope="module")
def encoder(checkpoint: Path) -> OpenClipEncoder:
    return OpenClipEncoder.from_pretrained(
        ARCHITECTURE, str(checkpoint), options=TorchOptions(device="cpu", batch_size=3)
    )


def reference(checkpoint: Path) -> tuple[np.ndarray, np.ndarray]:
    import open_clip
    import torch

    model, _, transform = open_clip.create_model_and_transforms(
        ARCHITECTURE, pretrained=str(checkpoint)
    )
    model.eval()
    tokenizer: Any = open_clip.get_tokenizer(ARCHITECTURE)
    with torch.inference_mode():
        texts = model.encode_text(tokenizer(TEXTS), normalize=True)
        pixels = torch.stack([transform(picture) for picture in some_pictures()])
        pictures = model.encode_image(pixels, normalize=True)
    return texts.numpy(), pictures.numpy()


@pytest.mark.parametrize(("precision", "least"), [("fp32", 0.9999), ("bf16", 0.999)])
def test_parity(checkpoint: Path, precision: Any, least: float) -> None:
    texts, pictures = reference(checkpoint)
    encoder = OpenClipEncoder.from_pretrained(
        ARCHITECTURE,
        str(checkpoint),
        options=TorchOptions(device="cpu", precision=precision, batch_size=2),
    )
    ours = encoder.texts.encode(TEXTS, role=Role.QUERY)
    assert (ours * texts).sum(axis=1).min() >= least
    ours = encoder.pictures.encode(some_pictures(), role=Role.PASSAGE)
    assert (ours * pictures).sum(axis=1).min() >= least


def test_the_suite_has_one_space(encoder: OpenClipEncoder) -> None:
    suite = encoder.suite()
    assert isinstance(suite, EncoderSuite)
    assert suite.spaces[Modality.TEXT] == suite.spaces[Modality.PICTURE] == (encoder.space,)
    assert encoder.space.dim == 24
    assert suite.picture_side == 32
    assert suite.encode_texts([], role=Role.QUERY)[encoder.space.name].shape == (0, 24)


def test_a_catalogue_can_name_it(checkpoint: Path) -> None:
    name = f"openclip:{ARCHITECTURE}@{checkpoint}"
    suite = load_suite(name)
    assert suite.name == name
    assert suite.spaces[Modality.TEXT][0].dim == 24


def test_other_weights_are_another_revision(checkpoint: Path, tmp_path: Path) -> None:
    import open_clip
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(1)
    other = tmp_path / "other.safetensors"
    save_file(open_clip.create_model(ARCHITECTURE).state_dict(), str(other))
    one = OpenClipEncoder.from_pretrained(ARCHITECTURE, str(checkpoint))
    two = OpenClipEncoder.from_pretrained(ARCHITECTURE, str(other))
    assert one.space.name == two.space.name
    assert one.space.revision != two.space.revision


def test_unknown_names_are_refused(checkpoint: Path) -> None:
    with pytest.raises(InvalidInputError, match="no architecture 'ViT-Z'"):
        OpenClipEncoder.from_pretrained("ViT-Z", str(checkpoint))
    with pytest.raises(InvalidInputError, match="neither a file nor one of the tags"):
        OpenClipEncoder.from_pretrained(ARCHITECTURE, "no-such-tag")


def test_a_tag_is_not_downloaded_unasked(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import open_clip

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("tried to download")

    monkeypatch.setattr(open_clip, "download_pretrained", refuse)
    with pytest.raises(InvalidInputError, match="local_files_only=False"):
        OpenClipEncoder.from_pretrained("ViT-B-32", "laion2b_s34b_b79k")


def test_a_file_that_is_no_checkpoint_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"\x10" * 100)
    with pytest.raises(UnreadableFileError, match=r"bad\.safetensors"):
        OpenClipEncoder.from_pretrained(ARCHITECTURE, str(bad))


def test_a_pickle_with_code_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    import os
    import pickle

    class Evil:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return os.mkdir, (str(tmp_path / "pwned"),)

    bad = tmp_path / "bad.pt"
    bad.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(UnreadableFileError):
        OpenClipEncoder.from_pretrained(ARCHITECTURE, str(bad))
    assert not (tmp_path / "pwned").exists()


def test_missing_open_clip_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "open_clip", None)
    with pytest.raises(MissingExtraError, match=r"deepsearch\[clip\]"):
        OpenClipEncoder.from_pretrained("ViT-B-32", "x")
