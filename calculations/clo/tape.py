"""A pool from the columns of raw table `clo_assets` and the par a deal holds. Statistics do not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from calculations.clo.derivation import CompletedRatings, RatingInputs, complete_ratings
from calculations.clo.holdings import Pool

_POOL_COLUMNS = {  # field of Pool -> column of clo_assets, where the two differ
    "is_defaulted": "is_default_obligation",
    "spread": "coupon_spread",
    "floor": "libor_floor",
}
_SAME_NAME = (
    *("asset_id", "issuer_id", "is_piking", "coupon_type", "coupon", "index_name", "moodys_industry", "sp_industry"),
    *("country", "seniority", "moodys_asset_category", "sp_priority_category", "bond_loan", "is_cov_lite", "is_dip"),
    *("wal", "market_value"),
)
_COMPLETED = ("moodys_rating", "moodys_dp_rating", "moodys_rating_warf", "sp_rating", "moodys_recovery_rate")


def pool_from_tape(columns: Mapping[str, Any], held_par: Any, analysis_date: dt.date) -> tuple[Pool, CompletedRatings]:
    """The pool of a deal: one line per entry of `held_par`, with the tape's columns of that asset beside it.

    Ratings and recovery rates that the tape leaves blank are derived; they come back too, with what was derived.
    `par_amount` of the tape is not read: it is not the deal's. Raises KeyError for a missing column and ValueError
    as `Pool.from_columns` does. Source: clo-compliance 1.1, 3.2 to 3.6.
    """
    completed = complete_ratings(RatingInputs.from_columns(columns), analysis_date)
    pool = Pool.from_columns(
        {
            "par": held_par,
            **{name: columns[name] for name in _SAME_NAME},
            **{name: columns[column] for name, column in _POOL_COLUMNS.items()},
            **{name: getattr(completed, name) for name in _COMPLETED},
        }
    )
    return pool, completed
