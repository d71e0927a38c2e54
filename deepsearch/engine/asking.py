"""From a query to what was understood of it, and to its vectors."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from deepsearch.engine.checks import Picture, checked_images
from deepsearch.engine.options import SearchOptions
from deepsearch.engine.retrieval import EncodedPart
from deepsearch.engine.wording import retrieval_text
from deepsearch.errors import InvalidInputError, UnreadableFileError
from deepsearch.filters import Filter
from deepsearch.inputs import load_picture
from deepsearch.protocols import EncoderSuite, RequirementParser
from deepsearch.schema import FloatArray, Modality, ParsedQuery, Query, QueryPart, Role
from deepsearch.understanding.language import detect
from deepsearch.understanding.markets import country_of_town
from deepsearch.understanding.text import tokenise

__all__ = [
    "Asked",
    "ask",
    "ask_each",
    "countries_of",
    "ms_since",
    "picture_part",
    "understand",
    "with_pictures_and_filter",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query, understood and encoded.

    Attributes:
        query: What was asked.
        parsed: What was understood of it.
        words: What of its text is searched for; empty where it has none.
        parts: Its parts with their vectors, its text first.
        countries: Town that suppliers must be of, as the requirement writes it → ISO 3166-1
            code, for those whose country is certain.
    """

    query: Query
    parsed: ParsedQuery
    words: str
    parts: Sequence[EncodedPart]
    countries: Mapping[str, str]


def ask(
    parser: RequirementParser, suite: EncoderSuite, queries: Sequence[Query], options: SearchOptions
) -> tuple[list[Asked], dict[str, float]]:
    """Understand and encode queries.

    Args:
        parser: Reads requirements from words.
        suite: The encoders.
        queries: The queries.
        options: As for `understand`.

    Returns:
        The queries, ready to be searched for; and stage → milliseconds a query.

    Raises:
        UnreadableFileError: If a picture cannot be decoded.
    """
    count = max(1, len(queries))
    start = time.perf_counter()
    parsed = [understand(parser, query, options) for query in queries]
    timings = {"understand": ms_since(start) / count}
    start = time.perf_counter()
    encoded = _encode_queries(suite, queries, parsed)
    timings["encode"] = ms_since(start) / count
    return encoded, timings


def ms_since(start: float) -> float:
    """Return the milliseconds since a `time.perf_counter` reading."""
    return (time.perf_counter() - start) * 1000


def ask_each(
    parser: RequirementParser,
    suite: EncoderSuite,
    queries: Sequence[Query],
    variants: Sequence[SearchOptions],
) -> list[tuple[list[Asked], dict[str, float]]]:
    """Understand and encode queries for several ways to search, once where they read alike.

    Args:
        parser: Reads requirements from words.
        suite: The encoders.
        queries: The queries.
        variants: How to search.

    Returns:
        What `ask` gives, for each variant.
    """
    asked: dict[object, tuple[list[Asked], dict[str, float]]] = {}
    for options in variants:
        way = (options.requirements, options.edit)
        if way not in asked:
            asked[way] = ask(parser, suite, queries, options)
    return [asked[options.requirements, options.edit] for options in variants]


def picture_part(image: Picture) -> QueryPart:
    """Make a query part of a picture.

    Args:
        image: Its path, its encoded bytes, or a Pillow image.

    Returns:
        The part.

    Raises:
        UnreadableFileError: If there is no such file.
    """
    if isinstance(image, bytes):
        return QueryPart(kind=Modality.PICTURE, picture=image)
    if not isinstance(image, str | Path):
        buffer = BytesIO()
        load_picture(image).save(buffer, format="PNG", compress_level=1)
        return QueryPart(kind=Modality.PICTURE, picture=buffer.getvalue())
    path = Path(image)
    if not path.is_file():
        raise UnreadableFileError(f"There is no picture '{path}'. Give the path of an image file.")
    return QueryPart(kind=Modality.PICTURE, picture=path.read_bytes(), source=path.name)


