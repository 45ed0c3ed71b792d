"""The ledger of a projection: clo-extensions 6. What must always hold, and the dates of worked deals by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from calculations.clo import deal
from calculations.clo.deal import DealResult
from calculations.clo.deal.projected_accounts import Ledger, projected_ledger
from calculations.clo.pool_flows import PoolFlows
from tests.calculations.deal import test_larch, test_larch_projection
from tests.calculations.deal.random_deals import DATES, QUARTERS, deal_of, documents, pools
from tests.calculations.deal.test_overlays import ESCROW
from tests.calculations.deal.worked import PLAIN, run

REASONS = {
    *("collection", "recovery", "reinvestment", "purchase", "sale", "draw", "refill", "smoothing", "purchased_accrued"),
    *("fund", "release", "escrow", "to_payment", "hedge", "lapse", "ramp_up"),
}


def ledger_of(text: str, found: DealResult, periods: int = 1) -> Ledger:
    return projected_ledger(deal.loads(text), found, np.array(QUARTERS[:periods], dtype="datetime64[D]"), buys=False)


def moved(ledger: Ledger, period: int = 0) -> list[tuple[str, str, str, float]]:
    rows = [m for m in ledger.movements if m.period == period]
    return [(m.source, m.target, m.reason.split(":")[0], round(float(m.amount[0]), 2)) for m in rows]


def check(ledger: Ledger, found: DealResult) -> None:
    """Two ends, positive amounts in sequence, rolls, and the balances that the run itself kept."""
    for item in ledger.movements:
        assert (item.amount > 0).all()
        assert item.source != item.target
        assert item.reason in REASONS or item.reason.startswith("payment:")
        assert not (item.source.startswith("outside:") and item.target.startswith("outside:"))
    for (name, bucket), rolled in ledger.buckets.items():
        assert rolled.opening[:, 1:] == pytest.approx(rolled.closing[:, :-1], abs=0.01)
        for attribute, flow in (("target", rolled.paid_in), ("source", rolled.paid_out)):
            total = np.zeros_like(flow)
            for item in ledger.movements:
                if getattr(item, attribute) == f"{name}.{bucket}":
                    total[item.scenario, item.period] += item.amount
            assert flow == pytest.approx(total, abs=0.01)
        if ledger.types[name] == 1:
            assert rolled.closing == pytest.approx(0, abs=0.01)
    for name, balance in found.accounts.items():
        if ledger.types[name] not in (1, 2):
            closing = sum(ledger.buckets[name, bucket].closing for bucket in ("interest", "principal"))
            assert closing == pytest.approx(balance[:, 1:], abs=0.01), name


def test_every_payment_has_its_two_ends_in_order() -> None:
    # period 1 of clo-liabilities-waterfall 9.1
    found = run(PLAIN, [2_275_000.0], [5e6], [95e6])
    assert moved(ledger_of(PLAIN, found)) == [
        ("outside:obligors", "collection.interest", "collection", 2_275_000.00),
        ("outside:obligors", "collection.principal", "collection", 5_000_000.00),
        ("collection.interest", "payment.interest", "to_payment", 2_275_000.00),
        ("collection.principal", "payment.principal", "to_payment", 5_000_000.00),
        ("payment.interest", "outside:payees", "payment", 25_277.78),
        ("payment.interest", "outside:payees", "payment", 37_916.67),
        ("payment.interest", "outside:payees", "payment", 1_314_444.44),
        ("payment.interest", "outside:payees", "payment", 202_222.22),
        ("payment.interest", "outside:payees", "payment", 88_472.22),
        ("payment.interest", "outside:payees", "payment", 606_666.67),
        ("payment.principal", "outside:payees", "payment", 5_000_000.00),
    ]


def test_what_a_sale_brings_is_no_collection() -> None:
    # 9.1, the last period: 80m performing is sold at 99 %
    found = run(
        PLAIN, (2_275_000.0, 2_161_250.0, 2_070_000.0, 1_955_000.0), [5e6] * 4, [95e6, 90e6, 85e6, 80e6], ends=True
    )
    ledger = ledger_of(PLAIN, found, 4)
    assert moved(ledger, 3)[:3] == [
        ("outside:obligors", "collection.interest", "collection", 1_955_000.00),
        ("outside:obligors", "collection.principal", "collection", 5_000_000.00),
        ("outside:buyers", "collection.principal", "sale", 79_200_000.00),
    ]
    check(ledger, found)


def test_escrow_fills_from_the_payment_account() -> None:
    # clo-extensions 1.6: the residual of 606,666.67 is held, and the pool pays 5,000,000 to class A
    found = run(ESCROW, [2_275_000.0], [5e6], [95e6])
    ledger = ledger_of(ESCROW, found)
    assert ("payment.interest", "escrow.interest", "escrow", 606_666.67) in moved(ledger)
    assert round(float(ledger.buckets["escrow", "interest"].closing[0, 0]), 2) == 606_666.67
    check(ledger, found)


@pytest.mark.parametrize("share", [0.25, 0.0], ids=["smoothed", "not-smoothed"])
def test_a_deal_with_every_kind_of_account_balances(share: float) -> None:
    found, terms = test_larch.projected(share)
    ledger = projected_ledger(terms, found, np.array(test_larch.PAYMENT, dtype="datetime64[D]"), buys=False)
    check(ledger, found)
    # 1,500,000 overdrawn, and 20,000 of purchased interest of which 12,000 came back: both stand in the first period
    principal = ledger.buckets["collection", "principal"]
    assert principal.opening[0, 0] == -1_500_000.0
    accrued = [m for m in ledger.movements if m.reason == "purchased_accrued" and m.period == 0]
    assert [float(m.amount[0]) for m in accrued] == [12_000.0]


def test_a_deal_projected_from_its_assets_balances_with_draws_hedges_and_purchases() -> None:
    terms = deal.load(test_larch.LARCH, inputs=test_larch_projection.FIGURES)
    found = deal.run(terms, test_larch_projection.POOL, test_larch_projection.SCENARIOS, details=True)
    ledger = projected_ledger(terms, found.result, found.dates.payment)
    check(ledger, found.result)
    drawn, bought = np.zeros_like(found.result.draws), np.zeros_like(found.result.draws)
    for item in ledger.movements:
        if item.reason in ("draw", "purchase"):
            (drawn if item.reason == "draw" else bought)[item.scenario, item.period] += item.amount
    assert drawn == pytest.approx(found.result.draws)
    assert bought == pytest.approx(found.result.reinvested)
    assert {"draw", "refill", "hedge", "smoothing", "purchased_accrued"} <= {item.reason for item in ledger.movements}
    # all cash but what overdraws principal has left by the last period
    for (name, bucket), rolled in ledger.buckets.items():
        last = rolled.closing[:, -1]
        assert last == pytest.approx(np.zeros_like(last), abs=0.01) or (ledger.types[name], bucket) == (2, "principal")


def test_nothing_is_bought_from_an_account_that_keeps_its_cash() -> None:
    found, terms = test_larch.projected()
    days = np.array(test_larch.PAYMENT, dtype="datetime64[D]")
    kept, bought = (projected_ledger(terms, found, days, buys=buys) for buys in (False, True))
    assert {m.reason for m in bought.movements} - {m.reason for m in kept.movements} == {"purchase"}


def test_a_run_without_its_steps_has_no_ledger() -> None:
    found = run(PLAIN, [2_275_000.0], [5e6], [95e6], steps=False)
    with pytest.raises(ValueError, match="expected a run that recorded its steps"):
        ledger_of(PLAIN, found)


@settings(max_examples=20, deadline=None)
@given(documents(), pools())
def test_accounts_of_any_deal_balance(document: dict[str, Any], flows: PoolFlows) -> None:
    found = deal.run_liabilities(
        deal_of(document), flows, DATES, np.array([0.05, 0.04, 0.045, 0.03]), record_steps=True
    )
    days = np.array(DATES.payment, dtype="datetime64[D]")
    ledger = projected_ledger(deal_of(document), found, days, buys=False)
    check(ledger, found)
    # cash in from outside less cash out is what all accounts gained
    inside = sum(rolled.closing[:, -1] - rolled.opening[:, 0] for rolled in ledger.buckets.values())
    net = np.zeros(3)
    for item in ledger.movements:
        sign = item.source.startswith("outside:") - item.target.startswith("outside:")
        np.add.at(net, item.scenario, sign * item.amount)
    assert net == pytest.approx(inside, abs=0.01)
