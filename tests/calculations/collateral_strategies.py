"""Random assets and assumptions that every property of the collateral engine is tried on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import strategies as st

from calculations.clo.collateral import AssetTerms
from calculations.clo.collateral.features import EVENT_ORDER, AssetEvent, DrawTerms, PikTerms, RateStep
from calculations.clo.presets import LEGACY, STANDARD
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
def featured_assets(draw: st.DrawFn, asset_id: str = "X") -> AssetTerms:
    """An asset that also capitalises, is drawn, steps its rate and has events, those of one day among them."""
    asset = draw(assets(asset_id))
    fractions = st.floats(0.0, 1.0)
    days = st.integers(1, 1500).map(lambda number: ANALYSIS + dt.timedelta(number))
    steps = draw(st.lists(st.tuples(days, st.floats(0.0, 0.15)), max_size=3, unique_by=lambda item: item[0]))
    kind = "spread" if asset.is_floating else "coupon"
    return replace(
        asset,
        coupon=max(asset.coupon, asset.spread),  # the index within a first coupon is not negative
        recovery_rate=draw(st.none() | fractions),
        pik=draw(st.none() | pik_terms(asset)),
        draws=draw(st.none() | draw_terms(asset)),
        steps=tuple(RateStep(day, rate, kind) for day, rate in sorted(steps)),
        events=tuple(draw(st.lists(events(asset, days), max_size=4))),
    )


@st.composite
def pik_terms(draw: st.DrawFn, asset: AssetTerms) -> PikTerms:
    """Shares of interest that begin before the analysis date or after it."""
    shares = st.tuples(
        st.integers(-900, 1500).map(lambda number: ANALYSIS + dt.timedelta(number)),
        st.sampled_from([0.0, 1.0]) | st.floats(0.0, 1.0),
    )
    return PikTerms(
        balance=asset.par * draw(st.floats(0.0, 1.0)),
        shares=tuple(draw(st.lists(shares, max_size=4, unique_by=lambda item: item[0]))),
        in_par=draw(st.booleans()),
        deferring_after=draw(st.sampled_from([0, 3, 6])),
    )


@st.composite
def draw_terms(draw: st.DrawFn, asset: AssetTerms) -> DrawTerms:
    """A revolver or a delayed draw, with draws on days until it ends or up to a utilisation."""
    unfunded = draw(st.just(0.0) | st.floats(1e4, 1e8))
    life = (asset.maturity - ANALYSIS).days
    end = draw(st.integers(1, life + 200))
    drawn = draw(
        st.lists(st.tuples(st.integers(-100, min(life, end)), st.floats(0.01, 0.3)), max_size=3)
        if unfunded
        else st.just([])
    )
    is_revolving = draw(st.booleans())
    return DrawTerms(
        unfunded=unfunded,
        fee_rate=draw(st.none() | st.floats(0.0, 0.02)),
        available_until=ANALYSIS + dt.timedelta(end) if is_revolving or draw(st.booleans()) else None,
        is_revolving=is_revolving,
        draws=tuple((ANALYSIS + dt.timedelta(day), share * unfunded) for day, share in drawn),
        utilisation=None if drawn else draw(st.none() | st.floats(0.0, 1.0)),
    )


@st.composite
def events(draw: st.DrawFn, asset: AssetTerms, days: st.SearchStrategy[dt.date]) -> AssetEvent:
    """An event with the terms that its kind has; many cannot happen to the asset. Few days make some fall together."""
    kind = draw(st.sampled_from(EVENT_ORDER))
    near = st.sampled_from([40, 41, 90, 200]).map(lambda number: asset.first_payment + dt.timedelta(number))
    amends = kind in ("restructuring", "amend_extend")
    later = st.integers(1, 900).map(lambda number: max(asset.maturity, ANALYSIS) + dt.timedelta(number))
    maturity = draw(st.none() | later | days) if amends else None
    instalments = st.lists(st.tuples(later, st.floats(0.5, 9.0)), max_size=3, unique_by=lambda item: item[0])
    return AssetEvent(
        date=draw(days | near),
        kind=kind,
        fraction=draw(st.floats(0.0, 1.0)) if kind != "amend_extend" else 0.0,
        price=draw(st.floats(0.5, 1.1)) if kind in ("partial_call", "sale") else 1.0,
        fee=draw(st.floats(0.0, 0.01)) if kind == "amend_extend" else 0.0,
        rate=draw(st.none() | st.floats(0.0, 0.15)) if amends else None,
        maturity=maturity,
        instalments=tuple(draw(instalments)) if amends and maturity is not None else (),
        accrued=draw(st.sampled_from(["paid", "capitalised", "forfeited"])),
        premium_as=draw(st.sampled_from(["principal", "interest"])),
    )


# No quirk, any few of them, or all.
presets = st.sampled_from([STANDARD, LEGACY]) | st.sets(st.sampled_from(QUIRKS), max_size=2).map(frozenset)
