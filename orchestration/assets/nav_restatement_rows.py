"""Wrong published NAVs and what of them is to be reckoned again, as rows: orders, fees, NAVs of projects. The finance
is in calculations.

What Weir published is compared with the strikes that correct it; of days on which it published nothing, what is
stated to be published with the strike in force. Source: nav 3 (Errors, Restatement).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from calculations.nav.errors import Party, reaches_us_custom
from calculations.nav.numbers import precise, stored
from calculations.nav.published_errors import OfProduct, PublishedError, published_errors
from calculations.nav.published_navs import PublishedNav
from calculations.nav.restatement import NavVersion
from calculations.nav.wrong_deals import loss_with
from orchestration.assets.nav_shown import SHOWN_RUNS, Row, ShownOrganization, ShownProduct
from orchestration.nav_published import published_navs
from orchestration.warehouse import Warehouse

PARTIES: tuple[Party, Party] = ("SUBSCRIBERS", "REDEEMERS")
ELIMINATED = "HOLDS_A_MEMBER"  # what it holds of another member changes with its strike, and so does what is eliminated
# What a fee was reckoned on stands beside it; what was stated as an amount is not reckoned again.
_FEES = """
    select c.product_id, c.valuation_date, c.version, c.line_id, c.share_class_id, c.base_amount, r.currency
    from ops.nav_components as c
    inner join ops.nav_runs as r using (organization_id, product_id, valuation_date, version)
    where c.organization_id = ? and c.accrual_id is not null and c.basis_amount is not null
    and (c.product_id, c.valuation_date) in (select (unnest(?::varchar[]), unnest(?::date[])))
"""
_NETS = """
    select product_id, valuation_date, version, net_assets from ops.nav_runs
    where organization_id = ? and status = 'STRUCK'
    and (product_id, valuation_date) in (select (unnest(?::varchar[]), unnest(?::date[])))
