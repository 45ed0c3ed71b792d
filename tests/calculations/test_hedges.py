"""Assets in another currency. Figures are those of clo-extensions 3.5."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from calculations.clo.collateral import AssetTerms, project
from calculations.clo.collateral.features import AssetEvent, DrawTerms, PikTerms, RateStep
from calculations.clo.hedges import Hedge, hedged_flows, hedged_part, spot_path, unhedged_flows, unhedged_part
from calculations.clo.pool_flows import PoolFlows
from calculations.clo.scenarios import Assumptions, Scenario, Scenarios
from tests.calculations.collateral_cases import WEEKENDS, quarterly_deal

START = dt.date(2024, 1, 22)
LOAN = AssetTerms(
    asset_id="USD",
    par=5_000_000.0,
    coupon=0.09,
    dated=START,
    first_payment=dt.date(2024, 4, 1),
    maturity=dt.date(2025, 1, 1),
)
HEDGE = Hedge(currency="USD", base_currency="EUR", rate=0.90, coupon=0.074)
SPOT = np.array([[0.91, 0.92, 0.94, 0.88, 0.89]])
# 10 % of par in the second quarter: 1 - 0.9 ** 4 a year
ASSUMED = Assumptions(cdr=(0.0, 1 - 0.9**4, 0.0), severity=0.4, lag_months=3)


def projected(asset: AssetTerms) -> PoolFlows:
    """The first four periods, each with one whole quarter of interest."""
    whole = replace(asset, dated=dt.date(2024, 1, 1))
    deal = replace(quarterly_deal(), analysis=dt.date(2024, 1, 1))
    deal = replace(deal, collection_begin=deal.collection_begin - np.timedelta64(12, "D"))
    flows = project([whole], Scenarios.of([Scenario("base", ASSUMED)]), deal, WEEKENDS).flows
    columns = {name: getattr(flows, name) for name in PoolFlows.__dataclass_fields__}
    return PoolFlows(
        **{name: item[:, : 4 + (item.shape[1] > flows.interest.shape[1])] for name, item in columns.items()}
    )


def test_table_of_a_hedged_loan() -> None:
    found = hedged_flows(projected(hedged_part(LOAN, HEDGE)), HEDGE, SPOT)
    flows = found.flows
    assert projected(LOAN).interest[0].tolist() == pytest.approx([112_500.0, 101_250.0, 101_250.0, 101_250.0])
    assert flows.interest[0].tolist() == pytest.approx([83_250.0, 74_925.0, 74_925.0, 74_925.0])
    assert found.close_out[0].tolist() == pytest.approx([0.0, -20_000.0, 0.0, 0.0])
    assert flows.recoveries[0].tolist() == pytest.approx([0.0, 0.0, 264_000.0, 0.0])
    assert flows.scheduled[0].tolist() == pytest.approx([0.0, 0.0, 0.0, 4_050_000.0])
    assert flows.performing[0, 1:].tolist() == pytest.approx([4_500_000.0, 4_050_000.0, 4_050_000.0, 0.0], abs=1e-6)
    assert flows.defaulted_value[0, 1:].tolist() == pytest.approx([0.0, 282_000.0, 0.0, 0.0], abs=1e-6)


def test_what_is_not_hedged_is_taken_at_spot_and_counts_less_the_haircut() -> None:
    half = replace(HEDGE, ratio=0.5)
    rest = unhedged_part(LOAN, half)
    assert rest is not None
    assert rest.par == 2_500_000.0
    assert unhedged_part(LOAN, HEDGE) is None
    flows = unhedged_flows(projected(rest), SPOT, fx_haircut=0.1)
    assert flows.interest[0, 0] == pytest.approx(56_250.0 * 0.92)
    assert flows.recoveries[0, 2] == pytest.approx(150_000.0 * 0.88)
    assert flows.performing[0, 1] == pytest.approx(2_500_000.0 * 0.92 * 0.9)
    assert flows.defaulted_value[0, 2] == pytest.approx(150_000.0 * 0.94)


def test_a_spot_rate_is_the_last_one_given() -> None:
    days = np.array(["2024-01-01", "2024-01-31", "2024-02-01", "2024-03-01"], dtype="datetime64[D]")
    rates = {dt.date(2024, 2, 1): 0.95, dt.date(2024, 1, 1): 0.9}
    found, is_held = spot_path(rates, days)
    assert found.tolist() == [0.9, 0.9, 0.95, 0.95]
    assert is_held
    assert not spot_path(rates, days[:3])[1]
    with pytest.raises(ValueError, match=r"FX_MISSING.*2023-12-31"):
        spot_path(rates, days - np.timedelta64(1, "D"))
    with pytest.raises(ValueError, match=r"FX_MISSING.*2024-02-01"):
        spot_path(rates | {dt.date(2024, 2, 1): float("nan")}, days)


def test_impossible_hedges_are_errors() -> None:
    with pytest.raises(ValueError, match="HEDGE_RATIO"):
        replace(HEDGE, ratio=1.2)
    with pytest.raises(ValueError, match="hedge rate must be a number > 0"):
        replace(HEDGE, rate=float("nan"))
    with pytest.raises(ValueError, match="HEDGE_CURRENCY"):
        replace(HEDGE, currency="EUR")


def test_amounts_of_a_hedged_loans_features_are_converted_and_its_steps_leave_the_base_leg_alone() -> None:
    """Half of 5m at 0.90 is 2.25m; 1m capitalised is 450,000 of it, 2m unfunded 900,000; a float leg takes no step."""
    featured = replace(
        LOAN,
        pik=PikTerms(1_000_000.0),
        draws=DrawTerms(2_000_000.0, draws=((dt.date(2024, 5, 1), 600_000.0),)),
        steps=(RateStep(dt.date(2024, 5, 1), 0.10),),
        events=(AssetEvent(dt.date(2024, 6, 1), "amend_extend", rate=0.11),),
    )
    hedge = replace(HEDGE, ratio=0.5, coupon_type="FLOAT", spread=0.03)
    part = hedged_part(featured, hedge)
    assert part.pik is not None
    assert part.draws is not None
    assert (part.par, part.pik.balance, part.draws.unfunded) == pytest.approx((2_250_000.0, 450_000.0, 900_000.0))
    assert part.draws.draws[0][1] == pytest.approx(270_000.0)
    assert (part.steps, part.events[0].rate) == ((), None)
    rest = unhedged_part(featured, hedge)
    assert rest is not None
    assert rest.pik is not None
    assert (rest.par, rest.pik.balance, rest.steps) == (2_500_000.0, 500_000.0, featured.steps)


def test_an_event_that_is_refused_to_a_loan_is_refused_to_its_hedged_share() -> None:
    call = AssetEvent(date=dt.date(2024, 5, 15), kind="partial_call", fraction=0.5, rate=0.05)
    found = hedged_part(replace(LOAN, events=(call,)), HEDGE)
    # a call changes no rate: EVENT_TERMS, and the loan runs without it
    assert projected(found).unscheduled.tolist() == projected(hedged_part(LOAN, HEDGE)).unscheduled.tolist()
