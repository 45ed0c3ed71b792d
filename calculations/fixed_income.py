"""Price, yield, spread and duration of one stream of dated flows. No projection of flows, no scenarios, no fixings.

Flows are `days` (n,), not falling, and `amounts` (n,), none negative; values are in the currency of the amounts and are
full (dirty): what is paid on the settlement day, accrued interest included. Rates are decimal fractions a year,
compounded `frequency` times a year. Flows of either sign have a money-weighted return instead (`irr`).
"""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import ArrayLike

from calculations.clo.presets import STANDARD, Preset
from calculations.curves import Curve
from calculations.daycount import ACT_365F, Days, Floats, year_fraction
from calculations.discounting import (
    BRACKET,
    NO_ROOT,
    compounding_periods,
    discount_factors,
    scenario_interval_rates,
    solve_spreads,
)


def price(
    days: Days, amounts: ArrayLike, annual_yield: float, *, settlement: dt.date, basis: str, frequency: int
) -> float:
    """What the flows are worth on the settlement day when discounted at one yield.

    `basis` is the day count of a part of a compounding period. Raises ValueError for days before settlement, for a
    frequency that does not divide 12, and for a yield of -100 % a period or less. Source: clo-collateral-engine 6.
    """
    return price_at_margin(
        days, amounts, annual_yield, np.zeros(1), settlement=settlement, basis=basis, frequency=frequency
    )


def price_at_margin(
    days: Days,
    amounts: ArrayLike,
    margin: float,
    index_rates: Floats,
    *,
    settlement: dt.date,
    basis: str,
    frequency: int,
) -> float:
    """What the flows are worth when each interval is discounted at its index rate plus a margin.

    `index_rates` (n,), one for the interval that ends with each flow, as `interval_rates` gives them, or (1,) for all.
    Raises ValueError as `price`. Source: clo-collateral-engine 6; clo-liabilities-waterfall 3.4.
    """
    flows, periods = _flows(days, amounts, settlement, basis, frequency)
    return float(flows @ discount_factors(_per_flow(index_rates, flows) + margin, periods, frequency))


def yield_to_maturity(
    days: Days, amounts: ArrayLike, value: float, *, settlement: dt.date, basis: str, frequency: int
) -> float:
    """The yield at which the flows are worth `value`.

    Raises ValueError, with the reason, where no yield between -150 % and 100 % does, where `value` is not positive,
    where nothing is paid, and where a flow is negative. Source: clo-collateral-engine 6.
    """
    flows, periods = _flows(days, amounts, settlement, basis, frequency)
    return _solved("yield", flows, np.zeros(1), value, periods, frequency)


def discount_margin(
    days: Days,
    amounts: ArrayLike,
    value: float,
    index_rates: Floats,
    *,
    settlement: dt.date,
    basis: str,
    frequency: int,
) -> float:
    """The margin over the index rates at which the flows are worth `value`: a floater's discount margin, or the spread
    of an asset over its curve.

    `index_rates` as for `price_at_margin`. Raises ValueError as `yield_to_maturity`.
    Source: clo-collateral-engine 6, Q23.
    """
    flows, periods = _flows(days, amounts, settlement, basis, frequency)
    return _solved("margin", flows, _per_flow(index_rates, flows), value, periods, frequency)


def interval_rates(
    curve: Curve, days: Days, *, settlement: dt.date, frequency: int, preset: Preset = STANDARD
) -> Floats:
    """The curve's rate for the interval before each flow, (n,), to which a margin is added.

    What `calculations.discounting.scenario_interval_rates` gives for many curves, for one.
    Source: clo-collateral-engine Q23; clo-extensions 2.1.
    """
    return scenario_interval_rates([curve], days, settlement=settlement, frequency=frequency, preset=preset)[0]


def accrued_interest(
    balance: float, coupon: float, *, accrual_start: dt.date, settlement: dt.date, day_count: str
) -> float:
    """Interest earned on `balance` at an annual `coupon` from the start of the accrual period to the settlement day.

    What a full price holds beyond the clean one. Raises ValueError where settlement lies before the accrual start.
    Source: clo-collateral-engine 1.3 and 1.6.
    """
    if settlement < accrual_start:
        raise ValueError(f"settlement must not fall before the accrual start {accrual_start}, found {settlement}")
    return balance * coupon * year_fraction(accrual_start, settlement, day_count)


