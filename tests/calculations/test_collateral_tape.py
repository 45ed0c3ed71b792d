"""Assets read from a tape. Rules are those of clo-collateral-engine 1.1 and clo-extensions 3.1, 3.2."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from calculations.calendars import BusinessCalendar, Convention
from calculations.clo.collateral import project
from calculations.clo.collateral.tape import assets_from_tape
from calculations.clo.deal_dates import DealDateTerms, deal_dates
from calculations.clo.scenarios import Assumptions, Scenario, Scenarios
from calculations.curves import Curve
from tests.calculations.conftest import HEADINGS

ANALYSIS = dt.date(2024, 2, 1)
LINE: dict[str, Any] = {
    **dict.fromkeys(HEADINGS),
    "asset_id": "L1",
    "coupon_type": "Float",
    "coupon": 0.088,
    "coupon_spread": 0.035,
    "libor_floor": 0.01,
    "index_cap": 0.0,
    "payment_frequency": 4.0,
    "maturity": dt.date(2025, 12, 15),
    "dated_date": dt.date(2023, 12, 15),
    "first_payment_date": dt.date(2024, 3, 15),
    "amortization_type": "Scheduled",
    "day_count": "ACTUAL/360",
    "business_day_convention": "Mod Following",
    "market_value": 99.0,
    "moodys_recovery_rate": 0.5,
    "moodys_rating": "B2",
}


def tape(*lines: dict[str, Any]) -> dict[str, list[Any]]:
    return {name: [{**LINE, **line}[name] for line in lines] for name in LINE}


def test_a_line_becomes_an_asset_with_its_instalments() -> None:
    instalments = {"L1": [(dt.date(2024, 6, 15), 2.0), (dt.date(2025, 12, 15), 8.0)]}
    (asset,), notes = assets_from_tape(tape({}), [5e6], instalments, ANALYSIS)
    assert notes == ()
    assert (asset.par, asset.spread, asset.floor, asset.cap) == (5e6, 0.035, 0.01, None)
    assert asset.is_floating
    assert asset.instalments == tuple(instalments["L1"])
    (bullet,), _ = assets_from_tape(tape({"amortization_type": "Bullet"}), [5e6], instalments, ANALYSIS)
    assert bullet.instalments == ()


def test_lines_of_one_asset_are_added_and_lines_without_par_left_out() -> None:
    lines = tape({}, {}, {"asset_id": "L2"}, {"asset_id": "L3"})
    assets, notes = assets_from_tape(lines, [1e6, 2e6, 0.0, 4e6], {}, ANALYSIS)
    assert [(asset.asset_id, asset.par) for asset in assets] == [("L1", 3e6), ("L3", 4e6)]
    assert notes == ()


def test_what_the_tape_lacks_is_listed_and_stops_nothing() -> None:
    lines = tape(
        {},
        {"asset_id": "L2", "coupon": None},
        {"asset_id": "L3", "day_count": ""},
        {"asset_id": "L4", "maturity": None},
        {"asset_id": "L5", "unfunded_amount": -1.0},
        {"asset_id": "L6", "pik_amount": 2e6},
    )
    assets, notes = assets_from_tape(lines, [1e6] * 6, {}, ANALYSIS)
    assert [asset.asset_id for asset in assets] == ["L1"]
    assert {note.asset_id for note in notes} == {"L2", "L3", "L4", "L5", "L6"}


@pytest.mark.parametrize(("is_piking", "share"), [("Yes", 1.0), ("No", 0.0)])
def test_a_deferring_loan_without_terms_capitalises_as_it_does_now(is_piking: str, share: float) -> None:
    lines = tape({"is_deferred_interest_bond": "Yes", "is_piking": is_piking})
    (asset,), (note,) = assets_from_tape(lines, [1e6], {}, ANALYSIS)
    assert asset.pik is not None
    assert asset.pik.share_on(ANALYSIS) == share
    assert "PIK_TERMS_MISSING" in note.reason


def test_an_unfunded_amount_without_a_fee_rate_is_listed() -> None:
    (asset,), (note,) = assets_from_tape(tape({"unfunded_amount": 5e5}), [1e6], {}, ANALYSIS)
    assert asset.draws is not None
    assert (asset.draws.unfunded, asset.draws.fee_rate) == (5e5, None)
    assert "commitment_fee" in note.reason


def test_a_real_pool_is_repaid_or_defaults_by_its_last_maturity(mag17_columns: Mapping[str, list[object]]) -> None:
    analysis = dt.date(2016, 3, 23)
    assets, notes = assets_from_tape(mag17_columns, mag17_columns["held_par"], {}, analysis)
    assert notes == ()
    terms = DealDateTerms(
        closing=dt.date(2016, 3, 23),
        first_payment=dt.date(2016, 7, 1),
        stated_maturity=dt.date(2028, 4, 20),
        payment_day=20,
        determination_lag=8,
        convention=Convention.FOLLOWING,
    )
    calendar = BusinessCalendar()
    curve = Curve.of(analysis, {1: 0.0043, 3: 0.0063, 12: 0.012})
    scenarios = Scenarios.of([Scenario("base", Assumptions(0.2, 0.02, 0.3, 6), curve)])
    found = project(assets, scenarios, deal_dates(terms, analysis, calendar), calendar)
    flows, par = found.flows, sum(asset.par for asset in assets)
    assert found.rejections == ()
    assert flows.performing[0, 0] == pytest.approx(par)
    assert (flows.defaults + flows.scheduled + flows.unscheduled).sum() == pytest.approx(par, rel=1e-9)
    assert (flows.recoveries + flows.net_loss).sum() == pytest.approx(flows.defaults.sum(), rel=1e-6)
    assert flows.performing[0, -1] == pytest.approx(0.0, abs=1e-3)
