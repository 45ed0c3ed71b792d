"""What bank matching compares and what it yields: entries, payments, notices, matches. How they are matched does not belong here.

Money is Decimal in units of its currency. A payment, a notice and an entry are comparable by their cash: positive where the
fund receives it. Source: input-contracts 3, 5.5.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

NOT_CASH = frozenset({"IN_KIND", "SET_OFF"})  # methods by which no money moves
FAILED = "FAILED"
RECEIVED, PAID = "RECEIVED", "PAID"
EFFECTIVE = frozenset({"PENDING", "PROCESSED", "PAID"})  # what counts against a notice


class Status(StrEnum):
    MATCHED = "MATCHED"
    PARTIAL = "PARTIAL"
    AMBIGUOUS = "AMBIGUOUS"
    UNMATCHED = "UNMATCHED"


class Rule(StrEnum):
    """Why an entry has the status it has."""

    BANK_REFERENCE = "BANK_REFERENCE"
    INVESTOR_AMOUNT_DATE = "INVESTOR_AMOUNT_DATE"
    REVERSAL = "REVERSAL"
    NONE = "NONE"


class TargetType(StrEnum):
    PAYMENT = "PAYMENT"
    CAPITAL_CALL_NOTICE = "CAPITAL_CALL_NOTICE"
    DISTRIBUTION_NOTICE = "DISTRIBUTION_NOTICE"
    ENTRY = "ENTRY"


@dataclass(frozen=True, order=True, slots=True)
class Target:
    """What an entry is matched with, or may be: a payment, a notice, or the entry that it reverses. `id` of an entry is
    `account:entry`."""

    type: TargetType
    id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A booked entry of a bank statement. `amount` is positive for a credit; `investor_id` is who the bank says pays or is
    paid, where that is known. (account_id, entry_id) is its key."""

    account_id: str
    entry_id: str
    value_date: dt.date
    amount: Decimal
    currency: str
    bank_reference: str | None = None
    reference: str | None = None
    investor_id: str | None = None
    is_reversal: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.account_id, self.entry_id

    @property
    def target(self) -> Target:
        return Target(TargetType.ENTRY, f"{self.account_id}:{self.entry_id}")


@dataclass(frozen=True, slots=True)
class Payment:
    """A row of Payments. `notice_id` is the notice of either kind that it pays, None for other payments."""

    payment_id: str
    direction: str
    amount: Decimal
    currency: str
    value_date: dt.date
    status: str
    method: str
    investor_id: str | None = None
    notice_id: str | None = None
    bank_reference: str | None = None
    reverses_payment_id: str | None = None

    @property
    def cash(self) -> Decimal:
        """The amount as the fund's account sees it."""
        return self.amount if self.direction == RECEIVED else -self.amount

    @property
    def moves_cash(self) -> bool:
        """Whether a bank entry is to be expected; one that was reversed moved money all the same."""
        return self.status != FAILED and self.method not in NOT_CASH

    @property
    def target(self) -> Target:
        return Target(TargetType.PAYMENT, self.payment_id)


@dataclass(frozen=True, slots=True)
class Notice:
    """A capital call notice (amount called) or a distribution notice (net amount) that is still open. `date` is the due or
    the payment date."""

    notice_id: str
    type: TargetType
    investor_id: str
    amount: Decimal
    currency: str
    date: dt.date

    @property
    def cash(self) -> Decimal:
        """The amount as the fund's account sees it: calls are received, distributions paid."""
        return -self.amount if self.type is TargetType.DISTRIBUTION_NOTICE else self.amount

    @property
    def target(self) -> Target:
        return Target(self.type, self.notice_id)


@dataclass(frozen=True, slots=True)
class Match:
    """One row per entry and target that it is matched with, or one per entry without any.

    `matched_amount` is signed like the entry and 0 without a target; the matched amounts of an entry never exceed it.
    `difference` is what the entries of the group lack of its payments (positive: more money moved at the bank), 0 where all
    is matched. `candidates` are what an entry without a target might be. `age_days` counts from the value date to the day
    asked for, None once matched in full.
    """

    account_id: str
    entry_id: str
    status: Status
    rule: Rule
    target: Target | None
    matched_amount: Decimal
    difference: Decimal
    candidates: tuple[Target, ...]
    age_days: int | None
