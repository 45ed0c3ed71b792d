"""The accounts of one payment date as a ledger: every movement with its two ends, and each bucket's roll. What is paid to
whom is found in `payment_date`.

An end is `<account>.<bucket>` or `outside:<party>`. Source: clo-extensions 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from calculations.clo.deal.payment_date_inputs import PaymentDateInputs
from calculations.clo.deal.payment_date_results import PaymentDateResult, StepLine
from calculations.clo.deal.steps import MoveStep, PayStep, ReleaseStep
from calculations.clo.deal.terms import Deal

COLLECTION, PAYMENT, FUNDING, SMOOTHING = 2, 1, 4, 8
BUCKETS = ("interest", "principal")
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Movement:
    """`amount` > 0 from one end to the other. `reason` is of the closed list of clo-extensions 6."""

    sequence: int
    source: str
    target: str
    reason: str
    amount: Decimal


@dataclass(frozen=True)
class BucketBalance:
    """closing = opening + paid_in - paid_out."""

    account: str
    bucket: str
    type: int
    opening: Decimal
    paid_in: Decimal
    paid_out: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + self.paid_in - self.paid_out


def movements(deal: Deal, inputs: PaymentDateInputs, result: PaymentDateResult) -> tuple[Movement, ...]:
    """Every movement of the date, in order: collections, draws, purchased accrued, smoothing and releases, then the
    transfer to the payment account, payments and funds.

    Raises ValueError where the deal names no collection or no payment account.
    """
    names = {terms.type: name for name, terms in sorted(deal.accounts.items(), reverse=True)}
    for kind, what in ((COLLECTION, "collection"), (PAYMENT, "payment")):
        if kind not in names:
            raise ValueError(f"accounts: expected a {what} account, type {kind}; found none")
    found = [
        *_collections(deal, inputs, names[COLLECTION]),
        *_payments(deal, result, names[COLLECTION], names[PAYMENT], _released(deal, inputs, result)),
    ]
    return tuple(
        Movement(number, source, target, reason, amount)
        for number, (source, target, reason, amount) in enumerate((item for item in found if item[3] > 0), start=1)
    )


_Raw = tuple[str, str, str, Decimal]


def _collections(deal: Deal, inputs: PaymentDateInputs, collection: str) -> Iterator[_Raw]:
    amount = inputs.amount
    for bucket in BUCKETS:
        yield "outside:obligors", f"{collection}.{bucket}", "collection", amount("proceeds", bucket, "collected")
    recovered = amount("proceeds", "purchased_accrued", "recovered", _ZERO)
    transfers = [
        (name, terms.type, bucket, way, amount("account", name, f"transfer_{way}_{bucket}", _ZERO))
        for name, terms in sorted(deal.accounts.items())
        for bucket in BUCKETS
        for way in ("out", "in")
        if terms.type != COLLECTION
    ]
    for name, kind, bucket, way, moved in transfers:
        if kind == FUNDING and way == "out":
            yield f"{name}.{bucket}", "outside:borrower", "draw", moved
    yield f"{collection}.interest", f"{collection}.principal", "purchased_accrued", recovered
    for name, kind, bucket, way, moved in transfers:
        ends = (f"{name}.{bucket}", f"{collection}.{bucket}")
        if kind == FUNDING:
            if way == "in":
                yield ends[1], ends[0], "refill", moved
        elif way == "out":
            yield *ends, "smoothing" if kind == SMOOTHING else "release", moved
        else:
            yield ends[1], ends[0], "smoothing" if kind == SMOOTHING else "fund", moved


def _released(deal: Deal, inputs: PaymentDateInputs, result: PaymentDateResult) -> dict[str, Decimal]:
    """What each account's own rule released: what the roll by transfers and steps does not explain."""
    found = {}
    for name, terms in deal.accounts.items():
        if terms.type in (COLLECTION, PAYMENT):
            continue
        opening = sum((inputs.amount("account", name, f"opening_{bucket}") for bucket in BUCKETS), _ZERO)
        for bucket in BUCKETS:
            opening += inputs.amount("account", name, f"transfer_in_{bucket}", _ZERO)
            opening -= inputs.amount("account", name, f"transfer_out_{bucket}", _ZERO)
        stepped = sum((_into(deal, line, name) for line in result.steps), _ZERO)
        found[name] = opening + stepped - sum(result.accounts[name], _ZERO)
    return found


