"""The engine: it composes the stages and holds no formula of its own."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deepsearch.catalogue import Catalogue, ColumnMapping, IngestReport, UpsertReport, ingest
from deepsearch.encoders import load_suite
from deepsearch.engine.asking import (
    check_not_empty,
    encode_queries,
    picture_part,
    understand,
)
from deepsearch.engine.encoding import EncodeReport, Progress, encode_pending
from deepsearch.engine.likeness import Likeness
from deepsearch.engine.options import SearchOptions
from deepsearch.engine.search import answer_each, ms_since
from deepsearch.engine.settings import Settings
from deepsearch.engine.snapshot import Snapshot, open_snapshot
from deepsearch.engine.sources import check_source
from deepsearch.engine.suppliers import SupplierResult, answer_suppliers
from deepsearch.errors import InvalidInputError
from deepsearch.filters import Filter
from deepsearch.protocols import EncoderSuite, RequirementParser
from deepsearch.schema import (
    Listing,
    Query,
    SearchResult,
)
from deepsearch.understanding import RuleParser, extract_claims

__all__ = ["IndexReport", "SearchEngine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """What indexing a source did: reading it, and encoding what was new."""

    ingest: IngestReport
    encoded: EncodeReport
    seconds: float


class SearchEngine:
    """A catalogue, its indexes and encoders, and the way of a query through them.

    Searches from several threads at once are safe; each works on one snapshot.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        suite: EncoderSuite,
        *,
        parser: RequirementParser | None = None,
    ) -> None:
        """Join the parts; use `open`, `create` or `open_or_create` for a folder.

        Args:
            catalogue: The listings.
            suite: The encoders its vectors are made with.
            parser: Reads requirements from text; None: the rules.
        """
        self.catalogue = catalogue
        self.suite = suite
        self.parser: RequirementParser = parser if parser is not None else RuleParser()
        self._likeness = Likeness(suite)
        self._snapshot: Snapshot | None = None
        self._lock = threading.Lock()

    # ------------------------------------------------------------ opening

    @classmethod
    def create(cls, path: str | Path, *, encoder: str = "mini") -> SearchEngine:
        """Create an empty catalogue.

        Args:
            path: A folder that does not exist, or is empty.
            encoder: Name of its encoder suite; recorded with it.

        Returns:
            The engine.

        Raises:
            CatalogueError: If the folder holds something already or cannot be written.
        """
        suite = load_suite(encoder)
        catalogue = Catalogue.create(path)
        Settings(encoder=encoder).save(catalogue.path)
        return cls(catalogue, suite)

    @classmethod
    def open(cls, path: str | Path) -> SearchEngine:
        """Open a catalogue with the encoders it was made with.

        Args:
            path: Its folder.

        Returns:
            The engine.

        Raises:
            CatalogueError: If there is no catalogue, or it is of another format.
        """
        catalogue = Catalogue.open(path)
        return cls(catalogue, load_suite(Settings.load(catalogue.path).encoder))

    @classmethod
    def open_or_create(cls, path: str | Path, *, encoder: str | None = None) -> SearchEngine:
        """Open a catalogue, or create it where there is none.

        Args:
            path: Its folder.
            encoder: Suite of a new catalogue (None: mini); an existing one's must agree.

        Returns:
            The engine.

        Raises:
            InvalidInputError: If the catalogue was made with another suite.
        """
        if not any(Path(path, "versions").glob("*.json")):
            return cls.create(path, encoder=encoder or "mini")
        engine = cls.open(path)
        if encoder is not None and encoder != engine.suite.name:
            raise InvalidInputError(
                f"The catalogue {path} was made with the encoder '{engine.suite.name}', "
                f"not '{encoder}'. Leave the encoder out, or index into a new folder."
            )
        return engine

    # ------------------------------------------------------------ writing

    def index(
        self,
        source: str | Path,
        *,
        mapping: ColumnMapping | Path | None = None,
        images: str | Path | None = None,
        progress: Progress | None = None,
    ) -> IndexReport:
        """Read a source, encode what is new or changed, and make it findable.

        Args:
            source: A jsonl, csv, xlsx or parquet file.
            mapping: Columns → fields; None detects them.
            images: Folder of the listings' pictures; None: the source's own folder.
            progress: Told how far it has come.

        Returns:
            What was read, mapped, rejected and encoded.

        Raises:
            UnreadableFileError: If the file is empty, damaged, or no table (a video, a PDF);
                the catalogue is unchanged then.
            InvalidInputError: If the mapping does not fit.
        """
        check_source(Path(source))
        start = time.perf_counter()

        def reading(done: int, total: int | None) -> None:
            if progress is not None:
                progress("reading", done, total)

        report = ingest(
            self.catalogue,
            Path(source),
            mapping=mapping,
            images=None if images is None else Path(images),
            enrich=_with_claims,
            progress=reading,
        )
        encoded = encode_pending(self.catalogue, self.suite, progress=progress)
        self._replace_snapshot()
        return IndexReport(ingest=report, encoded=encoded, seconds=time.perf_counter() - start)

    def upsert(
        self, listings: Iterable[Listing], *, progress: Progress | None = None
    ) -> UpsertReport:
        """Add listings, or replace those of the same id, and make them findable.

        Args:
            listings: The listings; claims are read from their words.
            progress: Told how far encoding has come.

        Returns:
            How many were added, changed, or there already.
        """
        report = self.catalogue.upsert(_with_claims(listing) for listing in listings)
        encode_pending(self.catalogue, self.suite, progress=progress)
        self._replace_snapshot()
        return report

    def remove(self, ids: Sequence[str]) -> int:
        """Remove listings.

        Args:
            ids: Their ids.

        Returns:
            How many were removed.

        Raises:
            UnknownIdError: If an id is not there; nothing is removed then.
        """
        removed = self.catalogue.remove(ids)
        self._replace_snapshot()
        return removed

    def rebuild(self, *, progress: Progress | None = None) -> EncodeReport:
        """Encode what misses its vector and build every index anew.

        Args:
            progress: Told how far encoding has come.

        Returns:
            What was encoded.
        """
        report = encode_pending(self.catalogue, self.suite, progress=progress)
        shutil.rmtree(self.catalogue.path / "indexes", ignore_errors=True)
        with self._lock:
            self._snapshot = None
        self._replace_snapshot()
        return report

    def _replace_snapshot(self) -> None:
        with self._lock:
            previous = self._snapshot
        snapshot = open_snapshot(self.catalogue, self.suite, previous=previous)
        with self._lock:
            self._snapshot = snapshot

    @property
    def snapshot(self) -> Snapshot:
        """The indexes being searched, opened on first use."""
        with self._lock:
            if self._snapshot is None:
                self._snapshot = open_snapshot(self.catalogue, self.suite)
            return self._snapshot

    # ------------------------------------------------------------ searching

    def search(
        self,
        query: str | Query = "",
        *,
        images: Sequence[str | Path | bytes] = (),
        where: Filter | str | None = None,
        k: int | None = None,
        options: SearchOptions | None = None,
    ) -> SearchResult:
        """Search by words, pictures, or both.

        Args:
            query: The request in words, or a whole `Query`.
            images: Pictures of what is wanted, as paths or encoded bytes.
            where: Filter; it is exact, whatever the words say.
            k: Hits wanted; None: as `options`.
            options: How to search.

        Returns:
            Ranked hits, each score explained, what was understood, and notes.

        Raises:
            InvalidInputError: If the query is empty or an option is out of range.
            FilterError: If the filter cannot be read or does not fit the fields.
            UnreadableFileError: If a picture cannot be read.

        Example:
            >>> engine.search("oat drink", where="price <= 2 EUR", k=3)  # doctest: +SKIP
        """
        asked = query if isinstance(query, Query) else Query(text=query)
        if images:
            asked = replace(asked, parts=(*asked.parts, *(picture_part(image) for image in images)))
        if where is not None:
            text = where if isinstance(where, str) else str(where)
            asked = replace(asked, where=f"({asked.where}) and ({text})" if asked.where else text)
        options = options or SearchOptions()
        if k is not None:
            options = replace(options, k=k)
        return self.search_many([asked], options=options)[0]

    def search_many(
        self,
        queries: Sequence[Query],
        *,
        options: SearchOptions | None = None,
        progress: Progress | None = None,
    ) -> list[SearchResult]:
        """Answer several queries together; their texts and pictures are encoded in one go.

        Args:
            queries: The queries.
            options: How to search.
            progress: Told after each answer.

        Returns:
            One answer a query, in their order.

        Raises:
            InvalidInputError: If a query is empty.
        """
        return self.search_variants(queries, [options or SearchOptions()], progress=progress)[0]

    def search_variants(
        self,
        queries: Sequence[Query],
        variants: Sequence[SearchOptions],
        *,
        progress: Progress | None = None,
    ) -> list[list[SearchResult]]:
        """Answer queries in several ways, encoding them once: for experiments.

        Args:
            queries: The queries.
            variants: Ways to search; whether requirements are read is the first one's.
            progress: Told after each answer.

        Returns:
            For each variant one answer a query.

        Raises:
            InvalidInputError: If a query is empty, or no variant is given.
        """
        if not variants:
            raise InvalidInputError("No variant was given; expected at least one SearchOptions.")
        snapshot = self.snapshot
        for query in queries:
            check_not_empty(query)
        start = time.perf_counter()
        parsed = [understand(self.parser, query, variants[0]) for query in queries]
        parse_ms = ms_since(start) / max(1, len(queries))
        start = time.perf_counter()
        encoded = encode_queries(self.suite, queries, parsed)
        encode_ms = ms_since(start) / max(1, len(queries))
        timings = {"understand": parse_ms, "encode": encode_ms}
        answers: list[list[SearchResult]] = []
        for options in variants:
            results = []
            answered = answer_each(snapshot, encoded, options=options, timings_ms=timings)
            for asked, result in zip(encoded, answered, strict=True):
                start = time.perf_counter()
                note = self._likeness.note(snapshot, asked.parsed, result.hits, asked.parts)
                took = {"likeness": ms_since(start)}
                took["total"] = result.timings_ms["total"] + took["likeness"]
                notes = result.notes if note is None else (note, *result.notes)
                timed = {**result.timings_ms, **took}
                results.append(replace(result, notes=notes, timings_ms=timed))
                if progress is not None:
                    done = len(answers) * len(queries) + len(results)
                    progress("searching", done, len(queries) * len(variants))
            answers.append(results)
        return answers

    def search_suppliers(
        self, query: str | Query, *, k: int = 10, options: SearchOptions | None = None
    ) -> SupplierResult:
        """Find who can make something, whether or not somebody lists it.

        Suppliers are ranked over all their listings, processes, materials and cases; a
        listing that violates a requirement speaks for what its supplier makes all the same.
        A reranker among the options reads the listings before the suppliers are ranked.

        Args:
            query: The request.
            k: Suppliers wanted.
            options: How to search; its profile is "custom product" unless another is named.

        Returns:
            Ranked suppliers, each with the listings that speak for him, and notes.

        Raises:
            InvalidInputError: If the query is empty.
        """
        asked = query if isinstance(query, Query) else Query(text=query)
        check_not_empty(asked)
        options = options or SearchOptions(profile="custom product")
        snapshot = self.snapshot
        start = time.perf_counter()
        parsed = understand(self.parser, asked, options)
        timings = {"understand": ms_since(start)}
        start = time.perf_counter()
        (encoded,) = encode_queries(self.suite, [asked], [parsed])
        timings["encode"] = ms_since(start)
        return answer_suppliers(snapshot, encoded, options=options, k=k, timings_ms=timings)


def _with_claims(listing: Listing) -> Listing:
    claims = extract_claims(listing)
    return replace(listing, claims=(*listing.claims, *claims)) if claims else listing
