"""What happens to a fund, as the waterfall sees it, and in which order it counts. Applying events is in `replay`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import numpy as np

from calculations.daycount import Ints
from calculations.funds.waterfall.distribution import Proceeds
from calculations.funds.waterfall.state import EXPENSES


class EventKind(StrEnum):
    """In the order in which they count on one day."""

    TRANSFER = "TRANSFER"
    CONTRIBUTION = "CONTRIBUTION"
    WRITE_DOWN = "WRITE_DOWN"
    VALUATION = "VALUATION"
    GIVEBACK = "GIVEBACK"
    DISTRIBUTION = "DISTRIBUTION"
    TAX_ADVANCE = "TAX_ADVANCE"
    INTERIM_CLAWBACK_TEST = "INTERIM_CLAWBACK_TEST"
    CLAWBACK = "CLAWBACK"
    ESCROW_RELEASE = "ESCROW_RELEASE"


_WITHOUT_AMOUNTS = frozenset({EventKind.TRANSFER, EventKind.INTERIM_CLAWBACK_TEST, EventKind.ESCROW_RELEASE})
# What the fund knows of an investment, as an amount on each unit of cost that a partner still has in it.
_ON_COST = frozenset({EventKind.WRITE_DOWN, EventKind.VALUATION})
# What the GP and all partners settle among them, shared out by what each is concerned.
_OF_THE_FUND = frozenset({EventKind.GIVEBACK, EventKind.TAX_ADVANCE, EventKind.CLAWBACK})
_ORDER = {kind: place for place, kind in enumerate(EventKind)}


@dataclass(frozen=True)
class Event:
    """One event; `amounts` are each partner's part, (partners,) int64 in minor units, in the order of the partners.

    CONTRIBUTION: paid in, for `investment` or, where it is '', for fees and expenses. WRITE_DOWN: cost written down
    for good, negative to take it back. VALUATION: fair value. GIVEBACK: returned by LPs. DISTRIBUTION: proceeds, net
    of the `blocker_taxes` paid on them, with the cost relieved (None: all that remains; absent for income).
    TAX_ADVANCE: advanced to the GP. CLAWBACK: carry returned, None for all that is due at the end of the fund.
    INTERIM_CLAWBACK_TEST and ESCROW_RELEASE have no amounts. An event may be entered on the books in several lines.
    TRANSFER: `share` of what partner `giver` carries goes to partner `taker`, places among the partners.

    Where only the fund's figure is known: `on_cost` is a WRITE_DOWN or VALUATION on each unit of a partner's remaining
    cost, and the part of that cost that a DISTRIBUTION relieves; `total` a GIVEBACK, TAX_ADVANCE or CLAWBACK of all
    partners in minor units.
    """

    event_id: str
    date: dt.date
    kind: EventKind
    amounts: Ints | None = None
    investment: str = EXPENSES
    proceeds: Proceeds = Proceeds.CAPITAL
    cost_relieved: Ints | None = None
    blocker_taxes: Ints | None = None
    on_cost: Fraction | None = None
    total: int | None = None
    giver: int = 0
    taker: int = 0
    share: Fraction = Fraction(1)

    @property
    def is_of_the_fund(self) -> bool:
        """Whether amounts by partner follow from states."""
        return self.amounts is None and (
            (self.kind in _ON_COST and self.on_cost is not None)
            or (self.kind in _OF_THE_FUND and self.total is not None)
        )


def amounts_by_partner(partner_ids: Sequence[str], legs: Iterable[tuple[str, Decimal]], minor_unit: Decimal) -> Ints:
    """The amounts of an event from its legs, in whole minor units by partner; legs of one partner add up.

    Raises ValueError for a partner that is not among `partner_ids` and for fractions of a minor unit.
    """
    place = {partner_id: i for i, partner_id in enumerate(partner_ids)}
    amounts = np.zeros(len(partner_ids), dtype=np.int64)
    for partner_id, amount in legs:
        if partner_id not in place:
            raise ValueError(f"partner: expected one of {', '.join(partner_ids[:10])}, found {partner_id!r}")
        units = amount / minor_unit
        if units != int(units):
            raise ValueError(f"amount of {partner_id}: expected whole minor units of {minor_unit}, found {amount}")
        amounts[place[partner_id]] += int(units)
    return amounts


def in_order(events: Sequence[Event]) -> list[Event]:
    """The events as they count: by date, kind, investment and id, so that the order of files does not matter.

    Contributions of one day for one investment are one, so that splitting one changes nothing.
    """
    ordered = sorted(events, key=lambda e: (e.date, _ORDER[e.kind], e.investment, e.event_id))
    merged: list[Event] = []
    for event in ordered:
        before = merged[-1] if merged else None
        if (
            before is not None
            and before.amounts is not None
            and event.amounts is not None
            and event.kind == before.kind == EventKind.CONTRIBUTION
            and (event.date, event.investment) == (before.date, before.investment)
        ):
            merged[-1] = replace(before, amounts=before.amounts + event.amounts)
        else:
            merged.append(event)
    return merged


def for_partners(event: Event, partners: Ints) -> Event:
    """The event as these partners see it."""

    def part(amounts: Ints | None) -> Ints | None:
        return None if amounts is None else amounts[partners]

    return replace(
        event,
        amounts=part(event.amounts),
        cost_relieved=part(event.cost_relieved),
        blocker_taxes=part(event.blocker_taxes),
    )


def required_amounts(event: Event, partners: int) -> Ints:
    """The amounts of an event that must have them. Raises ValueError where there are none or not one per partner."""
    found = event.amounts
    if found is None or found.shape != (partners,) or found.dtype != np.int64:
        what = "none" if found is None else f"{found.dtype} {found.shape}"
        raise ValueError(
            f"event {event.event_id} ({event.kind.value} on {event.date}): "
            f"expected one amount in minor units for each of {partners} partners, found {what}"
        )
    return found


def require_valid(events: Sequence[Event], partners: int) -> None:
    """Raises ValueError where an id is repeated, as order would be unclear, or amounts are not one per partner."""
    for event_id, count in Counter(event.event_id for event in events).items():
        if count > 1:
            raise ValueError(f"event {event_id}: expected every id once, found it {count} times")
    for event in events:
        is_all_due = event.kind == EventKind.CLAWBACK and event.amounts is None
        if event.kind not in _WITHOUT_AMOUNTS and not is_all_due and not event.is_of_the_fund:
            required_amounts(event, partners)


def require_positive(ordered: Sequence[Event]) -> None:
    """Raises ValueError where money moves the wrong way, once contributions of one day have been added up.

    So a call that is put right, or spread over later partners, is a negative contribution on the day of the call.
    """
    for event in ordered:
        if event.kind == EventKind.WRITE_DOWN or event.amounts is None:
            continue
        if (event.amounts < 0).any():
            raise ValueError(
                f"event {event.event_id} ({event.kind.value} on {event.date}): expected amounts >= 0, "
                f"found {int(event.amounts.min())}"
            )
