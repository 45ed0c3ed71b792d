"""Remedies against a partner in default, each as the movements it causes. When a partner is in default is in `dates`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

import numpy as np

from calculations.daycount import Ints
from calculations.exact.minor_units import in_money, minor_units
from calculations.exact.sharing import Shortfall, allocate_many, pro_rata_capped
from calculations.funds.capital.late import InterestShare
from calculations.funds.capital.terms import Remedy
from calculations.money import round_half_up

ZERO = Decimal(0)

_Given = TypeVar("_Given")


class Account(StrEnum):
    """The balance that a movement changes. CASH is from the partner's side: received is above zero."""

    CALL_DUE = "CALL_DUE"
    COMMITMENT = "COMMITMENT"
    CAPITAL_ACCOUNT = "CAPITAL_ACCOUNT"
    CASH = "CASH"
    DISTRIBUTION_DUE = "DISTRIBUTION_DUE"
    INTEREST_DUE = "INTEREST_DUE"
    INTEREST_RECEIVABLE = "INTEREST_RECEIVABLE"
    LOAN_DUE = "LOAN_DUE"
    LOAN_RECEIVABLE = "LOAN_RECEIVABLE"


@dataclass(frozen=True)
class Movement:
    """`amount` is added to an account of a commitment; None is the fund."""

    account: Account
    commitment_id: str | None
    amount: Decimal


@dataclass(frozen=True)
class Default:
    """A notice in default: what is unpaid of it, and the partner's balances. `contributions` are those inside the commitment."""

    notice_id: str
    commitment_id: str
    unpaid: Decimal
    commitment: Decimal
    contributions: Decimal
    capital_account: Decimal = ZERO
    fair_value: Decimal = ZERO


@dataclass(frozen=True)
class OtherPartner:
    """A partner that is not in default; `unfunded` is what is left after its own notice of the call."""

    commitment_id: str
    commitment: Decimal
    unfunded: Decimal


@dataclass(frozen=True)
class Figures:
    """What single remedies need beside the balances; a remedy whose figure is missing is refused.

    `interest` is shared out already; `distribution_due` is what may be set off; `forfeiture_share` and `price_share` are
    fractions, of the capital account and of the lower of contributions and fair value; `sale_price` overrides the latter.
    """

    interest: Sequence[InterestShare] | None = None
    distribution_due: Decimal | None = None
    forfeiture_share: Decimal | None = None
    price_share: Decimal = Decimal("0.5")  # fund-admin CC-8, the Cornerstone agreement
    sale_price: Decimal | None = None


@dataclass(frozen=True)
class Outcome:
    """What a remedy did. `defaulted_amount` is what was unpaid when it was applied, whatever the remedy made of it."""

    remedy: Remedy
    notice_id: str
    commitment_id: str
    defaulted_amount: Decimal
    movements: tuple[Movement, ...]

    def change(self, account: Account, commitment_id: str | None) -> Decimal:
        """The sum of one partner's movements on one account."""
        return sum((m.amount for m in self.movements if (m.account, m.commitment_id) == (account, commitment_id)), ZERO)

    @property
    def settled(self) -> Decimal:
        """What of the defaulted amount the partner no longer owes; waived and taken over amounts are settled too."""
        return -self.change(Account.CALL_DUE, self.commitment_id)

    @property
    def amount(self) -> Decimal:
        """The one figure that a workbook states of the remedy: interest, or what was set off, forfeited, cut, covered, lent
        or waived, or the price paid. Source: input-contracts 3, Defaults.
        """
        account, sign = _AMOUNT_OF[self.remedy]
        return sign * self.change(account, self.commitment_id)


_AMOUNT_OF = {
    Remedy.INTEREST: (Account.INTEREST_DUE, 1),
    Remedy.SET_OFF: (Account.DISTRIBUTION_DUE, -1),
    Remedy.FORFEITURE: (Account.CAPITAL_ACCOUNT, -1),
    Remedy.FORCED_SALE: (Account.CASH, 1),
    Remedy.COMMITMENT_CUT: (Account.COMMITMENT, -1),
    Remedy.COVER_BY_OTHERS: (Account.CALL_DUE, -1),
    Remedy.DEFAULT_LOAN: (Account.LOAN_DUE, 1),
    Remedy.WAIVED: (Account.CALL_DUE, -1),
}


class UncoveredDefault(ValueError):
    """A default that the others' unfunded commitments do not cover; `amount` has no payer."""

    def __init__(self, notice_id: str, amount: Decimal) -> None:
        self.amount = amount
        super().__init__(
            f"notice {notice_id}: others must cover the default up to their unfunded, {amount} has no payer"
        )


def apply_remedy(
    remedy: Remedy, default: Default, others: Sequence[OtherPartner], figures: Figures, unit: Decimal
) -> Outcome:
    """The movements of one remedy. What passes between partners sums to zero on each account.

    Raises ValueError where nothing is unpaid, nobody else is there to give or take, or a figure that the remedy needs is
    missing; UncoveredDefault where others cannot cover the default. Source: fund-admin CC-8.
    """
    if default.unpaid <= 0:
        raise ValueError(f"notice {default.notice_id}: expected an unpaid amount > 0, found {default.unpaid}")
    if any(other.commitment_id == default.commitment_id for other in others):
        raise ValueError(
            f"notice {default.notice_id}: expected others than {default.commitment_id}, found it among them"
        )
    in_order = sorted(others, key=lambda other: other.commitment_id)
    movements = _REMEDIES[remedy](default, in_order, figures, unit)
    return Outcome(
        remedy, default.notice_id, default.commitment_id, default.unpaid, tuple(m for m in movements if m.amount)
    )


