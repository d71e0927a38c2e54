"""transformers models: text-picture pairs (CLIP, SigLIP, Chinese-CLIP) and text models."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from deepsearch.encoders.composed import ComposedSuite
from deepsearch.encoders.pictures import checked_pictures, reduced
from deepsearch.encoders.torch_options import (
    TorchOptions,
    find_weights,
    hash_files,
    in_batches,
    local_folder,
    space_name,
)
from deepsearch.encoders.vectors import checked, checked_texts
from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.extras import require
from deepsearch.schema import EmbeddingSpace, FloatArray, Role

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["HubClipEncoder", "HubPictures", "HubTextEncoder", "HubTexts", "TextModelConfig"]

MAX_CHARS = 65_536
Pooling = Literal["mean", "cls", "last"]

# Trained with every text padded to full length: shorter ones give other vectors.
PADDED_FAMILIES = ("siglip", "siglip2")
# Prompts that a model family was trained with, where its folder does not record them.
KNOWN_PROMPTS = {"e5": ("query: ", "passage: ")}


# ---------------------------------------------------------------- texts and pictures


class HubClipEncoder:
    """A transformers model with a text and a picture tower.

    Example:
        `suite = HubClipEncoder.from_pretrained("folder-of-a-siglip-model").suite()`
    """

    def __init__(
        self, model: Any, *, processor: Any, name: str, revision: str, options: TorchOptions
    ) -> None:
        """Wrap a loaded model; `from_pretrained` loads one.

        Args:
            model: The transformers model, placed.
            processor: Its processor, with `tokenizer` and `image_processor`.
            name: Name of the space.
            revision: Hash of the weights.
            options: Device, precision and batch size.
        """
        self.model = model
        self.tokenizer = processor.tokenizer
        self.image_processor = processor.image_processor
        self.options = options
        config = model.config
        self._padding = "max_length" if config.model_type in PADDED_FAMILIES else "longest"
        self._max_tokens = int(config.text_config.max_position_embeddings)
        if config.text_config.model_type == "chinese_clip_text_model":
            self._max_tokens = min(self._max_tokens, 52)  # what its makers trained with
        self.picture_side = int(config.vision_config.image_size)
        width = self._embed_texts([""]).shape[1]
        self.space = EmbeddingSpace(name=name, revision=revision, dim=int(width))
        self.texts = HubTexts(self)
        self.pictures = HubPictures(self)

    @classmethod
    def from_pretrained(
        cls,
        model: str,
        *,
        local_files_only: bool = True,
        options: TorchOptions | None = None,
        name: str | None = None,
    ) -> HubClipEncoder:
        """Load a model and its processor.

        Args:
            model: A folder as `save_pretrained` leaves it, or a hub id.
            local_files_only: False lets a hub id be downloaded.
            options: Device, precision, batch size; None: the defaults.
            name: Name of the space; None: made of the folder's or model's name.

        Returns:
            The encoder.

        Raises:
            InvalidInputError: If the model is not at hand, or has not both towers.
            UnreadableFileError: If the folder cannot be loaded.
            MissingExtraError: If transformers is not installed.
        """
        transformers = require("transformers", extra="clip")
        chosen = options or TorchOptions()
        folder = local_folder(model, local_files_only=local_files_only)
        revision = hash_files(find_weights(folder))[:12]
        loaded = _load(transformers.AutoModel, folder)
        if not (hasattr(loaded, "get_text_features") and hasattr(loaded, "get_image_features")):
            raise InvalidInputError(
                f"{model!r} is a {type(loaded).__name__}, which has no text and picture tower; "
                "for a text model use HubTextEncoder."
            )
        return cls(
            chosen.place(loaded),
            processor=_load(transformers.AutoProcessor, folder),
            name=name or f"clip-{space_name(Path(model).name)}",
            revision=revision,
            options=chosen,
        )

    def suite(self, name: str = "clip") -> ComposedSuite:
        """Return the two encoders as a suite.

        Args:
            name: Name a catalogue records.

        Returns:
            The suite.
        """
        return ComposedSuite(
            name, texts=[self.texts], pictures=[self.pictures], picture_side=self.picture_side
        )

    def _embed_texts(self, texts: list[str]) -> Any:
        torch = require("torch", extra="clip")
        tokens = self.tokenizer(
            texts,
            padding=self._padding,
            truncation=True,
            max_length=self._max_tokens,
            return_tensors="pt",
        ).to(self.options.resolve_device())
        with torch.inference_mode():
            return _pooled(self.model.get_text_features(**tokens))

    def _embed_pictures(self, pictures: list[Image]) -> Any:
        small = [reduced(picture, side=self.picture_side) for picture in pictures]
        pixels = self.image_processor(images=small, return_tensors="pt")["pixel_values"]
        pixels = pixels.to(self.options.resolve_device(), dtype=self.options.resolve_dtype())
        return _pooled(self.model.get_image_features(pixel_values=pixels))


class HubTexts:
    """The text encoder of a two-tower model."""

    def __init__(self, model: HubClipEncoder) -> None:
        """Belong to a model."""
        self._model = model

    @property
    def space(self) -> EmbeddingSpace:
        """The space the vectors belong to."""
        return self._model.space

    def encode(self, items: Sequence[str], *, role: Role) -> FloatArray:  # noqa: ARG002
        """Encode texts.

        Args:
            items: Texts; what is beyond the model's context length is cut.
            role: Ignored: the model knows no roles.

        Returns:
            (len(items), dim) float32, unit length.

        Raises:
            InvalidInputError: If an item is no string.
            EncodingError: If the model fails.
        """
        model = self._model
        safe = checked_texts(items, max_chars=MAX_CHARS)
        vectors = in_batches(
            safe,
            model._embed_texts,
            options=model.options,
            dim=model.space.dim,
            lengths=[len(text) for text in safe],
        )
        return checked(vectors, count=len(items), space=model.space)


class HubPictures:
    """The picture encoder of a two-tower model."""

    def __init__(self, model: HubClipEncoder) -> None:
        """Belong to a model."""
        self._model = model

    @property
    def space(self) -> EmbeddingSpace:
        """The space the vectors belong to."""
        return self._model.space

    def encode(self, items: Sequence[Image], *, role: Role) -> FloatArray:  # noqa: ARG002
        """Encode pictures.

        Args:
            items: RGB (or grey) pictures of any size.
            role: Ignored: the model knows no roles.

        Returns:
            (len(items), dim) float32, unit length.

        Raises:
            InvalidInputError: If an item is no picture, or is neither RGB nor grey.
            EncodingError: If the model fails.
        """
        model = self._model
        vectors = in_batches(
            checked_pictures(items),
            model._embed_pictures,
            options=model.options,
            dim=model.space.dim,
        )
        return checked(vectors, count=len(items), space=model.space)


# ---------------------------------------------------------------- text models


@dataclass(frozen=True, slots=True, kw_only=True)
class TextModelConfig:
    """How a text model's token vectors become one, and what is put before a text.

    Attributes:
        pooling: Mean over tokens, the first token, or the last one.
        query_prompt: Put before what is searched for.
        passage_prompt: Put before what is searched among.
        max_tokens: Tokens kept, >= 1.
    """

    pooling: Pooling = "mean"
    query_prompt: str = ""
    passage_prompt: str = ""
    max_tokens: int = 512

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            InvalidInputError: If one is out of range.
        """
        if self.pooling not in ("mean", "cls", "last"):
            raise InvalidInputError(f"pooling is {self.pooling!r}; give 'mean', 'cls' or 'last'.")
        if self.max_tokens < 1:
            raise InvalidInputError(f"max_tokens is {self.max_tokens}; give a number >= 1.")

    @classmethod
    def from_folder(cls, folder: Path) -> TextModelConfig:
        """Read what sentence-transformers records beside a model.

        Args:
            folder: The model's folder; what it does not record keeps its default, except
                that E5 models get the prompts they were trained with.

        Returns:
            The config.

        Raises:
            InvalidInputError: If the recorded pooling is none of those known here.
        """
        pooling = _read_json(folder / "1_Pooling" / "config.json")
        prompts = _read_json(folder / "config_sentence_transformers.json").get("prompts") or {}
        limits = _read_json(folder / "sentence_bert_config.json")
        family = next((name for name in KNOWN_PROMPTS if name in folder.name.split("-")), None)
        query, passage = KNOWN_PROMPTS[family] if family else ("", "")
        return cls(
            pooling=_recorded_pooling(pooling, folder),
            query_prompt=prompts.get("query", query),
            passage_prompt=prompts.get("passage", prompts.get("document", passage)),
            max_tokens=int(limits.get("max_seq_length") or 512),
        )


