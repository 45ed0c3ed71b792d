"""Every rule complains of a result that was spoiled on purpose, and of it alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.invariants.cases import draw_case, projected
from tests.invariants.outcome import Outcome
from tests.invariants.rules import RULES

Change = Callable[[Any], Any]
EVERY = "*"


def more(amount: float) -> Change:
    return lambda found: found + amount


def rising(found: Any) -> Any:
    return found + 1e6 * np.arange(found.shape[1])


ROWS, STEPS = ("assets", EVERY), ("result", "steps", EVERY)
NOTES, FEES, TESTS = ("result", "notes", EVERY), ("result", "fees", EVERY), ("result", "tests", EVERY)
# rule -> where the result is changed, and how
SPOILED: dict[str, tuple[tuple[str | int, ...], Change]] = {
    "par_is_repaid_or_defaults": ((*ROWS, "scheduled"), more(1.0)),
    "defaults_are_recovered_or_lost": ((*ROWS, "net_loss"), more(1.0)),
    "balances_of_assets_roll": ((*ROWS, "end_balance"), more(1.0)),
    "no_flow_of_an_asset_is_negative": ((*ROWS, "interest"), np.negative),
    "deal_periods_sum_rows": (("flows", "interest"), more(1.0)),
    "deal_balances_are_what_rows_leave": (("flows", "performing"), more(10.0)),
    "hedges_are_closed_at_spot": (("detail", "close_out"), more(1e3)),
    "borrowers_draw_what_their_loans_say": (("result", "draws"), more(1.0)),
    "the_funding_account_pays_draws_first": (("result", "accounts", "funding"), more(1.0)),
    "nothing_is_left_where_a_draw_is_short": (("detail", "funding", "shortfall"), more(1.0)),
    "short_draws_are_recorded": (("result", "assumptions"), lambda found: ()),
    "calm_principal_follows_the_schedule": ((*ROWS, "scheduled"), more(1.0)),
    "severity_and_lag_leave_performing_flows_alone": (("assets", -1, "interest"), more(2.0)),
    "loans_bought_roll": (("bought", "performing"), rising),
    "each_list_spends_what_it_is_given": ((*STEPS, "paid"), more(1.0)),
    "lists_are_given_the_pools": (("result", "interest_proceeds"), more(1.0)),
    "no_payment_exceeds_its_due": ((*STEPS, "due"), more(-1.0)),
    "juniors_wait_for_seniors": ((*STEPS, "due"), more(1.0)),
    "cures_are_paid_for_failing_tests_alone": ((*TESTS, "passed"), np.ones_like),
    "steps_keep_to_their_conditions": ((*STEPS, "paid"), more(1.0)),
    "purchases_keep_to_the_policy": (("result", "reinvested"), more(1.0)),
    "balances_fall_by_principal_paid": ((*NOTES, "principal_paid"), more(1.0)),
    "coupons_accrue_on_balances": ((*NOTES, "interest_accrued"), more(1.0)),
    "interest_is_paid_deferred_or_unpaid": ((*NOTES, "interest_paid"), more(1.0)),
    "fees_accrue_on_their_basis": ((*FEES, "accrued"), more(1.0)),
    "fees_are_paid_or_owed": ((*FEES, "paid"), more(1.0)),
    "legs_sum_to_their_fee": ((*FEES, "legs", EVERY), more(1.0)),
    "caps_bound_what_they_share": ((*STEPS, "paid"), more(1e7)),
    "dues_are_paid_once": ((*STEPS, "paid"), more(1e7)),
    "accounts_roll": (("result", "account_flows", EVERY, "paid_in"), more(1.0)),
    "accounts_are_empty_at_the_end": (("result", "accounts", EVERY), more(1.0)),
    "purchased_accrued_only_falls": (("result", "purchased_accrued"), rising),
    "own_coupons_bring_purchased_accrued_back": (("result", "purchased_accrued"), more(1.0)),
    "smoothing_keeps_interest_of_rare_payers": (("result", "account_flows", EVERY, "paid_in"), more(1e6)),
    "an_overdraft_is_repaid_first": ((*STEPS, "due"), more(1.0)),
    "outside_cash_is_paid_or_kept": ((*NOTES, "interest_paid"), more(1.0)),
    "nothing_is_paid_after_the_last_period": (("result", "last_period"), np.ones_like),
    "tests_pass_above_their_trigger": ((*TESTS, "passed"), np.logical_not),
    "denominators_are_what_classes_are_owed": ((*TESTS, "denominator"), more(1.0)),
    "numerators_are_par_less_haircuts": ((*TESTS, "numerator"), more(1.0)),
    "each_loan_is_carried_once": ((*TESTS, "numerator"), more(-1e7)),
    "default_follows_the_ratio": (("result", "event_of_default"), np.logical_not),
    "a_sale_is_final": (("result", "liquidating"), np.zeros_like),
    "the_hurdle_is_reached_for_good": (("result", "equity", "incentive_fee"), more(1e9)),
    "the_sub_notes_value_grows_by_what_they_get": (("result", "equity", "discounted_value"), more(1.0)),
    "measures_are_of_what_was_paid": (("risk", EVERY, "total_principal"), more(1.0)),
    "the_return_discounts_payments_to_their_cost": (("equity", "rates"), more(0.01)),
}


def spoil(found: Any, path: tuple[str | int, ...], change: Change) -> Any:
    """`found` with what lies at the end of `path` changed; EVERY stands for all entries, a part that is None stays."""
    if not path or found is None:
        return found if found is None else change(found)
    first, rest = path[0], path[1:]
    if isinstance(found, Mapping):
        return {key: spoil(part, rest, change) if first in (EVERY, key) else part for key, part in found.items()}
    if isinstance(found, tuple):
        kept = range(len(found)) if first == EVERY else [range(len(found))[first]]  # type: ignore[index]
        return tuple(spoil(part, rest, change) if i in kept else part for i, part in enumerate(found))
    return replace(found, **{first: spoil(getattr(found, str(first)), rest, change)})  # type: ignore[misc]


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return [Outcome(case, projected(case)) for case in map(draw_case, range(80))]


def test_every_rule_is_spoiled() -> None:
    assert set(SPOILED) == set(RULES)


@pytest.mark.parametrize("rule", SPOILED)
def test_rule_complains(outcomes: list[Outcome], rule: str) -> None:
    path, change = SPOILED[rule]
    complaints = 0
    for outcome in outcomes:
        spoiled = Outcome(outcome.case, spoil(outcome.found, path, change))
        assert RULES[rule](outcome) is None
        complaints += RULES[rule](spoiled) is not None
    assert complaints > 0, f"{rule} bears a result that it must not bear"
