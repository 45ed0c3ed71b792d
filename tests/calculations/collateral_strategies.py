"""Random assets and assumptions that every property of the collateral engine is tried on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import strategies as st

from calculations.clo.collateral import AssetTerms
from calculations.clo.collateral.features import EVENT_ORDER, AssetEvent, DrawTerms, PikTerms, RateStep
from calculations.clo.scenarios import RATING, Assumptions, Scenario
from tests.calculations.collateral_cases import ANALYSIS, CURVE_B, CURVE_H

DAY_COUNTS = ["30/360", "ACT/360", "ACT/365", "ACT/ACT", "30E/360"]
CONVENTIONS = ["", "FOLLOWING", "MOD FOLLOWING", "PREVIOUS"]
QUIRKS = ["COL-01", "COL-02", "COL-03", "COL-07", "COL-20", "COL-30", "COL-32"]

days_of_life = st.integers(30, 2000)
# At the edges a balance falls below one unit long before maturity, which has examples of its own.
rates = st.floats(0.0, 0.6, allow_nan=False)
rate_vectors = rates | st.lists(rates, min_size=1, max_size=4).map(tuple)


@st.composite
def assets(draw: st.DrawFn, asset_id: str = "X") -> AssetTerms:
    """An asset of any schedule that is alive on the analysis date, or in default."""
    first = ANALYSIS + dt.timedelta(draw(st.integers(-900, 300)))
    maturity = max(first, ANALYSIS) + dt.timedelta(draw(days_of_life))
    is_floating = draw(st.booleans())
    floor = draw(st.none() | st.floats(0.0, 0.04))
    history = (
        ((dt.date(2020, 1, 1), "B2"), (ANALYSIS + dt.timedelta(draw(days_of_life)), "D")) if draw(st.booleans()) else ()
    )
    instalments = draw(
        st.lists(st.tuples(st.integers(-500, 2500), st.floats(0.5, 9.0)), max_size=6, unique_by=lambda item: item[0])
    )
    return AssetTerms(
        asset_id=asset_id,
        par=draw(st.floats(1e5, 1e8)),
        coupon=draw(st.floats(0.0, 0.15)),
        dated=first - dt.timedelta(draw(st.integers(1, 120))),
        first_payment=first,
        maturity=maturity,
        payments_per_year=draw(st.sampled_from([1, 2, 4, 12])),
        day_count=draw(st.sampled_from(DAY_COUNTS)),
        convention=draw(st.sampled_from(CONVENTIONS)),
        is_end_of_month=draw(st.booleans()),
        coupon_type="FLOAT" if is_floating else "FIXED",
        spread=draw(st.floats(0.0, 0.1)),
        floor=floor,
        cap=draw(st.none() | st.floats(0.045, 0.1)),
        instalments=tuple((ANALYSIS + dt.timedelta(day), amount) for day, amount in instalments),
        market_value=draw(st.floats(0.0, 110.0)),
        is_defaulted=draw(st.integers(0, 5)) == 0,
        moodys_rating=draw(st.sampled_from(["B2", "Caa1", "Caa3"])),
        moodys_history=history,
        uses_rating_migration=draw(st.integers(0, 5)) == 0,
    )


@st.composite
def assumptions(draw: st.DrawFn) -> Assumptions:
    """Any assumptions, in a few cases with defaults by rating."""
    return Assumptions(
        cpr=draw(rate_vectors),
        cdr=RATING if draw(st.integers(0, 5)) == 0 else draw(rate_vectors),
        severity=draw(rate_vectors),
        lag_months=draw(st.integers(0, 18)),
    )


@st.composite
def scenarios(draw: st.DrawFn, name: str) -> Scenario:
    """Any assumptions with one of two curves or none."""
    return Scenario(name, draw(assumptions()), draw(st.sampled_from([None, CURVE_H, CURVE_B])))


@st.composite
def featured_assets(draw: st.DrawFn) -> AssetTerms:
    """An asset that also capitalises, is drawn, steps its rate and has events."""
    asset = draw(assets())
    fractions = st.floats(0.0, 1.0)
    days = st.integers(1, 1500).map(lambda number: ANALYSIS + dt.timedelta(number))
    unfunded = draw(st.just(0.0) | st.floats(1e4, 1e8))
    drawn = draw(st.lists(st.tuples(days, st.floats(0.01, 0.3)), max_size=3))
    pik = PikTerms(
        balance=asset.par * draw(fractions), shares=tuple(draw(st.lists(st.tuples(days, fractions), max_size=3)))
    )
    draws = DrawTerms(
        unfunded=unfunded,
        fee_rate=draw(st.none() | st.floats(0.0, 0.02)),
        available_until=dt.date(2030, 1, 1) if draw(st.booleans()) else None,
        draws=tuple((day, share * unfunded) for day, share in drawn if unfunded > 0),
        utilisation=draw(st.none() | fractions),
    )
    events = st.builds(
        AssetEvent,
        date=days,
        kind=st.sampled_from(EVENT_ORDER),
        fraction=fractions,
        price=st.floats(0.5, 1.1),
        fee=st.floats(0.0, 0.01),
        rate=st.none() | st.floats(0.0, 0.15),
        maturity=st.none() | days,
        accrued=st.sampled_from(["paid", "capitalised", "forfeited"]),
    )
    steps = draw(st.lists(st.tuples(days, st.floats(0.0, 0.15)), max_size=3, unique_by=lambda item: item[0]))
    kind = "spread" if asset.is_floating else "coupon"
    return replace(
        asset,
        coupon=max(asset.coupon, asset.spread),  # the index within a first coupon is not negative
        pik=draw(st.none() | st.just(pik)),
        draws=draw(st.none() | st.just(draws)),
        steps=tuple(RateStep(day, rate, kind) for day, rate in sorted(steps)),
        events=tuple(draw(st.lists(events, max_size=3))),
    )


presets = st.sets(st.sampled_from(QUIRKS)).map(frozenset)
