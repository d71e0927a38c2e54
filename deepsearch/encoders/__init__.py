"""Encoders: texts and pictures into named embedding spaces.

`load_suite("mini")` gives the default, which is offline and needs no torch. Models are
loaded when an encoder is made, never at import; what an extra brings is imported then too.
"""

from __future__ import annotations

from deepsearch.encoders.cache import CacheStats, VectorCache, default_cache
from deepsearch.encoders.clip_export import ExportedClip, export_clip_encoder
from deepsearch.encoders.composed import ComposedSuite
from deepsearch.encoders.hub_clip import HubClipEncoder
from deepsearch.encoders.hub_text import HubTextEncoder
from deepsearch.encoders.mini import MiniSuite
from deepsearch.encoders.mini_picture import MiniPictureEncoder
from deepsearch.encoders.mini_shared import SharedPictureEncoder, SharedSpace, SharedTextEncoder
from deepsearch.encoders.mini_text import MiniTextEncoder
from deepsearch.encoders.multilingual import MultilingualSuite, MultilingualTextEncoder
from deepsearch.encoders.onnx_clip import OnnxClipEncoder
from deepsearch.encoders.onnx_text import OnnxTextEncoder, export_text_encoder
from deepsearch.encoders.openclip import OpenClipEncoder
from deepsearch.encoders.reading import PictureReader, ReadingSuite
from deepsearch.encoders.remote import RemoteConfig, RemoteTextEncoder
from deepsearch.encoders.suites import load_suite, suite_names
from deepsearch.encoders.text_config import TextModelConfig
from deepsearch.encoders.torch_options import TorchOptions

__all__ = [
    "CacheStats",
    "ComposedSuite",
    "ExportedClip",
    "HubClipEncoder",
    "HubTextEncoder",
    "MiniPictureEncoder",
    "MiniSuite",
    "MiniTextEncoder",
    "MultilingualSuite",
    "MultilingualTextEncoder",
    "OnnxClipEncoder",
    "OnnxTextEncoder",
    "OpenClipEncoder",
    "PictureReader",
    "ReadingSuite",
    "RemoteConfig",
    "RemoteTextEncoder",
    "SharedPictureEncoder",
    "SharedSpace",
    "SharedTextEncoder",
    "TextModelConfig",
    "TorchOptions",
    "VectorCache",
    "default_cache",
    "export_clip_encoder",
    "export_text_encoder",
    "load_suite",
    "suite_names",
]
