"""transformers models of texts and pictures: CLIP, SigLIP, Chinese-CLIP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepsearch.encoders.model_files import (
    find_weights,
    hash_files,
    load_pretrained,
    local_folder,
    space_name,
)
from deepsearch.encoders.pictures import reduced
from deepsearch.encoders.torch_options import TorchOptions
from deepsearch.encoders.torch_towers import TorchTowers
from deepsearch.errors import InvalidInputError
from deepsearch.extras import require

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["HubClipEncoder", "pooled_output"]

# Trained with every text padded to full length: shorter ones give other vectors.
PADDED_FAMILIES = ("siglip", "siglip2")


class HubClipEncoder(TorchTowers):
    """A transformers model with a text and a picture tower.

    Example:
        `suite = HubClipEncoder.from_pretrained("folder-of-a-siglip-model").suite()`
    """

    kind = "clip"

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
        self.tokenizer = processor.tokenizer
        self.image_processor = processor.image_processor
        config = model.config
        self.padded = config.model_type in PADDED_FAMILIES
        self.max_tokens = int(config.text_config.max_position_embeddings)
        if config.text_config.model_type == "chinese_clip_text_model":
            self.max_tokens = min(self.max_tokens, 52)  # what its makers trained with
        super().__init__(
            model,
            name=name,
            revision=revision,
            options=options,
            picture_side=int(config.vision_config.image_size),
        )

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
        loaded = load_pretrained(transformers.AutoModel, folder)
        if not (hasattr(loaded, "get_text_features") and hasattr(loaded, "get_image_features")):
            raise InvalidInputError(
                f"{model!r} is a {type(loaded).__name__}, which has no text and picture tower; "
                "for a text model use HubTextEncoder."
            )
        return cls(
            chosen.place(loaded),
            processor=load_pretrained(transformers.AutoProcessor, folder),
            name=name or f"clip-{space_name(Path(model).name)}",
            revision=revision,
            options=chosen,
        )

    def tokens(self, texts: list[str]) -> Any:
        """Tokenise texts as the text tower needs them.

        Args:
            texts: Texts.

        Returns:
            Name → tensor, on the device.
        """
        return self.tokenizer(
            texts,
            padding="max_length" if self.padded else "longest",
            truncation=True,
            max_length=self.max_tokens,
            return_tensors="pt",
        ).to(self.options.resolve_device())

    def texts_tensor(self, texts: list[str]) -> Any:
        """Run the text tower over one batch: a (len(texts), dim) tensor, of any length."""
        return pooled_output(self.model.get_text_features(**self.tokens(texts)))

    def pictures_tensor(self, pictures: list[Image]) -> Any:
        """Run the picture tower over one batch: a (len(pictures), dim) tensor, of any length."""
        small = [reduced(picture, side=self.picture_side) for picture in pictures]
        pixels = self.image_processor(images=small, return_tensors="pt")["pixel_values"]
        pixels = pixels.to(self.options.resolve_device(), dtype=self.options.resolve_dtype())
        return pooled_output(self.model.get_image_features(pixel_values=pixels))


def pooled_output(found: Any) -> Any:
    """Return the tensor of features, which newer transformers wrap in a record.

    Args:
        found: A tensor, or a record with `pooler_output`.

    Returns:
        The tensor.
    """
    return found if hasattr(found, "shape") else found.pooler_output
