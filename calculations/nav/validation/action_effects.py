"""What a corporate action does to units held and to a price. Whether it has been booked is judged elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from calculations.nav.market import Row

# After these, one unit is another number of units: ratio_to for every ratio_from before.
RESCALED = ("SPLIT", "REVERSE_SPLIT", "STOCK_DIVIDEND")
PAID_OUT = ("CASH_DIVIDEND", "RETURN_OF_CAPITAL")
# After these, the price says nothing of the one before.
REMADE = ("SPIN_OFF", "MERGER", "RIGHTS", "DEFAULT", "IDENTIFIER_CHANGE")


def effective_day(action: Row) -> dt.date:
    """The day from which positions and prices are after the action."""
    day: dt.date = action.get("effective_date") or action["ex_date"]
    return day


def units_after(action: Row) -> Decimal | None:
    """Units held for each unit before; None where the action does not say, or leaves units alone."""
    before, after = action.get("ratio_from"), action.get("ratio_to")
    if action["action_type"] not in RESCALED or not before or not after:
        return None
    units: Decimal = after / before
    return units


def expected_price(
    price: Decimal, actions: Iterable[Row], since: dt.date, day: dt.date, currency: str | None
) -> Decimal | None:
    """A price of `since` as it would be on `day` had nothing happened but the actions between; None if none can be said."""
    between = [action for action in actions if since < action["ex_date"] <= day]
    for action in sorted(between, key=lambda each: each["ex_date"]):
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