def _interest(default: Default, _: Sequence[OtherPartner], figures: Figures, __: Decimal) -> list[Movement]:
    shares = _required(default, "interest", figures.interest)
    due = sum((share.amount for share in shares), ZERO)
    received = [Movement(Account.INTEREST_RECEIVABLE, share.commitment_id, share.amount) for share in shares]
    return [Movement(Account.INTEREST_DUE, default.commitment_id, due), *received]


def _set_off(default: Default, _: Sequence[OtherPartner], figures: Figures, __: Decimal) -> list[Movement]:
    used = min(default.unpaid, max(_required(default, "distribution_due", figures.distribution_due), ZERO))
    return [
        Movement(Account.DISTRIBUTION_DUE, default.commitment_id, -used),
        Movement(Account.CALL_DUE, default.commitment_id, -used),
    ]


def _forfeiture(default: Default, others: Sequence[OtherPartner], figures: Figures, unit: Decimal) -> list[Movement]:
    share = _required(default, "forfeiture_share", figures.forfeiture_share)
    forfeited = round_half_up(max(default.capital_account, ZERO) * share, unit)
    return _passed_on(Account.CAPITAL_ACCOUNT, default, others, forfeited, unit)


def _forced_sale(default: Default, others: Sequence[OtherPartner], figures: Figures, unit: Decimal) -> list[Movement]:
    """The whole interest passes to the buyers: its value, its commitment and what is unpaid of the call."""
    lower = max(min(default.contributions, default.fair_value), ZERO)
    price = round_half_up(lower * figures.price_share, unit) if figures.sale_price is None else figures.sale_price
    passed = {
        Account.CASH: -price,
        Account.CAPITAL_ACCOUNT: default.capital_account,
        Account.COMMITMENT: default.commitment,
        Account.CALL_DUE: default.unpaid,
    }
    return [m for account, amount in passed.items() for m in _passed_on(account, default, others, amount, unit)]


def _commitment_cut(default: Default, _: Sequence[OtherPartner], __: Figures, ___: Decimal) -> list[Movement]:
    cut = max(default.commitment - default.contributions, ZERO)
    return [
        Movement(Account.COMMITMENT, default.commitment_id, -cut),
        Movement(Account.CALL_DUE, default.commitment_id, -default.unpaid),
    ]


def _cover_by_others(default: Default, others: Sequence[OtherPartner], _: Figures, unit: Decimal) -> list[Movement]:
    unfunded = minor_units((max(other.unfunded, ZERO) for other in others), unit)
    total, offsets = minor_units([default.unpaid], unit), np.array([0, len(others)])
    try:
        shares = pro_rata_capped(total, offsets, _commitments(others, unit), unfunded)
    except Shortfall as short:
        raise UncoveredDefault(default.notice_id, in_money(short.missing[0], unit)) from None
    return [
        Movement(Account.CALL_DUE, default.commitment_id, -default.unpaid),
        *_of_others(Account.CALL_DUE, others, shares, unit),
    ]


def _default_loan(default: Default, others: Sequence[OtherPartner], _: Figures, unit: Decimal) -> list[Movement]:
    """The others lend what is unpaid; it is a contribution of the borrower, and to the lenders neither one nor a commitment."""
    lent = _shared(default, others, default.unpaid, unit)
    return [
        Movement(Account.CALL_DUE, default.commitment_id, -default.unpaid),
        Movement(Account.LOAN_DUE, default.commitment_id, default.unpaid),
        *_of_others(Account.CASH, others, -lent, unit),
        *_of_others(Account.LOAN_RECEIVABLE, others, lent, unit),
    ]


def _waived(default: Default, _: Sequence[OtherPartner], __: Figures, ___: Decimal) -> list[Movement]:
    return [Movement(Account.CALL_DUE, default.commitment_id, -default.unpaid)]


_REMEDIES: dict[Remedy, Callable[[Default, Sequence[OtherPartner], Figures, Decimal], list[Movement]]] = {
    Remedy.INTEREST: _interest,
    Remedy.SET_OFF: _set_off,
    Remedy.FORFEITURE: _forfeiture,
    Remedy.FORCED_SALE: _forced_sale,
    Remedy.COMMITMENT_CUT: _commitment_cut,
    Remedy.COVER_BY_OTHERS: _cover_by_others,
    Remedy.DEFAULT_LOAN: _default_loan,
    Remedy.WAIVED: _waived,
}


def _passed_on(
    account: Account, default: Default, others: Sequence[OtherPartner], amount: Decimal, unit: Decimal
) -> list[Movement]:
    """`amount` from the partner in default to the others by commitment; below zero the other way."""
    shares = _shared(default, others, amount, unit)
    return [Movement(account, default.commitment_id, -amount), *_of_others(account, others, shares, unit)]


def _shared(default: Default, others: Sequence[OtherPartner], amount: Decimal, unit: Decimal) -> Ints:
    if not others:
        raise ValueError(f"notice {default.notice_id}: expected other partners to share {amount}, found none")
    return allocate_many(minor_units([amount], unit), np.array([0, len(others)]), _commitments(others, unit))


def _of_others(account: Account, others: Sequence[OtherPartner], amounts: Ints, unit: Decimal) -> list[Movement]:
    return [
        Movement(account, other.commitment_id, in_money(amount, unit))
        for other, amount in zip(others, amounts, strict=True)
    ]


def _commitments(others: Sequence[OtherPartner], unit: Decimal) -> Ints:
    return minor_units((other.commitment for other in others), unit)


def _required(default: Default, name: str, value: _Given | None) -> _Given:
    if value is None:
        raise ValueError(f"notice {default.notice_id}: the remedy needs {name}, found none")
    return value
