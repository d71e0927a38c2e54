"""Question: how many pictures a second are encoded, JPEG file to vector?

Method: the same JPEG files (shop photos enlarged to what a camera gives, 1,600 pixels)
turn by turn in one process, on as many threads as named. "open_clip" decodes with Pillow,
runs the library's own transform and a ViT-B-32 in fp32. "OpenClipEncoder" is our adapter
of the same model: decoded at reduced size (JPEG draft mode), box-reduced before the
transform, bf16. "OnnxClipEncoder" is the same model exported and run by onnxruntime in fp32
and int8, decoded alike. The model's weights are random; that changes no timing.
`mini-picture` as a catalogue is indexed (one view) and as a query is answered (three).

Threats: bf16 is fast only on CPUs that have it, int8 on those with VNNI. One size of
picture. Random weights say nothing about the cosine of bf16 or int8 to fp32 on trained ones;
the tests measure the transform.

Needs the extra `clip`; without it only `mini-picture` is measured.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.common import (
    arguments,
    data_hash,
    interleave,
    pin_threads,
    print_table,
    shared_data,
    write_results,
)
from deepsearch.encoders import MiniPictureEncoder
from deepsearch.schema import Role

THREADS = 1
ARCHITECTURE = "ViT-B-32"
CAMERA_SIDE = 1600


def enlarged(path: Path) -> bytes:
    """Return a photo as the JPEG a camera would give."""
    with Image.open(path) as picture:
        large = picture.convert("RGB").resize((CAMERA_SIDE, CAMERA_SIDE))
    buffer = io.BytesIO()
    large.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def drafted(content: bytes, side: int) -> Image.Image:
    """Decode a JPEG no larger than needed: a half, a quarter or an eighth of its size."""
    picture = Image.open(io.BytesIO(content))
    picture.draft("RGB", (side, side))
    return picture.convert("RGB")


def open_clip_engines() -> tuple[Any, dict[str, Any]] | None:
    """Return the library's model with its transform, and our encoders of the same weights."""
    if not find_spec("open_clip"):
        print("The extra `clip` is not installed: only mini-picture is measured.")
        return None
    import open_clip
    import torch
    from safetensors.torch import save_file

    from deepsearch.encoders import OnnxClipEncoder, export_clip_encoder
    from deepsearch.encoders.openclip import OpenClipEncoder
    from deepsearch.encoders.torch_options import TorchOptions

    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    model, _, transform = open_clip.create_model_and_transforms(ARCHITECTURE)
    model.eval()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.safetensors"
        save_file(model.state_dict(), str(path))

        def loaded(precision: Any) -> Any:
            options = TorchOptions(device="cpu", precision=precision, batch_size=32)
            return OpenClipEncoder.from_pretrained(ARCHITECTURE, str(path), options=options)

        ours = {"OpenClipEncoder, draft, bf16": loaded("bf16")}
        plain = loaded("fp32")
        for precision in ("fp32", "int8"):
            exported = Path(folder) / precision
            export_clip_encoder(plain, exported, precision=precision)
            ours[f"OnnxClipEncoder, draft, {precision}"] = OnnxClipEncoder(
                exported, threads=THREADS
            )

    def reference(contents: list[bytes]) -> Any:
        with torch.inference_mode():
            pixels = torch.stack([transform(Image.open(io.BytesIO(raw))) for raw in contents])
            return model.encode_image(pixels, normalize=True).numpy()

    return reference, ours


def main() -> None:
    pin_threads(THREADS)
    options = arguments(__doc__)
    photos = sorted((shared_data() / "grocery" / "photos").iterdir())[
        :: 200 if options.small else 40
    ]
    contents = [enlarged(path) for path in photos]
    mini = MiniPictureEncoder(threads=THREADS)

    def encode_mini(role: Role) -> Callable[[int], object]:
        side = mini.picture_side
        return lambda _: mini.encode([drafted(raw, side) for raw in contents], role=role)

    calls: dict[str, Callable[[int], object]] = {
        "mini-picture, to index": encode_mini(Role.PASSAGE),
        "mini-picture, to query": encode_mini(Role.QUERY),
    }
    cosines: dict[str, float] = {}
    engines = open_clip_engines()
    if engines is not None:
        reference, ours = engines
        calls["open_clip, own transform, fp32"] = lambda _: reference(contents)
        own = np.asarray(reference(contents))
        for name, encoder in ours.items():

            def adapted(_: int, encoder: Any = encoder) -> Any:
                side = 2 * encoder.picture_side
                pictures = [drafted(raw, side) for raw in contents]
                return encoder.pictures.encode(pictures, role=Role.PASSAGE)

            calls[name] = adapted
            cosines[name] = float((adapted(0) * own).sum(axis=1).mean())
    timings = interleave(calls, repeat=2 if options.small else 5, warmup=1)
    table: list[dict[str, object]] = [
        {"engine": name, "pictures/s": len(contents) / timing.p50 * 1000}
        for name, timing in timings.items()
    ]
    if engines is not None:
        rates = {str(row["engine"]): float(str(row["pictures/s"])) for row in table}
        base = rates["open_clip, own transform, fp32"]
        for row in table:
            row["to open_clip"] = rates[str(row["engine"])] / base
            row["mean cosine to it"] = cosines.get(str(row["engine"]))
    print_table(table)
    if not options.small or options.out:
        write_results(
            "encode_pictures",
            tables={"main": table},
            parameters={
                "pictures": len(contents),
                "side": CAMERA_SIDE,
                "threads": THREADS,
                "architecture": ARCHITECTURE,
            },
            seed=options.seed,
            data={"photos": data_hash(*photos)},
            packages=("onnxruntime", "pillow", "torch", "open-clip-torch"),
            out=options.out,
        )


if __name__ == "__main__":
    main()
