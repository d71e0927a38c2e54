"""Which version of a catalogue is searched, while threads and processes write to it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from deepsearch.catalogue import Catalogue
from deepsearch.engine.snapshot import Snapshot, open_snapshot
from deepsearch.errors import CatalogueError
from deepsearch.protocols import EncoderSuite

__all__ = ["Shown"]

_LOGGER = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class Shown:
    """The snapshot that is searched."""

    def __init__(self, catalogue: Catalogue, suite: EncoderSuite) -> None:
        """Show nothing yet; the first search opens the snapshot.

        Args:
            catalogue: The catalogue; it moves on with each write.
            suite: The encoders its vectors are made with.
        """
        self._catalogue = catalogue
        self._suite = suite
        self._snapshot: Snapshot | None = None
        self._lock = threading.Lock()
        # Of two snapshots opened at once the older could come to be shown last.
        self._moving = threading.RLock()

    @property
    def snapshot(self) -> Snapshot:
        """What is searched, opened on first use."""
        with self._lock:
            if self._snapshot is None:
                self._snapshot = self._opened()
            return self._snapshot

    def replace(self, *, anew: bool = False) -> None:
        """Show the catalogue's version; searches go on in the older one until it is open.

        Args:
            anew: Whether to take over nothing of the older one.
        """
        with self._moving:
            with self._lock:
                previous = None if anew else self._snapshot
            snapshot = self._opened(previous)
            with self._lock:
                self._snapshot = snapshot

    def _opened(self, previous: Snapshot | None = None) -> Snapshot:
        start = time.perf_counter()
        snapshot = open_snapshot(self._catalogue, self._suite, previous=previous)
        _LOGGER.info(
            "%s: version %d with %d listings is searched, opened in %.2f s",
            snapshot.catalogue.path,
            snapshot.catalogue.version,
            len(snapshot.catalogue),
            time.perf_counter() - start,
        )
        return snapshot

    def refresh(self) -> bool:
        """Show the newest version committed, by whomever.

        Returns:
            Whether another one was shown before.
        """
        with self._moving:
            self._catalogue.refresh()
            with self._lock:
                shown = self._snapshot
            if shown is not None and shown.catalogue.version == self._catalogue.version:
                return False
            self.replace()
        return True

    def ask(self, answer: Callable[[Snapshot], Answer]) -> Answer:
        """Let the snapshot answer; where its version was vacuumed away, the newest one.

        Args:
            answer: Answers from a snapshot.

        Returns:
            The answer.

        Raises:
            CatalogueError: If the newest version cannot be read either.
        """
        try:
            return answer(self.snapshot)
        except CatalogueError:
            if not self.refresh():
                raise
            return answer(self.snapshot)
