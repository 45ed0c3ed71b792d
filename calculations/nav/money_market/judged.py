"""A fund of a NAV workbook held against its regulation, day by day, each day once. What a day holds is read elsewhere.

Strikes and the record of compliance both ask here, so that they cannot differ. Source: nav 4, 5 (MMF rules).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from calculations.nav.assumptions import Assumptions
from calculations.nav.market import Market
from calculations.nav.methods.evidence import stated_assumption
from calculations.nav.money_market.compliance import Compliance, check
from calculations.nav.money_market.stated import StatedDay, stated_day
from calculations.nav.money_market.stress import ASSUMED
from calculations.nav.stated import StatedProduct
from calculations.nav.strike_days import strike_days
from calculations.nav.strike_inputs import StrikeInputs, strike_inputs

USED = ("LIQUIDITY_COST", *ASSUMED)


class JudgedFund:
    """A product that states a regime and a type of it, with what was read and found of its days so far."""

    def __init__(self, stated: StatedProduct, market: Market) -> None:
        self._stated = stated
        self._market = market
        self._days = strike_days(stated, market)
        self._assumed = [
            assumption for assumption in map(stated_assumption, stated.assumptions) if assumption.name.upper() in USED
        ]
        self._read: dict[dt.date, StatedDay] = {}
        self._judged: dict[dt.date, tuple[Compliance, ...]] = {}

    def assumptions(self, day: dt.date) -> Assumptions:
        """What is assumed on a day of selling and of stress."""
        row, kind = self._stated.row, self._stated.product_type
        scopes = [("PRODUCT", row["product_id"]), ("PRODUCT_TYPE", kind), ("PRODUCT_TYPE", kind.upper())]
        return Assumptions(self._assumed, day, [*scopes, ("ORGANIZATION", row["organization_id"] or "")])

    def read(self, day: dt.date, inputs: StrikeInputs | None = None) -> StatedDay:
        """The fund at market on a day; `inputs` are those of the day's strike, where they are at hand."""
        if day not in self._read:
            inputs = inputs or strike_inputs(self._stated, self._market, day)
            self._read[day] = stated_day(self._stated, self._market, inputs, self.assumptions(day))
        return self._read[day]

    def on(self, day: dt.date, inputs: StrikeInputs | None = None) -> tuple[Compliance, ...]:
        """Every rule on a day that can be struck, in the light of the day before. Raises ValueError as `check`.

        What was bought beyond a limit stays a breach until the limit is met again, so that only a day on which one is
        not met asks what the day before was, and so back to the one on which all were.
        """
        if inputs is not None:
            self.read(day, inputs)
        at, unsettled = self._days.index(day), []
        while self._days[at] not in self._judged:
            rows = self._check(self._days[at])
            if at == 0 or not any(_asks_what_was_before(row) for row in rows):
                self._judged[self._days[at]] = rows
                break
            unsettled.append(at)
            at -= 1
        for later in reversed(unsettled):
            self._judged[self._days[later]] = self._check(self._days[later], self._judged[self._days[later - 1]])
        return self._judged[day]

    def _check(self, day: dt.date, previous: Sequence[Compliance] = ()) -> tuple[Compliance, ...]:
        read = self.read(day)
        return check(read.fund, read.holdings, day, read.holidays, previous)


def _asks_what_was_before(row: Compliance) -> bool:
    return row.is_acquisition_test and row.outcome in ("BREACHED", "PASSIVE")
