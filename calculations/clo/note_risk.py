"""Risk measures of one class of notes over many scenarios: price, discount margin, yield, average life, durations.
No payments are worked out here, and no return of equity.

Prices are full: a fraction of the class's opening balance, accrued interest and deferred interest not taken apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calculations.clo.presets import STANDARD, Preset
from calculations.daycount import ACT_365F, Days, Floats, Ints, year_fraction
from calculations.discounting import (
    Reasons,
    check_flows,
    compounding_periods,
    discount_factors,
    interval_basis,
    solve_spreads,
)

FREQUENCY = 4  # compounding periods a year of every measure, whatever the class's payment dates. Source: 3.4


@dataclass(frozen=True, eq=False)
class NoteFlows:
    """What one class is paid on each payment date.

    `days` (periods,) adjusted payment dates; the others (scenarios, periods) in the class's currency:
    `opening_balance` of the period, `interest` on it, `interest_on_deferred`, `principal`, `deferred_repaid`.
    """

    days: Days
    opening_balance: Floats
    interest: Floats
    interest_on_deferred: Floats
    principal: Floats
    deferred_repaid: Floats

    def __post_init__(self) -> None:
        shape = self.opening_balance.shape
        if len(shape) != 2 or shape[1] != len(self.days) or not len(self.days):
            raise ValueError(f"opening balance must be (scenarios, {len(self.days)} periods), found {shape}")
        for name in ("interest", "interest_on_deferred", "principal", "deferred_repaid"):
            if (found := getattr(self, name).shape) != shape:
                raise ValueError(f"{name} must be of shape {shape} as the opening balance is, found {found}")

    @property
    def cash(self) -> Floats:
        """All that is paid, (scenarios, periods)."""
        return self.interest + self.interest_on_deferred + self.principal + self.deferred_repaid


@dataclass(frozen=True)
class NoteTerms:
    """What the measures of a class need beside its flows.

    `settlement` is the day they are taken on; `day_count` measures a part of a compounding period; `price` and
    `discount_margin` are what a person asks about: None leaves out what hangs on it.
    """

    class_name: str
    settlement: dt.date
    day_count: str
    original_balance: float
    price: float | None = None
    discount_margin: float | None = None
    is_equity: bool = False


@dataclass(frozen=True, eq=False)
class NoteRisk:
    """Measures of one class; arrays (scenarios,), NaN where there is none.

    `price` is the one at the terms' discount margin; `annual_yield` and `discount_margin` are those at the terms'
    price, with `yield_reasons` and `margin_reasons` beside them (names of `calculations.discounting`, empty where
    there is a rate); `weighted_average_life`, `macaulay_duration` and `modified_duration` in years.
    """

    total_interest: Floats
    total_principal: Floats
    price: Floats
    annual_yield: Floats
    yield_reasons: Reasons
    discount_margin: Floats
    margin_reasons: Reasons
    weighted_average_life: Floats
    macaulay_duration: Floats
    modified_duration: Floats

    @property
    def total_cash(self) -> Floats:
        """Interest and principal together, (scenarios,)."""
        return self.total_interest + self.total_principal


def note_risk(flows: NoteFlows, terms: NoteTerms, index_rates: Floats, preset: Preset = STANDARD) -> NoteRisk:
    """All measures of a class.

    `index_rates` (scenarios or 1, periods) are the rates of the intervals that a margin is added to, as
    `discounting.scenario_interval_rates` gives them. Flows count up to the last period with a positive opening balance
    (of equity: the last one paid). COL-25 in the preset divides the average life by the original balance.

    Raises ValueError for payment dates before settlement, for a negative payment, and for index rates of another shape.
    Source: clo-liabilities-waterfall 3.4.
    """
    return note_risks([(flows, terms)], index_rates, preset)[0]


def note_risks(
    classes: Sequence[tuple[NoteFlows, NoteTerms]], index_rates: Floats, preset: Preset = STANDARD
) -> list[NoteRisk]:
    """`note_risk` of the classes of a deal, in order. Those whose intervals are alike are solved together: for a few
    scenarios the steps of a solution cost the same for many classes as for one."""
    counted = [_Counted.of(flows, terms, index_rates) for flows, terms in classes]
    alike: dict[tuple[object, ...], list[int]] = {}
    for number, (flows, terms) in enumerate(classes):
        key = (terms.settlement, interval_basis(terms.day_count), flows.days.tobytes(), len(flows.opening_balance))
        alike.setdefault(key, []).append(number)
    found: dict[int, NoteRisk] = {}
    for numbers in alike.values():
        found |= zip(numbers, _together([counted[i] for i in numbers], index_rates, preset), strict=True)
    return [found[number] for number in range(len(classes))]


@dataclass(frozen=True, eq=False)
class _Counted:
    """A class with what counts of its flows: `cash` (scenarios, periods), `last` the last period that does, (scenarios,),
    -1 if none. `balance` and `value` (scenarios,) are NaN where there is nothing to divide by."""

    flows: NoteFlows
    terms: NoteTerms
    cash: Floats
    last: Ints
    balance: Floats
    value: Floats

    @classmethod
    def of(cls, flows: NoteFlows, terms: NoteTerms, index_rates: Floats) -> _Counted:
        """Raises ValueError for a negative payment, and for index rates of another shape."""
        scenarios, count = flows.opening_balance.shape
        if index_rates.ndim != 2 or index_rates.shape[0] not in (1, scenarios) or index_rates.shape[1] != count:
            raise ValueError(
                f"class {terms.class_name}: index rates must be (1 or {scenarios} scenarios, {count} periods), "
                f"found {index_rates.shape}"
            )
        cash, last = _counted(flows, terms.is_equity)
        check_flows(cash)
        balance = _or_nan(flows.opening_balance[:, 0])
        return cls(flows, terms, cash, last, balance, balance * (np.nan if terms.price is None else terms.price))


def _together(classes: Sequence[_Counted], index_rates: Floats, preset: Preset) -> list[NoteRisk]:
    """Measures of classes of the same intervals: their scenarios one class after another are one set of scenarios."""
    first = classes[0]
    periods = compounding_periods(first.terms.settlement, first.flows.days, first.terms.day_count, FREQUENCY)
    times = year_fraction(first.terms.settlement, first.flows.days, ACT_365F)
    cash, values = np.concatenate([item.cash for item in classes]), np.concatenate([item.value for item in classes])
    rates = index_rates if len(index_rates) == 1 else np.tile(index_rates, (len(classes), 1))
    yields = solve_spreads(cash, np.zeros((1, 1)), values, periods, FREQUENCY)
    near = yields.rates - rates.mean(axis=1)
    margins = solve_spreads(cash, rates, values, periods, FREQUENCY, guesses=near)
    macaulay = _macaulay_durations(cash, times, yields.rates) / _or_nan(values)
    modified = _modified_durations(macaulay, yields.rates)
    found, size = [], len(first.cash)
    for number, item in enumerate(classes):
        rows, flows, terms = slice(number * size, (number + 1) * size), item.flows, item.terms
        worths = _worths_at_margin(item.cash, index_rates, terms.discount_margin, periods)
        found.append(
            NoteRisk(
                total_interest=(flows.interest + flows.interest_on_deferred + flows.deferred_repaid).sum(axis=1),
                total_principal=flows.principal.sum(axis=1),
                price=worths / item.balance,
                annual_yield=yields.rates[rows],
                yield_reasons=yields.reasons[rows],
                discount_margin=margins.rates[rows],
                margin_reasons=margins.reasons[rows],
                weighted_average_life=_average_lives(flows, terms, times, item.last, preset),
                macaulay_duration=macaulay[rows],
                modified_duration=modified[rows],
            )
        )
    return found


def _counted(flows: NoteFlows, is_equity: bool) -> tuple[Floats, Ints]:
    """Cash up to the last period that counts, (scenarios, periods), and that period's index, (scenarios,); -1 if none."""
    cash = flows.cash
    is_live: NDArray[np.bool_] = (cash if is_equity else flows.opening_balance) > 0
    count = is_live.shape[1]
    last = np.where(is_live.any(axis=1), count - 1 - np.argmax(is_live[:, ::-1], axis=1), -1)
    return np.where(np.arange(count) <= last[:, None], cash, 0.0), last


