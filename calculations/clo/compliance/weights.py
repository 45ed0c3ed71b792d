"""Values per asset that tests average and that are no plain column: spreads, rating factors. What is done with them is not here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Floats, fold
from calculations.clo.compliance.conditions import Context
from calculations.clo.ratings import rating_factor, rating_rank
from calculations.clo.reference import agency_factors, rating_scale


def weight_of(name: str, context: Context) -> Floats:
    """Value per asset, shape (n,), nan where unknown. Raises MissingInput for a figure that the deal does not state."""
    if name in WEIGHTS:
        return WEIGHTS[name].of(context)
    return np.asarray(getattr(context.universe, name), dtype=np.float64)


def _floating_spread(context: Context) -> Floats:
    """Spread over the current index, as `pool.effective_spread`. Source: clo-compliance 1.4."""
    universe, libor = context.universe, float(context.inputs.required("current_libor"))
    is_libor = np.char.find(fold(universe.index_name), "LIBOR") >= 0
    is_floor_binding = np.nan_to_num(universe.libor_floor, nan=-np.inf) > libor
    return np.where(is_libor & ~is_floor_binding, universe.coupon_spread, universe.coupon - libor)


def _moodys_factor(context: Context) -> Floats:
    """Factor of the rating that counts for the WARF; an unknown one counts 10000. Source: clo-compliance 3.1, Q13."""
    return rating_factor(context.universe.moodys_rating_warf)


def _facility_factor(context: Context) -> Floats:
    return rating_factor(context.universe.moodys_rating)


def _sp_factor(context: Context) -> Floats:
    return agency_factors("sp")[rating_rank(context.universe.sp_rating, "sp")]


def _fitch_factor(context: Context) -> Floats:
    """The deal's own factors where it states them: Fitch has printed more than one table."""
    ranks, stated = rating_rank(context.universe.fitch_rating, "sp"), context.inputs.fitch_factors
    if stated is None:
        return agency_factors("fitch")[ranks]
    by_rank = {rating_scale().rank_of["sp"][rating.upper()]: factor for rating, factor in stated.items()}
    return np.array([by_rank.get(int(rank), np.nan) for rank in ranks])


def _market_price(context: Context) -> Floats:
    return context.universe.market_value / 100.0


def _purchase_fraction(context: Context) -> Floats:
    return context.universe.purchase_price / 100.0


def _one(context: Context) -> Floats:
    return np.ones(context.universe.size)


def _lower_of_market_and_recovery(context: Context) -> Floats:
    universe = context.universe
    return np.minimum(universe.market_value / 100.0, universe.moodys_recovery_rate)


@dataclass(frozen=True)
class Derived:
    """A value per asset that is made of columns and figures of the deal, and which those are."""

    of: Callable[[Context], Floats]
    columns: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()


WEIGHTS: Mapping[str, Derived] = {
    "floating_spread": Derived(_floating_spread, ("coupon_spread", "coupon"), ("current_libor",)),
    "moodys_rating_factor": Derived(_moodys_factor, ("moodys_rating_warf",)),
    "moodys_facility_factor": Derived(_facility_factor, ("moodys_rating",)),
    "sp_rating_factor": Derived(_sp_factor, ("sp_rating",)),
    "fitch_rating_factor": Derived(_fitch_factor, ("fitch_rating",), ("fitch_factors",)),
    "market_price": Derived(_market_price, ("market_value",)),
    "purchase_fraction": Derived(_purchase_fraction, ("purchase_price",)),
    "lower_of_market_and_recovery": Derived(_lower_of_market_and_recovery, ("market_value", "moodys_recovery_rate")),
    "one": Derived(_one),
}
