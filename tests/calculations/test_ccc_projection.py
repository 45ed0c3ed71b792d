"""The haircut on low-rated par from assets to the overcollateralisation test. Figures: clo-collateral-engine 4.4."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from calculations.calendars import BusinessCalendar
from calculations.clo import deal
from calculations.clo.collateral import AssetTerms
from calculations.clo.deal import Holdings, run
from calculations.clo.presets import LEGACY, STANDARD, Preset, preset
from calculations.clo.scenarios import ReinvestmentTerms, Scenario, Scenarios
from calculations.curves import Curve
from tests.calculations.deal.worked import PLAIN, START

POOL = tuple(
    AssetTerms(
        asset_id=asset_id,
        par=par,
        coupon=0.09,
        dated=START,
        first_payment=dt.date(2024, 4, 1),
        maturity=dt.date(2025, 1, 1),
        moodys_rating=moodys,
        sp_rating=sp,
        market_value=price,
    )
    for asset_id, par, moodys, sp, price in (
        ("A", 40e6, "B1", "B+", 99.0),
        ("B", 30e6, "B2", "B", 98.0),
        ("C", 20e6, "B3", "B-", 95.0),
        ("D", 10e6, "Caa1", "CCC+", 60.0),
    )
)
DATED = PLAIN.replace(
    "dates: {reinvestment_end: 2023-12-31, stated_maturity: 2025-01-15}",
    "dates: {closing: 2024-01-15, first_payment: 2024-04-15, reinvestment_end: 2023-12-31, stated_maturity: 2025-01-15,"
    " payment_day: 15, determination_lag: 8, index_lag: 2, convention: following}",
)
SCENARIOS = Scenarios.of(
    [
        Scenario(
            "base",
            curve=Curve.of(dt.date(2024, 1, 1), {1: 0.05, 120: 0.05}),
            reinvestment=ReinvestmentTerms(0.04, 0.0, 12),
        )
    ]
)
HOLDINGS = Holdings(POOL, START, BusinessCalendar(), current_index=0.05)


@pytest.mark.parametrize(
    ("carry", "quirks", "haircut"),
    [
        ("market_value", STANDARD, "1000000.00"),
        ("0.65", STANDARD, "875000.00"),
        ("0.65", preset(["COL-21"]), "32375000.00"),
        ("0.65", preset(["LIA-37"]), "32375000.00"),  # its other name
        ("0.65", LEGACY, "32375000.00"),
        ("0.65", LEGACY - {"COL-21"}, "875000.00"),  # necessary and alone sufficient
    ],
)
def test_low_rated_par_above_the_limit_lowers_the_numerator(carry: str, quirks: Preset, haircut: str) -> None:
    """100m of par, a limit of 7.5 %, no principal in the first period: 2.5m of D in excess, or 92.5m of everything."""
    terms = deal.loads(DATED + f"haircuts: {{ccc: {{limit: 0.075, carry: {carry}}}}}\n", quirks)
    found = run(terms, HOLDINGS, SCENARIOS, quirks)
    numerator = Decimal(str(found.result.tests["OC-B"].numerator[0, 0])).quantize(Decimal("0.01"))
    assert Decimal("100000000.00") - numerator == Decimal(haircut)


def test_the_old_haircut_needs_one_price() -> None:
    quirks = preset(["COL-21"])
    terms = deal.loads(DATED + "haircuts: {ccc: {limit: 0.075}}\n", quirks)
    with pytest.raises(ValueError, match=r"haircuts\.ccc\.carry: expected one price"):
        run(terms, HOLDINGS, SCENARIOS, quirks)
