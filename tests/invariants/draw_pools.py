"""Random loans and bonds of every kind that a pool may hold, from a seeded source. No deal terms, no expected values."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

from calculations.clo.collateral import AssetTerms
from calculations.clo.collateral.features import EVENT_ORDER, AssetEvent, DrawTerms, PikTerms, RateStep

ANALYSIS = dt.date(2024, 2, 1)
DAY_COUNTS = ("30/360", "ACT/360", "ACT/365", "ACT/ACT", "30E/360")
CONVENTIONS = ("", "FOLLOWING", "MOD FOLLOWING", "PREVIOUS")
RATINGS = ("B1", "B2", "B3", "Caa1", "Caa2", "Ca")
SP_RATINGS = ("B+", "B", "B-", "CCC+", "CCC", "CC")


def day_after(source: Random, first: int, last: int) -> dt.date:
    """A day so many days after the analysis date."""
    return ANALYSIS + dt.timedelta(source.randint(first, last))


def draw_pool(source: Random, periods: int, months: int, *, plain: bool) -> tuple[AssetTerms, ...]:
    """One to four assets that live about as long as the deal's `periods`, each of so many `months`.

    A `plain` pool has none of the features of clo-extensions 3.
    """
    life = periods * months * 30
    a_year = (1, 1, 2) if not plain and source.random() < 0.15 else (1, 2, 4, 4, 4, 4, 12)
    return tuple(
        _asset(source, f"L{number}", life, source.choice(a_year), plain=plain) for number in range(source.randint(1, 4))
    )


def _asset(source: Random, asset_id: str, life: int, payments_per_year: int, *, plain: bool) -> AssetTerms:
    first = day_after(source, -400, 180)
    maturity = max(first, ANALYSIS) + dt.timedelta(source.randint(30, life + 200))
    floats = source.random() < 0.6
    coupon, spread = source.uniform(0.03, 0.12), source.uniform(0.01, 0.07)
    floor = source.uniform(0.0, 0.04) if source.random() < 0.4 else None
    agency = source.randrange(len(RATINGS))
    bad_from = day_after(source, 30, life) if source.random() < 0.1 else None
    more = {} if plain else _features(source, life, maturity, floats=floats)
    return AssetTerms(
        asset_id=asset_id,
        par=round(source.uniform(1e6, 4e7), 2),
        coupon=max(coupon, spread),  # the index within a first coupon is not negative
        dated=first - dt.timedelta(source.randint(1, 120)),
        first_payment=first,
        maturity=maturity,
        payments_per_year=payments_per_year,
        day_count=source.choice(DAY_COUNTS),
        convention=source.choice(CONVENTIONS),
        is_end_of_month=source.random() < 0.2,
        coupon_type="FLOAT" if floats else "FIXED",
        spread=spread,
        floor=floor,
        cap=source.uniform(0.045, 0.1) if source.random() < 0.2 else None,
        instalments=_instalments(source, life) if source.random() < 0.35 else (),
        recovery_rate=source.uniform(0.2, 0.7),
        is_defaulted=source.random() < 0.1,
        moodys_rating=RATINGS[agency],
        sp_rating=SP_RATINGS[agency],
        moodys_history=((dt.date(2020, 1, 1), RATINGS[agency]), (bad_from, "D")) if bad_from else (),
        uses_rating_migration=source.random() < 0.1,
        **{"market_value": source.uniform(20.0, 100.0), **more},
    )


def _instalments(source: Random, life: int) -> tuple[tuple[dt.date, float], ...]:
    days = sorted(source.sample(range(-300, life + 200), source.randint(1, 5)))
    return tuple((ANALYSIS + dt.timedelta(day), source.uniform(0.5, 9.0)) for day in days)


def _features(source: Random, life: int, maturity: dt.date, *, floats: bool) -> dict[str, Any]:
    """Fields of what a loan does beside paying by its schedule; most loans have one of them or none."""
    found: dict[str, Any] = _purchase(source)
    if source.random() < 0.12:
        shares = sorted((day_after(source, 1, life), source.choice((0.0, 0.5, 1.0))) for _ in range(2))
        found["pik"] = PikTerms(
            balance=source.choice((0.0, 50_000.0, 400_000.0)), shares=tuple(shares), in_par=source.random() < 0.3
        )
    if source.random() < 0.12:
        found["draws"] = _draws(source, life)
    if source.random() < 0.12:
        days = sorted(source.sample(range(10, life), 2))
        found["steps"] = tuple(
            RateStep(ANALYSIS + dt.timedelta(day), source.uniform(0.015, 0.12), "spread" if floats else "coupon")
            for day in days
        )
    if source.random() < 0.2:
        found["events"] = tuple(_event(source, life, maturity) for _ in range(source.randint(1, 2)))
    return found


def _purchase(source: Random) -> dict[str, Any]:
    """What was paid for a loan or bond, and what it has been worth since: sometimes each week of the last six."""
    found: dict[str, Any] = {"kind": source.choice(("loan", "loan", "bond"))}
    if source.random() < 0.4:
        found["purchase_price"] = source.choice((55.0, 70.0, 78.0, 84.0, 99.0))
    if source.random() < 0.3:
        least = source.choice((60.0, 91.0))
        weeks = [ANALYSIS - dt.timedelta(7 * number) for number in range(6, 0, -1)]
        found["market_values"] = tuple((day, source.uniform(least, 100.0)) for day in weeks)
        found["market_value"] = source.uniform(least, 100.0)
    if source.random() < 0.2:
        found["purchased_accrued"] = float(source.randint(1, 400_000))
    return found


def _draws(source: Random, life: int) -> DrawTerms:
    unfunded = round(source.uniform(1e5, 2e7), 2)
    ends = day_after(source, 60, life + 100)
    days = [day_after(source, 1, (ends - ANALYSIS).days) for _ in range(source.randint(0, 3))]
    uses_rate = source.random() < 0.3
    return DrawTerms(
        unfunded=unfunded,
        fee_rate=source.choice((None, 0.005, 0.01)),
        available_until=ends,
        is_revolving=source.random() < 0.5,
        draws=() if uses_rate else tuple((day, 0.3 * unfunded) for day in sorted(days)),
        utilisation=source.uniform(0.2, 1.0) if uses_rate else None,
    )


def _event(source: Random, life: int, maturity: dt.date) -> AssetEvent:
    kind = source.choice(EVENT_ORDER)
    date = day_after(source, 1, life)
    price = source.uniform(0.6, 1.05)
    extends = kind in ("amend_extend", "restructuring") and source.random() < 0.7
    return AssetEvent(
        date=date,
        kind=kind,
        fraction=source.choice((0.1, 0.5, 1.0)),
        price=price,
        fee=source.choice((0.0, 0.0025)),
        rate=source.uniform(0.02, 0.12) if source.random() < 0.5 else None,
        maturity=max(maturity, date) + dt.timedelta(source.randint(1, 400)) if extends else None,
        accrued=source.choice(("paid", "capitalised", "forfeited")),
        premium_as="interest" if price > 1 and source.random() < 0.5 else "principal",
        scenario=source.choice(("0", "1")) if source.random() < 0.15 else None,
    )