class HubTextEncoder:
    """A transformers text model with pooling and prompts: E5, BGE, GTE, Qwen3-Embedding ..."""

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
        dim = int(model.config.hidden_size)
        self._space = EmbeddingSpace(name=name, revision=revision, dim=dim)

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
        tokenizer = _load(transformers.AutoTokenizer, folder)
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token
        # With the padding on the right, every text's own tokens start at position 0.
        tokenizer.padding_side = "right"
        return cls(
            chosen.place(_load(transformers.AutoModel, folder)),
            tokenizer=tokenizer,
            config=used,
            name=name or f"text-{space_name(Path(model).name)}",
            revision=f"{hashed[:12]}-{_short_hash(recipe)}",
            options=chosen,
        )

    @property
    def space(self) -> EmbeddingSpace:
        """The space the vectors belong to."""
        return self._space

    @property
    def config(self) -> TextModelConfig:
        """Pooling, prompts and length."""
        return self._config

    def encode(self, items: Sequence[str], *, role: Role) -> FloatArray:
        """Encode texts, each with the prompt of its role.

        Args:
            items: Texts; what is beyond `config.max_tokens` is cut.
            role: Which prompt is put before them.

        Returns:
            (len(items), dim) float32, unit length.

        Raises:
            InvalidInputError: If an item is no string.
            EncodingError: If the model fails.
        """
        config = self._config
        prompt = config.query_prompt if role is Role.QUERY else config.passage_prompt
        safe = [prompt + text for text in checked_texts(items, max_chars=MAX_CHARS)]
        vectors = in_batches(
            safe,
            self._embed,
            options=self._options,
            dim=self._space.dim,
            lengths=[len(text) for text in safe],
        )
        return checked(vectors, count=len(items), space=self._space)

    def suite(self, name: str = "text") -> ComposedSuite:
        """Return the encoder as a suite that knows no pictures.

        Args:
            name: Name a catalogue records.

        Returns:
            The suite.
        """
        return ComposedSuite(name, texts=[self])

    def _embed(self, texts: list[str]) -> Any:
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


