"""A deal's configurations as rows: the deal file's own, and one for each dated overlay. Results made under them do not
belong here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from calculations.clo.deal.conditions import Every, Measure
from calculations.clo.deal.steps import MoveStep, condition_of
from calculations.clo.deal.terms import Deal, DealVersion


@dataclass(frozen=True)
class Configuration:
    """One configuration version of a deal: the columns of `dim_waterfall_config` that the files determine.

    What is off is None, never a default. Rates are fractions; columns that end in `_pct` are percentages of a fee that
    payees other than the manager get. `hurdle_source` is base, overlay or None. Source: clo-extensions 1.5.
    """

    deal_id: str
    config_version: int
    effective_from: dt.date | None
    effective_to: dt.date | None
    source: str | None
    approved_by: str | None
    equity_hurdle_rate: Decimal | None
    hurdle_source: str | None
    equity_catch_up_rate: Decimal | None
    minimum_equity_irr: Decimal | None
    deferral_fees: tuple[str, ...]
    turbo_direction: str | None
    turbo_share: Decimal | None
    turbo_oc_test: str | None
    turbo_oc_buffer: Decimal | None
    turbo_ic_test: str | None
    turbo_ic_buffer: Decimal | None
    performance_hurdle_threshold: Decimal | None
    management_fee_sharing_pct: Decimal | None
    incentive_fee_sharing_pct: Decimal | None
    features: tuple[str, ...]


def configurations(deal: Deal) -> tuple[Configuration, ...]:
    """The deal's rows, the base from closing first, then its overlays by date. Source: clo-extensions 1.5."""
    base = DealVersion(deal.dates.closing or dt.date.min, None, "", "", (), deal)
    return tuple(_row(deal, version, number) for number, version in enumerate((base, *_by_date(deal))))


def version_on(deal: Deal, payment_date: dt.date) -> int:
    """The configuration in force on an adjusted payment date: the overlay's, or 0, the deal file's own, in a gap."""
    in_force = deal.on(payment_date)
    return next((number for number, version in enumerate(_by_date(deal), start=1) if version.deal is in_force), 0)


def _by_date(deal: Deal) -> list[DealVersion]:
    return sorted(deal.versions, key=lambda version: version.effective_from)


def _row(deal: Deal, version: DealVersion, number: int) -> Configuration:
    in_force = version.deal
    is_base, clauses = number == 0, version.features
    incentive = in_force.incentive
    has_fee = incentive is not None and bool(incentive.share)
    hurdle = incentive.hurdle if incentive is not None and has_fee else None
    base_hurdle = None if deal.incentive is None else deal.incentive.hurdle
    hurdle_source = None if hurdle is None else "overlay" if not is_base and hurdle != base_hurdle else "base"
    deferred = {name: fee.defers_while for name, fee in in_force.fees.items() if fee.defers_while is not None}
    minimum = next(iter(deferred.values())).below if deferred else None
    turbo = _turbo(deal, in_force) if "turbo" in clauses else None
    buffers = {} if turbo is None else turbo[1]
    oc = next((test for test in buffers if in_force.tests[test].kind == "oc"), None)
    ic = next((test for test in buffers if in_force.tests[test].kind == "ic"), None)
    return Configuration(
        deal_id=deal.deal_id,
        config_version=number,
        effective_from=deal.dates.closing if is_base else version.effective_from,
        effective_to=version.effective_to,
        source=version.source or None,
        approved_by=version.approved_by or None,
        equity_hurdle_rate=hurdle,
        hurdle_source=hurdle_source,
        equity_catch_up_rate=incentive.catch_up if incentive is not None else None,
        minimum_equity_irr=minimum,
        deferral_fees=tuple(sorted(deferred)),
        turbo_direction=None if turbo is None else turbo[0],
        turbo_share=None if turbo is None else turbo[2],
        turbo_oc_test=oc,
        turbo_oc_buffer=buffers[oc] if oc else None,
        turbo_ic_test=ic,
        turbo_ic_buffer=buffers[ic] if ic else None,
        performance_hurdle_threshold=incentive.threshold_irr if incentive is not None else None,
        management_fee_sharing_pct=_shared_fee(in_force) if "fee_sharing" in clauses else None,
        incentive_fee_sharing_pct=_away(incentive.payees)
        if incentive is not None and "fee_sharing" in clauses
        else None,
        features=clauses,
    )


def _turbo(deal: Deal, version: Deal) -> tuple[str, dict[str, Decimal], Decimal] | None:
    """Direction, buffers by test, and share of the step that the overlay put into the interest list."""
    before = deal.lists["interest"].steps
    for step in version.lists["interest"].steps:
        when = condition_of(step)
        if step not in before and isinstance(step, MoveStep) and isinstance(when, Every):
            bounds = {part.of: part for part in when.parts if isinstance(part, Measure)}
            direction = "above" if any(part.at_least is not None for part in bounds.values()) else "below"
            values = {name: part.at_least if part.below is None else part.below for name, part in bounds.items()}
            return direction, {name: value for name, value in values.items() if value is not None}, step.move.share
    return None


def _shared_fee(deal: Deal) -> Decimal | None:
    return next((_away(fee.payees) for _, fee in sorted(deal.fees.items()) if fee.payees), None)


def _away(payees: dict[str, Decimal]) -> Decimal | None:
    """Percent that goes to payees other than the manager."""
    if not payees:
        return None
    return 100 * sum((share for name, share in payees.items() if name != "manager"), Decimal(0))
