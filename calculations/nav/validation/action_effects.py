"""What a row of a corporate action does to units and to a price. Whether it has been booked is judged elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from calculations.nav import corporate_actions
from calculations.nav.corporate_actions import DETACHES, EXCHANGES, NEW_FOR_OLD, TRADING, CorporateAction
from calculations.nav.market import Row
from calculations.nav.numbers import times
from calculations.nav.results import Unavailable

PAID_OUT = ("CASH_DIVIDEND", "RETURN_OF_CAPITAL")
# Units are others after these; the other actions say nothing of a price, or leave nothing to compare it with.
RESCALED = (*NEW_FOR_OLD, "STOCK_DIVIDEND")
REMADE = (*EXCHANGES, *DETACHES, "DEFAULT")


def effective_day(action: Row) -> dt.date:
    """The first day on which the market trades without what the action gave or took."""
    is_dated_itself = action["action_type"] in (*EXCHANGES, *TRADING, "CALL", "DEFAULT")
    day: dt.date = (action.get("effective_date") if is_dated_itself else None) or action["ex_date"]
    return day


def units_after(action: Row) -> Decimal | None:
    """Units held for each unit before; None for an action that leaves units alone, or whose ratio cannot be."""
    if action["action_type"] not in RESCALED:
        return None
    terms = CorporateAction(
        action_id=action["action_id"],
        instrument_id=action["instrument_id"],
        action_type=action["action_type"],
        date=effective_day(action),
        ratio_from=action.get("ratio_from"),
        ratio_to=action.get("ratio_to"),
    )
    try:
        return times(Decimal(1), corporate_actions.units_after(terms))
    except Unavailable:
        return None


def expected_price(
    price: Decimal, actions: Iterable[Row], since: dt.date, day: dt.date, currency: str | None
) -> Decimal | None:
    """A price of `since` as it would be on `day` had nothing happened but the actions between; None if none can be said."""
    between = [action for action in actions if since < effective_day(action) <= day]
    for action in sorted(between, key=effective_day):
        kind = action["action_type"]
        if kind in RESCALED:
            units = units_after(action)
            if units is None:
                return None
            price /= units
        elif kind in PAID_OUT:
            if action["amount_per_unit"] is None or action["currency"] != currency:
                return None
            price -= action["amount_per_unit"]
        elif kind in REMADE:
            return None
    return price
