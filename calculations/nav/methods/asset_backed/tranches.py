"""Who is paid from a pool, in order of rank: interest, then principal, one tranche after the other, the rest to the
residual.

What the pool pays and what the tranches are worth is elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from calculations.nav.methods.asset_backed.pool import MONTHS, ZERO, PoolMonth
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable


@dataclass(frozen=True)
class TrancheTerms:
    """Rank 1 is paid first. A tranche without `coupon_rate` is the residual and must be the last."""

    tranche_id: str
    rank: int
    balance: Decimal
    coupon_rate: Decimal | None


@dataclass(frozen=True)
class TrancheFlows:
    """`cash` by month; `principal_loss` and `interest_shortfall` are what is still owed when the pool has ended."""

    tranche_id: str
    cash: tuple[Decimal, ...]
    principal_loss: Decimal
    interest_shortfall: Decimal


@dataclass(frozen=True)
class Distribution:
    """Flows of each tranche in order of rank. `released` by month is what no tranche is entitled to: the issuer's.

    All cash of the pool is in one of them, less `unpaid_servicing` that was never met.
    """

    tranches: tuple[TrancheFlows, ...]
    released: tuple[Decimal, ...]
    unpaid_servicing: Decimal


class _Note:
    def __init__(self, terms: TrancheTerms, coupon_rate: Decimal) -> None:
        self.terms, self.coupon_rate = terms, coupon_rate
        self.balance, self.interest_due = terms.balance, ZERO
        self.cash: list[Decimal] = []

    def pay_interest(self, available: Decimal) -> Decimal:
        self.interest_due += self.balance * self.coupon_rate / MONTHS
        paid = min(available, self.interest_due)
        self.interest_due -= paid
        self.cash.append(paid)
        return paid

    def repay(self, available: Decimal) -> Decimal:
        paid = min(available, self.balance)
        self.balance -= paid
        self.cash[-1] += paid
        return paid


def sequential(months: Sequence[PoolMonth], tranches: Sequence[TrancheTerms]) -> Distribution:
    """The pool's cash after servicing, shared out each month in order of rank.

    First the interest of every tranche, what was missed before included but bearing none itself. Then principal: as
    much as the pool shrank by payment, prepayment and default, plus what was owed so and not paid, to the first
    tranche until it is repaid, then to the next. A pool smaller than its notes owes the gap from the start. The rest
    goes to the residual, and where there is none, or nothing is owed to anyone, to the issuer. Raises Unavailable
    DUPLICATE_INPUT for a rank given twice, MISSING_TERMS for no coupon before the last rank. Source: nav 2 (M-ABS).
    """
    ordered = sorted(tranches, key=lambda each: each.rank)
    _require_ranks(ordered)
    with precise():
        notes = [_Note(each, each.coupon_rate) for each in ordered if each.coupon_rate is not None]
        has_residual = len(notes) < len(ordered)
        pool = months[0].opening if months else ZERO
        owed = max(ZERO, sum((note.balance for note in notes), ZERO) - pool)
        unpaid_servicing, rest = ZERO, []
        for month in months:
            cash = month.cash - unpaid_servicing
            unpaid_servicing, available = max(ZERO, -cash), max(ZERO, cash)
            for note in notes:
                available -= note.pay_interest(available)
            owed += month.scheduled + month.prepayment + month.default
            for note in notes:
                paid = note.repay(min(available, owed))
                available, owed = available - paid, owed - paid
            rest.append(available)
        flows = [TrancheFlows(n.terms.tranche_id, tuple(n.cash), n.balance, n.interest_due) for n in notes]
        if has_residual:
            residual = ordered[-1]
            lost = max(ZERO, residual.balance - sum(rest, ZERO))
            flows.append(TrancheFlows(residual.tranche_id, tuple(rest), lost, ZERO))
            rest = [ZERO] * len(months)
        return Distribution(tuple(flows), tuple(rest), unpaid_servicing)


def _require_ranks(ordered: Sequence[TrancheTerms]) -> None:
    for before, after in pairwise(ordered):
        if before.rank == after.rank:
            found = f"{before.tranche_id} and {after.tranche_id}"
            raise Unavailable("DUPLICATE_INPUT", f"rank {before.rank} must be that of one tranche, found {found}")
        if before.coupon_rate is None:
            raise Unavailable(
                "MISSING_TERMS",
                f"{before.tranche_id}: tranche_coupon_rate must be given unless it is the last rank, found none",
            )
