"""What of a product's published NAVs is wrong by the strikes of now, as whoever asks for a restatement is told it.
Deciding does not belong here.

Source: nav 3 (Errors, Restatement).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from calculations.nav.errors import deviation
from calculations.nav.published_navs import PublishedNav
from calculations.nav.results import Unavailable
from orchestration.nav_published import published_navs

JUDGED = "calc.nav_restatements"


@dataclass(frozen=True)
class WrongNavs:
    """`since`: the first day of which a published NAV is wrong and nobody has said so yet, or the first of all where
    somebody has of each; None: none is wrong. `corrections`: by day, the classes and versions with both NAVs, how far
    it is off, and what was judged of it.
    """

    since: dt.date | None
    corrections: Mapping[dt.date, str]


def wrong_navs(connection: duckdb.DuckDBPyConnection, organization_id: str | None, product_id: str) -> WrongNavs:
    """What is wrong of what is published and in force."""
    found = published_navs(connection, organization_id, product_id)
    wrong = [nav for navs in found.values() for nav in navs if _is_wrong(nav)]
    unsaid = [nav for nav in wrong if nav.restatement is None]
    judged = _judged(connection, organization_id, product_id)
    said: dict[dt.date, list[str]] = defaultdict(list)
    for nav in wrong:
        said[nav.published.valuation_date].append(_sentence(nav, judged))
    days = [nav.published.valuation_date for nav in unsaid or wrong]
    return WrongNavs(min(days, default=None), {day: "; ".join(of_day) for day, of_day in said.items()})


def _is_wrong(nav: PublishedNav) -> bool:
    right = nav.correct
    return not nav.is_replaced and (right is None or right.nav_per_share != nav.published.nav_per_share)


def _judged(
    connection: duckdb.DuckDBPyConnection, organization_id: str | None, product_id: str
) -> Mapping[tuple[Any, ...], Mapping[str, Any]]:
    """What the last run made of wrong NAVs, by class, day and both versions."""
    rows = connection.execute(
        f"select * from {JUDGED} where product_id = ? and (? is null or organization_id = ?) and publisher = 'WEIR'",
        [product_id, organization_id, organization_id],
    )
    return {
        (row["share_class_id"], row["valuation_date"], row["published_version"], row["correct_version"]): row
        for row in rows.to_arrow_table().to_pylist()
    }


def _sentence(nav: PublishedNav, judged: Mapping[tuple[Any, ...], Mapping[str, Any]]) -> str:
    published, right = nav.published, nav.correct
    name = f"{nav.share_class_id} version {published.version}: {published.nav_per_share.normalize():f} {nav.currency}"
    if right is None:
        return f"{name}, and the newest strike has no NAV of the class"
    try:
        off = f"{deviation(published.nav_per_share, right.nav_per_share):+.6%}"
    except Unavailable as unknown:
        off = str(unknown)
    parts = [f"{name}, correct {right.nav_per_share.normalize():f} by version {right.version} ({off})"]
    key = (nav.share_class_id, published.valuation_date, published.version, right.version)
    return ", ".join([*parts, *_verdict(judged.get(key), nav.currency)])


def _verdict(row: Mapping[str, Any] | None, currency: str) -> Sequence[str]:
    if row is None:
        return ("not judged yet: the next run does",)
    limit = "unknown" if row["threshold_rate"] is None else f"{row['threshold_rate']:.2%}"
    told = [f"threshold {limit}", f"treatment {row['treatment'] or 'unknown'}", f"{row['order_count']} orders"]
    for loser, amount in (
        ("subscription_loser", "subscription_loss_amount"),
        ("redemption_loser", "redemption_loss_amount"),
    ):
        if row[loser] is not None:
            told.append(f"{row[loser]} lost {row[amount].normalize():f} {currency}")
    return told
