"""Rows of configurations: clo-extensions 1.5."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from calculations.clo import deal
from calculations.clo.deal.configurations import configurations, version_on
from calculations.clo.deal.load import DEALS
from calculations.clo.deal.overlays import with_overlays
from tests.calculations.deal.test_overlays import overlay
from tests.calculations.deal.test_worked_examples import HURDLE
from tests.calculations.deal.worked import PLAIN


def test_one_row_for_the_deal_and_one_for_each_overlay() -> None:
    base, first = configurations(deal.load(DEALS / "briar_1.yaml"))
    assert (base.effective_from, base.features, base.hurdle_source) == (dt.date(2024, 6, 20), (), "base")
    assert (first.effective_from, first.effective_to) == (dt.date(2025, 7, 15), None)
    assert first.approved_by == "noteholder resolution of 2025-06-30"
    assert (first.equity_hurdle_rate, first.equity_catch_up_rate) == (Decimal("0.12"), Decimal("0.80"))
    assert (first.minimum_equity_irr, first.deferral_fees) == (Decimal("0.06"), ("junior",))
    assert (first.turbo_direction, first.turbo_share) == ("above", Decimal("0.50"))
    assert (first.turbo_oc_test, first.turbo_oc_buffer) == ("OC-B", Decimal("0.05"))
    assert (first.turbo_ic_test, first.turbo_ic_buffer) == ("IC-B", Decimal("0.20"))


def test_the_deal_file_is_in_force_wherever_no_overlay_is() -> None:
    terms = deal.load(DEALS / "briar_1.yaml")
    days = (dt.date(2024, 6, 20), dt.date(2025, 7, 14), dt.date(2025, 7, 15), dt.date(2037, 7, 15))
    assert [version_on(terms, day) for day in days] == [0, 0, 1, 1]
    ended = overlay("threshold: {equity_irr: 0.10}", "hurdle", start="2024-02-01", end="2024-03-01")
    once = with_overlays(deal.loads(HURDLE), ended, "overlay.yaml")
    days = (dt.date(2024, 1, 31), dt.date(2024, 2, 1), dt.date(2024, 3, 1))
    assert [version_on(once, day) for day in days] == [0, 1, 0]


def test_a_later_overlay_has_the_higher_number_whatever_the_order_in_the_file() -> None:
    document = overlay("threshold: {equity_irr: 0.10}", "hurdle", start="2026-01-01")
    first = overlay("threshold: {equity_irr: 0.05}", "hurdle", start="2025-01-01", end="2026-01-01")
    document["overlays"] = [*document["overlays"], *first["overlays"]]
    terms = with_overlays(deal.loads(HURDLE), document, "overlay.yaml")
    assert [row.performance_hurdle_threshold for row in configurations(terms)] == [
        None,
        Decimal("0.05"),
        Decimal("0.10"),
    ]
    assert [version_on(terms, dt.date(year, 6, 1)) for year in (2024, 2025, 2026)] == [0, 1, 2]


def test_what_is_off_is_none_and_never_a_default() -> None:
    (base,) = configurations(deal.loads(PLAIN))
    off = (base.equity_hurdle_rate, base.equity_catch_up_rate, base.minimum_equity_irr, base.turbo_share)
    assert (*off, base.performance_hurdle_threshold, base.management_fee_sharing_pct) == (None,) * 6
    assert (base.hurdle_source, base.features) == (None, ())


def test_sharing_is_the_percentage_of_payees_other_than_the_manager() -> None:
    clauses = "fee_sharing: {management: {fees: [junior], shares: {manager: 0.80, investor: 0.20}}}"
    _, first = configurations(with_overlays(deal.loads(PLAIN), overlay(clauses), "overlay.yaml"))
    assert first.management_fee_sharing_pct == Decimal("20.0")
    assert first.incentive_fee_sharing_pct is None
