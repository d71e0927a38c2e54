"""transformers text models, pooled to one vector: E5, BGE, GTE, Qwen3-Embedding ..."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from deepsearch.encoders.model_files import (
    find_weights,
    hash_files,
    load_pretrained,
    local_folder,
    space_name,
)
from deepsearch.encoders.prompted import PromptedTextEncoder
from deepsearch.encoders.text_config import TextModelConfig
from deepsearch.encoders.torch_options import TorchOptions, in_batches
from deepsearch.extras import require
from deepsearch.schema import EmbeddingSpace, FloatArray

__all__ = ["HubTextEncoder"]


class HubTextEncoder(PromptedTextEncoder):
    """A transformers text model with pooling and prompts: E5, BGE, GTE, Qwen3-Embedding ..."""

    kind = "text"

    def __init__(
        self,
        model: Any,
        *,
        tokenizer: Any,
        config: TextModelConfig,
        name: str,
        revision: str,
        options: TorchOptions,
    ) -> None:
        """Wrap a loaded model; `from_pretrained` loads one.

        Args:
            model: The transformers model, placed.
            tokenizer: Its tokenizer.
            config: Pooling, prompts and length.
            name: Name of the space.
            revision: Hash of the weights and the config.
            options: Device, precision and batch size.
        """
        self.model = model
        self.tokenizer = tokenizer
        self._config = config
        self._options = options
        space = EmbeddingSpace(name=name, revision=revision, dim=int(model.config.hidden_size))
        super().__init__(space, prompts=config)

    @classmethod
    def from_pretrained(
        cls,
        model: str,
        *,
        config: TextModelConfig | None = None,
        local_files_only: bool = True,
        options: TorchOptions | None = None,
        name: str | None = None,
    ) -> HubTextEncoder:
        """Load a model and its tokenizer.

        Args:
            model: A folder as `save_pretrained` leaves it, or a hub id.
            config: Pooling, prompts and length; None: as recorded in the folder.
            local_files_only: False lets a hub id be downloaded.
            options: Device, precision, batch size; None: the defaults.
            name: Name of the space; None: made of the folder's or model's name.

        Returns:
            The encoder.

        Raises:
            InvalidInputError: If the model is not at hand.
            UnreadableFileError: If the folder cannot be loaded.
            MissingExtraError: If transformers is not installed.
        """
        transformers = require("transformers", extra="clip")
        chosen = options or TorchOptions()
        folder = local_folder(model, local_files_only=local_files_only)
        used = config or TextModelConfig.from_folder(folder)
        recipe = f"{used.pooling}|{used.query_prompt}|{used.passage_prompt}|{used.max_tokens}"
        hashed = hash_files(find_weights(folder))
        tokenizer = load_pretrained(transformers.AutoTokenizer, folder)
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token
        # With the padding on the right, every text's own tokens start at position 0.
        tokenizer.padding_side = "right"
        return cls(
            chosen.place(load_pretrained(transformers.AutoModel, folder)),
            tokenizer=tokenizer,
            config=used,
            name=name or f"text-{space_name(Path(model).name)}",
            revision=f"{hashed[:12]}-{hashlib.sha256(recipe.encode()).hexdigest()[:6]}",
            options=chosen,
        )

    @property
    def config(self) -> TextModelConfig:
        """Pooling, prompts and length."""
        return self._config

    def _embed(self, texts: list[str]) -> FloatArray:
        return in_batches(
            texts,
            self._tensor,
            options=self._options,
            dim=self.space.dim,
            lengths=[len(text) for text in texts],
        )

    def _tensor(self, texts: list[str]) -> Any:
        tokens = self.tokenizer(
            texts,
            padding=True,
            truncation=True,
            max_length=self._config.max_tokens,
            return_tensors="pt",
        ).to(self._options.resolve_device())
        states = self.model(**tokens).last_hidden_state.float()
        return self.pool(states, tokens["attention_mask"])

    def pool(self, states: Any, mask: Any) -> Any:
        """Make one vector of a text's token vectors, as the config says.

        Args:
            states: (n, tokens, dim) tensor.
            mask: (n, tokens) tensor, 1 for a text's own tokens, which come first.

        Returns:
            (n, dim) tensor, not normalised.
        """
        if self._config.pooling == "cls":
            return states[:, 0]
        weights = mask.unsqueeze(-1).float()
        if self._config.pooling == "last":
            following = weights.roll(-1, dims=1)
            following[:, -1] = 0
            weights = weights * (1 - following)  # 1 where no further token follows
        return (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)
