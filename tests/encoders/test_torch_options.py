"""Where a torch model runs, decided for machines that are not this one; needs no torch."""

from __future__ import annotations

import pytest

from deepsearch.encoders.torch_options import Devices, Precision, TorchOptions
from deepsearch.errors import InvalidInputError

NOTHING = Devices()
AMPERE = Devices(cuda=True, cuda_bf16=True)
TURING = Devices(cuda=True)
APPLE = Devices(mps=True)


@pytest.mark.parametrize(
    ("devices", "device", "precision"),
    [
        (NOTHING, "cpu", "fp32"),
        (AMPERE, "cuda", "bf16"),
        (TURING, "cuda", "fp16"),
        (APPLE, "mps", "fp16"),
        (Devices(cuda=True, cuda_bf16=True, mps=True), "cuda", "bf16"),
    ],
)
def test_auto_takes_the_best_there_is(devices: Devices, device: str, precision: str) -> None:
    options = TorchOptions()
    assert options.resolve_device(devices) == device
    assert options.resolve_precision(devices) == precision


@pytest.mark.parametrize(
    ("device", "devices", "precision"),
    [
        ("cpu", AMPERE, "fp32"),
        ("cuda:1", AMPERE, "bf16"),
        ("cuda:1", TURING, "fp16"),
        ("mps", APPLE, "fp16"),
    ],
)
def test_precision_follows_the_device_given(device: str, devices: Devices, precision: str) -> None:
    options = TorchOptions(device=device)
    assert options.resolve_device(devices) == device
    assert options.resolve_precision(devices) == precision


@pytest.mark.parametrize("devices", [NOTHING, AMPERE, TURING, APPLE])
@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
def test_a_precision_given_is_kept(devices: Devices, precision: Precision) -> None:
    assert TorchOptions(precision=precision).resolve_precision(devices) == precision


def test_options_are_checked() -> None:
    with pytest.raises(InvalidInputError, match="batch_size"):
        TorchOptions(batch_size=0)
    with pytest.raises(InvalidInputError, match="precision"):
        TorchOptions(precision="fp8")  # type: ignore[arg-type]
