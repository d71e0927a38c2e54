"""What an engine must know of a catalogue before it can open it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from deepsearch.errors import CatalogueError

__all__ = ["Settings"]

_FILE = "engine.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Choices made when a catalogue was created.

    Attributes:
        encoder: Name of its encoder suite.
    """

    encoder: str

    def save(self, folder: Path) -> None:
        """Write the settings, whole or not at all.

        Args:
            folder: The catalogue's folder.
        """
        temporary = folder / f"{_FILE}.{os.getpid()}.tmp"
        temporary.write_text(json.dumps(asdict(self)), encoding="utf-8")
        temporary.replace(folder / _FILE)

    @classmethod
    def load(cls, folder: Path) -> Settings:
        """Read the settings.

        Args:
            folder: The catalogue's folder.

        Returns:
            The settings; the defaults where none were written.

        Raises:
            CatalogueError: If the file is damaged.
        """
        try:
            values = json.loads((folder / _FILE).read_text(encoding="utf-8"))
            return cls(encoder=str(values["encoder"]))
        except FileNotFoundError:
            return cls(encoder="mini")
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise CatalogueError(
                f"{folder / _FILE} cannot be read ({error}). "
                'Write it anew as {"encoder": "NAME"}, with the suite the catalogue was made with.'
            ) from error
