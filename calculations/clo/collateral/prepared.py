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
from calculations.clo.collateral.event_terms import EVENT_COLUMNS
from calculations.clo.collateral.principal_due import accepted_events
from calculations.clo.collateral.recovery import NEVER
from calculations.clo.collateral.rows import EVENT, INTEREST, AssetRows, asset_rows
from calculations.clo.columns import Flags, Floats, Ints
from calculations.clo.deal_dates import DealDates
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.ratings import CAA1_RANK, Agency, rating_rank
from calculations.daycount import Days, days360

NO_CAP = np.inf


@dataclass(frozen=True, eq=False)
class PreparedPool:
    """Assets (n,) and their rows (rows,): those of asset `i` are `first_row[i]` to `first_row[i + 1]`.

    `fixing` numbers the pairs of `fixing_day` and `fixing_months` (fixings,); `theta` numbers `thetas`. `cash_period`
    and `default_period` are deal periods from 0, NEVER outside them. `recovery_row` (lags, rows) and `first_recovery`
    (lags, n), for what is in default from the start, are row numbers by lag of `lags`. The arrays from `rate` on are
    those of `AssetRows` and its drawings. `rejections` are assets and events that take no part, with the reason.
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

    @property
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
    kept: list[AssetTerms] = []
    rows: list[AssetRows] = []
    rejections: list[Rejection] = []
    seen: set[str] = set()
    for asset in assets:
        if asset.asset_id in seen:
            raise ValueError(f"asset {asset.asset_id}: must stand once in a pool, found again")
        seen.add(asset.asset_id)
        events, refused = accepted_events(asset, analysis, calendar, preset)
        rejections += refused
        try:
            found = asset_rows(
                asset, events, analysis, lag_months, calendar, preset, settlement=settlement, until=until
            )
        except ValueError as error:
            rejections.append(Rejection(asset.asset_id, str(error)))
            continue
        if not found.paid.size:
            rejections.append(
                Rejection(
                    asset.asset_id,
                    f"asset {asset.asset_id}, maturity: must be after analysis date {analysis}, found {asset.maturity}",
                )
            )
            continue
        kept.append(asset)
        rows.append(found)
    return _stacked(kept, rows, tuple(rejections), lag_months, dates, preset)


def _stacked(
    assets: list[AssetTerms],
    rows: list[AssetRows],
    rejections: tuple[Rejection, ...],
    lags: Ints,
    dates: DealDates | None,
    preset: Preset,
) -> PreparedPool:
    first_row = np.concatenate([[0], np.cumsum([item.paid.size for item in rows])]).astype(np.int64)
    recovery = [
        np.where(item.recovery_row == NEVER, NEVER, item.recovery_row + start)
        for item, start in zip(rows, first_row[:-1].tolist(), strict=True)
    ]
    empty = np.zeros((lags.size, 0), dtype=np.int64)
    paid = _joined([item.paid for item in rows], "datetime64[D]")
    accrual_begin = _joined([item.accrual_begin for item in rows], "datetime64[D]")
    months = np.repeat([item.months for item in rows], np.diff(first_row)).astype(np.int64)
    fixing, fixing_day, fixing_months = _numbered_fixings(_joined([i.fixing for i in rows], "datetime64[D]"), months)
    kind = _joined([item.kind for item in rows], np.int64)
    # One call for the whole pool: a day count costs as much for a loan as for a thousand.
    years = np.where(kind == INTEREST, days360(accrual_begin, paid) / 360.0, 0.0)
    thetas, theta = np.unique(years, return_inverse=True)
    cash_period, default_period = _periods(paid, accrual_begin, kind, dates, preset)
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
        first_recovery=np.concatenate([empty, *[item[:, :1] for item in recovery]], axis=1),
        paid=paid,
        accrual_begin=accrual_begin,
        kind=kind,
        period=_joined([item.period for item in rows], np.int64),
        year_fraction=_joined([item.year_fraction for item in rows], np.float64),
        accrual=_joined([item.accrual for item in rows], np.float64),
        fixing=fixing,
        fixing_day=fixing_day,
        fixing_months=fixing_months,
        theta=theta.astype(np.int64),
        thetas=thetas,
        share=_joined([item.share for item in rows], np.float64),
        is_rated_default=_joined([item.is_rated_default for item in rows], np.bool_),
        recovery_row=np.concatenate([empty, *[item[:, 1:] for item in recovery]], axis=1),
        cash_period=cash_period,
        default_period=default_period,
        rate=_joined([item.rate for item in rows], np.float64),
        pik_share=_joined([item.pik_share for item in rows], np.float64),
        defers_at_start=np.array([item.defers_at_start for item in rows], dtype=bool),
        is_deferring=_joined([item.is_deferring for item in rows], np.bool_),
        draw_share=_joined([item.drawings.share for item in rows], np.float64),
        draw_year_fraction=_joined([item.drawings.year_fraction for item in rows], np.float64),
        draw_accrual=_joined([item.drawings.accrual for item in rows], np.float64),
        draw_fee=_joined([item.drawings.fee for item in rows], np.float64),
        undrawn_fee=_joined([item.drawings.undrawn_fee for item in rows], np.float64),
        may_draw=_joined([item.drawings.may_draw for item in rows], np.bool_),
        lapses=_joined([item.drawings.lapses for item in rows], np.bool_),
        event=np.concatenate([np.zeros((0, EVENT_COLUMNS)), *[item.event for item in rows]]),
    )


def _joined(parts: list[np.ndarray], dtype: object) -> np.ndarray:
    return np.concatenate([np.zeros(0, dtype=dtype), *parts]).astype(dtype)  # type: ignore[call-overload]


def _numbered_fixings(days: Days, months: Ints) -> tuple[Ints, Days, Ints]:
    """Each row's fixing as a number, NEVER where it has none, and the day and tenor of each number."""
    is_fixed = ~np.isnat(days)
    pairs, number = np.unique(
        np.stack([days[is_fixed].astype(np.int64), months[is_fixed]]), axis=1, return_inverse=True
    )
    fixing = np.full(days.shape, NEVER, dtype=np.int64)
    fixing[is_fixed] = number.reshape(-1)
    return fixing, pairs[0].astype("datetime64[D]"), pairs[1]


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
