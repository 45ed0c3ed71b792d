"""What corporate actions make of a position: units after splits, what is received for them, when trading stood still.

Dividends in money are in receivables; which list of positions an action falls behind is for who reads the lists.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from calculations.nav.numbers import precise, times
from calculations.nav.results import Unavailable

# What one unit becomes is stated as new for old; what one unit is given, as additional for existing, which is how
# notices of the events themselves state it.
NEW_FOR_OLD = ("SPLIT", "REVERSE_SPLIT")
EXCHANGES = ("MERGER", "IDENTIFIER_CHANGE")
DETACHES = ("SPIN_OFF", "RIGHTS")
TRADING = ("SUSPENSION", "RESUMPTION", "DELISTING")
# an action that moves units; what it moves depends on the day of the list and of the price
MOVES = (*NEW_FOR_OLD, "STOCK_DIVIDEND", *EXCHANGES, *DETACHES)


@dataclass(frozen=True)
class CorporateAction:
    """`date` is the first day on which the market trades without it: the ex-date, or for an exchange of shares, a
    suspension or a delisting the day it takes effect. `ratio_to` units come for, or on top of, `ratio_from` units.
    """

    action_id: str
    instrument_id: str
    action_type: str
    date: dt.date
    ratio_from: Decimal | None = None
    ratio_to: Decimal | None = None
    amount_per_unit: Decimal | None = None
    currency: str | None = None
    new_instrument_id: str | None = None


@dataclass(frozen=True)
class Carried:
    """Units of `instrument_id` that a holding has become; `by` are the actions that made it, none if it is as listed."""

    instrument_id: str
    quantity: Decimal
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proceeds:
    """Money that an action paid for units given up; signed as the units were."""

    action_id: str
    instrument_id: str
    amount: Decimal
    currency: str


def ratio(action: CorporateAction) -> Fraction:
    """Units received per unit held. Raises Unavailable MISSING_TERMS, DOMAIN."""
    if action.ratio_from is None or action.ratio_to is None:
        raise Unavailable("MISSING_TERMS", f"{_named(action)}: ratio_from and ratio_to must be given, found none")
    if action.ratio_from <= 0 or action.ratio_to <= 0:
        found = f"{action.ratio_to} for {action.ratio_from}"
        raise Unavailable("DOMAIN", f"{_named(action)}: a ratio must be above zero on both sides, found {found}")
    return Fraction(action.ratio_to) / Fraction(action.ratio_from)


def units_after(action: CorporateAction) -> Fraction:
    """What one unit is after a split, a reverse split or a stock dividend; 1 for every other action.

    Raises Unavailable as `ratio`, and DOMAIN for a split that takes units away or a reverse split that adds them.
    """
    if action.action_type == "STOCK_DIVIDEND":
        return 1 + ratio(action)
    if action.action_type not in NEW_FOR_OLD:
        return Fraction(1)
    units = ratio(action)
    if units == 1 or (units > 1) != (action.action_type == "SPLIT"):
        found = f"{action.ratio_to} for {action.ratio_from}"
        raise Unavailable("DOMAIN", f"{_named(action)}: new units for old must fit the kind of split, found {found}")
    return units


def factor(actions: Iterable[CorporateAction], after: dt.date, until: dt.date) -> Fraction:
    """What one unit held at the end of `after` is at the end of `until`; below `after`, the other way round."""
    product = Fraction(1)
    for action in actions:
        if after < action.date <= until:
            product *= units_after(action)
        elif until < action.date <= after:
            product /= units_after(action)
    return product


def carried(
    instrument_id: str,
    quantity: Decimal,
    actions: Mapping[str, Sequence[CorporateAction]],
    after: dt.date,
    until: dt.date,
) -> tuple[list[Carried], list[Proceeds]]:
    """What a holding listed at the end of `after` is at the end of `until`, and the money paid for what was given up.

    Actions by instrument in the order of their days; those of an instrument received count from the day after it was.
    Raises Unavailable as `ratio`; CORP_ACTION where what is received is not named. Source: nav 2 (M-EQ).
    """
    held: list[Carried] = []
    paid: list[Proceeds] = []
    by: tuple[str, ...] = ()
    for action in actions.get(instrument_id, ()):
        if not after < action.date <= until or action.action_type not in MOVES:
            continue
        if action.action_type in DETACHES:
            detached = times(quantity, ratio(action))
            more, cash = carried(_received(action), detached, actions, action.date, until)
            held += [Carried(each.instrument_id, each.quantity, (action.action_id, *each.by)) for each in more]
            paid += cash
        elif action.action_type in EXCHANGES:
            exchanged, cash = _exchanged(action, quantity, actions, until)
            held += [Carried(e.instrument_id, e.quantity, (*by, action.action_id, *e.by)) for e in exchanged]
            return held, [*paid, *cash]
        else:
            quantity = times(quantity, units_after(action))
            by = (*by, action.action_id)
    return [Carried(instrument_id, quantity, by), *held], paid


def _exchanged(
    action: CorporateAction, quantity: Decimal, actions: Mapping[str, Sequence[CorporateAction]], until: dt.date
) -> tuple[list[Carried], list[Proceeds]]:
    """The shares and the money that a holding is exchanged for; a cash merger names no instrument."""
    paid: list[Proceeds] = []
    if action.amount_per_unit is not None:
        if action.currency is None:
            raise Unavailable("MISSING_TERMS", f"{_named(action)}: currency must be given with an amount, found none")
        with precise():
            amount = quantity * action.amount_per_unit
        paid.append(Proceeds(action.action_id, action.instrument_id, amount, action.currency))
        if action.new_instrument_id is None:
            return [], paid
    is_renamed = action.action_type == "IDENTIFIER_CHANGE" and action.ratio_to is None
    units = quantity if is_renamed else times(quantity, ratio(action))
    held, more = carried(_received(action), units, actions, action.date, until)
    return held, [*paid, *more]


def _received(action: CorporateAction) -> str:
    if action.new_instrument_id is None:
        raise Unavailable(
            "CORP_ACTION",
            f"{_named(action)}: the position was listed before it; expected new_instrument_id of what is received, "
            "found none",
        )
    if action.new_instrument_id == action.instrument_id:
        raise Unavailable("CORP_ACTION", f"{_named(action)}: what is received must be another instrument, found itself")
    return action.new_instrument_id


def halted_since(actions: Iterable[CorporateAction], day: dt.date) -> dt.date | None:
    """The first day of the suspension or delisting that an instrument is in on `day`; None where it trades."""
    since: dt.date | None = None
    for action in sorted((each for each in actions if each.date <= day), key=lambda each: each.date):
        if action.action_type == "RESUMPTION":
            since = None
        elif action.action_type in ("SUSPENSION", "DELISTING"):
            since = since or action.date
    return since


def _named(action: CorporateAction) -> str:
    return f"{action.action_type} {action.action_id} of {action.instrument_id} on {action.date}"