def _or_nan(amounts: Floats) -> Floats:
    """NaN where there is nothing to divide by."""
    return np.where(amounts > 0, amounts, np.nan)


def _worths_at_margin(cash: Floats, index_rates: Floats, margin: float | None, periods: Floats) -> Floats:
    if margin is None:
        return np.full(len(cash), np.nan)
    factors = discount_factors(index_rates + margin, periods, FREQUENCY)
    return np.einsum("ij,ij->i", cash, np.broadcast_to(factors, cash.shape))


def _average_lives(flows: NoteFlows, terms: NoteTerms, times: Floats, last: Ints, preset: Preset) -> Floats:
    """Mean time to principal, what is never paid taken as paid on the last date that counts."""
    repaid = np.where(np.arange(len(times)) <= last[:, None], flows.principal, 0.0)
    opening = flows.opening_balance[:, 0]
    weighted = repaid @ times + (opening - repaid.sum(axis=1)) * times[last]
    divisor = np.full(len(opening), terms.original_balance) if "COL-25" in preset else opening
    return np.where((last >= 0) & (opening > 0), weighted / _or_nan(divisor), np.nan)


def _macaulay_durations(cash: Floats, times: Floats, yields: Floats) -> Floats:
    """Sum of time x worth, (scenarios,), each flow discounted by its time in years of 365 days."""
    growth = FREQUENCY * np.log1p(yields / FREQUENCY)
    return np.einsum("ij,ij,j->i", cash, np.exp(-np.multiply.outer(growth, times)), times)


def _modified_durations(macaulay: Floats, yields: Floats) -> Floats:
    """Reported as 0 at a yield that is not positive (3.4); NaN stays NaN."""
    return np.where(yields <= 0, 0.0, macaulay / (1 + yields / FREQUENCY))
