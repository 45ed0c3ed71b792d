"""Terms that change in the life of a fund, and what partners carry over into them. Which terms are in force is in `in_force`."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from calculations.funds.waterfall import deals
from calculations.funds.waterfall.lots import adopt_hurdles
from calculations.funds.waterfall.state import State
from calculations.funds.waterfall.terms import WaterfallTerms


def adopt_terms(state: State, terms: WaterfallTerms, date: dt.date) -> State:
    """The state under terms that come into force on `date`: what was earned before stays, the new rates earn from then.

    Raises ValueError where the style changes, since the sets of capital would not be the same, and where the new
    hurdles are not as many and of the same kinds as the old ones.
    """
    if terms.style != state.terms.style:
        raise ValueError(f"style: expected {state.terms.style.value} as before, found {terms.style.value}")
    state = deals.accrue(state, date)
    fund_book = None if state.fund_book is None else adopt_hurdles(state.fund_book, terms.hurdles, date)
    return replace(state, terms=terms, book=adopt_hurdles(state.book, terms.hurdles, date), fund_book=fund_book)