"""

ProjectParts = Sequence[tuple[Row, Sequence[Row]]]


def wrong_navs(warehouse: Warehouse, shown: ShownOrganization) -> Mapping[str, Sequence[PublishedError]]:
    """The wrong published NAVs of each product that has any."""
    with warehouse.connect() as connection:
        of_weir = published_navs(connection, shown.organization_id, runs=SHOWN_RUNS)
    found = {}
    for product in shown.products:
        navs = of_weir.get((shown.organization_id, product.product_id), ())
        days = {nav.published.valuation_date for nav in navs}
        stated = product.stated
        terms = OfProduct(stated.product_type, stated.row["subtype"], stated.classes, stated.orders)
        if wrong := published_errors(terms, [*navs, *_stated(product, days)]):
            found[product.product_id] = wrong
    return found


def _stated(product: ShownProduct, published: set[dt.date]) -> Iterator[PublishedNav]:
    """The last version of a day and class that is stated to be published, where Weir published none and struck one."""
    last: dict[tuple[dt.date, str], Row] = {}
    for row in sorted(product.stated.history, key=lambda each: int(each["version"])):
        day = row["valuation_date"]
        if row["status"] == "PUBLISHED" and row["nav_per_share"] is not None and day not in published:
            last[day, row["share_class_id"]] = row
    for (day, class_id), row in last.items():
        strike = product.strikes.get(day)
        if strike is None or class_id not in strike.classes:
            continue
        struck = strike.classes[class_id]
        swung = struck["swung_nav_per_share"]
        correct = struck["nav_per_share"] if swung is None else swung
        yield PublishedNav(
            share_class_id=class_id,
            currency=row["currency"],
            publisher="STATED",
            published=NavVersion(day, int(row["version"]), row["nav_per_share"]),
            correct=None if correct is None else NavVersion(day, strike.run["version"], correct),
        )


def restatement_rows(
    shown: ShownOrganization, wrong: Mapping[str, Sequence[PublishedError]]
) -> Iterator[dict[str, Any]]:
    """One row per wrong published version of a class and day."""
    for product in shown.products:
        for found in wrong.get(product.product_id, ()):
            nav, error, asked = found.nav, found.error, found.nav.restatement
            subscribing, redeeming = (loss_with(found.deals.losses, party) for party in PARTIES)
            yield {
                **_keys(product, found),
                "share_class_id": nav.share_class_id,
                "currency": nav.currency,
                "published_nav": nav.published.nav_per_share,
                "correct_version": nav.correct and nav.correct.version,
                "correct_nav": nav.correct and nav.correct.nav_per_share,
                "deviation_rate": error and error.deviation,
                "direction": error and error.direction,
                "error_class": found.error_class,
                "threshold_rate": error and error.threshold,
                "is_material": error and error.is_material,
                "reason": found.reason,
                "detail": found.detail,
                "reaches_us_custom": error and reaches_us_custom(error.published, error.correct),
                "treatment": found.treatment,
                "first_bad_date": found.first_bad_date,
                "last_bad_date": found.last_bad_date,
                "is_open": found.is_open,
                "restatement_id": asked and asked.restatement_id,
                "cause": asked and asked.cause,
                "stated_first_bad_date": asked and asked.first_bad_date,
                "order_count": len(found.deals.orders),
                "subscribed_shares": found.deals.subscribed,
                "subscription_loser": subscribing[0],
                "subscription_loss_amount": subscribing[1],
                "redeemed_shares": found.deals.redeemed,
                "redemption_loser": redeeming[0],
                "redemption_loss_amount": redeeming[1],
            }


def effect_rows(
    warehouse: Warehouse,
    shown: ShownOrganization,
    wrong: Mapping[str, Sequence[PublishedError]],
    projects: ProjectParts,
) -> Iterator[dict[str, Any]]:
    """One row per order, fee and NAV of a project that a restatement has reckoned again, by both versions."""
    products = {product.product_id: product for product in shown.products}
    restated = [(products[name], each) for name, found in wrong.items() for each in found if each.is_restated]
    for product, found in restated:
        yield from _order_effects(product, found)
    # a fee and a project are of a version, whatever classes of it are wrong
    versions = {
        (product.product_id, found.nav.published.valuation_date, found.nav.published.version): (product, found)
        for product, found in restated
        if found.nav.publisher == "WEIR" and found.nav.correct is not None
    }
    days = [shown.organization_id, [key[0] for key in versions], [key[1] for key in versions]]
    fees: dict[tuple[str, dt.date, int], dict[str, Row]] = defaultdict(dict)
    for row in warehouse.records(_FEES, days) if versions else ():
        fees[row["product_id"], row["valuation_date"], row["version"]][row["line_id"]] = row
    nets = {
        (row["product_id"], row["valuation_date"], row["version"]): row["net_assets"]
        for row in (warehouse.records(_NETS, days) if versions else ())
    }
    for key, (product, found) in versions.items():
        assert found.nav.correct is not None
        right = (*key[:2], found.nav.correct.version)
        yield from _fee_effects(product, found, fees[key], fees[right])
        in_force = product.strikes.get(key[1])
        now = None if in_force is None else in_force.run["net_assets"]
        yield from _project_effects(product, found, projects, nets.get(key), nets.get(right), now)


def _order_effects(product: ShownProduct, found: PublishedError) -> Iterator[dict[str, Any]]:
    nav = found.nav
    for order in found.deals.orders:
        if order["order_id"] not in found.to_reckon_again:
            continue
        shares = order["shares"]
        amounts = [
            None if shares is None or each is None else _product(shares, each) for each in (nav.published, nav.correct)
        ]
        reason = "NO_SHARES" if shares is None else None if nav.correct else found.reason
        yield _effect(product, found, "ORDER", order["order_id"], nav.currency, amounts, reason)


def _product(shares: Decimal, nav: NavVersion) -> Decimal:
    with precise():
        return stored(shares * nav.nav_per_share)


def _fee_effects(
    product: ShownProduct, found: PublishedError, before: Mapping[str, Row], after: Mapping[str, Row]
) -> Iterator[dict[str, Any]]:
    for line_id in sorted({*before, *after}):
        row = after.get(line_id) or before[line_id]
        amounts = [each[line_id]["base_amount"] if line_id in each else Decimal(0) for each in (before, after)]
        made = _effect(product, found, "FEE", line_id, row["currency"], amounts, None)
        yield made | {"share_class_id": row["share_class_id"]}


def _project_effects(
    product: ShownProduct,
    found: PublishedError,
    projects: ProjectParts,
    before: Decimal | None,
    after: Decimal | None,
    now: Decimal | None,
) -> Iterator[dict[str, Any]]:
    """NAVs of the product's project that count the day's strike, on it and on days that carry it."""
    for row, parts in projects:
        for part in parts:
            if (part["product_id"], part["strike_date"]) != (product.product_id, found.nav.published.valuation_date):
                continue
            reason = row["net_assets_reason"] or (ELIMINATED if part["eliminated_amount"] else None)
            amounts: list[Decimal | None] = [None, None]
            rate = part["fx_rate"]
            if reason is None and before is not None and after is not None and now is not None and rate is not None:
                with precise():
                    amounts = [stored(row["net_assets"] + (each - now) * rate) for each in (before, after)]
            made = _effect(product, found, "PROJECT_NAV", row["project_id"], row["currency"], amounts, reason)
            yield made | {"share_class_id": None, "effect_date": row["valuation_date"]}


def _effect(
    product: ShownProduct,
    found: PublishedError,
    effect_type: str,
    subject_id: str,
    currency: str,
    amounts: Sequence[Decimal | None],
    reason: str | None,
) -> dict[str, Any]:
    """A row of what is reckoned again; `amounts` by the published version and by the correct one."""
    (published, correct), difference = amounts, None
    if published is not None and correct is not None:
        with precise():
            difference = correct - published
    return {
        **_keys(product, found),
        "share_class_id": found.nav.share_class_id,
        "effect_type": effect_type,
        "subject_id": subject_id,
        "effect_date": found.nav.published.valuation_date,
        "currency": currency,
        "published_amount": published,
        "correct_amount": correct,
        "difference": difference,
        "reason": (reason or "MISSING_VALUE") if difference is None else None,
        "is_open": found.is_open,
    }


def _keys(product: ShownProduct, found: PublishedError) -> dict[str, Any]:
    row, day = product.stated.row, found.nav.published.valuation_date
    strike = product.strikes.get(day)
    return {
        "product_id": product.product_id,
        "valuation_date": day,
        "publisher": found.nav.publisher,
        "published_version": found.nav.published.version,
        "known_at": row["known_at"] if strike is None else max(row["known_at"], strike.run["known_at"]),
        "state_id": row["state_id"],
    }
