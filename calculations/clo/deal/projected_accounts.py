"""The accounts of a projection as a ledger: every movement with its two ends, and what each bucket opens and closes with.
What is paid to whom was found by the run; the ledger of one reported payment date is in `account_ledger`.

An end is `<account>.<bucket>` or `outside:<party>`. Source: clo-extensions 6.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calculations.clo.columns import Floats, Ints
from calculations.clo.deal.account_ledger import BUCKETS, COLLECTION, PAYMENT
from calculations.clo.deal.results import Collections, DealResult
from calculations.clo.deal.steps import (
    CoverStep,
    DivertStep,
    FundStep,
    MoveStep,
    ReinvestStep,
    ReleaseStep,
    Step,
)
from calculations.clo.deal.terms import Deal

RAMP_UP, RESERVE = 3, 8
LISTS = ("interest", "principal", "notes", "default", "acceleration")  # in the order that they are walked
DUST = 1e-6  # what a payment may exceed a bucket by and still be the whole of it


@dataclass(frozen=True, eq=False)
class Movement:
    """`amount` > 0 moved in `period` (from 0) of the scenarios numbered in `scenario`, each the `sequence`-th of its period."""

    period: int
    scenario: Ints
    sequence: Ints
    source: str
    target: str
    reason: str
    amount: Floats


@dataclass(frozen=True, eq=False)
class Bucket:
    """closing = opening + paid_in - paid_out, each of shape (scenarios, periods)."""

    opening: Floats
    paid_in: Floats
    paid_out: Floats

    @property
    def closing(self) -> Floats:
        return self.opening + self.paid_in - self.paid_out


@dataclass(frozen=True, eq=False)
class Ledger:
    """`types` of accounts by name; `buckets` by account and bucket."""

    movements: tuple[Movement, ...]
    types: dict[str, int]
    buckets: dict[tuple[str, str], Bucket]


def projected_ledger(
    deal: Deal, result: DealResult, payment_dates: NDArray[np.datetime64], *, buys: bool = True
) -> Ledger:
    """The ledger of a run that recorded its steps. `payment_dates` (periods,) as datetime64; `buys` says that cash for
    reinvestment left the collection account the same day.

    A deal whose file names no collection or payment account has one of that name.
    Raises ValueError for a run that recorded no steps. Source: clo-extensions 6.
    """
    if result.collections is None:
        raise ValueError(f"{deal.file}: expected a run that recorded its steps, found one that did not")
    books = _Books(deal, result, result.collections, buys=buys)
    for period, day in enumerate(payment_dates.tolist()):
        books.post(period, deal.on(day))
    return Ledger(tuple(books.movements), books.types, books.buckets)


class _Books:
    """Balances by end as they stand, and everything posted so far."""

    def __init__(self, deal: Deal, result: DealResult, collections: Collections, *, buys: bool) -> None:
        self.result, self.collections, self.buys = result, collections, buys
        self.scenarios, self.periods = collections.interest.shape
        self.types = {name: terms.type for name, terms in deal.accounts.items()}
        names = {kind: name for name, kind in sorted(self.types.items(), reverse=True)}
        self.collection = names.get(COLLECTION, "collection")
        self.payment = names.get(PAYMENT, "payment")
        self.types |= {self.collection: COLLECTION, self.payment: PAYMENT}
        self.held: dict[str, Floats] = {}
        self.buckets: dict[tuple[str, str], Bucket] = {}
        for name in self.types:
            terms = deal.accounts.get(name)
            opening = (
                {} if terms is None else {"interest": terms.interest + terms.initial, "principal": terms.principal}
            )
            for bucket in BUCKETS:
                self.held[f"{name}.{bucket}"] = np.full(self.scenarios, float(opening.get(bucket, 0)))
                shape = (self.scenarios, self.periods)
                self.buckets[name, bucket] = Bucket(np.zeros(shape), np.zeros(shape), np.zeros(shape))
        self.smoothing = None if deal.smoothing is None else deal.smoothing.account
        self.movements: list[Movement] = []
        self.period = 0
        self.posted = np.zeros(self.scenarios, dtype=np.int64)

    def post(self, period: int, deal: Deal) -> None:
        self.period, self.posted = period, np.zeros(self.scenarios, dtype=np.int64)
        for (name, bucket), rolled in self.buckets.items():
            rolled.opening[:, period] = self.held[f"{name}.{bucket}"]
        self._collect()
        if period == 0:
            self._empty_into_collections()
        self._accounts(deal)
        for bucket, pool in zip(BUCKETS, (self.result.interest_proceeds, self.result.principal_proceeds), strict=True):
            self._move(f"{self.collection}.{bucket}", f"{self.payment}.{bucket}", "to_payment", pool[:, period])
        self._pay(deal)

    def _collect(self) -> None:
        into, found = self.collection, self.collections
        repaid = found.principal - found.recoveries
        for bucket, reason, party, flow in (
            ("interest", "collection", "obligors", found.interest),
            ("principal", "collection", "obligors", repaid),
            ("principal", "recovery", "obligors", found.recoveries),
            ("principal", "sale", "buyers", found.sales),
            ("principal", "hedge", "hedge_counterparties", found.hedges),
        ):
            self._move(f"outside:{party}", f"{into}.{bucket}", reason, flow[:, self.period])
        accrued = found.purchased_accrued[:, self.period]
        self._move(f"{into}.interest", f"{into}.principal", "purchased_accrued", accrued)

    def _empty_into_collections(self) -> None:
        """What accounts bring to the first period. Source: clo-liabilities-waterfall 1.3, Q29."""
        for name, kind in sorted(self.types.items()):
            if kind == RAMP_UP:
                self._all_of(f"{name}.principal", f"{self.collection}.principal", "ramp_up")
            elif kind == RESERVE:
                self._all_of(f"{name}.principal", f"{self.collection}.interest", "smoothing")
            elif kind == COLLECTION and name != self.collection:
                for bucket in BUCKETS:
                    self._all_of(f"{name}.{bucket}", f"{self.collection}.{bucket}", "release")

    def _accounts(self, deal: Deal) -> None:
        """Smoothing, and what each account's own rule let go: what left it by no step of a list."""
        stepped = self._stepped(deal)
        for name, flows in sorted(self.result.account_flows.items()):
            if self.types[name] in (COLLECTION, PAYMENT):
                continue
            gone = self.buckets[name, "interest"].paid_out + self.buckets[name, "principal"].paid_out
            left = flows.paid_out[:, self.period] - gone[:, self.period] - stepped.get(name, 0.0)
            left = np.where(left > DUST, left, 0.0)
            if name == self.smoothing:
                into = flows.paid_in[:, self.period]
                self._move(f"{self.collection}.interest", f"{name}.interest", "smoothing", into)
                self._release(name, f"{self.collection}.interest", "smoothing", left)
                continue
            terms = deal.accounts[name].release
            bucket = "interest" if terms is not None and terms.to == "interest" else "principal"
            self._release(name, f"{self.collection}.{bucket}", "release", left)

    def _stepped(self, deal: Deal) -> dict[str, Floats]:
        """What steps release out of each account."""
        found: dict[str, Floats] = {}
        for _, _, step, paid in self._walked(deal):
            if isinstance(step, ReleaseStep):
                name = step.release.from_account
                found[name] = found.get(name, np.zeros(self.scenarios)) - paid
        return found

    def _walked(self, deal: Deal) -> Iterator[tuple[str, int, Step, Floats]]:
        for name in LISTS:
            for number, step in enumerate(deal.lists[name].steps if name in deal.lists else (), start=1):
                paid = self.result.steps[name, number].paid[:, self.period]
                if paid.any():
                    yield name, number, step, paid

    def _pay(self, deal: Deal) -> None:
        """Out of the payment account what each step paid. Cash keeps its bucket: a list of principal spends that bucket
        first, then what was diverted from interest; every other list spends interest first."""
        for name, number, step, paid in self._walked(deal):
            if isinstance(step, ReleaseStep):
                self._release(step.release.from_account, f"{self.payment}.interest", "release", -paid)
                continue
            target, reason = self._target(step, f"payment:{name}:{number}")
            if target is None:
                continue  # cash that another list spends has not left the account
            is_principal = deal.lists[name].source == "principal"
            first, second = (f"{self.payment}.{bucket}" for bucket in (reversed(BUCKETS) if is_principal else BUCKETS))
            from_first = np.where(paid - self.held[first] <= DUST, paid, np.maximum(self.held[first], 0.0))
            self._move(first, target, reason, from_first)
            self._move(second, target, reason, paid - from_first)
            if self.buys and isinstance(step, ReinvestStep):
                self._move(target, "outside:sellers", "purchase", paid)

    def _target(self, step: Step, payment: str) -> tuple[str | None, str]:
        match step:
            case ReinvestStep():
                return f"{self.collection}.principal", "reinvestment"
            case FundStep():
                return f"{step.fund}.interest", "fund"
            case MoveStep() if step.move.to.startswith("account."):
                return f"{step.move.to.removeprefix('account.')}.interest", "escrow"
            case CoverStep() | DivertStep() | MoveStep():
                return None, ""
        return "outside:payees", payment

    def _release(self, account: str, target: str, reason: str, amount: Floats) -> None:
        """Out of an account, its interest bucket first."""
        held = self.held[f"{account}.interest"]
        from_interest = np.where(amount - held <= DUST, amount, held)
        self._move(f"{account}.interest", target, reason, from_interest)
        self._move(f"{account}.principal", target, reason, amount - from_interest)

    def _all_of(self, source: str, target: str, reason: str) -> None:
        self._move(source, target, reason, self.held[source])

    def _move(self, source: str, target: str, reason: str, amount: Floats) -> None:
        is_moved = amount > 0
        if not is_moved.any():
            return
        amount = np.where(is_moved, amount, 0.0)
        for end, sign in ((source, -1), (target, 1)):
            if end in self.held:
                self.held[end] = self.held[end] + sign * amount
                name, _, bucket = end.rpartition(".")
                rolled = self.buckets[name, bucket]
                (rolled.paid_in if sign > 0 else rolled.paid_out)[:, self.period] += amount
        self.posted = self.posted + is_moved
        (scenario,) = is_moved.nonzero()
        self.movements.append(
            Movement(self.period, scenario, self.posted[scenario], source, target, reason, amount[scenario])
        )