def macaulay_duration(
    days: Days, amounts: ArrayLike, annual_yield: float, value: float, *, settlement: dt.date, frequency: int
) -> float:
    """Mean time to the flows in years of 365 days, weighted by what each is worth, as a share of the full `value`.

    Discounted by that same time, not by compounding periods with stubs: the shares sum to 1 only nearly.
    Raises ValueError for a value that is not positive. Source: clo-collateral-engine 6.
    """
    times, worths = _worths(days, amounts, annual_yield, settlement, frequency)
    return float(times @ worths) / _positive(value)


def modified_duration(
    days: Days, amounts: ArrayLike, annual_yield: float, value: float, *, settlement: dt.date, frequency: int
) -> float:
    """Relative fall of the worth per unit of yield, in years; arguments and errors as `macaulay_duration`.

    Source: clo-collateral-engine 6.
    """
    macaulay = macaulay_duration(days, amounts, annual_yield, value, settlement=settlement, frequency=frequency)
    return macaulay / (1 + annual_yield / frequency)


def convexity(
    days: Days, amounts: ArrayLike, annual_yield: float, value: float, *, settlement: dt.date, frequency: int
) -> float:
    """Second derivative of the worth by the yield as a share of the full `value`, in years squared.

    Discounted as `macaulay_duration`, of which it is the next order; arguments and errors the same.
    """
    times, worths = _worths(days, amounts, annual_yield, settlement, frequency)
    spread_out = times * (times + 1 / frequency)
    return float(spread_out @ worths) / _positive(value) / (1 + annual_yield / frequency) ** 2


def _flows(days: Days, amounts: ArrayLike, settlement: dt.date, basis: str, frequency: int) -> tuple[Floats, Floats]:
    flows = _amounts(days, amounts)
    return flows, compounding_periods(settlement, days, basis, frequency)


def _amounts(days: Days, amounts: ArrayLike) -> Floats:
    flows = np.asarray(amounts, dtype=np.float64)
    if flows.shape != np.shape(days) or flows.ndim != 1 or not len(flows):
        raise ValueError(
            f"flows must be as many days as amounts, at least one, found {np.shape(days)} days and {flows.shape} amounts"
        )
    return flows


def _per_flow(index_rates: Floats, flows: Floats) -> Floats:
    if index_rates.shape not in ((1,), flows.shape):
        raise ValueError(f"index rates must be one, or one for each of {len(flows)} flows, found {index_rates.shape}")
    return np.broadcast_to(index_rates, flows.shape)


def _solved(sought: str, flows: Floats, index_rates: Floats, value: float, periods: Floats, frequency: int) -> float:
    solved = solve_spreads(flows[None, :], index_rates[None, :], np.array([float(value)]), periods, frequency)
    if solved.reasons[0] == NO_ROOT:
        raise ValueError(f"{sought} must lie between {BRACKET[0]} and {BRACKET[1]}: none there gives the value {value}")
    if solved.reasons[0]:
        raise ValueError(
            f"a {sought} needs a positive value and a positive flow ({solved.reasons[0]}), found value {value} "
            f"and flows of {flows.sum()} in all"
        )
    return float(solved.rates[0])


def _worths(
    days: Days, amounts: ArrayLike, annual_yield: float, settlement: dt.date, frequency: int
) -> tuple[Floats, Floats]:
    if not annual_yield > -frequency:
        raise ValueError(
            f"a yield compounded {frequency} times a year must be above {-frequency}, found {annual_yield}"
        )
    flows = _amounts(days, amounts)
    if np.asarray(days).min() < np.datetime64(settlement, "D"):
        raise ValueError(f"flows must not fall before settlement {settlement}, found {np.asarray(days).min()}")
    times = year_fraction(settlement, days, ACT_365F)
    worths: Floats = flows * (1 + annual_yield / frequency) ** (-frequency * times)
    return times, worths


def _positive(value: float) -> float:
    if not value > 0:
        raise ValueError(f"a duration needs a positive value, found {value}")
    return value
