"""The exceptions deepsearch raises.

```
DeepSearchError
├── InvalidInputError (ValueError)      what was handed in cannot be used
│   ├── DimensionMismatchError          a vector of the wrong length
│   ├── SpaceMismatchError              vectors of another embedding space
│   ├── FilterError                     a filter that cannot be read or applied
│   └── UnreadableFileError             a file that is damaged, hostile, or of another kind
├── UnknownIdError (KeyError)           an id that is not there
├── DuplicateIdError (ValueError)       an id given twice
├── MissingExtraError (ImportError)     an optional dependency that is not installed
├── UnsupportedOperationError           something this implementation cannot do
├── EncodingError                       an encoder failed on valid input
├── IndexFormatError                    an index file that must not be trusted
└── CatalogueError                      a catalogue that cannot be opened, read or written
    └── ConflictError                   another writer committed first; try again
```

Every message says what was given, what was expected, and what to do.
"""

from __future__ import annotations

__all__ = [
    "CatalogueError",
    "ConflictError",
    "DeepSearchError",
    "DimensionMismatchError",
    "DuplicateIdError",
    "EncodingError",
    "FilterError",
    "IndexFormatError",
    "InvalidInputError",
    "MissingExtraError",
    "SpaceMismatchError",
    "UnknownIdError",
    "UnreadableFileError",
    "UnsupportedOperationError",
]


class DeepSearchError(Exception):
    """Base of every error this library raises on purpose."""


class InvalidInputError(DeepSearchError, ValueError):
    """What was handed in cannot be used as it is."""


class DimensionMismatchError(InvalidInputError):
    """A vector's length differs from the space's."""


class SpaceMismatchError(InvalidInputError):
    """Vectors of one embedding space were given where another is expected."""


class FilterError(InvalidInputError):
    """A filter cannot be parsed, or does not fit the fields it is applied to."""


class UnreadableFileError(InvalidInputError):
    """A file is empty, damaged, hostile, too large, or not of the kind expected."""


class UnknownIdError(DeepSearchError, KeyError):
    """An id was asked for that is not there."""

    def __str__(self) -> str:
        """Return the plain message (KeyError would quote it)."""
        return str(self.args[0]) if self.args else ""


class DuplicateIdError(DeepSearchError, ValueError):
    """The same id was given twice where ids must be unique."""


class MissingExtraError(DeepSearchError, ImportError):
    """An optional dependency is not installed; the message says which extra brings it."""


class UnsupportedOperationError(DeepSearchError):
    """This implementation cannot do what was asked of it."""


class EncodingError(DeepSearchError):
    """An encoder failed on valid input, or returned something that is no embedding."""


class IndexFormatError(DeepSearchError):
    """An index file is damaged, truncated, foreign, or of another version."""


class CatalogueError(DeepSearchError):
    """A catalogue folder cannot be opened, read or written."""


class ConflictError(CatalogueError):
    """Another writer committed first. Nothing was written; open again and retry."""
