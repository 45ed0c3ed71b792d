"""How much of an unfunded commitment each row draws, and what that and the undrawn rest earn. Who pays for draws belongs
to the deal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calculations.clo.collateral.accruals import Part, earned
from calculations.clo.collateral.assets import AssetTerms
from calculations.clo.collateral.features import DrawTerms
from calculations.clo.columns import Flags, Floats
from calculations.daycount import year_fraction


@dataclass(frozen=True, eq=False)
class Drawings:
    """Per row, (rows,), all of a unit of unfunded commitment at the start of the row after its defaults.

    `share` is drawn in the row; it earns `year_fraction` of the index and `accrual` beside it. `fee` is the commitment
    fee, `undrawn_fee` what it were if nothing was drawn. `may_draw` marks rows whose date is before the end of
    availability, maturity at the latest, `lapses` those from it on.
    """

    share: Floats
    year_fraction: Floats
    accrual: Floats
    fee: Floats
    undrawn_fee: Floats
    may_draw: Flags
    lapses: Flags

    @classmethod
    def none(cls, rows: int) -> Drawings:
        """Rows of an asset without a commitment."""
        amounts, flags = np.zeros((5, rows)), np.zeros((2, rows), dtype=bool)
        return cls(*amounts, *flags)


def drawings(
    asset: AssetTerms,
    terms: DrawTerms,
    steps: Sequence[tuple[dt.date, float]],
    analysis: dt.date,
    maturity: dt.date,
    begins: Sequence[dt.date],
    paid: Sequence[dt.date],
    is_interest: Flags,
    is_indexed: Flags,
    shares: Floats,
) -> Drawings:
    """The drawings of each row of an asset; draws on or before the analysis date are in its par already.

    Amounts become shares of what is unfunded on the path without default, prepayment and events, so that they scale
    under stress as instalments do. What a revolver repays, between two interest dates too, may be drawn again. Raises
    ValueError with DRAW_AFTER_AVAILABILITY where a draw is made after maturity, DRAW_ABOVE_COMMITMENT where draws exceed
    what is unfunded on that path. Source: clo-extensions 3, 3.2.
    """
    found = Drawings.none(len(paid))
    balance, unfunded = asset.par, terms.unfunded
    end = min(terms.available_until or maturity, maturity)
    if late := [day for day, _ in terms.draws if day > end]:
        raise ValueError(
            f"asset {asset.asset_id}, draws: DRAW_AFTER_AVAILABILITY: a draw must be made until {end}, found {late[0]}"
        )
    last = analysis
    for row in np.flatnonzero(is_interest | (shares > 0)).tolist():
        begin, date = begins[row], paid[row]
        found.may_draw[row] = date < end
        drawn = 0.0
        if not is_interest[row]:
            repaid = balance * float(shares[row])
            balance -= repaid
            unfunded += repaid if terms.is_revolving and date < end else 0.0
            continue
        for day, amount in terms.draws:
            if last < day <= date:
                drawn += amount
                if drawn > unfunded * (1 + 1e-12):
                    raise ValueError(
                        f"asset {asset.asset_id}, draws: DRAW_ABOVE_COMMITMENT: draws until {date} must sum to "
                        f"{unfunded} at most, found {drawn}"
                    )
                (part,) = earned(asset, steps, [Part(begin, max(day, begin), date, bool(is_indexed[row]))])
                found.year_fraction[row] += amount / unfunded * part.year_fraction
                found.accrual[row] += amount / unfunded * part.accrual
                undrawn = _fraction(asset, begin, min(date, end)) - _fraction(asset, begin, max(day, begin))
                found.fee[row] -= (terms.fee_rate or 0.0) * amount / unfunded * undrawn
        found.undrawn_fee[row] = (terms.fee_rate or 0.0) * _fraction(asset, begin, min(date, end))
        found.fee[row] += found.undrawn_fee[row]
        found.share[row] = drawn / unfunded if unfunded > 0 else 0.0
        found.lapses[row] = date >= end
        balance += drawn
        repaid = balance * float(shares[row])
        balance -= repaid
        unfunded += (repaid if terms.is_revolving and date < end else 0.0) - drawn
        unfunded = 0.0 if date >= end else unfunded
        last = date
    return found


def _fraction(asset: AssetTerms, begin: dt.date, date: dt.date) -> float:
    """Part of a year from where accrual begins; none before it, where a year fraction would count backwards."""
    return year_fraction(begin, date, asset.day_count) if date > begin else 0.0
