"""All that is carried between the events of the partners of a fund who have equal terms. How events change it is not here.

Arrays are (partners,), int64 in minor units, and never changed in place, so that a state can be kept and gone on from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from calculations.daycount import Ints
from calculations.funds.waterfall.book import ALL, Book, open_book
from calculations.funds.waterfall.terms import DEAL_BY_DEAL, WaterfallTerms, is_on_commitment

EXPENSES = ""  # the investment of contributions for fees and expenses, and of proceeds of no single deal


@dataclass(frozen=True)
class Deals:
    """Per investment and partner, in minor units: what decides which capital a deal-by-deal waterfall returns.

    `cost` contributed, `realised` of it; `permanent` write-downs recorded and `written` the write-downs that count as
    realised; `fair_value` the latest; `expenses` contributed and `expenses_borne` of them by each set of capital.
    `returned_ahead` is capital returned for a write-down that was reversed: it counts against capital realised later.
    """

    expenses: Ints
    returned_ahead: Ints
    cost: Mapping[str, Ints] = field(default_factory=dict)
    realised: Mapping[str, Ints] = field(default_factory=dict)
    permanent: Mapping[str, Ints] = field(default_factory=dict)
    written: Mapping[str, Ints] = field(default_factory=dict)
    fair_value: Mapping[str, Ints] = field(default_factory=dict)
    expenses_borne: Mapping[str, Ints] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """The state of `partners` between events. Source: fund-admin 2.1.

    `book` holds the capital and hurdle balances the tiers pay from. `whole` is the book of the whole fund, where all
    money of the LP counts towards all capital: the shortfall that a clawback tests; a European waterfall has one. `escrow` and `advances` are
    balances of the GP, `clawback_accrued` what the latest interim test found, `lp_paid` what LPs had on each date.
    """

    terms: WaterfallTerms
    minor_unit: Decimal
    book: Book
    fund_book: Book | None
    deals: Deals
    escrow: Ints
    advances: Ints
    clawback_accrued: Ints
    clawback_paid: Ints
    given_back: Ints
    current_income: Ints
    lp_paid: tuple[tuple[dt.date, Ints], ...] = ()

    @property
    def partners(self) -> int:
        return self.book.partners

    @property
    def whole(self) -> Book:
        return self.fund_book or self.book

    @property
    def contributed(self) -> Ints:
        return self.whole.account("").contributed

    @property
    def unreturned_capital(self) -> Ints:
        """U: capital contributed and not returned as such, over all deals."""
        return self.book.unreturned(ALL) - self.deals.returned_ahead

    @property
    def lp_profit(self) -> Ints:
        """P: what LPs had beside capital, over all deals."""
        return sum((one.profit for one in self.book.accounts.values()), self.nothing)

    @property
    def gp_carry(self) -> Ints:
        """G: carry paid or credited, over all deals, less what was clawed back."""
        return sum((one.carry for one in self.book.accounts.values()), self.nothing)

    @property
    def nothing(self) -> Ints:
        return np.zeros(self.partners, dtype=np.int64)


def open_state(
    terms: WaterfallTerms, partners: int, commitment: Ints | None = None, minor_unit: Decimal = Decimal("0.01")
) -> State:
    """The state before the first contribution; `commitment` (partners,) in minor units of the fund's currency.

    Raises ValueError where a hurdle is on the commitment and none is given.
    """
    on_commitment = [hurdle for hurdle in terms.hurdles if is_on_commitment(hurdle)]
    if on_commitment and commitment is None:
        raise ValueError(f"commitment: expected an amount for {on_commitment[0]}, found none")
    nothing = np.zeros(partners, dtype=np.int64)
    return State(
        terms,
        minor_unit,
        book=open_book(terms.hurdles, partners, commitment),
        fund_book=open_book(terms.hurdles, partners, commitment) if terms.style in DEAL_BY_DEAL else None,
        deals=Deals(nothing, nothing),
        escrow=nothing,
        advances=nothing,
        clawback_accrued=nothing,
        clawback_paid=nothing,
        given_back=nothing,
        current_income=nothing,
    )
