"""transformers models: our adapter against the library, on small random checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepsearch.encoders import load_suite
from deepsearch.encoders.hub_clip import HubClipEncoder
from deepsearch.encoders.hub_text import HubTextEncoder
from deepsearch.encoders.onnx_text import OnnxTextEncoder, export_text_encoder
from deepsearch.encoders.text_config import TextModelConfig
from deepsearch.encoders.torch_options import TorchOptions
from deepsearch.errors import InvalidInputError, UnreadableFileError, UnsupportedOperationError
from deepsearch.schema import Modality, Role
from tests.encoders.checkpoints import (
    save_chinese_clip,
    save_clip,
    save_siglip,
    save_text_model,
    some_pictures,
)

pytestmark = pytest.mark.clip

TEXTS = ["a red bolt", "steel pipe 20 mm", "valve", "blue valve with a steel pipe of 20 mm"]
CPU = TorchOptions(device="cpu", batch_size=3)


@pytest.fixture(scope="module", autouse=True)
def torch() -> Any:
    module = pytest.importorskip("torch", reason="needs the clip extra")
    pytest.importorskip("transformers", reason="needs the clip extra")
    module.manual_seed(0)
    return module


def unit(tensor: Any) -> np.ndarray:
    found = tensor if hasattr(tensor, "shape") else tensor.pooler_output
    array = found.float().numpy()
    return array / np.linalg.norm(array, axis=1, keepdims=True)


@pytest.mark.parametrize(("precision", "least"), [("fp32", 0.9999), ("bf16", 0.999)])
@pytest.mark.parametrize("save", [save_clip, save_chinese_clip, save_siglip])
def test_two_towers_parity(
    torch: Any, tmp_path: Path, save: Callable[[Path], None], precision: Any, least: float
) -> None:
    from transformers import AutoModel, AutoProcessor

    save(tmp_path)
    model = AutoModel.from_pretrained(tmp_path).eval()
    processor = AutoProcessor.from_pretrained(tmp_path)
    padding = "max_length" if save is save_siglip else True
    length = 16 if save is save_siglip else 40
    with torch.inference_mode():
        tokens = processor.tokenizer(
            TEXTS, padding=padding, truncation=True, max_length=length, return_tensors="pt"
        )
        texts = unit(model.get_text_features(**tokens))
        pixels = processor.image_processor(images=some_pictures(), return_tensors="pt")
        pictures = unit(model.get_image_features(**pixels))
    options = TorchOptions(device="cpu", precision=precision, batch_size=3)
    encoder = HubClipEncoder.from_pretrained(str(tmp_path), options=options)
    ours = encoder.texts.encode(TEXTS, role=Role.QUERY)
    assert (ours * texts).sum(axis=1).min() >= least
    ours = encoder.pictures.encode(some_pictures(), role=Role.PASSAGE)
    assert (ours * pictures).sum(axis=1).min() >= least
    suite = encoder.suite()
    assert suite.spaces[Modality.TEXT] == suite.spaces[Modality.PICTURE] == (encoder.space,)


@pytest.mark.parametrize(("precision", "least"), [("fp32", 0.9999), ("bf16", 0.999)])
@pytest.mark.parametrize("pooling", ["mean_tokens", "cls_token", "lasttoken"])
def test_text_parity(tmp_path: Path, pooling: str, precision: Any, least: float) -> None:
    st = pytest.importorskip("sentence_transformers", reason="the reference is not installed")
    save_text_model(tmp_path, pooling)
    model = st.SentenceTransformer(str(tmp_path), device="cpu")
    options = TorchOptions(device="cpu", precision=precision, batch_size=2)
    encoder = HubTextEncoder.from_pretrained(str(tmp_path), options=options)
    assert encoder.config.max_tokens == 12
    for role, prompt in ((Role.QUERY, "query"), (Role.PASSAGE, "passage")):
        theirs = model.encode(TEXTS, prompt_name=prompt)
        ours = encoder.encode(TEXTS, role=role)
        assert (ours * theirs).sum(axis=1).min() >= least


def test_another_pooling_is_another_revision(tmp_path: Path) -> None:
    save_text_model(tmp_path, "mean_tokens")
    recorded = HubTextEncoder.from_pretrained(str(tmp_path), options=CPU)
    chosen = HubTextEncoder.from_pretrained(
        str(tmp_path), config=TextModelConfig(pooling="cls"), options=CPU
    )
    assert recorded.space.revision != chosen.space.revision
    one, other = (made.encode(TEXTS, role=Role.QUERY) for made in (recorded, chosen))
    assert (one * other).sum(axis=1).max() < 0.999  # the parity tests would see a wrong pooling


def test_a_text_model_knows_no_pictures(tmp_path: Path) -> None:
    save_text_model(tmp_path, "mean_tokens")
    suite = HubTextEncoder.from_pretrained(str(tmp_path), options=CPU).suite()
    with pytest.raises(UnsupportedOperationError, match="pictures"):
        suite.encode_pictures([], role=Role.QUERY)
    with pytest.raises(InvalidInputError, match="HubTextEncoder"):
        HubClipEncoder.from_pretrained(str(tmp_path), options=CPU)


def test_e5_gets_the_prompts_it_was_trained_with(tmp_path: Path) -> None:
    folder = tmp_path / "multilingual-e5-small"
    folder.mkdir()
    config = TextModelConfig.from_folder(folder)
    assert (config.query_prompt, config.passage_prompt) == ("query: ", "passage: ")


def test_nothing_is_downloaded_unasked() -> None:
    with pytest.raises(InvalidInputError, match="local_files_only=False"):
        HubTextEncoder.from_pretrained("no-such-org/no-such-model")


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="no weights"):
        HubTextEncoder.from_pretrained(str(tmp_path))


def test_a_damaged_folder_is_refused(tmp_path: Path) -> None:
    save_text_model(tmp_path, "mean_tokens")
    (tmp_path / "model.safetensors").write_bytes(b"\x00" * 64)
    with pytest.raises(UnreadableFileError):
        HubTextEncoder.from_pretrained(str(tmp_path))


def test_an_unknown_pooling_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text('{"pooling_mode_max_tokens": true}')
    with pytest.raises(InvalidInputError, match="max_tokens"):
        TextModelConfig.from_folder(tmp_path)


@pytest.mark.parametrize(
    ("precision", "least"), [("fp32", 0.9999), ("fp16", 0.9999), ("int8", 0.97)]
)
@pytest.mark.parametrize("pooling", ["mean_tokens", "cls_token"])
def test_onnx_export_parity(tmp_path: Path, pooling: str, precision: Any, least: float) -> None:
    pytest.importorskip("onnx", reason="the exporter needs onnx")
    source = tmp_path / "source"
    source.mkdir()
    save_text_model(source, pooling)
    original = HubTextEncoder.from_pretrained(str(source), options=CPU)
    folder = export_text_encoder(original, tmp_path / "exported", precision=precision)
    exported = OnnxTextEncoder(folder, threads=1)
    assert exported.space.dim == original.space.dim
    for role in Role:
        texts = [*TEXTS, "", "pipe " * 40]
        cosines = (original.encode(texts, role=role) * exported.encode(texts, role=role)).sum(
            axis=1
        )
        assert cosines.min() >= least
    assert load_suite(f"onnx:{folder}").spaces[Modality.TEXT] == (exported.space,)


def test_a_catalogue_can_name_a_folder(tmp_path: Path) -> None:
    save_text_model(tmp_path, "mean_tokens")
    suite = load_suite(f"text:{tmp_path}")
    assert suite.name == f"text:{tmp_path}"
    assert suite.encode_texts(TEXTS, role=Role.QUERY)[suite.spaces[Modality.TEXT][0].name].any()


def test_a_folder_that_is_no_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="export_text_encoder"):
        OnnxTextEncoder(tmp_path)
