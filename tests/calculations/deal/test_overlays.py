"""Performance clauses: the worked table of clo-extensions 1.6, what always holds of clauses, and what is rejected."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from calculations.clo import deal
from calculations.clo.deal import DealError, DealResult, PaymentDates, documents
from calculations.clo.deal.equity_irr import equity_irr
from calculations.clo.deal.load import DEALS
from calculations.clo.deal.overlays import with_overlays
from calculations.clo.pool_flows import PoolFlows
from calculations.irr import xirr
from tests.calculations.deal.test_worked_examples import HURDLE, RESIDUALS
from tests.calculations.deal.worked import INDEX, PLAIN, QUARTERS, cents, dates, pool

SIGNED = "source: first supplement\n    approved_by: resolution of 2024-01-01\n"


def overlay(clauses: str, deal_id: str = "plain", start: str = "2024-01-01", end: str = "null") -> dict[str, Any]:
    names = ", ".join(documents.parse(clauses, "clauses"))
    lines = "\n".join(f"      {line}" for line in clauses.strip().splitlines())
    text = f"deal: {deal_id}\noverlays:\n  - effective_from: {start}\n    effective_to: {end}\n    {SIGNED}"
    return documents.parse(f"{text}    clauses:\n{lines}\n    features: [{names}]\n", "overlay.yaml")


def plain(clauses: str | None, text: str = PLAIN) -> DealResult:
    """Period 1 of clo-liabilities-waterfall 9.1."""
    terms = deal.loads(text)
    if clauses is not None:
        terms = with_overlays(terms, overlay(clauses), "overlay.yaml")
    return deal.run_liabilities(terms, pool([2_275_000.0], [5e6], [95e6]), dates(1, ends=False), np.array([INDEX]))


def paid(found: DealResult) -> tuple[list[float], list[float]]:
    return cents(found.notes["A"].principal_paid), cents(found.equity.interest)


TURBO = "turbo: {direction: above, oc: {test: OC-B, buffer: 0.05}, ic: {test: IC-B, buffer: 0.20}, share: 0.50}"


def test_turbo_sends_a_share_of_the_residual_to_the_notes() -> None:
    assert paid(plain(TURBO)) == ([5_303_333.33], [303_333.33])


def test_turbo_that_is_not_triggered_changes_nothing() -> None:
    assert paid(plain(TURBO.replace("0.05", "0.07"))) == ([5_000_000.0], [606_666.67])


def test_turbo_below_a_buffer_acts_on_the_other_side() -> None:
    assert paid(plain(TURBO.replace("above", "below"))) == ([5_000_000.0], [606_666.67])
    assert paid(plain("turbo: {direction: below, oc: {test: OC-B, buffer: 0.07}, share: 1}"))[1] == [0.0]


ESCROW = PLAIN.replace(
    "  interest:\n    steps:\n",
    "  interest:\n    steps:\n      - {release: {from: escrow}, when: {any: [escrow_covers_hurdle, last_period]}}\n",
)
ESCROW = ESCROW.replace(
    "      - {residual: {book: interest}}",
    "      - {move: {to: account.escrow}, when: {not: {any: [escrow_covers_hurdle, last_period]}}}\n      - {residual: {book: interest}}",
)
ESCROW += """
accounts: {escrow: {type: 7, release: {to: principal}}}
incentive: {hurdle: 0.12, share: 0.20, history: [{date: 2024-01-14, amount: -10000000}]}
"""
ESCROW = ESCROW.replace("dates: {", "dates: {closing: 2024-01-14, ")


def test_escrow_holds_the_residual_until_it_covers_the_hurdle() -> None:
    found = plain(None, ESCROW)
    assert paid(found) == ([5_000_000.0], [0.0])
    assert cents(found.accounts["escrow"]) == [0.0, 606_666.67]


def test_escrow_stays_where_another_scenario_alone_is_in_default() -> None:
    worst = "  default:\n    source: all\n    steps: [{release: {from: escrow}}, {principal: [A]}, {residual: {book: principal}}]\n"
    defaults = "event_of_default: {ratio: {denominator: [A], trigger: 1.00}}\n"
    terms = deal.loads(ESCROW.replace("lists:\n", f"{defaults}lists:\n{worst}", 1))
    flows = PoolFlows.zeros(2, 1)
    flows.interest[:], flows.scheduled[:], flows.performing[:, 0] = 2_275_000.0, 5e6, 100e6
    flows.performing[:, 1] = [95e6, 70e6]  # 75m are less than the 80m of class A
    found = deal.run_liabilities(terms, flows, dates(1, ends=False), np.array([INDEX]))
    assert found.event_of_default.tolist() == [[False], [True]]
    assert cents(found.accounts["escrow"][0]) == [0.0, 606_666.67]
    assert cents(found.notes["A"].principal_paid) == [5_000_000.0, 7_275_000.0]


DEFER = "deferral: {minimum_equity_irr: 0.06, fees: [junior], interest: false}"
LOW_RETURN = PLAIN.replace("dates: {", "dates: {closing: 2023-01-15, ") + (
    "incentive: {hurdle: 0.5, share: 0.2, history: [{date: 2023-01-15, amount: -10000000}, {date: 2024-01-14, amount: 1}]}\n"
)


def test_deferred_fee_is_paid_in_no_list_and_stays_owed() -> None:
    found = plain(DEFER, LOW_RETURN)
    assert cents(found.fees["junior"].paid) == [0.0]
    assert cents(found.fees["junior"].deferred)[1:] == [88_472.22]
    assert cents(found.equity.interest) == [695_138.89]


def test_unknown_return_defers_nothing() -> None:
    assert cents(plain(DEFER).fees["junior"].paid) == [88_472.22]


def test_shared_fee_is_paid_to_its_payees() -> None:
    found = plain("fee_sharing: {management: {fees: [junior], shares: {manager: 0.80, investor: 0.20}}}")
    assert cents(found.fees["junior"].legs["manager"]) == [70_777.78]
    assert cents(found.fees["junior"].legs["investor"]) == [17_694.44]
    assert cents(found.equity.interest) == [606_666.67]


def hurdle(clauses: str | None, start: str = "2024-01-01", end: str = "null") -> DealResult:
    """clo-liabilities-waterfall 9.5."""
    terms = deal.loads(HURDLE)
    if clauses is not None:
        terms = with_overlays(terms, overlay(clauses, "hurdle", start, end), "overlay.yaml")
    payment = PaymentDates(dt.date(2024, 1, 16), dt.date(2024, 1, 15), QUARTERS, ends_at_maturity=False)
    return deal.run_liabilities(terms, pool(*RESIDUALS, [100e6] * 4), payment, np.full(4, INDEX))


@pytest.mark.parametrize("rate", ["1.00", "0.80"])
def test_catch_up_leaves_the_manager_its_share_of_all_profit(rate: str) -> None:
    # 910,000.00 = 20 % of (1,896,985.78 + 2,653,014.22), and nothing is left to catch up afterwards
    found = hurdle(f"hurdle: {{catch_up: {rate}}}").equity
    assert cents(found.incentive_fee) == [0.0, 0.0, 910_000.00, 860_000.00]
    assert cents(found.principal)[2] == 8_090_000.00


def test_fee_below_the_threshold_is_forgone_for_good() -> None:
    # returns before: -0.440251 in October, so no fee; 0.270825 in January, so 60,000 + 800,000
    found = hurdle("threshold: {equity_irr: 0.20}").equity
    assert cents(found.incentive_fee) == [0.0, 0.0, 0.0, 860_000.00]
    assert cents(found.principal)[2] == 9_000_000.00


def test_returns_to_date_are_those_of_the_worked_table() -> None:
    # clo-liabilities-waterfall 9.5, column "return to date", and clo-extensions 1.6
    days = [dt.date(2023, 1, 16), dt.date(2023, 7, 17), dt.date(2023, 10, 16), dt.date(2024, 1, 15), *QUARTERS]
    years = np.array([(day - days[0]).days / 365 for day in days])
    flows = np.array([[-10e6, 5e5, 5e5, 5e5, 6e5, 2.7e6, 7.5e5 + 8_469_397.16, 3.44e6]])
    found = [round(float(equity_irr(years[:n], flows[:, :n])[0]), 6) for n in (5, 6, 7, 8)]
    assert found == [-0.805288, -0.440251, 0.241949, 0.40614]
    forgone = np.array([[-10e6, 5e5, 5e5, 5e5, 6e5, 2.7e6, 9.75e6]])
    assert round(float(equity_irr(years[:7], forgone)[0]), 6) == 0.270825
    assert np.isnan(equity_irr(years[:2], np.array([[-1.0, 0.0]]))[0])


def test_returns_agree_with_the_return_of_one_series() -> None:
    days = [dt.date(2023, 1, 16), dt.date(2023, 7, 17), dt.date(2024, 7, 15)]
    flows = [-100.0, 30.0, 90.0]
    expected = xirr(days, flows).rate
    years = np.array([(day - days[0]).days / 365 for day in days])
    assert equity_irr(years, np.array([flows]))[0] == pytest.approx(expected, abs=1e-9)


def test_an_overlay_acts_on_its_own_dates_only() -> None:
    found = hurdle("hurdle: {share: 0.5}", start="2025-01-15").equity
    base = hurdle(None).equity
    assert cents(found.incentive_fee)[:3] == cents(base.incentive_fee)[:3]
    assert cents(found.incentive_fee)[3] == 2_150_000.00  # half of 4,300,000
    ended = hurdle("hurdle: {share: 0.5}", start="2024-01-01", end="2024-07-15").equity
    assert cents(ended.incentive_fee) == cents(base.incentive_fee)


def test_the_shipped_deal_has_a_version_for_each_overlay() -> None:
    terms = deal.load(DEALS / "briar_1.yaml")
    assert [version.features for version in terms.versions] == [("deferral", "hurdle", "turbo")]
    assert terms.on(dt.date(2025, 7, 14)) is terms
    assert terms.on(dt.date(2025, 7, 15)) is terms.versions[0].deal


@pytest.mark.parametrize(
    ("clauses", "code"),
    [
        (TURBO.replace("direction: above, ", ""), "TURBO_DIRECTION"),
        ("turbo: {direction: above, share: 0.5}", "TURBO_TEST"),
        (TURBO.replace("OC-B", "OC-Z"), "TURBO_TEST"),
        (TURBO.replace("share: 0.50", "share: 0"), "SHARE_RANGE"),
        ("boost: {share: 1}", "CLAUSE_UNKNOWN"),
        ("hurdle: {rate: 0.12}", "HURDLE_WITHOUT_INCENTIVE"),
        ("hurdle: {rate: 0.12, share: 0.2, catch_up: 0.2}", "CATCH_UP_RATE"),
        ("hurdle: {rate: 12, share: 0.2}", "RATE_UNIT"),
        ("threshold: {equity_irr: 10}", "RATE_UNIT"),
        (DEFER.replace("junior", "senior"), "FEE_UNKNOWN"),
        ("fee_sharing: {incentive: {shares: {manager: 0.75, investor: 0.2}}}", "SHARE_SUM"),
    ],
)
def test_clauses_that_are_rejected(clauses: str, code: str) -> None:
    with pytest.raises(DealError, match=code):
        with_overlays(deal.loads(PLAIN), overlay(clauses), "overlay.yaml")


def test_overlays_are_signed_share_no_day_and_say_what_they_hold() -> None:
    terms = deal.loads(PLAIN)
    first = overlay(TURBO)
    unsigned = {**first, "overlays": [{**first["overlays"][0], "approved_by": ""}]}
    with pytest.raises(DealError, match="OVERLAY_UNSIGNED"):
        with_overlays(terms, unsigned, "overlay.yaml")
    with pytest.raises(DealError, match="OVERLAY_OVERLAP"):
        with_overlays(terms, {**first, "overlays": first["overlays"] * 2}, "overlay.yaml")
    with pytest.raises(DealError, match="FEATURES_MISMATCH"):
        with_overlays(terms, {**first, "overlays": [{**first["overlays"][0], "features": []}]}, "overlay.yaml")
    no_residual = PLAIN.replace("      - {residual: {book: interest}}", "      - {move: {to: notes}}", 1)
    with pytest.raises(DealError, match="NO_RESIDUAL"):
        with_overlays(deal.loads(no_residual), first, "overlay.yaml")
