"""What holds of every deal and every pool: clo-liabilities-waterfall 2.4, and agreement with a plain reference."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.clo import deal
from calculations.clo.deal import DealResult
from calculations.clo.deal.cures import interest_cure, principal_cure
from calculations.clo.deal.terms import Deal
from calculations.clo.pool_flows import PoolFlows
from tests.calculations.deal.random_deals import DATES, QUARTERS, START, deal_of, documents, pools
from tests.reference.waterfall import Waterfall

INDEX = np.array([0.05, 0.04, 0.045, 0.03])
CENT = 0.01


def run(document: dict[str, Any], flows: PoolFlows) -> DealResult:
    return deal.run_liabilities(deal_of(document), flows, DATES, INDEX, record_steps=True)


def steps_of(found: DealResult, name: str) -> list[Any]:
    return [found.steps[key] for key in sorted(found.steps) if key[0] == name]


@settings(max_examples=25, deadline=None)
@given(documents(), pools())
def test_cash_in_is_cash_out(document: dict[str, Any], flows: PoolFlows) -> None:
    found = run(document, flows)
    paid = found.equity.interest + found.equity.principal + found.equity.incentive_fee + found.reinvested
    for note in found.notes.values():
        paid = paid + note.interest_paid + note.deferred_repaid + note.principal_paid
    for fee in found.fees.values():
        paid = paid + fee.paid
    assert paid == pytest.approx(found.interest_proceeds + found.principal_proceeds, rel=1e-9, abs=CENT)


@settings(max_examples=25, deadline=None)
@given(documents(), pools())
def test_each_list_spends_what_it_is_given_and_no_more_than_is_due(document: dict[str, Any], flows: PoolFlows) -> None:
    found = run(document, flows)
    for name in ("interest", "principal", "notes", "default"):
        steps = steps_of(found, name)
        if not steps:
            continue
        given_cash = steps[0].paid + steps[0].cash_after
        assert sum(step.paid for step in steps) == pytest.approx(given_cash, rel=1e-9, abs=CENT)
        assert steps[-1].cash_after == pytest.approx(np.zeros_like(given_cash), abs=1e-6)
        for step in steps:
            assert (step.paid >= 0).all()
            assert (step.cash_after >= 0).all()
            assert (step.paid <= step.due + 1e-6).all()


@settings(max_examples=25, deadline=None)
@given(documents(), pools())
def test_junior_steps_get_cash_only_when_senior_dues_are_met(document: dict[str, Any], flows: PoolFlows) -> None:
    terms, found = deal_of(document), run(document, flows)
    for (name, number), step in found.steps.items():
        if type(terms.lists[name].steps[number - 1]).__name__ in (
            "FeeStep",
            "InterestStep",
            "DeferredStep",
            "PrincipalStep",
        ):
            is_short = step.paid < step.due - CENT
            assert (step.cash_after[is_short] <= 1e-6).all()


@settings(max_examples=25, deadline=None)
@given(documents(), pools())
def test_balances_fall_by_what_is_paid_and_are_never_negative(document: dict[str, Any], flows: PoolFlows) -> None:
    found = run(document, flows)
    for note in found.notes.values():
        assert (note.balance >= 0).all()
        assert (note.deferred >= -1e-6).all()
        assert (note.unpaid >= 0).all()
        assert note.balance[:, :-1] - note.balance[:, 1:] == pytest.approx(note.principal_paid, abs=1e-6)
    for fee in found.fees.values():
        assert (fee.unpaid >= 0).all()


@settings(max_examples=15, deadline=None)
@given(documents(), pools(), st.randoms(use_true_random=False))
def test_the_order_of_names_in_a_file_changes_nothing(
    document: dict[str, Any], flows: PoolFlows, rng: random.Random
) -> None:
    def shuffled(table: dict[str, Any]) -> dict[str, Any]:
        names = list(table)
        rng.shuffle(names)
        return {name: table[name] for name in names}

    mixed = {key: shuffled(value) if key in ("notes", "tests", "fees") else value for key, value in document.items()}
    first, second = run(document, flows), run(mixed, flows)
    for name, note in first.notes.items():
        assert np.array_equal(note.balance, second.notes[name].balance)
        assert np.array_equal(note.interest_paid, second.notes[name].interest_paid)
    assert np.array_equal(first.equity.interest, second.equity.interest)


@settings(max_examples=15, deadline=None)
@given(documents(), pools(scenarios=5))
def test_scenarios_do_not_touch_each_other(document: dict[str, Any], flows: PoolFlows) -> None:
    together = run(document, flows)
    apart = deal.run_liabilities(deal_of(document), flows, DATES, INDEX, scenarios_at_once=2)
    for name, note in together.notes.items():
        assert note.balance == pytest.approx(apart.notes[name].balance, rel=1e-12, abs=1e-9)
    assert together.equity.principal == pytest.approx(apart.equity.principal, rel=1e-12, abs=1e-9)


@given(st.floats(1e6, 1e9), st.floats(1e6, 1e9), st.floats(1.001, 2.0))
def test_a_cure_brings_the_ratio_to_its_trigger(numerator: float, denominator: float, trigger: float) -> None:
    # 4.3: N / (D - x) = T with other money, (N - x) / (D - x) = T with money in N
    x = interest_cure(numerator, denominator, trigger)
    assert trigger * (denominator - x) == pytest.approx(numerator, rel=1e-9)
    y = principal_cure(numerator, denominator, trigger)
    assert trigger * (denominator - y) == pytest.approx(numerator - y, rel=1e-6, abs=1e-3)


def reference(terms: Deal, flows: PoolFlows, scenario: int) -> list[Any]:
    """Periods of the plain waterfall: this scenario's collateral, sold on the last date or once a period ends it."""
    waterfall, periods, kept, beginning = Waterfall(terms), [], 0.0, float(terms.beginning_fee_basis or 0)
    for i in range(4):
        pool = {name: float(getattr(flows, name)[scenario, i]) for name in ("interest", "scheduled", "unscheduled")}
        principal = pool["scheduled"] + pool["unscheduled"] + float(flows.recoveries[scenario, i]) + kept
        performing, defaulted, value = (
            float(getattr(flows, name)[scenario, i + 1]) for name in ("performing", "defaulted", "defaulted_value")
        )
        ending = performing + defaulted + principal
        last = i == 3
        period = waterfall.pay(
            day=QUARTERS[i],
            days=(QUARTERS[i] - (QUARTERS[i - 1] if i else START)).days,
            index=float(INDEX[i]),
            interest=pool["interest"],
            principal=principal,
            unscheduled=pool["unscheduled"],
            beginning=beginning,
            ending=ending,
            par=performing + value + principal,
            sale=performing * float(terms.call.price or 1) + value if last else 0.0,
            liquidating=last,
        )
        periods.append(period)
        kept = period.reinvested
        beginning = ending if ending > 0 else beginning
    return periods