def with_pictures_and_filter(
    query: Query, images: Sequence[Picture], where: Filter | str | None
) -> Query:
    """Add to a query what is given beside it.

    Args:
        query: The query.
        images: Pictures of what is wanted.
        where: A filter; one that the query has holds as well.

    Returns:
        The query with both.

    Raises:
        InvalidInputError: If a picture is given in a form that is not read.
        UnreadableFileError: If there is no such file.
    """
    parts = (*query.parts, *(picture_part(image) for image in checked_images(images)))
    own, given = (query.where or "").strip(), "" if where is None else str(where).strip()
    both = f"({own}) and ({given})" if own and given else own or given
    return replace(query, parts=parts, where=both or None)


def understand(parser: RequirementParser, query: Query, options: SearchOptions) -> ParsedQuery:
    """Read a query's requirements, join those it brings, and let the caller edit them.

    Args:
        parser: Reads requirements from words.
        query: The query.
        options: Whether words are read, and how the caller changes what was understood.

    Returns:
        What was understood.

    Raises:
        InvalidInputError: If the caller's change returns anything else.
    """
    if options.requirements:
        parsed = query.parsed or parser.parse(query.text)
    else:
        language, _ = detect(query.text, tokenise(query.text))
        parsed = ParsedQuery(text=query.text, language=language, product=query.text)
    if query.requirements:
        said = {(r.field, r.op, r.value, r.unit) for r in query.requirements}
        # What is given outright may be said in words, too.
        others = (r for r in parsed.requirements if (r.field, r.op, r.value, r.unit) not in said)
        parsed = replace(parsed, requirements=(*query.requirements, *others))
    if options.edit is None:
        return parsed
    edited = options.edit(parsed)
    if not isinstance(edited, ParsedQuery):
        raise InvalidInputError(
            f"The edit of the options returned {edited!r:.60}; expected the ParsedQuery, changed."
        )
    return edited


def countries_of(parsed: ParsedQuery) -> dict[str, str]:
    """Tell which countries the towns are in that suppliers must be of.

    Args:
        parsed: What was understood.

    Returns:
        Town, as the requirement writes it → ISO 3166-1 code, for those whose country is certain.
    """
    found: dict[str, str] = {}
    for requirement in parsed.requirements:
        if requirement.field != "supplier_city":
            continue
        value = requirement.value
        for town in value if isinstance(value, tuple) else (value,):
            country = country_of_town(str(town), parsed.language)
            if country is not None:
                found[str(town)] = country
    return found


def _encode_queries(
    suite: EncoderSuite, queries: Sequence[Query], parsed: Sequence[ParsedQuery]
) -> list[Asked]:
    """Encode all parts of all queries: one batch of texts, one of pictures."""
    words = [
        retrieval_text(query.text, understood) if query.text.strip() else ""
        for query, understood in zip(queries, parsed, strict=True)
    ]
    parts = [
        (number, part)
        for number, (query, searched) in enumerate(zip(queries, words, strict=True))
        for part in _parts_of(query, searched)
    ]
    texts = [part.text for _, part in parts if part.text is not None]
    pictures = [
        load_picture(part.picture, min_side=suite.picture_side, name=part.source)
        for _, part in parts
        if part.picture is not None
    ]
    text_vectors = suite.encode_texts(texts, role=Role.QUERY) if texts else {}
    picture_vectors = suite.encode_pictures(pictures, role=Role.QUERY) if pictures else {}
    encoded: list[list[EncodedPart]] = [[] for _ in queries]
    at = {Modality.TEXT: 0, Modality.PICTURE: 0}
    for number, part in parts:
        table = text_vectors if part.kind is Modality.TEXT else picture_vectors
        vectors: dict[str, FloatArray] = {name: rows[at[part.kind]] for name, rows in table.items()}
        at[part.kind] += 1
        encoded[number].append(
            EncodedPart(modality=part.kind, vectors=vectors, weight=part.weight, source=part.source)
        )
    return [
        Asked(
            query=query,
            parsed=understood,
            words=searched,
            parts=vectors,
            countries=countries_of(understood),
        )
        for query, understood, searched, vectors in zip(
            queries, parsed, words, encoded, strict=True
        )
    ]


def _parts_of(query: Query, words: str) -> list[QueryPart]:
    """Return the parts to encode: the text's own first."""
    parts = list(query.parts)
    if words:
        parts.insert(0, QueryPart(kind=Modality.TEXT, text=words, weight=query.text_weight))
    return parts
