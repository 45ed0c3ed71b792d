"""What a remedy against a default changes in the roll of commitments. The remedies are in `defaults`, the roll is in `commitments`."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from calculations.exact.minor_units import in_money, minor_units
from calculations.exact.sharing import allocate_many
from calculations.funds.capital.commitments import EventKind
from calculations.funds.capital.defaults import Account, Outcome
from calculations.funds.capital.terms import Remedy

Change = tuple[str, EventKind, Decimal]

# Where the partner owes the call no longer because nobody does, or because others do. A loan or a set-off pays the call,
# which the roll has counted as called since it fell due; interest and forfeiture leave commitments as they are.
_LETS_GO = frozenset({Remedy.COMMITMENT_CUT, Remedy.WAIVED})
_PASSES_CALL = frozenset({Remedy.COVER_BY_OTHERS})


def remedy_changes(outcome: Outcome, called: Decimal, restored: Decimal, unit: Decimal) -> Iterator[Change]:
    """Changes of the roll as (commitment id, kind, amount), on the day of the remedy.

    `called` is what was called inside the commitment in default to that day, what is unpaid included, and `restored`
    what distributions and the like have given back net of recalls that expired; both go with a commitment that is sold, so
    that the unfunded amounts of all partners add up to the same as before. What passes between partners sums to zero.
    Source: fund-admin CC-4, CC-8.
    """
    for movement in outcome.movements:
        if movement.commitment_id is None:
            continue
        if movement.account is Account.COMMITMENT:
            yield movement.commitment_id, EventKind.COMMITTED, movement.amount
        elif movement.account is Account.CALL_DUE and outcome.remedy in _LETS_GO:
            yield movement.commitment_id, EventKind.CALLED_INSIDE, movement.amount
        elif movement.account is Account.CALL_DUE and outcome.remedy in _PASSES_CALL:
            yield movement.commitment_id, EventKind.REALLOCATED, movement.amount
    if outcome.remedy is Remedy.FORCED_SALE:
        yield from _sold(outcome, EventKind.REALLOCATED, called, unit)
        yield from _sold(outcome, EventKind.RESTORED, restored, unit)
    if outcome.settled:
        yield outcome.commitment_id, EventKind.REMEDIED, outcome.settled


def _sold(outcome: Outcome, kind: EventKind, amount: Decimal, unit: Decimal) -> Iterator[Change]:
    """An amount of the seller shared among the buyers as the commitment is."""
    bought = [m for m in outcome.movements if m.account is Account.COMMITMENT and m.amount > 0]
    if not amount or not bought:
        return
    weights = minor_units((m.amount for m in bought), unit)
    shares = allocate_many(minor_units([amount], unit), np.array([0, weights.size]), weights)
    yield outcome.commitment_id, kind, -amount
    for movement, share in zip(bought, shares, strict=True):
        if movement.commitment_id is not None and share:
            yield movement.commitment_id, kind, in_money(share, unit)
