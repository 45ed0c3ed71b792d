"""The days on which a product can be struck: those for which something was stated that it is worth. No valuing.

Source: nav 3, input-contracts 4.1 and 4.2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from calculations.nav.market import Market, valuation_point
from calculations.nav.stated import STANDING, StatedProduct

# Worth what they list: what else speaks of a day (a register, a stated NAV, a return) gives no value on it.
VALUED_BY_LISTS = ("fund", "equity", "quant")


def strike_days(stated: StatedProduct, market: Market) -> tuple[dt.date, ...]:
    """Days rising, but not the one on which the books were opened, and none of a suspended product.

    Several classes share out what was gained since their last stated NAV, so the first one is given, not struck.
    """
    if stated.row["status"] == "SUSPENDED":
        return ()
    opened = {
        row["valuation_date"]
        for row in stated.history
        if stated.stated_before(row["share_class_id"], row["valuation_date"]) is None
    }
    return tuple(day for day in _days_of_evidence(stated, market) if len(stated.classes) < 2 or day not in opened)


def _days_of_evidence(stated: StatedProduct, market: Market) -> Sequence[dt.date]:
    found: list[dt.date] = [
        *stated.lists,
        *(row["valuation_date"] for row in stated.valuations),
        *(row["as_of_date"] for row in stated.pools),
        *(row["as_of"] for row in (*stated.reserves, *stated.token_supply)),
    ]
    if stated.product_type not in VALUED_BY_LISTS:
        found = found or list(_days_spoken_of(stated, market))
        # whoever states a NAV says that the product is valued on that day, by the evidence in force
        found += (row["valuation_date"] for row in stated.history if row["status"] in STANDING)
    return sorted({each.date() if isinstance(each, dt.datetime) else each for each in found})


def _days_spoken_of(stated: StatedProduct, market: Market) -> Iterator[dt.date]:
    """Of a product that lists nothing: whatever was assumed of it or registered, and since its inception its own
    instrument's prices and, at amortised cost, its purchase.
    """
    for row in stated.assumptions:
        if row["scope_type"] == "PRODUCT" and row["scope_id"] == stated.row["product_id"]:
            yield row["as_of"]
    yield from (row["as_of_date"] for row in stated.register)
    since: list[dt.date] = []
    if stated.row.get("instrument_id") is not None:
        since += _days_priced(stated, market)
    if stated.row.get("purchase_date") is not None and stated.row["measurement_basis"] == "AMORTISED_COST":
        since.append(stated.row["purchase_date"])
    inception: dt.date = stated.row.get("inception_date") or dt.date.min
    yield from (day for day in since if day >= inception)


def _days_priced(stated: StatedProduct, market: Market) -> Iterator[dt.date]:
    """The first day whose cut-off finds the price, for each price of the product's own instrument."""
    for instant in market.instants_priced(stated.row["instrument_id"]):
        day = valuation_point(stated.row, instant.date(), market).day_of(instant)
        if not valuation_point(stated.row, day, market).includes(instant):
            day += dt.timedelta(days=1)
        yield day
