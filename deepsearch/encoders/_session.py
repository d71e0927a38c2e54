"""onnxruntime sessions, opened one way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from deepsearch.errors import EncodingError, InvalidInputError

__all__ = ["Session"]


class Session:
    """An ONNX model with a fixed number of threads, on the CPU unless CUDA is asked for."""

    def __init__(self, model: bytes, *, name: str, threads: int | None, cuda: bool = False) -> None:
        """Open a model.

        Args:
            model: The serialised model.
            name: What to call it in messages.
            threads: Threads within one operator, >= 1; None: one a physical core.
            cuda: Run on the GPU; what it cannot run falls to the CPU.

        Raises:
            InvalidInputError: If threads < 1.
            EncodingError: If onnxruntime cannot load the model, or was built without CUDA.
        """
        import onnxruntime

        if threads is not None and threads < 1:
            raise InvalidInputError(
                f"threads is {threads}; give a number >= 1, or None for one a physical core."
            )
        providers = ["CUDAExecutionProvider"] if cuda else []
        if cuda and "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
            raise EncodingError(
                f"onnxruntime {onnxruntime.__version__} here has no CUDA; "
                "install onnxruntime-gpu, or pass cuda=False."
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or 0
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._name = name
        try:
            self._session = onnxruntime.InferenceSession(
                model, options, providers=[*providers, "CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's exceptions share no base of their own
            raise EncodingError(
                f"onnxruntime {onnxruntime.__version__} cannot load the model {name!r}: {error}"
            ) from error

    def run(
        self, outputs: Sequence[str], feeds: Mapping[str, np.ndarray[Any, Any]]
    ) -> list[np.ndarray[Any, Any]]:
        """Run the model.

        Args:
            outputs: Names of the outputs wanted.
            feeds: Input name → array.

        Returns:
            One array an output.

        Raises:
            EncodingError: If the run fails.
        """
        try:
            found: list[np.ndarray[Any, Any]] = self._session.run(list(outputs), dict(feeds))
        except Exception as error:
            raise EncodingError(f"The model {self._name!r} failed: {error}") from error
        return found
