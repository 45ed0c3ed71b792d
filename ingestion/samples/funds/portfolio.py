"""What a demo fund buys, earns, sells and states as fair value, in cents. Who pays for it does not belong here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ingestion.samples.funds.cents import THOUSAND, from_millions, rounded
from ingestion.samples.funds.days import add_months, period_ends, quarters, weekday_from
from ingestion.samples.funds.parameters import FundPlan, InvestmentPlan
from ingestion.samples.funds.story import FundStory

STREAM = 301
# An investment without exit moves towards its multiple until then.
PATIENCE = dt.date(2026, 12, 31)
METHODS = {
    "EQUITY": "MULTIPLE",
    "PREFERRED": "MULTIPLE",
    "CONVERTIBLE": "TRANSACTION",
    "DEBT": "DCF",
    "REAL_ASSET": "DCF",
    "FUND": "NAV",
}
MONTHS_AT_COST = 6
SALES = ("PROCEEDS", "WRITE_OFF")


@dataclass(frozen=True)
class Movement:
    """One transaction between fund and investment; `relieved` is the cost that leaves with it."""

    transaction_id: str
    kind: str
    date: dt.date
    amount: int
    relieved: int = 0


@dataclass(frozen=True)
class Valuation:
    valuation_id: str
    date: dt.date
    fair_value: int
    remaining_cost: int
    method: str
    note: str = ""


@dataclass(frozen=True)
class Position:
    """One investment over its whole life."""

    investment_id: str
    plan: InvestmentPlan
    movements: tuple[Movement, ...]
    valuations: tuple[Valuation, ...]
    excused: frozenset[str] = field(default=frozenset())

    @cached_property
    def by_date(self) -> dict[dt.date, Valuation]:
        return {item.date: item for item in self.valuations}

    def remaining_cost(self, day: dt.date) -> int:
        """Cost bought by `day` less cost relieved."""
        return _remaining(self.movements, day)

    def purchases(self, day: dt.date) -> list[Movement]:
        """What was bought by `day`."""
        return [item for item in self.movements if item.kind in ("PURCHASE", "FOLLOW_ON") and item.date <= day]

    def fair_value(self, day: dt.date) -> int:
        """Last stated value by `day`, less the part sold since or plus the cost added."""
        remaining = self.remaining_cost(day)
        stated = [item for item in self.valuations if item.date <= day]
        if not stated:
            return remaining
        value, cost = stated[-1].fair_value, stated[-1].remaining_cost
        return rounded(value * remaining / cost) if remaining < cost else value + remaining - cost


def positions(
    plan: FundPlan, story: FundStory, seed: int, place: int, known: dt.date, last: dt.date
) -> tuple[Position, ...]:
    """The investments of a fund up to `last`, with the valuations as known on `known`. `place` numbers the fund in the demo."""
    found = []
    for number, item in enumerate(plan.investments, 1):
        code = f"{plan.fund_id}-I{number:02d}"
        rng = np.random.default_rng([seed, STREAM, place, number])
        movements = _movements(code, item, rng, last)
        restated = {r.date: r for r in story.restated_valuations if r.investment == code and r.known_on <= known}
        values = []
        ends = period_ends(item.date, last, is_monthly=plan.periods == "MONTHLY")
        for value in _valuations(code, item, movements, story.shocks, rng, ends):
            change = restated.get(value.date)
            if change:
                fair_value = rounded(value.fair_value * change.factor, THOUSAND)
                value = Valuation(
                    value.valuation_id, value.date, fair_value, value.remaining_cost, value.method, change.note
                )
            values.append(value)
        excused = frozenset(e.investor for e in story.excuses if e.investment == code)
        found.append(Position(code, item, movements, tuple(values), excused))
    return tuple(found)


def _movements(code: str, item: InvestmentPlan, rng: np.random.Generator, last: dt.date) -> tuple[Movement, ...]:
    """Purchases, then sales, then income on the cost that remains, in order of days."""
    bought, cost = [], from_millions(item.cost)
    for part in range(item.parts):
        day = weekday_from(add_months(item.date, 3 * item.step * part))
        bought.append((day, "PURCHASE" if part == 0 else "FOLLOW_ON", cost // item.parts, 0))
    sold = []
    if item.exit is not None:
        if bought[-1][0] >= add_months(item.exit, -6 * (item.exits - 1)):
            raise ValueError(
                f"funds.yaml, {item.company}: expected all cost paid before the first sale, found {bought[-1][0]}"
            )
        held = sum(amount for _, _, amount, _ in bought)
        for part in range(item.exits):
            day = weekday_from(add_months(item.exit, -6 * (item.exits - 1 - part)))
            relieved = held // item.exits if part < item.exits - 1 else held - held // item.exits * (item.exits - 1)
            proceeds = round(relieved * item.multiple * (1.0 + 0.004 * float(rng.normal())))
            sold.append(
                (day, "PROCEEDS", proceeds, relieved) if item.multiple else (day, "WRITE_OFF", relieved, relieved)
            )
    moves = sorted(bought + sold)
    earned = []
    if item.income_yield:
        for start in quarters(add_months(item.date, 3), last):
            owned = sum(a if kind not in SALES else -cut for day, kind, a, cut in moves if day < start)
            if owned:
                day = weekday_from(add_months(start, 2).replace(day=19))
                earned.append((day, "INCOME", round(owned * item.income_yield / 4.0), 0))
    everything = [move for move in sorted([*moves, *earned]) if move[0] <= last]
    return tuple(
        Movement(f"{code}-X{number:03d}", kind, day, amount, relieved)
        for number, (day, kind, amount, relieved) in enumerate(everything, 1)
    )


def _valuations(
    code: str,
    item: InvestmentPlan,
    movements: tuple[Movement, ...],
    shocks: dict[dt.date, float],
    rng: np.random.Generator,
    ends: list[dt.date],
) -> list[Valuation]:
    """One at each of the `ends` of periods from purchase to exit; the last one states that nothing is left."""
    values: list[Valuation] = []
    goal = item.exit or PATIENCE
    drift = 0.0
    held_at_cost = add_months(item.date, MONTHS_AT_COST)
    for day in ends:
        remaining = _remaining(movements, day)
        drift = 0.7 * drift + float(rng.normal(0.0, 0.004 if item.type == "DEBT" else 0.025))
        if not remaining and values and not values[-1].remaining_cost:
            break
        years = (day - item.date).days / max((goal - item.date).days, 1)
        at_cost = day < held_at_cost
        multiple = 1.0 if at_cost else _multiple(item, min(years, 1.0)) * (1.0 + drift)
        if item.type != "DEBT" and not at_cost:
            multiple *= shocks.get(day, 1.0)
        method = "TRANSACTION" if not remaining else "COST" if at_cost else METHODS[item.type]
        fair_value = rounded(remaining * max(multiple, 0.0), THOUSAND) if not at_cost else remaining
        values.append(Valuation(f"{code}-V{day:%Y%m%d}", day, fair_value, remaining, method))
    return values


def _multiple(item: InvestmentPlan, elapsed: float) -> float:
    """Fair value over cost: gains are shown late and not in full, losses come earlier."""
    if item.type == "DEBT":
        return 1.0 + (item.multiple - 1.0) * elapsed
    if item.multiple < 1.0:
        return 1.0 - (1.0 - item.multiple) * 0.95 * elapsed**1.8
    return 1.0 + (item.multiple - 1.0) * 0.92 * elapsed**1.25


def _remaining(movements: tuple[Movement, ...], day: dt.date) -> int:
    owned = 0
    for item in movements:
        if item.date <= day:
            owned += item.amount if item.kind in ("PURCHASE", "FOLLOW_ON") else -item.relieved
    return owned
