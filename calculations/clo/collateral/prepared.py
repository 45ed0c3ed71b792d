"""A pool's rows end to end, with what does not depend on a scenario worked out once. Scenarios and flows do not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calculations.calendars import BusinessCalendar
from calculations.clo.ccc import AGENCIES
from calculations.clo.collateral.assets import AssetTerms, Rejection
from calculations.clo.collateral.dates import pool_dates
from calculations.clo.collateral.feature_rows import lay_features
from calculations.clo.collateral.principal_due import accepted_events
from calculations.clo.collateral.recovery import NEVER
from calculations.clo.collateral.rows import EVENT, INTEREST, PoolRows, ScheduledAsset, pool_rows, scheduled
from calculations.clo.columns import Flags, Floats, Ints
from calculations.clo.deal_dates import DealDates
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.ratings import CAA1_RANK, Agency, rating_rank
from calculations.daycount import Days, days360
from calculations.ragged import counted, first_rows

NO_CAP = np.inf
MONTHS_A_YEAR = 12  # payments are as far apart at most


@dataclass(frozen=True, eq=False)
class PreparedPool:
    """Assets (n,) and their rows (rows,): those of asset `i` are `first_row[i]` to `first_row[i + 1]`.

    `fixing` numbers the pairs of `fixing_day` and `fixing_months` (fixings,); `theta` numbers `thetas`. `cash_period`
    and `default_period` are deal periods from 0, NEVER outside them. `recovery_row` (lags, rows) and `first_recovery`
    (lags, n), for what is in default from the start, are row numbers by lag of `lags`. The arrays from `rate` on are
    those of `PoolRows` and its drawings. `rejections` are assets and events that take no part, with the reason.
    """

    preset: Preset
    assets: tuple[AssetTerms, ...]
    rejections: tuple[Rejection, ...]
    lags: Ints
    periods: int
    par: Floats
    price: Floats
    floor: Floats
    cap: Floats
    is_defaulted: Flags
    migrates: Flags
    first_row: Ints
    first_recovery: Ints
    paid: Days
    accrual_begin: Days
    kind: Ints
    period: Ints
    year_fraction: Floats
    accrual: Floats
    fixing: Ints
    fixing_day: Days
    fixing_months: Ints
    theta: Ints
    thetas: Floats
    share: Floats
    is_rated_default: Flags
    recovery_row: Ints
    cash_period: Ints
    default_period: Ints
    rate: Floats
    pik_share: Floats
    defers_at_start: Flags  # of the assets
    is_deferring: Flags
    draw_share: Floats
    draw_year_fraction: Floats
    draw_accrual: Floats
    draw_fee: Floats
    undrawn_fee: Floats
    may_draw: Flags
    lapses: Flags
    event: Floats

    @cached_property
    def asset_ids(self) -> tuple[str, ...]:
        return tuple(asset.asset_id for asset in self.assets)

    def rated_ccc(self, agency: Agency) -> Ints:
        """Numbers of the performing assets that the agency rates Caa1 or CCC+ or worse, cheapest first, ties by id.

        Source: clo-collateral-engine 4.4, Q21, Q22.
        """
        ratings = [asset.moodys_rating if agency == "moodys" else asset.sp_rating for asset in self.assets]
        ranks = rating_rank(np.array(ratings, dtype=np.str_), agency)
        found = np.flatnonzero((ranks >= CAA1_RANK) & ~self.is_defaulted)
        return found[sorted(range(found.size), key=lambda number: self.assets[found[number]].haircut_order)]

    @cached_property
    def tracked(self) -> Ints:
        """Numbers of the assets whose own balances are kept: those in any agency's CCC bucket."""
        return np.unique(np.concatenate([self.rated_ccc(agency) for agency in AGENCIES]))


def prepare(
    assets: Sequence[AssetTerms],
    analysis: dt.date,
    calendar: BusinessCalendar,
    lags: Sequence[int],
    *,
    dates: DealDates | None = None,
    preset: Preset = STANDARD,
    settlement: dt.date | None = None,
    until: dt.date | None = None,
) -> PreparedPool:
    """The rows of a pool after the analysis date, placed in a deal's periods where `dates` are given.

    An asset is left out, and listed, where its terms allow no schedule or it matured on or before the analysis date
    while performing. Source: clo-collateral-engine 1, 4.2, Q5, Q15, Q20.
    """
    lag_months = np.unique(np.array(lags, dtype=np.int64))
    items: list[ScheduledAsset] = []
    rejections: dict[str, list[Rejection]] = {}
    for asset in assets:
        if asset.asset_id in rejections:
            raise ValueError(f"asset {asset.asset_id}: must stand once in a pool, found again")
        events, rejections[asset.asset_id] = accepted_events(asset, analysis, calendar, preset)
        try:
            items.append(scheduled(asset, events, calendar, preset))
        except ValueError as error:
            rejections[asset.asset_id].append(Rejection(asset.asset_id, str(error)))
    when = pool_dates(
        [item.asset for item in items],
        [item.due.maturity for item in items],
        np.array([item.months for item in items], dtype=np.int64),
        analysis,
        int(lag_months.max(initial=0)),
        calendar,
        preset,
        settlement,
        until,
    )
    rows = pool_rows(items, when, analysis, lag_months, preset)
    refused = lay_features(rows, items, when, analysis)
    for number in np.flatnonzero(np.diff(rows.first_row) == 0).tolist():
        asset = items[number].asset
        reason = f"asset {asset.asset_id}, maturity: must be after analysis date {analysis}, found {asset.maturity}"
        refused.setdefault(number, reason)
    for number, reason in refused.items():
        asset_id = items[number].asset.asset_id
        rejections[asset_id].append(Rejection(asset_id, reason))
    listed = tuple(item for of_asset in rejections.values() for item in of_asset)
    kept = np.array([number for number in range(len(items)) if number not in refused], dtype=np.int64)
    return _pool(items, kept, rows, listed, lag_months, dates, preset)


