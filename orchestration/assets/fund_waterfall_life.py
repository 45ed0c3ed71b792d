"""The life of one fund in one state, replayed, with its carry at quarter ends. Reading sheets and making rows are elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from calculations.daycount import Ints
from calculations.exact.sharing import allocate_total
from calculations.funds.waterfall import deals
from calculations.funds.waterfall.agreements import Finding
from calculations.funds.waterfall.events import Event, EventKind
from calculations.funds.waterfall.replay import Replay, replay
from calculations.money import minor_unit
from orchestration.assets import fund_waterfall_events as events
from orchestration.assets.fund_waterfall_inputs import StatedFund
from orchestration.assets.fund_waterfall_terms import Agreement, StartDates, interim_test_days, read_agreement, tests
from orchestration.assets.fund_waterfall_transfers import transfers

FOREIGN_AMOUNT, NOT_COMPUTABLE, NO_PARTNERS = "FOREIGN_AMOUNT", "NOT_COMPUTABLE", "NO_PARTNERS"
FUND = "_FUND_"


@dataclass(frozen=True)
class FundLife:
    """A fund's waterfall over its life; `replayed` is None where `findings` block it. `carry` is what is accrued
    by partner at each quarter end, `paid_by` the distribution of each event that is one or part of one, `tested_on` the
    days of interim tests of clawback.
    """

    stated: StatedFund
    agreement: Agreement
    findings: tuple[Finding, ...]
    replayed: Replay | None = None
    carry: Mapping[dt.date, Ints] = field(default_factory=dict)
    paid_by: Mapping[str, str] = field(default_factory=dict)
    tested_on: tuple[dt.date, ...] = ()


def live(stated: StatedFund) -> FundLife:
    """The waterfall of one fund in one state; what cannot be computed is a finding, and other funds go on."""
    agreement = read_agreement(stated)
    findings = list(agreement.findings)
    if not agreement.partners:
        findings.append(Finding(NO_PARTNERS, "", "expected commitments of the fund, found none"))
    if stated.has_foreign_amounts:
        currency = stated.rows["funds"][0]["base_currency"]
        findings.append(Finding(FOREIGN_AMOUNT, "", f"expected amounts in {currency}, found other currencies"))
    if any(finding.blocks for finding in findings):
        return FundLife(stated, agreement, tuple(findings))
    try:
        paid = list(events.distributions(stated, len(agreement.partners)))
        replayed, days = _replayed(stated, agreement, [event for _, event in paid])
        carry = {day: replayed.accrued_carry(_values(stated, replayed, day), day) for day in days}
    except ValueError as error:
        return FundLife(stated, agreement, (*findings, Finding(NOT_COMPUTABLE, "", str(error))))
    paid_by = {event.event_id: distribution_id for distribution_id, event in paid}
    tested_on = tuple(day for day in days if day in interim_test_days(agreement.agreed, *_period(stated)))
    return FundLife(stated, agreement, tuple(findings), replayed, carry, paid_by, tested_on)


def _replayed(stated: StatedFund, agreement: Agreement, paid: Sequence[Event]) -> tuple[Replay, list[dt.date]]:
    count = len(agreement.partners)
    happened: list[Event] = [
        *events.contributions(stated, count, StartDates(agreement)),
        *paid,
        *events.write_downs(stated),
        *events.valuations(stated),
        *events.decisions(stated),
        *transfers(stated, agreement.committed),
    ]
    first = min((event.date for event in happened if event.kind == EventKind.CONTRIBUTION), default=None)
    if first is None:
        return replay(agreement.agreed, agreement.partners, []), []
    days = quarter_ends(first, _last_day(stated))
    # before anybody has paid in, there is nothing to value or to test
    happened = [event for event in (*happened, *tests(agreement.agreed, *_period(stated))) if event.date >= first]
    unit = minor_unit(stated.rows["funds"][0]["minor_units"])
    made = replay(agreement.agreed, agreement.partners, happened, agreement.committed, unit, days)
    return made, days


def _period(stated: StatedFund) -> tuple[dt.date | None, dt.date]:
    """The end of the investment period, where it is stated, and the last day of the life."""
    return stated.rows["funds"][0]["investment_period_end"], _last_day(stated)


def _last_day(stated: StatedFund) -> dt.date:
    """The last day on which the fund was valued or paid out."""
    paid = stated.columns["distributions"]["distribution_date"]
    days = [row["valuation_date"] for row in stated.rows["values"]]
    days += [row["period_end"] for row in stated.rows["accounts"]]
    days += [paid.max().astype(object)] if paid.size else []
    return max(days, default=dt.date.min)


def quarter_ends(first: dt.date, last: dt.date) -> list[dt.date]:
    """The ends of calendar quarters from one day to another."""

    def ends() -> Iterator[dt.date]:
        for year in range(first.year, last.year + 1):
            for month, day in ((3, 31), (6, 30), (9, 30), (12, 31)):
                yield dt.date(year, month, day)

    return [end for end in ends() if first <= end <= last]


def _values(stated: StatedFund, replayed: Replay, day: dt.date) -> dict[str, Ints]:
    """What each partner would be paid for: fair values by cost in the deal, the fund's other net assets by contributions.

    Other net assets are what the fund's stated NAV of the day has beyond fair values; where they are negative, fair
    values bear them in proportion. Without a stated NAV fair values alone count. Source: fund-admin 3.5.
    """
    latest = {row["investment_id"]: row["fair_value"] for row in stated.rows["values"] if row["valuation_date"] <= day}
    fair = {investment: max(value, 0) for investment, value in latest.items() if value > 0}
    contributed = _by_partner(replayed, day, "")
    if not contributed.any():
        return {}
    nav = next((r["nav"] for r in stated.rows["accounts"] if r["period_end"] == day and r["investor_id"] == FUND), None)
    whole = sum(fair.values())
    rest = 0 if nav is None else nav - whole
    if rest < 0 and whole:
        shares = allocate_total(max(nav or 0, 0), np.array(list(fair.values()), dtype=np.int64))
        fair, rest = dict(zip(fair, shares.tolist(), strict=True)), 0
    values = {}
    for investment, value in fair.items():
        cost = _by_partner(replayed, day, investment)
        values[investment] = allocate_total(value, cost if cost.any() else contributed)
    return values | {"": allocate_total(max(rest, 0), contributed)}


def _by_partner(replayed: Replay, day: dt.date, investment: str) -> Ints:
    """Cost that partners still have in an investment at the end of a day; all that they contributed where it is ''."""
    amounts = np.zeros(len(replayed.partners), dtype=np.int64)
    for group in replayed.groups:
        state = group.states[day]
        amounts[group.partners] = deals.remaining_cost(state, investment) if investment else state.contributed
    return amounts