def _into(deal: Deal, line: StepLine, account: str) -> Decimal:
    """What a step put into an account; a release step's payment is negative."""
    return line.paid if _account_of(deal, line) == account else _ZERO


def _account_of(deal: Deal, line: StepLine) -> str | None:
    step = deal.lists[line.list_name].steps[line.number - 1]
    if line.kind == "fund":
        return step.fund  # type: ignore[attr-defined]
    if isinstance(step, ReleaseStep):
        return step.release.from_account
    if isinstance(step, MoveStep) and step.move.to.startswith("account."):
        return step.move.to.removeprefix("account.")
    return None


def _payments(
    deal: Deal, result: PaymentDateResult, collection: str, payment: str, released: Mapping[str, Decimal]
) -> Iterator[_Raw]:
    """The two pools into the payment account, and out of it what each step paid.

    Cash keeps its bucket: a list of principal spends that bucket first (then what was diverted from interest), every
    other list the interest bucket first.
    """
    pools = {"interest": result.interest_pool, "principal": result.principal_pool}
    held = dict(pools)
    for name, amount in sorted(released.items()):
        terms = deal.accounts[name].release
        bucket = "interest" if terms is not None and terms.to == "interest" else "principal"
        pools[bucket] -= amount
        yield f"{name}.interest", f"{payment}.{bucket}", "release", amount
    for bucket in BUCKETS:
        yield f"{collection}.{bucket}", f"{payment}.{bucket}", "to_payment", pools[bucket]
    for line in result.steps:
        account = _account_of(deal, line)
        if line.paid < 0 and account is not None:
            held["interest"] -= line.paid
            yield f"{account}.interest", f"{payment}.interest", "release", -line.paid
            continue
        target, reason = _target(deal, line, account, collection)
        if target is None:
            continue  # cash that another list spends has not left the account
        first, second = BUCKETS if deal.lists[line.list_name].source != "principal" else reversed(BUCKETS)
        from_first = min(line.paid, held[first])
        for bucket, amount in ((first, from_first), (second, line.paid - from_first)):
            held[bucket] -= amount
            yield f"{payment}.{bucket}", target, reason, amount


def _target(deal: Deal, line: StepLine, account: str | None, collection: str) -> tuple[str | None, str]:
    if account is not None:
        return f"{account}.interest", "fund" if line.kind == "fund" else "escrow"
    if line.kind in ("cover", "divert", "move"):
        return None, ""
    if line.kind == "repay":
        return f"{collection}.principal", "fund"
    if line.kind == "reinvest":
        return f"{collection}.principal", "reinvestment"
    step = deal.lists[line.list_name].steps[line.number - 1]
    if isinstance(step, PayStep) and deal.dues[step.pay].amount == "close_out":
        return "outside:counterparty", "hedge"
    return "outside:payees", f"payment:{line.list_name}:{line.number}"


def balances(deal: Deal, inputs: PaymentDateInputs, moved: tuple[Movement, ...]) -> tuple[BucketBalance, ...]:
    """Each account's buckets by type and name: opening, in, out.

    Raises ValueError where a bucket other than an overdrawn collection account ends below zero, or the payment
    account keeps anything.
    """
    found = []
    for name, terms in sorted(deal.accounts.items(), key=lambda item: (item[1].type, item[0])):
        for bucket in BUCKETS:
            end = f"{name}.{bucket}"
            row = BucketBalance(
                account=name,
                bucket=bucket,
                type=terms.type,
                opening=inputs.amount("account", name, f"opening_{bucket}"),
                paid_in=sum((item.amount for item in moved if item.target == end), _ZERO),
                paid_out=sum((item.amount for item in moved if item.source == end), _ZERO),
            )
            may_be_overdrawn = terms.type == COLLECTION and bucket == "principal" and deal.principal_cash.allow_negative
            if row.closing < 0 and not may_be_overdrawn:
                raise ValueError(f"account {end}: expected a closing balance >= 0, found {row.closing}")
            if terms.type == PAYMENT and row.closing != 0:
                raise ValueError(f"account {end}: expected to close at 0, found {row.closing}")
            found.append(row)
    return tuple(found)
