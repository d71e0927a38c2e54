"""open_clip models: texts and pictures in one space."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepsearch.encoders.model_files import hash_files, space_name
from deepsearch.encoders.pictures import reduced
from deepsearch.encoders.torch_options import TorchOptions
from deepsearch.encoders.torch_towers import TorchTowers
from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.extras import require

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["OpenClipEncoder"]


class OpenClipEncoder(TorchTowers):
    """An open_clip model; `texts` and `pictures` are its two encoders.

    Example:
        `suite = OpenClipEncoder.from_pretrained("ViT-B-32", "weights.safetensors").suite()`
    """

    kind = "openclip"

    def __init__(
        self,
        model: Any,
        *,
        tokenizer: Any,
        transform: Any,
        name: str,
        revision: str,
        options: TorchOptions,
        picture_side: int,
    ) -> None:
        """Wrap a loaded model; `from_pretrained` loads one.

        Args:
            model: The open_clip model, placed.
            tokenizer: Its tokenizer.
            transform: Its evaluation transform, PIL picture → tensor.
            name: Name of the space.
            revision: Hash of the weights.
            options: Device, precision and batch size.
            picture_side: Side of the square the model sees, in pixels.
        """
        self.tokenizer = tokenizer
        self.transform = transform
        super().__init__(
            model, name=name, revision=revision, options=options, picture_side=picture_side
        )

    @classmethod
    def from_pretrained(
        cls,
        architecture: str,
        weights: str,
        *,
        local_files_only: bool = True,
        options: TorchOptions | None = None,
        name: str | None = None,
    ) -> OpenClipEncoder:
        """Load a model.

        Args:
            architecture: open_clip's name, e.g. "ViT-B-32".
            weights: A checkpoint file (.safetensors, .pt, .bin), or one of open_clip's
                tags, e.g. "laion2b_s34b_b79k".
            local_files_only: False lets a tag be downloaded.
            options: Device, precision, batch size; None: the defaults.
            name: Name of the space; None: made of the architecture.

        Returns:
            The encoder.

        Raises:
            InvalidInputError: If the architecture or the tag is unknown, or not at hand.
            UnreadableFileError: If the file is no checkpoint of this architecture.
            MissingExtraError: If open_clip is not installed.
        """
        open_clip = require("open_clip", extra="clip")
        chosen = options or TorchOptions()
        if architecture not in open_clip.list_models():
            raise InvalidInputError(
                f"open_clip knows no architecture {architecture!r}; "
                "open_clip.list_models() lists them."
            )
        path = _checkpoint(open_clip, architecture, weights, local_files_only=local_files_only)
        try:
            # weights_only: a checkpoint is data; pickled code in it is refused.
            model, _, transform = open_clip.create_model_and_transforms(
                architecture, pretrained=str(path), device="cpu", weights_only=True
            )
        except Exception as error:
            raise UnreadableFileError(
                f"{path} is no checkpoint of {architecture!r} that can be read safely: {error}"
            ) from error
        side = model.visual.image_size
        return cls(
            chosen.place(model),
            tokenizer=open_clip.get_tokenizer(architecture),
            transform=transform,
            name=name or f"openclip-{space_name(architecture)}",
            revision=hash_files([path])[:12],
            options=chosen,
            picture_side=min(side) if isinstance(side, tuple) else int(side),
        )

    def texts_tensor(self, texts: list[str]) -> Any:
        """Run the text tower over one batch: a (len(texts), dim) tensor, unit length."""
        tokens = self.tokenizer(texts).to(self.options.resolve_device())
        return self.model.encode_text(tokens, normalize=True)

    def pictures_tensor(self, pictures: list[Image]) -> Any:
        """Run the picture tower over one batch: a (len(pictures), dim) tensor, unit length."""
        torch = require("torch", extra="clip")
        # Far larger pictures are box-reduced first: the transform then resamples little.
        small = [reduced(picture, side=self.picture_side) for picture in pictures]
        pixels = torch.stack([self.transform(picture) for picture in small])
        pixels = pixels.to(self.options.resolve_device(), dtype=self.options.resolve_dtype())
        return self.model.encode_image(pixels, normalize=True)


def _checkpoint(open_clip: Any, architecture: str, weights: str, *, local_files_only: bool) -> Path:
    """Find the checkpoint file that a path or a tag means."""
    path = Path(weights).expanduser()
    if path.is_file():
        return path
    config = open_clip.get_pretrained_cfg(architecture, weights)
    if not config:
        tags = [tag for name, tag in open_clip.list_pretrained() if name == architecture]
        raise InvalidInputError(
            f"{weights!r} is neither a file nor one of the tags of {architecture!r}: {tags}."
        )
    try:
        return Path(_cached(open_clip, config, local_files_only=local_files_only))
    except (OSError, ValueError) as error:
        raise InvalidInputError(
            f"The weights {weights!r} of {architecture!r} are not on this machine; pass "
            f"local_files_only=False to download them. ({error})"
        ) from error


def _cached(open_clip: Any, config: dict[str, Any], *, local_files_only: bool) -> str:
    if not local_files_only:
        return str(open_clip.download_pretrained(config))
    hub = require("huggingface_hub", extra="clip")
    repository = str(config.get("hf_hub", "")).strip("/")
    if not repository:
        raise ValueError("this tag is not on the hub, so its cache cannot be looked up")
    for name in ("open_clip_model.safetensors", "open_clip_pytorch_model.bin"):
        found = hub.try_to_load_from_cache(repository, name)
        if isinstance(found, str):
            return found
    raise ValueError(f"{repository} is not in the hub's cache")
