"""Public market equivalents of many series on many days, each against its fund's index. No index data, no conversion.

The measures are those of `calculations.pme`, which has them for one series and exactly; contributions and distributions
of one day stay apart here. Source: fund-admin 3.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np

from calculations.asof import DatedValues
from calculations.daycount import Days, Floats, Ints
from calculations.funds.performance import kernel
from calculations.funds.performance.days import Points
from calculations.funds.performance.histories import Histories, split_keys
from calculations.funds.performance.measures import NO_FLOWS, Rates, Ratios, placed
from calculations.funds.performance.values import Values
from calculations.fx import Quotes, convert
from calculations.irr_kernel import Rows
from calculations.irr_many import rows_of, since_inception_many
from calculations.multiples import NO_PAID_IN, ratios, rounded
from calculations.pme import INDEX_LIMIT_DAYS, INDEX_MISSING, INDEX_STALE, NO_DISTRIBUTIONS, SHORT_POSITION
from calculations.ragged import day_keys
from calculations.reasons import Reasons, either, is_given, no_reasons, when

NO_INDEX = "NO_INDEX"  # the fund names no index
INDEX_CURRENCY = "INDEX_CURRENCY"  # the index is not in the currency of the fund
NONE = -1  # in place of an index
LEVEL_UNIT = Decimal("1e-12")  # of a stored level, DECIMAL(38,12)


class NavBasis(StrEnum):
    """The net asset value on a day of distribution, which the modified PME needs."""

    STATED = "STATED"  # that of the day itself, or none
    ROLLED = "ROLLED"  # the last one stated, plus contributions and less distributions since


@dataclass(frozen=True)
class Index:
    """Levels of an index of total return in a currency, and how old the level of a day may be: 5 days, 35 where the index
    declares itself monthly."""

    levels: DatedValues
    currency: str
    max_age_days: int = INDEX_LIMIT_DAYS

    def in_currency(self, currency: str, quotes: Quotes) -> Index:
        """The same index in the currency of a fund, each level at the rate of its day; days without a rate are left out."""
        rows = []
        for day, level in zip(self.levels.days, self.levels.values, strict=True):
            found = convert(level, self.currency, currency, day, quotes, LEVEL_UNIT).amount
            if found is not None:
                rows.append((day, found))
        return Index(DatedValues.of(rows, f"index level in {currency}"), currency, self.max_age_days)


@dataclass(frozen=True, eq=False)
class Equivalents:
    """Public market equivalents of points, (points,) each.

    `ratios`: ks_pme, pme_plus_lambda. `rates`: ln_pme, pme_plus, m_pme, direct_alpha. `log_alpha` is the continuous form of
    direct alpha, NaN where there is none. `index_nav` is the value, in minor units, of the index portfolio of Long-Nickels.
    `nav_basis` says which net asset values the modified PME was weighted with.
    """

    points: Points
    ratios: Mapping[str, Ratios]
    rates: Mapping[str, Rates]
    log_alpha: Floats
    index_nav: Floats
    nav_basis: NavBasis


def market_equivalents(
    histories: Histories,
    values: Values,
    points: Points,
    indices: Sequence[Index],
    index_of: Ints,
    currencies: Sequence[str],
    nav_basis: NavBasis = NavBasis.STATED,
) -> Equivalents:
    """The flows of each point against the index of its series: `index_of` (series,) numbers `indices`, NONE where none, and
    `currencies` (series,) are those of the money.

    Flows are valued with f = I_T / I_i, levels of the day or the last within its limit; a flow without one leaves every
    later figure of its series without value, with the reason. Source: fund-admin 3.3.
    """
    series, day = points.series, points.day
    first, stop = histories.first[series], histories.stop(series, day)
    last = np.maximum(stop - 1, 0)
    level, why_row = _levels(indices, index_of[histories.owner], histories.day)
    level_now, why_now = _levels(indices, index_of[series], day)
    nav = values.at(series, day)
    why = either(
        when(stop == first, NO_FLOWS),
        _foreign(indices, index_of, currencies)[series],
        histories.reasons(series, day),
        _first_reason(histories, why_row, last),
        why_now,
        nav.reasons,
    )
    known = ~is_given(why)

    # I_T is common to the factors of a point, so flows are divided by their own level alone
    contributed, distributed = histories.called / level, histories.distributed / level
    grown_in = np.where(known, histories.weighted(contributed, series, day) * level_now, np.nan)
    grown_out = np.where(known, histories.weighted(distributed, series, day) * level_now, np.nan)
    index_nav = grown_in - grown_out
    _, received = histories.sums(series, day)
    flows = rows_of(histories.day, histories.called, histories.distributed)
    grown = _finite_rows(histories.day, contributed, distributed)

    def rates(rows: Rows, closing: Floats, reasons: Reasons, scale: Floats | None = None) -> Rates:
        use = ~is_given(reasons)
        factor = 1.0 if scale is None else scale[use]
        return placed(reasons, since_inception_many(rows, first[use], stop[use], day[use], closing[use], factor))

    why_ln = either(why, when(known & (index_nav < 0), SHORT_POSITION))
    why_plus = either(why, when(known & ((received == 0) | (grown_out == 0)), NO_DISTRIBUTIONS))
    scale = np.full(series.size, np.nan)
    np.divide(grown_in - nav.units, grown_out, out=scale, where=~is_given(why_plus))
    ks, why_ks = ratios(np.where(known, grown_out + nav.units, 0.0), np.where(known, grown_in, 1.0), NO_PAID_IN)
    alpha = rates(grown, nav.units / level_now, why)
    modified, held, why_modified = _modified(histories, values, level, nav_basis)
    why_m = either(why, _first_reason(histories, why_modified, last))
    portfolio = np.append(held, 0.0)[last] * level_now / np.append(level, 1.0)[last]
    solved = ~np.isnan(alpha.values) & (alpha.values > -1)
    return Equivalents(
        points,
        {
            "ks_pme": Ratios(np.where(known, ks, np.nan), either(why, why_ks)),
            "pme_plus_lambda": Ratios(rounded(scale), why_plus),
        },
        {
            "ln_pme": rates(flows, index_nav, why_ln),
            "pme_plus": rates(flows, nav.units.astype(np.float64), why_plus, scale),
            "m_pme": rates(modified, portfolio, why_m),
            "direct_alpha": alpha,
        },
        rounded(np.log1p(alpha.values, out=np.full(series.size, np.nan), where=solved)),
        index_nav,
        nav_basis,
    )


def _foreign(indices: Sequence[Index], index_of: Ints, currencies: Sequence[str]) -> Reasons:
    named = np.array([index.currency for index in indices] + [""], dtype=object)[index_of]
    return when((index_of != NONE) & np.not_equal(named, np.array(currencies, dtype=object)), INDEX_CURRENCY)


def _levels(indices: Sequence[Index], which: Ints, day: Days) -> tuple[Floats, Reasons]:
    """Levels of indices `which` (rows,) on days, NaN where there is none, and why."""
    level, why = np.full(which.size, np.nan), when(which == NONE, NO_INDEX)
    for number, index in enumerate(indices):
        rows = np.flatnonzero(which == number)
        days = np.array(index.levels.days, dtype="datetime64[D]")
        place = np.searchsorted(days, day[rows], side="right") - 1
        found = place >= 0
        is_fresh = found.copy()
        is_fresh[found] = (day[rows][found] - days[place[found]]).astype(np.int64) <= index.max_age_days
        level[rows[is_fresh]] = np.array([float(value) for value in index.levels.values])[place[is_fresh]]
        why[rows] = either(when(~found, INDEX_MISSING), when(found & ~is_fresh, INDEX_STALE))
    return level, why


def _first_reason(histories: Histories, why: Reasons, last: Ints) -> Reasons:
    """The first reason among the rows of a series up to row `last` (points,); None where all is well."""
    if not why.size:
        return no_reasons(last.size)
    where = np.empty(why.size, dtype=np.int64)
    kernel.first_texts(histories.first, is_given(why), where)
    found = where[last]
    return np.where(found >= 0, why[np.maximum(found, 0)], no_reasons(last.size))


def _finite_rows(day: Days, contributed: Floats, distributed: Floats) -> Rows:
    """Rows to be solved; those without a level are in no window that is."""
    return rows_of(day, np.nan_to_num(contributed), np.nan_to_num(distributed))


def _modified(histories: Histories, values: Values, level: Floats, nav_basis: NavBasis) -> tuple[Rows, Floats, Reasons]:
    """Flows of the modified PME, what its portfolio holds after each, and why not."""
    owner, day = histories.owner, histories.day
    nav, why = _navs_on_flow_days(histories, values, nav_basis)
    pays = histories.distributed != 0
    why = np.where(pays, either(why, when(nav < 0, SHORT_POSITION)), no_reasons(owner.size))
    whole = histories.distributed + nav
    weight = np.zeros(owner.size)
    np.divide(histories.distributed, whole, out=weight, where=pays & ~is_given(why) & (whole > 0))
    weight[is_given(why)] = np.nan
    paid, held = np.empty(owner.size), np.empty(owner.size)
    kernel.modified_portfolio(histories.first, level, histories.called.astype(np.float64), weight, paid, held)
    return _finite_rows(day, histories.called.astype(np.float64), paid), held, why


def _navs_on_flow_days(histories: Histories, values: Values, nav_basis: NavBasis) -> tuple[Ints, Reasons]:
    owner, day = histories.owner, histories.day
    if nav_basis is NavBasis.STATED or not values.keys.size:
        stated = values.at(owner, day)
        return stated.units, stated.reasons
    place = np.searchsorted(values.keys, day_keys(owner, day), side="right") - 1
    of_series, value_day = split_keys(values.keys[np.maximum(place, 0)])
    found = (place >= 0) & (of_series == owner)
    # before the first value the series is worth what was paid in
    since = np.where(found, value_day, np.datetime64("0001-01-01"))
    called, distributed = histories.sums(owner, day)
    called_before, distributed_before = histories.sums(owner, since)
    rolled = (called - called_before) - (distributed - distributed_before)
    why = np.where(found, values.reasons[np.maximum(place, 0)], no_reasons(owner.size))
    nav = np.where(found, values.units[np.maximum(place, 0)], 0) + rolled
    return nav, why
