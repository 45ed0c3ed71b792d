"""NAVs of an organisation's projects day by day, as rows: each over the strikes its products show. The finance is in calculations."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from calculations.nav.market import valuation_point
from calculations.nav.numbers import precise
from calculations.nav.project_returns import ClassValue, Return, product_return, project_return
from calculations.nav.projects import Member, Part, ProductNav, ProjectNav, carry_limit, project_nav
from calculations.nav.valuation_point import ValuationPoint
from orchestration.assets.nav_shown import Row, ShownOrganization, ShownProduct, ShownStrike
from orchestration.warehouse import Warehouse

# A project has no cut-off and no calendar of its own: it is valued at those that products have by default.
_OF_PROJECT: Row = {"valuation_cutoff": None, "valuation_calendar": None}
# A product that is over is no longer expected to have a NAV; while an earlier one may be carried it still counts.
_OVER = ("CALLED", "MATURED", "REDEEMED", "EXPIRED", "DELISTED", "LIQUIDATED", "INACTIVE", "CLOSED")
_PAYS = ("DISTRIBUTION", "INCOME_DISTRIBUTION")


@dataclass(frozen=True)
class _Valued:
    """A project at a day, the strikes its members count by, and where it was valued."""

    nav: ProjectNav
    point: ValuationPoint
    strikes: Mapping[str, ShownStrike]


def project_rows(
    warehouse: Warehouse, shown: ShownOrganization
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """A row per project and day on which one of its products was struck, days rising, and a row for each of its products."""
    currencies = _currencies(warehouse, shown.organization_id)
    products: dict[str, list[ShownProduct]] = defaultdict(list)
    for product in shown.products:
        products[product.stated.row["project_id"]].append(product)
    for project_id, members in sorted(products.items()):
        owned = _units(members)
        before: _Valued | None = None
        for day in sorted({day for member in members for day in member.strikes}):
            currency = _currency_on(currencies.get(project_id, ()), day)
            if currency is None:
                continue  # no project of that id was stated yet, so there is nothing to value
            now = _valued(shown, project_id, currency, members, owned, day)
            if now.strikes:
                row = _row(now, _returned(shown, members, before, now))
                yield row, [_part_row(row, part) for part in now.nav.parts]
                before = now


def _currencies(warehouse: Warehouse, organization: str) -> Mapping[str, Sequence[tuple[dt.date, str]]]:
    """What each project states as its currency, and from when on."""
    found: dict[str, list[tuple[dt.date, str]]] = defaultdict(list)
    for project_id, as_of, currency in warehouse.rows(
        "select project_id, as_of, attributes.currency from intermediate.int_nav__project_timeline "
        "where organization_id = ? and not is_deleted order by project_id, as_of, known_at",
        [organization],
    ):
        found[project_id].append((as_of, currency))
    return found


def _currency_on(stated: Sequence[tuple[dt.date, str]], day: dt.date) -> str | None:
    """The currency last stated by a day; that of the first statement holds before it, as for every attribute."""
    earlier = [currency for as_of, currency in stated if as_of <= day]
    return earlier[-1] if earlier else stated[0][1] if stated else None


def _units(members: Sequence[ShownProduct]) -> Mapping[str, str]:
    """The product whose units an instrument is."""
    return {member.unit: member.product_id for member in members if member.unit is not None}


def _latest(product: ShownProduct, day: dt.date) -> ShownStrike | None:
    days = list(product.strikes)
    place = bisect_right(days, day)
    return product.strikes[days[place - 1]] if place else None


def _valued(
    shown: ShownOrganization,
    project_id: str,
    currency: str,
    members: Sequence[ShownProduct],
    owned: Mapping[str, str],
    day: dt.date,
) -> _Valued:
    point = valuation_point(_OF_PROJECT, day, shown.market)
    strikes: dict[str, ShownStrike] = {}
    parts = []
    for product in members:
        row, strike = product.stated.row, _latest(product, day)
        limit = carry_limit(row["nav_frequency"])
        is_old = strike is None or point.is_older(strike.run["valuation_date"], limit)
        if (row["inception_date"] is not None and row["inception_date"] > day) or (row["status"] in _OVER and is_old):
            continue
        if strike is not None:
            strikes[product.product_id] = strike
        parts.append(Member(product.product_id, _product_nav(product.product_id, strike, owned), limit))
    nav = project_nav(project_id, currency, point, parts, lambda held, wanted: shown.conversion(held, wanted, point))
    return _Valued(nav, point, strikes)


def _product_nav(product_id: str, strike: ShownStrike | None, owned: Mapping[str, str]) -> ProductNav | None:
    if strike is None:
        return None
    held: dict[str, Decimal] = {}
    for instrument_id, amount in strike.held.items():
        if instrument_id in owned and owned[instrument_id] != product_id:
            held[owned[instrument_id]] = amount
    run = strike.run
    return ProductNav(product_id, run["valuation_date"], run["currency"], run["net_assets"], held)


def _returned(
    shown: ShownOrganization, members: Sequence[ShownProduct], before: _Valued | None, now: _Valued
) -> Return:
    """The return since the day before in the currency of today; a project that changed its currency starts again."""
    if before is None or before.nav.currency != now.nav.currency:
        return Return(None, "NO_OPENING")
    returns = {}
    for product in members:
        opening, closing = (valued.strikes.get(product.product_id) for valued in (before, now))
        if opening is None or closing is None:
            continue
        pair = opening.run["currency"], now.nav.currency
        rates = [shown.conversion(*pair, valued.point).rate for valued in (before, now)]
        paid = _distributed(shown, product, opening.run["valuation_date"], closing.run["valuation_date"])
        if rates[0] is None or rates[1] is None or paid is None:
            returns[product.product_id] = Return(None, "MISSING_FX")
            continue
        returns[product.product_id] = product_return(_values(opening, {}), _values(closing, paid), rates[0], rates[1])
    return project_return(before.nav, returns)


def _values(strike: ShownStrike, paid: Mapping[str, Decimal]) -> list[ClassValue]:
    return [
        ClassValue(class_id, row["net_assets"], row["shares_outstanding"], paid.get(class_id, Decimal(0)))
        for class_id, row in sorted(strike.classes.items())
    ]


def _distributed(
    shown: ShownOrganization, product: ShownProduct, after: dt.date, until: dt.date
) -> Mapping[str, Decimal] | None:
    """What a share of each class went ex of between two strikes, in the product's currency; one rate of one day counts once.

    None where it was in a currency without a rate.
    """
    row = product.stated.row
    rates = {
        (order["share_class_id"] or order["product_id"], order["ex_date"], order["rate_per_share"], order["currency"])
        for order in product.stated.orders
        if order["activity"] in _PAYS
        and order["status"] != "CANCELLED"
        and order["rate_per_share"] is not None
        and order["ex_date"] is not None
        and after < order["ex_date"] <= until
    }
    paid: dict[str, Decimal] = defaultdict(Decimal)
    with precise():
        for class_id, ex_date, rate, currency in sorted(rates):
            amount = shown.converted(rate, currency, row, ex_date)
            if amount is None:
                return None
            paid[class_id] += amount
    return paid


def _row(valued: _Valued, returned: Return) -> dict[str, Any]:
    nav = valued.nav
    newest = max(
        (strike.run for strike in valued.strikes.values()), key=lambda run: (run["known_at"], run["product_id"])
    )
    return {
        "project_id": nav.project_id,
        "valuation_date": nav.day,
        # a product's strike that is restated is a new version of every project NAV that counts it
        "version": 1 + sum(strike.run["version"] - 1 for strike in valued.strikes.values()),
        "currency": nav.currency,
        "net_assets": nav.net_assets,
        "net_assets_reason": None if nav.is_complete else nav.reason,
        "known_net_assets": nav.known_net_assets,
        "eliminated_amount": sum((part.eliminated for part in nav.parts if part.eliminated is not None), Decimal(0)),
        "product_count": len(nav.parts),
        "missing_product_count": sum(part.net_assets is None for part in nav.parts),
        "carried_product_count": sum(part.is_carried and part.net_assets is not None for part in nav.parts),
        "is_complete": nav.is_complete,
        "return_rate": returned.rate,
        "return_rate_reason": returned.reason,
        "known_at": newest["known_at"],
        "state_id": newest["state_id"],
    }


def _part_row(row: Mapping[str, Any], part: Part) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("project_id", "valuation_date", "currency", "known_at", "state_id")},
        "product_id": part.product_id,
        "strike_date": part.valuation_date,
        "net_assets": part.net_assets,
        "net_assets_reason": part.reason,
        "eliminated_amount": part.eliminated,
        "fx_rate": part.fx_rate,
        "weight": part.weight,
        "is_carried": part.is_carried,
    }
