"""Small random checkpoints, laid out on disk as the real ones are, and pictures for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

ARCHITECTURE = "tiny-for-tests"
WORDS = [
    *("a", "red", "steel", "bolt", "pipe", "blue", "valve"),
    *("with", "of", "20", "mm", "query", ":", "passage"),
]


def word_pieces(folder: Path) -> Any:
    from transformers import BertTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = [*"abcdefghijklmnopqrstuvwxyz0123456789"]
    pieces = [*special, *WORDS, *letters, *(f"##{letter}" for letter in letters)]
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(dict.fromkeys(pieces)) + "\n", encoding="utf-8")
    return BertTokenizerFast(str(vocabulary))


def byte_pairs() -> Any:
    """A CLIP tokenizer of single letters: no merges, as small as one can be."""
    from transformers import CLIPTokenizer

    letters = [chr(code) for code in range(33, 127)]
    tokens = [*letters, *(f"{letter}</w>" for letter in letters)]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {token: place for place, token in enumerate(tokens)}
    return CLIPTokenizer(vocab=vocabulary, merges=[])


VISION = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": 32,
    "patch_size": 8,
}
TEXT = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "max_position_embeddings": 40,
}


def save_clip(folder: Path) -> None:
    import transformers as t

    tokenizer = byte_pairs()
    text = {
        **TEXT,
        "vocab_size": len(tokenizer),
        "eos_token_id": tokenizer.eos_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    config = t.CLIPConfig(text_config=text, vision_config=VISION, projection_dim=24)
    t.CLIPModel(config).save_pretrained(folder)
    pixels = t.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    t.CLIPProcessor(image_processor=pixels, tokenizer=tokenizer).save_pretrained(folder)


def save_chinese_clip(folder: Path) -> None:
    import transformers as t

    tokenizer = word_pieces(folder)
    text = {**TEXT, "vocab_size": len(tokenizer)}
    config = t.ChineseCLIPConfig(text_config=text, vision_config=VISION, projection_dim=24)
    t.ChineseCLIPModel(config).save_pretrained(folder)
    pixels = t.ChineseCLIPImageProcessor(
        size={"height": 32, "width": 32}, crop_size={"height": 32, "width": 32}
    )
    t.ChineseCLIPProcessor(image_processor=pixels, tokenizer=tokenizer).save_pretrained(folder)


def save_siglip(folder: Path) -> None:
    import transformers as t
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = {word: place for place, word in enumerate(["<pad>", "</s>", "<unk>", *WORDS])}
    inner = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = t.PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    text = {**TEXT, "vocab_size": len(words), "max_position_embeddings": 16}
    config = t.SiglipConfig(text_config=text, vision_config=VISION)
    t.SiglipModel(config).save_pretrained(folder)
    pixels = t.SiglipImageProcessor(size={"height": 32, "width": 32})
    t.SiglipProcessor(image_processor=pixels, tokenizer=tokenizer).save_pretrained(folder)


def save_text_model(folder: Path, pooling: str) -> None:
    """A model as sentence-transformers lays one out."""
    import transformers as t

    tokenizer = word_pieces(folder)
    config = {**TEXT, "vocab_size": len(tokenizer)}
    if pooling == "lasttoken":
        made = t.Qwen3Config(**config, num_key_value_heads=1, head_dim=16, tie_word_embeddings=True)
        t.Qwen3Model(made).save_pretrained(folder)
    else:
        t.BertModel(t.BertConfig(**config)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "modules.json").write_text(
        json.dumps(
            [
                {
                    "idx": 0,
                    "name": "0",
                    "path": "",
                    "type": "sentence_transformers.models.Transformer",
                },
                {
                    "idx": 1,
                    "name": "1",
                    "path": "1_Pooling",
                    "type": "sentence_transformers.models.Pooling",
                },
                {
                    "idx": 2,
                    "name": "2",
                    "path": "2_Normalize",
                    "type": "sentence_transformers.models.Normalize",
                },
            ]
        )
    )
    (folder / "1_Pooling").mkdir()
    modes = {name: name == pooling for name in ("cls_token", "mean_tokens", "lasttoken")}
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps(
            {
                "word_embedding_dimension": 32,
                **{f"pooling_mode_{name}": value for name, value in modes.items()},
            }
        )
    )
    (folder / "2_Normalize").mkdir()
    (folder / "sentence_bert_config.json").write_text(
        json.dumps({"max_seq_length": 12, "do_lower_case": False})
    )
    (folder / "config_sentence_transformers.json").write_text(
        json.dumps({"prompts": {"query": "query : ", "passage": "passage : "}})
    )


def save_open_clip(folder: Path, *, text: dict[str, Any] | None = None) -> Path:
    """A model of a small architecture, which open_clip then knows, saved as its checkpoints are."""
    torch = pytest.importorskip("torch", reason="needs the clip extra")
    open_clip = pytest.importorskip("open_clip", reason="needs the clip extra")
    save_file = pytest.importorskip("safetensors.torch", reason="needs the clip extra").save_file
    vision = {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8}
    config = {
        "embed_dim": 24,
        "text_cfg": {
            "context_length": 77,
            "vocab_size": 49408,
            "width": 32,
            "heads": 2,
            "layers": 2,
            **(text or {}),
        },
        "vision_cfg": vision,
    }
    (folder / f"{ARCHITECTURE}.json").write_text(json.dumps(config), encoding="utf-8")
    open_clip.add_model_config(folder)
    torch.manual_seed(0)
    model = open_clip.create_model(ARCHITECTURE)
    path = folder / "weights.safetensors"
    save_file(model.state_dict(), str(path))
    return path


def some_pictures() -> list[Image.Image]:
    drawn = np.random.default_rng(0)
    sizes = [(48, 60), (32, 32), (33, 200), (40, 40), (70, 50)]
    return [
        Image.fromarray(drawn.integers(0, 256, size=(*size, 3), dtype=np.uint8)) for size in sizes
    ]
