"""What a loan may do beyond paying by its schedule, in plain Python: rates that step, interest that is capitalised,
commitments that are drawn. The rows that these enter are in `collateral`.

Source: clo-extensions 3.1 to 3.4, and its part-period accrual.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import pairwise

from calculations.clo.collateral import AssetTerms
from calculations.clo.collateral.features import DrawTerms
from calculations.daycount import year_fraction
from tests.reference.collateral_schedule import Schedule, add_months


@dataclass
class Accrual:
    """What a unit of balance earns in the interest period that begins at `begin`, at one index or first coupon."""

    asset: AssetTerms
    begin: dt.date
    level: float  # index, or what of a first coupon is not spread
    moves: list[tuple[dt.date, float]]  # spread or coupon from each date on

    def years(self, date: dt.date) -> float:
        """α from the beginning of the period; nothing before it."""
        return year_fraction(self.begin, date, self.asset.day_count) if date > self.begin else 0.0

    def rate_on(self, date: dt.date) -> float:
        base = self.asset.spread if self.asset.is_floating else self.asset.coupon
        ruling = [rate for start, rate in self.moves if start <= date]
        return self.level + (ruling[-1] if ruling else base)

    def earned(self, since: dt.date, until: dt.date) -> float:
        """Σ c_j α(s_j, s_{j+1} | begin), each part the difference of two fractions from the beginning."""
        cuts = [since, *(date for date, _ in self.moves if since < date < until), until]
        return sum(self.rate_on(start) * (self.years(end) - self.years(start)) for start, end in pairwise(cuts))


def rate_moves(asset: AssetTerms, schedule: Schedule, analysis: dt.date) -> list[tuple[dt.date, float]]:
    """3.3, 3.4: the tape's rate already has what stepped up to the analysis date; an event beats a step of its day."""
    moves = {step.start: step.rate for step in asset.steps if step.start > analysis}
    moves |= {event.date: event.rate for event in schedule.events if event.rate is not None}
    return sorted(moves.items())


def pik_share(asset: AssetTerms, accrual_start: dt.date) -> float:
    """3.1: the value at the row's accrual start rules."""
    share = 0.0
    for start, value in sorted(asset.pik.shares if asset.pik else ()):
        if start <= accrual_start:
            share = value
    return share


@dataclass
class Deferral:
    """3.1: whether interest has been capitalised, in whole or part, for longer than the terms allow."""

    asset: AssetTerms
    since: dt.date | None = None

    @classmethod
    def at_start(cls, asset: AssetTerms, accrual_start: dt.date) -> Deferral:
        """Counts what the list says of the time before the first row, but not of that before the asset was dated."""
        found = cls(asset)
        for start, share in sorted(asset.pik.shares if asset.pik else ()):
            if start <= accrual_start:
                found.since = None if share == 0.0 else (found.since or max(start, asset.dated))
        return found

    def count(self, accrual_start: dt.date) -> None:
        if pik_share(self.asset, accrual_start) == 0.0:
            self.since = None
        else:
            self.since = self.since or accrual_start

    def is_too_long(self, date: dt.date) -> bool:
        pik = self.asset.pik
        return pik is not None and self.since is not None and date > add_months(self.since, pik.deferring_after)

    def worth(self) -> float:
        """Fraction of test par it is carried at."""
        prices = [self.asset.recovery_rate] if self.asset.recovery_rate is not None else []
        if self.asset.market_value is not None:
            prices.append(self.asset.market_value / 100)
        return min([1.0, *prices]) if prices else 0.0


@dataclass
class Commitment:
    """3.2: what is unfunded, and by interest date what share of it is drawn on which days."""

    terms: DrawTerms
    available_until: dt.date
    is_rejected: bool = False  # draws after the end, or above what is unfunded
    drawn: dict[dt.date, list[tuple[dt.date, float]]] = field(default_factory=dict)

    @classmethod
    def of(cls, asset: AssetTerms, schedule: Schedule, analysis: dt.date) -> Commitment:
        """Amounts become shares of what is unfunded on the path without default, prepayment and events."""
        terms = asset.draws if asset.draws and not asset.is_defaulted else DrawTerms(0.0)
        end = min(terms.available_until or schedule.maturity, schedule.maturity)
        found = cls(terms, end, any(day > end for day, _ in terms.draws))
        balance, unfunded, before = asset.par, terms.unfunded, analysis
        paid = {date for _, date, _ in schedule.left}
        for date in sorted(paid | {date for date in schedule.shares if analysis < date <= schedule.maturity}):
            if date > schedule.maturity:
                break
            if date in paid:
                days = [(day, amount) for day, amount in terms.draws if before < day <= date]
                total = sum(amount for _, amount in days)
                if total > unfunded * (1 + 1e-12):
                    found.is_rejected = True
                    break
                found.drawn[date] = [(day, amount / unfunded) for day, amount in days]
                balance += total
                unfunded -= total
                before = date
            repaid = balance * schedule.shares.get(date, 0.0)
            balance -= repaid
            if terms.is_revolving and date < end:
                unfunded += repaid
        return found
