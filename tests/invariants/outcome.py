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
class Walked:
    """A list as one version of the deal has it, with what was booked for its steps: arrays (steps, scenarios, periods).
    The version is in force in `periods` (periods,)."""

    name: str
    steps: tuple[Step, ...]
    due: Floats
    paid: Floats
    after: Floats
    periods: Flags

    def where(self, wanted: Wanted) -> Flags:
        """The steps of a kind, in the periods in which they stand there: (steps, 1, periods)."""
        return np.array([wanted(step) for step in self.steps])[:, None, None] & self.periods


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

    @cached_property
    def walked(self) -> tuple[Walked, ...]:
        """Every list of every version."""
        return tuple(
            self._walked(name, deal, periods) for name in LISTS for deal, periods in self.versions if name in deal.lists
        )

    def _walked(self, name: str, deal: Deal, periods: Flags) -> Walked:
        steps = deal.lists[name].steps
        booked = [self.result.steps[name, number] for number in range(1, len(steps) + 1)]
        due, paid, after = (
            np.array([getattr(step, what) for step in booked]) for what in ("due", "paid", "cash_after")
        )
        return Walked(name, steps, due, paid, after, periods)

    @cached_property
    def _steps(self) -> dict[str, list[tuple[Step, Any, Flags]]]:
        return {
            name: [
                (step, self.result.steps[name, number], walked.periods)
                for walked in self.walked
                if walked.name == name
                for number, step in enumerate(walked.steps, start=1)
            ]
            for name in LISTS
        }

    def steps(self, name: str) -> list[tuple[Step, Any, Flags]]:
        """Steps of a list in order with what was booked, and the periods (periods,) in which that step stood there."""
        return self._steps[name]

    @cached_property
    def payments(self) -> list[tuple[str, Step, Floats]]:
        """The steps that paid anything while they stood in their list: the list, the step and what it paid."""
        found = []
        for walked in self.walked:
            paid = np.where(walked.periods, walked.paid, 0.0)
            found += [(walked.name, walked.steps[i], paid[i]) for i in np.flatnonzero(paid.any(axis=(1, 2)))]
        return found

    def paid(self, wanted: Wanted) -> Floats:
        """What all steps of a kind paid."""
        return sum((paid for _, step, paid in self.payments if wanted(step)), np.zeros(self.shape))

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
    return at_fault(what, ~(gap <= tolerance), left, right, where)  # what is no number is not within it


def at_fault(what: str, wrong: Any, left: Any, right: Any, where: Any = True) -> str | None:
    """A message on the first place of `wrong` within `where`, with both amounts; None where there is none."""
    wrong = np.asarray(wrong if where is True else wrong & where)
    if not np.count_nonzero(wrong):
        return None
    place = tuple(int(item) for item in np.argwhere(wrong)[0])
    amounts = [float(np.broadcast_to(side, wrong.shape)[place]) for side in (left, right)]
    return f"{what} at {place}: found {amounts[0]!r}, expected {amounts[1]!r}"


def first_of(messages: Iterator[str | None]) -> str | None:
    """The first message that is one."""
    return next((message for message in messages if message is not None), None)
