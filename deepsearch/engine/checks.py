"""What a caller hands over, checked before anything is read, encoded or written."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from deepsearch.catalogue import Catalogue
from deepsearch.catalogue.records import check_listing
from deepsearch.engine.options import SearchOptions
from deepsearch.errors import InvalidInputError
from deepsearch.protocols import EncoderSuite
from deepsearch.ranking.fields import NUMBER_FIELDS
from deepsearch.schema import Listing, Modality, Operator, Query, QueryPart, Requirement

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "Picture",
    "as_path",
    "as_query",
    "check_options",
    "check_query",
    "check_spaces",
    "checked_images",
    "checked_listings",
    "one_by_one",
]

Item = TypeVar("Item")
Picture: TypeAlias = "str | Path | bytes | Image"
"""A picture as it may be handed over: its path, its file's bytes, or in memory."""


def as_path(path: object, what: str, *, others: str = "") -> Path:
    """Make a path of what was handed over.

    Args:
        path: A path, as text or not.
        what: What it is to be, for the message.
        others: What else might have been given.

    Returns:
        The path.

    Raises:
        InvalidInputError: If it is no path.
    """
    if isinstance(path, str | os.PathLike):
        return Path(path)
    raise InvalidInputError(f"{what} is {_kind(path)}; expected a path{others}.")


def as_query(query: str | Query) -> Query:
    """Make a query of what was handed over.

    Args:
        query: The request in words, or a whole query.

    Returns:
        The query.

    Raises:
        InvalidInputError: If it is neither.
    """
    if isinstance(query, Query):
        return query
    if isinstance(query, str):
        return Query(text=query)
    raise InvalidInputError(
        f"The query is {_kind(query)}; expected words or a Query. Pictures are given as "
        "images=[...], files to load_query, several requests to search_many."
    )


def check_options(options: SearchOptions) -> None:
    """Refuse options of another form.

    Args:
        options: How to search.

    Raises:
        InvalidInputError: If they are no `SearchOptions`, a dict for one.
    """
    if not isinstance(options, SearchOptions):
        raise InvalidInputError(
            f"The options are {_kind(options)}; expected SearchOptions(k=..., ...)."
        )


def check_query(query: Query) -> None:
    """Refuse a query that says nothing, or holds what is of no use.

    Args:
        query: Any query.

    Raises:
        InvalidInputError: If it holds no words, picture, filter or requirement, or one of
            its fields is of another kind than its name says.
    """
    name = f" '{query.id}'" if query.id else ""
    if not isinstance(query.text, str):
        raise InvalidInputError(
            f"The text of the query{name} is {_kind(query.text)}; expected a text, '' for none."
        )
    _check_weight(query.text_weight, f"the text of the query{name}")
    for part in query.parts:
        _check_part(part, name)
    for requirement in query.requirements:
        _check_requirement(requirement, name)
    if query.text.strip() or any(part.weight > 0 for part in query.parts):
        return
    if (query.where and query.where.strip()) or query.requirements:
        return
    raise InvalidInputError(
        f"The query{name} is empty: no words, picture, filter or requirement was given. "
        "Give at least one; parts with negative weight alone find nothing."
    )


def _check_part(part: QueryPart, name: str) -> None:
    if not isinstance(part, QueryPart):
        raise InvalidInputError(f"A part of the query{name} is {_kind(part)}; expected QueryPart.")
    holds = {Modality.TEXT: isinstance(part.text, str), Modality.PICTURE: bool(part.picture)}
    if not holds.get(part.kind, False) or (part.text is not None and part.picture is not None):
        raise InvalidInputError(
            f"A part of the query{name} is of kind {part.kind!r}, with text {part.text!r:.40} and "
            f"{'a' if part.picture else 'no'} picture; expected kind TEXT with a text alone, or "
            "kind PICTURE with a picture's bytes alone."
        )
    _check_weight(part.weight, f"a part of the query{name}")


def _check_weight(weight: float, of: str) -> None:
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not math.isfinite(weight):
        raise InvalidInputError(f"The weight of {of} is {weight!r}; expected a finite number.")


