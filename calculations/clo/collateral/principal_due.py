"""When an asset's principal falls due, as instalments and events say. Defaults and prepayments do not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calculations import calendars
from calculations.calendars import BusinessCalendar, as_days
from calculations.clo.collateral.assets import AssetTerms, Rejection
from calculations.clo.collateral.features import AssetEvent, in_order
from calculations.clo.columns import Floats
from calculations.clo.presets import Preset
from calculations.daycount import Days
from calculations.schedules import instalment_shares


@dataclass(frozen=True, eq=False)
class PrincipalDue:
    """Adjusted dates (n,) in order with the share of the balance then outstanding that is due, and the maturity as
    stated, on which all that is left is due.
    """

    dates: Days
    shares: Floats
    maturity: dt.date


def principal_due(
    asset: AssetTerms, events: Sequence[AssetEvent], calendar: BusinessCalendar, preset: Preset
) -> PrincipalDue:
    """The instalments of an asset; an amendment or a restructuring with a new maturity replaces those after it.

    An instalment after maturity moves the maturity. Source: clo-collateral-engine 1.2; clo-extensions 3.4.
    """
    due = _due(asset, asset.instalments, asset.maturity, calendar, preset)
    for event in events:
        if event.kind == "amend_extend" or (event.kind == "restructuring" and event.maturity is not None):
            is_before = due.dates <= np.datetime64(event.date, "D")
            later = _due(asset, event.instalments, event.maturity or due.maturity, calendar, preset)
            due = PrincipalDue(
                dates=np.concatenate([due.dates[is_before], later.dates]),
                shares=np.concatenate([due.shares[is_before], later.shares]),
                maturity=later.maturity,
            )
    return due


def accepted_events(asset: AssetTerms, analysis: dt.date) -> tuple[list[AssetEvent], list[Rejection]]:
    """The events that happen to an asset in order, and those that cannot, each with its reason.

    Source: clo-extensions 3.4.
    """
    accepted: list[AssetEvent] = []
    rejections: list[Rejection] = []
    maturity = asset.maturity
    for event in in_order(asset.events):
        problem = event.problem(analysis, maturity)
        if problem is not None:
            rejections.append(Rejection(asset.asset_id, f"asset {asset.asset_id}, {event.kind}: {problem}"))
            continue
        accepted.append(event)
        maturity = event.maturity or maturity
    return accepted, rejections


def _due(
    asset: AssetTerms,
    instalments: Sequence[tuple[dt.date, float]],
    maturity: dt.date,
    calendar: BusinessCalendar,
    preset: Preset,
) -> PrincipalDue:
    if not instalments:
        return PrincipalDue(as_days([]), np.zeros(0), maturity)
    how = calendars.convention(asset.convention)
    dates, shares = instalment_shares(instalments, calendar, how, preset)
    latest = max(date for date, _ in instalments)
    is_later = np.datetime64(latest, "D") > calendar.adjust_terminal(maturity, how, preset)
    return PrincipalDue(dates, shares, latest if is_later else maturity)