@settings(max_examples=60, deadline=None)
@given(documents(), pools(scenarios=2))
def test_engine_equals_the_plain_reference(document: dict[str, Any], flows: PoolFlows) -> None:
    terms, found = deal_of(document), run(document, flows)
    for scenario in range(2):
        for i, period in enumerate(reference(terms, flows, scenario)):
            scale = float(found.interest_proceeds[scenario, i] + found.principal_proceeds[scenario, i]) + 1e6
            pairs = [
                (found.equity.interest, period.sub_interest),
                (found.equity.principal, period.sub_principal),
                (found.equity.incentive_fee, period.incentive_fee),
                (found.reinvested, period.reinvested),
                *((found.fees[name].paid, paid) for name, paid in period.fees.items()),
                *((found.notes[name].interest_paid, paid) for name, paid in period.interest.items()),
                *((found.notes[name].deferred_repaid, paid) for name, paid in period.deferred.items()),
                *((found.notes[name].principal_paid, paid) for name, paid in period.principal.items()),
            ]
            for amounts, expected in pairs:
                assert float(amounts[scenario, i]) == pytest.approx(expected, abs=1e-9 * scale)
            for name, (balance, deferred, unpaid) in period.balances.items():
                note = found.notes[name]
                held = [float(item[scenario, i + 1]) for item in (note.balance, note.deferred, note.unpaid)]
                assert held == pytest.approx([balance, deferred, unpaid], abs=1e-9 * scale)
