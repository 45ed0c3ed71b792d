"""Draws as far as the funding account and principal pay them, beside a plain implementation. Source: clo-extensions 3.2."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.clo import deal
from calculations.clo.collateral import AssetTerms
from calculations.clo.collateral.features import AssetEvent, DrawTerms
from calculations.clo.deal import Holdings
from calculations.clo.deal.assumed import assumed
from calculations.clo.deal.commitments import funded
from calculations.clo.deal.pool_parts import PoolParts
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.scenarios import Assumptions, Scenario, Scenarios
from tests.calculations.collateral_cases import ANALYSIS, FIXED, WEEKENDS, quarterly_deal
from tests.calculations.collateral_strategies import draw_terms, featured_assets, presets, scenarios
from tests.calculations.deal.worked import PLAIN
from tests.reference.commitments import HALF_CENT, Commitments


def always_drawn(terms: DrawTerms) -> DrawTerms:
    return terms if terms.draws else replace(terms, utilisation=terms.utilisation or 0.8)


@st.composite
def pools(draw: st.DrawFn) -> tuple[AssetTerms, ...]:
    """One to three loans that are drawn, and one that may be."""
    drawing = [draw(featured_assets(f"D{number}")) for number in range(draw(st.integers(1, 3)))]
    return (
        *(replace(asset, draws=draw(draw_terms(asset).map(always_drawn))) for asset in drawing),
        draw(featured_assets("X")),
    )


@settings(max_examples=25, deadline=None)
@given(
    assets=pools(),
    first=scenarios("first"),
    second=scenarios("second"),
    preset=presets,
    held=st.none() | st.sampled_from([0.0, 1.0]) | st.floats(0.01, 0.6),
)
def test_draws_and_the_account_are_those_of_the_plain_implementation(
    assets: tuple[AssetTerms, ...], first: Scenario, second: Scenario, preset: Preset, held: float | None
) -> None:
    """The account holds part of what is unfunded at first; without one, principal alone pays."""
    unfunded = sum(asset.draws.unfunded for asset in assets if asset.draws)
    opening = None if held is None else held * unfunded
    account = "" if opening is None else f"accounts: {{funding: {{type: 4, principal: {opening!r}}}}}\n"
    terms, dates, cases = deal.loads(PLAIN + account), quarterly_deal(), Scenarios.of([first, second])
    parts = PoolParts(Holdings(assets, ANALYSIS, WEEKENDS, current_index=0.05), cases, dates, preset)
    found, some_short = funded(terms, parts), 0
    assert found.path is not None
    # What is short by less than half a cent counts as paid, so that a balance may be off by as much.
    dust = 1e-9 * (unfunded + sum(asset.par for asset in assets)) + 2 * HALF_CENT
    begin, ends = dates.collection_begin.tolist()[0], dates.collection_end.tolist()
    for s, scenario in enumerate(cases.items):
        plain = Commitments(assets, scenario, ANALYSIS, begin, ends, preset, opening).settled()
        for name in ("draws", "from_principal", "refilled", "released", "counted"):
            expected = [period[name] for period in plain]
            values = getattr(found.path, name)[s].tolist()
            assert values == pytest.approx(expected, rel=1e-9, abs=dust), name
        short = [period["not_drawn"] for period in plain]
        assert found.path.shortfall[s].tolist() == pytest.approx(short, rel=1e-9, abs=dust)
        some_short += any(amount > 0.0 for amount in short)
    recorded = [text for text in assumed(terms, parts, found) if text.startswith("DRAW_SHORTFALL")]
    assert bool(recorded) == bool(some_short)
    assert all(f"in {some_short} of 2 scenarios" in text for text in recorded)


def test_a_draw_that_leaves_more_to_pay_it_when_it_is_smaller_is_made_as_far_as_can_be_paid() -> None:
    """Half of 100,000 defaults on 2 February and is recovered in full: 50,000 of principal, whatever is drawn, since what
    of the draw itself defaults and comes back the same day pays none of it. The whole draw, 40 million, would find
    nothing left of it."""
    loan = replace(
        FIXED,
        par=100_000.0,
        coupon=0.0,
        dated=dt.date(2024, 1, 31),
        first_payment=dt.date(2024, 2, 1),
        maturity=dt.date(2024, 5, 11),
        payments_per_year=12,
        draws=DrawTerms(unfunded=50e6, utilisation=0.8),
        events=(AssetEvent(dt.date(2024, 2, 2), "forced_default", fraction=0.5),),
    )
    held = Holdings((loan,), ANALYSIS, WEEKENDS, current_index=0.05)
    parts = PoolParts(held, Scenarios.of([Scenario("full recovery", Assumptions())]), quarterly_deal(), STANDARD)
    path = funded(deal.loads(PLAIN), parts).path
    assert path is not None
    assert path.draws[0, 0] == pytest.approx(50_000.0, abs=HALF_CENT)
    assert path.from_principal[0, 0] == pytest.approx(50_000.0, abs=HALF_CENT)