def _pool(
    items: Sequence[ScheduledAsset],
    kept: Ints,
    rows: PoolRows,
    rejections: tuple[Rejection, ...],
    lags: Ints,
    dates: DealDates | None,
    preset: Preset,
) -> PreparedPool:
    """The pool of the assets whose numbers are `kept`."""
    assets = [items[number].asset for number in kept.tolist()]
    asset, place = counted(np.diff(rows.first_row)[kept])
    first_row = first_rows(np.diff(rows.first_row)[kept])
    row = rows.first_row[kept][asset] + place  # number of each kept row among all
    paid, accrual_begin, kind = rows.paid[row], rows.accrual_begin[row], rows.kind[row]
    months = np.array([items[number].months for number in kept.tolist()], dtype=np.int64)[asset]
    fixing, fixing_day, fixing_months = _numbered_fixings(rows.fixing[row], months)
    years = np.where(kind == INTEREST, days360(accrual_begin, paid) / 360.0, 0.0)
    thetas, theta = np.unique(years, return_inverse=True)
    cash_period, default_period = _periods(paid, accrual_begin, kind, dates, preset)
    # Taken, not indexed, which would order them by column: the loop is compiled for arrays in order of rows.
    first_recovery, recovery = rows.first_recovery.take(kept, axis=1), rows.recovery_row.take(row, axis=1)
    draws = rows.drawings
    return PreparedPool(
        preset=preset,
        assets=tuple(assets),
        rejections=rejections,
        lags=lags,
        periods=dates.count if dates is not None else 0,
        par=np.array([asset.par for asset in assets], dtype=np.float64),
        price=np.array([asset.price for asset in assets], dtype=np.float64),
        floor=np.array([_lowest_index(asset) for asset in assets], dtype=np.float64),
        cap=np.array([NO_CAP if a.cap is None else a.cap for a in assets], dtype=np.float64),
        is_defaulted=np.array([asset.is_defaulted for asset in assets], dtype=bool),
        migrates=np.array([asset.uses_rating_migration for asset in assets], dtype=bool),
        first_row=first_row,
        first_recovery=np.where(first_recovery == NEVER, NEVER, first_recovery + first_row[:-1]),
        paid=paid,
        accrual_begin=accrual_begin,
        kind=kind,
        period=rows.period[row],
        year_fraction=rows.year_fraction[row],
        accrual=rows.accrual[row],
        fixing=fixing,
        fixing_day=fixing_day,
        fixing_months=fixing_months,
        theta=theta.astype(np.int64),
        thetas=thetas,
        share=rows.share[row],
        is_rated_default=rows.is_rated_default[row],
        recovery_row=np.where(recovery == NEVER, NEVER, recovery + first_row[asset]),
        cash_period=cash_period,
        default_period=default_period,
        rate=rows.rate[row],
        pik_share=rows.pik_share[row],
        defers_at_start=rows.defers_at_start[kept],
        is_deferring=rows.is_deferring[row],
        draw_share=draws.share[row],
        draw_year_fraction=draws.year_fraction[row],
        draw_accrual=draws.accrual[row],
        draw_fee=draws.fee[row],
        undrawn_fee=draws.undrawn_fee[row],
        may_draw=draws.may_draw[row],
        lapses=draws.lapses[row],
        event=rows.event[row],
    )


def _numbered_fixings(days: Days, months: Ints) -> tuple[Ints, Days, Ints]:
    """Each row's fixing as a number, NEVER where it has none, and the day and tenor of each number."""
    is_fixed = ~np.isnat(days)
    # Pairs as one number each: a search among numbers is many times faster than one among pairs.
    pairs, number = np.unique(
        days[is_fixed].astype(np.int64) * MONTHS_A_YEAR + months[is_fixed] - 1, return_inverse=True
    )
    fixing = np.full(days.shape, NEVER, dtype=np.int64)
    fixing[is_fixed] = number
    day, tenor = np.divmod(pairs, MONTHS_A_YEAR)
    return fixing, day.astype("datetime64[D]"), tenor + 1


def _periods(paid: Days, accrual_begin: Days, kind: Ints, dates: DealDates | None, preset: Preset) -> tuple[Ints, Ints]:
    """Deal period, from 0, of each row's cash and of its default; an event happens when it does under COL-20 too.

    Source: clo-collateral-engine 4.2, Q20; clo-extensions 3.4.
    """
    nowhere = np.full(paid.shape, NEVER, dtype=np.int64)
    if dates is None:
        return nowhere, nowhere
    cash = np.searchsorted(dates.collection_end, paid, side="left")
    cash = np.where((cash < dates.count) & (paid > dates.collection_begin[0]), cash, NEVER)
    if "COL-20" not in preset:
        return cash, cash
    # A loan that is dated in the future may default before it accrues.
    begun = np.searchsorted(dates.collection_end, np.minimum(accrual_begin, paid), side="left")
    return cash, np.where(kind == EVENT, cash, np.where(begun < dates.count, begun, NEVER))


def _lowest_index(asset: AssetTerms) -> float:
    """The lowest index that an asset pays: its floor, and no less than leaves its coupon at 0, for a loan is not paid by its
    lender, nor a deal's leg of a hedge by the deal."""
    spreads = [asset.spread, *(step.rate for step in asset.steps)]
    spreads += [event.rate for event in asset.events if event.rate is not None and not event.problem_of_terms()]
    return max(-min(spreads), -np.inf if asset.floor is None else asset.floor)
