"""Redemptions of products day by day, and corrections of their published NAVs, as rows. The finance is in calculations."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Any

from calculations.nav.errors import reaches_us_custom
from calculations.nav.redemption_days import StruckDay, redemption_days, validated_navs
from calculations.nav.redemptions import (
    Measure,
    Window,
    redemption_price,
    redemption_rate_shares,
    redemption_rate_value,
)
from calculations.nav.stated_errors import StatedError, stated_errors
from calculations.nav.wrong_deals import loss_with
from orchestration.assets.nav_shown import ShownOrganization, ShownProduct, ShownStrike

SEVERAL_CLASSES = "SEVERAL_CLASSES"  # a product of several classes has no one price
_WINDOWS = {"": 1, "_7d": 7, "_30d": 30}


def redemption_rows(shown: ShownOrganization) -> Iterator[dict[str, Any]]:
    """One row per product that was redeemed and day with a NAV or a redemption, days rising."""
    for product in shown.products:
        yield from _rows_of(shown, product)


def _rows_of(shown: ShownOrganization, product: ShownProduct) -> Iterator[dict[str, Any]]:
    row = product.stated.row
    struck = {day: _struck(strike) for day, strike in product.strikes.items()}
    days = redemption_days(
        product.stated, struck, lambda amount, currency, day: shown.converted(amount, currency, row, day)
    )
    navs = validated_navs(product.stated, struck)
    dates = [each.day for each in days]
    for place, each in enumerate(days):
        price = Measure(None) if navs is None else redemption_price(navs, each.day)
        # a window looks back thirty days at most, so it is given no more
        near = days[bisect_left(dates, each.day - dt.timedelta(days=max(_WINDOWS.values()))) : place + 1]
        windows = {name: Window.of_days(each.day, count) for name, count in _WINDOWS.items()}
        by_value = {name: redemption_rate_value(near, window) for name, window in windows.items()}
        by_shares = {name: redemption_rate_shares(near, window) for name, window in windows.items()}
        strike = product.strikes.get(each.day)
        yield {
            "product_id": product.product_id,
            "valuation_date": each.day,
            "currency": row["currency"],
            "net_assets": each.net_assets,
            "opening_shares": each.opening_shares,
            "shares_redeemed": each.shares_redeemed,
            "value_redeemed": each.value_redeemed,
            "redemption_price": price.value,
            "redemption_price_reason": SEVERAL_CLASSES if navs is None else price.reason,
            **{f"redemption_rate_value{name}": rate.value for name, rate in by_value.items()},
            "redemption_rate_value_reason": _first_reason(by_value),
            **{f"redemption_rate_shares{name}": rate.value for name, rate in by_shares.items()},
            "redemption_rate_shares_reason": _first_reason(by_shares),
            "known_at": row["known_at"] if strike is None else max(row["known_at"], strike.run["known_at"]),
            "state_id": row["state_id"],
        }


def _struck(strike: ShownStrike) -> StruckDay:
    return StruckDay(
        net_assets=strike.run["net_assets"],
        shares={class_id: row["shares_outstanding"] for class_id, row in strike.classes.items()},
        nav_per_share={class_id: row["nav_per_share"] for class_id, row in strike.classes.items()},
    )


def _first_reason(measures: Mapping[str, Measure]) -> str | None:
    return next((measure.reason for measure in measures.values() if measure.reason is not None), None)


def error_rows(shown: ShownOrganization) -> Iterator[dict[str, Any]]:
    """One row per stated version that corrects another, by product, class, day and version."""
    for product in shown.products:
        row = product.stated.row
        for found in stated_errors(product.stated):
            yield {
                "product_id": product.product_id,
                **_error(found),
                "known_at": row["known_at"],
                "state_id": row["state_id"],
            }


def _error(found: StatedError) -> dict[str, Any]:
    names = (
        *("share_class_id", "valuation_date", "version", "corrects_version", "currency", "error_class", "reason"),
        *("first_bad_date", "last_bad_date", "treatment"),
    )
    subscribing, redeeming = loss_with(found.losses, "SUBSCRIBERS"), loss_with(found.losses, "REDEEMERS")
    error = found.error
    return {
        **{name: getattr(found, name) for name in names},
        "published_nav": found.published,
        "correct_nav": found.correct,
        "deviation_rate": error.deviation if error else None,
        "direction": error.direction if error else None,
        "threshold_rate": error.threshold if error else None,
        "is_material": error.is_material if error else None,
        "reaches_us_custom": reaches_us_custom(error.published, error.correct) if error else None,
        "subscribed_shares": found.subscribed,
        "redeemed_shares": found.redeemed,
        "subscription_loser": subscribing[0],
        "subscription_loss_amount": subscribing[1],
        "redemption_loser": redeeming[0],
        "redemption_loss_amount": redeeming[1],
    }
