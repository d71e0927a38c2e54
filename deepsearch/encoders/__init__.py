"""Encoders: texts and pictures into named embedding spaces.

`load_suite("mini")` gives the default, which is offline and needs no torch. Models are
loaded when an encoder is made, never at import.
"""

from __future__ import annotations

from deepsearch.encoders.mini import MiniSuite
from deepsearch.encoders.mini_picture import MiniPictureEncoder
from deepsearch.encoders.mini_shared import SharedPictureEncoder, SharedTextEncoder
from deepsearch.encoders.mini_text import MiniTextEncoder
from deepsearch.encoders.suites import load_suite, suite_names

__all__ = [
    "MiniPictureEncoder",
    "MiniSuite",
    "MiniTextEncoder",
    "SharedPictureEncoder",
    "SharedTextEncoder",
    "load_suite",
    "suite_names",
]
