"""What is known of each asset that a deal may hold, as arrays without par. How much a deal holds does not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np

from calculations.clo.columns import Days, Flags, Floats, Texts, as_day, as_flag, as_float, as_text, fold
from calculations.clo.derivation import RatingInputs, complete_ratings
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.reference import country_aliases

MaybeFlags = Floats
"""Flags of which some are not known: 1 yes, 0 no, nan unknown."""


@dataclass(frozen=True, eq=False)
class Universe:
    """One entry per asset, every array of shape (n,); the names are the columns of `int_clo__holdings`.

    Unknown is "" in text, nan in numbers and in `MaybeFlags`, NaT in days. Rates are fractions, `market_value` and
    `purchase_price` are per 100 of par, `wal` is in years, `unfunded_amount` and `facility_size` are in the deal's
    currency. The fields after `sp_rating` are in no legacy tape; left out, they are unknown throughout, and a test that
    needs one has no result. Source: clo-compliance 1.1.
    """

    asset_id: Texts
    issuer_id: Texts
    bond_loan: Texts
    maturity: Days
    coupon_type: Texts
    payment_frequency: Floats
    coupon_spread: Floats
    libor_floor: Floats
    index_name: Texts
    coupon: Floats
    unfunded_amount: Floats
    facility_size: Floats
    moodys_industry: Texts
    sp_industry: Texts
    moodys_asset_category: Texts
    sp_priority_category: Texts
    country: Texts
    seniority: Texts
    is_deferred_interest_bond: Flags
    is_piking: Flags
    is_default_obligation: Flags
    is_delayed_drawdown: Flags
    is_revolver: Flags
    is_letter_of_credit: Flags
    is_participation: Flags
    is_dip: Flags
    is_convertible: Flags
    is_structured_finance: Flags
    is_bridge_loan: Flags
    is_current_pay: Flags
    is_cov_lite: Flags
    is_first_lien_last_out: Flags
    currency: Texts
    wal: Floats
    market_value: Floats
    credit_opinion: Texts
    moodys_rating: Texts
    moodys_recovery_rate: Floats
    moodys_dp_rating: Texts
    moodys_rating_warf: Texts
    sp_rating: Texts
    fitch_rating: Texts
    fitch_industry: Texts
    fitch_recovery_rate: Floats
    sp_recovery_rate: Floats
    sp_region: Texts
    purchase_price: Floats
    is_hedged: MaybeFlags
    is_corporate_rescue_loan: MaybeFlags
    is_step_up: MaybeFlags
    is_step_down: MaybeFlags
    is_second_lien: MaybeFlags
    is_high_yield_bond: MaybeFlags
    is_senior_secured_note: MaybeFlags
    is_equity_security: MaybeFlags
    is_zero_coupon: MaybeFlags
    is_synthetic: MaybeFlags
    is_leased: MaybeFlags
    is_workout_loan: MaybeFlags
    has_maintenance_covenant: MaybeFlags
    country_ceiling_moodys: Texts
    counterparty_name: Texts
    counterparty_moodys_rating: Texts
    counterparty_sp_rating: Texts
    counterparty_fitch_rating: Texts

    @classmethod
    def from_columns(cls, columns: Mapping[str, Any], preset: Preset = STANDARD) -> Universe:
        """From columns by field name with ratings as they are to count; only `asset_id` is required.

        Columns that no test reads are passed over. Countries take their proper names; under CMP-07 they keep their
        misspellings, and under CMP-20 a flag is set by the exact text Yes only. Raises ValueError for a blank or
        repeated asset_id, columns of different lengths, and a flag that is neither yes, no nor blank.
        """
        asset_id = as_text(columns["asset_id"])
        arrays: dict[str, Any] = {}
        for name, kind in column_kinds().items():
            values = columns.get(name, [None] * asset_id.size)
            array = _READERS[kind](values)
            if kind == "Flags" and "CMP-20" in preset and name != "is_piking":
                array = np.array([value is True or str(value) in ("Yes", "True") for value in values], dtype=np.bool_)
            if array.shape != asset_id.shape:
                raise ValueError(f"column {name} must have {asset_id.size} entries, one per asset, found {array.size}")
            arrays[name] = array
        if (asset_id == "").any() or np.unique(asset_id).size != asset_id.size:
            raise ValueError("asset_id must be filled and different for every asset")
        if "CMP-07" not in preset:
            arrays["country"] = _proper_countries(arrays["country"])
        return cls(**arrays)

    @classmethod
    def from_tape(cls, columns: Mapping[str, Any], analysis_date: dt.date, preset: Preset = STANDARD) -> Universe:
        """From the columns of `int_clo__holdings` or raw table `clo_assets`: blank ratings and recoveries are derived.

        Raises KeyError for a missing column that a derivation needs, ValueError as `from_columns`.
        Source: clo-compliance 3.2 to 3.6.
        """
        completed = complete_ratings(RatingInputs.from_columns(columns, preset), analysis_date, preset)
        ratings = {name: getattr(completed, name) for name in _COMPLETED}
        return cls.from_columns({**columns, **ratings}, preset)

    @property
    def size(self) -> int:
        return int(self.asset_id.size)

    @property
    def is_performing(self) -> Flags:
        return ~self.is_default_obligation


_COMPLETED = ("moodys_rating", "moodys_dp_rating", "moodys_rating_warf", "sp_rating", "moodys_recovery_rate")


@cache
def column_kinds() -> Mapping[str, str]:
    """Kind of every column by name: Texts, Floats, Days, Flags or MaybeFlags."""
    return {field.name: str(field.type) for field in fields(Universe)}


def _as_maybe_flag(values: Any) -> MaybeFlags:
    texts = as_text(values)
    return np.where(texts == "", np.nan, as_flag(values).astype(np.float64))


def _proper_countries(countries: Texts) -> Texts:
    """Countries with misspellings and short names resolved. Source: clo-compliance Q7."""
    for alias, country in country_aliases().items():
        countries = np.where(fold(countries) == alias, country, countries)
    return countries


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "Texts": as_text,
    "Floats": as_float,
    "Days": as_day,
    "Flags": as_flag,
    "MaybeFlags": _as_maybe_flag,
}
