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
from calculations.months import as_date
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
        later = _due_after(asset, due, event, calendar, preset)
        due = due if later is None else _joined(due, event, later)
    return due


def _due_after(
    asset: AssetTerms, due: PrincipalDue, event: AssetEvent, calendar: BusinessCalendar, preset: Preset
) -> PrincipalDue | None:
    """What falls due after an event in place of what would have; None where the event leaves the schedule alone."""
    keeps_schedule = event.maturity is None and not event.instalments
    if not event.amends or (event.kind == "restructuring" and keeps_schedule):
        return None
    return _due(asset, event.instalments, event.maturity or due.maturity, calendar, preset)


def _joined(due: PrincipalDue, event: AssetEvent, later: PrincipalDue) -> PrincipalDue:
    is_before = due.dates <= np.datetime64(event.date, "D")
    return PrincipalDue(
        dates=np.concatenate([due.dates[is_before], later.dates]),
        shares=np.concatenate([due.shares[is_before], later.shares]),
        maturity=later.maturity,
    )


def accepted_events(
    asset: AssetTerms, analysis: dt.date, calendar: BusinessCalendar, preset: Preset
) -> tuple[list[AssetEvent], list[Rejection]]:
    """The events that happen to an asset in order, and those that cannot, each with its reason.

    An event is measured by the maturity that instalments and events before it leave, as paid on. Source: clo-extensions 3.4.
    """
    accepted: list[AssetEvent] = []
    rejections: list[Rejection] = []
    if not asset.events:
        return accepted, rejections
    how = calendars.convention(asset.convention)
    due = principal_due(asset, (), calendar, preset)
    for event in in_order(asset.events):
        last = calendar.adjust_terminal(due.maturity, how, preset)
        later = _due_after(asset, due, event, calendar, preset)
        problem = event.problem(analysis, due.maturity, as_date(last))
        if problem is None and later is not None:
            # A date rolled back to a business day may fall before the event that sets it.
            first = min([*later.dates, calendar.adjust_terminal(later.maturity, how, preset)])
            if first <= np.datetime64(event.date, "D"):
                problem = f"EVENT_EXTENDS_BACKWARDS: principal must be due after {event.date}, found {first}"
        if problem is not None:
            rejections.append(Rejection(asset.asset_id, f"asset {asset.asset_id}, {event.kind}: {problem}"))
            continue
        accepted.append(event)
        due = due if later is None else _joined(due, event, later)
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
