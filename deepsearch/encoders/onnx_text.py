"""Text models exported to ONNX, run by onnxruntime on CPU or CUDA."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from deepsearch.encoders._session import Session
from deepsearch.encoders.composed import ComposedSuite
from deepsearch.encoders.hub_text import HubTextEncoder
from deepsearch.encoders.model_files import hash_files, space_name
from deepsearch.encoders.text_config import TextModelConfig
from deepsearch.encoders.vectors import checked, checked_texts
from deepsearch.errors import EncodingError, InvalidInputError, UnreadableFileError
from deepsearch.extras import require
from deepsearch.schema import EmbeddingSpace, FloatArray, Role

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["OnnxTextEncoder", "export_text_encoder"]

MODEL, TOKENIZER, CONFIG = "model.onnx", "tokenizer.json", "encoder.json"
MAX_CHARS = 65_536
BATCH_TOKENS = 4096  # padding included; bounds memory
OPSET = 18
SMALLEST_HALVED = 512  # smaller weights take no space

OnnxPrecision = Literal["fp32", "fp16", "int8"]


class OnnxTextEncoder:
    """A text model in a folder of `model.onnx`, `tokenizer.json` and `encoder.json`."""

    def __init__(
        self,
        folder: Path | str,
        *,
        threads: int | None = None,
        cuda: bool = False,
        name: str | None = None,
    ) -> None:
        """Load a folder that `export_text_encoder` wrote.

        Args:
            folder: The folder.
            threads: Threads of onnxruntime, >= 1; None: one a physical core.
            cuda: Run on the GPU; needs onnxruntime-gpu.
            name: Name of the space; None: made of the folder's name.

        Raises:
            UnreadableFileError: If a file is missing or damaged.
            EncodingError: If onnxruntime cannot load the model, or has no CUDA.
            InvalidInputError: If threads < 1 or the config is out of range.
        """
        from tokenizers import Tokenizer

        root = Path(folder)
        try:
            model = (root / MODEL).read_bytes()
            tokenizer = Tokenizer.from_str((root / TOKENIZER).read_text(encoding="utf-8"))
            recorded = json.loads((root / CONFIG).read_text(encoding="utf-8"))
            dim, pad_id = int(recorded["dim"]), int(recorded["pad_id"])
            self._config = TextModelConfig(**recorded["config"])
        except InvalidInputError:
            raise
        except Exception as error:  # tokenizers raises bare Exceptions
            raise UnreadableFileError(
                f"{root} is no folder that export_text_encoder wrote: {error}"
            ) from error
        self._session = Session(model, name=str(root / MODEL), threads=threads, cuda=cuda)
        tokenizer.no_padding()
        tokenizer.enable_truncation(self._config.max_tokens)
        self._tokenizer = tokenizer
        self._pad_id = pad_id
        self._space = EmbeddingSpace(
            name=name or f"onnx-{space_name(root.name)}",
            revision=hash_files([root / MODEL, root / TOKENIZER, root / CONFIG])[:12],
            dim=dim,
        )

    @property
    def space(self) -> EmbeddingSpace:
        """The space the vectors belong to."""
        return self._space

    def encode(self, items: Sequence[str], *, role: Role) -> FloatArray:
        """Encode texts, each with the prompt of its role.

        Args:
            items: Texts; what is beyond the config's `max_tokens` is cut.
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
        token_ids = [encoding.ids for encoding in self._tokenizer.encode_batch(safe)]
        order = sorted(range(len(token_ids)), key=lambda row: len(token_ids[row]))
        vectors = np.zeros((len(token_ids), self._space.dim), dtype=np.float32)
        start = 0
        while start < len(order):
            # Sorted by length: the batch is as wide as its last text.
            stop = start + 1
            while stop < len(order) and (
                len(token_ids[order[stop]]) * (stop - start + 1) <= BATCH_TOKENS
            ):
                stop += 1
            rows = order[start:stop]
            vectors[rows] = self._run([token_ids[row] for row in rows])
            start = stop
        return checked(vectors, count=len(items), space=self._space)

    def suite(self, name: str = "onnx") -> ComposedSuite:
        """Return the encoder as a suite that knows no pictures.

        Args:
            name: Name a catalogue records.

        Returns:
            The suite.
        """
        return ComposedSuite(name, texts=[self])

    def _run(self, batch: list[list[int]]) -> npt.NDArray[Any]:
        width = max(len(ids) for ids in batch)
        ids = np.full((len(batch), width), self._pad_id, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        found: npt.NDArray[Any] = self._session.run(
            ["embedding"], {"input_ids": ids, "attention_mask": mask}
        )[0]
        return found


def export_text_encoder(
    encoder: HubTextEncoder, folder: Path | str, *, precision: OnnxPrecision = "fp32"
) -> Path:
    """Write a text encoder as ONNX, pooling included, for `OnnxTextEncoder`.

    fp16 halves the file: weights are stored so and widened when a session opens. int8 rounds
    the weights of the matrix products with a scale an output channel, and the activations
    as they come: a quarter of the file, faster on a CPU with VNNI, but what it loses
    depends on the model, so compare vectors before trusting it.

    Args:
        encoder: An encoder loaded in fp32 on the CPU.
        folder: Where to write; made if absent.
        precision: Of the weights.

    Returns:
        The folder.

    Raises:
        InvalidInputError: If the precision is unknown.
        EncodingError: If the model cannot be exported, or its tokenizer has no JSON form.
        MissingExtraError: If torch or onnx is not installed.
    """
    if precision not in ("fp32", "fp16", "int8"):
        raise InvalidInputError(f"precision is {precision!r}; give 'fp32', 'fp16' or 'int8'.")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    tokenizer = encoder.tokenizer
    if not getattr(tokenizer, "is_fast", False):
        raise EncodingError("The model's tokenizer has no JSON form; only fast ones do.")
    _export_graph(encoder, target / MODEL)
    if precision == "fp16":
        _halve(target / MODEL)
    elif precision == "int8":
        _quantise(target / MODEL)
    tokenizer.backend_tokenizer.save(str(target / TOKENIZER))
    recorded = {
        "dim": encoder.space.dim,
        "pad_id": tokenizer.pad_token_id,
        "precision": precision,
        "source_revision": encoder.space.revision,
        "config": asdict(encoder.config),
    }
    (target / CONFIG).write_text(
        json.dumps(recorded, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return target


def _export_graph(encoder: HubTextEncoder, path: Path) -> None:
    torch = require("torch", extra="clip")
    require("onnx", extra="clip")

    class Pooled(torch.nn.Module):  # type: ignore[misc, name-defined, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.inner = encoder.model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return encoder.pool(
                self.inner(
                    input_ids=input_ids, attention_mask=attention_mask
                ).last_hidden_state.float(),
                attention_mask,
            )

    ids = torch.ones(2, 8, dtype=torch.long)
    axes = {0: "texts", 1: "tokens"}
    try:
        with torch.inference_mode():
            torch.onnx.export(
                Pooled().eval(),
                (ids, ids.clone()),
                str(path),
                input_names=["input_ids", "attention_mask"],
                output_names=["embedding"],
                dynamic_axes={
                    "input_ids": axes,
                    "attention_mask": axes,
                    "embedding": {0: "texts"},
                },
                opset_version=OPSET,
                dynamo=False,
            )
    except Exception as error:
        raise EncodingError(f"torch cannot export this model to ONNX: {error}") from error


def _halve(path: Path) -> None:
    """Store weights in fp16, each followed by a Cast that onnxruntime folds when it loads."""
    onnx = require("onnx", extra="clip")
    model = onnx.load(str(path))
    kept, casts = [], []
    for tensor in model.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < SMALLEST_HALVED:
            kept.append(tensor)
            continue
        half = f"{tensor.name}.half"
        kept.append(onnx.numpy_helper.from_array(values.astype(np.float16), half))
        casts.append(
            onnx.helper.make_node("Cast", [half], [tensor.name], to=onnx.TensorProto.FLOAT)
        )
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:]
    del model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
    onnx.save(model, str(path))


def _quantise(path: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        str(path),
        str(path),
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul"],
    )
