"""The performance fee that the investor of each lot bears, by credit, by contingent redemption or as a series of its own.

The formulas are in equalisation, what the class came to is in crystallisations. Source: nav 3 (Performance-fee
equalisation).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from calculations.nav.class_fees import fee_terms
from calculations.nav.crystallisations import ClassValue, FeeClass
from calculations.nav.equalisation import (
    Subscription,
    contingent_redemption,
    credit_returned,
    roll_up_series,
    shares_for,
    subscribe,
)
from calculations.nav.investor_lots import Lot
from calculations.nav.numbers import precise, stored
from calculations.nav.performance_fees import PerformanceTerms, crystallised_by_redemption, performance_fee
from calculations.nav.results import Unavailable

Kind = Literal["CREDIT", "CONTINGENT", "NONE", "SERIES"]
EQUALISED_BY_LOT = ("CREDIT_DEBIT", "SERIES")


@dataclass(frozen=True)
class EqualisedLot:
    """How a lot entered, per share; a series has no credit, its own mark is the price paid.

    `is_gross_stated`: the gross NAV is the one that the investor is stated to have paid. `class_nav` is the NAV of the
    class that a series grows with from then on.
    """

    lot: Lot
    kind: Kind
    entry: Subscription
    is_gross_stated: bool
    rate: Decimal
    class_nav: Decimal


@dataclass(frozen=True)
class LotEvent:
    """What becomes of `shares` of a lot when a fee is owed for good, money stored.

    `class_fee` is what the class accrued for them, `own_fee` what their investor bears: class fee - credit returned +
    contingent fee, or the fee of his series. A credit returned buys `shares_issued`, a contingent fee takes
    `shares_given_up`, both rounded down; `residual` is money left. On redemption both are settled in money.
    """

    kind: Literal["PERIOD_END", "REDEMPTION"]
    value: ClassValue
    order_id: str | None
    shares: Decimal
    class_fee: Decimal
    own_fee: Decimal
    credit_returned: Decimal = Decimal(0)
    credit_lapsed: Decimal = Decimal(0)
    contingent: Decimal = Decimal(0)
    shares_issued: Decimal = Decimal(0)
    shares_given_up: Decimal = Decimal(0)
    residual: Decimal = Decimal(0)


@dataclass(frozen=True)
class LotCourse:
    """A lot's events in their order, and the credit that still stands behind the shares `held` after the last of them.

    With a `reason` the events stop before what is not known, and the credit left is None.
    """

    events: tuple[LotEvent, ...]
    held: Decimal | None
    credit_open: Decimal | None
    reason: Unavailable | None = None


@dataclass(frozen=True)
class _State:
    """`entry` None: nothing is left to equalise. A series keeps its own value and mark, and the NAV of the class then."""

    entry: Subscription | None
    own: Decimal = Decimal(0)
    own_mark: Decimal = Decimal(0)
    class_nav: Decimal = Decimal(0)


def enter(fee_class: FeeClass, lot: Lot) -> EqualisedLot:
    """A lot as it entered its class; one older than the NAVs of the class by what its investor paid and their first mark.

    Raises Unavailable as `FeeClass.value_on`, and UNSUPPORTED_CONVENTION for a class with a hurdle, because a credit stands
    behind the fee above the mark alone.
    """
    paid: Decimal | None = lot.order["investor_nav_basis"]
    is_series = fee_class.row["equalisation"] == "SERIES"
    is_older = lot.day < fee_class.accrues_from and paid is not None and not is_series
    day = fee_class.accrues_from if is_older else lot.day
    value, accrual = fee_class.value_on(day), fee_class.accrual(day)
    assert accrual is not None
    terms = fee_terms(fee_class.stated, accrual)
    if terms.hurdle_type != "NONE":
        raise Unavailable("UNSUPPORTED_CONVENTION", f"equalisation knows no hurdle, found {terms.hurdle_type}")
    # a fee owed for good with the NAV of the day is no longer above it
    struck = value.nav if value.is_crystallised else value.gross
    gross = struck if paid is None else paid
    if is_series:
        return EqualisedLot(lot, "SERIES", subscribe(gross, gross, terms.rate), paid is not None, terms.rate, struck)
    entry = subscribe(gross, value.mark if is_older else value.mark_after, terms.rate)
    return EqualisedLot(lot, entry.kind, entry, paid is not None, terms.rate, struck)


def course(fee_class: FeeClass, entered: EqualisedLot, share_dp: int) -> LotCourse:
    """What becomes of a lot at the end of each performance period and whenever shares of it are redeemed."""
    lot = entered.lot
    state = _State(entered.entry, entered.entry.price, entered.entry.price, entered.class_nav)
    if entered.kind == "NONE":
        state = replace(state, entry=None)
    events: list[LotEvent] = []
    redeemed = {move.day for move in lot.redemptions}
    ends = {day for day in fee_class.period_ends if day > lot.day}
    try:
        for day in sorted(redeemed | ends):
            value, held = fee_class.value_on(day), lot.held_at(day)
            if held is None:
                raise Unavailable(
                    "MISSING_VALUE", f"order {lot.order_id}: shares redeemed by {day} are of no known lot"
                )
            if value.is_crystallised:
                if held:
                    state, event = _at_period_end(entered, state, value, held, share_dp)
                    events.append(event)
                # what leaves at the end of a period leaves after its fee was owed
                value = replace(value, fee=Decimal(0), mark=value.mark_after)
            for move in lot.redemptions:
                if move.day == day:
                    events.append(_redeemed(entered, state, value, move.order_id, -move.shares))
    except Unavailable as unknown:
        return LotCourse(tuple(events), None, None, unknown)
    held = lot.held_at(dt.date.max)
    if held is None:
        late = Unavailable("MISSING_VALUE", f"order {lot.order_id}: later redemptions are of no known lot")
        return LotCourse(tuple(events), None, None, late)
    with precise():
        left = state.entry.credit * held if state.entry is not None else Decimal(0)
    return LotCourse(tuple(events), held, stored(left))


def left_to_pay(class_fee: Decimal, events: Iterable[LotEvent]) -> Decimal:
    """What the manager is paid of a fee that the class owes for good, once each investor bears his own. Source: nav 3."""
    with precise():
        return class_fee + sum((event.own_fee - event.class_fee for event in events), Decimal(0))


def _at_period_end(
    entered: EqualisedLot, state: _State, value: ClassValue, shares: Decimal, share_dp: int
) -> tuple[_State, LotEvent]:
    with precise():
        fee = stored(value.fee * shares)
    event = LotEvent("PERIOD_END", value, None, shares, fee, fee)
    if state.entry is None:
        return state, event
    if entered.kind == "SERIES":
        return _series_at_period_end(entered, state, event, share_dp)
    with precise():
        given_back = credit_returned(state.entry, value.gross, entered.rate) if value.fee > 0 else Decimal(0)
        owed = contingent_redemption(state.entry, value.gross, entered.rate)
        returned, contingent = stored(given_back * shares), stored(owed * shares)
        lapsed = stored(state.entry.credit * shares) - returned if value.fee > 0 else Decimal(0)
    bought = shares_for(returned, value.published, share_dp)
    taken = shares_for(contingent, value.published, share_dp)
    event = replace(
        event,
        own_fee=fee - returned + contingent,
        credit_returned=returned,
        credit_lapsed=lapsed,
        contingent=contingent,
        shares_issued=bought.shares,
        shares_given_up=taken.shares,
        residual=bought.residual + taken.residual,
    )
    if value.fee > 0:
        return _State(None), event
    # what he paid for on the way back to the mark is behind him: he starts from here
    if entered.kind == "CONTINGENT" and value.gross > state.entry.gross:
        return replace(state, entry=replace(state.entry, gross=value.gross)), event
    return state, event


def _series_at_period_end(
    entered: EqualisedLot, state: _State, event: LotEvent, share_dp: int
) -> tuple[_State, LotEvent]:
    value = event.value
    gross, own = _series_fee(entered, state, value)
    with precise():
        net = gross - own
        event = replace(event, own_fee=stored(own * event.shares))
    if own > 0 and value.fee > 0:
        rolled = roll_up_series(event.shares, net, value.published, share_dp)
        done = replace(event, shares_issued=rolled.shares, shares_given_up=event.shares, residual=rolled.residual)
        return _State(None), done
    mark = net if own > 0 else state.own_mark
    return replace(state, own=net, own_mark=mark, class_nav=value.nav), event


def _series_fee(entered: EqualisedLot, state: _State, value: ClassValue) -> tuple[Decimal, Decimal]:
    """A share of a series before its fee, which gained what the class did, and its fee."""
    with precise():
        gross = state.own * value.gross / state.class_nav
    return gross, performance_fee(PerformanceTerms(entered.rate), gross, state.own_mark)


def _redeemed(entered: EqualisedLot, state: _State, value: ClassValue, order_id: str, shares: Decimal) -> LotEvent:
    """The fee of shares that leave is owed at once, and what equalises it is settled in money."""
    fee = crystallised_by_redemption(value.fee, shares)
    event = LotEvent("REDEMPTION", value, order_id, shares, fee, fee)
    if state.entry is None:
        return event
    if entered.kind == "SERIES":
        return replace(event, own_fee=crystallised_by_redemption(_series_fee(entered, state, value)[1], shares))
    with precise():
        returned = stored(credit_returned(state.entry, value.gross, entered.rate) * shares)
        contingent = stored(contingent_redemption(state.entry, value.gross, entered.rate) * shares)
        lapsed = stored(state.entry.credit * shares) - returned
    return replace(
        event,
        own_fee=fee - returned + contingent,
        credit_returned=returned,
        credit_lapsed=lapsed,
        contingent=contingent,
    )