# ---------------------------------------------------------------- helpers


def _load(loader: Any, folder: Path) -> Any:
    """Load from a folder; never code that the folder brings, never the network."""
    try:
        return loader.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:
        raise UnreadableFileError(
            f"transformers cannot load {folder} as {loader.__name__}: {error}"
        ) from error


def _pooled(found: Any) -> Any:
    """Return the tensor of features, which newer transformers wrap in a record."""
    return found if hasattr(found, "shape") else found.pooler_output


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UnreadableFileError(f"{path} is no JSON: {error}") from error
    return found if isinstance(found, dict) else {}


def _recorded_pooling(recorded: dict[str, Any], folder: Path) -> Pooling:
    modes: dict[str, Pooling] = {
        "pooling_mode_mean_tokens": "mean",
        "pooling_mode_cls_token": "cls",
        "pooling_mode_lasttoken": "last",
    }
    chosen = [key for key, value in recorded.items() if key.startswith("pooling_mode_") and value]
    if "pooling_mode" in recorded:  # newer folders name it in one word
        chosen = {
            "mean": ["pooling_mode_mean_tokens"],
            "cls": ["pooling_mode_cls_token"],
            "lasttoken": ["pooling_mode_lasttoken"],
        }.get(str(recorded["pooling_mode"]), [str(recorded["pooling_mode"])])
    if not chosen:
        return "mean"
    if len(chosen) > 1 or chosen[0] not in modes:
        raise InvalidInputError(
            f"{folder} records the pooling {chosen}; known are mean, cls and last. "
            "Pass a TextModelConfig."
        )
    return modes[chosen[0]]


def _short_hash(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:6]
