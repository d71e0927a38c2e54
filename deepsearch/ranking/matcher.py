"""Hard requirements over every row of a catalogue, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

import numpy as np
import pyarrow as pa

from deepsearch.errors import InvalidInputError
from deepsearch.ranking.atoms import Ask, settle
from deepsearch.ranking.columnar import status_of_rows
from deepsearch.ranking.compare import StatusArray
from deepsearch.ranking.tables import FactTable
from deepsearch.ranking.units import Rates
from deepsearch.schema import BoolArray, IntArray, Quantity, Requirement

__all__ = ["RequirementMatcher"]


class RequirementMatcher:
    """Judges requirements over all listings of one catalogue version.

    Example:
        >>> import pyarrow as pa
        >>> from deepsearch.schema import Operator, Requirement
        >>> facts = pa.table({"id": ["a", "b", "c"], "supplier.years": [5.0, 1.0, None]})
        >>> need = Requirement(field="supplier_years", op=Operator.GE, value=3, unit="year")
        >>> RequirementMatcher(facts).status(need).tolist()
        [1, -1, 0]
    """

    def __init__(self, facts: pa.Table, claims: pa.Table | None = None) -> None:
        """Prepare the columns; they are read when first needed.

        Args:
            facts: One row a listing, flat columns named as in the catalogue
                ("supplier.years"); a missing column is unknown for every row. With
                `price_tiers` and `lead_times`, prices and times hold at the quantity.
            claims: One row a claim of a listing or its supplier, `row` naming the listing.
        """
        self._table = FactTable(facts, claims)

    def among(self, rows: IntArray) -> RequirementMatcher:
        """Make a matcher of some rows alone, whose cost does not grow with the others.

        Args:
            rows: (m,) distinct rows, ascending.

        Returns:
            A matcher over m rows, in that order.
        """
        made = RequirementMatcher.__new__(RequirementMatcher)
        made._table = self._table.among(rows)
        return made

    def __len__(self) -> int:
        """Rows judged."""
        return len(self._table)

    @property
    def table(self) -> FactTable:
        """The columns."""
        return self._table

    def status(
        self,
        requirement: Requirement,
        *,
        order_quantity: Quantity | None = None,
        today: date | None = None,
        rates: Rates | None = None,
        countries: Mapping[str, str] | None = None,
    ) -> StatusArray:
        """Judge every row, as `judge` does a listing.

        Args:
            requirement: What is needed.
            order_quantity: How many are asked for.
            today: Day certificates must be valid on; None: the current day.
            rates: Exchange rates; None: other currencies are incomparable.
            countries: As `judge`.

        Returns:
            (n,) int8: 1 met, 0 unknown, -1 violated.
        """
        ask = Ask.of(order_quantity=order_quantity, today=today, rates=rates, countries=countries)
        return status_of_rows(self._table, requirement, ask)

    def allowed(
        self,
        requirements: Iterable[Requirement],
        *,
        unknown: Literal["keep", "exclude"] = "keep",
        order_quantity: Quantity | None = None,
        today: date | None = None,
        rates: Rates | None = None,
        countries: Mapping[str, str] | None = None,
    ) -> BoolArray:
        """Return the rows that violate no hard requirement.

        Args:
            requirements: All of them; wishes are passed over, and so is a number of
                samples, and what was understood with a confidence below 0.7.
            unknown: Whether a row that does not say is kept or excluded.
            order_quantity: How many are asked for.
            today: Day certificates must be valid on; None: the current day.
            rates: Exchange rates.
            countries: As `judge`.

        Returns:
            (n,) mask.

        Raises:
            InvalidInputError: If `unknown` is neither word.
        """
        if unknown not in ("keep", "exclude"):
            raise InvalidInputError(f"unknown={unknown!r}; expected 'keep' or 'exclude'.")
        least = 0 if unknown == "keep" else 1
        ask = Ask.of(order_quantity=order_quantity, today=today, rates=rates, countries=countries)
        mask = np.ones(len(self._table), dtype=np.bool_)
        for requirement in settle(requirements):
            if requirement.hard:
                mask &= status_of_rows(self._table, requirement, ask) >= least
        return mask
