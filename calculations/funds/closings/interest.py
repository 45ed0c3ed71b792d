"""Late-closing interest on one unit of money, exact. Who pays it and who receives it is `equalisation`."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from calculations.funds.closings.terms import InterestTerms
from calculations.funds.fees.day_counts import year_fraction
from calculations.months import add_months, as_date


@dataclass(frozen=True)
class InterestRates:
    """Rates a year in force from `days` on, each until the next; built with `of`. A fixed rate is in force from ever.

    A benchmark so low that it eats up the spread makes the rate zero: a newcomer is never paid for being late.
    """

    terms: InterestTerms
    days: tuple[dt.date, ...]
    rates: tuple[Fraction, ...]

    @classmethod
    def of(cls, terms: InterestTerms, benchmark: Sequence[tuple[dt.date, Decimal]] = ()) -> InterestRates:
        """The rates of terms, `benchmark` being the dated fixings of their index, as fractions, in any order.

        Raises ValueError where the terms name an index and no fixing is given, or two are on one day.
        """
        if terms.index_id is None:
            return cls(terms, (dt.date.min,), (Fraction(terms.rate),))
        fixings = sorted(benchmark)
        days = tuple(day for day, _ in fixings)
        if not days or len(set(days)) != len(days):
            raise ValueError(f"benchmark {terms.index_id}: expected one fixing a day, found {len(days)} fixings")
        return cls(terms, days, tuple(max(Fraction(rate) + Fraction(terms.rate), Fraction(0)) for _, rate in fixings))

    def interest(self, start: dt.date, end: dt.date) -> Fraction:
        """Interest on 1 from `start`, which earns, to `end`, which does not; zero where `end` is not later.

        Raises ValueError where no rate is in force on `start`. Source: fund-admin E-3.
        """
        if end <= start:
            return Fraction(0)
        if not self.terms.compounds:
            return self._simple(start, end)
        balance, years, since = Fraction(1), 1, start
        while (anniversary := as_date(add_months(start, 12 * years))) < end:
            balance *= 1 + self._simple(since, anniversary)
            since, years = anniversary, years + 1
        return balance * (1 + self._simple(since, end)) - 1

    def _simple(self, counted_from: dt.date, end: dt.date) -> Fraction:
        start = counted_from
        if start < self.days[0]:
            raise ValueError(
                f"benchmark {self.terms.index_id}: expected a fixing on or before {start}, found {self.days[0]} first"
            )
        total = Fraction(0)
        while start < end:
            number = bisect_right(self.days, start)
            until = min(self.days[number], end) if number < len(self.days) else end
            # counted from one day, as 30/360 day counts of parts do not add up to that of the whole
            passed = self._years(counted_from, until) - self._years(counted_from, start)
            total += self.rates[number - 1] * passed
            start = until
        return total

    def _years(self, start: dt.date, end: dt.date) -> Fraction:
        return year_fraction(start, end, self.terms.day_count)
