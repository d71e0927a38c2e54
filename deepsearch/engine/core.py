"""The engine: it composes the stages and holds no formula of its own."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from deepsearch.catalogue import ArrowTable, Catalogue, ColumnMapping, UpsertReport
from deepsearch.encoders import load_suite
from deepsearch.engine.asking import ask, ask_each, with_pictures_and_filter
from deepsearch.engine.checks import (
    Picture,
    as_path,
    as_query,
    check_options,
    check_query,
    check_spaces,
    one_by_one,
)
from deepsearch.engine.encoding import EncodeReport, Progress, encode_pending
from deepsearch.engine.indexing import IndexReport, checked_source, index_source, upsert_listings
from deepsearch.engine.likeness import Likeness
from deepsearch.engine.notebook import NotebookView
from deepsearch.engine.options import SearchOptions
from deepsearch.engine.search import answer_each
from deepsearch.engine.settings import Settings
from deepsearch.engine.shown import Shown
from deepsearch.engine.snapshot import Snapshot
from deepsearch.engine.suppliers import SupplierResult, answer_suppliers
from deepsearch.errors import InvalidInputError
from deepsearch.filters import Filter
from deepsearch.protocols import EncoderSuite, RequirementParser
from deepsearch.schema import Listing, Query, SearchResult
from deepsearch.understanding import RuleParser

__all__ = ["SearchEngine"]


class SearchEngine:
    """A catalogue, its indexes and encoders, and the way of a query through them.

    Threads may share it: each search works on one snapshot, writes wait for each other's
    commits, and what a write changed is found once it returns. What other processes commit
    is found after `refresh`.
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
        self._shown = Shown(catalogue, suite)
        # Each of two at once would encode what the other does.
        self._indexing = threading.Lock()

    def __repr__(self) -> str:
        """Tell the folder, the listings and the encoders."""
        return (
            f"<SearchEngine {str(self.catalogue.path)!r}: {len(self.catalogue)} listings, "
            f"encoder {self.suite.name!r}>"
        )

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
        folder = as_path(path, "The catalogue")
        suite = load_suite(encoder)
        catalogue = Catalogue.create(folder)
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
            InvalidInputError: If its vectors are of encoders of one's own.
        """
        catalogue = Catalogue.open(as_path(path, "The catalogue"))
        suite = load_suite(Settings.load(catalogue.path).encoder)
        check_spaces(catalogue, suite)
        return cls(catalogue, suite)

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
        folder = as_path(path, "The catalogue")
        if not any((folder / "versions").glob("*.json")):
            return cls.create(folder, encoder=encoder or "mini")
        engine = cls.open(folder)
        if encoder is not None and encoder != engine.suite.name:
            raise InvalidInputError(
                f"The catalogue {folder} was made with the encoder '{engine.suite.name}', "
                f"not '{encoder}'. Leave the encoder out, or index into a new folder."
            )
        return engine

    # ------------------------------------------------------------ writing

    def index(
        self,
        source: str | Path | ArrowTable,
        *,
        mapping: ColumnMapping | Path | None = None,
        images: str | Path | None = None,
        name: str | None = None,
        progress: Progress | None = None,
    ) -> IndexReport:
        """Read a source, encode what is new or changed, and make it findable.

        Args:
            source: A jsonl, csv, xlsx or parquet file; or a table in memory, such as a
                pandas or polars frame.
            mapping: Columns → fields; None detects them.
            images: Folder of the listings' pictures; None: the source's own folder, of a
                table in memory the working one.
            name: Name of the source; None: the mapping's, else after the file, of a table
                in memory "table". A row whose id belongs to another source is rejected.
            progress: Told how far it has come.

        Returns:
            What was read, mapped, rejected and encoded.

        Raises:
            UnreadableFileError: If the file is empty, damaged, or no table (a video, a PDF);
                the catalogue is unchanged then.
            InvalidInputError: If the mapping does not fit, or there is no folder of pictures.
        """
        checked, folder = checked_source(source, images)
        with self._indexing:
            report = index_source(
                self.catalogue,
                self.suite,
                checked,
                mapping=mapping,
                images=folder,
                name=name,
                progress=progress,
            )
            self._shown.replace()
        return report

    def upsert(
        self, listings: Iterable[Listing], *, progress: Progress | None = None
    ) -> UpsertReport:
        """Add listings, or replace those of the same id, and make them findable.

        Args:
            listings: The listings; claims are read from their words.
            progress: Told how far encoding has come.

        Returns:
            How many were added, changed, or there already.

        Raises:
            InvalidInputError: If one is no listing, or not a valid one; nothing is written then.
            DuplicateIdError: If an id comes twice.
            ConflictError: If another process's write takes longer than half a minute; try again.
        """
        report = upsert_listings(self.catalogue, self.suite, listings, progress=progress)
        self._shown.replace()
        return report

    def remove(self, ids: Sequence[str]) -> int:
        """Remove listings.

        Args:
            ids: Their ids.

        Returns:
            How many were removed.

        Raises:
            UnknownIdError: If an id is not there; nothing is removed then.
            ConflictError: If another process's write takes longer than half a minute; try again.
        """
        with self.catalogue.turn():
            removed = self.catalogue.remove([*one_by_one(ids, "ids")])
        self._shown.replace()
        return removed

    def rebuild(self, *, progress: Progress | None = None) -> EncodeReport:
        """Encode what misses its vector and build every index anew.

        Args:
            progress: Told how far encoding has come.

        Returns:
            What was encoded.
        """
        with self._indexing:
            self.catalogue.refresh()
            report = encode_pending(self.catalogue, self.suite, progress=progress)
            shutil.rmtree(self.catalogue.path / "indexes", ignore_errors=True)
            self._shown.replace(anew=True)
        return report

    def refresh(self) -> bool:
        """Search the newest version: what other processes committed, or `catalogue` itself.

        Returns:
            Whether what is searched has changed.

        Raises:
            CatalogueError: If the newest version cannot be read.
        """
        return self._shown.refresh()

    @property
    def snapshot(self) -> Snapshot:
        """The indexes being searched, opened on first use."""
        return self._shown.snapshot

    # ------------------------------------------------------------ searching

    def search(
        self,
        query: str | Query = "",
        *,
        images: Sequence[Picture] = (),
        where: Filter | str | None = None,
        k: int | None = None,
        options: SearchOptions | None = None,
    ) -> SearchResult:
        """Search by words, pictures, or both.

        Args:
            query: The request in words, or a whole `Query`.
            images: Pictures of what is wanted, as paths, encoded bytes or Pillow images.
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
        options = SearchOptions() if options is None else options
        check_options(options)
        if k is not None:
            options = replace(options, k=k)
        asked = with_pictures_and_filter(as_query(query), images, where)
        return self.search_many([asked], options=options)[0]

    def search_many(
        self,
        queries: Sequence[str | Query],
        *,
        options: SearchOptions | None = None,
        progress: Progress | None = None,
    ) -> list[SearchResult]:
        """Answer several queries together; their texts and pictures are encoded in one go.

        Args:
            queries: The queries, as words or whole.
            options: How to search.
            progress: Told after each answer.

        Returns:
            One answer a query, in their order.

        Raises:
            InvalidInputError: If a query is empty, or is no query.
        """
        return self.search_variants(
            queries, [SearchOptions() if options is None else options], progress=progress
        )[0]

    def search_variants(
        self,
        queries: Sequence[str | Query],
        variants: Sequence[SearchOptions],
        *,
        progress: Progress | None = None,
    ) -> list[list[SearchResult]]:
        """Answer queries in several ways, encoding them once where their words are read alike.

        Args:
            queries: The queries, as words or whole.
            variants: Ways to search.
            progress: Told after each answer.

        Returns:
            For each variant one answer a query.

        Raises:
            InvalidInputError: If a query is empty, or no variant is given.
        """
        if not variants:
            raise InvalidInputError("No variant was given; expected at least one SearchOptions.")
        for options in variants:
            check_options(options)
        asked = [as_query(query) for query in one_by_one(queries, "queries")]
        for query in asked:
            check_query(query)
        ways = ask_each(self.parser, self.suite, asked, variants)
        view = NotebookView(self.catalogue.path)

        def answers(snapshot: Snapshot) -> list[list[SearchResult]]:
            answered: list[list[SearchResult]] = []
            for options, (encoded, timings) in zip(variants, ways, strict=True):
                results = []
                found = answer_each(snapshot, encoded, options=options, timings_ms=timings)
                for one, result in zip(encoded, found, strict=True):
                    noted = self._likeness.noted(snapshot, one, result)
                    results.append(replace(noted, view=view))
                    if progress is not None:
                        done = len(answered) * len(asked) + len(results)
                        progress("searching", done, len(asked) * len(variants))
                answered.append(results)
            return answered

        return self._shown.ask(answers)

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
        asked = as_query(query)
        check_query(asked)
        options = SearchOptions(profile="custom product") if options is None else options
        check_options(options)
        (encoded,), timings = ask(self.parser, self.suite, [asked], options)
        return self._shown.ask(
            lambda snapshot: answer_suppliers(
                snapshot, encoded, options=options, k=k, timings_ms=timings
            )
        )
