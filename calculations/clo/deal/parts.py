"""The parts of a deal as frozen terms: notes, tests, fees, incentive, reinvestment, accounts. What it says of its collateral is
in `collateral_terms`, the deal as a whole in `terms`; whether terms make sense, in `checks`.

Amounts, rates and ratios are Decimal: money in deal currency, rates and shares as fractions. Where a figure is None it
is an input of a run, and a run that needs it says so.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import field
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict
from pydantic.dataclasses import dataclass

TERMS = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
Payees = dict[str, Decimal]


@dataclass(frozen=True, kw_only=True, config=TERMS)
class Deferrable:
    """Interest may be deferred; `unless: controlling` says not while the class is the most senior outstanding."""

    unless: Literal["controlling"] | None = None


@dataclass(frozen=True, kw_only=True, config=TERMS)
class Note:
    """A class of notes. A coupon is `fixed`, or the index (at least `index_floor`) plus `spread`.

    `instalment` is the scheduled principal of one period. Source: clo-liabilities-waterfall 3.1; clo-extensions 4.7, 4.8.
    """

    original_balance: Decimal | None = None
    balance: Decimal | None = None  # opening; the original one where absent
    deferred: Decimal = Decimal(0)
    unpaid: Decimal = Decimal(0)
    spread: Decimal | None = None
    fixed: Decimal | None = None
    index: str | None = None
    index_floor: Decimal | None = None
    day_count: str = "ACT/360"
    accrue: Literal["adjusted", "unadjusted"] = "adjusted"
    deferrable: bool | Deferrable = False
    equity: bool = False
    instalment: Decimal | None = None
    price: Decimal | None = None
    discount_margin: Decimal | None = None

    @property
    def is_deferrable(self) -> bool:
        return self.deferrable is not False

    @property
    def defers_unless_controlling(self) -> bool:
        return isinstance(self.deferrable, Deferrable) and self.deferrable.unless == "controlling"

    @property
    def opening_balance(self) -> Decimal | None:
        return self.original_balance if self.balance is None else self.balance


@dataclass(frozen=True, kw_only=True, config=TERMS)
class CoverageTest:
    """An OC or IC test. `passes` is `above` the trigger, or `at_least` it.

    An IC numerator is the interest pool less the accruals of `less_fees`, or less what the interest list pays before
    its first interest step on `less_paid_before`. `credits_itself_again` and `never_credits` are for quirks only.
    Source: clo-liabilities-waterfall 4; clo-extensions 4.4.
    """

    kind: Literal["oc", "ic"]
    trigger: Decimal | None = None
    denominator: tuple[str, ...]
    numerator: Literal["adjusted_par", "plain_par"] = "adjusted_par"
    less_fees: tuple[str, ...] | None = None
    less_paid_before: dict[str, tuple[str, ...]] | None = None
    passes: Literal["above", "at_least"] = "above"
    credits_itself_again: tuple[str, ...] = ()
    never_credits: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, config=TERMS)
class FeeTerms:
    """A fee: `(basis * rate + fixed) * day-count fraction`, on the period's beginning basis or the average of both ends.

    `interest_spread` over the index is what arrears bear, none where None. `accrues` is a condition, None for always.
    A fee of kind `claims` is what is claimed each period, an input. `role` says who earns it, whatever the fee is called;
    nothing is computed from it. Source: clo-liabilities-waterfall 5; clo-extensions 1.3, 4.9.
    """

    kind: Literal["beginning", "average", "claims"]
    role: Literal["trustee", "administrator", "senior_manager", "junior_manager"] | None = None
    rate: Decimal | None = None
    fixed: Decimal = Decimal(0)
    day_count: str = "ACT/360"
    interest_spread: Decimal | None = None
    unpaid: Decimal = Decimal(0)
    accrues: Any = None  # a Condition
    payees: Payees = field(default_factory=dict)
    defers_while: Any = None  # a Condition set by a clause: what accrues then is deferred, and paid first later
    deferred_bears_interest: bool = False


@dataclass(frozen=True, kw_only=True, config=TERMS)
class DueTerms:
    """An amount due each period without a ledger base: a number, `input`, or `close_out`: what closing hedges of defaulted
    par costs. `carry` keeps what is unpaid due. Source: clo-extensions 3.5, 4.1."""

    amount: Decimal | Literal["input", "close_out"]
    per: Literal["period"] = "period"
    carry: bool = False

    @property
    def is_stated(self) -> bool:
        """Whether a report of the payment date says how much it is."""
        return isinstance(self.amount, str)


@dataclass(frozen=True, kw_only=True, config=TERMS)
class Cap:
    """What the fees in `shared_by` may take at their capped steps in a period; unused amounts of the last
    `carry_forward` periods add to it, the oldest spent first. Source: clo-extensions 4.2."""

    fixed: Decimal = Decimal(0)
    rate: Decimal = Decimal(0)
    basis: Literal["beginning", "average"] = "beginning"
    day_count: str = "ACT/360"
    shared_by: tuple[str, ...]
    carry_forward: int = 0
    carried: tuple[Decimal, ...] = ()  # unused caps before the first period, the oldest first


@dataclass(frozen=True, kw_only=True, config=TERMS)
class ShareTarget:
    share: Decimal
    of: Literal["fee_basis"] = "fee_basis"


@dataclass(frozen=True, kw_only=True, config=TERMS)
class AccountRelease:
    to: Literal["interest", "principal"] = "principal"
    when: Any = None  # a Condition; None: in the last period


@dataclass(frozen=True, kw_only=True, config=TERMS)
class Account:
    """An account by type 1 to 9, with an interest and a principal bucket at opening. Source: clo-extensions 4.3, 6."""

    type: int
    interest: Decimal = Decimal(0)
    principal: Decimal = Decimal(0)
    initial: Decimal = Decimal(0)
    target: Decimal | ShareTarget | None = None
    release: AccountRelease | None = None


@dataclass(frozen=True, kw_only=True, config=TERMS)
class Flow:
    date: dt.date
    amount: Decimal


@dataclass(frozen=True, kw_only=True, config=TERMS)
class Incentive:
    """The hurdle rate a year, the manager's share beyond it, and the sub notes' flows so far, purchases negative.

    `catch_up` is the manager's share until it has `share` of all profit. Source: clo-liabilities-waterfall 6;
    clo-extensions 1.2.
    """

    hurdle: Decimal | None = None
    share: Decimal | None = None
    catch_up: Decimal | None = None
    threshold_irr: Decimal | None = None
    history: tuple[Flow, ...] = ()
    payees: Payees = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, config=TERMS)
class ReinvestmentPolicy:
    type: Literal["all_principal", "unscheduled_principal", "none"] = "none"
    share: Decimal = Decimal(1)


@dataclass(frozen=True, kw_only=True, config=TERMS)
class Reinvestment:
    """What principal may be reinvested up to the end of the reinvestment period, and after it."""

    during: ReinvestmentPolicy = field(default_factory=ReinvestmentPolicy)
    after: ReinvestmentPolicy = field(default_factory=ReinvestmentPolicy)


@dataclass(frozen=True, kw_only=True, config=TERMS)
class Dates:
    """Dates and calendar rules of the deal. Source: clo-liabilities-waterfall 1.1."""

    closing: dt.date | None = None
    effective: dt.date | None = None
    first_payment: dt.date | None = None
    no_call: dt.date | None = None
    reinvestment_end: dt.date | None = None
    stated_maturity: dt.date | None = None
    payment_day: int | None = None
    months_between_payments: int = 3
    determination_lag: int | None = None
    index_lag: int | None = None
    convention: str | None = None


@dataclass(frozen=True, kw_only=True, config=TERMS)
class DefaultRatio:
    denominator: tuple[str, ...]
    trigger: Decimal | None = None
    numerator: Literal["plain_par", "adjusted_par"] = "plain_par"


@dataclass(frozen=True, kw_only=True, config=TERMS)
class UnpaidInterest:
    classes: tuple[str, ...] = ()
    or_controlling: bool = False


def _on_or_off(value: Any) -> Any:
    """YAML reads a plain on or off as true or false."""
    return ("off", "on")[value] if isinstance(value, bool) else value


@dataclass(frozen=True, kw_only=True, config=TERMS)
class EventOfDefault:
    """When the deal is in default and what follows. Source: clo-liabilities-waterfall 1.3, Q23; clo-extensions 4.5."""

    ratio: DefaultRatio | None = None
    unpaid_interest: UnpaidInterest | None = None
    sticky: bool = False
    then: Literal["default_list", "accelerate"] = "default_list"
    caps: Annotated[Literal["on", "off"], BeforeValidator(_on_or_off)] = "on"


@dataclass(frozen=True, kw_only=True, config=TERMS)
class Call:
    """The deal is called where a period's distribution to the sub notes, as a share of their original balance, falls
    below `distribution_below`, or on the payment dates on or after `also_on`; never before `never_before` or the end
    of the non-call period. `price` is what performing par then sells at."""

    distribution_below: Decimal | None = None
    never_before: dt.date | None = None
    also_on: tuple[dt.date, ...] = ()
    price: Decimal | None = None
