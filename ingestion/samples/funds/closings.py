"""What a later closing of a demo fund moves between its partners, so that each is where it would be had all joined at first. Fees do not belong here.

Source: fund-admin E-1 to E-6. Cents.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from ingestion.samples.funds.cents import share_out
from ingestion.samples.funds.fees import half_up
from ingestion.samples.funds.ledger import CATCH_UP, Call, Ledger, ReallocatedLine, Reallocation
from ingestion.samples.funds.parameters import Closing

REASON = "Shared with the partners of a later closing"


@dataclass(frozen=True)
class Equalised:
    """Earlier calls shared anew, and the interest by commitment that newcomers pay (+) and earlier partners get (-)."""

    reallocations: tuple[Reallocation, ...]
    interest: Mapping[str, int]


def equalise(ledger: Ledger, closing: Closing) -> Equalised:
    """Every call that fell due before the closing but its management fee, shared by the commitments after it."""
    moved, interest = [], defaultdict[str, int](int)
    weights = ledger.register.in_force(closing.date)
    for call in ledger.calls:
        if call.due >= closing.date or call.basis == CATCH_UP:
            continue
        held = _held(ledger, call)
        wanted = share_out(sum(held.values()), weights)
        change = {code: wanted[code] - held.get(code, 0) for code in weights if wanted[code] != held.get(code, 0)}
        own = {notice.commitment_id: notice.notice_id for notice in call.notices}
        lines = tuple(ReallocatedLine(own.get(code, min(own.values())), code, n) for code, n in change.items())
        moved.append(
            Reallocation(f"{call.call_id}-CLOSING{closing.number}", closing.date, lines, REASON, is_closing=True)
        )
        for code, amount in _interest(ledger, call, closing, change):
            interest[code] += amount
    return Equalised(tuple(moved), interest)


def _held(ledger: Ledger, call: Call) -> dict[str, int]:
    """What commitments have of a call beside its management fee, as earlier closings have left it."""
    found = {n.commitment_id: n.inside - n.portions.get("management_fee", 0) for n in call.notices}
    for moved in ledger.reallocations:
        for line in moved.lines:
            if line.notice_id.startswith(f"{call.call_id}-"):
                found[line.commitment_id] = found.get(line.commitment_id, 0) + line.amount
    return found


def _interest(ledger: Ledger, call: Call, closing: Closing, change: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Simple interest to the closing on what newcomers pay of a call, to those who get it back and from when they had joined."""
    assert closing.rate is not None
    rate = Fraction(str(closing.rate))
    paid = {
        code: half_up(amount * rate * (closing.date - call.due).days / 365)
        for code, amount in change.items()
        if amount > 0
    }
    back = {code: -amount for code, amount in change.items() if amount < 0}
    joined = {code: max(ledger.register.find(code).date, call.due) for code in back}
    first = min(joined.values())
    joined = {code: call.due if day == first else day for code, day in joined.items()}
    bounds = [*sorted(set(joined.values())), closing.date]
    weights: dict[str, Fraction] = dict.fromkeys(back, Fraction(0))
    for since, until in itertools.pairwise(bounds):
        there = {code: amount for code, amount in back.items() if joined[code] <= since}
        for code, amount in there.items():
            weights[code] += Fraction(amount * (until - since).days, sum(there.values()))
    unit = lcm(*(weight.denominator for weight in weights.values()))
    got = share_out(sum(paid.values()), {code: int(weight * unit) for code, weight in weights.items()})
    yield from paid.items()
    yield from ((code, -amount) for code, amount in got.items())
