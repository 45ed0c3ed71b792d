"""Carry accrued on a day: what the GP would have if all were sold at its value. Nothing here moves the state on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from calculations.daycount import Ints
from calculations.funds.waterfall import deals
from calculations.funds.waterfall.clawback import clawback_due
from calculations.funds.waterfall.distribution import distribute
from calculations.funds.waterfall.state import EXPENSES, State
from calculations.funds.waterfall.terms import ACCOUNT_PER_DEAL


def accrued_carry(state: State, values: Mapping[str, Ints], date: dt.date) -> Ints:
    """Carry not yet paid if every investment were sold on `date` at its value: (partners,), in minor units.

    `values` by investment, '' for net assets that belong to none, each (partners,). Deals with accounts of their own
    are sold one by one in the order of their ids, others together. Negative where carry already paid would have to
    be returned. Deductions off the top are left out, as no distribution is planned. Source: fund-admin 3.5.
    """
    state = deals.accrue(replace(state, terms=replace(state.terms, off_the_top=())), date)
    carry = state.nothing
    known = {*values, *state.deals.cost, EXPENSES}
    if state.terms.style in ACCOUNT_PER_DEAL:
        for investment in [*sorted(known - {EXPENSES}), EXPENSES]:
            state, paid = distribute(state, values.get(investment, state.nothing), date, investment)
            carry = carry + paid.to_gp
    else:
        for investment in sorted(known - {EXPENSES}):
            state = deals.realise(state, deals.remaining_cost(state, investment), investment)
        state, paid = distribute(state, sum(values.values(), state.nothing), date)
        carry = paid.to_gp
    return carry - clawback_due(state, date, interim=False).gross
