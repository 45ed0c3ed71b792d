"""A complete line of a tape, as the projection reads it from the warehouse."""

from __future__ import annotations

import datetime as dt
from typing import Any

BLANK = dict.fromkeys(
    (
        *("coupon_spread", "libor_floor", "index_cap", "issue_date", "amortization_type", "business_day_convention"),
        *("is_payment_end_of_month", "market_value", "moodys_recovery_rate", "moodys_rating", "sp_facility_rating"),
        *("sp_issuer_rating", "sp_senior_secured_rating", "sp_subordinated_rating", "sp_recovery_rating"),
        *("moodys_dp_rating", "moodys_rating_warf", "moodys_facility_rating", "moodys_facility_outlook"),
        *("moodys_issuer_rating", "moodys_issuer_outlook", "moodys_senior_secured_rating", "pik_amount"),
        *("moodys_senior_unsecured_rating", "moodys_subordinate_rating", "moodys_credit_estimate", "bond_loan"),
        *("moodys_credit_estimate_date", "moodys_asset_category", "seniority", "unfunded_amount", "commitment_fee"),
        *("is_structured_finance", "is_dip", "is_deferred_interest_bond", "is_revolver", "currency"),
    )
)
ROW: dict[str, Any] = {
    **BLANK,
    "asset_id": "L1",
    "has_asset_row": True,
    "par_amount": 5_000_000.0,
    "maturity": dt.date(2022, 6, 30),
    "coupon_type": "FLOAT",
    "payment_frequency": 4,
    "coupon_spread": 0.035,
    "libor_floor": 0.01,
    "coupon": 0.045,
    "dated_date": dt.date(2015, 3, 31),
    "first_payment_date": dt.date(2015, 6, 30),
    "day_count": "ACTUAL/360",
    "is_piking": False,
    "is_default_obligation": False,
}
