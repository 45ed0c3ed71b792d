"""What an asset does beside paying by its schedule, laid over its rows: stepped rates, draws, capitalised interest, events,
a rating history. Few assets have any of it, so that these go one by one; rows that all assets have are not here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from calculations.clo.collateral.accruals import Part, earned, steps_of
from calculations.clo.collateral.dates import PoolDates
from calculations.clo.collateral.deferral import deferring_since, is_deferring_after, is_deferring_on, pik_shares
from calculations.clo.collateral.drawings import drawings
from calculations.clo.collateral.event_terms import event_terms
from calculations.clo.collateral.features import AssetEvent
from calculations.clo.collateral.rows import EVENT, INTEREST, PoolRows, ScheduledAsset, happening_until
from calculations.months import as_date


def lay_features(
    rows: PoolRows, items: Sequence[ScheduledAsset], dates: PoolDates, analysis: dt.date
) -> dict[int, str]:
    """Fills in, within `rows`, what the features of their assets change. Returns by number the assets whose features
    are impossible with the reason, which names the asset; what their rows hold is then of no use.

    Source: clo-collateral-engine 1.9; clo-extensions 3.1 to 3.4.
    """
    refused: dict[int, str] = {}
    for number, item in enumerate(items):
        asset = item.asset
        if not (asset.pik or asset.draws or asset.steps or item.events or asset.has_rating_history):
            continue
        try:
            _lay(rows, number, item, dates, analysis)
        except ValueError as error:
            refused[number] = str(error)
    return refused


def _lay(rows: PoolRows, number: int, item: ScheduledAsset, dates: PoolDates, analysis: dt.date) -> None:
    asset, at = item.asset, slice(*rows.first_row[number : number + 2].tolist())
    begin, paid, kind = rows.accrual_begin[at], rows.paid[at], rows.kind[at]
    is_interest, is_indexed = kind == INTEREST, ~np.isnat(rows.fixing[at])
    happening = happening_until(item.events, dates.last_performing[number])
    steps = steps_of(asset, happening, analysis)
    if steps or any(event.kind == "restructuring" for event in happening):
        _lay_earnings(rows, at, item, happening, steps)
    if asset.draws is not None and not asset.is_defaulted:
        drawn = drawings(
            asset,
            asset.draws,
            steps,
            analysis,
            as_date(dates.maturity[number]),
            begin.tolist(),
            paid.tolist(),
            is_interest,
            is_indexed,
            rows.share[at],
        )
        for field in fields(drawn):
            getattr(rows.drawings, field.name)[at] = getattr(drawn, field.name)
    if asset.pik is not None:
        shares = pik_shares(asset.pik, begin, is_interest)
        since = deferring_since(asset.pik, asset.dated, as_date(dates.start[number]))
        rows.pik_share[at] = shares
        rows.defers_at_start[number] = is_deferring_on(asset.pik, since, analysis)
        rows.is_deferring[at] = is_deferring_after(asset.pik, since, begin, paid, shares, is_interest)
    if asset.has_rating_history:
        rows.is_rated_default[at] = [asset.is_rated_default(day) for day in paid.tolist()]
    if happening:
        rows.event[at] = event_terms(happening, kind == EVENT)


def _lay_earnings(
    rows: PoolRows,
    at: slice,
    item: ScheduledAsset,
    events: Sequence[AssetEvent],
    steps: Sequence[tuple[dt.date, float]],
) -> None:
    """What accrues in rows whose rate steps, or before which a restructuring settles what accrued before it, so that
    later rows of its period, those of its day too, accrue from it. Source: clo-extensions 3.3, 3.4.
    """
    parts: list[Part] = []
    settled, happening = dt.date.min, iter(events)
    begins, dates, kinds = rows.accrual_begin[at].tolist(), rows.paid[at].tolist(), rows.kind[at].tolist()
    indexed = (~np.isnat(rows.fixing[at])).tolist()
    for begin, date, kind, is_indexed in zip(begins, dates, kinds, indexed, strict=True):
        since = max(begin, settled)
        parts.append(Part(begin, since, max(date, since), is_indexed))
        if kind == EVENT and next(happening).kind == "restructuring":
            settled = date
    earnings = earned(item.asset, steps, parts)
    accrual = np.array([earning.accrual for earning in earnings])
    whole = np.array([earning.whole for earning in earnings])
    rows.year_fraction[at] = [earning.year_fraction for earning in earnings]
    rows.accrual[at] = accrual
    rows.rate[at] = np.divide(accrual, whole, out=rows.rate[at].copy(), where=whole > 0)
