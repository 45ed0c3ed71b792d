"""Reference data that stands beside the project and may be absent. No expected values here."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest

CLO_DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "clo"

HEADINGS = {  # column of raw table clo_assets -> heading of the asset list
    "asset_id": "BLKRockID",
    "issuer_id": "ISSUER ID",
    "bond_loan": "Bond/Loan",
    "coupon_type": "Coupon Type",
    "coupon_spread": "Coupon Spread",
    "libor_floor": "Libor Floor",
    "coupon": "Coupon",
    "index_name": "Index",
    "moodys_industry": "Moody's Industry",
    "sp_industry": "S&P Industry",
    "moodys_asset_category": "Moody Asset Category",
    "sp_priority_category": "S&P Priority Category",
    "country": "Country ",
    "seniority": "Seniority",
    "is_piking": "PiKing",
    "is_default_obligation": "Default Obligation",
    "is_dip": "DIP",
    "is_structured_finance": "Structured Finance",
    "is_cov_lite": "Cov-Lite",
    "wal": "WAL",
    "market_value": "Market Value",
    "moodys_rating": "Moody's Rating-21",
    "moodys_recovery_rate": "Moody's Recovery Rate-23",
    "moodys_dp_rating": "Moody's Default Probability Rating-18",
    "moodys_rating_warf": "Moody's Rating WARF",
    "moodys_facility_rating": "Moody Facility Rating",
    "moodys_facility_outlook": "Moody Facility Outlook",
    "moodys_issuer_rating": "Moody Issuer Rating",
    "moodys_issuer_outlook": "Moody Issuer outlook",
    "moodys_senior_secured_rating": "Moody's Senior Secured Rating",
    "moodys_senior_unsecured_rating": "Moody Senior Unsecured Rating",
    "moodys_subordinate_rating": "Moody Subordinate Rating",
    "moodys_credit_estimate": "Moody's Credit Estimate",
    "moodys_credit_estimate_date": "Moody's Credit Estimate Date",
    "sp_facility_rating": "S&P Facility Rating",
    "sp_issuer_rating": "S&P Issuer Rating",
    "sp_senior_secured_rating": "S&P Senior Secured Rating",
    "sp_subordinated_rating": "S&P Subordinated Rating",
    "maturity": "Maturity",
    "payment_frequency": "Payment Frequency",
    "commitment_fee": "Commitment Fee",
    "unfunded_amount": "Unfunded Amount",
    "is_deferred_interest_bond": "Deferred Interest Bond",
    "pik_amount": "PIK Amount",
    "dated_date": "Dated Date",
    "first_payment_date": "First Payment Date",
    "amortization_type": "Amortization Type",
    "day_count": "Day Count",
    "index_cap": "Index Cap",
    "business_day_convention": "Business Day Convention",
    "is_payment_end_of_month": "PMT EOM",
    "facility_size": "Facility Size",
    "currency": "Currency",
    "is_delayed_drawdown": "Delayed Drawdown ",
    "is_revolver": "Revolver",
    "is_letter_of_credit": "Letter of Credit",
    "is_participation": "Participation",
    "is_convertible": "Convertible",
    "is_bridge_loan": "Bridge Loan",
    "is_current_pay": "Current Pay",
    "is_first_lien_last_out": "First Lien Last Out Loan",
    "credit_opinion": "Credit Opinion",
    "held_par": "MAG17_Par_Amount",
}
NUMBERS = frozenset(
    {
        *("coupon_spread", "libor_floor", "coupon", "wal", "market_value", "moodys_recovery_rate", "held_par"),
        *("payment_frequency", "commitment_fee", "unfunded_amount", "pik_amount", "index_cap", "facility_size"),
    }
)
DAYS = frozenset({"maturity", "dated_date", "first_payment_date"})


def rows_of(name: str) -> list[dict[str, str]]:
    path = CLO_DATA / name
    if not path.is_file():
        pytest.skip(f"the public CLO figures ({name}) do not stand beside the project")
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="session")
def mag17_columns() -> Mapping[str, list[object]]:
    """The MAG17 asset list by column of raw table clo_assets, with the par the deal holds as `held_par`."""
    rows = rows_of("mag17_assets.csv")
    return {name: [_read(name, row[heading]) for row in rows] for name, heading in HEADINGS.items()}


def _read(name: str, text: str) -> object:
    if text == "":
        return None
    if name in DAYS:
        return dt.date.fromisoformat(text[:10])
    return float(text) if name in NUMBERS else text


@pytest.fixture(scope="session")
def mag17_tranches() -> list[dict[str, str]]:
    return rows_of("mag17_tranches.csv")
