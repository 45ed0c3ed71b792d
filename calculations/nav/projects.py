"""The NAV of a project over its products and their currencies, and the weights of the products. Returns are in project_returns.

A product held by another one of the project is counted once: the holder gives up what it holds of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from calculations.exact_yaml import Terms, read_policy
from calculations.nav.numbers import precise, stored
from calculations.nav.rates import Conversion
from calculations.nav.results import Unavailable
from calculations.nav.valuation_point import AgeLimit, ValuationPoint

FILE = Path(__file__).with_name("tables") / "project_navs.yaml"

ProjectReason = Literal[
    "NO_PRODUCTS",
    "MISSING_STRIKE",
    "STALE_STRIKE",
    "MISSING_FX",
    "STALE_FX",
    "DUPLICATE_INPUT",
    "DOMAIN",
    "NON_POSITIVE_NET_ASSETS",
]
Convert = Callable[[str, str], Conversion]


class CarryLimit(Terms):
    count: Annotated[int, Field(ge=0)]
    unit: Literal["BUSINESS_DAYS", "DAYS"]


class ProjectPolicy(Terms):
    """The packaged table: the age up to which a strike may be carried, by the product's frequency."""

    carry_limits: Mapping[str, CarryLimit]


@cache
def project_policy() -> ProjectPolicy:
    """The limits in use. Raises ValueError where the table is not valid."""
    return read_policy(FILE, ProjectPolicy)


def carry_limit(nav_frequency: str | None) -> AgeLimit:
    """How old a strike of such a product may be; one without a known frequency may not be carried at all."""
    limit = project_policy().carry_limits.get(nav_frequency or "")
    return AgeLimit(0, "DAYS") if limit is None else AgeLimit(limit.count, limit.unit)


@dataclass(frozen=True)
class ProductNav:
    """The current strike of a product, the latest on or before the day; `net_assets` in `currency`.

    `held` is the value, in `currency`, of what the strike holds of other products, by their ids.
    """

    product_id: str
    valuation_date: dt.date
    currency: str
    net_assets: Decimal
    held: Mapping[str, Decimal]


@dataclass(frozen=True)
class Member:
    """A product of the project and its strike, None where it has none; `limit` is the age up to which that counts."""

    product_id: str
    nav: ProductNav | None
    limit: AgeLimit


@dataclass(frozen=True)
class Part:
    """What a product brings into the project, in the project's currency, stored; None beside the reason.

    `eliminated` is what it holds of the project's other products and so does not bring.
    """

    product_id: str
    valuation_date: dt.date | None
    net_assets: Decimal | None
    eliminated: Decimal | None
    fx_rate: Decimal | None
    is_carried: bool
    weight: Decimal | None = None
    reason: ProjectReason | None = None
    detail: str | None = None


@dataclass(frozen=True)
class ProjectNav:
    """`net_assets` is the sum of the parts, None where one of them is unknown; `known_net_assets` is the sum of those
    that are known, None where none is.

    Weights are None where the project is incomplete or its net assets are not above zero. `reason` explains a None.
    """

    project_id: str
    day: dt.date
    currency: str
    parts: tuple[Part, ...]
    net_assets: Decimal | None
    known_net_assets: Decimal | None
    is_complete: bool
    reason: ProjectReason | None


def project_nav(
    project_id: str, currency: str, point: ValuationPoint, members: Sequence[Member], convert: Convert
) -> ProjectNav:
    """Net assets of the members at a day in the project's currency of that day, each in proportion to the whole.

    `convert` gives the rate from one currency to another at the day. A product that holds another one of the members
    gives up that value, so nothing counts twice; where the held one is unknown, so is the project.
    Raises Unavailable DUPLICATE_INPUT, and BAD_SCHEDULE for a strike of a later day. Source: nav 7.
    """
    ids = [member.product_id for member in members]
    if len(set(ids)) < len(ids):
        raise Unavailable("DUPLICATE_INPUT", f"products must be given once each, found {sorted(ids)}")
    ordered = sorted(members, key=lambda member: member.product_id)
    parts = [_part(member, frozenset(ids), currency, point, convert) for member in ordered]
    amounts = [part.net_assets for part in parts if part.net_assets is not None]
    first_unknown = next((part.reason for part in parts if part.net_assets is None), None)
    reason: ProjectReason | None = first_unknown if parts else "NO_PRODUCTS"
    is_complete = reason is None
    with precise():
        total = sum(amounts, Decimal(0)) if amounts else None
        if is_complete and total is not None and total > 0:
            parts = [replace(part, weight=_share(part, total)) for part in parts]
        elif is_complete:
            reason = "NON_POSITIVE_NET_ASSETS"
    return ProjectNav(
        project_id=project_id,
        day=point.date,
        currency=currency,
        parts=tuple(parts),
        net_assets=total if is_complete else None,
        known_net_assets=total,
        is_complete=is_complete,
        reason=reason,
    )


def _share(part: Part, total: Decimal) -> Decimal:
    assert part.net_assets is not None
    return part.net_assets / total


def _part(member: Member, members: frozenset[str], currency: str, point: ValuationPoint, convert: Convert) -> Part:
    nav = member.nav
    missing = Part(member.product_id, None, None, None, None, False)
    if nav is None:
        return replace(missing, reason="MISSING_STRIKE", detail=f"{member.product_id}: no strike by {point.date}")
    if nav.valuation_date > point.date:
        raise Unavailable("BAD_SCHEDULE", f"{nav.product_id}: a strike of {nav.valuation_date} is after {point.date}")
    found = replace(missing, valuation_date=nav.valuation_date, is_carried=nav.valuation_date < point.date)
    if point.is_older(nav.valuation_date, member.limit):
        limit = f"{member.limit.count} {member.limit.unit.lower().replace('_', ' ')}"
        detail = f"{nav.product_id}: struck on {nav.valuation_date}, more than {limit} before {point.date}"
        return replace(found, reason="STALE_STRIKE", detail=detail)
    conversion = convert(nav.currency, currency)
    if conversion.rate is None or conversion.reason is not None:
        reason = _FX_REASONS.get(conversion.reason or "", "MISSING_FX")
        return replace(found, fx_rate=conversion.rate, reason=reason, detail=conversion.detail)
    with precise():
        held = sum((value for product_id, value in nav.held.items() if product_id in members), Decimal(0))
        return replace(
            found,
            net_assets=stored((nav.net_assets - held) * conversion.rate),
            eliminated=stored(held * conversion.rate),
            fx_rate=conversion.rate,
        )


_FX_REASONS: Mapping[str, ProjectReason] = {
    "STALE_FX": "STALE_FX",
    "DUPLICATE_INPUT": "DUPLICATE_INPUT",
    "DOMAIN": "DOMAIN",
}
