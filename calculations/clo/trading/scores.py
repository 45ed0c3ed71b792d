"""Score of an asset by what one million of it would do to the weighted tests. Which assets are candidates is not here.

Only tests 7, 32, 33, 35, 36, 38 and 39 have a score; the true pool objective, which knows every test, is in objective.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from calculations.clo.columns import Floats, Ints, Texts
from calculations.clo.compliance.universe import Universe
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.ratings import rating_factor, rating_rank
from calculations.clo.trading.baskets import Side

MILLION = 1_000_000.0
B3_FACTOR = 3490.0
_OLD_CONSTANT = 10.0

Form = Literal["signed", "unsigned", "coded"]
"""`signed`: a sale takes the million away and its ratio is turned over; `unsigned`: it is added for a sale too; `coded`: as
`unsigned`, with ten million in the denominator and the last ratio reused for a test that has no score (CMP-18)."""


@dataclass(frozen=True)
class TestFigures:
    """What a test stands at in the pool: numerator, denominator, threshold; nan where it is not stated."""

    __test__ = False

    numerator: float
    denominator: float
    threshold: float


@dataclass(frozen=True, eq=False)
class Scores:
    """Score of each asset, shape (assets,), nan where it lacks what a score takes, and the weighted tests without one."""

    score: Floats
    unscored: tuple[int, ...]


def asset_scores(
    universe: Universe,
    places: Ints,
    side: Side,
    figures: Mapping[int, TestFigures],
    weights: Mapping[int, float],
    current_libor: float | None,
    preset: Preset = STANDARD,
    form: Form | None = None,
) -> Scores:
    """Sum of weight x ratio over the tests that carry weight: the higher to buy, the lower to sell.

    `places` (assets,) index the universe; `figures` are the pool's; `form` follows the preset unless it is given.
    Source: clo-compliance 5.3, Q13, Q18.
    """
    shape = form or ("coded" if "CMP-18" in preset else "signed")
    values = _values(universe, places, current_libor, preset)
    wanted = [number for number, weight in weights.items() if weight > 0]
    ratios: dict[int, Floats] = {}
    for number in wanted:
        pool = figures.get(number)
        if number in _SCORED and pool is not None and not np.isnan([*vars(pool).values()]).any():
            ratios[number] = _SCORED[number](values, pool, side, shape)
    unscored = tuple(number for number in wanted if number not in ratios)
    if shape == "coded":
        ratios = _reused(ratios, wanted, places.size)
    total = np.zeros(places.size)
    for number, ratio in ratios.items():
        total += weights[number] * ratio
    return Scores(total, unscored)


@dataclass(frozen=True, eq=False)
class _Values:
    """What the formulas take of each asset, shape (assets,)."""

    wal: Floats
    recovery: Floats
    spread: Floats
    factor: Floats
    discount: Floats
    is_below_b3: Floats


def _values(universe: Universe, places: Ints, current_libor: float | None, preset: Preset) -> _Values:
    return _Values(
        wal=universe.wal[places],
        recovery=universe.moodys_recovery_rate[places],
        spread=floored_spread(universe, places, current_libor),
        factor=_factors(universe.moodys_rating_warf[places], preset),
        discount=1.0 - universe.market_value[places] / 100.0,
        is_below_b3=(_factors(universe.moodys_rating[places], preset) > B3_FACTOR).astype(np.float64),
    )


def _factors(ratings: Texts, preset: Preset) -> Floats:
    """Rating factors; an unknown rating counts 10000, or 0 under CMP-13. Source: clo-compliance 5.3, Q13."""
    factors = rating_factor(ratings)
    return np.where(rating_rank(ratings, "moodys") == 0, 0.0, factors) if "CMP-13" in preset else factors


def floored_spread(universe: Universe, places: Ints, current_libor: float | None) -> Floats:
    """Spread plus what a floor above the current index adds; a blank floor is none. Source: clo-compliance 5.3, 5.4."""
    libor = np.nan if current_libor is None else current_libor
    excess = np.maximum(np.nan_to_num(universe.libor_floor[places], nan=-np.inf) - libor, 0.0)
    return universe.coupon_spread[places] + excess


def _average(name: str, *, is_maximum: bool) -> Callable[[_Values, TestFigures, Side, Form], Floats]:
    def ratio(values: _Values, pool: TestFigures, side: Side, form: Form) -> Floats:
        amount = -MILLION if form == "signed" and side == "SELL" else MILLION
        added = 10 * MILLION if form == "coded" else amount
        whole = np.full(values.wal.shape, pool.denominator + added)
        new = _divided(amount * getattr(values, name) + pool.numerator, whole)
        # A sale by removal turns the ratio over, so that the lowest is the first to go.
        return _ratio(new, pool.threshold, is_maximum=is_maximum != (amount < 0))

    return ratio


def _low_rated(values: _Values, pool: TestFigures, side: Side, form: Form) -> Floats:
    """Test 7: the share of Caa after the trade, in the collateral principal amount that its price leaves."""
    sign = -1.0 if side == "SELL" else 1.0
    whole = pool.denominator + sign * MILLION * values.discount
    new = _divided(pool.numerator + sign * MILLION * values.is_below_b3, whole)
    ratio = _ratio(new, pool.threshold, is_maximum=side == "BUY")
    return ratio if form == "signed" else np.where(values.is_below_b3 > 0, ratio, _OLD_CONSTANT)


def _overcollateralisation(values: _Values, pool: TestFigures, side: Side, form: Form) -> Floats:
    """Test 38: what a price below par adds when bought, and takes when sold."""
    sign = -1.0 if side == "SELL" else 1.0
    new = _divided(pool.numerator + sign * MILLION * values.discount, np.full(values.wal.shape, pool.denominator))
    return _ratio(new, pool.threshold, is_maximum=side == "SELL")


_SCORED: Mapping[int, Callable[[_Values, TestFigures, Side, Form], Floats]] = {
    7: _low_rated,
    32: _average("spread", is_maximum=False),
    33: _average("recovery", is_maximum=False),
    35: _average("wal", is_maximum=True),
    36: _average("factor", is_maximum=True),
    38: _overcollateralisation,
    39: _average("spread", is_maximum=False),
}


def _ratio(new: Floats, threshold: float, *, is_maximum: bool) -> Floats:
    """Threshold over value of a maximum, value over threshold of a minimum; 0 over 0, as in the pool objective."""
    if is_maximum:
        return np.divide(threshold, new, out=np.where(np.isnan(new), np.nan, 0.0), where=(new != 0) & ~np.isnan(new))
    return new / threshold if threshold else np.zeros(new.shape)


def _divided(part: Floats, whole: Floats) -> Floats:
    """nan where nothing is left to divide by."""
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)


def _reused(ratios: Mapping[int, Floats], wanted: list[int], count: int) -> dict[int, Floats]:
    """A test without a score takes the ratio before it; the first one takes the last of the asset before."""
    if not ratios:
        return {}
    last = ratios[[number for number in wanted if number in ratios][-1]]
    before = np.concatenate([[0.0], last[:-1]]) if count else last
    filled = {}
    for number in wanted:
        before = filled[number] = ratios.get(number, before)
    return filled
