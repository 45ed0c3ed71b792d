"""The tape of an asset-backed product: which rows of sheet Pools count on the day. What an item is worth is
elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from decimal import Decimal

from calculations.nav.market import Row
from calculations.nav.methods.evidence import Evidence
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable


def tape(evidence: Evidence, levels: Collection[str]) -> Sequence[Row]:
    """The items of the last tape by the valuation day, in the order of their ids; a tape is complete as of its date.

    Raises Unavailable MISSING_HOLDINGS where there is none, STALE_VALUATION for one older than a private mark may be,
    DUPLICATE_INPUT for an item given twice, UNSUPPORTED_CONVENTION for an item of another of the `levels`.
    """
    rows = evidence.latest_list(evidence.stated.pools, "as_of_date")
    where = evidence.product_id
    if not rows:
        raise Unavailable("MISSING_HOLDINGS", f"{where}: expected items of a pool by {evidence.day}, found none")
    as_of, limit = rows[0]["as_of_date"], evidence.policy.price_age_limits["LOAN"]
    if evidence.point.is_older(as_of, limit):
        raise Unavailable(
            "STALE_VALUATION", f"{where}: the tape of {as_of} is older than {limit.count} days on {evidence.day}"
        )
    repeated = [item for item, count in Counter(row["pool_item_id"] for row in rows).items() if count > 1]
    if repeated:
        raise Unavailable("DUPLICATE_INPUT", f"{where}: each item must be given once, found {sorted(repeated)} again")
    wrong = sorted({row["level"] for row in rows} - set(levels))
    if wrong:
        raise Unavailable(
            "UNSUPPORTED_CONVENTION", f"{where}: items must be of level {', '.join(levels)}; found {', '.join(wrong)}"
        )
    return sorted(rows, key=lambda row: str(row["pool_item_id"]))


def held(row: Row, amount: Decimal) -> Decimal:
    """The part of an item's worth that the product holds; all of it where no share is stated."""
    share = row["held_share"]
    with precise():
        return amount if share is None else amount * share
