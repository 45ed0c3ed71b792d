"""A case beside what became of it, as the rules read both: rows of assets with their numbers, steps of lists by version of
the deal. What must hold is in the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from calculations.clo.columns import Flags, Floats
from calculations.clo.deal import Deal
from calculations.clo.deal.projection import Projection
from calculations.clo.deal.steps import Step
from tests.invariants.cases import Case
from tests.invariants.pool_periods import PoolPeriods, Rows

Wanted = Callable[[Step], bool]
LISTS = ("interest", "principal", "notes", "default", "acceleration")
FUNDING = 4  # the type of the account that pays draws
DUST = 1.0  # currency units below which a balance is written off (clo-collateral-engine 1.10)


@dataclass(frozen=True, eq=False)
class Outcome:
    """Arrays of amounts are of shape (scenarios, periods)."""

    case: Case
    found: Projection

    @property
    def result(self) -> Any:
        return self.found.result

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Scenarios and periods."""
        return len(self.case.scenarios), self.found.dates.count

    @cached_property
    def cent(self) -> float:
        """What two ways of adding the same amounts up may differ by: 1e-10 of the pool and the notes."""
        notes = sum(float(note.opening_balance or 0) for note in self.case.deal.notes.values())
        return 1e-10 * (1e6 + notes + sum(asset.par for asset in self.case.holdings.assets))

    @cached_property
    def versions(self) -> list[tuple[Deal, Flags]]:
        """Each version of the deal with the periods (periods,) that it is in force in."""
        in_force = [self.case.deal.on(day.item()) for day in self.found.dates.payment]
        distinct = {id(deal): deal for deal in in_force}
        return [(deal, np.array([item is deal for item in in_force])) for deal in distinct.values()]

    def steps(self, name: str) -> Iterator[tuple[Step, Any, Flags]]:
        """Steps of a list in order with what was booked, and the periods (periods,) in which that step stood there."""
        for deal, periods in self.versions:
            if name in deal.lists:
                for number, step in enumerate(deal.lists[name].steps, start=1):
                    yield step, self.result.steps[name, number], periods

    def paid(self, wanted: Wanted, lists: tuple[str, ...] = LISTS) -> Floats:
        """What all steps of a kind paid."""
        found = np.zeros(self.shape)
        for name in lists:
            for step, booked, periods in self.steps(name):
                if wanted(step):
                    found += np.where(periods, booked.paid, 0.0)
        return found

    @cached_property
    def is_last_period(self) -> Flags:
        """The period (scenarios, periods) that a scenario ends in."""
        numbers = np.arange(1, self.shape[1] + 1)
        return np.asarray(self.result.last_period[:, None] == numbers)

    @cached_property
    def is_alive(self) -> Flags:
        """Periods up to the last one of a scenario."""
        numbers = np.arange(1, self.shape[1] + 1)
        return np.asarray(numbers <= self.result.last_period[:, None])

    @cached_property
    def groups(self) -> int:
        return len(self.case.holdings.assets) * len(self.case.scenarios)

    @cached_property
    def rows(self) -> Rows:
        return Rows.of(self.found.assets, self.case.holdings.assets)

    @cached_property
    def pool(self) -> PoolPeriods:
        """What the rows come to by deal period."""
        return PoolPeriods(self.case, self.found.dates, self.rows)

    @cached_property
    def reserved(self) -> Floats:
        """What tests count beside drawn par: the funding account, up to what may still be drawn. Source: clo-extensions 3.2."""
        names = [name for name, terms in self.case.deal.accounts.items() if terms.type == FUNDING]
        held = sum((self.result.accounts[name][:, 1:] for name in names), np.zeros(self.shape))
        return np.asarray(np.minimum(held, self.pool.unfunded.sum(axis=1)))

    def of_assets(self, field: str) -> Any:
        """A field of the assets by asset and scenario, (groups,)."""
        values = np.array([getattr(asset, field) for asset in self.case.holdings.assets])
        return np.tile(values, len(self.case.scenarios))


def difference(what: str, left: Any, right: Any, tolerance: float, where: Any = True) -> str | None:
    """A message where two amounts differ by more than `tolerance`; None where none do."""
    gap = np.abs(left - right)
    return at_fault(what, (gap > tolerance) | ~np.isfinite(gap), left, right, where)


def at_fault(what: str, wrong: Any, left: Any, right: Any, where: Any = True) -> str | None:
    """A message on the first place of `wrong` within `where`, with both amounts; None where there is none."""
    wrong = np.asarray(wrong & where)
    if not wrong.any():
        return None
    place = tuple(int(item) for item in np.argwhere(wrong)[0])
    amounts = [float(np.broadcast_to(side, wrong.shape)[place]) for side in (left, right)]
    return f"{what} at {place}: found {amounts[0]!r}, expected {amounts[1]!r}"


def first_of(messages: Iterator[str | None]) -> str | None:
    """The first message that is one."""
    return next((message for message in messages if message is not None), None)
