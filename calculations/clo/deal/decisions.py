"""What a payment date decides beside payments: how much may be reinvested, whether the deal is called, whether interest
left unpaid accelerates it. Payments do not belong here.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from calculations.clo.columns import Flags, Floats
from calculations.clo.deal.state import PeriodState


def reinvestment_limit(state: PeriodState, unscheduled: Floats) -> Floats:
    """Principal that may be reinvested, (scenarios,): a share of the whole principal pool after diversion, or of
    unscheduled principal; nothing while liquidating. Source: clo-liabilities-waterfall 7.1."""
    dates, terms, pool = state.deal.dates, state.deal.reinvestment, state.pools["principal"]
    if dates.reinvestment_end is not None and state.payment_date <= dates.reinvestment_end:
        policy = terms.during
    elif dates.stated_maturity is None or state.payment_date < dates.stated_maturity:
        policy = terms.after
    else:
        return pool * 0
    if policy.type == "none":
        return pool * 0
    limit = (pool if policy.type == "all_principal" else unscheduled) * state.numbers.of(policy.share)
    return np.where(state.flags["liquidating"], limit * 0, state.numbers.struck(limit))


def called(state: PeriodState, today: dt.date, following: dt.date, pays: bool | Flags = True) -> Flags:
    """Where the next payment date is a call date: this period's distribution to the sub notes is below the deal's
    bound, where it `pays`, or the deal names the date; never before the end of the non-call period.
    Source: clo-liabilities-waterfall 1.3 step 12; clo-extensions 1.3.
    """
    call = state.deal.call
    found = np.zeros(state.scenarios, dtype=np.bool_)
    first = [day for day in (state.deal.dates.no_call, call.never_before) if day is not None]
    if first and following < max(first):
        return found
    if any(today < day <= following for day in call.also_on):
        return ~found
    if call.distribution_below is not None and state.deal.equity is not None:
        original = state.deal.notes[state.deal.equity].original_balance
        paid = state.sub.interest + state.sub.principal
        found = np.asarray(paid < float(call.distribution_below) * float(original or 0), dtype=np.bool_) & pays
    return found


def unpaid_interest(state: PeriodState) -> Flags | None:
    """Where interest of a named class, or of the controlling one, is still due after the lists; None where the deal
    has no such event. Acceleration starts on the next payment date. Source: clo-extensions 4.5."""
    events = state.deal.event_of_default
    if events is None or events.unpaid_interest is None:
        return None
    found = np.zeros(state.scenarios, dtype=np.bool_)
    for name in events.unpaid_interest.classes:
        found |= np.asarray(state.notes[name].current > 0, dtype=np.bool_)
    if events.unpaid_interest.or_controlling:
        for name, note in state.notes.items():
            controls = ~state.has_senior_balance(name, at_opening=True) & (note.opening_balance > 0)
            found |= np.asarray((note.current > 0) & controls, dtype=np.bool_)
    return found