def _check_requirement(requirement: Requirement, name: str) -> None:
    if not isinstance(requirement, Requirement):
        raise InvalidInputError(
            f"A requirement of the query{name} is {_kind(requirement)}; expected Requirement."
        )
    what = f"The requirement {requirement.field!r} of the query{name}"
    if requirement.op not in tuple(Operator):
        raise InvalidInputError(
            f"{what} has the operator {requirement.op!r}; there are: {', '.join(Operator)}."
        )
    value = requirement.value
    values = value if isinstance(value, tuple) else (value,)
    if not values or not all(isinstance(item, str | int | float) for item in values):
        raise InvalidInputError(
            f"{what} has the value {value!r}; expected a number, a text, a bool, or several."
        )
    if requirement.field in NUMBER_FIELDS and any(isinstance(item, str | bool) for item in values):
        raise InvalidInputError(
            f"{what} has the value {value!r}; expected a number, for the field holds numbers."
        )
    if any(isinstance(item, float) and math.isnan(item) for item in values):
        raise InvalidInputError(f"{what} has the value {value!r}; nothing can be held to it.")


def check_spaces(catalogue: Catalogue, suite: EncoderSuite) -> None:
    """Refuse a catalogue all of whose vectors are of other encoders: it would be half searched.

    Args:
        catalogue: The catalogue.
        suite: The encoders it is to be searched with.

    Raises:
        InvalidInputError: If it holds vectors, and none of a space of theirs.
    """
    own = {space.name for spaces in suite.spaces.values() for space in spaces}
    held = sorted({space.name for space, _, _ in catalogue.spaces()})
    if held and not own & set(held):
        raise InvalidInputError(
            f"The catalogue {catalogue.path} holds vectors of {', '.join(held)}, and none of the "
            f"encoder '{suite.name}', which it would be opened with. Open it with its own: "
            "SearchEngine(Catalogue.open(folder), suite)."
        )


def checked_images(images: Sequence[Picture], name: str = "images") -> Sequence[Picture]:
    """Refuse pictures given in a form that is not read.

    Args:
        images: Paths, encoded bytes, or Pillow images.
        name: What they were given as.

    Returns:
        The same.

    Raises:
        InvalidInputError: If it is one picture in place of a list, or holds anything else.
    """
    from PIL.Image import Image

    one_by_one(images, name)
    for image in images:
        if not isinstance(image, str | Path | bytes | Image):
            raise InvalidInputError(
                f"A picture is {_kind(image)}; expected its path, the bytes of its file, or a "
                "Pillow image. An array becomes one by PIL.Image.fromarray(array)."
            )
        if isinstance(image, str) and "://" in image:
            raise InvalidInputError(
                f"'{image}' is an address; nothing is fetched. Download the picture, and give its "
                "path or its bytes."
            )
    return images


def checked_listings(listings: Iterable[Listing]) -> Iterator[Listing]:
    """Refuse what is no valid listing, one by one as they are read.

    Args:
        listings: What was given as listings.

    Yields:
        The same.

    Raises:
        InvalidInputError: If it is one listing in place of several, or one is not valid.
    """
    for listing in one_by_one(listings, "listings"):
        check_listing(listing)
        yield listing


def one_by_one(items: Iterable[Item], name: str) -> Iterable[Item]:
    """Refuse one thing where several are expected: a text would be read a letter at a time.

    Args:
        items: What was given.
        name: What it was given as.

    Returns:
        The same.

    Raises:
        InvalidInputError: If it is a single text, path or listing, or cannot be gone through.
    """
    if isinstance(items, str | bytes) or not isinstance(items, Iterable):
        raise InvalidInputError(f"{name} is {_kind(items)}; expected a list of them: [...].")
    return items


def _kind(value: object) -> str:
    """Name a value's type, and the value where that is short."""
    shown = repr(value)
    kind = type(value).__name__
    if value is None:
        return "None"
    return f"{shown} ({kind})" if len(shown) <= 60 else f"of type {kind}"
