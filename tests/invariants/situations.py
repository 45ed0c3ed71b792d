"""The situations that a random draw must reach for its rules to mean anything. Whether the rules hold is not asked here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from calculations.clo.deal.steps import (
    CoverStep,
    DivertStep,
    FeeStep,
    FundStep,
    MoveStep,
    PayStep,
    PrincipalStep,
    ReinvestStep,
    ReleaseStep,
    RepayStep,
    Step,
)
from tests.invariants.draw_scenarios import CALM, TWIN
from tests.invariants.outcome import Outcome
from tests.invariants.rules_of_tests import CCC


def _pays(wanted: Callable[[Any], bool]) -> Callable[[Outcome], Any]:
    return lambda outcome: outcome.paid(wanted) != 0


def _kind(kind: type[Step]) -> Callable[[Outcome], Any]:
    return _pays(lambda step: isinstance(step, kind))


def _moves(to: str) -> Callable[[Outcome], Any]:
    return _pays(lambda step: isinstance(step, MoveStep) and step.move.to == to)


def _walks(name: str) -> Callable[[Outcome], Any]:
    def walked(outcome: Outcome) -> Any:
        return any(paying == name for paying, _, _ in outcome.payments)

    return walked


def _clause(name: str) -> Callable[[Outcome], Any]:
    def in_force(outcome: Outcome) -> Any:
        distinct = {id(deal) for deal, _ in outcome.versions}
        return any(name in item.features and id(item.deal) in distinct for item in outcome.case.deal.versions)

    return in_force


def _asset(has: Callable[[Any], bool]) -> Callable[[Outcome], Any]:
    return lambda outcome: any(has(asset) for asset in outcome.case.holdings.assets)


def _account(name: str) -> Callable[[Outcome], Any]:
    def moves(outcome: Outcome) -> Any:
        flows = outcome.result.account_flows.get(name)
        return flows is not None and (flows.paid_in != 0).any()

    return moves


def _switches(outcome: Outcome) -> Any:
    if outcome.case.deal.frequency_switch is None:
        return False
    cash = outcome.result.interest_proceeds + outcome.result.principal_proceeds
    return ((cash == 0) & (outcome.found.flows.interest > 0) & outcome.is_alive).any()


def _haircut(outcome: Outcome) -> Any:
    ccc = outcome.case.deal.haircuts.ccc
    if ccc is None or outcome.case.deal.haircuts.defaulted or outcome.case.deal.haircuts.discount:
        return False
    flows, bought = outcome.found.flows, outcome.found.bought
    par = outcome.result.fee_basis - flows.defaulted[:, 1:] - bought.defaulted[:, 1:]
    par = par + flows.defaulted_value[:, 1:] + bought.defaulted_value[:, 1:]
    return outcome.result.tests["ID"].numerator < par - outcome.result.purchased_accrued - 1


def _discount_in_ccc(outcome: Outcome) -> Any:
    ccc, discount = outcome.case.deal.haircuts.ccc, outcome.found.detail.discount
    if ccc is None or discount is None:
        return False
    is_low = [asset.moodys_rating in CCC and asset.purchase_price == 55.0 for asset in outcome.case.holdings.assets]
    return any(is_low) and discount.balances.any()


def _detail(name: str) -> Callable[[Outcome], Any]:
    def moves(outcome: Outcome) -> Any:
        flow = getattr(outcome.found.detail, name)
        return flow is not None and (flow > 0).any()

    return moves


def _close_out(outcome: Outcome) -> Any:
    found = outcome.found.detail.close_out
    return np.zeros(outcome.shape) if found is None else found


def _draws(outcome: Outcome, name: str) -> Any:
    path = outcome.found.detail.funding
    return np.zeros(outcome.shape) if path is None else getattr(path, name) * outcome.is_alive


def _is_called(outcome: Outcome) -> Any:
    return outcome.result.liquidating[:, :-1]


def _defers(outcome: Outcome) -> Any:
    return [(np.diff(note.deferred, axis=1) > 1).any() for note in outcome.result.notes.values()]


def _unpaid(outcome: Outcome) -> Any:
    return [(note.unpaid[:, 1:] > 1).any() for note in outcome.result.notes.values()]


SITUATIONS: dict[str, Callable[[Outcome], Any]] = {
    "a cure is paid": _kind(CoverStep),
    "interest is diverted": _kind(DivertStep),
    "a test fails": lambda outcome: [~test.passed for test in outcome.result.tests.values()],
    "interest is deferred": _defers,
    "interest is unpaid": _unpaid,
    "a capped fee overflows": _pays(lambda step: isinstance(step, FeeStep) and step.part == "overflow"),
    "class X is amortised": _pays(lambda step: isinstance(step, PrincipalStep) and step.scheduled),
    "dues are paid": _kind(PayStep),
    "a reserve is funded": _kind(FundStep),
    "escrow is filled": _moves("account.escrow"),
    "escrow is released": _kind(ReleaseStep),
    "a stopper moves cash to the notes": _moves("notes"),
    "excess spread is kept": _moves("principal"),
    "loans are bought": _kind(ReinvestStep),
    "the default list is walked": _walks("default"),
    "the acceleration list is walked": _walks("acceleration"),
    "the deal is called": _is_called,
    "the hurdle is reached": lambda outcome: outcome.result.equity.hurdle_reached,
    "an incentive fee is paid": lambda outcome: outcome.result.equity.incentive_fee > 0,
    "interest is smoothed": _account("smoothing"),
    "payment dates become rarer": _switches,
    "the principal account is overdrawn": lambda outcome: outcome.case.deal.principal_cash.allow_negative,
    "interest repays the overdraft": _kind(RepayStep),
    "a haircut bites": _haircut,
    "a discount obligation is in a bucket of low ratings": _discount_in_ccc,
    "purchased accrued interest comes back": lambda outcome: np.diff(outcome.result.purchased_accrued, axis=1) < 0,
    "purchased accrued interest comes back by asset": _detail("accrued_recovered"),
    "purchased accrued interest is written off": _detail("accrued_written_off"),
    "a hedge pays on closing": lambda outcome: _close_out(outcome) > 0,
    "a hedge costs on closing": lambda outcome: _close_out(outcome) < 0,
    "a loan is hedged in part": lambda outcome: any(item.ratio < 1 for item in outcome.case.holdings.hedges.values()),
    "a loan in another currency is not hedged": lambda outcome: (
        outcome.case.holdings.currencies.keys() - outcome.case.holdings.hedges.keys()
    ),
    "the account pays a draw": lambda outcome: _draws(outcome, "draws") > _draws(outcome, "from_principal"),
    "principal pays a draw": lambda outcome: _draws(outcome, "from_principal") > 0,
    "principal pays what the account lacks": lambda outcome: (
        (_draws(outcome, "draws") > _draws(outcome, "from_principal") + 1) & (_draws(outcome, "from_principal") > 1)
    ),
    "a draw is short": lambda outcome: _draws(outcome, "shortfall") > 0,
    "a revolver refills the account": _account("funding"),
    "money held for draws counts": lambda outcome: outcome.reserved > 0,
    "repaid capitalised interest is interest": lambda outcome: (
        outcome.case.deal.pik.repaid_as == "interest" and (outcome.pool.repaid_pik > 1).any()
    ),
    "capitalised interest is par": lambda outcome: (
        outcome.case.deal.pik.in_par == "include" and (outcome.rows["pik_balance"] > 1).any()
    ),
    "a loan defers for long": lambda outcome: outcome.found.detail.deferring_haircut is not None,
    "an event happens in one scenario": _asset(lambda asset: any(event.scenario is not None for event in asset.events)),
    **{f"clause {name}": _clause(name) for name in ("hurdle", "deferral", "turbo", "threshold", "fee_sharing")},
    "a loan capitalises": _asset(lambda asset: asset.pik is not None),
    "a loan is drawn": _asset(lambda asset: asset.draws is not None),
    "a rate steps": _asset(lambda asset: bool(asset.steps)),
    "an event happens": _asset(lambda asset: bool(asset.events)),
    "a loan amortises": _asset(lambda asset: bool(asset.instalments)),
    "a loan is in default": _asset(lambda asset: asset.is_defaulted),
    "a rating turns to default": _asset(lambda asset: bool(asset.moodys_history)),
    "a scenario is calm": lambda outcome: CALM in outcome.case.scenarios.names,
    "a scenario has a twin": lambda outcome: TWIN in outcome.case.scenarios.names,
}


def situations(outcome: Outcome) -> frozenset[str]:
    """The names of SITUATIONS that the case reaches."""
    return frozenset(name for name, holds in SITUATIONS.items() if np.any(holds(outcome)))
