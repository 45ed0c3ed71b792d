"""What is taken off a reserve: by its own row, else an assumption, else the packaged table. What is left is
elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from calculations.exact_yaml import Terms, read_policy
from calculations.nav.market import Row
from calculations.nav.methods.evidence import Evidence
from calculations.nav.numbers import precise
from calculations.nav.results import Assumption, Unavailable

FILE = Path(__file__).parents[2] / "tables" / "reserve_haircuts.yaml"
ASSUMED = "RESERVE_HAIRCUT"
ASSUMED_OF_VAULTS = "LIQUIDATION_HAIRCUT"

Rate = Annotated[Decimal, Field(ge=0, lt=1)]


class HaircutTable(Terms):
    """Fractions by kind of reserve, for kinds not named, and what a rating adds."""

    source: str
    as_of: dt.date
    by_kind: Mapping[str, Rate]
    other_kinds: Rate
    added_by_rating: Mapping[str, Rate]


@cache
def haircut_table() -> HaircutTable:
    """The packaged table. Raises ValueError where it is not valid."""
    return read_policy(FILE, HaircutTable)


class Haircuts:
    """Haircuts of one product's reserves; `used` are those that came from the table, as assumptions to show."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._used: dict[str, Assumption] = {}

    @property
    def used(self) -> tuple[Assumption, ...]:
        return tuple(self._used[tenor] for tenor in sorted(self._used))

    def of(self, row: Row) -> Decimal:
        """The haircut of a reserve or vault, a fraction: that of its kind, and more for its rating.

        What the row states is all of it. A vault's is the LIQUIDATION_HAIRCUT of its instrument or the product, any
        other RESERVE_HAIRCUT with the kind or the rating as tenor. Raises Unavailable MISSING_ASSUMPTION for a rating
        that has none, DOMAIN outside 0 to 1, UNIT_MISMATCH, DUPLICATE_INPUT.
        """
        stated: Decimal | None = row["haircut_rate"]
        if stated is None:
            with precise():
                stated = self._of_kind(row) + self._of_rating(row["rating"])
        if not 0 <= stated <= 1:
            raise Unavailable("DOMAIN", f"{row['reserve_id']}: haircut must be a fraction from 0 to 1, found {stated}")
        return stated

    def _of_kind(self, row: Row) -> Decimal:
        if row["kind"] == "VAULT":
            scopes = [("INSTRUMENT", row["instrument_id"] or "")]
            assumed = self._evidence.assumptions.find(ASSUMED_OF_VAULTS, "FRACTION", scopes=scopes)
        else:
            assumed = self._evidence.assumptions.find(ASSUMED, "FRACTION", tenor=row["kind"])
        table = haircut_table()
        return self._number(assumed, row["kind"], table.by_kind.get(row["kind"], table.other_kinds))

    def _of_rating(self, rating: str | None) -> Decimal:
        """What the rating adds; its modifier does not matter, and what is not rated bears nothing more."""
        if not rating:
            return Decimal(0)
        grade = rating.rstrip("+-").upper()
        assumed = self._evidence.assumptions.find(ASSUMED, "FRACTION", tenor=grade)
        return self._number(assumed, grade, haircut_table().added_by_rating.get(grade))

    def _number(self, assumed: Assumption | None, tenor: str, listed: Decimal | None) -> Decimal:
        if assumed is not None and assumed.value is not None:
            return assumed.value
        if listed is None or assumed is not None:
            raise Unavailable("MISSING_ASSUMPTION", f"expected a haircut of {tenor}, as a number; found none")
        table = haircut_table()
        self._used[tenor] = Assumption(
            scope_type="PRODUCT_TYPE",
            scope_id=self._evidence.stated.product_type,
            name=ASSUMED,
            as_of=table.as_of,
            tenor=tenor,
            source=table.source,
            value=listed,
            text=None,
            unit="FRACTION",
        )
        return listed
