"""Accounts around the lists: what opens into collections, targets, and rules that empty an account. Steps that fund or
release one are in `pay`.
"""

from __future__ import annotations

import numpy as np

from calculations.clo.deal.amounts import Amounts
from calculations.clo.deal.conditions import State
from calculations.clo.deal.parts import ShareTarget
from calculations.clo.deal.state import PeriodState


def collected_from_accounts(state: PeriodState) -> tuple[Amounts, Amounts]:
    """Interest and principal (scenarios,) that accounts hold before the first period and that is spent in it.

    The collection account gives both buckets, ramp-up its principal to principal, the interest reserve its principal to
    interest; everything else stays. Source: clo-liabilities-waterfall 1.3, Q29.
    """
    interest, principal = state.numbers.zeros(state.scenarios), state.numbers.zeros(state.scenarios)
    for name, terms in state.deal.accounts.items():
        account = state.accounts[name]
        before = account.balance
        if terms.type == 2:
            interest, account.interest = interest + account.interest, account.interest * 0
            principal, account.principal = principal + account.principal, account.principal * 0
        elif terms.type == 3:
            principal, account.principal = principal + account.principal, account.principal * 0
        elif terms.type == 8:
            interest, account.principal = interest + account.principal, account.principal * 0
        account.paid_out = account.paid_out + (before - account.balance)
    return interest, principal


def set_targets(state: PeriodState, basis: Amounts) -> None:
    """Targets of the period: a number, or a share of the fee basis (scenarios,), which an overdraft may take below zero.
    Source: clo-extensions 4.3."""
    for name, terms in state.deal.accounts.items():
        if isinstance(terms.target, ShareTarget):
            state.accounts[name].target = state.numbers.struck(
                np.maximum(basis, 0) * state.numbers.of(terms.target.share)
            )
        elif terms.target is not None:
            state.accounts[name].target = state.numbers.zeros(state.scenarios) + state.numbers.of(terms.target)


def released(state: PeriodState, interest: Amounts, principal: Amounts) -> tuple[Amounts, Amounts]:
    """The pools with what accounts release to them: all where their rule holds (the last period where none is given),
    and otherwise what is above the target. An account that is emptied is not filled again in the same period.
    Source: clo-extensions 4.3, 6.
    """
    for name, terms in state.deal.accounts.items():
        account = state.accounts[name]
        if terms.release is None and account.target is None:
            continue
        rule = None if terms.release is None else terms.release.when or State("last_period")
        empties = np.broadcast_to(
            np.asarray(False if rule is None else state.holds(rule, interest)), (state.scenarios,)
        )
        kept = account.balance if account.target is None else np.minimum(account.balance, account.target)
        kept = np.where(empties, kept * 0, kept)
        cash = account.balance - kept
        if account.target is not None:
            account.target = np.where(empties, account.target * 0, account.target)
        from_interest = np.minimum(cash, account.interest)
        account.interest = account.interest - from_interest
        account.principal = account.principal - (cash - from_interest)
        account.paid_out = account.paid_out + cash
        if terms.release is not None and terms.release.to == "interest":
            interest = interest + cash
        else:
            principal = principal + cash
    return interest, principal
