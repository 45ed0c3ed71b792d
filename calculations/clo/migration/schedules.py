"""What each asset of a pool would repay and still owe, day by day, if nobody defaulted or prepaid. No ratings here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from calculations.calendars import BusinessCalendar
from calculations.clo.collateral import AssetTerms, Rejection, project_assets
from calculations.clo.columns import Days, Floats, as_text
from calculations.clo.migration.universe import Universe
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.scenarios import Assumptions, Scenario, Scenarios


@dataclass(frozen=True, eq=False)
class ScheduledBalances:
    """One entry per asset that is projected, in the pool's order, money in the deal's currency.

    `balance` and `repaid` (assets, days + 2): column d is what stands before the payments of the day d days after the
    analysis date, column d + 1 thus what stands after them. `maturity` (assets,) is the day of the last payment,
    `final_payment` (assets,) what is repaid on it. `rejections` take no part, with the reason.
    """

    assets: tuple[AssetTerms, ...]
    analysis: dt.date
    balance: Floats
    repaid: Floats
    maturity: Days
    final_payment: Floats
    rejections: tuple[Rejection, ...]

    @property
    def asset_ids(self) -> tuple[str, ...]:
        return tuple(asset.asset_id for asset in self.assets)

    @property
    def days(self) -> int:
        """How many days after the analysis date the schedule reaches."""
        return self.balance.shape[1] - 2

    def until(self, days: int) -> ScheduledBalances:
        """The schedule over so many days: its last column held on, as all has been paid by then."""
        more = max(0, days - self.days)

        def held(table: Floats) -> Floats:
            return np.pad(table, ((0, 0), (0, more)), mode="edge")

        return replace(self, balance=held(self.balance), repaid=held(self.repaid))


def scheduled_balances(
    assets: Sequence[AssetTerms], analysis: dt.date, calendar: BusinessCalendar, preset: Preset = STANDARD
) -> ScheduledBalances:
    """Balances from the collateral engine without defaults or prepayment; what is in default owes its par throughout.

    Under CMP-23 every asset is a bullet. Raises ValueError where no asset has a schedule, and as the engine does.
    Source: clo-compliance 4.5, Q23.
    """
    plain = [_without_defaults(asset, preset) for asset in assets]
    rows = project_assets(plain, Scenarios.of([Scenario("scheduled", Assumptions())]), analysis, calendar, preset)[0]
    number = {asset_id: place for place, asset_id in enumerate(dict.fromkeys(rows.asset_id))}
    at = np.array([number[asset_id] for asset_id in rows.asset_id], dtype=np.int64)
    first = np.searchsorted(at, np.arange(len(number) + 1))
    paid = (rows.paid - np.datetime64(analysis, "D")).astype(np.int64)
    principal = rows.scheduled + rows.unscheduled
    kept = [asset for asset in assets if asset.is_defaulted or asset.asset_id in number]
    if not kept:
        raise ValueError(f"a pool must have an asset that is still to be paid after {analysis}, found none")
    horizon = int(paid.max(initial=0))
    days = np.arange(horizon + 2)
    balance = np.array([np.full(days.size, asset.par) for asset in kept])
    repaid = np.zeros_like(balance)
    maturity = np.array([asset.maturity for asset in kept], dtype="datetime64[D]")
    final = np.zeros(len(kept))
    for row, asset in enumerate(kept):
        if asset.is_defaulted:
            continue
        own = slice(first[number[asset.asset_id]], first[number[asset.asset_id] + 1])
        before = np.searchsorted(paid[own], days, side="left")
        balance[row] = np.concatenate([[asset.par], rows.end_balance[own]])[before]
        repaid[row] = np.concatenate([[0.0], np.cumsum(principal[own])])[before]
        # Stated maturity may fall on a holiday: an asset that is still to be paid has not matured.
        maturity[row] = max(maturity[row], rows.paid[own][-1])
        final[row] = principal[own][-1]
    held = {asset.asset_id for asset in kept}
    rejections = [
        Rejection(
            asset.asset_id, f"asset {asset.asset_id}: must have a payment after {analysis} and a balance, found none"
        )
        for asset in assets
        if asset.asset_id not in held
    ]
    return ScheduledBalances(tuple(kept), analysis, balance, repaid, maturity, final, tuple(rejections))


def universe_of(
    schedule: ScheduledBalances, issuer_ids: Mapping[str, str], sp_industries: Mapping[str, str]
) -> Universe:
    """The assets of a schedule with what correlations ask of them; an id without issuer or industry shares it with nobody."""
    ids = schedule.asset_ids
    return Universe(
        asset_id=as_text(ids),
        issuer_id=as_text([issuer_ids.get(asset_id) for asset_id in ids]),
        sp_industry=as_text([sp_industries.get(asset_id) for asset_id in ids]),
        sp_rating=as_text([asset.sp_rating for asset in schedule.assets]),
        is_defaulted=np.array([asset.is_defaulted for asset in schedule.assets], dtype=bool),
        maturity=schedule.maturity,
    )


def _without_defaults(asset: AssetTerms, preset: Preset) -> AssetTerms:
    plain = replace(asset, is_defaulted=False, uses_rating_migration=False)
    return replace(plain, instalments=()) if "CMP-23" in preset else plain
