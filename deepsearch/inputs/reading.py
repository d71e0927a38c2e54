"""How a file inside a file is read: the bounds, the depth, and who reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from deepsearch.inputs.limits import InputLimits
from deepsearch.inputs.records import LoadedFile
from deepsearch.inputs.source import Source

__all__ = ["Reading"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of a file and of what lies in it.

    Archives, folders and mails hold files of any kind; they are handed the reader of any
    kind here rather than importing it, so that no loader depends on all the others.

    Attributes:
        load: Reads a source of any kind.
        limits: Bounds of every kind of input.
        max_frames: Frames taken of a video at most.
        depth: Archives and mails the source lies in.
    """

    load: Callable[[Source, Reading], LoadedFile]
    limits: InputLimits
    max_frames: int = 16
    depth: int = 0

    def deeper(self) -> Reading:
        """The same reading, one archive or mail further in."""
        return replace(self, depth=self.depth + 1)
