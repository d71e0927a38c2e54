"""transformers cross-encoders: our scorer against the library, on small random checkpoints."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.ranking.pair_models import OnnxPairs, TransformersPairs

pytestmark = pytest.mark.clip

WORDS = ["steel", "bolt", "rubber", "hose", "red", "mm", "20"]
TEXTS = ["rubber hose", "steel bolt 20 mm red", "red " * 300]


@pytest.fixture(scope="module", autouse=True)
def torch() -> Any:
    module = pytest.importorskip("torch", reason="needs the clip extra")
    pytest.importorskip("transformers", reason="needs the clip extra")
    module.manual_seed(0)
    return module


def save_model(folder: Path, *, labels: int) -> tuple[Any, Any]:
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    vocabulary = folder / "vocab.txt"
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary.write_text("\n".join([*special, *WORDS]) + "\n", encoding="utf-8")
    tokenizer = BertTokenizerFast(str(vocabulary))
    config = BertConfig(
        vocab_size=len(special) + len(WORDS), hidden_size=32, intermediate_size=64,
        num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=64, num_labels=labels,
    )  # fmt: skip
    model = BertForSequenceClassification(config).eval()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return model, tokenizer


@pytest.mark.parametrize("labels", [1, 2])
def test_parity_with_the_library_one_pair_at_a_time(
    torch: Any, tmp_path: Path, labels: int
) -> None:
    model, tokenizer = save_model(tmp_path, labels=labels)
    ours = TransformersPairs.from_pretrained(str(tmp_path)).score("steel bolt", TEXTS)
    expected = []
    for text in TEXTS:
        inputs = tokenizer("steel bolt", text, truncation="longest_first", max_length=64,
                           return_tensors="pt")  # fmt: skip
        with torch.no_grad():
            logits = model(**inputs).logits[0]
        expected.append(float(logits[0] if labels == 1 else logits[1] - logits[0]))
    assert ours.dtype == np.float32
    assert ours == pytest.approx(expected, abs=1e-5)


def test_onnx_and_transformers_agree(torch: Any, tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="writing the ONNX file needs onnx")
    model, tokenizer = save_model(tmp_path, labels=1)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    inputs = tokenizer("steel", "bolt", return_tensors="pt")
    buffer = io.BytesIO()
    axes = {name: {0: "batch", 1: "tokens"} for name in names}
    torch.onnx.export(
        model, tuple(inputs[name] for name in names), buffer, input_names=names,
        output_names=["logits"], dynamic_axes=axes, opset_version=17, dynamo=False,
    )  # fmt: skip
    path = tmp_path / "model.onnx"
    path.write_bytes(buffer.getvalue())
    onnx_scores = OnnxPairs(path, tmp_path / "tokenizer.json", max_tokens=64).score(
        "steel bolt", TEXTS
    )
    torch_scores = TransformersPairs.from_pretrained(str(tmp_path)).score("steel bolt", TEXTS)
    assert onnx_scores == pytest.approx(torch_scores, abs=1e-4)


def test_what_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"model\.safetensors"):
        TransformersPairs.from_pretrained(str(tmp_path))
    save_model(tmp_path, labels=3)
    with pytest.raises(InvalidInputError, match="3 labels"):
        TransformersPairs.from_pretrained(str(tmp_path))
