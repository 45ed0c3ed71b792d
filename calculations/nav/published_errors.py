"""Published NAVs that later strikes show to be wrong: how far each was off, whether to restate it, orders that it priced.

Corrections that a product itself states are judged in stated_errors; asking for a restatement is approval's.
Source: nav 3 (Errors, Restatement).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.errors import NavError, judge
from calculations.nav.market import Row
from calculations.nav.published_navs import PublishedNav
from calculations.nav.restatement import PricedOrder, Restatement, restate
from calculations.nav.results import Unavailable
from calculations.nav.validation.restatement import error_class_of
from calculations.nav.wrong_deals import WrongDeals, wrong_deals


@dataclass(frozen=True)
class PublishedError:
    """A wrong published NAV. `error` is None beside the reason where the two cannot be compared.

    `treatment`, `first_bad_date` and `last_bad_date` are of all wrong NAVs of the class that one restatement is of, or
    that none is asked for yet; `treatment` None: not known, some of them could not be judged and none was material.
    `is_restated`: a correction is due, or somebody asked for one, and `to_reckon_again` are ids of the orders that it has
    dealt again.
    """

    nav: PublishedNav
    error_class: str
    error: NavError | None
    reason: str | None
    detail: str | None
    treatment: str | None
    first_bad_date: dt.date
    last_bad_date: dt.date
    deals: WrongDeals
    is_restated: bool
    to_reckon_again: frozenset[str]

    @property
    def is_open(self) -> bool:
        """Whether the wrong NAV is still the one in force."""
        return not self.nav.is_replaced


@dataclass(frozen=True)
class OfProduct:
    """What of a product its wrong NAVs are judged by; `classes` and `orders` are rows of their sheets."""

    product_type: str
    subtype: str | None
    classes: Sequence[Row]
    orders: Sequence[Row]

    def error_class(self, class_id: str) -> str:
        """That of the class's row, else of the product's type."""
        stated = next((row["error_class"] for row in self.classes if row["share_class_id"] == class_id), None)
        return stated or error_class_of(self.product_type, self.subtype)


def published_errors(product: OfProduct, navs: Iterable[PublishedNav]) -> tuple[PublishedError, ...]:
    """The wrong ones among the published NAVs of a product, by class, day and version."""
    groups: dict[tuple[str, str, str | None], list[PublishedNav]] = defaultdict(list)
    for nav in navs:
        asked = nav.restatement.restatement_id if nav.restatement else None
        groups[nav.share_class_id, nav.publisher, asked].append(nav)
    orders: dict[dt.date, list[Row]] = defaultdict(list)
    for order in product.orders:
        orders[order["nav_date"]].append(order)
    found = [each for group in groups.values() for each in _judged(product, group, orders)]
    return tuple(
        sorted(found, key=lambda e: (e.nav.share_class_id, e.nav.published.valuation_date, e.nav.published.version))
    )


def _judged(
    product: OfProduct, navs: Sequence[PublishedNav], orders: Mapping[dt.date, Sequence[Row]]
) -> Iterable[PublishedError]:
    """The wrong ones of one class and one restatement, with what is due of all of them."""
    wrong = [nav for nav in navs if nav.correct is None or nav.correct.nav_per_share != nav.published.nav_per_share]
    if not wrong:
        return
    error_class = product.error_class(wrong[0].share_class_id)
    verdicts = [(nav, *_error(nav, error_class)) for nav in wrong]
    unjudged = {nav.published.valuation_date for nav, error, _ in verdicts if error is None}
    deals = {nav.published.valuation_date: _deals(nav, error, orders) for nav, error, _ in verdicts}
    due = _due([nav for nav in navs if nav.published.valuation_date not in unjudged], error_class, deals)
    treatment = None if unjudged and due.treatment != "RESTATE" else due.treatment
    days = [nav.published.valuation_date for nav in wrong]
    corrected = {correction.valuation_date for correction in due.corrections}
    for nav, error, unknown in verdicts:
        day = nav.published.valuation_date
        ids = frozenset(order["order_id"] for order in deals[day].orders)
        yield PublishedError(
            nav=nav,
            error_class=error_class,
            error=error,
            reason=unknown.reason if unknown else error.reason if error else None,
            detail=unknown.detail if unknown else error.detail if error else None,
            treatment=treatment,
            first_bad_date=min(days),
            last_bad_date=max(days),
            deals=deals[day],
            is_restated=day in corrected or nav.restatement is not None,
            to_reckon_again=ids if nav.restatement else ids.intersection(due.order_ids),
        )


def _error(nav: PublishedNav, error_class: str) -> tuple[NavError | None, Unavailable | None]:
    if nav.correct is None:
        return None, Unavailable("MISSING_VALUE", "the newest strike of the day has no NAV per share of the class")
    try:
        return judge(nav.published.nav_per_share, nav.correct.nav_per_share, error_class), None
    except Unavailable as unknown:
        return None, unknown


def _deals(nav: PublishedNav, error: NavError | None, orders: Mapping[dt.date, Sequence[Row]]) -> WrongDeals:
    correct: Decimal | None = None if nav.correct is None else nav.correct.nav_per_share
    day = nav.published.valuation_date
    return wrong_deals(orders.get(day, ()), nav.share_class_id, day, correct, error)


def _due(navs: Sequence[PublishedNav], error_class: str, deals: Mapping[dt.date, WrongDeals]) -> Restatement:
    priced = [PricedOrder(order["order_id"], day) for day, of_day in deals.items() for order in of_day.orders]
    correct = {nav.published.valuation_date: nav.correct for nav in navs if nav.correct is not None}
    return restate([nav.published for nav in navs], correct, error_class, orders=priced)
